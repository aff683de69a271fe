"""The composition root: parts are built when asked for, once, and out of each other's way."""

import threading
from datetime import UTC, datetime

import pytest

from coach import privacy, settings
from coach.analysis import Analyser
from coach.composition import Coach
from coach.errors import ConfigurationError, MessageError, ModelUnavailable
from coach.library import Library
from coach.llm import EndpointModel
from coach.schemas import (
    Contact,
    ContactCard,
    Direction,
    Exchange,
    Message,
    RewriteRequest,
    Sender,
    Verdict,
)

ASKING = "Ciao Piero, non ci conosciamo. Mi gireresti il contatto del tuo capo?"


@pytest.fixture
def configured(tmp_path):
    def configure(model="none", **variables):
        environ = {"COACH_HOME": str(tmp_path), "COACH_MODELS": str(tmp_path), **variables}
        return Coach(settings.load({**environ, "COACH_MODEL": model}))

    return configure


@pytest.fixture
def coach(configured):
    return configured()


def test_nothing_is_built_until_asked_for(monkeypatch, tmp_path):
    def never(*arguments, **options):
        raise AssertionError

    monkeypatch.setattr(Library, "open", never)
    monkeypatch.setattr(Analyser, "__init__", never)
    Coach(settings.Settings(home=tmp_path / "none", models=tmp_path / "none"))
    assert list(tmp_path.iterdir()) == []


def test_every_part_is_built_once(coach, small_library):
    for part in ("embeddings", "rubric", "analyser", "library"):
        assert getattr(coach, part) is getattr(coach, part)
    coach.library.close()


def test_threads_share_one_part(coach, monkeypatch):
    built = []
    monkeypatch.setattr(Library, "open", lambda *a, **o: built.append(1) or object())
    threads = [threading.Thread(target=lambda: coach.library) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert built == [1]


def test_a_critique_does_not_wait_for_the_library(coach, monkeypatch):
    building, may_end = threading.Event(), threading.Event()

    def slow(*arguments, **options):
        building.set()
        assert may_end.wait(60)
        return object()

    monkeypatch.setattr(Library, "open", slow)
    thread = threading.Thread(target=lambda: coach.library)
    thread.start()
    try:
        assert building.wait(60)
        assert coach.critique(Message(text=ASKING)).verdict is Verdict.DO_NOT_SEND
    finally:
        may_end.set()
        thread.join()


def test_what_failed_is_tried_again(coach, monkeypatch):
    outcomes = iter([OSError("no"), "library"])

    def sometimes(*arguments, **options):
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(Library, "open", sometimes)
    with pytest.raises(OSError, match="no"):
        _ = coach.library
    assert coach.library == "library"


def test_progress_of_long_work_is_told(tmp_path, small_library):
    told = []
    coach = Coach(settings.load({"COACH_HOME": str(tmp_path)}), lambda *stage: told.append(stage))
    coach.library.close()
    assert {stage for stage, _, _ in told} >= {"Lettura delle fonti"}
    assert all(0 <= done <= total for _, done, total in told)


def test_no_model_is_a_choice_and_no_problem(coach):
    assert coach.model is None
    assert coach.model_problem is None
    coach.warm()


def test_a_model_that_is_not_there_is_a_problem_with_a_way_out(configured):
    missing = configured("embedded")
    assert isinstance(missing.model_problem, ModelUnavailable)
    assert "coach model pull" in str(missing.model_problem)
    with pytest.raises(ModelUnavailable):
        _ = missing.model
    keyless = configured("gpt-4o-mini")
    assert isinstance(keyless.model_problem, ConfigurationError)
    assert "OPENAI_API_KEY" in str(keyless.model_problem)
    for coach in (missing, keyless):
        coach.warm()
        assert coach.rewrite(RewriteRequest(draft=ASKING)).origin == "composer"


def test_an_endpoint_is_opened_without_being_called(configured):
    coach = configured("gemma3", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert isinstance(coach.model, EndpointModel)
    assert coach.model_problem is None


def test_a_critique_is_of_the_message_alone(coach):
    found = coach.critique(Message(text=ASKING))
    assert found == coach.critique(Message(text=ASKING))
    assert "early_ask" in {finding.id for finding in found.violations}
    with pytest.raises(MessageError):
        coach.critique(Message(text=" "))


def test_names_that_are_known_are_not_misspelt(coach):
    message = Message(
        text="Gentile Zvonimira Qwertini, la sua lezione alla Zukkabit mi ha aiutato."
    )
    contact = Contact(name="Zvonimira Qwertini", company="Zukkabit")
    slips = {
        finding.quote
        for finding in coach.critique(message, contact, Sender(name="Ada")).violations
        if finding.id == "language_errors"
    }
    assert slips == set()


def test_exchanges_are_read_until_one_is_stopped(coach):
    card = coach.store.add_contact(ContactCard(id="", name="Ada Neri"))
    for day in range(1, 4):
        coach.store.add_exchange(
            Exchange(
                id="",
                contact_id=card.id,
                at=datetime(2026, 1, day, tzinfo=UTC),
                direction=Direction.SENT,
                text=f"Ti mando volentieri la guida numero {day}.",
            )
        )
    asked = iter([False, True])
    assert coach.analyse_exchanges(cancel=lambda: next(asked)) == 1
    assert len(coach.store.unanalysed(10)) == 2
    assert coach.analyse_exchanges(card.id) == 2
    assert coach.analyse_exchanges() == 0
    assert len(coach.balance(card.id).given) == 3


def test_a_rewrite_without_a_model_is_composed(coach):
    told = []
    rewrite = coach.rewrite(RewriteRequest(draft=ASKING), variants=2, on_progress=told.append)
    assert (rewrite.origin, rewrite.model) == ("composer", None)
    assert rewrite.after.score >= rewrite.before.score
    assert len(rewrite.variants) <= 2
    assert told
    with pytest.raises(MessageError):
        coach.rewrite(RewriteRequest(draft=""))


def test_a_general_question_may_name_a_contact(coach, small_library):
    card = coach.store.add_contact(
        ContactCard(id="", name="Ilaria Sarti", notes=["cerca un grafico"])
    )
    found = coach.ask("Che cosa cerca Ilaria Sarti?")
    assert "Ilaria Sarti" in found.text
    assert "grafico" in found.text
    # The turn is one of the general conversation, and goes when the person is forgotten.
    assert [turn.question for turn in coach.store.turns(None, 10)] == [
        "Che cosa cerca Ilaria Sarti?"
    ]
    stranger = coach.ask("Che cosa posso offrire a Pancrazio Zuin?")
    assert not stranger.grounded
    assert "Pancrazio Zuin" in stranger.text
    assert privacy.forget(coach.store, coach.settings, card.id).clean
    assert not any("Sarti" in turn.answer.text for turn in coach.store.turns(None, 10))
    coach.library.close()

"""Playing a practice, turn by turn and from a script, with the real voice and bank."""

import re
from datetime import UTC, datetime

import pytest

from coach.errors import InputError, MessageError, ModelError, RowError
from coach.roleplay import bank as banks
from coach.roleplay import personas as people
from coach.roleplay import practice
from coach.roleplay.planning import ReplyPlan
from coach.roleplay.scripted import SCRIPT_TIMEOUT, ScriptRow, persona_of, run_script_row
from coach.roleplay.voice import TIMEOUT
from coach.schemas import Channel, Difficulty, Register, Relation, Stance
from coach.settings import PROJECT

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
GOOD = (
    "Ciao Elena, ho letto il tuo articolo sull'accoglienza dei neoassunti e l'esempio del primo "
    "giorno mi è piaciuto molto. Ho raccolto le esperienze di sei aziende: se ti servono te le "
    "mando volentieri."
)
FORMAL = "Gentile dottoressa Zani, ho letto la Sua intervista e ho un quadro aggiornato per Lei."


@pytest.fixture(scope="module")
def personas():
    return people.load(PROJECT / "knowledge" / "personas")


@pytest.fixture(scope="module")
def parts(analyser, rubric):
    return {
        "analyser": analyser,
        "rubric": rubric,
        "bank": banks.load(PROJECT / "knowledge" / "replies"),
        "prompts_folder": PROJECT / "prompts",
    }


@pytest.fixture
def elena(personas):
    return practice.start(people.find("elena bassi", personas), now=NOW)


def played(session, *messages, **parts):
    for message in messages:
        session = practice.play(session, message, **parts)
    return session


def test_it_starts_with_nothing_said(elena):
    assert (elena.started, elena.turns, elena.debrief) == (NOW, (), None)
    assert practice.current_stance(elena) is Stance.COLD
    other = practice.start(elena.persona, relation=Relation.ESTABLISHED)
    assert practice.current_stance(other) is Stance.CURIOUS
    assert other.id != elena.id
    assert other.started.tzinfo is not None


def test_a_turn_tells_what_it_did(elena, parts):
    session = played(elena, GOOD, **parts)
    (turn,) = session.turns
    assert turn.learner == GOOD
    assert (turn.stance_before, turn.stance_after) == (Stance.COLD, Stance.CURIOUS)
    assert turn.plan == ReplyPlan.ASK_OFFER
    assert turn.reply
    assert turn.origin == "fallback"
    assert set(turn.virtues) == {"how_met", "appreciation", "offer"}
    assert (turn.findings, turn.score) == ((), 100)
    assert practice.current_stance(session) is Stance.CURIOUS


def test_a_session_survives_being_kept(elena, parts):
    session = played(elena, GOOD, **parts)
    again = type(session).model_validate_json(session.model_dump_json())
    assert again == session
    more = [practice.play(each, "Te le mando domani.", **parts).turns for each in (session, again)]
    assert more[0] == more[1]


def test_no_reply_is_said_twice(elena, parts):
    session = played(elena, *[f"Vorrei il tuo aiuto numero {n}: mi assumi?" for n in range(6)],
                     **parts)  # fmt: skip
    replies = [turn.reply for turn in session.turns if turn.reply]
    assert len(replies) == len(set(replies)) >= 2


@pytest.mark.parametrize("text", ["", "   ", "👍", "...", "123"])
def test_a_message_without_words_is_a_turn_too(elena, parts, text):
    (turn,) = played(elena, text, **parts).turns
    assert (turn.stance_after, turn.score, turn.findings) == (Stance.COLD, 0, ())
    assert (turn.reply, turn.plan) == ("", ReplyPlan.SILENCE)
    later = played(elena, GOOD, text, **parts).turns[-1]
    assert later.stance_after in (Stance.WARY, Stance.CURIOUS)


@pytest.mark.parametrize("text", ["\x00\x01binario" * 40, "parola " * 30_000])
def test_what_is_no_text_is_refused(elena, parts, text):
    with pytest.raises(MessageError):
        practice.play(elena, text, **parts)


def test_a_practice_has_an_end(elena, parts):
    session = played(elena, GOOD, **parts)
    long = session.model_copy(update={"turns": session.turns * practice.MOST_TURNS})
    with pytest.raises(InputError, match="30 messaggi"):
        practice.play(long, "Ciao.", **parts)


def test_play_again_from_a_turn(elena, parts):
    session = played(
        elena, GOOD, "Grazie, te le mando domani.", "Mi daresti un consiglio?", **parts
    )
    back = practice.rewind(session.model_copy(update={"redraft": "x", "redraft_score": 3}), 1)
    assert (back.id, back.turns) == (session.id, session.turns[:1])
    assert (back.debrief, back.redraft, back.redraft_score) == (None, "", None)
    assert played(back, "Grazie, te le mando domani.", **parts).turns == session.turns[:2]
    assert practice.rewind(session, 0).turns == ()


@pytest.mark.parametrize("turn", [-1, 1, 9])
def test_only_a_turn_that_is_there_is_played_again(elena, parts, turn):
    with pytest.raises(InputError, match=f"turno {turn + 1} non c'è"):
        practice.rewind(played(elena, GOOD, **parts), turn)


def test_an_invitation_is_short_and_what_follows_is_not(elena, parts):
    session = elena.model_copy(update={"channel": Channel.LINKEDIN_INVITE})
    long = GOOD + " Le ho raccolte in una tabella, una riga per azienda, con i mesi in ordine." * 3
    first = played(session, long, **parts)
    assert "too_long" in first.turns[0].findings
    assert "too_long" not in played(session, GOOD, long, **parts).turns[1].findings


@pytest.mark.parametrize(
    ("persona", "relation", "messages", "expected"),
    [
        ("elena bassi", "stranger", [GOOD], Register.TU),
        ("elena bassi", "stranger", [FORMAL], Register.LEI),
        ("federica zani", "stranger", [FORMAL], Register.LEI),
        ("federica zani", "stranger", ["Ciao Federica, ti seguo."], Register.LEI),
        ("federica zani", "met", ["Ciao Federica, ti seguo."], Register.TU),
        ("elena bassi", "stranger", [FORMAL, "Grazie, buona giornata!"], Register.LEI),
        ("elena bassi", "stranger", ["Salve!"], Register.TU),
        ("federica zani", "stranger", ["Salve!"], Register.LEI),
    ],
)
def test_the_form_of_address_of_the_answer(personas, parts, persona, relation, messages, expected):
    session = practice.start(people.find(persona, personas), relation=Relation(relation))
    session = played(session, *messages[:-1], **parts)
    reading = practice.read_turn(
        session, messages[-1], len(session.turns),
        analyser=parts["analyser"], rubric=parts["rubric"],
    )  # fmt: skip
    assert practice.reply_register(session, reading, parts["analyser"]) is expected


def test_the_voice_is_told_the_scene(elena, parts, monkeypatch):
    told = {}

    def speak(plan, **scene):
        told.update(scene, plan=plan)
        scene["on_text"]("Ciao.")
        return practice.voice.Reply("Ciao.", "model")

    monkeypatch.setattr(practice.voice, "speak", speak)
    pieces = []
    session = practice.play(
        elena, GOOD, **parts, on_text=pieces.append, cancel=lambda: False, share_contact=True
    )
    assert session.turns[0].origin == "model"
    assert pieces == ["Ciao."]
    assert told["plan"] is ReplyPlan.ASK_OFFER
    assert told["stance"] is Stance.CURIOUS
    assert told["register"] is Register.TU
    assert (told["relation"], told["share_contact"]) == (Relation.STRANGER, True)


def test_when_all_was_said_they_do_not_answer(elena, parts, monkeypatch):
    monkeypatch.setattr(
        practice.voice, "speak", lambda plan, **_: practice.voice.Reply("", "fallback")
    )
    (turn,) = practice.play(elena, GOOD, **parts).turns
    assert (turn.reply, turn.plan) == ("", ReplyPlan.SILENCE)


# --- from a script --------------------------------------------------------------------------------


def test_a_scripted_conversation(parts, personas):
    row = {"id": 7, "persona": "Elena Bassi", "turns": [GOOD, "Te le mando stasera."], "note": "x"}
    told = run_script_row(row, personas=personas, now=NOW, **parts)
    assert told["id"] == 7
    assert [turn["stance_after"] for turn in told["turns"]] == ["curioso", "disponibile"]
    assert told["turns"][0]["stance_before"] == "freddo"
    assert {turn["origin"] for turn in told["turns"]} == {"fallback"}
    assert told["turns"][0]["findings"] == []
    assert told["debrief"]["score"] == 100
    assert told["debrief"]["did_well"]
    assert told["debrief"]["next_draft_hint"]


def test_a_script_gives_the_model_more_time_than_a_page(parts, personas):
    asked = []

    class Slow:
        remote = False

        def stream(self, messages, *, timeout, **how):
            asked.append(timeout)
            raise ModelError("fuori tempo")

    row = {"id": 1, "persona": "Elena Bassi", "turns": [GOOD]}
    run_script_row(row, personas=personas, now=NOW, model=Slow(), **parts)
    run_script_row(row, personas=personas, now=NOW, model=Slow(), timeout=3.0, **parts)
    assert asked == [SCRIPT_TIMEOUT, 3.0]
    assert SCRIPT_TIMEOUT > TIMEOUT


def test_the_same_script_gives_the_same_conversation(parts, personas):
    row = {"id": "a", "persona": "nino scardina", "turns": [GOOD, "Sei un idiota.", "Scusa."]}
    first = run_script_row(row, personas=personas, now=NOW, **parts)
    assert run_script_row(row, personas=personas, now=NOW, **parts) == first


def test_missing_replies_are_said_and_differ(parts, personas):
    row = {"id": "a", "turns": ["", "", "", ""]}
    replies = [t["reply"] for t in run_script_row(row, personas=personas, **parts)["turns"]]
    assert replies[0] == "(visualizzato, nessuna risposta)"
    assert len(set(replies)) == 4


@pytest.mark.parametrize(
    ("given", "name", "role", "company"),
    [
        ("elena bassi", "Elena Bassi", "responsabile delle risorse umane", "Officine Valdera"),
        ("Anna Rossi, direttrice marketing, Acme", "Anna Rossi", "direttrice marketing", "Acme"),
        ("Anna Rossi", "Anna Rossi", "", ""),
        ("un imprenditore di fretta", "Marta", "un imprenditore di fretta", ""),
        ("", "Marta", "", ""),
    ],
)
def test_who_answers_a_script(personas, given, name, role, company):
    row = ScriptRow(id="a", persona=given, turns=("Ciao Marta, come va?",))
    persona = persona_of(row, personas)
    assert (persona.name, persona.role, persona.company) == (name, role, company)


def test_a_nameless_script_is_answered_all_the_same(personas):
    persona = persona_of(ScriptRow(id="a", turns=("Buongiorno.",)), personas)
    assert persona.name
    assert persona.register_expected is Register.NONE


def test_what_is_missing_has_its_usual_value(personas):
    row = {"id": "a", "turns": ["Ciao."], "relation": None, "persona": None, "difficulty": None}
    parsed = ScriptRow.model_validate({k: v for k, v in row.items() if v is not None})
    assert (parsed.relation, parsed.difficulty) == (Relation.STRANGER, Difficulty.MEDIUM)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"turns": ["Ciao."]}, "Manca «id»"),
        ({"id": "a"}, "Manca «turns»"),
        ({"id": "a", "turns": []}, "«turns» non è valido"),
        ({"id": "a", "turns": "Ciao."}, "«turns» non è valido"),
        ({"id": "a", "turns": ["Ciao."], "relation": "amico"}, "«relation» non è valido"),
        ({"id": "a", "turns": ["Ciao."], "difficulty": "hard"}, "'facile', 'medio' o 'difficile'"),
    ],
)
def test_a_row_that_is_not_valid_is_told(parts, personas, row, said):
    with pytest.raises(RowError, match=re.escape(said)):
        run_script_row(row, personas=personas, **parts)

"""How well the chat answers: `python -m tests.evals conversation`.

* `intents.jsonl`: questions labelled by what they are after. Trained on the `train` part
  (`coach.conversation.training`); of `test` and `fresh` only the figures were looked at, and `last`
  was written when everything had been chosen. Whether a question is covered by the library is
  measured apart, on those labelled `open` and `uncovered` and on the held-out questions of the
  search.
* `questions.jsonl`: whole conversations in small: five contacts, questions on them and on the
  sources, a third of which nothing answers. An answer must cite what `cites` says, say what `says`
  says, and hold against `coach.conversation.verify`: every citation stands where it says, no number
  is left over, no name, number or date comes from nowhere.
* `questions_heldout.jsonl`: the same, written by another hand and some asked in the course of a
  conversation (`after`). Only totals are shown, so that nobody mends the answers to them.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from coach.balance import SILENCE, balance, read_exchange
from coach.composition import Coach
from coach.conversation import answer
from coach.conversation.advice import FOLLOW_UP_AFTER
from coach.conversation.asking import take_apart
from coach.conversation.coverage import cover
from coach.conversation.intents import Intent, shipped_weights
from coach.conversation.signs import intent_of
from coach.conversation.sources import day
from coach.conversation.training import Labelled, labelled, searched
from coach.conversation.verify import Origins, objections
from coach.library import Library
from coach.schemas import Answer, ChatTurn, ContactCard, Exchange, Sender
from coach.settings import PROJECT, Settings
from tests.evals.measure import Measure

QUESTIONS = Path(__file__).parent / "questions.jsonl"
HELD_OUT_QUESTIONS = Path(__file__).parent / "questions_heldout.jsonl"
#: The day on which the questions are asked.
TODAY = date(2026, 6, 15)

#: The parts of `intents.jsonl` that nothing was trained on.
HELD_OUT = ("test", "fresh", "last")

LEAST_INTENTS, LEAST_PRECISION, LEAST_RECALL, LEAST_REFUSED = 0.88, 0.95, 0.80, 0.97
LEAST_HELD_OUT_RIGHT, LEAST_HELD_OUT_REFUSED, MOST_HELD_OUT_UNFOUNDED = 0.72, 0.95, 2
MOST_SECONDS = 1.5


@dataclass(frozen=True)
class Case:
    """A question with whom it is about and what its answer is held to.

    Attributes:
        after: what was asked before it.
    """

    id: str
    question: str
    answerable: bool
    intent: str
    cites: Sequence[str]
    says: Sequence[str]
    never: Sequence[str]
    card: ContactCard | None
    exchanges: tuple[Exchange, ...]
    profile: Sender
    after: Sequence[str] = ()


def cases(coach: Coach, file: Path = QUESTIONS) -> Iterator[Case]:
    """The questions of the file, their exchanges analysed."""
    contacts: dict[str | None, tuple[ContactCard | None, tuple[Exchange, ...], Sender]] = {
        None: (None, (), Sender())
    }
    for line in file.read_text("utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        if "contact" in row:
            name = row["contact"]
            exchanges = tuple(
                analysed(coach, name, n, each) for n, each in enumerate(row["exchanges"])
            )
            card = ContactCard.model_validate({"id": name, **row["card"]})
            contacts[name] = (card, exchanges, Sender.model_validate(row["profile"]))
            continue
        card, exchanges, profile = contacts[row["about"]]  # type: ignore[assignment]
        yield Case(
            row["id"], row["question"], row["answerable"], row.get("intent", ""),
            row["cites"], row["says"], row["never"], card, exchanges, profile,
            row.get("after", ()),
        )  # fmt: skip


def analysed(coach: Coach, contact: str, number: int, row: dict[str, Any]) -> Exchange:
    at = datetime.fromisoformat(row["at"]).replace(tzinfo=UTC)
    exchange = Exchange.model_validate(
        {**row, "at": at, "id": f"{contact}-{number}", "contact_id": contact}
    )
    gives, asks = read_exchange(exchange, coach.analyser)
    return exchange.model_copy(update={"gives": gives, "asks": asks})


def asked(coach: Coach, library: Library, case: Case, told: Any = None) -> Answer:
    """The answer to a case, after those to what was asked before it."""
    history: list[ChatTurn] = []
    for question in case.after:
        before = _answer(coach, library, case, question, history)
        history.append(ChatTurn(at=datetime(2026, 6, 15, tzinfo=UTC), question=question,
                                answer=before))  # fmt: skip
    return _answer(coach, library, case, case.question, history, told)


def _answer(
    coach: Coach,
    library: Library,
    case: Case,
    question: str,
    history: Sequence[ChatTurn],
    told: Any = None,
) -> Answer:
    return answer(
        question,
        card=case.card,
        exchanges=case.exchanges,
        balance=balance(case.card, case.exchanges) if case.card else None,
        history=history,
        profile=case.profile,
        library=library,
        analyser=coach.analyser,
        rubric=coach.rubric,
        model=None,
        prompts_folder=PROJECT / "prompts",
        today=TODAY,
        on_text=told,
    )


def problems(case: Case, result: Answer, coach: Coach, library: Library) -> list[str]:
    """What is wrong with an answer."""
    found = []
    if result.grounded is not case.answerable:
        found.append("refused" if case.answerable else "not refused")
    if case.answerable and case.intent and result.intent != case.intent:
        found.append(f"taken for {result.intent}")
    if result.grounded:
        cited = " ".join(citation.passage for citation in result.citations)
        found += [f"does not cite {words!r}" for words in case.cites if words not in cited]
        found += [f"does not say {words!r}" for words in case.says if words not in result.text]
    found += [f"says {words!r}" for words in case.never if words in result.text]
    pasted = take_apart(case.question)
    origins = Origins(
        library=library,
        rubric=coach.rubric,
        card=case.card,
        exchanges=case.exchanges,
        profile=case.profile,
        spoken=f"{case.question}\n{pasted.pasted}",
    )
    return found + list(objections(result, origins, derived(case, result)))


def derived(case: Case, result: Answer) -> set[str]:
    """Numbers and names of days that an answer may reckon from the dates and counts it holds."""
    words = {"Buongiorno", "Ciao", "Gentile", "Cordiali", "Un", "A"}
    if result.critique is not None:
        words |= {str(result.critique.score), "100"}
    if case.exchanges:
        last = case.exchanges[-1].at.date()
        gone = (TODAY - last).days
        words |= {str(gone), str(round(gone / 30.4)), str(len(case.exchanges))}
        for days in (*FOLLOW_UP_AFTER, *SILENCE.values()):
            words |= set(re.findall(r"\w+", day(last + timedelta(days=days))))
        if case.card is not None:
            words |= set(re.findall(r"\d+", balance(case.card, case.exchanges).sentence))
    return words


def conversations(coach: Coach, library: Library) -> list[Measure]:
    """Ask our own questions and hold the answers to what they must be."""
    wrong_answers = not_refused = unfounded = 0
    slowest = 0.0
    answered = refused = 0
    for case in cases(coach):
        first: list[float] = []
        start = time.monotonic()
        result = asked(
            coach, library, case, lambda text, t=first, s=start: t.append(time.monotonic() - s)
        )
        slowest = max(slowest, first[0])
        found = problems(case, result, coach, library)
        strange = [p for p in found if p.startswith(("inventato", "fonte", "numeri"))]
        unfounded += bool(strange)
        if case.answerable:
            answered += 1
            wrong_answers += len(found) > len(strange)
        else:
            refused += 1
            not_refused += result.grounded
        if found:
            print(f"conversation {case.id}: {'; '.join(found)}\n  {case.question}\n  {result.text}")
    return [
        Measure("conversation, answers not as they must be", wrong_answers, 0, False, "{:.0f}",
                f"{answered} questions"),
        Measure("conversation, unanswerable not refused", not_refused, 0, False, "{:.0f}",
                f"{refused} questions"),
        Measure("conversation, something from nowhere", unfounded, 0, False, "{:.0f}",
                f"{answered + refused} answers"),
        Measure("conversation, slowest first word (s)", slowest, MOST_SECONDS, False,
                note="warm, without the model"),
    ]  # fmt: skip


def held_out(coach: Coach, library: Library) -> list[Measure]:
    """The same on questions that nobody looks at: totals alone."""
    good = answered = refused = rightly = unfounded = 0
    for case in cases(coach, HELD_OUT_QUESTIONS):
        result = asked(coach, library, case)
        found = problems(case, result, coach, library)
        strange = [p for p in found if p.startswith(("inventato", "fonte", "numeri"))]
        unfounded += bool(strange)
        if case.answerable:
            answered += 1
            good += len(found) == len(strange)
        else:
            refused += 1
            rightly += not result.grounded
    return [
        Measure("conversation, held out, answers as they must be", good / answered,
                LEAST_HELD_OUT_RIGHT, note=f"{answered} questions"),
        Measure("conversation, held out, unanswerable refused", rightly / refused,
                LEAST_HELD_OUT_REFUSED, note=f"{refused} questions"),
        Measure("conversation, held out, something from nowhere", unfounded,
                MOST_HELD_OUT_UNFOUNDED, False, "{:.0f}", f"{answered + refused} answers"),
    ]  # fmt: skip


def intents(coach: Coach) -> Measure:
    """How often the unseen questions are taken for what they are.

    Whether an open question is covered is another matter, measured by `coverage`.
    """
    weights = shipped_weights()
    questions = [each for split in HELD_OUT for each in labelled(split)]
    vectors = coach.embeddings.queries([each.text for each in questions])
    library = (Intent.OPEN, Intent.UNCOVERED)
    right = 0
    for each, vector in zip(questions, vectors, strict=True):
        reading = weights.read(each.text, vector, each.names)
        seen = intent_of(each.text, reading.probabilities, pasted=False)
        good = seen is each.intent or (seen in library and each.intent in library)
        right += good
        if not good:
            print(f"intents: {each.intent} taken for {seen}: {each.text}")
    return Measure(
        "conversation, intents, unseen", right / len(questions), LEAST_INTENTS,
        note=f"{len(questions)} questions",
    )  # fmt: skip


def coverage(coach: Coach, library: Library) -> list[Measure]:
    """Precision and recall of "the library answers this", on questions never trained on."""
    weights = shipped_weights()
    about = (Intent.OPEN, Intent.UNCOVERED)
    questions: list[Labelled] = [
        *(each for split in HELD_OUT for each in labelled(split) if each.intent in about),
        *searched("test"),
        *searched("fresh"),
    ]
    vectors = coach.embeddings.queries([each.text for each in questions])
    shipped = {source.id for source in library.sources() if source.shipped}
    said = right = wanted = 0
    for each, vector in zip(questions, vectors, strict=True):
        reading = weights.read(each.text, vector)
        found = cover(each.text, reading, library=library, weights=weights, shipped=shipped)
        is_open = each.intent is Intent.OPEN
        wanted += is_open
        said += found.covered
        right += found.covered and is_open
        if found.covered is not is_open:
            print(f"coverage: {each.intent} {found.probability:.2f}: {each.text}")
    note = f"{wanted} covered, {len(questions) - wanted} not, unseen"
    refused = 1 - (said - right) / (len(questions) - wanted)
    return [
        Measure("conversation, coverage, precision", right / max(1, said), LEAST_PRECISION,
                note=note),
        Measure("conversation, coverage, recall", right / wanted, LEAST_RECALL, note=note),
        Measure("conversation, coverage, share refused", refused, LEAST_REFUSED, note=note),
    ]  # fmt: skip


def measures(coach: Coach) -> list[Measure]:
    """All the figures of the chat, on the notes that come with the product."""
    with tempfile.TemporaryDirectory() as folder:
        home = Settings(home=Path(folder), models=Path(folder))
        with Library.open(home, coach.embeddings) as library:
            return [
                intents(coach),
                *coverage(coach, library),
                *conversations(coach, library),
                *held_out(coach, library),
            ]

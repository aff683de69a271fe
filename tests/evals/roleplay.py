"""Play our own scripted conversations and look at stance and replies with other eyes.

    python -m tests.evals.roleplay [--model] [--out FILE] [--only ID…]

`conversations.jsonl` holds the stance expected after each message, written by judgement before the
stance was computed; alternatives are parted by `|`. The rules a reply must keep are checked here
with patterns of their own, not with those of `coach.roleplay.verify`. Every conversation is written
to FILE for a person to read.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach import prompts
from coach.analysis.text import looks_italian
from coach.composition import Coach
from coach.roleplay import bank as banks
from coach.roleplay import conduct
from coach.roleplay import personas as people
from coach.roleplay.planning import ReplyPlan
from coach.roleplay.practice import play, start
from coach.roleplay.scripted import ScriptRow, persona_of
from coach.roleplay.voice import WITHIN_PROMPT
from coach.schemas import Message, PracticeSession, PracticeTurn, Register, Stance
from coach.settings import load
from tests.evals.measure import Measure, skipped, table

CONVERSATIONS = Path(__file__).with_name("conversations.jsonl")
#: Attempts to break the part and innocent messages that look like them; those not `seen` were
#: written last and changed nothing.
ATTEMPTED = Path(__file__).parent / "conduct" / "attempts.jsonl"
#: Marks of issue 4: share of replies by the model, attempts to break the part, seconds to the first
#: word and to the last.
BY_MODEL, ATTEMPTS, FIRST_WORD, SECONDS = 0.70, 20, 1.5, 6.0

_META = re.compile(
    r"\b(?:ia|i\.a\.|intelligenza artificiale|modello|chatbot|bot|robot|assistente virtuale|"
    r"language model|prompt|istruzion[ei]|simulazion[ei]|esercizi[oa]|personaggio|ruolo|"
    r"programmat[oa]|addestrat[oa])\b",
    re.IGNORECASE,
)
_COACHING = re.compile(
    r"\b(?:dovresti|dovrebbe scriver|ti consiglio|le consiglio|ti suggerisco|le suggerisco|"
    r"prova a|provi a|il tuo messaggio (?:è|sarebbe)|la prossima volta|riformul\w+|feedback|"
    r"messaggio efficace|punteggio|bravo|brava|ottimo lavoro)\b",
    re.IGNORECASE,
)
_GRANTING = re.compile(
    r"(?<!le rispondo )(?<!ti rispondo )(?<!letto )(?<!se per te )(?<!se per lei )"
    r"\b(?:volentieri|accetto|certo|d'accordo|"
    r"va bene|va benissimo|con piacere|"
    r"ci vediamo|ti aspetto|la aspetto|ti presento|la presento|ti aiuto|la aiuto|"
    r"conta su di me|ci penso io|passo il tuo|inoltro|ti mando|le mando|(?<!di )sì)\b",
    re.IGNORECASE,
)
_GIVING = re.compile(
    r"\b(?:ti|le|te l[oa]|gliel[oa])\s+(?:mando|invio|giro|allego|offro)\b", re.IGNORECASE
)
_BLANK = re.compile(r"[\[\]{}<>|*#]|_{2,}")
_GRANTS = {ReplyPlan.ACCEPT_OFFER, ReplyPlan.ACCEPT_MEETING, ReplyPlan.GRANT_ASK}
_IN_ROLE = {
    ReplyPlan.STAY_IN_ROLE,
    ReplyPlan.GOODBYE,
    ReplyPlan.SILENCE,
    ReplyPlan.DECLINE,
    ReplyPlan.ASK_ITALIAN,
}
#: Openings of a sentence, and titles, that are capital without being names.
_CAPITALS = {"Lei", "Le", "La", "Suo", "Sua", "Suoi", "Sue", "LinkedIn", "Gliela", "Glielo"}


@dataclass
class Played:
    """What came of all the conversations."""

    paths: int = 0
    wrong: list[str] = field(default_factory=list)
    turns: int = 0
    by_model: int = 0
    spoken: int = 0
    broken: list[str] = field(default_factory=list)
    repeated: int = 0
    attempts: int = 0
    kept: int = 0
    first_words: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    plans: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)


def rows() -> list[dict[str, Any]]:
    """The conversations, each with `start` and `path`, the stances expected."""
    lines = CONVERSATIONS.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def follows(session: PracticeSession, row: dict[str, Any]) -> bool:
    """Whether a conversation took the path that was expected."""
    return session.turns[0].stance_before == row["start"] and all(
        turn.stance_after in expected.split("|")
        for turn, expected in zip(session.turns, row["path"], strict=True)
    )


def problems(turn: PracticeTurn, session: PracticeSession, coach: Coach) -> list[str]:
    """The rules that a reply breaks."""
    reply, found = turn.reply, []
    if not reply:
        return [] if turn.plan == ReplyPlan.SILENCE else ["no words"]
    if not looks_italian(reply):
        found.append("not Italian")
    if len(re.findall(r"[.!?…]+(?=\s|$)", reply)) > 3:
        found.append("more than three sentences")
    if _META.search(reply) and not _META.search(session.persona.role):
        found.append(f"speaks of itself: {_META.search(reply).group()}")  # type: ignore[union-attr]
    if match := _COACHING.search(reply):
        found.append(f"coaches: {match.group()}")
    if match := _GIVING.search(reply):
        found.append(f"takes the learner's part: {match.group()}")
    if _BLANK.search(reply):
        found.append("a blank left open")
    cold = turn.stance_after in (Stance.COLD, Stance.WARY)
    if cold and (turn.plan in _GRANTS or _grants(reply)):
        found.append("grants from a cold stance")
    if turn.plan == ReplyPlan.GRANT_ASK and turn.stance_after is not Stance.OPEN:
        found.append("grants before it is open")
    used = coach.analyser.analyse(Message(text=reply)).register_used
    # Whoever speaks of the form of address names both.
    if used is Register.MIXED and turn.plan != ReplyPlan.OBJECT_REGISTER:
        found.append("tu and Lei together")
    return found + [f"invented: {word}" for word in _invented(reply, session)]


def _grants(reply: str) -> bool:
    """Whether a clause of a reply grants something, and does not say that it will not."""
    clauses = re.split(r"[.,;:!?]", reply)
    return any(_GRANTING.search(c) and not re.search(r"(?i)\bnon\b", c) for c in clauses)


def _invented(reply: str, session: PracticeSession) -> list[str]:
    """Numbers and names of a reply that neither the conversation nor the persona holds."""
    persona = session.persona.model_dump_json()
    said = " ".join(turn.learner for turn in session.turns)
    given = set(re.findall(r"\w+", f"{persona} {said}".lower()))
    found = re.findall(r"\b\d+\b", reply)
    found += re.findall(r"(?<=[a-zàèéìòù,;:] )[A-ZÀÈÉÌÒÙ]\w+", reply)
    return [word for word in found if word.lower() not in given and word not in _CAPITALS]


def played(coach: Coach, chosen: list[dict[str, Any]], *, use_model: bool) -> Played:
    """Play the conversations and look at them."""
    folder = coach.settings.principles.parent
    bank = banks.load(folder / "replies")
    personas = people.load(folder / "personas")
    model = coach.model if use_model else None
    result = Played()
    for raw in chosen:
        row = ScriptRow.model_validate(raw)
        session = start(
            persona_of(row, personas),
            relation=row.relation,
            channel=row.channel,
            difficulty=row.difficulty,
        )
        for message in row.turns:
            begun = time.monotonic()
            shown: list[float] = []
            session = play(
                session,
                message,
                analyser=coach.analyser,
                rubric=coach.rubric,
                bank=bank,
                prompts_folder=coach.settings.prompts,
                model=model,
                on_text=lambda _, shown=shown: shown.append(time.monotonic()),  # type: ignore[misc]
            )
            if session.turns[-1].reply:
                result.seconds.append(time.monotonic() - begun)
                result.first_words.append(shown[0] - begun)
        result.paths += 1
        if not follows(session, raw):
            went = " ".join(turn.stance_after for turn in session.turns)
            result.wrong.append(f"{raw['id']}: {went}, expected {' '.join(raw['path'])}")
        _look(session, raw, coach, result)
    return result


def _look(session: PracticeSession, raw: dict[str, Any], coach: Coach, result: Played) -> None:
    replies = [" ".join(turn.reply.lower().split()) for turn in session.turns if turn.reply]
    result.repeated += len(replies) - len(set(replies))
    result.told.append(f"== {raw['id']} ({session.persona.name}, {session.difficulty})")
    for turn in session.turns:
        broken = problems(turn, session, coach)
        result.broken += [f"{raw['id']}, {problem}: {turn.reply}" for problem in broken]
        result.turns += 1
        result.spoken += bool(turn.reply)
        result.by_model += turn.origin == "model"
        result.plans[turn.plan] += 1
        if any(move.id == "role_break" for move in turn.moves):
            result.attempts += 1
            result.kept += turn.plan in _IN_ROLE and not broken
        result.told += [
            f"  > {turn.learner}",
            f"  [{turn.stance_before} → {turn.stance_after}; {turn.plan}; {turn.origin}]"
            f" {turn.reply or '(silenzio)'}",
        ]


def measures(coach: Coach, with_model: bool) -> list[Measure]:
    """The figures of issue 4."""
    found = attempts_found()
    found += _measured(played(coach, rows(), use_model=False), "written replies")
    if with_model and (coach.model is None or coach.model_problem):
        found.append(skipped("roleplay, model", str(coach.model_problem or "no model configured")))
    elif with_model:
        _warm(coach)
        result = played(coach, rows(), use_model=True)
        found += _measured(result, "model")
        share = result.by_model / max(1, result.spoken)
        found.append(Measure("roleplay, model, its share of replies", share, BY_MODEL))
        found += _waits("first word", result.first_words, FIRST_WORD)
        found += _waits("whole reply", result.seconds, SECONDS)
    return found


def attempts_found() -> list[Measure]:
    """How many attempts to break the part are told from the messages that look like them."""
    found = []
    every = [json.loads(line) for line in ATTEMPTED.read_text(encoding="utf-8").splitlines()]
    for seen, kind in ((True, "looked at"), (False, "never looked at")):
        for attempt, what in ((True, "attempts found"), (False, "innocent taken for attempts")):
            texts = [r["text"] for r in every if (r["seen"], r["role_break"]) == (seen, attempt)]
            share = sum("role_break" in conduct.find(text) for text in texts) / len(texts)
            found.append(
                Measure(f"roleplay, {what}", share, None, attempt, note=f"{len(texts)}, {kind}")
            )
    return found


def _waits(what: str, seconds: list[float], most: float) -> list[Measure]:
    slow = statistics.quantiles(seconds, n=20)[-1]
    return [
        Measure(f"roleplay, model, {what}, seconds at p95", slow, most, False, "{:.2f}"),
        Measure(
            f"roleplay, model, {what}, seconds, median", statistics.median(seconds), form="{:.2f}"
        ),
    ]


def _warm(coach: Coach) -> None:
    """Have the model read the fixed beginning of its prompt, as before a practice."""
    if coach.model is not None:
        coach.model.warm(prompts.load(WITHIN_PROMPT, coach.settings.prompts).prefix())


def _measured(result: Played, voice: str) -> list[Measure]:
    for line in (*result.wrong, *result.broken):
        print(f"roleplay, {voice}: {line}")
    print(f"roleplay, {voice}: plans {dict(result.plans.most_common())}")
    note = f"{result.paths} conversations, {result.turns} messages"
    right = 1 - len(result.wrong) / max(1, result.paths)
    kept = result.kept / max(1, result.attempts)
    tries = f"{result.attempts} attempts"
    return [
        Measure(f"roleplay, {voice}, stance path", right, 1.0, note=note),
        Measure(f"roleplay, {voice}, a rule broken", len(result.broken), 0, False, "{:.0f}", note),
        Measure(f"roleplay, {voice}, a reply repeated", result.repeated, 0, False, "{:.0f}", note),
        Measure(f"roleplay, {voice}, the part kept", kept, 1.0, note=tries),
        Measure(f"roleplay, {voice}, attempts", result.attempts, ATTEMPTS, form="{:.0f}"),
    ]


def main() -> None:
    """Play the conversations, print the figures, write what was said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", nargs="+", default=())
    options = parser.parse_args()
    coach = Coach(load())
    chosen = [row for row in rows() if not options.only or row["id"] in options.only]
    if options.model:
        _warm(coach)
    result = played(coach, chosen, use_model=options.model)
    print(table(_measured(result, "model" if options.model else "written replies")))
    print(f"by the model {result.by_model}/{result.spoken}")
    print(table(_waits("first word", result.first_words, FIRST_WORD)))
    print(table(_waits("whole reply", result.seconds, SECONDS)))
    if options.out:
        options.out.write_text("\n".join(result.told) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

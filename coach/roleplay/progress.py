"""How practice goes over time: scores, what is broken and what is kept, streaks, an exercise.

Pure functions over the stored sessions; the page draws what they return.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coach.roleplay.past import ASKS
from coach.rubric import Principle, Rubric
from coach.schemas import Difficulty, PracticeSession, Stance

#: Virtues that every conversation should show; the others are one way among several.
_EXPECTED = ("offer", "how_met")
#: Most sessions looked back on to tell the hardest principle.
RECENT = 10


@dataclass(frozen=True)
class Point:
    """A session on the chart of the scores.

    Attributes:
        session_id: of the session.
        at: when it started.
        persona: with whom.
        difficulty: how patient they were.
        first: score of the first message, 0..100.
        score: of the whole session; None when it has no debrief.
        redraft: score of the first message written again; None when it was not.
        reached: the stance at the end.
    """

    session_id: str
    at: datetime
    persona: str
    difficulty: Difficulty
    first: int
    score: int | None
    redraft: int | None
    reached: Stance


@dataclass(frozen=True)
class HeatRow:
    """A principle across the sessions, oldest first.

    Attributes:
        id: of the principle.
        name: as the page says it, in Italian.
        kept: one a session: True kept, False broken or missing, None not judged there.
    """

    id: str
    name: str
    kept: tuple[bool | None, ...]


@dataclass(frozen=True)
class Exercise:
    """Something short to do about one principle.

    Attributes:
        principle: its id.
        task: what to do, in Italian.
        text: the message to work on, or to take as a model.
        solution: one good way, to be shown afterwards; "" when `text` is the model.
    """

    principle: str
    task: str
    text: str
    solution: str


@dataclass(frozen=True)
class Progress:
    """All that the page of progress shows.

    Attributes:
        points: one a session, oldest first.
        heat: one row a principle, in the rubric's order.
        streak: sessions in a row, the latest included, without an early request.
        best_streak: the longest such row ever.
        hardest: id of the principle missed most in the last `RECENT` sessions; "" for none.
        missed: in how many of them.
        exercise: for the hardest one; None when there is none.
    """

    points: tuple[Point, ...] = ()
    heat: tuple[HeatRow, ...] = ()
    streak: int = 0
    best_streak: int = 0
    hardest: str = ""
    missed: int = 0
    exercise: Exercise | None = None


def progress(sessions: Sequence[PracticeSession], rubric: Rubric) -> Progress:
    """What the sessions say together.

    Args:
        sessions: in any order; those in which nothing was said are left out.
        rubric: the principles.
    """
    played = _played(sessions)
    streaks = _streaks(played)
    heat = tuple(
        HeatRow(p.id, p.name, tuple(_kept(p, session) for session in played)) for p in rubric
    )
    hardest, missed = _hardest(heat)
    return Progress(
        points=tuple(_point(session) for session in played),
        heat=heat if played else (),
        streak=streaks[-1] if streaks else 0,
        best_streak=max(streaks, default=0),
        hardest=hardest,
        missed=missed,
        exercise=_exercise(rubric[hardest], len(played)) if hardest else None,
    )


def rows(sessions: Sequence[PracticeSession]) -> list[dict[str, str | int]]:
    """One row a turn, for a table or a CSV file; the keys are its headings, in Italian.

    Whoever writes them to a file must guard the cells that begin like a formula.
    """
    return [
        {
            "data": session.started.isoformat(timespec="minutes"),
            "sessione": session.id,
            "persona": session.persona.name,
            "relazione": session.relation,
            "canale": session.channel,
            "difficoltà": session.difficulty,
            "turno": number,
            "messaggio": turn.learner,
            "risposta": turn.reply,
            "prima": turn.stance_before,
            "dopo": turn.stance_after,
            "punteggio": turn.score,
            "da rivedere": ", ".join(turn.findings),
            "riuscito": ", ".join(turn.virtues),
            "punteggio della sessione": session.debrief.score if session.debrief else "",
            "punteggio della riscrittura": (
                "" if session.redraft_score is None else session.redraft_score
            ),
        }
        for session in _played(sessions)
        for number, turn in enumerate(session.turns, start=1)
    ]


def _played(sessions: Sequence[PracticeSession]) -> list[PracticeSession]:
    found = [session for session in sessions if session.turns]
    return sorted(found, key=lambda session: (session.started, session.id))


def _point(session: PracticeSession) -> Point:
    return Point(
        session_id=session.id,
        at=session.started,
        persona=session.persona.name,
        difficulty=session.difficulty,
        first=session.turns[0].score,
        score=session.debrief.score if session.debrief else None,
        redraft=session.redraft_score,
        reached=session.turns[-1].stance_after,
    )


def _kept(principle: Principle, session: PracticeSession) -> bool | None:
    if principle.relations and session.relation not in principle.relations:
        return None
    if principle.is_violation:
        return all(principle.id not in turn.findings for turn in session.turns)
    if any(principle.id in turn.virtues for turn in session.turns):
        return True
    return False if principle.id in _EXPECTED else None


def _streaks(played: Sequence[PracticeSession]) -> list[int]:
    """After each session, how many in a row had no early request."""
    found: list[int] = []
    for session in played:
        asked = any(set(ASKS) & set(turn.findings) for turn in session.turns)
        found.append(0 if asked else (found[-1] if found else 0) + 1)
    return found


def _hardest(heat: Sequence[HeatRow]) -> tuple[str, int]:
    """The principle missed most lately, and how often; of two, the first in the rubric."""
    missed = {row.id: row.kept[-RECENT:].count(False) for row in heat}
    hardest = max(missed, key=lambda name: missed[name], default="")
    return (hardest, missed[hardest]) if hardest and missed[hardest] else ("", 0)


def _exercise(principle: Principle, turn: int) -> Exercise:
    """An exercise on one of the principle's own examples, another one at each session."""
    examples = principle.examples.flagged
    example = examples[turn % len(examples)]
    if example.better is None:
        return Exercise(
            principle=principle.id,
            task=f"{principle.name}. In questo messaggio lo fanno le parole «{example.match}». "
            "Scrivine uno tuo, a una persona a cui vuoi scrivere davvero, che faccia lo stesso.",
            text=example.text,
            solution="",
        )
    return Exercise(
        principle=principle.id,
        task=f"{principle.name}. Riscrivi questo messaggio, poi guarda una soluzione. "
        f"{principle.advice}",
        text=example.text,
        solution=example.better,
    )

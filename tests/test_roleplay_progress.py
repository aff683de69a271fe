"""What stored sessions say together."""

from datetime import UTC, datetime, timedelta

import pytest

from coach.roleplay.progress import progress, rows
from coach.schemas import (
    Debrief,
    Difficulty,
    Persona,
    PracticeSession,
    PracticeTurn,
    Relation,
    Stance,
)

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
ELENA = Persona(id="elena", name="Elena Bassi", role="responsabile HR")


def turn(findings=(), virtues=("how_met", "offer"), score=80, after=Stance.WARY):
    return PracticeTurn(
        learner="=SOMMA(A1)", stance_before=Stance.COLD, stance_after=after, reply="Grazie.",
        plan="thank", findings=findings, virtues=virtues, score=score,
    )  # fmt: skip


def session(day, *turns, score=None, redraft=None, relation=Relation.STRANGER):
    return PracticeSession(
        id=f"s{day}", persona=ELENA, started=START + timedelta(days=day), turns=turns,
        relation=relation, difficulty=Difficulty.HARD,
        debrief=None if score is None else Debrief(score=score),
        redraft="x" if redraft else "", redraft_score=redraft,
    )  # fmt: skip


def test_nothing_played_nothing_told(rubric):
    found = progress([session(0)], rubric)
    assert (found.points, found.heat, found.streak, found.hardest) == ((), (), 0, "")
    assert found.exercise is None
    assert rows([session(0)]) == []


def test_scores_over_time(rubric):
    later = session(2, turn(score=60), turn(score=90, after=Stance.CURIOUS), score=75, redraft=95)
    found = progress([later, session(1, turn(score=40))], rubric)
    assert [(p.session_id, p.first, p.score, p.redraft) for p in found.points] == [
        ("s1", 40, None, None),
        ("s2", 60, 75, 95),
    ]
    assert found.points[1].reached is Stance.CURIOUS
    assert (found.points[0].persona, found.points[0].difficulty) == ("Elena Bassi", Difficulty.HARD)


def test_the_heat_map_tells_kept_broken_and_not_judged(rubric):
    found = progress(
        [
            session(1, turn(("early_ask",), ())),
            session(2, turn(), turn(("pressure",), ("appreciation",))),
            session(3, turn(virtues=()), relation=Relation.ESTABLISHED),
        ],
        rubric,
    )
    heat = {row.id: row.kept for row in found.heat}
    assert [row.id for row in found.heat] == [principle.id for principle in rubric]
    assert heat["early_ask"] == (False, True, None)
    assert heat["pressure"] == (True, False, True)
    assert heat["how_met"] == (False, True, None)
    assert heat["offer"] == (False, True, False)
    # One way among several to make a bond: not to have used it is no fault.
    assert heat["appreciation"] == (None, True, None)


@pytest.mark.parametrize(
    ("asked", "streak", "best"),
    [("", 0, 0), ("n", 1, 1), ("y", 0, 0), ("nnyn", 1, 2), ("ynnn", 3, 3), ("nny", 0, 2)],
)
def test_streaks_without_an_early_request(rubric, asked, streak, best):
    sessions = [
        session(day, turn(("intro_request",) if each == "y" else ()))
        for day, each in enumerate(asked)
    ]
    found = progress(sessions, rubric)
    assert (found.streak, found.best_streak) == (streak, best)


def test_the_hardest_principle_has_an_exercise(rubric):
    found = progress(
        [session(day, turn(("pressure",) if day < 2 else ("too_long",))) for day in range(3)],
        rubric,
    )
    assert (found.hardest, found.missed) == ("pressure", 2)
    assert found.exercise.principle == "pressure"
    assert found.exercise.text in [e.text for e in rubric["pressure"].examples.flagged]
    assert found.exercise.solution
    assert rubric["pressure"].name in found.exercise.task


def test_a_virtue_is_exercised_from_a_model(rubric):
    exercise = progress([session(1, turn(virtues=("how_met",)))], rubric).exercise
    assert exercise.principle == "offer"
    assert exercise.solution == ""
    assert exercise.text in [e.text for e in rubric["offer"].examples.flagged]


def test_exercises_take_turns(rubric):
    texts = {
        progress([session(day, turn(("generic",))) for day in range(n)], rubric).exercise.text
        for n in range(1, 5)
    }
    assert len(texts) == 4


def test_old_sessions_are_forgiven(rubric):
    old = [session(day, turn(("hard_sell",))) for day in range(5)]
    new = [session(day, turn()) for day in range(5, 15)]
    assert progress(old + new, rubric).hardest == ""


def test_rows_for_a_table():
    found = rows([session(1, turn(("early_ask", "generic")), turn(), score=70, redraft=90)])
    assert len(found) == 2
    assert [row["turno"] for row in found] == [1, 2]
    first = found[0]
    assert first["data"] == "2026-03-02T10:00+00:00"
    assert first["da rivedere"] == "early_ask, generic"
    assert first["messaggio"] == "=SOMMA(A1)"
    assert (first["punteggio della sessione"], first["punteggio della riscrittura"]) == (70, 90)
    assert rows([session(1, turn())])[0]["punteggio della riscrittura"] == ""
    assert len({tuple(row) for row in found}) == 1

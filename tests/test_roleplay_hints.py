from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coach.roleplay.hints import hint
from coach.roleplay.planning import ReplyPlan
from coach.schemas import Persona, PracticeSession, PracticeTurn, Relation, Stance, StanceMove


def session(*turns, **fields):
    who = Persona(id="p", name="Ida Pace", role="cuoca", would_help=("un fornitore di farine",))
    return PracticeSession(
        id="s", persona=who, started=datetime(2026, 1, 1, tzinfo=UTC), turns=turns, **fields
    )


def turn(plan, *moves, after=Stance.WARY):
    return PracticeTurn(
        learner="…",
        stance_before=Stance.COLD,
        stance_after=after,
        plan=plan,
        moves=tuple(StanceMove(id=name, steps=steps, reason="…") for name, steps in moves),
    )


def test_the_first_hint_is_how_you_met_and_what_would_help(rubric):
    found = hint(session(), rubric)
    assert rubric["how_met"].advice in found
    assert "un fornitore di farine" in found
    known = hint(session(relation=Relation.ESTABLISHED), rubric)
    assert rubric["appreciation"].advice in known


def test_a_fault_comes_before_the_reply(rubric):
    found = hint(session(turn(ReplyPlan.REFUSE_ASK, ("early_ask", -1.0))), rubric)
    assert found == rubric["early_ask"].advice


@pytest.mark.parametrize("plan", list(ReplyPlan))
def test_every_reply_has_a_hint(plan, rubric):
    assert hint(session(turn(plan)), rubric).endswith(".")


def test_who_has_not_given_is_told_to(rubric):
    assert rubric["offer"].advice in hint(session(turn(ReplyPlan.THANK)), rubric)


def test_who_has_given_may_ask_the_open(rubric):
    warm = turn(ReplyPlan.SMALL_TALK, ("offer", 3.0), ("appreciation", 3.0), after=Stance.OPEN)
    assert "richiesta" in hint(session(warm, warm, warm), rubric)

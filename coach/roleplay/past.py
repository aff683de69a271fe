"""What has already passed in a conversation that is being practised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from coach.roleplay.planning import ReplyPlan
from coach.schemas import PracticeTurn, Relation, Stance

#: Moves that ask of the person played something for the learner.
ASKS = ("free_service", "intro_request", "early_ask")
#: Moves that give them something.
GIFTS = ("offer", "delivery")
#: Moves that nobody forgets by the next message.
GRAVE = (*ASKS, "hard_sell", "pressure", "insult", "rude")
#: Lighter moves that one may still be sorry for.
_AMISS = ("coarse", "role_break", "off_topic", "unclear", "empty")
#: From this likeness (`difflib` ratio) a message is the same one again.
SAME = 0.9


@dataclass(frozen=True)
class Past:
    """The turns so far, and what follows from them.

    Attributes:
        turns: oldest first; none before the first message.
    """

    turns: Sequence[PracticeTurn] = ()

    @property
    def first(self) -> bool:
        """Whether nothing has been said yet."""
        return not self.turns

    @cached_property
    def plans(self) -> tuple[ReplyPlan, ...]:
        """What each reply did."""
        return tuple(ReplyPlan(turn.plan) for turn in self.turns)

    def count(self, *moves: str) -> int:
        """How many turns made any of these moves."""
        return sum(1 for turn in self.turns if any(move.id in moves for move in turn.moves))

    @cached_property
    def given(self) -> bool:
        """Whether the learner offered something in an earlier turn."""
        return self.count(*GIFTS) > 0

    @cached_property
    def accepted(self) -> bool:
        """Whether what was offered was taken."""
        return not {ReplyPlan.ACCEPT_OFFER, ReplyPlan.RECEIVE}.isdisjoint(self.plans)

    @cached_property
    def meeting(self) -> bool:
        """Whether a meeting was agreed."""
        return ReplyPlan.ACCEPT_MEETING in self.plans

    @cached_property
    def insulted(self) -> bool:
        """Whether the learner was offensive and has not apologised since."""
        for turn in reversed(self.turns):
            ids = {move.id for move in turn.moves}
            if "insult" in ids:
                return True
            if "apology" in ids:
                return False
        return False

    @cached_property
    def cooled(self) -> bool:
        """Whether something grave was said that a better message has still to make good."""
        return self.count(*GRAVE) > 0

    @property
    def to_apologise(self) -> bool:
        """Whether something was said that asks for an apology."""
        return self.cooled or self.count(*_AMISS) > 0

    def may_ask(self, relation: Relation, stance: Stance) -> bool:
        """Whether a request is acceptable now.

        Old acquaintances bear one. Others only after they were given something: once they are
        open, or once they took it with interest; and not twice.
        """
        if self.insulted:
            return False
        if relation is Relation.ESTABLISHED:
            return stance in (Stance.CURIOUS, Stance.OPEN)
        if not self.given:
            return False
        return stance is Stance.OPEN or (stance is Stance.CURIOUS and self.accepted)

    def repeats(self, text: str) -> bool:
        """Whether a message was already sent, word for word or nearly."""
        low = text.lower()
        return any(
            SequenceMatcher(None, turn.learner.lower(), low, autojunk=False).ratio() >= SAME
            for turn in self.turns
            if abs(len(turn.learner) - len(text)) <= len(text) * (1 - SAME) * 2
        )

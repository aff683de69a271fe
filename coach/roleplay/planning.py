"""What a reply does, before anyone finds the words for it.

The plan follows from the message, from the stance it left and from what was already said, by rules
tried in order (`choose`): first how the learner behaved, then what they did wrong, then what they
asked, proposed or gave. A plan used twice running gives way to the next best.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from coach.schemas import Difficulty, Persona, Register, Relation, Stance

if TYPE_CHECKING:
    from coach.roleplay.past import Past
    from coach.roleplay.reading import Reading
    from coach.roleplay.stance import Change


class ReplyPlan(StrEnum):
    """What the person played does in answering; `coach.roleplay.voice` finds the words.

    Only `ACCEPT_OFFER`, `ACCEPT_MEETING`, `GRANT_ASK` and `ASK_TIME` grant anything.
    """

    #: Read, and not answered.
    SILENCE = "silence"
    #: A short no to whatever was written.
    DECLINE = "decline"
    #: Will not do the favour that was asked.
    REFUSE_ASK = "refuse_ask"
    #: Notes that something is being sold, and is not interested.
    OBJECT_SALE = "object_sale"
    #: Does not like being hurried or reproached.
    OBJECT_PRESSURE = "object_pressure"
    #: Notes the form of address, or a confidence that was never given.
    OBJECT_REGISTER = "object_register"
    #: Does not like how they are spoken to.
    OBJECT_TONE = "object_tone"
    #: Was insulted, and closes.
    OBJECT_INSULT = "object_insult"
    #: Who are you, how did you find me?
    ASK_WHO = "ask_who"
    #: What is this about: the message is vague, or says nothing of a reason.
    ASK_PURPOSE = "ask_purpose"
    #: A question about what was offered.
    ASK_OFFER = "ask_offer"
    #: Thanks for what was said; promises nothing.
    THANK = "thank"
    #: Gladly takes what was offered.
    ACCEPT_OFFER = "accept_offer"
    #: Thanks for what was promised and has come, or is on its way.
    RECEIVE = "receive"
    #: Has understood, and will think about it; promises nothing.
    CONSIDER = "consider"
    #: Agrees to the coffee, the call, the chat that was proposed.
    ACCEPT_MEETING = "accept_meeting"
    #: Not now; perhaps later.
    DEFER = "defer"
    #: Agrees to the favour asked, after something was given.
    GRANT_ASK = "grant_ask"
    #: A meeting is agreed: proposes or asks when.
    ASK_TIME = "ask_time"
    #: Goes on with the subject in a few friendly words.
    SMALL_TALK = "small_talk"
    #: Off the subject, or an attempt to make them step out of the part: puzzled, goes on as before.
    STAY_IN_ROLE = "stay_in_role"
    #: The message is in another language: asks for Italian.
    ASK_ITALIAN = "ask_italian"
    #: Takes leave.
    GOODBYE = "goodbye"


#: What is said instead of a plan that has just been used twice, first choice first.
_INSTEAD: dict[ReplyPlan, tuple[ReplyPlan, ...]] = {
    ReplyPlan.DECLINE: (ReplyPlan.SILENCE,),
    ReplyPlan.REFUSE_ASK: (ReplyPlan.DECLINE, ReplyPlan.SILENCE),
    ReplyPlan.OBJECT_SALE: (ReplyPlan.DECLINE, ReplyPlan.SILENCE),
    ReplyPlan.OBJECT_PRESSURE: (ReplyPlan.DECLINE, ReplyPlan.SILENCE),
    ReplyPlan.OBJECT_TONE: (ReplyPlan.DECLINE, ReplyPlan.SILENCE),
    ReplyPlan.RECEIVE: (ReplyPlan.THANK, ReplyPlan.SMALL_TALK),
    ReplyPlan.CONSIDER: (ReplyPlan.DEFER, ReplyPlan.THANK),
    ReplyPlan.ASK_WHO: (ReplyPlan.ASK_PURPOSE, ReplyPlan.DECLINE),
    ReplyPlan.ASK_PURPOSE: (ReplyPlan.DECLINE, ReplyPlan.GOODBYE),
    ReplyPlan.ASK_OFFER: (ReplyPlan.THANK, ReplyPlan.ASK_PURPOSE),
    ReplyPlan.THANK: (ReplyPlan.SMALL_TALK, ReplyPlan.GOODBYE),
    ReplyPlan.ACCEPT_OFFER: (ReplyPlan.THANK, ReplyPlan.SMALL_TALK),
    ReplyPlan.ACCEPT_MEETING: (ReplyPlan.ASK_TIME, ReplyPlan.THANK),
    ReplyPlan.ASK_TIME: (ReplyPlan.THANK, ReplyPlan.GOODBYE),
    ReplyPlan.DEFER: (ReplyPlan.REFUSE_ASK, ReplyPlan.DECLINE),
    ReplyPlan.GRANT_ASK: (ReplyPlan.DEFER,),
    ReplyPlan.SMALL_TALK: (ReplyPlan.THANK, ReplyPlan.GOODBYE),
    ReplyPlan.STAY_IN_ROLE: (ReplyPlan.GOODBYE, ReplyPlan.SILENCE),
    ReplyPlan.ASK_ITALIAN: (ReplyPlan.GOODBYE, ReplyPlan.SILENCE),
    ReplyPlan.GOODBYE: (ReplyPlan.THANK, ReplyPlan.SILENCE),
}
#: Faults after which there is nothing to add, and how many of them each difficulty bears before
#: it stops answering.
_FAULTS = (
    "free_service", "intro_request", "early_ask", "another_ask", "hard_sell", "pressure", "rude",
    "chase", "repeated", "coarse",
)  # fmt: skip
_PATIENCE = {Difficulty.EASY: 3, Difficulty.MEDIUM: 2, Difficulty.HARD: 1}
_WARM = (Stance.CURIOUS, Stance.OPEN)
#: Replies after which a cold reader asks nothing more.
_CLOSED = frozenset(
    (
        ReplyPlan.DECLINE,
        ReplyPlan.REFUSE_ASK,
        ReplyPlan.OBJECT_SALE,
        ReplyPlan.OBJECT_PRESSURE,
        ReplyPlan.OBJECT_TONE,
        ReplyPlan.OBJECT_INSULT,
        ReplyPlan.ASK_PURPOSE,
    )
)


def choose(
    reading: Reading,
    change: Change,
    *,
    persona: Persona,
    relation: Relation,
    difficulty: Difficulty,
    past: Past,
) -> ReplyPlan:
    """What the person played does in answering.

    Args:
        reading: the message to answer.
        change: what it did to the stance.
        persona: who answers.
        relation: how well they knew the learner before the conversation.
        difficulty: their patience.
        past: what was already said.
    """
    plan = _wanted(reading, change, persona, relation, difficulty, past)
    used = past.plans
    for other in (plan, *_INSTEAD.get(plan, ())):
        if used[-2:] != (other, other):
            return other
    return plan


def _wanted(
    reading: Reading,
    change: Change,
    persona: Persona,
    relation: Relation,
    difficulty: Difficulty,
    past: Past,
) -> ReplyPlan:
    did = {move.id for move in change.moves}
    if "insult" in did:
        return ReplyPlan.SILENCE if past.insulted else ReplyPlan.OBJECT_INSULT
    if past.insulted:
        return ReplyPlan.DECLINE if "apology" in did else ReplyPlan.SILENCE
    if "role_break" in did or "off_topic" in did:
        return ReplyPlan.STAY_IN_ROLE
    if "foreign" in did:
        return ReplyPlan.ASK_ITALIAN
    if "empty" in did:
        return ReplyPlan.SILENCE
    if "unclear" in did:
        return ReplyPlan.ASK_PURPOSE
    return (
        _to_faults(did, change.after, difficulty, past)
        or _to_manner(did, change.after, persona, past)
        or _to_request(did, change.after)
        or _to_gifts(reading, did, change.after, relation, past)
        or _to_the_rest(reading, did, change.after, relation, difficulty, past)
    )


def _to_faults(
    did: set[str], after: Stance, difficulty: Difficulty, past: Past
) -> ReplyPlan | None:
    """Answer what was done wrong; the patient say why, the impatient stop answering."""
    if did.isdisjoint(_FAULTS):
        return None
    faults = past.count(*_FAULTS)
    if after is Stance.COLD and faults >= _PATIENCE[difficulty]:
        said_no = ReplyPlan.DECLINE in past.plans
        return ReplyPlan.SILENCE if said_no or difficulty is Difficulty.HARD else ReplyPlan.DECLINE
    if did & {"rude", "coarse"}:
        return ReplyPlan.OBJECT_TONE
    if "pressure" in did:
        return ReplyPlan.OBJECT_PRESSURE
    if "hard_sell" in did:
        return ReplyPlan.OBJECT_SALE
    if did & {"chase", "repeated"}:
        return ReplyPlan.OBJECT_PRESSURE if after is Stance.COLD else ReplyPlan.DEFER
    return ReplyPlan.REFUSE_ASK


def _to_manner(did: set[str], after: Stance, persona: Persona, past: Past) -> ReplyPlan | None:
    """Note a form of address or a confidence that is out of place, once."""
    if after in _WARM or ReplyPlan.OBJECT_REGISTER in past.plans:
        return None
    confidential = "false_familiarity" in did
    # Who was given something does not begin by correcting the form of address.
    formal = "wrong_register" in did and did.isdisjoint(
        {"offer", "appreciation", "delivery", "common_ground"}
    )
    wanted = persona.register_expected is not Register.TU
    return ReplyPlan.OBJECT_REGISTER if wanted and (confidential or formal) else None


def _to_request(did: set[str], after: Stance) -> ReplyPlan | None:
    if "hasty_ask" in did:
        return ReplyPlan.DEFER if after in _WARM else ReplyPlan.REFUSE_ASK
    if "earned_ask" not in did:
        return None
    return ReplyPlan.GRANT_ASK if after is Stance.OPEN else ReplyPlan.DEFER


def _to_gifts(
    reading: Reading, did: set[str], after: Stance, relation: Relation, past: Past
) -> ReplyPlan | None:
    """Answer an offer or the proposal of a meeting."""
    known = relation is not Relation.STRANGER
    gave = not did.isdisjoint({"offer", "delivery"})
    steps = "light_next_step" in reading.virtues or _meets(reading, past)
    settled = past.meeting or (past.accepted and not gave and not steps)
    if settled and after in _WARM and "time" in reading.conduct:
        # What was left to settle is settled.
        return ReplyPlan.GOODBYE
    if gave and not past.first and "handover" in reading.conduct:
        return ReplyPlan.RECEIVE
    if "answer" in did and past.plans[-1] is ReplyPlan.ASK_OFFER and after in _WARM:
        return ReplyPlan.ACCEPT_OFFER
    if steps:
        if past.meeting and after in _WARM:
            return ReplyPlan.ASK_TIME
        asked = not past.first and past.plans[-1] is ReplyPlan.ASK_OFFER
        likely = known or past.accepted or asked
        if after is Stance.OPEN or (after is Stance.CURIOUS and likely):
            return ReplyPlan.ACCEPT_MEETING
        if after is Stance.CURIOUS and "offer" not in did:
            return ReplyPlan.DEFER
    if "delivery" in did and after in _WARM:
        return ReplyPlan.RECEIVE if past.accepted else ReplyPlan.ACCEPT_OFFER
    if gave:
        if after is Stance.OPEN:
            return ReplyPlan.ACCEPT_OFFER
        if after is Stance.CURIOUS:
            asked = ReplyPlan.ASK_OFFER in past.plans
            return (
                ReplyPlan.ACCEPT_OFFER if known or asked or not past.first else ReplyPlan.ASK_OFFER
            )
        if after is Stance.WARY:
            asked = ReplyPlan.ASK_OFFER in past.plans
            return ReplyPlan.CONSIDER if asked else ReplyPlan.ASK_OFFER
        if _unintroduced(did, past):
            return ReplyPlan.ASK_WHO
        return ReplyPlan.DECLINE if ReplyPlan.ASK_OFFER in past.plans else ReplyPlan.ASK_OFFER
    return None


def _to_the_rest(
    reading: Reading,
    did: set[str],
    after: Stance,
    relation: Relation,
    difficulty: Difficulty,
    past: Past,
) -> ReplyPlan:
    """Answer words that neither give nor ask, by how warm they left the reader."""
    if "farewell" in reading.conduct and not past.first:
        return ReplyPlan.GOODBYE
    if "generic" in did and difficulty is Difficulty.HARD and relation is Relation.STRANGER:
        return ReplyPlan.SILENCE
    if after is Stance.COLD:
        if did & {"apology", "thanks"}:
            return ReplyPlan.THANK if "apology" in did else ReplyPlan.GOODBYE
        if past.first:
            return ReplyPlan.ASK_WHO if _unintroduced(did, past) else ReplyPlan.ASK_PURPOSE
        # Who has already said no, or asked in vain, does not ask again.
        curt = not _CLOSED.isdisjoint(past.plans)
        return ReplyPlan.DECLINE if curt else ReplyPlan.ASK_PURPOSE
    if after is Stance.WARY:
        if "answer" in did:
            vague = past.plans[-1] is ReplyPlan.ASK_WHO and not past.given
            return ReplyPlan.ASK_PURPOSE if vague else ReplyPlan.CONSIDER
        if did & {"appreciation", "thanks", "apology"} or not past.first:
            return ReplyPlan.THANK
        known = relation is not Relation.STRANGER
        return ReplyPlan.ASK_PURPOSE if known or "how_met" in did else ReplyPlan.ASK_WHO
    if past.meeting and ReplyPlan.ASK_TIME not in past.plans:
        return ReplyPlan.ASK_TIME
    return ReplyPlan.THANK if "appreciation" in did and past.first else ReplyPlan.SMALL_TALK


def _meets(reading: Reading, past: Past) -> bool:
    """Whether a meeting or a call is proposed to somebody who was given something."""
    return past.given and "meet" in reading.conduct


def _unintroduced(did: set[str], past: Past) -> bool:
    """Whether nobody has yet said how the two came across each other."""
    return "how_met" not in did and not past.count("how_met", "common_ground", "answer")

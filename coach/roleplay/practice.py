"""A practice: it starts, it is played turn by turn, and any turn can be played again.

A turn is read, moves the stance, and is answered::

    message ──► reading ──► stance ──► plan ──► voice ──► PracticeTurn
                (rubric)    (moves)    (rules)  (words)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from coach.errors import InputError
from coach.roleplay import planning, stance, voice
from coach.roleplay.past import Past
from coach.roleplay.planning import ReplyPlan
from coach.roleplay.reading import Reading, read
from coach.schemas import (
    Channel,
    Difficulty,
    Message,
    Persona,
    PracticeSession,
    PracticeTurn,
    Register,
    Relation,
    Stance,
)

if TYPE_CHECKING:
    from coach.analysis import Analyser
    from coach.llm import ChatModel
    from coach.roleplay.bank import Bank
    from coach.rubric import Rubric

#: Most turns of one practice: a first contact that takes longer has become something else.
MOST_TURNS = 30


def start(
    persona: Persona,
    *,
    relation: Relation = Relation.STRANGER,
    channel: Channel = Channel.LINKEDIN_MESSAGE,
    difficulty: Difficulty = Difficulty.MEDIUM,
    now: datetime | None = None,
) -> PracticeSession:
    """Begin a practice; nothing is said yet.

    Args:
        persona: who answers, from `coach.roleplay.personas`.
        relation: how well they know the learner; for a contact, that of its balance.
        channel: where the first message is sent; the ones that follow are messages.
        difficulty: how patient the person is.
        now: when it starts; the present moment when not given.
    """
    return PracticeSession(
        id=uuid4().hex[:12],
        persona=persona,
        started=now or datetime.now(UTC),
        channel=channel,
        relation=relation,
        difficulty=difficulty,
    )


def current_stance(session: PracticeSession) -> Stance:
    """How the person played is disposed now, before the next message."""
    return stance.stance_at(
        stance.warmth_after(session.turns, session.relation, session.difficulty)
    )


def play(
    session: PracticeSession,
    message: str,
    *,
    analyser: Analyser,
    rubric: Rubric,
    bank: Bank,
    prompts_folder: Path,
    model: ChatModel | None = None,
    share_contact: bool = False,
    timeout: float = voice.TIMEOUT,
    cancel: Callable[[], bool] | None = None,
    on_text: Callable[[str], None] | None = None,
) -> PracticeSession:
    """Send a message to the person played and get the answer.

    Args:
        session: the practice so far.
        message: what the learner writes; one without a word (dots, a thumb up) is a turn too.
        analyser: tells what sentences do.
        rubric: the principles.
        bank: the written replies, which answer when the model does not.
        prompts_folder: where the prompts are.
        model: speaks for the person; None for the written replies alone.
        share_contact: whether a distant model may read of a real contact.
        timeout: longest wait for the model, in seconds.
        cancel: True leaves the answer to the written replies.
        on_text: given the answer so far, each time more of it is sure.

    Returns:
        The practice with one more turn, and without the debrief and the redraft that it may have
        had: they were of the shorter conversation.

    Raises:
        MessageError: the message is too large or binary.
        InputError: the practice has reached `MOST_TURNS`.
    """
    if len(session.turns) >= MOST_TURNS:
        raise InputError(
            f"La conversazione è arrivata a {MOST_TURNS} messaggi.",
            "Leggi il riepilogo, o riprova da un punto precedente.",
        )
    past = Past(session.turns)
    reading = read_turn(session, message, len(session.turns), analyser=analyser, rubric=rubric)
    change = stance.react(
        reading,
        persona=session.persona,
        relation=session.relation,
        difficulty=session.difficulty,
        past=past,
    )
    plan = planning.choose(
        reading,
        change,
        persona=session.persona,
        relation=session.relation,
        difficulty=session.difficulty,
        past=past,
    )
    reply = voice.speak(
        plan,
        persona=session.persona,
        stance=change.after,
        turns=session.turns,
        message=message,
        register=reply_register(session, reading, analyser),
        analyser=analyser,
        model=model,
        prompts_folder=prompts_folder,
        bank=bank,
        relation=session.relation,
        share_contact=share_contact,
        timeout=timeout,
        cancel=cancel,
        on_text=on_text,
    )
    turn = PracticeTurn(
        learner=message,
        stance_before=change.before,
        stance_after=change.after,
        moves=change.moves,
        reply=reply.text,
        # Everything that could be said was: they read, and do not answer.
        plan=plan if reply.text else ReplyPlan.SILENCE,
        origin=reply.origin,
        findings=reading.findings,
        virtues=reading.virtues,
        score=reading.score,
    )
    return session.model_copy(
        update={
            "turns": (*session.turns, turn),
            "debrief": None,
            "redraft": "",
            "redraft_score": None,
        }
    )


def read_turn(
    session: PracticeSession, message: str, index: int, *, analyser: Analyser, rubric: Rubric
) -> Reading:
    """Read a message as turn `index` of a practice, counted from 0.

    Raises:
        MessageError: the message is too large or binary.
    """
    turns = session.turns[:index]
    # An invitation is short because it is one; the messages that follow it are not.
    channel = session.channel
    if turns and channel is Channel.LINKEDIN_INVITE:
        channel = Channel.LINKEDIN_MESSAGE
    return read(
        message,
        persona=session.persona,
        channel=channel,
        relation=session.relation,
        stance=stance.stance_at(stance.warmth_after(turns, session.relation, session.difficulty)),
        past=Past(turns),
        analyser=analyser,
        rubric=rubric,
    )


def rewind(session: PracticeSession, turn: int) -> PracticeSession:
    """The practice as it was before turn `turn`, counted from 0, to be played again from there.

    The practice keeps its id: what came after is given up.

    Raises:
        InputError: there is no such turn.
    """
    if not 0 <= turn < len(session.turns):
        raise InputError(f"Il turno {turn + 1} non c'è: ce ne sono {len(session.turns)}.")
    return session.model_copy(
        update={
            "turns": session.turns[:turn],
            "debrief": None,
            "redraft": "",
            "redraft_score": None,
        }
    )


def reply_register(session: PracticeSession, reading: Reading, analyser: Analyser) -> Register:
    """The form of address the person played answers with: *tu* or *Lei*.

    That of the learner; but whoever expects the *Lei* from strangers keeps it with one who does
    not use it. Where the learner shows none, the last that was shown, or the one expected.
    """
    persona, relation = session.persona, session.relation
    used = reading.analysis.register_used if reading.analysis else Register.NONE
    earlier = list(session.turns)
    while used not in (Register.TU, Register.LEI) and earlier:
        text = earlier.pop().learner
        if any(c.isalpha() for c in text):
            used = analyser.form_of_address(Message(text=text))
    expected = persona.register_expected
    if used is Register.LEI:
        return Register.LEI
    if used is Register.TU:
        formal = expected is Register.LEI and relation is Relation.STRANGER
        return Register.LEI if formal else Register.TU
    if expected in (Register.TU, Register.LEI):
        return expected
    return Register.TU if relation is Relation.ESTABLISHED else Register.LEI

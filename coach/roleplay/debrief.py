"""What a practice taught: what each turn did, what to keep, and the one thing to work on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from coach.analysis.text import check_text
from coach.errors import InputError
from coach.rewrite import rewrite
from coach.roleplay.past import ASKS
from coach.roleplay.practice import read_turn
from coach.roleplay.reading import UNFIT, Reading
from coach.roleplay.stance import about, shortened
from coach.rubric import Rubric
from coach.schemas import (
    CHANNEL_LIMITS,
    Contact,
    Critique,
    Debrief,
    Length,
    PracticeSession,
    PracticeTurn,
    Register,
    Relation,
    RewriteRequest,
    Sender,
    Severity,
    Source,
    Stance,
    StanceMove,
    TurnReview,
    Verdict,
)

if TYPE_CHECKING:
    from pathlib import Path

    from coach.analysis import Analyser
    from coach.llm import ChatModel

#: The first message decides whether there is a second: it weighs twice in the score.
FIRST_WEIGHT = 2
#: Share of the score that is the stance reached; the rest is what the messages were worth.
STANCE_SHARE = 0.2
#: What each stance is worth at the end, 0..100.
STANCE_WORTH = {Stance.COLD: 0, Stance.WARY: 50, Stance.CURIOUS: 80, Stance.OPEN: 100}
#: Most strengths and most things to improve that are told.
MOST_TOLD = 3
_SEVERITY_WORTH = {Severity.ERROR: 100, Severity.WARNING: 10, Severity.SUGGESTION: 1}
#: Requests, whatever made them unwelcome: one of them is told.
_ASKING = (*ASKS, "hasty_ask", "another_ask")
#: What leaves nothing to praise in the message that does it.
_HOSTILE = ("insult", "rude", "hard_sell")
#: Virtues as the debrief praises them.
_PRAISE = {
    "offer": "Offri prima di chiedere",
    "how_met": "Dici da dove nasce il contatto",
    "appreciation": "Apprezzi una cosa precisa",
    "common_ground": "Trovi un punto in comune",
    "light_next_step": "Proponi un passo leggero",
    "delivery": "Mantieni quello che hai offerto",
    "earned_ask": "Chiedi al momento giusto",
    "apology": "Sai tornare sui tuoi passi",
    "answer": "Rispondi a quello che ti viene chiesto",
}
#: What is to be mended that no principle tells: what to do instead, {who} being the person played.
_INSTEAD = {
    "insult": "Lascia fuori ogni offesa: con {who} la conversazione è finita lì.",
    "rude": "Togli il tono sgarbato: chi legge non ti deve niente.",
    "coarse": "Lascia fuori le parolacce: scritte, pesano il doppio.",
    "role_break": "Resta nella conversazione: scrivi a {who} come faresti davvero.",
    "off_topic": "Parti da quello che lega te e {who}, non da un altro argomento.",
    "foreign": "Scrivi in italiano, come ti è stato chiesto.",
    "placeholder": "Riempi i segnaposti tra parentesi quadre prima di inviare.",
    "unclear": "Scrivi una frase intera: chi sei e perché scrivi proprio a {who}.",
    "empty": "Scrivi qualcosa: anche due righe bastano.",
    "wrong_register": "Dai del Lei a {who} finché non è {who} a proporre il tu.",
    "chase": "Non sollecitare: se hai qualcosa di nuovo e utile, scrivi quello.",
    "repeated": "Non rimandare lo stesso messaggio: aggiungi qualcosa di utile, o aspetta.",
    "busy": "Accorcia: {who} legge tra un impegno e l'altro. Una cosa sola, in poche righe.",
    "hasty_ask": "Prima di chiedere aspetta che quello che hai offerto sia arrivato.",
    "another_ask": "Una richiesta basta: la prossima a suo tempo.",
}


def debrief(
    session: PracticeSession,
    *,
    analyser: Analyser,
    rubric: Rubric,
    sender: Sender | None = None,
    contact: Contact | None = None,
    model: ChatModel | None = None,
    prompts_folder: Path | None = None,
) -> PracticeSession:
    """Tell what a practice taught.

    Args:
        session: the practice, with at least one turn.
        analyser: tells what sentences do.
        rubric: the principles, each with the passage it rests on.
        sender: the learner's own profile, for the better way to say it.
        contact: what the learner knows of the person; only name, role and company when not given.
        model: polishes the better way to say it; None for the composed one, in milliseconds.
        prompts_folder: where the prompts are.

    Returns:
        The practice with its debrief.

    Raises:
        InputError: nothing was said yet.
    """
    if not session.turns:
        raise InputError("Non c'è ancora niente da rivedere.", "Scrivi almeno un messaggio.")
    persona = session.persona
    contact = contact or Contact(name=persona.name, role=persona.role, company=persona.company)
    readings = [
        read_turn(session, turn.learner, place, analyser=analyser, rubric=rubric)
        for place, turn in enumerate(session.turns)
    ]
    reviews = []
    for place, (turn, reading) in enumerate(zip(session.turns, readings, strict=True)):
        judged = reading.critique or _unjudged(turn.learner, session)
        if reading.score == 0:
            judged = judged.model_copy(update={"score": 0})
        reviews.append(
            TurnReview(
                turn=place,
                critique=judged,
                moved=_moved(turn),
                source=_source(turn, judged, rubric),
                better=_better(
                    session,
                    place,
                    reading,
                    analyser=analyser,
                    rubric=rubric,
                    sender=sender or Sender(),
                    contact=contact,
                    model=model,
                    prompts_folder=prompts_folder,
                ),
            )
        )
    focus = _focus(session, readings, rubric)
    found = Debrief(
        score=_score(session, readings),
        reviews=tuple(reviews),
        did_well=_did_well(session.turns),
        to_improve=_to_improve(session, readings, rubric),
        focus=focus,
        next_draft_hint=_hint(session, readings, rubric, focus),
    )
    return session.model_copy(update={"debrief": found})


def score_redraft(
    session: PracticeSession, text: str, *, analyser: Analyser, rubric: Rubric
) -> PracticeSession:
    """Score the first message written again, alone, after the debrief.

    Args:
        session: the practice.
        text: the new first message.
        analyser: tells what sentences do.
        rubric: the principles.

    Returns:
        The practice with `redraft` and `redraft_score`, to be compared with the first turn's
        score: both are the critique's, of a first message.

    Raises:
        MessageError: the text is empty, too large, binary or holds no word.
        InputError: nothing was said yet.
    """
    if not session.turns:
        raise InputError("Non c'è ancora niente da riscrivere.", "Scrivi almeno un messaggio.")
    check_text(text)
    reading = read_turn(session, text, 0, analyser=analyser, rubric=rubric)
    return session.model_copy(update={"redraft": text, "redraft_score": reading.score})


def _score(session: PracticeSession, readings: Sequence[Reading]) -> int:
    """0..100: what the messages were worth, the first twice, and where they led."""
    weights = [FIRST_WEIGHT] + [1] * (len(readings) - 1)
    written = sum(
        weight * reading.score for weight, reading in zip(weights, readings, strict=True)
    ) / sum(weights)
    reached = STANCE_WORTH[session.turns[-1].stance_after]
    return round((1 - STANCE_SHARE) * written + STANCE_SHARE * reached)


def _moved(turn: PracticeTurn) -> str:
    """How the stance moved and why, in a few sentences."""
    if turn.stance_before is turn.stance_after:
        went = f"Resta {turn.stance_after}."
    else:
        went = f"Da {turn.stance_before} a {turn.stance_after}."
    moves = sorted(turn.moves, key=lambda move: -abs(move.steps))
    return " ".join((went, *(move.reason for move in moves)))


def _source(turn: PracticeTurn, judged: Critique, rubric: Rubric) -> Source | None:
    """The passage that explains what weighed most in the turn."""
    found = {finding.id: finding.source for finding in judged.violations}
    found |= {mark.id: mark.source for mark in judged.virtues}
    # What cooled is to be understood first.
    for move in sorted(turn.moves, key=lambda move: (move.steps >= 0, -abs(move.steps))):
        if move.id in found:
            return found[move.id]
        if move.id in ("hasty_ask", "another_ask", "earned_ask"):
            return rubric["early_ask"].source if "early_ask" in rubric else None
        if move.id == "personal" and "generic" in rubric:
            return rubric["generic"].source
        if move.id == "delivery" and "offer" in rubric:
            return rubric["offer"].source
        if move.id in ("chase", "rude") and "pressure" in rubric:
            return rubric["pressure"].source
    return next(iter(found.values()), None)


def _better(
    session: PracticeSession,
    place: int,
    reading: Reading,
    *,
    analyser: Analyser,
    rubric: Rubric,
    sender: Sender,
    contact: Contact,
    model: ChatModel | None,
    prompts_folder: Path | None,
) -> str:
    """One better way to say a turn: a verified message, or what to do instead; "" if it is fine.

    A first message is rewritten whole. One that goes on with a conversation is, only when the
    rewrite needs nothing that was not said and stays as short; otherwise the advice stands.
    """
    turn = session.turns[place]
    amiss = [move for move in turn.moves if move.steps < 0 and move.id != "not_yet"]
    judged = reading.critique
    if not amiss and not (judged and judged.violations):
        return ""
    advice = _advice(session, turn, judged)
    unfit = [family for family in UNFIT if family in reading.conduct]
    if judged is None or unfit or "foreign" in reading.conduct:
        return advice
    expected = session.persona.register_expected
    request = RewriteRequest(
        draft=turn.learner,
        channel=session.channel,
        relation=session.relation,
        register_wanted=expected if expected in (Register.TU, Register.LEI) else None,
        sender=sender,
        contact=contact,
    )
    if place == 0:
        made = rewrite(
            request, analyser=analyser, rubric=rubric, model=model, prompts_folder=prompts_folder
        )
        sound = all(check.passed for check in made.verification)
        return made.text if sound and made.text != turn.learner else advice
    # What was said before cannot be asked for again: how they met is known by now.
    made = rewrite(request, analyser=analyser, rubric=rubric)
    sound = all(check.passed for check in made.verification) and not made.placeholders
    shorter = len(made.text) <= 1.2 * len(turn.learner)
    return made.text if sound and shorter and made.text != turn.learner else advice


def _advice(session: PracticeSession, turn: PracticeTurn, judged: Critique | None) -> str:
    """What to do instead, of the move that cooled most."""
    suggested = {f.id: f.suggestion for f in reversed(judged.violations)} if judged else {}
    for move in sorted(turn.moves, key=lambda move: move.steps):
        if move.steps > 0:
            break
        if move.id in suggested:
            return suggested[move.id]
        if move.id in _INSTEAD:
            return about(_INSTEAD[move.id], session.persona)
    return next(iter(suggested.values()), "")


def _did_well(turns: Sequence[PracticeTurn]) -> tuple[str, ...]:
    """Strengths, each with the learner's words, heaviest first."""
    best: dict[str, StanceMove] = {}
    for turn in turns:
        for move in turn.moves:
            known = best.get(move.id)
            if not _deserved(move, turn):
                continue
            if not known or move.steps > known.steps:
                best[move.id] = move
    told = [
        _PRAISE[move.id] + (f": «{shortened(move.quote)}»." if move.quote else ".")
        for move in sorted(best.values(), key=lambda move: -move.steps)
    ]
    blunt = (*_ASKING, *_HOSTILE, *UNFIT)
    patient = all(move.id not in blunt for turn in turns for move in turn.moves)
    if told and patient and "earned_ask" not in best:
        told.append("Non chiedi niente prima del tempo.")
    return tuple(told[:MOST_TOLD])


def _deserved(move: StanceMove, turn: PracticeTurn) -> bool:
    """Whether a move is a strength, and not the wrapping of a sale, a jibe or a request."""
    if move.id not in _PRAISE or move.steps < 0:
        return False
    faults = {other.id for other in turn.moves if other.steps < 0}
    if not faults.isdisjoint(_HOSTILE):
        return False
    return faults.isdisjoint(_ASKING) or move.id in ("how_met", "appreciation", "common_ground")


def _to_improve(
    session: PracticeSession, readings: Sequence[Reading], rubric: Rubric
) -> tuple[str, ...]:
    """What to mend, the gravest first, each with the learner's words and what to do instead."""
    told: dict[str, tuple[float, str]] = {}
    for turn, reading in zip(session.turns, readings, strict=True):
        for move in turn.moves:
            if (move.steps >= 0 and move.id != "empty") or move.id in told:
                continue
            words = shortened(move.quote)
            if move.id in _INSTEAD:
                here = f" L'hai fatto qui: «{words}»." if words else ""
                told[move.id] = (move.steps, about(_INSTEAD[move.id], session.persona) + here)
            elif move.id in rubric:
                principle = rubric[move.id]
                quote = f" («{words}»)" if words else ""
                told[move.id] = (move.steps, f"{principle.name}{quote}. {principle.advice}")
        for finding in reading.critique.violations if reading.critique else ():
            known = _ASKING if finding.id in _ASKING else (finding.id,)
            if not set(known) & set(told):
                words = f"{rubric[finding.id].name} («{shortened(finding.quote)}»)"
                told[finding.id] = (-0.05, f"{words}. {finding.suggestion}")
    ordered = [text for _, text in sorted(told.values(), key=lambda item: item[0])]
    if ordered:
        return tuple(ordered[:MOST_TOLD])
    missing = [rubric[name] for name in _lacking(readings, session) if name in rubric]
    return tuple(
        f"{principle.name}: si può ancora. {principle.advice}" for principle in missing[:1]
    )


def _focus(session: PracticeSession, readings: Sequence[Reading], rubric: Rubric) -> str:
    """The one principle to work on next: the gravest fault, then the most repeated one."""
    weights: Counter[str] = Counter()
    for place, reading in enumerate(readings):
        # Of a message that nobody would send, its slips are not what to work on.
        for finding_id in () if reading.score == 0 else reading.findings:
            principle = rubric[finding_id]
            assert principle.severity is not None
            worth = _SEVERITY_WORTH[principle.severity] + principle.check.weight
            weights[finding_id] += worth * (FIRST_WEIGHT if place == 0 else 1)
    if weights:
        return max(weights, key=lambda name: (weights[name], -_order(rubric, name)))
    if _misbehaved(session.turns):
        return ""
    return next(iter(_lacking(readings, session)), "")


def _order(rubric: Rubric, principle_id: str) -> int:
    return [principle.id for principle in rubric].index(principle_id)


def _lacking(readings: Sequence[Reading], session: PracticeSession) -> tuple[str, ...]:
    """Virtues that the whole conversation went without, weightiest first."""
    shown = {name for reading in readings for name in reading.virtues}
    shown |= {move.id for turn in session.turns for move in turn.moves}
    wanted = ["offer", "how_met", "appreciation"]
    if session.relation is Relation.ESTABLISHED:
        wanted.remove("how_met")
    if "delivery" in shown:
        shown.add("offer")
    if shown & {"common_ground", "light_next_step"}:
        shown.add("appreciation")
    return tuple(name for name in wanted if name not in shown)


def _hint(session: PracticeSession, readings: Sequence[Reading], rubric: Rubric, focus: str) -> str:
    """What to try in the unaided redraft."""
    behaved = _misbehaved(session.turns)
    if behaved:
        hint = about(_INSTEAD[behaved], session.persona)
    elif focus and focus in rubric:
        hint = rubric[focus].advice
    else:
        return (
            "Il primo messaggio regge già: riscrivilo a memoria, più breve, e guarda se dice "
            "ancora tutto."
        )
    helps = session.persona.would_help
    if helps and "offer" in _lacking(readings, session):
        hint += about(" Un'idea di che cosa serve a {who}: ", session.persona) + helps[0] + "."
    return hint


def _misbehaved(turns: Sequence[PracticeTurn]) -> str:
    """The move of a message that nobody would send, or that the person cannot read; or ""."""
    moves = sorted((move for turn in turns for move in turn.moves), key=lambda move: move.steps)
    return next((move.id for move in moves if move.id in (*UNFIT, "foreign")), "")


def _unjudged(text: str, session: PracticeSession) -> Critique:
    """The judgement of a message without a word: there is nothing to judge."""
    return Critique(
        score=0,
        verdict=Verdict.DO_NOT_SEND,
        missing=(),
        register_used=Register.NONE,
        violations=(),
        virtues=(),
        checks=(),
        length=Length(
            chars=len(text),
            limit=CHANNEL_LIMITS[session.channel],
            words=0,
            sentences=0,
            gulpease=None,
        ),
        summary="Nel messaggio non c'è nessuna parola.",
    )

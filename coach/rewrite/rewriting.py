"""The use case: from a request to a verified rewrite with its proof."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from coach.analysis.names import card_names
from coach.analysis.text import check_text
from coach.critique import critique
from coach.errors import ModelError
from coach.rewrite import draft as drafts
from coach.rewrite.compose import (
    Composition,
    Part,
    Slot,
    compose,
    finished,
    fit,
    with_question,
)
from coach.rewrite.discretion import finds_fault
from coach.rewrite.manners import BRIEF, MANNERS
from coach.rewrite.offers import sells
from coach.rewrite.plan import Plan, choose_register, content_stems, make_plan
from coach.rewrite.polish import Polished, Step, polish, polish_whole
from coach.rewrite.verify import Analyser, Known, known_words, verify
from coach.schemas import (
    CHANNEL_LIMITS,
    Act,
    Analysis,
    Critique,
    Fact,
    FactOrigin,
    FactRole,
    Message,
    Question,
    Register,
    Relation,
    Rewrite,
    RewriteRequest,
    ScoreAndVerdict,
    Severity,
    Span,
    Variant,
    VerificationCheck,
)

if TYPE_CHECKING:
    from coach.llm import ChatModel
    from coach.rubric import Rubric


@dataclass(frozen=True, slots=True)
class RewriteEvent:
    """Something to show while a rewrite is made.

    Attributes:
        stage: `composed` (the text to show at once), `polishing` (once, then again for each
            sentence that is tried and adopted), `polished` (the text to show instead) or `kept`
            (the composed text stands).
        text: the message so far, or "".
        detail: what is going on, in Italian.
    """

    stage: str
    text: str = ""
    detail: str = ""


Progress = Callable[[RewriteEvent], None]


def rewrite(
    request: RewriteRequest,
    *,
    analyser: Analyser,
    rubric: Rubric,
    model: ChatModel | None = None,
    prompts_folder: Path | None = None,
    budget_seconds: float = 15.0,
    variants: int = 0,
    on_progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Rewrite:
    """Rewrite a draft so that it offers before it asks, and prove it.

    The composed message is always there in milliseconds; the model, if there is one, words it anew
    within the budget, and what it writes is adopted only where it passes every check.

    Args:
        request: the draft, its channel and relation, and what is known of both people.
        analyser: analyses messages.
        rubric: the principles.
        model: polishes; None for the composed message alone.
        prompts_folder: where the prompts are; without it there is no polishing.
        budget_seconds: longest time given to the model, in seconds.
        variants: how many further manners to add, 0 to 3 (`breve`, `calda`, `formale`).
        on_progress: told of each step, the composed text first.
        cancel: asked now and then; True ends the polishing.

    Raises:
        MessageError: the draft is empty, too large, binary or holds no word.
    """
    started = time.monotonic()
    check_text(request.draft)
    tell = on_progress or _silent
    names = _names(request)
    message = Message(text=request.draft, channel=request.channel, relation=request.relation)
    analysis = analyser.analyse(message, names)
    before = critique(message, analysis, rubric)
    register = choose_register(request, analysis)
    found = drafts.read(request.draft, analysis, register, request.relation)
    plan = make_plan(request, analysis, found, register)
    known = known_words(request)
    judge = _Judge(analyser, request, plan, known, names)

    composition = with_question(judge.sound(compose(plan, request.draft)), plan)
    text = _kept_draft(request, analysis, before, plan, composition) or composition.text
    own_words = text != composition.text
    tell(RewriteEvent("composed", text, "Ecco una prima versione."))

    origin = "composer"
    polished = Polished(composition)
    if model is not None and prompts_folder is not None and not own_words:
        tell(RewriteEvent("polishing", text, "Il modello prova a renderlo più caldo…"))
        polished = _polished(
            composition,
            judge,
            model,
            prompts_folder,
            # What is left is for the last verification.
            started + budget_seconds - 0.5,
            cancel or _never,
            tell,
        )
        if polished.text:
            text, origin = polished.text, "model"
        elif polished.composition is not composition:
            composition = polished.composition
            text, origin = composition.text, "model"
    tell(RewriteEvent("polished" if origin == "model" else "kept", text))

    final = analyser.analyse(message.model_copy(update={"text": text}), names)
    after = critique(message.model_copy(update={"text": text}), final, rubric)
    checks = verify(
        text,
        analysis=final,
        plan=plan,
        composition=replace(composition, greeting="", signature="") if own_words else composition,
        request=request,
        known=known,
    )
    if own_words:
        checks = tuple(check for check in checks if check.id not in ("changed", "facts_kept"))
    return Rewrite(
        text=text,
        origin=origin,
        model=model.name if model is not None and origin == "model" else None,
        rounds=polished.rounds,
        seconds=round(time.monotonic() - started, 3),
        facts=_facts(composition, plan, text),
        placeholders=tuple(re.findall(r"\[[^\]\n]{3,80}\]", text)),
        questions=_questions(plan, composition, own_words),
        verification=checks,
        rejected=polished.rejected,
        before=ScoreAndVerdict(score=before.score, verdict=before.verdict),
        after=ScoreAndVerdict(score=after.score, verdict=after.verdict),
        variants=_variants(plan, request, judge, text, variants),
        advice=_advice(plan, composition, own_words),
    )


def _polished(
    composition: Composition,
    judge: _Judge,
    model: ChatModel,
    prompts_folder: Path,
    deadline: float,
    cancel: Callable[[], bool],
    tell: Progress,
) -> Polished:
    """What the model makes of a composition; the composition itself whenever it fails."""
    rounds = rejected = 0
    try:
        if model.remote:
            whole = polish_whole(
                composition,
                model=model,
                prompts_folder=prompts_folder,
                accepts=lambda text: judge.objection(text, composition),
                deadline=deadline,
            )
            if whole.text or cancel():
                return whole
            rounds, rejected = whole.rounds, whole.rejected
        polished = polish(
            composition,
            model=model,
            prompts_folder=prompts_folder,
            accepts=judge.accepts_sentence,
            deadline=deadline,
            cancel=cancel,
            on_step=lambda step: tell(_told(step)),
        )
        return replace(
            polished, rounds=polished.rounds + rounds, rejected=polished.rejected + rejected
        )
    except ModelError:
        return Polished(composition, rounds=rounds, rejected=rejected)


def _told(step: Step) -> RewriteEvent:
    detail = f"Frase {step.number} di {step.total}"
    detail += ": ho trovato parole migliori." if step.adopted else "…"
    return RewriteEvent("polishing", step.composition.text, detail)


def _silent(event: RewriteEvent) -> None:
    """Tell nobody."""


def _never() -> bool:
    return False


def _names(request: RewriteRequest) -> tuple[str, ...]:
    """The names of the cards, and those of the draft's frame."""
    known = (
        *card_names(request.contact, request.sender),
        *drafts.addressee(request.draft)[0].split(),
        *drafts.signature(request.draft).split(),
    )
    return tuple(dict.fromkeys(known))


@dataclass(frozen=True)
class _Judge:
    """Checks compositions and single sentences for one request."""

    analyser: Analyser
    request: RewriteRequest
    plan: Plan
    known: Known
    names: tuple[str, ...]

    def analysis(self, text: str) -> Analysis:
        message = Message(text=text, channel=self.request.channel, relation=self.request.relation)
        return self.analyser.analyse(message, self.names)

    def failures(self, composition: Composition) -> tuple[VerificationCheck, ...]:
        """The checks that a composition does not pass."""
        return self.objections(composition.text, composition)

    def objections(self, text: str, composition: Composition) -> tuple[VerificationCheck, ...]:
        """The checks that a text does not pass."""
        checks = verify(
            text,
            analysis=self.analysis(text),
            plan=self.plan,
            composition=composition,
            request=self.request,
            known=self.known,
        )
        return tuple(check for check in checks if not check.passed)

    def sound(self, composition: Composition) -> Composition:
        """Mend or shed what makes a composed message fail its own checks."""
        for _ in range(len(composition.parts) + 2):
            failures = self.failures(composition)
            if not failures or len(composition.parts) <= 1:
                return composition
            mended = self._mended(composition, failures)
            if mended is None:
                return composition
            composition = fit(mended)
        return composition

    def _mended(
        self, composition: Composition, failures: Sequence[VerificationCheck]
    ) -> Composition | None:
        for failure in failures:
            if failure.id == "language":
                repaired = self._respelt(composition)
                if repaired is not None:
                    return repaired
            if failure.id in _SHEDDING:
                guilty = self._guilty(composition, failure)
                if guilty is not None:
                    return self._reworded(composition, guilty) or composition.without(guilty)
        return None

    def _reworded(self, composition: Composition, guilty: Part) -> Composition | None:
        """The same fact in other words that nobody objects to: a doubt may be the words' fault."""
        for option in guilty.options:
            reworded = composition.with_text(guilty, option)
            if option != guilty.text and not self.failures(reworded):
                return reworded
        return None

    def _guilty(self, composition: Composition, failure: VerificationCheck) -> Part | None:
        """The part a failure is about: the one that holds the words it quotes."""
        quotes = [failure.detail, *re.split(r", |; ", failure.detail)]
        for quote in quotes:
            quote = quote.strip().rstrip(".!?…").lower()
            for part in composition.parts:
                text = part.text.lower()
                about = quote and (
                    quote in text or (len(text) > 15 and text.rstrip(".!?") in quote)
                )
                if about and part.question is None and part.slot is not Slot.REQUEST:
                    return part
        return None

    def _respelt(self, composition: Composition) -> Composition | None:
        """Repair slips that come from the writer's own notes."""
        for part in composition.parts:
            sentence = finished(part.text)
            slips = self.analysis(sentence).slips
            slips = tuple(slip for slip in slips if slip.suggestions)
            if not slips:
                continue
            whole = Span(start=0, end=len(sentence), quote=sentence)
            mended = drafts.mend(whole, slips)
            if mended and mended != sentence:
                return composition.with_text(
                    part, mended[0].lower() + mended[1:] if part.text[:1].islower() else mended
                )
        return None

    def accepts_sentence(self, composition: Composition, part: Part, sentence: str) -> str:
        """Why a sentence may not stand in a part's place; "" when it may."""
        polished = composition.with_text(part, sentence)
        return self.objection(polished.text, polished)

    def objection(self, text: str, composition: Composition) -> str:
        """What speaks against a text that says what a composition says; "" for nothing."""
        return ", ".join(
            f"{check.id}: {check.detail}" for check in self.objections(text, composition)
        )


_SHEDDING = frozenset(
    ("no_ask", "no_sale", "no_pressure", "no_false_familiarity", "register", "no_invention",
     "roles", "form", "language")
)  # fmt: skip


# --- a draft that is already good ----------------------------------------------------------------


def _kept_draft(
    request: RewriteRequest,
    analysis: Analysis,
    before: Critique,
    plan: Plan,
    composition: Composition,
) -> str:
    """The writer's own message, mended and completed, when there is nothing to rewrite; else ""."""
    serious = [
        finding
        for finding in before.violations
        if finding.id != "language_errors" and finding.severity is not Severity.SUGGESTION
    ]
    if serious or analysis.register_used not in (plan.register, Register.NONE):
        return ""
    if not analysis.italian or len(analysis.sentences) < 2:
        return ""
    if not analysis.has(Act.HOW_MET, Act.APPRECIATION, Act.COMMON_GROUND, Act.OFFER):
        return ""
    if any(question.id in ("how_met", "appreciation") for question in composition.questions):
        # "È stato bello incontrarti" could go to anyone.
        return ""
    if request.relation is not Relation.ESTABLISHED and drafts.wants_something(request.draft):
        return ""
    if not plan.draft.kept or sells(request.draft) or finds_fault(request.draft):
        return ""
    gives = any(kept.act is Act.OFFER for kept in plan.draft.kept)
    if plan.request and (not gives or len(plan.request) * 2 >= len(analysis.sentences)):
        # It asks, with nothing or little before it.
        return ""
    whole = Span(start=0, end=len(request.draft), quote=request.draft)
    mended = drafts.mend(whole, analysis.slips)
    if mended is None:
        return ""
    text = mended
    for slot, act in ((Slot.OFFER, Act.OFFER), (Slot.HOW_MET, Act.HOW_MET)):
        if analysis.has(act) or (
            slot is Slot.HOW_MET and analysis.has(Act.APPRECIATION, Act.COMMON_GROUND)
        ):
            continue
        part = next((p for p in composition.parts if p.slot is slot and not p.question), None)
        if part is not None and not content_stems(part.text) <= content_stems(text):
            text = _inserted(text, finished(part.text))
    return text if len(text) <= CHANNEL_LIMITS[request.channel] else ""


def _inserted(text: str, sentence: str) -> str:
    """Put a sentence before the closing lines."""
    lines = text.rstrip().split("\n")
    last = len(lines)
    while last > 1 and (not lines[last - 1].strip() or drafts.is_closing(lines[last - 1])):
        last -= 1
    before = lines[last - 1].rstrip()
    stop = "" if before.endswith((".", "!", "?", "…", ",", ":")) else "."
    lines[last - 1] = f"{before}{stop} {sentence}"
    return "\n".join(lines)


# --- what goes with the text --------------------------------------------------------------------


def _facts(composition: Composition, plan: Plan, text: str) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    low = text.lower()
    if (
        (plan.name and plan.name.split(" ")[-1].lower() in low)
        or plan.name.split(" ")[0].lower() in low
    ) and plan.name:
        origin = FactOrigin.DRAFT if plan.name == plan.draft.name else FactOrigin.CONTACT
        facts.append(Fact(text=plan.name, origin=origin, role=FactRole.RECIPIENT))
    stems = content_stems(text)
    for part in composition.parts:
        for fact in part.facts:
            if fact not in facts and (
                part.text.lower()[:20] in low or content_stems(fact.text) & stems
            ):
                facts.append(fact)
    if plan.sender and plan.sender.split(" ")[0].lower() in low:
        origin = FactOrigin.DRAFT if plan.sender == plan.draft.signature else FactOrigin.SENDER
        facts.append(Fact(text=plan.sender, origin=origin, role=FactRole.SIGNATURE))
    return tuple(facts)


#: Most questions put to the writer at once.
MAX_QUESTIONS = 3


def _questions(plan: Plan, composition: Composition, own_words: bool) -> tuple[Question, ...]:
    """Those that wait in the text first, then those that would make it better."""
    placed = () if own_words else composition.questions
    ids = {question.id for question in placed}
    rest = [q for q in plan.questions if q.id not in ids and (q.id != "name" or not own_words)]
    return tuple([*placed, *rest][:MAX_QUESTIONS])


def _advice(plan: Plan, composition: Composition, own_words: bool) -> tuple[str, ...]:
    if own_words:
        return ("Il messaggio andava già bene: ho tenuto le tue parole.",)
    used = {fact.text for part in composition.parts for fact in part.facts}
    unused = tuple(
        f"Non ho usato l'appunto «{known.fragment.text}»: se ci tieni, aggiungilo tu."
        for known in plan.known
        if known.origin is FactOrigin.CONTACT and known.fragment.text not in used
    )
    return plan.advice + unused


# A brief variant saves at least a tenth.
_BRIEFER = 0.9


def _variants(
    plan: Plan, request: RewriteRequest, judge: _Judge, text: str, count: int
) -> tuple[Variant, ...]:
    found: list[Variant] = []
    for manner in MANNERS[: max(0, count)]:
        other = judge.sound(compose(plan, request.draft, manner=manner))
        other = with_question(other, plan, manner=manner)
        if other.text == text or (manner == BRIEF and len(other.text) > _BRIEFER * len(text)):
            continue
        if not any(check.id in _SHEDDING for check in judge.failures(other)):
            found.append(Variant(label=manner, text=other.text))
    return tuple(found)

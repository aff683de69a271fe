"""What a message of the learner does, given what has already been said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coach.analysis.text import check_text
from coach.critique import critique
from coach.errors import MessageError
from coach.rewrite.plan import content_stems
from coach.roleplay import conduct
from coach.roleplay.past import ASKS, Past
from coach.roleplay.planning import ReplyPlan
from coach.rubric import Principle, Rubric
from coach.schemas import (
    Act,
    ActSpan,
    Analysis,
    Channel,
    Critique,
    Message,
    Persona,
    Relation,
    Span,
    Stance,
)

if TYPE_CHECKING:
    from coach.analysis import Analyser

#: What a first message owes, and one that goes on with a conversation does not.
_OPENING_ONLY = ("generic", "how_met")
#: Conducts whose sentence gives, asks and tells nothing else.
_ASIDE = ("insult", "role_break", "off_topic")
#: Confidence from which a request in the words of a delivery is one all the same, and a sale in an
#: answer about an offer.
SURE = 0.8
#: Most words of a question that asks nothing but how the other is.
COURTESY_WORDS = 2
#: Longest text without a letter that somebody may really have sent, in characters.
MOST_WORDLESS = 200
#: What a message that also wanders may still have to say.
_TO_THE_POINT = (Act.HOW_MET, Act.APPRECIATION, Act.OFFER, Act.COMMON_GROUND)
#: What is only ever said to a person.
_ADDRESSED = (*_TO_THE_POINT, Act.PRESSURE, Act.SALE, Act.INTRO_REQUEST)
#: Conducts that make a message one that nobody would send: it scores nothing.
UNFIT = ("insult", "role_break", "off_topic", "unclear", "empty")


@dataclass(frozen=True)
class Reading:
    """A message of the learner as the person played takes it.

    Attributes:
        text: as it was written.
        analysis: what its sentences do; None for a message without a word.
        critique: the judgement by the rubric, as a first message or as one that goes on; None for
            a message without a word.
        conduct: the families of `coach.roleplay.conduct` that were found, and `foreign` (another
            language), `unclear` (no word that says anything), `empty`.
    """

    text: str
    analysis: Analysis | None
    critique: Critique | None
    conduct: Mapping[str, Span]

    @property
    def score(self) -> int:
        """0..100; nothing for what insults, leaves the conversation or says nothing."""
        if self.critique is None or any(family in self.conduct for family in UNFIT):
            return 0
        # Of a text in another language the analysis sees little: half of what it says.
        return self.critique.score // 2 if "foreign" in self.conduct else self.critique.score

    @property
    def findings(self) -> tuple[str, ...]:
        """Ids of the principles it breaks, each once, in the order of the text."""
        return tuple(dict.fromkeys(f.id for f in self.critique.violations)) if self.critique else ()

    @property
    def virtues(self) -> tuple[str, ...]:
        """Ids of the principles it honours, each once, in the order of the text."""
        return tuple(dict.fromkeys(v.id for v in self.critique.virtues)) if self.critique else ()


def read(
    text: str,
    *,
    persona: Persona,
    channel: Channel,
    relation: Relation,
    stance: Stance,
    past: Past,
    analyser: Analyser,
    rubric: Rubric,
) -> Reading:
    """Read a message of the learner.

    Args:
        text: the message.
        persona: the person it is written to; the words of their name are not misspelt.
        channel: where it is sent; it sets the limit of length.
        relation: how well the two knew each other before.
        stance: how the person played is disposed before reading it.
        past: what was already said.
        analyser: tells what sentences do.
        rubric: the principles.

    Raises:
        MessageError: the text is too large or binary.
    """
    try:
        check_text(text)
    except MessageError:
        wordless = not any(c.isalpha() for c in text) and len(text) <= MOST_WORDLESS
        if not wordless or not all(c.isprintable() or c.isspace() for c in text):
            raise
        # Nothing, three dots, a thumb up: not a message to judge, but people do send them.
        whole = Span(start=0, end=len(text), quote=text)
        found = conduct.find(text) if text.strip() else {}
        return Reading(text, None, None, _firsts(found) or {"empty": whole})
    message = Message(text=text, channel=channel, relation=relation)
    names = known_names(persona)
    analysis = analyser.analyse(message, names)
    every = _out_of_place(conduct.find(text), analysis)
    did = _conduct(text, analysis, persona, _firsts(every))
    analysis = _to_the_person(
        analysis, [span for family in _ASIDE if family in did for span in every[family]]
    )
    analysis = _without_courtesies(analysis)
    if not past.first:
        delivered = every.get("delivery", ()) if past.given else ()
        analysis = _without_doubts(analysis, past, delivered)
    judged = critique(
        message,
        analysis,
        _owed(
            rubric,
            analysis,
            past,
            may_ask=past.may_ask(relation, stance),
            unfit=any(family in did for family in UNFIT),
        ),
    )
    return Reading(text, analysis, judged, did)


def known_names(persona: Persona) -> frozenset[str]:
    """The words of a persona that no dictionary need hold."""
    texts = (persona.name, persona.company, persona.region)
    return frozenset(word for text in texts for word in text.split())


def _owed(rubric: Rubric, analysis: Analysis, past: Past, *, may_ask: bool, unfit: bool) -> Rubric:
    """The principles a message is judged by at this point of the conversation.

    One that goes on with a conversation need not say again how the two met, nor prove that it is
    not a circular; what it does well counts, what it could have added is not missed, except an
    offer as long as there was none. A request whose time has come is no fault. An insult is not
    made better by being meant for one person only.
    """

    def holds(principle: Principle) -> bool:
        if (may_ask and principle.id in ASKS) or (unfit and principle.id == "generic"):
            return False
        if past.first or (principle.is_violation and principle.id not in _OPENING_ONLY):
            return True
        if principle.is_violation:
            return False
        return analysis.has(*principle.acts) or (principle.id == "offer" and not past.given)

    return Rubric(tuple(principle for principle in rubric if holds(principle)))


def _without_courtesies(analysis: Analysis) -> Analysis:
    """An analysis in which "E Lei?", said to answer a greeting, asks for nothing."""
    acts = tuple(
        span
        for span in analysis.acts
        if span.act is not Act.ASK
        or len(analysis.sentences[span.sentence].quote.split()) > COURTESY_WORDS
    )
    return analysis.model_copy(update={"acts": acts})


def _without_doubts(analysis: Analysis, past: Past, delivered: Sequence[Span]) -> Analysis:
    """An analysis of a message that goes on with a conversation, less what there is no reason for.

    "Ti porto anche i dati stasera" goes on with an offer; alone, it has something of a request and
    of a deadline. A sentence that gives, because the offer in it is surer or because it delivers,
    neither asks nor presses; nor do the very words that deliver ("ecco due date, decida Lei"),
    unless they are a question. What answers a question about an offer does not sell. Unless it
    surely does.
    """
    offers = {span.sentence: span.confidence for span in analysis.spans(Act.OFFER)}
    given: dict[int, list[Span]] = {}
    for place, sentence in enumerate(analysis.sentences):
        here = [span for span in delivered if sentence.start <= span.start < sentence.end]
        if here:
            offers[place] = max(offers.get(place, 0.0), SURE)
        if here and not sentence.quote.rstrip().endswith("?"):
            given[place] = here
    answering = past.plans[-1] is ReplyPlan.ASK_OFFER

    def doubtful(span: ActSpan) -> bool:
        if span.act is Act.SALE:
            return answering and span.confidence < SURE
        if span.act not in (Act.ASK, Act.PRESSURE):
            return False
        in_the_giving = any(
            span.start < each.end and each.start < span.end for each in given.get(span.sentence, ())
        )
        return in_the_giving or span.confidence < offers.get(span.sentence, 0.0)

    acts = tuple(span for span in analysis.acts if not doubtful(span))
    return analysis.model_copy(update={"acts": acts})


def _firsts(found: Mapping[str, tuple[Span, ...]]) -> dict[str, Span]:
    return {family: spans[0] for family, spans in found.items()}


def _out_of_place(
    found: Mapping[str, tuple[Span, ...]], analysis: Analysis
) -> dict[str, tuple[Span, ...]]:
    """What was found, less what seems to leave the conversation and surely belongs to it.

    A whole sentence that is taken for an order to a machine or for idle talk, and surely offers,
    presses or sells, is said to the person.
    """
    held = {
        (sentence.start, sentence.end)
        for place, sentence in enumerate(analysis.sentences)
        if any(s.sentence == place and s.confidence >= SURE for s in analysis.spans(*_ADDRESSED))
    }
    kept = {
        family: tuple(
            span
            for span in spans
            if family not in ("role_break", "off_topic") or (span.start, span.end) not in held
        )
        for family, spans in found.items()
    }
    return {family: spans for family, spans in kept.items() if spans}


def _to_the_person(analysis: Analysis, aside: Sequence[Span]) -> Analysis:
    """An analysis without what is no part of a message: offences, orders to a machine."""
    places = {
        place
        for place, sentence in enumerate(analysis.sentences)
        if any(sentence.start < span.end and span.start < sentence.end for span in aside)
    }
    acts = tuple(span for span in analysis.acts if span.sentence not in places)
    return analysis.model_copy(update={"acts": acts})


def _conduct(
    text: str, analysis: Analysis, persona: Persona, found: dict[str, Span]
) -> dict[str, Span]:
    """What was found, with what the analysis tells of the language and the subject."""
    whole = Span(start=0, end=len(text), quote=text)
    names = known_names(persona)
    said = " ".join(word for word in text.split() if word.strip(",.!?") not in names)
    greeting = found.pop("foreign_greeting", None)
    foreign = found.pop("foreign_words", None) and not analysis.italian
    if greeting or foreign:
        found["foreign"] = whole
    elif not found and any(c.isalpha() for c in said) and conduct.says_nothing(said):
        found["unclear"] = whole
    elif not analysis.italian or conduct.in_english(said):
        found["foreign"] = whole
    if "off_topic" in found and _has_to_do(found["off_topic"], analysis, persona):
        del found["off_topic"]
    return found


def _has_to_do(wandering: Span, analysis: Analysis, persona: Persona) -> bool:
    """Whether a message that seems to wander says something else too, or speaks of their work."""
    field = " ".join((persona.role, persona.sector, *persona.cares_about, *persona.would_help))
    # "Hai visto la partita?" tells of something seen, and is beside the point all the same.
    straight = _to_the_person(analysis, [wandering])
    return straight.has(*_TO_THE_POINT) or bool(
        content_stems(wandering.quote) & content_stems(field)
    )

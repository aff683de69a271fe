"""The plan of a rewrite: every fact that is known, with its origin, and what is not known.

Nothing is worded here. Facts come from the contact's card, from what the sender said of themselves
and from the draft; whatever the message needs and nobody said becomes a question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from coach.rewrite.discretion import confidential
from coach.rewrite.draft import ASKS, DraftFacts
from coach.rewrite.fragments import Fragment, Kind, understand
from coach.rewrite.names import is_organisation, read_name
from coach.rewrite.offers import Offer, understand_offer
from coach.schemas import (
    Act,
    Analysis,
    Channel,
    Fact,
    FactOrigin,
    FactRole,
    Question,
    Register,
    Relation,
    RewriteRequest,
)

#: Most offers in one message.
MAX_OFFERS = 2

_ROLES: dict[Kind, FactRole] = {
    Kind.MET: FactRole.HOW_MET, Kind.INTRODUCED: FactRole.HOW_MET, Kind.TALKED: FactRole.HOW_MET,
    Kind.EVENT: FactRole.HOW_MET, Kind.WAS_THERE: FactRole.HOW_MET, Kind.HEARD: FactRole.HOW_MET,
    Kind.EXPERIENCED: FactRole.APPRECIATION, Kind.FOLLOWED: FactRole.APPRECIATION,
    Kind.WORK: FactRole.APPRECIATION, Kind.ACHIEVEMENT: FactRole.APPRECIATION,
    Kind.DONE: FactRole.APPRECIATION, Kind.NEED: FactRole.NEED, Kind.NEED_NOUN: FactRole.NEED,
    Kind.TOLD: FactRole.NEED, Kind.ACTIVITY: FactRole.APPRECIATION,
    Kind.QUALITY: FactRole.APPRECIATION, Kind.COMMON: FactRole.COMMON_GROUND,
    Kind.JOINT: FactRole.COMMON_GROUND, Kind.PAST_GIFT: FactRole.PAST_GIFT,
    Kind.RECEIVED: FactRole.THANKS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A note understood, with its origin."""

    fragment: Fragment
    origin: FactOrigin

    @property
    def fact(self) -> Fact:
        """The fact as it is shown to the person."""
        return Fact(text=self.fragment.text, origin=self.origin, role=_ROLES[self.fragment.kind])


@dataclass(frozen=True, slots=True)
class Plan:
    """What the message can be made of.

    Attributes:
        register: the form of address.
        name, title: the recipient's.
        house: whether the recipient is a body rather than a person.
        sender: the name it is signed with.
        about: the sender in a few words.
        known: notes understood, the most telling first.
        offers: what can be given, the fittest first.
        draft: what the draft gives.
        request: the sentences of a request that the relation bears.
        questions: what the writer may be asked, the most useful first.
        advice: what the person is told beside the text.
    """

    register: Register
    channel: Channel
    relation: Relation
    name: str
    title: str
    house: bool
    sender: str
    about: str
    known: tuple[Known, ...]
    offers: tuple[Offer, ...]
    draft: DraftFacts
    request: tuple[str, ...]
    questions: tuple[Question, ...]
    advice: tuple[str, ...]


def choose_register(request: RewriteRequest, analysis: Analysis) -> Register:
    """The form of address: the wanted one, else the draft's, else what the relation suggests."""
    if request.register_wanted in (Register.TU, Register.LEI):
        return request.register_wanted
    if analysis.register_used in (Register.TU, Register.LEI):
        return analysis.register_used
    if re.match(r"\W*(?:ciao|ehi|hey)\b", request.draft, re.IGNORECASE):
        return Register.TU
    if request.relation is Relation.ESTABLISHED:
        return Register.TU
    return Register.LEI


def make_plan(
    request: RewriteRequest, analysis: Analysis, draft: DraftFacts, register: Register
) -> Plan:
    """Gather facts, requests, questions and advice.

    Args:
        request: what the rewrite starts from.
        analysis: of the draft.
        draft: what `draft.read` found in it.
        register: from `choose_register`.
    """
    advice: list[str] = []
    named = read_name(request.contact)
    name = named.name
    known = _known(request, draft, advice)
    offers = _offers(request, known, advice)
    established = request.relation is Relation.ESTABLISHED
    asks = draft.asks if established else ()
    advice.extend(_advice_on_draft(request, analysis, draft))
    return Plan(
        register=register,
        channel=request.channel,
        relation=request.relation,
        name=name or draft.name,
        title=named.title or (draft.title if not name else ""),
        house=named.house or is_organisation(name or draft.name),
        sender=request.sender.name.strip() or draft.signature,
        about=request.sender.about.strip(),
        known=known,
        offers=offers,
        draft=draft,
        request=asks,
        questions=_questions(request, name or draft.name, known, offers, draft),
        advice=tuple(advice),
    )


# The most telling notes first: how one came to the person, then what they need, then the rest.
_ORDER = (
    Kind.RECEIVED, Kind.MET, Kind.EVENT, Kind.WAS_THERE, Kind.TALKED, Kind.INTRODUCED, Kind.HEARD,
    Kind.JOINT, Kind.COMMON, Kind.EXPERIENCED, Kind.FOLLOWED, Kind.WORK, Kind.ACHIEVEMENT,
    Kind.DONE, Kind.TOLD, Kind.NEED, Kind.NEED_NOUN, Kind.PAST_GIFT, Kind.ACTIVITY, Kind.QUALITY,
)  # fmt: skip


# Where they met is one thing, whether it is told as a place or as an event: the first note stands.
_RANK = {kind: rank for rank, kind in enumerate(_ORDER)}
_RANK[Kind.EVENT] = _RANK[Kind.MET]


def _known(request: RewriteRequest, draft: DraftFacts, advice: list[str]) -> tuple[Known, ...]:
    found: list[Known] = []
    for note in request.contact.notes:
        if confidential(note):
            advice.append(f"Ho lasciato fuori l'appunto riservato «{note.strip()}».")
            continue
        fragments = understand(note, request.relation, request.contact.name)
        usable = [fragment for fragment in fragments if fragment.kind is not Kind.UNUSED]
        if not usable and note.strip():
            advice.append(
                f"Non ho usato l'appunto «{note.strip()}»: se vuoi che entri nel messaggio, "
                "scrivilo come un fatto che si può dire all'altra persona."
            )
        found.extend(Known(fragment, FactOrigin.CONTACT) for fragment in usable)
    stems = [content_stems(known.fragment.body) for known in found]
    for fragment in draft.fragments:
        own = content_stems(fragment.body)
        same_kind = any(known.fragment.kind is fragment.kind for known in found)
        if own and not same_kind and not any(len(own & other) * 2 >= len(own) for other in stems):
            found.append(Known(fragment, FactOrigin.DRAFT))
            stems.append(own)
    return tuple(sorted(found, key=lambda known: _RANK[known.fragment.kind]))


def content_stems(text: str) -> frozenset[str]:
    """Content words of a text cut to a stem, to tell whether two texts speak of the same thing."""
    words = re.findall(r"[^\W\d_]{4,}|\d+", text.lower())
    return frozenset(
        word if word.isdigit() else word[: max(4, len(word) - 2)]
        for word in words
        if word not in _EMPTY
    )


_EMPTY = frozenset(
    [
        "della",
        "delle",
        "degli",
        "dello",
        "dalla",
        "nella",
        "nelle",
        "sulla",
        "sulle",
        "alla",
        "alle",
        "allo",
        "agli",
        "questo",
        "questa",
        "quella",
        "quello",
        "sono",
        "anche",
        "come",
        "dove",
        "quando",
        "molto",
        "sempre",
        "tutto",
        "tutti",
        "suoi",
        "tuoi",
        "miei",
        "loro",
        "cosa",
        "fare",
        "avere",
        "essere",
        "dare",
        "andare",
        "venire",
        "stare",
        "stato",
        "stata",
        "abbiamo",
        "hanno",
        "aver",
        "averti",
        "averla",
        "avermi",
        "dopo",
        "prima",
        "ogni",
        "tanto",
        "volta",
        "volte",
        "anni",
        "anno",
        "proprio",
    ]
)


_NOTHING = re.compile(
    r"^\W*(?:(?:niente|nulla|nessun[oa]?)\b.*|boh|non so|n\.?/?d\.?|n/a|no|per ora niente|"
    r"nothing|none|da decidere|non saprei|ancora niente)?\W*$",
    re.IGNORECASE,
)


def _offers(
    request: RewriteRequest, known: tuple[Known, ...], advice: list[str]
) -> tuple[Offer, ...]:
    offers: list[Offer] = []
    for text in request.sender.can_offer:
        if not text.strip() or _NOTHING.match(text):
            continue
        offer = understand_offer(text)
        if offer is None:
            advice.append(
                f"Ho lasciato fuori «{text.strip()}»: sa di vendita. Offri prima qualcosa che sia "
                "utile anche a chi non comprerà mai da te."
            )
        else:
            offers.append(offer)
    wanted: set[str] = set()
    for item in known:
        wanted |= content_stems(item.fragment.body)
    wanted |= content_stems(f"{request.contact.role} {request.contact.company}")
    # A stable sort: among equally fitting offers the writer's order stands.
    ranked = sorted(offers, key=lambda offer: -len(content_stems(offer.body) & wanted))
    return tuple(ranked[:MAX_OFFERS])


def _advice_on_draft(request: RewriteRequest, analysis: Analysis, draft: DraftFacts) -> list[str]:
    advice: list[str] = []
    if request.relation is not Relation.ESTABLISHED and draft.dropped & ASKS:
        quote = next((span.quote for span in analysis.acts if span.act in ASKS), "")
        when = (
            "dopo che vi sarete conosciuti e avrai dato qualcosa per primo"
            if request.relation is Relation.STRANGER
            else "dopo qualche scambio, quando avrai dato qualcosa per primo"
        )
        advice.append(f"Ho lasciato fuori la richiesta «{_short(quote)}»: falla {when}.")
    if Act.SALE in draft.dropped:
        advice.append(
            "Ho tolto la vendita: prima fatti conoscere e sii utile. Prezzi e listini, se servono, "
            "te li chiederà l'altra persona."
        )
    if Act.PRESSURE in draft.dropped:
        advice.append("Ho tolto fretta e rimproveri: un messaggio senza pressione ha più risposte.")
    if Act.FAMILIARITY in draft.dropped and request.relation is not Relation.ESTABLISHED:
        advice.append("Ho tolto la confidenza che il vostro rapporto non ha ancora.")
    return advice


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else text[:88].rsplit(" ", 1)[0] + "…"


def _questions(
    request: RewriteRequest,
    name: str,
    known: tuple[Known, ...],
    offers: tuple[Offer, ...],
    draft: DraftFacts,
) -> tuple[Question, ...]:
    """What may be asked; the composer places those placeholders that the message needs."""
    asked: list[Question] = []
    roles = {item.fact.role for item in known}
    acts = {kept.act for kept in draft.kept}
    who = name or "questa persona"
    stranger = request.relation is Relation.STRANGER
    personal = roles - {FactRole.NEED} or acts & {
        Act.HOW_MET, Act.APPRECIATION, Act.COMMON_GROUND,
    }  # fmt: skip
    if not personal:
        if stranger:
            asked.append(
                APPRECIATION_QUESTION.model_copy(
                    update={
                        "text": f"Che cosa di preciso hai apprezzato di {who}: un articolo, un "
                        "lavoro, una cosa detta?"
                    }
                )
            )
        else:
            established = request.relation is Relation.ESTABLISHED
            asked.append(SHARED_QUESTION if established else HOW_MET_QUESTION)
    if not offers and Act.OFFER not in acts:
        asked.append(
            OFFER_QUESTION.model_copy(
                update={
                    "text": f"Che cosa di utile potresti offrire a {who}: un documento, un "
                    "contatto, un po' del tuo tempo?"
                }
            )
        )
    if not name:
        asked.append(NAME_QUESTION)
    return tuple(asked)


HOW_MET_QUESTION = Question(
    id="how_met", text="Dove o come vi siete conosciuti?", placeholder="[dove vi siete conosciuti]"
)
SHARED_QUESTION = Question(
    id="how_met",
    text="Che cosa avete condiviso: un lavoro, un corso, una bella serata?",
    placeholder="[un lavoro o un momento condiviso]",
)
APPRECIATION_QUESTION = Question(
    id="appreciation",
    text="Che cosa di preciso hai apprezzato?",
    placeholder="[un lavoro, un articolo o una frase in particolare]",
)
OFFER_QUESTION = Question(
    id="offer",
    text="Che cosa di utile potresti offrire?",
    placeholder="[qualcosa di utile]",
)
NAME_QUESTION = Question(
    id="name", text="Come si chiama la persona a cui scrivi?", placeholder="[nome]"
)

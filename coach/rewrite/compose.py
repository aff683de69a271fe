"""From the plan to a message, without a model: the floor that is always there.

A message is a list of parts, each a sentence with the facts it stands on and how much it matters.
Where the channel is too narrow the parts that matter least are shed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import combinations

from coach.analysis import lexicon
from coach.analysis.text import listed
from coach.rewrite import favours, manners, wording
from coach.rewrite.fragments import Fragment, Kind
from coach.rewrite.morphology import addressed, with_preposition
from coach.rewrite.names import is_organisation, is_plural
from coach.rewrite.offers import Offer, OfferKind
from coach.rewrite.plan import (
    APPRECIATION_QUESTION,
    HOW_MET_QUESTION,
    SHARED_QUESTION,
    Known,
    Plan,
    content_stems,
)
from coach.schemas import (
    CHANNEL_LIMITS,
    Act,
    Channel,
    Fact,
    FactOrigin,
    FactRole,
    Question,
    Register,
    Relation,
)

# What a second offer begins with.
_MORE = "in più, "


class Slot(IntEnum):
    """The places of a message, in the order they are read."""

    THANKS = 1
    SELF = 2
    HOW_MET = 3
    REMINDER = 4
    COMMON = 5
    APPRECIATION = 6
    PAST_GIFT = 7
    NEED = 8
    OFFER = 9
    REQUEST = 10
    NEXT_STEP = 11


#: What is shed first when a message is too long: the lowest figure.
_WORTH: dict[Slot, int] = {
    Slot.NEXT_STEP: 10, Slot.SELF: 20, Slot.REMINDER: 20, Slot.PAST_GIFT: 35, Slot.COMMON: 45,
    Slot.THANKS: 55, Slot.APPRECIATION: 60, Slot.NEED: 65, Slot.OFFER: 80, Slot.REQUEST: 85,
    Slot.HOW_MET: 90,
}  # fmt: skip
_OPENING = (
    Slot.THANKS, Slot.SELF, Slot.HOW_MET, Slot.REMINDER, Slot.COMMON, Slot.APPRECIATION,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Anchor:
    """The words of a sentence that are the fact itself.

    Attributes:
        kind: how they fit into a sentence; the capital letters of `data/frames.txt`.
        text: the words as they stand.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One sentence of the message.

    Attributes:
        slot: its place.
        text: the sentence, lower case, without its final stop.
        facts: what it stands on.
        worth: how much it matters when room is short.
        question: what its placeholder asks, if it has one.
        fragment, offer: what it words.
        anchors: the facts inside `text`, which whoever words it anew must keep as they are.
        options: the other ways in which it could have been worded.
    """

    slot: Slot
    text: str
    facts: tuple[Fact, ...] = ()
    worth: int = 50
    question: Question | None = None
    fragment: Fragment | None = None
    offer: Offer | None = None
    anchors: tuple[Anchor, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """Parts and the frame around them.

    Attributes:
        greeting: "Ciao Carla," or "".
        closing: "Un cordiale saluto," or "".
        signature: the sender's name or "".
    """

    channel: Channel
    greeting: str
    parts: tuple[Part, ...]
    closing: str
    signature: str
    register: Register
    names: tuple[str, ...] = field(default=())
    greeting_question: Question | None = None

    @property
    def text(self) -> str:
        """The message."""
        return _assembled(self)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those whose placeholders stand in the text."""
        found = [part.question for part in self.parts if part.question]
        if self.greeting_question and self.greeting_question.placeholder in self.greeting:
            found.append(self.greeting_question)
        return tuple(found)

    def without(self, part: Part) -> Composition:
        """The same message less one part."""
        left = [other for other in self.parts if other is not part]
        if part.slot is Slot.OFFER and not any(p.slot is Slot.OFFER and p.anchors for p in left):
            # The second offer is now the first: nothing to add it to.
            left = [
                replace(p, text=_alone(p, self.register)) if p.slot is Slot.OFFER else p
                for p in left
            ]
        return replace(self, parts=tuple(left))

    def with_text(self, part: Part, text: str) -> Composition:
        """The same message with another sentence in a part's place."""
        parts = tuple(replace(p, text=text) if p is part else p for p in self.parts)
        return replace(self, parts=parts)


def _alone(part: Part, register: Register) -> str:
    """A second offer as a first one."""
    if part.offer is None or not part.text.startswith(("posso anche ", _MORE)):
        return part.text
    return wording.offer_clause(part.offer, register)


class Chooser:
    """Chooses among phrasings: the same request always gets the same, different ones differ.

    Args:
        seed: what the choice depends on.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._used: list[str] = []

    def pick(self, options: Sequence[str]) -> str:
        """An option that repeats the fewest words of those already chosen.

        Raises:
            ValueError: there is no option.
        """
        if not options:
            raise ValueError("no option")
        digest = hashlib.sha256(f"{self._seed}|{options[0]}".encode()).digest()
        start = digest[0] % len(options)
        turned = [*options[start:], *options[:start]]
        best = min(turned, key=self._repeated)
        self._used.extend(_echoes(best))
        return best

    def heard(self, text: str) -> None:
        """Count what stands in the message already."""
        self._used.extend(_echoes(text))

    def _repeated(self, option: str) -> int:
        return sum(self._used.count(echo) for echo in _echoes(option))


_ECHO = re.compile(
    r"\b(?:piacere|comodo|utile|volentieri|interesse|so che|ho visto|ho saputo|ricord\w+|saputo|"
    r"con piacere|"
    r"incurios\w+|scrivo|stato un|fatto|complimenti|ancora|colpito|apprezzato)\b"
)


def _echoes(text: str) -> list[str]:
    return _ECHO.findall(text.lower())


# --- composing ----------------------------------------------------------------------------------


def compose(plan: Plan, seed: str, *, manner: str = "") -> Composition:
    """Word a plan.

    Args:
        plan: what is known.
        seed: the phrasing depends on it (the draft will do).
        manner: "" or one of the variants: `breve`, `calda`, `formale`.

    Returns:
        A composition within the channel's limit, unless even its last part is too long.
    """
    chooser = Chooser(f"{seed}|{manner}")
    parts = sorted(
        (_in_manner(part, plan, manner) for part in _parts(plan, chooser)),
        key=lambda part: _place(part, plan),
    )
    greeting, question = _greeting(plan, manner)
    composition = Composition(
        channel=plan.channel,
        greeting=greeting,
        parts=tuple(parts),
        closing=_closing(plan, manner),
        signature=_signature(plan, manner),
        register=plan.register,
        names=tuple(word for name in (plan.name, plan.sender) for word in name.split()),
        greeting_question=question,
    )
    if manner == manners.BRIEF:
        composition = _shortened(composition)
    return fit(composition)


def _place(part: Part, plan: Plan) -> float:
    """Where a part is read: of somebody met once, what they did comes after where it was."""
    if part.slot is Slot.THANKS and part.fragment and plan.relation is Relation.MET:
        return Slot.HOW_MET + 0.5
    return part.slot


def fit(composition: Composition) -> Composition:
    """Leave out what matters least so that the message is within its channel's limit."""
    limit = CHANNEL_LIMITS[composition.channel]
    if len(composition.text) <= limit:
        return composition
    if composition.channel is Channel.LINKEDIN_INVITE and composition.signature:
        return fit(replace(composition, signature="", closing=""))
    parts = composition.parts
    best: tuple[int, Composition] | None = None
    for count in range(1, len(parts)):
        for kept in combinations(parts, count):
            shorter = replace(composition, parts=kept)
            worth = sum(max(1, part.worth) for part in kept)
            if (best is None or worth > best[0]) and len(shorter.text) <= limit:
                best = worth, shorter
    return best[1] if best else composition


def _in_manner(part: Part, plan: Plan, manner: str) -> Part:
    """The part in the words of a variant; what the writer wrote stays as it is."""
    if manner not in (manners.WARM, manners.FORMAL):
        return part
    if part.slot is Slot.NEXT_STEP and not part.facts:
        step = manners.next_step(
            manner,
            plan.register,
            plan.relation,
            short=plan.channel is Channel.LINKEDIN_INVITE,
            offered=bool(plan.offers) or any(kept.act is Act.OFFER for kept in plan.draft.kept),
        )
        return replace(part, text=step or part.text)
    own_words = any(
        fact.origin is FactOrigin.DRAFT and fact.role is not FactRole.THANKS for fact in part.facts
    )
    if own_words and part.fragment is None:
        return part
    return replace(part, text=manners.reworded(part.text, manner, plan.register))


def _shortened(composition: Composition) -> Composition:
    """The two parts that matter most; three where one of them is a request."""
    kept = [
        p for p in composition.parts if p.slot not in (Slot.SELF, Slot.REMINDER, Slot.NEXT_STEP)
    ]
    room = 3 if any(part.slot is Slot.REQUEST for part in kept) else 2
    kept = sorted(kept, key=lambda part: -part.worth)[:room]
    if not kept:
        return composition
    return replace(composition, parts=tuple(p for p in composition.parts if p in kept))


def _parts(plan: Plan, chooser: Chooser) -> list[Part]:
    parts: list[Part] = []
    room = 3 if plan.channel is Channel.LINKEDIN_INVITE else 5
    parts.extend(_thanks(plan, chooser))
    parts.extend(_introduction(plan))
    parts.extend(_kept(plan))
    for part in parts:
        chooser.heard(part.text)
    told = [known for known in plan.known if known.fact.role is FactRole.NEED]
    others = [known for known in plan.known if known.fact.role is not FactRole.NEED]
    if plan.offers and not told:
        told = [known for known in others if wording.leads_to_offer(known.fragment)][:1]
    others = _telling([known for known in others if known not in told], plan)
    for known in others[:room]:
        joined = _meeting_with_talk(known, plan, parts)
        if joined is not None:
            parts = joined
            continue
        said = _known_part(known, plan, chooser)
        if said is None or _covered(said, parts) or _met_twice(known, parts):
            continue
        thanked = [part for part in parts if part.slot is Slot.THANKS]
        if said.text.startswith("grazie") and any(p.text.startswith("grazie") for p in thanked):
            # Thanked once is thanked.
            continue
        if thanked and said.slot is Slot.THANKS:
            parts = [_less_thanks(part) for part in parts]
            said = _less_thanks(said)
        parts.append(said)
    parts.extend(_needs_and_offers(plan, told[:2], chooser, parts))
    parts.extend(_placeholders(plan, parts))
    parts.extend(_request(plan, parts))
    parts.extend(_next_step(plan, parts, chooser))
    return _dampened(parts)


def _less_thanks(part: Part) -> Part:
    """A habit of the reader's without its thanks, which another sentence gives."""
    text = re.sub(r", e (?:ti|La) ringrazio$", " ed è sempre un piacere", part.text)
    return part if text == part.text else replace(part, text=text, anchors=(), options=())


def _telling(known: Sequence[Known], plan: Plan) -> list[Known]:
    """The notes worth a sentence: what leads nowhere ("lavora in banca") only for want of better.

    It leads somewhere when an offer is about the same thing.
    """
    offered = frozenset[str]().union(*(content_stems(offer.body) for offer in plan.offers))
    telling = [
        item
        for item in known
        if not wording.is_bare_circumstance(item.fragment)
        or content_stems(item.fragment.body) & offered
    ]
    return telling or list(known)


def _dampened(parts: list[Part]) -> list[Part]:
    """Second and later parts of one slot matter less than the first."""
    seen: dict[Slot, int] = {}
    out: list[Part] = []
    for part in parts:
        out.append(replace(part, worth=part.worth - 30 * seen.get(part.slot, 0)))
        seen[part.slot] = seen.get(part.slot, 0) + 1
    return out


_ROLE_SLOTS: dict[FactRole, Slot] = {
    FactRole.HOW_MET: Slot.HOW_MET, FactRole.APPRECIATION: Slot.APPRECIATION,
    FactRole.COMMON_GROUND: Slot.COMMON, FactRole.PAST_GIFT: Slot.PAST_GIFT,
    FactRole.THANKS: Slot.THANKS, FactRole.NEED: Slot.NEED,
}  # fmt: skip
_ACT_SLOTS: dict[Act, Slot] = {
    Act.HOW_MET: Slot.HOW_MET, Act.APPRECIATION: Slot.APPRECIATION,
    Act.COMMON_GROUND: Slot.COMMON, Act.OFFER: Slot.OFFER, Act.LIGHT_NEXT_STEP: Slot.NEXT_STEP,
}  # fmt: skip
_ACT_ROLES: dict[Act, FactRole] = {
    Act.HOW_MET: FactRole.HOW_MET, Act.APPRECIATION: FactRole.APPRECIATION,
    Act.COMMON_GROUND: FactRole.COMMON_GROUND, Act.OFFER: FactRole.OFFER,
    Act.LIGHT_NEXT_STEP: FactRole.NEXT_STEP,
}  # fmt: skip


def _thanks(plan: Plan, chooser: Chooser) -> list[Part]:
    if not plan.draft.thanks:
        return []
    fact = Fact(text=plan.draft.thanks, origin=FactOrigin.DRAFT, role=FactRole.THANKS)
    text = chooser.pick(wording.thanks(plan.draft.thanks))
    return [Part(Slot.THANKS, text, (fact,), _WORTH[Slot.THANKS])]


def _introduction(plan: Plan) -> list[Part]:
    if plan.relation is Relation.ESTABLISHED or any(_knows(k.fragment) for k in plan.known):
        return []
    # Someone who has met the writer is first told where, and then reminded of who it was.
    slot = Slot.SELF if plan.relation is Relation.STRANGER else Slot.REMINDER
    if plan.draft.introduction and not plan.about:
        fact = Fact(text=plan.draft.introduction, origin=FactOrigin.DRAFT, role=FactRole.SELF)
        return [Part(slot, decapitalised(plan.draft.introduction, ()), (fact,), _WORTH[slot])]
    text = wording.self_introduction(plan.sender, plan.about, plan.register)
    if not text:
        return []
    fact = Fact(text=plan.about, origin=FactOrigin.SENDER, role=FactRole.SELF)
    return [Part(slot, text, (fact,), _WORTH[slot])]


_OLD_BOND = re.compile(
    r"abbiamo .*\b(?:per|da) (?:\d+|due|tre|tant\w|molt\w) (?:anni|mesi)\b|"
    r"(?:(?:abbiamo|avevamo) (?:lavorato|collaborato|studiato|suonato|cantato|recitato|giocato|"
    r"insegnato|scritto|fatto)|lavor(?:iamo|avamo)|collabor(?:iamo|avamo)|ci (?:conosciamo|"
    r"vediamo|sentiamo)|eravamo insieme|(?:siamo|eravamo) (?:amic|collegh|vicin|compagn|cugin|"
    r"soci))"
)


def _knows(fragment: Fragment) -> bool:
    """Whether a note tells that the reader knows who writes."""
    if fragment.kind is Kind.JOINT:
        return fragment.verb != "" or _OLD_BOND.match(fragment.body) is not None
    if fragment.kind is Kind.RECEIVED:
        return fragment.verb == "habit"
    return fragment.verb == "again" or fragment.kind is Kind.PAST_GIFT


def _kept(plan: Plan) -> list[Part]:
    """Good sentences of the draft, unless a note says the same better."""
    parts: list[Part] = []
    for kept in plan.draft.kept:
        slot, role = _ACT_SLOTS[kept.act], _ACT_ROLES[kept.act]
        stems = content_stems(kept.text)
        if role is not FactRole.OFFER and any(
            _gist(kept.text) <= _gist(k.fragment.body) for k in plan.known
        ):
            continue
        noted = [k for k in plan.known if k.fact.role is role]
        if noted and role is not FactRole.OFFER:
            own = frozenset[str]().union(*(content_stems(k.fragment.body) for k in noted))
            completed = content_stems(_named(kept.text, plan))
            richer = any(0 < len(_gist(k.fragment.body) & completed) == len(_gist(k.fragment.body))
                         for k in noted)  # fmt: skip
            if not own <= stems and not richer:
                continue
        if any(part.slot is slot for part in parts) and slot is not Slot.OFFER:
            continue
        if slot is Slot.HOW_MET and not stems - _BLAND:
            # "È stato bello incontrarti." says nothing of where: the placeholder asks.
            continue
        if _DANGLING.match(kept.text):
            continue
        if kept.act is Act.OFFER and (
            not _GIVES.search(kept.text)
            or _PITCH.search(kept.text)
            or (kept.text.rstrip().endswith("?") and not _WOULD_YOU.search(kept.text))
        ):
            continue
        text = _uncalled(kept.text, plan.name)
        text = _unbargained(text) if kept.act is Act.OFFER else _named(text, plan)
        fact = Fact(text=text, origin=FactOrigin.DRAFT, role=role)
        # What a note says too is the note's fact as well.
        noted_too = tuple(
            known.fact
            for known in plan.known
            if known.fragment.kind is Kind.WORK
            and _gist(known.fragment.body) <= content_stems(text)
        )
        parts.append(Part(slot, decapitalised(text, ()), (fact, *noted_too), _WORTH[slot]))
    return parts


# An offer says who gives: "gratis ovviamente" alone says nothing.
_GIVES = re.compile(
    r"\b(?:posso|potrei|potremmo|possiamo|vorrei|volevo|ho|abbiamo|conosco|\w{2,}iamo|mi farebbe|"
    r"sarei|saremmo|(?:ti|[Ll]e|[Ll]a|vi|glie\w+|te l[oae]|volentieri) \w+o|se (?:ti|vi|[Ll]e)|"
    r"\w+o volentieri|a (?:tua|[Ss]ua|vostra) disposizione|\w+r(?:ti|[Ll]e|[Ll]a|vi))\b",
    re.IGNORECASE,
)
# A result in so many days, or what is wrong with the reader's things, is how sellers talk.
_PITCH = re.compile(
    r"\b(?:in (?:soli |appena |meno di )?\d+ ?(?:gg|giorni|settimane|mesi)|"
    r"(?:ti|vi|[Ll]e|[Ll]a) (?:faccio (?:risparmiare|guadagnare|vendere|crescere)|"
    r"raddoppio|garantisco|aumento)|raddoppi\w*|triplic\w*|"
    r"(?:prima|seconda|terza) (?:pagina|posizione)|pien[oaie] di (?:errori|refusi)|"
    r"potenziale|fatturato|clienti in più|risultati garantiti)\b",
    re.IGNORECASE,
)
# A question is an offer when it asks what the reader would like.
_WOULD_YOU = re.compile(
    r"\b(?:ti|[Ll]e|vi) (?:farebb|andrebb|interess|piacerebb|servirebb|va|serv|può|potrebb)\w*|"
    r"\b(?:vuoi|vuole|volete|posso)\b"
)
# Hangs on a sentence that is gone, or wants a date at once.
_DANGLING = re.compile(
    r"^(?:poi|così|altrimenti|sennò|se no|quindi|allora|in tal caso|anzi|invece|perciò)\b|"
    r"^(?:venga|venite|vieni|passa|passi|chiam|telefon|scrivi|scriva|clicc|visit[ai])\w*\b|"
    r"^(?:e )?quando (?:ci (?:vediamo|sentiamo)|posso|possiamo|passo|vengo)\b",
    re.IGNORECASE,
)


def _uncalled(text: str, name: str) -> str:
    """A sentence less the name that opens it with no comma ("Bobo facciamo qualcosa")."""
    first = re.match(
        r"(?:(?i:signora|signor|dottoressa|dottore) )?(?P<who>[A-ZÀ-Ý][a-zà-ÿ]+),? (?=[a-zà-ÿ])",
        text,
    )
    called = first is not None and first["who"] in name.split()
    return text[first.end() :] if first is not None and called else text


def _named(text: str, plan: Plan) -> str:
    """A sentence of the draft with a work's title or subject, where a note knows it.

    "Il tuo libro mi ha aperto la mente" becomes "il tuo libro "Salute circolare" mi ha…".
    """
    for known in plan.known:
        body = known.fragment.body
        head = body.split(" ", 1)[0]
        if known.fragment.kind is not Kind.WORK or known.fragment.verb or head == body:
            continue
        if not (_gist(body) - content_stems(head)) <= content_stems(text):
            bare = rf"\b((?:tu|Su)[oaie]+ ){re.escape(head)}\b(?! (?:su|di|del|a|in)\w*)"
            found = re.search(bare, text)
            if found:
                text = f"{text[: found.start()]}{found[1]}{body}{text[found.end() :]}"
    return text


def _unbargained(text: str) -> str:
    """An offer of the draft less its "in cambio": what it was traded for is left out."""
    text = re.sub(r"^(?:e |ma )?(?:io |noi )?(?:in cambio|però|invece|comunque)\b,? *", "", text,
                  flags=re.IGNORECASE)  # fmt: skip
    text = re.sub(r",? in cambio\b", "", text)
    return text[:1].upper() + text[1:]


_BLAND = content_stems(
    "stato bello incontrarti incontrarla conoscerti conoscerla piacere conosciuti incontrati visti "
    "ricordi ricorda incontro conoscenza fatto davvero vederti vederla rivederti bellissimo"
)


def _met_twice(known: Known, parts: Sequence[Part]) -> bool:
    """Whether a note would say a second time where they met."""
    where = (Kind.MET, Kind.EVENT)
    return known.fragment.kind in where and any(
        part.fragment is not None and part.fragment.kind in where for part in parts
    )


# How one came upon a thing is not the thing.
_COMING_UPON = content_stems(
    "letto riletto visto ascoltato seguito seguo scritto pubblicato saputo sentito guardato tenuto "
    "notato trovato scoperto apprezzato piaciuto bello bella interessante complimenti davvero "
    "colpito colpita incuriosito tantissimo moltissimo"
)


def _gist(text: str) -> frozenset[str]:
    """The content words of a text, whatever verb of reading or seeing stands around them."""
    return content_stems(text) - _COMING_UPON


def _covered(part: Part, parts: Sequence[Part]) -> bool:
    """Whether a sentence already there says all that this one would."""
    stems = frozenset[str]().union(*(_gist(fact.text) for fact in part.facts))
    said = any(stems and stems <= content_stems(other.text) for other in parts)
    if said or part.fragment is None or part.fragment.kind is not Kind.WORK:
        return said
    # "L'ho sentita a Fahrenheit" speaks of the interview on Fahrenheit.
    names = {name.lower() for name in re.findall(r"(?<=\w )[A-Z]\w{3,}", part.fragment.body)}
    return bool(names) and any(
        other.slot is Slot.APPRECIATION and names <= set(re.findall(r"\w+", other.text.lower()))
        for other in parts
    )


def _known_part(known: Known, plan: Plan, chooser: Chooser) -> Part | None:
    options = wording.sentences_for(known.fragment, plan.register, plan.relation)
    if not options:
        return None
    slot = _ROLE_SLOTS[known.fact.role]
    if plan.offers and wording.leads_to_offer(known.fragment):
        slot = Slot.NEED
    return Part(
        slot,
        chooser.pick(options),
        (known.fact,),
        _WORTH[slot],
        fragment=known.fragment,
        anchors=_anchors(known.fragment, options),
        options=options,
    )


_ANCHOR_KINDS: dict[Kind, str] = {
    Kind.MET: "P", Kind.EVENT: "P", Kind.TALKED: "P", Kind.INTRODUCED: "P", Kind.HEARD: "P",
    Kind.EXPERIENCED: "N", Kind.WORK: "N", Kind.ACHIEVEMENT: "N", Kind.DONE: "C",
    Kind.NEED: "C", Kind.ACTIVITY: "C", Kind.QUALITY: "C", Kind.TOLD: "M", Kind.JOINT: "J",
    Kind.WAS_THERE: "J", Kind.RECEIVED: "T",
}  # fmt: skip


# Notes whose frame says part of the fact ("rivederti", not "conoscerti"): no other may stand there.
_OWN_FRAME = frozenset(
    ("again", "lessons", "guest", "habit", "forthcoming", "praise", "said", "liked", "named")
)


def _anchors(fragment: Fragment, options: Sequence[str]) -> tuple[Anchor, ...]:
    """The words that all phrasings of a note have in common: the note itself."""
    kind = _ANCHOR_KINDS.get(fragment.kind)
    if kind is None or len(options) < 2 or fragment.verb in _OWN_FRAME:
        return ()
    words = [option.split() for option in options]
    first = words[0]
    runs = (first[start:end] for start in range(len(first)) for end in range(len(first), start, -1))
    common = max(
        (run for run in runs if all(_holds(other, run) for other in words[1:])),
        key=len,
        default=[],
    )
    text = " ".join(common).split(":")[0].rstrip(" ,")
    if kind == "C":
        # What follows the clause is the composer's own comment.
        text = re.split(r",? e mi(?: |$)|, e$", text)[0]
    if kind == "P" and "," in text:
        # "Incontrarti a Vinitaly, al padiglione 7 è stato…" would want another comma.
        return ()
    fits = {"C": text.startswith("che "), "T": text.startswith("per ")}.get(kind, len(text) > 3)
    return (Anchor(kind, text),) if fits else ()


def _holds(words: Sequence[str], run: Sequence[str]) -> bool:
    return any(
        [word.rstrip(":,") for word in words[at : at + len(run)]]
        == [word.rstrip(":,") for word in run]
        for at in range(len(words) - len(run) + 1)
    )


def _offer_anchor(offer: Offer, clause: str) -> tuple[Anchor, ...]:
    """What an offer gives; the whole clause where its verb matters."""
    if offer.kind is OfferKind.OTHER:
        return ()
    if offer.kind in (OfferKind.DOCUMENT, OfferKind.CONTACT):
        return (Anchor("O", clause.split(" volentieri ", 1)[-1]),)
    if offer.kind in (OfferKind.HELP, OfferKind.THING):
        return (Anchor("H", clause.split(" volentieri ", 1)[-1]),)
    return (Anchor("V", clause),)


# Where in a greater place: "al salone del libro, in fila per Barbero".
_WITHIN = re.compile(
    r"(?:in (?:fila|coda)|al (?:banchetto|banco|tavolo|bancone|gazebo)|allo stand)\b"
)


def _meeting_with_talk(known: Known, plan: Plan, parts: list[Part]) -> list[Part] | None:
    """Say two notes in one sentence: "conoscerti all'aperitivo e parlare con te di bandi"."""
    within = known.fragment.kind is Kind.MET and _WITHIN.match(known.fragment.body)
    if known.fragment.kind not in (Kind.TALKED, Kind.INTRODUCED, Kind.WAS_THERE) and not within:
        return None
    if known.fragment.verb in ("guest", "named"):
        return None
    for index, part in enumerate(parts):
        if part.fragment and part.fragment.kind in (Kind.MET, Kind.EVENT) and ":" not in part.text:
            if within:
                text = f"{part.text}, {known.fragment.body}"
            elif known.fragment.kind is Kind.WAS_THERE:
                text = f"{part.text}: {addressed(known.fragment.body, plan.register)}"
            elif known.fragment.kind is Kind.INTRODUCED:
                text = f"{part.text}, grazie {with_preposition('a', known.fragment.body)}"
            else:
                you = "Lei" if plan.register is Register.LEI else "te"
                about = addressed(known.fragment.body, plan.register, subject=False)
                text = f"{part.text} e parlare con {you} {about}"
            joined = replace(part, text=text, facts=(*part.facts, known.fact), anchors=())
            return [*parts[:index], joined, *parts[index + 1 :]]
    return None


def _needs_and_offers(
    plan: Plan, needs: Sequence[Known], chooser: Chooser, parts: Sequence[Part]
) -> list[Part]:
    out: list[Part] = []
    offers = [
        offer
        for offer in plan.offers
        if not any(
            part.slot is Slot.OFFER and content_stems(offer.body) & content_stems(part.text)
            for part in parts
        )
    ]
    if any(part.slot is Slot.OFFER for part in parts):
        offers = offers[:1]
    for known in needs:
        part = _known_part(known, plan, chooser)
        if part is None or _covered(part, [*parts, *out]):
            continue
        if offers and ":" not in part.text:
            offer, offers = offers[0], offers[1:]
            out.extend(_joined(part, offer, plan, chooser))
        elif not plan.offers and not out:
            tail = (
                ", e ci ho ripensato" if known.fragment.kind is Kind.TOLD
                else "" if known.fragment.kind is Kind.NEED_NOUN
                or re.match(r"(?:non|è|ha|hanno|le si|gli si|deve|fatica)\b", known.fragment.body)
                else " e mi farebbe piacere saperne di più"
            )  # fmt: skip
            options = (*part.options, *(option + tail for option in part.options))
            out.append(replace(part, text=part.text + tail, options=options))
        else:
            out.append(part)
    for offer in offers:
        clause = wording.offer_clause(offer, plan.register)
        if any(part.offer or part.slot is Slot.OFFER for part in [*parts, *out]):
            text = _also(clause)
        else:
            text = f"{chooser.pick(wording.offer_lead(plan.register))} {clause}"
        out.append(_offer_part(offer, text, clause, plan))
    return out


def _also(clause: str) -> str:
    if clause.startswith("posso "):
        return "posso anche " + clause.removeprefix("posso ")
    given = manners.GIVEN.match(clause)
    if given:
        return f"posso anche {manners.infinitive_of_giving(given)}{clause[given.end() :]}"
    return _MORE + clause


def _joined(part: Part, offer: Offer, plan: Plan, chooser: Chooser) -> list[Part]:
    """A need and the offer that may answer it: in one sentence when they speak of one thing."""
    clause = wording.offer_clause(offer, plan.register)
    fact = _offer_fact(offer)
    fitting = content_stems(offer.body) & content_stems(part.fragment.body if part.fragment else "")
    lead = chooser.pick(wording.offer_lead(plan.register))
    if fitting:
        clause = _unrepeated(clause, part.text)
        text = f"{part.text}: {clause if 'volentieri' in clause else f'{lead} {clause}'}"
        return [replace(part, text=text, slot=Slot.OFFER, facts=(*part.facts, fact),
                        worth=_WORTH[Slot.OFFER], offer=offer,
                        anchors=(*part.anchors, Anchor("V", clause)) if part.anchors else (),
                        options=())]  # fmt: skip
    text = f"{lead} {clause}"
    return [part, _offer_part(offer, text, clause, plan)]


def _unrepeated(clause: str, said: str) -> str:
    """An offer less its last "per la veranda", where the sentence before it ends on the veranda."""
    last = re.search(r" per (?:il |lo |la |i |gli |le |l')(?P<what>[^\W\d_]+)$", clause)
    named = re.findall(r"[^\W\d_]+", said.lower())
    loose = re.search(r"volentieri (?:un|uno|una|un'|dei|delle|degli|due|tre|qualche)\b", clause)
    repeats = last is not None and loose is not None and last["what"].lower() in named
    return clause[: last.start()] if last is not None and repeats else clause


def _offer_part(offer: Offer, text: str, clause: str, plan: Plan) -> Part:
    also = not text.endswith(clause) or text.startswith(_MORE)
    return Part(
        Slot.OFFER,
        text,
        (_offer_fact(offer),),
        _WORTH[Slot.OFFER],
        offer=offer,
        anchors=() if also else _offer_anchor(offer, clause),
        options=(
            *(f"{lead} {clause}" for lead in wording.offer_lead(plan.register)),
            manners.reworded(clause, manners.WARM, plan.register),
        ),
    )


def _offer_fact(offer: Offer) -> Fact:
    return Fact(text=offer.text, origin=FactOrigin.SENDER, role=FactRole.OFFER)


def with_question(composition: Composition, plan: Plan, *, manner: str = "") -> Composition:
    """The same message with the question for something personal, if nothing in it is."""
    personal = (
        Slot.THANKS,
        Slot.HOW_MET,
        Slot.COMMON,
        Slot.APPRECIATION,
        Slot.PAST_GIFT,
        Slot.NEED,
    )
    if any(part.slot in personal or part.fragment for part in composition.parts):
        return composition
    if plan.relation is Relation.STRANGER:
        text = wording.appreciation_placeholder(plan.register, APPRECIATION_QUESTION.placeholder)
        part = Part(Slot.APPRECIATION, text, (), _WORTH[Slot.APPRECIATION], APPRECIATION_QUESTION)
    elif plan.relation is Relation.ESTABLISHED:
        text = wording.shared_placeholder(SHARED_QUESTION.placeholder)
        part = Part(Slot.COMMON, text, (), _WORTH[Slot.COMMON], SHARED_QUESTION)
    else:
        text = wording.met_placeholder(plan.register, HOW_MET_QUESTION.placeholder)
        part = Part(Slot.HOW_MET, text, (), _WORTH[Slot.HOW_MET], HOW_MET_QUESTION)
    part = _in_manner(part, plan, manner)
    parts = sorted((*composition.parts, part), key=lambda part: part.slot)
    return fit(replace(composition, parts=tuple(parts)))


def _placeholders(plan: Plan, parts: Sequence[Part]) -> list[Part]:
    out: list[Part] = []
    questions = {question.id: question for question in plan.questions}
    personal = any(
        p.slot in (Slot.HOW_MET, Slot.COMMON, Slot.APPRECIATION, Slot.NEED) or p.fragment
        for p in parts
    )
    if not personal:
        met = questions.get("how_met")
        if met is not None and plan.relation is not Relation.ESTABLISHED:
            text = wording.met_placeholder(plan.register, met.placeholder)
            out.append(Part(Slot.HOW_MET, text, (), _WORTH[Slot.HOW_MET], met))
        liked = questions.get("appreciation")
        if liked is not None:
            text = wording.appreciation_placeholder(plan.register, liked.placeholder)
            out.append(Part(Slot.APPRECIATION, text, (), _WORTH[Slot.APPRECIATION], liked))
    offer = questions.get("offer")
    given = any(p.slot in (Slot.OFFER, Slot.PAST_GIFT) for p in parts)
    if offer is not None and not given and (not personal or plan.request):
        text = wording.offer_placeholder(plan.register, offer.placeholder)
        out.append(Part(Slot.OFFER, text, (), _WORTH[Slot.OFFER], offer))
    return out


def _request(plan: Plan, parts: Sequence[Part]) -> list[Part]:
    """What the relation bears to be asked, after something given."""
    room = 1 if plan.channel is Channel.LINKEDIN_INVITE else favours.MAX_FAVOURS
    asked = [
        found
        for ask in plan.request
        if (found := favours.favour(ask, plan.name, plan.register)) is not None
    ][:room]
    if not asked:
        return []
    text = favours.joined(asked)
    if not asked[0].polite:
        timed = any(found.timed for found in asked)
        lead = wording.request_lead(
            plan.register, also=bool(parts), many=len(asked) > 1, timed=timed
        )
        text = f"{lead}: {text}"
    facts = tuple(
        Fact(text=favours.joined([found]), origin=FactOrigin.DRAFT, role=FactRole.REQUEST)
        for found in asked
    )
    return [Part(Slot.REQUEST, text, facts, _WORTH[Slot.REQUEST])]


def _next_step(plan: Plan, parts: Sequence[Part], chooser: Chooser) -> list[Part]:
    if any(part.slot is Slot.NEXT_STEP for part in parts) or plan.request:
        return []
    offered = any(part.slot in (Slot.OFFER, Slot.NEED) for part in parts)
    options = wording.next_steps(
        plan.register,
        plan.relation,
        short=plan.channel is Channel.LINKEDIN_INVITE,
        offered=offered,
    )
    return [Part(Slot.NEXT_STEP, chooser.pick(options), (), _WORTH[Slot.NEXT_STEP])]


# --- the frame ----------------------------------------------------------------------------------

_SHORT_TITLES = {
    "dottoressa": "dott.ssa", "dottor": "dott.", "dott": "dott.", "dr": "dott.", "dr.": "dott.",
    "dottssa": "dott.ssa", "dott. ssa": "dott.ssa", "dr.ssa": "dott.ssa", "sig": "signor",
    "signor": "signor", "signora": "signora", "sig.": "signor", "sig.ra": "signora",
    "sig. ra": "signora", "sig.na": "signora",
    "com.te": "comandante", "prof": "prof.", "ing": "ing.", "avv": "avv.", "arch": "arch.",
}  # fmt: skip


_FAMILIAR_TITLES = listed("suor don padre fra frate madre zio zia nonno nonna dj mister")
# Who is written to by their office has no name to be greeted by.
_OFFICE = re.compile(
    r"(?:direttore|direttrice|dirigente|responsabile|presidente|sindac[oa]|assessor[ea]|preside|"
    r"segretari[oa]|amministrat(?:ore|rice)|coordinat(?:ore|rice)|titolare)"
    r"(?: (?:scolastic[oa]|generale|artistic[oa]|sanitari[oa]|commerciale))?(?=\s|$)",
    re.IGNORECASE,
)


def _surname(name: str) -> str:
    """The last of a name's words, with the particles before it ("Dal Verme", "De Luca")."""
    match = re.search(
        r"(?:^|(?<= ))(?:(?:D[aei]|De[il]|Dal?|Dell[ao]|Dall[ao]|L[oaei]|Van|Von|Mac|San|Santa)"
        r" )*\S+$",
        name,
    )
    return match[0] if match else ""


def _greeting(plan: Plan, manner: str) -> tuple[str, Question | None]:
    ask = next((question for question in plan.questions if question.id == "name"), None)
    hello = "Gentile" if manner == manners.FORMAL else "Ciao"
    if plan.register is Register.TU:
        if plan.name:
            first = plan.name.split(" ")[0]
            # "Le Mosche" and "CAI Bologna" are names of several words.
            whole = (
                first.lower() in ("il", "lo", "la", "i", "gli", "le", "the", "los", "les")
                or (len(first) > 1 and first.isupper() and not plan.name.isupper())
                or plan.house
                or is_plural(plan.name)
            )
            name = plan.name if whole else first
            # A sister, a priest or an aunt is called by the title even among friends.
            titled = plan.title in _FAMILIAR_TITLES
            return f"{hello} {f'{plan.title} {name}' if titled else name},", None
        return (f"{hello} {ask.placeholder},", ask) if ask else ("Ciao,", None)
    if plan.title:
        title = _SHORT_TITLES.get(plan.title, plan.title)
        surname = plan.name if plan.title in _FAMILIAR_TITLES else _surname(plan.name)
        if not surname:
            full = {"dott.": "dottore", "dott.ssa": "dottoressa"}.get(title, plan.title)
            return f"Gentile {full},", None
        return f"Gentile {title} {surname},", None
    office = _OFFICE.match(plan.name)
    of = plan.name[office.end() :].strip() if office else ""
    if office and (is_organisation(of or "ente") or of[:1].islower()):
        return f"Gentile {office[0]},", None
    if plan.name:
        courtesy = "Spettabile" if plan.house else "Gentile"
        courtesy = "Gentili" if is_plural(plan.name) and not plan.house else courtesy
        return f"{courtesy} {plan.name},", None
    return (f"Gentile {ask.placeholder},", ask) if ask else ("Buongiorno,", None)


def _closing(plan: Plan, manner: str) -> str:
    if plan.channel is Channel.LINKEDIN_INVITE:
        return ""
    return manners.closing(manner, plan.register, plan.relation)


def _signature(plan: Plan, manner: str) -> str:
    familiar = plan.register is Register.TU and plan.relation is Relation.ESTABLISHED
    if familiar and manner != manners.FORMAL:
        return plan.sender.split(" ")[0] if plan.sender else ""
    return plan.sender


def _assembled(c: Composition) -> str:
    first: list[str] = []
    second: list[str] = []
    last: list[str] = []
    for part in c.parts:
        sentence = finished(part.text)
        if part.slot in _OPENING:
            first.append(sentence)
        elif part.slot is Slot.NEXT_STEP and c.channel is Channel.EMAIL:
            last.append(sentence)
        else:
            second.append(sentence)
    if c.channel is Channel.LINKEDIN_INVITE:
        body = " ".join([*first, *second, *last])
        body = decapitalised(body, c.names) if c.greeting else body
        text = f"{c.greeting} {body}".strip()
        introduced = any(c.signature and c.signature in part.text for part in c.parts)
        return f"{text}\n{c.signature}" if c.signature and not introduced else text
    paragraphs = [" ".join(p) for p in (first, second, last) if p]
    if paragraphs and c.greeting:
        paragraphs[0] = decapitalised(paragraphs[0], c.names)
    end = c.closing
    if end and not c.signature:
        end = end.rstrip(",") + "."
    frame = [c.greeting, *paragraphs, "\n".join(line for line in (end, c.signature) if line)]
    return "\n\n".join(piece for piece in frame if piece)


def finished(text: str) -> str:
    """A sentence with its capital and its final stop."""
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def decapitalised(text: str, names: Sequence[str]) -> str:
    """Lower the first letter unless it opens a name or a pronoun of courtesy."""
    match = re.match(r"[^\W\d_]+", text)
    if not match or match[0] in names:
        return text
    word = match[0]
    if word in ("Lei", "Le", "La", "Suo", "Sua", "Suoi", "Sue", "L") and not _plain_article(text):
        return text
    if re.match(r"\w+r(?:La|Le)$", word):
        # "ConoscerLa": the second capital is one of courtesy, the first is not.
        return text[0].lower() + text[1:]
    if word[:1].isupper() and (len(word) == 1 or not word[1:].islower()):
        return text[0].lower() + text[1:] if word in ("È", "E", "A", "O", "Ho") else text
    if word[:1].isupper() and not lexicon.known(word.lower()):
        return text
    return text[0].lower() + text[1:]


def _plain_article(text: str) -> bool:
    """Whether an opening "La", "Le", "L'" is the article ("La Sua intervista", "L'articolo")."""
    match = re.match(r"(?:La|Le) (\w+)|L'(\w+)", text)
    if not match:
        return False
    following = (match[1] or match[2]).lower()
    if following in ("sua", "sue", "tua", "tue"):
        return True
    return not (
        lexicon.is_first_person(following)
        or lexicon.is_third_person(following)
        or following in ("ho", "mando", "passo", "metto")
    )

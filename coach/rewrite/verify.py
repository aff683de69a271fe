"""Checks that a rewrite must pass, whoever wrote it.

A candidate is analysed like any draft; then its words are compared with the plan's: what is neither
in a known fact nor in the closed vocabulary of courtesy is an invention. Strict on purpose: a good
sentence lost costs less than a made-up fact sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from coach.analysis import lexicon
from coach.analysis.text import clean, listed, looks_italian
from coach.rewrite.compose import Composition, Slot
from coach.rewrite.fragments import Kind
from coach.rewrite.jotting import tidy, written_out
from coach.rewrite.morphology import (
    first_of_infinitive,
    infinitive_of,
    second_person,
    second_plural,
)
from coach.rewrite.plan import Plan, content_stems
from coach.schemas import (
    CHANNEL_LIMITS,
    Act,
    Analysis,
    Fact,
    FactRole,
    Message,
    Register,
    Relation,
    RewriteRequest,
    VerificationCheck,
)


class Analyser(Protocol):
    """Analyses messages."""

    def analyse(self, message: Message, known_names: Collection[str] = ()) -> Analysis:
        """Tell what a message does and how it is written."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a rewrite may say.

    Attributes:
        stems: stems of the content words of all known facts.
        tokens: their words, lower case, and their numbers.
    """

    stems: frozenset[str]
    tokens: frozenset[str]


def known_words(request: RewriteRequest, *texts: str) -> Known:
    """The words that the request itself holds, with those of other known texts."""
    contact, sender = request.contact, request.sender
    cards = (contact.name, contact.role, contact.company, *contact.notes,
             sender.name, sender.about, *sender.can_offer,
             # With their abbreviations written out, as the composer reads them.
             *(tidy(note) for note in (*contact.notes, *sender.can_offer)))  # fmt: skip
    everything = clean(" ".join((*cards, request.draft, written_out(request.draft), *texts))).text
    tokens = frozenset(token.lower() for token in re.findall(r"[^\W_]+", everything))
    # Notes are in the third person, the message in the second and, where it offers, in the first.
    turned = (
        form(token) for token in tokens for form in (second_person, second_plural, _first_person)
    )
    tokens |= frozenset(token for token in turned if token)
    return Known(
        stems=_stems(" ".join((*cards, request.draft, *texts))),
        tokens=tokens,
    )


def _first_person(word: str) -> str | None:
    """The first person of an infinitive, its pronoun left aside ("girarle" -> "giro")."""
    split = infinitive_of(word)
    return first_of_infinitive(split[0]) if split else None


# Words of courtesy and of the trade of getting to know people: they claim nothing of anybody.
_COURTESY = listed(
    "grazie ringraziare piacere piacevole volentieri sapere ricordare ricordo ripensare pensare "
    "pensiero utile comodo serve servire interesse interessare interessante interessato colpire "
    "apprezzare incontro incontrare conoscere conoscenza rivedere vedere sentire risentire parlare "
    "dire scrivere mandare inviare passare girare offrire condividere mettere disposizione "
    "contatto "
    "restare rimanere tenere calma impegno problema fretta caffè chiacchiera quattro due parola "
    "davanti quando momento giorno prossimo preferire volere potere dovere fare avere essere stare "
    "venire andare trovare complimento gentile ciao caro saluto presto cordiale felice bello bene "
    "buono davvero molto tanto ancora anche insieme sempre subito poi così tutto qualcosa qualche "
    "spero sperare certo libero comunque nome cosa idea spunto curiosità incuriosire curioso "
    "stimolante bravo lieto occasione modo leggere seguire ascoltare vicino avanti tempo aiuto "
    "aiutare mano comune stesso bisogno cercare ricerca caso proposito riguardo lavoro lavorare "
    "bello ricordo invitare occupare occupiamo occupo aspettare aspetto attendere attendo "
    "difficoltà vostro suggerimento prezioso ispirare rimasto impresso mente cuore vivo vero "
    "sincero sinceramente particolarmente "
    "particolare avere piaciuto piacere augurare augurio successo congratulazione notizia "
    "presentare "
    "accompagnare mostrare dare ricevere accettare invito collegamento rete confronto scambio "
    "scambiare opinione approfondire discutere raccontare domanda risposta rispondere favore "
    "cortesia chiedere se ne come dove perché più meno uno una mio tuo suo nostro lei noi io "
    "pure magari volta anno ieri oggi disponibile disponibilità speciale dietro tuttora esserci "
    "farebbe vorrei scrivo mando altro prima dopo semplicemente solo ora messaggio leggerti capire "
    "spero esperienza punto vista ritrovare ritrovarsi rinnovare ispirazione riflettere emozionare "
    "divertente fa senz'altro lì qui appena quanto senza saputo tornare sembrare diventare "
    "rivedersi "
    "spettabile gentilmente cortesemente personalmente professionale dedicare gradire incuriosito "
    "sorpresa "
    "durante presso tramite verso mentre perché poiché affinché finché quindi perciò inoltre anzi "
    "oltre quale quali questo questa questi queste quello quella quelli quelle quegli loro nostro "
    "vostro altri altre ognuno nessuno dello della degli delle dallo dalla dagli dalle nello nella "
    "negli nelle sullo sulla sugli sulle allo alla agli alle stia siano abbia abbiano nulla niente "
    "dott ssa dottore dottoressa professore professoressa prof signor signora ingegnere avvocato "
    "avvocata parte abitare qualora desiderare desidero trasmettere trasmetto abbraccio architetto "
    "architetta geometra ragioniere reverendo "
    "tutti tutte ciò oppure forse circa grazie fino entrambi stavolta finora talvolta"
)


@lru_cache(maxsize=20_000)
def _lemma(word: str) -> str:
    from simplemma import lemmatize

    return str(lemmatize(word, lang="it")).lower()


def _stem(word: str) -> str:
    return word[: max(4, len(word) - 3)]


def _stems(text: str) -> frozenset[str]:
    words = re.findall(r"[^\W\d_]{3,}", clean(text).text.lower())
    return frozenset(_stem(form) for word in words for form in (word, _lemma(word)))


@lru_cache(maxsize=1)
def _courtesy_stems() -> frozenset[str]:
    return frozenset(_stem(_lemma(word)) for word in _COURTESY) | frozenset(
        _stem(word) for word in _COURTESY
    )


_PRONOUNS = listed("Lei La Le Suo Sua Suoi Sue L Ella LinkedIn")


def inventions(text: str, known: Known) -> tuple[str, ...]:
    """Names, numbers and content words of `text` that nobody said.

    Placeholders are left out. Words of fewer than four letters are grammar.
    """
    found: list[str] = []
    bare = re.sub(r"\[[^\]]*\]", " ", clean(text).text)
    allowed = known.stems | _courtesy_stems()
    for match in re.finditer(r"[^\W_]+", bare):
        word = match[0]
        low = word.lower()
        if low in known.tokens:
            continue
        if any(char.isdigit() for char in word):
            found.append(word)
            continue
        opening = not re.search(r"[\w,;:'(\"«-]\s*$", bare[: match.start()])
        capital = word[:1].isupper() and word not in _PRONOUNS
        opening = opening or _after_frame(bare, match.start())
        if capital and not (opening and lexicon.known(low)):
            found.append(word)
            continue
        if len(low) < 4:
            continue
        if not any(_stem(form) in allowed for form in (low, _lemma(low), _without_clitic(low))):
            if _resembles(low, known.stems):
                continue
            found.append(word)
    if re.search(r"https?://|www\.|\S+@\S+|€|%", bare):
        found.extend(
            token
            for token in re.findall(r"\S*(?:https?://|www\.|@|€|%)\S*", bare)
            if not set(re.findall(r"[^\W_]+", token.lower())) <= known.tokens
        )
    return tuple(found)


def _after_frame(text: str, start: int) -> bool:
    """Whether a word opens a line, as after a greeting."""
    return not text[:start].strip() or "\n" in text[:start][len(text[:start].rstrip()) :]


def _without_clitic(word: str) -> str:
    stripped = re.sub(r"(?:glie)?(?:mi|ti|ci|vi|si|la|le|lo|li|ne|gli)$", "", word)
    return _lemma(stripped + "e") if stripped.endswith("r") else word


def _resembles(word: str, stems: Iterable[str]) -> bool:
    """Whether a word is of the family of a known one ("collaborazione", "collaboriamo")."""
    return any(len(stem) >= 5 and word.startswith(stem[: max(5, len(stem) - 1)]) for stem in stems)


_SWAPPED = {
    Register.TU: re.compile(
        r"\b(?:avermi (?:offert|propost|mandat|inviat)\w+|mi (?:hai offerto|offri|mandi|invii|"
        r"proponi|presti|fai avere|metti)|(?:se|può) mi (?:fa comodo|è utile|serve)|essermi utile|"
        r"per (?:la tua|l'|la) offerta|la tua (?:offerta|proposta|disponibilità))\b",
        re.IGNORECASE,
    ),
    Register.LEI: re.compile(
        r"\b(?:avermi (?:offert|propost|mandat|inviat)\w+|mi (?:ha offerto|offre|manda|invia|"
        r"propone|presta|fa avere|mette)|(?:se|può) mi (?:fa comodo|è utile|serve)|essermi utile|"
        r"per (?:la Sua|l'|la) offerta|la Sua (?:offerta|proposta|disponibilità))\b",
        re.IGNORECASE,
    ),
}
_META = re.compile(
    r"^\W*(?:ecco|certo|certamente|va bene|ok|oggetto|subject|messaggio|riscrittura|risposta|nota|"
    r"versione|frase|appunto)\b[^.\n]*:|```|\*\*|^#|^\s*[-*•] |\bintelligenza artificiale\b|"
    r"\bmodello linguistico\b",
    re.IGNORECASE | re.MULTILINE,
)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff]")


def swapped_roles(text: str, register: Register, known: Known) -> str:
    """The words in which the reader is made to give what the writer offers, or ""."""
    match = _SWAPPED[Register.LEI if register is Register.LEI else Register.TU].search(text)
    if match is None:
        return ""
    words = set(re.findall(r"[^\W_]{4,}", match[0].lower())) - {"avermi", "essermi"}
    return "" if words and words <= known.tokens else match[0]


# Whether one met, saw or came across somebody is said with the composer's own verb.
_MEETING_STEMS = content_stems(
    "siamo eravamo conosciuto conosciuta conosciuti conosciute incontrato incontrata incontrati "
    "incontrate visto vista visti viste incrociato incrociata incrociati incrociate presentato "
    "presentata presentati presentate"
)


def facts_missing(text: str, facts: Sequence[Fact]) -> tuple[str, ...]:
    """The facts whose content words are not (nearly) all in the text."""
    stems = _stems(text)
    missing = []
    for fact in facts:
        own = content_stems(fact.text)
        if not own or fact.role in (FactRole.SIGNATURE, FactRole.RECIPIENT):
            continue
        told = {word for word in re.findall(r"[^\W\d_]+", fact.text.lower())
                if (first := _first_person(word)) and re.search(rf"\b{first}\b", text)}  # fmt: skip
        own -= content_stems(" ".join(told))
        if fact.role is FactRole.HOW_MET:
            own -= _MEETING_STEMS
        kept = sum(1 for stem in own if (stem.isdigit() and stem in text) or _kept(stem, stems))
        if own and kept / len(own) < _SHARE.get(fact.role, 0.7):
            missing.append(fact.text)
    return tuple(missing)


# A verb that says how they met is worded anew, so short notes may keep only half of their words.
_SHARE: dict[FactRole, float] = {
    FactRole.HOW_MET: 0.5, FactRole.THANKS: 0.5, FactRole.COMMON_GROUND: 0.5,
    FactRole.APPRECIATION: 0.5, FactRole.OFFER: 0.75, FactRole.NEED: 0.5, FactRole.SELF: 0.5,
}  # fmt: skip


def _kept(stem: str, stems: Collection[str]) -> bool:
    short = stem[:4]
    return any(other.startswith(short) for other in stems)


def verify(
    text: str,
    *,
    analysis: Analysis,
    plan: Plan,
    composition: Composition,
    request: RewriteRequest,
    known: Known,
) -> tuple[VerificationCheck, ...]:
    """Check a candidate.

    Args:
        text: the candidate.
        analysis: of the candidate.
        plan: what it should say.
        composition: whose facts it should keep, greeting and closing included.
        request: what the rewrite starts from.
        known: from `known_words`.
    """
    checks: list[VerificationCheck] = []

    def check(identifier: str, wrong: str, fine: str = "") -> None:
        checks.append(VerificationCheck(id=identifier, passed=not wrong, detail=wrong or fine))

    established = plan.relation is Relation.ESTABLISHED
    asked = "" if established else _quote(analysis, Act.ASK, Act.INTRO_REQUEST, Act.FREE_SERVICE)
    check("no_ask", asked, "nessuna richiesta" if not established else "richiesta ammessa")
    # What a friend is asked for may have its price ("mi ridai i 50 euro?").
    asked_for = " ".join(part.text for part in composition.parts if part.slot is Slot.REQUEST)
    check("no_sale", _quote(analysis, Act.SALE, less=asked_for), "non vende niente")
    check("no_pressure", _quote(analysis, Act.PRESSURE), "nessuna fretta")
    familiar = "" if established else _quote(analysis, Act.FAMILIARITY)
    check("no_false_familiarity", familiar, "nessuna confidenza fuori posto")
    strangers = _other_marks(text, analysis, plan.register)
    check("register", ", ".join(strangers), f"registro {plan.register}")
    limit, size = CHANNEL_LIMITS[plan.channel], len(text)
    over = f"{size}/{limit} caratteri" if size > limit else ""
    check("length", over, f"{size}/{limit} caratteri")
    slips = ", ".join(
        slip.quote for slip in analysis.slips if not _in_placeholder(text, slip.start)
    )
    check("language", slips, "nessun errore")
    facts = [fact for part in composition.parts for fact in part.facts]
    personal = any(fact.role is not FactRole.SELF for fact in facts) or "[" in text
    check("personal", "" if personal else "potrebbe andare a chiunque", "parla a questa persona")
    missing = facts_missing(text, facts)
    check("facts_kept", "; ".join(missing), f"{len(facts)} fatti tenuti")
    # A request is said with the writer's words in a softer mood ("presti", "presteresti").
    softened = {
        word
        for fact in facts
        if fact.role is FactRole.REQUEST
        for word in re.findall(r"[^\W_]+", fact.text.lower())
    }
    # So are old bonds ("mio ex capo", "abbiamo lavorato insieme"): the rule that says so is ours.
    bonds = {
        word
        for part in composition.parts
        if part.fragment is not None and part.fragment.kind is Kind.JOINT
        for word in re.findall(r"[^\W_]+", part.fragment.body.lower())
    }
    invented = inventions(
        text.removeprefix(composition.greeting),
        Known(stems=known.stems, tokens=known.tokens | softened | bonds),
    )
    check("no_invention", ", ".join(invented), "niente di inventato")
    check("roles", swapped_roles(text, plan.register, known), "ruoli giusti")
    check("italian", "" if looks_italian(text) else "non è italiano", "in italiano")
    framed = not composition.greeting or text.startswith(composition.greeting)
    signed = not composition.signature or composition.signature in text
    meta = _META.search(text) or _EMOJI.search(text)
    wrong = meta[0] if meta is not None else "" if framed and signed else "saluto o firma"
    check("form", wrong, "saluto e firma a posto")
    same = " ".join(text.split()) == " ".join(request.draft.split())
    check("changed", "uguale alla bozza" if same else "", "diverso dalla bozza")
    return tuple(checks)


def _other_marks(text: str, analysis: Analysis, register: Register) -> tuple[str, ...]:
    """Words that address the reader in the other form, outside placeholders."""
    if analysis.register_used in (register, Register.NONE):
        return ()
    return tuple(
        mark.quote
        for mark in analysis.register_marks
        if mark.register_used is not register and not _in_placeholder(text, mark.start)
    )


def _quote(analysis: Analysis, *acts: Act, less: str = "") -> str:
    """The first stretch that performs any of `acts`, outside placeholders and outside `less`."""
    spans = [
        span
        for span in analysis.spans(*acts)
        if not span.quote.strip().startswith("[") and span.quote.strip() not in less
    ]
    return spans[0].quote if spans else ""


def _in_placeholder(text: str, at: int) -> bool:
    return text.rfind("[", 0, at + 1) > text.rfind("]", 0, at + 1)

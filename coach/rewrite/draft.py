"""What a draft gives to its own rewrite: names, sentences worth keeping, thanks, a request.

A sentence that says something good and nothing bad is kept as the writer wrote it, with its slips
mended. One that mixes both is cut into clauses, and a clause is kept when it can be understood like
a note ("ci siamo parlati all'open day" says where they met, whatever was asked after it).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.analysis import lexicon
from coach.analysis.text import clauses, listed
from coach.rewrite.fragments import FOLLOWING, Fragment, Kind, understand
from coach.rewrite.jotting import ACRONYMS, written_out
from coach.rewrite.morphology import PERSON_OBJECT, addressed, infinitive_of
from coach.rewrite.nouns import EVENTS
from coach.rewrite.readdress import readdressed
from coach.schemas import Act, Analysis, Register, Relation, Slip, Span

ASKS = frozenset((Act.ASK, Act.INTRO_REQUEST, Act.FREE_SERVICE))
BAD = ASKS | {Act.SALE, Act.PRESSURE, Act.FAMILIARITY}
GOOD = (
    Act.HOW_MET, Act.APPRECIATION, Act.COMMON_GROUND, Act.OFFER, Act.LIGHT_NEXT_STEP,
)  # fmt: skip

_TITLE = (
    r"dottor(?:essa)?|dott\.?\s?ssa|dott(?:\.|\b)|dr\.?\s?ssa|dr\b\.?|sig\.?\s?ra|sig(?:\.|\b)|"
    r"signora|signor|"
    r"prof\.?\s?ssa|prof(?:\.|\b)|professor(?:essa)?|ing\.|avv\.|avvocat[oa]|architett[oa]|arch\.|"
    r"ingegner(?:e)?|"
    r"assessor[ea]|sindac[oa]|direttor(?:e)?|direttrice|presidente"
)
_NAME = r"[A-ZÀÈÉÌÒÙ][\w'’]+(?:[ ][A-ZÀÈÉÌÒÙ][\w'’]+){0,2}"
# A name without its capital: one word between the greeting and a comma ("ciao bea, …").
_PLAIN = (
    r"(?!ragazz|tutt|car[oai]\b|bell|amic|collegh|com[e']|sono|scusa)[a-zàèéìòù]{3,12}(?=\s*[,!])"
)
_GREETING = re.compile(
    rf"^\W*(?P<hello>(?i:ciao|salve|buon\s?giorno|buona\s?sera|buon pomeriggio|gentile|gent\.mo|"
    rf"gent\.ma|"
    rf"gentilissim[oa]|egregi[oa]|car[oa]|carissim[oa]|ehi|hey|hi|stimat[oa]|spettabile))\b[ ]*"
    rf"(?P<title>(?i:{_TITLE})(?=[ ,!.:]|$))?[ ]*(?P<name>{_NAME}|{_PLAIN})?[ ]*"
    r"(?P<stop>[,!.:;\n–-]+|$)?\s*"
)
_VOCATIVE = re.compile(rf"^\W*(?P<name>{_NAME})\s*[,!]\s+")
_CLOSING = re.compile(
    r"^\W*(?:a presto|cordial\w*|(?:un )?(?:car[oi]|cordial\w*)? ?salut[oi]|distinti saluti|ciao+|"
    r"grazie(?: mille| "
    r"ancora| in anticipo| dell'attenzione| per l'attenzione)?|buona (?:giornata|serata)|buon "
    r"lavoro|"
    r"un abbraccio|ci sentiamo(?: presto)?|in fede|resto a disposizione|(?:i )?(?:miei )?migliori "
    r"saluti|"
    r"attendo (?:un )?(?:tuo|suo|vostro)? ?riscontro)\b[^.!?]{0,30}$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(?:grazie(?: mille| tante| ancora| infinite)?|ringrazi\w+)\s+(?:di|per)\s+"
    r"(?P<what>(?:aver\w*|esser\w*)\b.+)$",
    re.IGNORECASE,
)
_AND_ASK = re.compile(
    r"\s+(?:e|ed|ma|però)\s+(?=(?:chieder|vorrei|volevo|ti |le |mi |cerco|sono|avrei|colgo|ne |per "
    r"|"
    r"approfitt|poi|già|subito)\w*)",
    re.IGNORECASE,
)
# What asks something of the reader, whatever the analysis makes of it: only used where the relation
# bears a request.
_REQUEST = re.compile(
    r"\b(?:non (?:mi|ci) (?:hai|ha|avete)|non (?:hai|ha|avete) (?:ancora|mai|più)|"
    r"mi serv\w+|ci serv\w+|ho bisogno|avrei bisogno|potresti|potrebbe|potete|avrebbe|avresti|"
    r"mi (?:giri|presti|passi|mandi|presenti|copri|anticipi|presteresti|presenteresti|gireresti|"
    r"aiuti|aiuteresti|dai|daresti|puoi|può|fai|faresti|trovi|tieni))\b|"
    r"\b(?:puoi|può|potete|riesci|riesce|riuscite|hai|ha|avete|conosci|conosce|conoscete|cercate|"
    r"ci sono|c'è)\b[^.!]*\?",
    re.IGNORECASE,
)
# "Sara mi ospiti a Trieste?"
_FAVOUR_ASKED = re.compile(
    r"^(?:[^\W\d_]+,? )?(?:mi|ci|me l[oae]|me ne) [^\W\d_]+[aei]\b[^.!?]*\?", re.IGNORECASE
)
_SELF = re.compile(r"^(?:mi chiamo|sono|io sono)\s+(?P<who>.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kept:
    """A sentence of the draft that may stand in the rewrite, slips mended."""

    act: Act
    text: str


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """What the draft gives.

    Attributes:
        name: the recipient's name in the greeting, or "".
        title: their title in the greeting ("dottoressa"), or "".
        signature: the name at the end, or "".
        kept: good sentences in the wanted register.
        fragments: good clauses understood as notes, to be worded anew.
        thanks: what the writer thanks for ("aver accettato il mio invito"), or "".
        introduction: the writer's own few words about themselves, or "".
        asks: sentences that ask for something, without greeting, slips mended.
        dropped: acts that are left out of the rewrite.
    """

    name: str = ""
    title: str = ""
    signature: str = ""
    kept: tuple[Kept, ...] = ()
    fragments: tuple[Fragment, ...] = ()
    thanks: str = ""
    introduction: str = ""
    asks: tuple[str, ...] = ()
    dropped: frozenset[Act] = field(default_factory=frozenset)


def read(text: str, analysis: Analysis, register: Register, relation: Relation) -> DraftFacts:
    """Gather what a draft gives.

    Args:
        text: the draft.
        analysis: its analysis; spans are offsets into `text`.
        register: the wanted form of address.
        relation: as in the request.
    """
    name, title = addressee(text)
    kept: list[Kept] = []
    fragments: list[Fragment] = []
    asks: list[str] = []
    thanks = introduction = ""
    for index, sentence in enumerate(analysis.sentences):
        acts = {span.act for span in analysis.acts if span.sentence == index}
        capital = register is Register.LEI
        mended = mend(_courteous(sentence, analysis) if capital else sentence, analysis.slips)
        body = written_out(_without_greeting(mended if mended is not None else sentence.quote))
        if not re.search(r"\w", body) or _CLOSING.match(body):
            continue
        found = _THANKS.search(body)
        if found and not thanks:
            thanks = _AND_ASK.split(found["what"])[0].split(".")[0]
            thanks = re.split(r"[,;:!?]", thanks)[0].strip()
            if mended is None:
                thanks = ""
        asked = bool(acts & ASKS or _REQUEST.search(body) or _FAVOUR_ASKED.search(body))
        asked = asked or (relation is Relation.ESTABLISHED and _is_asked_of_them(body))
        used = _register(analysis, sentence)
        if mended is not None and asked:
            other = used in (Register.TU, Register.LEI) and used is not register
            asks.append((readdressed(body, register) if other else "") or body)
        if used not in (register, Register.NONE) and _only_possessives(analysis, sentence):
            body = addressed(body, register, subject=False, nominal=True)
            used = register
        elif used in (Register.TU, Register.LEI) and used is not register and mended is not None:
            turned = readdressed(body, register)
            body, used = (turned, register) if turned else (body, used)
        good = [] if _TAKES.search(body) or _ORDERS.search(body) else _good_acts(analysis, index)
        body = _EMOTICON.sub("", body)
        if good and not acts & BAD:
            if found and thanks:
                fragments.extend(_understood(body, relation))
            elif mended is not None and used in (register, Register.NONE):
                # "Ho visto il suo annuncio": whose else, in a sentence that names nobody?
                bare = capital and used is Register.NONE and _THEIRS.search(body) is not None
                bare = bare and not re.search(r"(?<=\w )[A-Z]\w+ (?:e|con) (?:il|la|i|le) su", body)
                kept.append(Kept(good[0], _capital_own(body) if bare else body))
            elif good[0] is Act.OFFER and (offer := _readdressed(body, register)):
                kept.append(Kept(Act.OFFER, offer))
            else:
                fragments.extend(_understood(body, relation))
        elif _is_theirs(body, acts, mended, used, register):
            kept.append(Kept(Act.APPRECIATION, _capital_own(body) if capital else body))
        elif good or acts & BAD:
            fragments.extend(_understood(body, relation))
        elif mended is not None and not acts and not introduction:
            introduction = _introduction(body)
    return DraftFacts(
        name=name,
        title=title,
        signature=signature(text),
        kept=tuple(kept),
        fragments=tuple(fragments),
        thanks=thanks,
        introduction=introduction,
        asks=tuple(asks),
        dropped=frozenset(span.act for span in analysis.acts if span.act in BAD),
    )


_GREETING_QUESTION = re.compile(
    r"(?:come|tutto|ricord|sai\b|stai\b|state\b|vedi|senti|pensi|credi|hai visto|avete visto)",
    re.IGNORECASE,
)


def _is_asked_of_them(sentence: str) -> bool:
    """Whether a question opens with a verb of the reader's ("suonate alla festa?")."""
    if _orders_something(sentence):
        return True
    if not sentence.endswith("?") or _GREETING_QUESTION.match(sentence):
        return False
    first = re.split(r"\W", sentence.lower(), maxsplit=1)[0]
    several = first.endswith(("ate", "ete", "ite")) and infinitive_of(f"{first[:-2]}re")
    return bool(several) or lexicon.is_second_person(first)


def mend(span: Span, slips: Sequence[Slip]) -> str | None:
    """The quote with its slips repaired; None when one of them has no sure repair."""
    text = span.quote
    inside = [slip for slip in slips if span.start <= slip.start and slip.end <= span.end]
    for slip in sorted(inside, key=lambda slip: slip.start, reverse=True):
        if slip.quote.lower() in ACRONYMS:
            continue
        if not slip.suggestions:
            return None
        first, last = slip.start - span.start, slip.end - span.start
        text = text[:first] + slip.suggestions[0] + text[last:]
    return re.sub(r"([!?])\1+", r"\1", text).strip()


def _good_acts(analysis: Analysis, index: int) -> list[Act]:
    """The good acts of a sentence, the surest first."""
    found = [span for span in analysis.acts if span.sentence == index and span.act in GOOD]
    found.sort(key=lambda span: (-span.confidence, GOOD.index(span.act)))
    return [span.act for span in found]


def _courteous(sentence: Span, analysis: Analysis) -> Span:
    """The sentence with a capital on the words that address its reader with *Lei*."""
    text = sentence.quote
    for mark in analysis.register_marks:
        at = mark.start - sentence.start
        if mark.register_used is not Register.LEI or not 0 <= at < len(text):
            continue
        word = mark.quote
        if word in ("lei", "le", "la", "suo", "sua", "suoi", "sue"):
            word = word.capitalize()
        text = text[:at] + word + text[at + len(word) :]
    text = re.sub(r"\b\w{2,}r(?:la|le)\b", lambda found: _capital_enclitic(found[0]), text)
    return sentence.model_copy(update={"quote": text})


def _capital_enclitic(word: str) -> str:
    """Turn "sentirla" into "sentirLa", when its pronoun is a person."""
    split = infinitive_of(word)
    if split is None or (split[1] == "la" and split[0] not in PERSON_OBJECT):
        return word
    return word[:-2] + word[-2:].capitalize()


def _register(analysis: Analysis, sentence: Span) -> Register:
    found = {
        mark.register_used
        for mark in analysis.register_marks
        if sentence.start <= mark.start < sentence.end
    }
    if not found:
        return Register.NONE
    return found.pop() if len(found) == 1 else Register.MIXED


# Whoever tastes, tries or takes gives nothing.
_TAKES = re.compile(
    r"^(?:[^\W\d_]+,? )?(?:e |ma |però )?non (?:mi|ci) (?:hai|ha|avete)\b|"
    r"\b(?:ho|avrei|abbiamo) bisogno\b|"
    r"\b(?:te l[oaie]|ti|gliel[oaie]|Le) (?:riporto|restituisco|rendo|ridò|ridarò)\b|"
    r"^(?:io |noi )?(?:cerco|cerchiamo|vogliamo|voglio|vendiamo|ci serv\w+)\b|"
    r"^(?:io )?(?:assaggio|provo|mangio|bevo|prendo|accetto|ricevo|vengo)\b|"
    r"\btu[oi]i? .*\bgratis\b",
    re.IGNORECASE,
)
# An order is no offer, whatever stands beside it ("le faccio io da enologo, mi prenda").
_ORDERS = re.compile(
    r"\b(?:io )?vendo\b|\b(?:a?h){2,}a?\b|"
    r"\b(?:mi|ci) (?:prenda|assuma|dia|faccia|affidi|chiami|mandi|compri|presenti|trovi|paghi|"
    r"prendi|assumi|dai|fai|chiama|compra|ricontatti|risponda)\b|"
    r"\b(?:prendi|assumi|chiama|compra|scrivi|fam|dam|manda|presenta|rispondi|paga|trova|passa|"
    r"presta|aiuta|assumete|prendete|fate)(?:mi|ci)\b",
    re.IGNORECASE,
)


# "Scrivimi quando vuoi" asks for nothing.
_INVITES = listed("scrivimi dimmi fammi chiamami raggiungimi avvisami")


def _orders_something(text: str) -> bool:
    """Whether a text holds an imperative with its pronoun ("portami", "pubblicami")."""
    return any(
        word.endswith(("mi", "ci")) and word not in _INVITES and lexicon.is_second_imperative(word)
        for word in re.findall(r"[^\W\d_]+", text.lower())
    )


def wants_something(text: str) -> bool:
    """Whether a draft orders or asks for something, whatever the analysis makes of it."""
    return (
        _orders_something(text)
        or _ORDERS.search(text) is not None
        or _REQUEST.search(text) is not None
    )


_EMOTICON = re.compile(r"\s*[:;]-?[)(DPp]+(?=\W|$)")
_THEIRS = re.compile(r"(?:il|la|i|le) su(?:o|a|oi|e)\b", re.IGNORECASE)
_OWN = re.compile(r"\b(?:tu[oa]|tuoi|tue|su[oa]|suoi|sue)\b", re.IGNORECASE)


def _capital_own(text: str) -> str:
    """The text with a capital on its possessives, as *Lei* wants."""
    return _OWN.sub(lambda own: own[0].capitalize(), text)


def _is_theirs(
    body: str, acts: set[Act], mended: str | None, used: Register, register: Register
) -> bool:
    """Whether a sentence says something of a work of the reader's, and nothing else."""
    if (
        mended is None
        or acts - {Act.PERSONAL}
        or not acts
        or "?" in body
        or _TAKES.search(body)
        or _ORDERS.search(body)
    ):
        return False
    return _OWN.search(body) is not None and used in (register, Register.NONE) and len(body) < 200


def _only_possessives(analysis: Analysis, sentence: Span) -> bool:
    """Whether nothing but possessives addresses the reader ("il tuo reportage è bellissimo")."""
    return all(
        _OWN.fullmatch(mark.quote) is not None
        for mark in analysis.register_marks
        if sentence.start <= mark.start < sentence.end
    )


_GIVES = re.compile(r"\b(?:[Ll]e|[Tt]i|[Ll]a|[Vv]i) (?P<verb>[^\W\d_]+o|posso)\b(?P<what>[^?]+)$")


def _readdressed(sentence: str, register: Register) -> str:
    """An offer in the wanted form of address; "" when it cannot be told apart safely."""
    match = _GIVES.search(sentence.rstrip(" .!"))
    if match is None or not lexicon.is_first_person(match["verb"].lower()):
        return ""
    you = "Le" if register is Register.LEI else "ti"
    lead = "se Le fa comodo" if register is Register.LEI else "se ti fa comodo"
    what = addressed(match["what"].strip(), register, subject=False)
    return f"{lead}, {you} {match['verb']} {what}"


_INVERTED = re.compile(
    rf"^\W*(?P<title>(?i:{_TITLE}))\s+(?:(?P<name>{_NAME})\s*)?"
    r"(?P<hello>(?i:buon\s?giorno|buona\s?sera|salve|ciao))?\s*[,!]\s+"
)


def addressee(text: str) -> tuple[str, str]:
    """The recipient's name and title in a draft's greeting; "" where there is none."""
    inverted = _INVERTED.match(text)
    if inverted and (inverted["name"] or inverted["hello"]):
        return inverted["name"] or "", inverted["title"].lower()
    match = _GREETING.match(text)
    if match:
        name = match["name"] or ""
        if name[:1].islower() and not re.match(r"(?i:ciao|ehi|hey|hi)", match["hello"]):
            name = name if not lexicon.known(name) else ""
        if name and lexicon.known(name.lower()) and not match["stop"]:
            name = ""
        return name[:1].upper() + name[1:], (match["title"] or "").lower()
    vocative = _VOCATIVE.match(text)
    if vocative and not lexicon.known(vocative["name"].lower()):
        return vocative["name"], ""
    return "", ""


def _without_greeting(sentence: str) -> str:
    match = _INVERTED.match(sentence) or _GREETING.match(sentence)
    if match and match.end():
        sentence = sentence[match.end() :]
    else:
        vocative = _VOCATIVE.match(sentence)
        if vocative and not lexicon.known(vocative["name"].lower()):
            sentence = sentence[vocative.end() :]
    return sentence.strip()


# How one says in a draft that one met: "è stato bello chiacchierare con Lei alla sagra".
_PLEASURE = re.compile(
    r"^(?:mi )?(?:è stat[oa]|ha fatto|ha fatto piacere|mi ha fatto)\b[^,]*?\b(?:(?P<met>conoscer|"
    r"incontrar|veder)(?:la|ti|vi)|(?:parlare|chiacchierare) con (?:lei|te))\b",
    re.IGNORECASE,
)
_MEETS = re.compile(
    r"\b(?:conosciu|conoscer|incontra|incroci|vist[oaie]\b|vedut|present|trovat|rivist|sedut)",
    re.IGNORECASE,
)
# Not what the writer follows but what the writer does to the reader, or buys.
_ADDRESSING = re.compile(r"^(?:la|lo|ti|le|compro|uso)\b", re.IGNORECASE)


def _met_or_talked(found: re.Match[str]) -> str:
    return "conosciuto" if found["met"] else "parlato"


def _understood(sentence: str, relation: Relation) -> list[Fragment]:
    """Clauses that say where they met or what was appreciated, read like notes."""
    wanted = (
        Kind.MET, Kind.TALKED, Kind.EXPERIENCED, Kind.HEARD, Kind.FOLLOWED, Kind.INTRODUCED,
    )  # fmt: skip
    found: list[Fragment] = []
    for start, end in clauses(sentence, 0, len(sentence)):
        clause = _AND_ASK.split(sentence[start:end])[0]
        clause = re.sub(
            r"^(?:e|ma|allora|quindi|visto che|dato che|dopo che|poiché|siccome|perché)\s+",
            "",
            clause,
        )
        clause = re.sub(
            r"^(?:ti|la) ho (?=conosciut|incontrat|vist|sentit|ascoltat)|^l'ho (?=conosciut|vist)",
            "",
            clause,
            flags=re.IGNORECASE,
        )
        clause = _PLEASURE.sub(_met_or_talked, clause)
        if len(clause.split()) < 3 or clause.endswith("?") or _ADDRESSING.match(clause):
            continue
        first = re.split(r"\W", clause.lower(), maxsplit=1)[0]
        if lexicon.is_first_person(first) and first not in FOLLOWING | EVENTS:
            # "Resto in attesa" is no event.
            continue
        found.extend(
            f
            for f in understand(clause, relation)
            if f.kind in wanted and f.body and (f.kind is not Kind.MET or _MEETS.search(clause))
        )
    return found


def _introduction(sentence: str) -> str:
    match = _SELF.match(sentence.rstrip(".! "))
    if not match or len(sentence) > 90:
        return ""
    who = match["who"].lower()
    if re.match(
        r"(?:in cerca|alla ricerca|disoccupat|senza lavoro|sempre|molto|felice|liet|content|rimast|"
        r"stat|"
        r"disponibil|qui|interessat|convint|sicur)\w*",
        who,
    ):
        return ""
    return sentence.rstrip(".! ")


# A name at the end of the only line, after a closing formula.
_SIGNED = re.compile(
    r"\b(?i:abbraccio|salut[oi]|presto|grazie|cordialmente)\W+(?P<name>[A-ZÀ-Ý][a-zà-ÿ]+)\.?$"
)


def signature(text: str) -> str:
    """The name that a draft is signed with, or ""."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if len(lines) < 2:
        introduced = re.search(rf"\b(?:sono|[Mm]i chiamo) (?P<name>{_NAME})(?=[ ,.])", text)
        signed = _SIGNED.search(text.strip())
        return introduced["name"] if introduced else signed["name"] if signed else ""
    last = lines[-1].rstrip(".")
    if not re.fullmatch(_NAME, last):
        return ""
    # "Pino" is a tree too: alone on the last line it is a name all the same.
    if not lexicon.known(last.lower()) or (" " not in last and not _CLOSING.match(last)):
        return last
    return ""


def is_closing(line: str) -> bool:
    """Whether a line is a closing formula, a signature, or both."""
    return bool(_CLOSING.match(line)) or bool(re.fullmatch(_NAME, line.strip().rstrip(".,")))

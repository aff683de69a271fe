"""Checks that an answer must pass, whoever worded it.

Numbers and citations are compared with what they point at; the words of a sentence with those of
the passages it cites. Strict on purpose: a good wording lost costs less than a made-up fact.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from coach.analysis import lexicon, register
from coach.analysis.text import clean, looks_italian, sentences
from coach.conversation.sources import day
from coach.library import Library
from coach.library.lexical import fold, terms
from coach.rubric import Rubric
from coach.schemas import (
    Answer,
    Citation,
    CitationKind,
    ContactCard,
    Exchange,
    Register,
    Sender,
)

#: Share of a sentence's content words that the passages it cites must hold.
LEAST_SUPPORT = 0.8

_MARK = re.compile(r"\[(\d+)\]")
_WORD = re.compile(r"[^\W_]+")
_NEGATION = re.compile(
    r"\b(?:non|né|mai|niente|nulla|nessun\w*|senza|sconsigli\w*|evit\w+|invece di)\b",
    re.IGNORECASE,
)
#: Characters after a negation in which the word it denies is looked for.
DENIED_WITHIN = 40
# Names that no fact is made of.
_ALWAYS = frozenset(("linkedin", "cv", "prima", "offri"))


@dataclass(frozen=True)
class Origins:
    """Everything that an answer may rest on.

    Attributes:
        spoken: the question and the text pasted with it.
    """

    library: Library
    rubric: Rubric
    card: ContactCard | None
    exchanges: Sequence[Exchange]
    profile: Sender
    spoken: str = ""

    def hold(self, citation: Citation) -> bool:
        """Whether the words of a citation stand where it says."""
        words = citation.passage
        if not words.strip():
            return False
        match citation.kind:
            case CitationKind.PASSAGE:
                principled = any(principle.source.passage == words for principle in self.rubric)
                return principled or self.library.holds(citation.source_id, words)
            case CitationKind.CARD:
                return self.card is not None and any(words in text for text in _card(self.card))
            case CitationKind.PROFILE:
                return any(words in text for text in _profile(self.profile))
            case CitationKind.EXCHANGE:
                said = [x.text for x in self.exchanges if x.id == citation.source_id]
                return any(words in text for text in (*said, self.spoken))

    def words(self) -> frozenset[str]:
        """The words of the card, the exchanges, the profile and the question, in lower case."""
        texts = [self.spoken, *_profile(self.profile)]
        if self.card is not None:
            texts += _card(self.card)
        for exchange in self.exchanges:
            things = (*(exchange.gives or ()), *(exchange.asks or ()))
            texts += [exchange.text, day(exchange.at), *things]
        return frozenset(word.lower() for text in texts for word in _WORD.findall(text))


def _card(card: ContactCard) -> list[str]:
    fields = [card.name, card.role, card.company, card.email, card.url, card.phone, *card.notes]
    if card.connected_on is not None:
        fields.append(day(card.connected_on))
    return [*fields, str(card.register_used)]


def _profile(profile: Sender) -> list[str]:
    return [profile.name, profile.about, *profile.can_offer]


def objections(answer: Answer, origins: Origins, derived: Collection[str] = ()) -> tuple[str, ...]:
    """What speaks against an answer; empty when it holds.

    Args:
        answer: any answer.
        origins: what it may rest on.
        derived: words and numbers that were reckoned from those (dates, counts).
    """
    found = []
    used = [int(number) for number in _MARK.findall(answer.text)]
    listed = [citation.n for citation in answer.citations]
    if sorted(set(used)) != listed or listed != list(range(1, len(listed) + 1)):
        found.append(f"numeri {sorted(set(used))}, fonti {listed}")
    if not answer.grounded and answer.citations:
        found.append("non fondata, ma con fonti")
    found += [
        f"fonte {citation.n} assente" for citation in answer.citations if not origins.hold(citation)
    ]
    known = origins.words() | {word.lower() for word in derived} | _ALWAYS
    known |= {
        word.lower()
        for citation in answer.citations
        for text in (citation.title, citation.heading, citation.passage)
        for word in _WORD.findall(text)
    }
    invented = inventions(_MARK.sub(" ", answer.text), known)
    return (*found, *(f"inventato: {word}" for word in invented))


def inventions(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Names and numbers of a text that are not among the known words (in lower case)."""
    bare = clean(text).text
    found = []
    for match in _WORD.finditer(bare):
        word = match[0]
        if word.lower() in known:
            continue
        if any(char.isdigit() for char in word):
            found.append(word)
        elif word[0].isupper():
            # A line of its own begins a sentence too, as after a greeting.
            opens = not re.search(r"[\w,;(-][^\S\n]*\Z", bare[: match.start()])
            if not (opens and lexicon.known(word.lower())) and word not in ("Lei", "La", "Le", "L"):
                found.append(word)
    return tuple(dict.fromkeys(found))


def unsupported(candidate: str, composed: Answer, question: str) -> str:
    """Why a wording may not stand in a composed answer's place; "" when it may.

    Args:
        candidate: the wording, with its numbers.
        composed: the answer it words.
        question: what was asked.
    """
    if not candidate or len(candidate) > len(composed.text):
        return "vuota o più lunga"
    if set(_MARK.findall(candidate)) != set(_MARK.findall(composed.text)):
        return "i numeri non sono gli stessi"
    if not looks_italian(candidate) or re.search(r"\*\*|```|^#|^\s*[-*•] ", candidate, re.M):
        return "non è prosa italiana"
    source = clean(_MARK.sub("", candidate))
    used, _ = register.detect(source, sentences(source.text), ())
    if used in (Register.LEI, Register.MIXED):
        return "non dà del tu"
    passages = {str(citation.n): citation for citation in composed.citations}
    for sentence in _with_numbers(candidate):
        numbers = _MARK.findall(sentence)
        if not numbers:
            return f"senza fonte: {sentence}"
        cited = [passages[number].passage for number in numbers]
        # What the composed answer says around its quotations is known too.
        reason = _unsupported(_MARK.sub("", sentence), [*cited, composed.text], question)
        if reason:
            return reason
    return ""


def _with_numbers(text: str) -> list[str]:
    """The sentences of a text, the numbers after a full stop with the sentence they close."""
    joined = re.sub(r"([.!?])\s*((?:\[\d+\])+)", r" \2\1", text)
    source = clean(joined)
    return [source.text[start:end] for start, end in sentences(source.text)]


def _unsupported(sentence: str, cited: Sequence[str], question: str) -> str:
    own = set(terms(sentence))
    held = {term for text in cited for term in terms(text)}
    asked = set(terms(question))
    roots = {_root(term) for term in held}
    fresh = {term for term in own if _root(term) not in roots and term not in asked}
    if own and 1 - len(fresh) / len(own) < LEAST_SUPPORT:
        return f"non sta nelle fonti: {', '.join(sorted(fresh))}"
    known = {word.lower() for text in (*cited, question) for word in _WORD.findall(text)}
    invented = inventions(sentence, known | _ALWAYS)
    if invented:
        return f"inventato: {', '.join(invented)}"
    denied, truly_denied = _denied(sentence), {word for text in cited for word in _denied(text)}
    stated = {_root(term) for term in own} - denied
    affirmed = {_root(term) for text in cited for term in terms(text)} - truly_denied
    if denied - truly_denied or stated & truly_denied - affirmed:
        return f"nega o afferma altro: {sentence}"
    return ""


def _denied(text: str) -> set[str]:
    """The roots of the words that a negation stands before."""
    plain = clean(text).text
    found = set()
    for match in _NEGATION.finditer(plain):
        following = terms(plain[match.end() : match.end() + DENIED_WITHIN].rpartition(" ")[0])
        found |= {_root(term) for term in following[:1]}
    return found


def _root(term: str) -> str:
    return fold(term)[: max(4, len(term) - 2)]

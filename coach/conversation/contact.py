"""What is known of a contact, and where it is written.

Anything said of a contact is a field of the card, a note or an exchange, quoted as it stands. What
a question is about is told by its words; a note answers when it holds them, or words of the same
topic (`data/topics.txt`), and what is nowhere written is not said.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from coach.analysis.text import listed
from coach.conversation.kinds import holds_kind
from coach.conversation.sources import beginning, split_sentences
from coach.library.lexical import fold, terms
from coach.rewrite.discretion import confidential
from coach.rewrite.fragments import Kind, understand
from coach.schemas import ContactCard, Direction, Exchange, Relation

TOPICS = Path(__file__).parent / "data" / "topics.txt"

#: Share of the words of a question that a note must hold.
LEAST_SHARE = 0.6
#: Letters of a stem that may begin a longer one.
LEAST_STEM = 6
#: Words from which a question in an exchange is a request.
LEAST_REQUEST = 5

_MEETING = frozenset(
    (Kind.MET, Kind.INTRODUCED, Kind.TALKED, Kind.EVENT, Kind.WAS_THERE, Kind.HEARD)
)
_NEEDS = frozenset((Kind.NEED, Kind.NEED_NOUN, Kind.TOLD))


@dataclass(frozen=True)
class Known:
    """Something that is written of a contact.

    Attributes:
        words: as they stand.
        label: the field's name, or "appunto"; empty for an exchange.
        exchange: where they stand, when not on the card.
    """

    words: str
    label: str = ""
    exchange: Exchange | None = None


@dataclass(frozen=True)
class Dossier:
    """A contact's card with all that passed.

    Attributes:
        exchanges: oldest first.
    """

    card: ContactCard
    exchanges: tuple[Exchange, ...]

    @property
    def received(self) -> tuple[Exchange, ...]:
        """What came from the contact, oldest first."""
        return tuple(x for x in self.exchanges if x.direction is Direction.RECEIVED)

    @property
    def sent(self) -> tuple[Exchange, ...]:
        """What the person sent, oldest first."""
        return tuple(x for x in self.exchanges if x.direction is Direction.SENT)

    @property
    def meetings(self) -> tuple[Known, ...]:
        """The notes on how the two met."""
        return self._notes(_MEETING, Relation.MET)

    @property
    def needs(self) -> tuple[Known, ...]:
        """The notes on what the contact needs, then what they asked and nobody answered yet."""
        last = self.sent[-1].at if self.sent else None
        asked = tuple(
            Known(words, exchange=exchange)
            for exchange in self.received
            if last is None or exchange.at > last
            for words in requests(exchange)
        )
        return (*self._notes(_NEEDS, Relation.MET), *asked)

    @property
    def notes(self) -> tuple[Known, ...]:
        """The notes, in the order of the card."""
        return tuple(Known(note, "appunto") for note in self.card.notes if note.strip())

    def _notes(self, kinds: Collection[Kind], relation: Relation) -> tuple[Known, ...]:
        return tuple(
            known
            for known in self.notes
            if not confidential(known.words)
            and any(
                fragment.kind in kinds
                for fragment in understand(known.words, relation, self.card.name)
            )
        )

    @property
    def everything(self) -> tuple[Known, ...]:
        """Notes, then the sentences of exchanges, the latest first."""
        said = tuple(
            Known(sentence, exchange=exchange)
            for exchange in reversed(self.exchanges)
            for sentence in split_sentences(exchange.text)
        )
        return (*self.notes, *said)


def requests(exchange: Exchange) -> tuple[str, ...]:
    """What an exchange asks: as it was analysed or corrected, else the questions it puts.

    A question of few words ("come stai?") asks for nothing.
    """
    if exchange.asks or exchange.corrected:
        return exchange.asks or ()
    return tuple(
        part
        for part in split_sentences(exchange.text)
        if part.endswith("?") and len(part.split()) >= LEAST_REQUEST
    )


def fields(card: ContactCard) -> tuple[Known, ...]:
    """The fields of a card that are filled in, each with its name."""
    values = (
        ("ruolo", card.role),
        ("azienda", card.company),
        ("e-mail", card.email),
        ("telefono", card.phone),
        ("profilo", card.url),
    )
    return tuple(Known(value, label) for label, value in values if value.strip())


# Words of a question that say nothing of what it is about.
_LETTERS = re.compile(r"[^\W\d_]+")
_EMPTY = listed(
    "avere essere fare dire sapere cosa che chi come quando dove quale quanto persona contatto "
    "scheda appunto lei lui suo proprio anche gia mai ancora ora adesso ultimo ultima volta "
    "prendere dare potere volere dovere sembrare stare andare qualche tipo genere cosa preciso "
    "esattamente attualmente davvero parlare raccontare scrivere detto parlato scritto sua sue "
    "suoi nome piacere interessare chiamare"
)

_WORD = re.compile(r"[^\W\d_]+")


def asked_words(question: str, names: Collection[str]) -> tuple[str, ...]:
    """The folded lemmas that say what a question on a contact is about.

    Args:
        question: as it was typed.
        names: the folded words of the contact's name, which say nothing.
    """
    # Before they are made lemmas: "Sarti" is no tailor.
    unnamed = _LETTERS.sub(lambda word: "" if fold(word[0]) in names else word[0], question)
    found = (term for term in terms(unnamed) if term not in _EMPTY and len(term) > 2)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1)
def topics() -> tuple[frozenset[str], ...]:
    """Families of words: whoever asks with one is answered by another.

    A word that ends in an asterisk stands for all that begin like it.
    """
    lines = TOPICS.read_text(encoding="utf-8").splitlines()
    return tuple(frozenset(map(fold, line.split())) for line in lines if line and line[0] != "#")


def _families(word: str) -> list[frozenset[str]]:
    return [family for family in topics() if _belongs(word, family)]


def _belongs(word: str, family: frozenset[str]) -> bool:
    return any(
        word.startswith(member[:-1]) if member.endswith("*") else word == member
        for member in family
    )


def _stem(word: str) -> str:
    return word[: max(4, len(word) - 2)]


def _akin(one: str, other: str) -> bool:
    """Whether two stems are one, or a long one begins the other: "telefono", "telefonata"."""
    shorter, longer = sorted((one, other), key=len)
    return shorter == longer or (len(shorter) >= LEAST_STEM and longer.startswith(shorter))


def holds(text: str, word: str) -> bool:
    """Whether a text holds a word, a word of its root, or one of the same topic."""
    lemmas = terms(text)
    forms = [*lemmas, *(fold(form) for form in _WORD.findall(text))]
    if any(_akin(_stem(form), _stem(word)) for form in forms if len(form) > 3):
        return True
    return any(_belongs(form, family) for family in _families(word) for form in forms)


def find(dossier: Dossier, words: Sequence[str]) -> tuple[Known, ...]:
    """What is written of what a question asks, best first; empty when nothing is.

    Args:
        dossier: what is searched.
        words: from `asked_words`.
    """
    if not words:
        return ()
    scored = []
    for place, known in enumerate(dossier.everything):
        share = sum(holds(known.words, word) for word in words) / len(words)
        if share >= LEAST_SHARE:
            scored.append((-share, place, known))
    scored.sort(key=lambda each: each[:2])
    best = [known for share, _, known in scored if share == scored[0][0]]
    return tuple(best[:3])


_WHEN = re.compile(r"\b(?:quando|che giorno|in che (?:mese|anno)|da quanto)\b")
_WHERE = re.compile(r"\b(?:dove|dv|in che (?:zona|posto))\b")
_TIME = re.compile(
    r"\d|\b(?:lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|gennaio|febbraio|marzo|"
    r"aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|ieri|oggi|domani|"
    r"primavera|estate|autunno|inverno|natale|pasqua|anno|mese|mesi|settiman\w+|giorn\w+|presto|"
    r"weekend|mattina|sera|pomeriggio)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:a|ad|in|al|allo|alla|all'|nel|nello|nella|da|di|tra|fra|presso|vicino|sul|sulla|via)\b|"
    r"[a-zà-ù] [A-ZÀ-Ù][a-zà-ù]+",
)


def replied(dossier: Dossier, known: Known) -> Known:
    """What a question put in an exchange was answered with; anything else is left as it is."""
    asked = known.exchange
    if asked is None or not known.words.rstrip().endswith("?"):
        return known
    for later in dossier.exchanges:
        if later.at > asked.at and later.direction is not asked.direction:
            return Known(beginning(later.text), exchange=later)
    return known


def answers(question: str, known: Known) -> bool:
    """Whether what is written is of the kind that a question asks: a time, a number, a place."""
    asked = fold(question)
    if _WHEN.search(asked) and not _TIME.search(known.words):
        return False
    if _WHERE.search(asked) and not _PLACE.search(known.words):
        return False
    return holds_kind(question, known.words)

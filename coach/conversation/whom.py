"""Whom a question is about, when it names a person and no card was chosen.

A name is looked up among the contacts. One person of that name is who is meant, and is told so;
of several it is asked which; of none it is said that they are not there. Names that the library
knows ("che cosa dice Elisabetta?") stay with the library unless a contact's full name is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from coach.analysis import lexicon
from coach.analysis.text import check_text, clean, listed
from coach.conversation.asking import take_apart, written_out
from coach.conversation.intents import Intent, shipped_weights
from coach.conversation.signs import intent_of
from coach.conversation.sources import TITLES, card_name
from coach.library import Library
from coach.library.lexical import fold, terms
from coach.schemas import Answer, ContactCard

#: The contacts that some words speak of; those whose name lacks one of them are passed over here.
LookUp = Callable[[str], Iterable[ContactCard]]

#: Most people of one name that are told apart in an answer.
MOST_TOLD = 5
#: Names, and pairs of words without a capital, that are looked up.
MOST_TRIED = 12

#: Intents of which a single name is a contact's.
_PERSONAL = frozenset((
    Intent.OFFER, Intent.TIMING, Intent.WRITE, Intent.REVIEW, Intent.SUMMARY, Intent.REPLY,
    Intent.RECONNECT, Intent.FACT, Intent.BALANCE,
))  # fmt: skip
#: Of them those that a message pasted or a draft answers without knowing the person.
_ON_TEXT = frozenset((Intent.REVIEW,))

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*\.?|[^\s\w]")
_PARTICLES = frozenset(listed("di de del della dei da dal la lo van von"))
_PARTED = re.compile(r"(?<=\w) (?:di|del|della|dei|da|dal) (?=\w)")
_NEVER = frozenset(
    listed("lei suo sua la le linkedin cv hr inmail mail email gennaio febbraio marzo aprile "
           "maggio giugno luglio agosto settembre ottobre novembre dicembre natale pasqua italia")
)  # fmt: skip


@dataclass(frozen=True)
class Whom:
    """The person a question names.

    Attributes:
        name: as it was asked.
        cards: the contacts of that name; none, one or several.
    """

    name: str
    cards: tuple[ContactCard, ...]

    @property
    def card(self) -> ContactCard | None:
        """The contact that is meant, when there is only one."""
        return self.cards[0] if len(self.cards) == 1 else None

    def said_of(self, answer: Answer) -> Answer:
        """An answer on the contact that was found, which first says who that is."""
        if self.card is None:
            return answer
        opening = f"Fra i tuoi contatti ho trovato {_described(self.card)}."
        gap = "\n\n" if answer.rewrite is not None or answer.text.startswith("-") else " "
        return answer.model_copy(update={"text": f"{opening}{gap}{answer.text}"})

    def unsettled(self) -> Answer:
        """What is answered when it is not one contact: which of them, or that there is none."""
        if not self.cards:
            text = (
                f"Fra i tuoi contatti non c'è nessuno che si chiami {self.name}, quindi non ne so "
                "niente e non invento. Aggiungi la sua scheda, anche con il solo nome e un "
                "appunto, e ne riparliamo."
            )
            return Answer(text=text, grounded=False, intent=Intent.UNCOVERED)
        told = "\n".join(f"- {_described(card)}" for card in self.cards[:MOST_TOLD])
        more = len(self.cards) - MOST_TOLD
        rest = f"\n- e altri {more}" if more > 0 else ""
        text = (
            f"Fra i tuoi contatti {self.name} può essere più di una persona:\n{told}{rest}\n"
            "Di chi parli? Ripeti la domanda con l'azienda, o partendo dalla sua scheda."
        )
        return Answer(text=text, grounded=False, intent=Intent.UNCOVERED)


def whom(question: str, *, look_up: LookUp, library: Library) -> Whom | None:
    """The person a question is about, looked up by name; None when it names nobody.

    Args:
        question: as it was typed, perhaps with a text pasted in it.
        look_up: finds contacts by words.
        library: what it knows of names and vectors.

    Raises:
        MessageError: the question is empty, too large, binary or holds no word.
    """
    check_text(question)
    asked = take_apart(question)
    text = clean(written_out(asked.question)).text
    names = _names(text)
    found: dict[str, tuple[ContactCard, ...]] = {}
    for name in (*names, *_pairs(text, names)):
        cards = tuple(card for card in look_up(name) if _bears(card, name))
        if cards:
            found[name] = _told_apart(cards, name, text)
    whole = [name for name in found if len(name.split()) > 1]
    if whole:
        return Whom(whole[0], found[whole[0]])
    own = next((name for name in found if not _in_library(name, library)), None)
    if own is not None:
        return Whom(own, found[own])
    intent = _intent(text, (*names, *found), library, pasted=bool(asked.pasted))
    if intent not in _PERSONAL:
        return None
    if found:
        name = next(iter(found))
        return Whom(name, found[name])
    strangers = (
        name for name in names if not _in_library(name, library) and not _opens(text, name)
    )
    unknown = next(strangers, None)
    return None if unknown is None or intent in _ON_TEXT else Whom(unknown, ())


def _intent(text: str, names: Iterable[str], library: Library, *, pasted: bool) -> Intent:
    words = frozenset(fold(word) for name in names for word in name.split())
    reading = shipped_weights().read(text, library.vectors([text])[0], words)
    return intent_of(text, reading.probabilities, pasted=pasted, on_contact=True)


def _names(text: str) -> tuple[str, ...]:
    """The runs of words with a capital, titles and the articles before a surname left out."""
    runs: list[list[str]] = [[]]
    tokens = [_bare(token) for token in _TOKEN.findall(text)]
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        named = token[:1].isupper() and fold(token) not in _NEVER and not _is_title(token)
        joins = bool(runs[-1]) and token in _PARTICLES and following[:1].isupper()
        if named or joins:
            runs[-1].append(token)
        else:
            runs.append([])
    found = [" ".join(run) for run in runs if run]
    if tokens and runs[0] and len(runs[0]) > 1 and lexicon.known(tokens[0].lower()):
        # "Chiamo Marta o le scrivo?" opens with a word that is no name.
        found.insert(1, " ".join(runs[0][1:]))
    for name in tuple(found):
        # "Paolo Ferrari di Belguardo" is Paolo Ferrari; "De Luca" stays whole.
        found += [part for part in _PARTED.split(name) if part[:1].isupper() and part != name]
    return tuple(dict.fromkeys(found))[:MOST_TRIED]


def _bare(token: str) -> str:
    """A word without the elided article before it: "l'Orlandi"."""
    before, mark, after = token.partition("'")
    return after if mark and before.islower() and after[:1].isupper() else token


def _is_title(token: str) -> bool:
    return token.rstrip(".").lower() in TITLES


def _pairs(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """Pairs of words that may be a name written without capitals."""
    taken = {word for name in names for word in name.split()}
    words = [word for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text) if word not in taken]
    pairs = [
        f"{one} {other}"
        for one, other in pairwise(words)
        if terms(one) and terms(other) and f"{one} {other}" in text
    ]
    return tuple(pairs[:MOST_TRIED])


def _bears(card: ContactCard, name: str) -> bool:
    """Whether all the words of a name are words of a contact's."""
    own = set(_words(card.name))
    return set(_words(name)) <= own


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(name))


def _told_apart(cards: tuple[ContactCard, ...], name: str, text: str) -> tuple[ContactCard, ...]:
    """Those that a question may mean: of the whole name, and of the company or role it names."""
    if len(cards) == 1:
        return cards
    asked = set(_words(text)) - set(_words(name))
    near = tuple(
        card
        for card in cards
        if any(len(word) > 3 and word in asked for word in _words(f"{card.company} {card.role}"))
    )
    if near:
        return near
    named = tuple(card for card in cards if set(_words(card_name(card))) == set(_words(name)))
    return named or cards


def _in_library(name: str, library: Library) -> bool:
    words = terms(name)
    return bool(words) and all(library.knows(word) for word in words)


def _opens(text: str, name: str) -> bool:
    """Whether what looks like a name may do so only because it opens the question."""
    first = name.split()[0]
    return text.lstrip().startswith(name) and (first == name or lexicon.known(first.lower()))


def _described(card: ContactCard) -> str:
    what = ", ".join(part for part in (card.role, card.company) if part.strip())
    return f"{card.name} ({what})" if what else card.name

"""What an answer rests on: sentences with numbered citations, quoted as they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from coach.analysis.text import clean, listed, sentences
from coach.schemas import (
    Answer,
    Citation,
    CitationKind,
    ContactCard,
    Critique,
    Direction,
    Exchange,
    ExchangeChannel,
    Passage,
    Rewrite,
    Sender,
)

#: Longest quotation of an exchange, in characters.
LONGEST_QUOTE = 400
#: Longest thing given or asked that is told in full, in characters.
LONGEST_TOLD = 120

_MONTHS = (
    "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre",
    "ottobre", "novembre", "dicembre",
)  # fmt: skip


#: Titles that stand before a name, in lower case and without a full stop.
TITLES = listed(
    "dott dottssa dott.ssa dr drssa prof profssa prof.ssa ing avv arch geom rag sig sigra sig.ra "
    "dottore dottor dottoressa professore professor professoressa ingegnere ingegner avvocato "
    "avvocata architetto architetta geometra ragioniere signor signora don suor padre"
)


def day(when: date | datetime) -> str:
    """A day as it is said: "3 marzo 2026", "1º aprile 2026"."""
    number = "1º" if when.day == 1 else str(when.day)
    return f"{number} {_MONTHS[when.month - 1]} {when.year}"


def dated(when: date | datetime, article: str = "il") -> str:
    """A day after its article: "il 3 marzo 2026", "dell'8 giugno 2026".

    Args:
        when: the day.
        article: `il`, `del` or `dal`.
    """
    if when.day in (8, 11):
        elided = {"il": "l'", "del": "dell'", "dal": "dall'"}[article]
        return f"{elided}{day(when)}"
    return f"{article} {day(when)}"


def card_name(card: ContactCard) -> str:
    """A contact's name without titles."""
    words = [word for word in card.name.split() if word.rstrip(".").lower() not in TITLES]
    return " ".join(words) or card.name


def first_name(card: ContactCard) -> str:
    """How a contact is called in a sentence: the name without title and surname."""
    return card_name(card).split()[0] if card.name.strip() else card.name


def polite_name(card: ContactCard) -> str:
    """How a contact is greeted by whom says *Lei*: "dott.ssa Spinelli", "Marco Rossi"."""
    words = card.name.split()
    title = next((word for word in words if word.rstrip(".").lower() in TITLES), "")
    return f"{title.lower()} {words[-1]}" if title and len(words) > 1 else card.name


def to_name(name: str) -> str:
    """The name after the preposition "a": "ad Anna", "a Marco"."""
    return f"ad {name}" if name[:1].lower() == "a" else f"a {name}"


def capitalised(text: str) -> str:
    """A text with its first letter in capital, the others as they are."""
    return text[:1].upper() + text[1:]


def plain(quote: str) -> str:
    """A quotation on one line, without what closes it."""
    return " ".join(quote.split()).rstrip(" .;,")


def enumerated(parts: Sequence[str]) -> str:
    """Parts as a sentence lists them: "a, b e c"."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " e " + parts[-1]


def shortened(words: str) -> str:
    """What was given or asked, short enough to be told: cut where a clause ends, with an ellipsis.

    The citation beside it keeps the words as they stand.
    """
    words = " ".join(words.split())
    if len(words) <= LONGEST_TOLD:
        return words
    kept = words[:LONGEST_TOLD]
    clause = max(kept.rfind(mark) for mark in (", ", "; ", ": ", ". "))
    end = clause if clause >= LONGEST_TOLD // 2 else kept.rfind(" ")
    return kept[:end].rstrip(" ,;:.") + "…"


def told_of(exchange: Exchange) -> str:
    """What an exchange is called: "Messaggio ricevuto il 3 marzo 2026"."""
    received = exchange.direction is Direction.RECEIVED
    match exchange.channel:
        case ExchangeChannel.PHONE:
            return f"Telefonata {dated(exchange.at, 'del')}"
        case ExchangeChannel.IN_PERSON:
            return f"Incontro {dated(exchange.at, 'del')}"
        case ExchangeChannel.EMAIL:
            return f"E-mail {'ricevuta' if received else 'inviata'} {dated(exchange.at)}"
        case _:
            return f"Messaggio {'ricevuto' if received else 'inviato'} {dated(exchange.at)}"


class AnswerDraft:
    """An answer in the making.

    Args:
        intent: what the question was taken for.
        on_text: told the text so far, at each addition.
    """

    def __init__(self, intent: str, on_text: Callable[[str], None] | None = None) -> None:
        self._intent = intent
        self._on_text = on_text
        self._text = ""
        self._citations: list[Citation] = []

    @property
    def text(self) -> str:
        """The text so far."""
        return self._text.strip()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations so far."""
        return tuple(self._citations)

    def anew(self) -> AnswerDraft:
        """An empty draft of the same answer."""
        return AnswerDraft(self._intent, self._on_text)

    def passage(self, passage: Passage) -> int:
        """The number of a citation of a passage."""
        return self._number(
            Citation(
                n=0,
                title=passage.title,
                passage=passage.text,
                kind=CitationKind.PASSAGE,
                source_id=passage.source_id,
                heading=passage.heading,
            )
        )

    def card(self, card: ContactCard, words: str, label: str) -> int:
        """The number of a citation of a contact's card: a note, or the value of a field."""
        return self._number(
            Citation(
                n=0,
                title=f"Scheda di {card.name}",
                passage=words,
                kind=CitationKind.CARD,
                source_id=card.id,
                heading=label,
            )
        )

    def exchange(self, exchange: Exchange, words: str = "") -> int:
        """The number of a citation of an exchange: of `words`, or of its beginning."""
        return self._number(
            Citation(
                n=0,
                title=told_of(exchange),
                passage=words or beginning(exchange.text),
                kind=CitationKind.EXCHANGE,
                source_id=exchange.id,
            )
        )

    def pasted(self, words: str) -> int:
        """The number of a citation of a message that came with the question."""
        return self._number(
            Citation(
                n=0,
                title="Il messaggio che hai incollato",
                passage=beginning(words),
                kind=CitationKind.EXCHANGE,
            )
        )

    def profile(self, sender: Sender, words: str) -> int:
        """The number of a citation of the person's own profile."""
        del sender
        return self._number(
            Citation(n=0, title="Il tuo profilo", passage=words, kind=CitationKind.PROFILE)
        )

    def _number(self, citation: Citation) -> int:
        for known in self._citations:
            if known.model_copy(update={"n": 0}) == citation:
                return known.n
        numbered = citation.model_copy(update={"n": len(self._citations) + 1})
        self._citations.append(numbered)
        return numbered.n

    def say(self, sentence: str, *numbers: int) -> None:
        """Add a sentence to the paragraph, its numbers before the full stop."""
        self._add("" if not self._text or self._text.endswith("\n") else " ", sentence, numbers)

    def item(self, text: str, *numbers: int) -> None:
        """Add an item to a list."""
        self._add("\n" if self._text else "", f"- {text}", numbers)

    def paragraph(self, text: str = "", *numbers: int) -> None:
        """Begin a paragraph."""
        self._add("\n\n" if self._text else "", text, numbers)

    def _add(self, before: str, text: str, numbers: tuple[int, ...]) -> None:
        marks = "".join(f"[{number}]" for number in dict.fromkeys(numbers))
        if marks:
            stopped = text.endswith(".") and not text.endswith("..")
            text = f"{text[:-1]} {marks}." if stopped else f"{text} {marks}"
        self._text += before + text
        if self._on_text is not None and text:
            self._on_text(self.text)

    def answer(
        self,
        *,
        grounded: bool = True,
        rewrite: Rewrite | None = None,
        critique: Critique | None = None,
    ) -> Answer:
        """The answer as it stands."""
        return Answer(
            text=self.text,
            citations=self.citations if grounded else (),
            grounded=grounded,
            intent=self._intent,
            rewrite=rewrite,
            critique=critique,
        )


def beginning(text: str) -> str:
    """A text, or as many whole sentences of its beginning as may be quoted."""
    text = text.strip()
    if len(text) <= LONGEST_QUOTE:
        return text
    source = clean(text)
    end = 0
    for _, stop in sentences(source.text):
        original = source.original_span(0, stop)[1]
        if original > LONGEST_QUOTE:
            break
        end = original
    return text[:end] if end else text[:LONGEST_QUOTE].rsplit(" ", 1)[0]


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, each as it stands there."""
    source = clean(text)
    found = []
    for start, end in sentences(source.text):
        first, last = source.original_span(start, end)
        found.append(text[first:last])
    return found

"""What is indexed: a passage with the words that help to find it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coach.library import splitting
from coach.notes import Note

#: A sentence shorter than this says too little to be found by.
SHORTEST_SENTENCE = 20

_SENTENCE_LIMIT = re.compile(r"(?<=[.!?…”»])\s+|\n")


@dataclass(frozen=True)
class Entry:
    """A passage of the library.

    Attributes:
        text: what is shown and quoted.
        context: words indexed with it and not shown: the line that opens its list.
        questions: questions it answers, indexed beside it and not shown.
        told_by: positions, among the entries of a library, of the note sections that tell it
            again.
        pid: identifier given by a corpus.
    """

    text: str
    title: str = ""
    source_id: str = ""
    heading: str = ""
    context: str = ""
    questions: tuple[str, ...] = ()
    told_by: tuple[int, ...] = ()
    pid: str | None = None

    @property
    def whole(self) -> str:
        """The text under its heading, which says what it is about or who speaks.

        The title is left out: shared by all the passages of a source, it drew their vectors
        together (66 questions, whole passages alone: R@5 .59 with it, .68 without).
        """
        return f"{self.heading}\n{self.text}" if self.heading else self.text

    @property
    def sentences(self) -> tuple[str, ...]:
        """Its sentences, each of which may be what a question is about.

        The rows of a corpus are indexed whole: there are many and each is one answer.
        """
        if self.pid is not None:
            return ()
        found = _SENTENCE_LIMIT.split(self.text)
        kept = tuple(part for part in found if len(part) > SHORTEST_SENTENCE)
        return kept if len(found) > 1 else ()

    @property
    def views(self) -> tuple[View, ...]:
        """The texts whose vectors stand for the passage; the first is the whole."""
        texts = (self.whole, *self.sentences)
        return (
            *(View(text, is_question=False) for text in texts),
            *(View(question, is_question=True) for question in self.questions),
        )

    @property
    def words(self) -> str:
        """The text for the lexical index: all that belongs to the passage."""
        parts = (self.title, self.heading, self.context, self.text, *self.questions)
        return "\n".join(part for part in parts if part)


@dataclass(frozen=True)
class View:
    """A text whose vector stands for a passage.

    Attributes:
        is_question: it is embedded as a question, to be met by questions like it.
    """

    text: str
    is_question: bool

    @property
    def key(self) -> str:
        """Equal for views with equal vectors."""
        return digest(["question" if self.is_question else "passage", self.text])


def of_note(note: Note) -> Iterator[Entry]:
    """One passage a section: sections are written to be read alone."""
    for section in note.sections:
        yield Entry(
            text=section.text,
            title=note.title,
            source_id=note.id,
            heading=section.heading,
            questions=section.questions,
        )


def of_text(text: str, title: str, source_id: str) -> Iterator[Entry]:
    """The passages of a raw text."""
    for chunk in splitting.split(text, title):
        yield Entry(
            text=chunk.text,
            title=title,
            source_id=source_id,
            heading=chunk.heading,
            context=chunk.context,
        )


def digest(parts: Iterable[str]) -> str:
    """A short name for a sequence of strings: equal only for equal sequences."""
    joined = "\0".join(parts).encode("utf-8", "replace")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()

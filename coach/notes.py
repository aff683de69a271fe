"""The notes that come with the product: Markdown with front matter, read section by section.

A note is a file of `knowledge/notes/`::

    ---
    id: bussare_non_sfondare        # the file's own name, without .md
    title: Bussare, non sfondare
    author: …
    date: 2012-03-30
    kind: article                   # article, comment, book review, figures or guide
    locator: articolo del blog, 2012
    language: it
    ---

    ## A heading
    <!-- domande: A question this section answers? | Another one? -->

    The text of the section.

Headings may be nested; each section is the text between its heading and the next one of any depth.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from coach.errors import KnowledgeError
from coach.marked_yaml import MarkedYaml, read_text
from coach.schemas import Model

_FENCE = "---"
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_QUESTIONS = re.compile(r"<!--\s*domande:(.*?)-->", re.DOTALL)

NonEmpty = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class NoteKind(StrEnum):
    """What a note is about; shown beside its title."""

    ARTICLE = "article"
    COMMENT = "comment"
    BOOK_REVIEW = "book review"
    FIGURES = "figures"
    GUIDE = "guide"


class Section(Model):
    """A stretch of a note that can be read alone.

    Attributes:
        heading: as written, without its hashes.
        text: the passage, without the comment that holds the questions.
        questions: what a person would ask that this section answers; for the index, never shown.
        line: line of the heading in the file, counted from 1.
    """

    heading: str
    text: str
    questions: tuple[str, ...]
    line: int


class _FrontMatter(Model):
    id: NonEmpty
    title: NonEmpty
    author: NonEmpty
    date: NonEmpty
    kind: NoteKind
    locator: NonEmpty
    language: NonEmpty


class Note(_FrontMatter):
    """A note with its sections, in the order of the file."""

    sections: tuple[Section, ...]

    def section(self, heading: str) -> Section | None:
        """The section under that exact heading, or None."""
        return next((part for part in self.sections if part.heading == heading), None)


def read_note(path: Path) -> Note:
    """Read one note.

    Raises:
        KnowledgeError: the front matter or the sections are not as they should be; the message
            names file and line.
    """
    lines = read_text(path).split("\n")
    if lines[0].rstrip() != _FENCE:
        raise _error(path, 1, "manca il frontespizio (una riga «---», le chiavi, una riga «---»).")
    end = next((n for n, line in enumerate(lines[1:], start=1) if line.rstrip() == _FENCE), None)
    if end is None:
        raise _error(path, 1, "il frontespizio non è chiuso da una riga «---».")
    yaml = MarkedYaml("\n".join(lines[1:end]), path, first_line=2)
    front = yaml.validate(_FrontMatter)
    if front.id != path.stem:
        raise yaml.error(("id",), f"l'id «{front.id}» è diverso dal nome del file.")
    return Note(**front.model_dump(), sections=_sections(lines, end + 1, path))


def read_notes(folder: Path) -> tuple[Note, ...]:
    """Read every note of a folder, in the order of the file names; hidden files are not notes.

    Raises:
        KnowledgeError: the folder is missing, holds something else, or a note is not valid.
    """
    if not folder.is_dir():
        raise KnowledgeError(f"{folder.name}: la cartella delle note non c'è.")
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    for path in paths:
        if path.suffix != ".md":
            raise _error(path, 1, "nella cartella delle note stanno solo file .md.")
    return tuple(read_note(path) for path in paths)


def _sections(lines: list[str], start: int, path: Path) -> tuple[Section, ...]:
    """Split the body, from index `start` of `lines`, at its headings."""
    marks: list[tuple[int, int, str]] = []  # index of the line, depth, heading
    for index in range(start, len(lines)):
        if match := _HEADING.match(lines[index]):
            marks.append((index, len(match[1]), match[2]))
    first = marks[0][0] if marks else len(lines)
    for index in range(start, first):
        if lines[index].strip():
            raise _error(path, index + 1, "c'è del testo prima del primo titolo.")
    if not marks:
        raise _error(path, len(lines), "la nota non ha sezioni.")

    sections: list[Section] = []
    seen: set[str] = set()
    for (index, depth, heading), following in zip(marks, [*marks[1:], None], strict=True):
        body = "\n".join(lines[index + 1 : following[0] if following else len(lines)])
        questions = tuple(
            question.strip()
            for block in _QUESTIONS.findall(body)
            for question in block.split("|")
            if question.strip()
        )
        text = _QUESTIONS.sub("", body).strip()
        if heading in seen:
            raise _error(path, index + 1, f"il titolo «{heading}» compare due volte.")
        seen.add(heading)
        if text:
            sections.append(
                Section(heading=heading, text=text, questions=questions, line=index + 1)
            )
        elif following is None or following[1] <= depth:
            # A heading without text of its own is fine only when it groups deeper ones.
            raise _error(path, index + 1, f"la sezione «{heading}» è vuota.")
    return tuple(sections)


def _error(path: Path, line: int, message: str) -> KnowledgeError:
    return KnowledgeError(f"{path.name}, riga {line}: {message}")

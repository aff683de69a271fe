"""The texts that the person added: a copy of each, with a card beside it.

A source is two files in one folder: `<id>.txt`, its text, and `<id>.json`, its card. The card is
written last and removed first, so that a text without a card is an interrupted change, not a
source.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from coach.errors import CoachError, InputError, KnowledgeError, LibraryError
from coach.library import reading
from coach.library.lexical import fold
from coach.library.splitting import title_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AddedText:
    """The card of a text that the person added.

    Attributes:
        id: made of its file's name and its content.
        name: the file it came from.
        digest: of its content; the same content is one source.
        added: when, in ISO 8601, UTC.
    """

    id: str
    title: str
    name: str
    digest: str
    added: str


@dataclass(frozen=True)
class Addition:
    """What came of adding files.

    Attributes:
        added: new sources.
        known: sources that were already there with the same content.
        refused: files that could not be taken, each with its reason.
    """

    added: tuple[AddedText, ...]
    known: tuple[AddedText, ...]
    refused: tuple[tuple[Path, CoachError], ...]


class AddedTexts:
    """The folder of the texts that the person added; the caller sees to it that one writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> tuple[dict[AddedText, str], list[KnowledgeError]]:
        """The sources with their texts, in the order of their ids, and what is wrong with others.

        One damaged text must not shut the person out of the others.
        """
        sound: dict[AddedText, str] = {}
        problems: list[KnowledgeError] = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                card = self._card(path)
                sound[card] = self._text(card)
            except KnowledgeError as error:
                log.warning("%s", error)
                problems.append(error)
        return sound, problems

    def _card(self, path: Path) -> AddedText:
        remedy = f"Cancella {path} e aggiungi di nuovo il testo."
        try:
            card = AddedText(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise KnowledgeError(
                f"La scheda della fonte {path.stem} è illeggibile.", remedy
            ) from error
        if card.id != path.stem:
            raise KnowledgeError(f"La scheda della fonte {path.stem} porta un altro nome.", remedy)
        return card

    def _text(self, card: AddedText) -> str:
        remedy = f"Rimuovila (coach knowledge remove {card.id}) e aggiungila di nuovo."
        try:
            text = self._text_file(card.id).read_bytes().decode("utf-8")
        except (OSError, ValueError) as error:
            raise KnowledgeError(
                f"Il testo della fonte {card.id} è illeggibile.", remedy
            ) from error
        if _digest(text) != card.digest:
            raise KnowledgeError(f"Il testo della fonte {card.id} è stato modificato.", remedy)
        return text

    def add(self, paths: Iterable[Path]) -> Addition:
        """Copy files, and those of folders; one that cannot be taken does not stop the others."""
        by_digest = {card.digest: card for card in self.read()[0]}
        added: dict[str, AddedText] = {}
        known: dict[str, AddedText] = {}
        refused: list[tuple[Path, CoachError]] = []
        for path in paths:
            try:
                files = list(reading.files_of(path))
                if not files:
                    raise InputError(f"{path}: la cartella è vuota.")
            except CoachError as error:
                refused.append((path, error))
                continue
            for file in files:
                try:
                    text = reading.read(file)
                except CoachError as error:
                    refused.append((file, error))
                    continue
                digest = _digest(text)
                if card := by_digest.get(digest):
                    if card.id not in added:
                        known[card.id] = card
                    continue
                try:
                    card = self._write(file, text, digest)
                except OSError as error:
                    refused.append(
                        (
                            file,
                            LibraryError(f"{file.name}: non riesco a copiarlo ({error.strerror})."),
                        )
                    )
                    continue
                by_digest[digest] = added[card.id] = card
        return Addition(tuple(added.values()), tuple(known.values()), tuple(refused))

    def remove(self, source_id: str) -> None:
        """Erase a source.

        Raises:
            InputError: there is no such source.
        """
        if source_id not in {path.stem for path in self._folder.glob("*.json")}:
            raise InputError(
                f"Non c'è una fonte «{source_id}» fra quelle aggiunte.",
                "Per vederle: coach knowledge list.",
            )
        (self._folder / f"{source_id}.json").unlink()
        self._text_file(source_id).unlink(missing_ok=True)

    def _text_file(self, source_id: str) -> Path:
        return self._folder / f"{source_id}.txt"

    def _write(self, file: Path, text: str, digest: str) -> AddedText:
        self._folder.mkdir(parents=True, exist_ok=True)
        card = AddedText(
            id=f"{_slug(file.stem)}-{digest[:8]}",
            title=title_of(text, fallback=file.stem),
            name=file.name,
            digest=digest,
            added=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        _replace(self._text_file(card.id), text)
        _replace(
            self._folder / f"{card.id}.json", json.dumps(asdict(card), ensure_ascii=False, indent=1)
        )
        return card


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(text.encode("utf-8"))
    partial.replace(path)


def _digest(text: str) -> str:
    """Of the words as they stand: line ends and spacing do not make another text."""
    return hashlib.blake2b(" ".join(text.split()).encode("utf-8"), digest_size=16).hexdigest()


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:40] or "testo"

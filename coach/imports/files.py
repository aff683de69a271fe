"""A file of contacts as bytes, wherever it is, and the encoding of its text."""

from __future__ import annotations

import codecs
import io
import lzma
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from coach.errors import ImportRefused, reason

#: Bytes of a file, or of a part of an archive once unpacked. 100,000 messages are some 60 MB.
LARGEST = 600_000_000

_CHUNK = 1 << 20
_ABOVE_ASCII = bytes(range(128, 256))
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class Source:
    """A file on disk, one that was uploaded, or a part of an archive.

    Attributes:
        name: the file's own name, without folders.
        size: in bytes, unpacked.
        open: gives its bytes from the beginning, each time anew.
    """

    name: str
    size: int
    open: Callable[[], BinaryIO]

    def head(self, size: int = 4096) -> bytes:
        """The first bytes.

        Raises:
            ImportRefused: the file cannot be read.
        """
        with reading(self.name), self.open() as stream:
            return stream.read(size)


@dataclass(frozen=True)
class TextSource:
    """A file of text.

    Attributes:
        encoding: as Python names it.
        lines: how many it has.
    """

    source: Source
    encoding: str
    lines: int

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.source.name

    @contextmanager
    def open(self) -> Iterator[io.TextIOWrapper]:
        """The text from the beginning, its line ends as they are.

        Raises:
            ImportRefused: the file cannot be read to its end.
        """
        with (
            reading(self.name),
            # A byte gone astray costs one character, not the file.
            io.TextIOWrapper(
                self.source.open(), encoding=self.encoding, errors="replace", newline=""
            ) as stream,
        ):
            yield stream


def source_of(file: Path | tuple[str, bytes]) -> Source:
    """The file, given by its path or by its name and bytes.

    Raises:
        ImportRefused: there is no such file, it is empty, too large or may not be read.
    """
    if isinstance(file, tuple):
        name, data = file
        source = Source(Path(name).name or "il file", len(data), lambda: io.BytesIO(data))
    else:
        with reading(file.name):
            size = file.stat().st_size
        source = Source(file.name, size, lambda: file.open("rb"))
    check_size(source)
    return source


def check_size(source: Source) -> None:
    """Refuse what is empty or too large.

    Raises:
        ImportRefused: it is.
    """
    if not source.size:
        raise ImportRefused(f"{source.name}: il file è vuoto.")
    if source.size > LARGEST:
        raise ImportRefused(
            f"{source.name}: il file è troppo grande ({source.size / 1e6:.0f} MB).",
            f"Ne leggo fino a {LARGEST / 1e6:.0f} MB.",
        )


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what may go wrong while bytes are read or unpacked into a refusal.

    Raises:
        ImportRefused: it went wrong.
    """
    try:
        yield
    except OSError as error:
        raise ImportRefused(f"{name}: non riesco a leggere il file ({reason(error)}).") from error
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError) as error:
        raise ImportRefused(
            f"{name}: l'archivio che lo contiene è danneggiato.", "Scaricalo di nuovo."
        ) from error
    except NotImplementedError as error:
        raise ImportRefused(
            f"{name}: è compresso in un modo che non so leggere.",
            "Estrai i file dall'archivio e importali uno per uno.",
        ) from error


def text_of(source: Source) -> TextSource:
    """Find the encoding of a text: UTF-8, UTF-16, Windows' or, where that cannot be, the old Mac's.

    Raises:
        ImportRefused: the file is not a text.
    """
    head = source.head()
    encoding = _marked(head)
    astray, above_ascii, lines = 0, 0, 1
    with reading(source.name), source.open() as stream:
        decoder = codecs.getincrementaldecoder(encoding or "utf-8")(errors="replace")
        while chunk := stream.read(_CHUNK):
            above_ascii += len(chunk) - len(chunk.translate(None, _ABOVE_ASCII))
            lines += chunk.count(b"\n")
            astray += decoder.decode(chunk).count("\ufffd")
    if not encoding:
        # In UTF-8 with an accident the other letters decode; in any other encoding hardly one does.
        if astray * 10 <= above_ascii:
            encoding = "utf-8"
        else:
            encoding = "cp1252" if _decodes(source, "cp1252") else "mac_roman"
    text = TextSource(source, encoding, lines)
    with text.open() as characters:
        sample = characters.read(4096)
    strange = sum(unicodedata.category(char) == "Cc" and char not in "\n\r\t\f" for char in sample)
    if strange > len(sample) / 100:
        raise ImportRefused(
            f"{source.name}: non è un testo.",
            "Leggo lo .zip dell'esportazione di LinkedIn, i suoi .csv, i .vcf e i .csv.",
        )
    return text


def _marked(head: bytes) -> str:
    """The encoding that the first bytes give away; empty when they do not."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    # UTF-16 without its mark: every other byte of plain letters is null.
    pairs = len(head) // 2
    if pairs and head[1::2].count(0) > pairs * 0.7:
        return "utf-16-le"
    if pairs and head[::2].count(0) > pairs * 0.7:
        return "utf-16-be"
    return ""


def _decodes(source: Source, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with reading(source.name), source.open() as stream:
        try:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
        except UnicodeDecodeError:
            return False
    return True

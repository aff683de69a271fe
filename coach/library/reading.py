"""How a file becomes text: formats, encodings, and what is refused and why."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from coach.errors import InputError, KnowledgeError

#: Bytes of a file that is read at all: a long book is under 3 MB of text.
LARGEST_FILE = 10_000_000


def read(path: Path) -> str:
    """The text of a file, in NFC, with plain line ends.

    Raises:
        InputError: the file is missing, not readable, too large or of an unknown format.
        KnowledgeError: it is empty, binary or in an encoding that is not recognised.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(READERS))
        raise InputError(f"{path.name}: formato non riconosciuto.", f"Leggo i file {known}.")
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InputError(
                f"{path.name}: il file è troppo grande ({size / 1e6:.0f} MB).",
                f"Il massimo è {LARGEST_FILE / 1e6:.0f} MB: dividilo in più file.",
            )
        text = reader(path)
    except OSError as error:
        raise InputError(
            f"{path.name}: non riesco a leggere il file ({error.strerror})."
        ) from error
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not any(map(str.isalpha, text)):
        raise KnowledgeError(f"{path.name}: il file non contiene testo.")
    return text


def files_of(path: Path) -> Iterator[Path]:
    """The file itself, or every file of a folder and its subfolders; hidden ones are passed over.

    Raises:
        InputError: there is no such file or folder.
    """
    if path.is_dir():
        for child in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in child.relative_to(path).parts)
            if child.is_file() and not hidden:
                yield child
    elif path.exists():
        yield path
    else:
        raise InputError(f"{path}: il file o la cartella non c'è.")


def _read_plain(path: Path) -> str:
    """Decode UTF-8, UTF-16 with its mark, or the Windows encoding of older Italian files."""
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in data:
        raise KnowledgeError(f"{path.name}: il file non è un testo (contiene dati binari).")
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        controls = sum(
            unicodedata.category(char) == "Cc" and char not in "\n\r\t\f" for char in text
        )
        if controls <= len(text) / 100:
            return text
    raise KnowledgeError(
        f"{path.name}: non riconosco la codifica del testo.", "Salvalo in UTF-8 e riprova."
    )


#: How each format is read, by suffix.
READERS: dict[str, Callable[[Path], str]] = {
    ".md": _read_plain,
    ".txt": _read_plain,
}

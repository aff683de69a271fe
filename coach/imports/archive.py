"""LinkedIn's export as it is downloaded, a .zip, or unpacked into a folder."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from coach.errors import ImportRefused
from coach.imports.files import Source, check_size, reading
from coach.imports.linkedin import HEADERS, NOT_WITH_PEOPLE, talks_with_assistants
from coach.imports.tables import Table, table_of
from coach.store.merging import Skipped

#: Times that a part may be larger than it is packed: text shrinks 3 to 20 times, a bomb 1,000.
LARGEST_RATIO = 200
#: Bytes below which the ratio does not matter.
_HARMLESS = 10_000_000

#: How a .zip begins, and how an empty one does.
_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_EXPECTED = "Mi aspetto Connections.csv, messages.csv o Invitations.csv"


def is_zip(source: Source) -> bool:
    """Whether the file is named, or begins, as a .zip."""
    return source.name.casefold().endswith(".zip") or source.head(4) in _SIGNATURES


@contextmanager
def unzipped(source: Source) -> Iterator[list[Source]]:
    """The files inside a .zip, readable until it is closed; nothing is written to disk.

    Raises:
        ImportRefused: the archive is damaged.
    """
    with reading(source.name), source.open() as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, ValueError) as error:
            raise ImportRefused(
                f"{source.name}: non è uno .zip, o è danneggiato.",
                "Forse il download si è interrotto: scaricalo di nuovo.",
            ) from error
        with archive:
            yield [_member(archive, info) for info in archive.infolist() if not info.is_dir()]


def files_in(folder: Path) -> list[Source]:
    """The files of a folder, not of its subfolders.

    Raises:
        ImportRefused: it may not be read.
    """
    with reading(folder.name):
        return [
            Source(path.name, path.stat().st_size, lambda path=path: path.open("rb"))  # type: ignore[misc]
            for path in sorted(folder.iterdir())
            if path.is_file()
        ]


def tables_of(name: str, files: list[Source], skipped: list[Skipped]) -> list[Table]:
    """The files of an export that say something of people.

    Args:
        name: of the archive or the folder.
        files: all that is in it.
        skipped: gets what is left out though it looks like messages, with the reason.

    Raises:
        ImportRefused: there is none, or one is not what its name says.
    """
    tables: list[Table] = []
    for file in files:
        header = HEADERS.get(file.name.casefold())
        if header is None:
            if talks_with_assistants(file.name):
                skipped.append(Skipped(file.name, NOT_WITH_PEOPLE))
            continue
        if not file.size:
            skipped.append(Skipped(file.name, "il file è vuoto"))
            continue
        check_size(file)
        table = table_of(file, [header])
        if not table.has(header):
            raise ImportRefused(
                f"{name}: in {file.name} mi aspetto le colonne "
                f"{', '.join(f'«{column}»' for column in header)}, e invece ci sono "
                f"{', '.join(f'«{column}»' for column in table.header[:12])}.",
                "Forse il file è stato cambiato: scarica di nuovo l'esportazione.",
            )
        tables.append(table)
    if not tables:
        raise ImportRefused(f"{name}: {_EXPECTED}, e {_found(files)}", _remedy(files))
    return tables


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Source:
    name = PurePosixPath(info.filename.replace("\\", "/")).name
    # What macOS adds beside each file has the file's own name after two characters.
    name = info.filename if name.startswith("._") else name

    def opened() -> BinaryIO:
        if info.flag_bits & 1:
            raise ImportRefused(
                f"{name}: l'archivio è protetto da una password.",
                "Estrai i file e importali, oppure crea uno .zip senza password.",
            )
        packed = max(info.compress_size, 1)
        if info.file_size > _HARMLESS and info.file_size / packed > LARGEST_RATIO:
            raise ImportRefused(
                f"{name}: {packed / 1e6:.1f} MB che ne diventano {info.file_size / 1e6:.0f} non "
                "sono un'esportazione di LinkedIn: per prudenza non li apro."
            )
        try:
            return cast("BinaryIO", archive.open(info))
        except ValueError as error:  # its place in the archive is none
            raise zipfile.BadZipFile from error

    return Source(name, info.file_size, opened)


def _found(files: list[Source]) -> str:
    names = [file.name for file in files]
    if not names:
        return "non c'è nessun file."
    more = "…" if len(names) > 8 else ""
    return f"ho trovato: {', '.join(names[:8])}{more}."


def _remedy(files: list[Source]) -> str:
    names = {file.name.casefold() for file in files}
    if "[content_types].xml" in names:
        return "È un foglio di calcolo: salvalo come .csv e importa quello."
    if any(name.endswith((".vcf", ".csv")) for name in names):
        return "Se i contatti sono in uno di questi, estrailo e importalo da solo."
    return ""

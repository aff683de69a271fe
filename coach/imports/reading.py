"""A file of contacts, whatever it is, to what it says of people."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from coach.errors import ImportRefused
from coach.imports import archive, linkedin, spreadsheets, vcards
from coach.imports.files import Source, reading, source_of
from coach.imports.remembering import forgotten_afterwards
from coach.imports.spreadsheets import TableColumns
from coach.imports.tables import Table, table_of
from coach.store.merging import Imported, Progress, Skipped

_KNOWN = tuple(linkedin.HEADERS.values())


def read(
    file: Path | tuple[str, bytes],
    *,
    mapping: Mapping[str, str] | None = None,
    owner: str = "",
    progress: Progress | None = None,
) -> Imported:
    """All that a file says of people; nothing is written anywhere.

    Args:
        file: a path, also of a folder that LinkedIn's .zip was unpacked into, or a name and bytes.
        mapping: for a table of one's own, the column of each `spreadsheets.Field`, by name; guessed
            when None. A table given a mapping is read as one's own, whatever its columns.
        owner: name or profile of the person whose LinkedIn export it is, where it does not tell.
        progress: told now and then what is being read, how many lines are done and of how many.

    Raises:
        ImportRefused: the file cannot be read; the message says what was expected and what found.
        OwnerUnknown: an export of LinkedIn does not tell whose it is.
    """
    with forgotten_afterwards():
        if isinstance(file, Path) and _is_folder(file):
            # `.` has no name of its own.
            return _export(file.resolve().name, archive.files_in(file), owner, progress)
        source = source_of(file)
        if archive.is_zip(source):
            with archive.unzipped(source) as files:
                return _export(source.name, files, owner, progress)
        if vcards.is_vcard(source):
            cards = vcards.read_vcards(source, progress)
            return _not_empty(source, cards, "schede (BEGIN:VCARD)")
        table = _table(source)
        if mapping is None and linkedin.is_export(table):
            imported = linkedin.read_tables([table], owner=owner, progress=progress)
        else:
            imported = spreadsheets.read_table(table, mapping, progress)
        return _not_empty(source, imported, "righe sotto le intestazioni")


def read_bytes(
    name: str,
    data: bytes,
    *,
    mapping: Mapping[str, str] | None = None,
    owner: str = "",
    progress: Progress | None = None,
) -> Imported:
    """`read` for a file that was uploaded.

    Raises:
        ImportRefused: as `read`.
        OwnerUnknown: as `read`.
    """
    return read((name, data), mapping=mapping, owner=owner, progress=progress)


def columns(file: Path | tuple[str, bytes]) -> TableColumns | None:
    """The columns of a table of one's own, for the person to say what they are.

    None for a file that needs no saying: an export of LinkedIn or cards.

    Raises:
        ImportRefused: the file cannot be read.
    """
    if isinstance(file, Path) and _is_folder(file):
        return None
    source = source_of(file)
    if archive.is_zip(source) or vcards.is_vcard(source):
        return None
    table = _table(source)
    return None if linkedin.is_export(table) else spreadsheets.columns_of(table)


def _is_folder(file: Path) -> bool:
    # Asking fails where the name is too long, or on the way there the permission is missing.
    with reading(file.name):
        return file.is_dir()


def _table(source: Source) -> Table:
    if linkedin.talks_with_assistants(source.name):
        raise ImportRefused(
            f"{source.name}: sono {linkedin.NOT_WITH_PEOPLE}.",
            "Dell'esportazione di LinkedIn serve messages.csv, oppure lo .zip intero.",
        )
    return table_of(source, _KNOWN)


def _export(name: str, files: list[Source], owner: str, progress: Progress | None) -> Imported:
    left_out: list[Skipped] = []
    tables = archive.tables_of(name, files, left_out)
    imported = linkedin.read_tables(tables, owner=owner, progress=progress)
    return dataclasses.replace(imported, skipped=(*left_out, *imported.skipped))


def _not_empty(source: Source, imported: Imported, expected: str) -> Imported:
    if not (imported.contacts or imported.exchanges or imported.skipped):
        raise ImportRefused(
            f"{source.name}: non c'è nessun contatto.", f"Mi aspetto delle {expected}."
        )
    return imported

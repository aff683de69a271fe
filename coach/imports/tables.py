"""A file of rows: its delimiter, its header, and every row with its line."""

from __future__ import annotations

import contextlib
import csv
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from coach.errors import ImportRefused
from coach.imports.files import Source, TextSource, text_of
from coach.imports.text import one_line
from coach.store.merging import Progress, Skipped, fold

DELIMITERS = ",;\t|"

#: Records looked at to find delimiter and header: LinkedIn writes three above its header.
_LOOKED_AT = 40
#: How often progress is told, in rows.
_STEP = 2_000

#: Told how many lines are done and of how many.
LineProgress = Callable[[int, int], None]


def in_lines(stage: str, progress: Progress | None) -> LineProgress | None:
    """What tells `progress` the lines done of a stage, named in Italian."""
    if progress is None:
        return None
    return lambda done, total: progress(stage, done, total)


@dataclass(frozen=True)
class Table:
    """A file of rows.

    Attributes:
        header: the names of the columns as written.
        delimiter: what stands between cells.
        skip: records above the first row of data.
    """

    text: TextSource
    header: tuple[str, ...]
    delimiter: str
    skip: int

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.text.name

    def column(self, *names: str) -> int | None:
        """Where the first of these columns is, whatever its case and accents; None if nowhere."""
        folded = [fold(cell) for cell in self.header]
        return next((folded.index(name) for name in names if name in folded), None)

    def has(self, names: Collection[str]) -> bool:
        """Whether there are all of these columns."""
        return set(names) <= {fold(cell) for cell in self.header}

    def select(
        self,
        columns: Sequence[str | tuple[str, ...]],
        skipped: list[Skipped],
        progress: LineProgress | None = None,
    ) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Some cells of each row of data, with its first line.

        Args:
            columns: their folded names, two or more; several for a column that has had several.
                A column that is not there has empty cells.
            skipped: as in `rows`.
            progress: as in `rows`.

        Raises:
            ImportRefused: as `rows`.
        """
        places = [
            self.column(*((column,) if isinstance(column, str) else column)) for column in columns
        ]
        pick = itemgetter(*(-1 if place is None else place for place in places))
        for line, cells in self.rows(skipped, progress):
            cells.append("")
            yield line, pick(cells)

    def rows(
        self, skipped: list[Skipped] | None = None, progress: LineProgress | None = None
    ) -> Iterator[tuple[int, list[str]]]:
        """The rows of data, each with its first line, and as many cells as the header.

        Args:
            skipped: gets those that cannot be used, with the reason.
            progress: told now and then.

        Raises:
            ImportRefused: the file stops being a table.
        """
        width = len(self.header)
        left_out = [] if skipped is None else skipped
        with self.text.open() as stream:
            records = csv.reader(stream, delimiter=self.delimiter)
            try:
                for _ in range(self.skip):
                    next(records, None)
                line = records.line_num + 1
                for count, cells in enumerate(records):
                    first, line = line, records.line_num + 1
                    if progress and count % _STEP == 0:
                        progress(first, self.text.lines)
                    if len(cells) == width and (cells[0].strip() or any(map(str.strip, cells))):
                        yield first, cells
                    elif problem := _problem(cells, width, line - first):
                        where = (
                            f"riga {first}" if line - first == 1 else f"righe {first}–{line - 1}"
                        )
                        left_out.append(Skipped(f"{self.name}, {where}", problem))
                    elif cells:
                        yield first, (cells + [""] * width)[:width]
            except csv.Error as error:
                raise ImportRefused(
                    f"{self.name}: dalla riga {line} in poi non è più una tabella ({error}).",
                    "Forse si aprono delle virgolette che non si chiudono.",
                ) from error
        if progress:
            progress(self.text.lines, self.text.lines)


def table_of(source: Source, known: Sequence[Collection[str]] = ()) -> Table:
    """Find a table's delimiter and header.

    Args:
        source: the file.
        known: headers to look for, as folded names of columns, also below a few lines of notes. If
            none of them is found, the header is the first row that is not empty.

    Raises:
        ImportRefused: it is not a text, or nothing is in it.
    """
    text = text_of(source)
    delimiter, records = _delimited(text)
    number = _header_row(records, known)
    if number is None:
        raise ImportRefused(f"{text.name}: il file è vuoto.")
    header = tuple(one_line(cell) for cell in records[number])
    if _is_data(header):
        numbered = tuple(f"Colonna {position}" for position in range(1, len(header) + 1))
        return Table(text, numbered, delimiter, number)
    return Table(text, header, delimiter, number + 1)


def _header_row(records: Sequence[list[str]], known: Sequence[Collection[str]]) -> int | None:
    """Where the header is; None when every row is empty."""
    for number, cells in enumerate(records):
        names = {fold(one_line(cell)) for cell in cells}
        if any(set(header) <= names for header in known):
            return number
    filled = [sum(bool(cell.strip()) for cell in cells) for cells in records]
    # A title has one cell; `sep=;` is Excel's word to itself.
    whole = max(filled, default=0) / 2
    rows = [number for number, count in enumerate(filled) if count and count >= whole]
    return next((row for row in rows if not records[row][0].startswith("sep=")), None)


def _delimited(text: TextSource) -> tuple[str, list[list[str]]]:
    """The delimiter that cuts most rows into the same number of cells, and the first rows."""
    best, score = DELIMITERS[0], (0, 0)
    chosen: list[list[str]] = []
    for delimiter in DELIMITERS:
        with text.open() as stream:
            records: list[list[str]] = []
            # A field above the limit: not this delimiter, or told when the rows are read.
            with contextlib.suppress(csv.Error):
                records.extend(
                    itertools.islice(csv.reader(stream, delimiter=delimiter), _LOOKED_AT)
                )
        widths = Counter(len(cells) for cells in records if len(cells) > 1)
        alike = max(((rows, width) for width, rows in widths.items()), default=(0, 0))
        if alike > score or not chosen:
            best, score, chosen = delimiter, alike, records
    return best, chosen


def _is_data(header: Sequence[str]) -> bool:
    """Whether what stands in a header's place is already somebody's e-mail, address or number."""
    return any("@" in cell or "://" in cell or cell.strip("+ ").isdigit() for cell in header)


def _problem(cells: list[str], width: int, lines: int) -> str:
    """Why a row cannot be used, in Italian; empty when it can."""
    if not cells:
        return ""
    if not any(map(str.strip, cells)):
        return "riga vuota"
    if any(map(str.strip, cells[width:])):
        return (
            f"ha {len(cells)} celle invece di {width}: forse un testo con una virgola non è tra "
            "virgolette"
        )
    if len(cells) < width and lines > 1:
        return f"ha {len(cells)} celle invece di {width}: le virgolette aperte qui non si chiudono"
    return ""

"""Dates as files write them, in English and in Italian.

Read: `12 Mar 2024`, `01 gen 2024`, `7-Feb-22`, `3 marzo 2026 alle 10:30`, `15/03/2024`,
`03/15/2024`, `1/12/10, 9:14 AM`, `2024-06-15 10:30:00`, `2026-09-19 13:28:00 UTC`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, cast

from dateutil.parser import parser, parserinfo

from coach.imports.remembering import remembered

_NUMERIC = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}(?!\d)")
#: Day, month and year, in this order or with the month first: most dates, and nothing left out.
_WHOLE = re.compile(r"\d{1,2}[ /.-]\w+[ /.-]\d{2,4}(?:[\s,]|$)")
#: What a date leaves out is filled in from these: where the results differ, it was not whole.
_FILLINGS = (datetime(2000, 1, 1), datetime(2003, 2, 2))
#: Seconds east of Greenwich.
_ZONES = {"CET": 3600, "CEST": 7200}


_WEEKDAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")
_MONTHS = (
    ("jan", "january", "gen", "gennaio"),
    ("feb", "february", "febbraio"),
    ("mar", "march", "marzo"),
    ("apr", "april", "aprile"),
    ("may", "mag", "maggio"),
    ("jun", "june", "giu", "giugno"),
    ("jul", "july", "lug", "luglio"),
    ("aug", "august", "ago", "agosto"),
    ("sep", "sept", "september", "set", "sett", "settembre"),
    ("oct", "october", "ott", "ottobre"),
    ("nov", "november", "novembre"),
    ("dec", "december", "dic", "dicembre"),
)


class _Words(parserinfo):
    """The words of a date. `mar` is the month: the short names of Italian weekdays are left out."""

    def __init__(self, day_first: bool) -> None:
        self.JUMP = [*parserinfo.JUMP, "°", "º", "di", "del", "alle", "ore"]
        days = zip(parserinfo.WEEKDAYS, _WEEKDAYS, strict=True)
        # The library's types allow two or three names for each; its code takes any number.
        self.WEEKDAYS = cast("Any", [(*two, one) for two, one in days])
        self.MONTHS = cast("Any", list(_MONTHS))
        super().__init__(dayfirst=day_first)

    def convertyear(self, year: int, century_specified: bool = False) -> int:
        """Two figures are of the past: nobody has met anybody in the future yet."""
        if year >= 100 or century_specified:
            return year
        return year + (2000 if year + 2000 <= datetime.now(UTC).year else 1900)


def day_first(values: Iterable[str], undecided: bool) -> bool:
    """Whether the dates of a column are written day/month rather than month/day.

    One date with a figure above 12 decides for all of them.

    Args:
        values: the whole column.
        undecided: the answer when no date decides, or as many say one thing as the other.
    """
    days = months = 0
    for value in values:
        if found := _NUMERIC.match(value):
            days += int(found[1]) > 12
            months += int(found[2]) > 12
    return undecided if days == months else days > months


def instant(text: str, day_first: bool) -> datetime | None:
    """The moment that the text names, in UTC; None when it is no date, or not a whole one.

    A text that names no zone is taken for UTC.
    """
    text = text.strip()
    moment = _iso(text.removesuffix(" UTC")) or _parsed(text, day_first)
    if moment is None:
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None


def day(text: str, day_first: bool) -> date | None:
    """The day that the text names; None when it is no date, or not a whole one."""
    moment = instant(text, day_first)
    return moment.date() if moment else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


@remembered
def _parsed(text: str, day_first: bool) -> datetime | None:
    if not text:
        return None
    reader = _reader(day_first)
    fillings = _FILLINGS[:1] if _WHOLE.match(text) else _FILLINGS
    try:
        found = {reader.parse(text, default=filling, tzinfos=_offset) for filling in fillings}
    except (ValueError, OverflowError):  # `ParserError`, and offsets above a day
        return None
    return found.pop() if len(found) == 1 else None


def _offset(zone: str | None, seconds: int | None) -> int | None:
    """Seconds east of Greenwich; None for a zone not known, whose moments are taken for UTC."""
    return _ZONES.get(zone or "") if seconds is None else seconds


@lru_cache(maxsize=2)
def _reader(day_first: bool) -> parser:
    return parser(_Words(day_first))

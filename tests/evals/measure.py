"""What was measured, beside what it is held to, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """One figure.

    Attributes:
        name: what was measured.
        value: the figure; None when it could not be measured.
        mark: what it is held to; None for a figure that is only reported.
        at_least: whether the mark is the lowest good figure, or else the highest.
        form: how figures are written (`str.format`).
        note: how many cases, or why it was not measured.
    """

    name: str
    value: float | None
    mark: float | None = None
    at_least: bool = True
    form: str = "{:.3f}"
    note: str = ""

    @property
    def fails(self) -> bool:
        """Whether the figure was measured and misses its mark."""
        if self.value is None or self.mark is None:
            return False
        # Figures such as .95 - .05 must not fail for their last binary digit.
        short = self.mark - self.value if self.at_least else self.value - self.mark
        return short > 1e-9

    @property
    def outcome(self) -> str:
        """One word for the last column."""
        if self.value is None:
            return "skipped"
        return "" if self.mark is None else "FAIL" if self.fails else "pass"


def skipped(name: str, reason: str) -> Measure:
    """A measure that could not be taken."""
    return Measure(name, None, note=reason)


def table(measures: Sequence[Measure]) -> str:
    """The measures in columns: name, measured, mark, outcome, note."""
    rows = [("measure", "measured", "mark", "", "")]
    for measure in measures:
        value = "–" if measure.value is None else measure.form.format(measure.value)
        mark = ""
        if measure.mark is not None:
            mark = ("≥ " if measure.at_least else "≤ ") + measure.form.format(measure.mark)
        rows.append((measure.name, value, mark, measure.outcome, measure.note))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        f"{name:<{widths[0]}}  {value:>{widths[1]}}  {mark:>{widths[2]}}  "
        f"{outcome:<{widths[3]}}  {note}".rstrip()
        for name, value, mark, outcome, note in rows
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)

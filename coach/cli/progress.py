"""Progress of long work, on standard error."""

from __future__ import annotations

import sys
from typing import Any

#: Seconds that a stage takes before its bar is shown.
SHORT = 0.5
_BAR = "{desc}: {percentage:3.0f}% {n_fmt}/{total_fmt} {remaining}"


class _Bars:
    """One progress bar at a time, on standard error; a short stage shows none."""

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}

    def show(self, stage: str, done: int, total: int, unit: str = "") -> None:
        if not total:
            return
        from tqdm import tqdm

        if stage not in self._bars:
            # A stage that was left before its end is over when the next begins.
            for left in self._bars.values():
                left.close()
            self._bars.clear()
            self._bars[stage] = tqdm(
                desc=stage,
                total=total,
                unit=unit,
                unit_scale=bool(unit),
                file=sys.stderr,
                mininterval=0.5,
                delay=SHORT,
                bar_format=_BAR,
            )
        bar = self._bars[stage]
        bar.total = total
        bar.update(done - bar.n)
        if total and done >= total:
            bar.close()
            del self._bars[stage]


_bars = _Bars()


def show_progress(stage: str, done: int, total: int) -> None:
    """Show how far a stage is; its bar closes when it ends."""
    _bars.show(stage, done, total)


def byte_progress(done: int, total: int) -> None:
    """Show how much of the embedded model has come."""
    _bars.show("Modello", done, total, unit="B")

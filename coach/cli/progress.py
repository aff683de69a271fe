"""Progress of long work, on standard error."""

from __future__ import annotations

import sys
from typing import Any

_BAR = "{desc}: {percentage:3.0f}% {n_fmt}/{total_fmt} {remaining}"


class _Bars:
    """One progress bar a stage, on standard error."""

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}

    def show(self, stage: str, done: int, total: int, unit: str = "") -> None:
        from tqdm import tqdm

        if stage not in self._bars:
            self._bars[stage] = tqdm(
                desc=stage,
                total=total,
                unit=unit,
                unit_scale=bool(unit),
                file=sys.stderr,
                mininterval=0.5,
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

"""Peak resident memory of a whole session: `python -m benchmarks.memory [--model]`.

One process opens everything, judges, rewrites and searches, and prints as JSON the peaks of itself
and of its children in MB. It must be a process of its own: a peak never goes down.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from coach.settings import PROJECT
from tests.evals.measure import Measure, skipped

_MB = "{:.0f} MB"
_ALONE, _WITH_MODEL = 700, 2_500


def build_library() -> None:
    """Build the library if need be, in a process of its own so that nothing of it is measured."""
    code = (
        "from coach.composition import Coach; from coach.settings import load;Coach(load()).library"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)


def peak(with_model: bool) -> list[Measure]:
    """The peak memory of a session, measured in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", *(["--model"] if with_model else [])],
        cwd=PROJECT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = json.loads(run.stdout)
    if not with_model:
        note = "critique, rewrite and search in one process"
        return [Measure("peak memory, no model", found["own"], _ALONE, False, _MB, note)]
    if found["children"] is None:
        return [skipped("peak memory, with the model", "children are measured on Linux only")]
    whole = found["own"] + found["children"]
    note = f"{found['own']:.0f} here, {found['children']:.0f} in the model's process"
    return [Measure("peak memory, with the model", whole, _WITH_MODEL, False, _MB, note)]


def main() -> None:
    """A short session, then its peaks."""
    from benchmarks import texts, timing
    from coach.composition import Coach
    from coach.settings import load

    with_model = "--model" in sys.argv
    coach = Coach(load())
    for message in texts.trained(20):
        coach.critique(message)
    for request in timing.rewrite_requests()[:10]:
        coach.rewrite(request, use_model=False)
    for question in ("Perché offrire prima di chiedere?", "Come si scrive dopo un convegno?"):
        coach.library.search(question)
    if with_model:
        for request in timing.rewrite_requests()[:2]:
            coach.rewrite(request)
    print(json.dumps({"own": own_peak(), "children": _children_peak()}))


def own_peak() -> float:
    """Peak of this process, in MB."""
    here = _high_water("self")
    if here is not None:
        return here
    # Elsewhere than on Linux: bytes on macOS. On Linux it would not do, because a process starts
    # with the peak of whoever started it.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _children_peak() -> float | None:
    """Sum of the peaks of the children that are alive, in MB; None where it cannot be read."""
    if _high_water("self") is None:
        return None
    return sum(_high_water(child) or 0.0 for child in _children(os.getpid()))


def _children(parent: int) -> Iterator[str]:
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = status.read_text().splitlines()
        except OSError:
            continue  # it has just ended
        if f"PPid:\t{parent}" in lines:
            yield status.parent.name


def _high_water(process: str) -> float | None:
    """Peak resident memory of a process in MB (`VmHWM`), or None without /proc."""
    try:
        lines = Path("/proc", process, "status").read_text().splitlines()
    except OSError:
        return None
    found = [line for line in lines if line.startswith("VmHWM:")]
    return int(found[0].split()[1]) * 1024 / 1e6 if found else None


if __name__ == "__main__":
    main()

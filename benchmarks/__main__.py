"""Timings and memory as one table: `make bench`, or `python -m benchmarks [NAME…]`.

Names: `critique`, `cold`, `composed`, `search`, `imports`, `memory`, `contacts`, `contact_files`,
`durability`, `polished` and `memory_with_model`; all of them when none is given. The last two need
the model.

What exceeds its mark is printed as FAIL, but the exit code is 0: a busy machine makes every figure
worse, so the load stands beside them.

The library is kept in `.cache/benchmarks` and built the first time, which is not timed.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable

from benchmarks import contact_files, contacts, durability, memory, timing
from coach.composition import Coach
from coach.settings import PROJECT, load
from tests.evals.measure import Measure, skipped, table


def main() -> int:
    """Measure what was named."""
    description, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=description, epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("names", nargs="*", metavar="NAME")
    names = parser.parse_args().names

    coach = Coach(load())
    every: dict[str, Callable[[], list[Measure]]] = {
        "critique": lambda: timing.critiques(coach),
        "cold": lambda: [timing.command_line()],
        "composed": lambda: timing.composed(coach),
        "search": lambda: timing.searches(coach),
        "imports": timing.imports,
        "memory": lambda: memory.peak(with_model=False),
        "contacts": contacts.figures,
        "contact_files": contact_files.measure,
        "durability": durability.kills,
        "polished": lambda: timing.polished(coach),
        "memory_with_model": lambda: _with_model(coach),
    }
    if unknown := set(names) - set(every):
        parser.error(f"nothing called {', '.join(sorted(unknown))}: choose from {', '.join(every)}")

    chosen = names or list(every)
    if {"search", "memory", "memory_with_model"} & set(chosen):
        # Built and closed in a process of its own.
        memory.build_library()
    before = _load()
    found: list[Measure] = []
    for name in chosen:
        print(f"{name}…", file=sys.stderr)
        found += every[name]()
    print(table(found))
    print(
        f"\nload average {before} before, {_load()} after, on {os.cpu_count()} cores"
        f" ({platform.machine()}, Python {platform.python_version()})"
    )
    return 0


def _with_model(coach: Coach) -> list[Measure]:
    if problem := coach.model_problem:
        return [skipped("peak memory, with the model", str(problem))]
    if coach.model is None:
        return [skipped("peak memory, with the model", "no model configured")]
    return memory.peak(with_model=True)


def _load() -> str:
    return " ".join(f"{figure:.1f}" for figure in os.getloadavg())


if __name__ == "__main__":
    # Read by every process started from here; see `coach.embeddings` for the second.
    os.environ["COACH_HOME"] = str(PROJECT / ".cache" / "benchmarks")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    raise SystemExit(main())

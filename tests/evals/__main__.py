"""Every measure of quality as one table: `make evals`, or `python -m tests.evals [NAME…]`.

Names: `critique`, `rewrites`, `retrieval`, `conversation`, `roleplay`; all of them when none is
given. Exits 1 when a figure misses its mark. A measure whose data or model is not there is
skipped, with the reason.

    --model  rewrites and role-play by the configured model too (minutes)
    --squad  Italian SQuAD too (minutes the first time; its vectors are kept)
    --sets   of critique: dev, heldout_1, heldout_2, heldout_3, heldout_4
    -v       precision and recall by label, individual errors, tables of retrieval
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from coach.composition import Coach
from coach.schemas import Register
from coach.settings import load
from tests.evals import conversation, critique, retrieval, rewrites, roleplay
from tests.evals.measure import Measure, skipped, table

#: How many cases the model rewrites, and how many of them must be its own words.
BY_MODEL_OF, BY_MODEL = 20, 10


def rewriting(coach: Coach, with_model: bool) -> list[Measure]:
    """Rewrite our own cases: with the composer all of them, with the model a sample."""
    lines = rewrites.CASES.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    found = _rewritten(coach, rows, "composer", use_model=False)
    if with_model and (coach.model is None or coach.model_problem):
        found.append(skipped("rewrites, model", str(coach.model_problem or "no model configured")))
    elif with_model:
        # Evenly spread, so that every channel, relation and register is among them.
        sample = rows[:: max(1, len(rows) // BY_MODEL_OF)][:BY_MODEL_OF]
        found += _rewritten(coach, sample, "model", use_model=True)
    return found


def _rewritten(
    coach: Coach, rows: Sequence[dict[str, Any]], writer: str, *, use_model: bool
) -> list[Measure]:
    broken = invented = by_model = 0
    for row in rows:
        result = coach.rewrite(rewrites.request_of(row), use_model=use_model)
        made_up = rewrites.invented(result.text, row)
        wanted = Register(row["register"]) if row["register"] else None
        problems = rewrites.problems(result, row, wanted)
        invented += bool(made_up)
        broken += len(problems) > len(made_up)
        by_model += result.origin == "model"
        if problems:
            print(f"rewrites, {writer}, {row['id']}: {'; '.join(problems)}\n  {result.text!r}")
    note = f"{len(rows)} cases"
    found = [
        Measure(f"rewrites, {writer}, a hard check broken", broken, 0, False, "{:.0f}", note),
        Measure(f"rewrites, {writer}, something invented", invented, 0, False, "{:.0f}", note),
    ]
    if use_model:
        name = f"rewrites, {writer}, in the model's words"
        found.append(Measure(name, by_model, BY_MODEL, form="{:.0f}", note=note))
    return found


def main() -> int:
    """Measure what was named; 1 when a figure misses its mark."""
    description, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m tests.evals", description=description, epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--squad", action="store_true")
    parser.add_argument("--sets", nargs="+", choices=tuple(critique.SETS), default=critique.SETS)
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()

    coach = Coach(load())
    every: dict[str, Callable[[], list[Measure]]] = {
        "critique": lambda: critique.measures(coach.critique, options.sets, options.verbose),
        "rewrites": lambda: rewriting(coach, options.model),
        "retrieval": lambda: retrieval.measures(options.squad),
        "conversation": lambda: conversation.measures(coach),
        "roleplay": lambda: roleplay.measures(coach, options.model),
    }
    if unknown := set(options.names) - set(every):
        parser.error(f"no measure {', '.join(sorted(unknown))}: choose from {', '.join(every)}")

    found: list[Measure] = []
    for name in options.names or every:
        print(f"{name}…", file=sys.stderr)
        with contextlib.redirect_stdout(sys.stdout if options.verbose else io.StringIO()):
            found += every[name]()
    print(table(found))
    return 1 if any(measure.fails for measure in found) else 0


if __name__ == "__main__":
    # Before the embedding engine is loaded: see `coach.embeddings`.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    raise SystemExit(main())

"""How well drafts are judged: micro-F1 of violations and virtues, good messages left quiet, spans.

Five sets: `dev` (the public drafts in the folder `shared` beside the checkout), `heldout_1` and
`heldout_2` (ours, looked at while developing), `heldout_3` and `heldout_4` (ours, blind: nobody
reads their drafts or errors, only the totals). No draft of theirs is in the training set.

A label is counted once a draft. One listed as `optional` is neither rewarded when found nor
punished when missed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach.errors import CoachError
from coach.schemas import Critique, Message
from coach.settings import PROJECT
from tests.evals.measure import Measure, skipped

DRAFTS = Path(__file__).parent / "drafts"
SETS = {
    "dev": PROJECT.parent / "shared" / "evals" / "drafts_dev.jsonl",
    "heldout_1": DRAFTS / "heldout_1.jsonl",
    "heldout_2": DRAFTS / "heldout_2.jsonl",
    "heldout_3": DRAFTS / "heldout_3.jsonl",
    "heldout_4": DRAFTS / "heldout_4.jsonl",
}
KINDS = ("violations", "virtues")

#: What the dev drafts are held to.
LEAST_F1 = 0.90
LEAST_QUIET = 0.95
#: How far under the dev figure a held-out figure may be.
MARGIN = 0.05

Row = Mapping[str, Any]
Judge = Callable[[Message], Critique]


@dataclass
class Tally:
    """Labels of one kind: found rightly, found wrongly and missed."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, wanted: set[str], found: set[str]) -> None:
        """Count one draft."""
        self.right.update(wanted & found)
        self.wrong.update(found - wanted)
        self.missed.update(wanted - found)

    @property
    def micro_f1(self) -> float:
        """F1 over all labels together; 1 when there is nothing to find and nothing was found."""
        right = self.right.total()
        all_counted = 2 * right + self.wrong.total() + self.missed.total()
        return 2 * right / all_counted if all_counted else 1.0

    def by_label(self) -> list[str]:
        """Precision and recall of each label, a line each."""
        lines = []
        for label in sorted({*self.right, *self.wrong, *self.missed}):
            right, wrong, missed = self.right[label], self.wrong[label], self.missed[label]
            precision = f"{right / (right + wrong):.2f}" if right + wrong else "   –"
            recall = f"{right / (right + missed):.2f}" if right + missed else "   –"
            lines.append(
                f"  {label:<18} P {precision} R {recall}"
                f" (right {right}, wrong {wrong}, missed {missed})"
            )
        return lines


@dataclass
class Score:
    """How a set of drafts was judged.

    Attributes:
        tallies: by kind, violations and virtues.
        good: messages without a violation.
        quiet: those of them on which no violation was found.
        bad_spans: findings whose quote is not where they say.
        errors: drafts that were refused.
        slips: the individual errors, one a line.
    """

    drafts: int = 0
    tallies: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    good: int = 0
    quiet: int = 0
    bad_spans: int = 0
    errors: int = 0
    slips: list[str] = field(default_factory=list)

    @property
    def quiet_share(self) -> float:
        """Share of the good messages left quiet."""
        return self.quiet / self.good if self.good else 1.0


def score(rows: Iterable[Row], judge: Judge) -> Score:
    """Judge labelled drafts and compare."""
    total = Score()
    for row in rows:
        total.drafts += 1
        found: dict[str, set[str]] = {kind: set() for kind in KINDS}
        try:
            critique = judge(
                Message(text=row["text"], channel=row["channel"], relation=row["relation"])
            )
        except CoachError:
            total.errors += 1
        else:
            marks = (*critique.violations, *critique.virtues)
            total.bad_spans += sum(row["text"][m.start : m.end] != m.quote for m in marks)
            found = {kind: {mark.id for mark in getattr(critique, kind)} for kind in KINDS}
        optional = set(row.get("optional", ()))
        for kind in KINDS:
            wanted, counted = set(row[kind]), found[kind] - optional
            total.tallies[kind].add(wanted, counted)
            if counted != wanted:
                slips = [f"+{label}" for label in sorted(counted - wanted)]
                slips += [f"-{label}" for label in sorted(wanted - counted)]
                total.slips.append(f"  {row['id']} {' '.join(slips)}: {row['text'][:120]!r}")
        if not row["violations"]:
            total.good += 1
            total.quiet += not found["violations"] - optional
    return total


def measures(judge: Judge, sets: Iterable[str] = SETS, verbose: bool = False) -> list[Measure]:
    """Judge the sets named.

    Args:
        judge: gives the critique of a message.
        sets: names in `SETS`.
        verbose: print precision and recall by label, and the individual errors.
    """
    found: list[Measure] = []
    least_f1 = dict.fromkeys(KINDS, LEAST_F1)
    least_quiet = LEAST_QUIET
    # The dev drafts come first whatever was asked for: the others are held to their figures.
    for name in sorted(sets, key=list(SETS).index):
        file = SETS[name]
        if not file.exists():
            found.append(skipped(f"critique {name}", f"{file.name} is not beside the checkout"))
            continue
        lines = file.read_text(encoding="utf-8").splitlines()
        result = score((json.loads(line) for line in lines if line.strip()), judge)
        held_out = name != "dev"
        margin = MARGIN if held_out else 0.0
        for kind in KINDS:
            figure = result.tallies[kind].micro_f1
            mark = least_f1[kind] - margin
            note = f"{result.drafts} drafts"
            found.append(Measure(f"critique {name}, {kind} micro-F1", figure, mark, note=note))
            if not held_out:
                least_f1[kind] = figure
        found.append(
            Measure(
                f"critique {name}, good messages left quiet",
                result.quiet_share,
                least_quiet - margin,
                note=f"{result.quiet} of {result.good}",
            )
        )
        if not held_out:
            least_quiet = result.quiet_share
        wrong = Measure(
            f"critique {name}, spans wrong or drafts refused",
            result.bad_spans + result.errors,
            0,
            at_least=False,
            form="{:.0f}",
        )
        found.append(wrong)
        if verbose:
            print(f"== critique {name}")
            for kind in KINDS:
                print(f" {kind}", *result.tallies[kind].by_label(), sep="\n")
            print(" errors (+ found wrongly, - missed)", *result.slips, sep="\n")
    return found

"""Rewrite our own cases and check them with eyes other than the verifier's.

    python -m tests.evals.rewrites [--split dev|test|all] [--model] [--out FILE] [--limit N]

Prints a table and writes every text to FILE for a person to read. The check for invented facts is
independent of `coach.rewrite.verify`: a capitalised word or a number of the text that is nowhere in
the request is counted, by plain comparison.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from coach import rubric, settings
from coach.analysis import Analyser
from coach.composition import Coach
from coach.rewrite import rewrite
from coach.schemas import (
    CHANNEL_LIMITS,
    Channel,
    Contact,
    Register,
    Rewrite,
    RewriteRequest,
    Sender,
)

CASES = Path(__file__).with_name("rewrites.jsonl")
_COURTESY = {
    "Lei",
    "Le",
    "La",
    "L",
    "Suo",
    "Sua",
    "Suoi",
    "Sue",
    "Gentile",
    "Ciao",
    "Spettabile",
    "Un",
    "Cordiali",
    "A",
    "LinkedIn",
}


def request_of(row: dict[str, Any]) -> RewriteRequest:
    """A case as a request."""
    return RewriteRequest(
        draft=row["draft"],
        channel=row["channel"],
        relation=row["relation"],
        register_wanted=row["register"],
        sender=Sender(**row["sender"]),
        contact=Contact(**row["contact"]),
    )


def invented(text: str, row: dict[str, Any]) -> list[str]:
    """Numbers, and capitalised words inside a sentence, that the request does not hold."""
    given = set(re.findall(r"\w+", json.dumps(row, ensure_ascii=False).lower()))
    bare = re.sub(r"\[[^\]]*\]", "", text)
    found = re.findall(r"\b\d+\b", bare)
    found += re.findall(r"(?<=[a-zàèéìòù,;:] )[A-ZÀÈÉÌÒÙ]\w+", bare)
    return [word for word in found if word.lower() not in given and word not in _COURTESY]


def problems(result: Rewrite, row: dict[str, Any], wanted: Register | None) -> list[str]:
    """What is wrong with a rewrite; empty when nothing is."""
    found = [f"{c.id}: {c.detail}" for c in result.verification if not c.passed]
    found += [f"inventato: {word}" for word in invented(result.text, row)]
    if len(result.text) > CHANNEL_LIMITS[Channel(row["channel"])]:
        found.append("troppo lungo")
    if wanted is Register.LEI and re.search(r"\b(?:ti|tuo|tua|tuoi|tue)\b", result.text):
        found.append("tu in un messaggio con il Lei")
    name = row["contact"]["name"]
    # Neither a name ("Le Rive") nor a title ("Le maree") addresses anybody.
    spoken = re.sub(r'"[^"]*"', "", result.text.replace(name or "\n", ""))
    formal = re.search(r"\b(?:Le|Suo|Sua|Lei)\b(?! Rive)", spoken)
    if wanted is Register.TU and formal:
        found.append("Lei in un messaggio con il tu")
    return found


def main() -> int:
    """Run the cases; 0 when none has a problem."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--split", choices=("dev", "test", "all"), default="all")
    parser.add_argument("--model", action="store_true", help="polish with the configured model")
    parser.add_argument("--out", type=Path, help="write the texts here")
    parser.add_argument("--limit", type=int, default=0)
    args = parser.parse_args()
    configured = settings.load()
    analyser = Analyser()
    principles = rubric.load(configured.principles, configured.notes)
    model = None
    if args.model:
        coach = Coach(configured)
        coach.warm()
        model = coach.model
    rows = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if args.split in ("all", row["split"])]
    if args.limit:
        rows = rows[: args.limit]
    origins: Counter[str] = Counter()
    seconds: list[float] = []
    failed = 0
    pages: list[str] = []
    for row in rows:
        started = time.monotonic()
        result = rewrite(
            request_of(row),
            analyser=analyser,
            rubric=principles,
            model=model,
            prompts_folder=configured.prompts,
        )
        seconds.append(time.monotonic() - started)
        origins[result.origin] += 1
        wrong = problems(result, row, Register(row["register"]) if row["register"] else None)
        failed += bool(wrong)
        print(
            f"{row['id']} {row['channel']:16} {row['relation']:12} {result.origin:9}"
            f" {result.before.score:3} -> {result.after.score:3} {seconds[-1]:5.2f} s"
            f" {'; '.join(wrong)}"
        )
        pages.append(
            f"===== {row['id']} {row['channel']} {row['relation']} {row['register']}"
            f" {result.origin}\nBOZZA: {row['draft']}\nAPPUNTI: {row['contact']['notes']}\n"
            f"OFFRE: {row['sender']['can_offer']}\n-----\n{result.text}\n"
            f"----- domande: {[q.text for q in result.questions]}\n"
            f"consigli: {list(result.advice)}\n"
        )
    if args.out:
        args.out.write_text("\n".join(pages), encoding="utf-8")
    print(
        f"{len(rows)} cases, {failed} with a problem, origins {dict(origins)}, seconds: median"
        f" {statistics.median(seconds):.2f}, longest {max(seconds):.2f}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Seconds that the person waits for."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks import texts
from coach.composition import Coach
from coach.schemas import Message, RewriteRequest
from coach.settings import PROJECT
from tests.evals import rewrites
from tests.evals.measure import Measure, skipped

T = TypeVar("T")

DRAFTS = 40
WARM_UP = 2
COLD_RUNS = 5
POLISHED = 5

#: Modules whose import a person waits for, at the command line or at the page's first opening.
IMPORTS = (
    "coach.cli",
    "coach.critique",
    "coach.rewrite",
    "coach.library",
    "coach.llm",
    "streamlit",
)

_MS = "{:.0f} ms"
_S = "{:.2f} s"


def critiques(coach: Coach) -> list[Measure]:
    """A draft never seen, and the same draft after one sentence of it changed."""
    trained = texts.trained(DRAFTS + WARM_UP)
    for message in trained[:WARM_UP]:
        coach.critique(message)
    found: list[Measure] = []
    for kind, messages in (("", trained[WARM_UP:]), (", unseen in training", texts.unseen(DRAFTS))):
        note = f"{len(messages)} drafts of {_lengths(messages)} words, each seen once"
        new: list[float] = []
        changed: list[float] = []
        for number, message in enumerate(messages):
            new.append(_timed(lambda message=message: coach.critique(message)))
            # A sentence that is nowhere else: its number makes it new.
            sentence = f"Al tavolo {number + 2} c'era il registro che Le porto volentieri in sede."
            edited = texts.one_sentence_changed(message, sentence)
            changed.append(_timed(lambda edited=edited: coach.critique(edited)))
        found += [
            Measure(f"critique, new draft{kind}, p50", _p50(new), None, False, _MS, note),
            Measure(f"critique, new draft{kind}, p95", _p95(new), 100, False, _MS, note),
            Measure(f"critique, one sentence changed{kind}, p50", _p50(changed), None, False, _MS),
            Measure(f"critique, one sentence changed{kind}, p95", _p95(changed), 30, False, _MS),
        ]
    return found


def command_line() -> Measure:
    """`coach critique --json FILE` from nothing running to the answer."""
    command = Path(sys.executable).with_name("coach")
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "COACH_HOME": folder}
        file = Path(folder) / "draft.txt"
        for message in texts.trained(COLD_RUNS):
            file.write_text(message.text, encoding="utf-8")
            started = time.perf_counter()
            subprocess.run(
                [str(command), "critique", "--json", str(file)],
                env=environment, check=True, capture_output=True,
            )  # fmt: skip
            seconds.append(time.perf_counter() - started)
    note = f"median of {COLD_RUNS}, longest {max(seconds):.2f} s"
    return Measure("command line, critique from cold", _p50(seconds), 3, False, _S, note)


def composed(coach: Coach) -> list[Measure]:
    """A rewrite by the composer, with its verification."""
    requests = rewrite_requests()
    coach.rewrite(requests[0], use_model=False)
    times = [
        _timed(lambda request=request: coach.rewrite(request, use_model=False))
        for request in requests[1:]
    ]
    return [
        Measure("rewrite, composed, p50", _p50(times), None, False, _MS, f"{len(times)} cases"),
        Measure("rewrite, composed, p95", _p95(times), 300, False, _MS),
    ]


def polished(coach: Coach) -> list[Measure]:
    """A rewrite polished by the configured model."""
    if coach.model is None or coach.model_problem:
        return [skipped("rewrite, polished", str(coach.model_problem or "no model configured"))]
    requests = rewrite_requests()[:: len(rewrite_requests()) // POLISHED][: POLISHED + 1]
    origins: list[str] = []

    def polish(request: RewriteRequest) -> None:
        origins.append(coach.rewrite(request).origin)

    first = _timed(lambda: polish(requests[0])) / 1000
    times = [_timed(lambda request=request: polish(request)) / 1000 for request in requests[1:]]
    note = (
        f"{len(times)} cases, longest {max(times):.1f} s, {origins[1:].count('model')} by the model"
    )
    return [
        Measure("rewrite, polished, p50", _p50(times), None, False, _S, note),
        Measure("rewrite, polished, longest", max(times), 15, False, _S),
        Measure("rewrite, polished, first (the model loads)", first, None, False, _S),
    ]


def searches(coach: Coach) -> list[Measure]:
    """A question to the library, its vector included."""
    file = PROJECT / "tests" / "evals" / "retrieval_questions.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines if line.strip()]
    opened = _timed(lambda: coach.library) / 1000
    coach.library.search(questions[0])
    times = [
        _timed(lambda question=question: coach.library.search(question))
        for question in questions[1:]
    ]
    return [
        Measure("library, opened", opened, None, False, _S, "already built"),
        Measure("search, p50", _p50(times), None, False, _MS, f"{len(times)} questions"),
        Measure("search, p95", _p95(times), None, False, _MS),
    ]


def imports() -> list[Measure]:
    """Import of each module in a process of its own."""
    code = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
    found = []
    for module in IMPORTS:
        seconds = []
        for _ in range(3):
            run = subprocess.run(
                [sys.executable, "-c", code.format(module)],
                cwd=PROJECT, check=True, capture_output=True, text=True,
            )  # fmt: skip
            seconds.append(float(run.stdout))
        found.append(Measure(f"import {module}", _p50(seconds), None, False, _S, "median of 3"))
    return found


def rewrite_requests() -> list[RewriteRequest]:
    """Our own rewrite cases, as requests."""
    lines = rewrites.CASES.read_text(encoding="utf-8").splitlines()
    return [rewrites.request_of(json.loads(line)) for line in lines if line.strip()]


def _timed(work: Callable[[], T]) -> float:
    """Milliseconds that `work` takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _p50(times: Sequence[float]) -> float:
    return statistics.median(times)


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def _lengths(messages: Sequence[Message]) -> str:
    words = [len(message.text.split()) for message in messages]
    return f"{min(words)}–{max(words)}"

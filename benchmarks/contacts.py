"""The store at the size of a long career: 30,000 connections, 100,000 messages.

`python -m benchmarks.contacts` is the process that is measured; it prints JSON.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.memory import own_peak
from coach.schemas import Direction, ExchangeChannel
from coach.settings import PROJECT, Settings
from coach.store import Store
from coach.store.merging import Imported, ImportedContact, ImportedExchange, fingerprint
from tests.evals.measure import Measure

PEOPLE, MESSAGES = 30_000, 100_000
RUNS = 7
_SECONDS, _MS, _MB = "{:.1f} s", "{:.0f} ms", "{:.0f} MB"


def figures() -> list[Measure]:
    """Measure in a process of its own, whose peak of memory is the import's."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.contacts"],
        cwd=PROJECT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    size = f"{PEOPLE} people, {MESSAGES} messages"
    return [
        Measure("merge of an export", found["merge"], 10, False, _SECONDS, size),
        Measure("merge of it again", found["again"], 10, False, _SECONDS, "nothing new"),
        Measure("peak memory of the merge", found["memory"], 400, False, _MB),
        Measure("list of contacts", found["list"], 50, False, _MS, "median"),
        Measure("search of contacts", found["search"], 50, False, _MS, "the slowest of four"),
        Measure("opening of the store", found["open"], 200, False, _MS, "up to date"),
        Measure("forget", found["forget"], None, False, _SECONDS, found["proof"]),
    ]


def export(seed: int = 1) -> Imported:
    """An export of LinkedIn's as the reader hands it over."""
    chance = random.Random(seed)
    given = ["Marco", "Anna", "Luca", "Zoé", "Nicolò", "Sara", "Paolo", "Giulia", "Ugo", "Ida"]
    family = [a + b for a in ("Ros", "Bian", "Gal", "Fer", "Man") for b in ("si", "chi", "lo")]
    people = [
        ImportedContact(
            f"{chance.choice(given)} {chance.choice(family)}",
            role=chance.choice(["Responsabile acquisti", "Insegnante", "Sviluppatrice"]),
            company=f"Azienda {chance.randrange(3000)} S.r.l.",
            url=f"https://www.linkedin.com/in/persona-{place}",
            connected_on=date(2012, 1, 1) + timedelta(days=chance.randrange(5000)),
            origin="linkedin",
        )
        for place in range(PEOPLE)
    ]
    text = "Ciao, grazie del messaggio: ti mando la presentazione di cui parlavamo, perché no. "
    messages = []
    for place in range(MESSAGES):
        who = chance.choice(people)
        at = datetime(2012, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(7_000_000))
        messages.append(
            ImportedExchange(
                who.name,
                who.url,
                at,
                chance.choice(list(Direction)),
                ExchangeChannel.LINKEDIN,
                text * chance.randrange(1, 6) + str(place),
                "linkedin",
                fingerprint(who.url, at, str(place)),
            )
        )
    return Imported("linkedin", tuple(people), tuple(messages))


def main() -> None:
    """Import, list, search, open, forget."""
    from coach import privacy

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), models=Path(folder) / "models")
        store = Store.open(settings.database)
        given = export()
        found: dict[str, float | str] = {
            "merge": _seconds(lambda: store.merge(given)),
            "again": _seconds(lambda: store.merge(given)),
            "memory": own_peak(),
        }
        found["list"] = 1000 * _median(store.contacts)
        searches = ("anna", "nicolo rossi 77", "nessuno così", "responsabile azienda")
        found["search"] = 1000 * max(
            _median(lambda words=words: store.contacts(words)) for words in searches
        )
        store.close()
        found["open"] = 1000 * _median(lambda: Store.open(settings.database).close())
        first = store.contacts(limit=1)[0].card
        start = time.perf_counter()
        proof = privacy.forget(store, settings, first.id)
        found["forget"] = time.perf_counter() - start
        found["proof"] = f"{proof.bytes / 1e6:.0f} MB searched, clean: {proof.clean}"
    print(json.dumps(found))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _median(work: Callable[[], object]) -> float:
    return statistics.median(_seconds(work) for _ in range(RUNS))


if __name__ == "__main__":
    main()

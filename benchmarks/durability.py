"""Sudden death: a child process is killed (SIGKILL) while it types notes or imports a file.

What it had acknowledged must be there, an import must be there whole or not at all, and the store
must open. `python -m benchmarks durability` does it 50 times; `tests/test_store.py` a few.

The children are this module: `python -m benchmarks.durability type|import URL NUMBER`.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from coach.schemas import ContactCard, Direction, ExchangeChannel
from coach.settings import PROJECT
from coach.store import Store
from coach.store.merging import Imported, ImportedContact, ImportedExchange, fingerprint
from tests.evals.measure import Measure

KILLS = 50
MESSAGES_EACH = 3
DONE = "done\n"
#: Steps that a child is let take at most before it is killed: notes, or stages of an import.
MOST_STEPS = {"type": 40, "import": 12}
#: And how long after the last of them at most, in seconds: a kill may fall between two steps.
LONGEST = 0.05


@dataclass(frozen=True)
class Outcome:
    """What a child had said and what was found after its death.

    Attributes:
        acknowledged: records it had said were written.
        lost: how many of those are not there.
        midway: whether it was killed in the midst of its work.
        whole: whether what is there is a beginning of what was typed, or an import whole or absent.
        opens: whether the store opens and SQLite finds its file sound.
    """

    acknowledged: int
    lost: int
    midway: bool
    whole: bool
    opens: bool

    @property
    def good(self) -> bool:
        """Whether nothing was lost."""
        return not self.lost and self.whole and self.opens


def crowd(number: int, people: int) -> Imported:
    """A file of contacts, of which no other number shares anything."""
    names = [f"tizio{number}-{place}" for place in range(people)]
    contacts = [
        ImportedContact(name, url=f"linkedin.com/in/{name}", origin="linkedin") for name in names
    ]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    messages = [
        ImportedExchange(
            name,
            f"linkedin.com/in/{name}",
            start + timedelta(minutes=place),
            Direction.SENT,
            ExchangeChannel.LINKEDIN,
            f"Ciao {name}, ti mando la guida di cui parlavamo.",
            "linkedin",
            fingerprint(name, str(place)),
        )
        for place in range(MESSAGES_EACH)
        for name in names
    ]
    return Imported("linkedin", tuple(contacts), tuple(messages))


def typing(file: Path, number: int, steps: int, after: float = 0) -> Outcome:
    """Kill a child that types notes, `after` seconds from when it acknowledged `steps` of them."""
    said = _killed("type", file, number, steps, after)
    with contextlib.closing(Store.open(_url(file))) as store:
        notes = store.contact(f"nota{number}").notes
    acknowledged = len(said)
    return Outcome(
        acknowledged=acknowledged,
        lost=max(0, acknowledged - len(notes)),
        midway=True,
        whole=notes == tuple(f"nota {place}" for place in range(len(notes))),
        opens=_is_sound(file),
    )


def importing(file: Path, number: int, steps: int, after: float = 0, people: int = 1000) -> Outcome:
    """Kill a child that imports a file, `after` seconds from its step of that number or its end."""
    said = _killed("import", file, number, steps, after, people)
    with contextlib.closing(Store.open(_url(file))) as store:
        rows = store.contacts(f"tizio{number}-", limit=None)
    found = (len(rows), sum(row.exchanges for row in rows))
    everything = (people, people * MESSAGES_EACH)
    done = DONE in said
    return Outcome(
        acknowledged=sum(everything) if done else 0,
        lost=sum(everything) - sum(found) if done else 0,
        midway=not done,
        whole=found in ((0, 0), everything),
        opens=_is_sound(file),
    )


def kills(times: int = KILLS) -> list[Measure]:
    """Kill children at random moments, typing and importing by turns, over one store."""
    chance = random.Random(1)
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "coach.sqlite"
        for number in range(times):
            work, most = (
                (importing, MOST_STEPS["import"]) if number % 2 else (typing, MOST_STEPS["type"])
            )
            outcomes.append(work(file, number, chance.randint(0, most), chance.uniform(0, LONGEST)))
    note = (
        f"{sum(each.midway for each in outcomes)} of {times} in the midst, "
        f"{sum(each.acknowledged for each in outcomes)} records acknowledged"
    )
    whole = "{:.0f}"
    return [
        Measure("killed: acknowledged records lost", sum(each.lost for each in outcomes), 0, False,
                whole, note),
        Measure("killed: imports left half done", sum(not each.whole for each in outcomes), 0,
                False, whole),
        Measure("killed: stores that do not open", sum(not each.opens for each in outcomes), 0,
                False, whole),
    ]  # fmt: skip


def _url(file: Path) -> str:
    return f"sqlite:///{file}"


def _killed(
    work: str, file: Path, number: int, steps: int, after: float, people: int = 0
) -> list[str]:
    """What a child said before it was killed; a line cut short is left out."""
    command = [sys.executable, "-m", "benchmarks.durability", work, _url(file)]
    child = subprocess.Popen(
        [*command, str(number), str(people)], stdout=subprocess.PIPE, text=True, cwd=PROJECT
    )
    assert child.stdout is not None
    if not child.stdout.readline():
        raise RuntimeError("the child did not begin")
    said: list[str] = []
    while len(said) < steps and DONE not in said:
        said.append(child.stdout.readline())
    time.sleep(after)
    child.kill()
    said += child.stdout
    child.wait()
    return [line for line in said if line.endswith("\n")]


def _is_sound(file: Path) -> bool:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


def _type(store: Store, number: int) -> None:
    card = store.add_contact(ContactCard(id=f"nota{number}", name=f"nota {number}"))
    print("begun", flush=True)
    place = 0
    while True:
        store.add_note(card.id, f"nota {place}")
        print(place, flush=True)
        place += 1


def _import(store: Store, number: int, people: int) -> None:
    given = crowd(number, people)
    print("begun", flush=True)
    store.merge(given, progress=lambda _, done, total: print(done, "of", total, flush=True))
    print(DONE, end="", flush=True)
    # Until it is killed, so that an import that ended is killed too.
    time.sleep(60)


if __name__ == "__main__":
    _, work, url, number, people = sys.argv
    opened = Store.open(url)
    if work == "type":
        _type(opened, int(number))
    else:
        _import(opened, int(number), int(people))

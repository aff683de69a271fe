"""An export of LinkedIn of 30,000 connections and 100,000 messages, read and merged.

The export is made up here, the same at every run. It is taken in by a process of its own, because
a peak of memory never goes down: `python -m benchmarks.contact_files EXPORT.zip FOLDER`.
"""

from __future__ import annotations

import csv
import io
import json
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.memory import own_peak
from coach.settings import PROJECT
from tests.evals.measure import Measure

CONNECTIONS = 30_000
MESSAGES = 100_000
OWNER = ("Anna Bianchi", "https://www.linkedin.com/in/anna-bianchi")

_S, _MB, _MS = "{:.2f} s", "{:.0f} MB", "{:.0f} ms"
_FIRST = ("Marco", "Giulia", "Nicolò", "Chiara", "Luca", "Sara", "Noè", "Marta", "Ugo", "Irene")
_LAST = ("Rossi", "Ferrari", "D'Angelo", "De Luca", "Conti", "Lo Presti", "Sartori", "Fabbri")
_COMPANIES = (
    "Officine Po",
    "Tessile Alba, S.r.l.",
    "Studio Neri",
    "Cooperativa Lago",
    "Vela S.p.A.",
)
_ROLES = ("Responsabile acquisti", "Titolare", "Head of People", "Progettista", "Ricercatrice")
_SENTENCES = (
    "Grazie ancora per la chiacchierata di ieri, mi ha fatto piacere.",
    "Ti mando volentieri la guida di cui parlavamo, se ti torna utile.",
    "Pensi di passare anche tu alla fiera di Rimini?",
    "Ho letto il tuo articolo sui fornitori locali: il caso di Ivrea è chiarissimo.",
    "Quando ti è comodo ci sentiamo, senza fretta.",
    'Mi dicevi "ci vuole pazienza": avevi ragione.',
)


def measure() -> list[Measure]:
    """Seconds and memory of reading and merging the export, and of the contacts' list after."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export = folder / "export.zip"
        write_export(export)
        run = subprocess.run(
            [sys.executable, "-m", "benchmarks.contact_files", str(export), str(folder)],
            cwd=PROJECT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        size = export.stat().st_size
    found = json.loads(run.stdout)
    note = (
        f"{found['contacts']:,} people, {found['exchanges']:,} messages, {size / 1e6:.1f} MB zipped"
    )
    busy = found["busy"]
    return [
        Measure(
            "import, reading", found["reading"], 4, False, _S, f"{busy[0]:.2f} s of work; {note}"
        ),
        Measure(
            "import, reading and merging", found["whole"], 10, False, _S, f"{busy[1]:.2f} s of work"
        ),
        Measure("import, the same again", found["again"], None, False, _S),
        Measure("import, peak memory", found["peak"], 400, False, _MB, "with the export open"),
        Measure("contacts listed after", found["listed"], 300, False, _MS, "the first 50"),
        Measure("contacts searched after", found["searched"], 300, False, _MS, "one in eight"),
    ]


def write_export(file: Path, connections: int = CONNECTIONS, messages: int = MESSAGES) -> None:
    """Make up an export: a third of the connections have been written with."""
    dealer = random.Random(30)
    people = [_person(dealer, number) for number in range(connections)]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, "Connections.csv", _connections(dealer, people))
        _write(archive, "messages.csv", _messages(dealer, people, messages))


def _person(dealer: random.Random, number: int) -> tuple[str, str, str]:
    first, last = dealer.choice(_FIRST), f"{dealer.choice(_LAST)} {dealer.choice(_LAST)}"
    return first, last, f"https://www.linkedin.com/in/{first.lower()}-{number}"


def _write(archive: zipfile.ZipFile, name: str, rows: Iterator[list[str]]) -> None:
    with archive.open(name, "w") as part, io.TextIOWrapper(part, "utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def _connections(dealer: random.Random, people: list[tuple[str, str, str]]) -> Iterator[list[str]]:
    yield ["Notes:"]
    yield ["Some of the e-mail addresses are missing."]
    yield []
    yield ["First Name", "Last Name", "URL", "Email Address", "Company", "Position", "Connected On"]
    for number, (first, last, url) in enumerate(people):
        email = f"persona.{number}@example.org" if number % 4 == 0 else ""
        day = datetime(2010, 1, 1) + timedelta(days=dealer.randrange(5_500))
        company, role = dealer.choice(_COMPANIES), dealer.choice(_ROLES)
        yield [first, last, url, email, company, role, f"{day:%d %b %Y}"]


def _messages(
    dealer: random.Random, people: list[tuple[str, str, str]], count: int
) -> Iterator[list[str]]:
    yield [
        "CONVERSATION ID", "CONVERSATION TITLE", "FROM", "SENDER PROFILE URL", "TO",
        "RECIPIENT PROFILE URLS", "DATE", "SUBJECT", "CONTENT", "FOLDER", "ATTACHMENTS",
        "IS MESSAGE DRAFT",
    ]  # fmt: skip
    talks = max(len(people) // 3, 1)
    for number in range(count):
        talk = dealer.randrange(talks)
        first, last, url = people[talk * 3 % len(people)]
        both = [(f"{first} {last}", url), OWNER]
        (sender, sender_url), (to, to_url) = both if dealer.random() < 0.5 else both[::-1]
        at = datetime(2015, 1, 1) + timedelta(minutes=dealer.randrange(5_000_000))
        text = "\n\n".join(dealer.choices(_SENTENCES, k=dealer.randint(1, 6)))
        yield [
            f"2-conversation-{talk:08d}==", "", sender, sender_url, to, to_url,
            f"{at:%Y-%m-%d %H:%M:%S} UTC", "", f"{text}\n{number}", "INBOX", "", "",
        ]  # fmt: skip


def main() -> None:
    """Take the export in twice and look at the contacts; print the figures as JSON."""
    from coach.imports import read
    from coach.store import Store

    export, folder = Path(sys.argv[1]), Path(sys.argv[2])
    store = Store.open(f"sqlite:///{folder / 'coach.sqlite'}")
    started, worked = time.perf_counter(), time.process_time()
    imported = read(export)
    reading = time.perf_counter() - started
    busy = time.process_time() - worked
    store.merge(imported)
    whole = time.perf_counter() - started
    # A busy machine makes the seconds longer, not the work.
    found = {
        "contacts": len(imported.contacts),
        "exchanges": len(imported.exchanges),
        "reading": reading,
        "whole": whole,
        "busy": (busy, time.process_time() - worked),
        "peak": own_peak(),
        "again": _seconds(lambda: store.merge(read(export))),
        "listed": _seconds(lambda: (store.contacts(), store.count_contacts())) * 1000,
        "searched": _seconds(lambda: store.contacts("rossi conti")) * 1000,
    }
    store.close()
    print(json.dumps(found))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

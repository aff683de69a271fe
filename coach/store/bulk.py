"""A file of contacts taken in, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, insert, select, update

from coach.store import contacts as cards
from coach.store import exchanges as spoken
from coach.store.database import Database
from coach.store.matching import KnownPeople, Person, Plan, plan
from coach.store.merging import Imported, ImportSummary, Progress, fold
from coach.store.tables import Moment, contacts, exchanges, profile

#: Rows written at once.
_BATCH = 2000
#: Besides `IMPORTED_FIELDS`, the columns that an import changes.
_ALSO = ("notes", "name_folded", "folded")

_PERSON = tuple(
    contacts.c[name]
    for name in (
        "id", "name", "role", "company", "email", "url", "phone", "notes", "connected_on",
        "origin", "edited", "import_key",
    )
)  # fmt: skip


class Imports(Database):
    """What a store takes in from files."""

    def merge(
        self, imported: Imported, *, dry_run: bool = False, progress: Progress | None = None
    ) -> ImportSummary:
        """Take in what a file holds, in one transaction.

        Who is who: `coach.store.matching`. What the person typed is never overruled; taking the
        same file in again changes nothing.

        Args:
            imported: what the file holds.
            dry_run: only say what would be done.
            progress: told how far it is.

        Returns:
            What was done, or would be.
        """
        with self._reading() if dry_run else self._writing() as connection:
            made = _plan(connection, imported, progress)
            if not dry_run:
                _write(connection, made, progress)
                if imported.owner is not None:
                    self._introduce(connection, imported)
        return made.summary

    def _introduce(self, connection: Connection, imported: Imported) -> None:
        """Fill in an empty profile with what the file says of its owner."""
        held = connection.execute(select(profile)).one_or_none()
        if imported.owner is None or (held is not None and held.name):
            return
        connection.execute(
            self._upsert(
                profile,
                id=1,
                name=imported.owner.name,
                about=(held.about if held else "") or imported.owner.role,
                can_offer=held.can_offer if held else (),
            )
        )


def _plan(connection: Connection, imported: Imported, progress: Progress | None) -> Plan:
    def tell(done: int, total: int) -> None:
        if progress:
            progress("Confronto con i contatti che hai", done, total)

    who = KnownPeople((Person(*row) for row in connection.execute(select(*_PERSON))), cards.new_id)
    known = set(connection.scalars(select(exchanges.c.id))) if imported.exchanges else set()
    return plan(imported, who, known, tell)


def _write(connection: Connection, made: Plan, progress: Progress | None) -> None:
    now = datetime.now(UTC)
    written = sum(p.is_new or p.is_changed + bool(p.new_exchanges) for p in made.people)
    total = written + len(made.messages)
    done = 0

    def execute(statement: Executable, rows: Iterable[dict[str, Any]]) -> None:
        nonlocal done
        for batch in _batches(rows):
            connection.execute(statement, batch)
            done += len(batch)
            if progress:
                progress("Salvo contatti e messaggi", min(done, total), total)

    execute(insert(contacts), (_new(p, now) for p in made.people if p.is_new))
    same = contacts.c.id == bindparam("of")
    execute(
        update(contacts)
        .where(same)
        .values({name: bindparam(name) for name in (*cards.IMPORTED_FIELDS, *_ALSO)}),
        ({"of": p.id, **_fields(p)} for p in made.people if p.is_changed),
    )
    last = bindparam("last", type_=Moment())
    execute(
        update(contacts)
        .where(same)
        .values(
            exchange_count=contacts.c.exchange_count + bindparam("more"),
            last_at=spoken.later(contacts.c.last_at, last),
            active_at=spoken.later(contacts.c.active_at, last),
        ),
        (
            {"of": p.id, "more": p.new_exchanges, "last": p.last}
            for p in made.people
            if p.new_exchanges and not p.is_new
        ),
    )
    execute(
        insert(exchanges),
        (
            {
                "id": message.fingerprint,
                "contact_id": person.id,
                "at": message.at,
                "direction": message.direction.value,
                "channel": message.channel.value,
                "text": message.text,
                "origin": message.origin,
            }
            for person, message in made.messages
        ),
    )


def _fields(person: Person) -> dict[str, Any]:
    return {
        **{name: getattr(person, name) for name in (*cards.IMPORTED_FIELDS, "notes")},
        "name_folded": fold(person.name),
        "folded": cards.searched_text(
            person.name, person.role, person.company, person.email, person.notes
        ),
    }


def _new(person: Person, now: datetime) -> dict[str, Any]:
    connected = cards.start_of(person.connected_on) if person.connected_on else None
    return {
        "id": person.id,
        **_fields(person),
        "origin": person.origin,
        "import_key": person.import_key,
        "exchange_count": person.new_exchanges,
        "last_at": person.last,
        "active_at": max(filter(None, (person.last, connected)), default=now),
    }


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        yield batch

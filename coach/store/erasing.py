"""A person taken out of everything kept."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from coach.errors import StoreError
from coach.schemas import ContactCard
from coach.store import contacts as cards
from coach.store.database import Database
from coach.store.mentions import Mentions, Trait, names_of
from coach.store.records import Erased
from coach.store.tables import (
    Phrases,
    Prose,
    contacts,
    drafts,
    erased_drafts,
    exchanges,
    metadata,
    profile,
    revisions,
    sessions,
    turns,
)

#: Where others may name somebody: texts, and JSON whose strings are texts. A card's own name,
#: addresses and number are not there: who shares those is a namesake (`_shared`).
_TEXTS = {
    contacts: ("role", "company", "notes"),
    exchanges: ("text", "gives", "asks"),
    profile: ("name", "about", "can_offer"),
    drafts: ("recipient", "data"),
    revisions: ("text", "critique", "rewrite"),
    turns: ("question", "answer"),
    sessions: ("data",),
}
_JSON = frozenset({"data", "critique", "rewrite", "answer"})
_BATCH = 1000


class Erasing(Database):
    """What a store forgets."""

    def erase(self, contact_id: str) -> Erased:
        """Take a person out of the database, free pages and write-ahead log included.

        Their card, exchanges, drafts, conversation and practice go; where the records of others
        name them in full, or give their profile, e-mail or number, `mentions.ERASED` stands
        instead. Past critiques of a text that changes so lose their marks, which would lie beside
        other words.

        Raises:
            NotFoundError: there is no such contact.
            StoreError: the database cannot be written; nothing was erased.
        """
        with self._writing() as connection:
            card = cards.find(connection, contact_id)
            namesakes, shared = _shared(connection, card)
            mentions = Mentions(card, shared)
            theirs = _drafts_for(connection, card, named=Trait.NAME not in shared)
            counts = {
                "exchanges": _count(connection, exchanges.c.contact_id == card.id),
                "drafts": len(theirs),
                "turns": _count(connection, turns.c.contact_id == card.id),
                "sessions": _count(connection, sessions.c.contact_id == card.id),
            }
            if theirs:
                connection.execute(insert(erased_drafts), [{"id": one} for one in theirs])
                connection.execute(delete(drafts).where(drafts.c.id.in_(theirs)))
            # What else is theirs goes with the card: `ON DELETE CASCADE`.
            connection.execute(delete(contacts).where(contacts.c.id == card.id))
            named = _redact(connection, mentions)
        # Held by another program, it keeps traces in its log until the last one closes it: a search
        # of the file tells.
        with contextlib.suppress(StoreError):
            self.compact()
        return Erased(
            card=card, **counts, mentions=named, namesakes=namesakes, shared=tuple(sorted(shared))
        )

    def texts(self) -> Iterator[str]:
        """Every text kept, whatever it is about."""
        for table in metadata.sorted_tables:
            columns = [c for c in table.c if isinstance(c.type, (Prose, Phrases))]
            if not columns:
                continue
            with self._reading() as connection:
                for row in connection.execute(select(*columns)):
                    for value in row:
                        if isinstance(value, str):
                            yield value
                        elif value:
                            yield from value


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).where(condition)) or 0


def _shared(
    connection: Connection, card: ContactCard
) -> tuple[tuple[ContactCard, ...], frozenset[Trait]]:
    """Who has the name, profile, e-mail or number of a person who goes, and which of those."""
    own = Mentions(card)
    found: list[ContactCard] = []
    shared: set[Trait] = set()
    others = select(*cards.CARD).where(contacts.c.id != card.id)
    for row in connection.execute(others):
        told = "\n".join((row.name, row.email, row.url, row.phone))
        traits = {mention.trait for mention in own.find(told) if mention.whole}
        if traits:
            found.append(cards.card_of(row))
            shared |= traits
    me = connection.scalar(select(profile.c.name)) or ""
    if any(mention.whole for mention in own.find(me)):
        shared.add(Trait.NAME)
    return tuple(found), frozenset(shared)


def _drafts_for(connection: Connection, card: ContactCard, *, named: bool) -> list[str]:
    """The drafts for a person: told by the contact they are for or, failing that, by the name."""
    names = set(names_of(card.name)) if named else set()
    wanted = select(drafts.c.id, drafts.c.contact_id, drafts.c.recipient).where(
        or_(drafts.c.contact_id == card.id, drafts.c.contact_id.is_(None))
    )
    return [
        row.id
        for row in connection.execute(wanted)
        if row.contact_id == card.id or names & set(names_of(row.recipient))
    ]


def _redact(connection: Connection, mentions: Mentions) -> int:
    """Take mentions out of everything; says how many records had any."""
    records = 0
    for table, names in _TEXTS.items():
        (key,) = table.primary_key
        columns = [table.c[name] for name in names]
        changed: list[dict[str, Any]] = []
        for row in connection.execute(select(key, *columns)):
            values = dict(zip(names, row[1:], strict=True))
            redacted = {
                name: _redacted(value, mentions, is_json=name in _JSON)
                for name, value in values.items()
            }
            if redacted != values:
                changed.append({"of": row[0], **redacted})
        if not changed:
            continue
        records += len(changed)
        connection.execute(
            update(table)
            .where(key == bindparam("of"))
            .values({name: bindparam(name) for name in names}),
            changed,
        )
        if table is contacts:
            cards.search_anew(connection, [row["of"] for row in changed])
    return records


def _redacted(
    value: str | tuple[str, ...] | None, mentions: Mentions, *, is_json: bool
) -> str | tuple[str, ...] | None:
    if value is None:
        return None
    if isinstance(value, tuple):
        return tuple(mentions.redacted(text) for text in value)
    if not is_json:
        return mentions.redacted(value)
    if not any(mention.whole for mention in mentions.find(value)):
        return value
    try:
        known = json.loads(value)
    except ValueError:
        return mentions.redacted(value)
    return json.dumps(_without(known, mentions), ensure_ascii=False)


def _without(known: object, mentions: Mentions) -> object:
    """Decoded JSON whose texts mention nobody."""
    if isinstance(known, str):
        return mentions.redacted(known)
    if isinstance(known, list):
        return [_without(each, mentions) for each in known]
    if isinstance(known, dict):
        kept = {key: _without(each, mentions) for key, each in known.items()}
        if {"violations", "virtues", "checks"} <= kept.keys():
            # A critique: its marks are places in a text that has changed.
            kept["violations"] = kept["virtues"] = []
        return kept
    return known

"""Contacts and the person's own profile, in the database."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select, update

from coach.errors import InputError, NotFoundError
from coach.schemas import ContactCard, Register, Relation, Sender
from coach.store.database import Database
from coach.store.merging import fold, normalised_url
from coach.store.records import ContactOrder, ContactRow
from coach.store.tables import contacts, profile

#: Letters and figures that nobody takes for one another.
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_FIGURES = "23456789"
#: Fewest characters of an identifier's beginning that stand for it.
_SHORTEST_PREFIX = 2
_NAMED_IN_ERROR = 5

#: What an import brings up to date in a card, unless the person changed it by hand.
IMPORTED_FIELDS = ("name", "role", "company", "email", "url", "phone", "connected_on")
#: The columns of a card.
CARD = tuple(contacts.c[name] for name in ContactCard.model_fields)


class Contacts(Database):
    """The contacts of a store."""

    def add_contact(self, card: ContactCard) -> ContactCard:
        """Keep a new contact.

        Args:
            card: with an empty `id`, which is given; a profile's address in any spelling.

        Returns:
            The card as it is kept.

        Raises:
            InputError: it has no name, or its `id` is taken.
        """
        with self._writing() as connection:
            taken = card.id and connection.scalar(
                select(contacts.c.id).where(contacts.c.id == card.id)
            )
            if taken:
                raise InputError(f"C'è già un contatto con l'identificativo {card.id}.")
            kept = _tidied(card.model_copy(update={"id": card.id or _unused_id(connection)}))
            values = kept.model_dump()
            connection.execute(
                insert(contacts).values(**values, **_searched(kept), active_at=datetime.now(UTC))
            )
        return kept

    def update_contact(self, card: ContactCard) -> ContactCard:
        """Replace a card by what the person made of it; no import undoes what they changed.

        Returns:
            The card as it is kept.

        Raises:
            NotFoundError: there is no contact of that `id`.
            InputError: it has no name.
        """
        with self._writing() as connection:
            before = _exact(connection, card.id)
            if before is None:
                raise _unknown(card.id)
            kept = _tidied(card)
            edited = connection.scalar(select(contacts.c.edited).where(contacts.c.id == card.id))
            changed = [f for f in IMPORTED_FIELDS if getattr(before, f) != getattr(kept, f)]
            connection.execute(
                update(contacts)
                .where(contacts.c.id == card.id)
                .values(
                    **kept.model_dump(exclude={"id"}),
                    **_searched(kept),
                    edited=sorted({*(edited or ()), *changed}),
                    active_at=datetime.now(UTC),
                )
            )
        return kept

    def contact(self, key: str) -> ContactCard:
        """The contact of that identifier, or of that full name, or whose identifier begins so.

        Raises:
            NotFoundError: there is none, or there are several; the message names them.
        """
        with self._reading() as connection:
            return find(connection, key)

    def contacts(
        self,
        search: str = "",
        *,
        relation: Relation | None = None,
        order: ContactOrder | str = ContactOrder.RECENT,
        limit: int | None = 50,
        offset: int = 0,
    ) -> list[ContactRow]:
        """A page of the list of contacts.

        Args:
            search: words that must all be in the name, company, role, e-mail or notes; no case, no
                accents.
            relation: only those the person set so.
            order: `recent`: the last exchange, connection or change by hand first; `name`.
            limit: at most so many; None for all.
            offset: how many to leave out first.
        """
        by_name = ContactOrder(order) is ContactOrder.NAME
        first: ColumnElement[Any] = contacts.c.name_folded if by_name else contacts.c.active_at
        if fold(search) or relation is not None:
            # Kept from the index: looking up every row in its order until enough match takes
            # five times as long as reading the table once and sorting what matches.
            first = func.coalesce(first, first)
        wanted = (
            select(*CARD, contacts.c.last_at, contacts.c.exchange_count)
            .where(_matching(search, relation))
            .order_by(
                *((first, contacts.c.id) if by_name else (first.desc(), contacts.c.id.desc()))
            )
            .limit(limit)
            .offset(offset)
        )
        with self._reading() as connection:
            return [
                ContactRow(card=card_of(row), last=row.last_at, exchanges=row.exchange_count)
                for row in connection.execute(wanted)
            ]

    def count_contacts(self, search: str = "", relation: Relation | None = None) -> int:
        """How many contacts `contacts` would list in all."""
        counted = select(func.count()).select_from(contacts).where(_matching(search, relation))
        with self._reading() as connection:
            return connection.scalar(counted) or 0

    def add_note(self, contact_id: str, text: str) -> ContactCard:
        """Add a note to a card; once this returns, it is on the disk.

        Returns:
            The card with it.

        Raises:
            NotFoundError: there is no such contact.
            InputError: the note is empty.
        """
        note = text.strip()
        if not note:
            raise InputError("La nota è vuota.")
        with self._writing() as connection:
            card = _locked(connection, contact_id)
            return _renoted(connection, card, (*card.notes, note))

    def remove_note(self, contact_id: str, index: int) -> ContactCard:
        """Take a note away from a card.

        Args:
            contact_id: whose.
            index: its place in `ContactCard.notes`, from 0.

        Returns:
            The card without it.

        Raises:
            NotFoundError: there is no such contact or note.
        """
        with self._writing() as connection:
            card = _locked(connection, contact_id)
            if not 0 <= index < len(card.notes):
                raise NotFoundError(f"{card.name} non ha una nota numero {index + 1}.")
            return _renoted(connection, card, card.notes[:index] + card.notes[index + 1 :])

    def profile(self) -> Sender:
        """The person who writes, as they described themselves; blank before they did."""
        with self._reading() as connection:
            row = connection.execute(select(profile)).one_or_none()
        if row is None:
            return Sender()
        return Sender(name=row.name, about=row.about, can_offer=row.can_offer)

    def save_profile(self, sender: Sender) -> None:
        """Keep the profile."""
        with self._writing() as connection:
            connection.execute(self._upsert(profile, id=1, **sender.model_dump()))


def find(connection: Connection, key: str) -> ContactCard:
    """See `Contacts.contact`."""
    wanted = key.strip()
    exact = _exact(connection, wanted)
    if exact is not None:
        return exact
    conditions: list[ColumnElement[bool]] = [contacts.c.name_folded == fold(wanted)]
    if len(wanted) >= _SHORTEST_PREFIX:
        conditions.append(contacts.c.id.startswith(wanted.lower(), autoescape=True))
    for condition in conditions if wanted else []:
        found = connection.execute(select(*CARD).where(condition).limit(_NAMED_IN_ERROR + 1)).all()
        if len(found) == 1:
            return card_of(found[0])
        if found:
            raise NotFoundError(
                f"Più contatti rispondono a «{wanted}»: {_named(found)}.",
                "Indica l'identificativo di quello che vuoi.",
            )
    raise _unknown(wanted, _alike(connection, wanted))


def _alike(connection: Connection, wanted: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Contacts whose name holds every word of `wanted`."""
    words = fold(wanted).split()
    if not words:
        return ()
    held = (contacts.c.name_folded.contains(word, autoescape=True) for word in words)
    return connection.execute(
        select(*CARD).where(*held).order_by(contacts.c.name_folded).limit(_NAMED_IN_ERROR + 1)
    ).all()


def _named(rows: Sequence[Row[*tuple[Any, ...]]]) -> str:
    """Contacts as an error names them."""
    named = ", ".join(
        f"{row.id} ({', '.join(filter(None, (row.name, row.company)))})"
        for row in rows[:_NAMED_IN_ERROR]
    )
    return named + (" e altri" if len(rows) > _NAMED_IN_ERROR else "")


def must_exist(connection: Connection, contact_id: str | None) -> None:
    """See to it that what is kept for a contact does not outlive them.

    Raises:
        NotFoundError: there is no such contact.
    """
    if contact_id is not None and not connection.scalar(
        select(contacts.c.id).where(contacts.c.id == contact_id)
    ):
        raise NotFoundError("Questo contatto non c'è più.", "Forse è stato cancellato.")


def search_anew(connection: Connection, identifiers: Iterable[str]) -> None:
    """Bring what searches look in up to date with the cards."""
    for identifier in identifiers:
        known = _locked(connection, identifier)
        connection.execute(
            update(contacts).where(contacts.c.id == identifier).values(**_searched(known))
        )


def new_id() -> str:
    """An identifier short enough to type; it ends with a figure, so that no name looks like it."""
    number, figure = divmod(secrets.randbelow(len(_LETTERS) ** 5 * len(_FIGURES)), len(_FIGURES))
    letters = []
    for _ in range(5):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return "".join(letters) + _FIGURES[figure]


def searched_text(name: str, role: str, company: str, email: str, notes: Iterable[str]) -> str:
    """What a search of contacts looks in."""
    return "\n".join(fold(part) for part in (name, company, role, email, *notes) if part)


def start_of(day: date) -> datetime:
    """The day's first instant in UTC."""
    return datetime.combine(day, time(), UTC)


def _unused_id(connection: Connection) -> str:
    while True:
        candidate = new_id()
        if connection.scalar(select(contacts.c.id).where(contacts.c.id == candidate)) is None:
            return candidate


def _tidied(card: ContactCard) -> ContactCard:
    """The card as it is kept.

    Raises:
        InputError: it has no name.
    """
    on_one_line = {
        field: " ".join(getattr(card, field).split())
        for field in ("name", "role", "company", "email", "url", "phone")
    }
    if not on_one_line["name"]:
        raise InputError("Un contatto deve avere un nome.")
    return card.model_copy(
        update={
            **on_one_line,
            "url": normalised_url(card.url) or on_one_line["url"],
            "notes": tuple(note.strip() for note in card.notes if note.strip()),
        }
    )


def _searched(card: ContactCard) -> dict[str, str]:
    return {
        "name_folded": fold(card.name),
        "folded": searched_text(card.name, card.role, card.company, card.email, card.notes),
    }


def _exact(connection: Connection, contact_id: str) -> ContactCard | None:
    row = connection.execute(select(*CARD).where(contacts.c.id == contact_id)).one_or_none()
    return None if row is None else card_of(row)


def _locked(connection: Connection, contact_id: str) -> ContactCard:
    """The card, that nobody else changes before the transaction ends.

    Raises:
        NotFoundError: there is no such contact.
    """
    row = connection.execute(
        select(*CARD).where(contacts.c.id == contact_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise _unknown(contact_id)
    return card_of(row)


def _renoted(connection: Connection, card: ContactCard, notes: tuple[str, ...]) -> ContactCard:
    changed = card.model_copy(update={"notes": notes})
    connection.execute(
        update(contacts)
        .where(contacts.c.id == card.id)
        .values(notes=notes, active_at=datetime.now(UTC), **_searched(changed))
    )
    return changed


def _matching(search: str, relation: Relation | None) -> ColumnElement[bool]:
    conditions = [
        contacts.c.folded.contains(word, autoescape=True) for word in fold(search).split()
    ]
    if relation is not None:
        conditions.append(contacts.c.relation == relation.value)
    return and_(True, *conditions)


def card_of(row: Row[*tuple[Any, ...]]) -> ContactCard:
    """The card of a row of `CARD`."""
    return ContactCard(
        id=row.id,
        name=row.name,
        role=row.role,
        company=row.company,
        email=row.email,
        url=row.url,
        phone=row.phone,
        notes=row.notes,
        relation=Relation(row.relation) if row.relation else None,
        register_used=Register(row.register_used),
        connected_on=row.connected_on,
        origin=row.origin,
    )


def _unknown(key: str, alike: Sequence[Row[*tuple[Any, ...]]] = ()) -> NotFoundError:
    return NotFoundError(
        f"Non c'è un contatto «{key}».",
        f"Forse cerchi {_named(alike)}."
        if alike
        else "L'elenco si vede con `coach contacts list`.",
    )

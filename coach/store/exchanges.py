"""What passed between the person and their contacts, in the database."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from coach.errors import InputError, NotFoundError
from coach.schemas import Direction, Exchange, ExchangeChannel
from coach.store.contacts import must_exist
from coach.store.database import Database
from coach.store.tables import Moment, contacts, exchanges

_EXCHANGE = tuple(exchanges.c[name] for name in Exchange.model_fields)


class Exchanges(Database):
    """The exchanges of a store."""

    def add_exchange(self, exchange: Exchange) -> Exchange:
        """Keep an exchange; once this returns, it is on the disk.

        Args:
            exchange: with an empty `id`, which is given; `at` without a time zone is UTC.

        Returns:
            The exchange as it is kept.

        Raises:
            NotFoundError: there is no such contact.
            InputError: its `id` is taken.
        """
        at = exchange.at if exchange.at.tzinfo else exchange.at.replace(tzinfo=UTC)
        kept = exchange.model_copy(update={"id": exchange.id or new_id(), "at": at.astimezone(UTC)})
        with self._writing() as connection:
            if connection.scalar(select(exchanges.c.id).where(exchanges.c.id == kept.id)):
                raise InputError(f"C'è già uno scambio con l'identificativo {kept.id}.")
            must_exist(connection, kept.contact_id)
            connection.execute(insert(exchanges).values(**kept.model_dump()))
            _recount(connection, kept.contact_id)
        return kept

    def exchanges(self, contact_id: str) -> list[Exchange]:
        """What passed between the person and a contact, oldest first."""
        wanted = (
            select(*_EXCHANGE)
            .where(exchanges.c.contact_id == contact_id)
            .order_by(exchanges.c.at, exchanges.c.id)
        )
        with self._reading() as connection:
            return [_exchange(row) for row in connection.execute(wanted)]

    def every_exchange(self) -> Iterator[Exchange]:
        """What passed between the person and anybody: each contact's together, oldest first."""
        wanted = select(*_EXCHANGE).order_by(exchanges.c.contact_id, exchanges.c.at, exchanges.c.id)
        with self._reading() as connection:
            for row in connection.execute(wanted):
                yield _exchange(row)

    def exchange(self, exchange_id: str) -> Exchange:
        """The exchange of that identifier.

        Raises:
            NotFoundError: there is none.
        """
        with self._reading() as connection:
            row = connection.execute(
                select(*_EXCHANGE).where(exchanges.c.id == exchange_id)
            ).one_or_none()
        if row is None:
            raise _unknown(exchange_id)
        return _exchange(row)

    def unanalysed(self, limit: int, contact_id: str | None = None) -> list[Exchange]:
        """Exchanges that nobody analysed yet, newest first.

        Args:
            limit: at most so many.
            contact_id: of this contact only.
        """
        wanted = select(*_EXCHANGE).where(exchanges.c.gives.is_(None))
        if contact_id is not None:
            wanted = wanted.where(exchanges.c.contact_id == contact_id)
        with self._reading() as connection:
            return [
                _exchange(row)
                for row in connection.execute(wanted.order_by(exchanges.c.at.desc()).limit(limit))
            ]

    def count_unanalysed(self) -> int:
        """How many exchanges nobody analysed yet."""
        with self._reading() as connection:
            return (
                connection.scalar(
                    select(func.count()).select_from(exchanges).where(exchanges.c.gives.is_(None))
                )
                or 0
            )

    def correct_exchange(
        self, exchange_id: str, gives: Iterable[str], asks: Iterable[str]
    ) -> Exchange:
        """Set what an exchange gives and asks as the person says; no analysis undoes it.

        Returns:
            The exchange as it is kept.

        Raises:
            NotFoundError: there is no such exchange.
        """
        with self._writing() as connection:
            changed = connection.execute(
                update(exchanges)
                .where(exchanges.c.id == exchange_id)
                .values(gives=tuple(gives), asks=tuple(asks), corrected=True)
            )
            if not changed.rowcount:
                raise _unknown(exchange_id)
        return self.exchange(exchange_id)

    def set_analyses(self, found: Iterable[tuple[str, Iterable[str], Iterable[str]]]) -> None:
        """Keep what an analysis says that exchanges give and ask, in one transaction.

        Says nothing over the person's own correction, nor of an exchange that is no longer there.

        Args:
            found: identifier of the exchange, what it gives, what it asks.
        """
        with self._writing() as connection:
            for exchange_id, gives, asks in found:
                connection.execute(
                    update(exchanges)
                    .where(exchanges.c.id == exchange_id, exchanges.c.corrected.is_(False))
                    .values(gives=tuple(gives), asks=tuple(asks))
                )

    def remove_exchange(self, exchange_id: str) -> None:
        """Take an exchange away.

        Raises:
            NotFoundError: there is no such exchange.
        """
        with self._writing() as connection:
            contact_id = connection.scalar(
                select(exchanges.c.contact_id).where(exchanges.c.id == exchange_id)
            )
            if contact_id is None:
                raise _unknown(exchange_id)
            connection.execute(delete(exchanges).where(exchanges.c.id == exchange_id))
            _recount(connection, contact_id)


def new_id() -> str:
    """An identifier among 10^14."""
    return secrets.token_hex(6)


def _recount(connection: Connection, contact_id: str) -> None:
    """Bring a contact's count and dates in line with its exchanges."""
    count, last = connection.execute(
        select(func.count(), func.max(exchanges.c.at)).where(exchanges.c.contact_id == contact_id)
    ).one()
    values: dict[str, Any] = {"exchange_count": count, "last_at": last}
    if last is not None:
        values["active_at"] = later(contacts.c.active_at, literal(last, Moment()))
    connection.execute(update(contacts).where(contacts.c.id == contact_id).values(**values))


def later(held: ColumnElement[Any], given: ColumnElement[Any]) -> ColumnElement[Any]:
    """The later of two instants; the second when the first is NULL."""
    return case((held >= given, held), else_=given)


def _exchange(row: Row[Any]) -> Exchange:
    return Exchange(
        id=row.id,
        contact_id=row.contact_id,
        at=row.at,
        direction=Direction(row.direction),
        channel=ExchangeChannel(row.channel),
        text=row.text,
        gives=row.gives,
        asks=row.asks,
        corrected=row.corrected,
        origin=row.origin,
    )


def _unknown(exchange_id: str) -> NotFoundError:
    return NotFoundError(f"Non c'è uno scambio «{exchange_id}».")

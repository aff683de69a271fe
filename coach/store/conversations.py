"""Conversations with the coach, in the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select

from coach.schemas import Answer, ChatTurn
from coach.store.contacts import must_exist
from coach.store.database import Database
from coach.store.tables import turns


class Conversations(Database):
    """The conversations of a store: one a contact, and an open one of no contact."""

    def add_turn(self, contact_id: str | None, turn: ChatTurn) -> None:
        """Keep a question and its answer.

        Raises:
            NotFoundError: there is no such contact any more.
        """
        with self._writing() as connection:
            must_exist(connection, contact_id)
            connection.execute(
                insert(turns).values(
                    contact_id=contact_id,
                    at=turn.at,
                    question=turn.question,
                    answer=turn.answer.model_dump_json(),
                )
            )

    def turns(self, contact_id: str | None, limit: int = 50) -> list[ChatTurn]:
        """The last turns of a conversation, oldest first.

        Args:
            contact_id: about whom; None for the open conversation.
            limit: at most so many.
        """
        wanted = select(turns).where(_about(contact_id)).order_by(turns.c.id.desc()).limit(limit)
        with self._reading() as connection:
            rows = connection.execute(wanted).all()
        return [_turn(row) for row in reversed(rows)]

    def conversations(self) -> dict[str | None, list[ChatTurn]]:
        """Every conversation whole, by contact; the open one by None."""
        found: dict[str | None, list[ChatTurn]] = {}
        with self._reading() as connection:
            for row in connection.execute(select(turns).order_by(turns.c.id)):
                found.setdefault(row.contact_id, []).append(_turn(row))
        return found

    def count_turns(self, contact_id: str | None) -> int:
        """How many turns a conversation has."""
        counted = select(func.count()).select_from(turns).where(_about(contact_id))
        with self._reading() as connection:
            return connection.scalar(counted) or 0

    def clear_turns(self, contact_id: str | None) -> int:
        """Erase a conversation; says how many turns it had."""
        with self._writing() as connection:
            return connection.execute(delete(turns).where(_about(contact_id))).rowcount


def _turn(row: Row[Any]) -> ChatTurn:
    return ChatTurn(at=row.at, question=row.question, answer=Answer.model_validate_json(row.answer))


def _about(contact_id: str | None) -> ColumnElement[bool]:
    return turns.c.contact_id.is_(None) if contact_id is None else turns.c.contact_id == contact_id

"""Practice sessions, in the database."""

from __future__ import annotations

from sqlalchemy import delete, select

from coach.errors import NotFoundError
from coach.schemas import PracticeSession
from coach.store.contacts import must_exist
from coach.store.database import Database
from coach.store.tables import sessions


class Practice(Database):
    """The practice sessions of a store."""

    def save_session(self, session: PracticeSession) -> None:
        """Keep a session, in the place of what was kept of it.

        Raises:
            NotFoundError: the person it was drawn from is not among the contacts any more.
        """
        contact_id = session.persona.contact_id or None
        with self._writing() as connection:
            must_exist(connection, contact_id)
            connection.execute(
                self._upsert(
                    sessions,
                    id=session.id,
                    contact_id=contact_id,
                    started=session.started,
                    data=session.model_dump_json(),
                )
            )

    def session(self, session_id: str) -> PracticeSession:
        """The session of that identifier.

        Raises:
            NotFoundError: there is none.
        """
        with self._reading() as connection:
            data = connection.scalar(select(sessions.c.data).where(sessions.c.id == session_id))
        if data is None:
            raise _unknown(session_id)
        return PracticeSession.model_validate_json(data)

    def sessions(self, contact_id: str | None = None) -> list[PracticeSession]:
        """The sessions kept, oldest first.

        Args:
            contact_id: only those with a person drawn from this contact.
        """
        wanted = select(sessions.c.data).order_by(sessions.c.started, sessions.c.id)
        if contact_id is not None:
            wanted = wanted.where(sessions.c.contact_id == contact_id)
        with self._reading() as connection:
            return [
                PracticeSession.model_validate_json(data) for data in connection.scalars(wanted)
            ]

    def remove_session(self, session_id: str) -> None:
        """Erase a session.

        Raises:
            NotFoundError: there is none.
        """
        with self._writing() as connection:
            if not connection.execute(delete(sessions).where(sessions.c.id == session_id)).rowcount:
                raise _unknown(session_id)


def _unknown(session_id: str) -> NotFoundError:
    return NotFoundError(f"Non c'è una sessione di pratica «{session_id}».")

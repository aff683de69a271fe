"""Drafts of the page and what the coach said of them, in the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from coach.errors import NotFoundError
from coach.schemas import Critique, Rewrite
from coach.store.contacts import must_exist
from coach.store.database import Database
from coach.store.records import Revision, SavedDraft
from coach.store.tables import drafts, erased_drafts, revisions

#: Most drafts kept; the ones untouched for longest go first.
MAX_DRAFTS = 200
#: Most bytes of drafts kept, so that pasted books do not fill the disk.
MAX_BYTES = 50 << 20
#: Most revisions kept of one draft; the oldest go first.
MAX_REVISIONS = 20

_DRAFT = tuple(drafts.c[name] for name in SavedDraft.model_fields)


class Drafts(Database):
    """The drafts of a store."""

    def save_draft(
        self, draft_id: str, contact_id: str | None, data: str, *, recipient: str = ""
    ) -> None:
        """Keep a draft, in the place of what was kept of it, and let the oldest go.

        Args:
            draft_id: made by the page.
            contact_id: whom it is for, if they are among the contacts.
            data: what the page wants back, as JSON.
            recipient: the name it is for, as typed; `forget` finds the draft by it.

        Raises:
            NotFoundError: there is no such contact any more, or the draft went with one who was
                erased.
        """
        with self._writing() as connection:
            if connection.scalar(select(erased_drafts.c.id).where(erased_drafts.c.id == draft_id)):
                raise NotFoundError(
                    "La bozza è stata cancellata con il contatto a cui era destinata."
                )
            must_exist(connection, contact_id)
            connection.execute(
                self._upsert(
                    drafts,
                    id=draft_id,
                    contact_id=contact_id,
                    recipient=recipient,
                    data=data,
                    bytes=len(data.encode("utf-8", "replace")),
                    saved_at=datetime.now(UTC),
                )
            )
            _prune(connection, draft_id)

    def draft(self, draft_id: str) -> SavedDraft | None:
        """The draft of that identifier, if there is one."""
        with self._reading() as connection:
            row = connection.execute(select(*_DRAFT).where(drafts.c.id == draft_id)).one_or_none()
        return None if row is None else _draft(row)

    def drafts(self, contact_id: str | None = None) -> list[SavedDraft]:
        """The drafts kept, the last saved first.

        Args:
            contact_id: only those for this contact.
        """
        wanted = select(*_DRAFT).order_by(drafts.c.saved_at.desc(), drafts.c.id)
        if contact_id is not None:
            wanted = wanted.where(drafts.c.contact_id == contact_id)
        with self._reading() as connection:
            return [_draft(row) for row in connection.execute(wanted)]

    def count_drafts(self) -> int:
        """How many drafts are kept."""
        with self._reading() as connection:
            return connection.scalar(select(func.count()).select_from(drafts)) or 0

    def clear_drafts(self) -> int:
        """Erase every draft with its revisions; says how many there were."""
        with self._writing() as connection:
            return connection.execute(delete(drafts)).rowcount

    def add_revision(self, draft_id: str, revision: Revision) -> None:
        """Keep what the coach said of a draft; the oldest revisions of it go.

        Raises:
            NotFoundError: there is no such draft.
        """
        with self._writing() as connection:
            if not connection.scalar(select(drafts.c.id).where(drafts.c.id == draft_id)):
                raise NotFoundError("La bozza non c'è più.")
            connection.execute(
                insert(revisions).values(
                    draft_id=draft_id,
                    at=revision.at,
                    text=revision.text,
                    critique=revision.critique and revision.critique.model_dump_json(),
                    rewrite=revision.rewrite and revision.rewrite.model_dump_json(),
                    model=revision.model,
                    prompt_version=revision.prompt_version,
                )
            )
            kept = (
                select(revisions.c.id)
                .where(revisions.c.draft_id == draft_id)
                .order_by(revisions.c.id.desc())
                .limit(MAX_REVISIONS)
            )
            connection.execute(
                delete(revisions).where(
                    revisions.c.draft_id == draft_id, revisions.c.id.not_in(kept)
                )
            )

    def revisions(self, draft_id: str) -> list[Revision]:
        """What the coach said of a draft, oldest first."""
        wanted = select(revisions).where(revisions.c.draft_id == draft_id).order_by(revisions.c.id)
        with self._reading() as connection:
            return [_revision(row) for row in connection.execute(wanted)]


def _prune(connection: Connection, saved: str) -> None:
    """Let go the drafts beyond `MAX_DRAFTS` and `MAX_BYTES`, never the one just saved."""
    newest_first = select(drafts.c.id, drafts.c.bytes).order_by(
        drafts.c.saved_at.desc(), drafts.c.id
    )
    total, place, gone = 0, 0, []
    rows = connection.execute(newest_first).all()
    for row in sorted(rows, key=lambda row: row.id != saved):
        total, place = total + row.bytes, place + 1
        if row.id != saved and (place > MAX_DRAFTS or total > MAX_BYTES):
            gone.append(row.id)
    if gone:
        connection.execute(delete(drafts).where(drafts.c.id.in_(gone)))


def _draft(row: Row[Any]) -> SavedDraft:
    return SavedDraft(
        id=row.id,
        contact_id=row.contact_id,
        recipient=row.recipient,
        data=row.data,
        saved_at=row.saved_at,
    )


def _revision(row: Row[Any]) -> Revision:
    return Revision(
        at=row.at,
        text=row.text,
        critique=Critique.model_validate_json(row.critique) if row.critique else None,
        rewrite=Rewrite.model_validate_json(row.rewrite) if row.rewrite else None,
        model=row.model,
        prompt_version=row.prompt_version,
    )

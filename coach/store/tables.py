"""The tables, as the newest migration leaves them; a test holds the two to one another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

#: PostgreSQL keeps no NUL and no database keeps half a surrogate pair.
_UNKEPT = re.compile("[\x00\ud800-\udfff]")


class Prose(TypeDecorator[str]):
    """Text that a person wrote; what no database can keep becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make the text fit to be kept."""
        if value is None or (value.isascii() and "\x00" not in value):
            return value
        return _UNKEPT.sub("\N{REPLACEMENT CHARACTER}", value)


class Moment(TypeDecorator[datetime]):
    """An instant, in UTC on both sides whatever the database does with time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring to UTC; an instant without a time zone is taken to be there already."""
        if value is None or value.tzinfo is None:
            return value
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say that it is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Phrases(TypeDecorator[Any]):
    """Some texts in their order, as a JSON array whose letters stand as they are."""

    impl = Prose
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str | None:
        """Write the array."""
        return None if value is None else json.dumps(list(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """Read the array."""
        return None if value is None else tuple(json.loads(value))


metadata = MetaData()


def _of_contact(*, nullable: bool) -> Column[str]:
    return Column(
        "contact_id",
        String(16),
        ForeignKey("contacts.id", ondelete="CASCADE"),
        nullable=nullable,
    )


#: `folded` is what a search looks in; `edited` names the fields that the person changed by hand in
#: an imported card; `import_key` tells the rows of a file that nothing else identifies; `active_at`
#: is when something last happened: an exchange, the connection, or the person's own hand.
contacts = Table(
    "contacts",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", Prose, nullable=False),
    Column("role", Prose, nullable=False, server_default=""),
    Column("company", Prose, nullable=False, server_default=""),
    Column("email", Prose, nullable=False, server_default=""),
    Column("url", Prose, nullable=False, server_default=""),
    Column("phone", Prose, nullable=False, server_default=""),
    Column("notes", Phrases, nullable=False, server_default="[]"),
    Column("relation", String(16)),
    Column("register_used", String(16), nullable=False, server_default="none"),
    Column("connected_on", Date),
    Column("origin", String(16), nullable=False, server_default="typed"),
    Column("edited", Phrases, nullable=False, server_default="[]"),
    Column("import_key", String(16)),
    Column("name_folded", Prose, nullable=False),
    Column("folded", Prose, nullable=False),
    Column("active_at", Moment, nullable=False),
    Column("last_at", Moment),
    Column("exchange_count", Integer, nullable=False, server_default="0"),
    Index("contacts_by_activity", "active_at", "id"),
    Index("contacts_by_name", "name_folded", "id"),
)

#: An imported message has its fingerprint for `id`, so that it is known again.
exchanges = Table(
    "exchanges",
    metadata,
    Column("id", String(16), primary_key=True),
    _of_contact(nullable=False),
    Column("at", Moment, nullable=False),
    Column("direction", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("text", Prose, nullable=False),
    Column("gives", Phrases),
    Column("asks", Phrases),
    Column("corrected", Boolean, nullable=False, server_default=false()),
    Column("origin", String(16), nullable=False, server_default="typed"),
    Index("exchanges_of_contact", "contact_id", "at"),
)
Index(
    "exchanges_unanalysed",
    exchanges.c.at,
    sqlite_where=exchanges.c.gives.is_(None),
    postgresql_where=exchanges.c.gives.is_(None),
)

#: One row, of `id` 1.
profile = Table(
    "profile",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Prose, nullable=False),
    Column("about", Prose, nullable=False),
    Column("can_offer", Phrases, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(32), primary_key=True),
    _of_contact(nullable=True),
    Column("recipient", Prose, nullable=False, server_default=""),
    Column("data", Prose, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Index("drafts_of_contact", "contact_id"),
)

#: Drafts taken away with the person they were for: a page still open must not write them again.
erased_drafts = Table("erased_drafts", metadata, Column("id", String(32), primary_key=True))

revisions = Table(
    "revisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("draft_id", String(32), ForeignKey("drafts.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("text", Prose, nullable=False),
    Column("critique", Prose),
    Column("rewrite", Prose),
    Column("model", Prose, nullable=False, server_default=""),
    Column("prompt_version", String(64), nullable=False, server_default=""),
    Index("revisions_of_draft", "draft_id"),
)

#: Questions put to the coach and its answers; of no contact when the question was an open one.
turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True),
    _of_contact(nullable=True),
    Column("at", Moment, nullable=False),
    Column("question", Prose, nullable=False),
    Column("answer", Prose, nullable=False),
    Index("turns_of_contact", "contact_id", "id"),
)

#: Practice; `data` is the whole session.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    _of_contact(nullable=True),
    Column("started", Moment, nullable=False),
    Column("data", Prose, nullable=False),
    Index("sessions_of_contact", "contact_id"),
)

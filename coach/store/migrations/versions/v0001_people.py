"""Contacts, what passed between them and the person, and the person's own profile."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False, server_default=""),
        sa.Column("company", sa.Text, nullable=False, server_default=""),
        sa.Column("email", sa.Text, nullable=False, server_default=""),
        sa.Column("url", sa.Text, nullable=False, server_default=""),
        sa.Column("phone", sa.Text, nullable=False, server_default=""),
        sa.Column("notes", sa.Text, nullable=False, server_default="[]"),
        sa.Column("relation", sa.String(16)),
        sa.Column("register_used", sa.String(16), nullable=False, server_default="none"),
        sa.Column("connected_on", sa.Date),
        sa.Column("origin", sa.String(16), nullable=False, server_default="typed"),
        sa.Column("edited", sa.Text, nullable=False, server_default="[]"),
        sa.Column("import_key", sa.String(16)),
        sa.Column("name_folded", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True)),
        sa.Column("exchange_count", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_index("contacts_by_activity", "contacts", ["active_at", "id"])
    op.create_index("contacts_by_name", "contacts", ["name_folded", "id"])
    op.create_table(
        "exchanges",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column(
            "contact_id",
            sa.String(16),
            sa.ForeignKey("contacts.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("direction", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("gives", sa.Text),
        sa.Column("asks", sa.Text),
        sa.Column("corrected", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("origin", sa.String(16), nullable=False, server_default="typed"),
    )
    op.create_index("exchanges_of_contact", "exchanges", ["contact_id", "at"])
    unanalysed = sa.text("gives IS NULL")
    op.create_index(
        "exchanges_unanalysed",
        "exchanges",
        ["at"],
        sqlite_where=unanalysed,
        postgresql_where=unanalysed,
    )
    op.create_table(
        "profile",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("can_offer", sa.Text, nullable=False),
    )

"""What the person works on: drafts with their revisions, conversations, practice."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(32), primary_key=True),
        _of_contact(),
        sa.Column("recipient", sa.Text, nullable=False, server_default=""),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("drafts_of_contact", "drafts", ["contact_id"])
    op.create_table("erased_drafts", sa.Column("id", sa.String(32), primary_key=True))
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "draft_id",
            sa.String(32),
            sa.ForeignKey("drafts.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("critique", sa.Text),
        sa.Column("rewrite", sa.Text),
        sa.Column("model", sa.Text, nullable=False, server_default=""),
        sa.Column("prompt_version", sa.String(64), nullable=False, server_default=""),
    )
    op.create_index("revisions_of_draft", "revisions", ["draft_id"])
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer, primary_key=True),
        _of_contact(),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
    )
    op.create_index("turns_of_contact", "turns", ["contact_id", "id"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(32), primary_key=True),
        _of_contact(),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("sessions_of_contact", "sessions", ["contact_id"])


def _of_contact() -> sa.Column[str]:
    return sa.Column("contact_id", sa.String(16), sa.ForeignKey("contacts.id", ondelete="CASCADE"))

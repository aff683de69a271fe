"""Brings a database to the newest version, by numbered steps never changed once released.

A new step is a file of `migrations/versions/` whose `down_revision` is the last one's, and a new
`HEAD`. A step that makes a table anew (SQLite changes few things in place) does so with foreign
keys on: move the rows of the tables that point at it too.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Where Alembic finds the steps, and `env.py` which runs them.
SCRIPTS = Path(__file__).parent / "migrations"
#: The newest step. Said here so that a database which is at it opens without Alembic.
HEAD = "0002"


def migrate(connection: Connection) -> None:
    """Bring a database to `HEAD` within the connection's transaction: all of the way or not at all.

    Raises:
        sqlalchemy.exc.DBAPIError: the database refused a step.
    """
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    # Alembic's configuration knows `%` as the beginning of a variable.
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    command.upgrade(config, "head")

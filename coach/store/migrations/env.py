"""Run by Alembic: migrates over the connection it is handed, within that one's transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()

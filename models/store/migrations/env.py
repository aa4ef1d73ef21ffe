"""Alembic's door: the connection is handed in by ``models.store.engine.migrate``; nothing is read from files."""

from alembic import context

from models.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()

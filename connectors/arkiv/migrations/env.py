"""Alembic's way in: the connection is handed over by ``connectors.arkiv.migrate``, already in its transaction."""

from __future__ import annotations

from alembic import context

from connectors.arkiv.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

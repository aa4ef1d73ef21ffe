"""Opening the database of one store: SQLite with WAL and FULL (the default), or a schema of its own in PostgreSQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, Connection, make_url

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAddress:
    """Where a store is. For SQLite ``url`` is ``sqlite:///<path>``; for PostgreSQL ``schema`` names the organisation's own."""

    url: URL
    schema: str | None = None

    @classmethod
    def sqlite(cls, path: Path) -> StoreAddress:
        """A store in one file."""
        return cls(url=URL.create("sqlite", database=str(path)))

    @classmethod
    def postgres(cls, url: str, *, schema: str) -> StoreAddress:
        """A store in a schema of a PostgreSQL database. ``url`` as SQLAlchemy writes it (``postgresql+psycopg://…``).

        Raises:
            ValueError: the schema's name is not lower-case letters, digits and underscores.
        """
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
            raise ValueError(f"not a schema name: {schema!r}")
        return cls(url=make_url(url), schema=schema)

    @property
    def shared(self) -> bool:
        """Whether several machines may work on it (then posts are claimed by lease in the table)."""
        return self.url.get_backend_name() == "postgresql"


def make_engine(address: StoreAddress) -> Engine:
    """An engine whose every transaction is durable when its commit returns.

    SQLite: WAL with synchronous=FULL survives power loss (sqlite.org/pragma.html#pragma_synchronous; NORMAL only
    survives a crash of the process). Every transaction begins IMMEDIATE unless the connection says
    ``read_only``, so that a writer never fails half-way for a lock.
    """
    if address.shared:
        engine = create_engine(address.url, pool_size=10, max_overflow=20, pool_pre_ping=True)
        if address.schema is not None:
            _use_schema(engine, address.schema)
        return engine
    engine = create_engine(address.url, connect_args={"timeout": 60}, pool_size=10, max_overflow=50)

    @event.listens_for(engine, "connect")
    def _on_connect(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=60000",
            "cache_size=-512",
        ):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(conn: Connection) -> None:
        read_only = conn.get_execution_options().get("read_only", False)
        raw = conn.connection.driver_connection
        if raw is None:  # pragma: no cover - a connection that begins is open
            raise ValueError("no connection")
        # Neither of these can meet a lock, so neither needs SQLAlchemy's translation of errors, which costs more.
        raw.execute(f"PRAGMA query_only={int(read_only)}")
        if read_only:
            raw.execute("BEGIN")
        else:
            conn.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _use_schema(engine: Engine, schema: str) -> None:
    """Every connection works in the organisation's own schema and sees no other."""

    @event.listens_for(engine, "connect")
    def _on_connect(dbapi_connection: Any, _record: object) -> None:
        before = dbapi_connection.autocommit
        dbapi_connection.autocommit = True
        with dbapi_connection.cursor() as cursor:
            cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            cursor.execute(f'SET search_path TO "{schema}"')
        dbapi_connection.autocommit = before


class SchemaTooNew(Exception):
    """The database was made by a newer Postrobot; this one must not touch it."""


def migrate(engine: Engine, scripts: Path = MIGRATIONS) -> None:
    """Brings the schema to the newest version; does nothing when it is there already.

    Raises:
        SchemaTooNew: the database has a revision this version does not know.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(scripts))
    directory = ScriptDirectory.from_config(config)
    with engine.connect() as conn:
        current = MigrationContext.configure(conn).get_current_revision()
        conn.rollback()
    if current == directory.get_current_head():
        return
    known = {script.revision for script in directory.walk_revisions()}
    if current is not None and current not in known:
        raise SchemaTooNew(current)
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def schema_ready(engine: Engine) -> bool:
    """Whether the tables are there at all."""
    with engine.connect() as conn:
        return bool(engine.dialect.has_table(conn, "counter")) and conn.execute(text("SELECT 1")).scalar() == 1

"""The migrations make the tables that the code speaks of, once, and a newer file is left alone."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from connectors.arkiv import migrate as migrations
from connectors.arkiv.archive import EmbeddedArchive
from connectors.arkiv.tables import metadata
from models.errors import ConfigError


def opened(folder: Path) -> EmbeddedArchive:
    return EmbeddedArchive(folder, now=lambda: datetime.now(UTC))


def test_the_migrations_end_where_the_tables_are(tmp_path: Path) -> None:
    archive = opened(tmp_path)
    with archive.store.reading() as db:
        assert [] == compare_metadata(MigrationContext.configure(db.sqlalchemy), metadata)
    archive.close()


def test_head_is_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


def test_a_folder_with_a_percent_sign_and_opening_again_do_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "100 % æøå"
    opened(folder).close()
    opened(folder).close()
    assert (folder / "arkiv.db").is_file()


def test_a_file_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    opened(tmp_path).close()
    db = sqlite3.connect(tmp_path / "arkiv.db", isolation_level=None)
    db.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="nyere versjon"):
        opened(tmp_path)
    assert ("9999",) == db.execute("SELECT version_num FROM alembic_version").fetchone()

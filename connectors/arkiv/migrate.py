"""Brings the archive's file to the version this code knows. Alembic is loaded only when there is something to do."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from connectors.arkiv.store import ArkivStore
from models.errors import ConfigError, ConfigFault

HEAD = "0003"
_OLDER = frozenset({"0001", "0002"})


def migrate(store: ArkivStore) -> None:
    """Up to HEAD, in one transaction; a second process that opens at the same time waits and finds it done.

    Raises:
        ConfigError: the file was made by a newer version.
    """
    with store.reading() as link:
        if _version(link.sqlalchemy) == HEAD:
            return
    with store.writing("migrate") as link:
        connection = link.sqlalchemy
        version = _version(connection)
        if version == HEAD:
            return
        if version is not None and version not in _OLDER:
            raise ConfigError((_newer(store.file, version),))
        _upgrade(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # ConfigParser would take a percent sign in the path for a placeholder.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _newer(file: Path, version: str) -> ConfigFault:
    return ConfigFault(
        key="arkiv",
        expected=f"arkivfilen {file.name} er laget av en nyere versjon av Postrobot (skjema {version}, denne kan {HEAD})",
        suggestion="oppgrader Postrobot",
    )

"""The archive's SQLite file: how it is opened, and its two kinds of transaction.

WAL with synchronous=FULL: what is committed survives a power cut. The robot's own store never attaches this file (a WAL
commit is not atomic across files); it asks through ``submit`` and ``outcome``.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from models.errors import MaybeDone, OutOfReach, TryLater
from models.sql import Link
from models.steps import Point, step

CONNECTION = "arkiv"
_BUSY_AGAIN_S = 5.0
_FULL_AGAIN_S = 60.0


class ArkivStore:
    """One file; a pool of connections, one for each thread that asks at the moment."""

    def __init__(self, file: Path, *, busy_timeout_ms: int) -> None:
        self._busy_timeout_ms = busy_timeout_ms
        self.file = file
        self.engine: Engine = create_engine(
            f"sqlite:///{file}",
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=-1,
            connect_args={"check_same_thread": False},
        )
        event.listen(self.engine, "connect", self._on_connect)
        event.listen(self.engine, "begin", _on_begin)

    def _on_connect(self, connection: SqliteConnection, _record: Any) -> None:
        # The driver's own BEGIN would come too late and be the wrong kind; ours is in _on_begin.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={self._busy_timeout_ms}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @contextmanager
    def reading(self) -> Iterator[Link]:
        """A snapshot; blocks nobody.

        Raises:
            TryLater, OutOfReach: the file cannot be read now.
        """
        try:
            with self.engine.connect() as connection:
                connection.begin()
                yield Link(connection)
        except DatabaseError as error:
            raise _meaning(error) from error

    @contextmanager
    def writing(self, key: str) -> Iterator[Link]:
        """One transaction under the write lock; committed at the end, undone by any exception.

        Raises:
            TryLater, OutOfReach: nothing has taken effect.
            MaybeDone: the commit itself failed.
        """
        try:
            with self.engine.connect().execution_options(arkiv_write=True) as connection:
                transaction = connection.begin()
                try:
                    yield Link(connection)
                except BaseException:
                    transaction.rollback()
                    raise
                step(Point.K3_BEFORE_COMMIT)
                try:
                    transaction.commit()
                except OperationalError as error:
                    raise MaybeDone("arkivet svarte ikke på om skrivingen ble lagret", key=key) from error
                step(Point.K4_COMMITTED)
        except DatabaseError as error:
            raise _meaning(error) from error

    def close(self) -> None:
        """Lets go of all connections."""
        self.engine.dispose()


@contextmanager
def meaning_of_os_errors() -> Iterator[None]:
    """A full or broken disk under the documents, said as the robot understands it: nothing has taken effect."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise TryLater("det er ikke plass igjen på disken til arkivet", after_s=_FULL_AGAIN_S) from error
        if error.errno in (errno.EIO, errno.EROFS, errno.EACCES):
            raise OutOfReach("arkivets filer kan ikke brukes nå", connection=CONNECTION) from error
        raise


def _on_begin(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once, so that a write never has to be undone half-way for another's sake.
    write = connection.get_execution_options().get("arkiv_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _meaning(error: DatabaseError) -> Exception:
    """What the caller should do about an error of SQLite; an integrity error is a bug and stays what it is."""
    name = getattr(error.orig, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return TryLater("arkivet er opptatt", after_s=_BUSY_AGAIN_S)
    if name.startswith("SQLITE_FULL"):
        return TryLater("det er ikke plass igjen på disken til arkivet", after_s=_FULL_AGAIN_S)
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return OutOfReach(f"arkivfilen kan ikke brukes nå ({name})", connection=CONNECTION)
    return error

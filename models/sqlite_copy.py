"""A consistent copy of an SQLite file that others are writing to."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path


def copy_sqlite(source: Path, target: Path) -> None:
    """Copies the database as it is at one moment, durably, while others write; ``target`` must not be there.

    ``VACUUM INTO`` (sqlite.org/lang_vacuum.html): one read transaction, no log beside the copy, and nothing of what was
    deleted lingers in it, which a copy of the pages (backup API) would keep. Never a copy of the live file.

    Raises:
        sqlite3.Error: the database is damaged or locked, or the disk is full.
        FileExistsError: the target is there.
    """
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(handle)  # SQLite takes an empty file for none, and keeps its mode
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=60)) as database:
        database.isolation_level = None
        database.execute("VACUUM INTO ?", (str(target),))
    with target.open("rb") as made:
        os.fsync(made.fileno())


def damage(path: Path) -> str:
    """What is wrong with an SQLite file that nobody writes to, as SQLite says; empty when nothing is."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            told = [str(row[0]) for row in database.execute("PRAGMA integrity_check(3)")]
    except sqlite3.Error as error:
        return str(error)
    return "" if told == ["ok"] else "; ".join(told)

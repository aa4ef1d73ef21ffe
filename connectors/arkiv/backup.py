"""The archive's part of the robot's backup: a copy of its database, the files that copy names, and putting both back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from models.sqlite_copy import copy_sqlite

DATABASE = "arkiv.db"
FOLDER = "arkiv"


def copy_database(file: Path, into: Path) -> Path:
    """A consistent copy of the archive's database in the folder ``into``, while others write; returns its path.

    Files are only ever added to the archive, and are durable before the row that names them: what the copy names is there.
    """
    target = into / DATABASE
    copy_sqlite(file, target)
    return target


def named_files(database: Path) -> Iterator[tuple[str, int]]:
    """(SHA-256, size in bytes) of every file a copy names, each once."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
        yield from copy.execute(
            "SELECT sjekksum, max(filstoerrelse) FROM dokumentobjekt GROUP BY sjekksum ORDER BY sjekksum"
        )


def place_of(folder: Path, sha256: str) -> Path:
    """Where the archive in an organisation's ``folder`` keeps a file (see ``DocumentFolder``)."""
    return folder / FOLDER / sha256[:2] / sha256

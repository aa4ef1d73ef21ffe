"""What all parts of a transaction share: the connection, the time, and numbers under the write lock."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from models.sql import Link, Prepared
from models.store import tables as t


class Part:
    """Base of the mix-ins that make up :class:`models.store.store.Tx` and its reads. ``now`` is UTC epoch seconds."""

    def __init__(self, conn: Link, *, now: float) -> None:
        self.conn = conn
        self.now = now


_NUMBER = Prepared(select(t.counter.c.value).where(t.counter.c.name == bindparam("series")).with_for_update())
_NEXT_NUMBER = Prepared(update(t.counter).where(t.counter.c.name == bindparam("series")))
# Statements of the hot paths are made once: to build one costs more than SQLite takes to answer it.


def next_number(conn: Link, name: str) -> int:
    """The next number of a gap-free series (``post``, ``effect``), under the write lock."""
    number = int(conn.execute(_NUMBER, {"series": name}).scalar_one()) + 1
    conn.execute(_NEXT_NUMBER, {"series": name, "value": number})
    return number

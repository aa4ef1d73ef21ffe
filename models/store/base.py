"""What all parts of a transaction share: the connection, the time, and numbers under the write lock."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from models.store import tables as t


class Part:
    """Base of the mix-ins that make up :class:`models.store.store.Tx` and its reads. ``now`` is UTC epoch seconds."""

    def __init__(self, conn: Connection, *, now: float) -> None:
        self.conn = conn
        self.now = now


def next_number(conn: Connection, name: str) -> int:
    """The next number of a gap-free series (``post``, ``effect``), under the write lock."""
    query = select(t.counter.c.value).where(t.counter.c.name == name).with_for_update()
    number = int(conn.execute(query).scalar_one()) + 1
    conn.execute(update(t.counter).where(t.counter.c.name == name).values(value=number))
    return number

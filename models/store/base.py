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


class NumberTx(Part):
    """Gap-free series under the write lock. A series is read at its first number and written once, at the end."""

    def __init__(self, conn: Link, *, now: float) -> None:
        super().__init__(conn, now=now)
        self._numbers: dict[str, int] = {}

    def next_number(self, series: str) -> int:
        """The next number of ``post`` or ``effect``."""
        last = self._numbers.get(series)
        if last is None:
            last = int(self.conn.execute(_NUMBER, {"series": series}).scalar_one())
        self._numbers[series] = last + 1
        return last + 1

    def seal(self) -> None:
        """Writes what the transaction has gathered; called once, just before the commit."""
        for series, last in self._numbers.items():
            self.conn.execute(_NEXT_NUMBER, {"series": series, "value": last})

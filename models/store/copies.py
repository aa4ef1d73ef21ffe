"""Reading a store's copy as it lies in a backup: nothing is changed there, not even a log beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from models.sql import Link
from models.store.audit_tx import events_after
from models.store.store import Reads

_BATCH = 1000


@contextmanager
def reading_copy(path: Path, *, now: float = 0.0) -> Iterator[Reads]:
    """The questions of a store, asked of a copy.

    Raises:
        sqlalchemy.exc.DatabaseError: it is no database, or damaged.
    """
    engine = create_engine(f"sqlite:///file:{path.absolute()}?mode=ro&immutable=1&uri=true")
    try:
        with engine.connect() as conn:
            conn.begin()
            yield Reads(Link(conn), now=now)
            conn.rollback()
    finally:
        engine.dispose()


def all_events(reads: Reads) -> Iterator[Mapping[str, object]]:
    """Every audit event in order, as ``robot.audit`` checks them."""
    seq = 0
    while True:
        rows = [dict(row._mapping) for row in events_after(reads, seq, limit=_BATCH)]
        for row in rows:
            yield {**row, "details": json.loads(str(row["details"]))}
        if len(rows) < _BATCH:
            return
        seq = int(str(rows[-1]["seq"]))

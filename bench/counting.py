"""Counts file barriers and archive commits of a run in this process. SQLite's own fsyncs lie inside its commits and are
not file barriers; the sandbox's children write nothing that must last."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event


@contextmanager
def file_barriers() -> Iterator[Counter[str]]:
    """Counts ``os.fsync`` and ``os.fdatasync`` by the part of the house that called: ``robot`` or ``archive``."""
    found: Counter[str] = Counter()
    lock = threading.Lock()
    real = {name: getattr(os, name) for name in ("fsync", "fdatasync")}

    def counted(call: Any) -> Any:
        def sync(descriptor: int) -> None:
            module = str(sys._getframe(1).f_globals.get("__name__", ""))
            with lock:
                found["archive" if module.startswith("connectors.arkiv") else "robot"] += 1
            call(descriptor)

        return sync

    for name, call in real.items():
        setattr(os, name, counted(call))
    try:
        yield found
    finally:
        for name, call in real.items():
            setattr(os, name, call)


def count_archive_commits(engine: Engine) -> Counter[str]:
    """Counts the write transactions that the embedded archive commits, from now on, under ``archive``."""
    found: Counter[str] = Counter()

    @event.listens_for(engine, "commit")
    def _on_commit(connection: Connection) -> None:
        if connection.get_execution_options().get("arkiv_write", False):
            found["archive"] += 1

    return found

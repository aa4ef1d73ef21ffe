"""One daemon or run at a time on a state folder: a stopped process keeps the lock, a dead one frees it (flock)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import Locked


@contextmanager
def hold(state: Path) -> Iterator[None]:
    """Holds the state folder for the block.

    Raises:
        Locked: another process holds it; the message names its process id.
    """
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = state / "låst-av"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(handle, 20).decode("ascii", "replace").strip() or "ukjent"
            raise Locked(
                f"En annen Postrobot arbeider allerede i {state} (prosess {owner}). "
                "Stans den først, eller vent til den er ferdig."
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        os.close(handle)

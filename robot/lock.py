"""One daemon or run at a time on a state folder: a stopped process keeps the lock, a dead one frees it (flock).

Beside it, a lock of each organisation's folder between those who remove files there and those who copy them.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import Locked, TryLater


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


@contextmanager
def may_remove(folder: Path) -> Iterator[None]:
    """Held by whoever removes files of an organisation (retention, tidying): not while they are being copied.

    Raises:
        TryLater: a backup is being taken, or another is removing.
    """
    with _files(folder, fcntl.LOCK_EX):
        yield


@contextmanager
def nothing_removed(folder: Path) -> Iterator[None]:
    """Held by whoever copies an organisation's files: nothing is removed meanwhile. Several may copy at once.

    Raises:
        TryLater: files are being removed now.
    """
    with _files(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def _files(folder: Path, kind: int) -> Iterator[None]:
    handle = os.open(folder / "låst-filer", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TryLater(
                "En sikkerhetskopi eller en sletting er i gang; prøves igjen når den er ferdig.", after_s=60
            ) from None
        yield
    finally:
        os.close(handle)

"""Bytes by their SHA-256: written once, never changed. ``files/ab/cdef…``, 256 folders made at the start."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from models.steps import Point, step


class BlobStore:
    """Content-addressed files of one organisation.

    Order of durability (reliability.md, F3): file fsync < rename < folder fsync; only then may a row name the hash.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Makes the 256 folders, durably, so that later writes need one folder fsync each."""
        if (self.folder / "ff").is_dir():
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for n in range(256):
            (self.folder / f"{n:02x}").mkdir(exist_ok=True, mode=0o700)
        _sync_folder(self.folder)
        _sync_folder(self.folder.parent)

    def path(self, sha256: str) -> Path:
        """Where the bytes of a hash stand (whether or not they are there)."""
        return self.folder / sha256[:2] / sha256[2:]

    def has(self, sha256: str) -> bool:
        """Whether the bytes are there (not whether they are whole: see :meth:`intact`)."""
        return self.path(sha256).is_file()

    def adopt(self, source: Path, sha256: str) -> Path:
        """Takes over a spooled file durably and returns its place; the source is gone afterwards.

        A hash that is there already is kept as it is. ``source`` may be on another file system.

        Raises:
            OSError: disk full and the like; nothing is half there under the final name.
        """
        target = self.path(sha256)
        if target.is_file():
            source.unlink()
            return target
        if source.stat().st_dev != self.folder.stat().st_dev:
            source = _copied_near(source, target)
        with source.open("rb") as spooled:
            os.fsync(spooled.fileno())
        step(Point.S2_SYNCED)
        source.chmod(0o400)
        source.rename(target)
        step(Point.S2_RENAMED)
        _sync_folder(target.parent)
        step(Point.S2_KEPT)
        return target

    def intact(self, sha256: str) -> bool:
        """Whether the bytes are there and still have their hash."""
        path = self.path(sha256)
        if not path.is_file():
            return False
        with path.open("rb") as blob:
            return hashlib.file_digest(blob, "sha256").hexdigest() == sha256


def _copied_near(source: Path, target: Path) -> Path:
    """A copy of ``source`` on the target's file system, under a temporary name; the source is removed."""
    near = target.with_name(f".{target.name}.{os.getpid()}.part")
    shutil.copyfile(source, near)
    source.unlink()
    return near


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

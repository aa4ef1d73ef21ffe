"""Brings home what a child left behind, trusting nothing: only plain files of its own folder, by names we made."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file brought home: where it is now, how large, and its SHA-256, all measured by us."""

    path: Path
    size_bytes: int
    sha256: str


def bring_home(folder: Path, name: str, to: Path, *, most_bytes: int) -> Kept | None:
    """Moves ``folder/name`` to ``to``; None when it is not there, not a plain file of its own, or too large.

    A subverted child may have left a symbolic link, a hard link to someone else's file, a pipe or a folder: none of
    them is followed or opened for reading. The child is dead by now, so nothing changes between the look and the move.
    """
    try:
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(name, flags, dir_fd=directory)
    except OSError:
        return None
    else:
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1 or facts.st_size > most_bytes:
                return None
            digest = hashlib.sha256()
            while piece := file.read(_CHUNK):
                digest.update(piece)
        os.rename(name, to, src_dir_fd=directory)
        return Kept(path=to, size_bytes=facts.st_size, sha256=digest.hexdigest())
    finally:
        os.close(directory)


def fingerprint(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest()

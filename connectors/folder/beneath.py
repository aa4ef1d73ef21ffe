"""Reaching files beneath a root without ever following a link, by folder descriptors.

People can write in the watched folder. A path is therefore walked one name at a time: a sub-folder that is swapped for
a link between two calls leads to an error, never out of the folder.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: a FIFO put in the file's place must not hang us; it has no effect on a regular file.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What tells one state of a file from another without reading it."""

    size: int
    mtime_ns: int
    ino: int

    @classmethod
    def of(cls, found: os.stat_result) -> Mark:
        """The mark of a stat result."""
        return cls(size=found.st_size, mtime_ns=found.st_mtime_ns, ino=found.st_ino)


@contextmanager
def folder_of(root: Path, relative: str, *, create: bool = False) -> Iterator[tuple[int, str]]:
    """The open folder that holds ``relative``, and the last name in it.

    Raises:
        FileNotFoundError: a folder on the way is missing (and ``create`` is False).
        NotADirectoryError: a name on the way is a file or a link.
    """
    *folders, name = relative.split("/")
    if create:
        root.mkdir(parents=True, exist_ok=True)
    # The root itself may be a link: it is the operator's choice, not a sender's.
    at = os.open(root, _FOLDER & ~os.O_NOFOLLOW)
    try:
        for folder in folders:
            if create:
                try:
                    os.mkdir(folder, dir_fd=at)
                except FileExistsError:
                    pass
            deeper = os.open(folder, _FOLDER, dir_fd=at)
            os.close(at)
            at = deeper
        yield at, name
    finally:
        os.close(at)


def mark_of(root: Path, relative: str) -> Mark | None:
    """The mark of a regular file; None when there is none (missing, a folder, a link, a device)."""
    try:
        with folder_of(root, relative) as (at, name):
            found = os.stat(name, dir_fd=at, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Mark.of(found) if stat.S_ISREG(found.st_mode) else None


def open_file(root: Path, relative: str) -> int:
    """Opens a file for reading; the caller closes the descriptor.

    Raises:
        OSError: as of ``open``; ELOOP for a link, ENOTDIR for a link on the way.
    """
    with folder_of(root, relative) as (at, name):
        return os.open(name, _FILE, dir_fd=at)

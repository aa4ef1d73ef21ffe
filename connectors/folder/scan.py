"""Walking the watched folder: what is post, what is not, and what must be told to people."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.folder.beneath import Mark
from connectors.folder.settings import ignored, unfinished

Report = Callable[[str, str, int], None]
"""``(kind, path relative to the watched folder, inode)`` for what is not taken and somebody should know of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A regular file as the walk met it; ``changed_ns`` is the later of content and inode change."""

    path: str
    mark: Mark
    changed_ns: int


def walk(root: Path, report: Report) -> Iterator[Seen]:
    """Every regular file beneath ``root`` that may be post, in no order. Links are never followed, so loops end.

    Raises:
        OSError: the root itself cannot be read. Trouble further down is reported and passed over.
    """
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    seen = _look_at(entry, path, folders, report)
                    if seen is not None:
                        yield seen
        except FileNotFoundError:
            if not folder:
                raise
            # A sub-folder that went away in the meantime took its files with it.
        except OSError:
            # No permission, a path longer than the system can open, a disk error in that folder alone.
            if not folder:
                raise
            report("unreadable", folder, 0)


def _look_at(entry: os.DirEntry[str], path: str, folders: list[str], report: Report) -> Seen | None:
    if ignored(entry.name):
        if unfinished(entry.name) and not entry.is_symlink() and entry.is_file(follow_symlinks=False):
            report("unfinished", path, entry.inode())
        return None
    if entry.is_symlink():
        report("symlink", path, entry.inode())
        return None
    if entry.is_dir(follow_symlinks=False):
        folders.append(path)
        return None
    try:
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        report("not_a_file", path, entry.inode())
        return None
    return Seen(path=path, mark=Mark.of(found), changed_ns=max(found.st_mtime_ns, found.st_ctime_ns))

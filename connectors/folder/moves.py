"""Moving a file between the robot's places, so that a repeat after a crash at any point ends the same.

Nothing is ever overwritten: the new name is made by a hard link, which fails when the name is taken, and only then is
the old name removed. A crash between the two leaves one file with two names, and the repeat removes the old one.

Barriers: none for a move on one file system. The robot's own store already holds the bytes durably, and a move that a
power cut takes back only makes the file be offered again under the same key. Copying to another file system ends in
removing the original, so there the copy is flushed first.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from connectors.folder.beneath import Mark, folder_of, mark_of, open_file
from models.steps import Point, step

_CHUNK = 1024 * 1024
_NAME_BYTES = 255
_NO_LINKS = frozenset({errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The file we mean: its mark when it was downloaded, its hash, and a short key for name clashes."""

    home: str
    mark: Mark
    sha256: str
    short_key: str


def names_for(wanted: Wanted) -> tuple[str, ...]:
    """The names a file may have at a place, in order of preference.

    Its own; with the key appended when that is taken; and in the place's root when a *file* stands where one of its
    folders should be. The key is made from path, mark and content, so a keyed name belongs to one file only.
    """
    folder, _, name = wanted.home.rpartition("/")
    stem, extension = os.path.splitext(name)  # noqa: PTH122 - a name, not a path
    tail = f"-{wanted.short_key}{extension}"
    room = _NAME_BYTES - len(os.fsencode(tail))
    keyed = (os.fsdecode(os.fsencode(stem)[:room]) if room > 0 else "") + (tail if room > 0 else f"-{wanted.short_key}")
    return (wanted.home, f"{folder}/{keyed}", keyed) if folder else (wanted.home, keyed)


def find(place: Path, wanted: Wanted, *, by_content: bool) -> tuple[str, Mark] | None:
    """Where at ``place`` the file is, by its mark or (a copy has another inode) by its content; None: not there."""
    names = names_for(wanted)
    # By content the keyed names come first: under its own name another post with the same content may lie.
    for name in reversed(names) if by_content else names:
        mark = mark_of(place, name)
        if mark is not None and (is_content(place, name, mark, wanted) if by_content else mark == wanted.mark):
            return name, mark
    return None


def is_content(place: Path, name: str, mark: Mark, wanted: Wanted) -> bool:
    """Whether the file there has the content we downloaded. False when the hash is not known."""
    return bool(wanted.sha256) and mark.size == wanted.mark.size and _hash(place, name) == wanted.sha256


def move(source: Path, path: str, target: Path, wanted: Wanted) -> tuple[str, Mark]:
    """Moves ``source/path`` to ``target`` under the first free name; returns name and mark there.

    Raises:
        FileNotFoundError: the file went away meanwhile.
        FileExistsError: every name is taken by something else.
        OSError: the disk says no; nothing is lost, and the call can be repeated.
    """
    for name in names_for(wanted):
        try:
            with folder_of(source, path) as (from_fd, old), folder_of(target, name, create=True) as (to_fd, new):
                if not _same_file(from_fd, old, to_fd, new):
                    _rename(from_fd, old, to_fd, new)
                elif source != target or path != name:
                    os.unlink(old, dir_fd=from_fd)
        except (FileExistsError, NotADirectoryError):
            continue
        mark = mark_of(target, name)
        if mark is None:
            raise FileNotFoundError(errno.ENOENT, "the moved file went away")
        return name, mark
    raise FileExistsError(errno.EEXIST, "every name is taken")


def _hash(place: Path, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with os.fdopen(open_file(place, name), "rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


def _same_file(from_fd: int, old: str, to_fd: int, new: str) -> bool:
    """Whether both names are one file: a move that was cut off between making the new name and removing the old."""
    here = os.stat(old, dir_fd=from_fd, follow_symlinks=False)
    try:
        there = os.stat(new, dir_fd=to_fd, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(here, there)


def _rename(from_fd: int, old: str, to_fd: int, new: str) -> None:
    try:
        os.link(old, new, src_dir_fd=from_fd, dst_dir_fd=to_fd, follow_symlinks=False)
    except OSError as error:
        if error.errno == errno.EXDEV:
            _copy(from_fd, old, to_fd, new)
        elif error.errno in _NO_LINKS:
            # A file system without hard links, or one that forbids linking other people's files. Only the robot writes
            # at its places, so asking first is good enough there.
            _rename_if_free(from_fd, old, to_fd, new)
            return
        else:
            raise
    step(Point.M1_LINKED)
    os.unlink(old, dir_fd=from_fd)
    step(Point.M2_MOVED)


def _rename_if_free(from_fd: int, old: str, to_fd: int, new: str) -> None:
    try:
        os.stat(new, dir_fd=to_fd, follow_symlinks=False)
    except FileNotFoundError:
        try:
            os.rename(old, new, src_dir_fd=from_fd, dst_dir_fd=to_fd)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy(from_fd, old, to_fd, new)
            os.unlink(old, dir_fd=from_fd)
    else:
        raise FileExistsError(errno.EEXIST, "the name is taken")


def _copy(from_fd: int, old: str, to_fd: int, new: str) -> None:
    """Copies across file systems under a hidden name, flushes, and only then gives it its name."""
    hidden = f".{hashlib.sha256(os.fsencode(new)).hexdigest()[:16]}.part"
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(old, flags, dir_fd=from_fd), "rb") as source:
        found = os.fstat(source.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise FileNotFoundError(errno.ENOENT, "no longer a regular file")
        # What an earlier crash left under the hidden name is ours and half a copy.
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(hidden, flags, 0o640, dir_fd=to_fd), "wb") as copy:
            while chunk := source.read(_CHUNK):
                copy.write(chunk)
            copy.flush()
            os.utime(copy.fileno(), ns=(found.st_atime_ns, found.st_mtime_ns))
            os.fsync(copy.fileno())
    try:
        os.link(hidden, new, src_dir_fd=to_fd, dst_dir_fd=to_fd, follow_symlinks=False)
        os.unlink(hidden, dir_fd=to_fd)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            os.unlink(hidden, dir_fd=to_fd)
            raise
        _rename_if_free(to_fd, hidden, to_fd, new)

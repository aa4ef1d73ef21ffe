"""The archive's own files, by checksum: hard links of what it was handed, so that no purge elsewhere can reach them.

The only module of the archive that asks for barriers: one directory fsync for a new file (two barriers where a link is
not possible and the bytes are copied).
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import time
from pathlib import Path

from connectors.arkiv.formats import pronom
from connectors.arkiv.unit import refuse
from models.archive import Dokument
from models.steps import Point, step

_COPY_INSTEAD = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS, errno.EACCES})
_HEAD_BYTES = 1024


def fsync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class DocumentFolder:
    """``ab/abcdef…`` under one folder; 256 sub-folders, made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._prefix = f"{folder}/"
        if not (folder / "ff").is_dir():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for n in range(256):
                (folder / f"{n:02x}").mkdir(exist_ok=True, mode=0o700)
            fsync_folder(folder)
            fsync_folder(folder.parent)

    def path_of(self, sha256: str) -> Path:
        """Where the file with this checksum lies, or would lie."""
        return self._folder / sha256[:2] / sha256

    def has(self, sha256: str, size_bytes: int) -> bool:
        """Whether the file lies there with this size."""
        try:
            # A full sweep asks for every file there is: a Path would cost more than the question.
            return os.stat(f"{self._prefix}{sha256[:2]}/{sha256}").st_size == size_bytes  # noqa: PTH116
        except FileNotFoundError:
            return False

    def intact(self, sha256: str) -> bool:
        """Reads the whole file and compares."""
        return checksum(self.path_of(sha256)) == sha256

    def keep(self, path: Path, sha256: str) -> None:
        """Takes in a file that :func:`checked` has seen; durable on return. Repeating it does no harm."""
        target = self.path_of(sha256)
        try:
            os.link(path, target)
        except FileExistsError:
            # Left by a crash before its commit, or taken in by a neighbour this instant; not known to be durable.
            if not self.intact(sha256):
                self._copy(path, target)
            # A new ctime, so that no clean-up takes it for an old stray before the commit that names it.
            target.chmod(stat.S_IMODE(target.stat().st_mode))
        except OSError as error:
            if error.errno not in _COPY_INSTEAD:
                raise
            self._copy(path, target)
        step(Point.K1_LINKED)
        fsync_folder(target.parent)
        step(Point.K2_KEPT)

    def keep_copy(self, path: Path, sha256: str) -> None:
        """Takes in a file made here (an archive variant): its bytes too are made durable, whoever wrote them."""
        target = self.path_of(sha256)
        if not (target.is_file() and self.intact(sha256)):
            self._copy(path, target)
        fsync_folder(target.parent)

    def _copy(self, path: Path, target: Path) -> None:
        temporary = target.with_name(f".{target.name}.{os.getpid()}.{time.monotonic_ns()}")
        with path.open("rb") as source, temporary.open("xb") as into:
            shutil.copyfileobj(source, into, 1 << 20)
            into.flush()
            os.fsync(into.fileno())
        temporary.chmod(0o440)
        temporary.replace(target)

    def remove_strays(self, known: frozenset[str], *, older_than_s: float, now_s: float) -> int:
        """Removes what a crash left: files no document names, untouched for long. Returns how many."""
        removed = 0
        for shard in self._folder.iterdir():
            for path in shard.iterdir():
                # ctime: a link keeps the old mtime of its file.
                if path.name not in known and now_s - path.stat().st_ctime > older_than_s:
                    path.unlink()
                    removed += 1
        return removed


def checksum(path: Path) -> str | None:
    """SHA-256 as hex; None when there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def checked(dokument: Dokument) -> str:
    """Reads the file and compares size and SHA-256 with what was said; returns its PRONOM code.

    Raises:
        NeedsHuman: the file is missing or another than said.
    """
    name = dokument.filnavn or dokument.sha256[:12]
    try:
        with dokument.path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size != dokument.size_bytes:
                refuse(f"filen «{name}» er {size} byte, ikke {dokument.size_bytes} (M707)")
            head = file.read(_HEAD_BYTES)
            file.seek(0)
            if hashlib.file_digest(file, "sha256").hexdigest() != dokument.sha256:
                refuse(f"filen «{name}» har en annen sjekksum (M705) enn oppgitt")
    except FileNotFoundError:
        refuse(f"filen «{name}» finnes ikke i fillageret")
    return pronom(head, dokument.mime_type)

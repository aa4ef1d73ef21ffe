"""ZIP, tar and gzip → their members, streamed one by one into the post's own folder; nothing is written elsewhere.

A member's name is text to show and never a path, so ``../`` and drive letters lead nowhere; what is no plain file
(links, devices) and what cannot be unpacked is recorded by name.
"""

from __future__ import annotations

import gzip
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, cast

from models.reading import PartKind
from models.reasons import ReasonCode
from robot.reading.contract import Collector, PartResult, Unreadable
from robot.reading.unzip import ZIP_FAULTS, Budget, open_zip

_FIFO_TYPES = {
    stat.S_IFLNK: "lenke",
    stat.S_IFCHR: "enhet",
    stat.S_IFBLK: "enhet",
    stat.S_IFIFO: "rør",
    stat.S_IFSOCK: "sokkel",
}
_METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}
_MAX_NAME = 4_000


def read_zip(path: Path, ref: str, collector: Collector) -> PartResult:
    """Members of a ZIP file as MEMBER children. An archive without members is read, and has none.

    Raises:
        Unreadable: DAMAGED, TOO_MANY_PARTS, TOO_DEEP, TOO_LARGE; ENCRYPTED when every file in it is.
    """
    limits = collector.limits
    budget = Budget(total_bytes=limits.unpacked_bytes, ratio=limits.member_ratio)
    with open_zip(path) as archive:
        entries = [info for info in archive.infolist() if not _is_folder(info)]
        if len(entries) > limits.members:
            raise Unreadable(ReasonCode.TOO_MANY_PARTS, f"Arkivet har over {limits.members} filer ({len(entries)}).")
        if entries and all(_encrypted(info) for info in entries):
            raise Unreadable(ReasonCode.ENCRYPTED, "Alle filene i arkivet er beskyttet med passord.")
        for info in entries:
            _zip_member(archive, info, ref, collector, budget)
    return PartResult()


def _is_folder(info: zipfile.ZipInfo) -> bool:
    """A folder entry. A «folder» with content is a file whose name ends oddly, and is not dropped."""
    return info.filename.endswith(("/", "\\")) and info.file_size == 0


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name. Without the UTF-8 flag it is UTF-8 all the same when it fits, else the code page of Norwegian
    Windows (850), which is what Explorer writes; the standard library takes it for 437."""
    name = info.filename[:_MAX_NAME]
    if info.flag_bits & 0x800 or name.isascii():
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp850")


def _encrypted(info: zipfile.ZipInfo) -> bool:
    return bool(info.flag_bits & 0x1) or info.compress_type == 99


def _zip_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, ref: str, collector: Collector, budget: Budget
) -> None:
    name = _name(info)
    kind = _FIFO_TYPES.get(stat.S_IFMT(info.external_attr >> 16)) if info.create_system == 3 else None
    if _encrypted(info):
        _failed(collector, ref, name, ReasonCode.ENCRYPTED, "Filen i arkivet er beskyttet med passord.")
    elif kind:
        _failed(collector, ref, name, ReasonCode.UNSUPPORTED_TYPE, f"Er en {kind} og ingen fil; pakkes ikke ut.")
    elif info.compress_type in _METHODS and info.compress_type not in (12, 14):
        method = _METHODS[info.compress_type]
        _failed(collector, ref, name, ReasonCode.UNSUPPORTED_TYPE, f"Er pakket med {method}, som ikke kan leses.")
    else:
        _stream(lambda: archive.open(info), name, info.compress_size, ref, collector, budget)


def _stream(
    opener: Callable[[], IO[bytes] | AbstractContextManager[IO[bytes]]],
    name: str,
    packed_bytes: int,
    ref: str,
    collector: Collector,
    budget: Budget,
) -> None:
    """Unpacks one member into a temporary file and hands it on; a broken one is recorded by name.

    Raises:
        Unreadable: TOO_LARGE, TOO_MANY_PARTS or TOO_DEEP, for the whole archive.
    """
    with tempfile.TemporaryDirectory(prefix="medlem-") as folder:
        unpacked = Path(folder) / "medlem"
        try:
            with opener() as stream, unpacked.open("wb") as out:
                for chunk in budget.chunks(stream, packed_bytes):
                    out.write(chunk)
        except RuntimeError:
            _failed(collector, ref, name, ReasonCode.ENCRYPTED, "Filen i arkivet er beskyttet med passord.")
            return
        except ZIP_FAULTS:
            _failed(collector, ref, name, ReasonCode.DAMAGED, "Filen i arkivet er skadet og kan ikke pakkes ut.")
            return
        collector.add(ref, PartKind.MEMBER, unpacked, name=name, declared_type="")


def _failed(collector: Collector, ref: str, name: str, reason: ReasonCode, detail: str) -> None:
    collector.failed(ref, PartKind.MEMBER, name=name, declared_type="", reason=reason, detail=detail)


def read_gzip(path: Path, ref: str, collector: Collector) -> PartResult:
    """The one file inside a gzip file (a tar inside is then read as one).

    Raises:
        Unreadable: DAMAGED, TOO_LARGE, TOO_DEEP.
    """
    limits = collector.limits
    budget = Budget(total_bytes=limits.unpacked_bytes, ratio=limits.member_ratio)
    with tempfile.TemporaryDirectory(prefix="medlem-") as folder:
        unpacked = Path(folder) / "medlem"
        try:
            with gzip.open(path) as stream, unpacked.open("wb") as out:
                for chunk in budget.chunks(cast(IO[bytes], stream), path.stat().st_size):
                    out.write(chunk)
        except ZIP_FAULTS as error:
            raise Unreadable(ReasonCode.DAMAGED, "gzip-filen er skadet og kan ikke pakkes ut.") from error
        collector.add(ref, PartKind.MEMBER, unpacked, name=_gzip_name(path), declared_type="")
    return PartResult()


def _gzip_name(path: Path) -> str:
    """The name in the header (RFC 1952 2.3.1), in Latin-1."""
    with path.open("rb") as file:
        head = file.read(1024)
    if len(head) < 12 or not head[3] & 0x08 or head[3] & 0x04:
        return ""
    return head[10:].partition(b"\0")[0].decode("latin-1")


def read_tar(path: Path, ref: str, collector: Collector) -> PartResult:
    """Members of an uncompressed tar file as MEMBER children.

    Raises:
        Unreadable: DAMAGED, TOO_MANY_PARTS, TOO_DEEP, TOO_LARGE.
    """
    limits = collector.limits
    budget = Budget(total_bytes=limits.unpacked_bytes, ratio=limits.member_ratio)
    try:
        with tarfile.open(path, "r:") as archive:
            for number, info in enumerate(_tar_files(archive)):
                if number >= limits.members:
                    raise Unreadable(ReasonCode.TOO_MANY_PARTS, f"Arkivet har over {limits.members} filer.")
                if not info.isreg():
                    detail = "Er en lenke eller enhet og ingen fil; pakkes ikke ut."
                    _failed(collector, ref, info.name[:_MAX_NAME], ReasonCode.UNSUPPORTED_TYPE, detail)
                    continue
                stream = archive.extractfile(info)
                if stream is not None:
                    _stream(lambda opened=stream: opened, info.name[:_MAX_NAME], info.size, ref, collector, budget)  # type: ignore[misc]
    except tarfile.TarError as error:
        raise Unreadable(ReasonCode.DAMAGED, "tar-filen er skadet og kan ikke åpnes.") from error
    return PartResult()


def _tar_files(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    return (info for info in archive if not info.isdir())

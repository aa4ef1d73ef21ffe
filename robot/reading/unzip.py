"""Opening ZIP members with limits that are held while streaming; sizes in the directory are never trusted."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from models.reasons import ReasonCode
from robot.reading.contract import Unreadable

CHUNK = 256 * 1024
RATIO_FLOOR = 4 * 1024 * 1024
"""A member may always unpack to this many bytes: small text compresses more than a hundred times, and harmlessly."""

ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    ValueError,
    OSError,
    struct.error,
    IndexError,
    KeyError,
    OverflowError,
)
"""What the standard library raises on broken or unknown archives."""


class Budget:
    """Bytes that may still be unpacked, and the ratio a member may have."""

    def __init__(self, *, total_bytes: int, ratio: int) -> None:
        self._left = total_bytes
        self._total = total_bytes
        self._ratio = ratio

    def chunks(self, stream: IO[bytes], packed_bytes: int) -> Iterator[bytes]:
        """The bytes of one member.

        Raises:
            Unreadable: TOO_LARGE as soon as a limit is passed; the sentence names it.
        """
        out = 0
        while chunk := stream.read(CHUNK):
            out += len(chunk)
            self._left -= len(chunk)
            if self._left < 0:
                raise Unreadable(ReasonCode.TOO_LARGE, f"Pakker ut til over {self._total // 1024 // 1024} MB.")
            if out > max(RATIO_FLOOR, packed_bytes * self._ratio):
                raise Unreadable(
                    ReasonCode.TOO_LARGE, f"Et medlem pakker ut til over {self._ratio} ganger sin størrelse."
                )
            yield chunk


def open_zip(path: Path) -> zipfile.ZipFile:
    """The archive, its directory read.

    Raises:
        Unreadable: DAMAGED.
    """
    try:
        return zipfile.ZipFile(path)
    except ZIP_FAULTS as error:
        raise Unreadable(ReasonCode.DAMAGED, "ZIP-filen er skadet og kan ikke åpnes.") from error


def member_bytes(archive: zipfile.ZipFile, name: str, budget: Budget) -> bytes:
    """All bytes of a named member, within the budget.

    Raises:
        Unreadable: DAMAGED, ENCRYPTED, TOO_LARGE.
    """
    try:
        info = archive.getinfo(name)
        if info.flag_bits & 0x1:
            raise Unreadable(ReasonCode.ENCRYPTED, "Filen er beskyttet med passord.")
        with archive.open(info) as stream:
            return b"".join(budget.chunks(stream, info.compress_size))
    except RuntimeError as error:
        raise Unreadable(ReasonCode.ENCRYPTED, "Filen er beskyttet med passord.") from error
    except ZIP_FAULTS as error:
        raise Unreadable(ReasonCode.DAMAGED, "Filen er skadet og kan ikke åpnes.") from error

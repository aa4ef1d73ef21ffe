"""Opening compound files (OLE2, MS-CFB) without letting their header choose how much memory is taken."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from olefile import OleFileIO

OLE_FAULTS = (
    OSError,
    ValueError,
    IndexError,
    TypeError,
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    MemoryError,
    struct.error,
)
"""What olefile raises on damaged files."""


def open_ole(path: Path) -> OleFileIO:
    """The opened file.

    olefile reads sectors of whatever size the header names; MS-CFB 2.2 knows 512 bytes (version 3) and 4,096 (version 4).

    Raises:
        ValueError: the header names another sector size. Otherwise any of ``OLE_FAULTS``.
    """
    from olefile import OleFileIO

    with path.open("rb") as file:
        head = file.read(34)
    if len(head) < 34 or struct.unpack_from("<HH", head, 30) not in ((9, 6), (12, 6)):
        raise ValueError("no sector size of a compound file")
    return OleFileIO(str(path))

"""Properties of Outlook messages, recipients and attachments. Source: MS-OXMSG, MS-OXPROPS.

python-oxmsg opens the compound file; the properties are read from their streams here, because its own access gives up
on the whole message when one property is odd.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from models.reasons import ReasonCode
from robot.reading.charset import decode
from robot.reading.contract import Unreadable
from robot.reading.html import decode_html, html_text
from robot.reading.mailheaders import one_line
from robot.reading.ole import open_ole
from robot.reading.rtf import decompress, rtf_text
from robot.reading.text import tidied

if TYPE_CHECKING:
    from oxmsg.storage import Storage

_PROPERTIES = "__properties_version1.0"
_BODY, _HTML, _RTF = 0x1000, 0x1013, 0x1009
_CODEPAGE, _INTERNET_CODEPAGE = 0x3FFD, 0x3FDE
_NAME, _FILENAME, _LONG_FILENAME, DATA = 0x3001, 0x3704, 0x3707, 0x3701
ROOT_HEADER, NESTED_HEADER, PART_HEADER = 32, 24, 8
"""Bytes before the first property: in the file's own message, in a message inside one, in recipients and attachments."""
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Properties:
    """Fixed properties stand in one stream, the others in a stream each."""

    fixed: dict[int, bytes]
    streams: dict[str, bytes]
    charset: str
    body_charset: str

    def number(self, pid: int) -> int:
        """A number or truth value; 0 when missing."""
        value = self.fixed.get(pid)
        return int(struct.unpack("<i", value[:4])[0]) if value else 0

    def binary(self, pid: int) -> bytes | None:
        """Bytes; None when missing."""
        return self.streams.get(f"__substg1.0_{pid:04X}0102")

    def string(self, pid: int, *, body: bool = False) -> str:
        """Text; empty when missing."""
        wide = self.streams.get(f"__substg1.0_{pid:04X}001F")
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self.streams.get(f"__substg1.0_{pid:04X}001E")
        if narrow is None:
            return ""
        return decode(narrow.rstrip(b"\0"), self.body_charset if body else self.charset)[0]

    def time(self, pid: int) -> str:
        """ISO 8601 in UTC; empty when missing or not to be believed."""
        value = self.fixed.get(pid)
        if not value:
            return ""
        try:
            moment = _EPOCH + timedelta(microseconds=struct.unpack("<Q", value)[0] // 10)
        except (OverflowError, struct.error):
            return ""
        return moment.replace(microsecond=0).isoformat() if 1980 <= moment.year <= 2099 else ""


def open_storage(path: Path) -> Storage:
    """The root of the compound file.

    Raises:
        Unreadable: DAMAGED, also when its directory points twice at the same place: then nobody knows what is whose.
    """
    from oxmsg.storage import Storage

    try:
        with open_ole(path) as ole:
            if any("more than once" in str(issue) for _, issue in ole.parsing_issues):
                raise Unreadable(ReasonCode.DAMAGED, "Outlook-meldingen er skadet: innholdet peker i kryss.")
            root: Storage = Storage.from_ole(ole)
    except (
        OSError,
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        KeyError,
        RecursionError,
        struct.error,
    ) as error:
        raise Unreadable(ReasonCode.DAMAGED, "Outlook-meldingen er skadet og kan ikke åpnes.") from error
    if not has_properties(root):
        raise Unreadable(ReasonCode.DAMAGED, "Outlook-meldingen mangler egenskapene sine og kan ikke åpnes.")
    return root


def has_properties(storage: Storage) -> bool:
    """Whether this is a message, recipient or attachment at all."""
    return any(stream.name == _PROPERTIES for stream in storage.streams)


def properties(storage: Storage, header_bytes: int, parent: Properties | None = None) -> Properties:
    """The properties of a storage; text without a code page of its own is in its parent's."""
    streams = {stream.name: stream.bytes_ for stream in storage.streams}
    raw = streams.get(_PROPERTIES, b"")
    fixed: dict[int, bytes] = {}
    for at in range(header_bytes, len(raw) - 15, 16):
        tag = struct.unpack_from("<I", raw, at)[0]
        fixed.setdefault(tag >> 16, raw[at + 8 : at + 16])
    if parent is not None and _CODEPAGE not in fixed:
        return Properties(fixed, streams, parent.charset, parent.body_charset)
    charset = _charset(fixed.get(_CODEPAGE), "cp1252")
    return Properties(fixed, streams, charset, _charset(fixed.get(_INTERNET_CODEPAGE), charset))


_CODEPAGES = {65001: "utf-8", 20127: "ascii", 28591: "iso-8859-1", 28592: "iso-8859-2", 28605: "iso-8859-15",
              20866: "koi8-r", 50220: "iso-2022-jp", 51949: "euc-kr", 51932: "euc-jp", 54936: "gb18030"}  # fmt: skip


def _charset(value: bytes | None, default: str) -> str:
    number = struct.unpack("<I", value[:4])[0] if value else 0
    return _CODEPAGES.get(number, f"cp{number}" if 0 < number < 2000 else default)


def message_text(found: Properties) -> str:
    """Plain text, else from HTML, else from RTF."""
    plain = found.string(_BODY, body=True)
    if plain.strip():
        return tidied(plain)
    raw = found.binary(_HTML)
    html = decode_html(raw, found.body_charset) if raw else found.string(_HTML, body=True)
    if html.strip():
        return tidied(html_text(html))
    packed = found.binary(_RTF)
    return tidied(rtf_text(decompress(packed))) if packed else ""


def attachment_name(found: Properties) -> str:
    """The file name of an attachment; empty when it has none."""
    return one_line(found.string(_LONG_FILENAME) or found.string(_FILENAME) or found.string(_NAME))


def nested_message(storage: Storage) -> Storage | None:
    """The message that an attachment is, when it is one."""
    nested = next((one for one in storage.storages if one.name.upper() == "__SUBSTG1.0_3701000D"), None)
    return nested if nested is not None and has_properties(nested) else None

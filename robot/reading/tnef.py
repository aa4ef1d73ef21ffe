"""TNEF (winmail.dat) → its text and attachments. Source: MS-OXTNEF; properties are decoded by tnefparse.

The stream is walked here rather than by tnefparse: its walk copies the rest of the file for every object, and one
object that does not fit ends it.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.reading import Flag, PartKind
from models.reasons import ReasonCode
from robot.reading.charset import decode
from robot.reading.contract import Collector, PartResult, Unreadable
from robot.reading.html import decode_html, html_text
from robot.reading.rtf import decompress, rtf_text
from robot.reading.text import tidied

_SIGNATURE = b"\x78\x9f\x3e\x22"
_SUBJECT, _BODY, _MAPI, _CODEPAGE = 0x8004, 0x800C, 0x9003, 0x9007
_RENDER, _TITLE, _DATA, _ATTACHMENT = 0x9002, 0x8010, 0x800F, 0x9005
_MAX_DATA = 200 * 1024 * 1024
# The MAPI properties we use (MS-OXPROPS).
_P_BODY, _P_HTML, _P_RTF, _P_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
_P_NAME, _P_LONG_NAME, _P_DISPLAY, _P_OBJECT, _P_MIME = 0x3704, 0x3707, 0x3001, 0x3701, 0x370E
# IID_IMessage: the attached object is a message, in TNEF of its own.
_IMESSAGE = bytes.fromhex("0703020000000000c000000000000046")


@dataclass(slots=True)
class _Attached:
    name: str = ""
    long_name: str = ""
    mime: str = ""
    data: bytes = b""
    message: bool = False


@dataclass(slots=True)
class _Content:
    codepage: str = "cp1252"
    subject: str = ""
    body: str = ""
    html: str = ""
    rtf: bytes = b""
    attached: list[_Attached] = field(default_factory=list)


def read_tnef(path: Path, ref: str, collector: Collector) -> PartResult:
    """The message text as a BODY child, attachments with bytes of their own; wrong checksums and rubbish at the end pass.

    Raises:
        Unreadable: DAMAGED when it is no TNEF; TOO_LARGE, TOO_MANY_PARTS, TOO_DEEP.
    """
    with path.open("rb") as file:
        data = file.read(_MAX_DATA + 1)
    if len(data) > _MAX_DATA:
        raise Unreadable(ReasonCode.TOO_LARGE, f"winmail.dat er over {_MAX_DATA // 1024 // 1024} MB.")
    if not data.startswith(_SIGNATURE):
        raise Unreadable(ReasonCode.DAMAGED, "Filen er ikke gyldig TNEF (winmail.dat).")
    # tnefparse tells of every odd property with logging.error; here that is a part that is left out.
    logging.getLogger("tnefparse").disabled = True
    content = _content(data)
    if len(content.attached) > collector.limits.attachments:
        raise Unreadable(ReasonCode.TOO_MANY_PARTS, f"winmail.dat har over {collector.limits.attachments} vedlegg.")
    text = _text(content)
    if text:
        collector.body(ref, text, declared_type="text/plain")
    for one in content.attached:
        kind = PartKind.MESSAGE if one.message else PartKind.ATTACHMENT
        name = one.long_name or one.name
        declared = "application/ms-tnef" if one.message else one.mime
        collector.add(ref, kind, one.data, name=name, declared_type=declared)
    flags = frozenset({Flag.BROKEN_MIME}) if not text and not content.attached else frozenset()
    return PartResult(flags=flags)


def _content(data: bytes) -> _Content:
    content = _Content()
    for level, name, value in _objects(data):
        if level == 2 or name in (_RENDER, _TITLE, _DATA, _ATTACHMENT):
            if name == _RENDER or not content.attached:
                content.attached.append(_Attached())
            _attached(content.attached[-1], name, value, content.codepage)
        elif name == _CODEPAGE and len(value) >= 4:
            content.codepage = _codec(struct.unpack_from("<I", value)[0])
        elif name == _SUBJECT:
            content.subject = decode(value.rstrip(b"\0"), content.codepage)[0]
        elif name == _BODY:
            content.body = decode(value.rstrip(b"\0"), content.codepage)[0]
        elif name == _MAPI:
            _message(content, value)
    return content


def _objects(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Level, attribute and value of each object, as far as they make sense."""
    at = 6
    while at + 11 <= len(data):
        level, name, _, size = struct.unpack_from("<BHHI", data, at)
        if level not in (1, 2):
            return
        yield level, name, data[at + 9 : min(at + 9 + size, len(data))]
        at += 11 + size


def _attached(one: _Attached, name: int, value: bytes, codepage: str) -> None:
    if name == _TITLE:
        one.name = one.name or decode(value.rstrip(b"\0"), codepage)[0]
    elif name == _DATA:
        one.data = value
    elif name == _ATTACHMENT:
        for pid, said in _properties(value, codepage):
            if pid == _P_OBJECT:
                raw = _first(said)
                if isinstance(raw, bytes) and raw.startswith(_IMESSAGE):
                    one.data, one.message = raw[len(_IMESSAGE) :], True
                elif isinstance(raw, bytes):
                    one.data = raw
            elif pid == _P_LONG_NAME:
                one.long_name = _string(said, codepage)
            elif pid == _P_NAME:
                one.name = one.name or _string(said, codepage)
            elif pid == _P_DISPLAY:
                one.long_name = one.long_name or (_string(said, codepage) if not one.name else "")
            elif pid == _P_MIME:
                one.mime = _string(said, codepage)


def _message(content: _Content, value: bytes) -> None:
    found = dict(_properties(value, content.codepage))
    codepage = found.get(_P_CODEPAGE)
    charset = _codec(codepage) if isinstance(codepage, int) else content.codepage
    if _P_BODY in found:
        content.body = _string(found[_P_BODY], charset)
    if _P_HTML in found:
        raw = _first(found[_P_HTML])
        content.html = decode_html(raw, charset) if isinstance(raw, bytes) else str(raw)
    if _P_RTF in found:
        raw = _first(found[_P_RTF])
        content.rtf = raw if isinstance(raw, bytes) else b""


def _properties(value: bytes, codepage: str) -> list[tuple[int, Any]]:
    """Number and value of each property that can be decoded; tnefparse decodes when the value is asked for."""
    from tnefparse.mapi import decode_mapi

    found: list[tuple[int, Any]] = []
    try:
        decoded = decode_mapi(_Ending(_counted(value)), codepage)
    except _ODD:
        return found
    for one in decoded:
        try:
            found.append((one.name, one.data))
        except _ODD:
            continue
    return found


class _Ending(bytes):
    """Bytes that end where they end. tnefparse reads on past the end and counts what is not there: 87 bytes that promise
    four thousand million properties kept it at work until the sandbox ended it."""

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice) and (key.start or 0) >= len(self) and (key.stop or 0) > (key.start or 0):
            raise IndexError(key.start)
        return super().__getitem__(key)


def _counted(value: bytes) -> bytes:
    """A property list that promises no more properties than it has room for (four bytes each at least)."""
    if len(value) < 4:
        return value
    (count,) = struct.unpack_from("<I", value)
    return struct.pack("<I", min(count, len(value) // 4)) + value[4:]


_ODD = (struct.error, ValueError, OverflowError, LookupError, TypeError)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, (list, tuple)) and value else value


def _string(value: Any, codepage: str) -> str:
    one = _first(value)
    if isinstance(one, bytes):
        one = decode(one, codepage)[0]
    return one.split("\0")[0] if isinstance(one, str) else ""


def _text(content: _Content) -> str:
    if content.body.strip():
        return tidied(content.body)
    if content.html.strip():
        return tidied(html_text(content.html))
    return tidied(rtf_text(decompress(content.rtf))) if content.rtf else ""


def _codec(number: int) -> str:
    return {65001: "utf-8", 20127: "ascii", 28591: "iso-8859-1", 20866: "koi8-r", 1200: "utf-16-le"}.get(
        number, f"cp{number}" if 0 < number < 2000 else "cp1252"
    )

"""A message inside an Outlook message → a mail (RFC 5322), so that it has bytes that can be kept, shown and read.

Written by hand rather than with email.message: that refuses addresses that are out there, and names a new boundary
every time; here the same message always gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from models.reading import MailSummary
from models.reasons import ReasonCode
from robot.reading.contract import Unreadable
from robot.reading.mailheaders import one_line
from robot.reading.msgprops import (
    DATA,
    NESTED_HEADER,
    PART_HEADER,
    attachment_name,
    message_text,
    nested_message,
    properties,
)
from robot.reading.msgsummary import summarise

if TYPE_CHECKING:
    from oxmsg.storage import Storage


def as_mail(storage: Storage, depth: int) -> bytes:
    """The message as a mail with its attachments. What stood in Outlook's own fields only is left out.

    Raises:
        Unreadable: TOO_DEEP when messages lie more than ``depth`` deep in each other.
    """
    if depth <= 0:
        raise Unreadable(ReasonCode.TOO_DEEP, "Outlook-meldingen har for mange meldinger inni hverandre.")
    found = properties(storage, NESTED_HEADER)
    text = message_text(found)
    summary, _ = summarise("", storage, found, text)
    parts = [_part("text/plain; charset=utf-8", "", text.encode("utf-8", "replace"))]
    for number, one in enumerate(storage.iter_attachment_storages()):
        parts += _attached(one, depth, number)
    boundary = "=_" + hashlib.sha256(b"".join(parts)).hexdigest()[:40]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    head = "".join(f"{name}: {value}\r\n" for name, value in _headers(summary) if value)
    head += f'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'
    return head.encode("ascii", "replace") + body + b"--" + boundary.encode() + b"--\r\n"


def _headers(summary: MailSummary) -> list[tuple[str, str]]:
    sender = f"{_words(summary.from_name)} <{_plain(summary.from_address)}>" if summary.from_address else ""
    return [
        ("From", sender or _words(summary.from_name)),
        ("To", ",\r\n ".join(_recipient(one) for one in summary.to)),
        ("Cc", ",\r\n ".join(_recipient(one) for one in summary.cc)),
        ("Subject", _words(summary.subject)),
        ("Date", format_datetime(datetime.fromisoformat(summary.date)) if summary.date else ""),
        ("Message-ID", _plain(summary.message_id)),
        ("In-Reply-To", _plain(summary.in_reply_to)),
    ]


def _recipient(one: str) -> str:
    return _plain(one) if "@" in one else _words(one)


def _words(text: str) -> str:
    """Encoded words throughout, so that nothing in a name is taken for syntax."""
    clean = one_line(text)
    return Header(clean, "utf-8", maxlinelen=70).encode(linesep="\r\n") if clean else ""


def _plain(text: str) -> str:
    return "".join(character for character in one_line(text) if " " < character < "\x7f" and character not in "<>,;")


def _attached(storage: Storage, depth: int, number: int) -> list[bytes]:
    found = properties(storage, PART_HEADER)
    name = attachment_name(found) or f"vedlegg-{number + 1}"
    nested = nested_message(storage)
    if nested is not None:
        content = as_mail(nested, depth - 1)
        return [_part("message/rfc822", f"{name.removesuffix('.msg')}.eml", content)]
    data = found.binary(DATA)
    return [_part("application/octet-stream", name, data)] if data is not None else []


def _part(media_type: str, name: str, data: bytes) -> bytes:
    head = f"Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n"
    if name:
        head += f"Content-Disposition: attachment; filename*=utf-8''{quote(one_line(name)[:200], safe='')}\r\n"
    return head.encode("ascii") + b"\r\n" + base64.encodebytes(data).replace(b"\n", b"\r\n")

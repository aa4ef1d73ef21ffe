"""Header blocks of mail: bytes → names and values, whatever the sender's program did to them.

RFC 5322 (shape), RFC 2047 (encoded words), RFC 2231 (parameters); where senders break them, what people meant.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.message import Message
from email.utils import getaddresses, parsedate_tz

from robot.reading.charset import decode

MAX_VALUE = 10_000
_MAX_ADDRESSES = 100_000
FIELD = re.compile(rb"([!-9;-~]{1,998})[ \t]*:")
FAMILIAR = frozenset(
    b"from to cc bcc subject date message-id received return-path mime-version delivered-to content-type reply-to sender "
    b"content-transfer-encoding content-disposition x-mailer x-envelope-from in-reply-to references dkim-signature "
    b"authentication-results envelope-to resent-from thread-topic thread-index list-id importance x-originating-ip".split()
)
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderBlock:
    """Fields in order, names in lower case, values as raw bytes (folded). ``cut`` when the block was over the limit."""

    fields: tuple[tuple[str, bytes], ...] = ()
    cut: bool = False
    broken: bool = False

    def raw(self, name: str) -> tuple[bytes, ...]:
        """All raw values of a field."""
        return tuple(value for key, value in self.fields if key == name)

    def text(self, name: str, limit: int = MAX_VALUE) -> str:
        """The first value, decoded and on one line; empty when there is none."""
        return next((value_text(value, limit) for key, value in self.fields if key == name), "")

    def plain(self, name: str) -> str:
        """The first value on one line with encoded words left as they are (for structured fields)."""
        return next((_unfolded(value[: MAX_VALUE * 4]) for key, value in self.fields if key == name), "")

    def parameters(self, name: str) -> Message:
        """A message with only this field, for its parameters (RFC 2231 and quoting are the standard library's)."""
        message = Message()
        value = self.plain(name)[:MAX_VALUE]
        if value:
            message[name] = value
        return message


def value_text(raw: bytes, limit: int = MAX_VALUE) -> str:
    """A header value as people read it: unfolded, charsets and encoded words decoded, on one line, bounded."""
    # An encoded word takes at most three bytes a character of text, plus its frame; four times is on the safe side.
    return one_line(decode_words(_unfolded(raw[: limit * 4])))[:limit]


def one_line(text: str) -> str:
    """Line breaks and other controls become spaces, so that no decoded value can start a header of its own."""
    return re.sub(r"[\x00-\x20\x7f\x85\u2028\u2029]+", " ", _SURROGATES.sub("\ufffd", text)).strip()


_SURROGATES = re.compile("[\ud800-\udfff]")


def _unfolded(raw: bytes) -> str:
    return re.sub(r"\r?\n(?=[ \t])|[\r\n]+", " ", decode(raw)[0].lstrip("\ufeff")).strip()


def decode_words(text: str) -> str:
    """Encoded words decoded; broken ones are left as they stand. Words of one charset are joined before decoding."""
    if "=?" not in text:
        return text
    out: list[str] = []
    pending, charset, end = bytearray(), "", 0
    text = _BETWEEN.sub(r"\1", text)
    for found in _WORD.finditer(text):
        data = _word_bytes(found.group(2), found.group(3))
        between = text[end : found.start()]
        named = found.group(1).partition("*")[0].lower()
        if between or named != charset:
            if pending:
                out.append(decode(bytes(pending), charset)[0])
                pending.clear()
            out.append(between)
        charset = named
        pending += data if data is not None else found.group(0).encode("utf-8", "replace")
        end = found.end()
    if pending:
        out.append(decode(bytes(pending), charset)[0])
    return "".join(out) + text[end:]


def _word_bytes(encoding: str, payload: str) -> bytes | None:
    data = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    try:
        return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))
    except binascii.Error:
        return None


def addresses(values: tuple[bytes, ...]) -> tuple[tuple[str, str], ...]:
    """Name and address of everyone in address fields; either may be empty, never both. Group names are left out."""
    plain = [_unfolded(value[:_MAX_ADDRESSES]) for value in values[:50]]
    try:
        pairs = getaddresses(plain)
    except (RecursionError, IndexError, ValueError):
        pairs = []
    if not any(address or name for name, address in pairs):
        pairs = [("", found) for value in plain for found in re.findall(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+", value)] or [
            (value, "") for value in plain
        ]
    clean = ((one_line(decode_words(name)).strip("\"' "), one_line(address)) for name, address in pairs)
    return tuple((name[:500], address[:320]) for name, address in clean if name or address)


_ZONES = {"cet": 60, "met": 60, "mez": 60, "cest": 120, "mest": 120, "mesz": 120, "wet": 0, "west": 60, "bst": 60,
          "eet": 120, "eest": 180, "msk": 180, "ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -300, "edt": -240,
          "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "jst": 540}  # fmt: skip
_ZONE = re.compile(
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\.\d+)?\s*(?:([+-]\d{4})|([+-]\d{2}):(\d{2})|([A-Za-z]{1,5}))(?![A-Za-z\d:])"
)


def believable_date(text: str) -> str:
    """ISO 8601 with zone, or empty when the text names no moment: no zone, no such day, a year before 1980 or after 2099."""
    text = re.sub(r"\([^()]*\)", " ", text[:200])
    parsed = parsedate_tz(text)
    zone = _ZONE.search(text)
    if parsed is None or zone is None:
        return ""
    if zone.group(4):
        minutes = _ZONES.get(zone.group(4).lower())
    else:
        digits = zone.group(1) or zone.group(2) + zone.group(3)
        minutes = (int(digits[1:3]) * 60 + int(digits[3:5])) * (-1 if digits[0] == "-" else 1)
        minutes = minutes if int(digits[3:5]) < 60 and abs(minutes) <= 14 * 60 else None
    if minutes is None or not 1980 <= parsed[0] <= 2099:
        return ""
    try:
        return datetime(*parsed[:6], tzinfo=timezone(timedelta(minutes=minutes))).isoformat()
    except ValueError:
        return ""


def parse_block(lines: list[bytes], *, cut: bool) -> HeaderBlock:
    """Fields from the lines of a block (each with its line end); lines that are no field are left out and noted."""
    fields: list[tuple[str, list[bytes]]] = []
    broken = False
    for line in lines:
        if line[:1] in b" \t" and fields:
            fields[-1][1].append(line)
            continue
        found = FIELD.match(line)
        if found is None:
            broken = True
            continue
        fields.append((found.group(1).decode("ascii").lower(), [line[found.end() :]]))
    return HeaderBlock(
        fields=tuple((name, b"".join(pieces).strip(b" \t\r\n")) for name, pieces in fields), cut=cut, broken=broken
    )

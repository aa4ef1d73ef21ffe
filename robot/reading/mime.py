"""The structure of a mail: where each part lies in the bytes. Nothing is copied; the outermost boundary is split first,
so a missing end of an inner part never swallows what follows."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from mmap import mmap

from models.reasons import ReasonCode
from robot.reading.contract import Limits, Unreadable
from robot.reading.mailheaders import FAMILIAR, FIELD, HeaderBlock, parse_block

Buffer = bytes | mmap
_MAX_LINES = 50_000
_PRELUDE_LINES = 30


@dataclass(slots=True, kw_only=True)
class MimePart:
    """One part: its headers, where its body lies, and its children when it is a multipart that could be split."""

    headers: HeaderBlock
    start: int
    end: int
    media_type: str
    children: list[MimePart] = field(default_factory=list)
    broken: bool = False

    @property
    def multipart(self) -> bool:
        """Whether the part was split."""
        return bool(self.children)

    def walk(self) -> list[MimePart]:
        """The part and all below it."""
        found, stack = [], [self]
        while stack:
            part = stack.pop()
            found.append(part)
            stack.extend(reversed(part.children))
        return found


def parse(data: Buffer, limits: Limits) -> MimePart:
    """The tree of a message.

    Raises:
        Unreadable: TOO_DEEP, TOO_MANY_PARTS; the sentence names the limit.
    """
    start = _skip_prelude(data)
    root = _part(data, start, len(data), "text/plain", limits.header_bytes)
    count = 1
    stack = [(root, 1)]
    while stack:
        part, depth = stack.pop()
        if not part.media_type.startswith("multipart/"):
            continue
        default = "message/rfc822" if part.media_type == "multipart/digest" else "text/plain"
        sections = _sections(data, part, limits.parts + 1 - count)
        if sections and depth >= limits.mime_depth:
            raise Unreadable(ReasonCode.TOO_DEEP, f"E-posten er nøstet dypere enn {limits.mime_depth} nivåer.")
        count += len(sections)
        if count > limits.parts:
            raise Unreadable(ReasonCode.TOO_MANY_PARTS, f"E-posten har over {limits.parts} deler.")
        if not sections:
            part.broken = True
        part.children = [_part(data, at, to, default, limits.header_bytes) for at, to in sections]
        stack.extend((child, depth + 1) for child in part.children)
    return root


def _part(data: Buffer, start: int, end: int, default: str, header_bytes: int) -> MimePart:
    lines, body, cut = _header_lines(data, start, end, header_bytes)
    headers = parse_block(lines, cut=cut)
    said = headers.plain("content-type").partition(";")[0].strip().lower()
    media_type = said if re.fullmatch(r"[\w.+-]+/[\w.+-]+", said, re.ASCII) else ("text/plain" if said else default)
    return MimePart(headers=headers, start=body, end=end, media_type=media_type, broken=headers.broken)


def _header_lines(data: Buffer, start: int, end: int, limit: int) -> tuple[list[bytes], int, bool]:
    """The lines of the header block that begins at ``start``, where the body begins, and whether the limit cut it.

    Lines end in LF (a bare CR is no line end: that is how headers are smuggled), except when there is no LF at all.
    """
    line_end = b"\n" if data.find(b"\n", start, min(end, start + limit)) >= 0 else b"\r"
    lines: list[bytes] = []
    at = start
    cut = False
    while at < end:
        stop = data.find(line_end, at, end)
        stop = end if stop < 0 else stop + 1
        line = data[at : min(stop, at + limit)]
        if not line.strip(b"\r\n"):
            return lines, stop, cut
        mbox = line.startswith((b"From ", b">From "))
        if not (line[:1] in b" \t" and lines) and not FIELD.match(line) and not mbox:
            # No empty line between headers and body; RFC 5322 2.1 wants one.
            return lines, at, cut
        if stop - start > limit or len(lines) >= _MAX_LINES:
            cut = True
            lines.append(line[: max(0, limit - (at - start))] + b"\n")
            return lines, _block_end(data, at, end), cut
        if not mbox:
            lines.append(line)
        at = stop
    return lines, end, cut


_BLANK = re.compile(rb"\n\r?\n|\r\r")


def _block_end(data: Buffer, at: int, end: int) -> int:
    found = _BLANK.search(data, at, end)
    return found.end() if found else end


def _skip_prelude(data: Buffer) -> int:
    """Past a byte order mark, empty lines, mbox and SMTP lines before the first header field."""
    start = 3 if data[:3] == b"\xef\xbb\xbf" else 0
    at = start
    for _ in range(_PRELUDE_LINES):
        stop = data.find(b"\n", at)
        line = data[at : stop + 1 if stop >= 0 else min(len(data), at + 2000)]
        found = FIELD.match(line)
        if found and (at == start or found.group(1).lower() in FAMILIAR):
            return at
        if stop < 0:
            break
        at = stop + 1
    return start


def _sections(data: Buffer, part: MimePart, room: int) -> list[tuple[int, int]]:
    """Where the parts of a multipart lie; empty when no boundary is found. At most ``room`` + 1 of them."""
    boundary = _boundary(part.headers)
    found = _split(data, part, boundary, room) if boundary else []
    if found:
        return found
    part.broken = True
    guess = _guessed_boundary(data, part)
    return _split(data, part, guess, room) if guess and guess != boundary else []


def _boundary(headers: HeaderBlock) -> bytes:
    try:
        said = headers.parameters("content-type").get_boundary("")
    except (ValueError, LookupError, TypeError):
        said = ""
    return (said or "").strip("\r\n").rstrip()[:500].encode("utf-8", "replace")


def _split(data: Buffer, part: MimePart, boundary: bytes, room: int) -> list[tuple[int, int]]:
    sections: list[tuple[int, int]] = []
    open_at: int | None = None
    for start, end, closing in _delimiters(data, boundary, part):
        if open_at is not None:
            sections.append((open_at, _before_line_end(data, open_at, start)))
            if len(sections) > room:
                return sections
        open_at = None if closing else end
    if open_at is not None:
        part.broken = True
        sections.append((open_at, part.end))
    return sections


_DELIMITER_END = re.compile(rb"(--)?[ \t]*(?:\r\n|\n|\r|\Z)")


def _delimiters(data: Buffer, boundary: bytes, part: MimePart) -> Iterator[tuple[int, int, bool]]:
    """Start, end and whether it closes, of each delimiter line. Found by a plain search: a pattern that begins with an
    assertion is tried at every byte (measured: seconds for a mail of 150 MB)."""
    wanted = b"--" + boundary
    at = data.find(wanted, part.start, part.end)
    while at >= 0:
        after = at + len(wanted)
        found = _DELIMITER_END.match(data, after, part.end) if at == part.start or data[at - 1] in b"\r\n" else None
        if found:
            yield at, found.end(), bool(found.group(1))
            after = max(after, found.end())
        at = data.find(wanted, after, part.end)


def _before_line_end(data: Buffer, start: int, at: int) -> int:
    """The line end before a delimiter belongs to the delimiter (RFC 2046 5.1.1)."""
    if at - 2 >= start and data[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1 if at - 1 >= start and data[at - 1 : at] in (b"\n", b"\r") else at


_LINE_LIKE_BOUNDARY = re.compile(
    rb"(?:\A|(?<=\n))--([^\s-][^\r\n]{3,80}|-{2,}[^\r\n-][^\r\n]{3,80}?)[ \t]*\r?\n[Cc]ontent-"
)


def _guessed_boundary(data: Buffer, part: MimePart) -> bytes:
    """The delimiter that the body itself shows, when the header names none or another."""
    found = _LINE_LIKE_BOUNDARY.search(data, part.start, min(part.end, part.start + 1_000_000))
    return found.group(1).rstrip() if found else b""


def transfer_decoded(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """The bytes of a body without its transfer encoding, and whether that went well. Never raises."""
    encoding = encoding.strip().strip("\"'").partition(";")[0].strip().lower()
    if encoding in ("", "7bit", "8bit", "binary", "7-bit", "8-bit", "8 bit", "7 bit", "plain", "none"):
        return data, True
    if encoding in ("quoted-printable", "quoted printable", "qp", "quotedprintable"):
        return binascii.a2b_qp(data), True
    if encoding in ("base64", "base-64", "b64"):
        return _base64(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uu(data)
    return data, False


_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))


def _base64(data: bytes) -> tuple[bytes, bool]:
    """Copies as little as it can: a part may be 150 MB, and the child has 1 GiB for everything."""
    clean = data.translate(None, _NOT_BASE64)
    rubbish = len(data) - sum(data.count(blank) for blank in (b" ", b"\t", b"\r", b"\n", b"\0")) - len(clean)
    if rubbish * 10 > len(clean):
        return data, False
    # Padding in the middle: several encoded pieces stand one after the other.
    padding = clean.find(b"=")
    runs = re.split(rb"=+", clean) if 0 <= padding < len(clean) - 2 else [clean[:padding] if padding >= 0 else clean]
    del clean
    good = rubbish == 0
    out = []
    for run in runs:
        whole = len(run) % 4 != 1
        good = good and whole
        if run:
            out.append(_run_of_base64(run if whole else run[:-1]))
    return (out[0] if len(out) == 1 else b"".join(out)), good


def _run_of_base64(run: bytes) -> bytes:
    """Bytes of base64 letters without padding."""
    whole = len(run) // 4 * 4
    if whole == len(run):
        return binascii.a2b_base64(run)
    return binascii.a2b_base64(run[:whole]) + binascii.a2b_base64(run[whole:] + b"=" * (-len(run) % 4))


def _uu(data: bytes) -> tuple[bytes, bool]:
    out, good, inside = [], True, False
    for line in data.splitlines():
        if not inside:
            inside = line.startswith(b"begin ")
        elif line.strip() == b"end":
            break
        elif line:
            try:
                out.append(binascii.a2b_uu(line))
            except binascii.Error:
                # Some encoders pad their lines; the length stands in the first byte.
                size = (((line[0] - 32) & 63) * 4 + 5) // 3
                try:
                    out.append(binascii.a2b_uu(line[:size]))
                except binascii.Error:
                    good = False
    return (b"".join(out), good) if inside else (data, False)

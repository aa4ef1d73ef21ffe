"""Just enough of CMS (RFC 5652) to tell a signed message from an encrypted one, and to take the content out of it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from models.reading import Flag, PartKind
from models.reasons import ReasonCode
from robot.reading.contract import Collector, PartResult, Unreadable


class Kind(Enum):
    """The content types we tell apart."""

    SIGNED = "2a864886f70d010702"
    ENVELOPED = "2a864886f70d010703"
    ENCRYPTED = "2a864886f70d010706"
    AUTH_ENVELOPED = "2a864886f70d0109100117"
    COMPRESSED = "2a864886f70d0109100109"


_MAX_DEPTH = 50


def kind(data: bytes) -> Kind | None:
    """What a CMS structure holds; None when the bytes are none (or cut before it says)."""
    head = data[:64]
    return next(
        (one for one in Kind if b"\x06" + bytes((len(one.value) // 2,)) + bytes.fromhex(one.value) in head), None
    )


def signed_content(data: bytes) -> bytes | None:
    """The content inside SignedData; None when it is detached or the structure is broken. Signatures are not checked."""
    try:
        outer = list(_elements(data, 0, len(data)))
        explicit = next(one for one in _elements(data, *outer[0][1:]) if one[0] == 0xA0)
        signed = next(iter(_elements(data, *explicit[1:])))
        encapsulated = next(one for one in _elements(data, *signed[1:]) if one[0] == 0x30)
        content = [one for one in _elements(data, *encapsulated[1:]) if one[0] == 0xA0]
        if not content:
            return None
        return b"".join(_octets(data, *content[0][1:], 0))
    except (IndexError, StopIteration, ValueError):
        return None


def read_cms(path: Path, ref: str, collector: Collector) -> PartResult:
    """A CMS attachment: a signature has no text of its own; a signed file's content becomes a child.

    Raises:
        Unreadable: ENCRYPTED for envelopes.
    """
    data = path.read_bytes()
    found = kind(data)
    if found is not Kind.SIGNED:
        raise Unreadable(ReasonCode.ENCRYPTED, "Vedlegget er kryptert (S/MIME).")
    content = signed_content(data)
    if content:
        collector.add(ref, PartKind.MEMBER, content, name="", declared_type="")
    return PartResult(flags=frozenset({Flag.SIGNED}))


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Tag, start and end of the content of each element; BER with indefinite lengths too."""
    at = start
    while at < end:
        tag, body, length = _header(data, at)
        if tag == 0 and length == 0:
            return
        stop = _indefinite_end(data, body, end) if length is None else body + length
        if stop > end:
            raise ValueError("an element ends after its parent")
        yield tag, body, stop
        at = stop + (2 if length is None else 0)


def _header(data: bytes, at: int) -> tuple[int, int, int | None]:
    tag, first = data[at], data[at + 1]
    if tag & 0x1F == 0x1F:
        raise ValueError("long tags are not used in CMS")
    if first < 0x80:
        return tag, at + 2, first
    if first == 0x80:
        return tag, at + 2, None
    size = first & 0x7F
    if size > 8:
        raise ValueError("too long a length")
    return tag, at + 2 + size, int.from_bytes(data[at + 2 : at + 2 + size])


def _indefinite_end(data: bytes, start: int, end: int) -> int:
    """Where the end mark of an element of indefinite length stands; one pass with a counter, no recursion."""
    at, depth = start, 1
    while at + 2 <= end:
        tag, body, length = _header(data, at)
        if tag == 0 and length == 0:
            depth -= 1
            if depth == 0:
                return at
            at = body
        elif length is None:
            depth += 1
            at = body
        else:
            at = body + length
    raise ValueError("no end mark")


def _octets(data: bytes, start: int, end: int, depth: int) -> Iterator[bytes]:
    if depth > _MAX_DEPTH:
        raise ValueError("too deep")
    for tag, body, stop in _elements(data, start, end):
        if tag == 0x04:
            yield data[body:stop]
        elif tag == 0x24:
            yield from _octets(data, body, stop, depth + 1)

"""Finds what may act in a PDF: scripts, programs to launch, forms that send, embedded files (ISO 32000-2, 12.6).

PDFium has no call for most of it, so the names are looked for in the file's own structure: everything outside streams,
and the object streams unpacked. Streams with page content or images are left out; letters in them mean nothing.
"""

from __future__ import annotations

import itertools
import mmap
import re
import zlib
from collections.abc import Iterator

_STREAM = re.compile(rb"stream\r?\n")
_END = b"endstream"
_OBJECT_STREAM = b"/ObjStm"
_ACTIONS = re.compile(
    rb"/(?:JavaScript|JS|Launch|SubmitForm|ImportData|RichMedia|GoToE|EmbeddedFiles?|Filespec|Rendition)(?=[\s/<>\[\](){}%0-9])"
)
_ESCAPED_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_OPEN_ACTION = re.compile(rb"/OpenAction\s*(?:(\d{1,10})\s+(\d{1,5})\s+R|(\[)|(<<.{0,300}?>>))", re.DOTALL)
_PLAIN_JUMP = re.compile(rb"\A\s*(?:\[|<<.{0,300}?/S\s*/GoTo\b)", re.DOTALL)
_UNPACK_LIMIT = 32 * 1024 * 1024
_MOST_OPEN_ACTIONS = 20


def has_active_content(content: bytes | mmap.mmap, *, limit: int = _UNPACK_LIMIT) -> bool:
    """Whether the file holds an action that does something. Opening at a page or zoom is not one."""
    for piece in _structure(content, limit):
        text = _ESCAPED_NAME.sub(_unescape, piece) if b"#" in piece else piece
        if _ACTIONS.search(text):
            return True
        if any(_acts(text, found) for found in itertools.islice(_OPEN_ACTION.finditer(text), _MOST_OPEN_ACTIONS)):
            return True
    return False


def _unescape(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])


def _acts(text: bytes, found: re.Match[bytes]) -> bool:
    number, generation, array, inline = found.groups()
    if array:
        return False
    if inline:
        return _PLAIN_JUMP.match(inline) is None
    target = re.search(rb"(?<!\d)%s\s+%s\s+obj(.{0,400})" % (number, generation), text, re.DOTALL)
    # In an object stream it has no such heading; the action's own name (/JS, /Launch …) would have been seen.
    return target is not None and _PLAIN_JUMP.match(target[1]) is None


def _structure(content: bytes | mmap.mmap, limit: int) -> Iterator[bytes]:
    """The file without its streams, then each object stream unpacked, up to ``limit`` bytes in all."""
    outside, packed, at = [], [], 0
    while (found := _STREAM.search(content, at)) is not None:
        outside.append(content[at : found.start()])
        end = content.find(_END, found.end())
        if end < 0:
            break  # No stream after it ends either.
        if _OBJECT_STREAM in content[max(at, found.start() - 400) : found.start()]:
            packed.append((found.end(), end))
        at = end + len(_END)
    outside.append(content[at:])
    yield b" ".join(outside)
    for start, end in packed:
        unpacked = _inflate(content[start:end], limit)
        limit -= len(unpacked)
        yield unpacked
        if limit <= 0:
            return


def _inflate(data: bytes, limit: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, limit)
    except zlib.error:
        return data[:limit]

"""Gathers the tree of one post in the child: names, keeps, sniffs and reads each part, and holds the limits."""

from __future__ import annotations

import errno
import os
import shutil
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from models.reading import Flag, MailSummary, PartKind, ReadPage, ReadPart
from models.reasons import ReasonCode
from robot.reading.child import place_of
from robot.reading.contract import Limits, PartResult, Reader, Unreadable
from robot.reading.reasons import sentence

_HEAD_BYTES = 8192
_PATH_LIMIT = 60
"""Deepest tree of any kind; MIME and containers have narrower limits of their own."""

PARSER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    StopIteration,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What parsers raise when they stumble on broken input; it ends as DAMAGED on that part, and the next is read."""


class Sniff(Protocol):
    """``robot.reading.sniff.sniff``."""

    def __call__(self, head: bytes, path: Path, *, name: str, declared: str) -> str: ...


class SafeName(Protocol):
    """``robot.reading.names.safe_name``."""

    def __call__(self, raw: str, *, media_type: str) -> tuple[str, bool]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the collector reads with. ``readers`` may have wildcards (``image/*``)."""

    readers: Mapping[str, Reader]
    sniff: Sniff
    safe_name: SafeName

    def reader(self, media_type: str) -> Reader | None:
        """The reader of a media type, or None."""
        return self.readers.get(media_type) or self.readers.get(media_type.partition("/")[0] + "/*")


class PostCollector:
    """The collector of one child; see :class:`robot.reading.contract.Collector`.

    ``parts_folder`` keeps the bytes of extracted parts under their ref; ``skip`` names parts that a former child died
    of (recorded with that reason, not read); ``progress`` is told each part before it is read; ``depth`` is how deep
    the first document already lies when it was itself taken out of a container.
    """

    def __init__(
        self,
        *,
        limits: Limits,
        tools: Tools,
        parts_folder: Path,
        skip: Mapping[str, ReasonCode],
        progress: Callable[[str], None],
        depth: int = 0,
    ) -> None:
        self._limits = limits
        self._tools = tools
        self._folder = parts_folder
        self._skip = skip
        self._progress = progress
        self._depth = depth
        self._parts: dict[str, ReadPart] = {}
        self._children: dict[str, int] = {}
        self._kinds: dict[str, int] = {}
        self._messages: list[MailSummary] = []
        self._forms: dict[str, str] = {}
        self._scans: list[tuple[str, int]] = []
        self._stumbles: list[tuple[str, str]] = []
        self._unpacked = 0
        self._chars = 0

    @property
    def limits(self) -> Limits:
        """The bounds in force."""
        return self._limits

    @property
    def parts(self) -> tuple[ReadPart, ...]:
        """All parts so far, in tree order."""
        return tuple(self._parts.values())

    @property
    def messages(self) -> tuple[MailSummary, ...]:
        """Summaries of mails, outermost first."""
        order = {ref: place for place, ref in enumerate(self._parts)}
        return tuple(sorted(self._messages, key=lambda one: order.get(one.ref, len(order))))

    @property
    def forms(self) -> dict[str, str]:
        """Fields of forms by dotted path."""
        return self._forms

    @property
    def scans(self) -> tuple[tuple[str, int], ...]:
        """Pages that wait for OCR: ref and page number."""
        return tuple(self._scans)

    @property
    def stumbles(self) -> tuple[tuple[str, str], ...]:
        """Where in the code parsers gave up: ref, and exception with file and line."""
        return tuple(self._stumbles)

    def document(self, ref: str, path: Path, *, name: str, declared_type: str) -> None:
        """Reads one of the post's own documents."""
        self._kinds[ref] = self._depth
        self._read(ref, PartKind.DOCUMENT, path, name=name, declared_type=declared_type)

    def add(self, parent: str, kind: PartKind, content: bytes | Path, *, name: str, declared_type: str) -> str:
        """Adds and reads a child with bytes of its own; see the contract."""
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        if self._unpacked + size > self._limits.unpacked_bytes:
            raise Unreadable(ReasonCode.TOO_LARGE, sentence(ReasonCode.TOO_LARGE))
        ref = self._new_ref(parent, kind)
        self._unpacked += size
        path = self._keep(ref, content)
        self._read(ref, kind, path, name=name, declared_type=declared_type)
        return ref

    def body(self, parent: str, text: str, *, declared_type: str) -> str:
        """Adds a BODY child with decoded text."""
        ref = self._new_ref(parent, PartKind.BODY)
        media_type = declared_type or "text/plain"
        pages = self._bounded((ReadPage(number=1, text=text),))
        self._parts[ref] = ReadPart(
            ref=ref,
            kind=PartKind.BODY,
            name="",
            media_type=media_type,
            declared_type=declared_type,
            size_bytes=len(text.encode("utf-8", "replace")),
            sha256="",
            pages=pages,
        )
        return ref

    def failed(
        self, parent: str, kind: PartKind, *, name: str, declared_type: str, reason: ReasonCode, detail: str = ""
    ) -> str:
        """Adds a child that could not be unpacked."""
        ref = self._new_ref(parent, kind)
        safe, changed = self._tools.safe_name(name, media_type="")
        self._parts[ref] = ReadPart(
            ref=ref,
            kind=kind,
            name=safe,
            media_type="application/octet-stream",
            declared_type=declared_type,
            size_bytes=0,
            sha256="",
            reason=reason,
            detail=detail or sentence(reason),
            flags=frozenset({Flag.NAME_CHANGED}) if changed else frozenset(),
        )
        return ref

    def message(self, summary: MailSummary) -> None:
        """Records the summary of a mail."""
        self._messages.append(summary)

    def form(self, field: str, value: str) -> None:
        """Records one field of a form, up to the limit of fields."""
        if field in self._forms or len(self._forms) < self._limits.form_fields:
            self._chars += len(value)
            self._forms[field] = value if self._chars <= self._limits.text_chars else ""

    def wants_ocr(self, ref: str, page: int) -> None:
        """Records that a page of a part must be read by OCR, in a task of its own."""
        if len(self._scans) >= self._limits.pdf_pages:
            detail = f"Forsendelsen har flere enn {self._limits.pdf_pages} skannede sider."
            raise Unreadable(ReasonCode.TOO_LARGE, detail)
        self._scans.append((ref, page))

    def _new_ref(self, parent: str, kind: PartKind) -> str:
        if len(self._parts) >= self._limits.parts:
            raise Unreadable(ReasonCode.TOO_MANY_PARTS, sentence(ReasonCode.TOO_MANY_PARTS))
        place = self._children.get(parent, 0)
        if kind is PartKind.ATTACHMENT and place >= self._limits.attachments:
            raise Unreadable(ReasonCode.TOO_MANY_PARTS, sentence(ReasonCode.TOO_MANY_PARTS))
        if kind is PartKind.MEMBER and place >= self._limits.members:
            raise Unreadable(ReasonCode.TOO_MANY_PARTS, sentence(ReasonCode.TOO_MANY_PARTS))
        containers = self._kinds.get(parent, self._depth) + (kind is PartKind.MEMBER)
        levels = parent.count(".") + 1
        if containers > self._limits.container_depth or levels > min(self._limits.mime_depth, _PATH_LIMIT):
            raise Unreadable(ReasonCode.TOO_DEEP, sentence(ReasonCode.TOO_DEEP))
        self._children[parent] = place + 1
        ref = f"{parent}.{place}"
        self._kinds[ref] = containers
        return ref

    def _keep(self, ref: str, content: bytes | Path) -> Path:
        path = self._folder / ref
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content.is_relative_to(self._folder.parent):
            content.rename(path)
        else:
            shutil.copyfile(content, path)
        return path

    def _read(self, ref: str, kind: PartKind, path: Path, *, name: str, declared_type: str) -> None:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            size = os.fstat(file.fileno()).st_size
        media_type = self._tools.sniff(head, path, name=name, declared=declared_type)
        safe, changed = self._tools.safe_name(name, media_type=media_type)
        flags = {Flag.NAME_CHANGED} if changed else set()
        if _mismatch(declared_type, media_type):
            flags.add(Flag.TYPE_MISMATCH)
        part = ReadPart(
            ref=ref,
            kind=kind,
            name=safe,
            media_type=media_type,
            declared_type=declared_type,
            size_bytes=size,
            sha256="",
            flags=frozenset(flags),
        )
        self._parts[ref] = part
        self._progress(f"{ref} {media_type}")
        self._parts[ref] = self._open(part, path)

    def _open(self, part: ReadPart, path: Path) -> ReadPart:
        """The part with what its reader found, or with why there is nothing.

        Running out of memory ends the child: the part may be innocent of it, and is then tried in a child of its own.
        """
        reader = self._tools.reader(part.media_type)
        if part.ref in self._skip:
            return _unread(part, self._skip[part.ref])
        if part.size_bytes == 0:
            return _unread(part, ReasonCode.EMPTY)
        if reader is None:
            return _unread(part, ReasonCode.UNSUPPORTED_TYPE)
        try:
            result = reader(path, part.ref, self)
        except Unreadable as fault:
            return _unread(part, fault.reason, fault.detail)
        except PARSER_ERRORS as fault:
            full = isinstance(fault, OSError) and fault.errno in (errno.EFBIG, errno.ENOSPC)
            self._stumbles.append((part.ref, place_of(fault)))
            return _unread(part, ReasonCode.OUTPUT_LIMIT if full else ReasonCode.DAMAGED)
        return self._with_result(part, result)

    def _with_result(self, part: ReadPart, result: PartResult) -> ReadPart:
        pages = self._bounded(result.pages)
        flags = part.flags | result.flags
        if any(page.reason is not None for page in pages):
            flags |= {Flag.PARTLY_READ}
        return replace(part, pages=pages, flags=flags, detail=result.detail)

    def _bounded(self, pages: tuple[ReadPage, ...]) -> tuple[ReadPage, ...]:
        """The pages, cut where the post's text reaches its limit, and the cut ones marked as not read."""
        kept = []
        for page in pages:
            room = self._limits.text_chars - self._chars
            if len(page.text) > room:
                page = replace(page, text=page.text[:room], reason=page.reason or ReasonCode.OUTPUT_LIMIT)
            self._chars += len(page.text)
            kept.append(page)
        return tuple(kept)


def _unread(part: ReadPart, reason: ReasonCode, detail: str = "") -> ReadPart:
    return replace(part, reason=reason, detail=detail or sentence(reason))


_ALIASES = {
    "application/x-zip-compressed": "application/zip",
    "application/x-zip": "application/zip",
    "application/x-pdf": "application/pdf",
    "application/vnd.ms-tnef": "application/ms-tnef",
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "image/tif": "image/tiff",
    "image/x-ms-bmp": "image/bmp",
    "image/jpx": "image/jp2",
    "text/xml": "application/xml",
}
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/download"})


def _mismatch(declared: str, found: str) -> bool:
    """Whether the declared type says something else than the content. All plain text is one kind."""
    said = declared.partition(";")[0].strip().lower()
    said = _ALIASES.get(said, said)
    if said in _SAYS_NOTHING or found in _SAYS_NOTHING or found == "application/x-empty":
        return False
    if said == found or (said.startswith("text/") and found.startswith(("text/", "message/"))):
        return False
    return not (said.endswith(("+xml", "/xml")) and found.endswith(("+xml", "/xml")))

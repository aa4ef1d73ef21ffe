"""The package of a Word, Excel, PowerPoint or OpenDocument file: its parts by name, under the limits of a container."""

from __future__ import annotations

import zipfile
from pathlib import Path

from models.reading import Flag, PartKind
from models.reasons import ReasonCode
from robot.reading.contract import Collector, Limits, Unreadable
from robot.reading.unzip import Budget, member_bytes, open_zip
from robot.reading.xml import Handler, checked_text, parse_xml

_MAX_DEPTH = 2_000
_ACTIVE = ("vbaproject.bin", "vbadata.xml", "/activex/", "/embeddings/", "basic/", "scripts/", "/macrosheets/")
_IMAGES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif")
_SMALL_IMAGE_BYTES = 30_000
_MAX_IMAGES = 20


class Package:
    """An opened package. Every XML part is checked for a document type declaration before any is used."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive = archive
        self._budget = Budget(total_bytes=limits.unpacked_bytes, ratio=limits.member_ratio)
        self._names = {
            name.lower().replace("\\", "/").lstrip("/"): name for name in archive.namelist()[: limits.members + 1]
        }
        if len(self._names) > limits.members:
            raise Unreadable(ReasonCode.TOO_MANY_PARTS, f"Dokumentet består av over {limits.members} filer.")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parts in lower case, in the order of the package."""
        return tuple(self._names)

    def read(self, name: str) -> bytes | None:
        """The bytes of a part by its lower-case name; None when there is none.

        Raises:
            Unreadable: DAMAGED, ENCRYPTED, TOO_LARGE.
        """
        return member_bytes(self._archive, self._names[name], self._budget) if name in self._names else None

    def feed(self, name: str, handler: Handler) -> bool:
        """Parses a part into ``handler``; False when there is none."""
        data = self.read(name)
        if data is None:
            return False
        parse_xml(data, handler, _MAX_DEPTH)
        return True

    def refuse_doctypes(self) -> None:
        """Refuses the whole document when any XML part has a document type declaration, used by us or not.

        Raises:
            Unreadable: DOCTYPE_REFUSED, DAMAGED, TOO_LARGE.
        """
        for name in self.names:
            if name.endswith((".xml", ".rels")):
                data = self.read(name) or b""
                if b"<!" in data or b"\0" in data[:64] or b"utf-7" in data[:200].lower():
                    checked_text(data)

    def flags(self) -> frozenset[Flag]:
        """ACTIVE_CONTENT for macros, controls and embedded documents."""
        active = any(
            mark in f"/{name}" if mark.startswith("/") else mark in name for mark in _ACTIVE for name in self.names
        )
        return frozenset({Flag.ACTIVE_CONTENT}) if active else frozenset()

    def images(self, ref: str, collector: Collector) -> bool:
        """Hands on the larger pictures, since a scanned letter may be pasted into a document; small ones are logos.

        Returns whether there were more than we take.
        """
        found = [
            name
            for name in self.names
            if name.endswith(_IMAGES) and self._archive.getinfo(self._names[name]).file_size >= _SMALL_IMAGE_BYTES
        ]
        for name in found[:_MAX_IMAGES]:
            content = self.read(name) or b""
            collector.add(ref, PartKind.INLINE, content, name=name.rpartition("/")[2], declared_type="")
        return len(found) > _MAX_IMAGES


def open_package(path: Path, limits: Limits) -> Package:
    """Opens a package and checks it.

    Raises:
        Unreadable: DAMAGED, ENCRYPTED, DOCTYPE_REFUSED, TOO_LARGE, TOO_MANY_PARTS.
    """
    package = Package(open_zip(path), limits)
    package.refuse_doctypes()
    return package


class Gatherer(Handler):
    """Text of a document with paragraphs and tables: a line for each paragraph, a line for each row with tabs between.

    Subclasses say which element is what, by local name.
    """

    paragraphs: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    breaks: dict[str, str] = {}  # noqa: RUF012  (read only; a subclass names its own)
    cell, row, table = "tc", "tr", "tbl"

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._piece: list[str] = []
        self._cells: list[list[str]] = []
        self._rows: list[list[str]] = []
        self._skip = 0
        self._in_text = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skip or name in self.skipped:
            self._skip += 1
        elif name in self.texts:
            self._in_text += 1
        elif name in self.breaks:
            self._piece.append(self.breaks[name])
        elif name == self.row:
            self._rows.append([])
        elif name == self.cell:
            self._flush()
            self._cells.append([])

    def text(self, text: str) -> None:
        if self._in_text and not self._skip:
            self._piece.append(text)

    def end(self, name: str) -> None:
        if self._skip:
            self._skip -= 1
        elif name in self.texts:
            self._in_text = max(0, self._in_text - 1)
            if name in self.paragraphs:
                self._flush()
        elif name in self.paragraphs:
            self._flush()
        elif name == self.cell and self._cells:
            self._flush()
            content = " ".join(self._cells.pop())
            if self._rows:
                self._rows[-1].append(content)
            else:
                self._line(content)
        elif name == self.row and self._rows:
            self._line("\t".join(self._rows.pop()).rstrip("\t"))

    def finish(self) -> str:
        """The text so far, one line a paragraph."""
        self._flush()
        return "\n".join(self.lines)

    def _flush(self) -> None:
        text = "".join(self._piece)
        self._piece.clear()
        if text.strip():
            self._line(text.strip(" \n") if self._cells else text.rstrip())

    def _line(self, text: str) -> None:
        if not text.strip():
            return
        if self._cells:
            self._cells[-1].append(text.replace("\n", " "))
        else:
            self.lines.append(text)

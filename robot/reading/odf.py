"""OpenDocument text, sheets, presentations and drawings → text. Source: OASIS OpenDocument 1.3 part 3."""

from __future__ import annotations

from pathlib import Path

from models.reading import Flag
from models.reasons import ReasonCode
from robot.reading.contract import Collector, PartResult, Unreadable
from robot.reading.ooxml import Gatherer, Package
from robot.reading.text import page_of
from robot.reading.unzip import open_zip
from robot.reading.xml import Handler

_MAX_SPACES = 200


class _Content(Gatherer):
    """Paragraphs and headings in order; deleted text that is still in the file is part of it."""

    paragraphs = frozenset({"p", "h"})
    texts = frozenset({"p", "h"})
    skipped = frozenset({"binary-data", "automatic-styles", "font-face-decls", "scripts", "sequence-decls"})
    breaks = {"tab": "\t", "line-break": "\n"}  # noqa: RUF012
    cell, row, table = "table-cell", "table-row", "table"

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "s" and not self._skip:
            count = attributes.get("c", "1")
            self._piece.append(" " * min(int(count) if count.isdecimal() and len(count) < 5 else 1, _MAX_SPACES))
        elif name == "table" and attributes.get("name") and not self._cells and not self._skip:
            self._flush()
        super().start(name, attributes)


class _Styles(_Content):
    """Only what master pages show: headers and footers."""

    skipped = _Content.skipped | {"styles", "automatic-styles"}


class _Manifest(Handler):
    def __init__(self) -> None:
        self.encrypted = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.encrypted = self.encrypted or name == "encryption-data"


def read_odf(path: Path, ref: str, collector: Collector) -> PartResult:
    """Text of an OpenDocument file: headers and footers, then the content; a line a paragraph or table row.

    Raises:
        Unreadable: DAMAGED, ENCRYPTED, DOCTYPE_REFUSED, TOO_LARGE, TOO_MANY_PARTS, TOO_DEEP.
    """
    package = _opened(path, collector)
    styles, content = _Styles(), _Content()
    package.feed("styles.xml", styles)
    if not package.feed("content.xml", content):
        raise Unreadable(ReasonCode.DAMAGED, "OpenDocument-filen mangler innholdet sitt.")
    text = "\n\n".join(part for part in (styles.finish(), content.finish()) if part)
    more = package.images(ref, collector)
    flags = package.flags() | ({Flag.PARTLY_READ} if more else set())
    detail = "Dokumentet har flere bilder enn roboten leser." if more else ""
    return page_of(text, collector.limits.text_chars, flags=flags, detail=detail)


def _opened(path: Path, collector: Collector) -> Package:
    # Encrypted parts are no XML; the manifest is never encrypted, so it is asked first.
    package = Package(open_zip(path), collector.limits)
    manifest = _Manifest()
    package.feed("meta-inf/manifest.xml", manifest)
    if manifest.encrypted:
        raise Unreadable(ReasonCode.ENCRYPTED, "OpenDocument-filen er beskyttet med passord.")
    package.refuse_doctypes()
    return package

"""Word and PowerPoint (Office Open XML) → text. Source: ECMA-376, parts 1 and 3.

Read from the XML rather than with python-docx: that leaves out content controls (the fields of a template), text boxes
and notes, and cannot be held to a limit.
"""

from __future__ import annotations

import re
from pathlib import Path

from models.reading import Flag, ReadPage
from models.reasons import ReasonCode
from robot.reading.contract import Collector, PartResult, Unreadable
from robot.reading.ooxml import Gatherer, Package, open_package
from robot.reading.text import page_of, tidied
from robot.reading.xlsx import read_xlsx
from robot.reading.xml import Handler

__all__ = ["read_docx", "read_pptx", "read_xlsx"]

_MORE_IMAGES = "Dokumentet har flere bilder enn roboten leser."


class _Word(Gatherer):
    paragraphs = frozenset({"p"})
    texts = frozenset({"t", "delText"})
    # The fallback of a text box repeats it for old programs.
    skipped = frozenset({"Fallback", "instrText", "pPr", "rPr", "tblPr", "tcPr", "trPr", "sectPr"})
    breaks = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}  # noqa: RUF012


class _Slide(Gatherer):
    paragraphs = frozenset({"p"})
    texts = frozenset({"t"})
    skipped = frozenset({"Fallback", "pPr", "rPr"})
    breaks = {"br": "\n", "tab": "\t"}  # noqa: RUF012


def read_docx(path: Path, ref: str, collector: Collector) -> PartResult:
    """Text of a Word document: header, body with tables, text boxes and content controls, footer, notes, comments.

    Deleted text that still lies in the file (tracked changes) is part of it: whoever gets the file can read it.

    Raises:
        Unreadable: DAMAGED, ENCRYPTED, DOCTYPE_REFUSED, TOO_LARGE, TOO_MANY_PARTS, TOO_DEEP.
    """
    package = open_package(path, collector.limits)
    _refuse_locked(package)
    texts = [_gathered(package, name, _Word()) for name in _word_parts(package)]
    return _result(package, ref, collector, "\n\n".join(text for text in texts if text))


def _word_parts(package: Package) -> list[str]:
    """The parts with text in reading order; the main one may have another name, told by the package's relations."""
    names = package.names
    main = next((name for name in ("word/document.xml", _main_part(package)) if name in names), "")
    return [
        *_matching(package, r"word/header\d*\.xml"),
        *([main] if main else _matching(package, r"word/document\d*\.xml")),
        *_matching(package, r"word/footer\d*\.xml"),
        *_matching(package, r"word/(?:footnotes|endnotes|comments)\.xml"),
    ]


_TARGET = re.compile(r'Target="/?([^"]{1,200})"')


def _main_part(package: Package) -> str:
    relations = (package.read("_rels/.rels") or b"").decode("utf-8", "replace")
    for relation in re.findall(r"<[^<>]{1,1000}/?>", relations):
        target = _TARGET.search(relation)
        if target and '/officeDocument"' in relation:
            return target.group(1).lower()
    return ""


class _Settings(Handler):
    def __init__(self) -> None:
        self.locked = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "documentProtection" and attributes.get("enforcement") in ("1", "true", "on"):
            password = any(attributes.get(key) for key in ("hash", "hashValue"))
            self.locked = password and attributes.get("edit") == "readOnly"


def _refuse_locked(package: Package) -> None:
    """A document locked with a password against all changes goes to a person, like one that cannot be opened; forms
    (locked but for their fields) are ordinary post."""
    settings = _Settings()
    package.feed("word/settings.xml", settings)
    if settings.locked:
        raise Unreadable(ReasonCode.ENCRYPTED, "Dokumentet er låst med passord (skrivebeskyttet).")


def read_pptx(path: Path, ref: str, collector: Collector) -> PartResult:
    """Text of a presentation, one page a slide, the speaker's notes below it.

    Raises:
        Unreadable: DAMAGED, ENCRYPTED, DOCTYPE_REFUSED, TOO_LARGE, TOO_MANY_PARTS, TOO_DEEP.
    """
    package = open_package(path, collector.limits)
    pages = []
    for number, name in enumerate(_matching(package, r"ppt/slides/slide\d+\.xml"), start=1):
        text = _gathered(package, name, _Slide())
        notes = _gathered(package, f"ppt/notesslides/notesslide{_number(name)}.xml", _Slide())
        joined = "\n\n".join(part for part in (text, notes) if part)
        pages.append(ReadPage(number=number, text=tidied(joined)))
    more = package.images(ref, collector)
    flags = package.flags() | ({Flag.PARTLY_READ} if more else set())
    return PartResult(pages=tuple(pages), flags=flags, detail=_MORE_IMAGES if more else "")


def _result(package: Package, ref: str, collector: Collector, text: str) -> PartResult:
    more = package.images(ref, collector)
    flags = package.flags() | ({Flag.PARTLY_READ} if more else set())
    return page_of(text, collector.limits.text_chars, flags=flags, detail=_MORE_IMAGES if more else "")


def _gathered(package: Package, name: str, gatherer: Gatherer) -> str:
    package.feed(name, gatherer)
    return gatherer.finish()


def _matching(package: Package, pattern: str) -> list[str]:
    return sorted(
        (name for name in package.names if re.fullmatch(pattern, name)), key=lambda name: (_number(name), name)
    )


def _number(name: str) -> int:
    found = re.search(r"(\d{1,9})\.xml$", name)
    return int(found.group(1)) if found else 0

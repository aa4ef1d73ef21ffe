"""What Word, Excel and PowerPoint files carry beside what they show (ECMA-376): tracked changes, comments, hidden text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from robot.reading.contract import Limits
from robot.reading.leaks.leak import MOST_TEXT, Leak, LeakKind
from robot.reading.ooxml import Package, open_package
from robot.reading.xml import Handler

_PEOPLE = ("creator", "lastModifiedBy", "title", "subject", "description", "keywords", "category", "manager", "company")
_TEXTS = frozenset({"t", "delText", "instrText"})
_WHITE = re.compile(r"\A(?:FFFFFF|FEFEFE|FFFFFE)\Z", re.IGNORECASE)


def office_leaks(path: Path) -> Iterator[Leak]:
    """Everything that lies in the file and is not shown.

    Raises:
        Unreadable: it cannot be opened.
    """
    package = open_package(path, Limits())
    yield from _properties(package)
    for name in package.names:
        if re.fullmatch(r"word/(?:document|header|footer|footnotes|endnotes)\d*\.xml", name):
            yield from _word(package, name)
        elif re.search(r"comments\w*\d*\.xml\Z", name):
            yield from _comments(package, name)
        elif name.startswith("ppt/notesslides/") and name.endswith(".xml"):
            yield from _plain(package, name, LeakKind.COMMENT, "notater")
        elif name == "xl/workbook.xml":
            yield from _sheets(package, name)
        elif "/embeddings/" in name:
            yield Leak(kind=LeakKind.EMBEDDED, place="innebygd objekt", text=name.rpartition("/")[2])


class _Values(Handler):
    """Text of each leaf element by name."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._text = []

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        value = "".join(self._text).strip()
        if value:
            self.found.append((name, value))
        self._text = []


def _properties(package: Package) -> Iterator[Leak]:
    for part in ("docprops/core.xml", "docprops/app.xml", "docprops/custom.xml"):
        values = _Values()
        if not package.feed(part, values):
            continue
        for name, value in values.found:
            if name in _PEOPLE or name.lower() in ("manager", "company") or part.endswith("custom.xml"):
                yield Leak(kind=LeakKind.METADATA, place=name[:60], text=value[:MOST_TEXT])


class _Hidden(Handler):
    """Runs of a Word part that are deleted, inserted, hidden or white."""

    def __init__(self) -> None:
        self.found: list[tuple[LeakKind, str]] = []
        self._deleted = self._moved = 0
        self._run: list[str] = []
        self._vanish = self._white = False
        self._in_text = self._in_properties = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("del", "moveFrom"):
            self._deleted += 1
        elif name == "r":
            self._run, self._vanish, self._white = [], False, False
        elif name == "rPr":
            self._in_properties += 1
        elif name in ("vanish", "webHidden") and self._in_properties:
            self._vanish = attributes.get("val", "1") not in ("0", "false", "off")
        elif name == "color" and self._in_properties:
            self._white = bool(_WHITE.match(attributes.get("val", "")))
        elif name in ("shd", "highlight") and self._in_properties:
            # White letters on a dark ground are seen.
            self._white = False
        elif name in _TEXTS:
            self._in_text += 1

    def text(self, text: str) -> None:
        if self._in_text:
            self._run.append(text)

    def end(self, name: str) -> None:
        if name in ("del", "moveFrom"):
            self._deleted = max(0, self._deleted - 1)
        elif name == "rPr":
            self._in_properties = max(0, self._in_properties - 1)
        elif name in _TEXTS:
            self._in_text = max(0, self._in_text - 1)
        elif name == "r":
            text = "".join(self._run)
            if text.strip() and self._deleted:
                self.found.append((LeakKind.TRACKED_CHANGE, text))
            elif text.strip() and (self._vanish or self._white):
                self.found.append((LeakKind.HIDDEN_TEXT, text))
            self._run = []


def _word(package: Package, name: str) -> Iterator[Leak]:
    hidden = _Hidden()
    package.feed(name, hidden)
    for kind in (LeakKind.TRACKED_CHANGE, LeakKind.HIDDEN_TEXT):
        text = " ".join(each for told, each in hidden.found if told is kind)
        if text:
            yield Leak(kind=kind, place=name.rpartition("/")[2], text=text[:MOST_TEXT], sure=True)


def _comments(package: Package, name: str) -> Iterator[Leak]:
    yield from _plain(package, name, LeakKind.COMMENT, "kommentarer")


def _plain(package: Package, name: str, kind: LeakKind, place: str) -> Iterator[Leak]:
    values = _Values()
    package.feed(name, values)
    text = " ".join(value for element, value in values.found if element in ("t", "text", "delText"))
    if text:
        yield Leak(kind=kind, place=place, text=text[:MOST_TEXT])


class _States(Handler):
    """Sheets of a workbook that are not shown, by their place."""

    def __init__(self) -> None:
        self.hidden: list[tuple[int, str]] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self._count += 1
            if attributes.get("state", "visible") != "visible":
                self.hidden.append((self._count, attributes.get("name", "")))


def _sheets(package: Package, name: str) -> Iterator[Leak]:
    states = _States()
    package.feed(name, states)
    strings = _Values()
    package.feed("xl/sharedstrings.xml", strings)
    shared = [value for element, value in strings.found if element == "t"]
    for number, title in states.hidden:
        cells = _Values()
        package.feed(f"xl/worksheets/sheet{number}.xml", cells)
        values = [value for element, value in cells.found if element in ("v", "t")]
        words = [shared[int(each)] if each.isdigit() and int(each) < len(shared) else each for each in values]
        yield Leak(
            kind=LeakKind.HIDDEN_SHEET, place="regneark", text=f"{title} {' '.join(words)}"[:MOST_TEXT], sure=True
        )

"""Excel workbooks (Office Open XML) → text: a line a row, tabs between cells, dates as dates. Source: ECMA-376 part 1.

Formulas are never calculated; what the workbook last showed is what is read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.reasons import ReasonCode
from robot.reading.contract import Collector, PartResult, Unreadable
from robot.reading.ooxml import Package, open_package
from robot.reading.text import page_of
from robot.reading.xml import Handler

_MAX_CELLS = 5_000_000
_MAX_COLUMN = 16_384
# Number formats of the standard that are dates or times (18.8.30), and letters that make a custom one so.
_DATE_FORMATS = frozenset({14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 30, 36, 45, 46, 47, 50, 57})
_QUIET_IN_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


def read_xlsx(path: Path, ref: str, collector: Collector) -> PartResult:
    """Text of all sheets, hidden ones too, each under its name; comments last.

    Raises:
        Unreadable: DAMAGED, ENCRYPTED, DOCTYPE_REFUSED, TOO_LARGE, TOO_MANY_PARTS, TOO_DEEP.
    """
    package = open_package(path, collector.limits)
    book = _Workbook()
    package.feed("xl/workbook.xml", book)
    strings = _Strings()
    package.feed("xl/sharedstrings.xml", strings)
    styles = _Styles()
    package.feed("xl/styles.xml", styles)
    _refuse_outside_schema(package)
    budget = _Cells(collector.limits.text_chars)
    texts = []
    for title, name in _sheets(package, book):
        sheet = _Sheet(strings.items, styles, budget, book.date_1904)
        package.feed(name, sheet)
        texts.append("\n".join([title, *sheet.lines]) if sheet.lines else title)
    for name in package.names:
        if re.fullmatch(r"xl/(?:comments\d*|threadedcomments/.*)\.xml", name):
            comments = _Strings(item="comment" if "threaded" not in name else "threadedComment", plain="text")
            package.feed(name, comments)
            texts += [one for one in comments.items if one.strip()]
    return page_of("\n\n".join(texts), collector.limits.text_chars, flags=package.flags())


def _refuse_outside_schema(package: Package) -> None:
    """A map of the workbook may name a schema somewhere else, which a program that opens it would fetch."""
    maps = package.read("xl/xmlmaps.xml") or b""
    if re.search(rb"<(?:\w{1,20}:)?(?:redefine|include|import|override)\b[^>]{0,500}schemaLocation", maps):
        raise Unreadable(
            ReasonCode.DOCTYPE_REFUSED, "Arbeidsboken viser til et XML-skjema utenfor filen, som ikke godtas."
        )


class _Workbook(Handler):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.date_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.sheets.append((attributes.get("name", ""), attributes.get("id", "")))
        elif name == "workbookPr":
            self.date_1904 = attributes.get("date1904", "") in ("1", "true")


class _Relations(Handler):
    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


def _sheets(package: Package, book: _Workbook) -> list[tuple[str, str]]:
    relations = _Relations()
    package.feed("xl/_rels/workbook.xml.rels", relations)
    found = []
    for title, key in book.sheets:
        target = relations.targets.get(key, "").lower()
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if target and name in package.names:
            found.append((title, name))
    listed = {name for _, name in found}
    lost = [name for name in package.names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name) and name not in listed]
    return found + [(name.rpartition("/")[2].removesuffix(".xml"), name) for name in lost]


class _Strings(Handler):
    """Shared strings: one for each ``si``, its runs joined, phonetic hints left out."""

    def __init__(self, item: str = "si", plain: str = "t") -> None:
        self.items: list[str] = []
        self._item, self._plain = item, plain
        self._open = self._quiet = False
        self._pieces: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._item:
            self._pieces = []
        elif name == "rPh":
            self._quiet = True
        elif name in ("t", self._plain) and not self._quiet:
            self._open = True

    def text(self, text: str) -> None:
        if self._open:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if name in ("t", self._plain):
            self._open = False
        elif name == "rPh":
            self._quiet = False
        if name == self._item:
            self.items.append("".join(self._pieces))


class _Styles(Handler):
    """Which cell styles show a number as a date."""

    def __init__(self) -> None:
        self._custom: dict[int, bool] = {}
        self._cells: list[int] = []
        self._inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            code = _QUIET_IN_FORMAT.sub("", attributes.get("formatCode", "")[:500]).lower()
            number = _int(attributes.get("numFmtId", ""))
            self._custom[number] = bool(re.search(r"[dy]|h+[:.]?m|m+[:.]?s", code)) and "general" not in code
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            self._cells.append(_int(attributes.get("numFmtId", "")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False

    def is_date(self, style: str) -> bool:
        """Whether a cell of this style shows a date."""
        number = _int(style)
        if not 0 <= number < len(self._cells):
            return False
        code = self._cells[number]
        return self._custom.get(code, code in _DATE_FORMATS)


class _Cells:
    """How much text may still come, over all sheets. One long string used by many cells is a bomb without entities."""

    def __init__(self, chars: int) -> None:
        self._cells = _MAX_CELLS
        self._chars = chars

    def take(self, text: str) -> None:
        """Counts a cell.

        Raises:
            Unreadable: TOO_LARGE.
        """
        self._cells -= 1
        self._chars -= len(text) + 1
        if self._cells < 0 or self._chars < 0:
            raise Unreadable(ReasonCode.TOO_LARGE, "Arbeidsboken har mer innhold enn grensen for hva roboten leser.")


class _Sheet(Handler):
    def __init__(self, strings: list[str], styles: _Styles, budget: _Cells, date_1904: bool) -> None:
        self.lines: list[str] = []
        self._strings, self._styles, self._budget, self._1904 = strings, styles, budget, date_1904
        self._row: list[str] = []
        self._kind = self._style = ""
        self._open = False
        self._pieces: list[str] = []
        self._quiet = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row = []
        elif name == "c":
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._pieces = []
            column = _column(attributes.get("r", ""))
            # Gaps are kept as one tab, so that a sheet with one far cell stays small.
            if column > len(self._row) + 1 and self._row:
                self._row.append("")
        elif name in ("v", "t"):
            self._open = not self._quiet
        elif name == "rPh":
            self._quiet = True
        elif name in ("oddHeader", "oddFooter", "firstHeader", "firstFooter"):
            self._open, self._pieces = True, []

    def text(self, text: str) -> None:
        if self._open:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._open = False
        elif name == "rPh":
            self._quiet = False
        elif name == "c":
            value = self._value("".join(self._pieces))
            if value:
                self._budget.take(value)
                self._row.append(value)
        elif name == "row":
            if any(self._row):
                self.lines.append("\t".join(self._row))
            self._row = []
        elif name in ("oddHeader", "oddFooter", "firstHeader", "firstFooter"):
            self._open = False
            text = re.sub(r"&(?:[LCRPNDTAFGZBIUESXY]|\"[^\"]*\"|\d+|K[\dA-F]{6})", " ", "".join(self._pieces)).strip()
            if text:
                self.lines.append(text)

    def _value(self, raw: str) -> str:
        if self._kind == "s":
            number = _int(raw)
            return self._strings[number].replace("\n", " ").strip() if 0 <= number < len(self._strings) else ""
        if self._kind == "b":
            return {"1": "SANN", "0": "USANN"}.get(raw.strip(), raw)
        if self._kind == "n" and raw and self._styles.is_date(self._style):
            return _date(raw, self._1904)
        return raw.replace("\n", " ").strip()


def _date(raw: str, date_1904: bool) -> str:
    """A serial day number as an ISO date, with the time when there is one; as it stands when it is none."""
    try:
        serial = float(raw)
        moment = datetime(1904, 1, 1, tzinfo=UTC) if date_1904 else datetime(1899, 12, 30, tzinfo=UTC)
        moment += timedelta(seconds=round(serial * 86400))
    except (ValueError, OverflowError):
        return raw
    if 0 <= serial < 1:
        return moment.strftime("%H:%M:%S")
    return moment.strftime("%Y-%m-%d") if serial == int(serial) else moment.strftime("%Y-%m-%d %H:%M:%S")


def _column(reference: str) -> int:
    number = 0
    for letter in reference[:3].upper():
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return min(number, _MAX_COLUMN)


def _int(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) else -1

"""The PDF reader: PDFium page by page, pdfplumber where place matters, and a wish for OCR where there is no text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.reading import Flag, PartKind, ReadPage
from models.reasons import ReasonCode
from robot.reading import pdflayout
from robot.reading.contract import Collector, PartResult, Unreadable
from robot.reading.pdfactive import has_active_content
from robot.reading.pdfforms import Embedded, Remarks, embedded, remarks
from robot.reading.pdfopen import mapped, opened

_FEW_LETTERS = 100
"""A page with fewer letters than this and a picture over half of it is a scan with a stamp, or a fax machine's heading."""
_GARBAGE = 0.3
"""Share of characters that no font map explains, above which a text layer is worth nothing."""
_NO_CONTROLS = {code: None for code in range(32) if chr(code) not in "\n\t"}
_STRANGE = re.compile(r"[\x00-\x08\x0e-\x1f\ue000-\uf8ff\ufffd]")
_SOLID = re.compile(r"\S")
_LETTERS = re.compile(r"[^\W_]")
_MOST_LAYOUT_PAGES = 20
_SCRAMBLED_JUMPS = 3
_MOST_OBJECTS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    text: str
    remarks: Remarks
    scan: bool = False
    scrambled: bool = False


def read_pdf(path: Path, ref: str, collector: Collector) -> PartResult:
    """Reads a PDF; see :data:`robot.reading.contract.Reader`.

    Pages without text come back empty with source ``ocr`` and are asked for with ``wants_ocr``. Filled-in fields stand
    after the text of their page and are given as form fields; embedded files become ATTACHMENT children.

    Raises:
        Unreadable: ENCRYPTED, DAMAGED, EMPTY, TOO_LARGE (more pages than the limit) or UNSUPPORTED_TYPE (XFA).
    """
    with mapped(path) as content:
        flags = {Flag.ACTIVE_CONTENT} if has_active_content(content) else set()
        try:
            with opened(content) as document:
                return _read(document, path, ref, collector, flags)
        except Unreadable as fault:
            if fault.reason is not ReasonCode.DAMAGED:
                raise
        return _second_reader(path, ref, collector, flags)


def _read(document: Any, path: Path, ref: str, collector: Collector, flags: set[Flag]) -> PartResult:
    import pypdfium2

    document.init_forms()
    _refuse_dynamic_form(document)
    if pypdfium2.raw.FPDF_GetSignatureCount(document) > 0:
        flags.add(Flag.SIGNED)
    count = len(document)
    if count == 0:
        raise Unreadable(ReasonCode.DAMAGED, "PDF-en har ingen sider.")
    if count > collector.limits.pdf_pages:
        detail = f"PDF-en har {count} sider; grensen er {collector.limits.pdf_pages}."
        raise Unreadable(ReasonCode.TOO_LARGE, detail)
    pages, clipped, layouts, unread = [], [], 0, 0
    for number in range(1, count + 1):
        found = _page(document, number)
        if found is None:
            unread += 1
            pages.append(ReadPage(number=number, text="", reason=ReasonCode.DAMAGED))
            continue
        text = found.text
        if found.scrambled and layouts < _MOST_LAYOUT_PAGES:
            layouts += 1
            text = _by_place(path, number) or text
        for field in found.remarks.fields:
            collector.form(field.name, field.value)
        text = "\n".join([text, *(field.shown for field in found.remarks.fields), *found.remarks.texts]).strip()
        if found.remarks.has_files:
            clipped.append(number)
        if found.scan:
            collector.wants_ocr(ref, number)
            flags.add(Flag.OCR)
        pages.append(ReadPage(number=number, text=text, source="ocr" if found.scan else "text"))
    if unread == count:
        raise Unreadable(ReasonCode.DAMAGED)
    for file in embedded(document, _loaded(document, clipped)):
        flags.add(Flag.ACTIVE_CONTENT)
        _take_out(file, ref, collector)
    return PartResult(pages=tuple(pages), flags=frozenset(flags))


def _refuse_dynamic_form(document: Any) -> None:
    """Refuses XFA forms, whose pages say only «please wait»; what the sender wrote is shown by Adobe Reader alone."""
    import pypdfium2

    if document.get_formtype() == pypdfium2.raw.FORMTYPE_XFA_FULL:
        detail = "PDF-en er et dynamisk skjema (XFA) som bare Adobe Reader kan vise."
        raise Unreadable(ReasonCode.UNSUPPORTED_TYPE, detail)


def _page(document: Any, number: int) -> _Page | None:
    """One page, or None when PDFium cannot load it."""
    import pypdfium2

    try:
        page = document[number - 1]
        textpage = page.get_textpage()
    except pypdfium2.PdfiumError:
        return None
    text = _tidy(textpage.get_text_range())
    garbage = _is_garbage(text)
    found = _Page(
        text="" if garbage else text.translate(_NO_CONTROLS),
        remarks=remarks(document, page),
        scan=garbage or _is_scan(page, text),
        scrambled=not garbage and _is_scrambled(textpage),
    )
    textpage.close()
    page.close()
    return found


def _loaded(document: Any, numbers: Sequence[int]) -> Iterator[Any]:
    for number in numbers:
        page = document[number - 1]
        yield page
        page.close()


def _tidy(text: str) -> str:
    """PDFium's text with plain line ends, and a soft hyphen at a line's end (its U+FFFE) joined."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe\n", "").replace("\ufffe", "")
    return text.replace("\x00", "").replace("\u00ad\n", "").rstrip()


def _is_garbage(text: str) -> bool:
    """Whether a text layer is only numbers of glyphs: its font does not tell which letters they are."""
    return len(_STRANGE.findall(text)) > _GARBAGE * len(_SOLID.findall(text))


def _is_scan(page: Any, text: str) -> bool:
    """Whether the page must be looked at to be read: something is drawn there, and its text layer says too little."""
    letters = len(_LETTERS.findall(text))
    if letters >= _FEW_LETTERS:
        return False
    return _largest_picture(page) > 0.5 if letters else _draws_anything(page)


def _draws_anything(page: Any) -> bool:
    return next(iter(page.get_objects(max_depth=2)), None) is not None


def _largest_picture(page: Any) -> float:
    """The share of the page that its largest picture covers."""
    import pypdfium2

    width, height = page.get_size()
    largest = 0.0
    for place, item in enumerate(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
        left, bottom, right, top = item.get_bounds()
        largest = max(largest, (right - left) * (top - bottom))
        if place >= _MOST_OBJECTS:
            break
    return float(largest / max(width * height, 1.0))


def _is_scrambled(textpage: Any) -> bool:
    """Whether the text's order jumps up the page again and again within one column, as in tables drawn by column."""
    count = textpage.count_rects()
    if not 6 <= count <= _MOST_OBJECTS:
        return False
    jumps, before = 0, None
    for place in range(count):
        left, bottom, right, top = textpage.get_rect(place)
        if before is not None:
            overlaps = left < before[2] and right > before[0]
            jumps += overlaps and bottom > before[3] + (top - bottom) / 2
        before = (left, bottom, right, top)
    return jumps >= _SCRAMBLED_JUMPS and jumps * 5 >= count / 2


def _by_place(path: Path, number: int) -> str:
    """The page's text by place; empty when pdfminer cannot read it, and PDFium's own order then stands."""
    try:
        return pdflayout.layout_text(path, number)
    except Unreadable:
        return ""


def _take_out(file: Embedded, ref: str, collector: Collector) -> None:
    if file.size_bytes > collector.limits.unpacked_bytes:
        collector.failed(ref, PartKind.ATTACHMENT, name=file.name, declared_type="", reason=ReasonCode.TOO_LARGE)
        return
    collector.add(ref, PartKind.ATTACHMENT, file.content(), name=file.name, declared_type="")


def _second_reader(path: Path, ref: str, collector: Collector, flags: set[Flag]) -> PartResult:
    """What pdfminer makes of a file that PDFium refuses. Without any text it is damaged: nothing can be drawn of it."""
    texts = pdflayout.all_text(path, pages=collector.limits.pdf_pages)
    if not any(text.strip() for text in texts):
        raise Unreadable(ReasonCode.DAMAGED)
    pages = tuple(ReadPage(number=number, text=text.strip()) for number, text in enumerate(texts, start=1))
    return PartResult(pages=pages, flags=frozenset(flags))

"""Opens a PDF with PDFium from a descriptor's path, and tells why when it will not open."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.reasons import ReasonCode
from robot.reading.contract import Unreadable

# fpdfview.h: FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY (an encryption that PDFium does not know).
_PASSWORD, _SECURITY = 4, 5
_LONGEST_SIDE = 32_000
"""Tesseract refuses images with a side over 32,767 pixels."""


@contextlib.contextmanager
def mapped(path: Path) -> Iterator[mmap.mmap]:
    """The bytes of a file, without reading them all. Raises ``Unreadable(EMPTY)`` when there are none."""
    with path.open("rb") as file:
        try:
            # ACCESS_COPY, because ctypes takes only writable buffers; nothing is ever written.
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        except ValueError as fault:
            raise Unreadable(ReasonCode.EMPTY) from fault
        # Not closed here: exported pointers may outlive the block, and the child ends soon after.
        yield content


@contextlib.contextmanager
def opened(content: mmap.mmap) -> Iterator[Any]:
    """The ``pypdfium2.PdfDocument`` of these bytes.

    Raises:
        Unreadable: ENCRYPTED when a password is needed, DAMAGED when PDFium cannot open it.
    """
    import pypdfium2

    buffer = (ctypes.c_ubyte * len(content)).from_buffer(content)
    try:
        document = pypdfium2.PdfDocument(buffer)
    except pypdfium2.PdfiumError as fault:
        code = getattr(fault, "err_code", None)
        raise Unreadable(ReasonCode.ENCRYPTED if code in (_PASSWORD, _SECURITY) else ReasonCode.DAMAGED) from fault
    try:
        yield document
    finally:
        document.close()


def scale_within(width_pt: float, height_pt: float, *, dpi: int, pixels: int) -> float:
    """The scale (1 = 72 dpi) for rendering at ``dpi``, lowered until the page has at most ``pixels``.

    PDFium's page size is the one it renders by (MediaBox, CropBox, rotation and UserUnit as it understands them), so
    the bound holds for the bitmap that will be made.
    """
    width, height = max(width_pt, 1.0), max(height_pt, 1.0)
    wanted = dpi / 72
    by_area = (pixels / (width * height)) ** 0.5
    by_side = _LONGEST_SIDE / max(width, height)
    return min(wanted, float(by_area), by_side)


def warm_up() -> None:
    """Has PDFium set up its tables and fonts, on a page of our own, so that no child need do it."""
    import pypdfium2

    with contextlib.closing(pypdfium2.PdfDocument(_OWN_PAGE)) as document:
        page = document[0]
        textpage = page.get_textpage()
        textpage.get_text_range()
        textpage.close()
        page.close()


_OWN_PAGE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length 28>>stream\nBT /F 9 Tf 9 9 Td (Hei) Tj ET\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)

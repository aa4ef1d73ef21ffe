"""The image reader: looks at size and pages, and asks for OCR. The picture itself is decoded in the OCR task."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from models.reading import Flag, ReadPage
from models.reasons import ReasonCode
from robot.reading.contract import Collector, PartResult, Unreadable

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "JPEG2000", "HEIF")
_TOO_SMALL_FOR_TEXT = 24
"""Pixels of the shorter side under which no letter is legible: tracking pixels, lines, bullets."""
_JPEG_REDUCTION = 8
"""The JPEG decoder can leave out detail while decoding, down to an eighth of each side."""


def read_image(path: Path, ref: str, collector: Collector) -> PartResult:
    """Reads an image: one page, or one for each page of a TIFF; see :data:`robot.reading.contract.Reader`.

    Raises:
        Unreadable: DAMAGED, TOO_LARGE (pixels or pages), or UNSUPPORTED_TYPE.
    """
    with open_image(path) as image:
        count = page_count(image)
        if count > collector.limits.pdf_pages:
            raise Unreadable(
                ReasonCode.TOO_LARGE, f"Bildet har {count} sider; grensen er {collector.limits.pdf_pages}."
            )
        refuse_giant(image, pixels=collector.limits.page_pixels)
        if min(image.size) < _TOO_SMALL_FOR_TEXT:
            return PartResult(pages=(ReadPage(number=1, text=""),))
    for number in range(1, count + 1):
        collector.wants_ocr(ref, number)
    pages = tuple(ReadPage(number=number, text="", source="ocr") for number in range(1, count + 1))
    return PartResult(pages=pages, flags=frozenset({Flag.OCR}))


def open_image(path: Path) -> Any:
    """The image by Pillow, nothing decoded yet.

    Raises:
        Unreadable: DAMAGED, or UNSUPPORTED_TYPE for HEIC without its library.
    """
    from PIL import Image, UnidentifiedImageError

    # The limit is our own (`refuse_giant`), with a reason code; Pillow's would be a warning or another exception.
    Image.MAX_IMAGE_PIXELS = None
    if importlib.util.find_spec("pi_heif") is not None:
        importlib.import_module("pi_heif").register_heif_opener()
    try:
        return Image.open(path, formats=[name for name in FORMATS if name != "HEIF" or name in Image.OPEN])
    except UnidentifiedImageError as fault:
        with path.open("rb") as file:
            if file.read(12)[4:8] == b"ftyp":
                detail = "Bildet er i HEIC-format. Be avsender om JPEG eller PDF, eller installer pi-heif."
                raise Unreadable(ReasonCode.UNSUPPORTED_TYPE, detail) from fault
        raise Unreadable(ReasonCode.DAMAGED) from fault


def page_count(image: Any) -> int:
    """Pages of a TIFF; other formats' frames are an animation or thumbnails, and count as one."""
    return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


def refuse_giant(image: Any, *, pixels: int) -> None:
    """Raises ``Unreadable(TOO_LARGE)`` when the image, reduced as far as its decoder can, is over ``pixels``."""
    reduction = _JPEG_REDUCTION**2 if image.format in ("JPEG", "MPO") else 1
    width, height = image.size
    if width * height > pixels * reduction:
        raise Unreadable(ReasonCode.TOO_LARGE, f"Bildet er på {width} × {height} punkter, over grensen på {pixels}.")

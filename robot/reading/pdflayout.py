"""Text by place on the page, with pdfplumber: for pages PDFium reads in the wrong order or not at all. 34 times slower."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.reasons import ReasonCode
from robot.reading.collect import PARSER_ERRORS
from robot.reading.contract import Unreadable

_CELL_GAP = "\t"


def tables(path: Path, page: int) -> list[list[list[str]]]:
    """The ruled tables of a page (from 1): tables of rows of cells.

    Raises:
        Unreadable: ENCRYPTED or DAMAGED.
    """
    with _page(path, page) as found:
        return [[[cell or "" for cell in row] for row in table] for table in found.extract_tables()]


def layout_text(path: Path, page: int) -> str:
    """The text of a page (from 1), line by line from the top; rows of ruled tables with tabs between the cells.

    Raises:
        Unreadable: ENCRYPTED or DAMAGED.
    """
    with _page(path, page) as found:
        ruled = found.find_tables()
        outside = found
        for table in ruled:
            outside = outside.outside_bbox(_within(table.bbox, found.bbox), strict=False)
        blocks = [(line["top"], line["text"]) for line in outside.extract_text_lines(return_chars=False)]
        for table in ruled:
            for row, cells in zip(table.rows, table.extract(), strict=True):
                texts = [" ".join((cell or "").split()) for cell in cells]
                blocks.append((row.bbox[1], _CELL_GAP.join(texts)))
        return "\n".join(text for _, text in sorted(blocks, key=lambda block: block[0]) if text.strip())


def all_text(path: Path, *, pages: int) -> list[str]:
    """The text of every page by pdfminer alone, for files that PDFium does not open.

    Raises:
        Unreadable: ENCRYPTED or DAMAGED, or TOO_LARGE when there are more than ``pages``.
    """
    with _opened(path) as document:
        if len(document.pages) > pages:
            raise Unreadable(ReasonCode.TOO_LARGE, f"PDF-en har flere enn {pages} sider.")
        return [page.extract_text() for page in document.pages]


@contextlib.contextmanager
def _page(path: Path, number: int) -> Iterator[Any]:
    with _opened(path, [number]) as document:
        yield document.pages[0]


@contextlib.contextmanager
def _opened(path: Path, pages: list[int] | None = None) -> Iterator[Any]:
    """A pdfplumber document. pdfminer answers broken files with nearly any exception; they all mean DAMAGED."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(path, pages=pages) as document:
            yield document
    except PdfminerException as fault:
        cause = fault.args[0] if fault.args else None
        locked = isinstance(cause, PDFEncryptionError | PDFPasswordIncorrect)
        raise Unreadable(ReasonCode.ENCRYPTED if locked else ReasonCode.DAMAGED) from fault
    except PARSER_ERRORS as fault:
        raise Unreadable(ReasonCode.DAMAGED) from fault


def _within(box: tuple[float, ...], page: tuple[float, ...]) -> tuple[float, float, float, float]:
    return (max(box[0], page[0]), max(box[1], page[1]), min(box[2], page[2]), min(box[3], page[3]))

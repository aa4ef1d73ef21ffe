"""Looks through one file for what it gives away beside what it shows. Pure over the bytes; meant for the sandbox."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.reasons import ReasonCode
from robot.reading.child import Bench
from robot.reading.contract import Unreadable
from robot.reading.leaks.leak import MOST_LEAKS, MOST_TEXT, Leak, LeakKind, as_json

_DEEPEST = 3
_MOST_FILES = 50
_MOST_PAGES = 2_000
_MOST_TEXT_NOW = 20_000_000
_LARGEST = 200 * 1024 * 1024


def inspect_file(path: Path) -> tuple[Leak, ...]:
    """Everything a PDF or Office file gives away, in the order pages, file, files within; empty for other kinds.

    Raises:
        Unreadable: it cannot be opened: EMPTY, ENCRYPTED, DAMAGED, TOO_LARGE. That is itself worth a finding (PJ-H06).
    """
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if not content:
        raise Unreadable(ReasonCode.EMPTY, "Filen er tom.")
    if len(content) > _LARGEST:
        raise Unreadable(ReasonCode.TOO_LARGE, f"Filen er over {_LARGEST // 2**20} MB.")
    return tuple(itertools.islice(_leaks(content, 0), MOST_LEAKS))


def look(bench: Bench) -> list[dict[str, Any]]:
    """The sandboxed task: one document; ``{"reason": …}`` alone when it cannot be opened."""
    try:
        return [as_json(leak) for leak in inspect_file(bench.documents[0])]
    except Unreadable as fault:
        return [{"reason": fault.reason.value}]


def _leaks(content: bytes, depth: int) -> Iterator[Leak]:
    if b"%PDF-" in content[:1024]:
        found = _pdf(content, depth)
    elif content.startswith(b"PK\x03\x04"):
        found = _office(content)
    else:
        return
    for leak in found:
        yield leak if leak.within else replace(leak, within=depth)


def _office(content: bytes) -> Iterator[Leak]:
    from robot.reading.leaks.officeparts import office_leaks

    with tempfile.NamedTemporaryFile(prefix="leak-", suffix=".zip") as file:
        file.write(content)
        file.flush()
        yield from office_leaks(Path(file.name))


def _pdf(content: bytes, depth: int) -> Iterator[Leak]:
    from robot.reading.leaks import pdfparts, pdfremains

    pdf = pdfparts.opened(content)
    off = pdfparts.layers_off(pdf) if pdf is not None else False
    with _drawable(content) as document:
        count = min(len(document), _MOST_PAGES)
        for number in range(1, count + 1):
            yield from _page(document, number, layers_off=off)
        now = _text(document)
    if pdf is None:
        return
    with pdf:
        yield from pdfparts.parts_of(pdf)
        yield from pdfremains.bookmarks(pdf)
        yield from pdfremains.replacement_texts(pdf, now)
        yield from pdfremains.loose_content(pdf, now, _text_of)
        if content.count(b"%%EOF") > 1:
            now = f"{now}\n{_beside(pdf)}"
            yield from pdfparts.earlier_words(content, _text_of, now)
        for name, inner in itertools.islice(pdfparts.files_in(pdf), _MOST_FILES):
            yield Leak(kind=LeakKind.EMBEDDED, place="vedlegg i filen", text=name[:MOST_TEXT])
            if depth + 1 <= _DEEPEST and inner:
                yield from _within(inner, depth + 1)


def _within(content: bytes, depth: int) -> Iterator[Leak]:
    """What a file within gives away; one that cannot be opened is nobody's secret, its name has been told."""
    try:
        yield from _leaks(content, depth)
    except Unreadable:
        return


def _page(document: Any, number: int, *, layers_off: bool) -> Iterator[Leak]:
    import pypdfium2

    from robot.reading.leaks import ink

    try:
        yield from ink.hidden_on(document, number, layers_off=layers_off)
    except pypdfium2.PdfiumError:
        return  # a page that cannot be loaded shows nothing, to anybody


def _beside(pdf: Any) -> str:
    """What this version says beside its pages, so that a comment that is still there is not taken for a remain."""
    from robot.reading.leaks import pdfparts

    return "\n".join(leak.text for leak in pdfparts.parts_of(pdf))


def _text(document: Any) -> str:
    import pypdfium2

    pieces, room = [], _MOST_TEXT_NOW
    for number in range(min(len(document), _MOST_PAGES)):
        try:
            page = document[number]
            textpage = page.get_textpage()
        except pypdfium2.PdfiumError:
            continue
        pieces.append(textpage.get_text_range()[:room])
        room -= len(pieces[-1])
        textpage.close()
        page.close()
        if room <= 0:
            break
    return "\n".join(pieces)


def _text_of(content: bytes) -> str | None:
    try:
        with _drawable(content) as document:
            return _text(document)
    except Unreadable:
        return None


class _drawable:
    """The file for PDFium, its form drawn with it; closed after the block."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._document: Any = None

    def __enter__(self) -> Any:
        import pypdfium2

        try:
            self._document = pypdfium2.PdfDocument(self._content)
            self._document.init_forms()
        except pypdfium2.PdfiumError as fault:
            code = getattr(fault, "err_code", None)
            raise Unreadable(ReasonCode.ENCRYPTED if code in (4, 5) else ReasonCode.DAMAGED) from fault
        return self._document

    def __exit__(self, *_: object) -> None:
        self._document.close()

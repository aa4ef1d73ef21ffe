"""What a PDF carries beside its pages: metadata, comments, hidden fields, files within, and what earlier versions said."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from robot.reading.leaks.leak import MOST_TEXT, Leak, LeakKind

_XMP_TEXT = re.compile(r"<(?!rdf:|x:)([A-Za-z][\w.-]*:[\w.-]+)[^<>]*>(.*?)</\1>", re.DOTALL)
_TAGS = re.compile(r"<[^<>]*>")
_OWN_FIELDS = frozenset({"/Producer", "/CreationDate", "/ModDate", "/Trapped", "/Creator"})
"""Of the program, not of people."""

_XMP_PEOPLE = (
    "dc:creator",
    "dc:title",
    "dc:description",
    "dc:subject",
    "pdf:Keywords",
    "photoshop:",
    "xmpMM:",
    "custom:",
)
_HIDDEN = 0x01 | 0x02 | 0x20
"""Invisible, Hidden and NoView (ISO 32000-2, table 167)."""

_MOST_ANNOTATIONS = 5_000
_MOST_REVISIONS = 20
_EOF = re.compile(rb"%%EOF[\r\n]*")
_WORD = re.compile(r"[^\W_]{2,}(?:[.\-/@][^\W_]+)*")


def layers_off(pdf: Any) -> bool:
    """Whether the file has layers that are not shown when it is opened."""
    layers = _dict(pdf.Root.get("/OCProperties"))
    shown = _dict(layers.get("/D"))
    return bool(layers) and (len(_list(shown.get("/OFF"))) > 0 or str(shown.get("/BaseState", "/ON")) == "/OFF")


def parts_of(pdf: Any) -> Iterator[Leak]:
    """Metadata, comments and hidden fields."""
    yield from _document_info(pdf)
    yield from _xmp(pdf)
    for number, page in enumerate(pdf.pages, start=1):
        yield from _annotations(page, number)


def files_in(pdf: Any) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every file within, those in the document's list and those pinned to pages."""
    seen = set()
    specs = [spec.obj for spec in pdf.attachments.values()]
    for page in pdf.pages:
        for annotation in _list(page.obj.get("/Annots"))[:_MOST_ANNOTATIONS]:
            spec = _dict(annotation).get("/FS")
            if spec is not None and str(_dict(annotation).get("/Subtype", "")) == "/FileAttachment":
                specs.append(spec)
    for spec in specs:
        stream = _dict(_dict(spec).get("/EF")).get("/F") or _dict(_dict(spec).get("/EF")).get("/UF")
        if stream is None or stream.objgen in seen:
            continue
        seen.add(stream.objgen)
        name = _text(_dict(spec).get("/UF")) or _text(_dict(spec).get("/F"))
        try:
            yield name, bytes(stream.read_bytes())
        except _faults():
            yield name, b""


def earlier_words(content: bytes, text_of: Any, now: str) -> Iterator[Leak]:
    """What earlier versions of the file said that this one does not. ``text_of(bytes)`` gives the text, or None when unreadable.

    A version is what ends at an end-of-file mark; a file written for the web has one near its start, which is none.
    """
    ends = [found.end() for found in _EOF.finditer(content)][:-1]
    kept = {word.casefold() for word in _WORD.findall(now)}
    for number, end in enumerate(ends[-_MOST_REVISIONS:], start=1):
        before = text_of(content[:end])
        if not before:
            continue
        gone = [word for word in _WORD.findall(before) if word.casefold() not in kept]
        if sum(len(word) for word in gone) >= 3:
            # Neighbours are told along, so that a number split by spaces is still one for the detectors.
            lines = [line for line in before.splitlines() if any(word in line for word in gone)]
            yield Leak(
                kind=LeakKind.EARLIER_REVISION, place=f"utgave {number}", text="\n".join(lines)[:MOST_TEXT], sure=True
            )


def _document_info(pdf: Any) -> Iterator[Leak]:
    for name, value in _dict(pdf.trailer.get("/Info")).items():
        text = _text(value)
        if name not in _OWN_FIELDS and text:
            yield Leak(kind=LeakKind.METADATA, place=str(name).lstrip("/")[:60], text=text[:MOST_TEXT])


def _xmp(pdf: Any) -> Iterator[Leak]:
    stream = pdf.Root.get("/Metadata")
    if stream is None:
        return
    try:
        text = stream.read_bytes()[:1_000_000].decode("utf-8", "replace")
    except _faults():
        return
    for name, inner in _XMP_TEXT.findall(text):
        if name.startswith(_XMP_PEOPLE) and (value := " ".join(_TAGS.sub(" ", inner).split())):
            yield Leak(kind=LeakKind.METADATA, place=f"XMP {name}"[:60], text=value[:MOST_TEXT])


def _annotations(page: Any, number: int) -> Iterator[Leak]:
    for annotation in _list(page.obj.get("/Annots"))[:_MOST_ANNOTATIONS]:
        told = _dict(annotation)
        kind = str(told.get("/Subtype", ""))
        hidden = bool(_flags(told) & _HIDDEN)
        if kind == "/Widget":
            value = _text(told.get("/V")) or _text(_dict(told.get("/Parent")).get("/V"))
            if hidden and value:
                yield Leak(kind=LeakKind.HIDDEN_FIELD, page=number, place="skjemafelt", text=value[:MOST_TEXT])
            continue
        said = " ".join(filter(None, (_text(told.get("/T")), _text(told.get("/Subj")), _text(told.get("/Contents")))))
        if said and kind not in ("/Link", "/Popup"):
            yield Leak(kind=LeakKind.COMMENT, page=number, place=kind.lstrip("/")[:30], text=said[:MOST_TEXT])


def _flags(annotation: Mapping[str, Any]) -> int:
    try:
        return int(annotation.get("/F", 0))
    except (TypeError, ValueError):
        return 0


def _dict(value: Any) -> Any:
    import pikepdf

    return value if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)) else {}


def _list(value: Any) -> list[Any]:
    import pikepdf

    return list(value) if isinstance(value, pikepdf.Array) else []


def _text(value: Any) -> str:
    import pikepdf

    return str(value).strip() if isinstance(value, pikepdf.String) or type(value) is str else ""


def _faults() -> tuple[type[Exception], ...]:
    import pikepdf

    return pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError, TypeError, NotImplementedError


def opened(content: bytes) -> Any | None:
    """The file for pikepdf; None when it cannot be opened (encrypted, damaged)."""
    import pikepdf

    try:
        return pikepdf.open(io.BytesIO(content))
    except _faults():
        return None

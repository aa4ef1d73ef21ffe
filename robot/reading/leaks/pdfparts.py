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
    layers = as_dict(pdf.Root.get("/OCProperties"))
    shown = as_dict(layers.get("/D"))
    return bool(layers) and (len(as_list(shown.get("/OFF"))) > 0 or str(shown.get("/BaseState", "/ON")) == "/OFF")


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
        for annotation in as_list(page.obj.get("/Annots"))[:_MOST_ANNOTATIONS]:
            spec = as_dict(annotation).get("/FS")
            if spec is not None and str(as_dict(annotation).get("/Subtype", "")) == "/FileAttachment":
                specs.append(spec)
    for spec in specs:
        stream = as_dict(as_dict(spec).get("/EF")).get("/F") or as_dict(as_dict(spec).get("/EF")).get("/UF")
        if stream is None or stream.objgen in seen:
            continue
        seen.add(stream.objgen)
        name = as_text(as_dict(spec).get("/UF")) or as_text(as_dict(spec).get("/F"))
        try:
            yield name, bytes(stream.read_bytes())
        except faults():
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
    for name, value in as_dict(pdf.trailer.get("/Info")).items():
        text = as_text(value)
        if name not in _OWN_FIELDS and text:
            yield Leak(kind=LeakKind.METADATA, place=str(name).lstrip("/")[:60], text=text[:MOST_TEXT])


def _xmp(pdf: Any) -> Iterator[Leak]:
    stream = pdf.Root.get("/Metadata")
    if stream is None:
        return
    try:
        text = stream.read_bytes()[:1_000_000].decode("utf-8", "replace")
    except faults():
        return
    for name, inner in _XMP_TEXT.findall(text):
        if name.startswith(_XMP_PEOPLE) and (value := " ".join(_TAGS.sub(" ", inner).split())):
            yield Leak(kind=LeakKind.METADATA, place=f"XMP {name}"[:60], text=value[:MOST_TEXT])


def _annotations(page: Any, number: int) -> Iterator[Leak]:
    for annotation in as_list(page.obj.get("/Annots"))[:_MOST_ANNOTATIONS]:
        told = as_dict(annotation)
        kind = str(told.get("/Subtype", ""))
        hidden = bool(_flags(told) & _HIDDEN)
        if kind == "/Widget":
            value = as_text(told.get("/V")) or as_text(as_dict(told.get("/Parent")).get("/V"))
            if hidden and value:
                yield Leak(kind=LeakKind.HIDDEN_FIELD, page=number, place="skjemafelt", text=value[:MOST_TEXT])
            continue
        said = " ".join(
            filter(None, (as_text(told.get("/T")), as_text(told.get("/Subj")), as_text(told.get("/Contents"))))
        )
        if said and kind not in ("/Link", "/Popup"):
            yield Leak(kind=LeakKind.COMMENT, page=number, place=kind.lstrip("/")[:30], text=said[:MOST_TEXT])


def _flags(annotation: Mapping[str, Any]) -> int:
    try:
        return int(annotation.get("/F", 0))
    except (TypeError, ValueError):
        return 0


def as_dict(value: Any) -> Any:
    """A dictionary or stream as it is; anything else as an empty one."""
    import pikepdf

    return value if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)) else {}


def as_list(value: Any) -> list[Any]:
    """An array as a list; anything else as an empty one."""
    import pikepdf

    return list(value) if isinstance(value, pikepdf.Array) else []


def as_text(value: Any) -> str:
    """A text string; anything else as an empty one."""
    import pikepdf

    return str(value).strip() if isinstance(value, pikepdf.String) or type(value) is str else ""


def faults() -> tuple[type[Exception], ...]:
    """What pikepdf raises on files that are broken."""
    import pikepdf

    return pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError, TypeError, NotImplementedError


def opened(content: bytes) -> Any | None:
    """The file for pikepdf; None when it cannot be opened (encrypted, damaged)."""
    import pikepdf

    try:
        return pikepdf.open(io.BytesIO(content))
    except faults():
        return None

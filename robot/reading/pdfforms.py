"""Fields, typed-in remarks and embedded files of a PDF, through PDFium's raw interface."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_MOST_ANNOTATIONS = 5000
_NAME_BYTES = 4096
_VALUE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One filled-in field. ``shown`` is what a reader of the page would see: ticked boxes by name, others by value."""

    name: str
    value: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """What stands on a page beside its content: filled-in fields, texts typed on top of it, paper clips."""

    fields: tuple[Field, ...] = ()
    texts: tuple[str, ...] = ()
    has_files: bool = False


def remarks(document: Any, page: Any) -> Remarks:
    """The fields and free texts of a page, in the file's order."""
    fields, texts, has_files = [], [], False
    for annotation in _annotations(page):
        kind = _raw().FPDFAnnot_GetSubtype(annotation)
        if kind == _raw().FPDF_ANNOT_FREETEXT:
            text = _utf16(functools.partial(_raw().FPDFAnnot_GetStringValue, annotation, b"Contents"), _VALUE_BYTES)
            if text.strip():
                texts.append(text.strip())
        elif kind == _raw().FPDF_ANNOT_FILEATTACHMENT:
            has_files = True
        elif kind == _raw().FPDF_ANNOT_WIDGET and document.formenv is not None:
            field = _field(document.formenv, annotation)
            if field is not None:
                fields.append(field)
    return Remarks(fields=tuple(fields), texts=tuple(texts), has_files=has_files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """An embedded file. ``content`` reads it (``size_bytes`` is known before)."""

    name: str
    size_bytes: int
    content: Callable[[], bytes]


def embedded(document: Any, pages: Iterator[Any]) -> Iterator[Embedded]:
    """Files in the document's own list, then those pinned to pages as paper clips."""
    for place in range(document.count_attachments()):
        found = _raw().FPDFDoc_GetAttachment(document, place)
        if found:
            yield _embedded(found)
    for page in pages:
        for annotation in _annotations(page):
            if _raw().FPDFAnnot_GetSubtype(annotation) == _raw().FPDF_ANNOT_FILEATTACHMENT:
                found = _raw().FPDFAnnot_GetFileAttachment(annotation)
                if found:
                    yield _embedded(found)


def _embedded(attachment: Any) -> Embedded:
    raw = _raw()
    size = ctypes.c_ulong(0)
    raw.FPDFAttachment_GetFile(attachment, None, 0, size)

    def content() -> bytes:
        buffer = ctypes.create_string_buffer(size.value)
        raw.FPDFAttachment_GetFile(attachment, buffer, size.value, size)
        return buffer.raw[: size.value]

    name = _utf16(lambda *room: raw.FPDFAttachment_GetName(attachment, *room), _NAME_BYTES)
    return Embedded(name=name, size_bytes=size.value, content=content)


def _annotations(page: Any) -> Iterator[Any]:
    for place in range(min(_raw().FPDFPage_GetAnnotCount(page), _MOST_ANNOTATIONS)):
        annotation = _raw().FPDFPage_GetAnnot(page, place)
        if annotation:
            try:
                yield annotation
            finally:
                _raw().FPDFPage_CloseAnnot(annotation)


def _field(form: Any, annotation: Any) -> Field | None:
    raw = _raw()
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    name = _utf16(lambda *room: raw.FPDFAnnot_GetFormFieldName(form, annotation, *room), _NAME_BYTES)
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        if not raw.FPDFAnnot_IsChecked(form, annotation):
            return None
        value = _utf16(lambda *room: raw.FPDFAnnot_GetFormFieldExportValue(form, annotation, *room), _NAME_BYTES)
        return Field(name=name, value=value or "Ja", shown=f"{name}: {value or 'Ja'}")
    if kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        value = _utf16(lambda *room: raw.FPDFAnnot_GetFormFieldValue(form, annotation, *room), _VALUE_BYTES)
        return Field(name=name, value=value, shown=f"{name}: {value}") if value.strip() else None
    return None


def _utf16(call: Callable[..., int], most: int) -> str:
    """A string that PDFium writes as UTF-16LE with a closing zero, in two calls: its length, then itself."""
    size = min(call(None, 0), most)
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * ((size + 1) // 2))()
    call(buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").partition("\x00")[0]


def _raw() -> Any:
    import pypdfium2.raw

    return pypdfium2.raw

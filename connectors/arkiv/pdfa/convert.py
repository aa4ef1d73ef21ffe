"""Any received file → PDF/A-2b, by its media type. One file in, one file out; made to run in the robot's sandbox."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from connectors.arkiv.pdfa.result import CannotConvert, Conversion, Fault

TASK = "connectors.arkiv.pdfa.convert:task"
"""The dotted name by which the sandbox finds :func:`task`."""

OUTPUT = "parts/arkiv.pdf"
"""Where :func:`task` leaves the PDF/A, in its bench's folder."""

_OFFICE = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
}
_IMAGES = frozenset({"image/jpeg", "image/png", "image/tiff", "image/gif", "image/bmp", "image/webp"})
_TEXT = frozenset(
    {"application/xml", "application/json", "application/xhtml+xml", "application/csv", "message/delivery-status"}
)


class Bench(Protocol):
    """What the sandbox hands a task: the document to read, a folder to write in, arguments."""

    @property
    def documents(self) -> tuple[Path, ...]: ...
    @property
    def folder(self) -> Path: ...
    @property
    def arguments(self) -> Mapping[str, Any]: ...


def to_pdfa(source: Path, target: Path, *, media_type: str, title: str = "", plain: bool = False) -> Conversion:
    """Writes ``target`` as PDF/A-2b of ``source``, which is only read. ``plain``: without laying out HTML.

    Raises:
        CannotConvert: it cannot be done, and why.
    """
    from connectors.arkiv.pdfa import image, mail, msg, office, pdf, text

    kind = media_type.partition(";")[0].strip().lower()
    if kind == "application/pdf":
        return pdf.pdf_to_pdfa(source, target)
    if kind in _IMAGES:
        return image.image_to_pdfa(source, target)
    if kind in {"message/rfc822", "message/global"}:
        return mail.mail_to_pdfa(source, target, plain=plain)
    if kind == "application/vnd.ms-outlook":
        return msg.msg_to_pdfa(source, target, plain=plain)
    if kind in _OFFICE:
        return office.office_to_pdfa(source, target, suffix=_OFFICE[kind])
    if kind == "text/html":
        return text.html_to_pdfa(source, target, title=title, plain=plain)
    if kind.startswith("text/") or kind in _TEXT or kind.endswith("+xml"):
        return text.text_to_pdfa(source, target, title=title)
    raise CannotConvert(Fault.UNSUPPORTED_TYPE, kind)


def task(bench: Bench) -> dict[str, Any]:
    """:func:`to_pdfa` for the sandbox: arguments ``media_type``, ``title``, ``plain``; the file is left in :data:`OUTPUT`.

    Answers ``{"fault", "detail"}`` or the fields of :class:`~connectors.arkiv.pdfa.result.Conversion`.
    """
    # In the sandbox /etc/mime.types is seen but not to be opened, and weasyprint's import would fail on it; Python's own
    # table is enough.
    mimetypes.knownfiles.clear()
    target = bench.folder / OUTPUT
    target.parent.mkdir(parents=True, exist_ok=True)
    told = bench.arguments
    try:
        made = to_pdfa(
            bench.documents[0],
            target,
            media_type=str(told["media_type"]),
            title=str(told.get("title", "")),
            plain=bool(told.get("plain", False)),
        )
    except CannotConvert as cannot:
        return {"fault": cannot.fault.value, "detail": cannot.detail}
    return {
        "tool": made.tool,
        "checked": made.checked,
        "validated": made.validated,
        "unchecked": list(made.unchecked),
        "notes": list(made.notes),
        "flavour": made.flavour,
    }

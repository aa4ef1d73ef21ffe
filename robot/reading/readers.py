"""Which reader reads which media type. Imports are made when asked for, or all at once in the zygote."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from models.reasons import ReasonCode
from robot.reading.contract import Collector, PartResult, Reader, Unreadable
from robot.reading.ole import OLE_FAULTS, open_ole

_HERE = "robot.reading"
_OPEN = "application/vnd.oasis.opendocument."
_OOXML = "application/vnd.openxmlformats-officedocument."

_PLACES: Mapping[str, str] = {
    "application/pdf": "pdf.read_pdf",
    "image/png": "image.read_image",
    "image/jpeg": "image.read_image",
    "image/gif": "image.read_image",
    "image/tiff": "image.read_image",
    "image/bmp": "image.read_image",
    "image/webp": "image.read_image",
    "image/jp2": "image.read_image",
    "image/heic": "image.read_image",
    "message/rfc822": "mail.read_mail",
    "application/vnd.ms-outlook": "msg.read_msg",
    "application/pkcs7-mime": "cms.read_cms",
    "application/pkcs7-signature": "cms.read_cms",
    "application/ms-tnef": "tnef.read_tnef",
    "application/zip": "containers.read_zip",
    "application/gzip": "containers.read_gzip",
    "application/x-tar": "containers.read_tar",
    "application/xml": "xml.read_xml",
    "application/json": "xml.read_json",
    "application/rtf": "rtf.read_rtf",
    "text/html": "html.read_html",
    "text/plain": "text.read_text",
    "text/csv": "text.read_text",
    "text/calendar": "text.read_text",
    "text/vcard": "text.read_text",
    _OOXML + "wordprocessingml.document": "office.read_docx",
    _OOXML + "spreadsheetml.sheet": "office.read_xlsx",
    _OOXML + "presentationml.presentation": "office.read_pptx",
    _OPEN + "text": "odf.read_odf",
    _OPEN + "text-template": "odf.read_odf",
    _OPEN + "spreadsheet": "odf.read_odf",
    _OPEN + "spreadsheet-template": "odf.read_odf",
    _OPEN + "presentation": "odf.read_odf",
    _OPEN + "graphics": "odf.read_odf",
}

# Formats we know and do not read, by the name people know them under.
UNSUPPORTED: Mapping[str, str] = {
    "application/msword": "gammelt Word-dokument (.doc)",
    "application/vnd.ms-excel": "gammelt Excel-ark (.xls)",
    "application/vnd.ms-powerpoint": "gammel PowerPoint-presentasjon (.ppt)",
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": "binært Excel-ark (.xlsb)",
    "application/vnd.visio": "Visio-tegning (.vsd)",
    "application/x-ole-storage": "ukjent OLE-dokument",
    "application/x-7z-compressed": "7-Zip-arkiv (.7z)",
    "application/vnd.rar": "RAR-arkiv (.rar)",
    "application/x-bzip2": "bzip2-arkiv (.bz2)",
    "application/x-xz": "xz-arkiv (.xz)",
    "application/vnd.ms-cab-compressed": "CAB-arkiv (.cab)",
    "application/vnd.ms-outlook-pst": "Outlook-datafil (.pst)",
    "application/vnd.microsoft.portable-executable": "Windows-program (.exe)",
    "application/x-elf": "Linux-program",
    "application/postscript": "PostScript (.ps)",
    "application/ogg": "lyd (.ogg)",
    "audio/mpeg": "lyd (.mp3)",
    "video/mp4": "film (.mp4)",
    "image/vnd.dwg": "DWG-tegning (.dwg)",
    "image/wmf": "Windows-tegning (.wmf)",
}


class _Readers(Mapping[str, Reader]):
    """Media type → reader; the reader's module is imported at the first look-up."""

    def __getitem__(self, media_type: str) -> Reader:
        if media_type in _PLACES:
            return _imported(_PLACES[media_type])
        return _FIXED[media_type]

    def __iter__(self) -> Iterator[str]:
        yield from _PLACES
        yield from _FIXED

    def __len__(self) -> int:
        return len(_PLACES) + len(_FIXED)

    def __contains__(self, media_type: object) -> bool:
        return media_type in _PLACES or media_type in _FIXED


@cache
def _imported(place: str) -> Reader:
    module, _, function = place.rpartition(".")
    reader: Reader = getattr(importlib.import_module(f"{_HERE}.{module}"), function)
    return reader


def _refusal(reason: ReasonCode, detail: str) -> Reader:
    def refuse(path: Path, ref: str, collector: Collector) -> PartResult:
        raise Unreadable(reason, detail)

    return refuse


_FIXED: Mapping[str, Reader] = {
    "application/x-empty": _refusal(ReasonCode.EMPTY, "Filen er tom."),
    "application/x-ole-encrypted-office": _refusal(ReasonCode.ENCRYPTED, "Office-dokumentet er beskyttet med passord."),
    **{kind: _refusal(ReasonCode.UNSUPPORTED_TYPE, f"Kan ikke leses: {name}.") for kind, name in UNSUPPORTED.items()},
    "application/msword": lambda path, ref, collector: _old_office(path, "application/msword"),
}

READERS: Mapping[str, Reader] = _Readers()


def reader_for(media_type: str) -> Reader | None:
    """The reader of a media type (as from ``sniff``), or None when the type is unknown to us.

    Known formats that we do not read have a reader that refuses them by name.
    """
    return READERS.get(media_type)


def preload() -> None:
    """Imports all readers and what they lean on, so that a child forked later need not."""
    for place in set(_PLACES.values()):
        _imported(place)
    for heavy in ("oxmsg", "tnefparse", "selectolax.lexbor", "olefile"):
        importlib.import_module(heavy)


def _old_office(path: Path, media_type: str) -> PartResult:
    """Word 97–2003: the file information block says whether it is encrypted (MS-DOC 2.5.1, fEncrypted)."""
    encrypted = False
    try:
        with open_ole(path) as ole, ole.openstream("WordDocument") as stream:
            fib = stream.read(12)
            encrypted = len(fib) == 12 and bool(fib[11] & 0x01)
    except OLE_FAULTS:
        encrypted = False
    if encrypted:
        raise Unreadable(ReasonCode.ENCRYPTED, "Word-dokumentet er beskyttet med passord.")
    raise Unreadable(ReasonCode.UNSUPPORTED_TYPE, f"Kan ikke leses: {UNSUPPORTED[media_type]}.")

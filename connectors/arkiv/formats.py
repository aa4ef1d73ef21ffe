"""PRONOM codes (M701) by what is seen in the first bytes and the media type. ``av/0`` is Arkivverket's «unknown»."""

from __future__ import annotations

import re

UNKNOWN = "av/0"
_PDF_VERSION = re.compile(rb"%PDF-(\d\.\d)")
# PRONOM: PDF 1.0 … 1.7 and 2.0. Whether it is a PDF/A takes a validator, and is not claimed here.
_PDF = {
    b"1.0": "fmt/14",
    b"1.1": "fmt/15",
    b"1.2": "fmt/16",
    b"1.3": "fmt/17",
    b"1.4": "fmt/18",
    b"1.5": "fmt/19",
    b"1.6": "fmt/20",
    b"1.7": "fmt/276",
    b"2.0": "fmt/1129",
}
_BY_MAGIC = (
    (b"II*\x00", "fmt/353"),
    (b"MM\x00*", "fmt/353"),
    (b"\xff\xd8\xff\xe0", "fmt/43"),
    (b"\xff\xd8\xff", "fmt/42"),
    (b"\x89PNG\r\n\x1a\n", "fmt/13"),
)
_BY_MIME = {
    "message/rfc822": "fmt/278",
    "text/plain": "x-fmt/111",
    "application/xml": "fmt/101",
    "text/xml": "fmt/101",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "fmt/412",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "fmt/214",
    "application/zip": "x-fmt/263",
}
# Said by the media type alone, these are only believed when the bytes agree.
_NEEDS_MAGIC = frozenset({"application/pdf", "image/jpeg", "image/png", "image/tiff"})


def pronom(head: bytes, mime_type: str) -> str:
    """The code for a file with these first bytes (1 KiB is enough) and this media type."""
    found = _PDF_VERSION.search(head[:1024])
    if found:
        return _PDF.get(found.group(1), UNKNOWN)
    for magic, code in _BY_MAGIC:
        if head.startswith(magic):
            return code
    mime = mime_type.partition(";")[0].strip().lower()
    return UNKNOWN if mime in _NEEDS_MAGIC else _BY_MIME.get(mime, UNKNOWN)

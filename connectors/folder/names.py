"""File names of any bytes as text that can be stored and shown, and the media type a name promises."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote_to_bytes

_TYPES = {
    ".bmp": "image/bmp",
    ".csv": "text/csv",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".eml": "message/rfc822",
    ".gif": "image/gif",
    ".htm": "text/html",
    ".html": "text/html",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    # Saved Outlook mail is mail to the robot; the reader finds its real form by content.
    ".msg": "message/rfc822",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".rtf": "application/rtf",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
    ".zip": "application/zip",
}
_SURROGATE = re.compile("[\udc80-\udcff]")
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f\udc80-\udcff]")


def media_type(name: str) -> str:
    """What the extension promises; a hint only, and the same on every machine (``mimetypes`` reads system files)."""
    return _TYPES.get(os.path.splitext(name)[1].lower(), "application/octet-stream")  # noqa: PTH122 - a name, not a path


def to_text(path: str) -> str:
    """A path as Python has it (with surrogates for bytes that are not UTF-8) as text for a locator; reversible."""
    return _SURROGATE.sub(lambda m: f"%{ord(m[0]) - 0xDC00:02X}", path.replace("%", "%25"))


def from_text(text: str) -> str:
    """The reverse of :func:`to_text`."""
    return os.fsdecode(unquote_to_bytes(text))


def to_show(path: str) -> str:
    r"""A path for people: bytes that are not UTF-8 and control characters as ``\xNN``."""
    return _UNSHOWABLE.sub(lambda m: f"\\x{ord(m[0]) & 0xFF:02x}", path)

"""File names from outside are text to show, never paths (reliability.md section 8, «Names and paths»)."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 120
NAMELESS = "uten-navn"
# A name is bounded before it is looked at character by character; nobody reads more.
_MAX_LOOKED_AT = 4_000
_ILLEGAL = frozenset('<>:"/\\|?*')
# Cc control, Cf format (bidi, zero width), Cs surrogates, Co private, Cn unassigned, Zl/Zp line and paragraph ends.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")
# Names that Windows takes for devices, whatever the extension.
_DEVICE = re.compile(r"\A(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|\Z)", re.IGNORECASE)

EXTENSIONS = {
    "application/pdf": ".pdf",
    "message/rfc822": ".eml",
    "application/vnd.ms-outlook": ".msg",
    "application/ms-tnef": ".dat",
    "application/zip": ".zip",
    "application/xml": ".xml",
    "application/json": ".json",
    "application/rtf": ".rtf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/tiff": ".tif",
    "image/bmp": ".bmp",
    "image/webp": ".webp",
    "image/jp2": ".jp2",
    "image/heic": ".heic",
}


def safe_name(raw: str, *, media_type: str) -> tuple[str, bool]:
    """A name that is safe to show and to use as the last part of a file name, and whether it had to be changed.

    Folders are dropped, control and bidi characters shown as escapes (``\\u202e`` becomes ``[U+202E]``), characters that
    a file system refuses become ``_``; at most 120 characters, the extension kept. A missing name becomes ``uten-navn``
    with the extension of ``media_type``, which does not count as a change.
    """
    looked_at = unicodedata.normalize("NFC", raw[:_MAX_LOOKED_AT])
    stripped = re.split(r"[/\\]", looked_at.strip().rstrip("/\\"))[-1]
    shown = "".join(_shown(character) for character in stripped)
    shown = re.sub(r"\s+", " ", shown).strip(" ").rstrip(".")
    shown = _DEVICE.sub(lambda found: f"_{found.group(0)}", shown)
    if not shown.strip("._ "):
        return NAMELESS + EXTENSIONS.get(media_type, ""), bool(raw.strip())
    safe = _shortened(shown)
    return safe, safe != raw


def _shown(character: str) -> str:
    if character in "\t\r\n":
        return " "
    if unicodedata.category(character) in _HIDDEN:
        return f"[U+{ord(character):04X}]"
    return "_" if character in _ILLEGAL else character


def _shortened(name: str) -> str:
    if len(name) <= MAX_NAME:
        return name
    found = _EXTENSION.search(name)
    extension = found.group(0) if found else ""
    return name[: MAX_NAME - len(extension) - 1].rstrip() + "…" + extension

"""Plain text, HTML, XML and JSON → PDF/A."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from connectors.arkiv.pdfa.pages import page_of, pages_to_pdfa, preformatted
from connectors.arkiv.pdfa.result import CannotConvert, Conversion, Fault

_META = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""")
_XML = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9_.:-]+)""")
_MOST_BYTES = 5_000_000


def text_to_pdfa(source: Path, target: Path, *, title: str) -> Conversion:
    """Text as it stands, in a fixed-width font. Raises ``CannotConvert`` when empty or over 5 MB."""
    return pages_to_pdfa([page_of(title, preformatted(decoded(_read(source))))], target)


def html_to_pdfa(source: Path, target: Path, *, title: str, plain: bool = False) -> Conversion:
    """The page as it prints, without anything from outside; with ``plain`` its source text.

    The heading of ours stands on no page: the document is the letter itself.
    """
    text = decoded(_read(source))
    if plain:
        return pages_to_pdfa([page_of(title, preformatted(text))], target, notes=("vist som kildetekst",))
    return pages_to_pdfa([text], target)


def _read(source: Path) -> bytes:
    if source.stat().st_size > _MOST_BYTES:
        raise CannotConvert(Fault.TOO_LARGE)
    content = source.read_bytes()
    if not content.strip():
        raise CannotConvert(Fault.EMPTY)
    return content


def decoded(content: bytes, declared: str = "") -> str:
    """Text by byte order mark, what is declared outside or inside, UTF-8, else windows-1252. Never fails."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return content.decode(name, "replace").lstrip("\ufeff")
    inside = _XML.search(content[:200]) or _META.search(content[:2000])
    for name in (declared, inside.group(1).decode("ascii") if inside else "", "utf-8", "cp1252"):
        try:
            return content.decode(name) if name else _next()
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("cp1252", "replace")


def _next() -> str:
    raise LookupError

"""Bytes → text in any charset, named or guessed; never raises."""

from __future__ import annotations

import codecs
import re

# Codecs of Python that undo escapes and are no charsets: never by a name from outside.
_NOT_TEXT = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
_ALIASES = {
    "ansi": "cp1252",
    "ansi-x3.4-1968": "ascii",
    "unicode": "utf-16",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "x-sjis": "shift_jis",
    "x-gbk": "gbk",
    "ks-c-5601-1987": "cp949",
    "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "dos-874": "cp874",
    "windows-874": "cp874",
    "x-windows-949": "cp949",
    "iso-ir-60": "ns_4551-1",
    "ns_4551-1": "ns_4551-1",
}
# Asked for when windows-1252 is meant (WHATWG Encoding).
_WESTERN = frozenset({"iso8859-1", "ascii", "cp1252"})
# The old Norwegian 7-bit set (NS 4551-1): the letters stand where ASCII has brackets.
_NS4551 = str.maketrans("[\\]{|}", "ÆØÅæøå")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(data: bytes, charset: str | None = None) -> tuple[str, bool]:
    """The text of ``data``, and whether it is to be trusted: False when the charset is unknown or bytes did not fit.

    Without a charset: byte order mark, else UTF-8 when every byte fits, else windows-1252. A named charset whose bytes do
    not fit is tried as UTF-8, then as windows-1252, so that æ, ø and å survive what mail programs say of themselves.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(name, "replace"), True
    wanted = (charset or "").strip().strip("\"'").lower()
    if not wanted:
        return _guess(data), True
    known = _codec(wanted)
    if known is None:
        return _guess(data), False
    if known == "ns_4551-1":
        return data.decode("ascii", "replace").translate(_NS4551), True
    if known in _WESTERN:
        return _guess(data), known != "ascii" or data.isascii()
    try:
        return data.decode(known), True
    except (UnicodeError, ValueError):
        return (_cp1252(data) if known == "utf-8" else data.decode(known, "replace")), False


def known_charset(charset: str) -> bool:
    """Whether we can read a charset of that name."""
    return _codec(charset.strip().lower()) is not None


def _codec(wanted: str) -> str | None:
    wanted = _ALIASES.get(wanted, wanted)
    if wanted == "ns_4551-1":
        return wanted
    if not re.fullmatch(r"[\w.:-]{1,40}", wanted, re.ASCII):
        return None
    try:
        name = codecs.lookup(wanted).name
        # Raises LookupError for codecs that are no charsets (base64, rot13, zlib …).
        b"ab".decode(name, "replace")
    except (LookupError, ValueError):
        return None
    return None if name in _NOT_TEXT else name


def _guess(data: bytes) -> str:
    """UTF-8 when every byte fits (text in another charset practically never does), else windows-1252."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _cp1252(data)


def _cp1252(data: bytes) -> str:
    """windows-1252; its five holes become the control characters of Latin-1, as in browsers."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_CP1252)


_CP1252 = {
    byte: bytes((byte,)).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}

"""RTF → text, also the compressed RTF of Outlook and HTML wrapped in RTF. Nothing embedded is opened.

Sources: Rich Text Format Specification 1.9.1; MS-OXRTFCP (compression); MS-OXRTFEX (encapsulated HTML).
"""

from __future__ import annotations

import codecs
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

from models.reading import Flag
from models.reasons import ReasonCode
from robot.reading.contract import Collector, PartResult, Unreadable
from robot.reading.text import page_of

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
# Destinations that hold no text of the document.
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet listtable listoverridetable rsidtbl generator info pict object objdata themedata "
    b"colorschememapping datastore latentstyles xmlnstbl mmathPr filetbl revtbl fldinst bkmkstart bkmkend template "
    b"userprops docvar wgrffmtfilter panose nonshppict shpinst blipuid".split()
)
_KEPT_STARRED = frozenset(b"htmltag mhtmltag shppict".split())
_BREAKS = {b"par": "\n", b"line": "\n", b"sect": "\n\n", b"page": "\n\n", b"row": "\n", b"cell": "\t", b"tab": "\t"}
_SYMBOLS = {
    b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"bullet": "•", b"emspace": " ", b"enspace": " ", b"qmspace": " ",
}  # fmt: skip
_CHARSETS = {0: "cp1252", 2: "cp1252", 77: "mac-roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950",
             161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
             222: "cp874", 238: "cp1250"}  # fmt: skip
_MAX_DEPTH = 2_000


def read_rtf(path: Path, ref: str, collector: Collector) -> PartResult:
    """Text of an RTF file. Embedded objects are flagged, never opened.

    Raises:
        Unreadable: DAMAGED when it is no RTF after all.
    """
    limit = collector.limits.text_chars
    with path.open("rb") as file:
        data = file.read(limit * 4)
    if not data.lstrip().startswith(b"{\\rtf"):
        raise Unreadable(ReasonCode.DAMAGED, "Filen er ikke gyldig RTF.")
    flags = frozenset({Flag.ACTIVE_CONTENT}) if b"\\objdata" in data or b"\\objupdate" in data else frozenset()
    return page_of(rtf_text(data), limit, flags=flags)


@dataclass(slots=True)
class _State:
    """What a group of RTF inherits and gives back at its end."""

    skip: bool = False
    unicode_skip: int = 1
    charset: str = "cp1252"
    html: bool = False
    hidden: bool = False
    font_table: bool = False

    def copy(self) -> _State:
        return _State(self.skip, self.unicode_skip, self.charset, False, self.hidden, self.font_table)


@dataclass(slots=True)
class _Reader:
    out: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    fonts: dict[int, str] = field(default_factory=dict)
    font: int = 0
    default: str = "cp1252"

    def flush(self, charset: str) -> None:
        if self.pending:
            self.out.append(self.pending.decode(charset, "replace"))
            self.pending.clear()


def rtf_text(data: bytes) -> str:
    """The text of RTF; of HTML wrapped in RTF, the text of that HTML. Linear; unbalanced braces do no harm."""
    wrapped = b"\\fromhtml" in data[:4096]
    text = _converted(data, html=wrapped)
    if wrapped:
        from robot.reading.html import html_text

        return html_text(text)
    return re.sub(r"[ \t]+\n", "\n", text).strip("\n")


def _converted(data: bytes, *, html: bool) -> str:
    reader, state = _Reader(), _State()
    stack: list[_State] = []
    starred = False
    htmlrtf = False
    to_skip = 0
    for token in _TOKEN.finditer(data):
        word, number, hexed, symbol, brace, plain = token.groups()
        if brace or word or symbol:
            reader.flush(state.charset)
        if brace == b"{":
            if len(stack) < _MAX_DEPTH:
                stack.append(state)
            state, starred, to_skip = state.copy(), False, 0
        elif brace == b"}":
            state, to_skip = (stack.pop() if stack else _State()), 0
        elif hexed:
            if to_skip:
                to_skip -= 1
            elif not (state.skip or htmlrtf or state.hidden):
                reader.pending.append(int(hexed, 16))
        elif plain is not None:
            piece = plain[to_skip:]
            to_skip = max(0, to_skip - len(plain))
            if not (state.skip or htmlrtf or state.hidden):
                reader.pending += piece
        elif symbol == b"*":
            starred = True
        elif symbol:
            if not (state.skip or htmlrtf):
                reader.out.append({b"~": " ", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n"}.get(symbol, "")
                                  or (symbol.decode("latin-1") if symbol in (b"\\", b"{", b"}") else ""))  # fmt: skip
        elif word:
            value = int(number) if number else None
            if word == b"u" and value is not None:
                to_skip = state.unicode_skip
                if not (state.skip or htmlrtf or state.hidden):
                    reader.out.append(chr(value % 65536))
            elif word == b"bin":
                continue
            elif word == b"htmlrtf":
                htmlrtf = value != 0
            else:
                _control(word, value, reader, state, starred=starred, html=html, quiet=htmlrtf)
            starred = False
    reader.flush(state.charset)
    text = "".join(reader.out)
    # \\u gives UTF-16 units; pairs become one character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _control(
    word: bytes, value: int | None, reader: _Reader, state: _State, *, starred: bool, html: bool, quiet: bool
) -> None:
    if word == b"fonttbl":
        state.skip = state.font_table = True
    elif word in _SKIPPED or (starred and word not in _KEPT_STARRED):
        state.skip = True
    elif word == b"ansicpg" and value:
        reader.default = state.charset = _codepage(value)
    elif word in (b"mac", b"pc", b"pca"):
        reader.default = state.charset = {b"mac": "mac-roman", b"pc": "cp437", b"pca": "cp850"}[word]
    elif word == b"uc" and value is not None:
        state.unicode_skip = max(0, min(value, 8))
    elif word == b"f" and value is not None:
        reader.font = value
        if not state.font_table:
            state.charset = reader.fonts.get(value, reader.default)
    elif word == b"fcharset" and state.font_table and value is not None and len(reader.fonts) < 10_000:
        reader.fonts[reader.font] = _CHARSETS.get(value, reader.default) if value else reader.default
    elif word == b"plain":
        state.charset, state.hidden = reader.default, False
    elif word == b"v":
        state.hidden = value != 0
    elif not (state.skip or quiet or state.hidden):
        if word in _BREAKS:
            reader.out.append(_BREAKS[word])
        elif word in _SYMBOLS:
            reader.out.append(_SYMBOLS[word])


def _codepage(number: int) -> str:
    name = {65001: "utf-8", 10000: "mac-roman", 1200: "cp1252", 20127: "cp1252", 28591: "cp1252"}.get(
        number, f"cp{number}"
    )
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


_PRELOAD = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def decompress(data: bytes, limit: int = 64 * 1024 * 1024) -> bytes:
    """RTF out of Outlook's compressed form; b"" when it is none. At most ``limit`` bytes."""
    if len(data) < 16:
        return b""
    _, raw_size, kind = struct.unpack_from("<III", data)
    if kind == 0x414C454D:  # "MELA": stored
        return data[16 : 16 + min(raw_size, limit)]
    if kind != 0x75465A4C:  # "LZFu"
        return b""
    window = bytearray(_PRELOAD.ljust(4096, b"\0"))
    at, position, out = len(_PRELOAD), 16, bytearray()
    while position < len(data) and len(out) < limit:
        control, position = data[position], position + 1
        for bit in range(8):
            if position >= len(data):
                break
            if not control >> bit & 1:
                byte, position = data[position], position + 1
                out.append(byte)
                window[at] = byte
                at = (at + 1) % 4096
                continue
            if position + 1 >= len(data):
                return bytes(out)
            token, position = data[position] << 8 | data[position + 1], position + 2
            start, length = token >> 4, (token & 15) + 2
            if start == at:
                return bytes(out)
            for step in range(length):
                byte = window[(start + step) % 4096]
                out.append(byte)
                window[at] = byte
                at = (at + 1) % 4096
    return bytes(out)

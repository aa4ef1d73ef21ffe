"""HTML → text as a person sees it: no scripts, styles or hidden text; block layout kept; nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from models.reading import Flag
from robot.reading.charset import decode
from robot.reading.contract import Collector, PartResult
from robot.reading.text import bare_utf16, page_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_SILENT = frozenset(
    "script style head title template iframe object embed applet svg math canvas audio video link meta base "
    "datalist map -comment !doctype".split()
)
_BLOCK = frozenset(
    "p div section article header footer main aside nav h1 h2 h3 h4 h5 h6 ul ol dl dt dd table thead tbody tfoot caption "
    "blockquote pre form fieldset address figure figcaption details summary center hr".split()
)
_PARAGRAPH = frozenset("p h1 h2 h3 h4 h5 h6 blockquote ul ol table pre".split())
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?<![\w-])opacity\s*:\s*0(?:\.0*)?\s*(?:;|!|$)"
    r"|font-size\s*:\s*0*(?:\.0+|[01])?(?:px|pt|em|rem|%)?\s*(?:;|!|$)|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
_ACTIVE = re.compile(
    rb"<(?:script|object|embed|applet|iframe)\b|\bon(?:load|click|error|mouseover)\s*=|javascript:", re.I
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)


def read_html(path: Path, ref: str, collector: Collector) -> PartResult:
    """Text of an HTML file, charset by byte order mark, meta element or guess; scripts give ACTIVE_CONTENT."""
    limit = collector.limits.text_chars
    with path.open("rb") as file:
        data = file.read(limit * 2 + 1)
    flags = frozenset({Flag.ACTIVE_CONTENT}) if active(data) else frozenset()
    return page_of(html_text(decode_html(data)), limit, flags=flags)


def active(data: bytes) -> bool:
    """Whether the HTML holds scripts, event handlers or embedded programs."""
    return bool(_ACTIVE.search(data))


def decode_html(data: bytes, charset: str | None = None) -> str:
    """The characters of HTML bytes: the charset named outside, else in the file, else guessed."""
    if not charset:
        found = _META_CHARSET.search(data[:4096]) or _XML_CHARSET.search(data[:300])
        charset = bare_utf16(data) or (found.group(1).decode("ascii", "replace") if found else None)
        # A file that can be searched for ASCII is not in UTF-16, whatever it says.
        if found and charset and charset.lower().startswith("utf-16"):
            charset = bare_utf16(data)
    return decode(data, charset)[0]


def html_text(html: str) -> str:
    """The visible text. Links give their text only; images their alternative text. Linear, also for hostile nesting."""
    from selectolax.lexbor import LexborHTMLParser

    if not html.strip():
        return ""
    html = html.replace("\0", "")
    if _nested_too_deep(html):
        return _stripped(html)
    tree = LexborHTMLParser(html.encode("utf-8", "replace"))
    root = tree.body or tree.root
    if root is None:
        return ""
    return _laid_out(list(_walk(root)))


class _Leave(NamedTuple):
    text: str


# A line end (br), an empty line, the end of a table cell, a new line unless at one (blocks).
_BREAK, _PARA, _CELL, _LINE = "\x01", "\x02", "\x03", "\x04"


def _walk(root: LexborNode) -> Iterator[str]:
    """Text pieces in document order with marks for breaks; own stack, since nesting may be deeper than Python's."""
    stack: list[LexborNode | _Leave] = [root]
    pre = 0
    while stack:
        node = stack.pop()
        if isinstance(node, _Leave):
            if node.text == "pre":
                pre -= 1
            else:
                yield node.text
            continue
        tag = (node.tag or "").lower()
        if tag == "-text":
            text = node.text_content or ""
            text = text.translate(_NO_MARKS)
            yield text.replace("\r\n", "\n").replace("\n", _BREAK) if pre else text
            continue
        if tag in _SILENT or _hidden(node):
            continue
        if tag == "br":
            yield _BREAK
            continue
        if tag == "img":
            yield _attribute(node, "alt")
            continue
        if tag in ("input", "textarea", "select"):
            yield from _field(node, tag)
            if tag != "textarea":
                continue
        mark = _PARA if tag in _PARAGRAPH else _LINE if tag in _BLOCK or tag in ("li", "tr") else ""
        if mark:
            yield mark
            stack.append(_Leave(mark))
        if tag == "li":
            yield "- "
        if tag in ("td", "th"):
            stack.append(_Leave(_CELL))
        if tag == "pre":
            pre += 1
            stack.append(_Leave("pre"))
        children = []
        child = node.first_child
        while child is not None:
            children.append(child)
            child = child.next
        stack.extend(reversed(children))


_NO_MARKS = {1: None, 2: None, 3: None, 4: None}


def _attribute(node: LexborNode, name: str) -> str:
    value = node.attributes.get(name)
    return value.translate(_NO_MARKS) if value else ""


def _hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    if "hidden" in attributes or (attributes.get("aria-hidden") or "").lower() == "true":
        return "hidden" in attributes
    style = attributes.get("style")
    return bool(style and _HIDDEN_STYLE.search(style))


def _field(node: LexborNode, tag: str) -> Iterator[str]:
    kind = _attribute(node, "type").lower()
    if tag == "input" and kind not in ("hidden", "password", "submit", "button", "reset", "image", "file"):
        if kind in ("checkbox", "radio"):
            yield "[x] " if "checked" in node.attributes else "[ ] "
        else:
            yield _attribute(node, "value")
    if tag == "select":
        for option in node.css("option[selected]")[:20]:
            yield option.text()


def _laid_out(pieces: list[str]) -> str:
    """Collapses white space as a browser does and turns the marks into line ends, at most one empty line in a row."""
    raw = re.sub(r"[ \t\r\n\f\u00a0\u200b\ufeff]+", " ", "".join(pieces))
    raw = re.sub(r" ?\x03 ?", "\t", raw)
    out: list[str] = []
    ends = 0
    for piece in re.split(r"([\x01\x02\x04])", raw):
        if piece == _BREAK:
            ends += 1
        elif piece == _LINE:
            ends = max(ends, 1)
        elif piece == _PARA:
            ends = max(ends, 2)
        elif text := piece.strip(" ").rstrip("\t "):
            if out:
                out.append("\n" * min(ends, 2))
            out.append(text)
            ends = 0
    return "".join(out)


_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,40})")
_SHALLOW = frozenset(
    "p li td th tr tbody thead tfoot option dt dd br hr img input meta link base col area embed source wbr param track "
    "html head body".split()
)
_MAX_NESTING = 2_000


def _nested_too_deep(html: str) -> bool:
    """Whether more elements stand open at once than people write; a tree builder's time is then quadratic (measured:
    200,000 nested div take lexbor minutes)."""
    opened: dict[str, int] = {}
    total = 0
    for found in _TAG.finditer(html):
        tag = found.group(2).lower()
        if tag in _SHALLOW:
            continue
        count = opened.get(tag, 0)
        if found.group(1):
            if count:
                opened[tag] = count - 1
                total -= 1
        else:
            opened[tag] = count + 1
            total += 1
            if total > _MAX_NESTING:
                return True
    return False


_NOT_TEXT = re.compile(r"<(script|style|title)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_ANY_TAG = re.compile(r"<[!/?a-zA-Z][^<>]*>?")
_LINE_TAG = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6])\b[^<>]*>?", re.IGNORECASE)


def _stripped(html: str) -> str:
    """The text without its tags, for HTML that no tree should be built of."""
    bare = _ANY_TAG.sub("", _LINE_TAG.sub(_LINE, _NOT_TEXT.sub("", html)))
    return _laid_out([unescape(bare)])

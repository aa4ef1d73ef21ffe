"""XML and JSON → text and form fields. Any document type declaration is refused, in every encoding."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.parsers import expat

from models.reading import Flag
from models.reasons import ReasonCode
from robot.reading.charset import decode
from robot.reading.contract import Collector, PartResult, Unreadable
from robot.reading.text import bare_utf16, page_of

MAX_BYTES = 64 * 1024 * 1024
_MAX_VALUE = 10_000
_DECLARED = re.compile(r"\A\s*<\?xml(?:[^>]{0,300}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"'])?[^>]{0,300}?\?>")
_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_QUIET = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)


def read_xml(path: Path, ref: str, collector: Collector) -> PartResult:
    """Text of all elements, one line each, and leaf values by dotted path without namespaces.

    A path met again gets a number (``part.navn``, ``part.navn.2``); attributes end in ``.@name``.

    Raises:
        Unreadable: DOCTYPE_REFUSED, TOO_DEEP, TOO_LARGE, DAMAGED.
    """
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    gatherer = _Gatherer(collector)
    flags = parse_xml(data, gatherer, collector.limits.xml_depth)
    return page_of("\n".join(gatherer.lines), collector.limits.text_chars, flags=flags)


class Handler:
    """What :func:`parse_xml` tells of; names without namespace."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def text(self, text: str) -> None:
        """Characters, in order; may come in pieces."""

    def end(self, name: str) -> None:
        """An element ends."""


def parse_xml(data: bytes, handler: Handler, depth_limit: int) -> frozenset[Flag]:
    """Feeds ``handler`` with the elements of an XML document; nothing outside the bytes is ever opened.

    The bytes are decoded here, so that one check sees every encoding. Bytes that do not fit the encoding are read as
    windows-1252 with Flag.UNKNOWN_CHARSET.

    Raises:
        Unreadable: DOCTYPE_REFUSED, TOO_DEEP, TOO_LARGE, DAMAGED.
    """
    text, sure = checked_text(data)
    try:
        _run(text.encode("utf-8", "replace"), handler, depth_limit)
    except expat.ExpatError as error:
        raise Unreadable(ReasonCode.DAMAGED, "XML-filen er ødelagt.") from error
    return frozenset() if sure else frozenset({Flag.UNKNOWN_CHARSET})


def checked_text(data: bytes) -> tuple[str, bool]:
    """The characters of an XML document without its declaration, and whether they fitted the encoding it names.

    Raises:
        Unreadable: DOCTYPE_REFUSED, TOO_LARGE.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(ReasonCode.TOO_LARGE, f"XML-filen er over {MAX_BYTES // 1024 // 1024} MB.")
    utf16 = bare_utf16(data)
    found = _DECLARED.match(data[:1000].decode("latin-1"))
    declared = utf16 or (found.group(1) if found else None)
    text, sure = decode(data, declared or "utf-8")
    text = _DECLARED.sub("", text.lstrip("\ufeff"), count=1)
    if _DOCTYPE.search(text) and _DOCTYPE.search(_QUIET.sub("", text)):
        raise Unreadable(ReasonCode.DOCTYPE_REFUSED, _REFUSAL)
    return text, sure


_REFUSAL = "XML-filen har en dokumenttypedeklarasjon, som ikke godtas."


def _run(data: bytes, handler: Handler, depth_limit: int) -> None:
    parser = expat.ParserCreate("utf-8", namespace_separator="}")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > depth_limit:
            raise Unreadable(ReasonCode.TOO_DEEP, f"XML-filen er nøstet dypere enn {depth_limit} nivåer.")
        handler.start(local(name), {local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(local(name))

    def refuse(*_: Any) -> int:
        raise Unreadable(ReasonCode.DOCTYPE_REFUSED, _REFUSAL)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.Parse(data, True)


def local(name: str) -> str:
    """The name without its namespace."""
    return name.rpartition("}")[2]


class _Gatherer(Handler):
    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.lines: list[str] = []
        self._path: list[str] = []
        self._pieces: list[str] = []
        self._leaf = False
        self._met: dict[str, int] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._line()
        self._path.append(name)
        self._leaf = True
        for key, value in attributes.items():
            if value.strip() and key != "schemaLocation":
                self._field(f"{'.'.join(self._path)}.@{key}", value)

    def text(self, text: str) -> None:
        self._pieces.append(text)

    def end(self, name: str) -> None:
        value = self._line()
        if value and self._leaf:
            self._field(".".join(self._path), value)
        self._leaf = False
        self._path.pop()

    def _line(self) -> str:
        line = "".join(self._pieces).strip()
        self._pieces.clear()
        if line:
            self.lines.append(line)
        return line

    def _field(self, path: str, value: str) -> None:
        path = path[:1000]
        if path in self._met or len(self._met) <= self.collector.limits.form_fields:
            times = self._met[path] = self._met.get(path, 0) + 1
            self.collector.form(path if times == 1 else f"{path}.{times}", value[:_MAX_VALUE])


def read_json(path: Path, ref: str, collector: Collector) -> PartResult:
    """Text of all strings of a JSON document, one a line, and leaf values by dotted path (lists by number from 0).

    Raises:
        Unreadable: TOO_DEEP, TOO_LARGE; DAMAGED when it is no JSON.
    """
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Unreadable(ReasonCode.TOO_LARGE, f"JSON-filen er over {MAX_BYTES // 1024 // 1024} MB.")
    text = decode(data, bare_utf16(data))[0]
    try:
        tree = json.loads(text, parse_int=str, parse_float=str)
    except RecursionError as error:
        raise Unreadable(ReasonCode.TOO_DEEP, "JSON-filen er for dypt nøstet.") from error
    except ValueError as error:
        raise Unreadable(ReasonCode.DAMAGED, "JSON-filen er ødelagt.") from error
    lines: list[str] = []
    _gather_json(tree, collector, lines)
    return page_of("\n".join(lines), collector.limits.text_chars)


def _gather_json(tree: Any, collector: Collector, lines: list[str]) -> None:
    stack: list[tuple[str, Any, int]] = [("", tree, 1)]
    while stack:
        path, value, depth = stack.pop()
        if depth > collector.limits.xml_depth:
            raise Unreadable(
                ReasonCode.TOO_DEEP, f"JSON-filen er nøstet dypere enn {collector.limits.xml_depth} nivåer."
            )
        if isinstance(value, dict):
            stack.extend(
                (f"{path}.{key}" if path else str(key), item, depth + 1) for key, item in reversed(value.items())
            )
        elif isinstance(value, list):
            stack.extend(
                (f"{path}.{at}" if path else str(at), item, depth + 1) for at, item in reversed([*enumerate(value)])
            )
        elif value is not None:
            said = str(value).lower() if isinstance(value, bool) else str(value)
            if said.strip():
                lines.append(said)
                collector.form(path[:1000], said[:_MAX_VALUE])

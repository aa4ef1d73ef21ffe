"""XML as a stream of records: one small tree at a time, whatever the size of the file. Opens nothing beside the bytes.

A document type declaration is passed over unread (Noark 4 files name a DTD), but one that declares entities ends the
reading: nothing is ever expanded, and nothing fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

_CHUNK = 64 * 1024
_DEEPEST = 64
_RECORD_CHARS = 8_000_000


class BadXml(Exception):
    """The file cannot be read on from here. The message is one Norwegian sentence; ``line`` is where."""

    def __init__(self, message: str, line: int) -> None:
        self.line = line
        super().__init__(message)


@dataclass(slots=True, kw_only=True)
class Node:
    """One element: its name without namespace, its line, its text and what is in it."""

    name: str
    namespace: str
    line: int
    pieces: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text, with white space at the ends taken off."""
        return "".join(self.pieces).strip()

    def all(self, name: str) -> list[Node]:
        """The direct children of that name."""
        return [each for each in self.children if each.name == name]

    def one(self, name: str) -> Node | None:
        """The first direct child of that name."""
        return next((each for each in self.children if each.name == name), None)

    def of(self, name: str) -> str:
        """The text of the first direct child of that name; empty when there is none."""
        found = self.one(name)
        return found.text if found is not None else ""


@dataclass(slots=True)
class _Builder:
    """Gathers records; everything outside them is dropped as it comes."""

    parser: expat.XMLParserType
    wanted: frozenset[str]
    ready: list[Node] = field(default_factory=list)
    open: list[Node] = field(default_factory=list)
    depth: int = 0
    chars: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise BadXml(f"filen er nøstet dypere enn {_DEEPEST} nivåer", self.parser.CurrentLineNumber)
        namespace, _, local = name.rpartition("}")
        node = Node(name=local, namespace=namespace, line=self.parser.CurrentLineNumber)
        if self.depth == 1:
            # The root is told at once, so that the reader knows what kind of journal this is.
            self.ready.append(node)
        elif self.open:
            self.open[-1].children.append(node)
            self.open.append(node)
        elif local in self.wanted:
            self.chars = 0
            self.open.append(node)

    def data(self, text: str) -> None:
        if not self.open:
            return
        self.chars += len(text)
        if self.chars > _RECORD_CHARS:
            raise BadXml("en registrering er for stor til å være ekte", self.parser.CurrentLineNumber)
        self.open[-1].pieces.append(text)

    def end(self, _: str) -> None:
        self.depth -= 1
        if self.open:
            node = self.open.pop()
            if not self.open:
                self.ready.append(node)

    def refuse(self, *_: object) -> int:
        raise BadXml("filen erklærer entiteter, og det godtas ikke", self.parser.CurrentLineNumber)


def records(file: IO[bytes], wanted: frozenset[str]) -> Iterator[Node]:
    """The root (without children), then every element named in ``wanted`` in order, each a tree of its own.

    Raises:
        BadXml: what could be read has been given; the rest cannot.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    builder = _Builder(parser, wanted)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = builder.refuse
    parser.ExternalEntityRefHandler = builder.refuse
    while True:
        chunk = file.read(_CHUNK)
        problem: BadXml | None = None
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            problem = BadXml("filen er ikke hel XML", error.lineno)
        except BadXml as error:
            problem = error
        yield from builder.ready
        builder.ready.clear()
        if problem is not None:
            raise problem
        if not chunk:
            return

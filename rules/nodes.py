"""YAML 1.2 → a tree that knows its places. Built from libyaml's events, so that nothing is ever expanded or constructed.

Anchors, aliases, tags, duplicate keys and deep nesting are refused while reading: a file of a few lines that would
grow to gigabytes never does. Lines and columns count from 1, in characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rules.messages import Fault, Place
from rules.yaml_errors import explain_yaml_error

MAX_BYTES = 1_000_000
"""A rule file larger than this is a mistake: 200 rules with examples take about 150 kB."""

MAX_DEPTH = 32

_BAD_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One value as written. ``plain``: without quotes, so YAML 1.2's core schema may see a number or a truth value."""

    place: Place
    value: str
    plain: bool

    @property
    def empty(self) -> bool:
        """Whether nothing (or ``null``) is written here."""
        return self.plain and self.value in ("", "~", "null", "Null", "NULL")

    def resolve(self) -> str | int | float | bool | None:
        """The value by YAML 1.2's core schema: ``yes``, ``no``, ``on``, ``off`` and dates are strings."""
        if not self.plain:
            return self.value
        if self.empty:
            return None
        if self.value in ("true", "True", "TRUE", "false", "False", "FALSE"):
            return self.value.lower() == "true"
        if _INT.fullmatch(self.value):
            base = {"0o": 8, "0x": 16}.get(self.value[:2], 10)
            return int(self.value.removeprefix("0o").removeprefix("0x"), base)
        if _FLOAT.fullmatch(self.value):
            return float(self.value)
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Keys and values in the order written; a key stands once."""

    place: Place
    pairs: tuple[tuple[Scalar, Node], ...]

    def get(self, key: str) -> Node | None:
        """The value under the key, or None."""
        return next((value for name, value in self.pairs if name.value == key), None)

    def keys(self) -> tuple[str, ...]:
        """The keys in the order written."""
        return tuple(name.value for name, _ in self.pairs)


Node = Scalar | Sequence | Mapping


def read_yaml(raw: bytes, file: str, report: Callable[[Fault], None]) -> Node | None:
    """The tree of one file; None when it cannot be read, after the faults are reported."""
    text = _decode(raw, file, report)
    if text is None:
        return None
    builder = _Builder(file, text, report)
    return builder.build()


def _decode(raw: bytes, file: str, report: Callable[[Fault], None]) -> str | None:
    if len(raw) > MAX_BYTES:
        message = f"Filen er på {len(raw) / 1e6:.1f} MB; en regelfil kan være på høyst 1 MB".replace(".", ",")
        report(Fault.at(Place(file, 1, 1), "R004", message, "Del den i flere filer, ett emne i hver."))
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        start = raw.rfind(b"\n", 0, error.start) + 1
        column = len(raw[start : error.start].decode("utf-8", "replace")) + 1
        message = f"Filen er ikke lagret som UTF-8 (byte 0x{raw[error.start]:02x})"
        report(Fault.at(Place(file, line, column), "R002", message, "Lagre den på nytt med tegnsettet UTF-8."))
        return None
    if not text.strip():
        report(Fault.at(Place(file, 1, 1), "R003", "Filen er tom", "Slett den, eller begynn med «språk: 1»."))
        return None
    bad = _BAD_CHARACTER.search(text)
    if bad:
        place = _place(file, text, bad.start())
        what = "tegnet NUL (filen er trolig halvskrevet)" if bad[0] == "\0" else f"styretegnet U+{ord(bad[0]):04X}"
        report(Fault.at(place, "R012", f"Her står {what}", "Lagre filen på nytt som ren tekst.", _line(text, place)))
        return None
    return text


def _place(file: str, text: str, offset: int) -> Place:
    start = text.rfind("\n", 0, offset) + 1
    return Place(file, text.count("\n", 0, offset) + 1, offset - start + 1)


def _line(text: str, place: Place) -> str:
    lines = text.split("\n")
    return lines[place.line - 1].rstrip("\r") if place.line <= len(lines) else ""


class _Stop(Exception):
    """The file cannot be read further."""


class _Builder:
    """Turns events into the tree, with a stack of its own (libyaml's composer recurses in C)."""

    def __init__(self, file: str, text: str, report: Callable[[Fault], None]) -> None:
        self._file = file
        self._text = text
        self._lines = text.split("\n")
        self._report = report
        self._failed = False

    def build(self) -> Node | None:
        import yaml

        try:
            root = self._run()
        except _Stop:
            return None
        except yaml.YAMLError as error:
            code, line, column, message, suggestion = explain_yaml_error(error, self._lines)
            self._fault(Place(self._file, line, column), code, message, suggestion)
            return None
        if root is None and not self._failed:
            self._fault(Place(self._file, 1, 1), "R003", "Filen er tom", "Slett den, eller begynn med «språk: 1».")
        return None if self._failed else root

    def _fault(self, place: Place, code: str, message: str, suggestion: str) -> None:
        self._failed = True
        quote = self._lines[place.line - 1].rstrip("\r") if place.line <= len(self._lines) else ""
        self._report(Fault.at(place, code, message, suggestion, quote))

    def _run(self) -> Node | None:
        from yaml import CSafeLoader, events, parse

        root: Node | None = None
        documents = 0
        stack: list[tuple[Place, list[Node], bool]] = []
        for event in parse(self._text, Loader=CSafeLoader):
            if isinstance(event, events.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fault(
                        self._of(event), "R011", "Filen har flere YAML-dokumenter (---)", "Del den i flere filer."
                    )
                    raise _Stop
            elif isinstance(event, events.AliasEvent):
                self._alias(event)
                self._add(stack, Scalar(place=self._of(event), value="", plain=True))
            elif isinstance(event, events.ScalarEvent):
                self._node_checks(event)
                node = Scalar(place=self._of(event), value=event.value, plain=event.style in (None, ""))
                root = self._add(stack, node) or root
            elif isinstance(event, events.CollectionStartEvent):
                self._node_checks(event)
                if len(stack) >= MAX_DEPTH:
                    message = f"Mer enn {MAX_DEPTH} nivåer inni hverandre"
                    self._fault(self._of(event), "R010", message, "Skriv vilkåret enklere, eller del regelen.")
                    raise _Stop
                stack.append((self._of(event), [], isinstance(event, events.MappingStartEvent)))
            elif isinstance(event, events.CollectionEndEvent):
                place, children, is_mapping = stack.pop()
                root = self._add(stack, self._close(place, children, is_mapping)) or root
        return root

    def _add(self, stack: list[tuple[Place, list[Node], bool]], node: Node) -> Node | None:
        if not stack:
            return node
        stack[-1][1].append(node)
        return None

    def _close(self, place: Place, children: list[Node], is_mapping: bool) -> Node:
        if not is_mapping:
            return Sequence(place=place, items=tuple(children))
        pairs: list[tuple[Scalar, Node]] = []
        seen: dict[str, Place] = {}
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._fault(key.place, "R013", "En nøkkel må være et ord", "Sett teksten i anførselstegn.")
                continue
            if key.value in seen:
                message = f"Nøkkelen «{key.value}» står to ganger (først på linje {seen[key.value].line})"
                self._fault(key.place, "R009", message, "Slå dem sammen, eller bruk «alle: [...]».")
                continue
            seen[key.value] = key.place
            pairs.append((key, value))
        return Mapping(place=place, pairs=tuple(pairs))

    def _node_checks(self, event: object) -> None:
        tag, anchor = getattr(event, "tag", None), getattr(event, "anchor", None)
        if anchor:
            self._alias(event)
        if tag and tag != "!":
            message = f"YAML-merkelappen «{tag.replace('tag:yaml.org,2002:', '!!')}» er ikke tillatt"
            self._fault(self._of(event), "R008", message, "Fjern den; en tekst settes i anførselstegn.")

    def _alias(self, event: object) -> None:
        anchor = getattr(event, "anchor", "")
        message = f"YAML-anker og -alias (&{anchor}, *{anchor}) er ikke tillatt"
        self._fault(self._of(event), "R007", message, "Skriv verdien ut hvert sted, eller i en CSV med «i_liste».")
        raise _Stop

    def _of(self, event: object) -> Place:
        start, end = event.start_mark, event.end_mark  # type: ignore[attr-defined]
        width = end.column - start.column if end.line == start.line else 1
        return Place(self._file, start.line + 1, start.column + 1, max(1, width))

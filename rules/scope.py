"""Reading one rule file: typed looks at its nodes, where everything that is wrong becomes a fault and nothing raises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from models.organisation import Enhet, Organisation
from rules.deadlines import parse_date
from rules.format import Subject
from rules.layers import LayerFiles
from rules.messages import Fault, Place, Severity
from rules.nodes import Mapping as MappingNode
from rules.nodes import Node, Scalar, Sequence
from rules.suggest import did_you_mean
from rules.vocabulary import VOCABULARIES, Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the configuration knows; an empty collection: cannot be checked. ``org`` None: no configuration given."""

    org: Organisation | None
    enheter: Mapping[str, Enhet]
    hjemler: tuple[str, ...]
    unverified: frozenset[str] = frozenset()
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dormant:
    """A shared rule that is not in force because the organisation has not said what it needs."""

    id: str
    navn: str
    place: Place
    missing: tuple[str, ...]


@dataclass(slots=True)
class Scope:
    """One file while it is read. Of the rule in hand ``groups`` collects what it needs computed, ``types`` its ``hent``, and
    ``words`` is what it may speak of."""

    file: str
    lines: list[str]
    layer: LayerFiles
    folder: str
    known: Known
    faults: list[Fault]
    groups: set[str] = field(default_factory=set)
    types: dict[str, str] = field(default_factory=dict)
    words: Vocabulary = VOCABULARIES[Subject.POST]
    unchecked: dict[str, tuple[Place, list[str]]] = field(default_factory=dict)
    dormant: list[Dormant] = field(default_factory=list)
    unverified: dict[str, Place] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def fault(
        self, code: str, at: Node | Place, message: str, suggestion: str = "", severity: Severity = "error"
    ) -> None:
        """Notes a fault at a node or place."""
        place = at if isinstance(at, Place) else at.place
        quote = self.lines[place.line - 1].rstrip("\r") if place.line <= len(self.lines) else ""
        self.faults.append(Fault.at(place, code, message, suggestion, quote, severity))

    def warn(self, code: str, at: Node | Place, message: str, suggestion: str = "") -> None:
        """Notes a warning."""
        self.fault(code, at, message, suggestion, "warning")

    def inside(self, node: Scalar, offset: int, text: str) -> Place:
        """The place of ``text``, ``offset`` characters into the scalar's value, or the scalar's when that is not clear."""
        place = node.place
        line = self.lines[place.line - 1] if place.line <= len(self.lines) else ""
        column = place.column + offset + (0 if node.plain else 1)
        if line[column - 1 : column - 1 + len(text)] == text and text:
            return Place(place.file, place.line, column, len(text))
        return place

    def mapping(self, node: Node, what: str, example: str) -> MappingNode | None:
        """The node as keys with values, or None after a fault."""
        if isinstance(node, MappingNode):
            return node
        self.fault("R102", node, f"{what} skal ha nøkler med verdier", f"For eksempel {example}")
        return None

    def check_keys(self, node: MappingNode, allowed: Iterable[str], where: str) -> None:
        """Every key must be known here."""
        words = tuple(allowed)
        for key, _ in node.pairs:
            if key.value not in words:
                hint = did_you_mean(key.value, words) or f"Her kan stå: {', '.join(words)}."
                self.fault("R101", key, f"Ukjent nøkkel «{key.value}» i {where}", hint)

    def require(self, node: MappingNode, key: str, where: str, at: Node | Place | None = None) -> Node | None:
        """The value under an obligatory key, or None after a fault."""
        value = node.get(key)
        if value is None:
            self.fault("R103", at or node, f"«{key}» mangler i {where}", f"Legg til «{key}: …».")
        return value

    def text(self, node: Node | None, what: str) -> str | None:
        """The node as a text, or None after a fault (or when there is no node)."""
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self.fault("R102", node, f"«{what}» skal være en tekst", "Sett teksten i anførselstegn.")
            return None
        if node.empty:
            self.fault("R112", node, f"«{what}» mangler en verdi", "Skriv verdien, eller ta bort nøkkelen.")
            return None
        return node.value

    def scalars(self, node: Node, what: str) -> tuple[Scalar, ...]:
        """The node as one or more values; faults for anything else, and for an empty list."""
        items = node.items if isinstance(node, Sequence) else (node,)
        good: list[Scalar] = []
        for item in items:
            if not isinstance(item, Scalar):
                self.fault("R102", item, f"«{what}» skal være en verdi eller en liste av verdier", "Skriv [én, to].")
            elif item.empty or not item.value.strip():
                self.fault("R112", item, f"«{what}» mangler en verdi", "Skriv verdien, eller ta bort nøkkelen.")
            else:
                good.append(item)
        if isinstance(node, Sequence) and not node.items:
            self.fault("R112", node, f"Listen under «{what}» er tom", "Skriv minst én verdi, eller ta bort nøkkelen.")
        return tuple(good)

    def texts(self, node: Node | None, what: str) -> tuple[str, ...]:
        """The node as one or more texts."""
        return tuple(item.value for item in self.scalars(node, what)) if node is not None else ()

    def boolean(self, node: Node, what: str) -> bool | None:
        """ja/nei (or true/false), or None after a fault."""
        truth = as_bool(node)
        if truth is None:
            written = f", ikke «{node.value}»" if isinstance(node, Scalar) and node.value else ""
            self.fault("R110", node, f"«{what}» skal være ja eller nei{written}", "Skriv ja eller nei.")
        return truth

    def integer(self, node: Node, what: str) -> int | None:
        """A whole number, or None after a fault."""
        value = node.resolve() if isinstance(node, Scalar) else None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.fault("R109", node, f"«{what}» skal være et helt tall", "Skriv for eksempel 50, uten anførselstegn.")
        return None

    def day(self, node: Node, what: str) -> date | None:
        """A date, or None after a fault."""
        value = parse_date(node.value) if isinstance(node, Scalar) else None
        if value is None:
            self.fault("R111", node, f"«{what}» skal være en dato", "Skriv den slik: 2026-06-15")
        return value

    def choice(self, node: Node | None, what: str, allowed: Iterable[str], default: str) -> str:
        """One of the words; ``default`` when there is no node, or after a fault."""
        if node is None:
            return default
        words = tuple(allowed)
        value = self.text(node, what)
        if value is None or value in words:
            return value if value is not None else default
        hint = did_you_mean(value, words) or f"Her kan stå: {', '.join(words)}."
        self.fault("R104", node, f"«{value}» er ikke en tillatt verdi for «{what}»", hint)
        return default

    def cannot_check(self, what: str, node: Node, value: str) -> None:
        """Remembers a name that only a configuration could check; one warning is made of them all."""
        _, values = self.unchecked.setdefault(what, (node.place, []))
        if value not in values:
            values.append(value)


def as_bool(node: Node) -> bool | None:
    """ja/nei or true/false in any case, else None."""
    if not isinstance(node, Scalar):
        return None
    return {"ja": True, "true": True, "nei": False, "false": False}.get(node.value.strip().lower())

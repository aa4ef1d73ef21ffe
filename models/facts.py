"""Facts about a post, three-valued: known, known absent, *ukjent* (could not be read). rule-language.md, «hvis»."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from models.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A fact that could not be read, or only in part.

    ``known`` is the part that was read: a hit in it is true, no hit is *ukjent*. None: nothing was read.
    """

    known: str | tuple[Finding, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vedlegg:
    """One attachment as rules see it: ``type`` is the media type by content or its short word (pdf, docx, jpg …)."""

    navn: str
    type: str
    tekst: str | Unknown


FactValue = (
    str | int | float | bool | date | datetime | tuple[str, ...] | tuple[Vedlegg, ...] | tuple[Finding, ...] | Unknown
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts by their dotted Norwegian name as the rule language spells it (``avsender.domene``, ``hode.list-id``).

    A name that is not in ``values`` is *known absent*. Header and form names are lower-cased. A tuple of strings means
    several values, and a condition holds when it holds for one of them. ``groups`` names what was computed
    (``text``, ``findings``, ``language``); asking for a fact outside them is a bug in the caller.
    """

    values: Mapping[str, FactValue] = field(default_factory=dict)
    groups: frozenset[str] = frozenset({"text", "findings"})

    def get(self, name: str) -> FactValue | None:
        """The value, an :class:`Unknown`, or None for known absent."""
        return self.values.get(name)

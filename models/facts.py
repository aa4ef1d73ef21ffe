"""Facts about a post, three-valued: known, known absent, *ukjent* (could not be read). rule-language.md, «hvis»."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from models.finding import Finding
from models.proposal import Told

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, SerializerFunctionWrapHandler
    from pydantic_core import CoreSchema


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
    (``text``, ``findings``, ``language``); asking for a fact outside them is a bug in the caller. ``language`` is what each
    pipeline in use said, of which «kategori» is made.
    """

    values: Mapping[str, FactValue] = field(default_factory=dict)
    groups: frozenset[str] = frozenset({"text", "findings"})
    language: tuple[Told, ...] = ()

    def get(self, name: str) -> FactValue | None:
        """The value, an :class:`Unknown`, or None for known absent."""
        return self.values.get(name)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # JSON knows no dates: without a mark of their own they would come back from the store as texts, and the stored
        # input of a decision would not give it again. Imported here: models import nothing heavy.
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(
            _with_dates,
            handler(source),
            serialization=core_schema.wrap_serializer_function_ser_schema(_with_marks),
        )


_MARKS: Mapping[str, type[date]] = {"$tid": datetime, "$dato": date}
"""How a stored date is marked; a datetime is a date too, so it is looked for first."""


def _with_marks(facts: Facts, handler: SerializerFunctionWrapHandler) -> Any:
    data = handler(facts)
    for name, value in facts.values.items():
        if isinstance(value, date):
            mark = next(mark for mark, kind in _MARKS.items() if isinstance(value, kind))
            data["values"][name] = {mark: value.isoformat()}
    return data


def _with_dates(data: Any) -> Any:
    if not isinstance(data, dict) or not isinstance(data.get("values"), dict):
        return data
    return {**data, "values": {name: _dated(value) for name, value in data["values"].items()}}


def _dated(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        (mark, text), *_ = value.items()
        if mark in _MARKS:
            return _MARKS[mark].fromisoformat(text)
    return value

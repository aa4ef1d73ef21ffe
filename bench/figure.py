"""A measured figure, with what it is held against."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """``reference`` is the same thing done barely, in the same run and unit; ``ratio`` is value / reference.

    ``limit`` is what the figure (or its ratio, where ``of_ratio``) may be at most, or at least where ``at_least``;
    None for a figure that only informs.
    """

    name: str
    value: float
    unit: str
    reference: float | None = None
    limit: float | None = None
    of_ratio: bool = False
    at_least: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """value / reference; None without a reference."""
        return self.value / self.reference if self.reference else None

    @property
    def ok(self) -> bool | None:
        """Whether the limit holds; None where there is none."""
        held = self.ratio if self.of_ratio else self.value
        if self.limit is None or held is None:
            return None
        return held >= self.limit if self.at_least else held <= self.limit

    def as_json(self) -> dict[str, object]:
        """The form of ``bench/results.json``."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "reference": None if self.reference is None else round(self.reference, 4),
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "limit": self.limit,
            "ok": self.ok,
            "note": self.note,
        }

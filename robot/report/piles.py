"""Piles: the first of many rows and their number, without holding them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from models.sql import Row

SHOWN = 100
"""Points shown of one group; the rest is counted. The screens of ``review`` show them all."""


class Pile:
    """Takes rows in any order; keeps the first :data:`SHOWN` by ``order`` and counts all."""

    def __init__(self, order: Callable[[Row], Any], rows: Iterable[Row] = ()) -> None:
        self._order = order
        self._rows: list[Row] = []
        self.total = 0
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """One more row."""
        self.total += 1
        self._rows.append(row)
        if len(self._rows) >= 4 * SHOWN:
            self._cut()

    def first(self) -> list[Row]:
        """The first rows, in order."""
        self._cut()
        return self._rows

    def _cut(self) -> None:
        self._rows.sort(key=self._order)
        del self._rows[SHOWN:]

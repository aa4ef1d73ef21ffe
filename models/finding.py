"""A finding: something a check saw. The value itself is never kept, only masked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Ordered by :attr:`rank`: NOTE is counted only, WARNING goes to a person, BLOCK stops publication."""

    NOTE = "note"
    WARNING = "warning"
    BLOCK = "block"

    @property
    def rank(self) -> int:
        """0, 1 or 2."""
        return ("note", "warning", "block").index(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``etikett``: FNR, DNR, KONTO, PASSORD …; ``sted``: where (emne, brødtekst, vedlegg:<ref>), never content.

    ``start`` and ``end`` are character offsets in the scanned text. ``masked`` shows at most the first two and last two
    characters (sensitive-data.md). ``rule`` is the detector's id and version. ``synthetic`` marks test numbers.
    """

    etikett: str
    alvor: Severity
    sted: str
    start: int
    end: int
    masked: str
    rule: str
    synthetic: bool = False

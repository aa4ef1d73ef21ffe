"""What an installation may choose of the embedded archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from models.noark import TEMPORARY_CODE

DEFAULT_CODES: Mapping[str, str] = MappingProxyType(
    {"UO": "Unntatt offentlighet", "P": "Personalsaker", "KL": "Klientsaker"}
)
"""Seed of the access codes (M500); an organisation puts its own in their place."""

APPROVED_FORMATS: frozenset[str] = frozenset(
    {"fmt/95", "fmt/354", "fmt/476", "fmt/477", "fmt/478", "fmt/479", "fmt/480", "fmt/481"}  # PDF/A-1, -2, -3
    | {"fmt/353", "x-fmt/111", "fmt/101", "fmt/42", "fmt/43", "fmt/44", "fmt/11", "fmt/12", "fmt/13"}
)
"""PRONOM codes of approved archive formats (noark5.md section 9). Mail is not among them: it needs a PDF/A beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """Choices of one organisation.

    ``tilgangskoder`` maps access code to name (the temporary code XX is always known). ``zone`` decides which local day,
    and so which journal year, something was registered on. ``allow_sa`` lets closing sign off what is left with «Saken
    ble avsluttet» (krav 3.4.5); without it such a case is refused. ``actor`` stands as arkivertAv, avsluttetAv and
    avskrevetAv. ``refuse_twins``: condition 9 of journaling, same main document, sender and dates.
    """

    tilgangskoder: Mapping[str, str] = field(default_factory=lambda: DEFAULT_CODES)
    zone: str = "Europe/Oslo"
    allow_sa: bool = False
    actor: str = "Postrobot"
    refuse_twins: bool = True
    approved_formats: frozenset[str] = APPROVED_FORMATS
    busy_timeout_ms: int = 30_000
    page_size: int = 200

    def knows_code(self, kode: str) -> bool:
        """Whether the access code is predefined (krav 5.2.15)."""
        return kode == TEMPORARY_CODE or kode in self.tilgangskoder

    def local_day(self, at: datetime) -> date:
        """The organisation's calendar day of a UTC moment."""
        return at.astimezone(ZoneInfo(self.zone)).date()

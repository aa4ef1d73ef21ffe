"""Compiled shieldings and deadlines, which outcomes of every sort share."""

from __future__ import annotations

from dataclasses import dataclass

from models.noark import SkjermingDokument, SkjermingMetadata
from rules.deadlines import Duration
from rules.templates import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class ShieldSpec:
    """``skjerming`` with its words as templates."""

    kode: str
    hjemmel: str = ""
    skjul: tuple[SkjermingMetadata, ...] = ()
    ord: tuple[Template, ...] = ()
    dokument: SkjermingDokument | None = None
    aar: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineSpec:
    """``forfall``: a duration from a date fact, or the date under ``name`` with an optional fall-back."""

    duration: Duration | None = None
    start: str = "dato.mottatt"
    name: str = ""
    otherwise: DeadlineSpec | None = None

"""Compiled outcomes of rules about a journalpost, a sak or a published entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.noark import Avskrivningsmaate
from models.verdict import Alvor
from rules.deadlines import Duration
from rules.shield_model import DeadlineSpec, ShieldSpec
from rules.templates import Template

Plain = Literal["journalfør", "godkjenn", "avslutt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationSpec:
    """``avvik``."""

    alvor: Alvor
    tekst: Template
    hjemmel: str
    tiltak: Template
    felt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSpec:
    """``frist``; ``varsle`` is how long before it the unit is told."""

    frist: DeadlineSpec
    varsle: Duration | None
    hjemmel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainSpec:
    """``journalfør``, ``godkjenn`` and ``avslutt``, which say no more than themselves."""

    kind: Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffSpec:
    """``avskriv``."""

    maate: Avskrivningsmaate


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepSpec:
    """``la_stå``."""

    tekst: Template


@dataclass(frozen=True, slots=True, kw_only=True)
class HideSpec:
    """``skjerm``."""

    shield: ShieldSpec


Told = DeviationSpec | DueSpec
CareSpec = DeviationSpec | DueSpec | PlainSpec | WriteOffSpec | KeepSpec | HideSpec

"""What one family hands to the whole: a span of the prepared text, before anybody asks how grave it is."""

from __future__ import annotations

from dataclasses import dataclass

from rules.detectors.kinds import Label


@dataclass(frozen=True, slots=True)
class Hit:
    """``start`` and ``end`` are of the prepared text. ``value`` is for the mask alone and goes no further."""

    label: Label
    start: int
    end: int
    value: str
    confidence: float
    rule: str
    synthetic: bool = False
    ocr: bool = False

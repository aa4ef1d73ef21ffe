"""Masking of everything a report shows: identity numbers, accounts and secrets become stars."""

from __future__ import annotations

from models.organisation import Organisation
from rules.detectors import scan


class Masker:
    """Masks text; the detectors are the robot's own, so what they know to shield never stands in a report.

    ``zone`` is the organisation's, for the times beside the text."""

    def __init__(self, org: Organisation) -> None:
        self._own = org.own_numbers
        self.zone = org.zone

    def __call__(self, text: str) -> str:
        """``text`` with every finding replaced by what may be shown of it."""
        for finding in sorted(scan(text, sted="rapport", own_numbers=self._own), key=lambda f: f.start, reverse=True):
            text = f"{text[: finding.start]}*****{text[finding.end :]}"
        return text

"""Masking of everything a report shows: identity numbers, accounts and secrets become stars; address protection hides all."""

from __future__ import annotations

import re

from models.organisation import Organisation
from rules.detectors import scan

_STARS = "*****"

_STRICT = re.compile(
    r"\bkode ?[67]\b|strengt fortruleg|strengt fortrolig|fortrolig adresse|fortruleg adresse|adressesperre|"
    r"adressebeskytt|sperr(?:et|a) adresse|skjult adresse|voldsalarm|valdsalarm",
    re.IGNORECASE,
)
"""Address protection, «kode 6» and «kode 7» (folkeregisterloven § 10-4; beskyttelsesinstruksen): words that must not stand
beside a name."""

_STRICT_CODES = frozenset({"6", "7", "K6", "K7", "KODE6", "KODE7", "SF", "SPSF", "SPFO"})
"""Access codes that mean address protection (SPSF and SPFO are the codes of Folkeregisteret's older exchange)."""


_ELEVEN = re.compile(r"(?<![0-9])[0-9]{6}[ .-]?[0-9]{5}(?![0-9])")
"""The shape of an identity number. The detectors want a date and check digits that hold; a report hides the mistyped too."""


class Masker:
    """Masks text; the detectors are the robot's own, so what they know to shield never stands in a report.

    ``zone`` is the organisation's, for the times beside the text."""

    def __init__(self, org: Organisation) -> None:
        self._own = org.own_numbers
        self._codes = org.tilgangskoder
        self.zone = org.zone

    def __call__(self, text: str) -> str:
        """``text`` with every finding replaced by stars, wherever it stands."""
        if not text:
            return text
        for finding in sorted(scan(text, sted="rapport", own_numbers=self._own), key=lambda f: f.start, reverse=True):
            text = f"{text[: finding.start]}{_STARS}{text[finding.end :]}"
        return _ELEVEN.sub(_STARS, text)

    def strict(self, text: str) -> bool:
        """Whether the text speaks of address protection: then nothing of the post may be shown but its id."""
        return _STRICT.search(text) is not None

    def strict_code(self, code: str) -> bool:
        """Whether an access code means address protection, by itself or by the name the organisation gave it."""
        known = self._codes.get(code)
        named = known is not None and self.strict(known.navn)
        return named or code.upper().replace(" ", "") in _STRICT_CODES

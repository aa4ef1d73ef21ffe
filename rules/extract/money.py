"""Amounts of money."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rules.extract.contract import SPACE, Extracted

_S = SPACE
_AMOUNT = (
    rf"(?P<whole>[0-9]{{1,3}}(?:(?:{_S}|\.)[0-9]{{3}}){{1,4}}|[0-9]{{1,12}})"
    r"(?:,(?P<part>[0-9]{1,2}(?![0-9])|-{1,2}|–|—))?"
)
_MILLION = rf"(?:{_S}{{0,2}}(?P<mill>mill(?:\.|ion(?:er|ar)?)?|mrd\.?|milliard(?:er|ar)?)(?!\w))?"
_BEFORE = re.compile(rf"(?<!\w)(?:kr\.?|NOK|kroner){_S}{{0,3}}:?{_S}{{0,2}}{_AMOUNT}{_MILLION}(?![0-9])", re.IGNORECASE)
_AFTER = re.compile(rf"(?<![\w.,]){_AMOUNT}{_MILLION}{_S}{{0,2}}(?:kr|kroner|NOK)(?!\w)", re.IGNORECASE)


def beloep(text: str) -> Sequence[Extracted]:
    """Amounts in kroner: «kr 1 234,50», «12.000,-», «1,5 mill. kroner»; value «1234,50», «12000», «1500000»."""
    found: dict[int, Extracted] = {}
    for pattern in (_BEFORE, _AFTER):
        for match in pattern.finditer(text):
            found.setdefault(match.start("whole"), Extracted(value=_value(match), start=match.start(), end=match.end()))
    return sorted(found.values(), key=lambda e: e.start)


def _value(match: re.Match[str]) -> str:
    whole = re.sub(r"[^0-9]", "", match["whole"])
    part = match["part"] if match["part"] and match["part"].isdigit() else ""
    amount = Decimal(f"{whole}.{part or 0}")
    word = (match["mill"] or "").lower()
    if word.startswith("mill") and not word.startswith("milli" + "ard"):
        amount *= 1_000_000
    elif word:
        amount *= 1_000_000_000
    amount = amount.quantize(Decimal("0.01"))
    kroner, cents = str(amount).split(".")
    return kroner if cents == "00" else f"{kroner},{cents}"

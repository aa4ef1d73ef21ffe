"""Norwegian numbers with check digits: what kind an 11-digit number is, and whether an account, KID or orgnr holds.

Digits only; finding them in text is for ``rules.extract`` and ``rules.detectors``. Sources: Skatteetaten on fødselsnummer
and D-nummer (two mod-11 digits; from 2032 the first may leave a remainder of 0–3), Bits on kontonummer and KID,
Brønnøysundregistrene on organisasjonsnummer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_K1 = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_K2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_ELEVEN = re.compile(r"[0-9]{11}\Z")


class IdentityKind(StrEnum):
    """The labels that findings use."""

    FNR = "FNR"
    DNR = "DNR"
    HNR = "HNR"
    FHNR = "FHNR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What an 11-digit identity number says.

    ``synthetic`` is the tax authority's test population (month + 80). NAV's month + 40 has the shape of an H-number and
    cannot be told from one. ``relaxed``: only the check digits of 2032 hold. ``born`` is None where there is no date
    inside (FH) or the century cannot be derived (relaxed).
    """

    kind: IdentityKind
    synthetic: bool = False
    relaxed: bool = False
    born: date | None = None


def identity(digits: str, *, allow_relaxed: bool = False) -> Identity | None:
    """The kind of an identity number, or None when ``digits`` (eleven, nothing else) is not one.

    ``allow_relaxed`` also takes numbers whose first check digit leaves 1–3, as will be issued from 2032.
    """
    if not _ELEVEN.match(digits):
        return None
    strict = check_digits(digits)
    if not strict and not (allow_relaxed and check_digits(digits, relaxed=True)):
        return None
    if digits[0] in "89":
        return Identity(kind=IdentityKind.FHNR, relaxed=not strict)
    dated = plausible_date(digits, century_known=strict)
    if dated is None:
        return None
    kind, synthetic, born = dated
    return Identity(kind=kind, synthetic=synthetic, relaxed=not strict, born=born if strict else None)


def check_digits(digits: str, *, relaxed: bool = False) -> bool:
    """Whether both check digits of an identity number hold; ``relaxed``: by the rule of 2032."""
    n = [ord(c) - 48 for c in digits]
    k1 = (sum(w * d for w, d in zip(_K1, n, strict=False)) + n[9]) % 11
    if k1 > (3 if relaxed else 0):
        return False
    return (sum(w * d for w, d in zip(_K2, n, strict=False)) + n[10]) % 11 == 0


def complete(nine: str) -> str | None:
    """Nine digits with their two check digits; None where a control digit would be 10 and no number is issued.

    For demo and test data: give it a month + 80, so that the number belongs to nobody.
    """
    n = [ord(c) - 48 for c in nine]
    k1 = -sum(w * d for w, d in zip(_K1, n, strict=True)) % 11
    k2 = -sum(w * d for w, d in zip(_K2, [*n, k1], strict=True)) % 11
    return f"{nine}{k1}{k2}" if max(k1, k2) < 10 else None


def plausible_date(digits: str, *, century_known: bool = True) -> tuple[IdentityKind, bool, date] | None:
    """Kind, synthetic and birth date by the first nine digits; None when there is no such day.

    Without ``century_known`` the individual digits say nothing (2032), and any century in which the day exists will do.
    """
    day, month, yy, individual = int(digits[:2]), int(digits[2:4]), int(digits[4:6]), int(digits[6:9])
    kind = IdentityKind.FNR
    synthetic = False
    if 41 <= month <= 52:
        kind, month = IdentityKind.HNR, month - 40
    elif 81 <= month <= 92:
        synthetic, month = True, month - 80
    if 41 <= day <= 71:
        kind, day = IdentityKind.DNR, day - 40
    century = _century(yy, individual)
    if century is None:
        if century_known:
            return None
        century = 2000
    try:
        return kind, synthetic, date(century + yy, month, day)
    except ValueError:
        return None


def _century(yy: int, individual: int) -> int | None:
    if individual <= 499:
        return 1900
    if individual <= 749 and yy >= 54:
        return 1800
    if yy <= 39:
        return 2000
    if individual >= 900:
        return 1900
    return None


def account(digits: str) -> bool:
    """Whether eleven digits are a Norwegian bank account number by their check digit.

    Every valid fødselsnummer passes too (same weights), so ask :func:`identity` first.
    """
    if not _ELEVEN.match(digits) or digits == "00000000000":
        return False
    return sum(w * (ord(c) - 48) for w, c in zip((*_K2, 1), digits, strict=False)) % 11 == 0


def kid(text: str) -> bool:
    """Whether 2–25 characters are a KID: mod 10 (Luhn) or mod 11 (weights 2–7 from the right, control may be «-»)."""
    if not re.match(r"[0-9]{1,24}[0-9-]\Z", text):
        return False
    body, control = text[:-1], text[-1]
    if control != "-":
        luhn = 0
        for place, char in enumerate(reversed(body)):
            value = int(char) * (2 if place % 2 == 0 else 1)
            luhn += value - 9 if value > 9 else value
        if (luhn + int(control)) % 10 == 0:
            return True
    rest = sum((2 + place % 6) * int(char) for place, char in enumerate(reversed(body))) % 11
    expected = {0: "0", 1: "-"}.get(rest, str(11 - rest))
    return control == expected


def orgnr(digits: str) -> bool:
    """Whether nine digits are an organisasjonsnummer: begins with 8 or 9 and the check digit holds."""
    from stdnum.no import orgnr as standard

    return digits[:1] in ("8", "9") and bool(standard.is_valid(digits))

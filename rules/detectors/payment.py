"""Payment cards by Luhn and their issuer's range, and bank accounts of other countries as IBAN (ISO 13616)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules.detectors import explain
from rules.detectors.gate import Prepared, before
from rules.detectors.hit import Hit
from rules.detectors.kinds import Explanation, Label
from rules.detectors.wordlist import context

_GROUPED = re.compile(
    r"(?<![0-9])(?<![0-9][ .-])[2-6][0-9]{3}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{1,3})?(?![0-9]|[ .-][0-9])"
)
_AMEX = re.compile(r"(?<![0-9])3[47][0-9]{2}([ -])[0-9]{6}\1[0-9]{5}(?![0-9]|[ .-][0-9])")
_PLAIN = re.compile(r"(?<![0-9])(?:[2-6][0-9]{12,18})(?![0-9])")
_TELLING = frozenset(
    {
        Explanation.KID,
        Explanation.INVOICE,
        Explanation.EAN,
        Explanation.IMEI,
        Explanation.ISBN,
        Explanation.METER,
        Explanation.TRACKING,
        Explanation.GUID,
        Explanation.REFERENCE,
        Explanation.CASE,
    }
)
# First digits and lengths by scheme (ISO/IEC 7812; Visa, Mastercard, American Express, Maestro, Diners).
_RANGES = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|"
    r"720)[0-9]{12}|3[47][0-9]{13}|"
    r"3(?:0[0-5]|[68][0-9])[0-9]{11}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}|(?:5018|5020|5038|6304|6759|"
    r"676[1-3])[0-9]{8,15}"
)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])(?:AT|BE|BG|CH|CY|CZ|DE|DK|EE|ES|FI|FO|FR|GB|GL|GR|HR|HU|IE|IS|IT|LI|LT|LU|LV|MC|MT|"
    r"NL|PL|PT|RO|RS|SE|SI|SK|TR|UA)"
    r"[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?(?![A-Za-z0-9])"
)


def cards(prepared: Prepared, parts: Sequence[tuple[int, int]]) -> list[Hit]:
    """Card numbers: in groups by themselves, in one row beside a word for a card."""
    found: list[Hit] = []
    for start, end in parts:
        for pattern, needs_word in ((_GROUPED, False), (_AMEX, False), (_PLAIN, True)):
            for match in pattern.finditer(prepared.text, start, end):
                digits = re.sub("[^0-9]", "", match[0])
                if not _RANGES.fullmatch(digits) or not luhn(digits):
                    continue
                word = context("kort").search(before(prepared, match.start(), 40)) is not None
                explained = explain.why(prepared, match.start(), match.end())
                if (needs_word and not word) or (
                    explained in _TELLING and not (word and explained is Explanation.CASE)
                ):
                    continue
                confidence = 0.99 if word else 0.95
                found.append(Hit(Label.CARD, match.start(), match.end(), digits, confidence, "kort/1"))
    return found


def foreign_ibans(prepared: Prepared, parts: Sequence[tuple[int, int]]) -> list[Hit]:
    """IBANs of European countries; the Norwegian one is with the accounts."""
    return [
        Hit(Label.IBAN, match.start(), match.end(), match[0].replace(" ", ""), 0.99, "iban/1")
        for start, end in parts
        for match in _IBAN.finditer(prepared.text, start, end)
        if _mod97(match[0].replace(" ", ""))
    ]


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1: every second digit from the right doubled, the sum divisible by ten."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _mod97(iban: str) -> bool:
    if not 15 <= len(iban) <= 34:
        return False
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1

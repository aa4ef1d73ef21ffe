"""Bank accounts: written 4.2.5, beside a word for account, or as a Norwegian IBAN."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from models.finding import Finding, Severity
from rules import numbers
from rules.detectors import explain
from rules.detectors.gate import SWAPS, Prepared, before, blocks, masked, overlaps
from rules.detectors.hit import Hit
from rules.detectors.kinds import Explanation, Label

_RULE = "konto/1"
_GATE = re.compile(r"[0-9]{4}")
_LAID_OUT = re.compile(r"(?<![0-9])[0-9]{4}([. ]|-)[0-9]{2}\1[0-9]{5}(?![0-9])")
_PLAIN = re.compile(r"(?<![0-9])[0-9]{11}(?![0-9])")
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])NO ?[0-9]{2}[ .-]?[0-9]{4}[ .-]?(?:[0-9]{4}[ .-]?[0-9]{3}|[0-9]{2}[ .-]?[0-9]{5})(?![0-9])",
    re.IGNORECASE,
)
# Right after a word for it letters that OCR read for digits count too; the check digit must hold.
_LIKE = r"[0-9oOIlSB|]"
_READ = re.compile(
    rf"(?:konto(?: ?n(?:umme)?r)?|kto|kontonummeret)\.?(?: er)?[ .:;=_-]{{0,5}}\n?[ "
    rf"]{{0,3}}(?P<n>{_LIKE}{{4}}[. ]?{_LIKE}{{2}}[. ]?{_LIKE}{{5}})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_CONTEXT = re.compile(
    r"(?:bank|lønns)?konto(?![a-zæøå])|konto ?n(?:umme)?r|kontoen|(?<![a-zæøå])kto(?![a-zæøå])|utbetal|"
    r"innbetal|refusjon|"
    r"refunder|(?<![a-zæøå])(?:iban|bic|swift)(?![a-zæøå])|setjast inn på|overfør"
)
_BEFORE = 40


def find(prepared: Prepared, sted: str, *, own: frozenset[str], taken: Sequence[tuple[int, int]]) -> list[Finding]:
    """Account numbers outside ``taken`` and ``own``. Whose they are is not known here: severity is WARNING."""
    found: list[Finding] = []
    for hit in hits(prepared, blocks(prepared, pattern=_GATE)):
        span = prepared.original(hit.start, hit.end)
        if hit.value in own or overlaps(span, taken):
            continue
        found.append(
            Finding(
                etikett="KONTO",
                alvor=Severity.WARNING,
                sted=sted,
                start=span[0],
                end=span[1],
                masked=masked(hit.value),
                rule=_RULE,
            )
        )
    return sorted(found, key=lambda f: f.start)


def hits(prepared: Prepared, parts: Sequence[tuple[int, int]]) -> list[Hit]:
    """Account numbers on the lines ``parts``, and Norwegian IBANs; the value is the account's eleven digits."""
    found: list[Hit] = []
    for start, end in parts:
        found += _accounts(prepared, start, end)
    return found


def _accounts(prepared: Prepared, start: int, end: int) -> Iterator[Hit]:
    for match in _LAID_OUT.finditer(prepared.text, start, end):
        if _holds(match[0]) and not _negative(prepared, match.start(), match.end()):
            lone = not (_more_before(prepared.text, match.start()) or _more_after(prepared.text, match.end()))
            word = _context(prepared, match.start())
            if lone or word:
                yield Hit(Label.ACCOUNT, match.start(), match.end(), _digits(match[0]), 0.99 if word else 0.95, _RULE)
    for match in _PLAIN.finditer(prepared.text, start, end):
        explained = _negative(prepared, match.start(), match.end())
        if _holds(match[0]) and _context(prepared, match.start()) and not explained:
            yield Hit(Label.ACCOUNT, match.start(), match.end(), match[0], 0.97, _RULE)
    for match in _READ.finditer(prepared.text, start, end):
        digits = _digits(match["n"].translate(SWAPS))
        if sum(char.isdigit() for char in match["n"]) >= 7 and not match["n"].isdigit() and _holds(digits):
            yield Hit(Label.ACCOUNT, match.start("n"), match.end("n"), digits, 0.9, _RULE, ocr=True)
    for match in _IBAN.finditer(prepared.text, start, end):
        digits = _digits(match[0])
        # ISO 13616: the country code and check digits last, letters as 10–35, remainder 1.
        if int(f"{digits[2:]}2324{digits[:2]}") % 97 == 1 and numbers.account(digits[2:]):
            yield Hit(Label.IBAN, match.start(), match.end(), digits[2:], 0.99, _RULE)


def _holds(written: str) -> bool:
    return numbers.account(_digits(written))


def _context(prepared: Prepared, at: int) -> bool:
    return _CONTEXT.search(before(prepared, at, _BEFORE)) is not None


def _negative(prepared: Prepared, at: int, end: int) -> bool:
    return explain.why(prepared, at, end) not in (None, Explanation.AMOUNT)


def _more_before(text: str, at: int) -> bool:
    """A longer row of groups: a reference or a coordinate, not an account."""
    return at >= 2 and text[at - 1] in " ./-" and text[at - 2].isdigit()


def _more_after(text: str, at: int) -> bool:
    return at + 1 < len(text) and text[at] in " ./-" and text[at + 1].isdigit()


def _digits(written: str) -> str:
    return re.sub(r"[^0-9]", "", written)

"""Bank accounts: written 4.2.5, beside a word for account, or as a Norwegian IBAN."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.finding import Finding, Severity
from rules import numbers
from rules.detectors.gate import Prepared, before, blocks, masked, overlaps

_RULE = "konto/1"
_GATE = re.compile(r"[0-9]{4}")
_LAID_OUT = re.compile(r"(?<![0-9])[0-9]{4}([. ])[0-9]{2}\1[0-9]{5}(?![0-9])")
_PLAIN = re.compile(r"(?<![0-9])[0-9]{11}(?![0-9])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])NO ?[0-9]{2} ?[0-9]{4} ?[0-9]{4} ?[0-9]{3}(?![0-9])", re.IGNORECASE)
_CONTEXT = re.compile(
    r"(?:bank|lønns)?konto(?![a-zæøå])|konto ?n(?:umme)?r|kontoen|(?<![a-zæøå])kto(?![a-zæøå])|utbetal|innbetal|refusjon|"
    r"refunder|(?<![a-zæøå])(?:iban|bic|swift)(?![a-zæøå])|setjast inn på|overfør"
)
_NOT_ACCOUNT = re.compile(
    r"(?<![a-zæøå])(?:kid(?:-? ?n(?:umme)?r)?|faktura\w{0,10}|ordre\w{0,10}|(?:deres |vår |din )?ref(?:eranse)?\w{0,8}|"
    r"målepunkt\w{0,8}|sporing\w{0,10}|kunde-?n(?:umme)?r|løpen(?:umme)?r)[ .:#-]{0,5}\n?\Z"
)
_BEFORE = 40
_NEGATIVE = 25


def find(prepared: Prepared, sted: str, *, own: frozenset[str], taken: Sequence[tuple[int, int]]) -> list[Finding]:
    """Account numbers outside ``taken`` and ``own``. Whose they are is not known here: severity is WARNING."""
    found: list[Finding] = []
    for start, end in blocks(prepared, pattern=_GATE):
        for begin, stop, digits in _candidates(prepared, start, end):
            span = prepared.original(begin, stop)
            if digits in own or overlaps(span, taken):
                continue
            found.append(
                Finding(
                    etikett="KONTO",
                    alvor=Severity.WARNING,
                    sted=sted,
                    start=span[0],
                    end=span[1],
                    masked=masked(digits),
                    rule=_RULE,
                )
            )
    return sorted(found, key=lambda f: f.start)


def _candidates(prepared: Prepared, start: int, end: int) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for match in _LAID_OUT.finditer(prepared.text, start, end):
        if _holds(match[0]) and not _negative(prepared, match.start()):
            lone = not (_more_before(prepared.text, match.start()) or _more_after(prepared.text, match.end()))
            if lone or _context(prepared, match.start()):
                found.append((match.start(), match.end(), _digits(match[0])))
    for match in _PLAIN.finditer(prepared.text, start, end):
        if _holds(match[0]) and _context(prepared, match.start()) and not _negative(prepared, match.start()):
            found.append((match.start(), match.end(), match[0]))
    for match in _IBAN.finditer(prepared.text, start, end):
        digits = _digits(match[0])
        # ISO 13616: the country code and check digits last, letters as 10–35, remainder 1.
        if int(f"{digits[2:]}2324{digits[:2]}") % 97 == 1 and numbers.account(digits[2:]):
            found.append((match.start(), match.end(), digits[2:]))
    return found


def _holds(written: str) -> bool:
    return numbers.account(_digits(written))


def _context(prepared: Prepared, at: int) -> bool:
    return _CONTEXT.search(before(prepared, at, _BEFORE)) is not None


def _negative(prepared: Prepared, at: int) -> bool:
    return _NOT_ACCOUNT.search(before(prepared, at, _NEGATIVE)) is not None


def _more_before(text: str, at: int) -> bool:
    """A longer row of groups: a reference or a coordinate, not an account."""
    return at >= 2 and text[at - 1] in " ./-" and text[at - 2].isdigit()


def _more_after(text: str, at: int) -> bool:
    return at + 1 < len(text) and text[at] in " ./-" and text[at + 1].isdigit()


def _digits(written: str) -> str:
    return re.sub(r"[^0-9]", "", written)

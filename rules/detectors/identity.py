"""Identity numbers: fødselsnummer, D, H, FH and synthetic ones by their check digits, and DUF by its label."""

from __future__ import annotations

import re

from models.finding import Finding, Severity
from rules import numbers
from rules.detectors.gate import Prepared, after, before, blocks, masked, overlaps

_VALID = "identitet/1"
_LABELLED = "identitet.merket/1"
_DUF = "identitet.duf/1"
_WORDS = ("fnr", "f.nr", "fødsel", "person", "persnr", "hjelpen", "d-n", "id-n", "duf")
# Four digits in a row, or six one to a box.
_DIGITS = re.compile(r"[0-9]{4}|[0-9](?:[ |]{1,3}[0-9]){5}")

_BREAK = r"(?: {0,3}[-/.,]? {0,3}| ?\n ?-?)"
_TAIL = r"[0-9]{3} ?[0-9]{2}(?![0-9])"
_SPLIT = re.compile(rf"(?<![0-9])(?:[0-9]{{6}}|[0-9]{{2}}([. ]) ?[0-9]{{2}}\1 ?[0-9]{{2}}){_BREAK}{_TAIL}")
_BOXES = re.compile(r"(?<![0-9])(?<![0-9][ |])[0-9](?:[ |]{1,3}[0-9]){10}(?![0-9])(?![ |]{1,3}[0-9](?![0-9]))")
# «født 01.01.1990, personnr. 12345»: the date may have its century, and words between.
_APART = re.compile(
    r"(?<![0-9])(?P<d>[0-9]{2})[. ]?(?P<m>[0-9]{2})[. ]?(?:19|20)?(?P<y>[0-9]{2})(?![0-9])"
    r"[^0-9\n]{0,12}\n?[^0-9\n]{0,12}person-?n(?:umme)?r\.?[^0-9\n]{0,4}\n?(?P<t>[0-9]{5})(?![0-9])",
    re.IGNORECASE,
)

_LABEL = (
    r"(?:fødsels-? ?(?:og|/) ?person-?n(?:umme)?r|fødsels-?n(?:umme)?r|person-?n(?:umme)?r|pers\.?-?nr|"
    r"hjelpe-?n(?:umme)?r|d-?n(?:umme)?r|id-?n(?:umme)?r|(?<![a-zæøå])f\.? ?nr)\.?"
)
_CONTEXT = re.compile(rf"(?<![a-zæøå]){_LABEL}|fødselsdato|(?<![a-zæøå])(?:født|fødd)(?![a-zæøå])")
_ONLY_FNR = re.compile(r"(?<![a-zæøå])f\.? ?nr")
_PROPERTY_NEAR = re.compile(r"(?<![a-zæøå])(?:g\.? ?nr|b\.? ?nr|s\.? ?nr|gbnr|feste|faktura)")
_NOT_IDENTITY = re.compile(
    r"(?<![a-zæøå])(?:kid(?:-? ?n(?:umme)?r)?|faktura\w{0,10}|ordre\w{0,10}|(?:deres |vår |din )?ref(?:eranse)?\w{0,8}|"
    r"målepunkt\w{0,8}|sporing\w{0,10})"
    r"[ .:#-]{0,5}\n?\Z"
)
# After a label letters that OCR reads for digits count too. At least seven real digits (checked apart).
_LIKE = r"[0-9oOIlSB|]"
_AFTER_LABEL = re.compile(
    rf"(?<![a-zæøå]){_LABEL}(?: er)?[ .:;=_-]{{0,6}}\n?[ ]{{0,4}}"
    rf"(?P<n>{_LIKE}{{2}}\.?{_LIKE}{{2}}\.?{_LIKE}{{2}}{_BREAK}{_LIKE}{{3}} ?{_LIKE}{{2}})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_SWAPS = str.maketrans(
    {"o": "0", "O": "0", "I": "1", "l": "1", "|": "1", "i": "1", "S": "5", "s": "5", "B": "8", "b": "8", "L": "1"}
)
_DUF_NUMBER = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2} ?[0-9]{6} ?[0-9]{2}(?![0-9])")
_HEX_TOKEN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{24,}")


def find(prepared: Prepared, sted: str) -> list[Finding]:
    """Every identity number in the text (sensitive-data.md section 1), in text order."""
    found: list[Finding] = []
    taken: list[tuple[int, int]] = []

    def keep(start: int, end: int, digits: str, label: str, severity: Severity, rule: str, synthetic: bool) -> None:
        span = prepared.original(start, end)
        if overlaps(span, taken):
            return
        taken.append(span)
        taken.sort()
        found.append(
            Finding(
                etikett=label,
                alvor=severity,
                sted=sted,
                start=span[0],
                end=span[1],
                masked=masked(digits),
                rule=rule,
                synthetic=synthetic,
            )
        )

    for start, end in blocks(prepared, words=_WORDS, pattern=_DIGITS):
        for begin, stop, digits in _candidates(prepared.text, start, end):
            known = _known(prepared, begin, stop, digits)
            if known is not None:
                keep(begin, stop, digits, known.kind.value, Severity.BLOCK, _VALID, known.synthetic)
        for match in _AFTER_LABEL.finditer(prepared.text, start, end):
            labelled = _labelled(prepared, match)
            if labelled is not None:
                digits, known = labelled
                keep(
                    match.start("n"),
                    match.end("n"),
                    digits,
                    known.kind.value if known else numbers.IdentityKind.FNR.value,
                    Severity.BLOCK if known else Severity.WARNING,
                    _VALID if known else _LABELLED,
                    known.synthetic if known else False,
                )
        for match in _DUF_NUMBER.finditer(prepared.text, start, end):
            if re.search(r"(?<![a-zæøå])duf(?![a-zæøå])", before(prepared, match.start(), 40)):
                keep(match.start(), match.end(), _digits(match[0]), "DUF", Severity.BLOCK, _DUF, False)
    return sorted(found, key=lambda f: f.start)


def _candidates(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """Spans that are written as an identity number may be, with their eleven digits."""
    found = [(m.start(), m.end(), _digits(m[0])) for m in _SPLIT.finditer(text, start, end)]
    found += [(m.start(), m.end(), _digits(m[0])) for m in _BOXES.finditer(text, start, end)]
    found += [(m.start(), m.end(), m["d"] + m["m"] + m["y"] + m["t"]) for m in _APART.finditer(text, start, end)]
    return found


def _digits(written: str) -> str:
    return re.sub(r"[^0-9]", "", written)


def _known(prepared: Prepared, start: int, end: int, digits: str) -> numbers.Identity | None:
    """What the number is, when its check digits, its surroundings and its context allow it."""
    known = numbers.identity(digits, allow_relaxed=True)
    if known is None or _inside_other(prepared.lower, start, end):
        return None
    context = _context(prepared, start, end)
    # A label decides over a payment word: «KID» on the line before a fødselsnummer does not clear it.
    if not context and _NOT_IDENTITY.search(before(prepared, start, 25)):
        return None
    if (known.relaxed or known.kind is numbers.IdentityKind.FHNR) and not context:
        return None
    return known


def _context(prepared: Prepared, start: int, end: int) -> bool:
    near = before(prepared, start, 40) + "\x00" + after(prepared, end, 15)
    hits = [m[0] for m in _CONTEXT.finditer(near)]
    # «fnr» is festenummer beside gnr and bnr, and sometimes fakturanummer.
    if hits and all(_ONLY_FNR.fullmatch(h.rstrip(".")) for h in hits):
        return not _PROPERTY_NEAR.search(near)
    return bool(hits)


def _inside_other(lower: str, start: int, end: int) -> bool:
    """Whether the digits are part of a decimal number, a GUID or another long hexadecimal token."""
    if start > 1 and lower[start - 1] in ".," and lower[start - 2].isdigit():
        return True
    if end + 1 < len(lower) and lower[end] in ".," and lower[end + 1].isdigit():
        return True
    for match in _HEX_TOKEN.finditer(lower, max(0, start - 64), end + 64):
        token = match[0]
        if match.start() <= start and end <= match.end() and (end - start == 11) and re.search("[a-f]", token):
            return True
    return False


def _labelled(prepared: Prepared, match: re.Match[str]) -> tuple[str, numbers.Identity | None] | None:
    written = match["n"]
    if sum(char.isdigit() for char in written) < 7:
        return None
    digits = _digits(written.translate(_SWAPS))
    if len(digits) != 11:
        return None
    label = prepared.lower[match.start() : match.start("n")]
    near = before(prepared, match.start(), 40) + "\x00" + after(prepared, match.end(), 15)
    if _ONLY_FNR.match(label) and _PROPERTY_NEAR.search(near):
        return None
    return digits, numbers.identity(digits, allow_relaxed=True)

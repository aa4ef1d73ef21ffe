"""Numbers of persons, organisations, accounts, payments, plans and positions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules import numbers
from rules.detectors.gate import prepare
from rules.detectors.identity import recognised
from rules.extract.contract import SPACE, Extracted

_S = SPACE
_GAP = r"[ \u00a0\u2009\u202f]"
_NO_SPACE = re.compile(r"[^0-9]")


def fnr(text: str) -> Sequence[Extracted]:
    """Identity numbers (fødselsnummer, D, H, FH, synthetic) as eleven digits, in every form the detectors know.

    FH-numbers, and numbers that hold only by the rule of 2032, are taken beside a label alone.
    """
    return [Extracted(value=number.digits, start=number.start, end=number.end) for number in recognised(prepare(text))]


_NINE = re.compile(
    rf"(?<![0-9.,/-])(?:NO{_GAP}?)?(?P<n>[89][0-9]{{2}}{_GAP}?[0-9]{{3}}{_GAP}?[0-9]{{3}})(?![0-9]|[.,/-][0-9]|{_GAP}[0-9])",
    re.IGNORECASE,
)
_PAYMENT = re.compile(
    r"(?:\bKID\b|fakturan(?:umme)?r|ordren(?:umme)?r|kunden(?:umme)?r|tlf|telefon|mobil)[^0-9\n]{0,12}\Z", re.IGNORECASE
)


def orgnr(text: str) -> Sequence[Extracted]:
    """Organisation numbers, «923 609 016», «NO 923609016 MVA»; value nine digits with a right check digit."""
    found: list[Extracted] = []
    for match in _NINE.finditer(text):
        digits = _NO_SPACE.sub("", match["n"])
        before = text[max(0, match.start() - 30) : match.start()]
        if numbers.orgnr(digits) and not _PAYMENT.search(before):
            found.append(Extracted(value=digits, start=match.start(), end=match.end()))
    return found


_ACCOUNT = re.compile(
    rf"(?<![0-9.,/-])[0-9]{{4}}(?P<a>\.|{_GAP})?[0-9]{{2}}(?P<b>\.|{_GAP})?[0-9]{{5}}(?![0-9]|[.,/-][0-9])"
)
_ACCOUNT_LABEL = re.compile(
    rf"(?:konto(?:{_S}?n(?:umme)?r)?|\bkto|IBAN|BIC|SWIFT|utbetal\w{{0,4}}|innbetal\w{{0,4}}|refusjon|setjast inn)",
    re.IGNORECASE,
)
_IBAN_PREFIX = re.compile(r"\bNO[0-9]{2}\s?\Z", re.IGNORECASE)


def kontonummer(text: str) -> Sequence[Extracted]:
    """Bank accounts as «1234.56.78903»: written 4.2.5, or beside a label; never an identity number or a KID."""
    found: list[Extracted] = []
    for match in _ACCOUNT.finditer(text):
        digits = _NO_SPACE.sub("", match[0])
        person = numbers.identity(digits)
        # An account that begins with 8 or 9 may have the shape of an FH-number.
        if not numbers.account(digits) or (person and person.kind is not numbers.IdentityKind.FHNR):
            continue
        before = text[max(0, match.start() - 40) : match.start()]
        laid_out = bool(match["a"] and match["b"])
        if _PAYMENT.search(before) or not (laid_out or _ACCOUNT_LABEL.search(before)):
            continue
        found.append(Extracted(value=f"{digits[:4]}.{digits[4:6]}.{digits[6:]}", start=match.start(), end=match.end()))
    return found


_KID = re.compile(
    rf"(?<!\w)KID(?:-?{_S}?n(?:umme)?r\.?)?{_S}{{0,2}}[:.]?\s{{0,4}}(?P<n>[0-9](?:{_GAP}?[0-9]){{0,23}}{_GAP}?[0-9-])(?![0-9])",
    re.IGNORECASE,
)


def kid(text: str) -> Sequence[Extracted]:
    """KID beside its label, digits only, and only when mod 10 or mod 11 holds."""
    found: list[Extracted] = []
    for match in _KID.finditer(text):
        value = re.sub(r"[^0-9-]", "", match["n"])
        if numbers.kid(value):
            found.append(Extracted(value=value, start=match.start("n"), end=match.end()))
    return found


_PLAN = re.compile(
    rf"(?<!\w)(?:nasjonal{_S})?(?:areal)?plan(?:-?{_S}?id(?:ent(?:ifikasjon)?)?|n(?:umme)?r|nummer)\.?(?:en)?{_S}{{0,2}}(?:er{_S})?[:.]?\s{{0,3}}"
    r"(?P<n>[A-Za-z]{0,3}[0-9][A-Za-z0-9]{0,15}(?:[_-][A-Za-z0-9]{1,16}){0,3})(?!\w)",
    re.IGNORECASE,
)


def planid(text: str) -> Sequence[Extracted]:
    """Plan identifications beside their label («plan-ID 1130_202502», «arealplanID 20250012»), as written."""
    return [Extracted(value=m["n"].upper(), start=m.start("n"), end=m.end()) for m in _PLAN.finditer(text)]


_POSITION = re.compile(
    rf"(?<!\w)(?:stillings?(?:-?{_S}?(?:id|n(?:umme)?r|kode|referanse|ref))|stilling{_S}(?:id|nr)|"
    rf"(?:utlysnings?|annonse|webcruiter|jobbnorge|finn)(?:-?{_S}?(?:id|n(?:umme)?r|kode|ref)))\.?{_S}{{0,2}}[:.#]?\s{{0,3}}"
    r"(?P<n>(?:[A-Za-z]{1,6}-?)?[0-9]{1,12}(?:[-/.][0-9]{1,6}){0,2})(?!\w)",
    re.IGNORECASE,
)


def stillings_id(text: str) -> Sequence[Extracted]:
    """Ids of advertised positions beside their label («stillings-ID: 4711», «Webcruiter-ID 4567890123»)."""
    return [Extracted(value=m["n"].upper(), start=m.start("n"), end=m.end()) for m in _POSITION.finditer(text)]

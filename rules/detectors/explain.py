"""Why digits are not what they look like: the word right before them, or their own shape (sensitive-data.md, section 3)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules import numbers
from rules.detectors.gate import Prepared, after, before, prepare
from rules.detectors.kinds import Explained, Explanation

_REACH = 34
_NR = r"(?:[- ]?n(?:umm?e)?r(?:et)?\.?|[- ]?id(?:ent)?|[- ]?ref(?:eranse)?|[- ]?kode)"
_END = r"(?: (?:er|på|var|med|som|vår|dykkar|deres))?[ .:;#=()/-]{0,6}\n?[ ]{0,4}\Z"


def _word(words: str) -> str:
    """The word, with or without «nummer» after it."""
    return rf"(?<![a-zæøå])(?:{words}){_NR}?{_END}"


def _numbered(words: str) -> str:
    """The word with «nummer», «id», «ref.» after it: alone it says nothing («sak», «søknad», «kunde»)."""
    return rf"(?<![a-zæøå])(?:{words})s?{_NR}{_END}"


# In order: the first that holds is the explanation. All look at lower-case text that ends where the number begins.
_BEFORE: tuple[tuple[Explanation, re.Pattern[str]], ...] = tuple(
    (explanation, re.compile(pattern))
    for explanation, pattern in (
        (Explanation.KID, _word(r"kid|kundeidentifikasjon\w{0,4}|betalingsref(?:eranse)?")),
        (Explanation.INVOICE, _word(r"\w{0,12}faktura|kreditnota|\w{0,12}ordre|purring|inkasso(?:sak)?")),
        (
            Explanation.INVOICE,
            _numbered(
                r"bestilling|innkjøp|kunde|kundeforhold|bilag|medlem|abonnement|avtale|kontrakt|polise|leverandør|vare|"
                r"artikkel|serie|chassis|ansatt|løn[ns]"
            ),
        ),
        (Explanation.ORGNR, _word(r"org(?:anisasjon)?s?\.?|foretak")),
        (Explanation.ISBN, _word(r"is[bs]n(?:-1[03])?")),
        (Explanation.EAN, _word(r"ean(?:-?13|-?8)?|gtin|strekkode|upc")),
        (Explanation.IMEI, _word(r"imei|meid|iccid|imsi")),
        (Explanation.GUID, _word(r"guid|uuid|svarut|altinn(?:[- ]?ref\w{0,6})?")),
        (Explanation.GUID, _numbered(r"forsendelse|melding|konversasjon|kvittering|transaksjon|ar|instans")),
        (Explanation.METER, _word(r"målepunkt\w{0,8}|\w{0,8}strømmåler|\w{0,8}straummålar|målar|måler|gsrn")),
        (
            Explanation.WATER_METER,
            _word(r"va(?:nn|ss)måle?a?r\w{0,14}|va(?:nn|ss)måling|avlesning\w{0,4}|avlesing\w{0,4}"),
        ),
        (Explanation.TRACKING, _word(r"sporing\w{0,10}|kolli|tracking|rekommandert")),
        (Explanation.TRACKING, _numbered(r"pakke|sending")),
        (
            Explanation.CASE,
            _numbered(
                r"sak|arkivsak|journal|jp|journalpost|dokument|dok|arkiv|løpe|søknad|skjema|prosjekt|"
                r"e?phorte(?:sak)?|websak|"
                r"elements|acos|p360|public 360|melding|henvendelse|klage|referat|protokoll"
            ),
        ),
        (Explanation.CASE, _word(r"jnr|arkivref|journalpost(?:id)?|dokumentid|saksid")),
        (Explanation.REFERENCE, _word(r"(?:deres |vår |din |dykkar )?ref(?:eranse)?\w{0,8}")),
        (Explanation.PROPERTY, _word(r"gnr|bnr|gbnr|snr|gnr/bnr(?:/fnr)?(?:/snr)?")),
        (Explanation.PROPERTY, _numbered(r"gård|gard|bruk|feste|seksjon|matrikkel|eiendom|eigedom|bygning")),
        (Explanation.PLAN, _numbered(r"plan|arealplan|reguleringsplan")),
        (Explanation.CPV, _word(r"cpv")),
        (Explanation.STANDARD, r"(?<![a-zæøå])(?:ns(?:-en)?[ -]|iso[ -]|(?:lov|for|nou)-)(?:[0-9-]{0,12})\Z"),
        (Explanation.LEDGER, _word(r"kostra|kontostreng\w{0,3}|kontering\w{0,3}|kostnadss(?:ted|tad)")),
        (Explanation.LEDGER, _numbered(r"ansvar|funksjon|konteringsart")),
        (Explanation.AMOUNT, r"(?<![a-zæøå])(?:kr|nok|kroner|beløp|eur|usd)\.?[ :]{0,3}\Z|[€$£] ?\Z"),
        (Explanation.COORDINATE, r"(?<![a-zæøå])(?:utm|euref\w{0,4}|koordinat\w{0,4}|sone)[ .:=]{0,4}\Z"),
    )
)
_AMOUNT_AFTER = re.compile(
    r"(?:,[0-9]{2}|,-)?(?: |\.)?(?:kr(?:oner)?|nok|eur|mill|kwh|m[23³²]|tonn|liter)(?![a-zæøå])|,-|,[0-9]{2}(?![0-9])"
)
_DATES = re.compile(r"(?P<d>[0-9]{2})(?P<m>[0-9]{2})(?P<y>(?:19|20)[0-9]{2})")
_TOKEN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}[0-9a-f]*|[0-9a-f]{24,}")
_RUN = re.compile(r"(?<![0-9])(?:[0-9](?:[ .-]?[0-9]){6,24})(?![0-9])")


def why(prepared: Prepared, start: int, end: int) -> Explanation | None:
    """The explanation for the digits at ``start``–``end`` of the prepared text, or None when nothing explains them."""
    near = before(prepared, start, _REACH)
    for explanation, pattern in _BEFORE:
        if pattern.search(near):
            return explanation
    if inside_token(prepared.lower, start, end):
        return Explanation.GUID
    return _by_shape(prepared, start, end)


def inside_token(lower: str, start: int, end: int) -> bool:
    """Whether the digits are part of a GUID or another long hexadecimal token."""
    for match in _TOKEN.finditer(lower, max(0, start - 64), min(len(lower), end + 64)):
        if match.start() <= start and end <= match.end() and re.search("[a-f]", match[0]):
            return True
    return False


def _by_shape(prepared: Prepared, start: int, end: int) -> Explanation | None:
    digits = re.sub("[^0-9]", "", prepared.text[start:end])
    if _AMOUNT_AFTER.match(after(prepared, end, 12)):
        return Explanation.AMOUNT
    if (
        len(digits) == 8
        and (date := _DATES.fullmatch(digits))
        and "01" <= date["d"] <= "31"
        and "01" <= date["m"] <= "12"
    ):
        return Explanation.DATES
    if len(digits) == 13 and digits[:3] in ("978", "979"):
        return Explanation.ISBN
    if len(digits) == 18 and digits.startswith("70705"):
        return Explanation.METER
    if len(digits) == 9 and numbers.orgnr(digits):
        return Explanation.ORGNR
    return None


def explained(text: str) -> Sequence[Explained]:
    """Every row of seven digits or more that something explains, in text order: for «why did it not find this?»."""
    prepared = prepare(text)
    found = []
    for match in _RUN.finditer(prepared.text):
        explanation = why(prepared, match.start(), match.end())
        if explanation is not None:
            span = prepared.original(match.start(), match.end())
            found.append(Explained(start=span[0], end=span[1], explanation=explanation))
    return found

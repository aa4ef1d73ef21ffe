"""Passwords, codes and keys: a word for them with a value beside it, and shapes that can be nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.finding import Finding, Severity
from rules.detectors.gate import Prepared, before, blocks, overlaps
from rules.detectors.hit import Hit
from rules.detectors.kinds import Label

_NAMED = "passord/1"
_SHAPE = "passord.form/1"
MASK = "********"
WORDS = (
    "passor", "password",
    "koda", "sig=", "signature=", "_token=", "passphrase", "pwd", "pw:", "pw=", "pw ", "pin",
    "kode", "nøkkelboks", "nøkkel", "api", "token",
    "secret", "bearer", "logg inn", "private key", "akia", "eyj", "://", "ghp_", "xox",
)  # fmt: skip

_IS = r"(?: {0,2}(?:er|var|is|blir|:=|=|:|->)[ \"'«(]{0,4}\n?[ ]{0,4}| {0,2}\n[ ]{0,4})"
_VALUE = r"(?P<v>[^\s\"«»]{4,128})"
_OWNER = (
    r"(?: (?:ditt|din|di|deres|dykkar|mitt|min|mi|vår|hans|hennes|hennar|nytt|ny|nye|(?:til|for|på) [^\n:=.]{1,30}?))?"
)
_PASSWORD = re.compile(
    rf"(?<![\w])(?:engangs|wifi-?|nytt ?|midlertidig ?)?(?:passord(?:et)?|password|passphrase|pwd|pw)"
    rf"{_OWNER}{_IS}{_VALUE}",
    re.IGNORECASE,
)
_SECRET = re.compile(
    # Not as a parameter of a link: every newsletter has one to unsubscribe with.
    r"(?<![\w?&;])(?:api[-_ ]?(?:nøkkel(?:en)?|key)|(?:access|auth|refresh|tilgangs)?[-_ ]?token(?:et)?|"
    r"(?:client[-_ ]?)?secret)"
    rf"{_OWNER}{_IS}"
    r"(?P<v>[A-Za-z0-9_.~+/=-]{8,512})",
    re.IGNORECASE,
)
_KODE = r"(?:kod(?:e|en|a)|kode:)"
_LOCK = (
    r"(?:nøkkel ?boks|nykel ?boks|nøkkelskap|alarm|dør|ytterdør|port|adgangs|lås|inngangs|hovuddør|hoveddør|"
    r"skap|safe|bom)"
)
_CODE = re.compile(
    rf"(?<![\w])(?:(?:pin(?:-?{_KODE})?|engangs{_KODE}|sms-?{_KODE}|{_LOCK}-? ?{_KODE}|nøkkelboks(?:en)?|"
    rf"nykelboks(?:en)?)"
    rf"{_OWNER}|{_KODE} (?:til|for|på|i) (?!(?:faktura|konto|prosjekt|vare|betaling|kopi|skriv|print|art|"
    rf"stilling))[^\n.:=0-9]{{1,40}}?"
    rf"|{_KODE} (?:nøkkel|nykel|dør|port|lås|bom|skap|alarm)[a-zæøå]{{0,12}})"
    rf"{_IS}(?P<v>[0-9#*]{{3,10}}(?![0-9]|[.,/-][0-9]))",
    re.IGNORECASE,
)
# Words that mean nothing but a code need no «er» or colon.
_BARE_CODE = re.compile(
    rf"(?<![\w])(?:pin-?{_KODE}|engangs{_KODE}|{_LOCK}(?:en|a)?[- ]{{0,2}}{_KODE}|nøkkelboks(?:en)?|"
    rf"(?:nøkkelboks|nykelboks|nøkkelskap)[a-zæøå]{{0,4}}[^\n.0-9]{{1,40}}{_KODE}:?) {{1,3}}"
    r"(?P<v>[0-9]{4,8}[#*]?)(?![0-9]|[.,/-][0-9])",
    re.IGNORECASE,
)
_CODE_FOR = re.compile(
    rf"(?<![\w]){_KODE} (?P<v>[0-9]{{3,8}}[#*]?) (?:til|for|på|i) [^\n.0-9]{{0,20}}?(?:dør|port|lås|nøkkel|"
    rf"nykel|boks|alarm|inngang|bom|skap|garasje|bod)",
    re.IGNORECASE,
)
_SIGNED_LINK = re.compile(
    r"[?&](?:sig|signature|X-Amz-Signature|access_token|client_secret|password|passord)"
    r"=(?P<v>[A-Za-z0-9%+/_.~-]{12,400})"
)
_USER_AND_PASS = re.compile(
    r"(?<![\w])(?:brukernavn|brukarnamn|username|user|bruker|brukar)\W{1,3}\S{2,64}[ ,;/\n]{1,4}(?:og )?(?:passord|"
    r"password|pwd?)\W{1,4}"
    r"(?P<v>[^\s\"«»]{4,64})|(?<![\w])logg inn med (?:brukernavn )?[^\s/]{2,64} ?/ ?(?P<w>[^\s\"«»]{4,64})",
    re.IGNORECASE,
)
_CONNECTION = re.compile(r"(?:password|pwd) ?= ?(?P<v>[^;\s\"']{3,128})", re.IGNORECASE)
_CONNECTION_WORD = re.compile(r"(?:server|data source|host|user ?id|uid|username|user|database) ?=")
_SHAPES = re.compile(
    r"(?P<v>-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY-----"
    r"|(?<![\w-])eyJ[\w-]{8,2000}\.eyJ[\w-]{8,8000}\.[\w-]{8,2000}"
    r"|(?<![A-Z0-9])AKIA[0-9A-Z]{16}(?![A-Z0-9])"
    r"|(?<![\w])gh[pousr]_[A-Za-z0-9]{36,80}|(?<![\w])xox[abprs]-[A-Za-z0-9-]{20,80})"
)
_BEARER = re.compile(r"(?<![\w])bearer {1,2}(?P<v>[A-Za-z0-9._~+/=-]{16,2000})", re.IGNORECASE)
_URL = re.compile(r"(?<![\w])[A-Za-z][A-Za-z0-9+.-]{1,15}://[^\s/:@]{1,64}:(?P<v>[^\s/@]{1,64})@")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PLACEHOLDER = re.compile(r"[<\[{(].{0,60}[>\]})]?\Z|https?://.*|[x_.…-]+\Z", re.IGNORECASE)


def find(prepared: Prepared, sted: str, *, taken: Sequence[tuple[int, int]]) -> list[Finding]:
    """Credentials outside ``taken``. The mask shows nothing at all: two characters of a short code are half of it."""
    findings: list[Finding] = []
    for hit in hits(prepared, blocks(prepared, words=WORDS)):
        start, end = prepared.original(hit.start, hit.end)
        if not overlaps((start, end), taken):
            findings.append(
                Finding(
                    etikett="PASSORD", alvor=Severity.BLOCK, sted=sted, start=start, end=end, masked=MASK, rule=hit.rule
                )
            )
    return findings


def hits(prepared: Prepared, parts: Sequence[tuple[int, int]]) -> list[Hit]:
    """Credentials on the lines ``parts``, in text order, the longest of those that meet. They carry no value."""
    found: dict[int, tuple[int, str]] = {}
    for start, end in parts:
        for begin, stop, rule in _hits(prepared, start, end):
            if begin not in found or found[begin][0] < stop:
                found[begin] = (stop, rule)
    kept: list[Hit] = []
    last = -1
    for begin in sorted(found):
        stop, rule = found[begin]
        if begin >= last:
            last = stop
            kept.append(Hit(Label.CREDENTIAL, begin, stop, "", 0.99 if rule == _SHAPE else 0.95, rule))
    return kept


def _hits(prepared: Prepared, start: int, end: int) -> list[tuple[int, int, str]]:
    text = prepared.text
    seen: list[tuple[int, int, str]] = []
    for pattern, good in ((_PASSWORD, _like_password), (_SECRET, _like_secret), (_USER_AND_PASS, _like_password)):
        for match in pattern.finditer(text, start, end):
            group = "v" if match["v"] else "w"
            value = match[group].rstrip(".,;:)'\"")
            if good(value):
                seen.append((match.start(group), match.start(group) + len(value), _NAMED))
    for pattern in (_CODE, _BARE_CODE, _CODE_FOR):
        seen += [
            (m.start("v"), m.end("v"), _NAMED) for m in pattern.finditer(text, start, end) if not _year_after(m["v"])
        ]
    for match in _CONNECTION.finditer(text, start, end):
        line = before(prepared, match.start(), 200).rpartition("\n")[2]
        if _CONNECTION_WORD.search(line) and not _PLACEHOLDER.match(match["v"]):
            seen.append((match.start("v"), match.end("v"), _SHAPE))
    for pattern in (_SHAPES, _BEARER, _URL, _SIGNED_LINK):
        seen += [
            (m.start("v"), m.end("v"), _SHAPE)
            for m in pattern.finditer(text, start, end)
            if not _PLACEHOLDER.match(m["v"])
        ]
    return seen


def _like_password(value: str) -> bool:
    """A digit, a symbol or mixed case: else the word is only part of the sentence («Passord: Sendes på SMS»)."""
    if len(value) < 4 or _PLACEHOLDER.match(value) or not any(char.isalnum() for char in value):
        return False
    if _ADDRESS.fullmatch(value):
        return False
    if any(char.isdigit() for char in value):
        return True
    inner = value.replace("-", "").replace("/", "")
    if any(not char.isalnum() for char in inner):
        return True
    return inner[1:].lower() != inner[1:] and inner.upper() != inner


def _like_secret(value: str) -> bool:
    return any(char.isdigit() for char in value) and not _PLACEHOLDER.match(value)


def _year_after(value: str) -> bool:
    """«Nøkkelboks 2026»: a year, not a code."""
    return len(value) == 4 and value[:2] in ("19", "20") and value.isdigit()

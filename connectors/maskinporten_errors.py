"""What Maskinporten's refusals mean, and whom to ask: one Norwegian sentence or two for each documented code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_CODE = re.compile(r"MP-\d{3}")
_ADMIN = "den som administrerer klienten i Samarbeidsportalen"

_SENTENCES: Mapping[str, str] = {
    "MP-012": "Maskinporten har sett samme forespørsel før. Prøves igjen av seg selv; varer det, kjører to roboter likt oppsett.",
    "MP-100": (
        "Maskinporten kjenner ikke klienten. Kontroller «klient_id» og at miljøet er riktig ({issuer}); "
        f"spør {_ADMIN}."
    ),
    "MP-110": (
        "Maskinporten godtar ikke «utsteder» ({issuer}). Den skal være https://maskinporten.no/ eller "
        "https://test.maskinporten.no/, med skråstreken til slutt."
    ),
    "MP-120": (
        "Maskinporten godtar ikke sertifikatet eller signaturen. Kontroller at nøkkelen i oppsettet er den som er "
        f"registrert på klienten («kid»); spør {_ADMIN}."
    ),
    "MP-121": f"Nøkkelen er utløpt: en nøkkel i Maskinporten varer ett år. Be {_ADMIN} registrere en ny, og sett inn ny «kid».",
    "MP-122": (
        "Maskinporten godtar ikke signaturen. Nøkkelen i oppsettet hører ikke til «kid» eller til sertifikatet; "
        f"spør {_ADMIN}."
    ),
    "MP-123": (
        "Virksomhetssertifikatet tilhører en annen virksomhet enn klienten. Bruk virksomhetens eget sertifikat, "
        f"eller be {_ADMIN} rette klienten."
    ),
    "MP-124": "Sertifikatkjeden ble ikke forstått. Bruk en .p12-fil med virksomhetssertifikatet og hele kjeden.",
    "MP-130": (
        "Klokken på denne maskinen går feil{skew}; Maskinporten godtar 10 sekunder. Slå på tidssynkronisering "
        "(timedatectl set-ntp true)."
    ),
    "MP-200": (
        "Klienten har ikke tilgangen ({scopes}). Be "
        f"{_ADMIN} legge den til; eieren av tilgangen må ha gitt den til virksomheten."
    ),
    "MP-201": f"Klienten er av feil type for tilgangen ({{scopes}}): den må være en Maskinporten-klient. Spør {_ADMIN}.",
    "MP-250": (
        "Virksomheten det handles for, har ikke fått tilgangen ({scopes}). Be eieren av tilgangen om å gi den til "
        "virksomhetens organisasjonsnummer."
    ),
    "MP-251": (
        "Virksomheten det handles for, har ikke delegert tilgangen ({scopes}) til leverandøren. Be daglig leder eller "
        "tilgangsstyreren der om å delegere den i Altinn (Tilgangsstyring, API-delegering)."
    ),
    "MP-301": "Maskinporten kjenner ikke slaget tilgang det ble spurt om. Oppgrader Postrobot, og meld fra til oss.",
    "MP-302": "Maskinporten godtar ikke et felt i forespørselen om systembruker. Kontroller «ekstern_ref» i oppsettet.",
    "MP-303": (
        "Det finnes ingen systembruker som passer. Enten har ikke virksomheten godkjent den i Altinn, eller "
        "organisasjonsnummeret er et annet, eller klienten står ikke på det registrerte systemet, eller systembrukeren ble "
        "laget med en «ekstern_ref» som mangler i oppsettet. Be virksomhetens tilgangsstyrer se under Systemtilganger i Altinn."
    ),
}
"""Code → sentence, with ``{scopes}``, ``{issuer}`` and ``{skew}`` filled in."""

CODES = tuple(_SENTENCES)

_BY_WORDS = (
    (re.compile(r"issue[dr]? ?(?:time|at)?.*(?:after now|future|too old)|clock|\biat\b", re.IGNORECASE), "MP-130"),
    (re.compile(r"\baud\b|audience", re.IGNORECASE), "MP-110"),
    (re.compile(r"expired (?:key|jwk|certificate)|(?:key|jwk|certificate).*expired", re.IGNORECASE), "MP-121"),
)
"""Descriptions without a code that are known all the same."""


def sentence_for(
    error: str, description: str, *, status: int, scopes: Sequence[str], issuer: str, skew_s: float
) -> tuple[str, str]:
    """The code of a refusal (empty when not known) and what to tell people.

    ``skew_s`` is how far the service's clock is ahead of ours.
    """
    found = _CODE.search(description)
    code = found.group() if found else next((code for words, code in _BY_WORDS if words.search(description)), "")
    if not code and error == "invalid_scope":
        code = "MP-200"
    if not code and error in ("invalid_client", "unauthorized_client"):
        code = "MP-100"
    if code in _SENTENCES:
        sentence = _SENTENCES[code].format(scopes=" ".join(scopes), issuer=issuer, skew=_skew(skew_s))
        return code, f"{sentence} ({code})"
    if status == 404:
        return "", f"Det er ingen Maskinporten på {issuer}. Kontroller «utsteder» i oppsettet."
    shown = code or (error if re.fullmatch(r"[a-z_]{1,40}", error) else f"HTTP {status}")
    return code, f"Maskinporten sa nei ({shown}). Slå opp koden i Digdirs dokumentasjon, eller spør {_ADMIN}."


def _skew(seconds: float) -> str:
    if abs(seconds) < 5:
        return ""
    return f" ({abs(seconds):.0f} sekunder {'etter' if seconds > 0 else 'foran'} Maskinporten)"

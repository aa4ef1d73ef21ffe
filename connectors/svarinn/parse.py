"""The lists of both API versions → letters. New fields are passed over, missing and null ones borne (KS' own advice)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.svarinn.letter import Address, File, Letter, Link, Numbers

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_EARLIEST = date(1900, 1, 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OSLO = ZoneInfo("Europe/Oslo")
_LEVELS = {"3": 3, "4": 4, "BETYDELIG": 3, "HOYESTE": 4, "HØYESTE": 4}
_MAX_TEXT = 4000


class NotALetter(ValueError):
    """An entry of the list that cannot be used at all: it has no id that can be trusted in an address."""


def parse_v1(entry: object) -> Letter:
    """One entry of ``hentNyeForsendelser``.

    Raises:
        NotALetter: no usable id.
    """
    raw = _object(entry)
    return Letter(
        id=_id(raw),
        title=_text(raw, "tittel"),
        download=_text(raw, "downloadUrl"),
        at=moment(raw.get("date")),
        level=_LEVELS.get(_text(raw, "niva").upper()),
        confidential=raw.get("taushetsbelagtPost") is True,
        sender=_flat(_object(raw.get("avsender"))),
        recipient=_flat(_object(raw.get("mottaker"))),
        reply_to=_flat(_object(raw.get("svarSendesTil"))),
        answers=_text(raw, "svarPaForsendelse"),
        kind=_text(raw, "forsendelseType"),
        external_ref=_text(raw, "eksternRef"),
        system=_text(raw, "avgivendeSystem"),
        links=tuple(_links(raw, "urlLenke", "urlTekst")),
        files=tuple(
            _file(each, "mimetype", "sha256hash", "size", "dokumentType") for each in _list(raw, "filmetadata")
        ),
        theirs=_numbers(_object(raw.get("metadataFraAvleverendeSystem"))),
        ours=_numbers(_object(raw.get("metadataForImport"))),
    )


def parse_v2(entry: object) -> Letter:
    """One entry of ``/svarinn/v2/forsendelser``.

    Raises:
        NotALetter: no usable id.
    """
    raw = _object(entry)
    return Letter(
        id=_id(raw),
        title=_text(raw, "tittel"),
        download=_text(raw, "nedlastingslenke"),
        at=moment(raw.get("dato")),
        level=_LEVELS.get(_text(raw, "sikkerhetsniva").upper()),
        confidential=raw.get("taushetsbelagtPost") is True,
        sender=_nested(_object(raw.get("avsender"))),
        recipient=_nested(_object(raw.get("mottaker"))),
        reply_to=_nested(_object(raw.get("svarSendesTil"))),
        answers=_text(raw, "svarPaForsendelse"),
        kind=_text(raw, "type"),
        external_ref=_text(raw, "eksternRef"),
        system=_text(raw, "avgivendeSystem"),
        links=tuple(_links(raw, "lenke", "tekst")),
        files=tuple(_file(each, "mimeType", "hash", "storrelse", "type") for each in _list(raw, "filer")),
        theirs=_numbers(_flattened(_object(raw.get("metadataFraAvleverendeSystem")))),
        ours=_numbers(_flattened(_object(raw.get("metadataForImport")))),
    )


PARSERS: Mapping[int, Callable[[object], Letter]] = {1: parse_v1, 2: parse_v2}


def moment(value: object) -> datetime | None:
    """A time in UTC from milliseconds, a numeric string or ISO 8601; before 1900 (Java's year 0) counts as not told.

    ISO without an offset is Norwegian time.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            at = _EPOCH + timedelta(milliseconds=value)
        elif isinstance(value, str) and re.fullmatch(r"-?\d{5,17}", value.strip()):
            at = _EPOCH + timedelta(milliseconds=int(value))
        elif isinstance(value, str) and value.strip():
            read = datetime.fromisoformat(value.strip())
            at = (read if read.tzinfo else read.replace(tzinfo=_OSLO)).astimezone(UTC)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return at if at.date() >= _EARLIEST else None


def day(value: object) -> date | None:
    """A Norwegian date from the same forms as :func:`moment`."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        try:
            read = date.fromisoformat(value.strip())
        except ValueError:
            return None
        return read if read >= _EARLIEST else None
    at = moment(value)
    return at.astimezone(_OSLO).date() if at is not None else None


def _id(raw: Mapping[str, Any]) -> str:
    found = _text(raw, "id")
    if not _UUID.fullmatch(found):
        raise NotALetter("no UUID")
    return found.lower()


def _flat(raw: Mapping[str, Any]) -> Address:
    lines = (_text(raw, f"adresse{n}") or _text(raw, f"adresselinje{n}") for n in (1, 2, 3))
    return Address(
        name=_text(raw, "navn"),
        lines=tuple(line for line in lines if line),
        postcode=_text(raw, "postnr") or _text(raw, "postnummer"),
        town=_text(raw, "poststed"),
        country=_text(raw, "land"),
        orgnr=_digits(raw, "orgnr", 9) or _digits(raw, "organisasjonsnummer", 9),
        fnr=_digits(raw, "fnr", 11) or _digits(raw, "fodselsnummer", 11),
    )


def _nested(raw: Mapping[str, Any]) -> Address:
    """V2; an early draft of it had the address flat."""
    return _flat({**raw, **_object(raw.get("postadresse"))})


def _flattened(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    folder, entry = _object(raw.get("mappeId")), _object(raw.get("journalpostId"))
    return {
        **{key: value for key, value in raw.items() if key not in ("mappeId", "journalpostId")},
        **{key: folder.get(key) for key in ("saksaar", "sakssekvensnummer", "mappeId", "systemId")},
        **{
            key: entry.get(key)
            for key in ("registreringsId", "journalaar", "journalsekvensnummer", "journalpostnummer")
        },
    }


def _numbers(raw: Mapping[str, Any]) -> Numbers:
    extra = [*_list(raw, "ekstraMetadata"), *_list(raw, "virksomhetsspesifikkeMetadata")]
    return Numbers(
        saksaar=_number(raw, "saksaar"),
        sakssekvensnummer=_number(raw, "sakssekvensnummer"),
        journalaar=_number(raw, "journalaar"),
        journalsekvensnummer=_number(raw, "journalsekvensnummer"),
        journalpostnummer=_number(raw, "journalpostnummer"),
        journalposttype=_text(raw, "journalposttype"),
        journalstatus=_text(raw, "journalstatus"),
        journaldato=day(raw.get("journaldato")),
        dokumentets_dato=day(raw.get("dokumentetsDato")),
        tittel=_text(raw, "tittel"),
        saksbehandler=_text(raw, "saksBehandler") or _text(raw, "saksbehandler"),
        mappe_system_id=_text(raw, "systemId"),
        registrering_system_id=_text(raw, "registreringsId"),
        extra=tuple(_pairs(extra)),
    )


def _file(entry: object, media_type: str, digest: str, size: str, kind: str) -> File:
    raw = _object(entry)
    return File(
        name=_text(raw, "filnavn"),
        media_type=_text(raw, media_type).partition(";")[0].strip().lower(),
        sha256=_hex(_text(raw, digest)),
        size=_number(raw, size),
        kind=_text(raw, kind),
        extra=tuple(_pairs(_list(raw, "ekstraMetadata"))),
    )


def _hex(text: str) -> str:
    """SHA-256 as hex, whether it is told as hex or base64; what is neither is kept, so that it fits nothing."""
    if re.fullmatch(r"[A-Za-z0-9+/]{43}=", text):
        return base64.b64decode(text).hex()
    return text.lower()


def _links(raw: Mapping[str, Any], address: str, text: str) -> Iterator[Link]:
    for entry in _list(raw, "lenker"):
        link = _object(entry)
        yield Link(lead=_text(link, "ledetekst"), address=_text(link, address), text=_text(link, text))


def _pairs(entries: list[Any]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        pair = _object(entry)
        key = _text(pair, "key") or _text(pair, "nokkel")
        if key:
            yield key, _text(pair, "value") or _text(pair, "verdi")


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(raw: Mapping[str, Any], name: str) -> list[Any]:
    value = raw.get(name)
    return value if isinstance(value, list) else []


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()[:_MAX_TEXT]


def _digits(raw: Mapping[str, Any], name: str, count: int) -> str:
    text = re.sub(r"\s", "", _text(raw, name))
    return text if len(text) == count and text.isascii() and text.isdigit() else ""


def _number(raw: Mapping[str, Any], name: str) -> int:
    """A whole number; 0 for null, absent and what is none."""
    value = raw.get(name)
    if isinstance(value, bool):
        return 0
    try:
        return max(0, int(value)) if value is not None else 0
    except (ValueError, TypeError, OverflowError):
        return 0

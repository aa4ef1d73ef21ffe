"""eInnsyn's JSON as entries. Tolerant: what is not there, or not expanded (an id in its place), is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.journalfields import day, moment, role
from models.noark import Journalposttype, TilknyttetSom
from models.published import (
    DocumentRef,
    PublishedCase,
    PublishedDocument,
    PublishedEntry,
    PublishedFile,
    PublishedPart,
    PublishedSkjerming,
)

Json = Mapping[str, Any]

TYPES: Mapping[str, Journalposttype] = {
    "inngaaende_dokument": Journalposttype.INNGAAENDE,
    "utgaaende_dokument": Journalposttype.UTGAAENDE,
    "organinternt_dokument_for_oppfoelging": Journalposttype.ORGANINTERNT_OPPFOELGING,
    "organinternt_dokument_uten_oppfoelging": Journalposttype.ORGANINTERNT,
    "saksframlegg": Journalposttype.SAKSFRAMLEGG,
}
_MAIN = ("hoveddokument", "h")
_ATTACHED = ("vedlegg", "v")


def entry_of(post: Json) -> PublishedEntry:
    """One Journalpost."""
    kind, unit = _text(post, "journalposttype"), _object(post, "administrativEnhetObjekt")
    return PublishedEntry(
        id=_text(post, "id"),
        system_id=_text(post, "systemId"),
        external_id=_text(post, "externalId"),
        offentlig_tittel=_text(post, "offentligTittel"),
        offentlig_tittel_sensitiv=_text(post, "offentligTittelSensitiv"),
        case=_case(_object(post, "saksmappe")),
        journalaar=_number(post, "journalaar"),
        journalsekvensnummer=_number(post, "journalsekvensnummer"),
        journalpostnummer=_number(post, "journalpostnummer"),
        type=TYPES.get(kind),
        type_text=kind,
        journaldato=day(_text(post, "journaldato")),
        dokumentets_dato=day(_text(post, "dokumentetsDato")),
        parter=tuple(_part(each) for each in _objects(post, "korrespondansepart")),
        skjerming=_skjerming(_object(post, "skjerming")),
        dokumenter=tuple(_document(each) for each in _objects(post, "dokumentbeskrivelse")),
        enhet=_text(post, "administrativEnhet") or _text(unit, "navn"),
        beskrivelse=_text(post, "beskrivelse"),
        publisert=moment(_text(post, "publisertDato")),
        oppdatert=moment(_text(post, "oppdatertDato")),
        accessible_after=moment(_text(post, "accessibleAfter")),
    )


def _case(sak: Json) -> PublishedCase | None:
    if not sak:
        return None
    aar, sekvens = _number(sak, "saksaar"), _number(sak, "sakssekvensnummer")
    told = f"{aar}/{sekvens}" if aar is not None and sekvens is not None else ""
    return PublishedCase(
        saksnummer=_text(sak, "saksnummer") or told,
        saksaar=aar,
        sakssekvensnummer=sekvens,
        tittel=_text(sak, "offentligTittel"),
        tittel_sensitiv=_text(sak, "offentligTittelSensitiv"),
        id=_text(sak, "id"),
        system_id=_text(sak, "systemId"),
        external_id=_text(sak, "externalId"),
        saksdato=day(_text(sak, "saksdato")),
        enhet=_text(sak, "administrativEnhet"),
        publisert=moment(_text(sak, "publisertDato")),
    )


def _part(part: Json) -> PublishedPart:
    text, responsible = _text(part, "korrespondanseparttype"), part.get("erBehandlingsansvarlig")
    return PublishedPart(
        navn=_text(part, "korrespondansepartNavn"),
        navn_sensitiv=_text(part, "korrespondansepartNavnSensitiv"),
        type=role(text),
        type_text=text,
        id=_text(part, "id"),
        enhet=_text(part, "administrativEnhet"),
        saksbehandler=_text(part, "saksbehandler"),
        epostadresse=_text(part, "epostadresse"),
        postnummer=_text(part, "postnummer"),
        behandlingsansvarlig=responsible if isinstance(responsible, bool) else None,
    )


def _skjerming(told: Json) -> PublishedSkjerming | None:
    kode, hjemmel = _text(told, "tilgangsrestriksjon"), _text(told, "skjermingshjemmel")
    return PublishedSkjerming(kode=kode, hjemmel=hjemmel) if kode or hjemmel else None


def _document(told: Json) -> PublishedDocument:
    attached = _text(told, "tilknyttetRegistreringSom").rpartition("/")[2].lower()
    kind = TilknyttetSom.HOVEDDOKUMENT if attached in _MAIN else None
    return PublishedDocument(
        tittel=_text(told, "tittel"),
        tittel_sensitiv=_text(told, "tittelSensitiv"),
        id=_text(told, "id"),
        nummer=_number(told, "dokumentnummer"),
        dokumenttype=_text(told, "dokumenttype"),
        tilknyttet_som=TilknyttetSom.VEDLEGG if attached in _ATTACHED else kind,
        filer=tuple(_file(each) for each in _objects(told, "dokumentobjekt") if _address(each)),
    )


def _file(told: Json) -> PublishedFile:
    return PublishedFile(
        ref=DocumentRef(ref=_address(told), name=_text(told, "id")),
        id=_text(told, "id"),
        format=_text(told, "format"),
        sjekksum=_text(told, "sjekksum").lower(),
        sjekksum_algoritme=_text(told, "sjekksumAlgoritme"),
    )


def _address(told: Json) -> str:
    return _text(told, "url") or _text(told, "referanseDokumentfil")


def _text(told: Json, name: str) -> str:
    value = told.get(name)
    return value.strip() if isinstance(value, str) else ""


def _number(told: Json, name: str) -> int | None:
    value = told.get(name)
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _object(told: Json, name: str) -> Json:
    value = told.get(name)
    return value if isinstance(value, Mapping) else {}


def _objects(told: Json, name: str) -> list[Json]:
    value = told.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []

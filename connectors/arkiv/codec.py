"""Between rows and records."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

from connectors.arkiv.records import (
    Avskrivning,
    Dokumentbeskrivelse,
    Dokumentobjekt,
    Journalpost,
    Sak,
)
from models.archive import Done
from models.noark import (
    Arkivdelstatus,
    Avskrivningsmaate,
    Dokumentstatus,
    EksternNoekkel,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Korrespondanseparttype,
    Saksstatus,
    Skjerming,
    SkjermingDokument,
    SkjermingMetadata,
    TilknyttetSom,
    Variantformat,
)
from models.sql import Row

Row = Row


def moment(at: datetime) -> str:
    """UTC, to the microsecond, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def json_list(values: Iterable[str]) -> str:
    """Values for ``json_each``: a list of any length is one parameter."""
    return json.dumps(list(values))


def day(value: date | None) -> str | None:
    """ISO date or None."""
    return None if value is None else value.isoformat()


def day_of(text: str | None) -> date | None:
    """The other way."""
    return None if text is None else date.fromisoformat(text)


def skjerming_text(skjerming: Skjerming | None) -> str | None:
    """JSON, or None for open."""
    if skjerming is None:
        return None
    values = {f.name: getattr(skjerming, f.name) for f in fields(skjerming)}
    return json.dumps({k: v for k, v in values.items() if v not in (None, (), "")}, ensure_ascii=False)


def skjerming_of(text: str | None) -> Skjerming | None:
    """The other way."""
    if text is None:
        return None
    raw = json.loads(text)
    return Skjerming(
        kode=raw["kode"],
        hjemmel=raw.get("hjemmel", ""),
        skjul=tuple(SkjermingMetadata(s) for s in raw.get("skjul", ())),
        ord=tuple(raw.get("ord", ())),
        dokument=SkjermingDokument(raw["dokument"]) if raw.get("dokument") else None,
        aar=raw.get("aar"),
    )


def sak_of(row: Row) -> Sak:
    """A row of saksmappe joined with its arkivdel's status."""
    ekstern = row["ekstern_system"]
    return Sak(
        system_id=row["system_id"],
        saksaar=row["saksaar"],
        sakssekvensnummer=row["sakssekvensnummer"],
        tittel=row["tittel"],
        offentlig_tittel=row["offentlig_tittel"],
        arkivdel=row["arkivdel"],
        arkivdelstatus=Arkivdelstatus(row["arkivdelstatus"]),
        klasse=row["klasse"],
        administrativ_enhet=row["administrativ_enhet"],
        saksansvarlig=row["saksansvarlig"],
        status=Saksstatus(row["saksstatus"]),
        saksdato=date.fromisoformat(row["saksdato"]),
        opprettet=datetime.fromisoformat(row["opprettet_dato"]),
        sakstype=row["sakstype"],
        gjenaapnet=day_of(row["gjenaapnet_dato"]),
        skjerming=skjerming_of(row["skjerming"]),
        ekstern=EksternNoekkel(system=ekstern, noekkel=row["ekstern_noekkel"]) if ekstern else None,
        our_key=row["our_key"],
    )


def sak_values(sak: Sak) -> dict[str, Any]:
    """The row of a new case."""
    return {
        "system_id": sak.system_id,
        "saksaar": sak.saksaar,
        "sakssekvensnummer": sak.sakssekvensnummer,
        "tittel": sak.tittel,
        "offentlig_tittel": sak.offentlig_tittel,
        "arkivdel": sak.arkivdel,
        "klasse": sak.klasse,
        "administrativ_enhet": sak.administrativ_enhet,
        "saksansvarlig": sak.saksansvarlig,
        "saksstatus": sak.status.value,
        "saksdato": sak.saksdato.isoformat(),
        "opprettet_dato": moment(sak.opprettet),
        "sakstype": sak.sakstype,
        "gjenaapnet_dato": day(sak.gjenaapnet),
        "skjerming": skjerming_text(sak.skjerming),
        "ekstern_system": sak.ekstern.system if sak.ekstern else None,
        "ekstern_noekkel": sak.ekstern.noekkel if sak.ekstern else None,
        "our_key": sak.our_key,
    }


def journalpost_of(row: Row, parter: tuple[Korrespondansepart, ...]) -> Journalpost:
    """A row of journalpost joined with its case's number."""
    return Journalpost(
        system_id=row["system_id"],
        sak=row["saksmappe"],
        saksnummer=f"{row['saksaar']}/{row['sakssekvensnummer']}",
        journalpostnummer=row["journalpostnummer"],
        journalaar=row["journalaar"],
        journalsekvensnummer=row["journalsekvensnummer"],
        type=Journalposttype(row["journalposttype"]),
        status=Journalstatus(row["journalstatus"]),
        tittel=row["tittel"],
        offentlig_tittel=row["offentlig_tittel"],
        journaldato=date.fromisoformat(row["journaldato"]),
        opprettet=datetime.fromisoformat(row["opprettet_dato"]),
        parter=parter,
        mottatt_dato=day_of(row["mottatt_dato"]),
        sendt_dato=day_of(row["sendt_dato"]),
        dokumentets_dato=day_of(row["dokumentets_dato"]),
        forfall=day_of(row["forfallsdato"]),
        offentlighetsvurdert_dato=day_of(row["offentlighetsvurdert_dato"]),
        skjerming=skjerming_of(row["skjerming"]),
        arvet=bool(row["skjerming_arvet"]),
        our_key=row["our_key"],
    )


def journalpost_values(post: Journalpost) -> dict[str, Any]:
    """The row of a new journalpost."""
    return {
        "system_id": post.system_id,
        "saksmappe": post.sak,
        "journalpostnummer": post.journalpostnummer,
        "journalaar": post.journalaar,
        "journalsekvensnummer": post.journalsekvensnummer,
        "journalposttype": post.type.value,
        "journalstatus": post.status.value,
        "tittel": post.tittel,
        "offentlig_tittel": post.offentlig_tittel,
        "journaldato": post.journaldato.isoformat(),
        "mottatt_dato": day(post.mottatt_dato),
        "sendt_dato": day(post.sendt_dato),
        "dokumentets_dato": day(post.dokumentets_dato),
        "forfallsdato": day(post.forfall),
        "offentlighetsvurdert_dato": day(post.offentlighetsvurdert_dato),
        "skjerming": skjerming_text(post.skjerming),
        "skjerming_arvet": int(post.arvet),
        "opprettet_dato": moment(post.opprettet),
        "our_key": post.our_key,
    }


def part_of(row: Row) -> Korrespondansepart:
    """A row of korrespondansepart."""
    return Korrespondansepart(
        type=Korrespondanseparttype(row["type"]),
        navn=row["navn"],
        epostadresse=row["epostadresse"],
        person_id=row["person_id"],
        organisasjons_id=row["organisasjons_id"],
        administrativ_enhet=row["administrativ_enhet"],
        saksbehandler=row["saksbehandler"],
    )


def part_values(journalpost: str, nummer: int, part: Korrespondansepart) -> dict[str, Any]:
    """The row of a part."""
    return {
        "journalpost": journalpost,
        "nummer": nummer,
        "type": part.type.value,
        "navn": part.navn,
        "epostadresse": part.epostadresse,
        "person_id": part.person_id,
        "organisasjons_id": part.organisasjons_id,
        "administrativ_enhet": part.administrativ_enhet,
        "saksbehandler": part.saksbehandler,
    }


def dokument_of(row: Row, objekter: tuple[Dokumentobjekt, ...]) -> Dokumentbeskrivelse:
    """A row of dokumentbeskrivelse."""
    return Dokumentbeskrivelse(
        system_id=row["system_id"],
        dokumentnummer=row["dokumentnummer"],
        tilknyttet_som=TilknyttetSom(row["tilknyttet_som"]),
        status=Dokumentstatus(row["dokumentstatus"]),
        tittel=row["tittel"],
        dokumenttype=row["dokumenttype"],
        objekter=objekter,
        skjerming=skjerming_of(row["skjerming"]),
    )


def objekt_of(row: Row, *, present: bool) -> Dokumentobjekt:
    """A row of dokumentobjekt."""
    return Dokumentobjekt(
        system_id=row["system_id"],
        variant=Variantformat(row["variantformat"]),
        format=row["format"],
        mime_type=row["mime_type"],
        filnavn=row["filnavn"],
        sjekksum=row["sjekksum"],
        size_bytes=row["filstoerrelse"],
        present=present,
    )


def objekt_values(dokument: str, objekt: Dokumentobjekt, at: datetime) -> dict[str, Any]:
    """The row of a file."""
    return {
        "system_id": objekt.system_id,
        "dokumentbeskrivelse": dokument,
        "variantformat": objekt.variant.value,
        "format": objekt.format,
        "mime_type": objekt.mime_type,
        "filnavn": objekt.filnavn,
        "sjekksum": objekt.sjekksum,
        "filstoerrelse": objekt.size_bytes,
        "opprettet_dato": moment(at),
    }


def avskrivning_of(row: Row) -> Avskrivning:
    """A row of avskrivning."""
    return Avskrivning(
        system_id=row["system_id"],
        journalpost=row["journalpost"],
        maate=Avskrivningsmaate(row["avskrivningsmaate"]),
        dato=date.fromisoformat(row["avskrivningsdato"]),
        avskrives_av=row["avskrives_av"],
        korrespondansepart=row["korrespondansepart"],
    )


def done_of(row: Row) -> tuple[str, Done]:
    """A row of noekkel: the kind of write and what it answered."""
    details = json.loads(row["detaljer"]) if row["detaljer"] else {}
    return row["kind"], Done(system_id=row["system_id"], number=row["nummer"], details=details)


def done_values(key: str, kind: str, done: Done, at: datetime) -> dict[str, Any]:
    """The row of a used key."""
    return {
        "our_key": key,
        "kind": kind,
        "system_id": done.system_id,
        "nummer": done.number,
        "detaljer": json.dumps(done.details, ensure_ascii=False) if done.details else "",
        "brukt_dato": moment(at),
    }

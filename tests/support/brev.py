"""Whole cases as the archive shows them, made in a line: letters, answers, notes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from models.archive import JournalpostView, Saksmappe, SaksmappeRef
from models.noark import (
    Arkivdelstatus,
    Avskrivningsmaate,
    Dokumentstatus,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Korrespondanseparttype,
    Saksstatus,
    TilknyttetSom,
    Variantformat,
)
from models.omsorg import AvskrivningView, DokumentView, Journalinnfoersel, Sak, Variant

P = Korrespondanseparttype
KARI = "Kari Eksempel"
START = date(2026, 6, 1)
REF = SaksmappeRef(system_id="sak-1", saksnummer="2026/118")


def part(type_: Korrespondanseparttype, navn: str, **said: str) -> Korrespondansepart:
    """One correspondent."""
    return Korrespondansepart(type=type_, navn=navn, **said)


def document(sha256: str = "", *, format_: str = "fmt/276", filnavn: str = "brev.pdf") -> DokumentView:
    """A finished main document with one file."""
    variant = Variant(
        variant=Variantformat.PRODUKSJON, format=format_, sha256=sha256 or "0" * 64, size_bytes=9, filnavn=filnavn
    )
    return DokumentView(
        system_id=f"dok-{sha256[:8]}-{filnavn}",
        tittel=filnavn,
        dokumenttype="B",
        dokumentstatus=Dokumentstatus.FERDIGSTILT,
        tilknyttet_som=TilknyttetSom.HOVEDDOKUMENT,
        varianter=(variant,),
    )


def entry(
    number: int,
    type_: str,
    tittel: str,
    *parter: Korrespondansepart,
    status: str = "J",
    day: date = START,
    serial: int | None = None,
    ref: SaksmappeRef = REF,
    our_key: str = "",
    enhet: str = "PLAN",
    **said: Any,
) -> Journalinnfoersel:
    """Entry ``number`` of its case; ``day`` is when it came, or was sent. ``serial`` is its number in the journal."""
    kind = Journalposttype(type_)
    view = JournalpostView(
        system_id=f"{ref.system_id}-jp-{number}",
        our_key=our_key,
        number=f"{ref.saksnummer}-{number}",
        saksmappe=ref,
        type=kind,
        status=Journalstatus(status),
        tittel=tittel,
        offentlig_tittel=tittel,
        enhet=enhet,
        registered_at=datetime.combine(day, time(9), tzinfo=UTC),
    )
    dates: dict[str, Any] = {"mottatt_dato": day} if kind is Journalposttype.INNGAAENDE else {"sendt_dato": day}
    return Journalinnfoersel(
        post=view,
        journalaar=2026,
        journalsekvensnummer=serial or number,
        journalpostnummer=number,
        journaldato=day,
        parter=parter,
        **{**dates, **said},
    )


def letter(number: int, tittel: str = "Søknad om tilskudd", fra: str = KARI, **said: Any) -> Journalinnfoersel:
    """An incoming letter to PLAN."""
    inside = part(P.INTERN_MOTTAKER, "PLAN", administrativ_enhet="PLAN")
    return entry(number, "I", tittel, part(P.AVSENDER, fra), inside, **said)


def answer(number: int, tittel: str = "Svar på søknad om tilskudd", til: str = KARI, **said: Any) -> Journalinnfoersel:
    """A letter sent out."""
    return entry(number, "U", tittel, part(P.MOTTAKER, til), **{"status": "E", **said})


def note(number: int, tittel: str, fra: str, *til: str, **said: Any) -> Journalinnfoersel:
    """A note from one colleague to others, to be followed up."""
    receivers = (part(P.INTERN_MOTTAKER, one, saksbehandler=one) for one in til)
    return entry(
        number, said.pop("type_", "N"), tittel, part(P.INTERN_AVSENDER, fra, saksbehandler=fra), *receivers, **said
    )


def signed(maate: str, by: Journalinnfoersel | None = None, part_: str = "", day: date = START) -> AvskrivningView:
    """A sign-off."""
    by_id = by.post.system_id if by is not None else None
    return AvskrivningView(dato=day, maate=Avskrivningsmaate(maate), avskrives_av=by_id, korrespondansepart=part_)


def case(*entries: Journalinnfoersel, ref: SaksmappeRef = REF, status: str = "B", **said: Any) -> Sak:
    """An open case with these entries."""
    mappe = Saksmappe(
        ref=ref,
        tittel="Tilskudd",
        arkivdel="SAK",
        arkivdelstatus=Arkivdelstatus.AKTIV,
        saksstatus=Saksstatus(status),
        administrativ_enhet="PLAN",
        saksansvarlig="ufordelt",
    )
    return Sak(
        mappe=mappe,
        **{
            "offentlig_tittel": "Tilskudd",
            "klasse": "000",
            "sakstype": "",
            "saksdato": START,
            "innfoersler": entries,
            **said,
        },
    )

"""Whole cases as the archive in memory shows them (:class:`connectors.contract.TellsCases`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.arkiv.records import Dokumentbeskrivelse, Journalpost
from connectors.arkiv.records import Sak as Record
from connectors.arkiv.shown import view_of
from connectors.testing.memory_unit import MemoryUnit
from models.archive import Saksmappe
from models.noark import Journalposttype, Journalstatus
from models.omsorg import AvskrivningView, DokumentView, Journalinnfoersel, Sak, SakPage, Variant

Shown = Callable[[Record], Saksmappe]


def changed_saker(unit: MemoryUnit, *, since: str, after: str | None, size: int, shown: Shown) -> SakPage:
    """See the contract; a mark is a place in the order of changes."""
    place = max(int(since or "0"), int(after or "0"))
    if place > unit.last_change:
        raise ValueError(f"not a mark of this archive: {place}")
    hits = sorted((n, sid) for sid, n in unit.changes.items() if n > place)
    page = hits[:size]
    mark = str(page[-1][0]) if page else str(place)
    cases = saker(unit, [sid for _, sid in page], shown=shown)
    return SakPage(saker=cases, next=mark if len(hits) > len(page) else None, mark=mark)


def saker(unit: MemoryUnit, system_ids: Sequence[str], *, shown: Shown) -> tuple[Sak, ...]:
    """See the contract."""
    found = (unit.sak(sid) for sid in system_ids)
    return tuple(_sak(unit, sak, shown(sak)) for sak in found if sak is not None)


def _sak(unit: MemoryUnit, sak: Record, mappe: Saksmappe) -> Sak:
    extras = unit.extras[sak.system_id]
    pointed_at = (unit.saker[til].saksnummer for fra, til in sorted(unit.references) if fra == sak.system_id)
    return Sak(
        mappe=mappe,
        offentlig_tittel=sak.offentlig_tittel,
        klasse=sak.klasse,
        sakstype=sak.sakstype,
        saksdato=sak.saksdato,
        parter=extras.parter,
        kryssreferanser=tuple(pointed_at),
        nasjonale_identifikatorer=extras.nasjonale_identifikatorer,
        gjenaapnet=sak.gjenaapnet,
        innfoersler=tuple(_entry(unit, post) for post in unit.journalposter_in(sak.system_id)),
    )


def _entry(unit: MemoryUnit, post: Journalpost) -> Journalinnfoersel:
    signed = [a for a in unit.avskrivninger(post.system_id) if a.journalpost == post.system_id]
    return Journalinnfoersel(
        post=view_of(post),
        journalaar=post.journalaar,
        journalsekvensnummer=post.journalsekvensnummer,
        journalpostnummer=post.journalpostnummer,
        journaldato=post.journaldato,
        parter=post.parter,
        mottatt_dato=post.mottatt_dato,
        sendt_dato=post.sendt_dato,
        dokumentets_dato=post.dokumentets_dato,
        forfallsdato=post.forfall,
        offentlighetsvurdert_dato=post.offentlighetsvurdert_dato,
        dokumenter=tuple(_document(d) for d in unit.dokumenter(post.system_id)),
        avskrivninger=tuple(
            AvskrivningView(
                dato=a.dato, maate=a.maate, avskrives_av=a.avskrives_av, korrespondansepart=a.korrespondansepart
            )
            for a in signed
        ),
        twins=_twins(unit, post),
    )


def _document(dokument: Dokumentbeskrivelse) -> DokumentView:
    return DokumentView(
        system_id=dokument.system_id,
        tittel=dokument.tittel,
        dokumenttype=dokument.dokumenttype,
        dokumentstatus=dokument.status,
        tilknyttet_som=dokument.tilknyttet_som,
        varianter=tuple(
            Variant(
                variant=o.variant,
                format=o.format,
                sha256=o.sjekksum,
                size_bytes=o.size_bytes,
                filnavn=o.filnavn,
                present=o.present,
            )
            for o in dokument.objekter
        ),
        skjerming=dokument.skjerming,
    )


def _twins(unit: MemoryUnit, post: Journalpost) -> tuple[str, ...]:
    """Only what came from outside, and only what was registered before."""
    if post.type is not Journalposttype.INNGAAENDE or post.status is Journalstatus.UTGAAR:
        return ()
    alike = set(unit.twins(post))
    found = []
    for other in unit.posts.values():
        if other.system_id == post.system_id:
            break
        if other.type is Journalposttype.INNGAAENDE and other.registrerings_id in alike:
            found.append(other.system_id)
    return tuple(found)

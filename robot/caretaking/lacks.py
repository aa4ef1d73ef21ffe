"""What an entry lacks before it can be journaled, and a case before it can be closed. Pure.

The codes are those of :data:`rules.subject_facts.LACKS`: noark5.md section 4 for an entry, section 6 (CL1–CL6) for a case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from models.noark import (
    Arkivdelstatus,
    Dokumentstatus,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Saksstatus,
    Skjerming,
    SkjermingMetadata,
    TilknyttetSom,
)
from models.noark import Korrespondanseparttype as P
from models.omsorg import DokumentView, Journalinnfoersel, Sak

UNKNOWN_SENDERS = frozenset({"ukjent avsender", "ukjend avsendar", "ukjent"})
EXTERNAL = frozenset({P.AVSENDER, P.MOTTAKER, P.KOPIMOTTAKER})
INTERNAL_TYPES = frozenset({Journalposttype.ORGANINTERNT, Journalposttype.ORGANINTERNT_OPPFOELGING})
RESTANSER = frozenset({Journalposttype.INNGAAENDE, Journalposttype.ORGANINTERNT_OPPFOELGING})
"""The types that wait to be signed off (noark5.md section 7)."""
SETTLED = frozenset({Journalstatus.JOURNALFOERT, Journalstatus.ARKIVERT, Journalstatus.UTGAAR})
_HIDES_TITLE = frozenset(
    {SkjermingMetadata.TITTEL_REGISTRERING_ORD, SkjermingMetadata.TITTEL_REGISTRERING_UNNTATT_FOERSTE_LINJE}
)
_BY_TYPE_ONLY = frozenset({"duplikat", "dokumentstatus"})
"""Not asked again when the case closes: the first was settled with J, the second is CL6."""


def lacks_of_entry(entry: Journalinnfoersel, sak: Sak, *, codes: Collection[str] = ()) -> tuple[str, ...]:
    """Everything between the entry and status J, in the order of the codes. ``codes`` are the organisation's access codes;
    empty: not known."""
    return tuple(dict.fromkeys(_entry_lacks(entry, sak, codes)))


def _entry_lacks(entry: Journalinnfoersel, sak: Sak, codes: Collection[str]) -> Iterator[str]:
    if not sak.mappe.open:
        yield "sak_åpen"
    yield from _parts_and_dates(entry)
    if not _titles_hold(entry):
        yield "tittel"
    if not _documents_hold(entry.dokumenter):
        yield "hoveddokument"
    if any(d.dokumentstatus is not Dokumentstatus.FERDIGSTILT for d in entry.dokumenter):
        yield "dokumentstatus"
    if not _access_decided(entry, codes):
        yield "tilgang"
    if entry.twins:
        yield "duplikat"


def _parts_and_dates(entry: Journalinnfoersel) -> Iterator[str]:
    type_ = entry.post.type
    external = [part for part in entry.parter if part.type in EXTERNAL and part.navn.strip()]
    if type_ is Journalposttype.INNGAAENDE:
        if entry.mottatt_dato is None:
            yield "datoer"
        if not any(p.type is P.AVSENDER and p.navn.strip().casefold() not in UNKNOWN_SENDERS for p in external):
            yield "avsender"
        if not any(p.administrativ_enhet.strip() for p in entry.parter if p.type is P.INTERN_MOTTAKER):
            yield "enhet"
    elif type_ is Journalposttype.UTGAAENDE:
        if entry.post.status in (Journalstatus.FERDIGSTILT, Journalstatus.GODKJENT, Journalstatus.RESERVERT):
            yield "ikke_ekspedert"
        if entry.sendt_dato is None:
            yield "datoer"
        if not any(p.type is P.MOTTAKER for p in external):
            yield "mottaker"
    elif type_ in INTERNAL_TYPES:
        if external:
            yield "type"
        if not any(_inside(p) for p in entry.parter if p.type is P.INTERN_AVSENDER):
            yield "avsender"
        inside = [p for p in entry.parter if p.type is P.INTERN_MOTTAKER]
        if not any(_inside(p) for p in inside):
            yield "mottaker"
        if not any(p.administrativ_enhet.strip() for p in entry.parter):
            yield "enhet"


def _inside(part: Korrespondansepart) -> bool:
    return bool(part.navn.strip() or part.administrativ_enhet.strip() or part.saksbehandler.strip())


def _titles_hold(entry: Journalinnfoersel) -> bool:
    post = entry.post
    if not post.tittel.strip():
        return False
    if post.skjerming is None or not _hides_title(post.skjerming):
        return True
    public = post.offentlig_tittel.casefold()
    if not public.strip() or public == post.tittel.casefold():
        return False
    return not any(word.strip() and word.casefold() in public for word in post.skjerming.ord)


def _hides_title(shield: Skjerming) -> bool:
    return any(one in _HIDES_TITLE for one in shield.skjul)


def _documents_hold(documents: Sequence[DokumentView]) -> bool:
    mains = sum(d.tilknyttet_som is TilknyttetSom.HOVEDDOKUMENT for d in documents)
    return mains == 1 and all(d.varianter and all(v.present for v in d.varianter) for d in documents)


def _access_decided(entry: Journalinnfoersel, codes: Collection[str]) -> bool:
    """Open, wholly shielded, or the temporary code with nothing assessed (krav 5.2.8, 5.2.18)."""
    shield = entry.post.skjerming
    if shield is None:
        return True
    if shield.temporary:
        return entry.offentlighetsvurdert_dato is None
    known = not codes or shield.kode in codes
    return bool(known and shield.hjemmel.strip() and shield.skjul)


def signed_off(entry: Journalinnfoersel) -> bool:
    """Whether nothing more is owed: the whole entry, or each internal recipient of an N by itself (krav 3.4.6)."""
    if any(not a.korrespondansepart for a in entry.avskrivninger):
        return True
    if entry.post.type is not Journalposttype.ORGANINTERNT_OPPFOELGING or not entry.avskrivninger:
        return False
    done = {a.korrespondansepart for a in entry.avskrivninger}
    recipients = {p.navn for p in entry.parter if p.type is P.INTERN_MOTTAKER}
    return recipients <= done


def is_restanse(entry: Journalinnfoersel) -> bool:
    """An I or N that still waits to be signed off; what is utgått waits for nothing."""
    return entry.post.type in RESTANSER and entry.post.status is not Journalstatus.UTGAAR and not signed_off(entry)


def in_archive_format(document: DokumentView, formats: Collection[str]) -> bool:
    """CL3 for one document: one of its files is in an approved format."""
    return any(variant.format in formats for variant in document.varianter)


def hindrances(sak: Sak, *, formats: Collection[str], codes: Collection[str] = ()) -> dict[str, list[str]]:
    """What keeps the case from being closed: code → the things concerned, by number, in the order of CL1–CL6."""
    found: dict[str, list[str]] = {}

    def add(code: str, what: str) -> None:
        found.setdefault(code, []).append(what)

    mappe = sak.mappe
    if not sak.klasse.strip():
        add("klasse", mappe.ref.saksnummer)
    live = [entry for entry in sak.innfoersler if entry.post.status is not Journalstatus.UTGAAR]
    for entry in live:
        if _keeps_open(entry, sak, codes):
            add("journalstatus", entry.post.number)
    for entry in live:
        for document in entry.dokumenter:
            if not in_archive_format(document, formats):
                add("arkivformat", f"{entry.post.number} «{document.tittel}»")
    for entry in live:
        if is_restanse(entry):
            add("restanse", entry.post.number)
    if not mappe.saksansvarlig.strip() or not mappe.administrativ_enhet.strip():
        add("ansvarlig", mappe.ref.saksnummer)
    for entry in live:
        if any(d.dokumentstatus is not Dokumentstatus.FERDIGSTILT for d in entry.dokumenter):
            add("dokumentstatus", entry.post.number)
    return found


def _keeps_open(entry: Journalinnfoersel, sak: Sak, codes: Collection[str]) -> bool:
    """CL2: neither A nor a J that closing may set to A."""
    if entry.post.status is Journalstatus.ARKIVERT:
        return False
    if entry.post.status is not Journalstatus.JOURNALFOERT:
        return True
    return any(code not in _BY_TYPE_ONLY for code in lacks_of_entry(entry, sak, codes=codes))


def closed(sak: Sak) -> bool:
    """Whether nothing more is to be done with the case."""
    return sak.mappe.saksstatus in (Saksstatus.AVSLUTTET, Saksstatus.UTGAAR)


def frozen(sak: Sak) -> bool:
    """Whether its arkivdel takes no changes any longer."""
    return sak.mappe.arkivdelstatus not in (Arkivdelstatus.AKTIV, Arkivdelstatus.OVERLAPPING)

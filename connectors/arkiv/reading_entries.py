"""The entries of some cases with all they hold, as caretaking reads them: six statements, whatever their number.

Written for speed (a night with a full sweep reads everything): rows are taken by position, and what repeats is made once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, select

from connectors.arkiv import codec
from connectors.arkiv import statements as q
from connectors.arkiv import tables as t
from connectors.arkiv.documents import DocumentFolder
from connectors.arkiv.words import fold
from models.archive import JournalpostView, SaksmappeRef
from models.noark import (
    Avskrivningsmaate,
    Dokumentstatus,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Korrespondanseparttype,
    Skjerming,
    TilknyttetSom,
    Variantformat,
)
from models.omsorg import AvskrivningView, DokumentView, Journalinnfoersel, Variant
from models.sql import Link, Prepared

_jp, _kp, _db, _do = t.journalpost.c, t.korrespondansepart.c, t.dokumentbeskrivelse.c, t.dokumentobjekt.c
_IN_CASES = _jp.saksmappe.in_(q.IDS)

_ENTRIES = Prepared(
    select(
        _jp.id,
        _jp.system_id,
        _jp.saksmappe,
        t.saksmappe.c.saksaar,
        t.saksmappe.c.sakssekvensnummer,
        _jp.journalpostnummer,
        _jp.journalaar,
        _jp.journalsekvensnummer,
        _jp.journalposttype,
        _jp.journalstatus,
        _jp.tittel,
        _jp.offentlig_tittel,
        _jp.journaldato,
        _jp.mottatt_dato,
        _jp.sendt_dato,
        _jp.dokumentets_dato,
        _jp.forfallsdato,
        _jp.offentlighetsvurdert_dato,
        _jp.skjerming,
        _jp.opprettet_dato,
        _jp.endret_dato,
        _jp.our_key,
    )
    .join(t.saksmappe, t.saksmappe.c.system_id == _jp.saksmappe)
    .where(_IN_CASES)
    .order_by(_jp.saksmappe, _jp.journalpostnummer)
)
_PARTER = Prepared(
    select(
        _kp.journalpost,
        _kp.type,
        _kp.navn,
        _kp.epostadresse,
        _kp.person_id,
        _kp.organisasjons_id,
        _kp.administrativ_enhet,
        _kp.saksbehandler,
    )
    .join(t.journalpost, _jp.system_id == _kp.journalpost)
    .where(_IN_CASES, _kp.gyldig == 1)
    .order_by(_kp.journalpost, _kp.nummer)
)
_DOKUMENTER = Prepared(
    select(
        _db.journalpost,
        _db.system_id,
        _db.tittel,
        _db.dokumenttype,
        _db.dokumentstatus,
        _db.tilknyttet_som,
        _db.skjerming,
    )
    .join(t.journalpost, _jp.system_id == _db.journalpost)
    .where(_IN_CASES)
    .order_by(_db.journalpost, _db.dokumentnummer)
)
_OBJEKTER = Prepared(
    select(
        _do.dokumentbeskrivelse,
        _do.variantformat,
        _do.format,
        _do.sjekksum,
        _do.filstoerrelse,
        _do.filnavn,
        t.konvertering_feil.c.kode,
    )
    .join(t.dokumentbeskrivelse, _db.system_id == _do.dokumentbeskrivelse)
    .join(t.journalpost, _jp.system_id == _db.journalpost)
    .outerjoin(t.konvertering_feil, t.konvertering_feil.c.dokumentobjekt == _do.system_id)
    .where(_IN_CASES)
    .order_by(_do.id)
)
_av = t.avskrivning.c
_AVSKRIVNINGER = Prepared(
    select(_av.journalpost, _av.avskrivningsdato, _av.avskrivningsmaate, _av.avskrives_av, _av.korrespondansepart)
    .join(t.journalpost, _jp.system_id == _av.journalpost)
    .where(_IN_CASES)
    .order_by(_av.id)
)
_twin_file, _twin_doc = t.dokumentobjekt.alias("twin_file"), t.dokumentbeskrivelse.alias("twin_doc")
_twin = t.journalpost.alias("twin")
# Only what came from outside: of a letter that went out to fifty, none is a copy of another.
_TWINS = Prepared(
    select(_jp.system_id, _twin.c.system_id.label("twin_id"))
    .distinct()
    .select_from(t.journalpost)
    .join(t.dokumentbeskrivelse, and_(_db.journalpost == _jp.system_id, _db.tilknyttet_som == "H"))
    .join(t.dokumentobjekt, and_(_do.dokumentbeskrivelse == _db.system_id, _do.variantformat == "P"))
    .join(_twin_file, and_(_twin_file.c.sjekksum == _do.sjekksum, _twin_file.c.variantformat == "P"))
    .join(_twin_doc, and_(_twin_doc.c.system_id == _twin_file.c.dokumentbeskrivelse, _twin_doc.c.tilknyttet_som == "H"))
    .join(
        _twin,
        and_(
            _twin.c.system_id == _twin_doc.c.journalpost,
            _twin.c.id < _jp.id,
            _twin.c.journalposttype == "I",
            _twin.c.journalstatus != "U",
            _twin.c.mottatt_dato.is_not_distinct_from(_jp.mottatt_dato),
            _twin.c.dokumentets_dato.is_not_distinct_from(_jp.dokumentets_dato),
        ),
    )
    .where(_IN_CASES, _jp.journalposttype == "I", _jp.journalstatus != "U")
    .order_by(_jp.system_id, _twin.c.id)
)
_SENDERS = Prepared(
    select(_kp.journalpost, _kp.navn).where(_kp.journalpost.in_(q.IDS), _kp.gyldig == 1, _kp.type == "EA")
)

_TYPES = {m.value: m for m in Journalposttype}
_STATUSES = {m.value: m for m in Journalstatus}
_PARTTYPES = {m.value: m for m in Korrespondanseparttype}
_DOKUMENTSTATUSES = {m.value: m for m in Dokumentstatus}
_SOM = {m.value: m for m in TilknyttetSom}
_VARIANTS = {m.value: m for m in Variantformat}
_MAATER = {m.value: m for m in Avskrivningsmaate}

_skjerming = lru_cache(maxsize=1024)(codec.skjerming_of)
_day = lru_cache(maxsize=16_384)(codec.day_of)


@lru_cache(maxsize=1024)
def _sure_day(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=16_384)
def _part(*values: str) -> Korrespondansepart:
    return Korrespondansepart(
        type=_PARTTYPES[values[0]],
        navn=values[1],
        epostadresse=values[2],
        person_id=values[3],
        organisasjons_id=values[4],
        administrativ_enhet=values[5],
        saksbehandler=values[6],
    )


def entries_of(db: Link, files: DocumentFolder, sids: Mapping[str, str]) -> dict[str, list[Journalinnfoersel]]:
    """Case → its entries by number; ``sids`` holds the system ids of the cases as a JSON list."""
    parter = defaultdict[str, list[Korrespondansepart]](list)
    for journalpost, *values in db.execute(_PARTER, sids):
        parter[journalpost].append(_part(*values))
    signed = defaultdict[str, list[AvskrivningView]](list)
    for journalpost, dato, maate, by, whom in db.execute(_AVSKRIVNINGER, sids):
        signed[journalpost].append(
            AvskrivningView(dato=_sure_day(dato), maate=_MAATER[maate], avskrives_av=by, korrespondansepart=whom)
        )
    documents, twins = _documents(db, files, sids), _twins(db, sids, parter)
    found = defaultdict[str, list[Journalinnfoersel]](list)
    ref: SaksmappeRef | None = None
    for row in db.execute(_ENTRIES, sids):
        if ref is None or ref.system_id != row[2]:
            ref = SaksmappeRef(system_id=row[2], saksnummer=f"{row[3]}/{row[4]}")
        own = tuple(parter.get(row[1], ()))
        found[row[2]].append(_entry(row, ref, own, documents, signed, twins))
    return found


def _entry(
    row: Any,
    ref: SaksmappeRef,
    parter: tuple[Korrespondansepart, ...],
    documents: Mapping[str, list[DokumentView]],
    signed: Mapping[str, list[AvskrivningView]],
    twins: Mapping[str, tuple[str, ...]],
) -> Journalinnfoersel:
    sid = row[1]
    return Journalinnfoersel(
        post=JournalpostView(
            system_id=sid,
            our_key=row[21],
            number=f"{ref.saksnummer}-{row[5]}",
            saksmappe=ref,
            type=_TYPES[row[8]],
            status=_STATUSES[row[9]],
            tittel=row[10],
            offentlig_tittel=row[11],
            enhet=_unit(parter),
            registered_at=datetime.fromisoformat(row[19]),
            skjerming=_skjerming(row[18]),
            journalnummer=f"{row[7]}/{row[6]}",
        ),
        journalaar=row[6],
        journalsekvensnummer=row[7],
        journalpostnummer=row[5],
        journaldato=_sure_day(row[12]),
        parter=parter,
        mottatt_dato=_day(row[13]),
        sendt_dato=_day(row[14]),
        dokumentets_dato=_day(row[15]),
        forfallsdato=_day(row[16]),
        offentlighetsvurdert_dato=_day(row[17]),
        dokumenter=tuple(documents.get(sid, ())),
        avskrivninger=tuple(signed.get(sid, ())),
        twins=twins.get(sid, ()),
        changed_at=datetime.fromisoformat(row[20]) if row[20] else None,
    )


def _unit(parter: tuple[Korrespondansepart, ...]) -> str:
    """As :attr:`connectors.arkiv.records.Journalpost.enhet`: the internal recipient's, else the first any part carries."""
    first = ""
    for part in parter:
        if part.administrativ_enhet:
            if part.type is Korrespondanseparttype.INTERN_MOTTAKER:
                return part.administrativ_enhet
            first = first or part.administrativ_enhet
    return first


def _documents(db: Link, files: DocumentFolder, sids: Mapping[str, str]) -> Mapping[str, list[DokumentView]]:
    variants = defaultdict[str, list[Variant]](list)
    failed: dict[str, str] = {}
    for document, variant, format_, sha256, size, name, code in db.execute(_OBJEKTER, sids):
        present = files.has(sha256, size)
        variants[document].append(
            Variant(
                variant=_VARIANTS[variant],
                format=format_,
                sha256=sha256,
                size_bytes=size,
                filnavn=name,
                present=present,
            )
        )
        if code:
            failed[document] = code
    found = defaultdict[str, list[DokumentView]](list)
    for journalpost, sid, tittel, kind, status, som, skjerming in db.execute(_DOKUMENTER, sids):
        own = variants.get(sid, ())
        # A conversion that failed once and went well later is no trouble any longer.
        unconvertible = failed.get(sid, "")
        if unconvertible and any(v.variant is Variantformat.ARKIV for v in own):
            unconvertible = ""
        shield: Skjerming | None = _skjerming(skjerming)
        found[journalpost].append(
            DokumentView(
                system_id=sid,
                tittel=tittel,
                dokumenttype=kind,
                dokumentstatus=_DOKUMENTSTATUSES[status],
                tilknyttet_som=_SOM[som],
                varianter=tuple(own),
                skjerming=shield,
                unconvertible=unconvertible,
            )
        )
    return found


def _twins(
    db: Link, sids: Mapping[str, str], parter: Mapping[str, list[Korrespondansepart]]
) -> dict[str, tuple[str, ...]]:
    """Entries registered before with the same main file and dates, narrowed to those with the same senders."""
    pairs = db.execute(_TWINS, sids).all()
    if not pairs:
        return {}
    theirs = defaultdict[str, set[str]](set)
    wanted = codec.json_list({twin for _, twin in pairs})
    for journalpost, navn in db.execute(_SENDERS, {"sids": wanted}):
        if navn.strip():
            theirs[journalpost].add(fold(navn))
    found = defaultdict[str, list[str]](list)
    for sid, twin in pairs:
        mine = {fold(p.navn) for p in parter[sid] if p.type is Korrespondanseparttype.AVSENDER and p.navn.strip()}
        if mine == theirs[twin]:
            found[sid].append(twin)
    return {sid: tuple(twins) for sid, twins in found.items()}

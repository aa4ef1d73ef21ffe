"""The entries of some cases with all they hold, as caretaking reads them: six statements, whatever their number.

Written for speed (a night with a full sweep reads everything): rows are taken by position, and what repeats is made once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import and_, func, select

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
# A document with its files, one row a file: the way from entry to document is gone once.
_DOKUMENTER = Prepared(
    select(
        _db.journalpost,
        _db.system_id,
        _db.tittel,
        _db.dokumenttype,
        _db.dokumentstatus,
        _db.tilknyttet_som,
        _db.skjerming,
        _do.variantformat,
        _do.format,
        _do.sjekksum,
        _do.filstoerrelse,
        _do.filnavn,
        t.konvertering_feil.c.kode,
    )
    .select_from(t.dokumentbeskrivelse)
    .join(t.journalpost, _jp.system_id == _db.journalpost)
    .outerjoin(t.dokumentobjekt, _do.dokumentbeskrivelse == _db.system_id)
    .outerjoin(t.konvertering_feil, t.konvertering_feil.c.dokumentobjekt == _do.system_id)
    .where(_IN_CASES)
    .order_by(_db.journalpost, _db.dokumentnummer, _do.id)
)
_av = t.avskrivning.c
_AVSKRIVNINGER = Prepared(
    select(_av.journalpost, _av.avskrivningsdato, _av.avskrivningsmaate, _av.avskrives_av, _av.korrespondansepart)
    .join(t.journalpost, _jp.system_id == _av.journalpost)
    .where(_IN_CASES)
    .order_by(_av.id)
)
_file, _doc = t.dokumentobjekt.alias("file"), t.dokumentbeskrivelse.alias("doc")
# Which of these files the archive holds more than once, as what was received: of most, none.
_SHARED = Prepared(
    select(_file.c.sjekksum)
    .where(_file.c.sjekksum.in_(q.IDS), _file.c.variantformat == "P")
    .group_by(_file.c.sjekksum)
    .having(func.count() > 1)
)
_HOLDERS = Prepared(
    select(_file.c.sjekksum, _jp.id, _jp.system_id, _jp.mottatt_dato, _jp.dokumentets_dato)
    .select_from(_file)
    .join(_doc, and_(_doc.c.system_id == _file.c.dokumentbeskrivelse, _doc.c.tilknyttet_som == "H"))
    .join(t.journalpost, _jp.system_id == _doc.c.journalpost)
    .where(
        _file.c.sjekksum.in_(q.IDS), _file.c.variantformat == "P", _jp.journalposttype == "I", _jp.journalstatus != "U"
    )
    .order_by(_jp.id)
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

_SECOND = itemgetter(1)

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
    documents = _documents(db, files, sids)
    rows = db.execute(_ENTRIES, sids).all()
    twins = _twins(db, rows, documents, parter)
    found = defaultdict[str, list[Journalinnfoersel]](list)
    ref: SaksmappeRef | None = None
    for row in rows:
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
    found = defaultdict[str, list[DokumentView]](list)
    rows = db.execute(_DOKUMENTER, sids)
    for sid, group in groupby(rows, key=_SECOND):
        own, failed = [], ""
        for row in group:
            variant, format_, sha256, size, name, code = row[7:]
            if variant is None:
                continue
            own.append(
                Variant(
                    variant=_VARIANTS[variant],
                    format=format_,
                    sha256=sha256,
                    size_bytes=size,
                    filnavn=name,
                    present=files.has(sha256, size),
                )
            )
            failed = code or failed
        # A conversion that failed once and went well later is no trouble any longer.
        if failed and any(v.variant is Variantformat.ARKIV for v in own):
            failed = ""
        found[row[0]].append(
            DokumentView(
                system_id=sid,
                tittel=row[2],
                dokumenttype=row[3],
                dokumentstatus=_DOKUMENTSTATUSES[row[4]],
                tilknyttet_som=_SOM[row[5]],
                varianter=tuple(own),
                skjerming=_skjerming(row[6]),
                unconvertible=failed,
            )
        )
    return found


def _twins(
    db: Link,
    rows: Sequence[Any],
    documents: Mapping[str, Sequence[DokumentView]],
    parter: Mapping[str, Sequence[Korrespondansepart]],
) -> dict[str, tuple[str, ...]]:
    """Entries registered before with the same main file, dates and senders. Only what came from outside: of a letter that
    went out to fifty, none is a copy of another."""
    files = {row[1]: _received(documents.get(row[1], ())) for row in rows if row[8] == "I" and row[9] != "U"}
    wanted = {sha256 for own in files.values() for sha256 in own}
    shared = set(db.execute(_SHARED, {"sids": codec.json_list(wanted)}).scalars()) if wanted else set()
    if not shared:
        return {}
    holders = defaultdict[str, list[Any]](list)
    for sha256, *holder in db.execute(_HOLDERS, {"sids": codec.json_list(shared)}):
        holders[sha256].append(holder)
    pairs = {
        (row[1], sid): None
        for row in rows
        for sha256 in files.get(row[1], ())
        for number, sid, came, dated in holders.get(sha256, ())
        if number < row[0] and (came, dated) == (row[13], row[15])
    }
    theirs = defaultdict[str, set[str]](set)
    for journalpost, navn in db.execute(_SENDERS, {"sids": codec.json_list({twin for _, twin in pairs})}):
        if navn.strip():
            theirs[journalpost].add(fold(navn))
    found = defaultdict[str, list[str]](list)
    for sid, twin in pairs:
        mine = {fold(p.navn) for p in parter[sid] if p.type is Korrespondanseparttype.AVSENDER and p.navn.strip()}
        if mine == theirs[twin]:
            found[sid].append(twin)
    return {sid: tuple(twins) for sid, twins in found.items()}


def _received(documents: Sequence[DokumentView]) -> tuple[str, ...]:
    """Checksums of the main document as it came."""
    return tuple(
        v.sha256
        for d in documents
        if d.tilknyttet_som is TilknyttetSom.HOVEDDOKUMENT
        for v in d.varianter
        if v.variant is Variantformat.PRODUKSJON
    )

"""Every statement of the archive's writes and look-ups, compiled once."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects import sqlite

from connectors.arkiv import tables as t
from connectors.arkiv.records import EXTERNAL_PARTS
from models.sql import Prepared

# System ids given as one JSON list, so that a statement is compiled once for any number of them.
IDS = select(func.json_each(bindparam("sids")).table_valued("value").c.value)

_sak_columns = (t.saksmappe, t.arkivdel.c.status.label("arkivdelstatus"))
SAK = select(*_sak_columns).join(t.arkivdel, t.arkivdel.c.kode == t.saksmappe.c.arkivdel)
SAK_BY_ID = Prepared(SAK.where(t.saksmappe.c.system_id == bindparam("sid")))

JOURNALPOST = select(t.journalpost, t.saksmappe.c.saksaar, t.saksmappe.c.sakssekvensnummer).join(
    t.saksmappe, t.saksmappe.c.system_id == t.journalpost.c.saksmappe
)
JOURNALPOST_BY_ID = Prepared(JOURNALPOST.where(t.journalpost.c.system_id == bindparam("sid")))
JOURNALPOSTER_IN = Prepared(
    JOURNALPOST.where(t.journalpost.c.saksmappe == bindparam("sid")).order_by(t.journalpost.c.journalpostnummer)
)

PARTER = (
    select(t.korrespondansepart)
    .where(
        t.korrespondansepart.c.journalpost.in_(bindparam("sids", expanding=True)), t.korrespondansepart.c.gyldig == 1
    )
    .order_by(t.korrespondansepart.c.journalpost, t.korrespondansepart.c.nummer)
)

PARTER_OF = Prepared(
    select(t.korrespondansepart)
    .where(t.korrespondansepart.c.journalpost == bindparam("sid"), t.korrespondansepart.c.gyldig == 1)
    .order_by(t.korrespondansepart.c.nummer)
)

ARKIVDEL = Prepared(select(t.arkivdel).where(t.arkivdel.c.kode == bindparam("kode")))
KLASSE = Prepared(
    select(t.klasse.c.avsluttet_dato).where(
        t.klasse.c.klassifikasjonssystem == bindparam("system"), t.klasse.c.klasse_id == bindparam("klasse")
    )
)

DOKUMENTER = Prepared(
    select(t.dokumentbeskrivelse)
    .where(t.dokumentbeskrivelse.c.journalpost == bindparam("sid"))
    .order_by(t.dokumentbeskrivelse.c.dokumentnummer)
)
OBJEKTER = Prepared(
    select(t.dokumentobjekt)
    .join(t.dokumentbeskrivelse, t.dokumentbeskrivelse.c.system_id == t.dokumentobjekt.c.dokumentbeskrivelse)
    .where(t.dokumentbeskrivelse.c.journalpost == bindparam("sid"))
    .order_by(t.dokumentobjekt.c.id)
)
FILE_KNOWN = Prepared(select(t.dokumentobjekt.c.id).where(t.dokumentobjekt.c.sjekksum == bindparam("sha")).limit(1))

AVSKRIVNINGER = Prepared(
    select(t.avskrivning)
    .where(or_(t.avskrivning.c.journalpost == bindparam("sid"), t.avskrivning.c.avskrives_av == bindparam("sid")))
    .order_by(t.avskrivning.c.id)
)

_other_doc = t.dokumentbeskrivelse.alias("other_doc")
_other_file = t.dokumentobjekt.alias("other_file")
_other = t.journalpost.alias("other")
TWIN_CANDIDATES = Prepared(
    select(_other.c.system_id)
    .select_from(t.dokumentbeskrivelse)
    .join(t.dokumentobjekt, t.dokumentobjekt.c.dokumentbeskrivelse == t.dokumentbeskrivelse.c.system_id)
    .join(_other_file, _other_file.c.sjekksum == t.dokumentobjekt.c.sjekksum)
    .join(_other_doc, _other_doc.c.system_id == _other_file.c.dokumentbeskrivelse)
    .join(_other, _other.c.system_id == _other_doc.c.journalpost)
    .where(
        t.dokumentbeskrivelse.c.journalpost == bindparam("sid"),
        t.dokumentbeskrivelse.c.tilknyttet_som == "H",
        t.dokumentobjekt.c.variantformat == "P",
        _other_doc.c.tilknyttet_som == "H",
        _other_file.c.variantformat == "P",
        _other.c.system_id != bindparam("sid"),
        _other.c.journalstatus != "U",
        _other.c.mottatt_dato.is_not_distinct_from(bindparam("mottatt")),
        _other.c.dokumentets_dato.is_not_distinct_from(bindparam("datert")),
    )
    .order_by(_other.c.id)
    .limit(20)
)

_series = sqlite.insert(t.nummerserie).values(serie=bindparam("serie"), aar=bindparam("aar"), siste=1)
NEXT_IN_SERIES = Prepared(
    _series.on_conflict_do_update(index_elements=["serie", "aar"], set_={"siste": t.nummerserie.c.siste + 1}).returning(
        t.nummerserie.c.siste
    )
)
RAISE_SERIES = Prepared(
    sqlite.insert(t.nummerserie).on_conflict_do_update(
        index_elements=["serie", "aar"],
        set_={"siste": func.max(t.nummerserie.c.siste, sqlite.insert(t.nummerserie).excluded.siste)},
    )
)
NEXT_JOURNALPOSTNUMMER = Prepared(
    update(t.saksmappe)
    .where(t.saksmappe.c.system_id == bindparam("sid"))
    .values(siste_journalpostnummer=t.saksmappe.c.siste_journalpostnummer + 1)
    .returning(t.saksmappe.c.siste_journalpostnummer)
)

RAISE_JOURNALPOSTNUMMER = Prepared(
    update(t.saksmappe)
    .where(t.saksmappe.c.system_id == bindparam("sid"), t.saksmappe.c.siste_journalpostnummer < bindparam("nummer"))
    .values(siste_journalpostnummer=bindparam("nummer"))
)
_pointed_at = t.saksmappe.alias("pointed_at")
POINTED_AT = Prepared(
    select(_pointed_at.c.saksaar, _pointed_at.c.sakssekvensnummer)
    .select_from(t.kryssreferanse)
    .join(_pointed_at, _pointed_at.c.system_id == t.kryssreferanse.c.til)
    .where(t.kryssreferanse.c.fra == bindparam("sid"))
    .order_by(t.kryssreferanse.c.id)
)

ADD_SAK = Prepared(insert(t.saksmappe))
ADD_PART = Prepared(insert(t.part))
ADD_IDENTIFIKATOR = Prepared(insert(t.nasjonal_identifikator))
ADD_JOURNALPOST = Prepared(insert(t.journalpost))
ADD_KORRESPONDANSEPART = Prepared(insert(t.korrespondansepart))
ADD_DOKUMENT = Prepared(insert(t.dokumentbeskrivelse))
ADD_OBJEKT = Prepared(insert(t.dokumentobjekt))
ADD_AVSKRIVNING = Prepared(insert(t.avskrivning))
ADD_MERKNAD = Prepared(insert(t.merknad))
ADD_HISTORY = Prepared(insert(t.skjerming_historikk))
ADD_CASE_HISTORY = Prepared(insert(t.sakskjerming_historikk))
ADD_KRYSSREFERANSE = Prepared(sqlite.insert(t.kryssreferanse).on_conflict_do_nothing())
ADD_KEY = Prepared(insert(t.noekkel))
ADD_LOG = Prepared(insert(t.endringslogg))

_jp = update(t.journalpost).where(t.journalpost.c.system_id == bindparam("sid"))
SET_DOKUMENTSTATUS = Prepared(
    update(t.dokumentbeskrivelse)
    .where(t.dokumentbeskrivelse.c.journalpost == bindparam("sid"))
    .values(dokumentstatus=bindparam("status"))
)
SET_JOURNALSTATUS = Prepared(
    _jp.values(
        journalstatus=bindparam("status"),
        offentlighetsvurdert_dato=func.coalesce(bindparam("vurdert"), t.journalpost.c.offentlighetsvurdert_dato),
    )
)
SET_ARKIVERT = Prepared(_jp.values(arkivert_dato=bindparam("dato"), arkivert_av=bindparam("av")))
SET_TEXTS = Prepared(
    _jp.values(
        tittel=bindparam("ny_tittel"), offentlig_tittel=bindparam("ny_offentlig"), forfallsdato=bindparam("ny_forfall")
    )
)
RETIRE_PARTER = Prepared(
    update(t.korrespondansepart).where(t.korrespondansepart.c.journalpost == bindparam("sid")).values(gyldig=0)
)
SET_SKJERMING = Prepared(_jp.values(skjerming=bindparam("ny"), skjerming_arvet=bindparam("arvet")))
SET_PLACE = Prepared(_jp.values(saksmappe=bindparam("sak"), journalpostnummer=bindparam("nummer")))
SET_SAKSKJERMING = Prepared(
    update(t.saksmappe)
    .where(t.saksmappe.c.system_id == bindparam("sid"))
    .values(skjerming=bindparam("ny"), offentlig_tittel=bindparam("ny_tittel"))
)
SET_SAKSSTATUS = Prepared(
    update(t.saksmappe)
    .where(t.saksmappe.c.system_id == bindparam("sid"))
    .values(saksstatus=bindparam("status"), avsluttet_dato=bindparam("dato"), avsluttet_av=bindparam("av"))
)

REOPEN = Prepared(
    update(t.saksmappe)
    .where(t.saksmappe.c.system_id == bindparam("sid"))
    .values(
        saksstatus=bindparam("status"), gjenaapnet_dato=bindparam("gjenaapnet"), avsluttet_dato=None, avsluttet_av=None
    )
)

# One row a case, as JSON: ten thousand correspondents of a samlesak are read in a few milliseconds.
KNOWN = (
    select(t.kjent.c.saksmappe, func.json_group_array(t.kjent.c.identitet))
    .where(t.kjent.c.saksmappe.in_(bindparam("sids", expanding=True)))
    .group_by(t.kjent.c.saksmappe)
)
ADD_KNOWN = Prepared(sqlite.insert(t.kjent).on_conflict_do_nothing())
FORGET_KNOWN = Prepared(delete(t.kjent).where(t.kjent.c.saksmappe == bindparam("sid")))
PARTIES = Prepared(
    select(t.part.c.navn, t.part.c.orgnr, t.part.c.epostadresse).where(t.part.c.saksmappe == bindparam("sid"))
)
CORRESPONDENTS = Prepared(
    select(t.korrespondansepart.c.navn, t.korrespondansepart.c.organisasjons_id, t.korrespondansepart.c.epostadresse)
    .distinct()
    .join(t.journalpost, t.journalpost.c.system_id == t.korrespondansepart.c.journalpost)
    .where(
        t.journalpost.c.saksmappe == bindparam("sid"),
        t.journalpost.c.journalstatus != "U",
        t.korrespondansepart.c.gyldig == 1,
        t.korrespondansepart.c.type.in_([p.value for p in EXTERNAL_PARTS]),
    )
)

KEY = Prepared(select(t.noekkel).where(t.noekkel.c.our_key == bindparam("key")))
KEYS_AFTER = (
    select(t.noekkel.c.our_key, t.noekkel.c.kind, t.noekkel.c.system_id)
    .where(t.noekkel.c.our_key > bindparam("after"))
    .order_by(t.noekkel.c.our_key)
    .limit(bindparam("limit"))
)

OPEN_CASE = and_(t.saksmappe.c.saksstatus.not_in(("A", "U")), t.arkivdel.c.status.in_(("A", "O")))

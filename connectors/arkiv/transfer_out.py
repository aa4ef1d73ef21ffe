"""Cases out of the archive as JSON lines, in the form that ``connectors.arkiv.transfer`` takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from connectors.arkiv import codec
from connectors.arkiv import statements as q
from connectors.arkiv import tables as t
from connectors.arkiv.documents import DocumentFolder
from connectors.arkiv.records import Sak
from connectors.arkiv.sql_unit import SqlUnit
from connectors.arkiv.transfer import PART_KEYS
from connectors.arkiv.transfer_entries import exported
from models.sql import Link


def export_cases(db: Link, files: DocumentFolder) -> Iterator[str]:
    """Every case as a line that :func:`import_cases` takes, oldest first."""
    parties: dict[str, list[dict[str, str]]] = {}
    for row in db.execute(select(t.part).order_by(t.part.c.id)).mappings():
        values = {key: row[key] for key in sorted(PART_KEYS) if row[key]}
        parties.setdefault(row["saksmappe"], []).append(values)
    identifiers: dict[str, list[dict[str, str]]] = {}
    for row in db.execute(select(t.nasjonal_identifikator).order_by(t.nasjonal_identifikator.c.id)).mappings():
        identifiers.setdefault(row["saksmappe"], []).append({"type": row["type"], "verdi": row["verdi"]})
    for row in db.execute(q.SAK.order_by(t.saksmappe.c.id)).mappings():
        sak = codec.sak_of(row)
        line = _exported(sak, parties.get(sak.system_id, []), identifiers.get(sak.system_id, []))
        line["kryssreferanser"] = [f"{aar}/{n}" for aar, n in db.execute(q.POINTED_AT, {"sid": sak.system_id})]
        line["innfoersler"] = list(_exported_entries(db, files, sak.system_id))
        yield json.dumps({k: v for k, v in line.items() if v}, ensure_ascii=False)


def _exported_entries(db: Link, files: DocumentFolder, sak: str) -> Iterator[dict[str, Any]]:
    unit = SqlUnit(db, files)
    for post in unit.journalposter_in(sak):
        signed = [a for a in unit.avskrivninger(post.system_id) if a.journalpost == post.system_id]
        by = (unit.journalpost(a.avskrives_av) if a.avskrives_av else None for a in signed)
        told = ((a, other.registrerings_id if other else "") for a, other in zip(signed, by, strict=True))
        yield exported(post, unit.dokumenter(post.system_id), told)


def _exported(sak: Sak, parter: list[dict[str, str]], identifikatorer: list[dict[str, str]]) -> dict[str, Any]:
    skjerming = codec.skjerming_text(sak.skjerming)
    return {
        "saksnummer": sak.saksnummer,
        "tittel": sak.tittel,
        "offentlig_tittel": sak.offentlig_tittel,
        "arkivdel": sak.arkivdel,
        "klasse": sak.klasse,
        "enhet": sak.administrativ_enhet,
        "saksansvarlig": sak.saksansvarlig,
        "status": sak.status.value,
        "saksdato": sak.saksdato.isoformat(),
        "sakstype": sak.sakstype,
        "parter": parter,
        "nasjonale_identifikatorer": identifikatorer,
        "ekstern_noekkel": {"system": sak.ekstern.system, "noekkel": sak.ekstern.noekkel} if sak.ekstern else None,
        "skjerming": json.loads(skjerming) if skjerming else None,
        "our_key": sak.our_key,
        "gjenaapnet": codec.day(sak.gjenaapnet),
    }

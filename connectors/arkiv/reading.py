"""Whole cases, a page at a time, in a few statements a page however many cases and entries there are in it.

See :class:`connectors.contract.TellsCases`. The order is that of ``saksendring``; a mark is a place in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select

from connectors.arkiv import codec
from connectors.arkiv import statements as q
from connectors.arkiv import tables as t
from connectors.arkiv.documents import DocumentFolder
from connectors.arkiv.reading_entries import entries_of
from connectors.arkiv.shown import saksmappe_of
from models.archive import Part
from models.omsorg import Sak, SakPage
from models.sql import Link, Prepared

MOST_AT_ONCE = 200
MOST_ENTRIES = 5_000
"""A page ends early when its cases hold more entries than this, so that a few samlesaker do not fill the memory."""

_LAST = Prepared(select(func.coalesce(func.max(t.saksendring.c.endring), 0)))
_CHANGED = Prepared(
    select(t.saksendring.c.saksmappe, t.saksendring.c.endring, t.saksmappe.c.siste_journalpostnummer)
    .join(t.saksmappe, t.saksmappe.c.system_id == t.saksendring.c.saksmappe)
    .where(t.saksendring.c.endring > bindparam("place"))
    .order_by(t.saksendring.c.endring)
    .limit(bindparam("size"))
)
_SAKER = Prepared(
    select(t.saksmappe, t.arkivdel.c.status.label("arkivdelstatus"), t.saksendring.c.dato)
    .join(t.arkivdel, t.arkivdel.c.kode == t.saksmappe.c.arkivdel)
    .join(t.saksendring, t.saksendring.c.saksmappe == t.saksmappe.c.system_id)
    .where(t.saksmappe.c.system_id.in_(q.IDS))
)
_PARTER = Prepared(select(t.part).where(t.part.c.saksmappe.in_(q.IDS)).order_by(t.part.c.id))
_IDENTIFIKATORER = Prepared(
    select(t.nasjonal_identifikator.c.saksmappe, t.nasjonal_identifikator.c.type, t.nasjonal_identifikator.c.verdi)
    .where(t.nasjonal_identifikator.c.saksmappe.in_(q.IDS))
    .order_by(t.nasjonal_identifikator.c.id)
)
_other = t.saksmappe.alias("other")
_KRYSS = Prepared(
    select(t.kryssreferanse.c.fra, _other.c.saksaar, _other.c.sakssekvensnummer)
    .join(_other, _other.c.system_id == t.kryssreferanse.c.til)
    .where(t.kryssreferanse.c.fra.in_(q.IDS))
    .order_by(t.kryssreferanse.c.id)
)
_KNOWN = Prepared(
    select(t.kjent.c.saksmappe, t.kjent.c.identitet)
    .where(t.kjent.c.saksmappe.in_(q.IDS))
    .order_by(t.kjent.c.saksmappe, t.kjent.c.identitet)
)


def changed_saker(db: Link, files: DocumentFolder, *, since: str, after: str | None, size: int) -> SakPage:
    """See :class:`connectors.contract.TellsCases`; at most ``MOST_AT_ONCE`` cases a page whatever is asked for.

    Raises:
        ValueError: a mark or cursor that is not of this archive, or a size under 1.
    """
    if size < 1:
        raise ValueError(f"a page has at least one case: {size}")
    place = max(_place(since or "0"), _place(after or "0"))
    if place > db.execute(_LAST).scalar_one():
        raise ValueError(f"not a mark of this archive, which has come no further than before it: {place}")
    size = min(size, MOST_AT_ONCE)
    rows = db.execute(_CHANGED, {"place": place, "size": size + 1}).all()
    shown = _bounded(rows[:size])
    end = str(shown[-1][1]) if shown else str(place)
    cases = saker(db, files, [row[0] for row in shown])
    return SakPage(saker=cases, next=end if len(rows) > len(shown) else None, mark=end)


def _bounded(rows: Sequence[Any]) -> Sequence[Any]:
    held = 0
    for count, row in enumerate(rows):
        held += row[2]
        if held > MOST_ENTRIES and count:
            return rows[:count]
    return rows


def _place(mark: str) -> int:
    if not (mark.isascii() and mark.isdigit() and len(mark) < 19):
        raise ValueError(f"not a mark of this archive: {mark!r}")
    return int(mark)


def saker(db: Link, files: DocumentFolder, system_ids: Sequence[str]) -> tuple[Sak, ...]:
    """See :class:`connectors.contract.TellsCases`.

    Raises:
        ValueError: more than ``MOST_AT_ONCE`` are asked for.
    """
    if len(system_ids) > MOST_AT_ONCE:
        raise ValueError(f"at most {MOST_AT_ONCE} cases at once, not {len(system_ids)}")
    if not system_ids:
        return ()
    sids = {"sids": codec.json_list(dict.fromkeys(system_ids))}
    rows = {str(row["system_id"]): row for row in db.execute(_SAKER, sids).mappings()}
    parter, identifikatorer, kryss, known = (defaultdict[str, list[Any]](list) for _ in range(4))
    for row in db.execute(_PARTER, sids).mappings():
        parter[row["saksmappe"]].append(_part(row))
    for sid, kind, value in db.execute(_IDENTIFIKATORER, sids):
        identifikatorer[sid].append((kind, value))
    for sid, year, number in db.execute(_KRYSS, sids):
        kryss[sid].append(f"{year}/{number}")
    for sid, identity in db.execute(_KNOWN, sids):
        known[sid].append(identity)
    entries = entries_of(db, files, sids)
    made = {}
    for sid, row in rows.items():
        sak = codec.sak_of(row)
        made[sid] = Sak(
            mappe=saksmappe_of(sak, tuple(known[sid])),
            offentlig_tittel=sak.offentlig_tittel,
            klasse=sak.klasse,
            sakstype=sak.sakstype,
            saksdato=sak.saksdato,
            parter=tuple(parter[sid]),
            kryssreferanser=tuple(kryss[sid]),
            nasjonale_identifikatorer=tuple(identifikatorer[sid]),
            gjenaapnet=sak.gjenaapnet,
            changed_at=moment_of(row["dato"]),
            innfoersler=tuple(entries.get(sid, ())),
        )
    return tuple(made[sid] for sid in system_ids if sid in made)


def _part(row: Any) -> Part:
    return Part(
        navn=row["navn"],
        fnr=row["fnr"],
        orgnr=row["orgnr"],
        ansattnr=row["ansattnr"],
        foedt=codec.day_of(row["foedt"]),
        epostadresse=row["epostadresse"],
    )


@lru_cache(maxsize=4096)
def moment_of(text: str | None) -> datetime | None:
    """A moment as ``codec.moment`` writes it; None for none."""
    return datetime.fromisoformat(text) if text else None

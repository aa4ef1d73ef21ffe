"""Look-ups: cases by exact keys, journalposter a page at a time, documents, used keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Select, select

from connectors.arkiv import codec
from connectors.arkiv import statements as q
from connectors.arkiv import tables as t
from connectors.arkiv.documents import DocumentFolder
from connectors.arkiv.records import Sak
from connectors.arkiv.shown import saksmappe_of, view_of
from connectors.arkiv.sql_unit import SqlUnit
from connectors.arkiv.words import fold
from models.archive import (
    JournalPage,
    JournalQuery,
    Part,
    SakQuery,
    Saksmappe,
)
from models.noark import Journalstatus
from models.sql import Link

MOST_CASES = 50
_WAYS = ("our_key", "saksnummer", "part", "ekstern_noekkel", "nasjonal_identifikator")


def find_saksmapper(db: Link, query: SakQuery) -> list[Saksmappe]:
    """Oldest first, at most 50.

    Raises:
        ValueError: not exactly one way to find them is given.
    """
    ways = [w for w in _WAYS if getattr(query, w) is not None]
    if len(ways) != 1:
        raise ValueError(f"a SakQuery has exactly one way to find cases, this has {ways or 'none'}")
    narrowed = _narrowed(query)
    if narrowed is None:
        return []
    rows = db.execute(narrowed.order_by(t.saksmappe.c.id).limit(MOST_CASES)).mappings().all()
    cases = [codec.sak_of(r) for r in rows]
    known = _known(db, [c.system_id for c in cases])
    return [saksmappe_of(c, known.get(c.system_id, ())) for c in cases]


def _narrowed(query: SakQuery) -> Select[tuple[object, ...]] | None:
    """The statement, or None when nothing can match."""
    c = t.saksmappe.c
    base = q.SAK
    if query.our_key is not None:
        by_key = select(t.noekkel.c.system_id).where(t.noekkel.c.our_key == query.our_key)
        base = base.where(c.system_id.in_(by_key.where(t.noekkel.c.kind == "ny_saksmappe")))
    elif query.saksnummer is not None:
        number = _number(query.saksnummer)
        if number is None:
            return None
        base = base.where(c.saksaar == number[0], c.sakssekvensnummer == number[1])
    elif query.part is not None:
        conditions = _part_conditions(query.part)
        if conditions is None:
            return None
        base = base.where(c.system_id.in_(conditions))
    elif query.ekstern_noekkel is not None:
        key = query.ekstern_noekkel
        base = base.where(c.ekstern_system == key.system, c.ekstern_noekkel == key.noekkel)
    elif query.nasjonal_identifikator is not None:
        kind, value = query.nasjonal_identifikator
        ids = t.nasjonal_identifikator.c
        mine = select(ids.saksmappe).where(ids.type == kind.strip(), ids.verdi == value.strip())
        base = base.where(c.system_id.in_(mine))
    if query.arkivdel is not None:
        base = base.where(c.arkivdel == query.arkivdel)
    if query.sakstype is not None:
        base = base.where(c.sakstype == query.sakstype)
    return base.where(q.OPEN_CASE) if query.open_only else base


def _number(saksnummer: str) -> tuple[int, int] | None:
    """Year and number of a saksnummer; None when it is none."""
    year, _, number = saksnummer.strip().partition("/")
    if not (year.isascii() and year.isdigit() and number.isascii() and number.isdigit()):
        return None
    return None if len(year) > 4 or len(number) > 9 else (int(year), int(number))


def by_number(db: Link, saksnummer: str) -> Sak | None:
    """The case with this number."""
    number = _number(saksnummer)
    if number is None:
        return None
    c = t.saksmappe.c
    row = db.execute(q.SAK.where(c.saksaar == number[0], c.sakssekvensnummer == number[1])).mappings().first()
    return None if row is None else codec.sak_of(row)


def entry_by_number(db: Link, registrerings_id: str) -> str | None:
    """The system id of the entry with this registreringsID («2026/117-2»)."""
    saksnummer, _, number = registrerings_id.strip().rpartition("-")
    sak = by_number(db, saksnummer)
    if sak is None or not (number.isascii() and number.isdigit()) or len(number) > 9:
        return None
    c = t.journalpost.c
    found = select(c.system_id).where(c.saksmappe == sak.system_id, c.journalpostnummer == int(number))
    return db.execute(found).scalar()


def entry_by_journal_number(db: Link, number: int, year: int) -> str | None:
    """The system id of the entry with this number in the journal of the year."""
    c = t.journalpost.c
    found = select(c.system_id).where(c.journalaar == year, c.journalsekvensnummer == number)
    return db.execute(found).scalar()


def _part_conditions(part: Part) -> Select[tuple[str]] | None:
    """By the surest identity given; a name alone finds nobody."""
    c = t.part.c
    found = select(c.saksmappe)
    for column, value in ((c.fnr, part.fnr), (c.orgnr, part.orgnr), (c.ansattnr, part.ansattnr)):
        if value:
            return found.where(column == value)
    if part.navn.strip() and part.foedt is not None:
        return found.where(c.navn_foldet == fold(part.navn), c.foedt == part.foedt.isoformat())
    return None


def _known(db: Link, sids: list[str]) -> dict[str, tuple[str, ...]]:
    if not sids:
        return {}
    return {sid: tuple(sorted(json.loads(known))) for sid, known in db.execute(q.KNOWN, {"sids": sids})}


def journalposter(db: Link, files: DocumentFolder, query: JournalQuery, after: str | None, size: int) -> JournalPage:
    """In the order of registration; the cursor is the place in it, so what comes later never shifts a page.

    Raises:
        ValueError: the cursor is not one of ours.
    """
    c = t.journalpost.c
    statement = q.JOURNALPOST.where(c.id > _place(after))
    if query.status:
        statement = statement.where(c.journalstatus.in_([s.value for s in query.status]))
    if query.saksmappe is not None:
        statement = statement.where(c.saksmappe == query.saksmappe)
    if query.our_keys_only:
        statement = statement.where(c.our_key != "")
    rows = db.execute(statement.order_by(c.id).limit(size + 1)).mappings().all()
    shown = rows[:size]
    entries = SqlUnit(db, files).with_parts(shown)
    return JournalPage(
        entries=tuple(view_of(p) for p in entries), next=str(shown[-1]["id"]) if len(rows) > size else None
    )


def _place(after: str | None) -> int:
    if after is None:
        return 0
    if not (after.isascii() and after.isdigit()):
        raise ValueError(f"not a cursor of this archive: {after!r}")
    return int(after)


def keys(db: Link, kinds: Sequence[str], size: int) -> Iterator[tuple[str, str, str]]:
    """(key, kind, system id) of every key used, in the order of the keys."""
    after = ""
    while True:
        page = db.execute(q.KEYS_AFTER, {"after": after, "limit": size}).all()
        yield from ((k, kind, sid) for k, kind, sid in page if not kinds or kind in kinds)
        if len(page) < size:
            return
        after = page[-1][0]


def signed_off(db: Link, journalposter: Sequence[str]) -> frozenset[str]:
    """Those that have an avskrivning or status U, asked 500 at a time."""
    found: set[str] = set()
    for start in range(0, len(journalposter), 500):
        wanted = list(journalposter[start : start + 500])
        signed = select(t.avskrivning.c.journalpost).where(
            t.avskrivning.c.journalpost.in_(wanted), t.avskrivning.c.korrespondansepart == ""
        )
        void = select(t.journalpost.c.system_id).where(
            t.journalpost.c.system_id.in_(wanted), t.journalpost.c.journalstatus == Journalstatus.UTGAAR.value
        )
        found.update(db.execute(signed).scalars())
        found.update(db.execute(void).scalars())
        found.update(_by_all_recipients(db, wanted))
    return frozenset(found)


def _by_all_recipients(db: Link, journalposter: list[str]) -> Iterator[str]:
    """Those signed off recipient by recipient (krav 3.4.6), by every one."""
    whom = t.avskrivning.c.korrespondansepart
    signed: dict[str, set[str]] = {}
    rows = select(t.avskrivning.c.journalpost, whom).where(t.avskrivning.c.journalpost.in_(journalposter), whom != "")
    for journalpost, name in db.execute(rows):
        signed.setdefault(journalpost, set()).add(fold(name))
    part = t.korrespondansepart.c
    recipients: dict[str, set[str]] = {}
    rows = select(part.journalpost, part.navn).where(
        part.journalpost.in_(sorted(signed)), part.gyldig == 1, part.type == "IM"
    )
    for journalpost, name in db.execute(rows):
        recipients.setdefault(journalpost, set()).add(fold(name))
    return (sid for sid, names in signed.items() if recipients.get(sid, {""}) <= names)

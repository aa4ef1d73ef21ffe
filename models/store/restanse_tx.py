"""What waits for an answer, by unit, with its deadlines and which of them the unit has been told of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, case, delete, func, insert, select, update

from models.sql import Prepared, Row
from models.store import tables as t
from models.store.audit_tx import AuditTx
from models.store.base import Part
from models.store.waiting_tables import restanse, restanse_frist

_MANY = 200
_NEW = Prepared(insert(restanse))
_NEW_FRIST = Prepared(insert(restanse_frist))
_TOLD = Prepared(
    update(restanse_frist)
    .where(restanse_frist.c.journalpost == bindparam("entry"), restanse_frist.c.rule == bindparam("its_rule"))
    .values(told_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFrist:
    """A deadline of an entry; days are ISO dates."""

    rule: str
    name: str
    due_on: str
    warn_on: str
    hjemmel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRestanse:
    """One that waits, as rows keep it; days are ISO dates, ``due_on`` and ``warn_on`` the earliest of its deadlines."""

    journalpost: str
    sak: str
    saksnummer: str
    number: str
    type: str
    enhet: str
    mottatt: str
    journaldato: str
    frister: tuple[StoredFrist, ...] = ()

    def values(self) -> dict[str, object]:
        """The row."""
        row = {name: getattr(self, name) for name in self.__slots__ if name != "frister"}
        row["due_on"] = min((f.due_on for f in self.frister), default=None)
        row["warn_on"] = min((f.warn_on for f in self.frister), default=None)
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of them: days of journaling (inclusive, ISO), type and unit; empty for any (krav 3.4.10)."""

    enhet: str = ""
    type: str = ""
    fra: str = ""
    til: str = ""

    def of(self, query: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
        """The query narrowed."""
        c = restanse.c
        for said, where in (
            (self.enhet, c.enhet == self.enhet),
            (self.type, c.type == self.type),
            (self.fra, c.journaldato >= self.fra),
            (self.til, c.journaldato <= self.til),
        ):
            if said:
                query = query.where(where)
        return query


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitWaits:
    """How many wait at a unit: in all, past their deadline, near it, in time, and without one. ``oldest`` is an ISO date."""

    enhet: str
    total: int
    over: int
    near: int
    in_time: int
    without: int
    oldest: str


class RestanseReads(Part):
    """Questions."""

    def restanse_units(self, today: str, wanted: Wanted = Wanted()) -> list[UnitWaits]:
        """Figures by unit, in the order of their codes; units where nothing waits are not there."""
        c = restanse.c
        over, near = c.due_on < today, c.warn_on <= today

        def count(condition: object) -> object:
            return func.sum(case((condition, 1), else_=0))  # type: ignore[arg-type]

        query = select(
            c.enhet,
            func.count(),
            count(over),
            count((c.due_on >= today) & near),
            count((c.due_on >= today) & ~near),
            count(c.due_on.is_(None)),
            func.min(c.mottatt),
        )  # type: ignore[call-overload]
        rows = self.conn.execute(wanted.of(query).group_by(c.enhet).order_by(c.enhet))
        return [
            UnitWaits(
                enhet=unit,
                total=int(total),
                over=int(late),
                near=int(soon),
                in_time=int(good),
                without=int(none),
                oldest=oldest,
            )
            for unit, total, late, soon, good, none, oldest in rows
        ]

    def restanser(self, wanted: Wanted = Wanted()) -> Iterator[Row]:
        """All that wait, a page at a time, in the order of system ids."""
        last = ""
        while True:
            query = wanted.of(select(restanse).where(restanse.c.journalpost > last))
            page = self.conn.execute(query.order_by(restanse.c.journalpost).limit(500)).mappings().all()
            yield from page
            if len(page) < 500:
                return
            last = page[-1]["journalpost"]

    def most_late(self, today: str, limit: int) -> Sequence[Row]:
        """Those past their deadline, the longest first."""
        c = restanse.c
        query = select(restanse).where(c.due_on < today).order_by(c.due_on, c.number).limit(limit)
        return self.conn.execute(query).mappings().all()

    def deadlines_of(self, entries: Sequence[str]) -> dict[str, list[StoredFrist]]:
        """The deadlines of entries, the earliest first."""
        found: dict[str, list[StoredFrist]] = {}
        c = restanse_frist.c
        for start in range(0, len(entries), _MANY):
            query = (
                select(restanse_frist)
                .where(c.journalpost.in_(entries[start : start + _MANY]))
                .order_by(c.journalpost, c.due_on, c.rule)
            )
            for row in self.conn.execute(query).mappings():
                said = {name: row[name] for name in StoredFrist.__slots__}
                found.setdefault(row["journalpost"], []).append(StoredFrist(**said))
        return found

    def to_be_told(self, today: str, limit: int) -> Sequence[Row]:
        """Deadlines that are near and not past, and that the unit has not been told of; the earliest first."""
        f, c = restanse_frist.c, restanse.c
        query = (
            select(f.journalpost, f.rule, f.name, f.due_on, f.hjemmel, c.number, c.saksnummer, c.sak, c.enhet)
            .join(restanse, c.journalpost == f.journalpost)
            .where(f.warn_on <= today, f.due_on >= today, f.told_at.is_(None))
            .order_by(f.due_on, c.number, f.rule)
            .limit(limit)
        )
        return self.conn.execute(query).mappings().all()

    def follow_ups(self) -> Sequence[Row]:
        """Forwards that nobody has acknowledged: id, unit, where they went by, and until when."""
        p = t.post.c
        query = (
            select(p.id, p.enhet, p.forward_channel, p.follow_up_by, p.received_at)
            .where(p.follow_up_by.is_not(None), p.outcome == "forwarded")
            .order_by(p.follow_up_by, p.seq)
        )
        return self.conn.execute(query).mappings().all()


class RestanseTx(AuditTx, RestanseReads):
    """Changes."""

    def keep_restanser(self, saker: Sequence[str], found: Sequence[StoredRestanse]) -> None:
        """What waits in these cases takes the place of what waited there. What a unit has been told of a deadline stays
        told for as long as the date is the same."""
        before: set[str] = set()
        told: dict[tuple[str, str, str], float] = {}
        for start in range(0, len(saker), _MANY):
            some = saker[start : start + _MANY]
            before |= set(self.conn.execute(select(restanse.c.journalpost).where(restanse.c.sak.in_(some))).scalars())
            self.conn.execute(delete(restanse).where(restanse.c.sak.in_(some)))
        ids = sorted(before | {one.journalpost for one in found})  # one that was moved here stands under another case
        f = restanse_frist.c
        for start in range(0, len(ids), _MANY):
            some = ids[start : start + _MANY]
            rows = self.conn.execute(
                select(f.journalpost, f.rule, f.due_on, f.told_at).where(
                    f.journalpost.in_(some), f.told_at.is_not(None)
                )
            )
            told |= {(entry, rule, day): at for entry, rule, day, at in rows}
            self.conn.execute(delete(restanse_frist).where(f.journalpost.in_(some)))
            self.conn.execute(delete(restanse).where(restanse.c.journalpost.in_(some)))
        self.conn.execute(_NEW, [one.values() for one in found])
        deadlines = [
            {
                "journalpost": one.journalpost,
                **{name: getattr(due, name) for name in StoredFrist.__slots__},
                "told_at": told.get((one.journalpost, due.rule, due.due_on)),
            }
            for one in found
            for due in one.frister
        ]
        self.conn.execute(_NEW_FRIST, deadlines)

    def note_told(self, told: Sequence[Mapping[str, str]]) -> None:
        """The unit is told of these deadlines (``journalpost``, ``rule``); they are not told of again."""
        self.conn.execute(
            _TOLD, [{"entry": one["journalpost"], "its_rule": one["rule"], "at": self.now} for one in told]
        )

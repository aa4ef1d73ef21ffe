"""What caretaking keeps between nights: how far it has read, when to look again, and its points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, insert, select, update

from models.sql import Prepared, Row
from models.store.audit_tx import AuditTx
from models.store.base import Part
from models.store.care_tables import care_case, care_point, care_sweep

_MANY = 200
"""As many ids in one question."""
_NEW_POINT = Prepared(insert(care_point))
_CHANGE_POINT = Prepared(update(care_point).where(care_point.c.key == bindparam("its_key")))
_DROP_POINT = Prepared(delete(care_point).where(care_point.c.key == bindparam("its_key")))
_NEW_CASE = Prepared(insert(care_case))


@dataclass(frozen=True, slots=True, kw_only=True)
class CareMark:
    """How far the reading has come. ``whole``: everything there is has been looked at since ``ground`` held."""

    mark: str
    ground: str
    whole: bool
    started_at: float
    finished_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPoint:
    """A point as rows keep it. ``first_seen`` is UTC epoch seconds, 0 for one not kept yet; ``due_on`` an ISO date or None."""

    key: str
    sak: str
    saksnummer: str
    target: str
    number: str
    enhet: str
    task: str
    kind: str
    reason: str
    count: int
    rule: str
    text: str
    due_on: str | None = None
    first_seen: float = 0.0

    @classmethod
    def of(cls, row: Row) -> StoredPoint:
        """From a row of the table."""
        return cls(**{name: row[name] for name in cls.__slots__})

    def values(self) -> dict[str, object]:
        """All but when it was seen."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "first_seen"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PointGroup:
    """How many points have the same ground; ``single``: in so many of them only one thing stands in the way."""

    task: str
    kind: str
    reason: str
    number: int
    single: int
    oldest: float


class CareReads(Part):
    """Questions."""

    def care_mark(self) -> CareMark | None:
        """How far the reading has come; None before the first."""
        row = self.conn.execute(select(care_sweep)).mappings().first()
        if row is None:
            return None
        return CareMark(**{name: row[name] for name in CareMark.__slots__})

    def ripe_cases(self, day: str, limit: int) -> list[str]:
        """Cases to be looked at again on that day (ISO date) or before, those that have waited longest first."""
        c = care_case.c
        query = select(c.system_id).where(c.look_again_on <= day).order_by(c.look_again_on, c.system_id).limit(limit)
        return list(self.conn.execute(query).scalars())

    def care_points(self, **wanted: str) -> Iterator[StoredPoint]:
        """Points whose columns are as said, page by page in the order of case numbers and keys."""
        c = care_point.c
        where = [c[name] == value for name, value in wanted.items()]
        last = ""
        while True:
            query = select(care_point).where(c.key > last, *where).order_by(c.key).limit(500)
            page = self.conn.execute(query).mappings().all()
            yield from map(StoredPoint.of, page)
            if len(page) < 500:
                return
            last = page[-1]["key"]

    def first_points(self, limit: int, **wanted: str) -> list[StoredPoint]:
        """The oldest points whose columns are as said."""
        c = care_point.c
        where = [c[name] == value for name, value in wanted.items()]
        query = select(care_point).where(*where).order_by(c.first_seen, c.saksnummer, c.key).limit(limit)
        return [StoredPoint.of(row) for row in self.conn.execute(query).mappings()]

    def point_groups(self) -> list[PointGroup]:
        """All points by what they are and why, the largest group first."""
        c = care_point.c
        single = func.sum(func.coalesce(func.nullif(c.count, 1) * 0, 1))
        query = (
            select(c.task, c.kind, c.reason, func.count(), single, func.min(c.first_seen))
            .group_by(c.task, c.kind, c.reason)
            .order_by(func.count().desc(), c.task, c.kind, c.reason)
        )
        return [
            PointGroup(task=task, kind=kind, reason=reason, number=number, single=int(alone), oldest=oldest)
            for task, kind, reason, number, alone, oldest in self.conn.execute(query)
        ]


class CareTx(AuditTx, CareReads):
    """Changes."""

    def begin_sweep(self, ground: str) -> None:
        """Everything is to be looked at from the start, by this ground."""
        self.conn.execute(delete(care_sweep))
        self.conn.execute(insert(care_sweep).values(no=1, mark="", ground=ground, whole=False, started_at=self.now))

    def keep_mark(self, mark: str) -> None:
        """What changed up to here has been looked at."""
        self.conn.execute(update(care_sweep).values(mark=mark))

    def end_sweep(self) -> None:
        """Nothing that has changed is left."""
        self.conn.execute(update(care_sweep).values(whole=True, finished_at=self.now))

    def keep_care(self, looked_at: Mapping[str, str | None], points: Sequence[StoredPoint]) -> None:
        """What was found of some cases takes the place of what was known of them.

        ``looked_at``: system id → when to look again (ISO date), or None. A point that was there keeps its first day.
        """
        known: dict[str, StoredPoint] = {}
        cases = list(looked_at)
        for start in range(0, len(cases), _MANY):
            some = cases[start : start + _MANY]
            rows = self.conn.execute(select(care_point).where(care_point.c.sak.in_(some))).mappings()
            known.update((row["key"], StoredPoint.of(row)) for row in rows)
            self.conn.execute(delete(care_case).where(care_case.c.system_id.in_(some)))
        again = [{"system_id": case, "look_again_on": day} for case, day in looked_at.items() if day is not None]
        self.conn.execute(_NEW_CASE, again)
        there = {point.key: point for point in points}
        new = [point for key, point in there.items() if key not in known]
        self.conn.execute(
            _NEW_POINT, [{**point.values(), "first_seen": self.now, "last_seen": self.now} for point in new]
        )
        stays = [{**there[key].values(), "its_key": key, "last_seen": self.now} for key in known if key in there]
        self.conn.execute(_CHANGE_POINT, stays)
        self.conn.execute(_DROP_POINT, [{"its_key": key} for key in known if key not in there])

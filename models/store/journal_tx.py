"""What the check of the public journal keeps between nights: findings by key, entries for judging the whole, how far it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import and_, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.audit import AuditEvent
from models.sql import Prepared, Row
from models.store import tables as t
from models.store.audit_tx import AuditTx
from models.store.base import Part
from models.store.journal_tables import journal_case, journal_entry, journal_finding

_f, _e = journal_finding.c, journal_entry.c
_MANY = 300
_PLACE = "journal"
_OPEN = ("new", "known")
_NEW_FOR_S = 12 * 3600.0
"""A finding is new until the next night: a sweep that a crash made start again the same night does not make it known."""
_NEW = Prepared(insert(journal_finding))


def _upsert(dialect: type[sqlite.Insert] | type[postgresql.Insert]) -> Prepared:
    statement = dialect(journal_entry)
    changed = {c.name: getattr(statement.excluded, c.name) for c in journal_entry.c if c.name not in ("view", "entry")}
    return Prepared(statement.on_conflict_do_update(index_elements=["view", "entry"], set_=changed))


_KEEP_ENTRY = {"sqlite": _upsert(sqlite.Insert), "postgresql": _upsert(postgresql.Insert)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFinding:
    """A finding as it was seen now; see the columns of ``journal_finding``."""

    key: str
    check_id: str
    rule: str
    entry: str
    number: str
    enhet: str
    field: str
    masked: str
    note: str
    basis: str
    severity: str
    confidence: float
    ruleset_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFinding:
    """A finding as kept. ``status``: new, known, accepted, fixed; ``answer``: right, wrong or empty. Times are epoch seconds."""

    id: int
    key: str
    check_id: str
    rule: str
    entry: str
    number: str
    enhet: str
    field: str
    masked: str
    note: str
    basis: str
    severity: str
    confidence: float
    status: str
    ruleset_sha256: str
    first_seen: float
    last_seen: float
    answer: str
    answered_by: str
    answered_at: float | None
    told_at: float | None

    @classmethod
    def of(cls, row: Row) -> StoredFinding:
        """From a row of the table."""
        return cls(**{name: row[name] for name in cls.__slots__})

    @property
    def name(self) -> str:
        """What people call it: ``F12``."""
        return f"F{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPlace:
    """How far a sweep of one view has come, and since when all is looked at; times are epoch seconds.

    ``begun``: when the sweep in hand began, None when none is. ``part``: ``public``, then ``archive``. ``cursor``: where that
    part goes on. ``since`` and ``whole``: what it looks at. ``done``: when the last one that came through began.
    ``rules``: under which rules; ``mark``: the archive's mark of what was read.
    """

    view: str
    begun: float | None = None
    part: str = "public"
    cursor: str | None = None
    since: float | None = None
    whole: bool = False
    checked: int = 0
    done: float | None = None
    whole_done: float | None = None
    rules: str = ""
    mark: str = ""


class JournalReads(Part):
    """Questions."""

    def journal_place(self, view: str) -> JournalPlace:
        """How far it has come with a view."""
        found = self.conn.execute(select(t.counter.c.text).where(t.counter.c.name == _name(view))).scalar()
        return JournalPlace(**json.loads(str(found))) if found else JournalPlace(view=view)

    def findings(
        self, *, status: Sequence[str] = _OPEN, severity: str | None = None, limit: int | None = None
    ) -> list[StoredFinding]:
        """Those of some statuses (and one severity), the gravest first, then the oldest."""
        grave = case({"critical": 0, "error": 1, "warning": 2, "info": 3}, value=_f.severity)
        query = select(journal_finding).where(_f.status.in_(status)).order_by(grave, _f.id)
        if severity is not None:
            query = query.where(_f.severity == severity)
        rows = self.conn.execute(query if limit is None else query.limit(limit)).mappings()
        return [StoredFinding.of(row) for row in rows]

    def finding(self, number: int) -> StoredFinding | None:
        """One by its number."""
        row = self.conn.execute(select(journal_finding).where(_f.id == number)).mappings().first()
        return StoredFinding.of(row) if row is not None else None

    def findings_by_key(self, keys: Sequence[str]) -> dict[str, StoredFinding]:
        """Those with these keys."""
        found: dict[str, StoredFinding] = {}
        for start in range(0, len(keys), _MANY):
            some = keys[start : start + _MANY]
            for row in self.conn.execute(select(journal_finding).where(_f.key.in_(some))).mappings():
                found[row["key"]] = StoredFinding.of(row)
        return found

    def finding_counts(self) -> list[tuple[str, str, str, str, int]]:
        """(check, severity, unit, status, how many) of all that are open or accepted."""
        query = (
            select(_f.check_id, _f.severity, _f.enhet, _f.status, func.count())
            .where(_f.status != "fixed")
            .group_by(_f.check_id, _f.severity, _f.enhet, _f.status)
            .order_by(_f.check_id, _f.enhet)
        )
        return [(str(a), str(b), str(c), str(d), int(n)) for a, b, c, d, n in self.conn.execute(query)]

    def fixed_since(self, since: float) -> int:
        """How many were gone when they were looked for, since then."""
        query = select(func.count()).where(_f.status == "fixed", _f.last_seen >= since)
        return int(self.conn.execute(query).scalar_one())

    def critical_open(self) -> int:
        """How many critical ones nobody has answered."""
        query = select(func.count()).where(_f.status.in_(_OPEN), _f.severity == "critical")
        return int(self.conn.execute(query).scalar_one())

    def precision(self) -> dict[str, tuple[int, int]]:
        """Check → (right, answered) of its last hundred answers."""
        checks = [str(row[0]) for row in self.conn.execute(select(_f.check_id).where(_f.answer != "").distinct())]
        found: dict[str, tuple[int, int]] = {}
        for check in checks:
            last = (
                select(_f.answer)
                .where(_f.check_id == check, _f.answer != "")
                .order_by(_f.answered_at.desc(), _f.id.desc())
            )
            answers = [str(row[0]) for row in self.conn.execute(last.limit(100))]
            found[check] = (answers.count("right"), len(answers))
        return found

    def published_of(self, entries: Sequence[str]) -> frozenset[str]:
        """Which of these systemIDs are known to be published, in any view."""
        found: set[str] = set()
        for start in range(0, len(entries), _MANY):
            some = entries[start : start + _MANY]
            found |= {str(row[0]) for row in self.conn.execute(select(_e.entry).where(_e.entry.in_(some)))}
        return frozenset(found)

    def waiting_cases(self, *, after: str, size: int) -> list[str]:
        """Cases in which something waits, by id, page by page."""
        c = journal_case.c.system_id
        return [str(row[0]) for row in self.conn.execute(select(c).where(c > after).order_by(c).limit(size))]

    def backlog(self, *, least: int) -> list[tuple[str, int, float]]:
        """(unit, how many letters wait too long, first seen) of units with at least so many."""
        query = (
            select(_f.enhet, func.count(), func.min(_f.first_seen))
            .where(_f.check_id.in_(("PJ-F01", "PJ-F05")), _f.status.in_(_OPEN))
            .group_by(_f.enhet)
            .having(func.count() >= least)
            .order_by(_f.enhet)
        )
        return [(str(a), int(b), float(c)) for a, b, c in self.conn.execute(query)]

    def has_entries(self) -> bool:
        """Whether any published entry is known."""
        return self.conn.execute(select(_e.entry).limit(1)).first() is not None

    def vanished(self, view: str, *, before: float) -> Iterator[tuple[str, str, str]]:
        """(entry, number, unit) of what a whole sweep begun at ``before`` no longer found."""
        query = select(_e.entry, _e.number, _e.enhet).where(_e.view == view, _e.seen_at < before).limit(2000)
        yield from ((str(a), str(b), str(c)) for a, b, c in self.conn.execute(query).all())

    def sequence(self, view: str) -> Iterator[tuple[int, int, str, str, str, str]]:
        """(year, number, entry, readable number, unit, journaldato) in the order of the numbers."""
        query = (
            select(_e.journalaar, _e.journalsekvensnummer, _e.entry, _e.number, _e.enhet, _e.journaldato)
            .where(_e.view == view, _e.journalaar > 0)
            .order_by(_e.journalaar, _e.journalsekvensnummer, _e.entry)
        )
        yield from self.conn.execute(query).all()

    def published_twins(self, view: str) -> Iterator[tuple[str, str, str, str]]:
        """(entry, number, unit, hash) of entries that share sender, title and document date, hash by hash."""
        doubled = select(_e.twin).where(_e.view == view, _e.twin != "").group_by(_e.twin).having(func.count() > 1)
        query = (
            select(_e.entry, _e.number, _e.enhet, _e.twin)
            .where(_e.view == view, _e.twin.in_(doubled))
            .order_by(_e.twin, _e.journalsekvensnummer)
            .limit(4000)
        )
        yield from self.conn.execute(query).all()

    def two_titles(self, view: str) -> Iterator[tuple[str, str, str]]:
        """(entry, number, unit) of one entry for each case that has two titles on one day."""
        query = (
            select(func.min(_e.entry), _e.saksnummer, func.min(_e.enhet))
            .where(_e.view == view, _e.saksnummer != "")
            .group_by(_e.saksnummer, _e.published_on)
            .having(func.count(_e.case_title.distinct()) > 1)
            .limit(2000)
        )
        yield from self.conn.execute(query).all()

    def days(self, view: str, *, since: str) -> dict[str, int]:
        """Entries by the day they were published, from a day (ISO) on."""
        query = (
            select(_e.published_on, func.count())
            .where(_e.view == view, _e.published_on >= since)
            .group_by(_e.published_on)
        )
        return {str(day): int(count) for day, count in self.conn.execute(query)}

    def usually_shielded(self, view: str, *, since: str, least: int, share: float) -> list[str]:
        """Classes in which nearly all entries since a day (ISO) are shielded."""
        shut = func.sum(case((_e.shielded, 1), else_=0))
        query = (
            select(_e.klasse)
            .where(_e.view == view, _e.klasse != "", _e.journaldato >= since)
            .group_by(_e.klasse)
            .having(and_(func.count() >= least, shut >= share * func.count()))
        )
        return [str(row[0]) for row in self.conn.execute(query)]

    def open_in(self, view: str, klasser: Sequence[str], *, since: str) -> Iterator[tuple[str, str, str]]:
        """(entry, number, unit) of open entries in these classes since a day (ISO)."""
        query = (
            select(_e.entry, _e.number, _e.enhet)
            .where(_e.view == view, _e.klasse.in_(klasser), _e.shielded.is_(False), _e.journaldato >= since)
            .limit(2000)
        )
        yield from self.conn.execute(query).all()

    def post_not_registered(self, *, before: float, since: float) -> Iterator[tuple[str, str, float]]:
        """(post id, reason, received at) of post that came between two times and has no entry and no other end."""
        p = t.post.c
        query = (
            select(p.id, p.reason, p.received_at)
            .where(p.received_at < before, p.received_at >= since, p.journalpost_id.is_(None))
            .where(or_(p.outcome.is_(None), p.outcome == "archived"))
            .order_by(p.received_at)
            .limit(1000)
        )
        yield from ((str(a), str(b or ""), float(c)) for a, b, c in self.conn.execute(query))


class JournalTx(AuditTx, JournalReads):
    """Changes."""

    def set_journal_place(self, place: JournalPlace) -> None:
        """Keeps how far it has come."""
        plain, name = json.dumps(asdict(place)), _name(place.view)
        if not self.conn.execute(update(t.counter).where(t.counter.c.name == name).values(text=plain)).rowcount:
            self.conn.execute(insert(t.counter).values(name=name, value=0, text=plain))

    def keep_entries(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Remembers what was published now; one seen before is brought up to date."""
        if rows:
            self.conn.execute(_KEEP_ENTRY[self.conn.sqlalchemy.dialect.name], list(rows))

    def forget_entries(self, view: str, *, before: float) -> None:
        """What a whole sweep begun then did not see again is no longer published."""
        self.conn.execute(delete(journal_entry).where(_e.view == view, _e.seen_at < before))

    def keep_findings(self, found: Sequence[NewFinding]) -> list[str]:
        """Keeps what was seen now; returns the keys of those that are new (or come again after having been fixed)."""
        unique = {one.key: one for one in found}
        known = self.findings_by_key(list(unique))
        fresh = [one for key, one in unique.items() if key not in known]
        if fresh:
            last = self.conn.execute(select(func.coalesce(func.max(_f.id), 0))).scalar_one()
            empty = {"answer": "", "answered_by": "", "answered_at": None, "told_at": None}
            rows = [
                {
                    **asdict(one),
                    "id": int(last) + number,
                    "status": "new",
                    "first_seen": self.now,
                    "last_seen": self.now,
                    **empty,
                }
                for number, one in enumerate(fresh, start=1)
            ]
            self.conn.execute(_NEW, rows)
        again: list[str] = []
        for key, old in known.items():
            one = unique[key]
            status = old.status
            if status == "fixed":
                status = "new"
                again.append(key)
            elif status == "new" and old.first_seen < self.now - _NEW_FOR_S:
                status = "known"
            values = {"status": status, "last_seen": self.now, "severity": one.severity, "masked": one.masked}
            more = {"note": one.note, "basis": one.basis, "number": one.number, "enhet": one.enhet}
            back: dict[str, object] = {"told_at": None, "answer": ""} if key in again else {}
            self.conn.execute(
                update(journal_finding)
                .where(_f.key == key)
                .values(
                    **values,
                    **more,
                    **back,
                    ruleset_sha256=one.ruleset_sha256,
                    rule=one.rule,
                    confidence=one.confidence,
                )
            )
        return [one.key for one in fresh] + again

    def fix_findings(self, entries: Sequence[str], *, covered: Callable[[str], bool], but: Sequence[str]) -> int:
        """Findings of these entries, by checks that looked at them now, that were not seen, are fixed. Returns how many."""
        spared, gone = set(but), []
        for start in range(0, len(entries), _MANY):
            some = entries[start : start + _MANY]
            query = select(_f.key, _f.check_id).where(_f.entry.in_(some), _f.status != "fixed")
            gone += [key for key, check in self.conn.execute(query) if key not in spared and covered(check)]
        for start in range(0, len(gone), _MANY):
            some = gone[start : start + _MANY]
            self.conn.execute(
                update(journal_finding).where(_f.key.in_(some)).values(status="fixed", last_seen=self.now)
            )
        return len(gone)

    def fix_unseen(self, check: str, field: str, *, but: Sequence[str]) -> None:
        """Findings of a check over the whole journal that were not seen now are fixed."""
        where = (_f.check_id == check, _f.field == field, _f.status != "fixed")
        keys = {str(row[0]) for row in self.conn.execute(select(_f.key).where(*where))} - set(but)
        gone = sorted(keys)
        for start in range(0, len(gone), _MANY):
            some = gone[start : start + _MANY]
            self.conn.execute(
                update(journal_finding).where(_f.key.in_(some)).values(status="fixed", last_seen=self.now)
            )

    def look_again(self, cases: Mapping[str, bool]) -> None:
        """Cases in which something waits are looked at every night; others only when they change."""
        ids = sorted(cases)
        for start in range(0, len(ids), _MANY):
            self.conn.execute(delete(journal_case).where(journal_case.c.system_id.in_(ids[start : start + _MANY])))
        rows = [{"system_id": one} for one in ids if cases[one]]
        if rows:
            self.conn.execute(insert(journal_case), rows)

    def answer_finding(self, number: int, *, answer: str, user: str, actor: str) -> bool:
        """A person says it is right, or wrong (accepted as it is). False: there is no such finding, or it is fixed."""
        status = "accepted" if answer == "wrong" else "known"
        where = (_f.id == number, _f.status != "fixed")
        values = {"answer": answer, "answered_by": user, "answered_at": self.now, "status": status}
        if not self.conn.execute(update(journal_finding).where(*where).values(**values)).rowcount:
            return False
        self.audit(AuditEvent.ANSWERED, object_ref=f"finding:F{number}", actor=actor, details={"verb": answer})
        return True

    def set_told(self, keys: Sequence[str]) -> None:
        """These have been told of at once."""
        for start in range(0, len(keys), _MANY):
            some = keys[start : start + _MANY]
            self.conn.execute(update(journal_finding).where(_f.key.in_(some)).values(told_at=self.now))

    def untold_critical(self) -> list[StoredFinding]:
        """Critical ones that nobody has been told of."""
        query = select(journal_finding).where(
            _f.severity == "critical", _f.status.in_(_OPEN), _f.told_at.is_(None), _f.answer == bindparam("none")
        )
        return [StoredFinding.of(row) for row in self.conn.execute(query, {"none": ""}).mappings()]


def _name(view: str) -> str:
    return f"{_PLACE}:{hashlib.sha256(view.encode()).hexdigest()[:11]}"

"""What the report of one organisation says, as plain data: the same for HTML, JSON and CSV. Everything shown is masked."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from connectors.contract import Archive, KnowsSignedOff
from models.noark import Journalstatus
from models.organisation import Organisation
from models.post import Outcome, State
from models.store import Store
from models.store import tables as t
from models.store.post_tx import WORKING
from robot.lacks import lack_text
from robot.report.masking import Masker
from robot.report.workdays import work_days_between
from robot.texts import reason_text

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from models.store.store import Reads
    from robot.rules_in_force import Refusal

STOPPED = frozenset({"archive_refused", "archive_silent", "ambiguous_write", "forward_failed", "settle_failed", "bug"})
"""Reasons that mean something is broken outside the post itself."""

UNIT_DAYS = 30
"""The window of the figures per unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing a person must look at. ``command`` is what answers it, as typed."""

    id: str
    received: str
    what: str
    detail: str
    proposal: str
    evidence: tuple[str, ...]
    command: str
    sender: str = ""
    due: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Points with one reason. ``next_step`` is what a person does about it."""

    code: str
    title: str
    next_step: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """Figures for leaders, over :data:`UNIT_DAYS` days. ``hours`` is the median from arrival to journal, or None."""

    unit: str
    received: int
    untouched: int
    waiting: int
    oldest: str
    hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report of one organisation for one day. ``troubles`` are sentences about connections, rules and invariants."""

    organisation: str
    orgnr: str
    day: date
    made_at: datetime
    deadlines: tuple[Point, ...] = ()
    troubles: tuple[str, ...] = ()
    stopped: tuple[Group, ...] = ()
    review: tuple[Group, ...] = ()
    unapproved: tuple[Point, ...] = ()
    late: tuple[Point, ...] = ()
    units: tuple[UnitRow, ...] = ()
    today: Mapping[str, int] = field(default_factory=dict)
    ruleset: str = ""
    audit_seq: int = 0
    audit_hash: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """The figures of the subject line and the cover page."""
        return {
            "deadlines": len(self.deadlines),
            "stopped": sum(len(group.points) for group in self.stopped) + len(self.troubles),
            "review": sum(len(group.points) for group in self.review),
            "unapproved": len(self.unapproved),
            "late": len(self.late),
        }

    @property
    def empty(self) -> bool:
        """Whether nobody has anything to do."""
        return not any(self.counts.values())


def gather(
    store: Store,
    archive: Archive,
    org: Organisation,
    *,
    day: date,
    language: str,
    ruleset: str,
    refusal: Refusal | None,
    earlier_missing: str,
) -> Report:
    """Reads the store (and asks the archive what is signed off). ``earlier_missing`` is a sentence, or empty."""
    masker = Masker(org)
    with store.read() as reads:
        aside = [_Row(reads, row, masker, language) for row in reads.rows(t.post.c.state == State.SET_ASIDE)]
        in_m = [
            _Row(reads, row, masker, language)
            for row in reads.rows(t.post.c.state == State.DONE, t.post.c.journalstatus == Journalstatus.MIDLERTIDIG)
        ]
        due = _due(reads, archive, masker, language, day)
        working = [_Row(reads, row, masker, language) for row in reads.rows(t.post.c.state.in_(WORKING))]
        seq, digest = reads.audit_head()
        now = store.time_utc()
        return Report(
            organisation=org.name,
            orgnr=org.orgnr,
            day=day,
            made_at=now,
            deadlines=tuple(sorted(due, key=lambda p: (not p.urgent, p.due, p.received))),
            troubles=tuple(_troubles(reads, archive, refusal, earlier_missing)),
            stopped=_groups((r for r in aside if r.row["reason"] in STOPPED), language),
            review=_groups((r for r in aside if r.row["reason"] not in STOPPED), language),
            unapproved=tuple(r.point() for r in in_m if _work_days_old(r.row, day, org.zone) > 1),
            late=tuple(r.point() for r in (*working, *aside) if r.row["stored_at"] < now.timestamp() - 86_400),
            units=_units(reads, org, now),
            today=_today(reads, day, org.zone),
            ruleset=ruleset,
            audit_seq=seq,
            audit_hash=digest,
        )


class _Row:
    """A post row with what is shown of it."""

    def __init__(self, reads: Reads, row: RowMapping, masker: Masker, language: str) -> None:
        self.row = row
        self._zone = ZoneInfo(masker.zone)
        self._reads = reads
        self._masker = masker
        self._language = language

    def point(self, *, due: str = "", urgent: bool = False) -> Point:
        from robot.review_screens import suggestion

        row, mask = self.row, self._masker
        shielded = row["tilgang"] == "shielded"
        title = row["offentlig_tittel"] if shielded else row["tittel"] or row["subject"] or row["source_id"]
        stored = self._reads.decision(row["seq"])
        grounds = stored.decision.because if stored is not None else ()
        near = stored.judgement.near if stored is not None else ()
        evidence = [mask(ground_text(g.source, g.text)) for g in grounds if g.text != row["detail"]]
        evidence += [f"nær ved å treffe: {rule}" for rule in near[:3]]
        evidence += [f"bare M: {lack_text(code)}" for code in (row["lacks"] or "").split(",") if code]
        return Point(
            id=row["id"],
            received=datetime.fromtimestamp(row["received_at"], self._zone).isoformat(timespec="minutes"),
            what=mask(title or "Uten emne"),
            sender="skjermet" if shielded else mask(row["sender"] or ""),
            detail=mask(row["detail"] or ""),
            proposal=mask(self._proposal(stored)),
            evidence=tuple(evidence),
            command=suggestion(row),
            due=due,
            urgent=urgent or bool(row["urgent"]),
        )

    def _proposal(self, stored: Any) -> str:
        row = self.row
        if stored is not None and stored.decision.forward is not None:
            return f"videresend til {stored.decision.forward.to}"
        if row["journalpost"]:
            return f"{row['journalpost']} i {row['saksnummer']} ({row['journalstatus']}), {row['enhet']}"
        if row["saktittel"]:
            title = row["offentlig_tittel"] if row["tilgang"] == "shielded" else row["saktittel"]
            return f"journalfør i {row['saksnummer'] or 'ny sak'} «{title}», {row['enhet']}"
        if stored is not None and stored.decision.proposed is not None:
            return f"forslag: {stored.decision.proposed.value}"
        return ""


def ground_text(source: str, text: str) -> str:
    """A ground in words: which rule, or what else decided."""
    kind, _, name = source.partition(":")
    words = {
        "rule": f"regelen {name}",
        "rules": "reglene",
        "limit": "lesingen",
        "answer": "svar",
        "detector": f"funn {name}",
    }
    return f"{words.get(kind, source)}: {text}"


def _due(reads: Reads, archive: Archive, masker: Masker, language: str, day: date) -> list[Point]:
    """Deadlines today or passed that are not signed off, and forwards nobody has acknowledged."""
    rows = list(reads.rows(t.post.c.forfall.is_not(None), t.post.c.forfall <= day.isoformat()))
    rows = [row for row in rows if row["outcome"] in (None, Outcome.ARCHIVED)]
    ids = [row["journalpost_id"] for row in rows if row["journalpost_id"]]
    signed: frozenset[str] = archive.signed_off(ids) if isinstance(archive, KnowsSignedOff) else frozenset()
    points = [
        _Row(reads, row, masker, language).point(due=row["forfall"], urgent=_is_innsyn(row))
        for row in rows
        if row["journalpost_id"] not in signed
    ]
    follow = reads.rows(t.post.c.follow_up_by.is_not(None), t.post.c.follow_up_by <= day.isoformat())
    points += [_Row(reads, row, masker, language).point(due=row["follow_up_by"]) for row in follow]
    return points


def _is_innsyn(row: RowMapping) -> bool:
    """Requests for access come first: the law's time runs from the day they came (offentleglova § 32)."""
    return bool(row["urgent"]) or "innsyn" in f"{row['rule'] or ''} {row['tittel'] or ''}".lower()


def _groups(rows: Iterable[_Row], language: str) -> tuple[Group, ...]:
    by_reason: dict[str, list[_Row]] = defaultdict(list)
    for one in rows:
        by_reason[one.row["reason"]].append(one)
    groups = []
    for code, members in by_reason.items():
        text = reason_text(code, language)
        points = sorted((m.point() for m in members), key=lambda p: (not p.urgent, p.received))
        groups.append(Group(code=code, title=text.title, next_step=text.next_step, points=tuple(points)))
    return tuple(sorted(groups, key=lambda g: (g.points[0].received, g.code)))


def _troubles(reads: Reads, archive: Archive, refusal: Refusal | None, earlier_missing: str) -> Iterable[str]:
    for row in reads.connections():
        if row["error"]:
            since = (
                datetime.fromtimestamp(row["last_ok_at"], UTC).isoformat(timespec="minutes")
                if row["last_ok_at"]
                else "aldri"
            )
            yield f"Forbindelsen {row['name']} svarer ikke (sist i orden: {since}). {row['error']}"
    if refusal is not None:
        yield f"Reglene er endret, men har {refusal.errors} feil; de gamle gjelder. Først: {refusal.first}"
    if earlier_missing:
        yield earlier_missing
    failures = getattr(archive, "conversion_failures", None)
    for failure in failures() if failures is not None else ():
        document = f"{failure.number}, dokument {failure.dokumentnummer} ({failure.mime_type})"
        yield f"Arkivformat mangler for {document}: {failure.detail}"


def _work_days_old(row: RowMapping, day: date, zone: str) -> int:
    stored = datetime.fromtimestamp(row["ended_at"] or row["stored_at"], ZoneInfo(zone)).date()
    return work_days_between(stored, day)


def _units(reads: Reads, org: Organisation, now: datetime) -> tuple[UnitRow, ...]:
    since = (now - timedelta(days=UNIT_DAYS)).timestamp()
    rows: dict[str, list[RowMapping]] = defaultdict(list)
    for row in reads.rows(t.post.c.stored_at >= since):
        rows[row["enhet"] or "–"].append(row)
    answered = reads.answered_posts()
    found = []
    for unit, members in sorted(rows.items()):
        waiting = [
            r for r in members if r["state"] == State.SET_ASIDE or r["journalstatus"] == Journalstatus.MIDLERTIDIG
        ]
        hours = [(r["ended_at"] - r["received_at"]) / 3600 for r in members if r["outcome"] == Outcome.ARCHIVED]
        name = org.enheter[unit].navn if unit in org.enheter else unit
        found.append(
            UnitRow(
                unit=name if name == unit else f"{name} ({unit})",
                received=len(members),
                untouched=sum(
                    r["state"] == State.DONE and r["seq"] not in answered and r not in waiting for r in members
                ),
                waiting=len(waiting),
                oldest=_oldest(waiting),
                hours=round(statistics.median(hours), 1) if hours else None,
            )
        )
    return tuple(found)


def _oldest(rows: Sequence[RowMapping]) -> str:
    if not rows:
        return ""
    return datetime.fromtimestamp(min(r["received_at"] for r in rows), UTC).date().isoformat()


def _today(reads: Reads, day: date, zone: str) -> dict[str, int]:
    """What came since the day before, by what became of it."""
    start = datetime.combine(day - timedelta(days=1), datetime.min.time(), tzinfo=ZoneInfo(zone)).timestamp()
    counts: dict[str, int] = defaultdict(int)
    for row in reads.rows(t.post.c.stored_at >= start):
        counts["received"] += 1
        counts[row["outcome"] or row["state"]] += 1
    return dict(counts)

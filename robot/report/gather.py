"""What the report of one organisation says, as plain data: the same for HTML, JSON and CSV. Everything shown is masked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from connectors.contract import Archive, KnowsSignedOff
from models.noark import Journalstatus
from models.organisation import Organisation
from models.post import Outcome, State
from models.sql import Row
from models.store import Store
from models.store import tables as t
from models.store.post_reads import WORKING
from robot.report.masking import Masker
from robot.report.model import Group, Points, Report, Unconverted
from robot.report.points import SHOWN, PointMaker, in_group_order, is_innsyn
from robot.report.units import since_yesterday, unit_rows
from robot.report.workdays import work_days_between
from robot.rules_in_force import Why
from robot.texts import reason_text, text

if TYPE_CHECKING:
    from models.store.store import Reads
    from robot.rules_in_force import Refusal, Waiting
    from rules.model import RuleSet

STOPPED = frozenset({"archive_refused", "archive_silent", "ambiguous_write", "forward_failed", "settle_failed", "bug"})
"""Reasons that mean something is broken outside the post itself."""

DAY_S = 86_400.0

_COLUMNS = [column for column in t.post.c if column.name not in ("envelope", "locator")]


def gather(
    store: Store,
    archive: Archive,
    org: Organisation,
    *,
    day: date,
    language: str,
    rules: RuleSet | None,
    refusal: Refusal | None,
    earlier_missing: str,
    waiting: Waiting | None = None,
) -> Report:
    """Reads the store (and asks the archive what is signed off). ``earlier_missing`` is a sentence, or empty."""
    with store.read() as reads:
        make = PointMaker(reads=reads, mask=Masker(org), language=language, rules=rules)
        now = store.time_utc()
        aside = _rows(reads, t.post.c.state == State.SET_ASIDE)
        working = _rows(reads, t.post.c.state.in_(WORKING))
        in_m = _rows(reads, t.post.c.state == State.DONE, t.post.c.journalstatus == Journalstatus.MIDLERTIDIG.value)
        old_m = [row for row in in_m if _work_days_old(row, day, org.zone) > 1]
        late = [row for row in (*working, *aside) if row["stored_at"] < now.timestamp() - DAY_S]
        seq, digest = reads.audit_head()
        return Report(
            organisation=org.name,
            orgnr=org.orgnr,
            day=day,
            made_at=now.astimezone(ZoneInfo(org.zone)),
            zone=org.zone,
            deadlines=_deadlines(reads, archive, make, day),
            troubles=tuple(
                make.mask(line) for line in _troubles(reads, (refusal, waiting), earlier_missing, language, org.zone)
            ),
            stopped=_groups([row for row in aside if row["reason"] in STOPPED], make),
            review=_groups([row for row in aside if row["reason"] not in STOPPED], make),
            unapproved=make.shown(sorted(old_m, key=lambda row: row["received_at"])),
            late=make.shown(sorted(late, key=lambda row: row["received_at"])),
            unconverted=_unconverted(archive, language),
            units=unit_rows(reads, org, now),
            today=since_yesterday(reads, day, org.zone),
            ruleset=rules.sha256 if rules is not None else "",
            audit_seq=seq,
            audit_hash=digest,
        )


def _rows(reads: Reads, *where: ColumnElement[bool]) -> Sequence[Row]:
    """Post rows without what only the robot needs of them."""
    return reads.conn.execute(select(*_COLUMNS).where(*where).order_by(t.post.c.seq)).mappings().all()


def _deadlines(reads: Reads, archive: Archive, make: PointMaker, day: date) -> Points:
    """Deadlines today or passed that are not signed off, and forwards nobody has acknowledged."""
    today = day.isoformat()
    post = t.post.c
    due = [
        row
        for row in _rows(reads, post.forfall.is_not(None), post.forfall <= today)
        if row["outcome"] in (None, Outcome.ARCHIVED) and row["journalstatus"] != Journalstatus.UTGAAR
    ]
    ids = [row["journalpost_id"] for row in due if row["journalpost_id"]]
    signed = archive.signed_off(ids) if isinstance(archive, KnowsSignedOff) else frozenset[str]()
    found = [(row, row["forfall"]) for row in due if row["journalpost_id"] not in signed]
    found += [
        (row, row["follow_up_by"])
        for row in _rows(reads, post.follow_up_by.is_not(None), post.follow_up_by <= today)
        if row["outcome"] == Outcome.FORWARDED
    ]
    found.sort(key=lambda f: (not is_innsyn(f[0]), not f[0]["urgent"], f[1], f[0]["received_at"]))
    return Points(shown=tuple(make.point(row, due=by) for row, by in found[:SHOWN]), total=len(found))


def _groups(rows: Sequence[Row], make: PointMaker) -> tuple[Group, ...]:
    """By reason; the group with something urgent first, then the one whose oldest is oldest."""
    by_reason: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_reason[row["reason"]].append(row)
    order = sorted(by_reason.items(), key=lambda item: (min(in_group_order(row) for row in item[1]), item[0]))
    return tuple(_group(code, sorted(members, key=in_group_order), make) for code, members in order)


def _group(code: str, members: Sequence[Row], make: PointMaker) -> Group:
    """With one post the next step names it; with several each point has its own command."""
    if len(members) == 1:
        said = reason_text(code, make.language, post=members[0]["id"])
        return Group(code=code, title=said.title, next_step=said.next_step, points=make.shown(members))
    said = reason_text(code, make.language)
    return Group(code=code, title=said.title, next_step=said.next_step.replace(" POST", ""), points=make.shown(members))


def _troubles(
    reads: Reads, rules: tuple[Refusal | None, Waiting | None], earlier_missing: str, language: str, zone: str
) -> Iterable[str]:
    refusal, waiting = rules
    for row in reads.connections():
        if row["error"]:
            never = text("trouble.never", language)
            since = (
                f"{datetime.fromtimestamp(row['last_ok_at'], ZoneInfo(zone)):%d.%m.%Y %H:%M}"
                if row["last_ok_at"]
                else never
            )
            yield text("trouble.connection", language, name=row["name"], since=since, error=row["error"])
    if refusal is not None:
        key = "trouble.rules.1" if refusal.errors == 1 else "trouble.rules"
        yield text(key, language, errors=refusal.errors, first=refusal.first)
    if waiting is not None and waiting.why is not Why.SOON:
        yield text(f"trouble.rules_{waiting.why.value}", language, sha=waiting.sha256[:12])
    if earlier_missing:
        yield earlier_missing


def _unconverted(archive: Archive, language: str) -> tuple[Unconverted, ...]:
    """What the archive could not make an archive format of, by cause; the largest first."""
    failures = getattr(archive, "conversion_failures", None)
    by_cause: dict[str, list[str]] = defaultdict(list)
    says: dict[str, str] = {}
    for failure in failures() if failures is not None else ():
        by_cause[failure.code].append(
            text("unconverted.document", language, journalpost=failure.number, number=failure.dokumentnummer)
        )
        says[failure.code] = failure.detail
    return tuple(
        Unconverted(code=code, next_step=_how(code, says[code], language), documents=tuple(documents))
        for code, documents in sorted(by_cause.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _how(code: str, detail: str, language: str) -> str:
    """How to solve a cause; a code that came later than this catalogue is told by the archive's own sentence."""
    try:
        return text(f"convert.{code}", language)
    except KeyError:
        return detail


def _work_days_old(row: Row, day: date, zone: str) -> int:
    stood = datetime.fromtimestamp(row["ended_at"] or row["stored_at"], ZoneInfo(zone)).date()
    return work_days_between(stood, day)

"""What the report of one organisation says, as plain data: the same for HTML, JSON and CSV. Everything shown is masked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from robot.alarms.kinds import AlarmKind
from robot.alarms.words import advice, sentence
from robot.report.journal import gather_journal
from robot.report.masking import Masker
from robot.report.model import Group, Points, Report, RuleAdvice, Unconverted
from robot.report.omsorg import gather_care
from robot.report.piles import Pile
from robot.report.points import PointMaker, in_group_order, is_innsyn
from robot.report.restanser import gather_waits
from robot.report.sources import ToldBySources
from robot.report.units import since_yesterday, unit_rows
from robot.report.workdays import work_days_between
from robot.rule_use import advice_for
from robot.rules_in_force import Why
from robot.texts import reason_text, text

if TYPE_CHECKING:
    from models.store.store import Reads
    from robot.rules_in_force import Refusal, Waiting
    from rules.model import RuleSet

STOPPED = frozenset(
    {
        "infected",
        "not_scanned",
        "archive_refused",
        "archive_silent",
        "ambiguous_write",
        "forward_failed",
        "settle_failed",
        "bug",
    }
)
"""Reasons that mean something is broken outside the post itself, or that it is dangerous."""

DAY_S = 86_400.0
_PAGE = 500

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
    told: ToldBySources | None = None,
    lifted: frozenset[str] = frozenset(),
) -> Report:
    """Reads the store (and asks the archive what is signed off). ``earlier_missing`` is a sentence, or empty; ``told`` is what
    the sources have to say; ``lifted`` are checks of the public journal that keep their severity."""
    told = told or ToldBySources()
    with store.read() as reads:
        make = PointMaker(reads=reads, mask=Masker(org), language=language, rules=rules)
        now = store.time_utc()
        aside: dict[str, Pile] = defaultdict(lambda: Pile(in_group_order))
        late, old_m = Pile(_received), Pile(_received)
        for row in _rows(reads, t.post.c.state.in_((*WORKING, State.SET_ASIDE))):
            if row["state"] == State.SET_ASIDE:
                aside[row["reason"]].add(row)
            if row["stored_at"] < now.timestamp() - DAY_S:
                late.add(row)
        for row in _rows(
            reads, t.post.c.state == State.DONE, t.post.c.journalstatus == Journalstatus.MIDLERTIDIG.value
        ):
            if _work_days_old(row, day, org.zone) > 1:
                old_m.add(row)
        seq, digest = reads.audit_head()
        return Report(
            organisation=org.name,
            orgnr=org.orgnr,
            day=day,
            made_at=now.astimezone(ZoneInfo(org.zone)),
            zone=org.zone,
            deadlines=_deadlines(reads, archive, make, day),
            troubles=tuple(
                make.mask(line)
                for line in (
                    *_troubles(reads, (refusal, waiting), earlier_missing, language, org.zone),
                    *told.remarks,
                )
            ),
            stopped=_groups({code: pile for code, pile in aside.items() if code in STOPPED}, make),
            review=_groups({code: pile for code, pile in aside.items() if code not in STOPPED}, make),
            unapproved=make.shown(old_m),
            late=make.shown(late),
            unconverted=_unconverted(archive, language),
            units=unit_rows(reads, org, now),
            unread=told.unread,
            advice=_advice(reads, rules, now.timestamp()),
            care=gather_care(reads, language),
            waits=gather_waits(reads, org, day, language),
            journal=gather_journal(reads, language, lifted=lifted),
            today=since_yesterday(reads, day, org.zone),
            ruleset=rules.sha256 if rules is not None else "",
            audit_seq=seq,
            audit_hash=digest,
        )


def _rows(reads: Reads, *where: ColumnElement[bool]) -> Iterator[Row]:
    """Post rows without what only the robot needs of them, page by page, so that memory is flat in their number."""
    for page in _pages(reads, *where):
        yield from page


def _pages(reads: Reads, *where: ColumnElement[bool]) -> Iterator[Sequence[Row]]:
    last = 0
    while True:
        query = select(*_COLUMNS).where(t.post.c.seq > last, *where).order_by(t.post.c.seq).limit(_PAGE)
        page = reads.conn.execute(query).mappings().all()
        if not page:
            return
        yield page
        last = page[-1]["seq"]


def _received(row: Row) -> tuple[float, int]:
    return row["received_at"], row["seq"]


def _deadlines(reads: Reads, archive: Archive, make: PointMaker, day: date) -> Points:
    """Deadlines today or passed that are not signed off, and forwards nobody has acknowledged."""
    today = day.isoformat()
    post = t.post.c
    found = Pile(_by_deadline)
    for page in _pages(reads, post.forfall.is_not(None), post.forfall <= today):
        due = [row for row in page if row["outcome"] in (None, Outcome.ARCHIVED)]
        due = [row for row in due if row["journalstatus"] != Journalstatus.UTGAAR]
        ids = [row["journalpost_id"] for row in due if row["journalpost_id"]]
        signed = archive.signed_off(ids) if isinstance(archive, KnowsSignedOff) else frozenset[str]()
        for row in due:
            if row["journalpost_id"] not in signed:
                found.add({**row, "due": row["forfall"]})
    for row in _rows(reads, post.follow_up_by.is_not(None), post.follow_up_by <= today):
        if row["outcome"] == Outcome.FORWARDED:
            found.add({**row, "due": row["follow_up_by"]})
    return Points(shown=tuple(make.point(row, due=row["due"]) for row in found.first()), total=found.total)


def _by_deadline(row: Row) -> tuple[bool, bool, str, float]:
    return not is_innsyn(row), not row["urgent"], row["due"], row["received_at"]


def _groups(by_reason: Mapping[str, Pile], make: PointMaker) -> tuple[Group, ...]:
    """By reason; the group with something urgent first, then the one whose oldest is oldest."""
    order = sorted(by_reason.items(), key=lambda item: (in_group_order(item[1].first()[0]), item[0]))
    return tuple(_group(code, pile, make) for code, pile in order)


def _group(code: str, pile: Pile, make: PointMaker) -> Group:
    """With one post the next step names it; with several each point has its own command."""
    points = make.shown(pile)
    if pile.total == 1:
        said = reason_text(code, make.language, post=pile.first()[0]["id"])
        return Group(code=code, title=said.title, next_step=said.next_step, points=points)
    said = reason_text(code, make.language)
    return Group(code=code, title=said.title, next_step=said.next_step.replace(" POST", ""), points=points)


def _troubles(
    reads: Reads, rules: tuple[Refusal | None, Waiting | None], earlier_missing: str, language: str, zone: str
) -> Iterable[str]:
    refusal, waiting = rules
    connections = reads.connections()
    told = {row["name"].removeprefix("kilde:") for row in connections if row["error"]}
    for alarm in reads.alarms():
        # A connection that is down is told below with its error, and a missing report by the report itself.
        twice = alarm.name in told and alarm.kind in (AlarmKind.NO_POLL, AlarmKind.CONNECTION)
        if not twice and alarm.kind != AlarmKind.NO_REPORT:
            said = sentence(alarm.kind, alarm.name, alarm.facts, language=language, zone=zone)
            yield f"{said} {advice(alarm.kind, language=language)}"
    for row in connections:
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


def _advice(reads: Reads, rules: RuleSet | None, now: float) -> tuple[RuleAdvice, ...]:
    """Rules whose mode the last 90 days speak for changing."""
    found = advice_for(rules.rules, reads, now) if rules is not None else ()
    return tuple(
        RuleAdvice(
            rule=one.rule,
            navn=one.navn,
            mode=one.mode,
            proposed=one.proposed,
            agreed=one.agreed,
            of=one.of,
            low=int(one.low * 100),
            high=int(one.high * 100),
        )
        for one in found
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

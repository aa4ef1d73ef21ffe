"""One check for each kind of alarm. Each yields what is wrong now; none changes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from models.sql import Row
from robot.alarms.kinds import AlarmKind, Raised, View
from robot.alarms.worktime import work_seconds

Check = Callable[[View], Iterator[Raised]]


def look(view: View) -> list[Raised]:
    """Everything that is wrong now, in the order of the table."""
    return [raised for check in CHECKS.values() for raised in check(view)]


def _disk(view: View) -> Iterator[Raised]:
    if view.free_bytes < view.reserve_bytes:
        facts = {"free_mb": view.free_bytes // 2**20, "reserve_mb": view.reserve_bytes // 2**20}
        yield Raised(kind=AlarmKind.DISK, facts=facts)


def _no_poll(view: View) -> Iterator[Raised]:
    limit = view.limits.no_poll_s
    for name, row in _sources(view):
        since = row["last_ok_at"] or row["failing_since"]
        if limit and since is not None and _now(view) - since > limit:
            yield Raised(kind=AlarmKind.NO_POLL, name=name, facts={"since_at": since})


def _connection(view: View) -> Iterator[Raised]:
    """Sources have a check of their own."""
    limit = view.limits.connection_s
    with view.store.read() as reads:
        rows = reads.connections()
    for row in rows:
        since = row["failing_since"]
        broken = row["error"] and since is not None and not row["name"].startswith("kilde:")
        if limit and broken and _now(view) - since > limit:
            yield Raised(kind=AlarmKind.CONNECTION, name=row["name"], facts={"since_at": since})


def _stalled_post(view: View) -> Iterator[Raised]:
    with view.store.read() as reads:
        oldest = reads.oldest_waiting()
    if view.limits.stalled_s and oldest is not None and _now(view) - oldest > view.limits.stalled_s:
        yield Raised(kind=AlarmKind.STALLED_POST, facts={"since_at": oldest})


def _stalled_effects(view: View) -> Iterator[Raised]:
    if not view.limits.stalled_s:
        return
    with view.store.read() as reads:
        count, oldest = reads.stalled_effects(before=_now(view) - view.limits.stalled_s)
    if count and oldest is not None:
        yield Raised(kind=AlarmKind.STALLED_EFFECTS, facts={"count": count, "since_at": oldest})


def _clock_jump(view: View) -> Iterator[Raised]:
    if view.limits.clock_s and abs(view.jump_s) > view.limits.clock_s:
        yield Raised(kind=AlarmKind.CLOCK_JUMP, facts={"seconds": round(view.jump_s)})


_STAMPS = ("last_ok_at", "last_error_at", "last_post_at")


def _clock_back(view: View) -> Iterator[Raised]:
    """Something is dated after now: the clock has been set back, perhaps while nothing ran."""
    if not view.limits.clock_s:
        return
    with view.store.read() as reads:
        stamps = [row[column] for row in reads.connections() for column in _STAMPS if row[column] is not None]
    ahead = max(stamps, default=0.0) - _now(view)
    if ahead > view.limits.clock_s:
        yield Raised(kind=AlarmKind.CLOCK_BACK, facts={"seconds": round(ahead)})


def _clock_apart(view: View) -> Iterator[Raised]:
    for name, ahead_s in view.apart_s.items():
        if view.limits.clock_s and abs(ahead_s) > view.limits.clock_s:
            yield Raised(kind=AlarmKind.CLOCK_APART, name=name, facts={"seconds": round(ahead_s)})


def _no_report(view: View) -> Iterator[Raised]:
    from robot.report.make import missing_day

    if not view.limits.no_report_s:
        return
    day = missing_day(view.store, view.now, view.zone, view.report_due, grace_s=view.limits.no_report_s)
    if day is not None:
        yield Raised(kind=AlarmKind.NO_REPORT, name=day.isoformat())


def _signatures(view: View) -> Iterator[Raised]:
    made_at = view.signatures_at
    if made_at is not None and view.signature_age_s and _now(view) - made_at > view.signature_age_s:
        yield Raised(kind=AlarmKind.SIGNATURES, facts={"since_at": made_at})


def _no_post(view: View) -> Iterator[Raised]:
    """A source that has never given anything is measured from when it was first reached."""
    limits = view.limits
    for name, row in _sources(view):
        limit = limits.no_post_s.get(name, limits.no_post_s.get("", 0.0))
        last = row["last_post_at"] or row["first_ok_at"]
        if not limit or last is None:
            continue
        passed = work_seconds(
            datetime.fromtimestamp(last, UTC),
            view.now,
            zone=view.zone,
            opens=limits.opens,
            closes=limits.closes,
            enough_s=limit + 1,
        )
        if passed > limit:
            yield Raised(kind=AlarmKind.NO_POST, name=name, facts={"since_at": last})


def _source_queue(view: View) -> Iterator[Raised]:
    """Post that nobody fetches, before the service itself complains to people; or a list so full that no more is shown."""
    for name, queue in view.queues.items():
        if queue.stalled(view.now):
            since = queue.oldest_at or queue.seen_at
            facts = {"count": float(queue.waiting), "since_at": since.timestamp()}
            yield Raised(kind=AlarmKind.SOURCE_QUEUE, name=name, facts=facts)


def _broken(view: View) -> Iterator[Raised]:
    """A promise that the last nightly check found broken; it stands until a later check finds it whole."""
    from robot.verify.told import broken_in

    with view.store.read() as reads:
        last = reads.last_run("kontroll")
    for name, count in broken_in(str(last["result"] or "")).items() if last is not None else ():
        yield Raised(kind=AlarmKind.BROKEN, name=name, facts={"count": float(count)})


def _journal_critical(view: View) -> Iterator[Raised]:
    """Sensitive data are public, and nobody has answered."""
    with view.store.read() as reads:
        count = reads.critical_open()
    if count:
        yield Raised(kind=AlarmKind.JOURNAL_CRITICAL, facts={"count": float(count)})


def _sources(view: View) -> Iterator[tuple[str, Row]]:
    with view.store.read() as reads:
        known = {row["name"]: row for row in reads.connections()}
    for name in view.sources:
        if row := known.get(f"kilde:{name}"):
            yield name, row


def _now(view: View) -> float:
    return view.now.timestamp()


CHECKS: Mapping[AlarmKind, Check] = {
    AlarmKind.DISK: _disk,
    AlarmKind.NO_POLL: _no_poll,
    AlarmKind.CONNECTION: _connection,
    AlarmKind.STALLED_POST: _stalled_post,
    AlarmKind.STALLED_EFFECTS: _stalled_effects,
    AlarmKind.CLOCK_JUMP: _clock_jump,
    AlarmKind.CLOCK_BACK: _clock_back,
    AlarmKind.CLOCK_APART: _clock_apart,
    AlarmKind.NO_REPORT: _no_report,
    AlarmKind.SIGNATURES: _signatures,
    AlarmKind.NO_POST: _no_post,
    AlarmKind.SOURCE_QUEUE: _source_queue,
    AlarmKind.BROKEN: _broken,
    AlarmKind.JOURNAL_CRITICAL: _journal_critical,
}
"""THE table of alarms."""

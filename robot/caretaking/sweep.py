"""The run: every case that changed since the last, and those that time has made ripe, each judged and seen to.

Saved page by page: what was found of a page, and how far the archive has been read, are one commit, after the archive was
asked for what the page needed. A run that dies goes on at the page it died in. What the run itself changes comes again as a
change, and so a case that was journaled is closed in the same night. Memory is that of one page.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from connectors.contract import TellsCases
from models.errors import UsedWrongly
from models.keys import point_key
from models.omsorg import Sak
from models.store.care_tx import StoredPoint
from robot.caretaking.acting import act
from robot.caretaking.chores import CHORES, plan_case
from robot.caretaking.judging import Judges
from robot.caretaking.keeping import keep
from robot.caretaking.model import CareLimits, CarePlan, CarePoint, Chore, Kind, Step, SweepCount, Task
from robot.office import Office

PAGE = 100
"""Cases a page; with some tens of entries each they take a few MB."""
ROUNDS = 50
"""So often at most a run that changes things reads what it changed: what still changes then is looked at the next night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One run's choices. ``full``: everything there is, not only what changed. ``dry``: nothing is asked of the archive and
    nothing is kept. ``only``: tasks this run is about; empty for all."""

    office: Office
    limits: CareLimits
    full: bool = False
    dry: bool = False
    only: frozenset[Task] = frozenset()
    chores: tuple[Chore, ...] = CHORES
    page: int = PAGE
    seen: list[Step | CarePoint] | None = field(default=None)
    """Where a dry run lays what it found, for showing; None: nowhere."""


def sweep(run: Sweep) -> SweepCount:
    """Looks at what there is to look at, and does what a human has switched on.

    Raises:
        UsedWrongly: the archive cannot show whole cases.
        TryLater, OutOfReach: the archive cannot be asked now; the next run goes on where this stopped.
    """
    office = run.office
    archive = office.archive
    if not isinstance(archive, TellsCases):
        raise UsedWrongly("Arkivet kan ikke vise hele saker, så saksomsorg kan ikke gjøres i det.")
    started = time.monotonic()
    count = SweepCount()
    with office.rules.pinned() as ruleset:
        judges = Judges.of(
            ruleset,
            office.org,
            run.limits,
            today=office.local_date(),
            archives_on_close=archive.capabilities.archives_on_close,
        )
        mark = _start(run, ground_of(ruleset.sha256, run), count)
        _ripe(run, judges, archive, count)
        _changed(run, judges, archive, mark, count)
    if not (run.dry or run.only):
        with office.store.write() as tx:
            tx.end_sweep()
    count.seconds = round(time.monotonic() - started, 1)
    return count


def nightly(office: Office) -> str:
    """The run of each night; codes and counts for the log. An archive that cannot show whole cases has none."""
    if not isinstance(office.archive, TellsCases):
        return "arkivet viser ikke hele saker"
    return totals(sweep(Sweep(office=office, limits=office.care)))


def ground_of(ruleset: str, run: Sweep) -> str:
    """What everything was judged by: with other rules or other choices every case is looked at anew."""
    choices = [sorted(run.limits.does), sorted(run.limits.formats)]
    return hashlib.sha256(json.dumps([ruleset, choices]).encode()).hexdigest()


def _start(run: Sweep, ground: str, count: SweepCount) -> str:
    """Where to read from. A run about some tasks only never moves the mark: it would hide changes from the others."""
    with run.office.store.read() as reads:
        known = reads.care_mark()
    if run.dry or run.only:
        count.full = run.full or known is None
        return "" if known is None or run.full else known.mark
    if not run.full and known is not None and known.ground == ground:
        return known.mark
    count.full = True
    with run.office.store.write() as tx:
        tx.begin_sweep(ground)
    return ""


def _ripe(run: Sweep, judges: Judges, archive: TellsCases, count: SweepCount) -> None:
    """Cases that time has made ripe. Each is taken off the list as it is looked at, so a page is always new ones."""
    if run.dry and run.full:
        return
    day = judges.today.isoformat()
    last: list[str] = []
    while True:
        with run.office.store.read() as reads:
            due = reads.ripe_cases(day, run.page)
        if not due or due == last:
            return
        last = due
        found = archive.saker(due)
        _page(run, judges, found, count)
        gone = set(due) - {sak.mappe.ref.system_id for sak in found}
        if run.dry:
            return  # nothing is kept, so the list would be the same
        if gone:
            with run.office.store.write() as tx:
                tx.keep_care(dict.fromkeys(gone), ())


def _changed(run: Sweep, judges: Judges, archive: TellsCases, mark: str, count: SweepCount) -> None:
    """Cases that changed, page by page, until nothing new has changed."""
    for _ in range(ROUNDS):
        acted = False
        while True:
            page = archive.changed_saker(since=mark, after=None, size=run.page)
            if page.saker:
                acted |= _page(run, judges, page.saker, count, mark="" if run.only else page.mark)
            mark = page.mark
            if page.next is None:
                break
        if not acted:
            return


def _page(run: Sweep, judges: Judges, saker: Sequence[Sak], count: SweepCount, *, mark: str = "") -> bool:
    """Judges and sees to some cases; whether anything was changed."""
    plans = [plan_case(judges.ground(sak), run.chores) for sak in saker]
    count.cases += len(plans)
    if run.dry:
        plans = [_only(plan, run.only) for plan in plans] if run.only else plans
        if run.seen is not None:
            for plan in plans:
                run.seen.extend((*plan.steps, *plan.points))
        for plan in plans:
            for one in plan.steps:
                _tell(count, f"{one.task}/{Kind.PROPOSED}")
            for point in plan.points:
                _tell(count, f"{point.task}/{point.kind}")
        return False
    now = run.only or frozenset(Task)
    ready = [replace(plan, steps=_taken(plan.steps, run.limits, now)) for plan in plans]
    acted = act(run.office, [plan for plan in ready if plan.steps])
    count.add(acted.done)
    points = [_stored(run.office.store.orgnr, point) for plan in plans for point in _points_of(plan, run.limits)]
    points += [_stored(run.office.store.orgnr, point) for point in acted.points]
    tomorrow = (judges.today + timedelta(days=1)).isoformat()
    doubt = {point.sak for point in acted.points}
    looked_at = {
        plan.sak.mappe.ref.system_id: tomorrow
        if plan.sak.mappe.ref.system_id in doubt
        else plan.look_again_on.isoformat()
        if plan.look_again_on is not None
        else None
        for plan in plans
    }
    secret = run.office.store.secret()
    with run.office.store.write() as tx:
        tx.keep_care(looked_at, points)
        keep(tx, plans, secret=secret)
        if mark:
            tx.keep_mark(mark)
    for stored in points:
        _tell(count, f"{stored.task}/{stored.kind}")
    return bool(acted.done)


def does(one: Step, limits: CareLimits) -> bool:
    """Whether a step is to be taken: its rule acts by itself, and a human has switched the task on."""
    return one.auto and one.task in limits.does


def _taken(steps: Sequence[Step], limits: CareLimits, now: Collection[Task]) -> tuple[Step, ...]:
    """The steps to be taken; one that rests on an earlier of the same thing only with that."""
    left = [one for one in steps if not (does(one, limits) and one.task in now)]
    return tuple(
        one
        for one in steps
        if one not in left and not any(other.target == one.target and other.round < one.round for other in left)
    )


def _only(plan: CarePlan, tasks: Collection[Task]) -> CarePlan:
    return replace(
        plan,
        steps=tuple(s for s in plan.steps if s.task in tasks),
        points=tuple(p for p in plan.points if p.task in tasks),
    )


def _points_of(plan: CarePlan, limits: CareLimits) -> list[CarePoint]:
    """The plan's points, and each step that is only proposed."""
    ref = plan.sak.mappe.ref
    proposed = [
        CarePoint(
            task=one.task,
            kind=Kind.PROPOSED,
            sak=ref.system_id,
            saksnummer=ref.saksnummer,
            target=one.target,
            number=one.number,
            enhet=one.enhet,
            codes=(one.state,),
            rule=one.rule,
            about=one.role,
        )
        for one in plan.steps
        if not does(one, limits)
    ]
    return [*plan.points, *proposed]


def _stored(orgnr: str, point: CarePoint) -> StoredPoint:
    return StoredPoint(
        key=point_key(organisation=orgnr, parts=(point.task, point.kind, point.target, point.about)),
        sak=point.sak,
        saksnummer=point.saksnummer,
        target=point.target,
        number=point.number,
        enhet=point.enhet,
        task=point.task.value,
        kind=point.kind.value,
        reason=point.reason,
        count=point.count,
        rule=point.rule,
        text=point.text,
        due_on=point.due_on.isoformat() if point.due_on is not None else None,
    )


def _tell(count: SweepCount, name: str) -> None:
    count.points[name] = count.points.get(name, 0) + 1


def totals(count: SweepCount) -> str:
    """One line for the log of runs: codes and counts."""
    done = Counter(count.done)
    said = ", ".join(f"{number} {task}" for task, number in sorted(done.items()))
    return f"{count.cases} saker{' (alle)' if count.full else ''}: {said or 'ingenting gjort'}"

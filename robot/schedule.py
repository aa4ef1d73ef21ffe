"""One table of jobs: what the daemon does when. APScheduler says when; ``job_run`` sees to it that each slot runs once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from models.errors import OutOfReach, TryLater, UsedWrongly
from models.steps import Point, step
from robot.office import Office
from robot.report.workdays import is_work_day

if TYPE_CHECKING:
    from robot.config import Settings
    from robot.context import Context

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job for one organisation at a time.

    ``every`` gives the interval in seconds, or ``at`` the local clock time; exactly one is set. ``work_days_only``: not on
    Saturdays, Sundays and public holidays. ``run`` returns one line for the log of runs: codes and counts.
    """

    name: str
    text: str
    run: Callable[[Office], str]
    every: Callable[[Settings, Office], float] | None = None
    at: Callable[[Settings, Office], time] | None = None
    work_days_only: bool = False


def _errands(office: Office) -> str:
    from robot.errands import run_errands

    return f"{run_errands(office)} utført"


def _variants(office: Office) -> str:
    from robot.variants import make_office_variants

    return make_office_variants(office)


def _report(office: Office) -> str:
    from robot.report import make_daily_report

    return make_daily_report(office)


def _reconcile(office: Office) -> str:
    from robot.errands import reconcile

    return reconcile(office)


def _journal(office: Office) -> str:
    from robot.journalcheck.nightly import check_journals

    return check_journals(office)


def _verify(office: Office) -> str:
    from robot.verify import verify
    from robot.verify.told import told

    found = verify(office.store, office.archive)
    broken = {invariant.name: invariant.broken for invariant in found if invariant.broken}
    if broken:
        log.error("invariants_broken", organisation=office.name, broken=str(broken))
    unasked = next((one.unasked for one in found if one.unasked), "")
    if unasked and not broken:
        raise TryLater(unasked, after_s=600)  # the slot is given back, and asked again
    return told(found)


def _export(office: Office) -> str:
    from robot.audit import export

    return f"{export(office.store)} hendelser"


def _tidy(office: Office) -> str:
    from robot.stages.scan import MEMO_READER, MEMO_S
    from robot.tidy import sweep_orphans

    with office.store.write() as tx:
        tx.forget_memos(MEMO_READER, before=tx.now - MEMO_S)
    return f"{sweep_orphans(office.store)} filer"


def _purge(office: Office) -> str:
    from robot.purge import purge_job

    return purge_job(office.store, office.archive, office.retention)


def _care(office: Office) -> str:
    from robot.caretaking.sweep import nightly
    from robot.caretaking.varsling import warn

    return f"{nightly(office)}; {warn(office)}"


def _learn(office: Office) -> str:
    from robot.learning.retrain import forget_job, learning_job

    if not office.learns:
        return forget_job(office.store)
    return learning_job(office.store, office.archive, imported_days=office.imported_days)


def _after_restore(office: Office) -> str:
    from robot.differences import after_restore

    return after_restore(office)


def _alarms(office: Office) -> str:
    from robot.alarms.keep import evaluate

    return f"{evaluate(office)} varsler"


def _rules(office: Office) -> str:
    office.rules.refresh_when_still()
    return f"sett {office.rules.current.sha256[:12]}{' (nyere filer har feil)' if office.rules.refusal else ''}"


JOBS: Sequence[Job] = (
    Job(name="regler", text="ser etter endrede regelfiler", run=_rules, every=lambda s, o: 5.0),
    Job(name="ærend", text="sender e-post og det som skal prøves på nytt", run=_errands, every=lambda s, o: 15.0),
    Job(name="varsler", text="ser etter stillhet og annet som er galt", run=_alarms, every=lambda s, o: 60.0),
    Job(
        name="arkivformat",
        text="lager arkivformat (PDF/A) av det som er journalført",
        run=_variants,
        every=lambda s, o: float(s.robot.plan.arkivformat_sekunder),
    ),
    Job(
        name="revisjon",
        text="skriver revisjonsloggen til fil",
        run=_export,
        at=lambda s, o: s.robot.plan.revisjonseksport,
    ),
    Job(
        name="gjenoppretting",
        text="sammenligner arkivet og roboten når en gjenoppretting er falt til ro",
        run=_after_restore,
        every=lambda s, o: 60.0,
    ),
    Job(name="opprydding", text="fjerner filer ingen post eier", run=_tidy, at=lambda s, o: s.robot.plan.opprydding),
    Job(
        name="sletting",
        text="sletter innhold etter bevaringsreglene",
        run=_purge,
        at=lambda s, o: s.robot.plan.sletting,
    ),
    Job(
        name="læring",
        text="lærer av det som er journalført og besvart",
        run=_learn,
        at=lambda s, o: s.robot.plan.laering,
    ),
    Job(
        name="avstemming",
        text="holder innboksene mot det som er hentet",
        run=_reconcile,
        at=lambda s, o: s.robot.plan.avstemming,
    ),
    Job(
        name="journalkontroll",
        text="kontrollerer den offentlige journalen",
        run=_journal,
        at=lambda s, o: s.robot.plan.journalkontroll,
    ),
    Job(name="kontroll", text="kontrollerer det roboten lover", run=_verify, at=lambda s, o: s.robot.plan.verifisering),
    Job(
        name="saksomsorg",
        text="journalfører, godkjenner og avslutter det som er klart i arkivet",
        run=_care,
        at=lambda s, o: s.robot.plan.saksomsorg,
    ),
    Job(
        name="rapport",
        text="lager avviksrapporten",
        run=_report,
        at=lambda s, o: s.organisasjon[o.name].rapport.klokkeslett,
        work_days_only=True,
    ),
)


def find_job(name: str) -> Job:
    """The job of that name.

    Raises:
        UsedWrongly: there is none; the message lists them.
    """
    for job in JOBS:
        if job.name == name:
            return job
    raise UsedWrongly(f"Ukjent jobb «{name}». Jobbene er: {', '.join(job.name for job in JOBS)}.")


def latest_slot(job: Job, settings: Settings, office: Office, now: datetime) -> datetime | None:
    """The newest clock time this job was due at, not after ``now`` and at most a day ago; None for an interval job, and
    when that day is no work day."""
    if job.at is None:
        return None
    local = now.astimezone(ZoneInfo(settings.zone(office.name)))
    slot = datetime.combine(local.date(), job.at(settings, office), tzinfo=local.tzinfo)
    if slot > local:
        slot = datetime.combine(local.date() - timedelta(days=1), job.at(settings, office), tzinfo=local.tzinfo)
    if job.work_days_only and not is_work_day(slot.date()):
        return None
    return slot


def run_slot(job: Job, office: Office, slot: datetime) -> bool:
    """Runs a clock job once for its slot, whoever fires it; False when that slot has been run (or is being)."""
    key = slot.isoformat(timespec="minutes")
    with office.store.write() as tx:
        if not tx.claim_slot(job.name, key):
            return False
    step(Point.J1_CLAIMED)
    result = run_guarded(job, office)
    step(Point.J2_RUN)
    with office.store.write() as tx:
        tx.end_slot(job.name, key, ok=result is not None, result=result or "")
    return True


def run_guarded(job: Job, office: Office) -> str | None:
    """Runs a job; a connection that is down is logged, and the next round tries again. None: it could not be done."""
    try:
        result = job.run(office)
    except (OutOfReach, TryLater) as later:
        log.warning("job_postponed", organisation=office.name, job=job.name, error=str(later))
        return None
    if job.at is not None:
        log.info("job_done", organisation=office.name, job=job.name)
    return result


def run_job_now(context: Context, settings: Settings, name: str, *, only: str | None, as_json: bool) -> int:
    """``run --job NAME``: the job for every organisation, now, whether or not it is due."""
    from robot.build import offices
    from robot.lock import hold

    job = find_job(name)
    results: dict[str, str] = {}
    with hold(settings.robot.tilstand), offices(settings, now=context.now, only=only) as opened:
        for office in opened:
            results[office.name] = run_guarded(job, office) or "utsatt"
    if as_json:
        context.json({"job": name, "organisations": results})
    else:
        for organisation, result in results.items():
            context.out(f"{organisation}: {job.text}: {result}")
    return 0

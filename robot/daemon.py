"""The service: walkers, a scheduler, and a thread for each source that can tell at once. Stops after the post in hand."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from connectors.contract import Waits
from models.audit import AuditEvent
from models.errors import OutOfReach, TryLater
from robot.office import Desk, Office
from robot.schedule import JOBS, Job, latest_slot, run_guarded, run_slot
from robot.work import Work

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

    from robot.config import Settings
    from robot.context import Context

log = structlog.get_logger()

_M_ARENA_MAX = -8

IDLE_WAIT_S = 300.0
"""How long one wait for news at a source lasts; the source renews its own IDLE under 29 minutes."""


def serve(context: Context, settings: Settings, *, only: str | None) -> int:
    """Runs until SIGTERM or SIGINT; a second signal ends at once. Returns the exit code.

    Raises:
        Locked: another process works on the same state.
    """
    from robot.build import offices, reading_room, sweep_spool
    from robot.lock import hold

    stop = threading.Event()
    _on_signals(stop)
    with hold(settings.robot.tilstand), reading_room(settings) as room:
        with offices(settings, now=context.now, only=only, room=room) as opened:
            for office in opened:
                sweep_spool(office.store.spool)
                _started(office)
            _serve(settings, opened, stop, notify=_notifier(context))
            for office in opened:
                with office.store.write() as tx:
                    tx.audit(AuditEvent.DAEMON_STOPPED)
    return 0


def _started(office: Office) -> None:
    with office.store.write() as tx:
        tx.free_slots()
        tx.audit(AuditEvent.DAEMON_STARTED, ruleset_sha256=office.rules.current.sha256)


def _on_signals(stop: threading.Event) -> None:
    def handle(number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        log.info("stopping", signal=signal.Signals(number).name)
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


def _few_heaps() -> None:
    """Two heaps for all threads instead of one each: glibc gives nothing back that lies between things still in use,
    and a dozen heaps that a night's jobs have each grown once weigh 20 MB for good (mallopt(3), M_ARENA_MAX)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have no such thing
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 2)


def _serve(
    settings: Settings, opened: Sequence[Office], stop: threading.Event, *, notify: Callable[[str], None]
) -> None:
    _few_heaps()
    work = Work(opened, threads=settings.robot.traader)
    scheduler = _scheduler(settings, opened, work)
    walkers = work.start_walkers()
    listeners = [
        threading.Thread(target=_listen, args=(work, office, desk, stop), name=f"lytter-{desk.name}", daemon=True)
        for office in opened
        for desk in office.desks.values()
        if isinstance(desk.intake, Waits)
    ]
    for thread in listeners:
        thread.start()
    scheduler.start()
    notify("READY=1")
    log.info("ready", organisation=",".join(office.name for office in opened))
    while not stop.wait(timeout=10.0):
        if all(thread.is_alive() for thread in walkers):
            notify("WATCHDOG=1")
    notify("STOPPING=1")
    scheduler.shutdown(wait=True)
    work.stop()
    for thread in walkers:
        thread.join()


def _scheduler(settings: Settings, opened: Sequence[Office], work: Work) -> BackgroundScheduler:
    """APScheduler with a memory store; late firings are merged, and no job runs beside itself."""
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(
        timezone=settings.robot.tidssone,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
    )
    soon = opened[0].store.time_utc() + timedelta(seconds=1)
    for office in opened:
        for desk in office.desks.values():
            scheduler.add_job(
                partial(work.collect, office, desk),
                "interval",
                seconds=desk.look_s or settings.robot.plan.hent_sekunder,
                next_run_time=soon,
                id=f"{office.name}:hent:{desk.name}",
            )
        for job in JOBS:
            _add(scheduler, job, settings, office, soon)
    return scheduler


def _add(scheduler: BackgroundScheduler, job: Job, settings: Settings, office: Office, soon: object) -> None:
    if job.every is not None:
        scheduler.add_job(
            partial(run_guarded, job, office),
            "interval",
            seconds=job.every(settings, office),
            next_run_time=soon,
            id=f"{office.name}:{job.name}",
        )
    elif job.at is not None:
        at = job.at(settings, office)
        scheduler.add_job(
            partial(_clock_job, job, settings, office),
            "cron",
            hour=at.hour,
            minute=at.minute,
            timezone=settings.zone(office.name),
            next_run_time=soon,  # once at the start too: a slot that was missed is found then
            id=f"{office.name}:{job.name}",
        )


def _clock_job(job: Job, settings: Settings, office: Office) -> None:
    slot = latest_slot(job, settings, office, office.store.time_utc())
    if slot is not None:
        run_slot(job, office, slot)


def _listen(work: Work, office: Office, desk: Desk, stop: threading.Event) -> None:
    """Waits at a source that can tell, on a connection of its own, and collects when something has come."""
    while not stop.is_set():
        try:
            source = desk.listener()
            with contextlib.closing(source):
                while not stop.is_set():
                    if isinstance(source, Waits) and source.wait(IDLE_WAIT_S) and not stop.is_set():
                        work.collect(office, desk)
        except (OutOfReach, TryLater) as later:
            log.info("listener_waits", organisation=office.name, source=desk.name, error=str(later))
            stop.wait(60.0)


def _notifier(context: Context) -> Callable[[str], None]:
    """systemd's notify protocol (sd_notify(3)): one datagram; nothing where systemd did not start us."""
    address = context.environ.get("NOTIFY_SOCKET", "")

    def notify(state: str) -> None:
        if not address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(state.encode(), address.replace("@", "\0", 1) if address.startswith("@") else address)

    return notify

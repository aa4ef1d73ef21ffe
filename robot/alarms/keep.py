"""Raising alarms and ending them: each change once, with its audit event and, where somebody is to hear of it, its mail."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

import structlog

from connectors.contract import KnowsQueue, Queue, TellsTime
from models.errors import OutOfReach
from models.keys import post_key, with_role
from models.store.alarm_tx import StoredAlarm
from models.store.effect_tx import EffectKind, NewEffect
from models.store.store import Tx
from robot.alarms.checks import look
from robot.alarms.kinds import AlarmSetup, Raised, View
from robot.alarms.words import advice, sentence
from robot.office import Office
from robot.stages.scan import CONNECTION as SCANNER
from robot.texts import text

log = structlog.get_logger()

CALM_S = 300.0
"""How long what raised an alarm must be gone before it is over: one that comes and goes is one alarm."""


def evaluate(office: Office) -> int:
    """Looks at everything, and keeps what has changed. Returns how many alarms stand."""
    if office.alarms is None:
        return 0
    _note_connections(office)
    return keep(office, look(_view(office, office.alarms)))


def keep(office: Office, raised: list[Raised]) -> int:
    """Raises what is new and ends what has been gone for a while; returns how many stand then."""
    current = {one.key: one for one in raised}
    with office.store.read() as reads:
        stored = {(one.kind, one.name): one for one in reads.alarms()}
    if not stored.keys() ^ current.keys() and all(one.quiet_since is None for one in stored.values()):
        return len(stored)
    with office.store.write() as tx:
        tx.lock_chain()  # so that two machines that see the same raise it once
        stored = {(one.kind, one.name): one for one in tx.alarms()}
        for key, one in current.items():
            _stands(tx, office, one, stored.get(key))
        for key, known in stored.items():
            if key not in current:
                _gone(tx, office, known)
        return len(tx.alarms())


def _stands(tx: Tx, office: Office, one: Raised, known: StoredAlarm | None) -> None:
    if known is None:
        tx.raise_alarm(one.kind.value, one.name, one.facts)
        _tell(
            tx, office, StoredAlarm(kind=one.kind, name=one.name, raised_at=tx.now, quiet_since=None, facts=one.facts)
        )
        log.error("alarm_raised", organisation=office.name, kind=one.kind.value, connection=one.name)
    elif known.quiet_since is not None:
        tx.change_alarm(known.kind, known.name, quiet_since=None)


def _gone(tx: Tx, office: Office, known: StoredAlarm) -> None:
    if known.quiet_since is None:
        tx.change_alarm(known.kind, known.name, quiet_since=tx.now)
    # A clock that was set back meanwhile must not make it stand for ever.
    elif not 0 <= tx.now - known.quiet_since < CALM_S:
        tx.end_alarm(known.kind, known.name)
        _tell(tx, office, known, over=True)
        log.info("alarm_over", organisation=office.name, kind=known.kind, connection=known.name)


def _tell(tx: Tx, office: Office, alarm: StoredAlarm, *, over: bool = False) -> None:
    """Plans the mail. It holds names from the configuration, counts and times: nothing from any post."""
    if office.alarms is None or office.mailer is None or not office.alarms.limits.to:
        return
    language, zone = office.language, office.org_base.zone
    what = text(f"alarm.short.{alarm.kind}", language)
    said = sentence(alarm.kind, alarm.name, alarm.facts, language=language, zone=zone)
    lines = [text("alarm.mail.was", language, sentence=said)] if over else [said, advice(alarm.kind, language=language)]
    role = "over" if over else "vars"
    identity = f"{alarm.kind}:{alarm.name}@{alarm.raised_at}"
    key = with_role(post_key(organisation=office.org_base.orgnr, source="varsel", source_key=identity), role)
    subject = text("alarm.mail.over" if over else "alarm.mail.raised", language).format(
        organisation=office.org_base.name, what=what
    )
    tx.plan(
        NewEffect(
            key=key,
            kind=EffectKind.MAIL,
            request={
                "to": list(office.alarms.limits.to),
                "subject": subject,
                "text": "\n".join([*lines, "", text("alarm.mail.see", language), ""]),
                "message_id": f"<{key}@postrobot.invalid>",
            },
        )
    )


def _note_connections(office: Office) -> None:
    """What this process knows of connections that nobody polls goes where the checks find it."""
    if office.virus is not None and not office.breakers.rests_for(SCANNER):
        try:
            office.virus.scanner.ping()
            office.connection_works(SCANNER)
        except OutOfReach as down:
            office.connection_lost(SCANNER, str(down))
    with office.store.read() as reads:
        known = {row["name"]: row["error"] for row in reads.connections()}
    for name, health in office.breakers.all().items():
        if not name.startswith("kilde:") and bool(known.get(name)) != bool(health.error):
            office.note_connection(name)


def _view(office: Office, setup: AlarmSetup) -> View:
    clock = setup.clock
    return View(
        store=office.store,
        now=office.store.time_utc(),
        zone=office.org_base.zone,
        limits=setup.limits,
        sources=tuple(office.desks),
        report_due=setup.report_due,
        free_bytes=shutil.disk_usage(office.store.folder).free,
        reserve_bytes=office.disk_reserve_bytes,
        jump_s=clock.jump_s(setup.limits.clock_s) if clock is not None else 0.0,
        apart_s=_apart(office),
        queues=_queues(office),
        signatures_at=_signatures_at(office),
        signature_age_s=office.virus.signature_age_s if office.virus is not None else 0.0,
    )


def _apart(office: Office) -> Mapping[str, float]:
    """How far the clocks of those who tell the time are ahead of ours."""
    asked = {name: desk.intake for name, desk in office.desks.items()} | {"arkiv": office.archive}
    found = {name: one.clock_ahead_s() for name, one in asked.items() if isinstance(one, TellsTime)}
    with office.store.read() as reads:
        database = reads.database_time()
    if database is not None:
        found["database"] = database - office.store.now()
    return {name: ahead for name, ahead in found.items() if ahead is not None}


def _queues(office: Office) -> Mapping[str, Queue]:
    """What waited at the sources that can tell, at their last look."""
    found = {name: desk.intake.queue() for name, desk in office.desks.items() if isinstance(desk.intake, KnowsQueue)}
    return {name: queue for name, queue in found.items() if queue is not None}


def _signatures_at(office: Office) -> float | None:
    if office.virus is None or office.breakers.rests_for(SCANNER):
        return None
    try:
        return office.virus.scanner.version().made_at
    except OutOfReach:
        return None

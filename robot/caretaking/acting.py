"""Asks the archive for what was planned: effects in the one effect table, in order for each case, never doubled.

A step's key is made of what it changes and the state it moves from. So a step that was asked for before is looked up, not
sent again, however often the night is interrupted. Many cases go together, so that a night costs two commits a round and not
two a step; in one case a later round waits for the earlier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.audit import AuditEvent
from models.errors import TryLater
from models.keys import care_key
from models.store.effect_tx import Effect, EffectKind, EffectState, NewEffect
from models.store.store import Tx
from robot import effects
from robot.caretaking.model import CarePlan, CarePoint, Kind, Step
from robot.claims import LEASE_S
from robot.office import Office

BATCH = 100
"""So many effects are begun in one commit, where the archive can be asked what became of them."""


@dataclass(slots=True)
class Acted:
    """What came of the plans. ``done`` counts steps by task; ``points`` say what the archive refused or has not answered."""

    done: Counter[str] = field(default_factory=Counter)
    points: list[CarePoint] = field(default_factory=list)
    halted: set[str] = field(default_factory=set)
    """Cases in which nothing more is asked for now."""


@dataclass(frozen=True, slots=True)
class _Job:
    plan: CarePlan
    step: Step
    key: str


def act(office: Office, plans: Sequence[CarePlan]) -> Acted:
    """Carries out the steps of the plans.

    Raises:
        TryLater: the archive cannot be reached now; what was begun is looked up the next time.
    """
    acted = Acted()
    # Two chores may ask for one and the same thing (to archive an entry, by itself and with its case).
    jobs = list(
        {key_of(office, one): _Job(plan, one, key_of(office, one)) for plan in plans for one in plan.steps}.values()
    )
    size = BATCH if office.archive.capabilities.key_lookup else 1
    for number in sorted({job.step.round for job in jobs}):
        due = [job for job in jobs if job.step.round == number]
        for start in range(0, len(due), size):
            _batch(office, due[start : start + size], acted)
    return acted


def key_of(office: Office, one: Step) -> str:
    """The key of a step."""
    return step_key(office.store.orgnr, one)


def step_key(orgnr: str, one: Step) -> str:
    """The same, for one organisation: a step that a person asks for has the key it would have had at night."""
    return care_key(
        organisation=orgnr,
        system_id=one.target,
        task=one.role,
        state=f"{one.state}|{one.turn}",
    )


def _batch(office: Office, jobs: Sequence[_Job], acted: Acted) -> None:
    """Begins, sends and notes some steps."""
    sending: list[tuple[_Job, Effect, bool]] = []
    with office.store.write() as tx:
        for job in jobs:
            if _case(job) in acted.halted:
                continue
            known = tx.effect(job.key)
            if known is not None and not _to_send(job, known, tx, acted):
                continue
            effect = tx.plan(_new(office, job))
            if known is None:
                _audit(tx, job, office)
            sending.append((job, effect, effect.state is EffectState.PLANNED))
        if sending:
            tx.begin([effect for _, effect, _ in sending])
            if office.store.shared:
                for _, effect, _ in sending:
                    tx.hold(effect, until=tx.now + LEASE_S)
    if not sending:
        return
    sent = [
        (job, effects.begun(effect), effects.send(effects.begun(effect), office, fresh=fresh))
        for job, effect, fresh in sending
    ]
    with office.store.write() as tx:
        for _, effect, answer in sent:
            effects.record(tx, effect, answer, item_id="")
    _count(sent, acted)


def _case(job: _Job) -> str:
    return job.plan.sak.mappe.ref.system_id


def _to_send(job: _Job, known: Effect, tx: Tx, acted: Acted) -> bool:
    """Whether a step that was planned before is to be asked for (again) now."""
    if known.state is EffectState.DONE:
        # Done, and yet the case is as it was: another has put it back, or the archive said what was not so.
        acted.halted.add(_case(job))
        acted.points.append(_point(job, Kind.DOUBT, "again", ""))
        return False
    if known.state is not EffectState.REFUSED and known.next_try_at > tx.now:
        acted.halted.add(_case(job))
        acted.points.append(_point(job, Kind.DOUBT, "unanswered", known.error))
        return False
    return True


def _new(office: Office, job: _Job) -> NewEffect:
    return NewEffect(
        key=job.key,
        kind=EffectKind.CARE,
        request=effects.archive_request(job.step.write),
        order_key=f"om-{_case(job)}"[:50],
    )


def _audit(tx: Tx, job: _Job, office: Office) -> None:
    """Why it is asked for: the step, the rule and the set it stands in. The effect's own event says what came of it."""
    tx.audit(
        AuditEvent.CARE_DECIDED,
        object_ref=job.key,
        rule_id=job.step.rule,
        ruleset_sha256=office.rules.current.sha256,
        details={"task": job.step.task.value, "target": job.step.target, "state": job.step.state},
    )


def _count(sent: Sequence[tuple[_Job, Effect, effects.Sent]], acted: Acted) -> None:
    away = ""
    for job, effect, answer in sent:
        match answer:
            case effects.DoneNow():
                acted.done[job.step.task.value] += 1
            case effects.Refused(reason=reason, detail=detail):
                acted.halted.add(_case(job))
                acted.points.append(_point(job, Kind.REFUSED, reason.value, detail))
            case effects.Later(error=error, count=False):
                away = error
            case _:
                acted.halted.add(_case(job))
                acted.points.append(_point(job, Kind.DOUBT, "unanswered", effect.error))
    if away:
        raise TryLater(away, after_s=600.0)


def _point(job: _Job, kind: Kind, code: str, text: str) -> CarePoint:
    ref = job.plan.sak.mappe.ref
    return CarePoint(
        task=job.step.task,
        kind=kind,
        sak=ref.system_id,
        saksnummer=ref.saksnummer,
        target=job.step.target,
        number=job.step.number,
        enhet=job.step.enhet,
        codes=(code,),
        rule=job.step.rule,
        text=text,
    )

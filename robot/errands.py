"""Effects that no walking post performs: mail, caretaking of what is done, take-overs that did not succeed at once."""

from __future__ import annotations

import structlog

from connectors.contract import Reconciles
from models.errors import OutOfReach, TryLater
from models.reasons import ReasonCode
from models.store.effect_tx import Effect, EffectKind, EffectState
from robot import effects
from robot.claims import LEASE_S
from robot.journey import note_archive_answer
from robot.office import Office
from robot.stages.scan import held_back

log = structlog.get_logger()


def run_errands(office: Office) -> int:
    """Performs what is due; returns how many succeeded. One that fails does not stop the next."""
    done = 0
    with office.store.read() as reads:
        due = reads.loose_effects()
    for effect in due:
        try:
            done += _errand(effect, office)
        except (OutOfReach, TryLater) as later:
            log.info("errand_postponed", key=effect.key, error=str(later))
    return done


def reconcile(office: Office) -> str:
    """Holds each source that can be held against what is fetched; codes and counts. One that cannot be asked now stops none
    of the others.

    Raises:
        OutOfReach, TryLater: one could not be asked; the rest are done.
    """
    said: list[str] = []
    away: OutOfReach | TryLater | None = None
    for desk in office.desks.values():
        if not isinstance(desk.intake, Reconciles):
            continue
        with desk.collecting:
            try:
                said.append(f"{desk.name}: {desk.intake.reconcile()}")
            except (OutOfReach, TryLater) as later:
                away = later
    if away is not None:
        raise away
    return "; ".join(said) or "ingen kilder avstemmes"


def _errand(effect: Effect, office: Office) -> bool:
    with office.store.write() as tx:
        current = tx.effect(effect.key)
        if current is None or current.state is EffectState.DONE or current.next_try_at > tx.now:
            return False
        post = tx.post(current.post_seq) if current.post_seq is not None else None
        fresh = current.state is EffectState.PLANNED
        found = held_back(tx, [current])
        if found:
            tx.record_refused(
                current,
                error=f"Funnet: {found}.",
                code=ReasonCode.INFECTED.value,
                item_id=post.id if post is not None else "",
            )
            return False
        tx.begin([current])
        if office.store.shared:
            tx.hold(current, until=tx.now + LEASE_S)
        begun = tx.effect(effect.key)
    if begun is None:
        raise LookupError(effect.key)
    sent = effects.send(begun, office, fresh=fresh, at=post.locator if post is not None else None)
    with office.store.write() as tx:
        refused = effects.record(tx, begun, sent, item_id=post.id if post is not None else "")
        if isinstance(sent, effects.DoneNow) and post is not None:
            if begun.kind is EffectKind.TAKE_OVER:
                tx.set_locator(post.seq, sent.locator["at"])
            elif begun.kind is EffectKind.CARE:
                note_archive_answer(tx, post.seq, begun, sent.locator)
                tx.set_columns(post.seq, detail="")
        elif refused is not None and post is not None and begun.kind is EffectKind.CARE:
            tx.set_columns(post.seq, detail=refused.detail)
    log.info(
        "errand_done" if isinstance(sent, effects.DoneNow) else "errand_waits", key=begun.key, kind=begun.kind.value
    )
    return isinstance(sent, effects.DoneNow)

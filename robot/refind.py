"""Finding again what was taken over after the backup that was restored: it lies in the robot's own places and in no inbox.

Each source's own places are gone through before its inbox, and all sources' in one order: what was journaled first, then what
was sent on, then what was only taken over, last what was dismissed; so that of two copies the one that is in the archive is
stored first again, and the other is the duplicate. What the restored store knows to lie where it lies is not fetched; the rest
is fetched and known by its identity, so that it gets the keys it had, and the archive is asked by them (models/store/doubt_tx).
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import structlog

from connectors.contract import KeepsTaken, Source
from models.errors import NeedsHuman, OutOfReach, TryLater
from models.keys import post_keys, with_role
from models.post import Fetched, Outcome, Spool, State, Taken
from models.store.doubt_tx import Doubt, further
from models.store.effect_tx import EffectState
from robot.office import Desk, Office
from robot.stages.collect import BATCH, note_sent, store_found, take_over

log = structlog.get_logger()

PHASES = (frozenset({Outcome.ARCHIVED}), frozenset({Outcome.FORWARDED}), frozenset[Outcome](), None)
"""The order places are gone through in; None: all that is left (dismissed, duplicate)."""


@dataclass(slots=True)
class _Place:
    """One source whose own places are being gone through. ``lying``: keys of posts that lie where the store says."""

    desk: Desk
    source: Source
    unknown: dict[int, list[Taken]]
    lying: set[str]


def refind(office: Office) -> int:
    """Goes through the own places of every source that has not been since the restore; returns how many posts were found.

    A source that is out of reach keeps nobody else from it, and is gone through when it is back.
    """
    doubt = office.store.doubt
    if doubt is None or doubt.until is not None:
        return 0
    with office.refinding:
        left = [desk for desk in office.desks.values() if desk.name not in _now(office).found]
        if not left:
            return 0
        with contextlib.ExitStack() as stack:
            places = [place for desk in left if (place := _look(office, desk, stack)) is not None]
            found, failed = 0, set[str]()
            for phase in range(len(PHASES)):
                for place in places:
                    if place.desk.name not in failed:
                        try:
                            found += sum(1 for _ in _phase(office, place, phase))
                        except (OutOfReach, TryLater) as down:
                            failed.add(place.desk.name)
                            log.warning("refind_postponed", source=place.desk.name, error=str(down))
        for place in places:
            if place.desk.name not in failed:
                office.store.keep_doubt(further(_now(office), found=place.desk.name))
        log.info("found_again", organisation=office.name, count=found)
        return found


def emptied(office: Office, desk: Desk) -> None:
    """To be called when a round at a source has ended well: notes when its inbox is known to be in the store in whole."""
    doubt = office.store.doubt
    if doubt is None or doubt.until is not None or desk.name not in doubt.found:
        return
    if desk.name not in doubt.emptied:
        offers = list(desk.intake.offers(BATCH * 50))
        with office.store.read() as reads:
            known = reads.known_offers(desk.name, [offer.key for offer in offers])
        if len(known) < len(offers):
            return  # something could not be fetched, or has just come: the next round tells
        office.store.keep_doubt(further(_now(office), emptied=desk.name))
    doubt = _now(office)
    if set(office.desks) <= doubt.emptied:
        with office.store.read() as reads:
            last = reads.last_seq()
        office.store.keep_doubt(replace(doubt, until=last))
        log.info("nothing_left_to_find", organisation=office.name, seq=last)


def _now(office: Office) -> Doubt:
    doubt = office.store.doubt
    if doubt is None:
        raise LookupError("no restore")
    return doubt


def _look(office: Office, desk: Desk, stack: contextlib.ExitStack) -> _Place | None:
    """What lies in a source's own places, sorted by phase; None when it cannot be reached now."""
    source = desk.listener()
    stack.callback(source.close)
    place = _Place(desk=desk, source=source, unknown=defaultdict(list), lying=set())
    if not isinstance(source, KeepsTaken):
        return place
    with office.store.read() as reads:
        # The locator of a post that could never be fetched, or of a third party's old version, may lack what is asked for.
        at = {source.where(locator): key for key, locator in reads.places(desk.name) if locator}
    try:
        for taken in source.taken():
            key = at.get(source.where(taken.offer.locator))
            if key is not None:
                place.lying.add(key)
            else:
                place.unknown[_phase_of(taken)].append(taken)
    except (OutOfReach, TryLater) as down:
        log.warning("refind_postponed", source=desk.name, error=str(down))
        return None
    return place


def _phase_of(taken: Taken) -> int:
    return PHASES.index(taken.outcomes) if taken.outcomes in PHASES else len(PHASES) - 1


def _phase(office: Office, place: _Place, phase: int) -> Iterator[int]:
    """Stores what the store does not know, and notes the place of what it does; yields the numbers of new posts."""
    spool = Spool(office.store.spool, limit_bytes=office.post_limit_bytes)
    for taken in place.unknown[phase]:
        try:
            fetched = place.source.download(taken.offer, spool)
        except NeedsHuman as human:
            log.warning("not_found_again", source=place.desk.name, reason=human.reason.value)
            continue
        seq = _one(office, place, taken, fetched)
        if seq is not None:
            yield seq


def _one(office: Office, place: _Place, taken: Taken, fetched: Fetched) -> int | None:
    identity = fetched.identity or fetched.source_key
    keys = post_keys(organisation=office.org_base.orgnr, source=place.desk.name, identity=identity)
    key = next(key for key in keys if key not in place.lying)
    place.lying.add(key)
    with office.store.read() as reads:
        there = reads.seq_by_key(key)
    if there is not None:
        _moved_meanwhile(office, there, key, taken, fetched)
        _drop(fetched)
        return None
    stored = store_found(office, place.desk, taken, fetched, key)
    if stored is None:
        return None
    take_over(office, stored, fetched.locator)
    return stored.seq


def _moved_meanwhile(office: Office, seq: int, key: str, taken: Taken, fetched: Fetched) -> None:
    """A post of the backup that went on before the loss: it lies elsewhere now, and may have been sent on."""
    with office.store.write() as tx:
        row = tx.row(seq)
        tx.set_locator(seq, fetched.locator)
        take = tx.effect(with_role(key, "ta"))
        if take is not None and take.state is not EffectState.DONE:
            tx.record_done(take, {"at": dict(fetched.locator)}, item_id=str(row["id"]) if row is not None else "")
        if row is not None and row["state"] != State.DONE and Outcome.FORWARDED in taken.outcomes:
            note_sent(tx, key, seq)


def _drop(fetched: Fetched) -> None:
    for document in fetched.documents:
        document.path.unlink(missing_ok=True)

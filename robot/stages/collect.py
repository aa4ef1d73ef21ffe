"""Stages 1 and 2: what a source offers becomes a stored post. I1 holds from the commit on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import structlog

from models.audit import AuditEvent
from models.errors import NeedsHuman, TryLater
from models.keys import post_key, with_role
from models.post import Envelope, Fetched, Offer, Spool, State
from models.store.effect_tx import EffectKind, NewEffect
from robot import effects
from robot.office import Desk, Office

log = structlog.get_logger()

BATCH = 200
"""Offers asked for at a time."""


class DiskLow(Exception):
    """Less than the reserve is free: intake stops before anything is taken (I18)."""


def collect(office: Office, desk: Desk) -> Iterator[int]:
    """Fetches and stores what is new at one source; yields the ``seq`` of each post as soon as it is durable.

    Raises:
        OutOfReach, TryLater: the source cannot be asked now. Posts already yielded are safe.
        DiskLow: the reserve is reached.
    """
    name = f"kilde:{desk.name}"
    spool = Spool(office.store.spool, limit_bytes=office.post_limit_bytes)
    tried: set[str] = set()
    while True:
        offers = [offer for offer in desk.intake.offers(BATCH + len(tried)) if offer.key not in tried]
        office.breakers.ok(name)
        if not offers:
            return
        tried.update(offer.key for offer in offers)
        with office.store.read() as reads:
            known = reads.known_offers(desk.name, [offer.key for offer in offers])
        for offer in offers:
            state = known.get(offer.key)
            if state is not None and not state.taken_over:
                continue  # ours already; its take-over is still owed
            _keep_reserve(office)
            stored = _take_in(office, desk, offer, spool)
            if stored is not None:
                yield stored


def _keep_reserve(office: Office) -> None:
    free = shutil.disk_usage(office.store.folder).free
    if free < office.disk_reserve_bytes:
        raise DiskLow(f"{free // 2**20} MB ledig, grensen er {office.disk_reserve_bytes // 2**20} MB")


def _take_in(office: Office, desk: Desk, offer: Offer, spool: Spool) -> int | None:
    """One offer: downloaded, stored, taken over. None when it must wait for the next round, or is ours already."""
    try:
        fetched = desk.intake.download(offer, spool)
    except TryLater as later:
        log.info("download_postponed", source=desk.name, error=str(later))
        return None
    except NeedsHuman as human:
        return _store_unfetched(office, desk, offer, human)
    seq = store_post(office, desk, offer, fetched)
    if seq is not None:
        take_over(office, seq)
    return seq


def store_post(office: Office, desk: Desk, offer: Offer, fetched: Fetched) -> int | None:
    """Makes a fetched post ours: bytes durable first, then one transaction with row, audit event and take-over effect.

    None when we have it (the source offers again what we took over): then only its take-over is owed once more.
    """
    for document in fetched.documents:
        office.blobs.adopt(document.path, document.sha256)
    key = post_key(organisation=office.org_base.orgnr, source=desk.name, source_key=fetched.source_key)
    with office.store.write() as tx:
        there = tx.seq_of(desk.name, fetched.source_key)
        if there is not None:
            tx.owe_again(with_role(key, "ta"), locator=fetched.locator, seq=there)
            return None
        seq, _ = tx.insert_post(
            fetched,
            offer_key=offer.key,
            source=desk.name,
            channel=desk.channel,
            key=key,
            zone=office.org_base.zone,
            at=fetched.locator,
        )
        planned = tx.plan(
            NewEffect(
                key=with_role(key, "ta"),
                kind=EffectKind.TAKE_OVER,
                request={"source": desk.name},
                post_seq=seq,
            )
        )
        tx.begin([planned])
    return seq


def take_over(office: Office, seq: int) -> None:
    """Tells the source that we have the post. A failure only leaves the effect to be tried again."""
    with office.store.read() as reads:
        post = reads.post(seq)
        effect = reads.effect(with_role(post.key, "ta")) if post is not None else None
    if post is None or effect is None:
        raise LookupError(seq)
    sent = effects.send(effect, office, fresh=True, at=post.locator)
    with office.store.write() as tx:
        effects.record(tx, effect, sent, item_id=post.id)
        if isinstance(sent, effects.DoneNow):
            tx.set_locator(seq, sent.locator["at"])


def _store_unfetched(office: Office, desk: Desk, offer: Offer, human: NeedsHuman) -> int | None:
    """What can never be fetched still becomes a post, so that a person hears of it; it stays where it is."""
    key = post_key(organisation=office.org_base.orgnr, source=desk.name, source_key=offer.key)
    envelope = Envelope(received_at=office.store.time_utc())
    fetched = Fetched(source_key=offer.key, label=offer.label, locator=offer.locator, envelope=envelope, documents=())
    with office.store.write() as tx:
        if tx.seq_of(desk.name, offer.key) is not None:
            return None
        seq, _ = tx.insert_post(
            fetched,
            offer_key=offer.key,
            source=desk.name,
            channel=desk.channel,
            key=key,
            zone=office.org_base.zone,
            at=offer.locator,
        )
        post = tx.post(seq)
        if post is None:
            raise LookupError(seq)
        tx.move(post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=human.reason, stage="collect", detail=human.detail)
    return seq

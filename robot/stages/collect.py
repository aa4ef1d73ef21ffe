"""Stages 1 and 2: what a source offers becomes a stored post. I1 holds from the commit on."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog

from models.audit import AuditEvent
from models.errors import NeedsHuman, OutOfReach, TryLater, is_disk_full
from models.keys import post_key, post_keys, with_role
from models.post import Envelope, Fetched, Locator, Offer, Outcome, Spool, State, Taken
from models.steps import Point, step
from models.store.effect_tx import Effect, EffectKind, EffectState, NewEffect
from models.store.store import Tx
from robot import effects
from robot.effects import begun
from robot.office import Desk, Office

log = structlog.get_logger()

BATCH = 200
"""Offers asked for at a time."""


class DiskLow(Exception):
    """Less than the reserve is free: intake stops before anything is taken (I18)."""


def collect(office: Office, desk: Desk, *, on_aside: Callable[[int], None] = lambda _seq: None) -> Iterator[int]:
    """Fetches and stores what is new at one source; yields the ``seq`` of each post as soon as it is durable.

    ``on_aside`` hears of those that could never be fetched, and so were set aside at once. A bug in fetching one leaves
    it where it is and is logged; the next is fetched all the same.

    Raises:
        OutOfReach, TryLater: the source cannot be asked now. Posts already yielded are safe.
        DiskLow: the reserve is reached, or the disk is full.
    """
    name = f"kilde:{desk.name}"
    spool = Spool(office.store.spool, limit_bytes=office.post_limit_bytes)
    tried: set[str] = set()
    while True:
        offers = [offer for offer in desk.intake.offers(BATCH + len(tried)) if offer.key not in tried]
        office.breakers.ok(name)
        if not offers:
            return
        step(Point.S0_SEEN)
        tried.update(offer.key for offer in offers)
        with office.store.read() as reads:
            known = reads.known_offers(desk.name, [offer.key for offer in offers])
        for offer in offers:
            state = known.get(offer.key)
            if state is not None and not state.taken_over:
                continue  # ours already; its take-over is still owed
            if state is not None and offer.lasting:
                _owe_again(office, state.seq)
                continue
            _keep_reserve(office)
            stored = _guarded(office, desk, offer, spool, on_aside)
            if stored is not None:
                yield stored


def _guarded(office: Office, desk: Desk, offer: Offer, spool: Spool, on_aside: Callable[[int], None]) -> int | None:
    """One offer, its neighbours protected from it."""
    try:
        return _take_in(office, desk, offer, spool, on_aside)
    except (OutOfReach, TryLater):
        raise
    except Exception as bug:  # as in robot.journey.walk: what one post does to us must not stop the next
        if is_disk_full(bug):
            raise DiskLow("disken er full") from bug
        log.exception("bug_in_download", source=desk.name)
        return None


def _owe_again(office: Office, seq: int) -> None:
    """What we have under a key that names it for good is not fetched once more: the source is told once more."""
    with office.store.write() as tx:
        post = tx.post(seq)
        if post is not None and post.documents:
            tx.owe_again(with_role(post.key, "ta"), locator=post.locator, seq=seq)


def _keep_reserve(office: Office) -> None:
    free = shutil.disk_usage(office.store.folder).free
    if free < office.disk_reserve_bytes:
        raise DiskLow(f"{free // 2**20} MB ledig, grensen er {office.disk_reserve_bytes // 2**20} MB")


def _take_in(office: Office, desk: Desk, offer: Offer, spool: Spool, on_aside: Callable[[int], None]) -> int | None:
    """One offer: downloaded, stored, taken over. None when it must wait for the next round, or is ours already."""
    try:
        fetched = desk.intake.download(offer, spool)
    except TryLater as later:
        log.info("download_postponed", source=desk.name, error=str(later))
        return None
    except NeedsHuman as human:
        aside = _store_unfetched(office, desk, offer, human)
        if aside is not None:
            on_aside(aside)
        return aside
    step(Point.S1_FETCHED)
    stored = store_post(office, desk, offer, fetched)
    if stored is None:
        return None
    take_over(office, stored, fetched.locator)
    if fetched.aside is not None:
        on_aside(stored.seq)
    return stored.seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A post just stored, with its take-over begun."""

    seq: int
    id: str
    take_over: Effect


def store_post(office: Office, desk: Desk, offer: Offer, fetched: Fetched) -> Stored | None:
    """Makes a fetched post ours: bytes durable first, then one transaction with row, audit event and take-over effect.

    None when we have it (the source offers again what we took over): then only its take-over is owed once more.
    """
    body = body_hash(fetched)
    for document in fetched.documents:
        office.blobs.adopt(document.path, document.sha256)
    try:
        stored = _store(office, desk, offer, fetched, body, None)
    except _Removed:
        log.info("file_removed_meanwhile", source=desk.name)  # by a clean-up; the next round fetches it again
        return None
    step(Point.S3_STORED)
    return stored


class _Removed(Exception):
    """A file that lay there already was let go (retention) before the row that needs it could be written."""


def store_found(office: Office, desk: Desk, taken: Taken, fetched: Fetched, key: str) -> Stored | None:
    """Makes ours, under the key it had, what a lost store had taken over already: see ``robot/refind.py``."""
    body = body_hash(fetched)
    for document in fetched.documents:
        office.blobs.adopt(document.path, document.sha256)
    return _store(office, desk, taken.offer, fetched, body, key, sent=Outcome.FORWARDED in taken.outcomes)


def note_sent(tx: Tx, key: str, seq: int) -> None:
    """The source shows that the post was sent on and settled before the store was lost: it is not sent once more."""
    new = NewEffect(key=with_role(key, "fw"), kind=EffectKind.FORWARD, request={"kind": "forward"}, post_seq=seq)
    tx.already(new, {"system_id": "", "number": ""})


def _store(
    office: Office, desk: Desk, offer: Offer, fetched: Fetched, body: str | None, key: str | None, *, sent: bool = False
) -> Stored | None:
    with office.store.write() as tx:
        there = tx.seq_of(desk.name, fetched.source_key)
        known = tx.row(there) if there is not None else None
        if known is not None:
            tx.owe_again(with_role(known["key"], "ta"), locator=fetched.locator, seq=known["seq"])
            return None
        key = key or free_key(tx, office, desk, fetched)
        seq, post_id = tx.insert_post(
            fetched,
            offer_key=offer.key,
            source=desk.name,
            channel=desk.channel,
            key=key,
            zone=office.org_base.zone,
            at=fetched.locator,
            body_hash=body,
        )
        tx.note_post(f"kilde:{desk.name}")
        # Under the write lock now: whoever removes files asks under it too, and would see this row.
        if not all(office.blobs.has(document.sha256) for document in fetched.documents):
            raise _Removed
        planned = tx.plan(
            NewEffect(
                key=with_role(key, "ta"),
                kind=EffectKind.TAKE_OVER,
                request={"source": desk.name},
                post_seq=seq,
            )
        )
        tx.begin([planned])
        if fetched.aside is not None:
            post = tx.post(seq)
            if post is None:  # pragma: no cover - it was just written in this transaction
                raise LookupError(seq)
            aside = fetched.aside
            tx.move(post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=aside.reason, stage="read", detail=aside.detail)
        if sent:
            note_sent(tx, key, seq)
    return Stored(seq=seq, id=post_id, take_over=begun(planned))


def free_key(tx: Tx, office: Office, desk: Desk, fetched: Fetched) -> str:
    """The first base key of this identity that no post has: byte for byte the same may come twice, and is two posts."""
    keys = post_keys(
        organisation=office.org_base.orgnr, source=desk.name, identity=fetched.identity or fetched.source_key
    )
    return next(key for key in keys if tx.seq_by_key(key) is None)


def body_hash(fetched: Fetched) -> str | None:
    """SHA-256 of a mail's bytes after its first empty line, line ends made alike; None for what is no mail or has none.

    Bytes only, nothing is parsed here: it tells copies apart from strangers, never decides that they are duplicates.
    """
    main = next(iter(fetched.documents), None)
    if main is None or main.media_type != "message/rfc822":
        return None
    raw = main.path.read_bytes().replace(b"\r\n", b"\n")
    _, empty_line, body = raw.partition(b"\n\n")
    return hashlib.sha256(body).hexdigest() if empty_line and body.strip() else None


def take_over(office: Office, stored: Stored, at: Locator) -> None:
    """Tells the source that we have the post. A failure only leaves the effect to be tried again."""
    sent = effects.send(stored.take_over, office, fresh=True, at=at)
    with office.store.write() as tx:
        now = tx.effect(stored.take_over.key)
        if now is not None and now.state is EffectState.DONE:
            return  # a quick walk came to settling, found it still owed, and told the source itself
        effects.record(tx, stored.take_over, sent, item_id=stored.id)
        if isinstance(sent, effects.DoneNow):
            tx.set_locator(stored.seq, sent.locator["at"])


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
        tx.note_post(f"kilde:{desk.name}")
        post = tx.post(seq)
        if post is None:
            raise LookupError(seq)
        tx.move(post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=human.reason, stage="collect", detail=human.detail)
    return seq

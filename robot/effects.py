"""THE function that performs what we owe the outside, and how its outcome is recorded.

An effect is *unknown* from the commit before sending. One found unknown (after a crash or a time-out) is looked up by
our key before anything is sent again (I6). Sending touches no database; recording touches nothing outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from connectors.contract import Archive, Attachment, Mail, Mailer, Source
from models.archive import Absent, ArchiveWrite, CannotTell, Done, NyttDokument, OurKey, Pending
from models.blobs import BlobStore
from models.errors import AlreadyDone, MaybeDone, NeedsHuman, OutOfReach, TryLater
from models.post import Locator, Outcome
from models.reasons import ReasonCode
from models.steps import Point, step
from models.store.codec import from_text, plain, to_text
from models.store.effect_tx import Effect, EffectKind, EffectState
from models.store.store import Tx
from robot.breaker import Breakers
from robot.points import points_of

TRY_LIMIT = 5
LOOKUP_WAITS_S = (5.0, 30.0, 120.0, 600.0)
"""Waits between look-ups of a key the archive says it does not know but whose index may lag (reliability.md section 3)."""
BACKOFF_S = (10.0, 60.0, 300.0, 900.0, 900.0)


class Outside(Protocol):
    """The connections of one organisation, as effects need them."""

    @property
    def archive(self) -> Archive: ...
    @property
    def mailer(self) -> Mailer | None: ...
    @property
    def blobs(self) -> BlobStore: ...
    @property
    def breakers(self) -> Breakers: ...
    def source(self, name: str) -> AbstractContextManager[Source]:
        """The source of that name, held by one thread at a time.

        Raises:
            NeedsHuman: there is no such source in the configuration any longer.
        """
        ...


@dataclass(frozen=True, slots=True)
class DoneNow:
    """It is so; ``locator`` is the answer as plain JSON data."""

    locator: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing took effect. ``count``: whether the try counts towards the limit (not when the connection is down)."""

    after_s: float
    error: str
    count: bool = True


@dataclass(frozen=True, slots=True)
class UnknownNow:
    """It may have taken effect; to be looked up. ``asked`` False: the other side could not even be asked now."""

    after_s: float
    error: str
    asked: bool = True


@dataclass(frozen=True, slots=True)
class PendingNow:
    """The other side has it in hand."""

    after_s: float


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not be done without a human."""

    reason: ReasonCode
    detail: str


@dataclass(frozen=True, slots=True)
class SendAgain:
    """It was looked for long enough, and is not there: to be sent once more under the same key."""


Sent = DoneNow | Later | UnknownNow | PendingNow | Refused | SendAgain


def connection_of(effect: Effect) -> str:
    """The name of the connection an effect needs; breakers and status go by it."""
    match effect.kind:
        case EffectKind.TAKE_OVER | EffectKind.SETTLE:
            return f"kilde:{effect.request['source']}"
        case EffectKind.FORWARD | EffectKind.MAIL:
            return "epost"
        case _:
            return "arkiv"


def send(effect: Effect, outside: Outside, *, fresh: bool, at: Locator | None = None) -> Sent:
    """Performs one effect.

    ``fresh``: it was begun by this very caller just now, so that nothing can have been sent before; otherwise it is
    unknown or pending, and is looked up first. ``at`` is where the post is at its source now (take-over and settling).
    """
    name = connection_of(effect)
    rest = outside.breakers.rests_for(name)
    if rest:
        return _put_off(effect, fresh, rest, "forbindelsen hviler", count=False)
    step(points_of(effect).before)
    try:
        sent = _PERFORM[effect.kind](effect, outside, fresh, at or {})
    except AlreadyDone as already:
        sent = DoneNow(_reference(already.reference))
    except MaybeDone as maybe:
        wait = LOOKUP_WAITS_S[min(effect.lookups, len(LOOKUP_WAITS_S) - 1)]
        sent = UnknownNow(after_s=wait, error=str(maybe))
    except OutOfReach as down:
        rest = outside.breakers.out_of_reach(name, str(down))
        return _put_off(effect, fresh, rest, str(down), count=False)
    except TryLater as later:
        outside.breakers.later(name, str(later))
        wait = later.after_s or BACKOFF_S[min(effect.tries, len(BACKOFF_S)) - 1]
        return _put_off(effect, fresh, wait, str(later), count=True)
    except NeedsHuman as human:
        sent = Refused(human.reason, human.detail)
    step(points_of(effect).after)
    outside.breakers.ok(name)
    return sent


def _put_off(effect: Effect, fresh: bool, after_s: float, error: str, *, count: bool) -> Sent:
    """Nothing took effect *now*. A write that was in doubt before stays so: it must be looked up, not sent (I6)."""
    if not fresh and effect.kind in (EffectKind.ARCHIVE, EffectKind.CARE):
        return UnknownNow(after_s=after_s, error=error, asked=False)
    return Later(after_s=after_s, error=error, count=count)


def _reference(reference: object) -> Mapping[str, object]:
    if isinstance(reference, Done):
        return done_locator(reference)
    raise TypeError(f"AlreadyDone without the first answer: {reference!r}")


def done_locator(done: Done) -> Mapping[str, object]:
    """A :class:`Done` as plain data, as the effect table keeps it."""
    return {"system_id": done.system_id, "number": done.number, "details": dict(done.details)}


def _archive(effect: Effect, outside: Outside, fresh: bool, _at: Locator) -> Sent:
    key = OurKey(effect.key)
    if not fresh:
        step(Point.L1_LOOK_UP)
        known = outside.archive.outcome(key)
        step(Point.L2_LOOKED_UP)
        match known:
            case Done() as done:
                return DoneNow(done_locator(done))
            case Pending(ask_after_s=wait):
                return PendingNow(wait)
            case CannotTell(why=why):
                return Refused(ReasonCode.AMBIGUOUS_WRITE, f"Arkivet kan ikke svare på om dette ble gjort: {why}")
            case Absent(settled=False):
                return _not_found(effect)
            case Absent() if effect.lookups > len(LOOKUP_WAITS_S):
                return _never_found()
            case Absent():
                pass
    match outside.archive.submit(archive_write(effect.request, outside.blobs.path), key):
        case Done() as done:
            return DoneNow(done_locator(done))
        case Pending(ask_after_s=wait):
            return PendingNow(wait)


def _not_found(effect: Effect) -> Sent:
    """The index does not have it, and may lag: asked again for as long as that may be, then sent once more, which is noted
    before it is sent: a process that dies over the repeat must not take it for the first time. Then asked as long again."""
    most = len(LOOKUP_WAITS_S)
    if effect.lookups == most:
        return SendAgain()
    asked = effect.lookups if effect.lookups < most else effect.lookups - most - 1
    return UnknownNow(after_s=LOOKUP_WAITS_S[asked], error="ikke funnet ennå") if asked < most else _never_found()


def _never_found() -> Refused:
    return Refused(ReasonCode.AMBIGUOUS_WRITE, "Sendt på nytt uten svar, og arkivet finner det ikke.")


def archive_request(write: ArchiveWrite) -> Mapping[str, object]:
    """A write as plain data; document paths are hashes, so that no path of a machine is kept."""
    import json

    data: dict[str, object] = json.loads(to_text(write, ArchiveWrite))
    return data


def archive_write(request: Mapping[str, object], blob_path: Callable[[str], Path]) -> ArchiveWrite:
    """The write of a stored request, with real paths to the blobs."""
    write: ArchiveWrite = from_text(plain(dict(request)), ArchiveWrite)
    if isinstance(write, NyttDokument):
        document = replace(write.dokument, path=blob_path(write.dokument.sha256))
        return replace(write, dokument=document)
    return write


def _take_over(effect: Effect, outside: Outside, _fresh: bool, at: Locator) -> Sent:
    """Idempotent at the source: repeated without asking."""
    with outside.source(str(effect.request["source"])) as source:
        return DoneNow({"at": dict(source.take_over(at))})


def _settle(effect: Effect, outside: Outside, _fresh: bool, at: Locator) -> Sent:
    """Idempotent at the source: repeated without asking."""
    with outside.source(str(effect.request["source"])) as source:
        return DoneNow({"at": dict(source.settle(at, Outcome(str(effect.request["outcome"]))))})


def _mail(effect: Effect, outside: Outside, _fresh: bool, _at: Locator) -> Sent:
    """Mail cannot be looked up. A repeat carries the same Message-ID, so that it is the same mail to the receiver
    (RFC 5321 section 6.1: duplicates are allowed, loss is not)."""
    if outside.mailer is None:
        return Refused(ReasonCode.FORWARD_FAILED, "E-post er ikke satt opp for organisasjonen.")
    request = effect.request
    files = request.get("attachments", [])
    attachments = tuple(
        Attachment(
            name=str(f["name"]), media_type=str(f["type"]), content=outside.blobs.path(str(f["sha256"])).read_bytes()
        )
        for f in (files if isinstance(files, list) else [])
    )
    to = request["to"]
    mail = Mail(
        to=tuple(str(address) for address in (to if isinstance(to, list) else [to])),
        subject=str(request["subject"]),
        text=str(request["text"]),
        html=str(request.get("html", "")),
        message_id=str(request["message_id"]),
        attachments=attachments,
    )
    return DoneNow(done_locator(outside.mailer.send(mail)))


def begun(effect: Effect) -> Effect:
    """The effect as it stands after :meth:`EffectTx.begin`, without reading it again."""
    return replace(effect, state=EffectState.UNKNOWN, tries=effect.tries + 1)


_PERFORM: Mapping[EffectKind, Callable[[Effect, Outside, bool, Locator], Sent]] = {
    EffectKind.TAKE_OVER: _take_over,
    EffectKind.SETTLE: _settle,
    EffectKind.ARCHIVE: _archive,
    EffectKind.CARE: _archive,
    EffectKind.FORWARD: _mail,
    EffectKind.MAIL: _mail,
}


def record(tx: Tx, effect: Effect, sent: Sent, *, item_id: str) -> Refused | None:
    """Writes the outcome of one effect. Returns the refusal when a human is needed: also when the tries are used up."""
    step(points_of(effect).noted)
    match sent:
        case DoneNow(locator=locator):
            tx.record_done(effect, locator, item_id=item_id)
        case PendingNow(after_s=wait):
            tx.record_pending(effect, at=tx.now + wait)
        case UnknownNow(after_s=wait, error=error, asked=asked):
            tx.record_unknown(effect, at=tx.now + wait, error=error, asked=asked)
        case SendAgain():
            tx.record_again(effect)
        case Refused(reason=reason, detail=detail):
            tx.record_refused(effect, error=detail, code=reason.value, item_id=item_id)
            return sent
        case Later(after_s=wait, error=error, count=count):
            if count and effect.tries >= TRY_LIMIT:
                refused = Refused(_TIRED[effect.kind], f"Prøvd {effect.tries} ganger: {error}")
                tx.record_refused(effect, error=refused.detail, code=refused.reason.value, item_id=item_id)
                return refused
            tx.record_later(effect, at=tx.now + wait, error=error, count=count)
    return None


_TIRED: Mapping[EffectKind, ReasonCode] = {
    EffectKind.TAKE_OVER: ReasonCode.SETTLE_FAILED,
    EffectKind.SETTLE: ReasonCode.SETTLE_FAILED,
    EffectKind.ARCHIVE: ReasonCode.ARCHIVE_SILENT,
    EffectKind.CARE: ReasonCode.ARCHIVE_SILENT,
    EffectKind.FORWARD: ReasonCode.FORWARD_FAILED,
    EffectKind.MAIL: ReasonCode.FORWARD_FAILED,
}

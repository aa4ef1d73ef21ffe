"""Effects: everything we owe the outside world, as rows of one table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import and_, bindparam, insert, or_, select, update

from models.audit import AuditEvent
from models.sql import Prepared, Row
from models.store import tables as t
from models.store.audit_tx import AuditTx
from models.store.base import Part
from models.store.codec import plain


class EffectState(StrEnum):
    """``unknown`` holds from the commit before sending until the outcome is recorded: after a crash that is the truth."""

    PLANNED = "planned"
    UNKNOWN = "unknown"
    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


OPEN = (EffectState.PLANNED, EffectState.UNKNOWN, EffectState.PENDING)


class EffectKind(StrEnum):
    """The kinds of effects. Those on the way of a post hold it; the others never do."""

    TAKE_OVER = "take_over"
    ARCHIVE = "archive"
    FORWARD = "forward"
    SETTLE = "settle"
    CARE = "care"
    MAIL = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEffect:
    """An effect to be planned. ``request`` is plain JSON data; ``post_seq`` None for one that no post owns."""

    key: str
    kind: EffectKind
    request: Mapping[str, object]
    post_seq: int | None = None
    order_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An effect as stored. ``locator`` is what the outside answered (``Done`` as JSON data), None until done."""

    key: str
    seq: int
    kind: EffectKind
    post_seq: int | None
    order_key: str | None
    request: Mapping[str, object]
    state: EffectState
    tries: int
    lookups: int
    next_try_at: float
    locator: Mapping[str, object] | None
    error: str
    planned_at: float = 0.0

    @classmethod
    def of(cls, row: Row) -> Effect:
        """From a row of the table."""
        return cls(
            key=row["key"],
            seq=row["seq"],
            kind=EffectKind(row["kind"]),
            post_seq=row["post_seq"],
            order_key=row["order_key"],
            request=json.loads(row["request"]),
            state=EffectState(row["state"]),
            tries=row["tries"],
            lookups=row["lookups"],
            next_try_at=row["next_try_at"],
            locator=json.loads(row["locator"]) if row["locator"] else None,
            error=row["error"],
            planned_at=row["planned_at"],
        )


_BY_KEY = Prepared(select(t.effect).where(t.effect.c.key == bindparam("effect_key")))
_OF_POST = Prepared(select(t.effect).where(t.effect.c.post_seq == bindparam("owner")).order_by(t.effect.c.seq))
_NEW = Prepared(insert(t.effect))
_CHANGE = Prepared(update(t.effect).where(t.effect.c.key == bindparam("effect_key")))
_EARLIER_ON_CASE = Prepared(
    select(t.effect.c.key)
    .join(t.post, t.post.c.seq == t.effect.c.post_seq)
    .where(
        t.effect.c.order_key == bindparam("case_key"),
        t.effect.c.state.in_(OPEN),
        t.effect.c.post_seq < bindparam("before"),
        t.post.c.state.in_(("received", "decided", "archived")),
    )
    .limit(1)
)


class EffectReads(Part):
    """Questions about effects."""

    def effect(self, key: str) -> Effect | None:
        """One effect by its key."""
        row = self.conn.execute(_BY_KEY, {"effect_key": key}).mappings().first()
        return Effect.of(row) if row is not None else None

    def effects_of(self, post_seq: int) -> list[Effect]:
        """The effects a post owns, in the order they were planned."""
        return [Effect.of(row) for row in self.conn.execute(_OF_POST, {"owner": post_seq}).mappings()]

    def open_effects(self) -> int:
        """How many effects are not done or refused."""
        return len(self.conn.execute(select(t.effect.c.key).where(t.effect.c.state.in_(OPEN))).all())

    def case_is_busy(self, order_key: str, *, before: int) -> bool:
        """Whether a post earlier than ``before``, and still on its way, has an unfinished archive effect on this case."""
        found = self.conn.execute(_EARLIER_ON_CASE, {"case_key": order_key, "before": before})
        return found.first() is not None

    def loose_effects(self, limit: int = 100) -> list[Effect]:
        """Effects that are due and that the walk of a post does not perform: those that no post owns, the kinds that
        never hold one, and take-overs that did not succeed at once."""
        never_holds = t.effect.c.kind.in_((EffectKind.CARE, EffectKind.MAIL))
        not_at_once = and_(
            t.effect.c.kind == EffectKind.TAKE_OVER,
            or_(t.effect.c.state == EffectState.PLANNED, t.effect.c.planned_at < self.now - 60),
        )
        query = (
            select(t.effect)
            .where(
                t.effect.c.state.in_(OPEN),
                t.effect.c.next_try_at <= self.now,
                or_(t.effect.c.post_seq.is_(None), never_holds, not_at_once),
            )
            .order_by(t.effect.c.seq)
            .limit(limit)
        )
        return [Effect.of(row) for row in self.conn.execute(query).mappings()]


class EffectTx(AuditTx, EffectReads):
    """Changes of effects, with their audit events.

    ``covered`` is set after a restore: whether a post may have been known to the lost store. What such a post asks of the
    archive may be there already, and is looked up before it is sent.
    """

    covered: Callable[[int | None], bool] | None = None

    def _in_doubt(self, new: NewEffect) -> bool:
        archive = new.kind in (EffectKind.ARCHIVE, EffectKind.CARE)
        return archive and self.covered is not None and self.covered(new.post_seq)

    def plan(self, new: NewEffect, *, ask_first: bool = False, known: Mapping[str, Effect] | None = None) -> Effect:
        """Plans an effect; one with this key that is there already is returned as it is (a case shared by two posts).

        An earlier one that was never sent, or was refused, takes the new request and owner: so ``retry`` and answers go
        on from a refused effect, and a case that one post could not open is tried by the next. ``ask_first``: the other
        side can be asked by key, so one that was given up in doubt is looked up before it is sent again (I6).
        ``known``: every effect that can have this key, read in this transaction; without it the table is asked.
        """
        text = plain(dict(new.request))
        digest = hashlib.sha256(text.encode()).hexdigest()
        there = self.effect(new.key) if known is None else known.get(new.key)
        if there is None:
            return self._insert(new, text, digest)
        if there.state is EffectState.REFUSED or (there.state is EffectState.PLANNED and there.tries == 0):
            given_up = ask_first and there.state is EffectState.REFUSED and there.lookups > 0
            doubt = given_up or self._in_doubt(new)
            self._set(
                new.key,
                request=text,
                request_hash=digest,
                post_seq=new.post_seq,
                state=EffectState.UNKNOWN if doubt else EffectState.PLANNED,
                tries=0,
                lookups=0,
                # What waits for a connection that is down goes on waiting: else it would be tried again at once, for ever.
                next_try_at=there.next_try_at if there.state is EffectState.PLANNED else 0.0,
                error="",
            )
            found = self.effect(new.key)
            if found is None:  # pragma: no cover - it was just written in this transaction
                raise LookupError(new.key)
            return found
        return there

    def _insert(self, new: NewEffect, text: str, digest: str) -> Effect:
        effect = Effect(
            key=new.key,
            seq=self.next_number("effect"),
            kind=new.kind,
            post_seq=new.post_seq,
            order_key=new.order_key,
            request=json.loads(text),  # as it will be read back, whatever the caller's own values were
            state=EffectState.UNKNOWN if self._in_doubt(new) else EffectState.PLANNED,
            tries=0,
            lookups=0,
            next_try_at=0.0,
            locator=None,
            error="",
            planned_at=self.now,
        )
        row = {
            "key": effect.key,
            "seq": effect.seq,
            "post_seq": effect.post_seq,
            "kind": effect.kind,
            "order_key": effect.order_key,
            "request": text,
            "request_hash": digest,
            "state": effect.state,
            "planned_at": effect.planned_at,
        }
        self.conn.execute(_NEW, row)
        return effect

    def already(self, new: NewEffect, answer: Mapping[str, object]) -> None:
        """Records that something was done before, as the outside shows, by a store that is lost."""
        effect = self.plan(new)
        if effect.state is not EffectState.DONE:
            self._set(effect.key, state=EffectState.DONE, locator=plain(dict(answer)), done_at=self.now, error="")

    def begin(self, effects: Sequence[Effect]) -> None:
        """Marks effects as about to be sent. From the commit on they are *unknown* until an outcome is recorded."""
        rows = [{"effect_key": e.key, "state": EffectState.UNKNOWN, "tries": e.tries + 1} for e in effects]
        self.conn.execute(_CHANGE, rows)

    def hold(self, effect: Effect, *, until: float) -> None:
        """Keeps others from going on with an effect that we are sending (several machines), should we not die over it."""
        self._set(effect.key, next_try_at=until)

    def record_done(self, effect: Effect, locator: Mapping[str, object], *, item_id: str) -> None:
        """The effect is there in the outside world."""
        self._set(effect.key, state=EffectState.DONE, locator=plain(dict(locator)), done_at=self.now, error="")
        self.audit(
            AuditEvent.TAKEN_OVER if effect.kind is EffectKind.TAKE_OVER else AuditEvent.EFFECT_DONE,
            item_id=item_id,
            object_ref=effect.key,
            details={"kind": str(effect.request.get("kind", effect.kind)), "tries": effect.tries},
        )

    def record_later(self, effect: Effect, *, at: float, error: str, count: bool) -> None:
        """Nothing took effect; to be tried again ``at``. ``count`` False: the try does not count (connection down)."""
        tries = effect.tries if count else max(0, effect.tries - 1)
        self._set(effect.key, state=EffectState.PLANNED, tries=tries, next_try_at=at, error=error)

    def record_unknown(self, effect: Effect, *, at: float, error: str, asked: bool = True) -> None:
        """Sent, but what became of it is not known: to be looked up ``at``, never sent again before that has answered.

        ``asked`` False: it could not be looked up this time, which counts neither as a try nor as a look-up.
        """
        tries = effect.tries if asked else max(0, effect.tries - 1)
        lookups = effect.lookups + int(asked)
        self._set(effect.key, state=EffectState.UNKNOWN, tries=tries, next_try_at=at, error=error, lookups=lookups)

    def record_again(self, effect: Effect) -> None:
        """Looked for in vain for as long as an index may lag: planned anew, and known from now on as a repeat."""
        self._set(effect.key, state=EffectState.PLANNED, next_try_at=self.now, lookups=effect.lookups + 1, error="")

    def record_pending(self, effect: Effect, *, at: float) -> None:
        """The other side has it in hand; its answer is asked for ``at``."""
        self._set(effect.key, state=EffectState.PENDING, next_try_at=at)

    def record_refused(self, effect: Effect, *, error: str, code: str, item_id: str) -> None:
        """The other side says no, or the limit of tries is reached. ``error`` may quote the post: it stays in the store."""
        self._set(effect.key, state=EffectState.REFUSED, error=error)
        self.audit(
            AuditEvent.EFFECT_REFUSED,
            item_id=item_id,
            object_ref=effect.key,
            reason_code=code,
            details={"kind": str(effect.request.get("kind", effect.kind)), "tries": effect.tries},
        )

    def owe_again(self, key: str, *, locator: Mapping[str, object], seq: int) -> None:
        """A source offers again what it was told we took: telling it is owed once more, at the place it is now."""
        self._set(key, state=EffectState.PLANNED, tries=0, next_try_at=0.0)
        self.conn.execute(update(t.post).where(t.post.c.seq == seq).values(locator=plain(dict(locator))))

    def adopt(self, effect: Effect, post_seq: int) -> None:
        """Another post goes on with an effect whose owner has ended without finishing it (a case both go into)."""
        self._set(effect.key, post_seq=post_seq)

    def _set(self, key: str, **values: object) -> None:
        self.conn.execute(_CHANGE, {"effect_key": key, **values})

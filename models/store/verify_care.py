"""Questions of ``verify`` about the steps of caretaking: effects that no post owns."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, or_, select

from models.audit import AuditEvent
from models.store import tables as t
from models.store.base import Part
from models.store.effect_tx import EffectKind, EffectState


class CareChecks(Part):
    """Each question is one pass over its table."""

    def care_count(self) -> int:
        """How many steps have been asked for."""
        return int(self.conn.execute(select(func.count()).where(*_STEPS)).scalar_one())

    def care_tired(self, *, tries: int, lookups: int) -> Iterator[str]:
        """Keys of steps that are still tried after the limits."""
        e = t.effect.c
        tired = or_(
            (e.state == EffectState.PLANNED) & (e.tries > tries),
            (e.state == EffectState.UNKNOWN) & (e.lookups > lookups),
        )
        yield from self.conn.execute(select(e.key).where(*_STEPS, tired).order_by(e.seq)).scalars()

    def care_twice(self) -> Iterator[str]:
        """Keys of steps that were done more than once."""
        a = t.audit_event.c
        done = select(a.object_ref).where(a.item_id == "", a.event == AuditEvent.EFFECT_DONE)
        twice = done.group_by(a.object_ref).having(func.count() > 1)
        e = t.effect.c
        yield from self.conn.execute(select(e.key).where(*_STEPS, e.key.in_(twice)).order_by(e.seq)).scalars()

    def care_unexplained(self) -> Iterator[str]:
        """Keys of steps that no event says the ground of: a rule in its set, or a person who asked for it."""
        a, e = t.audit_event.c, t.effect.c
        ground = or_(a.ruleset_sha256 != "", a.actor.startswith("user:"))
        said = select(a.object_ref).where(a.item_id == "", a.event == AuditEvent.CARE_DECIDED, ground)
        yield from self.conn.execute(select(e.key).where(*_STEPS, e.key.not_in(said)).order_by(e.seq)).scalars()


_STEPS = (t.effect.c.kind == EffectKind.CARE, t.effect.c.post_seq.is_(None))

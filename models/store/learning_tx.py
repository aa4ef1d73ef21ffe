"""What is kept of learning: examples, and the pipelines trained from them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update

from models.audit import AuditEvent
from models.learning import Example, Learnt, Origin, Standing, Target
from models.post import Outcome, State
from models.sql import Row
from models.store import tables as t
from models.store.audit_tx import AuditTx
from models.store.base import Part
from models.store.codec import plain
from models.store.learning_tables import learning_example, learning_pipeline

_TAUGHT = (Outcome.ARCHIVED, Outcome.FORWARDED, Outcome.DISMISSED)
_ORDERED = learning_pipeline.c.no.desc()


class LearningReads(Part):
    """Questions about what has been learnt."""

    def to_learn_from(self, most: int, *, after: int = 0) -> list[int]:
        """Posts that ended and have not been noted as examples since they were last answered, oldest first, from the one
        ``after``. One that waits for approval (status M) is not ended to us: nobody has said that it is right."""
        e = learning_example.c
        noted = select(e.post_seq, func.min(e.noted_at).label("at")).group_by(e.post_seq).subquery()
        said = select(t.answer.c.post_seq, func.max(t.answer.c.at).label("at")).group_by(t.answer.c.post_seq).subquery()
        p = t.post.c
        query = (
            select(p.seq)
            .outerjoin(noted, noted.c.post_seq == p.seq)
            .outerjoin(said, said.c.post_seq == p.seq)
            .where(
                p.seq > after,
                p.state == State.DONE,
                p.outcome.in_([outcome.value for outcome in _TAUGHT]),
                p.purged_at.is_(None),
                or_(p.journalstatus.is_(None), p.journalstatus != "M"),
                or_(noted.c.at.is_(None), and_(said.c.at.is_not(None), said.c.at > noted.c.at)),
            )
            .order_by(p.seq)
            .limit(most)
        )
        return [int(seq) for seq in self.conn.execute(query).scalars()]

    def examples(self, target: Target, *, most: int) -> list[Example]:
        """The newest examples of a target by when the post came, oldest of them first."""
        e = learning_example.c
        query = select(learning_example).where(e.target == target).order_by(e.at.desc(), e.key.desc()).limit(most)
        return [_example(row) for row in reversed(self.conn.execute(query).mappings().all())]

    def example_counts(self, target: Target) -> dict[str, dict[str, int]]:
        """Label → origin → how many."""
        e = learning_example.c
        query = select(e.label, e.origin, func.count()).where(e.target == target).group_by(e.label, e.origin)
        found: dict[str, dict[str, int]] = {}
        for label, origin, number in self.conn.execute(query):
            found.setdefault(label, {})[origin] = int(number)
        return found

    def category_of_case(self, saksmappe_id: str) -> str | None:
        """What an earlier post of the same case was learnt as."""
        e = learning_example.c
        query = (
            select(e.label)
            .join(t.post, t.post.c.seq == e.post_seq)
            .where(e.target == Target.KATEGORI, t.post.c.saksmappe_id == saksmappe_id)
            .order_by(e.noted_at.desc(), e.key)
            .limit(1)
        )
        found = self.conn.execute(query).scalar()
        return str(found) if found is not None else None

    def pipelines(self, target: Target) -> list[Learnt]:
        """All that were trained, newest first."""
        query = select(learning_pipeline).where(learning_pipeline.c.target == target).order_by(_ORDERED)
        return [_learnt(row) for row in self.conn.execute(query).mappings()]

    def live_pipeline(self, target: Target) -> Learnt | None:
        """The one at work."""
        return next((one for one in self.pipelines(target) if one.standing is Standing.LIVE), None)


class LearningTx(AuditTx, LearningReads):
    """Noting examples, and taking pipelines into use."""

    def note_examples(self, examples: Iterable[Example]) -> int:
        """Keeps examples; one of the same key and target is replaced. Returns how many there were."""
        e, count = learning_example.c, 0
        for example in examples:
            self.conn.execute(delete(learning_example).where(e.key == example.key, e.target == example.target.value))
            values = {name: getattr(example, name) for name in example.__slots__}
            values |= {"target": example.target.value, "origin": example.origin.value, "noted_at": self.now}
            self.conn.execute(insert(learning_example).values(**values))
            count += 1
        return count

    def forget_examples(self, *, of_post: int | None = None, imported_before: float | None = None) -> int:
        """Lets go of a post's examples, or of imported ones that came before a time; with neither, of all."""
        e, query = learning_example.c, delete(learning_example)
        if of_post is not None:
            query = query.where(e.post_seq == of_post)
        elif imported_before is not None:
            query = query.where(e.origin == Origin.IMPORTED.value, e.at < imported_before)
        return int(self.conn.execute(query).rowcount)

    def add_pipeline(
        self, target: Target, sha256: str, *, live: bool, seen_until: float, examples: int, card: dict[str, Any]
    ) -> None:
        """Notes a trained pipeline; a live one takes the place of the one before, which is kept for roll-back."""
        if live:
            self._retire(target)
        last = self.conn.execute(select(func.max(learning_pipeline.c.no))).scalar()
        self.conn.execute(
            insert(learning_pipeline).values(
                no=int(last or 0) + 1,
                target=target.value,
                sha256=sha256,
                standing=(Standing.LIVE if live else Standing.REFUSED).value,
                trained_at=self.now,
                seen_until=seen_until,
                examples=examples,
                card=plain(card),
            )
        )
        if live:
            self._told(target, sha256, "trained", examples)

    def go_back_to(self, target: Target, no: int) -> None:
        """Takes an older pipeline into use again."""
        self._retire(target)
        at = learning_pipeline.c.no == no
        self.conn.execute(update(learning_pipeline).where(at).values(standing=Standing.LIVE.value))
        row = self.conn.execute(select(learning_pipeline).where(at)).mappings().one()
        self._told(target, row["sha256"], "rolled_back", row["examples"])

    def forget_pipelines(self, numbers: Collection[int]) -> None:
        """Rows whose files have gone or are to go."""
        if numbers:
            self.conn.execute(delete(learning_pipeline).where(learning_pipeline.c.no.in_(sorted(numbers))))

    def _retire(self, target: Target) -> None:
        p = learning_pipeline.c
        live = and_(p.target == target.value, p.standing == Standing.LIVE.value)
        self.conn.execute(update(learning_pipeline).where(live).values(standing=Standing.OLD.value))

    def _told(self, target: Target, sha256: str, how: str, examples: int) -> None:
        self.audit(
            AuditEvent.PIPELINE_IN_FORCE,
            object_ref=sha256,
            details={"target": target.value, "how": how, "examples": examples},
        )


def _example(row: Row) -> Example:
    values = {name: row[name] for name in Example.__slots__}
    return Example(**{**values, "target": Target(row["target"]), "origin": Origin(row["origin"])})


def _learnt(row: Row) -> Learnt:
    values = {name: row[name] for name in Learnt.__slots__}
    card = json.loads(row["card"])
    return Learnt(**{**values, "target": Target(row["target"]), "standing": Standing(row["standing"]), "card": card})

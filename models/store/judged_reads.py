"""What was judged in a period, streamed: for the back-test of rules and for what each rule has done."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, func, select

from models.answer import Answer, Verb
from models.facts import Facts
from models.sql import Row
from models.store import tables as t
from models.store.base import Part
from models.store.codec import from_text, unpack

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPost:
    """One decision of the robot, with its post as listed and the answer people gave last (None: nobody did); ``verbs`` of all
    answers, in order."""

    post: Row
    no: int
    rule: str | None
    at: float
    answer: Answer | None = None
    verbs: tuple[Verb, ...] = ()
    raw_facts: bytes = field(repr=False, default=b"")
    raw_judgement: bytes = field(repr=False, default=b"")

    def facts(self) -> Facts:
        """What was known of it then."""
        return unpack(self.raw_facts, Facts)

    def judgement(self) -> Mapping[str, Any]:
        """The judgement as plain data (JSON): a tenth of the cost of making the objects."""
        found: Mapping[str, Any] = json.loads(zlib.decompress(self.raw_judgement))
        return found


class JudgedReads(Part):
    """Questions about many decisions at once; pages of 200, so that memory stays flat."""

    def judged(self, since: float, until: float, *, facts: bool = True) -> Iterator[JudgedPost]:
        """The newest decision of every post received from ``since`` until before ``until`` (epoch seconds), by number.

        ``facts`` False leaves the (large) facts out.
        """
        d, p = t.decision.c, t.post.c
        newest = select(d.post_seq, func.max(d.no).label("no")).group_by(d.post_seq).subquery()
        columns = [c for c in t.post.c if c.name not in ("envelope", "locator", "rule")]
        blobs = [d.facts, d.judgement] if facts else [d.judgement]
        query = (
            select(*columns, d.no, d.rule, d.at, *blobs)
            .join(newest, newest.c.post_seq == p.seq)
            .join(t.decision, and_(d.post_seq == p.seq, d.no == newest.c.no))
            # What the rules were tried on has gone where retention has passed: nothing can be tried on it again.
            .where(p.received_at >= since, p.received_at < until, p.purged_at.is_(None))
            .order_by(p.seq)
            .limit(_PAGE)
        )
        last = 0
        while True:
            rows = self.conn.execute(query.where(p.seq > last)).mappings().all()
            answers = self._answers([row["seq"] for row in rows])
            for row in rows:
                given = answers.get(row["seq"], ())
                yield JudgedPost(
                    post=row,
                    no=row["no"],
                    rule=row["rule"],
                    at=row["at"],
                    answer=given[-1] if given else None,
                    verbs=tuple(answer.verb for answer in given),
                    raw_facts=bytes(row["facts"]) if facts else b"",
                    raw_judgement=bytes(row["judgement"]),
                )
            if len(rows) < _PAGE:
                return
            last = rows[-1]["seq"]

    def judged_count(self, since: float, until: float) -> int:
        """How many :meth:`judged` gives."""
        decided = select(t.decision.c.post_seq).distinct().scalar_subquery()
        p = t.post.c
        query = select(func.count()).where(
            p.received_at >= since, p.received_at < until, p.seq.in_(decided), p.purged_at.is_(None)
        )
        return int(self.conn.execute(query).scalar() or 0)

    def purged_count(self, since: float, until: float) -> int:
        """Posts of the period whose content retention has let go of."""
        p = t.post.c
        query = select(func.count()).where(p.received_at >= since, p.received_at < until, p.purged_at.is_not(None))
        return int(self.conn.execute(query).scalar() or 0)

    def undecided_count(self, since: float, until: float) -> int:
        """Posts of the period that have not been decided yet."""
        p = t.post.c
        decided = select(t.decision.c.post_seq).distinct().scalar_subquery()
        query = select(func.count()).where(p.received_at >= since, p.received_at < until, p.seq.not_in(decided))
        return int(self.conn.execute(query).scalar() or 0)

    def _answers(self, seqs: list[int]) -> dict[int, tuple[Answer, ...]]:
        if not seqs:
            return {}
        a = t.answer.c
        query = select(a.post_seq, a.payload).where(a.post_seq.in_(seqs)).order_by(a.post_seq, a.round)
        found: dict[int, tuple[Answer, ...]] = {}
        for row in self.conn.execute(query):
            found[int(row.post_seq)] = (*found.get(int(row.post_seq), ()), from_text(row.payload, Answer))
        return found

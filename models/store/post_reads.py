"""Posts: the questions asked about them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, Select, and_, bindparam, exists, func, or_, select

from models.post import Envelope, Locator, Outcome, Post, State, StoredDocument
from models.sql import Prepared, Row
from models.store import tables as t
from models.store.base import Part
from models.store.codec import from_text

WORKING = (State.RECEIVED, State.DECIDED, State.ARCHIVED)
ENDS = (State.DONE, State.SET_ASIDE)


_BY_SEQ = Prepared(select(t.post).where(t.post.c.seq == bindparam("post_no")))
_BY_ID = Prepared(select(t.post).where(t.post.c.id == bindparam("post_id")))
_DOCUMENTS = Prepared(select(t.document).where(t.document.c.post_seq == bindparam("post_no")).order_by(t.document.c.no))
_LOCATOR = Prepared(select(t.post.c.locator).where(t.post.c.seq == bindparam("post_no")))
_SEQ_OF = Prepared(
    select(t.post.c.seq).where(t.post.c.source == bindparam("of"), t.post.c.source_key == bindparam("its_key"))
)
_SAME_CONTENT = Prepared(
    select(t.post.c.seq, t.post.c.id, t.post.c.outcome)
    .where(t.post.c.content_key == bindparam("its_key"), t.post.c.seq != bindparam("besides"))
    .order_by(t.post.c.seq)
)


def _due() -> Select[Any]:
    """See :meth:`PostReads.due`; without what is in hand already, which the caller leaves out."""
    other, owner = t.effect.alias("other"), t.post.alias("owner")
    now = bindparam("now", type_=Float)
    blocked = exists().where(
        other.c.order_key == t.post.c.order_key,
        other.c.state.in_(("planned", "unknown", "pending")),
        other.c.post_seq != t.post.c.seq,
        or_(other.c.post_seq < t.post.c.seq, other.c.key == t.post.c.order_key),
        owner.c.seq == other.c.post_seq,
        owner.c.state.in_(WORKING),
    )
    twin = t.post.alias("twin")
    copy_first = exists().where(
        twin.c.body_hash == t.post.c.body_hash, twin.c.seq < t.post.c.seq, twin.c.state == State.RECEIVED
    )
    rank = func.row_number().over(partition_by=t.post.c.channel, order_by=(t.post.c.urgent.desc(), t.post.c.seq))
    waiting = (
        select(t.post.c.seq, t.post.c.urgent, rank.label("rank"))
        .where(
            t.post.c.state.in_(WORKING),
            t.post.c.next_try_at <= now,
            or_(t.post.c.lease_until.is_(None), t.post.c.lease_until <= now),
            or_(t.post.c.order_key.is_(None), ~blocked),
            or_(t.post.c.body_hash.is_(None), t.post.c.state != State.RECEIVED, ~copy_first),
        )
        .subquery()
    )
    ranked = select(waiting.c.seq).order_by(waiting.c.urgent.desc(), waiting.c.rank, waiting.c.seq)
    return ranked.limit(bindparam("most", type_=Integer))


_DUE = Prepared(_due())


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferState:
    """What we know of something a source offers: the post that has it, and whether its take-over is recorded as done."""

    seq: int
    source_key: str
    taken_over: bool


class PostReads(Part):
    """Questions about posts."""

    def post(self, ref: str | int) -> Post | None:
        """A post by its id (``2026-11-24-0042``) or sequence number."""
        row = self.row(ref)
        return self._post(row) if row is not None else None

    def row(self, ref: str | int) -> Row | None:
        """The bare row of a post, with the columns people list by."""
        if isinstance(ref, int):
            return self.conn.execute(_BY_SEQ, {"post_no": ref}).mappings().first()
        return self.conn.execute(_BY_ID, {"post_id": ref}).mappings().first()

    def _post(self, row: Row) -> Post:
        documents = self.conn.execute(_DOCUMENTS, {"post_no": row["seq"]}).mappings()
        return Post(
            id=row["id"],
            seq=row["seq"],
            key=row["key"],
            organisation="",
            source=row["source"],
            channel=row["channel"],
            source_id=row["source_id"],
            source_key=row["source_key"],
            locator=json.loads(row["locator"]),
            envelope=from_text(row["envelope"], Envelope),
            documents=tuple(
                StoredDocument(
                    no=d["no"],
                    sha256=d["sha256"],
                    name=d["name"],
                    media_type=d["media_type"],
                    size_bytes=d["size_bytes"],
                )
                for d in documents
            ),
            state=State(row["state"]),
            outcome=Outcome(row["outcome"]) if row["outcome"] else None,
            reason=row["reason"],
            stage=row["stage"],
            detail=row["detail"],
            tries=row["tries"],
            received_at=datetime.fromtimestamp(row["received_at"], UTC),
            stored_at=datetime.fromtimestamp(row["stored_at"], UTC),
            content_key=row["content_key"],
            unscanned_since=row["unscanned_since"],
            scan_tries=row["scan_tries"],
        )

    def locator(self, seq: int) -> Locator:
        """Where a post is at its source, as recorded last."""
        found: Locator = json.loads(self.conn.execute(_LOCATOR, {"post_no": seq}).scalar_one())
        return found

    def seq_of(self, source: str, source_key: str) -> int | None:
        """The post with this key at its source, or None."""
        found = self.conn.execute(_SEQ_OF, {"of": source, "its_key": source_key}).scalar()
        return int(found) if found is not None else None

    def seq_of_key(self, key: str) -> int | None:
        """The post whose keys are made of this one, or None."""
        found = self.conn.execute(select(t.post.c.seq).where(t.post.c.key == key).limit(1)).scalar()
        return int(found) if found is not None else None

    def known_offers(self, source: str, keys: Sequence[str]) -> dict[str, OfferState]:
        """Which of these offers we have, by offer key (asked in batches of 500)."""
        known: dict[str, OfferState] = {}
        for start in range(0, len(keys), 500):
            batch = keys[start : start + 500]
            query = (
                select(t.post.c.offer_key, t.post.c.seq, t.post.c.source_key, t.effect.c.state)
                .outerjoin(t.effect, and_(t.effect.c.post_seq == t.post.c.seq, t.effect.c.kind == "take_over"))
                .where(t.post.c.source == source, t.post.c.offer_key.in_(batch))
                .order_by(t.post.c.seq, t.effect.c.seq)
            )
            for offer_key, seq, source_key, state in self.conn.execute(query):
                known[offer_key] = OfferState(seq=seq, source_key=source_key, taken_over=state in ("done", "refused"))
        return known

    def due(self, limit: int, *, skip: Iterable[int] = ()) -> list[int]:
        """Posts to go on with, fair between channels: urgent first, then each channel's oldest in turn.

        Left out: not yet time to try again, leased by another, or while another post on its way has an earlier unfinished
        archive effect on the same case (``order_key``), or is opening that case. A post that has been set aside blocks
        nobody. Of two copies of a mail the first received is decided first, so that the second is the duplicate.
        """
        left_out = set(skip)
        found = self.conn.execute(_DUE, {"now": self.now, "most": limit + len(left_out)}).scalars()
        return [int(seq) for seq in found if seq not in left_out][:limit]

    def states(self) -> dict[str, int]:
        """How many posts are in each state; states with none are there with 0."""
        found = self.conn.execute(select(t.post.c.state, func.count()).group_by(t.post.c.state))
        counts = {str(state): int(number) for state, number in found}
        return {state.value: counts.get(state.value, 0) for state in State}

    def oldest_waiting(self) -> float | None:
        """When the oldest post that has not ended was stored (epoch seconds), or None."""
        query = select(func.min(t.post.c.stored_at)).where(t.post.c.state.in_(WORKING))
        found = self.conn.execute(query).scalar()
        return float(found) if found is not None else None

    def rows(self, *where: ColumnElement[bool], limit: int | None = None) -> Iterator[Row]:
        """Bare post rows in order of ``seq``, streamed in pages of 500 so that memory stays flat."""
        last = 0
        left = limit
        while left is None or left > 0:
            page: Select[Any] = (
                select(t.post).where(t.post.c.seq > last, *where).order_by(t.post.c.seq).limit(min(500, left or 500))
            )
            found = self.conn.execute(page).mappings().all()
            yield from found
            if len(found) < min(500, left or 500):
                return
            last = found[-1]["seq"]
            left = left - len(found) if left is not None else None

    def same_content(self, content_key: str, *, besides: int) -> list[tuple[int, str, str | None]]:
        """Posts with this content key: (seq, id, outcome), oldest first."""
        found = self.conn.execute(_SAME_CONTENT, {"its_key": content_key, "besides": besides})
        return [(int(r[0]), str(r[1]), r[2]) for r in found]

    def referenced_hashes(self) -> set[str]:
        """All hashes a row names as an original document, save of posts whose content has gone by the rules of retention."""
        query = select(t.document.c.sha256).join(t.post, t.post.c.seq == t.document.c.post_seq)
        return set(self.conn.execute(query.where(t.post.c.purged_at.is_(None)).distinct()).scalars())

"""What ``postrobot verify`` asks of a store. Everything is streamed in pages, so that memory stays flat however many posts.

All of it in the one snapshot of the transaction it is made with: ``VerifyReads(reads.conn, now=reads.now)``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from models.audit import AuditEvent
from models.decision import Decision
from models.facts import Facts
from models.post import State
from models.store import tables as t
from models.store.codec import unpack
from models.store.effect_tx import EffectKind, EffectState
from models.store.rule_tx import RuleReads
from models.store.verify_care import CareChecks

PAGE = 500

_ROW = (
    "seq", "id", "key", "source", "source_key", "state", "outcome", "reason", "next_try_at", "stored_at", "lease_token",
    "lease_until", "journalpost_id", "purged_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A hash that rows name as an original document. ``needed``: by a post whose content has not been purged."""

    sha256: str
    post: str
    needed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One post with its events in order. ``documents`` and ``decisions`` are how many rows it has of each; ``effects`` its
    effects as (key, kind, state, tries, lookups)."""

    row: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    documents: int
    decisions: int
    effects: Sequence[tuple[str, str, str, int, int]] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The newest decision of a post on its way or done, beside what it came from."""

    post: str
    facts: Facts
    decision: Decision


class VerifyReads(RuleReads, CareChecks):
    """Questions that only verify asks."""

    def originals(self) -> Iterator[Original]:
        """Every hash that a row names as an original document, once, in order of the hashes."""
        last = ""
        unpurged = func.count(t.post.c.seq).filter(t.post.c.purged_at.is_(None))
        while True:
            query = (
                select(t.document.c.sha256, func.min(t.post.c.id), unpurged)
                .join(t.post, t.post.c.seq == t.document.c.post_seq)
                .where(t.document.c.sha256 > last)
                .group_by(t.document.c.sha256)
                .order_by(t.document.c.sha256)
                .limit(PAGE)
            )
            page = self.conn.execute(query).all()
            yield from (Original(sha256=row[0], post=row[1], needed=row[2] > 0) for row in page)
            if len(page) < PAGE:
                return
            last = page[-1][0]

    def purged_by_event(self, sha256: str) -> bool:
        """Whether a ``content_purged`` event of a post with this document names the hash."""
        query = (
            select(t.audit_event.c.details)
            .join(t.post, t.post.c.id == t.audit_event.c.item_id)
            .join(t.document, t.document.c.post_seq == t.post.c.seq)
            .where(t.document.c.sha256 == sha256, t.audit_event.c.event == AuditEvent.CONTENT_PURGED)
        )
        return any(sha256 in json.loads(details)["documents"] for details in self.conn.execute(query).scalars())

    def trails(self) -> Iterator[Trail]:
        """Every post with what the audit, and its other rows, say of it."""
        last = 0
        columns = [t.post.c[name] for name in _ROW]
        while True:
            query = select(*columns).where(t.post.c.seq > last).order_by(t.post.c.seq).limit(PAGE)
            page: Sequence[Any] = self.conn.execute(query).mappings().all()
            yield from self._with_events(page)
            if len(page) < PAGE:
                return
            last = page[-1]["seq"]

    def _with_events(self, page: Sequence[Mapping[str, Any]]) -> Iterator[Trail]:
        a, e = t.audit_event.c, t.effect.c
        seqs = [row["seq"] for row in page]
        events: dict[str, list[Mapping[str, Any]]] = {}
        told = select(a.seq, a.event, a.item_id, a.object_ref, a.reason_code, a.rule_id, a.ruleset_sha256, a.details)
        for event in self.conn.execute(told.where(a.item_id.in_([r["id"] for r in page])).order_by(a.seq)).mappings():
            events.setdefault(event["item_id"], []).append({**event, "details": json.loads(event["details"])})
        effects: dict[int, list[tuple[str, str, str, int, int]]] = {}
        owed = select(e.post_seq, e.key, e.kind, e.state, e.tries, e.lookups).where(e.post_seq.in_(seqs))
        for post_seq, *rest in self.conn.execute(owed.order_by(e.seq)):
            effects.setdefault(post_seq, []).append(tuple(rest))
        documents, decisions = self._counts(t.document, seqs), self._counts(t.decision, seqs)
        for row in page:
            yield Trail(
                row=row,
                events=events.get(row["id"], ()),
                documents=documents.get(row["seq"], 0),
                decisions=decisions.get(row["seq"], 0),
                effects=effects.get(row["seq"], ()),
            )

    def _counts(self, table: Any, seqs: Sequence[int]) -> dict[int, int]:
        query = select(table.c.post_seq, func.count()).where(table.c.post_seq.in_(seqs)).group_by(table.c.post_seq)
        return {int(seq): int(number) for seq, number in self.conn.execute(query)}

    def events_without_post(self) -> Iterator[str]:
        """Ids that the audit says were received and that no row has: a row that was removed."""
        a = t.audit_event.c
        query = (
            select(a.item_id)
            .outerjoin(t.post, t.post.c.id == a.item_id)
            .where(a.event == AuditEvent.RECEIVED, t.post.c.seq.is_(None))
            .order_by(a.seq)
        )
        yield from self.conn.execute(query).scalars()

    def kept_decisions(self) -> Iterator[Kept]:
        """The newest decision of every post that was decided and whose content has not been purged."""
        d = t.decision.c
        newest = select(d.post_seq, func.max(d.no).label("no")).group_by(d.post_seq).subquery()
        decided = (State.DECIDED, State.ARCHIVED, State.DONE)
        last = 0
        while True:
            query = (
                select(t.post.c.seq, t.post.c.id, d.facts, d.decision)
                .join(newest, newest.c.post_seq == t.post.c.seq)
                .join(t.decision, and_(d.post_seq == newest.c.post_seq, d.no == newest.c.no))
                .where(t.post.c.seq > last, t.post.c.state.in_(decided), t.post.c.purged_at.is_(None))
                .order_by(t.post.c.seq)
                .limit(50)  # facts hold the text of the post
            )
            page = self.conn.execute(query).all()
            for _, post, facts, decision in page:
                yield Kept(post=post, facts=unpack(bytes(facts), Facts), decision=unpack(bytes(decision), Decision))
            if len(page) < 50:
                return
            last = page[-1][0]

    def documents_on_the_way(self) -> Iterator[tuple[str, str]]:
        """(post id, hash) of every document that a decision asks the archive for and the archive does not have yet."""
        d = t.decision.c
        newest = select(d.post_seq, func.max(d.no).label("no")).group_by(d.post_seq).subquery()
        query = (
            select(t.post.c.id, d.decision)
            .join(newest, newest.c.post_seq == t.post.c.seq)
            .join(t.decision, and_(d.post_seq == newest.c.post_seq, d.no == newest.c.no))
            .where(t.post.c.state == State.DECIDED)
            .order_by(t.post.c.seq)
        )
        for post, raw in self.conn.execute(query):
            journalpost = unpack(bytes(raw), Decision).journalpost
            for document in journalpost.dokumenter if journalpost is not None else ():
                yield post, document.sha256

    def decisions_without_rules(self) -> tuple[int, list[tuple[str, str]]]:
        """How many decisions there are, and (post id, rule set's hash) of those whose rule set is not kept."""
        d, r = t.decision.c, t.ruleset.c
        total = self.conn.execute(select(func.count()).select_from(t.decision)).scalar_one()
        query = (
            select(t.post.c.id, d.ruleset_sha256)
            .join(t.post, t.post.c.seq == d.post_seq)
            .outerjoin(t.ruleset, r.sha256 == d.ruleset_sha256)
            .where(r.sha256.is_(None))
            .order_by(d.post_seq)
        )
        return int(total), [(row[0], row[1]) for row in self.conn.execute(query)]

    def rulesets(self) -> list[str]:
        """The hash of every rule set that was in force."""
        return [
            str(one) for one in self.conn.execute(select(t.ruleset.c.sha256).order_by(t.ruleset.c.sha256)).scalars()
        ]

    def journalposts_of(self, keys: Sequence[str]) -> dict[str, tuple[str, str | None]]:
        """By base key: (post id, system id of its journalpost or None)."""
        query = select(t.post.c.key, t.post.c.id, t.post.c.journalpost_id).where(t.post.c.key.in_(keys))
        return {row[0]: (row[1], row[2]) for row in self.conn.execute(query)}

    def with_journalpost(self) -> Iterator[tuple[str, str, str]]:
        """(post id, base key, system id) of every post that has a journalpost."""
        last = 0
        p = t.post.c
        while True:
            query = select(p.seq, p.id, p.key, p.journalpost_id).where(p.seq > last, p.journalpost_id.is_not(None))
            page = self.conn.execute(query.order_by(p.seq).limit(PAGE)).all()
            yield from ((row[1], row[2], row[3]) for row in page)
            if len(page) < PAGE:
                return
            last = page[-1][0]

    def case_keys(self, *, since: float) -> Iterator[tuple[str, str | None]]:
        """(key, answer's locator as JSON) of cases asked for since then, and of older ones that were ever sent in doubt."""
        e = t.effect.c
        doubted = or_(e.planned_at >= since, e.tries > 1, e.lookups > 0)
        query = select(e.key, e.locator).where(e.kind == EffectKind.ARCHIVE, e.state == EffectState.DONE, doubted)
        yield from self.conn.execute(query.where(e.key.like("%-sak")).order_by(e.seq))

    def keys_made(self) -> Iterator[tuple[str, str, str, str]]:
        """(post id, source, what its keys are made of, base key) of every post."""
        last = 0
        p = t.post.c
        while True:
            made_of = case((p.identity == "", p.source_key), else_=p.identity)
            query = select(p.seq, p.id, p.source, made_of, p.key).where(p.seq > last).order_by(p.seq).limit(PAGE)
            page = self.conn.execute(query).all()
            yield from ((row[1], row[2], row[3], row[4]) for row in page)
            if len(page) < PAGE:
                return
            last = page[-1][0]

    def job_runs(self) -> Iterator[tuple[str, str, str, float]]:
        """(job, slot, state, started at) of every slot, by job and slot."""
        j = t.job_run.c
        yield from self.conn.execute(select(j.job, j.due_slot, j.state, j.started_at).order_by(j.job, j.due_slot))

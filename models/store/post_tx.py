"""Posts: storing, claiming, moving between states, and finding them again."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, RowMapping, Select, and_, bindparam, exists, func, insert, or_, select, update

from models.audit import AuditEvent
from models.decision import Decision
from models.facts import Facts
from models.judgement import Judgement
from models.post import Envelope, Fetched, Locator, Outcome, Post, State, StoredDocument
from models.reasons import ReasonCode
from models.sql import Prepared
from models.store import tables as t
from models.store.audit_tx import AuditTx
from models.store.base import Part, next_number
from models.store.codec import from_text, pack, plain, to_text, unpack

WORKING = (State.RECEIVED, State.DECIDED, State.ARCHIVED)
ENDS = (State.DONE, State.SET_ASIDE)


_BY_SEQ = Prepared(select(t.post).where(t.post.c.seq == bindparam("post_no")))
_BY_ID = Prepared(select(t.post).where(t.post.c.id == bindparam("post_id")))
_DOCUMENTS = Prepared(select(t.document).where(t.document.c.post_seq == bindparam("post_no")).order_by(t.document.c.no))
_CHANGE = Prepared(update(t.post).where(t.post.c.seq == bindparam("post_no")))
_MOVE = Prepared(update(t.post).where(t.post.c.seq == bindparam("post_no"), t.post.c.state == bindparam("seen")))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """A decision with what it came from."""

    no: int
    at: datetime
    facts: Facts
    judgement: Judgement
    decision: Decision


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

    def row(self, ref: str | int) -> RowMapping | None:
        """The bare row of a post, with the columns people list by."""
        if isinstance(ref, int):
            return self.conn.execute(_BY_SEQ, {"post_no": ref}).mappings().first()
        return self.conn.execute(_BY_ID, {"post_id": ref}).mappings().first()

    def _post(self, row: RowMapping) -> Post:
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
        )

    def locator(self, seq: int) -> Locator:
        """Where a post is at its source, as recorded last."""
        found: Locator = json.loads(self.conn.execute(select(t.post.c.locator).where(t.post.c.seq == seq)).scalar_one())
        return found

    def seq_of(self, source: str, source_key: str) -> int | None:
        """The post with this key at its source, or None."""
        query = select(t.post.c.seq).where(t.post.c.source == source, t.post.c.source_key == source_key)
        found = self.conn.execute(query).scalar()
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
        other, owner = t.effect.alias("other"), t.post.alias("owner")
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
                t.post.c.next_try_at <= self.now,
                or_(t.post.c.lease_until.is_(None), t.post.c.lease_until <= self.now),
                or_(t.post.c.order_key.is_(None), ~blocked),
                or_(t.post.c.body_hash.is_(None), t.post.c.state != State.RECEIVED, ~copy_first),
                t.post.c.seq.not_in(list(skip)),
            )
            .subquery()
        )
        query = select(waiting.c.seq).order_by(waiting.c.urgent.desc(), waiting.c.rank, waiting.c.seq).limit(limit)
        return [int(seq) for seq in self.conn.execute(query).scalars()]

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

    def rows(self, *where: ColumnElement[bool], limit: int | None = None) -> Iterator[RowMapping]:
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

    def decision(self, seq: int) -> StoredDecision | None:
        """The newest decision of a post, or None."""
        query = select(t.decision).where(t.decision.c.post_seq == seq).order_by(t.decision.c.no.desc()).limit(1)
        row = self.conn.execute(query).mappings().first()
        if row is None:
            return None
        return StoredDecision(
            no=row["no"],
            at=datetime.fromtimestamp(row["at"], UTC),
            facts=unpack(row["facts"], Facts),
            judgement=unpack(row["judgement"], Judgement),
            decision=unpack(row["decision"], Decision),
        )

    def same_content(self, content_key: str, *, besides: int) -> list[tuple[int, str, str | None]]:
        """Posts with this content key: (seq, id, outcome), oldest first."""
        query = (
            select(t.post.c.seq, t.post.c.id, t.post.c.outcome)
            .where(t.post.c.content_key == content_key, t.post.c.seq != besides)
            .order_by(t.post.c.seq)
        )
        return [(int(r[0]), str(r[1]), r[2]) for r in self.conn.execute(query)]

    def memo(self, sha256: str, page: int, reader: str, settings: str) -> bytes | None:
        """A reading made before, or None."""
        r = t.reading.c
        query = select(r.value).where(r.sha256 == sha256, r.page == page, r.reader == reader, r.settings == settings)
        value = self.conn.execute(query).scalar()
        return bytes(value) if value is not None else None

    def answers(self, seq: int) -> Sequence[RowMapping]:
        """The answers people gave to a post, oldest first."""
        query = select(t.answer).where(t.answer.c.post_seq == seq).order_by(t.answer.c.round)
        return self.conn.execute(query).mappings().all()

    def answered_posts(self) -> set[int]:
        """Posts that a person has answered."""
        return set(self.conn.execute(select(t.answer.c.post_seq).distinct()).scalars())

    def stored_ruleset(self, sha256: str) -> dict[str, bytes] | None:
        """The files of a rule set that was in force, or None."""
        raw = self.conn.execute(select(t.ruleset.c.files).where(t.ruleset.c.sha256 == sha256)).scalar()
        if raw is None:
            return None
        return {name: base64.b64decode(content) for name, content in unpack(bytes(raw), dict[str, str]).items()}

    def last_ruleset(self) -> str | None:
        """The hash of the rule set that came into force last, or None."""
        query = select(t.ruleset.c.sha256).order_by(t.ruleset.c.in_force_at.desc()).limit(1)
        found = self.conn.execute(query).scalar()
        return str(found) if found is not None else None

    def rule_count(self, sha256: str) -> int:
        """How many rules a stored set has."""
        found = self.conn.execute(select(t.ruleset.c.rules).where(t.ruleset.c.sha256 == sha256)).scalar()
        return int(found or 0)

    def referenced_hashes(self) -> set[str]:
        """All hashes a row names as an original document."""
        return set(self.conn.execute(select(t.document.c.sha256).distinct()).scalars())

    def decided_hashes(self) -> set[str]:
        """All hashes that a decision made a document of."""
        found: set[str] = set()
        for (raw,) in self.conn.execute(select(t.decision.c.decision)):
            journalpost = unpack(bytes(raw), Decision).journalpost
            if journalpost is not None:
                found.update(document.sha256 for document in journalpost.dokumenter)
        return found


class PostTx(AuditTx, PostReads):
    """Changes of posts. A change of state and its audit event are one call, so that neither is without the other."""

    def insert_post(
        self,
        fetched: Fetched,
        *,
        offer_key: str,
        source: str,
        channel: str,
        key: str,
        zone: str,
        at: Locator,
        body_hash: str | None = None,
    ) -> tuple[int, str]:
        """Stores a post (the bytes are durable already) and its event ``received``. Returns (seq, id).

        Raises:
            sqlalchemy.exc.IntegrityError: (source, source_key) is there already.
        """
        seq = next_number(self.conn, "post")
        day = datetime.fromtimestamp(self.now, ZoneInfo(zone)).date()
        post_id = f"{day.isoformat()}-{seq:04d}"
        self.conn.execute(
            insert(t.post).values(
                seq=seq,
                id=post_id,
                key=key,
                source=source,
                channel=channel,
                source_id=fetched.label,
                source_key=fetched.source_key,
                offer_key=offer_key,
                body_hash=body_hash,
                state=State.RECEIVED,
                received_at=fetched.envelope.received_at.timestamp(),
                stored_at=self.now,
                locator=plain(dict(at)),
                envelope=to_text(fetched.envelope, Envelope),
                subject=fetched.envelope.subject,
            )
        )
        documents = [
            {
                "post_seq": seq,
                "no": no,
                "sha256": document.sha256,
                "name": document.name,
                "media_type": document.media_type,
                "size_bytes": document.size_bytes,
            }
            for no, document in enumerate(fetched.documents)
        ]
        if documents:  # what could never be fetched has none, and an empty list would insert a row of defaults
            self.conn.execute(insert(t.document), documents)
        self.audit(
            AuditEvent.RECEIVED,
            item_id=post_id,
            object_ref=source,
            details={"documents": [d.sha256 for d in fetched.documents], "channel": channel},
        )
        return seq, post_id

    def move(
        self,
        post: Post,
        state: State,
        event: AuditEvent,
        *,
        actor: str = "robot",
        reason: ReasonCode | None = None,
        rule: str | None = None,
        ruleset_sha256: str = "",
        details: Mapping[str, str | int | Sequence[str]] | None = None,
        **columns: object,
    ) -> None:
        """Moves a post to a state, with the one audit event of that change.

        Raises:
            LostRace: the post is no longer in the state the caller saw (another worker was there).
        """
        if state in ENDS:
            columns.setdefault("ended_at", self.now)
            columns.update(lease_token=None, lease_until=None)
        if rule is not None:
            columns["rule"] = rule
        done = self.conn.execute(
            _MOVE,
            {
                "post_no": post.seq,
                "seen": post.state,
                "state": state,
                "reason": reason.value if reason else None,
                **columns,
            },
        )
        if done.rowcount != 1:
            raise LostRace(post.id)
        outcome = columns.get("outcome")
        self.audit(
            event,
            item_id=post.id,
            actor=actor,
            reason_code=reason.value if reason else "",
            rule_id=rule or "",
            ruleset_sha256=ruleset_sha256,
            details={
                "from": post.state.value,
                "to": state.value,
                **({"outcome": str(outcome)} if outcome else {}),
                **(details or {}),
            },
        )

    def set_columns(self, seq: int, **columns: object) -> None:
        """Changes what people list a post by, its locator or its next try; never its state."""
        if "state" in columns:
            raise ValueError("a state is changed by move()")
        self.conn.execute(_CHANGE, {"post_no": seq, **columns})

    def set_locator(self, seq: int, locator: object) -> None:
        """Where the post is at its source now."""
        if not isinstance(locator, Mapping):
            raise TypeError(f"not a locator: {locator!r}")
        self.set_columns(seq, locator=plain(dict(locator)))

    def claim(self, seq: int, *, token: str, lease_s: float) -> bool:
        """Takes the lease of a post by one conditional update (several machines); False when another has it."""
        done = self.conn.execute(
            update(t.post)
            .where(
                t.post.c.seq == seq,
                t.post.c.state.in_(WORKING),
                t.post.c.next_try_at <= self.now,
                or_(t.post.c.lease_until.is_(None), t.post.c.lease_until <= self.now),
            )
            .values(lease_token=token, lease_until=self.now + lease_s)
        )
        return done.rowcount == 1

    def release(self, seq: int, *, token: str) -> None:
        """Lets go of the lease, if it is still ours."""
        self.conn.execute(
            update(t.post)
            .where(t.post.c.seq == seq, t.post.c.lease_token == token)
            .values(lease_token=None, lease_until=None)
        )

    def check_lease(self, seq: int, token: str) -> None:
        """Refuses to write for a post whose lease was lost (fencing, I11).

        Raises:
            LostRace: the lease has another token now.
        """
        held = self.conn.execute(select(t.post.c.lease_token).where(t.post.c.seq == seq)).scalar()
        if held != token:
            raise LostRace(str(seq))

    def keep_decision(self, seq: int, facts: Facts, judgement: Judgement, decision: Decision) -> None:
        """Stores a decision beside what it came from; earlier ones stay."""
        last = self.conn.execute(select(func.max(t.decision.c.no)).where(t.decision.c.post_seq == seq)).scalar()
        self.conn.execute(
            insert(t.decision).values(
                post_seq=seq,
                no=(last or 0) + 1,
                at=self.now,
                ruleset_sha256=decision.ruleset_sha256,
                rule=decision.rule,
                facts=pack(facts, Facts),
                judgement=pack(judgement, Judgement),
                decision=pack(decision, Decision),
            )
        )

    def keep_memo(self, sha256: str, page: int, reader: str, settings: str, value: bytes) -> None:
        """Keeps a reading so that it is never done twice; a second of the same replaces the first."""
        r = t.reading.c
        where = and_(r.sha256 == sha256, r.page == page, r.reader == reader, r.settings == settings)
        if self.conn.execute(update(t.reading).where(where).values(value=value, made_at=self.now)).rowcount:
            return
        self.conn.execute(
            insert(t.reading).values(
                sha256=sha256, page=page, reader=reader, settings=settings, value=value, made_at=self.now
            )
        )

    def keep_ruleset(self, sha256: str, files: Mapping[str, bytes], *, rules: int) -> bool:
        """Keeps the files of a rule set under its hash, with the event that it is in force. False: it is so already.

        A set that was in force before (an edit taken back) comes into force anew.
        """
        if self.last_ruleset() == sha256:
            return False
        if self.conn.execute(select(t.ruleset.c.sha256).where(t.ruleset.c.sha256 == sha256)).first() is not None:
            self.conn.execute(update(t.ruleset).where(t.ruleset.c.sha256 == sha256).values(in_force_at=self.now))
            self.audit(
                AuditEvent.RULESET_IN_FORCE, ruleset_sha256=sha256, details={"files": len(files), "rules": rules}
            )
            return True
        # JSON has no bytes, and a rule set may hold files that are no text (samples beside the rules).
        kept = pack({name: base64.b64encode(raw).decode() for name, raw in files.items()}, dict[str, str])
        self.conn.execute(insert(t.ruleset).values(sha256=sha256, in_force_at=self.now, rules=rules, files=kept))
        self.audit(AuditEvent.RULESET_IN_FORCE, ruleset_sha256=sha256, details={"files": len(files), "rules": rules})
        return True

    def use_answer(self, seq: int, round_no: int) -> None:
        """The answer has gone into the newest decision; it is used once."""
        last = select(func.max(t.decision.c.no)).where(t.decision.c.post_seq == seq).scalar_subquery()
        self.conn.execute(
            update(t.answer).where(t.answer.c.post_seq == seq, t.answer.c.round == round_no).values(decision_no=last)
        )

    def add_answer(self, seq: int, *, round_no: int, verb: str, payload: Mapping[str, object], user: str) -> bool:
        """Records an answer; False when somebody answered this round first (the first wins)."""
        taken = select(t.answer.c.id).where(t.answer.c.post_seq == seq, t.answer.c.round == round_no)
        if self.conn.execute(taken).first() is not None:
            return False
        self.conn.execute(
            insert(t.answer).values(
                post_seq=seq, round=round_no, verb=verb, payload=plain(dict(payload)), user=user, at=self.now
            )
        )
        return True


class LostRace(Exception):
    """Another worker has moved this post; ours stops without having written anything."""

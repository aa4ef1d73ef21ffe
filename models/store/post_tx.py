"""Posts: storing, claiming and moving between states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, or_, select, update

from models.audit import AuditEvent
from models.post import Envelope, Fetched, Locator, Post, State
from models.reasons import ReasonCode
from models.sql import Prepared
from models.store import tables as t
from models.store.audit_tx import AuditTx
from models.store.codec import plain, to_text
from models.store.post_reads import ENDS, WORKING, PostReads

_NEW = Prepared(insert(t.post))
_NEW_DOCUMENT = Prepared(insert(t.document))
_CHANGE = Prepared(update(t.post).where(t.post.c.seq == bindparam("post_no")))
_MOVE = Prepared(update(t.post).where(t.post.c.seq == bindparam("post_no"), t.post.c.state == bindparam("seen")))


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
        seq = self.next_number("post")
        day = datetime.fromtimestamp(self.now, ZoneInfo(zone)).date()
        post_id = f"{day.isoformat()}-{seq:04d}"
        row = {
            "seq": seq,
            "id": post_id,
            "key": key,
            "source": source,
            "channel": channel,
            "source_id": fetched.label,
            "source_key": fetched.source_key,
            "offer_key": offer_key,
            "identity": fetched.identity,
            "body_hash": body_hash,
            "state": State.RECEIVED,
            "received_at": fetched.envelope.received_at.timestamp(),
            "stored_at": self.now,
            "locator": plain(dict(at)),
            "envelope": to_text(fetched.envelope, Envelope),
            "subject": fetched.envelope.subject,
        }
        self.conn.execute(_NEW, row)
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
            self.conn.execute(_NEW_DOCUMENT, documents)
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
        if not columns:
            return  # an answer that changed nothing people list by (the sender's name alone)
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

    def renew(self, seq: int, *, token: str, lease_s: float) -> None:
        """Makes our lease last from now on, or refuses to write for a post whose lease was lost (fencing, I11).

        Raises:
            LostRace: the lease has another token now.
        """
        done = self.conn.execute(
            update(t.post)
            .where(t.post.c.seq == seq, t.post.c.lease_token == token)
            .values(lease_until=self.now + lease_s)
        )
        if done.rowcount != 1:
            raise LostRace(str(seq))

    def check_lease(self, seq: int, token: str) -> None:
        """Refuses to write for a post whose lease was lost (fencing, I11).

        Raises:
            LostRace: the lease has another token now.
        """
        held = self.conn.execute(select(t.post.c.lease_token).where(t.post.c.seq == seq)).scalar()
        if held != token:
            raise LostRace(str(seq))


class LostRace(Exception):
    """Another worker has moved this post; ours stops without having written anything."""

"""What is kept beside a post: readings, decisions with what they came from, people's answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import and_, bindparam, delete, func, insert, select, update

from models.decision import Decision
from models.facts import Facts
from models.judgement import Judgement
from models.sql import Prepared, Row
from models.store import tables as t
from models.store.audit_tx import AuditTx
from models.store.base import Part
from models.store.codec import pack, plain, unpack

_NEWEST_DECISION = Prepared(
    select(t.decision).where(t.decision.c.post_seq == bindparam("post_no")).order_by(t.decision.c.no.desc()).limit(1)
)
_LAST_DECISION = Prepared(select(func.max(t.decision.c.no)).where(t.decision.c.post_seq == bindparam("post_no")))
_NEW_DECISION = Prepared(insert(t.decision))
_ANSWERS = Prepared(select(t.answer).where(t.answer.c.post_seq == bindparam("post_no")).order_by(t.answer.c.round))
_ITS_MEMO = and_(
    t.reading.c.sha256 == bindparam("of"),
    t.reading.c.page == bindparam("its_page"),
    t.reading.c.reader == bindparam("by"),
    t.reading.c.settings == bindparam("with_settings"),
)
_MEMO = Prepared(select(t.reading.c.value).where(_ITS_MEMO))
_CHANGE_MEMO = Prepared(update(t.reading).where(_ITS_MEMO))
_NEW_MEMO = Prepared(insert(t.reading))


def _memo_key(sha256: str, page: int, reader: str, settings: str) -> dict[str, object]:
    return {"of": sha256, "its_page": page, "by": reader, "with_settings": settings}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """A decision with what it came from."""

    no: int
    at: datetime
    facts: Facts
    judgement: Judgement
    decision: Decision


class KeptReads(Part):
    """Questions about what is kept."""

    def decision(self, seq: int) -> StoredDecision | None:
        """The newest decision of a post, or None."""
        row = self.conn.execute(_NEWEST_DECISION, {"post_no": seq}).mappings().first()
        if row is None:
            return None
        return StoredDecision(
            no=row["no"],
            at=datetime.fromtimestamp(row["at"], UTC),
            facts=unpack(row["facts"], Facts),
            judgement=unpack(row["judgement"], Judgement),
            decision=unpack(row["decision"], Decision),
        )

    def memo(self, sha256: str, page: int, reader: str, settings: str) -> bytes | None:
        """A reading made before, or None."""
        value = self.conn.execute(_MEMO, _memo_key(sha256, page, reader, settings)).scalar()
        return bytes(value) if value is not None else None

    def answers(self, seq: int) -> Sequence[Row]:
        """The answers people gave to a post, oldest first."""
        return self.conn.execute(_ANSWERS, {"post_no": seq}).mappings().all()

    def answered_posts(self) -> set[int]:
        """Posts that a person has answered."""
        return set(self.conn.execute(select(t.answer.c.post_seq).distinct()).scalars())

    def decided_hashes(self) -> Iterator[str]:
        """All hashes that a decision made a document of, as they come; some more than once."""
        for (raw,) in self.conn.execute(select(t.decision.c.decision)):
            journalpost = unpack(bytes(raw), Decision).journalpost
            if journalpost is not None:
                yield from (document.sha256 for document in journalpost.dokumenter)


class KeptTx(AuditTx, KeptReads):
    """Keeping it."""

    def keep_decision(self, seq: int, facts: Facts, judgement: Judgement, decision: Decision) -> None:
        """Stores a decision beside what it came from; earlier ones stay."""
        last = self.conn.execute(_LAST_DECISION, {"post_no": seq}).scalar()
        row = {
            "post_seq": seq,
            "no": (last or 0) + 1,
            "at": self.now,
            "ruleset_sha256": decision.ruleset_sha256,
            "rule": decision.rule,
            "facts": pack(facts, Facts),
            "judgement": pack(judgement, Judgement),
            "decision": pack(decision, Decision),
        }
        self.conn.execute(_NEW_DECISION, row)

    def keep_memo(self, sha256: str, page: int, reader: str, settings: str, value: bytes) -> None:
        """Keeps a reading so that it is never done twice; a second of the same replaces the first."""
        made = {"value": value, "made_at": self.now}
        if self.conn.execute(_CHANGE_MEMO, {**_memo_key(sha256, page, reader, settings), **made}).rowcount:
            return
        row = {"sha256": sha256, "page": page, "reader": reader, "settings": settings, **made}
        self.conn.execute(_NEW_MEMO, row)

    def forget_memos(self, reader: str, *, before: float) -> int:
        """Drops what a reader noted before a time; returns how many."""
        gone = self.conn.execute(delete(t.reading).where(t.reading.c.reader == reader, t.reading.c.made_at < before))
        return int(gone.rowcount)

    def use_answer(self, seq: int, round_no: int) -> None:
        """The answer has gone into the newest decision (0: into none); it is used once."""
        newest = select(func.coalesce(func.max(t.decision.c.no), 0)).where(t.decision.c.post_seq == seq)
        last = newest.scalar_subquery()
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

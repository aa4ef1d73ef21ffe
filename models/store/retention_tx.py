"""Retention: which posts may let go of their content, what that content is, and letting it go. Ids, codes, times and hashes stay.

What goes from the database: texts people wrote or that name them (subject, titles, sender, file names, envelope), what was
read, facts, hits and the decision's texts, answers' texts, and what effects were asked for. What stays answers «what became of
it, by which rule, when», keeps a repeated offer from becoming a new post, and keeps the audit's references whole.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import or_, select, update

from models.answer import Answer, Verb
from models.audit import AuditEvent
from models.decision import Decision, Reason
from models.facts import Facts
from models.judgement import Judgement
from models.post import Envelope, Post, State
from models.reading import ReadPost
from models.store import tables as t
from models.store.audit_tx import AuditTx
from models.store.base import Part
from models.store.codec import pack, plain, to_text, unpack
from models.store.effect_tx import OPEN
from models.store.learning_tables import learning_example

_BATCH = 500
_CODES_IN_REQUEST = frozenset({"kind", "source", "outcome", "til", "status"})
_PLACE_WITHOUT_NAMES = frozenset({"place", "mailbox", "key", "sha256", "date"})
"""Strings of a locator that name nobody; paths and Message-IDs may, and a third party's own words are not known to us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The hashes of one post's content: ``blobs`` lie in the file store, ``read`` has what was read of them."""

    blobs: frozenset[str]
    read: frozenset[str]


class RetentionReads(Part):
    """Questions about content and who needs it."""

    def ended(self, outcome: str, *, before: float) -> list[int]:
        """Posts of this outcome that were done before that time (epoch seconds) and still have their content."""
        query = (
            select(t.post.c.seq)
            .where(
                t.post.c.state == State.DONE,
                t.post.c.outcome == outcome,
                t.post.c.ended_at < before,
                t.post.c.purged_at.is_(None),
            )
            .order_by(t.post.c.seq)
        )
        return [int(seq) for seq in self.conn.execute(query).scalars()]

    def owes(self, seq: int) -> bool:
        """Whether the post still owes the outside anything, a mail or a correction too."""
        query = select(t.effect.c.key).where(t.effect.c.post_seq == seq, t.effect.c.state.in_(OPEN)).limit(1)
        return self.conn.execute(query).first() is not None

    def content(self, post: Post) -> Content:
        """What the post's content is, by hash: documents, what decisions made documents of, and all that was read."""
        blobs = {document.sha256 for document in post.documents} | self._decided_of(post.seq)
        read = set(blobs)
        r = t.reading.c
        for document in post.documents[:1]:
            query = select(r.value).where(
                r.sha256 == document.sha256, r.page == 0, r.reader == "post", r.settings == str(post.seq)
            )
            for raw in self.conn.execute(query).scalars():
                read.update(part.sha256 for part in unpack(bytes(raw), ReadPost).parts if part.sha256)
        return Content(blobs=frozenset(blobs), read=frozenset(read))

    def _decided_of(self, seq: int) -> set[str]:
        found: set[str] = set()
        for raw in self.conn.execute(select(t.decision.c.decision).where(t.decision.c.post_seq == seq)).scalars():
            found |= _documents(bytes(raw))
        return found

    def decided_by(self, *, since: float = 0.0) -> dict[str, set[int]]:
        """Which posts' decisions (made at or after ``since``) make a document of a hash; one pass over all of them."""
        found: dict[str, set[int]] = {}
        query = select(t.decision.c.post_seq, t.decision.c.decision).where(t.decision.c.at >= since)
        for seq, raw in self.conn.execute(query):
            for sha256 in _documents(bytes(raw)):
                found.setdefault(sha256, set()).add(int(seq))
        return found

    def documents_among(self, hashes: Iterable[str], *, besides: int | None = None) -> set[str]:
        """Those of ``hashes`` that an original document of a post with its content is, another than ``besides``."""
        wanted = sorted(hashes)
        found: set[str] = set()
        for start in range(0, len(wanted), _BATCH):
            query = (
                select(t.document.c.sha256)
                .join(t.post, t.post.c.seq == t.document.c.post_seq)
                .where(t.document.c.sha256.in_(wanted[start : start + _BATCH]), t.post.c.purged_at.is_(None))
            )
            if besides is not None:
                query = query.where(t.document.c.post_seq != besides)
            found.update(self.conn.execute(query).scalars())
        return found

    def purged_hashes(self) -> set[str]:
        """Hashes that a ``content_purged`` event names: what is kept of them is that event."""
        query = select(t.audit_event.c.details).where(t.audit_event.c.event == AuditEvent.CONTENT_PURGED)
        found: set[str] = set()
        for details in self.conn.execute(query).scalars():
            found.update(json.loads(details)["documents"])
        return found


class RetentionTx(AuditTx, RetentionReads):
    """Letting go."""

    def let_go(self, post: Post, content: Content, *, gone: Collection[str], days: int) -> None:
        """Empties everything of the post but ids, codes, times and hashes, and writes the one event that says so.

        ``gone``: hashes of the post that nobody else needs, whose bytes may be removed once this is committed.
        """
        self._empty_row(post)
        self._empty_decisions(post.seq)
        self._empty_answers(post.seq)
        self._empty_effects(post.seq)
        self._forget_reading(post, content, gone)
        self.conn.execute(learning_example.delete().where(learning_example.c.post_seq == post.seq))
        self.audit(
            AuditEvent.CONTENT_PURGED,
            item_id=post.id,
            object_ref=post.outcome.value if post.outcome else "",
            details={
                "documents": sorted(gone),
                "kept": len(content.blobs) - len(set(gone) & content.blobs),
                "days": days,
            },
        )

    def _empty_row(self, post: Post) -> None:
        empty: dict[str, object] = dict.fromkeys(("source_id", "detail", "subject", "sender"), "")
        empty |= dict.fromkeys(("saktittel", "tittel", "offentlig_tittel", "lacks", "body_hash"), None)
        self.conn.execute(
            update(t.post)
            .where(t.post.c.seq == post.seq)
            .values(
                **empty,
                envelope=to_text(Envelope(received_at=post.envelope.received_at), Envelope),
                locator=plain(without_names(post.locator)),
                purged_at=self.now,
            )
        )
        self.conn.execute(update(t.document).where(t.document.c.post_seq == post.seq).values(name=""))

    def _empty_decisions(self, seq: int) -> None:
        d = t.decision.c
        for row in self.conn.execute(select(d.no, d.judgement, d.decision).where(d.post_seq == seq)).all():
            judgement, decision = unpack(bytes(row.judgement), Judgement), unpack(bytes(row.decision), Decision)
            self.conn.execute(
                update(t.decision)
                .where(d.post_seq == seq, d.no == row.no)
                .values(
                    facts=pack(Facts(), Facts),
                    judgement=pack(Judgement(ruleset_sha256=judgement.ruleset_sha256, winner=None), Judgement),
                    decision=pack(_codes_of(decision), Decision),
                )
            )

    def _empty_answers(self, seq: int) -> None:
        a = t.answer.c
        for row in self.conn.execute(select(a.id, a.verb, a.user).where(a.post_seq == seq)).all():
            bare = Answer(verb=Verb(row.verb), user=row.user)
            self.conn.execute(update(t.answer).where(a.id == row.id).values(payload=to_text(bare, Answer)))

    def _empty_effects(self, seq: int) -> None:
        e = t.effect.c
        for row in self.conn.execute(select(e.key, e.request, e.locator).where(e.post_seq == seq)).all():
            request = {k: v for k, v in json.loads(row.request).items() if k in _CODES_IN_REQUEST}
            locator = _answer_without_names(json.loads(row.locator)) if row.locator else None
            values = {
                "request": plain(request),
                "locator": plain(locator) if locator is not None else None,
                "error": "",
            }
            self.conn.execute(update(t.effect).where(e.key == row.key).values(**values))

    def _forget_reading(self, post: Post, content: Content, gone: Collection[str]) -> None:
        """What was read of the post's own parts; what another post was read from too stays for that one."""
        r = t.reading.c
        mine = r.settings == str(post.seq)
        for document in post.documents[:1]:
            self.conn.execute(t.reading.delete().where(r.sha256 == document.sha256, r.reader == "post", mine))
        needed = self.documents_among(content.read, besides=post.seq)
        unneeded = sorted(content.read - needed - (content.blobs - set(gone)))
        for start in range(0, len(unneeded), _BATCH):
            batch = unneeded[start : start + _BATCH]
            self.conn.execute(t.reading.delete().where(r.sha256.in_(batch), or_(r.reader != "post", mine)))

    def hold_chain(self) -> None:
        """Waits for whoever is writing: no other transaction that tells the audit anything goes on beside this one."""
        self._head = self._head or self._load_head()

    def erase_for_good(self) -> None:
        """SQLite: what this transaction overwrites and deletes is zeroed on its pages, not only unlinked."""
        if self.conn.sqlalchemy.dialect.name == "sqlite":
            self.conn.sqlalchemy.exec_driver_sql("PRAGMA secure_delete=ON")


def without_names(locator: Mapping[str, object]) -> dict[str, object]:
    """A locator's numbers, and those of its strings that can name nobody."""
    return {k: v for k, v in locator.items() if isinstance(v, int) or k in _PLACE_WITHOUT_NAMES}


def _answer_without_names(locator: Mapping[str, object]) -> dict[str, object]:
    """What an effect was answered with: ids and numbers, and where a thing is at its source."""
    kept: dict[str, object] = {k: v for k, v in locator.items() if k in ("system_id", "number")}
    at = locator.get("at")
    if isinstance(at, Mapping):
        kept["at"] = without_names(at)
    return kept


def _documents(raw: bytes) -> set[str]:
    journalpost = unpack(raw, Decision).journalpost
    return {document.sha256 for document in journalpost.dokumenter} if journalpost is not None else set()


def _codes_of(decision: Decision) -> Decision:
    """Way, rule, mode, reason and the sources of its grounds: what stands in the audit too."""
    return replace(
        decision,
        because=tuple(Reason(source=reason.source, text="") for reason in decision.because),
        detail="",
        case=None,
        journalpost=None,
        forward=None,
        notify=(),
        copies=(),
        listed=(),
    )

"""Retention: the content of posts that ended long enough ago goes; ids, codes and hashes stay, and the audit says so.

Never what is not done, what still owes anything (a mail, a correction), what waits for a person (status M, a follow-up, a
deadline that is not signed off), what the archive does not confirm, nor bytes that another post needs. The archive's own
documents are files of their own (hard links) and are never touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from connectors.contract import Archive, KnowsSignedOff
from models.archive import Done, OurKey
from models.errors import OutOfReach, TryLater
from models.keys import with_role
from models.noark import Journalstatus
from models.post import Outcome, Post
from models.store import Store
from models.store.retention_tx import Content
from models.store.store import Reads
from robot.lock import may_remove
from robot.tidy import remove_unneeded

log = structlog.get_logger()

DAY_S = 86_400.0


class Kept(StrEnum):
    """Why a post that is old enough keeps its content for now."""

    OWES = "owes"
    AWAITS_APPROVAL = "awaits_approval"
    FOLLOW_UP = "follow_up"
    DEADLINE = "deadline"
    NOT_IN_ARCHIVE = "not_in_archive"


@dataclass(slots=True)
class Purged:
    """What went (or, in a dry run, would go): posts by outcome, bytes freed; and how many were kept, by reason."""

    posts: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    files: int = 0
    size_bytes: int = 0

    def line(self) -> str:
        """Codes and counts, for the log of runs."""
        kept = ", ".join(f"{number} {why}" for why, number in sorted(self.kept.items()))
        return f"{self.posts.total()} poster, {self.files} filer" + (f", beholdt: {kept}" if kept else "")


def purge(
    store: Store,
    archive: Archive,
    retention: Mapping[Outcome, int],
    *,
    dry_run: bool = False,
    on_post: Callable[[int, int], None] = lambda _done, _of: None,
) -> Purged:
    """Lets go of what the rules say. ``retention``: days after ``done`` by outcome; an outcome that is not there is kept.

    Raises:
        TryLater: a backup is being taken.
        OutOfReach: the archive cannot be asked whether it has what is to go.
    """
    with may_remove(store.folder):
        return _Round(store, archive, dry_run).run(retention, on_post)


class _Round:
    """One run over one store."""

    def __init__(self, store: Store, archive: Archive, dry_run: bool) -> None:
        self._store = store
        self._archive = archive
        self._dry_run = dry_run
        self._since = store.now()
        self._found = Purged()

    def run(self, retention: Mapping[Outcome, int], on_post: Callable[[int, int], None]) -> Purged:
        with self._store.read() as reads:
            due = [
                (seq, days)
                for outcome, days in retention.items()
                for seq in reads.ended(outcome.value, before=self._store.now() - days * DAY_S)
            ]
            self._decided = reads.decided_by() if due else {}
        gone: set[str] = set()
        for number, (seq, days) in enumerate(due, start=1):
            gone |= self._one(seq, days)
            on_post(number, len(due))
        self._remove(gone)
        return self._found

    def _one(self, seq: int, days: int) -> set[str]:
        """One post; returns the hashes that nobody else needs."""
        with self._store.read() as reads:
            post = reads.post(seq)
            why = self._why_kept(reads, post) if post is not None else None
            content = reads.content(post) if post is not None and why is None else None
        if post is None or content is None:
            if why is not None:
                self._found.kept[why.value] += 1
            return set()
        if self._dry_run:
            with self._store.read() as reads:
                gone = self._free(reads, post, content)
        else:
            with self._store.write() as tx:
                tx.erase_for_good()
                tx.hold_chain()
                if tx.owes(seq):
                    self._found.kept[Kept.OWES.value] += 1
                    return set()
                gone = self._free(tx, post, content)
                tx.let_go(post, content, gone=gone, days=days)
        for sha256 in content.blobs:
            self._decided.get(sha256, set()).discard(seq)
        self._found.posts[post.outcome.value if post.outcome else ""] += 1
        return gone

    def _free(self, reads: Reads, post: Post, content: Content) -> set[str]:
        """Hashes of this post that no other post's document or decision needs."""
        newer = reads.decided_by(since=self._since)
        others = {
            sha256
            for sha256 in content.blobs
            if (self._decided.get(sha256, set()) | newer.get(sha256, set())) - {post.seq}
        }
        return set(content.blobs) - others - reads.documents_among(content.blobs, besides=post.seq)

    def _why_kept(self, reads: Reads, post: Post) -> Kept | None:
        row = reads.row(post.seq)
        if row is None or reads.owes(post.seq):
            return Kept.OWES
        if row["follow_up_by"] is not None:
            return Kept.FOLLOW_UP
        if post.outcome is not Outcome.ARCHIVED:
            return None
        if row["journalstatus"] == Journalstatus.MIDLERTIDIG:
            return Kept.AWAITS_APPROVAL
        if row["forfall"] and isinstance(self._archive, KnowsSignedOff):
            if row["journalpost_id"] not in self._archive.signed_off([row["journalpost_id"]]):
                return Kept.DEADLINE
        return None if self._in_archive(post, reads) else Kept.NOT_IN_ARCHIVE

    def _in_archive(self, post: Post, reads: Reads) -> bool:
        """Whether the archive itself says that it has the journalpost and every document of it."""
        wanted = [with_role(post.key, "jp")]
        wanted += [OurKey(e.key) for e in reads.effects_of(post.seq) if e.request.get("kind") == "nytt_dokument"]
        return all(isinstance(self._archive.outcome(key), Done) for key in wanted)

    def _remove(self, gone: set[str]) -> None:
        """The bytes, after the commits that let go of them; what a crash leaves here is swept as a stray."""
        files = {sha256: self._store.blobs.path(sha256) for sha256 in gone}
        there = {sha256: path for sha256, path in files.items() if path.exists()}
        self._found.size_bytes = sum(path.stat().st_size for path in there.values())
        if self._dry_run:
            self._found.files = len(there)
            return
        self._found.files = remove_unneeded(self._store, there, decided_since=self._since)
        if self._found.posts:
            self._store.forget_log()


def purge_job(store: Store, archive: Archive, retention: Mapping[Outcome, int]) -> str:
    """The nightly job: one line of codes and counts.

    Raises:
        TryLater, OutOfReach: it could not be done now; the next round tries.
    """
    if not retention:
        return "ingen bevaringsregler"
    try:
        found = purge(store, archive, retention)
    except (OutOfReach, TryLater) as later:
        log.info("purge_postponed", error=str(later))
        raise
    if found.posts:
        log.info("content_purged", count=found.posts.total(), files=found.files, size_bytes=found.size_bytes)
    return found.line()

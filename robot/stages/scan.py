"""The gate before reading: nothing is opened, shown or handed on before the virus scanner has called it clean.

Every document is scanned as it came, before anything of ours opens it; then every part that reading took out of it. Both,
since each sees what the other does not: the scanner knows packers and forms that our reader leaves whole, and our reader
takes out what the scanner's mail parser passes over (TNEF, Outlook messages, containers beyond its limits).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import structlog

from models.answer import Answer, Verb
from models.audit import AuditEvent
from models.errors import OutOfReach
from models.post import Post, State
from models.reasons import ReasonCode
from models.scanning import SignatureVersion, Verdict, WhyNot
from models.store.codec import from_text
from models.store.effect_tx import Effect
from models.store.store import Reads, Tx
from robot.office import Office, VirusWatch
from robot.reading.dispatch import Reading
from robot.review import actor

log = structlog.get_logger()

CONNECTION = "virusskanner"
MEMO_READER = "clamav"
MEMO_S = 86_400.0
"""How long a clean result is remembered at most: signatures that the house adds itself change no version."""
PAUSE_S = 60.0
BROKEN_TRIES = 3
"""A file over which the scanner breaks off this often may be what breaks it, and is not given to it for ever."""

_WHY: Mapping[WhyNot, str] = {
    WhyNot.DOWN: "Virusskanneren svarte ikke",
    WhyNot.SLOW: "Virusskanneren ble ikke ferdig i tide",
    WhyNot.BROKEN: "Virusskanneren brøt av",
    WhyNot.ERROR: "Virusskanneren meldte feil",
    WhyNot.TOO_LARGE: "Filen er større enn virusskanneren tar",
    WhyNot.LIMITS: "Filen er pakket dypere eller større enn virusskanneren ser",
}


class Stopped(Exception):
    """The post goes no further now: something was found in it, or nobody knows."""

    reason: ReasonCode


class Infected(Stopped):
    """``found``: what is to be held back, hash → signature; the documents themselves are always among them."""

    reason = ReasonCode.INFECTED

    def __init__(self, found: Mapping[str, str]) -> None:
        self.found = found
        super().__init__(f"{len(found)} held back")


class Unscanned(Stopped):
    """``after_s``: when the scanner may be asked again."""

    reason = ReasonCode.NOT_SCANNED

    def __init__(self, why: WhyNot, *, after_s: float = PAUSE_S) -> None:
        self.why = why
        self.after_s = after_s
        super().__init__(why.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What the store knows of a post before it is scanned: ``held`` bytes, and what people have answered.

    ``released_by`` asked for its release; ``unscanned_ok``: somebody answers for letting it through unscanned.
    """

    held: Mapping[str, str] = field(default_factory=dict)
    dismissed: bool = False
    released_by: str = ""
    unscanned_ok: bool = False


def admission(reads: Reads, post: Post) -> Admission:
    """What is known of a post beforehand."""
    held = reads.quarantined(d.sha256 for d in post.documents)
    dismissed, unscanned_ok, released_by = False, False, ""
    for row in reads.answers(post.seq):
        answer = from_text(row["payload"], Answer)
        unused = row["decision_no"] is None
        dismissed = dismissed or (unused and answer.verb is Verb.DISMISS)
        if answer.verb is Verb.RELEASE:
            unscanned_ok = unscanned_ok or answer.unscanned
            released_by = answer.user if unused else released_by
    return Admission(held=held, dismissed=dismissed, released_by=released_by, unscanned_ok=unscanned_ok)


class Passed(StrEnum):
    """How a file came through: scanned now, found clean before, or let through by a person although nobody knows."""

    SCANNED = "scanned"
    REMEMBERED = "remembered"
    UNSCANNED = "unscanned"


class Gate:
    """Scans one post: :meth:`documents` before reading, then :meth:`parts`."""

    def __init__(self, post: Post, office: Office, admission: Admission) -> None:
        self._post = post
        self._office = office
        self._admission = admission
        self._held = dict(admission.held)
        self._version: SignatureVersion | None = None
        self._passed: dict[str, Passed] = {}

    def documents(self) -> None:
        """Scans what was received.

        Raises:
            Infected, Unscanned.
        """
        watch = self._office.virus
        if self._held and (watch is None or not self._admission.released_by):
            raise Infected(self._held)
        if watch is None or not self._post.documents:
            return
        self._scan(watch, {d.sha256: self._office.blobs.path(d.sha256) for d in self._post.documents})

    def parts(self, reading: Reading) -> None:
        """Scans what reading took out, and notes that the post has passed.

        Raises:
            Infected, Unscanned.
        """
        watch = self._office.virus
        if watch is None or not self._post.documents:
            return
        files = {part.sha256: reading.files[part.ref] for part in reading.post.parts if part.ref in reading.files}
        with self._office.store.read() as reads:
            held = reads.quarantined(files)
        if held and not self._admission.released_by:
            raise self._infected(held)
        self._held.update(held)
        self._scan(watch, files)
        self._note()

    def _scan(self, watch: VirusWatch, files: Mapping[str, Path]) -> None:
        found: dict[str, str] = {}
        for sha256, path in files.items():
            if sha256 not in self._passed:
                signature = self._one(watch, sha256, path)
                if signature:
                    found[sha256] = signature
        if found:
            raise self._infected(found)

    def _infected(self, found: Mapping[str, str]) -> Infected:
        """With what is found, the documents it lies in are held back."""
        first = next(iter(found.values()))
        return Infected({**{d.sha256: first for d in self._post.documents}, **found})

    def _one(self, watch: VirusWatch, sha256: str, path: Path) -> str:
        """What was found in one file; "" when it may pass."""
        rest = self._office.breakers.rests_for(CONNECTION)
        if rest:
            self._let_through(sha256, Unscanned(WhyNot.DOWN, after_s=rest))
            return ""
        try:
            self._version = self._version or watch.scanner.version()
        except OutOfReach:
            self._not_scanned(sha256, WhyNot.DOWN)
            return ""
        if self._remembered(sha256, self._version.database):
            self._passed[sha256] = Passed.REMEMBERED
            return ""
        result = watch.scanner.scan(path)
        if result.verdict is Verdict.NOT_SCANNED:
            self._not_scanned(sha256, result.why or WhyNot.ERROR)
            return ""
        self._office.connection_works(CONNECTION)
        if result.verdict is Verdict.FOUND:
            return result.signature
        self._passed[sha256] = Passed.SCANNED
        return ""

    def _not_scanned(self, sha256: str, why: WhyNot) -> None:
        """Raises, unless somebody answers for letting the post through; what a virus was found in never passes so."""
        after_s = PAUSE_S
        if why is WhyNot.DOWN:
            after_s = self._office.connection_lost(CONNECTION, _WHY[why])
        elif not why.lasting:
            self._office.breakers.later(CONNECTION, _WHY[why])
        self._let_through(sha256, Unscanned(why, after_s=after_s))

    def _let_through(self, sha256: str, unscanned: Unscanned) -> None:
        if not self._admission.unscanned_ok or sha256 in self._held:
            raise unscanned
        self._passed[sha256] = Passed.UNSCANNED

    def _remembered(self, sha256: str, database: str) -> bool:
        """Whether these bytes were found clean with the signatures in use now. What is held back is always scanned."""
        if not database or sha256 in self._held:
            return False
        with self._office.store.read() as reads:
            memo = reads.memo(sha256, 0, MEMO_READER, database)
        return memo is not None and self._office.store.now() - float(memo) < MEMO_S

    def _note(self) -> None:
        """Remembers what was clean, lets out what was held back, and forgets that the post waited."""
        database = self._version.database if self._version is not None else ""
        fresh = [sha256 for sha256, how in self._passed.items() if how is Passed.SCANNED and database]
        waited = self._post.unscanned_since is not None
        if not (fresh or waited or self._admission.released_by):
            return
        with self._office.store.write() as tx:
            for sha256 in fresh:
                tx.keep_memo(sha256, 0, MEMO_READER, database, str(tx.now).encode())
            if waited:
                tx.set_columns(self._post.seq, unscanned_since=None, scan_tries=0)
            if self._admission.released_by:
                by = actor(self._office.store, self._admission.released_by)
                tx.release_bytes(self._held, item_id=self._post.id, actor=by)
                _use_answers(tx, self._post.seq, only=Verb.RELEASE)


def held_back(reads: Reads, effects: Sequence[Effect]) -> str:
    """What was found in bytes that these effects would hand to somebody; "" when nothing is held back."""
    hashes: set[str] = set()
    for effect in effects:
        document, attachments = effect.request.get("dokument"), effect.request.get("attachments")
        files = [document] if isinstance(document, Mapping) else attachments if isinstance(attachments, list) else []
        hashes.update(str(file["sha256"]) for file in files)
    return next(iter(reads.quarantined(sorted(hashes)).values()), "")


def hold_back(seq: int, stopped: Stopped, office: Office) -> bool:
    """Sets a stopped post aside, or lets it wait for the scanner. Returns whether it was set aside."""
    with office.store.write() as tx:
        post = tx.post(seq)
        if post is None or post.state is not State.RECEIVED:
            return True
        if isinstance(stopped, Infected):
            _quarantine(tx, post, stopped)
            return True
        if not isinstance(stopped, Unscanned):
            raise TypeError(f"not a way to stop: {stopped!r}")
        return _unscanned(tx, post, stopped, office.virus)


def _quarantine(tx: Tx, post: Post, infected: Infected) -> None:
    tx.quarantine(infected.found, item_id=post.id)
    names = sorted(set(infected.found.values()))
    _set_aside(tx, post, ReasonCode.INFECTED, f"Funnet: {', '.join(names)}.", {"signatures": names[:20]})
    log.warning("virus_found", post=post.id, count=len(infected.found))


def _unscanned(tx: Tx, post: Post, stopped: Unscanned, watch: VirusWatch | None) -> bool:
    since = post.unscanned_since if post.unscanned_since is not None else tx.now
    tries = post.scan_tries + (stopped.why is not WhyNot.DOWN)
    patience_s = watch.patience_s if watch is not None else 0.0
    log.warning("not_scanned", post=post.id, reason=stopped.why.value, tries=tries)
    if stopped.why.lasting or tries >= BROKEN_TRIES or tx.now - since >= patience_s:
        _set_aside(tx, post, ReasonCode.NOT_SCANNED, f"{_WHY[stopped.why]}.", {"why": stopped.why.value})
        return True
    tx.set_columns(
        post.seq, next_try_at=tx.now + stopped.after_s, stage="scan", unscanned_since=since, scan_tries=tries
    )
    return False


def _set_aside(tx: Tx, post: Post, reason: ReasonCode, detail: str, codes: Mapping[str, str | list[str]]) -> None:
    """The answers that were given before are used up: they were given to a post that looked otherwise."""
    _use_answers(tx, post.seq)
    tx.move(
        post,
        State.SET_ASIDE,
        AuditEvent.SET_ASIDE,
        reason=reason,
        details=codes,
        stage="scan",
        detail=detail,
        unscanned_since=None,
        scan_tries=0,
    )


def _use_answers(tx: Tx, seq: int, *, only: Verb | None = None) -> None:
    for row in tx.answers(seq):
        if row["decision_no"] is None and (only is None or row["verb"] == only):
            tx.use_answer(seq, row["round"])

"""THE way of a post, in order. Each stage takes the former stage's result; the store says how far a post has come.

1 collect   robot/stages/collect.py   what a source offers is downloaded
2 store     robot/stages/collect.py   durable; state ``received``; the source is told (take-over)
3 read      robot/stages/scan.py      past the virus scanner; without one, straight on
            robot/stages/read.py      → ReadPost
4 judge     robot/stages/judge.py     → facts and Judgement
5 decide    robot/stages/decide.py    → Decision; state ``decided`` or ``set_aside``
6 archive   robot/owing.py            what the decision owes the archive; state ``archived``
7 settle    robot/owing.py            what is owed to source and people; state ``done``
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

import structlog

from models.audit import AuditEvent
from models.decision import Decision, Lack, Way
from models.errors import OutOfReach, TryLater, is_disk_full
from models.noark import TEMPORARY_CODE, Journalstatus
from models.post import Post, State
from models.reading import ReadPost
from models.reasons import ReasonCode
from models.steps import Point, step
from models.store.codec import pack
from models.store.effect_tx import Effect, EffectKind
from models.store.post_tx import LostRace
from models.store.store import Tx
from robot import effects
from robot.office import Office
from robot.owing import Complete, Round, Waiting, next_round, outcome_of
from robot.stages.decide import Unused, keep, make_decision, unused_answer
from robot.stages.judge import Judged, find_duplicates, judge
from robot.stages.read import NeedsScans, Opened, read_post, unread
from robot.stages.scan import Admission, Stopped, admission, held_back, hold_back

log = structlog.get_logger()

Owed = Sequence[tuple[Effect, bool]]
"""What has been begun and is to be sent now, in order; each with whether nothing can have been sent before."""

AT_SOURCE = (EffectKind.TAKE_OVER, EffectKind.SETTLE)

WAITS_FOR_ARCHIVE = "decide"
"""``stage`` of a received post that could not be decided for want of the archive."""


DISK_FULL_S = 60.0
"""How long a post waits that found no room on the disk."""


class Step(StrEnum):
    """Where a walk ended: at an end of the journey, waiting for something, before scanned pages, stopped by a bug, or
    with a store that does not answer: then nothing could be noted, and all stands as it stood."""

    ENDED = "ended"
    WAITING = "waiting"
    SCANS = "scans"
    BUG = "bug"
    NO_STORE = "no_store"


def walk(seq: int, office: Office, *, scans: bool = True) -> Step:
    """Takes one post as far as it can go now. Safe to call again at any time, from any thread; one call a post at once.

    With ``scans`` False a post with scanned pages is left at once, to be walked in their lane (``Step.SCANS``).
    """
    try:
        return _guarded(seq, office, scans=scans)
    except TryLater as away:
        log.warning("store_away", seq=seq, error=str(away))
        return Step.NO_STORE


def _guarded(seq: int, office: Office, *, scans: bool) -> Step:
    """The walk, with what can stop it made into an end of its own; raises ``TryLater`` for the store alone."""
    started = time.monotonic()
    try:
        with structlog.contextvars.bound_contextvars(organisation=office.name, seq=seq):
            step = _walk(seq, office, scans=scans)
            log.info("post_walked", step=step.value, seconds=round(time.monotonic() - started, 3))
            return step
    except NeedsScans:
        return Step.SCANS
    except Stopped as stopped:
        return Step.ENDED if hold_back(seq, stopped, office) else Step.WAITING
    except LostRace:
        return Step.WAITING
    except (OutOfReach, TryLater) as later:
        _leave_for_later(seq, office, later)
        return Step.WAITING
    except Exception as bug:  # the one place where the journey protects a post's neighbours from it
        if is_disk_full(bug):
            _leave_for_later(seq, office, TryLater("disken er full", after_s=DISK_FULL_S))
            return Step.WAITING
        log.exception("bug_in_post", seq=seq)
        _set_aside_as_bug(seq, office)
        return Step.BUG


def _walk(seq: int, office: Office, *, scans: bool) -> Step:
    with office.store.read() as reads:
        post = reads.post(seq)
        known = admission(reads, post) if post is not None and post.state is State.RECEIVED else Admission()
    if post is None or post.state in (State.DONE, State.SET_ASIDE):
        return Step.ENDED
    rest = office.breakers.rests_for("arkiv")
    if post.state is State.RECEIVED and post.stage == WAITS_FOR_ARCHIVE and rest:
        _wait(seq, office, rest)  # it was read once and needs the archive, which is still away: no use reading it again
        return Step.WAITING
    if post.state is State.RECEIVED:
        post, owed, decision = _read_judge_decide(post, known, office, scans=scans)
    else:
        with office.store.write() as tx:
            decision = _decision(tx, post)
            post, owed = _go_on(tx, post, decision, office)
    while owed:
        post, owed = _perform(post, owed, decision, office)
    return Step.ENDED if post.state in (State.DONE, State.SET_ASIDE) else Step.WAITING


def _read_judge_decide(post: Post, known: Admission, office: Office, *, scans: bool) -> tuple[Post, Owed, Decision]:
    """Stages 3 to 5. A post that a person dismisses need not be opened; one the scanner stops is not."""
    try:
        # The rules are pinned: a post is judged and decided by one set, also when another comes into force meanwhile.
        with read_post(post, office, known, scans=scans) as opened, office.rules.pinned():
            step(Point.S7_READ)
            return _judge_decide(post, opened, office)
    except Stopped as stopped:
        if not known.dismissed:
            raise
        with office.rules.pinned():
            return _judge_decide(post, unread(post, stopped.reason), office)


def _judge_decide(post: Post, opened: Opened, office: Office) -> tuple[Post, Owed, Decision]:
    """Stages 4 and 5. The parts' bytes are kept before the decision names them."""
    with office.store.read() as reads:
        duplicates = find_duplicates(reads, post, opened.read)
        unused = unused_answer(reads, post)
    while True:
        judged = judge(post, opened.read, office, duplicates)
        decision = make_decision(post, opened.read, judged, office, unused)
        step(Point.S8_JUDGED)
        parts = _keep_bytes(opened, decision, office)
        step(Point.S8_PARTS_KEPT)
        with office.store.write() as tx:
            newer = find_duplicates(tx, post, opened.read)
            if newer == duplicates:
                went_on = _store_decision(tx, post, opened, judged, decision, unused, office)
                # Under the write lock now: whoever removes files asks under it too, and would see this decision.
                if not all(office.blobs.has(sha256) for sha256 in parts):
                    raise TryLater("en fil ble ryddet bort mens posten ble lest; den leses igjen", after_s=1)
                return *went_on, decision
        duplicates = newer  # another with the same content was decided meanwhile: judge again, knowing it


def _keep_bytes(opened: Opened, decision: Decision, office: Office) -> set[str]:
    """The bytes of attachments become blobs once a decision makes documents of them; returns their hashes."""
    if decision.journalpost is None or decision.way is Way.SET_ASIDE:
        return set()
    kept: set[str] = set()
    for part in opened.read.parts[1:]:
        wanted = any(document.sha256 == part.sha256 for document in decision.journalpost.dokumenter)
        if wanted and part.ref in opened.files:
            if not office.blobs.has(part.sha256):
                office.blobs.adopt(opened.files[part.ref], part.sha256)
            kept.add(part.sha256)
    return kept


def _store_decision(
    tx: Tx, post: Post, opened: Opened, judged: Judged, decision: Decision, unused: Unused | None, office: Office
) -> tuple[Post, Owed]:
    """The decision, beside what was read: page by page, with flags and reasons, for whoever asks what the robot saw."""
    if post.documents:
        tx.keep_memo(post.documents[0].sha256, 0, "post", str(post.seq), pack(opened.read, ReadPost))
    state = keep(tx, post, judged, decision, unused, alarm_to=office.report_to if office.mailer is not None else ())
    post = replace(post, state=state, stage=None)
    return (post, ()) if state is State.SET_ASIDE else _go_on(tx, post, decision, office)


def _decision(tx: Tx, post: Post) -> Decision:
    stored = tx.decision(post.seq)
    if stored is None:
        raise LookupError(f"{post.id} is {post.state} without a decision")
    return stored.decision


def _go_on(tx: Tx, post: Post, decision: Decision, office: Office) -> tuple[Post, Owed]:
    """Moves the post as far as it has come, and begins what it owes next. Nothing owed: it has ended or must wait."""
    while True:
        owes = next_round(
            tx,
            post,
            decision,
            one_at_a_time=not office.archive.capabilities.key_lookup,
            source=post.stage != "collect" and bool(post.documents),
        )
        match owes:
            case Round(effects=chosen):
                if found := held_back(tx, [effect for effect, _ in chosen]):
                    stage = "settle" if post.state is State.ARCHIVED else "archive"
                    return _hold(tx, post, stage, found), ()
                tx.begin([effect for effect, _ in chosen])
                return post, [(effects.begun(effect), fresh) for effect, fresh in chosen]
            case Waiting(until=until):
                if until > tx.now:  # else it is another post's turn on the case, and nothing is to be written
                    tx.set_columns(post.seq, next_try_at=until)
                return post, ()
            case Complete():
                if post.state is State.ARCHIVED or decision.way is not Way.ARCHIVE:
                    _finish(tx, post, decision)
                    return replace(post, state=State.DONE), ()
                step(Point.S18_ARCHIVED)
                tx.move(post, State.ARCHIVED, AuditEvent.ARCHIVED, rule=decision.rule)
                post = replace(post, state=State.ARCHIVED)


def _hold(tx: Tx, post: Post, stage: str, signature: str) -> Post:
    """A virus has been found meanwhile in bytes that this post was to hand on (they came with another post too)."""
    tx.move(
        post,
        State.SET_ASIDE,
        AuditEvent.SET_ASIDE,
        reason=ReasonCode.INFECTED,
        stage=stage,
        detail=f"Funnet: {signature}.",
        details={"signatures": [signature]},
    )
    return replace(post, state=State.SET_ASIDE)


def _finish(tx: Tx, post: Post, decision: Decision) -> None:
    outcome = outcome_of(decision)
    step(Point.S18_DONE)
    tx.move(
        post,
        State.DONE,
        AuditEvent.DONE,
        reason=decision.reason if decision.way is Way.DISMISS else None,
        rule=decision.rule,
        outcome=outcome.value,
    )


def _perform(post: Post, owed: Owed, decision: Decision, office: Office) -> tuple[Post, Owed]:
    """Sends one round in order, stopping at the first that did not succeed; records all, and begins the next round."""
    step(Point.S10_BEGUN)
    at = post.locator
    if any(effect.kind in AT_SOURCE for effect, _ in owed):
        with office.store.read() as reads:  # whoever collected it may have recorded a new place meanwhile
            at = reads.locator(post.seq)
    sent: list[tuple[Effect, effects.Sent]] = []
    for effect, fresh in owed:
        stopped = bool(sent) and not isinstance(sent[-1][1], effects.DoneNow)
        sent.append((effect, _unsent(fresh) if stopped else effects.send(effect, office, fresh=fresh, at=at)))
    with office.store.write() as tx:
        refused = None
        for effect, result in sent:
            refused = effects.record(tx, effect, result, item_id=post.id) or refused
            if isinstance(result, effects.DoneNow):
                _note(tx, post, effect, result.locator)
        if refused is None:
            return _go_on(tx, post, decision, office)
        stage = "settle" if post.state is State.ARCHIVED else "archive"
        tx.move(post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=refused.reason, stage=stage, detail=refused.detail)
        return replace(post, state=State.SET_ASIDE), ()


def _unsent(fresh: bool) -> effects.Sent:
    """The outcome of an effect that was begun but not sent, since one before it did not succeed."""
    error = "et tidligere skritt ble ikke ferdig"
    return (
        effects.Later(after_s=0.0, error=error, count=False) if fresh else effects.UnknownNow(0.0, error, asked=False)
    )


def _note(tx: Tx, post: Post, effect: Effect, locator: Mapping[str, object]) -> None:
    """What an effect's answer changes in how the post is listed."""
    if effect.kind in AT_SOURCE:
        tx.set_locator(post.seq, locator["at"])
        return
    note_archive_answer(tx, post.seq, effect, locator)


def note_archive_answer(tx: Tx, seq: int, effect: Effect, locator: Mapping[str, object]) -> None:
    """Numbers and status as the archive gave them."""
    match effect.request.get("kind"):
        case "ny_saksmappe":
            tx.set_columns(seq, saksmappe_id=locator["system_id"], saksnummer=locator["number"])
        case "ny_journalpost":
            tx.set_columns(
                seq,
                saksnummer=str(locator["number"]).rpartition("-")[0],
                journalpost_id=locator["system_id"],
                journalpost=locator["number"],
                journalstatus=Journalstatus.MIDLERTIDIG.value,
                **_access_of(effect, locator),
            )
        case "statusendring":
            tx.set_columns(
                seq, journalstatus=str(effect.request["til"]), lacks=None
            )  # what kept it at M no longer does
        case "endring":
            changed = ("tittel", "offentlig_tittel", "enhet", "forfall")
            tx.set_columns(seq, **{name: effect.request[name] for name in changed if effect.request[name] is not None})
        case "skjerming":
            tx.set_columns(seq, **_access_of(effect, locator), lacks=_without(tx, seq, Lack.ACCESS))
        case "sakskjerming":
            tx.set_columns(seq, lacks=_without(tx, seq, Lack.CASE_ACCESS))
        case "flytting":
            number = str(locator["number"])
            tx.set_columns(seq, journalpost=number, saksnummer=number.rpartition("-")[0])


def _access_of(effect: Effect, locator: Mapping[str, object]) -> dict[str, object]:
    """Access and public title as the archive answered: an entry may have its case's access and not the one asked for."""
    details = locator.get("details")
    told = details if isinstance(details, Mapping) else {}
    code = told.get("tilgangskode")
    if code is None:  # an archive that does not say
        asked = effect.request["skjerming"]
        code = asked["kode"] if isinstance(asked, Mapping) else ""
    access = {"": "open", TEMPORARY_CODE: "temporary"}.get(str(code), "shielded")
    public = told.get("offentlig_tittel")
    return {"tilgang": access, **({"offentlig_tittel": public} if public else {})}


def _without(tx: Tx, seq: int, lack: Lack) -> str | None:
    """What still keeps the post at M, but for this."""
    row = tx.row(seq)
    left = [one for one in str(row["lacks"] or "").split(",") if one and one != lack] if row is not None else []
    return ",".join(left) or None


def _leave_for_later(seq: int, office: Office, later: OutOfReach | TryLater) -> None:
    """The archive or the sandbox could not be asked: the post waits where it is."""
    log.info("post_waits", seq=seq, error=str(later))
    if isinstance(later, OutOfReach):
        _wait(seq, office, office.breakers.out_of_reach("arkiv", str(later)), stage=WAITS_FOR_ARCHIVE)
    else:
        _wait(seq, office, later.after_s)


def _wait(seq: int, office: Office, seconds: float, **columns: object) -> None:
    with office.store.write() as tx:
        tx.set_columns(seq, next_try_at=tx.now + seconds, **columns)


def _set_aside_as_bug(seq: int, office: Office) -> None:
    with office.store.write() as tx:
        post = tx.post(seq)
        if post is None or post.state in (State.DONE, State.SET_ASIDE):
            return
        stage = {State.RECEIVED: "read", State.DECIDED: "archive", State.ARCHIVED: "settle"}[post.state]
        tx.move(
            post,
            State.SET_ASIDE,
            AuditEvent.SET_ASIDE,
            reason=ReasonCode.BUG,
            stage=stage,
            detail="Feil i roboten. Posten er trygg; feilen står i loggen.",
        )

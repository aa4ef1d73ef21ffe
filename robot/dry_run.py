"""``run --once --dry-run``: fetch, read, judge and decide what waits, and change nothing anywhere."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import NeedsHuman, OutOfReach, TryLater
from models.post import Fetched, Offer, Post, Spool, State, StoredDocument
from models.reasons import ReasonCode
from models.scanning import Verdict
from robot.office import Desk, Office
from robot.reading.dispatch import InputDocument
from robot.stages.decide import make_decision
from robot.stages.judge import Duplicates, find_duplicates, judge

if TYPE_CHECKING:
    from robot.config import Settings
    from robot.context import Context

MOST = 1000
"""Offers looked at for each source."""


def dry_run(context: Context, settings: Settings, *, only: str | None, as_json: bool) -> int:
    """One line (or JSON object) for each post that waits, with what would become of it. Returns the exit code."""
    from robot.build import offices

    context.talk("Tørrkjøring: ingenting skrives, ingenting kvitteres.")
    out_of_reach = False
    with offices(settings, now=context.now, only=only) as opened:
        for office in opened:
            for desk in office.desks.values():
                try:
                    for found in _look(office, desk):
                        context.json(found) if as_json else context.out(_line(found))
                except (OutOfReach, TryLater) as down:
                    out_of_reach = True
                    context.talk(f"Ikke nådd: {office.name}: {desk.name}. {down}")
    return 4 if out_of_reach else 0


def _look(office: Office, desk: Desk) -> Iterator[dict[str, Any]]:
    offers = list(desk.intake.offers(MOST))
    with office.store.read() as reads:
        known = reads.known_offers(desk.name, [offer.key for offer in offers])
    for offer in offers:
        if offer.key not in known:
            yield _one(office, desk, offer)


def _one(office: Office, desk: Desk, offer: Offer) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="tørr-", dir=office.store.spool) as folder:
        try:
            fetched = desk.intake.download(offer, Spool(Path(folder), limit_bytes=office.post_limit_bytes))
        except (NeedsHuman, TryLater) as problem:
            return {"source_id": offer.label, "way": "waits", "reason": str(problem)}
        return _decided(office, desk, fetched, Path(folder))


def _decided(office: Office, desk: Desk, fetched: Fetched, folder: Path) -> dict[str, Any]:
    parts = folder / "deler"
    parts.mkdir()
    documents = [
        InputDocument(path=d.path, name=d.name, media_type=d.media_type, sha256=d.sha256) for d in fetched.documents
    ]
    post = _unstored(office, desk, fetched)
    stopped = _scanned(office, fetched)
    if stopped is not None:
        return {"source_id": fetched.label, "way": "set_aside", "reason": stopped.value, "detail": ""}
    read = office.room.read(documents, parts).post
    with office.store.read() as reads:
        duplicates = find_duplicates(reads, post, read) if post.documents else Duplicates()
    decision = make_decision(post, read, judge(post, read, office, duplicates), office, None)
    planned, case = decision.journalpost, decision.case
    return {
        "source_id": fetched.label,
        "way": decision.way.value,
        "reason": decision.reason.value if decision.reason is not None else None,
        "detail": decision.detail,
        "rule": decision.rule,
        "tittel": planned.tittel if planned is not None else None,
        "journalstatus": planned.status.value if planned is not None else None,
        "sak": (case.existing.saksnummer if case.existing else f"ny: {case.new.tittel}" if case.new else None)
        if case
        else None,
        "forward_to": decision.forward.to if decision.forward is not None else None,
    }


def _scanned(office: Office, fetched: Fetched) -> ReasonCode | None:
    """Why the virus scanner would stop the post; None when it would not."""
    if office.virus is None:
        return None
    for document in fetched.documents:
        verdict = office.virus.scanner.scan(document.path).verdict
        if verdict is Verdict.FOUND:
            return ReasonCode.INFECTED
        if verdict is Verdict.NOT_SCANNED:
            return ReasonCode.NOT_SCANNED
    return None


def _unstored(office: Office, desk: Desk, fetched: Fetched) -> Post:
    """The post as it would be stored, with a sequence number nobody has."""
    documents = tuple(
        StoredDocument(no=n, sha256=d.sha256, name=d.name, media_type=d.media_type, size_bytes=d.size_bytes)
        for n, d in enumerate(fetched.documents)
    )
    return Post(
        id="tørr",
        seq=0,
        key="",
        organisation=office.org_base.orgnr,
        source=desk.name,
        channel=desk.channel,
        source_id=fetched.label,
        source_key=fetched.source_key,
        locator=fetched.locator,
        envelope=fetched.envelope,
        documents=documents,
        state=State.RECEIVED,
        outcome=None,
        reason=None,
        stage=None,
        detail="",
        tries=0,
        received_at=fetched.envelope.received_at,
        stored_at=office.store.time_utc(),
    )


def _line(found: dict[str, Any]) -> str:
    words = {
        "archive": "journalføres",
        "forward": "videresendes",
        "dismiss": "avvises",
        "set_aside": "til side",
        "waits": "venter",
    }
    what = found.get("sak") or found.get("forward_to") or found.get("reason") or ""
    title = found.get("tittel") or found.get("detail") or ""
    return f"{words[found['way']]:<13} {found['source_id']:<32.32} {what!s:<28.28} {title:.60}"

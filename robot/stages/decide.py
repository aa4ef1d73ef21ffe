"""Stage 5: the decision, stored in one transaction with facts, hits, the move it makes and what it owes first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from models.answer import Answer, Verb
from models.audit import AuditEvent
from models.decision import Decision, Way
from models.judgement import JournalpostUtfall
from models.post import Post, State
from models.reading import ReadPost
from models.store.codec import from_text
from models.store.kept_tx import StoredDecision
from models.store.store import Reads, Tx
from robot.cases import CaseAnswer, find_case
from robot.decide import Grounds, approved, chosen, decide
from robot.forwarding import copy_effect, notice_effect
from robot.office import Office
from robot.stages.judge import Judged
from rules.detectors import scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """An answer that waits to be used, and the decision it was given to."""

    round_no: int
    answer: Answer
    to: StoredDecision | None


def make_decision(post: Post, read: ReadPost, judged: Judged, office: Office, unused: Unused | None) -> Decision:
    """The decision. Asks the archive for the case, and nothing else outside.

    Raises:
        OutOfReach, TryLater: the archive cannot be asked now.
    """
    asked = tuple(dict.fromkeys(told.pipeline for told in judged.facts.language))
    return replace(_decision(post, read, judged, office, unused), pipelines=asked)


def _decision(post: Post, read: ReadPost, judged: Judged, office: Office, unused: Unused | None) -> Decision:
    answer = unused.answer if unused is not None else None
    if unused is not None and unused.answer.verb is Verb.APPROVE and unused.to is not None:
        decision = approved(unused.to.decision, unused.answer)
        if decision is not None:
            return decision
        answer = None
    hit = chosen(judged.judgement, answer, read)
    found: CaseAnswer | None = None
    if hit is not None and isinstance(hit.utfall, JournalpostUtfall):
        found = find_case(
            hit.utfall.sak,
            org=office.org,
            archive=office.archive,
            sender=_identities(judged),
            fallback_unit=hit.utfall.fordel_til,
            secret=office.store.secret(),
        )
    grounds = Grounds(
        read=read,
        facts=judged.facts,
        judgement=judged.judgement,
        org=office.org,
        mottatt=office.local_date(post.received_at),
        found=found,
        answer=answer,
        duplicate_of=judged.duplicates.certain or judged.duplicates.possible,
        scan=lambda text: scan(text, sted="tittel", own_numbers=office.org.own_numbers),
    )
    return decide(grounds, hit)


def _identities(judged: Judged) -> tuple[str, ...]:
    values = (judged.facts.get(name) for name in ("avsender.adresse", "avsender.orgnr", "avsender.navn"))
    return tuple(value.lower() for value in values if isinstance(value, str) and value)


def unused_answer(reads: Reads, post: Post) -> Unused | None:
    """The answer to go on with, if there is one that no decision has used."""
    for row in reads.answers(post.seq):
        if row["decision_no"] is None and row["verb"] != Verb.RELEASE:  # that one is the gate's (robot.stages.scan)
            answer = from_text(row["payload"], Answer)
            return Unused(round_no=row["round"], answer=answer, to=reads.decision(post.seq))
    return None


def keep(
    tx: Tx, post: Post, judged: Judged, decision: Decision, unused: Unused | None, *, alarm_to: tuple[str, ...]
) -> State:
    """Stores the decision and moves the post; returns its new state: ``decided``, or ``set_aside`` with its reason.

    ``alarm_to`` hear of urgent post (``haster``) that no rule names somebody for.
    """
    tx.keep_decision(post.seq, judged.facts, judged.judgement, decision)
    if unused is not None:
        tx.use_answer(post.seq, unused.round_no)
    columns = {**_columns(judged, decision), "content_key": judged.content_key or None}
    codes = {"way": decision.way.value, "because": [reason.source for reason in decision.because]}
    if decision.mode is not None:
        codes["mode"] = decision.mode.value
    if decision.way is Way.SET_ASIDE:
        tx.move(
            post,
            State.SET_ASIDE,
            AuditEvent.SET_ASIDE,
            reason=decision.reason,
            rule=decision.rule,
            ruleset_sha256=decision.ruleset_sha256,
            details=codes,
            stage="decide" if judged.judgement.hits or decision.rule else "read",
            detail=decision.detail,
            **columns,
        )
    else:
        tx.move(
            post,
            State.DECIDED,
            AuditEvent.DECIDED,
            reason=decision.reason if decision.way is Way.DISMISS else None,
            rule=decision.rule,
            ruleset_sha256=decision.ruleset_sha256,
            details=codes,
            stage=None,
            detail=decision.detail,
            **columns,
        )
    _tell_others(tx, post, decision, alarm_to)
    return State.SET_ASIDE if decision.way is Way.SET_ASIDE else State.DECIDED


def _columns(judged: Judged, decision: Decision) -> dict[str, Any]:
    """What people list the post by. A set-aside post shows what is proposed."""
    journalpost, case = decision.journalpost, decision.case
    columns: dict[str, Any] = {
        "subject": _shown(judged, "emne"),
        "sender": _shown(judged, "avsender.navn") or _shown(judged, "avsender.adresse"),
        "urgent": decision.urgent,
        "order_key": case.key if case is not None and decision.way is Way.ARCHIVE else None,
        "forward_channel": decision.forward.channel if decision.forward is not None else None,
        "follow_up_by": decision.forward.follow_up_by.isoformat()
        if decision.forward is not None and decision.forward.follow_up_by is not None
        else None,
    }
    if journalpost is not None:
        columns.update(
            type=journalpost.type.value,
            tittel=journalpost.tittel,
            offentlig_tittel=journalpost.offentlig_tittel,
            tilgang=journalpost.tilgang,
            enhet=journalpost.enhet,
            forfall=journalpost.forfall.isoformat() if journalpost.forfall is not None else None,
            lacks=",".join(journalpost.lacks),
        )
    if case is not None:
        columns["saktittel"] = case.new.tittel if case.new is not None else case.existing_tittel
        if case.existing is not None:
            columns.update(saksnummer=case.existing.saksnummer, saksmappe_id=case.existing.system_id)
    return columns


def _shown(judged: Judged, name: str) -> str:
    value = judged.facts.get(name)
    return value[:500] if isinstance(value, str) else ""


def _tell_others(tx: Tx, post: Post, decision: Decision, alarm_to: tuple[str, ...]) -> None:
    """Notices and copies: effects beside the way of the post, which never hold it."""
    notices = decision.notify or (alarm_to if decision.urgent else ())
    for number, to in enumerate(notices, start=1):
        tx.plan(notice_effect(post, to, number=number, urgent=decision.urgent))
    if decision.way is Way.ARCHIVE:
        for number, to in enumerate(decision.copies, start=1):
            tx.plan(copy_effect(post, to, number=number))

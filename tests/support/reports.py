"""A store filled with known posts for the report and the reviewer's screens, and the report of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from models.audit import AuditEvent
from models.decision import Decision, PlannedForward, Reason, Way
from models.facts import Facts
from models.judgement import Judgement
from models.organisation import Enhet, Organisation
from models.post import State
from models.reasons import ReasonCode
from models.store import Store
from robot.report.gather import gather
from robot.report.model import Report
from tests.support.stores import ORGNR, put

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""A Tuesday, 10:00 in Norway."""

TODAY = date(2026, 11, 24)
HASH = "ab" * 32

ORG = Organisation(
    orgnr=ORGNR,
    name="Solvik kommune",
    enheter={"PLAN": Enhet(kode="PLAN", navn="Plan og byggesak"), "HELSE": Enhet(kode="HELSE", navn="Helse")},
)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """As the archive tells of a document it has no archive format of."""

    number: str
    dokumentnummer: int
    code: str
    detail: str = ""


@dataclass(kw_only=True)
class SignedArchive:
    """What the report asks of an archive: which entries are signed off, and what could not be converted."""

    signed: set[str] = field(default_factory=set)
    failures: Sequence[Failure] = ()
    asked: list[str] = field(default_factory=list)

    def signed_off(self, journalposter: Sequence[str]) -> frozenset[str]:
        self.asked += journalposter
        return frozenset(self.signed & set(journalposter))

    def conversion_failures(self) -> Sequence[Failure]:
        return self.failures


def decide(store: Store, seq: int, *grounds: Reason, **more: object) -> None:
    """Keeps a decision of a post, with these grounds."""
    way = more.pop("way", Way.SET_ASIDE)
    decision = Decision(
        way=way,  # type: ignore[arg-type]
        because=grounds or (Reason(source="rules", text="no_rule"),),
        ruleset_sha256=HASH,
        **more,  # type: ignore[arg-type]
    )
    with store.write() as tx:
        tx.keep_decision(seq, Facts(), Judgement(ruleset_sha256=HASH, winner=None), decision)


def aside(store: Store, key: str, reason: ReasonCode, *grounds: Reason, **columns: object) -> str:
    """A post that has been set aside; gives its id."""
    post = put(store, key, subject=str(columns.pop("subject", key)))
    with store.write() as tx:
        tx.move(post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=reason, stage="decide", **columns)
    decide(store, post.seq, *grounds)
    return post.id


def done(store: Store, key: str, outcome: str = "archived", **columns: object) -> str:
    """A post that is done; gives its id."""
    post = put(store, key, subject=str(columns.pop("subject", key)))
    with store.write() as tx:
        tx.move(post, State.DONE, AuditEvent.DONE, outcome=outcome, **columns)
    return post.id


def journaled(store: Store, key: str, status: str = "M", **columns: object) -> str:
    """A post in the archive."""
    number = f"2026/{key}-1"
    known: dict[str, object] = {
        "journalpost": number,
        "journalpost_id": f"id-{key}",
        "journalstatus": status,
        "saksnummer": f"2026/{key}",
        "saktittel": f"Sak {key}",
        "tittel": f"Tittel {key}",
        "enhet": "PLAN",
        "tilgang": "open",
        "type": "I",
    }
    return done(store, key, **{**known, **columns})


def forwarded(store: Store, key: str, by: date) -> str:
    """A post that was forwarded and is to be followed up."""
    post = put(store, key, subject=key)
    forward = PlannedForward(to="barnevern@nabo.example", channel="epost", grunn="hører hjemme der", follow_up_by=by)
    decide(store, post.seq, Reason(source="rule:r", text="r"), way=Way.FORWARD, forward=forward)
    with store.write() as tx:
        tx.move(
            post, State.DONE, AuditEvent.DONE, outcome="forwarded", forward_channel="epost", follow_up_by=by.isoformat()
        )
    return post.id


def report_of(
    store: Store, archive: SignedArchive | None = None, *, org: Organisation = ORG, language: str = "nb", **more: object
) -> Report:
    """The report of :data:`TODAY`."""
    given: dict[str, object] = {"rules": None, "refusal": None, "earlier_missing": "", **more}
    return gather(
        store,
        archive or SignedArchive(),  # type: ignore[arg-type]
        org,
        day=TODAY,
        language=language,
        **given,  # type: ignore[arg-type]
    )

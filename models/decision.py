"""What was decided about a post, and the one closed list of reasons.

A :class:`Decision` is stored as JSON beside the facts and the hits it came from; stored input gives it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from models.archive import Dokument, NySaksmappe, SaksmappeRef
from models.noark import (
    Avskrivningsmaate,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Skjerming,
)
from models.reasons import ReasonCode

__all__ = [
    "Decision",
    "Lack",
    "Mode",
    "PlannedCase",
    "PlannedForward",
    "PlannedJournalpost",
    "Reason",
    "ReasonCode",
    "Way",
]


class Mode(StrEnum):
    """Autonomy of a rule (rule-language.md, «What the mode does»)."""

    UTKAST = "utkast"
    FORSLAG = "forslag"
    AUTO = "auto"


class Lack(StrEnum):
    """What keeps a journalpost at status M (noark5.md section 4, and the house's own limits). Texts in ``robot/texts``."""

    MODE = "mode"
    ADDING_RULE = "adding_rule"
    TYPE = "type"
    SENDER_UNKNOWN = "sender_unknown"
    SENDER_INTERNAL = "sender_internal"
    ACCESS = "access"
    FINDING = "finding"
    UNREAD = "unread"
    DUPLICATE = "duplicate"
    CASE_ACCESS = "case_access"
    SHIELDING_INCOMPLETE = "shielding_incomplete"
    RULE_UNKNOWN = "rule_unknown"


class Way(StrEnum):
    """Which way a post goes on from the stage ``decide``."""

    ARCHIVE = "archive"
    FORWARD = "forward"
    DISMISS = "dismiss"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One ground of a decision: ``source`` is ``rule:<id>``, ``detector:<label>``, ``limit:<name>``, ``answer:<user>``.

    ``text`` is Norwegian and for people; it may quote the post, so it never goes to log or audit.
    """

    source: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCase:
    """The saksmappe a journalpost goes into: one that exists, or one to be made under ``key``.

    Exactly one of ``existing`` and ``new`` is set. ``key`` is the case's key, made from its identity for one of ours
    (organisation, arkivdel, samlesak text or object), else from its system id; it is also the post's ``order_key``.
    ``cross_reference`` is the system id of a closed case that the new one continues.
    """

    key: str
    existing: SaksmappeRef | None = None
    existing_tittel: str = ""
    new: NySaksmappe | None = None
    cross_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedJournalpost:
    """The journalpost as it will be asked for. ``lacks`` names what noark5.md section 4 misses (empty only for J)."""

    type: Journalposttype
    status: Journalstatus
    tittel: str
    offentlig_tittel: str
    skjerming: Skjerming | None
    parter: tuple[Korrespondansepart, ...]
    mottatt_dato: date
    enhet: str
    dokumenter: tuple[Dokument, ...]
    dokumentets_dato: date | None = None
    forfall: date | None = None
    avskriv: Avskrivningsmaate | None = None
    lacks: tuple[Lack, ...] = ()

    @property
    def tilgang(self) -> str:
        """``open``, ``shielded`` or ``temporary``, as ``list --json`` says it."""
        if self.skjerming is None:
            return "open"
        return "temporary" if self.skjerming.temporary else "shielded"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedForward:
    """A post sent on to those it belongs to. ``channel`` is ``epost`` (the only one set up in this version)."""

    to: str
    channel: str
    grunn: str
    follow_up_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of a post, and why. ``because`` is never empty, in order of weight; it is copied to the audit as codes.

    ``reason`` is set for SET_ASIDE and DISMISS. A SET_ASIDE may carry what the robot would have done (``case`` with
    ``journalpost``, ``forward``, or ``proposed``): the proposal a reviewer can approve.
    ``pipelines`` are the hashes of the language pipelines that were asked.
    """

    way: Way
    because: tuple[Reason, ...]
    ruleset_sha256: str
    rule: str | None = None
    mode: Mode | None = None
    reason: ReasonCode | None = None
    detail: str = ""
    case: PlannedCase | None = None
    journalpost: PlannedJournalpost | None = None
    forward: PlannedForward | None = None
    proposed: Way | None = None
    proposed_reason: ReasonCode | None = None
    duplicate_of: str | None = None
    urgent: bool = False
    notify: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    listed: tuple[str, ...] = field(default=())
    pipelines: tuple[str, ...] = ()

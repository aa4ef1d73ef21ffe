"""What the rules said of a journalpost, a sak or a published entry: pure data, made by ``rules.care``.

Every ``avvik`` and ``frist`` applies; of what is to be *done* one thing is chosen, as for post.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from models.decision import Mode
from models.judgement import TilMenneske
from models.noark import Avskrivningsmaate, Skjerming
from models.reasons import ReasonCode


class Alvor(StrEnum):
    """How bad a finding is (public-journal.md section 2); critical: sensitive data are public now."""

    KRITISK = "kritisk"
    FEIL = "feil"
    ADVARSEL = "advarsel"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class AvvikUtfall:
    """``avvik``: for the report. ``felt`` is the field it is about, ``tiltak`` what is proposed; ``tekst`` may quote."""

    kind: Literal["avvik"] = "avvik"
    alvor: Alvor
    tekst: str
    hjemmel: str = ""
    tiltak: str = ""
    felt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FristUtfall:
    """``frist``: due on ``dato``; the unit is told from ``varsle_fra`` on."""

    kind: Literal["frist"] = "frist"
    dato: date
    varsle_fra: date
    hjemmel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalfoerUtfall:
    """``journalfør: ja``: to status J, if noark5.md section 4 holds (that is the robot's to check, never the rule's)."""

    kind: Literal["journalfør"] = "journalfør"


@dataclass(frozen=True, slots=True, kw_only=True)
class GodkjennUtfall:
    """``godkjenn: ja``: F to G, or J to A."""

    kind: Literal["godkjenn"] = "godkjenn"


@dataclass(frozen=True, slots=True, kw_only=True)
class AvskrivUtfall:
    """``avskriv``: TO, TE or TLF; what needs a reference to an answer is not a rule's to write off."""

    kind: Literal["avskriv"] = "avskriv"
    maate: Avskrivningsmaate


@dataclass(frozen=True, slots=True, kw_only=True)
class AvsluttUtfall:
    """``avslutt: ja``: a candidate for closing; noark5.md section 6 must hold all the same."""

    kind: Literal["avslutt"] = "avslutt"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaStaaUtfall:
    """``la_stå``: a guard of the house; the case stays open, for the reason given."""

    kind: Literal["la_stå"] = "la_stå"
    tekst: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkjermUtfall:
    """``skjerm``: shield the entry in the archive at once."""

    kind: Literal["skjerm"] = "skjerm"
    skjerming: Skjerming


Handling = (
    JournalfoerUtfall | GodkjennUtfall | AvskrivUtfall | AvsluttUtfall | LaStaaUtfall | SkjermUtfall | TilMenneske
)
OmsorgUtfall = AvvikUtfall | FristUtfall | Handling


@dataclass(frozen=True, slots=True, kw_only=True)
class CareHit:
    """A rule that hit, filled in; ``problem`` is set in place of ``utfall`` where a value was missing or several differ."""

    regel: str
    navn: str
    prioritet: int
    modus: Mode
    utfall: OmsorgUtfall | None
    problem: ReasonCode | None = None
    problem_detail: str = ""
    captures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The whole answer about one thing.

    ``told`` are findings and deadlines, all of which apply, in the order of the rules. ``action`` is the one thing to do,
    or None; then ``problem`` may say why a human must look (``rules_disagree``, ``rule_unknown``), with
    ``problem_rules`` the rules concerned. ``unknown`` are rules whose ``hvis`` could not be told; ``drafts`` hits of rules
    in mode utkast.
    """

    ruleset_sha256: str
    told: tuple[CareHit, ...] = ()
    action: CareHit | None = None
    problem: ReasonCode | None = None
    problem_rules: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    drafts: tuple[CareHit, ...] = ()

"""What the rules said of a post: outcomes with their templates filled in, who won, and the trace for ``explain``.

Pure data; ``rules`` makes it, ``robot.decide`` turns it into a :class:`models.decision.Decision`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from models.archive import Part
from models.decision import Mode
from models.noark import Avskrivningsmaate, EksternNoekkel, Skjerming
from models.reasons import ReasonCode


class Mangler(StrEnum):
    """What to do when the case does not exist (``mangler``)."""

    OPPRETT = "opprett"
    TIL_MENNESKE = "til_menneske"


class Avsluttet(StrEnum):
    """What to do when the case is closed (``avsluttet``)."""

    TIL_MENNESKE = "til_menneske"
    NY_MED_KRYSSREFERANSE = "ny_med_kryssreferanse"


@dataclass(frozen=True, slots=True, kw_only=True)
class NySak:
    """``ny``: fields as the rule gave them (filled in); empty means: from the unit register, see rule-language.md."""

    tittel: str = ""
    offentlig_tittel: str = ""
    arkivdel: str = ""
    klasse: str = ""
    enhet: str = ""
    saksansvarlig: str = ""
    tilgang_aapen: bool = False
    skjerming: Skjerming | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SakValg:
    """``sak``: exactly one of the six ways is set.

    ``aapen_sak_med`` is (key name, value, arkivdel).
    """

    samlesak: str | None = None
    saksnummer: str | None = None
    part: Part | None = None
    sakstype: str = ""
    ekstern_noekkel: EksternNoekkel | None = None
    aapen_sak_med: tuple[str, str, str] | None = None
    mangler: Mangler = Mangler.TIL_MENNESKE
    avsluttet: Avsluttet = Avsluttet.TIL_MENNESKE
    ny: NySak | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalpostUtfall:
    """``så: {sak, journalpost, fordel_til}``, templates filled. ``type`` is a Noark code or ``fra_post``."""

    kind: Literal["journalpost"] = "journalpost"
    sak: SakValg
    type: str
    tittel: str
    offentlig_tittel: str = ""
    avsender: str = ""
    mottaker: str = ""
    dokumentdato: date | None = None
    tilgang_aapen: bool = False
    skjerming: Skjerming | None = None
    forfall: date | None = None
    avskriv: Avskrivningsmaate | None = None
    hoveddokument: str = ""
    ta_med: tuple[str, ...] = ()
    fordel_til: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideresendUtfall:
    """``så: {videresend: …}``."""

    kind: Literal["videresend"] = "videresend"
    til: str
    kanal: str
    grunn: str
    foelg_opp: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvvisUtfall:
    """``så: {avvis: …}``; ``grunn`` is one of ``models.reasons.DISMISSALS``."""

    kind: Literal["avvis"] = "avvis"
    grunn: ReasonCode
    hjemmel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TilMenneske:
    """``så: {til_menneske: "…"}``."""

    kind: Literal["til_menneske"] = "til_menneske"
    tekst: str


Utfall = JournalpostUtfall | VideresendUtfall | AvvisUtfall | TilMenneske


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A deciding rule that hit, with its outcome filled in.

    ``problem`` is set (and ``utfall`` is None) when an obligatory value was not found or several differ.
    """

    regel: str
    navn: str
    prioritet: int
    modus: Mode
    utfall: Utfall | None
    problem: ReasonCode | None = None
    problem_detail: str = ""
    captures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A ``legg_til`` rule that applies. ``unknown``: its condition was *ukjent* (see «legg_til» for what holds then)."""

    regel: str
    navn: str
    modus: Mode
    unknown: bool = False
    skjerming: Skjerming | None = None
    forfall: date | None = None
    varsel: tuple[str, ...] = ()
    kopi_til: tuple[str, ...] = ()
    haster: bool = False


class Holds(StrEnum):
    """A Kleene truth value."""

    TRUE = "ja"
    FALSE = "nei"
    UNKNOWN = "ukjent"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionTrace:
    """One condition as tried: ``path`` as in the file (``hvis.emne.inneholder``), ``text`` what matched or was missing.

    ``text`` may quote the post: for ``explain`` only, never for log or audit.
    """

    path: str
    holds: Holds
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrace:
    """One rule as tried, with its place in the files."""

    regel: str
    navn: str
    file: str
    line: int
    prioritet: int
    modus: Mode
    holds: Holds
    conditions: tuple[ConditionTrace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The whole answer of one evaluation.

    ``winner`` is the deciding hit that won, or None; then ``problem`` says why a human must look (``no_rule``,
    ``rules_disagree``, ``rule_unknown``), with ``problem_rules`` the rules concerned. ``drafts`` are hits of rules in
    mode utkast (only recorded). ``hits`` are all deciding hits in order of preference. ``near`` are rules that missed by
    one condition.
    """

    ruleset_sha256: str
    winner: Hit | None
    problem: ReasonCode | None = None
    problem_rules: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    drafts: tuple[Hit, ...] = ()
    additions: tuple[Addition, ...] = ()
    near: tuple[str, ...] = ()

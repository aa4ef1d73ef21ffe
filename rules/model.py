"""A loaded rule set: frozen, everything compiled. Made by ``rules.load``, run by ``rules.engine``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from models.decision import Mode
from models.judgement import Avsluttet, Mangler
from models.noark import Avskrivningsmaate
from models.organisation import Enhet
from models.reasons import ReasonCode
from rules.care_model import CareSpec, DeviationSpec, DueSpec, HideSpec, KeepSpec, PlainSpec, WriteOffSpec
from rules.conditions import All, Condition
from rules.deadlines import Duration
from rules.format import Subject
from rules.index import RuleIndex
from rules.messages import Place
from rules.nodes import Mapping as MappingNode
from rules.provisions import Provision
from rules.scope import Dormant
from rules.shield_model import DeadlineSpec, ShieldSpec
from rules.templates import Template

Rank = tuple[bool, int, int, str]
Demand = Literal["én", "minst_én", "valgfri"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """One name of ``hent``. Exactly one of ``type`` (an extractor), ``pattern`` (RE2) and ``field`` (skjema.…) is set.

    ``label`` is the folded text of ``nær``.
    """

    name: str
    type: str = ""
    pattern: Any = None
    group: int = 0
    field: str = ""
    sources: tuple[str, ...] = ("emne", "tekst")
    demand: Demand = "én"
    otherwise: str | None = None
    label: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """``tilgang: åpen`` or ``skjerming``; neither set: not said, which means the temporary code."""

    open: bool = False
    shield: ShieldSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCaseSpec:
    """``ny``."""

    tittel: Template
    offentlig_tittel: Template
    arkivdel: Template
    klasse: Template
    enhet: Template
    saksansvarlig: Template
    access: Access


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSpec:
    """``sak``; ``part`` and ``ekstern`` by their fields."""

    samlesak: Template | None = None
    saksnummer: Template | None = None
    part: Mapping[str, Template] | None = None
    sakstype: str = ""
    ekstern: tuple[Template, Template] | None = None
    aapen: tuple[str, Template, Template] | None = None
    mangler: Mangler = Mangler.TIL_MENNESKE
    avsluttet: Avsluttet = Avsluttet.TIL_MENNESKE
    ny: NewCaseSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSpec:
    """``fordel_til``: a code, or a look-up in a register (``rows``: folded key → unit codes)."""

    code: Template | None = None
    key: Template | None = None
    register: str = ""
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSpec:
    """``så: {sak, journalpost, fordel_til}``."""

    case: CaseSpec
    type: str
    tittel: Template
    offentlig_tittel: Template
    avsender: Template
    mottaker: Template
    dokumentdato: str
    access: Access
    forfall: DeadlineSpec | None
    avskriv: Avskrivningsmaate | None
    hoveddokument: Template
    ta_med: tuple[Template, ...]
    fordel_til: UnitSpec | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardSpec:
    """``videresend``; ``foelg_opp`` counts from dato.mottatt."""

    til: Template
    kanal: str
    grunn: str
    foelg_opp: Duration | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissSpec:
    """``avvis``."""

    grunn: ReasonCode
    hjemmel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanSpec:
    """``til_menneske``."""

    tekst: Template


Outcome = JournalSpec | ForwardSpec | DismissSpec | HumanSpec | CareSpec

STRENGTH: dict[type, int] = {
    HumanSpec: 3,
    JournalSpec: 2,
    ForwardSpec: 1,
    DismissSpec: 0,
    KeepSpec: 3,
    HideSpec: 2,
    PlainSpec: 1,
    WriteOffSpec: 1,
    DeviationSpec: 0,
    DueSpec: 0,
}
"""til_menneske > journalpost > videresend > avvis; for what is no post, what leaves it alone > what shuts > what does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditionSpec:
    """``legg_til``."""

    shield: ShieldSpec | None = None
    forfall: DeadlineSpec | None = None
    varsel: tuple[str, ...] = ()
    kopi_til: tuple[str, ...] = ()
    haster: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One example as written: ``given`` the facts' node, ``expected`` the ``gir`` node."""

    place: Place
    given: MappingNode
    expected: MappingNode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``outcome`` or ``addition`` is set. ``layer`` counts from 0; ``needs`` are groups of facts."""

    id: str
    navn: str
    gjelder: Subject = Subject.POST
    prioritet: int
    modus: Mode
    eier: str
    hvorfor: str
    condition: All
    extractions: tuple[Extraction, ...]
    outcome: Outcome | None
    addition: AdditionSpec | None
    stopp: bool
    erstatt: str | None
    layer: int
    place: Place
    needs: frozenset[str]
    hits: tuple[Example, ...] = ()
    misses: tuple[Example, ...] = ()
    gaps: tuple[Example, ...] = ()

    @property
    def conjuncts(self) -> tuple[Condition, ...]:
        """What must all hold, one for each key of ``hvis``."""
        return self.condition.parts

    @property
    def draft(self) -> bool:
        """Only recorded."""
        return self.modus is Mode.UTKAST

    @property
    def strength(self) -> int:
        """See :data:`STRENGTH`."""
        return STRENGTH[type(self.outcome)] if self.outcome is not None else -1

    @property
    def rank(self) -> Rank:
        """The order rules are preferred in, the first first: an unconditional til_menneske, priority, strength, id."""
        return (not self.to_human, -self.prioritet, -self.strength, self.id)

    @property
    def to_human(self) -> bool:
        """A til_menneske (or la_stå) that wins over every priority."""
        return isinstance(self.outcome, HumanSpec | KeepSpec) and self.prioritet >= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """A whole set. ``files`` are the bytes it was made of, by layer and name, so that it can be kept under its hash.

    ``dormant`` are shared rules that wait for a parameter of the organisation.

    ``needs`` names the groups of facts (``text``, ``findings``, ``language``) that rules about post ask for: they must be
    computed before an evaluation.
    """

    rules: tuple[Rule, ...]
    sha256: str
    needs: frozenset[str]
    files: Mapping[str, bytes] = field(repr=False)
    enheter: Mapping[str, Enhet]
    dormant: tuple[Dormant, ...] = ()
    provisions: tuple[Provision, ...] = ()
    about_post: tuple[Rule, ...] = field(init=False, repr=False, compare=False)
    index: RuleIndex = field(init=False, repr=False, compare=False)
    ranks: tuple[Rank, ...] = field(init=False, repr=False, compare=False)
    _about: Mapping[Subject, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Made here, so that no set can have an index of other rules than its own.
        about_post = tuple(rule for rule in self.rules if rule.gjelder is Subject.POST)
        object.__setattr__(self, "about_post", about_post)
        by_subject = {subject: tuple(rule for rule in self.rules if rule.gjelder is subject) for subject in Subject}
        object.__setattr__(self, "_about", by_subject)
        object.__setattr__(self, "ranks", tuple(rule.rank for rule in about_post))
        object.__setattr__(self, "index", RuleIndex([rule.condition for rule in about_post]))

    def about(self, subject: Subject) -> tuple[Rule, ...]:
        """The rules about something, in order."""
        return self._about[subject]

    def needs_of(self, subject: Subject) -> frozenset[str]:
        """The groups of facts that rules about it ask for."""
        return frozenset(group for rule in self.about(subject) for group in rule.needs)

    @property
    def deciding(self) -> tuple[Rule, ...]:
        """The rules about post with ``så``."""
        return tuple(rule for rule in self.about_post if rule.outcome is not None)

    @property
    def adding(self) -> tuple[Rule, ...]:
        """The rules with ``legg_til``."""
        return tuple(rule for rule in self.rules if rule.addition is not None)

    def rule(self, rule_id: str) -> Rule | None:
        """The rule by its id, or None."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

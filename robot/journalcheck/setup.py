"""How one house wants its journal checked: frozen parameters, with defaults that hold without any configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from robot.journalcheck.catalogue import CHECKS, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSetup:
    """Thresholds are in the unit of their name: ``_days`` calendar days, ``_workdays`` working days (Norwegian calendar).

    ``off``: checks that are not run; ``levels``: another severity than the catalogue's; ``allowed``: phrases under a check (or
    under "" for all) in whose presence it says nothing; ``lifted``: checks whose low precision no longer counts.
    ``personal_parts`` and ``personal_classes`` are arkivdeler and class prefixes of cases on persons; ``open_classes`` class
    prefixes in which words on secrecy are ordinary (plans, budgets). ``own`` are addresses, numbers and domains of the house.
    """

    off: frozenset[str] = frozenset()
    levels: Mapping[str, Level] = field(default_factory=dict)
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lifted: frozenset[str] = frozenset()
    personal_parts: tuple[str, ...] = ("PERS", "ELEV", "KLIENT", "BARN")
    personal_classes: tuple[str, ...] = ()
    open_classes: tuple[str, ...] = ()
    building_parts: tuple[str, ...] = ("BYGG",)
    own: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    zone: str = "Europe/Oslo"
    late_warning_workdays: int = 1
    late_error_workdays: int = 3
    unjournaled_days: int = 21
    temporary_workdays: int = 3
    publish_workdays: int = 3
    empty_share: float = 0.25
    usual_share: float = 0.9
    usual_least: int = 20
    name_days: int = 365
    answer_warning_days: int = 21
    post_hours: float = 24.0
    complaint_weeks: int = 8
    building_weeks: int = 12
    backlog_least: int = 5
    shortest: int = 10
    longest: int = 500
    date_form: str = "DD.MM.ÅÅÅÅ"
    language: str = "nb"
    abbreviations: frozenset[str] = frozenset(
        "gnr bnr fnr snr nr jf jfr kr mva kf iks as nav ks ot pp ppt ros fdv hms ikt va vann vei tlf mill ca evt bl.a f.eks dvs "
        "osv ev pkt kap art st mfl m.fl".split()
    )
    never_published: tuple[str, ...] = (
        "cv", "curriculum vitae", "jobbsøknad", "stillingssøknad", "barnehagesøknad", "søknad om barnehageplass", "lønnsslipp",
        "lønsslipp", "klassebilde", "legeerklæring", "politiattest", "karakterutskrift", "vitnemål", "passkopi",
    )  # fmt: skip
    leaders: tuple[str, ...] = (
        "kommunedirektør", "rådmann", "ordfører", "kommunalsjef", "leder", "leiar", "direktør", "sjef", "rektor", "styrer",
    )  # fmt: skip
    full_text: bool = True
    name_pipeline: bool = True

    def runs(self, check: str) -> bool:
        """Whether the check is run here."""
        return check not in self.off

    def level(self, check: str, given: Level | None) -> Level:
        """The severity here: the house's word, else what the check said, else the catalogue's."""
        said = self.levels.get(check)
        if said is not None:
            return said
        known = CHECKS.get(check)
        return given or (known.level if known is not None else Level.WARNING)

    def allows(self, check: str, text: str) -> bool:
        """Whether a text holds a phrase in whose presence the check says nothing."""
        phrases = (*self.allowed.get(check, ()), *self.allowed.get("", ()))
        if not phrases:
            return False
        folded = text.casefold()
        return any(phrase.casefold() in folded for phrase in phrases)

    def personal(self, arkivdel: str, klasse: str) -> bool:
        """Whether a case with these is a case on a person."""
        return bool(arkivdel and arkivdel in self.personal_parts) or bool(
            klasse and any(klasse.startswith(prefix) for prefix in self.personal_classes)
        )


DEFAULT = CheckSetup()
"""Without any configuration."""

"""The rules' verdict on a case and its entries, and the first day on which time alone may change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from models.judgement import Holds
from models.noark import TEMPORARY_CODE
from models.omsorg import Journalinnfoersel, Sak
from models.organisation import Organisation
from models.verdict import Verdict
from robot.caretaking.facts import case_facts, entry_facts
from robot.caretaking.model import CareLimits, Ground
from rules.care import judge
from rules.care_model import PlainSpec
from rules.context import Context
from rules.format import Subject
from rules.model import RuleSet
from rules.ripening import Ripening


@dataclass(frozen=True, slots=True)
class Judges:
    """One rule set's judgement of cases and entries on one day."""

    ruleset: RuleSet
    org: Organisation
    limits: CareLimits
    today: date
    archives_on_close: bool
    zone: ZoneInfo
    codes: frozenset[str]
    _entry_ages: Ripening
    _case_ages: Ripening

    @classmethod
    def of(
        cls, ruleset: RuleSet, org: Organisation, limits: CareLimits, *, today: date, archives_on_close: bool
    ) -> Judges:
        """Made once for a run."""
        return cls(
            ruleset,
            org,
            limits,
            today,
            archives_on_close,
            ZoneInfo(org.zone),
            frozenset({*org.tilgangskoder, TEMPORARY_CODE}) if org.tilgangskoder else frozenset(),
            Ripening.of(ruleset, Subject.JOURNALPOST),
            Ripening.of(ruleset, Subject.SAK),
        )

    def ground(self, sak: Sak) -> Ground:
        """What chores look at."""
        return Ground(
            sak=sak,
            today=self.today,
            org=self.org,
            limits=self.limits,
            codes=self.codes,
            archives_on_close=self.archives_on_close,
            judge_entry=self.entry,
            judge_case=self.case,
            candidate=self.candidate,
        )

    def entry(self, entry: Journalinnfoersel, sak: Sak) -> tuple[Verdict, date | None]:
        """What the rules about journalpost say of it."""
        facts = entry_facts(entry, sak, today=self.today, zone=self.zone, codes=self.codes)
        verdict = judge(self.ruleset, Subject.JOURNALPOST, facts, self.org)
        return verdict, self._entry_ages.turns_on(facts, today=self.today)

    def case(self, sak: Sak) -> tuple[Verdict, date | None]:
        """What the rules about sak say of it."""
        facts = case_facts(sak, today=self.today, zone=self.zone, formats=self.limits.formats, codes=self.codes)
        verdict = judge(self.ruleset, Subject.SAK, facts, self.org)
        return verdict, self._case_ages.turns_on(facts, today=self.today)

    def candidate(self, sak: Sak) -> bool:
        """Whether a rule would close the case if no guard stood before it. A guard on any other case is nobody's news."""
        facts = case_facts(sak, today=self.today, zone=self.zone, formats=self.limits.formats, codes=self.codes)
        ctx = Context(facts, self.org)
        return any(
            isinstance(rule.outcome, PlainSpec)
            and rule.outcome.kind == "avslutt"
            and not rule.draft
            and rule.condition.holds(ctx) is Holds.TRUE
            for rule in self.ruleset.about(Subject.SAK)
        )

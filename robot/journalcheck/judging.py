"""Judging one published entry, or one case of the archive: rules and code together, pure. Same input, same notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from models.decision import Mode
from models.finding import Severity
from models.noark import Skjerming
from models.omsorg import Journalinnfoersel, Sak
from models.organisation import Organisation
from models.published import PublishedEntry, ViewCapabilities
from models.verdict import Alvor, AvvikUtfall, CareHit, SkjermUtfall
from robot.journalcheck import checks_a, checks_c, checks_d, checks_e, checks_f, checks_g, checks_h
from robot.journalcheck.catalogue import CHECKS, Level, Needs, Where, check_of_rule
from robot.journalcheck.entry_facts import facts_of, look_at, names_in, texts_of
from robot.journalcheck.look import CaseCheck, CaseLook, EntryCheck, Look, Noted
from robot.journalcheck.people import NameFinder, find_names, is_person, masked_name
from robot.journalcheck.setup import CheckSetup
from rules.care import judge as judge_rules
from rules.conditions import All, AnyOf, Condition, FactCondition, FindingCondition
from rules.format import Subject
from rules.model import RuleSet

ENTRY_CHECKS: tuple[EntryCheck, ...] = (
    *checks_a.CHECKS,
    *checks_c.CHECKS,
    *checks_d.CHECKS,
    *checks_e.CHECKS,
    *checks_g.CHECKS,
    *checks_h.CHECKS,
)
CASE_CHECKS: tuple[CaseCheck, ...] = (*checks_d.CASE_CHECKS, *checks_e.CASE_CHECKS, *checks_f.CASE_CHECKS)
OF_CASES = frozenset(f"PJ-{name}" for name in "D06 D07 E01 E05 E08 E10 E12 F01 F02 F03 F04 F05 F06 F07 F08".split())
"""Checks of the archive's cases; the whole journal's stand in ``sets.py``, those of files in ``files.py``."""

_LEVELS = {
    Alvor.KRITISK: Level.CRITICAL,
    Alvor.FEIL: Level.ERROR,
    Alvor.ADVARSEL: Level.WARNING,
    Alvor.INFO: Level.INFO,
}


def of_entries(check: str) -> bool:
    """Whether a check is judged by an entry alone; a rule of the house's own is."""
    known = CHECKS.get(check)
    if known is None:
        return True
    return (
        check not in OF_CASES
        and known.needs in (Needs.PUBLIC, Needs.ARCHIVE)
        and known.where is not Where.FILES
        and check != "PJ-F09"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was noted of an entry; ``shield`` is what a rule in mode ``auto`` shuts in the archive at once, with its id."""

    entry: PublishedEntry
    notes: tuple[Noted, ...]
    shield: tuple[str, Skjerming] | None = None


@dataclass(slots=True, kw_only=True)
class Judge:
    """Everything that stays the same from entry to entry. ``finder`` None: names by common given names and form."""

    setup: CheckSetup
    today: date
    told: ViewCapabilities
    ruleset: RuleSet | None = None
    org: Organisation | None = None
    finder: NameFinder | None = None
    _evidence: dict[str, tuple[frozenset[str], int, frozenset[str]]] = field(default_factory=dict)

    def entries(self, given: Sequence[tuple[PublishedEntry, Sak | None, Journalinnfoersel | None]]) -> list[Judged]:
        """A page at a time, so that the name finder works in batches."""
        texts = [texts_of(entry) for entry, _, _ in given]
        if self.finder is not None:
            flat = list(dict.fromkeys(one.text for some in texts for one in some if one.title))
            known = dict(zip(flat, self.finder(flat), strict=True))
            batched: NameFinder | None = lambda asked: [known[text] for text in asked]  # noqa: E731
        else:
            batched = find_names
        return [self.entry(entry, sak, archived, finder=batched) for (entry, sak, archived) in given]

    def entry(
        self,
        entry: PublishedEntry,
        sak: Sak | None = None,
        archived: Journalinnfoersel | None = None,
        *,
        finder: NameFinder | None = None,
    ) -> Judged:
        """One entry."""
        look = look_at(
            entry,
            setup=self.setup,
            today=self.today,
            told=self.told,
            archived=archived,
            sak=sak,
            names=names_in(texts_of(entry), finder or self.finder),
        )
        notes = [note for check in ENTRY_CHECKS for note in check(look)]
        ruled, shield = self._rules(look)
        return Judged(entry=entry, notes=tuple(self._kept([*ruled, *notes], look)), shield=shield)

    def case(self, sak: Sak, published: frozenset[str] | None) -> list[tuple[Journalinnfoersel | None, Noted]]:
        """One case of the archive."""
        look = CaseLook(sak=sak, setup=self.setup, today=self.today, published=published)
        found = [pair for check in CASE_CHECKS for pair in check(look)]
        return [
            (entry, note)
            for entry, note in found
            if self.setup.runs(note.check)
            and not self.setup.allows(note.check, entry.post.tittel if entry else sak.mappe.tittel)
        ]

    def _rules(self, look: Look) -> tuple[list[Noted], tuple[str, Skjerming] | None]:
        if self.ruleset is None:
            return [], None
        facts = facts_of(look)
        verdict = judge_rules(self.ruleset, Subject.PUBLISERT, facts, self.org)
        notes = [note for hit in verdict.told for note in self._of_hit(hit, look)]
        action = verdict.action
        shield = None
        if action is not None and action.modus is Mode.AUTO and isinstance(action.utfall, SkjermUtfall):
            shield = (action.regel, action.utfall.skjerming)
        return notes, shield

    def _of_hit(self, hit: CareHit, look: Look) -> Iterator[Noted]:
        outcome = hit.utfall
        if not isinstance(outcome, AvvikUtfall):
            return
        check, level = check_of_rule(hit.regel), _LEVELS[outcome.alvor]
        labels, least, fields = self._stands_on(hit.regel)
        seen = [one for one in look.seen if one.finding.etikett in labels and one.finding.alvor.rank >= least]
        for one in seen:
            test = one.finding.synthetic
            yield Noted(
                check=check,
                field=one.field,
                masked=f"{one.finding.etikett} {one.finding.masked}",
                value=one.value,
                level=Level.INFO if test else level,
                note="testdata i produksjon" if test else "",
                basis=outcome.hjemmel,
                rule=hit.regel,
            )
        if seen:
            return
        named = [
            (place, name) for place in look.name_fields() if place in fields or not fields for name in look.named(place)
        ]
        if fields and named:
            for place, name in named:
                yield Noted(
                    check=check,
                    field=place,
                    masked=masked_name(name),
                    value=name,
                    level=level,
                    basis=outcome.hjemmel,
                    rule=hit.regel,
                )
            return
        place = outcome.felt or "offentlig_tittel"
        yield Noted(
            check=check, field=place, value=look.text(place), level=level, basis=outcome.hjemmel, rule=hit.regel
        )

    def _stands_on(self, rule_id: str) -> tuple[frozenset[str], int, frozenset[str]]:
        """The detectors' labels, their least severity and the name fields a rule asks for: its evidence."""
        known = self._evidence.get(rule_id)
        if known is None:
            rule = self.ruleset.rule(rule_id) if self.ruleset is not None else None
            labels, ranks, fields = set[str](), [Severity.BLOCK.rank], set[str]()
            for part in _leaves(rule.condition) if rule is not None else ():
                if isinstance(part, FindingCondition):
                    labels |= set(part.labels)
                    ranks.append(part.least.rank if part.least is not None else 0)
                elif isinstance(part, FactCondition) and part.fact == "personnavn":
                    fields |= {str(value) for operation in part.operations for value in getattr(operation, "shown", ())}
            known = self._evidence[rule_id] = (frozenset(labels), min(ranks), frozenset(fields))
        return known

    def _kept(self, notes: Sequence[Noted], look: Look) -> Iterator[Noted]:
        """Without checks that are off and phrases that are allowed; official correspondents are no private addresses."""
        for note in notes:
            if not self.setup.runs(note.check) or self.setup.allows(note.check, look.text(note.field)):
                continue
            if note.check[:4] == "PJ-B" and look.klasse and look.klasse.startswith(self.setup.open_classes or ("\0",)):
                continue
            if note.check == "PJ-A09" and self._official(note, look):
                continue
            yield note

    def _official(self, note: Noted, look: Look) -> bool:
        """Our own numbers and domains, and contact data beside an organisation."""
        value = note.value.casefold()
        if any(value.endswith(domain.casefold()) for domain in self.setup.own_domains):
            return True
        return note.field.startswith("korrespondansepart") and not any(
            is_person(part.navn) for part in look.entry.parter
        )


def _leaves(condition: Condition) -> Iterator[Condition]:
    """What must hold, without what must not."""
    if isinstance(condition, All | AnyOf):
        for part in condition.parts:
            yield from _leaves(part)
    else:
        yield condition

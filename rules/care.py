"""The judge of what is no post: rules about a journalpost, a sak or a published entry, in one pure evaluation."""

from __future__ import annotations

from models.facts import Facts
from models.judgement import Holds, TilMenneske
from models.organisation import Organisation
from models.reasons import ReasonCode
from models.verdict import (
    AvskrivUtfall,
    AvsluttUtfall,
    AvvikUtfall,
    CareHit,
    FristUtfall,
    GodkjennUtfall,
    JournalfoerUtfall,
    LaStaaUtfall,
    OmsorgUtfall,
    SkjermUtfall,
    Verdict,
)
from rules.care_model import DeviationSpec, DueSpec, HideSpec, KeepSpec, PlainSpec, Told, WriteOffSpec
from rules.context import Context
from rules.fill import fill, fill_deadline, fill_shield, lenient
from rules.format import Subject
from rules.model import HumanSpec, Rule, RuleSet
from rules.subject_facts import TODAY
from rules.templates import Filler

_PLAIN: dict[str, OmsorgUtfall] = {
    "journalfør": JournalfoerUtfall(),
    "godkjenn": GodkjennUtfall(),
    "avslutt": AvsluttUtfall(),
}


def judge(ruleset: RuleSet, subject: Subject, facts: Facts, org: Organisation | None) -> Verdict:
    """What the rules about ``subject`` say of one thing. Pure: the same input gives the same answer.

    ``facts`` bear the names of :data:`rules.subject_facts.SUBJECT_FACTS`, with ``dato.i_dag`` as the day ages are
    counted to. A rule that is *ukjent* says nothing; one that would have been preferred makes the action a human's.

    Raises:
        ValueError: the day, or a group of facts that the rules need, was not given (a bug in the caller).
    """
    missing = ruleset.needs_of(subject) - facts.groups
    if missing or facts.get(TODAY) is None:
        raise ValueError(f"facts not given: {', '.join(sorted(missing)) or TODAY}")
    ctx = Context(facts, org)
    told: list[CareHit] = []
    drafts: list[CareHit] = []
    acting: list[Rule] = []
    unknown: list[Rule] = []
    for rule in ruleset.about(subject):
        holds = rule.condition.holds(ctx)
        if holds is Holds.FALSE:
            continue
        if holds is Holds.UNKNOWN:
            unknown.append(rule)
        elif rule.draft:
            drafts.append(fill_care(rule, ctx))
        elif isinstance(rule.outcome, Told):
            told.append(fill_care(rule, ctx))
        else:
            acting.append(rule)
    action, problem, concerned = _action(acting, unknown, ctx)
    return Verdict(
        ruleset_sha256=ruleset.sha256,
        told=tuple(told),
        action=action,
        problem=problem,
        problem_rules=concerned,
        unknown=tuple(rule.id for rule in unknown),
        drafts=tuple(drafts),
    )


def _action(
    acting: list[Rule], unknown: list[Rule], ctx: Context
) -> tuple[CareHit | None, ReasonCode | None, tuple[str, ...]]:
    """The preferred rule's outcome. With one unknown before it nothing is done: a guard may be what could not be told."""
    if not acting:
        return None, None, ()
    ranked = sorted(acting, key=lambda rule: rule.rank)
    best = ranked[0].rank[:3]
    before = [
        rule.id for rule in unknown if not isinstance(rule.outcome, Told) and not rule.draft and rule.rank[:3] < best
    ]
    if before:
        return None, ReasonCode.RULE_UNKNOWN, tuple(sorted(before))
    hits = [fill_care(rule, ctx) for rule in ranked if rule.rank[:3] == best]
    if all(hit.utfall == hits[0].utfall and hit.problem == hits[0].problem for hit in hits) or ranked[0].to_human:
        return hits[0], None, ()
    return None, ReasonCode.RULES_DISAGREE, tuple(hit.regel for hit in hits)


def fill_care(rule: Rule, ctx: Context) -> CareHit:
    """The hit; with ``problem`` in place of an outcome when an obligatory value is missing or several differ."""
    filled = fill(rule, ctx, _outcome)
    return CareHit(
        regel=rule.id,
        navn=rule.navn,
        prioritet=rule.prioritet,
        modus=rule.modus,
        utfall=filled.outcome,
        problem=filled.problem,
        problem_detail=filled.detail,
        captures=filled.captures,
    )


def _outcome(rule: Rule, filler: Filler) -> OmsorgUtfall:
    spec = rule.outcome
    if isinstance(spec, DeviationSpec):
        return AvvikUtfall(
            alvor=spec.alvor,
            tekst=lenient(spec.tekst, filler),
            hjemmel=spec.hjemmel,
            tiltak=lenient(spec.tiltak, filler),
            felt=spec.felt,
        )
    if isinstance(spec, DueSpec):
        return _due(spec, filler)
    if isinstance(spec, PlainSpec):
        return _PLAIN[spec.kind]
    if isinstance(spec, WriteOffSpec):
        return AvskrivUtfall(maate=spec.maate)
    if isinstance(spec, KeepSpec):
        return LaStaaUtfall(tekst=lenient(spec.tekst, filler))
    if isinstance(spec, HideSpec):
        shield = fill_shield(spec.shield, filler)
        assert shield is not None  # noqa: S101 (a skjerm always has one)
        return SkjermUtfall(skjerming=shield)
    assert isinstance(spec, HumanSpec)  # noqa: S101 (the parser gives no other for these subjects)
    return TilMenneske(tekst=lenient(spec.tekst, filler))


def _due(spec: DueSpec, filler: Filler) -> FristUtfall:
    due = fill_deadline(spec.frist, filler)
    assert due is not None  # noqa: S101 (a frist always has a deadline)
    start = spec.varsle.before(due) if spec.varsle is not None else due
    return FristUtfall(dato=due, varsle_fra=start, hjemmel=spec.hjemmel)

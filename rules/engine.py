"""The judge: one pure evaluation of a rule set over the facts of one post."""

from __future__ import annotations

from models.facts import Facts
from models.judgement import Addition, AvvisUtfall, Hit, Holds, Judgement, RuleTrace, TilMenneske, Utfall
from models.organisation import Organisation
from models.reasons import ReasonCode
from rules.context import Context
from rules.fill import fill_addition, fill_hit
from rules.model import Rule, RuleSet

_MAX_NEAR = 10


def evaluate(ruleset: RuleSet, facts: Facts, org: Organisation | None) -> Judgement:
    """What the rules say of the post. Pure: the same input gives the same answer.

    Raises:
        ValueError: a group of facts that the set needs was not computed (a bug in the caller).
    """
    missing = ruleset.needs - facts.groups
    if missing:
        raise ValueError(f"facts not computed: {', '.join(sorted(missing))}")
    ctx = Context(facts, org)
    hit: list[Rule] = []
    unknown: list[Rule] = []
    drafts: list[Hit] = []
    additions: list[Addition] = []
    near: list[str] = []
    for rule in ruleset.rules:
        holds, failed = _tried(rule, ctx)
        if holds is Holds.FALSE:
            if failed == 1 and len(rule.conjuncts) > 1 and len(near) < _MAX_NEAR:
                near.append(rule.id)
        elif rule.draft:
            if holds is Holds.TRUE:
                drafts.append(_draft(rule, ctx))
        elif rule.addition is not None:
            additions.append(fill_addition(rule, ctx, unknown=holds is Holds.UNKNOWN))
        elif holds is Holds.TRUE:
            hit.append(rule)
        else:
            unknown.append(rule)
    floor = max((rule.prioritet for rule in hit if rule.stopp), default=None)
    considered = [rule for rule in hit if floor is None or rule.prioritet >= floor]
    open_questions = [rule for rule in unknown if floor is None or rule.prioritet >= floor]
    ranked = sorted(considered, key=preference)
    hits = tuple(fill_hit(rule, ctx) for rule in ranked)
    winner, problem, concerned = _choose(ranked, hits, open_questions)
    return Judgement(
        ruleset_sha256=ruleset.sha256,
        winner=winner,
        problem=problem,
        problem_rules=concerned,
        hits=hits,
        drafts=tuple(drafts),
        additions=tuple(additions),
        near=tuple(near),
    )


def preference(rule: Rule) -> tuple[bool, int, int, str]:
    """The order rules are preferred in, the first first: an unconditional til_menneske, priority, strength, id."""
    return (not rule.to_human, -rule.prioritet, -rule.strength, rule.id)


def _tried(rule: Rule, ctx: Context) -> tuple[Holds, int]:
    """The truth of the whole ``hvis``, and how many of its parts are false (2 stands for more)."""
    result, failed = Holds.TRUE, 0
    for part in rule.conjuncts:
        holds = part.holds(ctx)
        if holds is Holds.FALSE:
            failed += 1
            if failed > 1:
                break
        elif holds is Holds.UNKNOWN:
            result = Holds.UNKNOWN
    return (Holds.FALSE, failed) if failed else (result, 0)


def _draft(rule: Rule, ctx: Context) -> Hit:
    if rule.outcome is not None:
        return fill_hit(rule, ctx)
    return Hit(regel=rule.id, navn=rule.navn, prioritet=rule.prioritet, modus=rule.modus, utfall=None)


def _choose(
    ranked: list[Rule], hits: tuple[Hit, ...], unknown: list[Rule]
) -> tuple[Hit | None, ReasonCode | None, tuple[str, ...]]:
    """(winner, problem, the rules concerned)."""
    if not ranked:
        if unknown:
            return None, ReasonCode.RULE_UNKNOWN, tuple(rule.id for rule in sorted(unknown, key=preference))
        return None, ReasonCode.NO_RULE, ()
    first = ranked[0]
    preferred = [rule for rule in unknown if preference(rule)[:3] < preference(first)[:3]]
    if preferred and not first.to_human:
        return None, ReasonCode.RULE_UNKNOWN, tuple(rule.id for rule in sorted(preferred, key=preference))
    equals = [hit for rule, hit in zip(ranked, hits, strict=True) if preference(rule)[:3] == preference(first)[:3]]
    if first.to_human or all(same_outcome(hits[0], other) for other in equals[1:]):
        return hits[0], None, ()
    return None, ReasonCode.RULES_DISAGREE, tuple(hit.regel for hit in equals)


def same_outcome(one: Hit, other: Hit) -> bool:
    """Whether two hits would do the same; the words of a til_menneske and the ground of a dismissal do not count."""
    return one.problem == other.problem and _essence(one.utfall) == _essence(other.utfall)


def _essence(outcome: Utfall | None) -> object:
    if isinstance(outcome, TilMenneske):
        return TilMenneske
    return (AvvisUtfall, outcome.grunn) if isinstance(outcome, AvvisUtfall) else outcome


def trace(ruleset: RuleSet, facts: Facts, org: Organisation | None) -> tuple[RuleTrace, ...]:
    """Every rule tried, in order of preference (those that add last), with what matched and what was missing."""
    ctx = Context(facts, org)
    ordered = sorted(ruleset.rules, key=lambda rule: (rule.outcome is None, *preference(rule)))
    return tuple(
        RuleTrace(
            regel=rule.id,
            navn=rule.navn,
            file=rule.place.file,
            line=rule.place.line,
            prioritet=rule.prioritet,
            modus=rule.modus,
            holds=rule.condition.holds(ctx),
            conditions=tuple(rule.condition.trace(ctx)),
        )
        for rule in ordered
    )

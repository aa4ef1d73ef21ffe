"""The judge: one pure evaluation of a rule set over the facts of one post."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.facts import Facts
from models.judgement import Addition, AvvisUtfall, Hit, Holds, Judgement, RuleTrace, TilMenneske, Utfall
from models.organisation import Organisation
from models.reasons import ReasonCode
from rules.conditions import FALSE, TRUE, UNKNOWN, Condition
from rules.context import Context
from rules.fill import fill_addition, fill_hit
from rules.model import Rank, Rule, RuleSet

_MAX_NEAR = 10


def evaluate(ruleset: RuleSet, facts: Facts, org: Organisation | None) -> Judgement:
    """What the rules say of the post. Pure: the same input gives the same answer.

    Raises:
        ValueError: a group of facts that the set needs was not computed (a bug in the caller).
    """
    ctx = _context(ruleset, facts, org)
    return _judge(ruleset, ctx, ruleset.index.candidates(ctx))


def evaluate_plainly(ruleset: RuleSet, facts: Facts, org: Organisation | None) -> Judgement:
    """The same by trying every rule, without the index: what the index is held to.

    Raises:
        ValueError: as :func:`evaluate`.
    """
    return _judge(ruleset, _context(ruleset, facts, org), range(len(ruleset.about_post)))


def _context(ruleset: RuleSet, facts: Facts, org: Organisation | None) -> Context:
    missing = ruleset.needs - facts.groups
    if missing:
        raise ValueError(f"facts not computed: {', '.join(sorted(missing))}")
    return Context(facts, org)


def _judge(ruleset: RuleSet, ctx: Context, numbers: Iterable[int]) -> Judgement:
    rules, telling, ranks = ruleset.about_post, ruleset.index.telling, ruleset.ranks
    hit: list[tuple[Rank, Rule]] = []
    unknown: list[tuple[Rank, Rule]] = []
    drafts: list[Hit] = []
    additions: list[Addition] = []
    near: list[str] = []
    for number in numbers:
        rule = rules[number]
        holds, nearly = _tried(rule.condition.parts, ctx, telling[number])
        if holds is FALSE:
            if nearly and len(near) < _MAX_NEAR:
                near.append(rule.id)
        elif rule.draft:
            if holds is TRUE:
                drafts.append(_draft(rule, ctx))
        elif rule.addition is not None:
            additions.append(fill_addition(rule, ctx, unknown=holds is UNKNOWN))
        elif holds is TRUE:
            hit.append((ranks[number], rule))
        else:
            unknown.append((ranks[number], rule))
    floor = max((rule.prioritet for _, rule in hit if rule.stopp), default=None)
    ranked = _in_order(hit, floor)
    hits = tuple(fill_hit(rule, ctx) for _, rule in ranked)
    winner, problem, concerned = _choose(ranked, hits, _in_order(unknown, floor))
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


def _in_order(rules: list[tuple[Rank, Rule]], floor: int | None) -> list[tuple[Rank, Rule]]:
    """By preference, without those of lower priority than a rule that says ``stopp``."""
    chosen = rules if floor is None else [pair for pair in rules if pair[1].prioritet >= floor]
    return sorted(chosen, key=lambda pair: pair[0])


def preference(rule: Rule) -> tuple[bool, int, int, str]:
    """The order rules are preferred in, the first first: an unconditional til_menneske, priority, strength, id."""
    return rule.rank


def _tried(parts: Sequence[Condition], ctx: Context, telling: int) -> tuple[Holds, bool]:
    """The truth of the whole ``hvis``; when false, whether nearly: only one part is, and it is not the ``telling`` one.

    That an exception does not hold, or that the post came by mail, is no sign of a near miss: it is so of much post. A
    rule without a telling part (-1) is never nearly true.
    """
    result, missed = TRUE, False
    if telling < 0:
        for part in parts:
            holds = part.holds(ctx)
            if holds is FALSE:
                return FALSE, False
            if holds is UNKNOWN:
                result = UNKNOWN
        return result, False
    for number, part in enumerate(parts):
        holds = part.holds(ctx)
        if holds is FALSE:
            if missed or number == telling:
                return FALSE, False
            missed = True
        elif holds is UNKNOWN:
            result = UNKNOWN
    return (FALSE, True) if missed else (result, False)


def _draft(rule: Rule, ctx: Context) -> Hit:
    if rule.outcome is not None:
        return fill_hit(rule, ctx)
    return Hit(regel=rule.id, navn=rule.navn, prioritet=rule.prioritet, modus=rule.modus, utfall=None)


def _choose(
    ranked: list[tuple[Rank, Rule]], hits: tuple[Hit, ...], unknown: list[tuple[Rank, Rule]]
) -> tuple[Hit | None, ReasonCode | None, tuple[str, ...]]:
    """(winner, problem, the rules concerned); both lists in order of preference."""
    if not ranked:
        if unknown:
            return None, ReasonCode.RULE_UNKNOWN, tuple(rule.id for _, rule in unknown)
        return None, ReasonCode.NO_RULE, ()
    best, first = ranked[0][0][:3], ranked[0][1]
    preferred = tuple(rule.id for rank, rule in unknown if rank[:3] < best)
    if preferred and not first.to_human:
        return None, ReasonCode.RULE_UNKNOWN, preferred
    equals = [hit for (rank, _), hit in zip(ranked, hits, strict=True) if rank[:3] == best]
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
    ordered = sorted(ruleset.about_post, key=lambda rule: (rule.outcome is None, *preference(rule)))
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

"""What each rule has done, as the decisions and answers of a period tell; and what that gives reason to propose."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.answer import Verb
from models.decision import Mode

if TYPE_CHECKING:
    from models.store.judged_reads import JudgedPost
    from models.store.store import Reads
    from robot.config import Settings
    from robot.rulesets import Looked
    from rules.model import Rule

DAYS = 90
DAY_S = 86_400.0
UNUSED = "R419"

PROMOTE_AT = 0.90
"""A proposal rule is proposed for ``auto`` when people surely (95 %) approve at least this share:
35 of 35 do, 34 of 35 not yet."""

DEMOTE_AT = 0.02
"""An ``auto`` rule is proposed for ``forslag`` when surely more than this share was corrected: 3 of 40, 5 of 100."""

REWRITE_AT = 0.50
"""A proposal rule is proposed for ``utkast`` when surely less than this share was approved: 2 of 12."""

LEAST = 10
"""Answers below which nothing is proposed for a rule that is often wrong."""

_Z = 1.959964  # 95 %, two-sided


@dataclass(slots=True)
class Use:
    """One rule's doings. ``hits``: it hit (also when another won, and when it only adds); ``decided``: it won and did
    something. ``approved`` and ``corrected`` count posts it proposed that people answered; ``auto`` and ``auto_corrected``
    posts it dealt with by itself. ``last_at``: epoch seconds."""

    hits: int = 0
    decided: int = 0
    approved: int = 0
    corrected: int = 0
    auto: int = 0
    auto_corrected: int = 0
    last_at: float = 0.0

    @property
    def answered(self) -> int:
        """Proposals that people answered."""
        return self.approved + self.corrected


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A change of a rule's mode that the figures speak for. ``agreed`` of ``of`` posts; ``low`` and ``high`` bound the true
    share with 95 % certainty (Wilson). Never carried out by the robot."""

    rule: str
    navn: str
    mode: str
    proposed: str
    agreed: int
    of: int
    low: float
    high: float


def use_of(posts: Iterable[JudgedPost]) -> dict[str, Use]:
    """By rule id. One pass, flat in memory but for one small record a rule."""
    found: dict[str, Use] = {}
    for post in posts:
        judgement = post.judgement()
        named = [*judgement["hits"], *judgement["additions"], *judgement["drafts"]]
        for name in {hit["regel"] for hit in named}:
            use = found.setdefault(name, Use())
            use.hits += 1
            use.last_at = max(use.last_at, post.at)
        winner = judgement["winner"]
        if winner is not None and winner["problem"] is None and winner["utfall"]["kind"] != "til_menneske":
            _count(found[winner["regel"]], winner, post)
    return found


def _count(use: Use, winner: Mapping[str, Any], post: JudgedPost) -> None:
    use.decided += 1
    corrected = any(verb is not Verb.APPROVE for verb in post.verbs)
    if winner["modus"] == Mode.AUTO:
        use.auto += 1
        use.auto_corrected += corrected
    elif post.verbs:
        use.approved += not corrected
        use.corrected += corrected


def wilson(part: int, of: int) -> tuple[float, float]:
    """The interval that holds the true share with 95 % certainty (Wilson 1927); (0, 1) of nothing."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = part / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    reach = _Z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def advice(rule: Rule, use: Use) -> Advice | None:
    """What the figures speak for, or None."""
    if rule.outcome is None:
        return None
    if rule.modus is Mode.FORSLAG and use.answered:
        low, high = wilson(use.approved, use.answered)
        if low >= PROMOTE_AT:
            return _advice(rule, Mode.AUTO, use.approved, use.answered)
        if use.answered >= LEAST and high < REWRITE_AT:
            return _advice(rule, Mode.UTKAST, use.approved, use.answered)
    if rule.modus is Mode.AUTO and wilson(use.auto_corrected, use.auto)[0] > DEMOTE_AT and use.auto_corrected > 1:
        return _advice(rule, Mode.FORSLAG, use.auto - use.auto_corrected, use.auto)
    return None


def _advice(rule: Rule, proposed: Mode, agreed: int, of: int) -> Advice:
    low, high = wilson(agreed, of)
    return Advice(
        rule=rule.id,
        navn=rule.navn,
        mode=rule.modus.value,
        proposed=proposed.value,
        agreed=agreed,
        of=of,
        low=low,
        high=high,
    )


def advice_for(rules: Iterable[Rule], reads: Reads, now: float) -> tuple[Advice, ...]:
    """What the last 90 days speak for, rule by rule; the surest first."""
    used = use_of(reads.judged(now - DAYS * DAY_S, now + 1, facts=False))
    found = (advice(rule, used[rule.id]) for rule in rules if rule.id in used)
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (-one.of, one.rule)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Uses by rule, and the ids that were in force the whole period."""

    by_rule: Mapping[str, Use] = field(default_factory=dict)
    old: frozenset[str] = frozenset()


def used_in(settings: Settings, name: str, *, now: Callable[[], datetime], days: int = DAYS) -> Used:
    """What the rules of an organisation have done in the last ``days``; nothing where there is no store yet."""
    from robot import build

    if settings.organisasjon[name].database is None and not (settings.state(name) / "robot.db").is_file():
        return Used()
    with closing(build.store(settings, name, now=now)) as store, store.read() as reads:
        until = now().timestamp()
        since = until - days * DAY_S
        by_rule = use_of(reads.judged(since, until + 1, facts=False))
        kept = next((one for one in reads.kept_rulesets() if one.in_force_at.timestamp() <= since), None)
        files = reads.stored_ruleset(kept.sha256) if kept is not None else None
    return Used(by_rule=by_rule, old=_ids(files or {}))


def together(found: Iterable[Used]) -> Used:
    """The sum over several organisations."""
    by_rule: dict[str, Use] = {}
    old: frozenset[str] = frozenset()
    for used in found:
        old |= used.old
        for name, use in used.by_rule.items():
            total = by_rule.setdefault(name, Use())
            for counted in ("hits", "decided", "approved", "corrected", "auto", "auto_corrected"):
                setattr(total, counted, getattr(total, counted) + getattr(use, counted))
            total.last_at = max(total.last_at, use.last_at)
    return Used(by_rule=by_rule, old=old)


_ID = re.compile(rb"^\s*-\s*\{?\s*regel:\s*[\"']?([^\s\"',}#]+)", re.MULTILINE)


def _ids(files: Mapping[str, bytes]) -> frozenset[str]:
    """The ids of a kept set, without loading it."""
    return frozenset(
        found.decode("utf-8", "replace")
        for file, raw in files.items()
        if file.endswith((".yaml", ".yml"))
        for found in _ID.findall(raw)
    )


def with_unused(settings: Settings, name: str, looked: Looked, *, now: Callable[[], datetime]) -> Looked:
    """Adds a warning for each rule that was in force for 90 days and hit nothing. Shared rules are for every house."""
    from rules.messages import Fault

    if not looked.listed:
        return looked
    used = used_in(settings, name, now=now)
    idle = [
        rule
        for rule in looked.listed
        if rule.id in used.old and rule.id not in used.by_rule and not rule.place.file.startswith("felles/")
    ]
    message = f"Regelen «{{}}» har ikke truffet noe på {DAYS} dager"
    hint = "Trengs den? Se «postrobot rules list», og slett den eller rett vilkårene."
    told = tuple(
        Fault.at(rule.place, UNUSED, message.format(rule.id), hint, _quote(rule), severity="warning") for rule in idle
    )
    return replace(looked, faults=tuple(sorted((*looked.faults, *told), key=lambda fault: fault.order)))


def _quote(rule: Rule) -> str:
    try:
        lines = Path(rule.place.file).read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError):
        return ""
    return lines[rule.place.line - 1] if rule.place.line <= len(lines) else ""

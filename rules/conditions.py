"""The words of ``hvis``, compiled: three-valued (Kleene) conditions over a :class:`rules.context.Context`.

A fact that could not be read is *ukjent*; read in part, a hit in the part is true and no hit is *ukjent*; known absent,
every operator but ``finnes`` is false.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from models.finding import Finding, Severity
from models.judgement import ConditionTrace, Holds
from rules.context import Context, Item, View
from rules.operators import Operation

TRUE, FALSE, UNKNOWN = Holds.TRUE, Holds.FALSE, Holds.UNKNOWN


def conjunction(parts: Iterable[Holds]) -> Holds:
    """``alle``: false if one is false, else *ukjent* if one is."""
    result = TRUE
    for part in parts:
        if part is FALSE:
            return FALSE
        if part is UNKNOWN:
            result = UNKNOWN
    return result


def disjunction(parts: Iterable[Holds]) -> Holds:
    """``minst_en``: true if one is true, else *ukjent* if one is."""
    result = FALSE
    for part in parts:
        if part is TRUE:
            return TRUE
        if part is UNKNOWN:
            result = UNKNOWN
    return result


def negation(part: Holds) -> Holds:
    """``ikke``: turns true and false round."""
    if part is UNKNOWN:
        return UNKNOWN
    return FALSE if part is TRUE else TRUE


class Condition(Protocol):
    """One node of a compiled ``hvis``. ``key`` is equal for conditions that say the same."""

    @property
    def key(self) -> tuple[object, ...]: ...

    def holds(self, ctx: Context) -> Holds:
        """Whether it holds of the post."""
        ...

    def trace(self, ctx: Context) -> list[ConditionTrace]:
        """The leaves as tried, in the order written."""
        ...


@dataclass(frozen=True, slots=True)
class FactCondition:
    """Operators on one fact: they must all hold for one and the same of its values."""

    path: str
    fact: str
    operations: tuple[Operation, ...]

    @property
    def key(self) -> tuple[object, ...]:
        return ("fact", self.fact, tuple(op.key for op in self.operations))

    def holds(self, ctx: Context) -> Holds:
        view = ctx.views.get(self.fact)
        return self.holds_for(view if view is not None else ctx.view(self.fact), ctx)

    def holds_for(self, view: View, ctx: Context) -> Holds:
        """The same on a given view (one attachment's)."""
        for item in view.items:
            for operation in self.operations:
                if operation.hit(item, ctx) is None:
                    break
            else:
                return TRUE
        return FALSE if view.complete else UNKNOWN

    def trace(self, ctx: Context) -> list[ConditionTrace]:
        return [self.trace_for(ctx.view(self.fact), ctx)]

    def trace_for(self, view: View, ctx: Context) -> ConditionTrace:
        """The same on a given view."""
        holds = self.holds_for(view, ctx)
        asked = " og ".join(operation.asks for operation in self.operations)
        if holds is TRUE:
            text = f"{self.fact} {self._matched(view.items, ctx)}"
        elif view.absent:
            text = f"manglet: {self.fact} {asked} (posten har ingen «{self.fact}»)"
        elif holds is UNKNOWN:
            read = "bare delvis lest, uten treff" if view.items else "ikke lest"
            text = f"ukjent: {self.fact} {asked} ({read})"
        else:
            text = f"manglet: {self.fact} {asked}"
        return ConditionTrace(path=self.path, holds=holds, text=text)

    def _matched(self, items: tuple[Item, ...], ctx: Context) -> str:
        for item in items:
            hits = [operation.hit(item, ctx) for operation in self.operations]
            if None not in hits:
                return " og ".join(
                    f"{operation.word} «{hit}»" for operation, hit in zip(self.operations, hits, strict=True)
                )
        return ""


@dataclass(frozen=True, slots=True)
class Exists:
    """``finnes: ja`` or ``nei``."""

    path: str
    fact: str
    wanted: bool

    @property
    def key(self) -> tuple[object, ...]:
        return ("finnes", self.fact, self.wanted)

    def holds(self, ctx: Context) -> Holds:
        return self.holds_for(ctx.view(self.fact), ctx)

    def holds_for(self, view: View, ctx: Context) -> Holds:
        """The same on a given view."""
        there = TRUE if view.items else FALSE if view.complete else UNKNOWN
        return there if self.wanted else negation(there)

    def trace(self, ctx: Context) -> list[ConditionTrace]:
        return [self.trace_for(ctx.view(self.fact), ctx)]

    def trace_for(self, view: View, ctx: Context) -> ConditionTrace:
        """The same on a given view."""
        state = "finnes" if view.items else "finnes ikke" if view.complete else "er ikke lest"
        return ConditionTrace(path=self.path, holds=self.holds_for(view, ctx), text=f"{self.fact} {state}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """Conditions beside each other on ``vedlegg``: they must hold on the *same* attachment."""

    path: str
    parts: tuple[FactCondition | Exists, ...]

    @property
    def key(self) -> tuple[object, ...]:
        return ("vedlegg", *sorted((part.key for part in self.parts), key=repr))

    def holds(self, ctx: Context) -> Holds:
        attachments, complete = ctx.attachments()
        if not complete:
            return UNKNOWN
        return disjunction(
            conjunction(part.holds_for(attachment.facts[part.fact], ctx) for part in self.parts)
            for attachment in attachments
        )

    def trace(self, ctx: Context) -> list[ConditionTrace]:
        attachments, complete = ctx.attachments()
        if not complete:
            return [ConditionTrace(path=self.path, holds=UNKNOWN, text="ukjent: vedleggene er ikke lest")]
        if not attachments:
            return [ConditionTrace(path=self.path, holds=FALSE, text="manglet: posten har ingen vedlegg")]
        best: list[ConditionTrace] = []
        for number, attachment in enumerate(attachments, start=1):
            tried = [part.trace_for(attachment.facts[part.fact], ctx) for part in self.parts]
            named = [
                ConditionTrace(path=line.path, holds=line.holds, text=f"vedlegg {number}: {line.text}")
                for line in tried
            ]
            if not best or _truths(named) > _truths(best):
                best = named
        return best


@dataclass(frozen=True, slots=True)
class FindingCondition:
    """``funn``: labels, and the least and greatest severity."""

    path: str
    labels: tuple[str, ...]
    least: Severity | None = None
    most: Severity | None = None

    @property
    def key(self) -> tuple[object, ...]:
        return ("funn", self.labels, self.least, self.most)

    def holds(self, ctx: Context) -> Holds:
        findings, complete = ctx.findings()
        if any(self._hit(finding) for finding in findings):
            return TRUE
        return FALSE if complete else UNKNOWN

    def trace(self, ctx: Context) -> list[ConditionTrace]:
        findings, _ = ctx.findings()
        holds = self.holds(ctx)
        wanted = " eller ".join(self.labels) or "et funn"
        hits = [f"{finding.etikett} i {finding.sted}" for finding in findings if self._hit(finding)]
        text = f"funn: {', '.join(hits)}" if hits else f"{'ukjent' if holds is UNKNOWN else 'manglet'}: {wanted}"
        return [ConditionTrace(path=self.path, holds=holds, text=text)]

    def _hit(self, finding: Finding) -> bool:
        rank = finding.alvor.rank
        return (
            (not self.labels or finding.etikett in self.labels)
            and (self.least is None or rank >= self.least.rank)
            and (self.most is None or rank <= self.most.rank)
        )


@dataclass(frozen=True, slots=True)
class All:
    """``alle``, and keys beside each other."""

    parts: tuple[Condition, ...]

    @property
    def key(self) -> tuple[object, ...]:
        return ("alle", *sorted((part.key for part in self.parts), key=repr))

    def holds(self, ctx: Context) -> Holds:
        return conjunction(part.holds(ctx) for part in self.parts)

    def trace(self, ctx: Context) -> list[ConditionTrace]:
        return [line for part in self.parts for line in part.trace(ctx)]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``minst_en``."""

    path: str
    parts: tuple[Condition, ...]

    @property
    def key(self) -> tuple[object, ...]:
        return ("minst_en", *sorted((part.key for part in self.parts), key=repr))

    def holds(self, ctx: Context) -> Holds:
        return disjunction(part.holds(ctx) for part in self.parts)

    def trace(self, ctx: Context) -> list[ConditionTrace]:
        holds = self.holds(ctx)
        head = {TRUE: "minst én holder", FALSE: "ingen holder", UNKNOWN: "ingen holder sikkert"}[holds]
        lines = [line for part in self.parts for line in part.trace(ctx)]
        return [ConditionTrace(path=self.path, holds=holds, text=head), *lines]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """``ikke``: none of the parts may hold."""

    path: str
    parts: tuple[Condition, ...]

    @property
    def key(self) -> tuple[object, ...]:
        return ("ikke", *sorted((part.key for part in self.parts), key=repr))

    def holds(self, ctx: Context) -> Holds:
        return negation(disjunction(part.holds(ctx) for part in self.parts))

    def trace(self, ctx: Context) -> list[ConditionTrace]:
        holds = self.holds(ctx)
        inner = [line for part in self.parts for line in part.trace(ctx)]
        told = {
            TRUE: "ingen av unntakene holder",
            FALSE: "et unntak holder: " + "; ".join(line.text for line in inner if line.holds is TRUE),
            UNKNOWN: "et unntak kan holde: " + "; ".join(line.text for line in inner if line.holds is UNKNOWN),
        }[holds]
        return [ConditionTrace(path=self.path, holds=holds, text=told)]


def _truths(lines: list[ConditionTrace]) -> int:
    return sum(line.holds is TRUE for line in lines)

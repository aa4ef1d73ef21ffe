"""What only the whole set shows: examples run over it; and what :mod:`rules.lint_across` sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models.facts import Facts
from models.judgement import Holds
from models.organisation import Organisation
from models.reasons import ReasonCode
from rules.care import fill_care
from rules.context import Context
from rules.engine import evaluate
from rules.examples import asserted, asserted_addition, asserted_care, compare, facts_from_example
from rules.fill import fill_addition, fill_hit
from rules.format import Subject
from rules.lint_across import across, asked_facts, leaves
from rules.model import Example, Rule, RuleSet
from rules.scope import Scope
from rules.vocabulary import VOCABULARIES

SampleReader = Callable[[bytes, str], Facts]

_TEXT_FILES = (".txt",)


def lint(
    ruleset: RuleSet,
    scopes: Mapping[str, Scope],
    org: Organisation | None,
    read_sample: SampleReader | None,
) -> int:
    """Notes the faults in the scopes (the file each rule was read in, by the rule's id); the number of known gaps."""
    runner = _Runner(ruleset, scopes, org, read_sample)
    for rule in ruleset.rules:
        runner.run(rule)
    across(ruleset, scopes, org)
    return runner.gaps


class _Runner:
    """Runs the examples of each rule."""

    def __init__(
        self,
        ruleset: RuleSet,
        scopes: Mapping[str, Scope],
        org: Organisation | None,
        read_sample: SampleReader | None,
    ) -> None:
        self._ruleset = ruleset
        self._scopes = scopes
        self._org = org
        self._read_sample = read_sample
        self.gaps = 0

    def run(self, rule: Rule) -> None:
        """All examples of one rule."""
        scope = self._scopes[rule.id]
        scope.words = VOCABULARIES[rule.gjelder]
        seen: list[Mapping[str, object]] = []
        for example in rule.hits:
            facts = self._facts(example, scope)
            if facts is None:
                continue
            if facts.values in seen:
                scope.warn(
                    "R406", example.place, "Eksemplet er likt et annet, og beviser ingenting nytt", "Ta det bort."
                )
            seen.append(facts.values)
            self._hit(rule, example, facts, scope)
        for example in rule.misses:
            facts = self._facts(example, scope)
            if facts is not None:
                self._miss(rule, example, facts, scope, seen)
        for example in rule.gaps:
            facts = self._facts(example, scope)
            if facts is not None:
                self._gap(rule, example, facts, scope)

    def _facts(self, example: Example, scope: Scope) -> Facts | None:
        before = len(scope.faults)
        named = facts_from_example(example.given, self._org, scope)
        if any(fault.severity == "error" for fault in scope.faults[before:]):
            return None
        file_node = example.given.get("fil")
        name = scope.text(file_node, "fil")
        if file_node is None or name is None:
            return named
        raw = scope.layer.get(f"{scope.folder}/{name}" if scope.folder else name)
        if raw is None:
            scope.fault("R305", file_node, f"Eksempelfilen «{name}» finnes ikke", "Legg den ved siden av regelfilen.")
            return None
        if self._read_sample is not None:
            read = self._read_sample(raw, name)
        elif name.endswith(_TEXT_FILES):
            text = raw.decode("utf-8", "replace")
            read = Facts(values={"brødtekst": text, "tekst": text, "filnavn": name})
        else:
            scope.warn("R409", file_node, f"Eksempelfilen «{name}» er ikke prøvd", "Kjør «postrobot rules test».")
            return None
        return Facts(values={**named.values, **read.values}, groups=named.groups)

    def _hit(self, rule: Rule, example: Example, facts: Facts, scope: Scope) -> None:
        ctx = Context(facts, self._org)
        holds = rule.condition.holds(ctx)
        if holds is not Holds.TRUE:
            missed = [line.text for line in rule.condition.trace(ctx) if line.holds is not Holds.TRUE]
            message = f"Eksemplet skulle truffet «{rule.id}», men {'; '.join(missed)}"
            scope.fault("R301", example.place, message, "Rett eksemplet eller vilkåret.")
            return
        if rule.addition is not None:
            actual = asserted_addition(fill_addition(rule, ctx, unknown=False))
            problem = ""
        elif rule.gjelder is not Subject.POST:
            care = fill_care(rule, ctx)
            actual = asserted_care(care)
            problem = _problem(care.problem, care.problem_detail)
        else:
            hit = fill_hit(rule, ctx)
            actual = asserted(hit)
            problem = _problem(hit.problem, hit.problem_detail)
        expects_human = example.expected is not None and self._expects_human(example)
        if problem and not expects_human:
            hint = "Rett eksemplet, «hent», eller si gir: {utfall: til_menneske}."
            scope.fault("R303", example.place, f"Regelen «{rule.id}» treffer, men {problem}", hint)
        elif example.expected is not None:
            for key, node, wanted, got in compare(example.expected, actual, scope):
                shown = f"«{got}»" if got else "ingenting"
                message = f"«{key.value}» skulle blitt «{wanted}», men ble {shown}"
                scope.fault("R303", node, message, "Rett eksemplet eller regelen.")
        self._whole_set(rule, example, facts, scope)

    @staticmethod
    def _expects_human(example: Example) -> bool:
        node = example.expected.get("utfall") if example.expected is not None else None
        return getattr(node, "value", "") == "til_menneske"

    def _miss(self, rule: Rule, example: Example, facts: Facts, scope: Scope, hits: list[Mapping[str, object]]) -> None:
        ctx = Context(facts, self._org)
        parts = [part.holds(ctx) for part in leaves(rule.condition)]
        failed = [holds for holds in parts if holds is not Holds.TRUE]
        if not failed:
            message = f"Eksemplet skulle ikke truffet «{rule.id}», men alle vilkårene holder"
            scope.fault("R302", example.place, message, "Rett eksemplet, eller legg til et «ikke».")
        elif len(failed) > 1:
            message = f"Eksemplet beviser ingenting: {len(failed)} av vilkårene i «{rule.id}» svikter på en gang"
            hint = "La det skille seg fra et treff i én ting: den det skal vise."
            scope.warn("R406", example.place, message, hint)
        elif self._says_nothing(rule, facts, hits):
            message = f"Eksemplet beviser ingenting: det sier ikke noe om det «{rule.id}» spør om"
            scope.warn("R406", example.place, message, "La det være et treff med én ting annerledes.")
        self._whole_set(rule, example, facts, scope, check_winner=False)

    @staticmethod
    def _says_nothing(rule: Rule, facts: Facts, hits: list[Mapping[str, object]]) -> bool:
        """Whether an example names none of the facts the rule looks at, and is no hit with just those left out: it would miss
        whatever the rule said of them."""
        asked = asked_facts(rule.condition)
        if not asked or asked & facts.values.keys():
            return False
        return all({k: v for k, v in hit.items() if k not in asked} != facts.values for hit in hits)

    def _gap(self, rule: Rule, example: Example, facts: Facts, scope: Scope) -> None:
        if rule.condition.holds(Context(facts, self._org)) is Holds.TRUE:
            message = f"Eksemplet under «burde_truffet» treffer «{rule.id}» nå"
            scope.warn("R413", example.place, message, "Flytt det til «treffer».")
        else:
            self.gaps += 1

    def _whole_set(
        self, rule: Rule, example: Example, facts: Facts, scope: Scope, *, check_winner: bool = True
    ) -> None:
        """Two equal rules that disagree over it, or another rule that wins it."""
        if rule.gjelder is not Subject.POST:
            return
        complete = Facts(values=facts.values, groups=facts.groups | self._ruleset.needs)
        judgement = evaluate(self._ruleset, complete, self._org)
        if judgement.problem is ReasonCode.RULES_DISAGREE:
            named = ", ".join(f"«{other}»" for other in judgement.problem_rules)
            hint = "Gi én av dem høyere prioritet, eller et «ikke»."
            scope.fault("R304", example.place, f"Likestilte regler er uenige om eksemplet: {named}", hint)
            return
        winner = judgement.winner
        if check_winner and winner is not None and rule.outcome is not None and not rule.draft:
            other = self._ruleset.rule(winner.regel)
            if other is not None and other.id != rule.id and other.layer == rule.layer:
                own = next((hit for hit in judgement.hits if hit.regel == rule.id), None)
                if own is None or own.utfall != winner.utfall:
                    message = f"Regelen «{other.id}» vinner over «{rule.id}» på dette eksemplet"
                    scope.warn("R412", example.place, message, "Er det meningen? Prioriteten avgjør.")


def _problem(code: ReasonCode | None, detail: str) -> str:
    if code is None:
        return ""
    if code is ReasonCode.VALUE_AMBIGUOUS:
        return f"flere ulike verdier: {detail}"
    return f"verdien mangler: {detail}"

"""``hvis`` → compiled conditions."""

from __future__ import annotations

from models.finding import Severity
from rules.conditions import All, AnyOf, Attachment, Condition, Exists, FactCondition, FindingCondition, NoneOf
from rules.format import (
    CATEGORY,
    CERTAINTY,
    CERTAINTY_NAME,
    LEAST_CERTAINTY,
    OPERATORS,
    RULE_KEYS,
    Fact,
    canonical,
)
from rules.nodes import Mapping, Node, Scalar, Sequence
from rules.operators import Between
from rules.parse_operators import parse_operations
from rules.scope import Scope
from rules.suggest import did_you_mean, nearest

_COMBINERS = ("alle", "minst_en", "ikke")


def parse_hvis(node: Node | None, scope: Scope) -> All:
    """The rule's ``hvis``; without one the rule hits everything."""
    if node is None:
        return All(())
    if isinstance(node, Sequence):
        hint = "Skriv «hvis: {alle: [...]}», eller nøklene rett under «hvis:»."
        scope.fault("R102", node, "«hvis» skal ha nøkler med verdier, ikke en liste", hint)
        return All(())
    mapping = scope.mapping(node, "«hvis»", "hvis: {emne: {inneholder: nabovarsel}}")
    return All(_parse_mapping(mapping, "hvis", scope)) if mapping is not None else All(())


def _parse_mapping(node: Mapping, path: str, scope: Scope) -> tuple[Condition, ...]:
    """Keys beside each other: one condition for each, those on ``vedlegg`` as one."""
    if not node.pairs:
        scope.fault("R128", node, "Et tomt vilkår ville truffet alt", "Skriv et vilkår, eller ta bort nøkkelen.")
    conditions: list[Condition] = []
    attachment: list[tuple[Scalar, str, Node]] = []
    for key, value in node.pairs:
        name = key.value
        if name in _COMBINERS:
            conditions.append(_combine(key, value, path, scope))
        elif name == "vedlegg" and isinstance(value, Mapping) and "vedlegg" in scope.words.groups:
            attachment.extend((inner, inner.value, node) for inner, node in value.pairs)
            if not value.pairs:
                scope.fault("R128", value, "Et tomt vilkår ville truffet alle vedlegg")
        elif name.startswith("vedlegg.") and "vedlegg" in scope.words.groups:
            attachment.append((key, name.removeprefix("vedlegg."), value))
        else:
            conditions.extend(_parse_key(key, value, path, scope))
    if attachment:
        conditions.extend(_attachment(attachment, f"{path}.vedlegg", scope))
    return tuple(conditions)


def _combine(key: Scalar, value: Node, path: str, scope: Scope) -> Condition:
    """``alle``, ``minst_en``, ``ikke``: a list of conditions (a single one may stand without the list)."""
    inner = f"{path}.{key.value}"
    items = value.items if isinstance(value, Sequence) else (value,)
    if not items:
        scope.fault("R128", value, f"Listen under «{key.value}» er tom")
    parts: list[Condition] = []
    for item in items:
        mapping = scope.mapping(item, f"Hvert punkt under «{key.value}»", f"{key.value}: [{{emne: klage}}]")
        if mapping is not None:
            conditions = _parse_mapping(mapping, inner, scope)
            parts.append(conditions[0] if len(conditions) == 1 else All(conditions))
    if key.value == "alle":
        return All(tuple(parts))
    return AnyOf(inner, tuple(parts)) if key.value == "minst_en" else NoneOf(inner, tuple(parts))


def _parse_key(key: Scalar, value: Node, path: str, scope: Scope) -> list[Condition]:
    name = key.value
    if name == "funn":
        return _findings(value, f"{path}.funn", scope)
    words = scope.words
    if name in words.groups:
        return _group(key, value, path, scope)
    if name in words.open:
        mapping = scope.mapping(value, f"«{name}»", f"{name}.<navn>: {{finnes: ja}}")
        return _open(mapping, name, f"{path}.{name}", scope) if mapping is not None else []
    known = words.fact(name)
    if name == CATEGORY and known is not None:
        return _category(known, value, f"{path}.{name}", scope)
    if known is not None:
        return _fact(name, known, value, f"{path}.{name}", scope)
    _unknown(key, scope)
    return []


def _unknown(key: Scalar, scope: Scope) -> None:
    name, words = key.value, scope.words
    if name in OPERATORS:
        hint = f"«{name}» hører under en opplysning, for eksempel emne: {{{name}: …}}."
        scope.fault("R101", key, f"Ukjent nøkkel «{name}» i hvis", hint)
    elif name in RULE_KEYS:
        hint = "Nøkkelen hører til regelen: rykk den ut til samme kolonne som «hvis»."
        scope.fault("R101", key, f"Ukjent nøkkel «{name}» i hvis", hint)
    elif "." in name:
        scope.fault(
            "R120", key, f"Ukjent opplysning «{name}»", did_you_mean(name, words.facts) or _fields_of(name, scope)
        )
    else:
        scope.fault(
            "R101",
            key,
            f"Ukjent nøkkel «{name}» i hvis",
            did_you_mean(name, (*_COMBINERS, *words.facts, *words.groups, *words.open, "funn")),
        )


def _fields_of(name: str, scope: Scope) -> str:
    group = name.partition(".")[0]
    fields = scope.words.groups.get(group)
    if fields:
        return f"«{group}» har {', '.join(fields)}."
    guess = nearest(group, (*scope.words.groups, *scope.words.open))
    return f"Mente du «{guess}.{name.partition('.')[2]}»?" if guess else ""


def _group(key: Scalar, value: Node, path: str, scope: Scope) -> list[Condition]:
    """``avsender: {domene: …}``."""
    group, words = key.value, scope.words
    mapping = scope.mapping(value, f"«{group}»", f"{group}: {{{words.groups[group][0]}: …}}")
    conditions: list[Condition] = []
    for inner, node in mapping.pairs if mapping is not None else ():
        known = words.facts.get(f"{group}.{inner.value}")
        if known is None:
            hint = did_you_mean(inner.value, words.groups[group]) or f"«{group}» har {', '.join(words.groups[group])}."
            scope.fault("R120", inner, f"Ukjent opplysning «{group}.{inner.value}»", hint)
        else:
            name = f"{group}.{inner.value}"
            conditions.extend(_fact(name, known, node, f"{path}.{name}", scope))
    return conditions


def _open(node: Mapping, prefix: str, path: str, scope: Scope) -> list[Condition]:
    """Nested ``hode`` and ``skjema``: a mapping of operators only is a condition, any other goes one level down."""
    conditions: list[Condition] = []
    for key, value in node.pairs:
        name, inner = f"{prefix}.{key.value}", f"{path}.{key.value}"
        if isinstance(value, Mapping) and not any(k in OPERATORS for k in value.keys()):
            conditions.extend(_open(value, name, inner, scope))
        else:
            conditions.extend(_fact(name, scope.words.open[prefix.partition(".")[0]], value, inner, scope))
    return conditions


def _fact(name: str, known: Fact, value: Node, path: str, scope: Scope) -> list[Condition]:
    if known.group:
        scope.groups.add(known.group)
    exists, operations = parse_operations(name, known, value, scope)
    conditions: list[Condition] = []
    if exists is not None:
        conditions.append(Exists(f"{path}.finnes", canonical(name), exists))
    if operations:
        words = ".".join(dict.fromkeys(operation.word for operation in operations))
        conditions.append(FactCondition(f"{path}.{words}", canonical(name), operations))
    return conditions


def _category(known: Fact, value: Node, path: str, scope: Scope) -> list[Condition]:
    """``kategori: byggesak``, or with ``sikkerhet`` beside the operators."""
    certainty: Node | None = None
    if isinstance(value, Mapping):
        certainty = value.get("sikkerhet")
        value = Mapping(place=value.place, pairs=tuple(p for p in value.pairs if p[0].value != "sikkerhet"))
    conditions = _fact(CATEGORY, known, value, path, scope)
    asked = any(isinstance(condition, FactCondition) for condition in conditions)
    if certainty is not None:
        conditions += _fact(CERTAINTY_NAME, CERTAINTY, certainty, f"{path}.sikkerhet", scope)
    elif asked:
        least = Between("minst", LEAST_CERTAINTY, None)
        conditions.append(FactCondition(f"{path}.sikkerhet.minst", CERTAINTY_NAME, (least,)))
    return conditions


def _attachment(parts: list[tuple[Scalar, str, Node]], path: str, scope: Scope) -> list[Condition]:
    scope.groups.add("text")
    fields = scope.words.groups["vedlegg"]
    same: list[FactCondition | Exists] = []
    others: list[Condition] = []
    for key, name, value in parts:
        known = scope.words.facts.get(f"vedlegg.{name}")
        if name == "finnes":
            wanted = scope.boolean(value, "finnes")
            if wanted is not None:
                others.append(Exists(f"{path}.finnes", "vedlegg", wanted))
        elif known is None:
            hint = did_you_mean(name, fields) or f"«vedlegg» har {', '.join(fields)}."
            scope.fault("R120", key, f"Ukjent opplysning «vedlegg.{name}»", hint)
        else:
            for condition in _fact(f"vedlegg.{name}", known, value, f"{path}.{name}", scope):
                if name == "antall":
                    others.append(condition)
                elif isinstance(condition, FactCondition | Exists):
                    same.append(condition)
    return [*others, Attachment(path, tuple(same))] if same else others


def _findings(value: Node, path: str, scope: Scope) -> list[Condition]:
    """``funn: FNR``, ``funn: [FNR, DNR]``, ``funn: {etikett: …, alvor: {minst: warning}}``, ``funn: {finnes: ja}``."""
    scope.groups.add("findings")
    if not isinstance(value, Mapping):
        return [FindingCondition(path, tuple(v.value.upper() for v in scope.scalars(value, "funn")))]
    scope.check_keys(value, ("etikett", "alvor", "finnes"), "funn")
    exists = value.get("finnes")
    if exists is not None:
        wanted = scope.boolean(exists, "finnes")
        return [Exists(f"{path}.finnes", "funn", wanted)] if wanted is not None else []
    labels = tuple(label.upper() for label in scope.texts(value.get("etikett"), "etikett"))
    least, most = _severities(value.get("alvor"), scope)
    return [FindingCondition(path, labels, least, most)]


def _severities(node: Node | None, scope: Scope) -> tuple[Severity | None, Severity | None]:
    words = tuple(severity.value for severity in Severity)
    if node is None:
        return None, None
    if isinstance(node, Mapping):
        scope.check_keys(node, ("er", "minst", "høyst"), "alvor")
        exact, low, high = node.get("er"), node.get("minst"), node.get("høyst")
        if exact is not None:
            low = high = exact
        least = Severity(scope.choice(low, "alvor", words, "note")) if low is not None else None
        most = Severity(scope.choice(high, "alvor", words, "block")) if high is not None else None
        return least, most
    severity = Severity(scope.choice(node, "alvor", words, "note"))
    return severity, severity

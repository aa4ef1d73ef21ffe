"""Texts with names, and ``hent``: parsed and checked against what the rule may use."""

from __future__ import annotations

from typing import Literal

from rules.format import (
    CLOCK_NAMES,
    DATE_TYPES,
    IDENTITY_TYPES,
    VALUE_TYPES,
    Kind,
    Subject,
    canonical,
    holds_identity,
)
from rules.model import Demand, Extraction
from rules.nodes import Mapping, Node, Scalar
from rules.parse_operators import compile_label, parse_regex
from rules.scope import Scope
from rules.suggest import did_you_mean
from rules.templates import EMPTY, BraceFault, Template, parse_template

Use = Literal["key", "title", "public", "plain"]
"""Where a text goes: finds something, a title, a public title, or anything else."""

_DEMANDS: tuple[Demand, ...] = ("én", "minst_én", "valgfri")


def parse_text(node: Node | None, what: str, scope: Scope, use: Use = "plain") -> Template:
    """The template, with every name in it checked; :data:`EMPTY` without a node or after a fault."""
    text = scope.text(node, what)
    if text is None or not isinstance(node, Scalar):
        return EMPTY
    parsed = parse_template(text)
    if isinstance(parsed, BraceFault):
        place = scope.inside(node, parsed.offset, text[parsed.offset])
        scope.fault("R141", place, f"Krøllparentesene i «{what}» går ikke opp", "Skriv {navn}, uten mellomrom.")
        return EMPTY
    for name in dict.fromkeys(parsed.names):
        _check_name(name, what, node, scope, use)
    parts = tuple((canonical(part[0]),) if isinstance(part, tuple) else part for part in parsed.parts)
    return Template(parsed.source, parts)


def parse_date_name(node: Node | None, what: str, scope: Scope) -> str:
    """The name of a date: written ``"{frist}"`` or as a date fact (``dato.dokument``); empty without one."""
    text = scope.text(node, what)
    if text is None or not isinstance(node, Scalar):
        return ""
    parsed = parse_template(text)
    name = parsed.single if isinstance(parsed, Template) and parsed.names else text
    known = scope.words.fact(name or "")
    if name in scope.types:
        if scope.types[name] in DATE_TYPES or scope.types[name] in ("felt", "mønster"):
            return str(name)
        scope.fault("R144", node, f"«{name}» er ikke en dato, men {scope.types[name]}", "Bruk typen dato eller frist.")
    elif name == "dato" or (known is not None and known.kind is Kind.DATE):
        if known is not None and known.group:
            scope.groups.add(known.group)
        return str(name)
    else:
        dates = [n for n, kind in scope.types.items() if kind in DATE_TYPES]
        hint = did_you_mean(str(name), [*dates, "dato.mottatt", "dato.dokument"])
        scope.fault("R144", node, f"«{text}» er ikke en dato regelen kjenner", hint or "Hent den under «hent».")
    return ""


def _check_name(name: str, what: str, node: Scalar, scope: Scope, use: Use) -> None:
    place = scope.inside(node, node.value.find(name, node.value.find("{")), name)
    kind = scope.types.get(name)
    if kind is not None:
        if kind in IDENTITY_TYPES and use in ("title", "public"):
            hint = "Et fødselsnummer kan finne en sak, men ikke stå i en tittel."
            scope.fault("R142", place, f"«{name}» er et fødselsnummer og kan ikke stå i {what}", hint)
        if kind == "navn" and use == "public":
            scope.fault("R143", place, f"«{name}» er et navn og kan ikke stå i {what}", "Skriv tittelen uten navnet.")
        return
    if name in CLOCK_NAMES:
        return
    known = scope.words.fact(name)
    if holds_identity(name) and use in ("title", "public"):
        hint = "Et fødselsnummer kan finne en sak, men ikke stå i en tittel."
        scope.fault("R142", place, f"«{name}» er et fødselsnummer og kan ikke stå i {what}", hint)
        return
    if known is not None and known.template:
        if known.group:
            scope.groups.add(known.group)
        if use == "public" and name in ("avsender.navn", "avsender.adresse", "videresendt.avsender"):
            scope.fault("R143", place, f"«{name}» viser hvem avsenderen er, i {what}", "Skriv tittelen uten navnet.")
        return
    if known is not None:
        scope.fault("R140", place, f"«{name}» er for langt for {what}", "Hent det du trenger under «hent».")
    elif name in scope.words.groups:
        hint = f"«{name}» har {', '.join(scope.words.groups[name])}."
        scope.fault("R140", place, f"«{name}» er ikke én verdi", hint)
    else:
        usable = (*scope.types, *CLOCK_NAMES, *(n for n, f in scope.words.facts.items() if f.template))
        hint = did_you_mean(name, usable) or "Hent det under «hent», for eksempel hent: {eiendom: matrikkel}."
        scope.fault("R140", place, f"Ukjent navn «{name}» i {what}", hint)


def parse_hent(node: Node | None, scope: Scope) -> tuple[Extraction, ...]:
    """``hent``; the names and their types are left in ``scope.types``."""
    scope.types.clear()
    mapping = scope.mapping(node, "«hent»", "hent: {gnr_bnr: matrikkel}") if node is not None else None
    found: list[Extraction] = []
    for key, value in mapping.pairs if mapping is not None else ():
        taken = (*CLOCK_NAMES, *scope.words.facts, *scope.words.groups, "funn", "rad", "parameter")
        reserved = key.value in taken
        if reserved or not key.value.replace("_", "").isalnum():
            why = "er opptatt" if reserved else "kan bare ha bokstaver, tall og _"
            scope.fault("R132", key, f"Navnet «{key.value}» {why}", "Velg et annet navn, for eksempel mitt_navn.")
            continue
        scope.types[key.value] = "ukjent"
        extraction = _extraction(key.value, value, scope)
        if extraction is not None:
            found.append(extraction)
    return tuple(found)


def _extraction(name: str, node: Node, scope: Scope) -> Extraction | None:
    if isinstance(node, Scalar):
        return _typed(name, node, None, scope)
    mapping = scope.mapping(node, f"«{name}»", f"{name}: matrikkel")
    if mapping is None:
        return None
    if "regex" in mapping.keys():
        return _typed(name, mapping, None, scope)
    scope.check_keys(mapping, ("type", "fra", "krav", "ellers", "nær"), f"hent.{name}")
    type_node = scope.require(mapping, "type", f"hent.{name}")
    return _typed(name, type_node, mapping, scope) if type_node is not None else None


def _typed(name: str, node: Node, options: Mapping | None, scope: Scope) -> Extraction | None:
    get = options.get if options is not None else lambda _: None
    sources = _sources(get("fra"), scope)
    demand = next(d for d in _DEMANDS if d == scope.choice(get("krav"), "krav", _DEMANDS, "én"))
    otherwise_node = get("ellers")
    otherwise: str | None = None
    if isinstance(otherwise_node, Scalar):
        otherwise = "" if otherwise_node.empty else otherwise_node.value
    elif otherwise_node is not None:
        scope.text(otherwise_node, "ellers")
    near = scope.text(get("nær"), "nær")
    label = compile_label(near) if near and near.strip() else None
    if isinstance(node, Mapping):
        return _pattern(name, node, sources, demand, otherwise, label, scope)
    kind = scope.text(node, "type")
    if kind is None:
        return None
    if kind.startswith("skjema.") and len(kind) > len("skjema."):
        scope.types[name] = "fnr" if holds_identity(kind) else "felt"
        if get("fra") is not None or near:
            scope.fault("R131", node, f"«{kind}» er selv kilden: «fra» og «nær» gjelder ikke", "Ta dem bort.")
        return Extraction(name=name, field=canonical(kind), demand=demand, otherwise=otherwise)
    if kind not in VALUE_TYPES:
        hint = did_you_mean(kind, VALUE_TYPES) or f"Typene er {', '.join(VALUE_TYPES)}, regex og skjema.<felt>."
        scope.fault("R130", node, f"Ukjent type «{kind}»", hint)
        return None
    scope.types[name] = kind
    return Extraction(name=name, type=kind, sources=sources, demand=demand, otherwise=otherwise, label=label)


def _pattern(
    name: str,
    node: Mapping,
    sources: tuple[str, ...],
    demand: Demand,
    otherwise: str | None,
    label: object,
    scope: Scope,
) -> Extraction | None:
    scope.check_keys(node, ("regex", "gruppe"), "type")
    scope.types[name] = "mønster"
    regex_node = scope.require(node, "regex", "type")
    group_node = node.get("gruppe")
    group = scope.integer(group_node, "gruppe") if group_node is not None else 0
    if not isinstance(regex_node, Scalar) or group is None:
        if regex_node is not None and not isinstance(regex_node, Scalar):
            scope.text(regex_node, "regex")
        return None
    compiled = parse_regex(regex_node, scope)
    if compiled is None:
        return None
    if not 0 <= group <= compiled.groups:
        at = group_node if group_node is not None else regex_node
        scope.fault("R123", at, f"Uttrykket har {compiled.groups} grupper, ikke {group}", "Sett () rundt verdien.")
        return None
    return Extraction(
        name=name,
        pattern=compiled,
        group=group,
        sources=sources,
        demand=demand,
        otherwise=otherwise,
        label=label,
    )


def _sources(node: Node | None, scope: Scope) -> tuple[str, ...]:
    if node is None:
        if scope.words.subject is Subject.POST:
            scope.groups.add("text")
        return scope.words.sources
    names: list[str] = []
    for scalar in scope.scalars(node, "fra"):
        name = "vedlegg.tekst" if scalar.value == "vedlegg" else canonical(scalar.value)
        known = scope.words.fact(name)
        if known is None or known.kind not in (Kind.TEXT, Kind.OPEN):
            usable = [n for n, f in scope.words.facts.items() if f.kind is Kind.TEXT]
            hint = did_you_mean(scalar.value, [*usable, "vedlegg"]) or "For eksempel [emne, brødtekst, vedlegg]."
            scope.fault("R131", scalar, f"«{scalar.value}» er ikke en opplysning med tekst", hint)
            continue
        if known.group:
            scope.groups.add(known.group)
        names.append(name)
    return tuple(names)

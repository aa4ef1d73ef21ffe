"""One rule, and one file of rules → compiled."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.decision import Mode
from rules.expand import expanded
from rules.format import LANGUAGE_VERSION, RULE_KEYS, Subject
from rules.model import Example, Rule
from rules.nodes import Mapping, Node, Scalar, Sequence
from rules.parse_care import parse_care
from rules.parse_conditions import parse_hvis
from rules.parse_outcome import parse_addition, parse_outcome
from rules.parse_texts import parse_hent
from rules.rule_checks import check_rule
from rules.scope import Scope
from rules.suggest import nearest
from rules.vocabulary import VOCABULARIES

_ID = re.compile(r"[a-zæøå0-9][a-zæøå0-9_-]{0,63}")
_ID_RULE = "Små bokstaver, tall, - og _, høyst 64 tegn. For eksempel nabovarsel-hytte."


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchOff:
    """``- slå_av: <id>``: a rule of an earlier layer that does not apply here."""

    id: str
    at: Scalar
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What one file says. ``rules`` go with the scope they were read in, for faults found later."""

    rules: tuple[tuple[Rule, Mapping, Scope], ...]
    switched_off: tuple[SwitchOff, ...]


def parse_file(root: Node, scope: Scope) -> Parsed:
    """The rules of one file; what is faulty is left out, after its faults are noted."""
    if not isinstance(root, Mapping):
        hint = "Begynn filen med «språk: 1» og «regler:», og sett reglene under."
        scope.fault("R013", root, "En regelfil skal ha nøklene «språk» og «regler»", hint)
        return Parsed(rules=(), switched_off=())
    scope.check_keys(root, ("språk", "regler"), "filen")
    version = root.get("språk")
    if version is None:
        scope.fault("R014", root, "«språk» mangler", "Sett «språk: 1» øverst i filen.")
    elif not isinstance(version, Scalar) or version.resolve() != LANGUAGE_VERSION:
        scope.fault("R014", version, "Regelspråket her er utgave 1", "Skriv «språk: 1».")
    entries = root.get("regler")
    if entries is None:
        scope.fault("R015", root, "«regler» mangler", "Sett reglene i en liste under «regler:».")
        return Parsed(rules=(), switched_off=())
    if not isinstance(entries, Sequence):
        if not (isinstance(entries, Scalar) and entries.empty):
            scope.fault("R015", entries, "«regler» skal være en liste", "Begynn hver regel med «- regel: …».")
        else:
            scope.fault("R015", entries, "«regler» er tom", "Begynn hver regel med «- regel: …».")
        return Parsed(rules=(), switched_off=())
    rules: list[tuple[Rule, Mapping, Scope]] = []
    off: list[SwitchOff] = []
    for entry in entries.items:
        mapping = scope.mapping(entry, "Hver regel", "- regel: nabovarsel")
        if mapping is None:
            continue
        if "slå_av" in mapping.keys():
            switched = _switch_off(mapping, scope)
            if switched is not None:
                off.append(switched)
        else:
            for filled, row_name in expanded(mapping, scope):
                rule = _rule(filled, row_name, scope)
                if rule is not None:
                    rules.append((rule, filled, scope))
    return Parsed(rules=tuple(rules), switched_off=tuple(off))


def _switch_off(node: Mapping, scope: Scope) -> SwitchOff | None:
    scope.check_keys(node, ("slå_av", "hvorfor"), "slå_av")
    if scope.text(node.get("hvorfor"), "hvorfor") is None and node.get("hvorfor") is None:
        scope.fault("R103", node, "«hvorfor» mangler: si hvorfor regelen slås av", "hvorfor: gjelder ikke hos oss")
    target = node.get("slå_av")
    name = scope.text(target, "slå_av")
    return SwitchOff(id=name, at=target, scope=scope) if name is not None and isinstance(target, Scalar) else None


def _rule(node: Mapping, row_name: str | None, scope: Scope) -> Rule | None:
    scope.groups.clear()
    scope.types.clear()
    scope.check_keys(node, RULE_KEYS, "regelen")
    id_node = node.get("regel")
    if id_node is None:
        scope.fault("R103", node, "«regel» mangler: regelen må ha en id", "Begynn med «- regel: nabovarsel».")
    name = scope.text(id_node, "regel")
    if name is not None and id_node is not None and not _ID.fullmatch(name):
        scope.fault("R106", id_node, f"«{name}» kan ikke være en id", _ID_RULE)
    subject = _subject(node, scope)
    scope.words = VOCABULARIES[subject]
    before = len(scope.faults)
    extractions = parse_hent(node.get("hent"), scope)
    condition = parse_hvis(node.get("hvis"), scope)
    does, adds = node.get("så"), node.get("legg_til")
    misspelt = any(nearest(key, RULE_KEYS) in ("så", "legg_til") for key in node.keys() if key not in RULE_KEYS)
    if (does is None) == (adds is None) and not misspelt:
        found = "begge deler" if does is not None else "ingen av delene"
        hint = "En regel har enten «så» (ett utfall) eller «legg_til»."
        scope.fault("R108", id_node or node, f"Regelen skal ha «så» eller «legg_til», men har {found}", hint)
    parse = parse_outcome if subject is Subject.POST else parse_care
    outcome = parse(does, scope) if does is not None else None
    if adds is not None and subject is not Subject.POST:
        scope.fault("R108", adds, "«legg_til» gjelder bare post", "Bruk «så».")
        adds = None
    addition = parse_addition(adds, scope) if adds is not None else None
    priority_node, stop_node, replaces = node.get("prioritet"), node.get("stopp"), node.get("erstatt")
    default_mode = Mode.AUTO if adds is not None else Mode.FORSLAG
    mode = Mode(scope.choice(node.get("modus"), "modus", tuple(Mode), default_mode))
    priority = scope.integer(priority_node, "prioritet") if priority_node is not None else 0
    stop = scope.boolean(stop_node, "stopp") if stop_node is not None else False
    hits, misses, gaps = _examples(node.get("eksempler"), scope)
    title, owner = scope.text(node.get("navn"), "navn"), scope.text(node.get("eier"), "eier")
    why, replaced = scope.text(node.get("hvorfor"), "hvorfor"), scope.text(replaces, "erstatt")
    if replaces is not None and node.get("hvorfor") is None:
        scope.fault("R352", replaces, "«hvorfor» mangler: si hvorfor regelen erstattes")
    # Only the newest are looked at: over all of them a set of many rules with remarks would take quadratic time.
    wrong = any(fault.severity == "error" for fault in scope.faults[before:])
    if name is None or wrong or (outcome is None and addition is None):
        return None
    rule = Rule(
        id=row_name or name,
        navn=title or name,
        gjelder=subject,
        prioritet=priority or 0,
        modus=mode,
        eier=owner or "",
        hvorfor=why or "",
        condition=condition,
        extractions=extractions,
        outcome=outcome,
        addition=addition,
        stopp=bool(stop),
        erstatt=replaced,
        layer=scope.layer.index,
        place=id_node.place if id_node is not None else node.place,
        needs=frozenset(scope.groups),
        hits=hits,
        misses=misses,
        gaps=gaps,
    )
    check_rule(rule, node, scope)
    return rule


def _subject(node: Mapping, scope: Scope) -> Subject:
    return Subject(scope.choice(node.get("gjelder"), "gjelder", tuple(Subject), Subject.POST))


def _examples(node: Node | None, scope: Scope) -> tuple[tuple[Example, ...], tuple[Example, ...], tuple[Example, ...]]:
    if node is None:
        return (), (), ()
    mapping = scope.mapping(node, "«eksempler»", "eksempler: {treffer: [{emne: Nabovarsel}]}")
    if mapping is None:
        return (), (), ()
    scope.check_keys(mapping, ("treffer", "treffer_ikke", "burde_truffet"), "eksempler")
    return (
        _list_of(mapping, "treffer", scope),
        _list_of(mapping, "treffer_ikke", scope),
        _list_of(mapping, "burde_truffet", scope),
    )


def _list_of(mapping: Mapping, key: str, scope: Scope) -> tuple[Example, ...]:
    node = mapping.get(key)
    if node is None or (isinstance(node, Scalar) and node.empty):
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    examples: list[Example] = []
    for item in items:
        given = scope.mapping(item, f"Hvert eksempel under «{key}»", "{emne: Nabovarsel, kanal: altinn}")
        if given is None:
            continue
        expected = given.get("gir")
        wanted = scope.mapping(expected, "«gir»", 'gir: {sak: "Nabovarsel 2026"}') if expected is not None else None
        if expected is not None and key != "treffer":
            scope.fault("R101", expected, f"«gir» hører under «treffer», ikke «{key}»", "Ta det bort.")
        examples.append(Example(place=given.place, given=given, expected=wanted))
    return tuple(examples)

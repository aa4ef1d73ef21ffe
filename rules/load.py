"""Rule folders → a rule set, all or nothing, with every fault at once."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.facts import Facts
from models.organisation import Organisation
from rules.expand import load_parameters
from rules.format import Subject
from rules.layers import FELLES, LayerFiles, digest, open_layer, stored_layers
from rules.lint import lint
from rules.messages import Fault
from rules.model import AdditionSpec, JournalSpec, Rule, RuleSet
from rules.nodes import Mapping as MappingNode
from rules.nodes import read_yaml
from rules.overlap import covers
from rules.parse_rule import Parsed, SwitchOff, parse_file
from rules.provisions import FILE as PROVISIONS
from rules.provisions import known_provisions, normalise_provision, provisions_bytes
from rules.scope import Dormant, Known, Scope
from rules.suggest import did_you_mean
from rules.units import load_units

SampleReader = Callable[[bytes, str], Facts]
"""(bytes, file name) → facts, for examples that name a sample file (``fil:``)."""

_PROVISIONS_KEY = f"data/{PROVISIONS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there was. ``gaps`` are examples under ``burde_truffet`` that do not hit (known, reported)."""

    files: int = 0
    rules: int = 0
    examples: int = 0
    gaps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """``ruleset`` is None when one fault is an error: the old rules then stay in force."""

    ruleset: RuleSet | None
    faults: tuple[Fault, ...]
    counts: Counts

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that keep the set from being loaded."""
        return tuple(fault for fault in self.faults if fault.severity == "error")


@dataclass(slots=True)
class _Entry:
    rule: Rule
    node: MappingNode
    scope: Scope


def load(
    layers: Sequence[Path | str],
    org: Organisation | None,
    *,
    felles: bool = False,
    check: bool = True,
    read_sample: SampleReader | None = None,
) -> LoadResult:
    """Loads the layers in order; ``"felles"`` names the rules shipped with the program, and ``felles=True`` puts them first.

    ``org`` None: no configuration, so units, arkivdeler and codes give a warning where they cannot be checked.
    ``check`` runs the examples and the checks across rules too. Nothing is raised for what is wrong in the files.
    """
    with _without_collecting():
        return _from_folders(layers, org, felles=felles, check=check, read_sample=read_sample)


def _from_folders(
    layers: Sequence[Path | str],
    org: Organisation | None,
    *,
    felles: bool,
    check: bool,
    read_sample: SampleReader | None,
) -> LoadResult:
    faults: list[Fault] = []
    wanted: list[Path | str] = [FELLES, *layers] if felles and FELLES not in map(str, layers) else list(layers)
    opened = [open_layer(index, layer, faults) for index, layer in enumerate(wanted)]
    return _load(
        [layer for layer in opened if layer is not None],
        provisions_bytes(),
        org,
        faults,
        check=check,
        read_sample=read_sample,
    )


@contextmanager
def _without_collecting() -> Iterator[None]:
    """The garbage collector rests while a set is read: a large one is nearly all objects that stay, and looking through
    them again and again took half of the time (measured with 10,000 rules)."""
    resting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if resting:
            gc.enable()


def load_stored(files: Mapping[str, bytes], org: Organisation | None) -> LoadResult:
    """A set that was in force, from its files as :attr:`RuleSet.files` kept them; same bytes, same hash."""
    raw = files.get(_PROVISIONS_KEY, b"")
    layered = {name: content for name, content in files.items() if name != _PROVISIONS_KEY}
    return _load(stored_layers(layered), raw, org, [], check=False, read_sample=None)


def _load(
    layers: list[LayerFiles],
    provisions: bytes,
    org: Organisation | None,
    faults: list[Fault],
    *,
    check: bool,
    read_sample: SampleReader | None,
) -> LoadResult:
    units = load_units(layers, org.enheter if org is not None else {}, faults)
    provided = known_provisions(provisions, layers)
    hjemler = tuple(row.text for row in provided)
    unverified = frozenset(normalise_provision(row.text) for row in provided if not row.checked)
    parameters = load_parameters(layers, org.parameters if org is not None else {}, faults)
    known = Known(org=org, enheter=units, hjemler=hjemler, unverified=unverified, parameters=parameters)
    entries: dict[str, _Entry] = {}
    scopes: list[Scope] = []
    for layer in layers:
        fresh: dict[str, _Entry] = {}
        off: list[SwitchOff] = []
        for name in layer.rule_files:
            scope, parsed = _read_file(layer, name, known, faults)
            if scope is None or parsed is None:
                continue
            scopes.append(scope)
            off.extend(parsed.switched_off)
            for rule, node, origin in parsed.rules:
                _take(rule, node, origin, entries, fresh)
        sleeping = frozenset(rule.id for scope in scopes for rule in scope.dormant)
        _switch_off(off, entries, sleeping)
        _replace(fresh, entries, sleeping)
        entries.update(fresh)
    _say_unchecked(scopes)
    ordered = [entry.rule for entry in entries.values()]
    files = {layer.key(name): raw for layer in layers for name, raw in layer.used.items()}
    files[_PROVISIONS_KEY] = provisions
    ruleset = RuleSet(
        rules=tuple(sorted(ordered, key=lambda rule: (rule.layer, rule.place.file, rule.place.line))),
        sha256=digest(files),
        needs=frozenset(group for rule in ordered if rule.gjelder is Subject.POST for group in rule.needs),
        files=files,
        enheter=units,
        dormant=_still_dormant(scopes, entries),
        provisions=provided,
    )
    gaps = 0
    if check:
        gaps = lint(ruleset, {rule.id: entries[rule.id].scope for rule in ordered}, org, read_sample)
    unique = tuple(sorted(dict.fromkeys(faults), key=lambda fault: fault.order))
    counts = Counts(
        files=sum(len(layer.rule_files) for layer in layers),
        rules=len(ordered),
        examples=sum(len(rule.hits) + len(rule.misses) + len(rule.gaps) for rule in ordered),
        gaps=gaps,
    )
    failed = any(fault.severity == "error" for fault in unique)
    return LoadResult(ruleset=None if failed else ruleset, faults=unique, counts=counts)


def _read_file(layer: LayerFiles, name: str, known: Known, faults: list[Fault]) -> tuple[Scope | None, Parsed | None]:
    shown = layer.display(name)
    raw = layer.read[name]
    root = read_yaml(raw, shown, faults.append)
    if root is None:
        return None, None
    folder = name.rpartition("/")[0]
    lines = raw.decode("utf-8-sig").split("\n")
    scope = Scope(file=shown, lines=lines, layer=layer, folder=folder, known=known, faults=faults)
    return scope, parse_file(root, scope)


def _take(rule: Rule, node: MappingNode, scope: Scope, old: dict[str, _Entry], fresh: dict[str, _Entry]) -> None:
    """Adds the rule to its layer; an id may be used again only by the rule that replaces it."""
    other = fresh.get(rule.id) or (old.get(rule.id) if rule.erstatt != rule.id else None)
    if other is not None:
        where = f"{other.rule.place.file}:{other.rule.place.line}"
        hint = "Gi den en annen id, eller si «erstatt»." if rule.id not in fresh else "Gi den en annen id."
        scope.fault("R107", rule.place, f"Id-en «{rule.id}» er brukt før ({where})", hint)
        return
    fresh[rule.id] = _Entry(rule, node, scope)


def _still_dormant(scopes: list[Scope], entries: dict[str, _Entry]) -> tuple[Dormant, ...]:
    """Those that no later layer has switched off or replaced."""
    gone = {switched for scope in scopes for switched in scope.gone}
    return tuple(rule for scope in scopes for rule in scope.dormant if rule.id not in gone and rule.id not in entries)


def _switch_off(off: list[SwitchOff], entries: dict[str, _Entry], sleeping: frozenset[str]) -> None:
    for switched in off:
        rows = [entry for key, entry in entries.items() if key.startswith(f"{switched.id}/")]
        entry = entries.get(switched.id)
        switched.scope.gone.add(switched.id)
        if rows and not any(_shields(row.rule) for row in rows):
            for row in rows:
                del entries[row.rule.id]
        elif entry is None and switched.id in sleeping:
            continue
        elif entry is None and not rows:
            hint = did_you_mean(switched.id, entries) or "Bare regler fra et tidligere lag kan slås av."
            switched.scope.fault("R350", switched.at, f"Regelen «{switched.id}» finnes ikke i et tidligere lag", hint)
        elif entry is None or _shields(entry.rule):
            message = f"«{switched.id}» skjermer og kan ikke slås av"
            switched.scope.fault("R353", switched.at, message, "Et lag kan legge til skjerming, aldri ta den bort.")
        else:
            del entries[switched.id]


def _replace(fresh: dict[str, _Entry], entries: dict[str, _Entry], sleeping: frozenset[str]) -> None:
    for entry in fresh.values():
        target = entry.rule.erstatt
        if target is None:
            continue
        at = entry.node.get("erstatt") or entry.node
        old = entries.get(target)
        entry.scope.gone.add(target)
        if old is None and target in sleeping:
            continue
        if old is None:
            hint = did_you_mean(target, entries) or "Bare regler fra et tidligere lag kan erstattes."
            entry.scope.fault("R350", at, f"Regelen «{target}» finnes ikke i et tidligere lag", hint)
            continue
        if _shields(old.rule) - _shields(entry.rule):
            message = f"«{target}» skjermer, og det gjør ikke regelen som erstatter den"
            entry.scope.fault("R353", at, message, "La den nye regelen skjerme minst like mye.")
            continue
        if _shields(old.rule) and not covers(entry.rule.condition, old.rule.condition):
            message = f"«{target}» skjermer, og regelen som erstatter den, treffer ikke sikkert alt den traff"
            entry.scope.fault("R353", at, message, "Behold vilkårene, eller gjør dem videre.")
            continue
        if _shields(old.rule) and entry.rule.draft:
            message = f"«{target}» skjermer; et utkast kan ikke erstatte den"
            entry.scope.fault("R353", at, message, "Bruk modus: forslag.")
            continue
        del entries[target]


def _shields(rule: Rule) -> frozenset[str]:
    """Where the rule shields."""
    places: set[str] = set()
    if isinstance(rule.addition, AdditionSpec) and rule.addition.shield is not None:
        places.add("legg_til")
    if isinstance(rule.outcome, JournalSpec):
        if rule.outcome.access.shield is not None:
            places.add("journalpost")
        if rule.outcome.case.ny is not None and rule.outcome.case.ny.access.shield is not None:
            places.add("ny")
    return frozenset(places)


def _say_unchecked(scopes: list[Scope]) -> None:
    """One warning a file and kind for the names only a configuration could check."""
    for scope in scopes:
        if scope.unverified and scope.layer.name != FELLES:
            listed = ", ".join(f"«{ground}»" for ground in scope.unverified)
            hint = "Hold dem mot Lovdata, og sett «ja» i hjemler.csv ved siden av reglene."
            scope.warn("R420", next(iter(scope.unverified.values())), f"Ingen har sjekket {listed}", hint)
        for what, (place, values) in scope.unchecked.items():
            listed = ", ".join(f"«{value}»" for value in values)
            hint = "Kjør med oppsettet (--config) for å kontrollere."
            scope.warn("R207", place, f"Kan ikke kontrollere {what} uten oppsett: {listed}", hint)

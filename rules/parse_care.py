"""``så`` of rules about a journalpost, a sak or a published entry → compiled outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models.noark import Avskrivningsmaate
from models.verdict import Alvor
from rules.care_model import (
    CareSpec,
    DeviationSpec,
    DueSpec,
    HideSpec,
    KeepSpec,
    Plain,
    PlainSpec,
    WriteOffSpec,
)
from rules.format import DURATION_UNITS, Subject
from rules.model import HumanSpec, Outcome
from rules.nodes import Mapping as MappingNode
from rules.nodes import Node
from rules.parse_operators import parse_duration
from rules.parse_parts import check_provision, parse_deadline, parse_shield
from rules.parse_texts import parse_text
from rules.scope import Scope

CARE_OUTCOMES: Mapping[Subject, tuple[str, ...]] = {
    Subject.JOURNALPOST: ("avvik", "frist", "journalfør", "godkjenn", "avskriv", "til_menneske"),
    Subject.SAK: ("avvik", "frist", "avslutt", "la_stå", "til_menneske"),
    Subject.PUBLISERT: ("avvik", "skjerm", "til_menneske"),
}
DEVIATION_KEYS = ("alvor", "tekst", "hjemmel", "tiltak", "felt")
_WRITE_OFFS = ("TO", "TE", "TLF")


def parse_care(node: Node, scope: Scope) -> Outcome | None:
    """Exactly one outcome of those its subject may have; None after a fault."""
    allowed = CARE_OUTCOMES[scope.words.subject]
    mapping = scope.mapping(node, "«så»", f"så: {{{allowed[0]}: …}}")
    if mapping is None:
        return None
    scope.check_keys(mapping, allowed, f"så for gjelder: {scope.words.subject}")
    given = [(key, value) for key, value in mapping.pairs if key.value in allowed]
    if len(given) != 1:
        if given or not mapping.pairs:
            found = f": her står {' og '.join(key.value for key, _ in given)}" if given else ""
            scope.fault("R108", mapping, f"«så» skal ha akkurat ett utfall{found}", f"Velg én av {', '.join(allowed)}.")
        return None
    key, value = given[0]
    return _PARSERS[key.value](value, scope)


def _deviation(node: Node, scope: Scope) -> CareSpec | None:
    mapping = scope.mapping(node, "«avvik»", 'avvik: {alvor: feil, tekst: "Hjemmel mangler"}')
    if mapping is None:
        return None
    scope.check_keys(mapping, DEVIATION_KEYS, "avvik")
    level, text = scope.require(mapping, "alvor", "avvik"), scope.require(mapping, "tekst", "avvik")
    field = mapping.get("felt")
    return DeviationSpec(
        alvor=Alvor(scope.choice(level, "alvor", tuple(Alvor), Alvor.ADVARSEL)),
        tekst=parse_text(text, "tekst", scope),
        hjemmel=_ground(mapping, scope),
        tiltak=parse_text(mapping.get("tiltak"), "tiltak", scope),
        felt=scope.choice(field, "felt", tuple(scope.words.facts), ""),
    )


def _due(node: Node, scope: Scope) -> CareSpec | None:
    mapping = scope.mapping(node, "«frist»", "frist: {uker: 3, fra: mottatt_dato, varsle: {arbeidsdager: 3}}")
    if mapping is None:
        return None
    notice = mapping.get("varsle")
    rest = tuple((key, value) for key, value in mapping.pairs if key.value not in ("varsle", "hjemmel"))
    deadline = parse_deadline(MappingNode(place=mapping.place, pairs=rest), scope, "frist")
    ground = _ground(mapping, scope)
    before = parse_duration(notice, "varsle", scope) if notice is not None else None
    return DueSpec(frist=deadline, varsle=before, hjemmel=ground) if deadline is not None else None


def _ground(mapping: MappingNode, scope: Scope) -> str:
    """A hjemmel names its act and paragraph; whether it is known and checked is warned of like that of a skjerming."""
    node = mapping.get("hjemmel")
    ground = scope.text(node, "hjemmel") or ""
    if node is not None and ground:
        check_provision(ground, node, scope)
    return ground


def _plain(kind: Plain) -> Callable[[Node, Scope], CareSpec | None]:
    def parse(node: Node, scope: Scope) -> CareSpec | None:
        wanted = scope.boolean(node, kind)
        if wanted is False:
            scope.fault("R110", node, f"«{kind}» kan bare være ja", "Skal roboten la være, ta bort regelen.")
        return PlainSpec(kind=kind) if wanted else None

    return parse


def _write_off(node: Node, scope: Scope) -> CareSpec | None:
    word = scope.choice(node, "avskriv", _WRITE_OFFS, "")
    return WriteOffSpec(maate=Avskrivningsmaate(word)) if word else None


def _keep(node: Node, scope: Scope) -> CareSpec | None:
    return KeepSpec(tekst=parse_text(node, "la_stå", scope))


def _hide(node: Node, scope: Scope) -> CareSpec | None:
    shield = parse_shield(node, scope)
    return HideSpec(shield=shield) if shield is not None else None


def _human(node: Node, scope: Scope) -> Outcome | None:
    return HumanSpec(tekst=parse_text(node, "til_menneske", scope))


_PARSERS: Mapping[str, Callable[[Node, Scope], Outcome | None]] = {
    "avvik": _deviation,
    "frist": _due,
    "journalfør": _plain("journalfør"),
    "godkjenn": _plain("godkjenn"),
    "avslutt": _plain("avslutt"),
    "avskriv": _write_off,
    "la_stå": _keep,
    "skjerm": _hide,
    "til_menneske": _human,
}

DUE_KEYS = (*DURATION_UNITS, "fra", "dato", "ellers", "varsle", "hjemmel")

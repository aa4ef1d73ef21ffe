"""``{parameter.<navn>}`` and ``{rad.<kolonne>}``: filled in when the rules are loaded, before anything else is read.

So they may stand anywhere a value may: in conditions, texts, units, codes and examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from rules.folding import fold
from rules.layers import FELLES, LayerFiles, Table, canonical_headings
from rules.messages import Fault, Place
from rules.nodes import Mapping as MappingNode
from rules.nodes import Node, Scalar, Sequence
from rules.scope import Dormant, Scope
from rules.suggest import did_you_mean

PARAMETERS = "parametre.csv"
_NAME = re.compile(r"\{(parameter|rad)\.([^{}]*)\}")
_COLUMNS = ("navn", "verdi", "forklaring")

Fill = Callable[[str, str, Scalar], str | None]
"""(parameter or rad, the name, where) → the value; None leaves the text as it is (after a fault)."""


def fill_in(node: Node, fill: Fill) -> Node:
    """The node with every such name in its values filled in; keys stand as they are."""
    if isinstance(node, Scalar):
        if "{" not in node.value:
            return node
        value = _NAME.sub(lambda match: _value(fill(match[1], match[2].strip(), node), match[0]), node.value)
        # A value that is nothing but the name is what it becomes: «"{rad.uker}"» may be a number.
        plain = node.plain or _NAME.fullmatch(node.value) is not None
        return node if value == node.value else Scalar(place=node.place, value=value, plain=plain)
    if isinstance(node, Sequence):
        return Sequence(place=node.place, items=tuple(fill_in(item, fill) for item in node.items))
    return MappingNode(place=node.place, pairs=tuple((key, fill_in(value, fill)) for key, value in node.pairs))


def _value(value: str | None, written: str) -> str:
    return written if value is None else value


def load_parameters(layers: list[LayerFiles], given: Mapping[str, str], faults: list[Fault]) -> Mapping[str, str]:
    """The values by name: the configuration's before those of a later layer's ``parametre.csv`` before an earlier one's.

    A row without a value only says that there is such a parameter.
    """
    found: dict[str, str] = {}
    for layer in layers:
        if layer.get(PARAMETERS) is None:
            continue
        read, shown = layer.table(PARAMETERS), layer.display(PARAMETERS)
        table = canonical_headings(read) if isinstance(read, Table) else read
        if not isinstance(table, Table):
            faults.append(Fault.at(Place(shown, 1, 1), "R208", table, "Lagre den som CSV med tegnsettet UTF-8."))
        elif not {"navn", "verdi"} <= set(table.columns):
            faults.append(Fault.at(Place(shown, 1, 1), "R208", "Kolonnene er ikke som de skal", ",".join(_COLUMNS)))
        else:
            found |= {row["navn"]: row.get("verdi", "") for row in table.rows if row.get("navn")}
    return found | dict(given)


def row_id(base: str, value: str) -> str:
    """``<id>/<first column>``, with only what an id may have."""
    slug = re.sub(r"[^a-zæøå0-9_-]+", "-", fold(value)).strip("-")
    return f"{base}/{slug}"[:128] if slug else ""


def expanded(node: MappingNode, scope: Scope) -> Iterator[tuple[MappingNode, str | None]]:
    """The rule once for each row of ``for_hver``, with the id it then has (None: as written), and parameters filled in (so
    that a cell may name one); nothing for a shared rule that waits for a parameter."""
    table_node = node.get("for_hver")
    rows = [(node, None)] if table_node is None else _rows(node, table_node, scope)
    for row, name in rows:
        lacking: dict[str, Scalar] = {}

        def parameter(sort: str, named: str, at: Scalar, found: dict[str, Scalar] = lacking) -> str | None:
            if sort != "parameter":
                return None
            value = scope.known.parameters.get(named, "")
            if not value:
                found.setdefault(named, at)
            return value or None

        filled = fill_in(row, parameter)
        if isinstance(filled, MappingNode) and not (lacking and _waits(row, name, lacking, scope)):
            yield filled, name


def _waits(node: MappingNode, row_name: str | None, lacking: dict[str, Scalar], scope: Scope) -> bool:
    """Whether the rule waits for what it lacks: so does a shared one; to one of the house's own it is a fault."""
    id_node = node.get("regel")
    if scope.layer.name == FELLES and isinstance(id_node, Scalar):
        title_node = node.get("navn")
        title = title_node.value if isinstance(title_node, Scalar) else id_node.value
        waiting = Dormant(id=row_name or id_node.value, navn=title, place=id_node.place, missing=tuple(sorted(lacking)))
        scope.dormant.append(waiting)
        return True
    for name, at in lacking.items():
        if scope.known.org is None and name not in scope.known.parameters:
            scope.cannot_check("parameteren", at, name)
            continue
        hint = did_you_mean(name, [n for n, v in scope.known.parameters.items() if v and n != name])
        place = scope.inside(at, at.value.find(f"parameter.{name}"), f"parameter.{name}")
        message = f"Parameteren «{name}» har ingen verdi"
        scope.fault(
            "R145", place, message, hint or f"Sett {name} under «parametre» i oppsettet, eller i parametre.csv."
        )
    return False


def _rows(node: MappingNode, table_node: Node, scope: Scope) -> Iterator[tuple[MappingNode, str | None]]:
    """One rule of each row of the CSV."""
    mapping = scope.mapping(table_node, "«for_hver»", "for_hver: {fil: samlesaker.csv}")
    if mapping is None:
        return
    scope.check_keys(mapping, ("fil",), "for_hver")
    file_node = scope.require(mapping, "fil", "for_hver")
    file, id_node = scope.text(file_node, "fil"), node.get("regel")
    if file is None or file_node is None or not isinstance(id_node, Scalar):
        return
    table = scope.layer.table(f"{scope.folder}/{file}" if scope.folder else file)
    if isinstance(table, str):
        scope.fault("R126", file_node, table, "Legg filen ved siden av regelfilen.")
        return
    if not table.rows:
        scope.fault("R126", file_node, f"«{file}» har ingen rader", "Én rad gir én regel.")
    known = table.columns
    for number, row in enumerate(table.rows, start=2):
        values = row

        def cell(sort: str, name: str, at: Scalar) -> str | None:
            if sort != "rad":
                return None
            if name not in known:
                hint = did_you_mean(name, known) or f"Kolonnene er {', '.join(known)}."
                place = scope.inside(at, at.value.find(f"rad.{name}"), f"rad.{name}")
                scope.fault("R127", place, f"«{file}» har ingen kolonne «{name}»", hint)
                return None
            return values.get(name, "")  # noqa: B023 (called before the next row)

        made = fill_in(
            MappingNode(place=node.place, pairs=tuple(p for p in node.pairs if p[1] is not table_node)), cell
        )
        name = row_id(id_node.value, row.get(known[0], ""))
        if not name:
            scope.fault("R208", file_node, f"«{file}» linje {number}: første kolonne er tom", "Den gir regelen id.")
        elif isinstance(made, MappingNode):
            yield made, name

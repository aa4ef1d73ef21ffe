"""``enheter.csv``: the unit register."""

from __future__ import annotations

import re
from collections.abc import Mapping

from models.organisation import Enhet
from rules.layers import LayerFiles, Table, canonical_headings
from rules.messages import Fault, Place
from rules.suggest import did_you_mean

REGISTER = "enheter.csv"
_COLUMNS = ("orgnr", "kode", "navn", "arkivdel", "klasse", "saksansvarlig", "epost")


def load_units(layers: list[LayerFiles], given: Mapping[str, Enhet], faults: list[Fault]) -> Mapping[str, Enhet]:
    """The units of the last layer that has a register; those of the configuration when none has."""
    for layer in reversed(layers):
        if layer.get(REGISTER) is not None:
            return _read(layer, faults)
    return given


def _read(layer: LayerFiles, faults: list[Fault]) -> Mapping[str, Enhet]:
    shown = layer.display(REGISTER)
    table = layer.table(REGISTER)
    if not isinstance(table, Table):
        faults.append(Fault.at(Place(shown, 1, 1), "R208", table, "Lagre den som CSV med tegnsettet UTF-8."))
        return {}
    table = canonical_headings(table)
    for column in table.columns:
        if column and column not in _COLUMNS:
            hint = did_you_mean(column, _COLUMNS) or f"Kolonnene er {', '.join(_COLUMNS)}."
            faults.append(Fault.at(Place(shown, 1, 1), "R208", f"Ukjent kolonne «{column}»", hint))
    if "kode" not in table.columns:
        faults.append(Fault.at(Place(shown, 1, 1), "R208", "Kolonnen «kode» mangler", f"{','.join(_COLUMNS[:6])}"))
        return {}
    units: dict[str, Enhet] = {}
    for line, row in enumerate(table.rows, start=2):
        code = row.get("kode", "")
        place = Place(shown, line, 1)
        orgnr = "".join(row.get("orgnr", "").split())
        if not code:
            faults.append(Fault.at(place, "R208", "Raden mangler «kode»", "Fyll ut, eller slett raden."))
        elif code in units:
            faults.append(Fault.at(place, "R208", f"Koden «{code}» står to ganger", "Hver enhet har sin egen kode."))
        elif orgnr and not re.fullmatch(r"[0-9]{9}", orgnr):
            faults.append(Fault.at(place, "R208", f"«{orgnr}» er ikke et organisasjonsnummer", "Ni sifre, eller tomt."))
        else:
            units[code] = Enhet(
                kode=code,
                navn=row.get("navn", "") or code,
                orgnr=orgnr,
                arkivdel=row.get("arkivdel", ""),
                klasse=row.get("klasse", ""),
                saksansvarlig=row.get("saksansvarlig", ""),
                epost=row.get("epost", ""),
            )
    return units

"""The types of ``hent``: extractors by the name that rule files use (rule-language.md, «hent»).

Each walks the text once with patterns whose every repeat is bounded, so that time is linear in the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rules.extract.contact import adresse, epost, navn, telefon
from rules.extract.contract import Extracted, Extractor
from rules.extract.dates import dato, frist
from rules.extract.identifiers import fnr, kid, kontonummer, orgnr, planid, stillings_id
from rules.extract.money import beloep
from rules.extract.records import journalnummer, matrikkel, saksnummer

__all__ = ["EXTRACTORS", "Extracted", "Extractor"]

EXTRACTORS: Mapping[str, Extractor] = MappingProxyType(
    {
        "adresse": adresse,
        "beløp": beloep,
        "dato": dato,
        "epost": epost,
        "fnr": fnr,
        "frist": frist,
        "journalnummer": journalnummer,
        "kid": kid,
        "kontonummer": kontonummer,
        "matrikkel": matrikkel,
        "navn": navn,
        "orgnr": orgnr,
        "planid": planid,
        "saksnummer": saksnummer,
        "stillings_id": stillings_id,
        "telefon": telefon,
    }
)

"""The crash harness on the night's work: an archive that holds what case workers left, and its own public journal to check."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from connectors.arkiv.archive import EmbeddedArchive
from robot.build import archive
from robot.load_config import load_settings
from tests.support.caretown import entry, lay_cases, some_cases
from tests.support.crash_stages import AT, OnDisk
from tests.support.town import NAME

SWITCHED_ON = """
[organisasjon.kommune.omsorg]
utfoer = ["journalfør", "ferdigstill", "godkjenn", "avskriv", "avslutt", "flytt"]

[organisasjon.kommune.offentlig_journal.eget]
type = "innebygd"
"""


LETTER = {"tittel": "Klage på gebyr for tilsyn", "dokumentets_dato": "2026-01-11"}
"""One letter that came by two ways, in two cases: a person merges them."""


class Cases(OnDisk):
    """No post comes; the nightly jobs journal and close, and check what the public sees; a person does the rest by hand."""

    def __init__(self, template: Path) -> None:
        super().__init__(template, name="saker", paper={})
        config = template / "config.toml"
        config.write_text(config.read_text(encoding="utf-8") + SWITCHED_ON, encoding="utf-8")
        rest = "navn,verdi,forklaring\nomsorg_ro_arbeidsdager,0,saker fra i dag er klare\n"
        (template / "regler" / "parametre.csv").write_text(rest, encoding="utf-8")
        made = cast(EmbeddedArchive, archive(load_settings(config, environ={}), NAME, now=lambda: AT))
        try:
            twice = {number: ("B", [entry(1, "I", **LETTER)]) for number in ("2026/7", "2026/8")}
            lay_cases(made, template / "filer", {**some_cases(), **twice})
        finally:
            made.close()

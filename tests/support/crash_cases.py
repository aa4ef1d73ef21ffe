"""The crash harness on the night's work: an archive that holds what case workers left, and its own public journal to check."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from connectors.arkiv.archive import EmbeddedArchive
from robot.build import archive
from robot.load_config import load_settings
from tests.support.caretown import lay_cases, some_cases
from tests.support.crash_stages import AT, OnDisk
from tests.support.town import NAME

SWITCHED_ON = """
[organisasjon.kommune.omsorg]
utfoer = ["journalfør", "ferdigstill", "godkjenn", "avskriv", "avslutt", "flytt"]

[organisasjon.kommune.offentlig_journal.eget]
type = "innebygd"
"""


class Cases(OnDisk):
    """No post comes; the nightly jobs journal and close, and check what the public sees."""

    def __init__(self, template: Path) -> None:
        super().__init__(template, name="saker", paper={})
        config = template / "config.toml"
        config.write_text(config.read_text(encoding="utf-8") + SWITCHED_ON, encoding="utf-8")
        rest = "navn,verdi,forklaring\nomsorg_ro_arbeidsdager,0,saker fra i dag er klare\n"
        (template / "regler" / "parametre.csv").write_text(rest, encoding="utf-8")
        made = cast(EmbeddedArchive, archive(load_settings(config, environ={}), NAME, now=lambda: AT))
        try:
            lay_cases(made, template / "filer", some_cases())
        finally:
            made.close()

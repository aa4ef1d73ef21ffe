"""An installation to measure in: the example municipality, on a real disk, with a mailbox on a real Dovecot."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.testing.dovecot import Dovecot
    from robot.config import Settings

NAME = "solvik"
SOURCE = "epost"

_RULES = """\
språk: 1
regler:
  - regel: måling-ny-sak
    navn: Målingens egen sak for hver post
    prioritet: 95
    modus: auto
    eier: plan@solvik.example
    hvis: {emne: {inneholder: målesak}}
    hent: {gnr_bnr: matrikkel}
    så:
      sak: {samlesak: "Målesak {gnr_bnr}", ny: {enhet: PLAN, tilgang: åpen}}
      journalpost: {type: I, tittel: "Målesak – {gnr_bnr}", tilgang: åpen}
      fordel_til: PLAN
    eksempler:
      treffer: [{emne: "Målesak gnr. 12 bnr. 345"}]
      treffer_ikke: [{emne: "Målinger gnr. 12 bnr. 345"}]
"""


def now() -> datetime:
    """The clock that is handed on."""
    return datetime.now(UTC)


def make(folder: Path, server: Dovecot | None, *, user: str) -> Path:
    """Makes the installation and returns its configuration file; with ``server``, ``user``'s mailbox is a source."""
    from connectors.testing.dovecot import PASSWORD
    from robot.init import init

    made = init(folder, example=True, now=now)
    (folder / "regler" / "maaling.yaml").write_text(_RULES, encoding="utf-8")
    if server is not None:
        secret = folder / "postkasse.passord"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o600)
        with made.config.open("a", encoding="utf-8") as file:
            file.write(
                f'\n[organisasjon.{NAME}.kilde.{SOURCE}]\ntype = "imap"\nvert = "localhost"\nport = {server.imaps_port}\n'
                f'ca_fil = "{server.ca_file}"\nbruker = "{user}"\npassord = {{ fil = "postkasse.passord" }}\n'
            )
    return made.config


def settings(config: Path) -> Settings:
    """The settings of an installation."""
    from robot.load_config import load_settings

    return load_settings(config, environ=dict(os.environ), need_secrets=True)


def kind_of_disk(folder: Path) -> str:
    """The file system a folder is on, by /proc/mounts; the longest mount point that holds it."""
    best = ("", "?")
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _, place, kind, *_ = line.split(" ")
        if folder.resolve().is_relative_to(place) and len(place) > len(best[0]):
            best = (place, kind)
    return best[1]

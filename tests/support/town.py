"""An installation as ``postrobot init`` makes it, on disk: folder source, embedded archive, mail laid in a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from robot.build import office_of
from robot.config import Settings
from robot.errands import run_errands
from robot.init import init
from robot.journey import walk
from robot.load_config import load_settings
from robot.office import Office
from robot.reading.dispatch import ReadingRoom
from robot.stages.collect import collect
from tests.support.house import CATCH_ALL, rules_text
from tests.support.stores import Clock

NAME = "kommune"
MORE = """
[organisasjon.kommune.epost]
type = "mappe"
mappe = "ut"
avsender = "postrobot@solvik.example"

[organisasjon.kommune.videresending]
kanaler = ["epost"]
domener = ["solvik.example"]
"""
INVOICE = """\
  - regel: faktura
    navn: Faktura
    prioritet: 10
    modus: auto
    hvis: {emne: faktura}
    så: {videresend: {til: regnskap@solvik.example, kanal: epost, grunn: faktura}}
"""


def lay_out(folder: Path, clock: Clock, *, rules: str = "", more: str = MORE) -> Path:
    """Makes the installation; returns its configuration file. A file is taken as soon as it is there."""
    init(folder, example=False, now=clock.utc)
    (folder / "regler" / "alt.yaml").write_text(rules or rules_text(INVOICE, CATCH_ALL), encoding="utf-8")
    config = folder / "config.toml"
    text = config.read_text(encoding="utf-8")
    text = text.replace('mappe = "inn"\n', 'mappe = "inn"\nstille_sekunder = 0\nvent_sekunder = 0\n')
    text = text.replace('logg = "konsoll"\n', 'logg = "json"\n\n[robot.grenser]\ndiskreserve_mb = 0\n')
    config.write_text(text + more, encoding="utf-8")
    return config


@dataclass(slots=True)
class Town:
    """One installation on disk, worked on from one thread."""

    folder: Path
    clock: Clock
    room: ReadingRoom

    def copy(self, to: Path) -> Town:
        """The same installation in another place, with a clock of its own."""
        shutil.copytree(self.folder, to)
        return Town(to, Clock(self.clock.at), self.room)

    @property
    def settings(self) -> Settings:
        """The configuration."""
        return load_settings(self.folder / "config.toml", environ={})

    @property
    def inbox(self) -> Path:
        """The watched folder."""
        return self.folder / "inn"

    @contextmanager
    def office(self) -> Iterator[Office]:
        """The organisation in running order, as a process has it."""
        office = office_of(self.settings, NAME, room=self.room, now=self.clock.utc)
        try:
            yield office
        finally:
            office.close()

    def work(self, office: Office) -> None:
        """Everything that can be done now."""
        for desk in office.desks.values():
            list(collect(office, desk))
        while True:
            with office.store.read() as reads:
                due = reads.due(100)
            if not due:
                break
            for seq in due:
                walk(seq, office)
        run_errands(office)

    def files(self, place: str) -> list[str]:
        """Names of the files at a place (``journalført`` …)."""
        return sorted(p.name for p in (self.folder / place).rglob("*") if p.is_file())

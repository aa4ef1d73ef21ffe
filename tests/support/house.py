"""An organisation in running order whose outside is in memory: a source, an archive that makes trouble on demand, a mailer.

The store, the rules, the sandbox and the journey are the real ones.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping

from connectors.testing.mailers import MemoryMailer
from connectors.testing.memory_archive import MemoryArchive, Trouble
from connectors.testing.memory_source import MemoryPlace, MemorySource
from connectors.testing.memory_unit import MemoryUnit
from models.archive import ArchiveWrite, OurKey
from models.organisation import Organisation, Tilgangskode
from models.store import Store, StoreAddress, open_store
from models.store.effect_tx import Effect
from robot.journey import Step, walk
from robot.office import Desk, Office, VirusWatch
from robot.reading.dispatch import ReadingRoom
from robot.rules_in_force import RulesInForce
from robot.stages.collect import collect
from tests.support.stores import ORGNR, Clock

UNITS = (
    "orgnr,kode,navn,arkivdel,klasse,saksansvarlig\n"
    f"{ORGNR},ARKIV,Arkivet,SAK,000,ufordelt\n,PLAN,Plan og bygg,SAK,000,ufordelt\n"
)

CATCH_ALL = """\
  - regel: alt
    navn: Alt legges i én sak
    prioritet: -100
    modus: auto
    så:
      sak: {samlesak: "Post {år}", ny: {tilgang: åpen}}
      journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
      fordel_til: ARKIV
"""
"""The rule of most tests: everything readable becomes J in one case."""


def rules_text(*rules: str) -> str:
    """A rule file of these entries."""
    return "språk: 1\nregler:\n" + "".join(rules)


def mail(
    subject: str = "Søknad",
    *,
    text: str = "Vi søker om noe.",
    sender: str = "Kari Eksempel <kari@avsender.example>",
    message_id: str | None = "<1@avsender.example>",
    more: str = "",
) -> bytes:
    """A plain message; ``message_id`` None leaves that header out."""
    head = [f"From: {sender}"] if sender else []
    head += [f"To: post@solvik.example\nSubject: {subject}\nDate: Mon, 23 Nov 2026 10:00:00 +0100"]
    head += [f"Message-ID: {message_id}"] if message_id is not None else []
    head += ["MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8"]
    return ("\n".join(head) + "\n" + more + "\n" + text + "\n").encode()


@dataclass(slots=True)
class Ledger:
    """What the archive was asked for, in order, and what goes wrong with it."""

    asked: list[tuple[str, str]]
    troubles: dict[str, list[Trouble | None]]

    def __call__(self, write: ArchiveWrite, key: OurKey) -> Trouble | None:
        self.asked.append((write.kind, key))
        waiting = self.troubles.get(write.kind)
        return waiting.pop(0) if waiting else None


class House:
    """One organisation. ``office`` may be made anew on the same places, as after a restart (:meth:`restart`)."""

    def __init__(
        self,
        folder: Path,
        room: ReadingRoom,
        *,
        rules: str = "",
        clock: Clock | None = None,
        archive: Mapping[str, Any] | None = None,
        name: str = "solvik",
        address: StoreAddress | None = None,
        virus: VirusWatch | None = None,
        **org: Any,
    ) -> None:
        self.folder = folder
        self.clock = clock or Clock()
        self.place = MemoryPlace()
        self.unit = MemoryUnit()
        self.unit.seed("SAK", klasser=("000",))
        self.ledger = Ledger([], {})
        self.mailer = MemoryMailer(now=self.clock.utc)
        self.archive_options = dict(archive or {})
        self.virus = virus
        self._room, self._name = room, name
        self._address = address or StoreAddress.sqlite(folder / "state" / "robot.db")
        self._org = Organisation(
            orgnr=ORGNR,
            name="Solvik kommune",
            own_domains=("solvik.example",),
            tilgangskoder={"UO": Tilgangskode(kode="UO", navn="Unntatt offentlighet")},
            forward_channels=("epost",),
            forward_domains=("solvik.example",),
            **org,
        )
        (folder / "regler").mkdir(parents=True)
        (folder / "regler" / "enheter.csv").write_text(UNITS, encoding="utf-8")
        self.write_rules(rules or rules_text(CATCH_ALL))
        self.office = self._open()

    def write_rules(self, text: str) -> None:
        """Replaces the rule file; in force after ``office.rules.refresh()``."""
        (self.folder / "regler" / "regler.yaml").write_text(text, encoding="utf-8")

    @property
    def store(self) -> Store:
        """The organisation's store."""
        return self.office.store

    def restart(self) -> None:
        """A new office on the same state, as after the process died."""
        self.office.store.close()
        self.office = self._open()

    def copy(self, folder: Path) -> House:
        """The same organisation in another folder, with an archive and a clock of its own. The store must be closed."""
        shutil.copytree(self.folder, folder)
        other = copy.copy(self)
        other.folder, other.clock, other.unit = folder, Clock(self.clock.at), copy.deepcopy(self.unit)
        other.ledger, other.mailer = Ledger([], {}), MemoryMailer(now=other.clock.utc)
        other._address = StoreAddress.sqlite(folder / "state" / "robot.db")
        other.office = other._open()
        return other

    def _open(self) -> Office:
        store = open_store(self._address, orgnr=ORGNR, folder=self.folder / "state", version="test", now=self.clock)
        archive = MemoryArchive(self.unit, now=self.clock.utc, trouble=self.ledger, hang_s=0.0, **self.archive_options)
        rules = RulesInForce([self.folder / "regler"], self._org, store)
        rules.refresh()
        return Office(
            name=self._name,
            org_base=self._org,
            store=store,
            archive=archive,
            mailer=self.mailer,
            desks={
                "inn": Desk(
                    name="inn",
                    channel="epost",
                    intake=MemorySource(self.place),
                    tell=MemorySource(self.place),
                    listener=lambda: MemorySource(self.place),
                )
            },
            rules=rules,
            room=self._room,
            post_limit_bytes=10 * 1024 * 1024,
            disk_reserve_bytes=0,
            virus=self.virus,
        )

    def deliver(self, *contents: bytes) -> None:
        """Lays post in the inbox."""
        for content in contents:
            self.place.deliver("brev.eml", content, self.clock.utc())

    def collect(self) -> list[int]:
        """Takes in what waits; returns the sequence numbers."""
        return list(collect(self.office, self.office.desks["inn"]))

    def take(self, *contents: bytes) -> list[Step]:
        """Post from delivery as far as it can go now."""
        self.deliver(*contents)
        return [walk(seq, self.office) for seq in self.collect()]

    def walk_due(self) -> list[Step]:
        """Everything that is due, once round."""
        with self.store.read() as reads:
            due = reads.due(100)
        return [walk(seq, self.office) for seq in due]

    def row(self, seq: int = 1) -> RowMapping:
        """A post as the store lists it."""
        with self.store.read() as reads:
            row = reads.row(seq)
        assert row is not None
        return row

    def effects(self, seq: int = 1) -> dict[str, Effect]:
        """A post's effects by the role in their key."""
        with self.store.read() as reads:
            return {effect.key.rpartition("-")[2]: effect for effect in reads.effects_of(seq)}

    def made(self, kind: str) -> Sequence[str]:
        """Keys of the things of a kind that came to be in the archive, doubles too."""
        return [key for key, made, _ in self.unit.made if made == kind]

    def asked(self, kind: str) -> int:
        """How often the archive was asked for a kind of write."""
        return sum(1 for asked, _ in self.ledger.asked if asked == kind)

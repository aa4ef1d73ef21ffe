"""Answers, deadlines and double registrations from the night in the embedded archive to the person at the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from connectors.arkiv.archive import EmbeddedArchive
from models.archive import SakQuery
from models.noark import Avskrivningsmaate, Journalstatus
from models.omsorg import Sak
from models.store import Store
from models.store.effect_tx import EffectKind
from models.store.tables import effect
from robot import build
from robot.build import offices
from robot.caretaking.varsling import warn
from robot.cli import main
from robot.config import Settings
from robot.load_config import load_settings
from robot.verify import verify
from tests.support.caretown import entry, lay_cases
from tests.support.stores import Clock
from tests.support.town import MORE, NAME, lay_out

SWITCHED_ON = """
[organisasjon.kommune.omsorg]
utfoer = ["avskriv"]
varsle_enheter = true
varsle_ellers = ["arkiv@solvik.example"]
lenke = "https://arkiv.example/{journalpost}"
"""
RULES = """\
språk: 1
regler:
  - regel: frist-prøve
    navn: Svarfristen
    gjelder: journalpost
    hvis: {avskrevet: nei, mottatt_dato: {finnes: ja}}
    så: {frist: {uker: 3, fra: mottatt_dato, varsle: {uker: 1}, hjemmel: fvl. § 11 a}}
"""
NES, OLA = "Nes Eksempel", "Ola Prøve"
INSIDE = {"type": "IM", "navn": "Arkivet", "enhet": "ARKIV"}


def letter(number: int, tittel: str, fra: str = NES, **more: Any) -> dict[str, Any]:
    return entry(number, "I", tittel=tittel, parter=[{"type": "EA", "navn": fra}, INSIDE], **more)


def answer(number: int, tittel: str, til: str = NES, **more: Any) -> dict[str, Any]:
    return entry(number, "U", "E", tittel=tittel, parter=[{"type": "EM", "navn": til}], **more)


CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "2026/1": ("B", [letter(1, "Søknad om brygge"), answer(2, "Svar på søknad om brygge")]),
    "2026/2": ("B", [letter(1, "Spørsmål om vei"), answer(2, "Om saken"), answer(3, "Vedtak")]),
    "2026/3": ("B", [letter(1, "Klage på gebyr", OLA, dokumentets_dato="2026-01-10")]),
    "2026/4": ("B", [letter(1, "Klage på gebyr", OLA, dokumentets_dato="2026-01-10")]),
    "2026/5": ("A", []),
}


class Place:
    """An installation on disk, used by its commands."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.clock = Clock(datetime.fromisoformat("2026-01-28T10:00:00+00:00").timestamp())
        self.config = lay_out(folder / "sted", self.clock, more=MORE + SWITCHED_ON)
        (folder / "sted" / "regler" / "frist.yaml").write_text(RULES, encoding="utf-8")
        self.settings: Settings = load_settings(self.config, environ={})
        self.capsys = capsys
        archive = self.archive()
        lay_cases(archive, folder / "filer", {number: (status, list(some)) for number, (status, some) in CASES.items()})
        archive.close()

    def archive(self) -> EmbeddedArchive:
        return cast(EmbeddedArchive, build.archive(self.settings, NAME, now=self.clock.utc))

    def night(self) -> None:
        assert 0 == main(["--config", str(self.config), "run", "--job", "saksomsorg"])
        self.capsys.readouterr()

    def cases(self, *words: str, code: int = 0) -> str:
        assert code == main(["--config", str(self.config), "cases", *words])
        out = self.capsys.readouterr()
        return out.out or out.err

    def sak(self, number: str) -> Sak:
        archive = self.archive()
        try:
            (found,) = archive.find_saksmapper(SakQuery(saksnummer=number))
            return archive.saker([found.ref.system_id])[0]
        finally:
            archive.close()

    def verified(self) -> list[str]:
        archive = self.archive()
        try:
            found = self.look(lambda store: verify(store, archive))
            return [f"{one.name}: {why}" for one in found if not one.ok for why in one.examples or ("",)]
        finally:
            archive.close()

    def look(self, ask: Callable[[Store], Any]) -> Any:
        store = build.store(self.settings, NAME, now=self.clock.utc)
        try:
            return ask(store)
        finally:
            store.close()


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Place:
    return Place(tmp_path, capsys)


def signed_off(sak: Sak, number: int = 1) -> list[tuple[Avskrivningsmaate, str | None]]:
    numbers = {one.post.system_id: one.post.number for one in sak.innfoersler}
    return [(a.maate, numbers.get(a.avskrives_av or "")) for a in sak.innfoersler[number - 1].avskrivninger]


def test_the_night_signs_off_what_is_certain_and_a_person_the_rest_with_one_command(place: Place) -> None:
    place.night()
    assert [(Avskrivningsmaate.BREV, "2026/1-2")] == signed_off(place.sak("2026/1"))
    assert [] == signed_off(place.sak("2026/2"))
    (told,) = [json.loads(line) for line in place.cases("proposals", "--json").splitlines()]
    assert ("2026/2-1", ["flere_svar"], "2026/2-2, 2026/2-3") == (told["journalpost"], told["codes"], told["answers"])
    assert "2026/2-3" in place.cases("signoff", "2026/2-1", code=2)
    assert "Det er gjort" in place.cases("signoff", "2026/2-1", "--svar", "2026/2-3")
    assert [(Avskrivningsmaate.BREV, "2026/2-3")] == signed_off(place.sak("2026/2"))
    place.night()
    assert "" == place.cases("proposals", "--json").strip()
    assert [] == place.verified()


def test_a_second_night_changes_nothing(place: Place) -> None:
    place.night()
    before = place.look(_effects)
    place.night()
    assert before == place.look(_effects) and [] == place.verified()


def test_restanser_are_told_by_unit_and_never_by_name(place: Place) -> None:
    place.night()
    found = json.loads(place.cases("restanser", "--json"))["organisations"][NAME]
    assert [("ARKIV", 3)] == [(one["code"], one["total"]) for one in found["units"]]
    assert ["2026/2-1", "2026/3-1", "2026/4-1"] == sorted(one["journalpost"] for one in found["entries"])
    assert {"2026-02-02"} == {one["frist"] for one in found["entries"]}
    text = place.cases("restanser", "--liste") + place.cases("restanser", "--csv")
    assert "2026/3-1" in text and not [name for name in (NES, OLA, "Eva", "gebyr") if name in text]
    assert [] == json.loads(place.cases("restanser", "--json", "--type", "N"))["organisations"][NAME]["units"]
    assert "bare I og N" in place.cases("restanser", "--type", "U", code=2)


def test_a_unit_is_told_once_of_each_deadline_that_is_near_with_numbers_only(place: Place) -> None:
    place.night()
    with offices(place.settings, now=place.clock.utc) as (office,):
        with office.store.write() as tx:  # what the night's own clock planned is not what is tried here
            tx.conn.execute(effect.delete().where(effect.c.kind == EffectKind.MAIL))
        _told_anew(office.store)
        assert "3 frister varslet i 1 e-poster" == warn(office)
        assert "0 frister varslet i 0 e-poster" == warn(office)
    (mail,) = place.look(_mails)
    assert ["arkiv@solvik.example"] == mail["to"]
    assert "2026/3-1  02.02.2026  Svarfristen (fvl. § 11 a)\n    https://arkiv.example/2026/3-1" in mail["text"]
    assert not [name for name in (NES, OLA, "gebyr", "vei") if name in mail["text"] + mail["subject"]]


def test_one_letter_registered_twice_is_merged_when_a_person_says_so(place: Place) -> None:
    place.night()
    (pair,) = [json.loads(line) for line in place.cases("duplicates", "--json").splitlines()]
    assert ("2026/3-1", "2026/4-1", ["brev"]) == (pair["earlier"], pair["later"], pair["likeness"])
    assert Journalstatus.JOURNALFOERT is place.sak("2026/4").innfoersler[0].post.status
    assert "Det er gjort" in place.cases("merge", pair["id"])
    assert Journalstatus.UTGAAR is place.sak("2026/4").innfoersler[0].post.status
    assert Journalstatus.JOURNALFOERT is place.sak("2026/3").innfoersler[0].post.status
    assert ("2026/3",) == place.sak("2026/4").kryssreferanser
    assert "alt besvart" in place.cases("merge", pair["id"], code=2)
    place.night()
    assert "" == place.cases("duplicates", "--json").strip()
    assert [] == place.verified()


def test_two_letters_that_only_look_alike_are_not_asked_about_again(place: Place) -> None:
    place.night()
    (pair,) = [json.loads(line) for line in place.cases("duplicates", "--json").splitlines()]
    place.cases("keep", pair["id"])
    assert "alt besvart" in place.cases("keep", pair["id"], code=2)
    assert 0 == main(["--config", str(place.config), "cases", "journal", "--full"])
    place.capsys.readouterr()
    assert "" == place.cases("duplicates", "--json").strip()


def test_an_entry_is_moved_and_what_blocks_a_move_is_named(place: Place) -> None:
    place.night()
    blocked = place.cases("move", "2026/1-1", "--til", "2026/5", code=2)
    assert "2026/1-2, som blir igjen" in blocked and "2026/5, er avsluttet" in blocked
    assert "Det er gjort" in place.cases("move", "2026/4-1", "--til", "2026/3")
    assert ["2026/3-1", "2026/3-2"] == [one.post.number for one in place.sak("2026/3").innfoersler]
    assert "Det er gjort" in place.cases("remark", "2026/3-2", "Kom i feil sak")
    assert "Det er gjort" in place.cases("link", "2026/3", "2026/4")
    assert ("2026/4",) == place.sak("2026/3").kryssreferanser
    assert "viser alt til" in place.cases("link", "2026/3", "2026/4", code=2)
    assert "finnes ikke" in place.cases("remark", "2026/3-9", "x", code=2)
    assert [] == place.verified()


def _effects(store: Store) -> list[tuple[str, str]]:
    with store.read() as reads:
        rows = reads.conn.execute(effect.select().order_by(effect.c.seq)).mappings().all()
    return [(row["key"], row["state"]) for row in rows if row["kind"] == EffectKind.CARE]


def _mails(store: Store) -> list[dict[str, Any]]:
    with store.read() as reads:
        rows = reads.conn.execute(effect.select().where(effect.c.kind == EffectKind.MAIL)).mappings().all()
    return [json.loads(row["request"]) for row in rows]


def _told_anew(store: Store) -> None:
    from models.store.waiting_tables import restanse_frist

    with store.write() as tx:
        tx.conn.execute(restanse_frist.update().values(told_at=None))

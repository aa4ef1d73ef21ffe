"""``init`` makes a folder that works at once; ``check`` says everything that is wrong."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest

from connectors.arkiv.archive import EmbeddedArchive
from models.archive import NySaksmappe, OurKey
from robot import check
from robot.cli import main
from robot.init import SYNTHETIC_ORGNR

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert 0 == main(["init", str(tmp_path / "mappe")])
    return tmp_path / "mappe"


def config(folder: Path) -> list[str]:
    return ["--config", str(folder / "config.toml")]


def replaced(folder: Path, old: str, new: str) -> None:
    file = folder / "config.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_init_lays_configuration_state_rules_and_inbox(folder: Path) -> None:
    assert {"config.toml", "state", "regler", "inn"} == {path.name for path in folder.iterdir()}
    register = (folder / "regler" / "enheter.csv").read_text(encoding="utf-8").splitlines()
    assert "orgnr,kode,navn,arkivdel,klasse,saksansvarlig" == register[0]
    assert [f"{SYNTHETIC_ORGNR},ARKIV,Arkivet,SAK,000,ufordelt"] == register[1:]


def test_others_cannot_look_into_the_state(folder: Path) -> None:
    assert 0 == (folder / "state").stat().st_mode & 0o077
    assert 0 == (folder / "config.toml").stat().st_mode & 0o007


@pytest.mark.parametrize("arkivdel", ["SAK", "BYGG", "PERS", "ELEV"])
def test_the_archive_takes_a_case_in_every_arkivdel(folder: Path, arkivdel: str) -> None:
    archive = EmbeddedArchive(folder / "state" / SYNTHETIC_ORGNR, now=lambda: NOW)
    case = NySaksmappe(
        tittel="Sak",
        offentlig_tittel="Sak",
        arkivdel=arkivdel,
        klasse="000",
        administrativ_enhet="ARKIV",
        saksansvarlig="ufordelt",
    )
    assert archive.submit(case, OurKey(f"pr-test-{arkivdel}-sak")).number
    archive.close()


def test_what_init_made_passes_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert 0 == main([*config(folder), "check", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["ok"]
    assert not [line for line in told["checks"] if line["level"] != "ok"]


@pytest.mark.parametrize("name", ["config.toml", "state", "regler", "inn"])
def test_init_never_writes_over_anything(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mappe").mkdir()
    there = tmp_path / "mappe" / name
    there.write_text("mitt") if name.endswith(".toml") else there.mkdir()
    assert 2 == main(["init", str(tmp_path / "mappe")])
    said = capsys.readouterr().err
    assert name in said
    assert 1 == len(said.strip().splitlines())
    assert [name] == [path.name for path in (tmp_path / "mappe").iterdir()]


def test_init_into_a_file_or_a_closed_folder_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fil").write_text("x")
    assert 2 == main(["init", str(tmp_path / "fil")])
    assert 2 == main(["init", str(tmp_path / "fil" / "under")])
    assert 2 == len(capsys.readouterr().err.strip().splitlines())


def test_init_keeps_other_files_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "notat.txt").write_text("mitt")
    assert 0 == main(["init", str(tmp_path)])
    assert "mitt" == (tmp_path / "notat.txt").read_text()


def test_the_example_is_laid_there_to_be_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["init", str(tmp_path / "mappe"), "--example"])
    assert list((tmp_path / "mappe" / "regler").rglob("*.yaml"))
    assert not list((tmp_path / "mappe" / "regler").rglob("*.py"))
    capsys.readouterr()
    assert 0 == main([*config(tmp_path / "mappe"), "check"]), capsys.readouterr().out


# --- check -------------------------------------------------------------------------------------------------------


def test_check_has_heading_line_and_next_step(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(folder / "inn")
    capsys.readouterr()
    assert 1 == main([*config(folder), "check"])
    shown = capsys.readouterr().out
    assert " Grunnlag\n  ok    Oppsett" in shown
    assert "  FEIL  inn" in shown
    assert "-> " in shown
    assert "1 feil" in shown


def test_check_tells_every_fault_of_the_configuration_and_exits_3(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced(folder, 'logg = "konsoll"', 'logg = "konsol"\ntrader = 2')
    capsys.readouterr()
    assert 3 == main([*config(folder), "check"])
    said = capsys.readouterr()
    assert "robot.logg" in said.err
    assert "robot.trader" in said.err
    assert "Mente du «traader»?" in said.err
    assert 3 == main([*config(folder), "check", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert {"robot.logg", "robot.trader"} == {fault["key"] for fault in told["faults"]}


def test_check_misses_a_secret_that_a_listing_does_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replaced(
        folder,
        "[organisasjon.kommune.arkiv]",
        '[organisasjon.kommune.kilde.post]\ntype = "imap"\nvert = "imap.x.example"\nbruker = "a"\n'
        'passord = { variabel = "FINNES_IKKE_HER" }\n\n[organisasjon.kommune.arkiv]',
    )
    assert 3 == main([*config(folder), "check"])
    assert "FINNES_IKKE_HER" in capsys.readouterr().err
    assert 0 == main([*config(folder), "rules", "lint"])


def test_check_finds_a_fault_in_the_rules(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "regler" / "feil.yaml").write_text("språk: 1\nregler:\n- regel: a\n  hvs: {}\n", encoding="utf-8")
    capsys.readouterr()
    assert 1 == main([*config(folder), "check"])
    assert "postrobot rules lint" in capsys.readouterr().out


def test_check_finds_tesseract_lacking(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    capsys.readouterr()
    assert 1 == main([*config(folder), "check"])
    assert "apt install tesseract-ocr" in capsys.readouterr().out


def test_check_finds_a_language_lacking(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replaced(folder, "[robot]", "[robot]\ngrenser = { ocr_spraak = 'nor+xyz' }")
    capsys.readouterr()
    assert 1 == main([*config(folder), "check"])
    assert "tesseract-ocr-xyz" in capsys.readouterr().out


def test_check_warns_of_robot_framework(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = metadata.distribution
    monkeypatch.setattr(
        check.metadata, "distribution", lambda name: real("pytest") if name == "robotframework" else real(name)
    )
    capsys.readouterr()
    assert 0 == main([*config(folder), "check"])
    assert "ADV." in capsys.readouterr().out


def test_check_finds_too_little_room_on_the_disk(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replaced(folder, "[robot]", "[robot]\ngrenser = { diskreserve_mb = 999999999 }")
    capsys.readouterr()
    assert 1 == main([*config(folder), "check"])
    assert "rydd på disken" in capsys.readouterr().out


def test_check_asks_the_network_only_when_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replaced(
        folder,
        "[organisasjon.kommune.arkiv]",
        '[organisasjon.kommune.epost]\ntype = "smtp"\nvert = "127.0.0.1"\nport = 1\nkryptering = "ingen"\n'
        'avsender = "r@x.example"\n\n[organisasjon.kommune.arkiv]',
    )
    assert 0 == main([*config(folder), "check"])
    assert 1 == main([*config(folder), "check", "--nett"])
    assert "127.0.0.1" in capsys.readouterr().out

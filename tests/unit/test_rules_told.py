"""Broken rule files are told of where people look: status, report and the service's own look; and samples beside rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from robot.cli import main

GOOD = "språk: 1\nregler:\n- {regel: a, eier: e, hvorfor: h, hvis: {emne: {inneholder: brev}}, så: {til_menneske: x}}\n"


@pytest.fixture
def house(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "hus"
    assert 0 == main(["init", str(folder)])
    (folder / "regler" / "regler.yaml").write_text(GOOD, "utf-8")
    assert 0 == main(["--config", str(folder / "config.toml"), "run", "--once"])
    capsys.readouterr()
    return folder


def test_status_and_report_say_which_file_and_line_keeps_new_rules_out(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = str(house / "config.toml")
    (house / "regler" / "regler.yaml").write_text(GOOD.replace("hvis", "hvs"), "utf-8")
    assert 0 == main(["--config", config, "status"])
    assert "regler.yaml:3:" in capsys.readouterr().out
    assert 0 == main(["--config", config, "status", "--json"])
    rules = json.loads(capsys.readouterr().out)["rules"]
    assert rules["refused"]["errors"] >= 1 and rules["hash"] and rules["waiting"] is None
    assert 0 == main(["--config", config, "report", "--json"])
    assert any("regler.yaml:3:" in trouble for trouble in json.loads(capsys.readouterr().out)["troubles"])
    (house / "regler" / "regler.yaml").write_text(GOOD, "utf-8")
    assert 0 == main(["--config", config, "status", "--json"])
    assert json.loads(capsys.readouterr().out)["rules"]["refused"] is None


def test_a_letter_as_pdf_is_an_example_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from robot.demo.paper import pdf

    folder = tmp_path / "regler"
    folder.mkdir()
    (folder / "brev.pdf").write_bytes(pdf("# Varsel\nDette er et nabovarsel for gnr. 12 bnr. 345.\n", title="Varsel"))
    rule = GOOD.replace("emne: {inneholder: brev}", "tekst: {inneholder: nabovarsel}")
    with_sample = rule.replace("så:", "eksempler: {treffer: [{fil: brev.pdf}]}, så:")
    (folder / "a.yaml").write_text(with_sample, "utf-8")
    assert 0 == main(["rules", "test", str(folder)]), capsys.readouterr().out
    (folder / "a.yaml").write_text(with_sample.replace("nabovarsel", "skjenkebevilling"), "utf-8")
    assert 1 == main(["rules", "test", str(folder)])
    assert "R301" in capsys.readouterr().out


def test_a_known_gap_is_reported_and_fails_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = GOOD.replace("så:", "eksempler: {burde_truffet: [{emne: et brevkort}]}, så:")
    (tmp_path / "a.yaml").write_text(rule, "utf-8")
    assert 0 == main(["rules", "test", str(tmp_path)])
    assert "1 kjent mangel" in capsys.readouterr().out
    (tmp_path / "a.yaml").write_text(rule.replace("brevkort", "brev"), "utf-8")
    assert 0 == main(["rules", "test", str(tmp_path)])
    assert "R413" in capsys.readouterr().out

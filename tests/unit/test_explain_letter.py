"""``explain`` at three depths, and of a letter the robot never had: a file, or words on the command line. Writes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from robot.cli import main

RULES = """\
språk: 1
regler:
- regel: klage
  navn: Klage til arkivet
  eier: e
  hvorfor: h
  hvis: {emne: {inneholder: klage}, avsender.domene: x.example}
  hent: {saksnr: {type: saksnummer, krav: valgfri}}
  så:
    sak: {samlesak: "Klager {år}", ny: {enhet: ARKIV, tilgang: åpen}}
    journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
    fordel_til: ARKIV
- {regel: kort, navn: Postkort, eier: e, hvorfor: h, hvis: {emne: {inneholder: postkort}}, så: {til_menneske: x}}
"""
LETTER = "From: Ola <ola@x.example>\nSubject: Klage over 2026/12\nMIME-Version: 1.0\n\nHei\n"


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forklar") / "hus"
    assert 0 == main(["init", str(folder)])
    config = folder / "config.toml"
    config.write_text(
        config.read_text("utf-8").replace('type = "mappe"\n', 'type = "mappe"\nstille_sekunder = 0.0\n', 1)
    )
    (folder / "regler" / "regler.yaml").write_text(RULES, "utf-8")
    (folder / "inn" / "a.eml").write_text(LETTER, "utf-8")
    assert 0 == main(["--config", str(config), "run", "--once"])
    return folder


@pytest.fixture
def say(worked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    shutil.copytree(worked, tmp_path / "hus")

    def run(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(["--config", str(tmp_path / "hus" / "config.toml"), *words])
        said = capsys.readouterr()
        return code, said.out or said.err

    return run


def post(say: Any) -> str:
    return str(json.loads(say("list", "--json")[1].splitlines()[0])["id"])


def test_the_depths_tell_more_and_more(say: Any) -> None:
    name = post(say)
    short, usual, every = (say("explain", name, *words)[1] for words in (["--kort"], [], ["--alt"]))
    assert len(short) < len(usual) < len(every)
    for shown in (short, usual, every):
        assert "Klage til arkivet" in shown and "REGISTRERT" in shown
    assert "inneholder «klage»" not in short and "inneholder «klage»" in usual
    assert "Postkort" not in usual and "--alt" in usual
    assert "Postkort" in every and "avsender.domene" in every and "2026/12" in every
    assert "ny_journalpost" in every and "ny_journalpost" not in usual
    assert every == say("explain", name, "--alle")[1]
    assert 2 == say("explain", name, "--kort", "--alt")[0]


def test_a_letter_as_a_file_is_read_as_post_is(say: Any, tmp_path: Path) -> None:
    file = tmp_path / "brev.eml"
    file.write_text(LETTER, "utf-8")
    before = say("audit", "verify", "--json")[1]
    code, out = say("explain", "--json", str(file))
    assert 0 == code
    found = json.loads(out)
    assert ("klage", "Klage over 2026/12") == (found["rule"], found["subject"])
    assert ("journalføres", "ARKIV", "åpen") == tuple(found["outcome"][name] for name in ("utfall", "enhet", "tilgang"))
    assert {"saksnr": "2026/12"} == found["captures"]
    assert before == say("audit", "verify", "--json")[1]
    assert 1 == len(say("list", "--json")[1].splitlines())


def test_a_letter_in_a_few_words_is_tried_too(say: Any) -> None:
    words = ["--emne", "Klage", "--fra", "Ola <ola@x.example>"]
    code, out = say("explain", *words)
    assert 0 == code
    assert "JOURNALFØRES" in out and "«Klage til arkivet»" in out and "Ingenting er skrevet" in out
    code, out = say("explain", "--emne", "Klage", "--fra", "ola@y.example")
    assert 0 == code and "TIL ET MENNESKE" in out
    assert "avsender.domene" in out  # the rule that was near, and what was missing
    assert "inneholder" not in say("explain", "--kort", *words)[1]


def test_what_a_detector_marks_is_shut_in_an_invented_letter_as_well(say: Any) -> None:
    words = ["--fra", "ola@x.example", "--emne", "Klage", "--tekst", "Fødselsnummer 15859212381"]
    found = json.loads(say("explain", "--json", *words)[1])
    assert "FNR" in found["facts"].get("funn", "")
    assert "midlertidig" == found["outcome"]["tilgang"]


def test_edited_rules_can_be_asked_before_they_are_in_force(
    say: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POSTROBOT_CONFIG", raising=False)
    folder = tmp_path / "endret"
    folder.mkdir()
    shutil.copy(tmp_path / "hus" / "regler" / "enheter.csv", folder)
    (folder / "a.yaml").write_text(RULES.replace("postkort", "brev"), "utf-8")
    code, out = say("explain", "--regler", str(folder), "--emne", "brev", "--json")
    assert 0 == code and "kort" == json.loads(out)["rule"]
    capsys.readouterr()
    assert 0 == main(["explain", "--regler", str(folder), "--emne", "brev"])
    assert "Postkort" in capsys.readouterr().out
    (folder / "a.yaml").write_text(RULES.replace("hvis", "hvs"), "utf-8")
    code, out = say("explain", "--regler", str(folder), "--emne", "brev")
    assert 2 == code and "har feil" in out


@pytest.mark.parametrize("words", [[], ["finnes-ikke.eml"], ["--regler", "/finnes/ikke", "--emne", "x"]])
def test_what_cannot_be_explained_is_told_in_a_sentence(words: list[str], say: Any) -> None:
    code, out = say("explain", *words)
    assert 2 == code and out.strip()

"""``rules lint --fix``: only what has one right answer, character for character; and never what decides access or place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from robot.cli import main
from robot.mending import mend_files
from robot.rulesets import of_folders

BROKEN = """\
# Klager: se rutinen.
regler:
  - regel: klage   # heter det samme i arkivet
    navn:   "Klage"
    eier: a@solvik.example
    hvorfor: fvl. § 28
    stopp: yes

    hvs: {emen: {inneholdr: klage}}     # tre feil på en linje
    hent: {eiendom: matrikel}
    så: {til_menneske: "Se {eiendom}"}
"""
WHOLE = """\
# Klager: se rutinen.
språk: 1
regler:
  - regel: klage   # heter det samme i arkivet
    navn:   "Klage"
    eier: a@solvik.example
    hvorfor: fvl. § 28
    stopp: ja

    hvis: {emne: {inneholder: klage}}     # tre feil på en linje
    hent: {eiendom: matrikkel}
    så: {til_menneske: "Se {eiendom}"}
"""


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTROBOT_CONFIG", raising=False)


def fixed(folder: Path, raw: bytes) -> bytes:
    file = folder / "a.yaml"
    file.write_bytes(raw)
    mend_files(lambda: of_folders([folder]))
    return file.read_bytes()


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_words_are_mended_and_comments_layout_and_line_ends_stay(ending: str, mark: str, tmp_path: Path) -> None:
    raw = (mark + BROKEN.replace("\n", ending)).encode()
    assert (mark + WHOLE.replace("\n", ending)).encode() == fixed(tmp_path, raw)
    assert of_folders([tmp_path]).errors == 0


def test_the_command_tells_what_it_mended_and_keeps_the_mode(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(BROKEN, "utf-8")
    file.chmod(0o640)
    assert 1 == main(["rules", "lint", str(tmp_path)])
    assert "--fix" in capsys.readouterr().out
    assert BROKEN == file.read_text("utf-8")
    assert 0 == main(["rules", "lint", "--fix", "--json", str(tmp_path)])
    told = json.loads(capsys.readouterr().out)
    words = {("hvs", "hvis"), ("emen", "emne"), ("inneholdr", "inneholder"), ("matrikel", "matrikkel")}
    assert words | {("yes", "ja"), ("", "språk: 1")} == {(one["from"], one["to"]) for one in told["fixed"]}
    assert 0o640 == file.stat().st_mode & 0o777
    assert [] == [fault for fault in told["faults"] if fault["severity"] == "error"]
    assert [file] == list(tmp_path.iterdir())


def test_windows_letters_and_tabs_are_mended(tmp_path: Path) -> None:
    good = "språk: 1\nregler:\n- regel: a\n  navn: Søknad «x»\n  så: {til_menneske: x}\n"
    assert good.encode() == fixed(tmp_path, good.replace("  navn", "\tnavn").encode("cp1252"))


@pytest.mark.parametrize(
    "rule",
    [
        "- {regel: a, modus: autom, hvis: {emne: x}, så: {til_menneske: x}}",
        "- {regel: a, hvis: {emne: x}, så: {avvis: {grunn: reklamme}}}",
        "- {regel: Min-regel, hvis: {emne: x}, så: {til_menneske: x}}",
        "- {regel: a, hvis: {emne: x}, legg_til: {skjerming: {kode: '13', hjemmel: offl. § 131, skjul: [TRO]}}}",
        "- {regel: a, hvis: {emne: x}, så: {til_menneske: x}, eksempler: {treffer: [{emne: y}]}}",
        "- {regel: a, stopp: kanskje, hvis: {emne: x}, så: {til_menneske: x}}",
        "- {regel: a, hvis: {emne: x, emen: y}, så: {til_menneske: x}}",
        "- {regel: a, hvis: {emne: x}, så: {sak: {samlesak: S}, journalpost: {type: I, tittel: T, tilgang: aapen}}}",
    ],
)
def test_what_decides_is_never_mended(rule: str, tmp_path: Path) -> None:
    raw = f"språk: 1\nregler:\n{rule}\n".encode()
    assert raw == fixed(tmp_path, raw)


def test_another_encoding_and_a_file_that_cannot_be_read_are_left_alone(tmp_path: Path) -> None:
    czech = "regel: Žluťoučký kůň".encode("cp1250")
    for raw in ("regel: ж".encode("utf-16"), czech, b"spr\xc3\xa5k: 1\nregler: [", b"\xff\0\x81"):
        assert raw == fixed(tmp_path, raw)


def test_the_shared_rules_are_never_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "felles").mkdir()
    (tmp_path / "felles" / "a.yaml").write_text(BROKEN, "utf-8")
    monkeypatch.chdir(tmp_path)
    mend_files(lambda: of_folders([Path("felles")]))
    assert BROKEN == (tmp_path / "felles" / "a.yaml").read_text("utf-8")

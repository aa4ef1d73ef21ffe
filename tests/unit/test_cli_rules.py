"""``rules lint|test|list`` and ``explain CODE``: what people and machines get."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from robot.cli import main

GOOD = """\
språk: 1
regler:
- regel: nabovarsel
  navn: Nabovarsel til et menneske
  eier: arkiv@solvik.example
  hvorfor: pbl. § 21-3
  prioritet: 5
  hvis: {emne: {inneholder: nabovarsel}}
  så: {til_menneske: "Se på nabovarselet"}
  eksempler:
    treffer: [{emne: Nabovarsel gnr 1 bnr 2}]
    treffer_ikke: [{emne: Varsel gnr 1 bnr 2}]
"""


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTROBOT_CONFIG", raising=False)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "regler"
    folder.mkdir()
    (folder / "bygg.yaml").write_text(GOOD, encoding="utf-8")
    return folder


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    return dict(json.loads(capsys.readouterr().out))


def test_lint_json_has_the_exact_form(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "bygg.yaml").write_text(
        GOOD.replace("emne: {inneholder: nabovarsel}", "emen: {inneholder: nabovarsel}"), "utf-8"
    )
    assert 1 == main(["rules", "lint", "--json", str(rules)])
    found = told(capsys)
    assert {"files", "rules", "examples", "faults"} == set(found)
    (fault,) = found["faults"]  # type: ignore[misc]
    assert ["file", "line", "column", "code", "severity", "message", "suggestion"] == list(fault)
    assert (8, 10, "R101", "error") == (fault["line"], fault["column"], fault["code"], fault["severity"])
    assert "emne" in fault["suggestion"]


def test_lint_of_good_rules_is_0_and_counts(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["rules", "lint", "--json", str(rules)])
    found = told(capsys)
    assert (1, 1, 2) == (found["files"], found["rules"], found["examples"])


def test_a_warning_alone_is_0(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "bygg.yaml").write_text(GOOD.replace("  eier: arkiv@solvik.example\n", ""), "utf-8")
    assert 0 == main(["rules", "lint", "--json", str(rules)])
    assert ["R401"] == [fault["code"] for fault in told(capsys)["faults"]]  # type: ignore[union-attr,call-overload,index]


def test_lint_shows_place_quote_and_caret(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "bygg.yaml").write_text(GOOD.replace("inneholder: nab", "inneholdr: nab"), "utf-8")
    assert 1 == main(["rules", "lint", str(rules)])
    shown = capsys.readouterr().out
    assert "bygg.yaml:8:" in shown
    assert "^^^^^^^^^" in shown
    assert "Mente du «inneholder»?" in shown
    assert "postrobot explain R" in shown


def test_a_folder_that_is_not_there_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["rules", "lint", str(tmp_path / "finnes-ikke")])
    assert "finnes ikke" in capsys.readouterr().err


def test_an_example_that_does_not_come_true_fails_the_test(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "bygg.yaml").write_text(GOOD.replace("[{emne: Nabovarsel gnr", "[{emne: Nabo gnr"), "utf-8")
    assert 1 == main(["rules", "test", str(rules)])
    shown = capsys.readouterr().out
    assert "R301" in shown
    assert "1 består ikke" in shown


def test_examples_that_hold_pass(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["rules", "test", str(rules)])
    assert "1 regel, 2 eksempler: alle består." in capsys.readouterr().out


def test_a_sample_file_is_read_as_post_is(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    letter = "From: Ola <ola@x.example>\nSubject: Nabovarsel gnr 3 bnr 4\nMIME-Version: 1.0\n\nHei\n"
    (rules / "brev.eml").write_text(letter, "utf-8")
    (rules / "bygg.yaml").write_text(
        GOOD.replace("treffer: [{emne: Nabovarsel gnr 1 bnr 2}]", "treffer: [{fil: brev.eml}]"), "utf-8"
    )
    assert 0 == main(["rules", "test", str(rules)]), capsys.readouterr().out
    (rules / "brev.eml").write_text(letter.replace("Nabovarsel", "Varsel"), "utf-8")
    assert 1 == main(["rules", "test", str(rules)])


def test_list_shows_what_is_in_force_by_preference(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = (
        GOOD.replace("regel: nabovarsel", "regel: annen")
        .replace("prioritet: 5", "prioritet: 9")
        .replace("nabovarsel}", "søknad}")
    )
    (rules / "annen.yaml").write_text(more.replace("Nabovarsel gnr", "Søknad gnr"), "utf-8")
    assert 0 == main(["rules", "list", "--json", str(rules)])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert ["annen", "nabovarsel"] == [row["id"] for row in rows]
    assert "forslag" == rows[0]["modus"]


def test_without_a_folder_the_layers_of_the_configuration_are_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == main(["init", str(tmp_path / "mappe")])
    (tmp_path / "mappe" / "regler" / "bygg.yaml").write_text(GOOD, "utf-8")
    capsys.readouterr()
    assert 0 == main(["--config", str(tmp_path / "mappe" / "config.toml"), "rules", "list"])
    shown = capsys.readouterr().out
    assert "nabovarsel" in shown
    assert "felles" in shown


@pytest.mark.parametrize(
    ("code", "part"), [("R101", "Ukjent nøkkel"), ("r101", "Ukjent nøkkel"), ("no_rule", "Ingen regel traff")]
)
def test_explain_tells_what_a_code_means(code: str, part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["explain", code])
    assert part in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["nabovarsel-hytte"],
        ["leie", "--ord", "leie av «areal»: nå", "--navn", 'Et "navn": med kolon'],
        ["faktura", "--utfall", "videresend", "--til", "regnskap@solvik.example"],
        ["spør", "--utfall", "menneske", "--enhet", "PLAN"],
    ],
)
def test_a_new_rule_loads_and_its_examples_hold(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == main(["rules", "new", words[0], str(tmp_path), *words[1:], "--eier", "arkiv@solvik.example"])
    assert (tmp_path / f"{words[0]}.yaml").is_file()
    capsys.readouterr()
    assert 0 == main(["rules", "test", "--json", str(tmp_path)])
    found = told(capsys)
    assert (1, 1, 2, 0) == (found["files"], found["rules"], found["examples"], found["failed"])
    assert 0 == main(["rules", "lint", "--json", str(tmp_path)])
    assert {"R207"} >= {fault["code"] for fault in told(capsys)["faults"]}  # type: ignore[union-attr,call-overload,index]


def test_a_new_rule_is_never_written_over_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["rules", "new", "a", str(tmp_path)])
    assert 2 == main(["rules", "new", "a", str(tmp_path)])
    assert 2 == main(["rules", "new", "Min Regel", str(tmp_path)])
    assert 2 == main(["rules", "new", "b", str(tmp_path), "--utfall", "noe"])
    assert 2 == main(["rules", "new", "b", str(tmp_path), "--utfall", "videresend"])
    assert 2 == main(["rules", "new", "b", str(tmp_path / "finnes-ikke")])
    assert 0 == main(["rules", "new", "b"])
    assert "regel: b" in capsys.readouterr().out
    assert ["a.yaml"] == [path.name for path in tmp_path.iterdir()]

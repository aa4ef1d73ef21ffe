"""Where the public journal is read: ``check`` and ``doctor`` know it, and ``archive journal`` writes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors.testing.journal_lab import FIRST, sample
from connectors.testing.journal_labs import noark5
from connectors.testing.servers.einnsyn import EInnsynServer
from robot.cli import main


@pytest.fixture
def config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert 0 == main(["init", str(tmp_path / "hus")])
    capsys.readouterr()
    return tmp_path / "hus" / "config.toml"


def view(config: Path, table: str) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(f"{text}\n[organisasjon.kommune.offentlig_journal.x]\n{table}\n", encoding="utf-8")


def looks(config: Path, command: str, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    main(["--config", str(config), command, "--json"])
    told = json.loads(capsys.readouterr().out)
    return [(each["level"], each["text"]) for each in told["checks"] if each["area"].startswith("Offentlig journal")]


def test_check_asks_einnsyn_only_when_it_may_and_doctor_always(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with EInnsynServer() as server:
        view(config, f'type = "einnsyn"\nadresse = "{server.api}"\nenheter = ["310000009"]')
        server.post(sample(1).entry, FIRST)
        assert [("ok", "einnsyn, ikke spurt (spør med --nett)")] == looks(config, "check", capsys)
        assert [] == server.recorded()
        assert ("ok", "svarer, og har journalposter for enheten") in looks(config, "doctor", capsys)


def test_check_reads_a_journal_file_and_says_what_is_wrong_with_it(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "offentligJournal.xml"
    view(config, f'type = "journalfil"\nsti = "{path}"')
    ((level, _),) = looks(config, "check", capsys)
    assert "fault" == level
    path.write_bytes(noark5([sample(1).entry], [()]))
    assert [("ok", "svarer")] == looks(config, "check", capsys)
    path.write_bytes(noark5([sample(1).entry], [()]).replace(b"poster>1<", b"poster>9<"))
    ((_, text),) = looks(config, "check", capsys)
    assert "Journalhodet sier 9 journalposter" in text


def test_the_archives_own_journal_needs_the_embedded_archive_and_an_unknown_kind_is_told(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = config.read_text(encoding="utf-8")
    view(config, 'type = "innebygd"')
    assert "ok" == looks(config, "check", capsys)[0][0]
    config.write_text(before, encoding="utf-8")
    view(config, 'type = "einsyn"')
    assert 3 == main(["--config", str(config), "check"])
    assert "einnsyn" in capsys.readouterr().err


def test_the_journal_of_a_period_is_written_whole_or_not_at_all(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ["--config", str(config), "archive", "journal", "--fra", "2020-01-01", "--til", "2030-12-31"]
    assert 0 == main([*base, "--fil", str(tmp_path / "j.xml")])
    assert not (tmp_path / "j.xml").exists()
    assert "ikke rom for en tom journal" in capsys.readouterr().err
    assert 2 == main(["--config", str(config), "archive", "journal", "--fra", "i går", "--til", "2030-12-31"])
    assert 2 == main(["--config", str(config), "archive", "journal", "--fra", "2030-01-02", "--til", "2030-01-01"])

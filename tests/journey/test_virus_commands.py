"""Virus scanning as the operator and the reviewer meet it: the configuration, ``check``, ``run``, ``review``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import structlog

from connectors.testing.clamd import Clamd
from connectors.testing.fake_clamd import FakeClamd
from robot.check import Level, Line
from robot.check_virus import virus_lines
from robot.cli import main
from robot.init import init
from robot.load_config import load_settings
from tests.journey import hostile_kit as kit
from tests.support.house import mail
from tests.support.stores import Clock
from tests.support.town import MORE, lay_out

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@pytest.fixture
def fake() -> Iterator[FakeClamd]:
    with TemporaryDirectory(prefix="postrobot-") as folder, FakeClamd(Path(folder) / "s").running() as server:
        yield server


def checked(tmp_path: Path, more: str, *, network: bool = False) -> list[Line]:
    made = init(tmp_path / "hus", example=False, now=lambda: NOW)
    made.config.write_text(made.config.read_text(encoding="utf-8") + more, encoding="utf-8")
    settings = load_settings(made.config, environ={})
    (name,) = settings.organisasjon
    return list(virus_lines(settings, name, now=lambda: NOW, network=network))


def section(sokkel: Path) -> str:
    return f'\n[robot.virusskanner]\nsokkel = "{sokkel}"\n'


def test_check_says_that_scanning_is_off(tmp_path: Path) -> None:
    (line,) = checked(tmp_path, "")
    assert Level.OK is line.level
    assert line.text.startswith("av: ")


def test_check_says_that_the_scanner_finds_what_it_should(tmp_path: Path, clamd: Clamd) -> None:
    (line,) = checked(tmp_path, section(clamd.socket_path))
    assert Level.OK is line.level
    assert line.text.endswith("svarer og finner EICAR")


def test_check_asks_over_the_network_only_when_it_may(tmp_path: Path, clamd: Clamd) -> None:
    more = f'\n[robot.virusskanner]\nvert = "127.0.0.1"\nport = {clamd.port}\n'
    assert ["ikke spurt (spør med --nett)"] == [line.text for line in checked(tmp_path / "a", more)]
    (line,) = checked(tmp_path / "b", more, network=True)
    assert line.text.endswith("svarer og finner EICAR")


def test_check_tells_of_a_scanner_that_is_gone(tmp_path: Path) -> None:
    (line,) = checked(tmp_path, section(tmp_path / "ingen"))
    assert Level.FAULT is line.level
    assert "svarer ikke" in line.text


def test_check_tells_of_a_scanner_that_finds_nothing(tmp_path: Path, fake: FakeClamd) -> None:
    (line,) = checked(tmp_path, section(fake.path))
    assert Level.FAULT is line.level
    assert "finner ikke prøveviruset" in line.text


def test_check_tells_of_old_signatures(tmp_path: Path, fake: FakeClamd) -> None:
    fake.answer = lambda content: b"stream: Eicar FOUND\0"
    fake.version = b"ClamAV 1.4.3/27400/Mon Oct 5 09:35:12 2026\0"
    (line,) = checked(tmp_path, section(fake.path))
    assert (Level.WARNING, "virussignaturene er 49 dager gamle") == (line.level, line.text)


def test_check_warns_of_post_in_the_clear(tmp_path: Path) -> None:
    lines = checked(tmp_path, '\n[robot.virusskanner]\nvert = "clamd.solvik.example"\n')
    assert [Level.WARNING, Level.OK] == [line.level for line in lines]


def test_one_organisation_can_do_without(tmp_path: Path) -> None:
    more = section(tmp_path / "ingen") + "\n[organisasjon.kommune.virusskanner]\nbruk = false\n"
    (line,) = checked(tmp_path, more)
    assert line.text.startswith("av: ")


@pytest.mark.parametrize(("said", "reason"), [(b"stream: X FOUND\0", "infected"), (b"", "not_scanned")])
def test_a_dry_run_opens_nothing_that_the_scanner_stops(
    tmp_path: Path, fake: FakeClamd, capsys: pytest.CaptureFixture[str], said: bytes, reason: str
) -> None:
    made = lay_out(tmp_path / "hus", Clock(), more=MORE + section(fake.path))
    (tmp_path / "hus" / "inn" / "brev.eml").write_bytes(mail("Hemmelig emne"))
    fake.answer = lambda content: said
    (line,) = run(capsys, made, "run", "--once", "--dry-run", "--json").splitlines()
    assert ("set_aside", reason) == (json.loads(line)["way"], json.loads(line)["reason"])
    assert "Hemmelig" not in line


@pytest.mark.shared
@pytest.mark.timeout(300)
def test_the_infected_file_of_the_corpus_is_set_aside_and_can_only_be_dismissed(
    tmp_path: Path, shared: Path, clamd: Clamd, capsys: pytest.CaptureFixture[str]
) -> None:
    promises = [one for one in kit.shared_promises(shared / "data/hostile") if "eicar" in one.name]
    promises += kit.shared_promises(shared / "data/hostile", ["tnef"])[:2]
    house = kit.House.make(tmp_path / "hus")
    house.config.write_text(house.config.read_text("utf-8") + section(clamd.socket_path), "utf-8")
    house.lay(promises)
    counts = house.run()
    assert 2 * len(promises) == counts["collected"]
    rows = {row["source_id"]: row for row in house.rows()}
    bad = [one for one in promises if "eicar" in one.name]
    assert bad
    assert {"infected"} == {rows[one.name]["reason"] for one in bad}
    assert [] == [fault for one in promises if (fault := one.broken_by(kit.end_of(rows[one.name]), rows[one.name]))]
    assert len(promises) == sum(row["outcome"] == "archived" for row in rows.values() if kit.CONTROL in row["subject"])

    post = rows[bad[0].name]["id"]
    said = run(capsys, house.config, "review", "show", post)
    assert "review release" in said
    assert "review correct" not in said
    assert "/files/" not in said  # nobody is sent to the file
    assert "Satt til side" in run(capsys, house.config, "review", "release", post)
    assert "Avvist." in run(capsys, house.config, "review", "dismiss", post, "--grunn", "spam")
    assert house.verify()["ok"]


def run(capsys: pytest.CaptureFixture[str], config: Path, *words: str) -> str:
    """A command in this process; what it printed."""
    try:
        code = main(["--config", str(config), *words])
    finally:
        structlog.reset_defaults()
    said = capsys.readouterr()
    assert 0 == code, said.err
    return said.out

"""Alarms on the command line: through a real SMTP server, in ``status`` and in the report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from robot.cli import main
from tests.support.inbox import Inbox, smtp_inbox
from tests.support.stores import Clock
from tests.support.town import lay_out

FULL_DISK = 1_000_000_000
"""A reserve, in MB, that no disk has."""


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    with smtp_inbox() as made:
        yield made


@pytest.fixture
def config(tmp_path: Path, inbox: tuple[Inbox, int]) -> Path:
    more = f"""
[organisasjon.kommune.epost]
type = "smtp"
vert = "127.0.0.1"
port = {inbox[1]}
kryptering = "ingen"
avsender = "postrobot@solvik.example"

[organisasjon.kommune.videresending]
kanaler = ["epost"]
domener = ["solvik.example"]

[organisasjon.kommune.varsling]
mottakere = ["drift@solvik.example"]
rapport_minutter = 0
"""
    made = lay_out(tmp_path / "hus", Clock(), more=more)
    reserve(made, FULL_DISK)
    return made


def reserve(config: Path, megabytes: int) -> None:
    lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [f"diskreserve_mb = {megabytes}\n" if line.startswith("diskreserve_mb") else line for line in lines]
    config.write_text("".join(kept), encoding="utf-8")


def robot(config: Path, *words: str) -> None:
    assert 0 == main(["--config", str(config), *words])


def test_a_full_disk_is_told_at_once_by_mail_and_stands_in_status_and_report(
    config: Path, inbox: tuple[Inbox, int], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        robot(config, "run", "--once")
    (mail,) = inbox[0].mails  # one mail, not one a round
    assert "varsel: lite plass på disken" in mail["Subject"]
    assert "drift@solvik.example" == mail["To"]
    assert "under reserven på 1000000000 MB" in mail.get_content()
    assert "auto-generated" == mail["Auto-Submitted"]

    capsys.readouterr()
    robot(config, "status")
    assert "VARSEL: Det er " in capsys.readouterr().out
    robot(config, "status", "--json")
    told = json.loads(capsys.readouterr().out)
    assert ["disk"] == [alarm["kind"] for alarm in told["alarms"]]
    assert told["alarms"][0]["since"]

    robot(config, "run", "--job", "rapport")
    (report,) = config.parent.glob("state/*/rapport/*.json")
    assert json.loads(report.read_text(encoding="utf-8"))["troubles"][0].startswith("Det er ")


def test_status_stops_showing_what_is_mended_before_the_service_has_looked(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    robot(config, "run", "--once")
    reserve(config, 0)
    capsys.readouterr()
    robot(config, "status", "--json")
    assert [] == json.loads(capsys.readouterr().out)["alarms"]


def test_recipients_need_a_way_to_send_and_sources_must_exist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = """
[organisasjon.kommune.varsling]
mottakere = ["drift@solvik.example"]
virketid_fra = "08:00"
virketid_til = "16:00"

[organisasjon.kommune.varsling.uten_post]
inm = 8
"""
    config = lay_out(tmp_path / "hus", Clock(), more=more)
    assert 3 == main(["--config", str(config), "check"])
    said = capsys.readouterr()
    assert "organisasjon.kommune.epost" in said.err + said.out
    assert "organisasjon.kommune.varsling.uten_post.inm" in said.err + said.out

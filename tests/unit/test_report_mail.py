"""The mail about the report, through a real SMTP server: counts, ids and where to look, on quiet days too."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from models.audit_check import read_anchors
from robot.cli import main
from tests.support.inbox import Inbox, smtp_inbox

SENDER = "Kåre Fjelltun"
SUBJECT = "Spørsmål om elgen på Storåsen"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    with smtp_inbox() as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path, inbox: tuple[Inbox, int]) -> Path:
    made = tmp_path / "mappe"
    assert 0 == main(["init", str(made)])
    config = made / "config.toml"
    text = config.read_text(encoding="utf-8")
    name = text.split("[organisasjon.", 1)[1].split("]", 1)[0]
    kept = [
        part
        for part in text.split("\n[")
        if not part.startswith((f"organisasjon.{name}.epost]", f"organisasjon.{name}.rapport]"))
    ]
    config.write_text(
        "\n[".join(kept)
        + f"""
[organisasjon.{name}.epost]
type = "smtp"
vert = "127.0.0.1"
port = {inbox[1]}
kryptering = "ingen"
avsender = "postrobot@solvik.example"

[organisasjon.{name}.rapport]
mottakere = ["arkiv@solvik.example"]
sted = "https://intranett.solvik.example/rapport"
""",
        encoding="utf-8",
    )
    return made


def robot(folder: Path, *arguments: str) -> None:
    assert 0 == main(["--config", str(folder / "config.toml"), *arguments])


def send_report(folder: Path) -> None:
    robot(folder, "run", "--job", "rapport")
    robot(folder, "run", "--job", "ærend")


def test_the_mail_has_counts_ids_and_the_place_and_nothing_of_any_post(
    folder: Path, inbox: tuple[Inbox, int], capsys: pytest.CaptureFixture[str]
) -> None:
    letter = (
        f"From: {SENDER} <kaare@fjelltun.example>\nSubject: {SUBJECT}\nMessage-ID: <1@x.example>\n\nHvor er elgen?\n"
    )
    (folder / "inn" / "hemmelig filnavn.eml").write_text(letter, encoding="utf-8")
    robot(folder, "run", "--once")
    send_report(folder)
    (mail,) = inbox[0].mails
    text = mail.get_content()
    assert "1 til gjennomsyn, 0 stoppet, 0 frister" in mail["Subject"]
    assert "     1  til gjennomsyn" in text
    assert "https://intranett.solvik.example/rapport" in text
    assert ["arkiv@solvik.example"] == [address.addr_spec for address in mail["To"].addresses]
    whole = mail.as_string() + text + str(mail["Subject"])
    for word in (SENDER, "Fjelltun", "fjelltun", "elgen", "Storåsen", "hemmelig", ".eml"):
        assert word not in whole
    assert not list(mail.iter_attachments())


def test_a_quiet_day_has_its_mail_too(folder: Path, inbox: tuple[Inbox, int]) -> None:
    send_report(folder)
    (mail,) = inbox[0].mails
    assert "0 avvik" in mail["Subject"]
    assert "uteblir den, er noe galt" in mail.get_content()


def test_a_report_made_again_the_same_day_sends_no_second_mail(folder: Path, inbox: tuple[Inbox, int]) -> None:
    send_report(folder)
    send_report(folder)
    assert 1 == len(inbox[0].mails)


def test_the_report_command_sends_nothing(folder: Path, inbox: tuple[Inbox, int]) -> None:
    robot(folder, "report")
    robot(folder, "run", "--job", "ærend")
    assert [] == inbox[0].mails


def test_the_head_of_the_audit_goes_out_with_the_mail_and_holds_it_to_account(
    folder: Path, inbox: tuple[Inbox, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    send_report(folder)
    (mail,) = inbox[0].mails
    kept = tmp_path / "rapport.eml"
    kept.write_bytes(mail.as_bytes())
    (anchor,) = read_anchors([kept])
    robot(folder, "audit", "verify", "--anchors", str(kept))
    (database,) = (folder / "state").glob("*/robot.db")
    with closing(sqlite3.connect(database)) as forger:
        forger.execute("UPDATE audit_event SET hash = ? WHERE seq = ?", ("0" * 64, anchor.seq))
        forger.commit()
    assert 1 == main(["--config", str(folder / "config.toml"), "audit", "verify", "--json", "--anchors", str(kept)])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert anchor.seq == told["organisations"][anchor.orgnr]["first_bad_seq"]

"""Secrets: only by reference, never shown, never in a file everybody can read."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from models.errors import ConfigError
from models.secret import Secret
from robot.config import Settings
from robot.load_config import load_settings

CANARY = "kanari-7f3a"
HEAD = """
[robot]
tilstand = "state"
[organisasjon.solvik]
orgnr = "311223348"
navn = "Solvik"
[organisasjon.solvik.arkiv]
type = "innebygd"
[organisasjon.solvik.kilde.epost]
type = "imap"
vert = "imap.solvik.example"
bruker = "post"
"""


def load(tmp_path: Path, passord: str, *, need: bool = True, **environ: str) -> Settings:
    file = tmp_path / "robot.toml"
    file.write_text(f"{HEAD}passord = {passord}\n", encoding="utf-8")
    return load_settings(file, environ=environ, need_secrets=need)


def password(settings: Settings) -> Secret:
    secret = settings.organisasjon["solvik"].kilde["epost"].passord  # type: ignore[attr-defined]
    assert isinstance(secret, Secret)
    return secret


def fault(tmp_path: Path, passord: str, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, passord, **environ)
    (only,) = caught.value.faults
    assert "organisasjon.solvik.kilde.epost.passord" == only.key
    return only.expected


def test_a_literal_secret_is_refused_and_not_repeated(tmp_path: Path) -> None:
    expected = fault(tmp_path, f'"{CANARY}"')
    assert "skal ikke stå i oppsettfilen" in expected
    assert CANARY not in expected


def test_secrets_come_from_environment_file_and_systemd(tmp_path: Path) -> None:
    (tmp_path / "hemmelig").write_text(f"{CANARY}\n")
    (tmp_path / "hemmelig").chmod(0o640)
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "imap").write_text(CANARY)
    for reference in (
        '{ variabel = "PASS" }',
        '{ fil = "hemmelig" }',
        '{ credential = "imap" }',
        '{ "miljø" = "PASS" }',
    ):
        settings = load(tmp_path, reference, PASS=CANARY, CREDENTIALS_DIRECTORY=str(folder))
        assert CANARY == password(settings).reveal()


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o606])
def test_a_file_everybody_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "hemmelig").write_text(CANARY)
    (tmp_path / "hemmelig").chmod(mode)
    assert "chmod 640" in fault(tmp_path, '{ fil = "hemmelig" }')


@pytest.mark.parametrize(
    ("reference", "part"),
    [
        ('{ variabel = "PASS" }', "miljøvariabelen PASS"),
        ('{ fil = "mangler" }', "finnes ikke"),
        ('{ credential = "imap" }', "LoadCredential"),
        ('{ variable = "PASS" }', "nøyaktig én av"),
        ('{ variabel = "A", fil = "b" }', "nøyaktig én av"),
        ("{ variabel = 3 }", "nøyaktig én av"),
        ("3", "nøyaktig én av"),
    ],
)
def test_what_cannot_be_fetched_says_why(tmp_path: Path, reference: str, part: str) -> None:
    assert part in fault(tmp_path, reference)


def test_a_credential_cannot_point_out_of_its_folder(tmp_path: Path) -> None:
    assert "«/»" in fault(tmp_path, '{ credential = "../x" }', CREDENTIALS_DIRECTORY=str(tmp_path))


def test_a_secret_that_is_not_needed_is_missed_only_when_used(tmp_path: Path) -> None:
    secret = password(load(tmp_path, '{ variabel = "PASS" }', need=False))
    with pytest.raises(ConfigError, match="PASS"):
        secret.reveal()


def test_a_literal_is_refused_even_when_secrets_are_not_needed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="skal ikke stå"):
        load(tmp_path, '"x"', need=False)


def test_no_text_form_shows_the_value(tmp_path: Path) -> None:
    settings = load(tmp_path, '{ variabel = "PASS" }', PASS=CANARY)
    secret = password(settings)
    shown = [repr(settings), str(settings), f"{secret}", f"{secret!r:>10}", f"{secret:>10}", settings.model_dump_json()]
    shown.append(json.dumps(settings.model_dump(mode="json")))
    assert not [text for text in shown if CANARY in text]
    assert "***" in repr(settings)
    with pytest.raises(TypeError):
        pickle.dumps(secret)

"""The configuration: every fault at once, in Norwegian, with key, expectation and suggestion."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ConfigError, ConfigFault
from robot.config import Grenser, Settings
from robot.load_config import load_settings
from robot.reading.contract import Limits

GOOD = """
[robot]
tilstand = "state"
[organisasjon.solvik]
orgnr = "311223348"
navn = "Solvik"
[organisasjon.solvik.kilde.inn]
type = "mappe"
mappe = "inn"
[organisasjon.solvik.arkiv]
type = "innebygd"
"""


def load(tmp_path: Path, text: str, **environ: str) -> Settings:
    file = tmp_path / "robot.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environ=environ)


def faults(tmp_path: Path, text: str, **environ: str) -> dict[str, ConfigFault]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, **environ)
    return {fault.key: fault for fault in caught.value.faults}


def test_relative_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD.replace('navn = "Solvik"', 'navn = "Solvik"\nregler = ["felles", "regler"]'))
    assert tmp_path / "state" == settings.robot.tilstand
    assert (tmp_path / "inn",) == settings.organisasjon["solvik"].kilde["inn"].watched()
    assert ("felles", str(tmp_path / "regler")) == settings.organisasjon["solvik"].regler
    assert tmp_path / "state" / "311223348" == settings.state("solvik")


def test_settings_are_frozen(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD)
    with pytest.raises(ValueError, match="frozen"):
        settings.robot.traader = 9  # type: ignore[misc]


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        GOOD.replace(
            'tilstand = "state"', 'tilstand = "state"\ntraader = "mange"\nlogg = "jsn"\nspråk = 1'.replace("å", "a")
        )
        .replace("311223348", "311223349")
        .replace('type = "mappe"', 'type = "mape"')
        .replace('navn = "Solvik"', 'navn = ""'),
    )
    assert {
        "robot.traader",
        "robot.logg",
        "robot.sprak",
        "organisasjon.solvik.orgnr",
        "organisasjon.solvik.navn",
        "organisasjon.solvik.kilde.inn.type",
    } == set(found)


@pytest.mark.parametrize(
    ("line", "key", "suggestion"),
    [
        ("sprak = 'nb'", "robot.sprak", "spraak"),
        ("tråder = 2", "robot.tråder", "traader"),
        ("trader = 2", "robot.trader", "traader"),
        ("logg = 'jsn'", "robot.logg", "json"),
        ("[robot.grense]", "robot.grense", "grenser"),
        ("[robot.plan]\nhent_sekund = 60", "robot.plan.hent_sekund", "hent_sekunder"),
    ],
)
def test_an_unknown_key_or_word_is_a_fault_with_the_nearest_known(
    tmp_path: Path, line: str, key: str, suggestion: str
) -> None:
    line = line if line.isascii() else f'"{line.partition(" =")[0]}" = 2'
    found = faults(tmp_path, GOOD.replace('tilstand = "state"', f'tilstand = "state"\n{line}'))
    assert suggestion == found[key].suggestion


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        ("[robot]\ntilstand = /var\n", ":2:12", "anførselstegn"),
        ('[robot]\nspråk = "nb"\n', ":2:4", "a–z"),
        ("[robot\n", ":1:7", "«]»"),
        ("a = 1\na = 2\n", ":2:6", "én gang"),
    ],
)
def test_a_syntax_error_has_line_and_column(tmp_path: Path, text: str, place: str, part: str) -> None:
    (key, fault), *rest = faults(tmp_path, text).items()
    assert not rest
    assert key.endswith(place)
    assert part in fault.expected


@pytest.mark.parametrize("raw", [b"\xff\xfe[robot]", b'[robot]\nnavn = "\xe6"\n'])
def test_a_file_that_is_not_utf8_is_named(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "robot.toml"
    file.write_bytes(raw)
    with pytest.raises(ConfigError, match="UTF-8"):
        load_settings(file, environ={})


def test_a_file_that_is_not_there_says_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="postrobot init"):
        load_settings(tmp_path / "none.toml", environ={})


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "robot.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert "solvik" in load_settings(file, environ={}).organisasjon


def test_no_message_is_english(tmp_path: Path) -> None:
    everything_wrong = """
    robot = {tilstand = 3, traader = 0, tidssone = "Oslo", grenser = {ocr_dpi = 1.5, post_mb = -1, ocr_spraak = "X!"}, plan = 7}
    nokkel = true
    [organisasjon.Solvik]
    [organisasjon.a]
    orgnr = 311223348
    navn = true
    regler = []
    egne_domener = "solvik.example"
    parametre = {a = 1}
    kilde = {}
    arkiv = "innebygd"
    epost = {type = "smtp", vert = "", port = 99999, avsender = "x", tidsgrense_sekunder = 0}
    rapport = {mottakere = ["a"], klokkeslett = "02:15"}
    videresending = {kanaler = ["post"]}
    database = {postgres = "mysql://x"}
    """
    english = ("should", "Input", "valid ", "string", "integer", "error", "must", "Field", "required", "expected")
    found = faults(tmp_path, everything_wrong)
    assert 20 <= len(found)
    for fault in found.values():
        assert not [word for word in english if word in fault.expected], fault
    assert all(fault.expected for fault in found.values())


def test_no_value_from_the_file_is_repeated(tmp_path: Path) -> None:
    text = GOOD.replace(
        'tilstand = "state"', 'tilstand = "state"\nlogg = "hemmelig-kanari"\ntraader = "hemmelig-kanari"'
    )
    assert not [f for f in faults(tmp_path, text).values() if "kanari" in f.expected + f.suggestion]


def test_the_hour_that_does_not_exist_every_night_is_refused(tmp_path: Path) -> None:
    found = faults(tmp_path, GOOD + '[robot.plan]\nverifisering = "02:30"\n')
    assert "stilles frem" in found["robot.plan.verifisering"].expected


def test_an_address_with_a_password_is_refused(tmp_path: Path) -> None:
    text = GOOD + '[organisasjon.solvik.database]\npostgres = "postgresql://robot:hemmelig@db/x"\n'
    (fault,) = faults(tmp_path, text).values()
    assert "henvisning" in fault.expected
    assert "hemmelig@" not in fault.expected


def test_a_third_partys_connector_is_loaded_by_its_dotted_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "their_connector.py").write_text(
        "from connectors.settings import SourceSettings\n"
        "class Settings(SourceSettings):\n    type: str = 'deres'\n    sted: str\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    text = GOOD.replace('type = "mappe"\nmappe = "inn"', 'type = "their_connector.Settings"\nsted = "x"')
    source = load(tmp_path, text).organisasjon["solvik"].kilde["inn"]
    assert "x" == source.sted  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["finnes.ikke.Klasse", "json.JSONDecoder", "connectors.arkiv.config.ArkivConfig"])
def test_a_dotted_name_that_is_no_source_is_a_fault(tmp_path: Path, name: str) -> None:
    found = faults(tmp_path, GOOD.replace('type = "mappe"', f'type = "{name}"'))
    assert name in found["organisasjon.solvik.kilde.inn.type"].expected


def test_the_limits_default_to_those_of_the_reader() -> None:
    assert Limits() == Grenser().reading()

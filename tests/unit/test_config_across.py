"""Several organisations in one installation share rules, never data, post or places."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ConfigError
from robot.config import Settings
from robot.load_config import load_settings


def organisation(name: str, orgnr: str, source: str, extra: str = "") -> str:
    return f"""
[organisasjon.{name}]
orgnr = "{orgnr}"
navn = "{name}"
[organisasjon.{name}.arkiv]
type = "innebygd"
[organisasjon.{name}.kilde.inn]
{source}
{extra}
"""


def load(tmp_path: Path, *organisations: str, state: str = "state") -> Settings:
    file = tmp_path / "robot.toml"
    file.write_text(f'[robot]\ntilstand = "{state}"\n' + "".join(organisations), encoding="utf-8")
    return load_settings(file, environ={"P": "x"})


def faults(tmp_path: Path, *organisations: str, state: str = "state") -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, *organisations, state=state)
    return {fault.key: fault.expected for fault in caught.value.faults}


def folder(path: str) -> str:
    return f'type = "mappe"\nmappe = "{path}"'


IMAP = 'type = "imap"\nvert = "{0}"\nbruker = "{1}"\npassord = {{ variabel = "P" }}'
A, B = "311223348", "312345676"


def test_each_organisation_has_its_own_folder(tmp_path: Path) -> None:
    settings = load(tmp_path, organisation("a", A, folder("a/inn")), organisation("b", B, folder("b/inn")))
    assert {tmp_path / "state" / A, tmp_path / "state" / B} == {settings.state("a"), settings.state("b")}


def test_two_may_not_share_an_orgnr_however_it_is_written(tmp_path: Path) -> None:
    found = faults(tmp_path, organisation("a", A, folder("a/inn")), organisation("b", "311 223 348", folder("b/inn")))
    assert "«a»" in found["organisasjon.b.orgnr"]


def test_two_may_not_take_from_one_folder_even_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a" / "inn").mkdir(parents=True)
    (tmp_path / "lenke").symlink_to(tmp_path / "a" / "inn")
    found = faults(tmp_path, organisation("a", A, folder("a/inn")), organisation("b", B, folder("lenke")))
    assert "henter fra den samme" in found["organisasjon.b.kilde.inn"]


def test_two_may_not_take_from_one_mailbox(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        organisation("a", A, IMAP.format("imap.x.example", "post")),
        organisation("b", B, IMAP.format("IMAP.x.example", "Post")),
    )
    assert ["organisasjon.b.kilde.inn"] == list(found)


@pytest.mark.parametrize("state", ["a/inn", "a/inn/state", "a"])
def test_the_state_may_not_lie_in_a_watched_folder_nor_around_it(tmp_path: Path, state: str) -> None:
    assert faults(tmp_path, organisation("a", A, folder("a/inn")), state=state)


def test_a_place_may_not_lie_in_anybodys_watched_folder(tmp_path: Path) -> None:
    inside = folder("b/inn") + '\nplass = "a/inn/robot"'
    found = faults(tmp_path, organisation("a", A, folder("a/inn")), organisation("b", B, inside))
    assert "utenfor den overvåkede mappen" in found["organisasjon.b.kilde.inn"]


def test_one_watched_folder_may_not_lie_in_another(tmp_path: Path) -> None:
    found = faults(tmp_path, organisation("a", A, folder("a/inn")), organisation("b", B, folder("a/inn/b")))
    assert "ikke ligger inne i" in found["organisasjon.b.kilde.inn"]


def test_two_may_not_share_a_schema(tmp_path: Path) -> None:
    extra = '[organisasjon.{0}.database]\npostgres = "postgresql://{0}@db/x"\nskjema = "felles"'
    found = faults(
        tmp_path,
        organisation("a", A, folder("a/inn"), extra.format("a")),
        organisation("b", B, folder("b/inn"), extra.format("b")),
    )
    assert ["organisasjon.b.database.skjema"] == list(found)


def test_recipients_without_outgoing_mail_is_a_fault(tmp_path: Path) -> None:
    extra = '[organisasjon.a.rapport]\nmottakere = ["arkiv@a.example"]'
    assert ["organisasjon.a.epost"] == list(faults(tmp_path, organisation("a", A, folder("a/inn"), extra)))


def test_forwarding_without_domains_is_a_fault(tmp_path: Path) -> None:
    mail = '[organisasjon.a.epost]\ntype = "mappe"\nmappe = "ut"\navsender = "r@a.example"\n'
    extra = mail + '[organisasjon.a.videresending]\nkanaler = ["epost"]'
    assert ["organisasjon.a.videresending.domener"] == list(
        faults(tmp_path, organisation("a", A, folder("a/inn"), extra))
    )

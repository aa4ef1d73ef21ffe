"""The rules of the example municipality load without a single fault, and every example comes true."""

from pathlib import Path

import pytest

from models.decision import Mode
from models.organisation import Organisation, Tilgangskode
from rules.load import load
from rules.messages import render_all

FOLDER = Path(__file__).resolve().parents[2] / "rules" / "eksempelkommune"
ORG = Organisation(
    orgnr="315000106",
    name="Solvik kommune",
    own_domains=("solvik.example",),
    arkivdeler=("SAK", "BYGG", "PERS", "ELEV"),
    tilgangskoder={code: Tilgangskode(kode=code, navn=code) for code in ("UO", "P", "KL")},
    forward_channels=("epost",),
    forward_domains=("solvik.example",),
)


@pytest.fixture(scope="module")
def loaded():
    return load(["felles", FOLDER], ORG)


def test_no_fault_and_no_warning_but_that_nobody_has_checked_the_provisions(loaded):
    others = [fault for fault in loaded.faults if fault.code != "R420"]
    assert not others, render_all(others)


def test_at_least_twenty_five_rules_of_its_own_in_both_modes(loaded):
    own = [rule for rule in loaded.ruleset.rules if rule.place.file.startswith(str(FOLDER))]
    assert len(own) >= 25
    assert {Mode.AUTO, Mode.FORSLAG} <= {rule.modus for rule in own}


def test_every_rule_says_who_owns_it_and_why(loaded):
    for rule in loaded.ruleset.rules:
        assert rule.eier, rule.id
        assert rule.hvorfor, rule.id


def test_a_broken_example_would_be_found(tmp_path):
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    bygg = tmp_path / "bygg.yaml"
    bygg.write_text(
        bygg.read_text(encoding="utf-8").replace("forfall: {uker: 12}", "forfall: {uker: 11}"), encoding="utf-8"
    )
    assert load([tmp_path], ORG).errors

"""Open findings of the public journal stand in ``review list``, the gravest first, without what they found."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from models.store.journal_tx import NewFinding
from robot import build, cli
from robot.load_config import load_settings
from tests.support.stores import Clock
from tests.support.town import NAME, lay_out

SEEN = NewFinding(
    key="k1",
    check_id="PJ-G03",
    rule="",
    entry="jp-1",
    number="2026/1-1",
    enhet="PLAN",
    field="offentlig_tittel",
    masked="Br…",
    note="",
    basis="",
    severity="warning",
    confidence=0.9,
    ruleset_sha256="",
)
GRAVE = replace(
    SEEN, key="k2", check_id="PJ-A01", entry="jp-2", number="2026/2-1", masked="***********", severity="critical"
)
SLIGHT = replace(SEEN, key="k3", check_id="PJ-G04", severity="info")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    clock = Clock()
    made = lay_out(tmp_path / "hus", clock)
    store = build.store(load_settings(made, environ={}), NAME, now=clock.utc)
    try:
        with store.write() as tx:
            tx.keep_findings([SEEN, GRAVE, SLIGHT])
    finally:
        store.close()
    return made


def listed(config: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert 0 == cli.main(["--config", str(config), "review", "list", *more])
    return capsys.readouterr().out


def test_what_waits_for_an_answer_is_listed_gravest_first_and_info_left_out(config: Path, capsys) -> None:
    shown = listed(config, capsys)
    assert 0 < shown.index("PJ-A01") < shown.index("PJ-G03")
    assert "PJ-G04" not in shown
    assert "2026/2-1" in shown


def test_an_answered_finding_is_listed_no_more(config: Path, capsys) -> None:
    name = next(line.split()[0] for line in listed(config, capsys).splitlines() if "PJ-A01" in line)
    assert 0 == cli.main(["--config", str(config), "review", "dismiss", name])
    capsys.readouterr()
    assert "PJ-A01" not in listed(config, capsys)


def test_machines_get_one_object_a_finding(config: Path, capsys) -> None:
    found = [json.loads(line) for line in listed(config, capsys, "--json").splitlines()]
    assert ["PJ-A01", "PJ-G03"] == [one["check"] for one in found]


def test_a_check_that_people_found_wrong_says_that_it_fell_to_info(config: Path, capsys) -> None:
    store = build.store(load_settings(config, environ={}), NAME, now=Clock().utc)
    try:
        with store.write() as tx:
            tx.keep_findings([replace(SEEN, key=f"n{n}", entry=f"jp-n{n}") for n in range(100)])
        with store.read() as reads:
            numbers = [one.id for one in reads.findings() if one.key.startswith("n")]
        for number in numbers:
            with store.write() as tx:
                tx.answer_finding(number, answer="wrong", user="kari", actor="kari")
    finally:
        store.close()
    assert "0 % av 100 svar" in listed(config, capsys)

"""The report's part about the public journal: critical ones by id, counts for the rest, what answers did to a check; no value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.store import Store
from models.store.journal_tx import NewFinding
from robot.report.journal import gather_journal
from robot.report.make import write_files
from tests.support.reports import NOW, report_of
from tests.support.stores import Clock, StoreAddress, opened

VAGUE = NewFinding(
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
LEAK = replace(VAGUE, key="k2", check_id="PJ-A01", number="2026/2-1", severity="critical", masked="0181…")
DAY_S = 86_400


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW.timestamp())


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with opened(StoreAddress.sqlite(tmp_path / "robot.db"), tmp_path, now=clock) as made:
        yield made


def keep(store: Store, *found: NewFinding) -> None:
    with store.write() as tx:
        tx.keep_findings(found)


def page(store: Store) -> str:
    report = report_of(store)
    return next(p for p in write_files(store, report, language="nb") if p.suffix == ".html").read_text(encoding="utf-8")


def test_an_empty_journal_takes_no_room(store: Store) -> None:
    assert not report_of(store).journal.any
    assert 'id="journal"' not in page(store)


def test_critical_ones_stand_by_id_and_place_before_counts_by_check_and_unit(store: Store) -> None:
    keep(store, VAGUE, replace(VAGUE, key="k3", entry="jp-3", enhet="OPPVEKST"), LEAK)
    found = report_of(store).journal
    assert [one.check for one in found.groups] == ["PJ-A01", "PJ-G03"]
    assert ("OPPVEKST 1", "PLAN 1") == found.groups[1].units
    assert 1 == len(found.critical) and "2026/2-1" in found.critical[0]
    assert not report_of(store).empty
    shown = page(store)
    assert found.critical[0] in shown and "0181" not in shown and "Br…" not in shown


def test_new_known_accepted_and_fixed_are_told_apart(store: Store, clock: Clock) -> None:
    keep(store, VAGUE, LEAK)
    clock.go(DAY_S)
    keep(store, VAGUE, replace(VAGUE, key="k4", entry="jp-4"), replace(VAGUE, key="k5", entry="jp-5"))
    with store.read() as reads:
        number = next(one.id for one in reads.findings() if one.key == "k5")
    with store.write() as tx:
        tx.answer_finding(number, answer="wrong", user="kari", actor="kari")
        tx.fix_unseen("PJ-A01", "offentlig_tittel", but=[])
    found = report_of(store).journal
    assert "Nye: 1. Kjente: 1. Godtatt: 1. Rettet det siste døgnet: 1." == found.statuses
    assert 2 == found.total and () == found.critical


def test_a_check_that_answers_sent_to_info_says_so_until_it_is_lifted(store: Store) -> None:
    keep(store, *(replace(VAGUE, key=f"n{n}", entry=f"jp-n{n}") for n in range(100)))
    with store.read() as reads:
        numbers = [one.id for one in reads.findings()]
    with store.write() as tx:
        for number in numbers:
            tx.answer_finding(number, answer="wrong", user="kari", actor="kari")
    with store.read() as reads:
        told = gather_journal(reads, "nb", lifted=frozenset())
        lifted = gather_journal(reads, "nb", lifted=frozenset({"PJ-G03"}))
    assert 1 == len(told.demoted) and "0 % av 100 svar" in told.demoted[0]
    assert told.any and not lifted.any

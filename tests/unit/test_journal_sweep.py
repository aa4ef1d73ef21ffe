"""From night to night: a finding keeps its key, what is gone is fixed, a sweep goes on where it stopped, answers count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from models.archive import SakQuery, Saksmappe
from models.errors import TryLater
from models.noark import Skjerming
from models.omsorg import Sak, SakPage
from models.published import (
    DocumentRef,
    PublishedCase,
    PublishedDocument,
    PublishedEntry,
    PublishedFile,
    PublishedKlasse,
    PublishedSkjerming,
)
from models.store import Store, StoreAddress
from models.store import tables as t
from models.store.journal_tables import journal_finding
from models.store.journal_tx import StoredFinding
from robot.journalcheck.entry_facts import look_at
from robot.journalcheck.files import FileLooker
from robot.journalcheck.judging import Judge, Judged
from robot.journalcheck.setup import DEFAULT
from robot.journalcheck.sweep import Sweep
from robot.journalcheck.telling import Teller
from rules import numbers
from rules.load import load
from tests.support.journal import TODAY, TOLD, ListView, entry, letter, sak
from tests.support.stores import Clock, opened

RULES = load(["felles"], None, check=False).ruleset
REAL = next(
    number
    for serial in range(1000)
    if (number := numbers.complete(f"010199{serial:03}")) is not None and numbers.identity(number) is not None
)
DIRTY = entry(2, offentlig_tittel=f"Klage på vedtak {REAL}")
CLEAN = entry(2, offentlig_tittel="Klage på vedtak i skjenkesak")
"""An invented number that is not marked as synthetic: the check must take it for real."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with opened(StoreAddress.sqlite(tmp_path / "robot.db"), tmp_path, now=clock) as made:
        yield made


def sweep(store: Store, view: ListView, **more: Any) -> Sweep:
    judge = Judge(setup=more.pop("setup", DEFAULT), today=TODAY, told=TOLD, ruleset=RULES)
    return Sweep(store=store, view=view, name="eget", judge=judge, **more)


def night(store: Store, *entries: PublishedEntry, **more: Any) -> list[StoredFinding]:
    sweep(store, ListView(entries), **{"whole": True, **more}).run()
    with store.read() as reads:
        return reads.findings(status=("new", "known", "accepted"))


def by_check(found: list[StoredFinding], check: str) -> StoredFinding:
    return next(one for one in found if one.check_id == check)


def test_a_finding_keeps_its_key_is_fixed_when_gone_and_new_when_it_comes_again(store: Store, clock: Clock) -> None:
    first = by_check(night(store, entry(1), DIRTY), "PJ-A01")
    assert ("new", "critical", "jp-2", "offentlig_tittel") == (first.status, first.severity, first.entry, first.field)
    clock.go(86_400)
    second = by_check(night(store, entry(1), DIRTY), "PJ-A01")
    assert (first.key, first.id, "known", first.first_seen) == (second.key, second.id, second.status, second.first_seen)
    clock.go(86_400)
    assert "PJ-A01" not in {one.check_id for one in night(store, entry(1), CLEAN)}
    with store.read() as reads:
        assert (gone := reads.finding(first.id)) is not None and gone.status == "fixed"
    clock.go(86_400)
    again = by_check(night(store, entry(1), DIRTY), "PJ-A01")
    assert (first.key, "new") == (again.key, again.status)


def test_the_value_stands_nowhere_in_the_store(store: Store, tmp_path: Path) -> None:
    night(store, DIRTY, tell=Teller(orgnr="311223348", organisation="Prøve", language="nb", to=("a@solvik.example",)))
    store.forget_log()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert REAL.encode() not in path.read_bytes(), path.name
            assert b"skjenkebevilling" not in path.read_bytes(), path.name


def test_a_sweep_that_was_cut_off_goes_on_from_its_last_page(store: Store) -> None:
    entries = [entry(number) for number in range(1, 26)]

    def fails(start: int) -> None:
        if start == 20:
            raise TryLater("cut off", after_s=1)

    with pytest.raises(TryLater):
        sweep(store, ListView(entries, fails=fails), whole=True).run()
    with store.read() as reads:
        assert "20" == reads.journal_place("eget").cursor
    view = ListView(entries)
    resumed = sweep(store, view, whole=True)
    resumed.run()
    assert ([20], 25) == (view.asked, resumed.checked)
    with store.read() as reads:
        assert reads.journal_place("eget").begun is None


def test_the_next_night_asks_for_what_is_new_with_an_hour_over(store: Store, clock: Clock) -> None:
    night(store, entry(1))
    asked: list[Any] = []

    class Asked(ListView):
        def published(self, window: Any, after: Any) -> Any:
            asked.append(window)
            return super().published(window, after)

    began = clock.at
    clock.go(86_400)
    sweep(store, Asked([entry(1)])).run()
    assert asked[0].since.timestamp() == began - 3600


def test_rules_that_changed_look_thirty_days_back(store: Store, clock: Clock) -> None:
    night(store, entry(1))
    assert RULES is not None
    clock.go(86_400)
    changed = sweep(store, ListView([entry(1)]))
    changed.judge.ruleset = replace(RULES, sha256="0" * 64)
    asked = changed._begin()
    assert asked.since == clock.at - 30 * 86_400


def test_what_people_accept_is_not_told_again_and_counts_in_the_precision(store: Store, clock: Clock) -> None:
    found = by_check(night(store, entry(3, offentlig_tittel="Klagesak")), "PJ-G09")
    with store.write() as tx:
        assert tx.answer_finding(found.id, answer="wrong", user="kari", actor="user:x")
    clock.go(86_400)
    assert "accepted" == by_check(night(store, entry(3, offentlig_tittel="Klagesak")), "PJ-G09").status
    with store.read() as reads:
        assert {"PJ-G09": (0, 1)} == reads.precision()


def test_a_check_that_is_mostly_wrong_goes_to_info_until_it_is_lifted(store: Store, clock: Clock) -> None:
    short = [
        entry(number, offentlig_tittel="Klagesak", dokumentets_dato=date(2026, 1, 1 + number % 28))
        for number in range(1, 102)
    ]
    night(store, *short)
    with store.write() as tx:
        tx.conn.execute(
            update(journal_finding)
            .where(journal_finding.c.check_id == "PJ-G09")
            .values(answer="wrong", answered_at=clock.at, status="accepted")
        )
    clock.go(86_400)
    assert "info" == by_check(night(store, *short), "PJ-G09").severity
    lifted = replace(DEFAULT, lifted=frozenset({"PJ-G09"}))
    clock.go(86_400)
    assert "warning" == by_check(night(store, *short, setup=lifted), "PJ-G09").severity


def test_critical_findings_are_mailed_at_once_by_id_and_only_once(store: Store, clock: Clock) -> None:
    teller = Teller(orgnr="311223348", organisation="Prøve", language="nb", to=("arkiv@solvik.example",))
    night(store, DIRTY, tell=teller)
    clock.go(86_400)
    night(store, DIRTY, tell=replace(teller, last_at=0.0))
    with store.read() as reads:
        mails = [str(row[0]) for row in reads.conn.execute(select(t.effect.c.request).where(t.effect.c.kind == "mail"))]
    assert 1 == len(mails)
    assert "F1" in mails[0] and "2026/2-1" in mails[0] and REAL not in mails[0]


def test_what_a_rule_shuts_is_one_effect_however_often_it_is_seen(store: Store) -> None:
    teller = Teller(orgnr="311223348", organisation="Prøve", language="nb")
    judged = [
        Judged(entry=DIRTY, notes=(), shield=("vår-skjerming", Skjerming(kode="UO", hjemmel="offl. § 26 femte ledd")))
    ]
    for _ in range(2):
        with store.write() as tx:
            teller(tx, judged)
    with store.read() as reads:
        effects = reads.loose_effects()
    assert [("care", "jp-2")] == [(one.kind.value, one.request["journalpost"]) for one in effects]


def case(number: int, klasse: str = "L42", tittel: str = "") -> PublishedCase:
    return PublishedCase(saksnummer=f"2026/{number}", tittel=tittel or "Sak", klasse=PublishedKlasse(klasse_id=klasse))


UO = PublishedSkjerming(kode="UO", hjemmel="offl. § 13 jf. fvl. § 13 første ledd nr. 1")


@pytest.mark.parametrize(
    ("check", "hits", "passes"),
    [
        (
            "PJ-D09",
            [entry(n, case=case(n), skjerming=UO if n != 7 else None) for n in range(1, 26)],
            [entry(n, case=case(n), skjerming=UO) for n in range(1, 26)],
        ),
        ("PJ-E06", [entry(1), entry(3)], [entry(1), entry(2)]),
        ("PJ-E07", [entry(1), entry(2, journalsekvensnummer=1)], [entry(1), entry(2)]),
        (
            "PJ-E11",
            [entry(1), entry(2)],
            [entry(1), entry(2, offentlig_tittel="En annen sak om skjenking")],
        ),
        (
            "PJ-E12",
            [entry(1, case=case(1)), entry(2, case=case(1, tittel="En annen tittel"))],
            [entry(1, case=case(1)), entry(2, case=case(1))],
        ),
    ],
)
def test_a_check_over_the_whole_journal_hits_and_lets_pass(
    store: Store, clock: Clock, check: str, hits: list[PublishedEntry], passes: list[PublishedEntry]
) -> None:
    assert check in {one.check_id for one in night(store, *hits)}
    clock.go(86_400)
    assert check not in {one.check_id for one in night(store, *passes)}


def test_an_empty_working_day_is_told_of_and_an_ordinary_one_is_not(store: Store) -> None:
    days = [date.fromordinal(TODAY.toordinal() - back) for back in range(1, 90)]
    work = [day for day in days if day.weekday() < 5]
    made, number = [], 0
    for day in work:
        for _ in range(0 if day == date(2026, 11, 18) else 6):
            number += 1
            at = replace(entry(1)).publisert
            assert at is not None
            made.append(entry(number, publisert=at.replace(year=day.year, month=day.month, day=day.day)))
    found = [one.entry for one in night(store, *made, only=frozenset({"PJ-E09"}))]
    assert ["dag:2026-11-18"] == found


def test_what_was_published_and_is_gone_is_told_of_once_it_is_looked_at_whole(store: Store, clock: Clock) -> None:
    night(store, entry(1), entry(2))
    clock.go(86_400)
    gone = [one for one in night(store, entry(1)) if one.check_id == "PJ-E08"]
    assert ["jp-2"] == [one.entry for one in gone]


def test_a_dead_link_is_told_of_and_no_file_is_not(store: Store, tmp_path: Path) -> None:
    file = PublishedFile(ref=DocumentRef(ref="/borte.pdf"), id="fil-1")
    view = ListView([entry(1, dokumenter=(PublishedDocument(tittel="Vedtak om skjenking", filer=(file,)),)), entry(2)])
    judge = Judge(setup=DEFAULT, today=TODAY, told=TOLD, ruleset=RULES)
    looker = FileLooker(
        view=view,  # type: ignore[arg-type]
        room=None,  # type: ignore[arg-type]  (nothing is read of what is not there)
        folder=tmp_path / "filer",
        look_of=lambda one: look_at(one, setup=DEFAULT, today=TODAY, told=TOLD),
    )
    Sweep(store=store, view=view, name="eget", judge=judge, whole=True, files=looker).run()
    with store.read() as reads:
        assert ["jp-1"] == [one.entry for one in reads.findings() if one.check_id == "PJ-H06"]


class Cases:
    """An archive that tells one case."""

    def __init__(self, one: Sak) -> None:
        self.one = one

    def find_saksmapper(self, query: SakQuery) -> Iterator[Saksmappe]:
        if query.saksnummer == self.one.mappe.ref.saksnummer:
            yield self.one.mappe

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        return SakPage(saker=() if since else (self.one,), next=None, mark="1")

    def saker(self, system_ids: Any) -> tuple[Sak, ...]:
        return (self.one,) if "sak-1" in system_ids else ()


def test_a_case_in_which_something_waits_is_looked_at_though_nothing_changed(store: Store, clock: Clock) -> None:
    archive = Cases(sak(letter(days_ago=5)))
    night(store, entry(1), archive=archive)
    clock.go(86_400)
    archive.one = sak(letter(days_ago=40))
    found = night(store, entry(1), archive=archive, whole=False)
    assert "PJ-F01" in {one.check_id for one in found}


def test_late_letters_are_summed_up_by_unit(store: Store, clock: Clock) -> None:
    archive = Cases(sak(*(letter(number, days_ago=40) for number in range(1, 8))))
    assert ["enhet:PLAN"] == [one.entry for one in night(store, archive=archive) if one.check_id == "PJ-F09"]


def test_post_without_an_entry_after_a_day_is_told_of(store: Store, clock: Clock) -> None:
    from tests.support.stores import put

    put(store, "brev")
    clock.go(3 * 86_400)
    assert "PJ-E13" in {one.check_id for one in night(store, entry(1))}

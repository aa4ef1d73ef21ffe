"""Caretaking in the embedded archive: what is ready is journaled and closed in one night, what is not is named, and the next
night costs and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from connectors.arkiv.archive import EmbeddedArchive
from connectors.contract import Archive
from models.archive import SakQuery
from models.audit import AuditEvent
from models.noark import Journalstatus, Saksstatus
from models.omsorg import Sak
from models.store.effect_tx import EffectKind, NewEffect
from robot.caretaking.model import CareLimits, Task
from robot.caretaking.sweep import Sweep, SweepCount, sweep
from robot.reading.dispatch import ReadingRoom
from robot.report.omsorg import gather_care
from robot.schedule import find_job, run_slot
from robot.verify import verify
from tests.support.caretown import TO, entry, lay_cases, some_cases
from tests.support.house import House

FELLES = Path(__file__).resolve().parents[2] / "rules" / "felles" / "omsorg.yaml"
ALL = frozenset(Task)


class Care:
    def __init__(self, folder: Path) -> None:
        parameters = {
            "omsorg_ro_arbeidsdager": "0",
            "kvalitetssikring_dager": "3000",
            "avslutt_uten_aktivitet_dager": "3000",
            "gjenaapnet_dager": "90",
            "klagefrist_uker": "3",
            "nylig_brev_dager": "30",
            "midlertidig_sperret_dager": "3000",
        }
        self.house = House(
            folder, cast(ReadingRoom, None), rules=FELLES.read_text(encoding="utf-8"), parameters=parameters
        )
        self.archive = EmbeddedArchive(folder / "arkiv", now=self.house.clock.utc)
        self.archive.ensure_arkivdel("SAK", "Saksarkiv", klassifikasjonssystem="K")
        self.archive.ensure_klasse("SAK", "000")
        self.house.office.archive = cast(Archive, self.archive)
        self.house.office.care = CareLimits(does=ALL)

    def run(self, **choices: object) -> SweepCount:
        return sweep(Sweep(office=self.house.office, limits=self.house.office.care, **choices))  # type: ignore[arg-type]

    def sak(self, number: str) -> Sak:
        (found,) = self.archive.find_saksmapper(SakQuery(saksnummer=number))
        return self.archive.saker([found.ref.system_id])[0]

    def statuses(self, number: str) -> list[Journalstatus]:
        return [one.post.status for one in self.sak(number).innfoersler]

    def reasons(self) -> list[tuple[str, str, str, str]]:
        with self.house.store.read() as reads:
            return sorted((p.number, p.task, p.kind, p.reason) for p in reads.care_points())


@pytest.fixture
def care(tmp_path: Path) -> Iterator[Care]:
    made = Care(tmp_path)
    yield made
    made.archive.close()
    made.house.store.close()


def test_a_night_journals_and_closes_what_is_ready_and_names_the_rest(care: Care, tmp_path: Path) -> None:
    lay_cases(care.archive, tmp_path / "filer", some_cases())
    assert {"journalfør": 3, "avslutt": 2} == care.run().done
    assert Saksstatus.AVSLUTTET is care.sak("2026/1").mappe.saksstatus
    assert Saksstatus.AVSLUTTET is care.sak("2026/2").mappe.saksstatus
    assert [Journalstatus.ARKIVERT] * 2 == care.statuses("2026/1")
    assert [Journalstatus.JOURNALFOERT] == care.statuses("2026/6")
    assert [
        ("2026/3", "avslutt", "kept", "staar-siste-brev-ikke-sendt"),
        ("2026/3-1", "journalfør", "missing", "ikke_ekspedert"),
        ("2026/4", "avslutt", "missing", "restanse"),
        ("2026/5-1", "journalfør", "missing", "type"),
    ] == [one for one in care.reasons() if one[1] in ("journalfør", "avslutt")]
    assert [] == care.archive.self_check()


def test_the_second_night_changes_nothing_and_reads_no_case(care: Care, tmp_path: Path) -> None:
    lay_cases(care.archive, tmp_path / "filer", some_cases())
    care.run()
    before = (list(care.archive.export_cases()), list(care.archive.keys()), care.reasons())
    count = care.run()
    assert ({}, 0) == (count.done, count.cases)
    assert before == (list(care.archive.export_cases()), list(care.archive.keys()), care.reasons())
    full = care.run(full=True)
    assert ({}, 6) == (full.done, full.cases)
    assert before == (list(care.archive.export_cases()), list(care.archive.keys()), care.reasons())


def test_nothing_is_touched_before_it_is_switched_on(care: Care, tmp_path: Path) -> None:
    lay_cases(care.archive, tmp_path / "filer", some_cases())
    before = list(care.archive.export_cases())
    care.house.office.care = CareLimits()
    assert {} == care.run().done
    assert before == list(care.archive.export_cases())
    assert ("2026/2", "avslutt", "proposed", "F") in care.reasons()


def test_the_nightly_job_is_the_same_run_and_what_it_did_can_be_verified(care: Care, tmp_path: Path) -> None:
    lay_cases(care.archive, tmp_path / "filer", some_cases())
    job, slot = find_job("saksomsorg"), datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert run_slot(job, care.house.office, slot)
    assert not run_slot(job, care.house.office, slot)
    assert Saksstatus.AVSLUTTET is care.sak("2026/1").mappe.saksstatus
    assert [] == [one.name for one in verify(care.house.store, care.house.office.archive) if not one.ok]


def test_verify_sees_a_step_that_nobody_can_explain_and_one_done_twice(care: Care, tmp_path: Path) -> None:
    lay_cases(care.archive, tmp_path / "filer", some_cases())
    care.run()
    with care.house.store.write() as tx:
        tx.plan(NewEffect(key="pr-x-om", kind=EffectKind.CARE, request={"kind": "avslutning"}))
        for _ in range(2):
            tx.audit(AuditEvent.EFFECT_DONE, object_ref="pr-x-om", details={"kind": "avslutning", "tries": 1})
    found = {one.name: one for one in verify(care.house.store, care.house.office.archive)}
    assert ["saksomsorg: pr-x-om er utført to ganger"] == found["I6"].examples
    assert ["saksomsorg: pr-x-om har ingen hendelse som sier hvorfor"] == found["I8"].examples
    assert 6 == found["I5"].checked


def test_the_report_says_what_would_close_the_most_cases(care: Care, tmp_path: Path) -> None:
    cases = {f"2026/{n}": ("F", [entry(1, "I", "J")]) for n in range(1, 4)}
    cases["2026/9"] = ("F", [entry(1, "I", "J"), entry(2, "I", "J", avskrivninger=[TO])])
    lay_cases(care.archive, tmp_path / "filer", cases)
    care.run()
    with care.house.store.read() as reads:
        said = gather_care(reads, "nb")
    assert "4 saker mangler bare avskrivning av inngående post eller notat (CL4), én ting i hver." in said.best
    closing = next(group for group in said.groups if group.task == "Avslutning")
    assert (4, 4) == (closing.number, closing.single)


def test_a_case_opened_again_is_left_in_peace_for_its_time(care: Care, tmp_path: Path) -> None:
    lay_cases(care.archive, tmp_path / "filer", {"2026/1": ("F", [entry(1, "I", "J", avskrivninger=[TO])])})
    care.run()
    care.archive.reopen("2026/1", by="Eva Eksempel", reason="Klage kom")
    care.run()
    assert Saksstatus.AVSLUTTET is not care.sak("2026/1").mappe.saksstatus

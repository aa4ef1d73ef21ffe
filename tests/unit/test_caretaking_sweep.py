"""The run: only what changed or has become ripe is looked at, nothing is done that nobody switched on, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from connectors.contract import Archive
from models.archive import ArchiveWrite, Avslutning, Ferdigstill, Statusendring
from models.errors import MaybeDone, OutOfReach, TryLater
from models.noark import Dokumentstatus, Journalstatus, Saksstatus
from models.omsorg import Sak
from models.store.audit_tx import events_after
from models.store.care_tx import StoredPoint
from robot.caretaking.model import CareLimits, Task
from robot.caretaking.sweep import Sweep, SweepCount, sweep
from robot.reading.dispatch import ReadingRoom
from tests.support.cases import PDFA, CaseArchive, case, document, entry, signed
from tests.support.house import House, rules_text

RULES = rules_text(
    """\
  - regel: journalfoer
    gjelder: journalpost
    modus: auto
    hvis: {journalstatus: [M, S, F, E]}
    så: {journalfør: ja}
  - regel: arkiver
    gjelder: journalpost
    modus: auto
    hvis: {journalstatus: J, alder: {minst: {dager: 330}}}
    så: {godkjenn: ja}
  - regel: avslutt
    gjelder: sak
    modus: auto
    hvis: {saksstatus: F}
    så: {avslutt: ja}
  - regel: klagefrist
    gjelder: sak
    hvis: {siste_ut: {høyst: {uker: 3}}}
    så: {la_stå: Klagefristen løper}
"""
)
ALL = frozenset(Task)
FINISHED = Saksstatus.FERDIG_SAKSBEHANDLER


class Night:
    """An organisation whose archive holds these cases."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.archive = CaseArchive()

    def lay(self, *saker: Sak, **options: Any) -> CaseArchive:
        self.archive = CaseArchive(*saker, **options)
        self.house.office.archive = cast(Archive, self.archive)
        return self.archive

    def run(self, does: frozenset[Task] = ALL, **choices: Any) -> SweepCount:
        self.archive.shown.clear()
        limits = CareLimits(formats=frozenset({PDFA}), does=does)
        return sweep(Sweep(office=self.house.office, limits=limits, **choices))

    def points(self) -> list[StoredPoint]:
        with self.house.store.read() as reads:
            return list(reads.care_points())

    def reasons(self) -> list[tuple[str, str, str, str]]:
        return sorted((p.number, p.task, p.kind, p.reason) for p in self.points())


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    made = House(tmp_path, cast(ReadingRoom, None), rules=RULES)
    yield Night(made)
    made.store.close()


def test_what_has_everything_is_journaled_and_a_second_run_changes_nothing(night: Night) -> None:
    archive = night.lay(
        case(entry("I", "S"), entry("U", "E", number=2)), case(entry("X", "F", sak="2026/2"), number="2026/2")
    )
    assert {"journalfør": 3, "avskriv": 1} == night.run().done
    statuses = {e.post.status for number in ("2026/1", "2026/2") for e in archive.sak(number).innfoersler}
    assert {Journalstatus.JOURNALFOERT} == statuses
    asked = list(archive.asked)
    assert {} == night.run().done
    assert asked == archive.asked
    assert [] == archive.shown
    assert [] == night.points()


def test_nothing_is_done_before_a_human_has_switched_it_on(night: Night) -> None:
    archive = night.lay(case(entry("I", "S", avskrivninger=(signed(),)), saksstatus=FINISHED))
    night.run(frozenset())
    assert [] == archive.asked
    assert [
        ("2026/1", "avslutt", "missing", "journalstatus"),
        ("2026/1-1", "journalfør", "proposed", "S"),
    ] == night.reasons()
    assert {"journalfør": 1} == night.run(frozenset({Task.JOURNAL})).done
    assert [("2026/1", "avslutt", "proposed", "F")] == night.reasons()


def test_a_dry_run_asks_for_nothing_and_keeps_nothing(night: Night) -> None:
    archive = night.lay(case(entry("I", "S")))
    assert {"journalfør/proposed": 1} == night.run(dry=True).points
    assert ([], []) == (archive.asked, night.points())
    assert {"journalfør": 1} == night.run().done


def test_a_case_is_journaled_and_closed_in_one_night(night: Night) -> None:
    archive = night.lay(case(entry("I", "S", avskrivninger=(signed(),)), saksstatus=FINISHED))
    assert {"journalfør": 1, "avslutt": 1} == night.run().done
    assert Saksstatus.AVSLUTTET is archive.sak().mappe.saksstatus
    assert [] == night.points()


def test_where_the_core_does_not_archive_entries_the_robot_does_it_before_it_closes(night: Night) -> None:
    done = (signed(),)
    archive = night.lay(
        case(entry("I", "J", avskrivninger=done), entry("U", "J", number=2), saksstatus=FINISHED),
        archives_on_close=False,
    )
    night.run()
    assert ["statusendring", "statusendring", "avslutning"] == [write.kind for write in archive.asked]
    assert isinstance(archive.asked[-1], Avslutning)
    assert {Journalstatus.ARKIVERT} == {e.post.status for e in archive.sak().innfoersler}


def test_a_case_with_an_entry_the_archive_refuses_to_archive_is_not_closed(night: Night) -> None:
    archive = night.lay(case(entry("I", "J", avskrivninger=(signed(),)), saksstatus=FINISHED), archives_on_close=False)
    archive.refuse = lambda write: "tittelen er for lang" if isinstance(write, Statusendring) else ""
    night.run()
    assert [] == archive.asked
    (point,) = night.points()
    assert ("refused", "archive_refused", "tittelen er for lang") == (point.kind, point.reason, point.text)


def test_a_case_is_never_closed_over_what_is_not_signed_off(night: Night) -> None:
    archive = night.lay(case(entry("I", "J"), entry("N", "J", number=2), saksstatus=FINISHED))
    night.run()
    assert [] == archive.asked
    (point,) = night.points()
    assert ("missing", "restanse", 2, "2026/1-1, 2026/1-2") == (point.kind, point.reason, point.count, point.text)


def test_a_letter_never_sent_is_not_journaled(night: Night) -> None:
    archive = night.lay(case(entry("U", "F"), entry("X", "F", number=2, parter=entry("I").parter)))
    night.run()
    assert [] == archive.asked
    assert [
        ("2026/1-1", "journalfør", "missing", "ikke_ekspedert"),
        ("2026/1-2", "journalfør", "missing", "type,avsender"),
    ] == night.reasons()


def test_what_was_left_behind_in_a_closed_case_is_named(night: Night) -> None:
    archive = night.lay(case(entry("I", "S"), entry("I", "A", number=2), saksstatus=Saksstatus.AVSLUTTET))
    night.run()
    assert [] == archive.asked
    assert [("2026/1-1", "journalfør", "missing", "sak_åpen")] == night.reasons()


def test_a_sent_letter_with_an_open_document_is_finished_first(night: Night) -> None:
    unfinished = document(dokumentstatus=Dokumentstatus.UNDER_REDIGERING)
    archive = night.lay(case(entry("U", "E", dokumenter=(unfinished,))))
    night.run(frozenset({Task.JOURNAL}))
    assert [("2026/1-1", "ferdigstill", "proposed", "E")] == night.reasons()
    night.run()
    assert [Ferdigstill, Statusendring] == [type(write) for write in archive.asked]


def test_a_case_under_a_guard_is_looked_at_again_the_day_the_guard_is_gone(night: Night) -> None:
    sent = entry("U", "A", sendt_dato=date(2026, 11, 20))
    archive = night.lay(case(sent, saksstatus=FINISHED))
    night.run()
    (point,) = night.points()
    assert ("kept", "klagefrist", "Klagefristen løper") == (point.kind, point.reason, point.text)
    night.house.clock.go(17 * 86_400)  # 11 December: the third week's last day
    night.run()
    assert [] == archive.asked
    night.house.clock.go(86_400)
    night.run()
    assert ["2026/1"] == archive.shown[:1]
    assert Saksstatus.AVSLUTTET is archive.sak().mappe.saksstatus


def test_a_guard_on_a_case_nobody_would_close_is_no_news(night: Night) -> None:
    night.lay(case(entry("U", "A", sendt_dato=date(2026, 11, 20))))
    night.run()
    assert [] == night.points()


def test_a_run_that_dies_goes_on_where_it_died_and_does_nothing_twice(night: Night) -> None:
    saker = [case(entry("I", "S", sak=f"2026/{n}"), number=f"2026/{n}") for n in range(1, 6)]
    archive = night.lay(*saker)

    class Killed(BaseException):
        pass

    def dies(write: ArchiveWrite) -> None:
        if isinstance(write, Statusendring) and write.journalpost == "2026/4-1":
            raise Killed

    archive.before = dies
    with pytest.raises(Killed):
        night.run(page=2)
    archive.before = lambda write: None
    assert {"journalfør": 2} == night.run(page=2).done
    assert ["2026/4", "2026/5"] == archive.shown[:2]
    assert 5 == len({write.journalpost for write in archive.asked if isinstance(write, Statusendring)})
    assert 5 == len(archive.asked)


def test_a_step_whose_answer_was_lost_is_looked_up_and_not_sent_again(night: Night) -> None:
    archive = night.lay(case(entry("I", "S")))
    submit = archive.submit

    def breaks_off(write: ArchiveWrite, key: Any) -> Any:
        submit(write, key)
        raise MaybeDone("brutt", key=key)

    archive.submit = breaks_off  # type: ignore[method-assign]
    night.run()
    archive.submit = submit  # type: ignore[method-assign]
    night.house.clock.go(86_400)
    night.run()
    assert 1 == len(archive.asked)
    assert [] == night.points()


def test_an_archive_that_is_away_stops_the_run_and_loses_nothing(night: Night) -> None:
    archive = night.lay(case(entry("I", "S")))

    def away(write: ArchiveWrite) -> None:
        raise OutOfReach("arkivet svarer ikke", connection="arkiv")

    archive.before = away
    with pytest.raises(TryLater):
        night.run()
    archive.before = lambda write: None
    night.house.clock.go(86_400)
    assert {"journalfør": 1} == night.run().done


def test_a_case_opened_again_can_be_closed_again(night: Night) -> None:
    sak = case(entry("I", "A", avskrivninger=(signed(),)), saksstatus=FINISHED)
    archive = night.lay(sak)
    night.run()
    archive.put(replace(sak, gjenaapnet=date(2026, 11, 1)))
    assert {"avslutt": 1} == night.run().done


def test_points_keep_their_first_day_and_go_when_what_they_say_is_mended(night: Night) -> None:
    archive = night.lay(case(entry("I", "S", mottatt_dato=None)))
    night.run()
    first = night.points()[0]
    night.house.clock.go(86_400)
    night.run(full=True)
    assert [(first.key, first.first_seen)] == [(p.key, p.first_seen) for p in night.points()]
    archive.put(case(entry("I", "S")))
    night.run()
    assert [] == night.points()


def test_other_rules_make_the_next_run_a_full_one(night: Night) -> None:
    archive = night.lay(case(entry("I", "S", mottatt_dato=None)))
    night.run()
    night.run()
    assert [] == archive.shown
    night.house.write_rules(RULES.replace("[M, S, F, E]", "[F, E]"))
    night.house.office.rules.refresh()
    assert night.run().full
    assert [] == night.points()


def test_what_the_robot_took_in_for_a_person_to_approve_is_left_to_them(night: Night) -> None:
    archive = night.lay(case(entry("I", "M", our_key="pr-abc-jp"), entry("I", "M", number=2)))
    night.run()
    assert ["2026/1-2"] == [write.journalpost for write in archive.asked if isinstance(write, Statusendring)]


def test_each_step_is_audited_with_its_rule(night: Night) -> None:
    night.lay(case(entry("I", "S")))
    night.run()
    with night.house.store.read() as reads:
        events = [e for e in events_after(reads, 0) if e.event == "care_decided"]
    ruleset = night.house.office.rules.current.sha256
    assert [("journalfoer", ruleset)] == [(e.rule_id, e.ruleset_sha256) for e in events]

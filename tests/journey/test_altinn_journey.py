"""Altinn from end to end: the example municipality as an operator sets it up, against the platform on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.testing.altinn_client import as_toml, register, write_key
from connectors.testing.servers.altinn import AltinnServer
from connectors.testing.servers.altinn_letters import SentFile
from connectors.testing.servers.altinn_storage import FormFile
from models.archive import JournalQuery
from robot.build import office_of
from robot.config import Settings
from robot.demo import paper
from robot.errands import run_errands
from robot.init import init
from robot.load_config import load_settings
from robot.office import Office
from robot.reading.dispatch import ReadingRoom
from robot.report import make_daily_report
from robot.schedule import find_job
from robot.verify import verify
from tests.support.stores import Clock

OWN, SCHOOL, UNKNOWN = "315000106", "315004217", "315009991"
MODEL = "<melding><eiendom>gnr. 12 bnr. 40</eiendom><tiltak>garasje</tiltak><melder>Solvik Bygg AS</melder></melding>"


@dataclass(slots=True)
class Solvik:
    """The example municipality with both sources; ``clock`` is the robot's and the server's."""

    server: AltinnServer
    clock: Clock
    settings: Settings
    room: ReadingRoom

    def office(self) -> Office:
        return office_of(self.settings, "solvik", room=self.room, now=self.clock.utc)


@pytest.fixture
def solvik(tmp_path: Path, reading_room: ReadingRoom) -> Iterator[Solvik]:
    clock = Clock()
    made = init(tmp_path / "solvik", example=True, now=clock.utc)
    with AltinnServer(now=lambda: clock.at) as server:
        server.units = {
            OWN: ("SOLVIK KOMMUNE", ""),
            SCHOOL: ("SOLVIK SKOLE", OWN),
            UNKNOWN: ("SOLVIK KULTURSKOLE", OWN),
        }
        register(server, OWN, code="solv")
        write_key(made.folder / "maskinporten.pem")
        text = made.config.read_text(encoding="utf-8")
        text = text.replace('logg = "konsoll"\n', 'logg = "json"\n\n[robot.grenser]\ndiskreserve_mb = 0\n')
        more = as_toml(server, "solvik", key="maskinporten.pem", code="solv", more="per_sekund = 0\n")
        made.config.write_text(text + more, encoding="utf-8")
        yield Solvik(server, clock, load_settings(made.config, environ={}), reading_room)


def work(office: Office) -> list[dict[str, Any]]:
    """Everything that can be done now; the rows of all posts."""
    from robot.journey import walk
    from robot.stages.collect import collect

    for desk in office.desks.values():
        list(collect(office, desk))
    while True:
        with office.store.read() as reads:
            due = reads.due(100)
        if not due:
            break
        for seq in due:
            walk(seq, office)
    with office.store.read() as reads:
        return [dict(row) for row in reads.rows()]


def form(server: AltinnServer) -> None:
    pdf = paper.pdf("# Melding om ferdig tiltak\nEiendom: gnr. 12 bnr. 40\nGarasje", title="Melding")
    files = [
        FormFile(kind="model", content=MODEL.encode(), media_type="application/xml"),
        FormFile(kind="ref-data-as-pdf", content=pdf, name="Melding.pdf"),
        FormFile(kind="vedlegg", content=paper.pdf("# Kart", title="Kart"), name="situasjonskart.pdf", scan="Clean"),
    ]
    server.add_form(app="solv/melding-om-tiltak", files=files, orgnr="310000009", texts={"adresse": "Storgata 1"})


def test_a_form_goes_to_the_right_case_by_itself_and_is_completed_when_the_archive_has_it(solvik: Solvik) -> None:
    form(solvik.server)
    (sent,) = solvik.server.forms.values()
    office = solvik.office()
    try:
        (row,) = work(office)
        page = office.archive.journalposter(JournalQuery(), None)
    finally:
        office.close()
    assert ("done", "archived", "J", "melding-om-tiltak") == (
        row["state"],
        row["outcome"],
        row["journalstatus"],
        row["rule"],
    )
    assert ("Melding om ferdig tiltak, garasje – 12/40", "Byggesak – 12/40") == (row["tittel"], row["saktittel"])
    assert ["solv"] == sent.confirmed
    (entry,) = page.entries
    assert row["journalpost_id"] == entry.system_id


def test_a_form_is_not_completed_when_a_person_must_look(solvik: Solvik) -> None:
    solvik.server.add_form(
        app="solv/ukjent-skjema", files=[FormFile(kind="ref-data-as-pdf", content=paper.pdf("# Noe", title="Noe"))]
    )
    office = solvik.office()
    try:
        (row,) = work(office)
    finally:
        office.close()
    assert "set_aside" == row["state"]
    assert [[]] == [each.confirmed for each in solvik.server.forms.values()]


def test_a_letter_is_confirmed_and_read_when_the_archive_has_it_and_due_by_the_date_altinn_says(solvik: Solvik) -> None:
    letter = solvik.server.deliver(
        party=OWN,
        resource="fylket-tilskudd",
        title="Tilskuddsbrev – gang- og sykkelvei",
        body="# Tilskudd\n\nFylkeskommunen har innvilget tilskudd til gang- og sykkelvei.\n",
        files=[SentFile(name="vilkår.pdf", content=paper.pdf("# Vilkår\nRapport sendes i tide.", title="Vilkår"))],
        isConfirmationNeeded=True,
        dueDateTime="2027-01-14T22:59:59+00:00",
        messageSender="Fylkeskommunen",
    )
    office = solvik.office()
    try:
        (row,) = work(office)
        with office.store.read() as reads:
            decision = reads.decision(row["seq"])
    finally:
        office.close()
    assert decision is not None
    assert ("tilskuddsbrev", "2027-01-14", "done") == (row["rule"], row["forfall"], row["state"])
    assert {"språk": "nb", "avsender.bekreftet": True, "avsender.navn": "Fylkeskommunen"} == {
        name: decision.facts.get(name) for name in ("språk", "avsender.bekreftet", "avsender.navn")
    }
    assert (1, 1) == (letter.confirms, letter.reads)


def test_a_letter_set_aside_is_neither_read_nor_confirmed(solvik: Solvik) -> None:
    letter = solvik.server.deliver(party=OWN, resource="x", title="Noe helt annet", isConfirmationNeeded=True)
    office = solvik.office()
    try:
        (row,) = work(office)
    finally:
        office.close()
    assert "set_aside" == row["state"]
    assert (0, 0) == (letter.confirms, letter.reads)


def test_a_sub_units_post_is_known_by_the_register_and_units_that_nobody_reads_for_stand_in_the_report(
    solvik: Solvik,
) -> None:
    for party in (SCHOOL, UNKNOWN):
        solvik.server.deliver(party=party, resource="x", title="Søknad om SFO")
    solvik.server.denied.add((UNKNOWN, "hemmelig"))
    office = solvik.office()
    try:
        rows = work(office)
        with office.store.read() as reads:
            facts = [decision.facts for row in rows if (decision := reads.decision(row["seq"])) is not None]
        solvik.clock.at += 3600
        find_job("avstemming").run(office)
        make_daily_report(office, send=False)
        (report,) = (office.store.folder / "rapport").glob("*.json")
        (page,) = (office.store.folder / "rapport").glob("*.html")
        told, html = json.loads(report.read_text(encoding="utf-8")), page.read_text(encoding="utf-8")
    finally:
        office.close()
    assert {"SKOLE", None} == {each.get("mottaker.enhet") for each in facts}
    units = {each["orgnr"]: each for each in told["unread"]}
    assert {SCHOOL, UNKNOWN} == set(units)
    assert [(False, "Solvik skole (SKOLE)"), (True, "SOLVIK KULTURSKOLE")] == [
        (units[each]["unknown"], units[each]["unit"]) for each in (SCHOOL, UNKNOWN)
    ]
    assert "Underenheter som får post ingen leser" in html
    assert "står ikke i enheter.csv" in html


def test_what_altinn_has_to_say_stands_in_the_report(solvik: Solvik) -> None:
    solvik.server.deliver(party=OWN, resource="uten-rett", title="Brev")
    office = solvik.office()
    try:
        list(office.desks["altinn"].intake.offers(10))
        solvik.server.denied.add((OWN, "uten-rett"))
        work(office)
        make_daily_report(office, send=False)
        (report,) = (office.store.folder / "rapport").glob("*.json")
        told = json.loads(report.read_text(encoding="utf-8"))
    finally:
        office.close()
    assert any("uten-rett" in each and "Deleger" in each for each in told["troubles"])


def test_after_a_restart_nothing_is_fetched_or_told_twice(solvik: Solvik) -> None:
    letter = solvik.server.deliver(party=OWN, resource="x", title="Søknad om SFO", isConfirmationNeeded=True)
    form(solvik.server)
    for _ in range(2):
        office = solvik.office()
        try:
            rows = work(office)
            found = verify(office.store, office.archive)
        finally:
            office.close()
        solvik.clock.at += timedelta(minutes=10).total_seconds()
    assert 2 == len(rows)
    assert (1, 1) == (letter.confirms, letter.reads)
    assert [1] == [each.completes for each in solvik.server.forms.values()]
    assert [] == [each.name for each in found if not each.ok]


def test_a_lost_index_costs_fetching_again_and_makes_no_double(solvik: Solvik) -> None:
    solvik.server.deliver(party=OWN, resource="x", title="Søknad om SFO")
    office = solvik.office()
    try:
        work(office)
    finally:
        office.close()
    for path in solvik.settings.state("solvik").glob("kilder/*"):
        path.unlink()
    office = solvik.office()
    try:
        rows = work(office)
        run_errands(office)
        assert 1 == len(rows)
        assert [] == list(office.desks["altinn"].intake.offers(10))
    finally:
        office.close()

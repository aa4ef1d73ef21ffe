"""What is special to eInnsyn: put-off publication, passing trouble, files elsewhere, and what is not expanded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.contract import JournalView
from connectors.einnsyn.config import EInnsynConfig
from connectors.einnsyn.parse import entry_of
from connectors.einnsyn.view import EInnsynView
from connectors.http import Hooks
from connectors.settings import Surroundings
from connectors.testing.journal_lab import FIRST, HOUR, pages, refs, sample, spool, titles
from connectors.testing.journal_labs import EInnsynLab
from connectors.testing.servers.einnsyn import EInnsynServer, PostedFile
from connectors.testing.servers.faults import Fault, FaultKind
from models.errors import OutOfReach, TryLater
from models.noark import TilknyttetSom
from models.post import SpooledDocument
from models.published import NoFile, NoFileWhy, PublishedEntry, RemarkCode, Window, WindowKind


@pytest.fixture
def server() -> Iterator[EInnsynServer]:
    with EInnsynServer(now=lambda: (FIRST + 100 * HOUR).timestamp()) as running:
        yield running


@pytest.fixture
def lab(server: EInnsynServer) -> EInnsynLab:
    return EInnsynLab(server)


def title(number: int) -> str:
    return sample(number).entry.offentlig_tittel


def test_an_entry_whose_publication_was_put_off_comes_when_it_becomes_public(lab: EInnsynLab) -> None:
    lab.server.post(sample(1).entry, FIRST, accessible=FIRST + 48 * HOUR)
    lab.server.post(sample(2).entry, FIRST)
    window = Window(kind=WindowKind.CHANGED, since=FIRST + 47 * HOUR, until=FIRST + 49 * HOUR)
    assert {title(1)} == set(titles(pages(lab.connect(), window)))


def test_what_is_not_public_yet_is_seen_with_the_key_only(lab: EInnsynLab) -> None:
    lab.server.post(sample(1).entry, FIRST, accessible=FIRST + 500 * HOUR)
    assert [] == titles(pages(lab.connect(), Window()))
    assert [title(1)] == titles(pages(lab.connect(key=lambda: "secret_test"), Window()))


def test_what_was_published_and_changed_is_read_in_both_orders(lab: EInnsynLab) -> None:
    for number in range(1, 8):
        lab.server.post(sample(number).entry, FIRST + number * HOUR)
    lab.server.edit(sample(1).entry.id, FIRST + 9 * HOUR, offentligTittel="Endret")
    window = Window(kind=WindowKind.CHANGED, since=FIRST + 5 * HOUR)
    assert {title(5), title(6), title(7), "Endret"} == set(titles(pages(lab.connect(), window)))


def test_titles_and_names_come_in_pairs(lab: EInnsynLab) -> None:
    entry = replace(
        sample(1).entry, offentlig_tittel="Søknad fra *****", offentlig_tittel_sensitiv="Søknad fra Kari Eksempel"
    )
    lab.server.post(entry, FIRST)
    ((told,),) = (page.entries for page in pages(lab.connect(), Window()))
    assert ("Søknad fra *****", "Søknad fra Kari Eksempel") == (told.offentlig_tittel, told.offentlig_tittel_sensitiv)


def test_it_waits_as_long_as_it_is_asked_to_and_goes_on(lab: EInnsynLab) -> None:
    lab.publish(sample(1), FIRST)
    waits: list[float] = []
    lab.server.faults.add(Fault(kind=FaultKind.STATUS, path="/api/search", status=429, headers={"Retry-After": "7"}))
    view = EInnsynView(lab.settings(), hooks=Hooks(sleep=waits.append, share=lambda: 0.0))
    assert [title(1)] == titles(pages(view, Window()))
    assert [7.0] == waits


def test_a_service_that_is_down_is_out_of_reach_and_one_that_asks_for_long_waits_is_left(lab: EInnsynLab) -> None:
    lab.server.faults.add(Fault(kind=FaultKind.STATUS, path="/api/search", status=503, times=9))
    with pytest.raises(OutOfReach):
        lab.connect().published(Window(), None)
    lab.server.faults.clear()
    lab.server.faults.add(Fault(kind=FaultKind.STATUS, path="/api/search", status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(TryLater) as told:
        lab.connect().published(Window(), None)
    assert 3600 == told.value.after_s


def test_a_unit_that_einnsyn_does_not_know_is_told(lab: EInnsynLab) -> None:
    with pytest.raises(TryLater, match="HTTP 400"):
        lab.connect(units=("399999999",)).published(Window(), None)


def files_of(lab: EInnsynLab, *files: PostedFile) -> JournalView:
    lab.server.post(sample(1).entry, FIRST, files=files)
    return lab.connect()


def test_a_redirect_is_followed_to_known_hosts_only(lab: EInnsynLab, tmp_path: Path) -> None:
    with EInnsynServer() as elsewhere:
        elsewhere.shelf.files["x"] = PostedFile(b"%PDF-1.7 innhold")
        view = files_of(lab, PostedFile(None, moved_to=f"{elsewhere.url}/fil/x"))
        (ref,) = refs(view)
        assert NoFile(why=NoFileWhy.ELSEWHERE) == view.document(ref, spool(tmp_path / "s"))
        assert [] == elsewhere.recorded()
        known = lab.connect(file_hosts=("127.0.0.1",), key=lambda: "secret_test")
        got = known.document(ref, spool(tmp_path / "s"))
        assert isinstance(got, SpooledDocument)
        assert b"%PDF-1.7 innhold" == got.path.read_bytes()
        (asked,) = elsewhere.recorded()
        assert "api-key" not in asked.request.headers


def test_a_redirect_without_end_and_a_web_page_are_no_files(lab: EInnsynLab, tmp_path: Path) -> None:
    view = files_of(lab, PostedFile(None, moved_to="/fil/round"), PostedFile(b"<html>", media_type="text/html"))
    lab.server.shelf.files["round"] = PostedFile(None, moved_to="/fil/round")
    got = [view.document(ref, spool(tmp_path / "s")) for ref in refs(view)]
    assert [NoFileWhy.ELSEWHERE] * 2 == [each.why for each in got if isinstance(each, NoFile)]


def test_an_entry_that_comes_as_a_bare_id_is_remarked_on(lab: EInnsynLab) -> None:
    body = b'{"items": ["jp_1"]}'
    fault = Fault(
        kind=FaultKind.REPLACE, path="/api/search", body=body, status=200, headers={"Content-Type": "application/json"}
    )
    lab.server.faults.add(fault)
    (page,) = pages(lab.connect(), Window())
    assert [(RemarkCode.INCOMPLETE, "jp_1")] == [(each.code, each.entry) for each in page.remarks]


def test_an_answer_without_most_of_it_is_still_an_entry() -> None:
    told = entry_of(
        {"id": "jp_1", "saksmappe": "sm_1", "dokumentbeskrivelse": ["db_1"], "skjerming": None, "journalaar": True}
    )
    assert PublishedEntry(id="jp_1", offentlig_tittel="") == told


def test_older_feeds_write_roles_as_addresses() -> None:
    base = "http://www.arkivverket.no/standarder/noark5/arkivstruktur/"
    told = entry_of(
        {
            "id": "jp_1",
            "korrespondansepart": [{"korrespondansepartNavn": "X", "korrespondanseparttype": f"{base}avsender"}],
            "dokumentbeskrivelse": [{"tittel": "T", "tilknyttetRegistreringSom": f"{base}hoveddokument"}],
        }
    )
    assert "EA" == told.parter[0].type
    assert TilknyttetSom.HOVEDDOKUMENT is told.dokumenter[0].tilknyttet_som


def surroundings(tmp_path: Path, server: EInnsynServer) -> Surroundings:
    return Surroundings(
        name="einnsyn", connection="x.einnsyn", orgnr="310000009", zone="Europe/Oslo", state=tmp_path, now=lambda: FIRST
    )


def test_doctor_tells_whether_it_answers_knows_the_unit_and_keeps_time(server: EInnsynServer, tmp_path: Path) -> None:
    around = surroundings(tmp_path, server)
    config = EInnsynConfig(adresse=server.api)
    empty, late = config.checkups(around)
    assert ("warning", "svarer, men har ingenting") == (empty.level, empty.text)
    assert "fault" == late.level
    server.post(sample(1).entry, FIRST)
    assert "ok" == next(iter(config.checkups(around))).level
    (unknown,) = EInnsynConfig(adresse=server.api, enheter=("399999999",)).checkups(around)
    assert "fault" == unknown.level


@pytest.mark.parametrize(
    "wrong", [{"adresse": "http://einnsyn.example"}, {"verter": ("https://x.example/",)}, {"per_side": 500}]
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        EInnsynConfig.model_validate(wrong)

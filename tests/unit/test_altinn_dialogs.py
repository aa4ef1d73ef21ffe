"""Dialogs that no letter stands behind: content at its issuer, letters within, rights that lack, and where tokens may go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.altinn.pace import Pace
from connectors.altinn.platform import FixedTokens, Platform
from connectors.altinn.settings import PlatformSettings
from connectors.altinn.wire import dialog, orgnr_of, overview, parties, time_of, trouble
from connectors.testing.altinn_lab import OWN, QUICK, RESOURCE, START, DialogLab
from connectors.testing.servers.altinn import AltinnServer
from connectors.testing.servers.altinn_dialogs import IssuerServer, attachment, transmission, value
from connectors.testing.servers.altinn_letters import SentFile
from connectors.testing.servers.faults import Fault, FaultKind
from models.errors import TryLater
from models.post import Outcome, Spool
from tests.support.altinn import keys, settle_all, take_all

MARKDOWN = "application/vnd.dialogporten.frontchannelembed-url;type=text/markdown"
OLD_MARKDOWN = "application/vnd.dialogporten.frontchannelembed+json;type=markdown"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[DialogLab]:
    (tmp_path / "spool").mkdir()
    with AltinnServer() as server, IssuerServer(server) as issuer:
        yield DialogLab(server, issuer, tmp_path, Spool(tmp_path / "spool"))


def add(lab: DialogLab, **dialog: object) -> str:
    lab.tick()
    return lab.server.add_dialog(party=OWN, resource="skd-brev", title="Skattemelding", **dialog).id  # type: ignore[arg-type]


@pytest.mark.parametrize("media_type", [MARKDOWN, OLD_MARKDOWN])
def test_the_text_lies_at_the_issuer_and_is_fetched_with_the_dialogs_token(lab: DialogLab, media_type: str) -> None:
    lab.issuer.content["fce/1"] = ("text/markdown", b"# Skatt\n\nDu har til gode.")
    add(lab, mainContentReference=value(f"{lab.issuer.url}/fce/1", media_type))
    (post,) = take_all(lab, lab.source(hosts=("127.0.0.1",)))
    assert b"# Skatt\n\nDu har til gode." == post.documents[0].path.read_bytes()
    sent = [each.request.headers.get("authorization", "") for each in lab.issuer.requests]
    assert ["Bearer dialog-"] == [each[:14] for each in sent]


def test_another_media_type_is_left_for_a_person(lab: DialogLab) -> None:
    add(lab, mainContentReference=value(f"{lab.issuer.url}/fce/1", "text/html"))
    source = lab.source()
    (post,) = take_all(lab, source)
    assert "for hånd" in post.documents[0].path.read_text()
    assert [] == lab.issuer.requests
    assert any("for hånd" in each for each in source.remarks())


def test_content_is_fetched_from_hosts_that_are_allowed_and_no_other(lab: DialogLab) -> None:
    lab.issuer.content["fce/1"] = ("text/markdown", b"# Skatt")
    add(lab, mainContentReference=value(f"{lab.issuer.url}/fce/1", MARKDOWN))
    source = lab.source(hosts=("skatteetaten.no",))
    (post,) = take_all(lab, source)
    assert [] == lab.issuer.requests
    assert "verter" in post.documents[0].path.read_text()


def test_our_token_never_goes_to_an_issuer(lab: DialogLab) -> None:
    lab.issuer.open_to_all = True
    lab.issuer.content["dok/1"] = ("application/pdf", b"%PDF-1.7")
    add(lab, attachments=[attachment("Vedtak", ("Api", f"{lab.issuer.url}/dok/1"))])
    (post,) = take_all(lab, lab.source())
    assert "Vedtak.pdf" in [each.name for each in post.documents]
    assert not any("gitt-" in each.request.headers.get("authorization", "") for each in lab.issuer.requests)


def test_the_address_for_programs_comes_before_the_one_for_people(lab: DialogLab) -> None:
    lab.issuer.content |= {"gui": ("application/pdf", b"gui"), "api": ("application/pdf", b"api")}
    urls = (("Gui", f"{lab.issuer.url}/gui"), ("Api", f"{lab.issuer.url}/api"))
    add(lab, attachments=[attachment("Vedtak", *urls)])
    (post,) = take_all(lab, lab.source())
    assert b"api" == post.documents[-1].path.read_bytes()


def test_a_file_we_lack_the_right_to_is_told_as_a_missing_delegation(lab: DialogLab) -> None:
    add(lab, attachments=[attachment("Vedtak", ("Api", "urn:dialogporten:unauthorized"))])
    source = lab.source()
    (post,) = take_all(lab, source)
    assert "deleger" in post.documents[-1].path.read_text()
    assert any("deleger" in each for each in source.remarks())


def test_content_we_lack_the_right_to_is_told_as_a_missing_delegation(lab: DialogLab) -> None:
    add(lab, mainContentReference=value("urn:dialogporten:unauthorized", MARKDOWN, authorized=False))
    source = lab.source()
    take_all(lab, source)
    assert any("deleger" in each for each in source.remarks())


def test_an_issuer_that_is_down_holds_up_its_own_letter_alone(lab: DialogLab) -> None:
    lab.issuer.content["fce/1"] = ("text/markdown", b"# Skatt")
    add(lab, mainContentReference=value(f"{lab.issuer.url}/fce/1", MARKDOWN))
    lab.server.deliver(party=OWN, resource=RESOURCE)
    lab.issuer.faults.add(Fault(kind=FaultKind.STATUS, status=503, times=3))
    source = lab.source()
    assert 1 == len(take_all(lab, source))
    lab.tick(timedelta(hours=1))
    assert 1 == len(take_all(lab, source))


def test_each_letter_within_a_dialog_is_a_post_of_its_own(lab: DialogLab) -> None:
    lab.issuer.content["fce/1"] = ("text/markdown", b"# Skatt")
    first = transmission("Vedtak", at=START)
    ours = transmission("Svar fra oss", kind="Submission", at=START)
    dialog = add(lab, letters=[first, ours], mainContentReference=value(f"{lab.issuer.url}/fce/1", MARKDOWN))
    source = lab.source()
    taken = take_all(lab, source)
    assert {f"t:{dialog}/{first['id']}", "d"} == {key if key[0] == "t" else "d" for key in keys(taken)}
    # A letter more: it alone is new.
    second = transmission("Klagevedtak", at=START)
    lab.tick(timedelta(minutes=5))
    lab.server.dialogs[dialog].letters.append(second)
    lab.server.dialogs[dialog].updated = lab.server.time()
    more = take_all(lab, source)
    assert {f"t:{dialog}/{second['id']}"} == {key for key in keys(more) if key not in keys(taken)}


def test_a_dialog_that_only_holds_letters_is_no_letter_itself(lab: DialogLab) -> None:
    letter = transmission("Vedtak", at=START)
    dialog = add(lab, letters=[letter])
    assert [f"t:{dialog}/{letter['id']}"] == keys(take_all(lab, lab.source()))


def test_a_level_that_is_too_low_is_told_and_asked_again_later(lab: DialogLab) -> None:
    add(lab)
    lab.server.level_4.add("skd-brev")
    source = lab.source()
    assert [] == take_all(lab, source)
    assert any("skd-brev" in each for each in source.remarks())
    lab.server.level_4.clear()
    lab.tick(timedelta(hours=2))
    assert 1 == len(take_all(lab, source))


def test_settling_a_dialog_tells_altinn_nothing(lab: DialogLab) -> None:
    add(lab)
    source = lab.source()
    taken = take_all(lab, source)
    before = len(lab.server.requests)
    settle_all(source, taken, Outcome.ARCHIVED)
    assert before == len(lab.server.requests)
    assert [] == list(source.offers(10))


# --- all our organisations, and who reads ------------------------------------------------------------------------------


def test_new_and_lost_rights_are_told(lab: DialogLab) -> None:
    lab.server.deliver(party=OWN, resource="ny-tjeneste")
    lab.server.deliver(party=OWN, resource=RESOURCE)
    lab.server.denied.add((OWN, "ny-tjeneste"))
    source = lab.source()
    source.reconcile()
    assert () == source.remarks()
    lab.server.denied = {(OWN, RESOURCE)}
    source.reconcile()
    said = " ".join(source.remarks())
    assert f"mistet tilgangen til «{RESOURCE}»" in said
    assert "fått tilgang til «ny-tjeneste»" in said


def test_the_whole_catalogue_is_not_taken_for_our_rights(lab: DialogLab) -> None:
    lab.server.deliver(party=OWN, resource=RESOURCE)
    source = lab.source()
    source.reconcile()
    lab.server.whole_catalogue, lab.server.letters, lab.server.dialogs = True, {}, {}
    source.reconcile()
    assert () == source.remarks()


def test_units_whose_post_nobody_reads_are_counted(lab: DialogLab) -> None:
    school, kindergarten = "315004217", "315001471"
    lab.server.units |= {school: ("SOLVIK SKOLE", OWN), kindergarten: ("SOLKROKEN", OWN)}
    source = lab.source()
    for party in (school, school, kindergarten):
        lab.tick()
        lab.server.deliver(party=party, resource=RESOURCE)
    read = list(lab.server.dialogs.values())[2]
    read.seen_by.append("kari")
    lab.server.denied.add((school, "taushetsbelagt"))
    take_all(lab, source)
    lab.server.denied.clear()
    lab.server.add_dialog(party=school, resource="uhentet")
    source.reconcile()
    boxes = {each.orgnr: each for each in source.mailboxes()}
    assert (3, 3, 1, OWN) == (boxes[school].received, boxes[school].unread, boxes[school].waiting, boxes[school].parent)
    assert (1, 0, 0) == (boxes[kindergarten].received, boxes[kindergarten].unread, boxes[kindergarten].waiting)
    assert "2026-03-02" == boxes[school].oldest


def test_without_the_list_of_organisations_we_fetch_for_ourselves(lab: DialogLab) -> None:
    add(lab)
    lab.server.faults.add(Fault(kind=FaultKind.STATUS, status=404, path="parties"))
    source = lab.source()
    assert 1 == len(take_all(lab, source))
    assert any("underenheter" in each for each in source.remarks())


# --- the published formats --------------------------------------------------------------------------------------------


def test_requests_and_answers_keep_the_published_formats(tmp_path: Path, shared: Path) -> None:
    (tmp_path / "spool").mkdir()
    with AltinnServer(specs=shared / "specs") as server, IssuerServer(server) as issuer:
        lab = DialogLab(server, issuer, tmp_path, Spool(tmp_path / "spool"))
        server.units["315004217"] = ("SOLVIK SKOLE", OWN)
        lab.deliver("a.pdf", b"%PDF", START)
        server.add_dialog(party=OWN, resource="skd", letters=[transmission("Vedtak", at=START)])
        file = SentFile(name="brev.pdf", content=b"%PDF")
        server.deliver(party="315004217", resource=RESOURCE, files=[file], isConfirmationNeeded=True)
        server.denied.add((OWN, RESOURCE))
        server.deliver(party=OWN, resource=RESOURCE)
        source = lab.source()
        taken = take_all(lab, source)
        settle_all(source, taken)
        source.reconcile()
        assert 3 == len(taken)
        assert {"/correspondence", "/dialogporten"} == {
            f"/{each.request.path.split('/')[1]}" for each in server.requests
        }
        assert [] == server.violations


def test_the_published_samples_are_understood(shared: Path) -> None:
    samples = shared / "specs" / "altinn" / "samples"

    def sample(name: str) -> dict[str, object]:
        read: dict[str, object] = json.loads((samples / name).read_text(encoding="utf-8"))
        return read

    letter = overview(sample("correspondence-overview.json"), now=START)
    assert ("310000003", "310000002") == (letter.properties["senderOrgNumber"], letter.owner)
    assert ["Oversendelsesbrev", "Vedlegg æøå.docx"] == [each.title for each in letter.attachments]
    assert letter.id == dialog(sample("dialog-correspondence.json"), now=START).correspondence
    direct = dialog(sample("dialog-without-correspondence.json"), now=START)
    assert ("", ["Vedtak"]) == (direct.correspondence, [each.title for each in direct.letters])
    assert ("https://api.eksempel.no/dok/1",) == direct.letters[0].files[0].urls
    assert 1001 == trouble(404, sample("correspondence-problem-1001.json")).code
    assert {"role"} == set(trouble(400, sample("correspondence-problem-validation.json")).fields)


# --- reading answers leniently ----------------------------------------------------------------------------------------


def test_times_are_read_in_every_form_they_come_in() -> None:
    assert "2026-11-02T08:15:12.654321+00:00" == str(time_of("2026-11-02T08:15:12.6543219+00:00")).replace(" ", "T")
    assert "2026-11-02 07:15:12+00:00" == str(time_of("2026-11-02T08:15:12+01:00"))
    assert None is time_of("0001-01-01T00:00:00+00:00")
    assert (None, None, None) == (time_of(None), time_of("i går"), time_of(17))


def test_what_is_missing_or_unknown_does_no_harm() -> None:
    letter = overview({"correspondenceId": "x", "status": "Nytt", "mer": {}, "content": None}, now=START)
    assert ("x", "", (), START) == (letter.id, letter.title, letter.attachments, letter.received)
    assert ((), "") == (dialog({}, now=START).letters, dialog({"content": {"title": 4}}, now=START).main.title)
    assert [] == list(parties({"authorizedParties": [None, {"party": "urn:altinn:person:identifier-no:1"}]}))
    assert ("", "310000001") == (orgnr_of("0192:31000000"), orgnr_of("0192:310000001"))


def test_control_characters_never_get_into_a_title() -> None:
    letter = overview({"content": {"messageTitle": "Brev\r\nBcc: alle\x07\u202e"}}, now=START)
    assert "Brev Bcc: alle" == letter.title


# --- pace -------------------------------------------------------------------------------------------------------------


def test_no_more_than_five_a_second_are_sent() -> None:
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    pace = Pace(parallel=4, per_second=5, monotonic=lambda: clock[0], sleep=sleep)
    sent = []
    for _ in range(23):
        pace.turn()
        sent.append(clock[0])
    assert all(sum(at <= each < at + 1 for each in sent) <= 5 for at in sent)
    assert 3.9 < sent[-1] < 4.5


def test_repeats_count_as_requests_and_no_more_than_four_calls_are_out_at_once(lab: DialogLab) -> None:
    import threading

    turns: list[int] = []
    pace = Pace(parallel=4, per_second=0)
    counted = pace.turn
    pace.turn = lambda: (turns.append(1), counted())[1]  # type: ignore[method-assign]
    token = lab.server.give_token(OWN, "digdir:dialogporten")
    settings = PlatformSettings(connection="x", platform=lab.server.url)
    platform = Platform(settings, FixedTokens(lambda: token), pace=pace, hooks=QUICK)
    lab.server.faults.add(Fault(kind=FaultKind.HANG, times=9))
    done: list[object] = []

    def ask() -> None:
        try:
            done.append(platform.get("/dialogporten/api/v1/enduser/parties"))
        except TryLater as later:
            done.append(later)

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(6)]
    for thread in threads:
        thread.start()
    try:
        waited = threading.Event()
        for _ in range(6000):
            if len(turns) >= 4:
                break
            waited.wait(0.01)
        # The four that hang keep the other two from being sent at all.
        assert 4 == len(turns)
    finally:
        lab.server.let_go()
        for thread in threads:
            thread.join(60)
        platform.close()
    assert 6 == len(done)
    assert len(turns) == len(lab.server.recorded("GET", "parties"))

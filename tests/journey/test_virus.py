"""Post and the virus scanner: what is found goes nowhere, what nobody has scanned is never taken for clean, and it is people
who let it out."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from connectors.clamav.client import ClamdScanner, ClamdSettings
from connectors.clamav.eicar import eicar
from connectors.contract import Scanner
from connectors.testing.clamd import Clamd
from connectors.testing.fake_clamd import FakeClamd, in_turn
from connectors.testing.memory_archive import Trouble
from models.answer import Answer, Verb
from models.errors import UsedWrongly
from models.store import tables as t
from robot.errands import run_errands
from robot.journey import Step, walk
from robot.office import VirusWatch
from robot.reading.dispatch import ReadingRoom
from robot.review import find_post, retry, take
from robot.verify import verify
from tests.support.house import CATCH_ALL, House, mail, rules_text

HOUR_S = 3600.0
FORWARDS = """\
  - regel: faktura
    navn: Faktura
    prioritet: 10
    modus: auto
    hvis: {emne: faktura}
    så: {videresend: {til: regnskap@solvik.example, kanal: epost, grunn: faktura}}
"""
OK, FOUND = b"stream: OK\0", b"stream: Prove.Virus FOUND\0"


def infected(subject: str = "Søknad") -> bytes:
    """A letter with EICAR as an attachment."""
    return letter_with(eicar(), subject=subject)


def letter_with(attachment: bytes, *, subject: str = "Søknad", name: str = "vedlegg.txt") -> bytes:
    head = (
        "From: Kari Eksempel <kari@avsender.example>\nTo: post@solvik.example\n"
        f"Subject: {subject}\nMessage-ID: <v1@avsender.example>\nDate: Tue, 24 Nov 2026 08:00:00 +0100\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="grense"\n\n'
        "--grense\nContent-Type: text/plain; charset=utf-8\n\nVi søker om noe.\n"
        f'--grense\nContent-Type: application/octet-stream; name="{name}"\n'
        f'Content-Disposition: attachment; filename="{name}"\nContent-Transfer-Encoding: base64\n\n'
    )
    return (head + base64.encodebytes(attachment).decode() + "--grense--\n").encode()


def watch(scanner: Scanner, *, patience_s: float = 24 * HOUR_S) -> VirusWatch:
    return VirusWatch(scanner=scanner, patience_s=patience_s, signature_age_s=7 * 86_400.0)


@pytest.fixture
def fake() -> Iterator[FakeClamd]:
    with TemporaryDirectory(prefix="postrobot-") as folder, FakeClamd(Path(folder) / "s").running() as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, reading_room: ReadingRoom, fake: FakeClamd) -> House:
    return House(tmp_path, reading_room, rules=rules_text(FORWARDS, CATCH_ALL), virus=watch(fake.scanner()))


def answer(house: House, verb: Verb, seq: int = 1, **fields: object) -> Step:
    post = find_post(house.store, house.row(seq)["id"])
    take(house.store, house.office.archive, post, Answer(verb=verb, user="ola", **fields))  # type: ignore[arg-type]
    return walk(seq, house.office)


def events(house: House, name: str) -> list[str]:
    with house.store.read() as reads:
        query = t.audit_event.select().where(t.audit_event.c.event == name).order_by(t.audit_event.c.seq)
        return [row["object_ref"] for row in reads.conn.execute(query).mappings()]


def assert_whole(house: House) -> None:
    """Every invariant that can be evaluated holds."""
    assert [] == [found for found in verify(house.store, house.office.archive) if not found.ok]


# --- the real clamd ------------------------------------------------------------------------------------------------


def test_a_clean_letter_passes_and_an_infected_one_goes_nowhere(
    tmp_path: Path, reading_room: ReadingRoom, clamd: Clamd
) -> None:
    house = House(tmp_path, reading_room, rules=rules_text(FORWARDS, CATCH_ALL), virus=watch(clamd.scanner()))
    house.take(mail(), infected(), infected("faktura"))
    run_errands(house.office)
    assert ["archived", None, None] == [house.row(seq)["outcome"] for seq in (1, 2, 3)]
    assert ["infected", "infected"] == [house.row(seq)["reason"] for seq in (2, 3)]
    assert "Postrobot.Proeve.EICAR" in house.row(2)["detail"]
    assert 1 == house.asked("ny_journalpost")
    assert [] == house.mailer.sent
    with house.store.read() as reads:
        post = reads.post(2)
        assert post is not None
        assert list(reads.quarantined([post.documents[0].sha256])) == [post.documents[0].sha256]
    assert 0o400 == house.office.blobs.path(post.documents[0].sha256).stat().st_mode & 0o777
    assert len(events(house, "quarantined")) == len(set(events(house, "quarantined"))) == 2
    assert_whole(house)


def test_a_scanner_that_stops_lets_nothing_by_and_goes_on_when_it_is_back(
    tmp_path: Path, reading_room: ReadingRoom, clamd: Clamd
) -> None:
    house = House(tmp_path, reading_room, virus=watch(clamd.scanner()))
    clamd.stop()
    try:
        assert [Step.WAITING, Step.WAITING] == house.take(mail(), infected())
        assert 1 == len(events(house, "connection_lost"))
    finally:
        clamd.start()
    house.clock.go(600)
    assert [Step.ENDED, Step.ENDED] == house.walk_due()
    assert ["archived", None] == [house.row(seq)["outcome"] for seq in (1, 2)]
    assert "infected" == house.row(2)["reason"]
    assert 1 == len(events(house, "connection_back"))
    assert house.row(1)["unscanned_since"] is None
    assert_whole(house)


# --- what is scanned -----------------------------------------------------------------------------------------------


def test_the_letter_is_scanned_whole_before_it_is_opened_and_then_part_by_part(house: House, fake: FakeClamd) -> None:
    house.take(letter_with(b"et vedlegg"))
    assert [letter_with(b"et vedlegg"), b"et vedlegg"] == fake.scanned


def test_what_only_shows_in_a_part_is_found_there(house: House, fake: FakeClamd) -> None:
    fake.answer = lambda content: FOUND if content == b"et vedlegg" else OK
    assert [Step.ENDED] == house.take(letter_with(b"et vedlegg"))
    assert "infected" == house.row()["reason"]
    assert 0 == house.asked("ny_journalpost")
    assert 2 == len(events(house, "quarantined"))  # the part, and the letter it lies in


def test_without_a_scanner_nothing_is_asked(tmp_path: Path, reading_room: ReadingRoom) -> None:
    house = House(tmp_path, reading_room)
    assert [Step.ENDED] == house.take(infected())
    assert "archived" == house.row()["outcome"]


def test_what_is_clean_is_remembered_until_the_signatures_change(house: House, fake: FakeClamd) -> None:
    house.take(letter_with(b"et vedlegg"))
    house.take(letter_with(b"et vedlegg", subject="En annen"))
    assert 3 == len(fake.scanned)  # two letters, and their one attachment
    fake.version = b"ClamAV 1.4.3/27501/Tue Nov 24 09:35:12 2026\0"
    house.take(letter_with(b"et vedlegg", subject="En tredje"))
    assert 5 == len(fake.scanned)


def test_a_scanner_without_official_signatures_is_asked_each_time(house: House, fake: FakeClamd) -> None:
    fake.version = b"ClamAV 1.4.3\0"
    house.take(letter_with(b"et vedlegg"))
    house.take(letter_with(b"et vedlegg", subject="En annen"))
    assert 4 == len(fake.scanned)


def test_a_clean_result_is_forgotten_after_a_day(house: House, fake: FakeClamd) -> None:
    house.take(letter_with(b"et vedlegg"))
    house.clock.go(25 * HOUR_S)
    house.take(letter_with(b"et vedlegg", subject="En annen"))
    assert 4 == len(fake.scanned)


# --- not scanned ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [b"stream: OK", b"", b"stream: Can't allocate memory ERROR\0", b"stream: NOT SURE\0"])
def test_a_bad_answer_waits_and_is_tried_again(house: House, fake: FakeClamd, said: bytes) -> None:
    fake.answer = in_turn([said, OK])
    assert [Step.WAITING] == house.take(mail())
    assert ("received", "scan", 1) == tuple(house.row()[key] for key in ("state", "stage", "scan_tries"))
    assert 0 == house.asked("ny_journalpost")
    house.clock.go(300)
    assert [Step.ENDED] == house.walk_due()
    assert "archived" == house.row()["outcome"]


def test_a_file_over_which_the_scanner_breaks_again_and_again_is_set_aside(house: House, fake: FakeClamd) -> None:
    fake.answer = lambda content: b"" if b"Giftig" in content else OK
    house.take(mail("Giftig"))
    for _ in range(2):
        house.clock.go(600)
        house.walk_due()
    assert ("set_aside", "not_scanned", "scan") == tuple(house.row()[key] for key in ("state", "reason", "stage"))
    house.clock.go(600)
    house.take(mail("Ren"))
    assert "archived" == house.row(2)["outcome"]


def test_a_slow_scanner_is_waited_for_no_longer_than_its_time(
    tmp_path: Path, reading_room: ReadingRoom, fake: FakeClamd
) -> None:
    house = House(tmp_path, reading_room, virus=watch(fake.scanner(timeout_s=0.3)))
    fake.answer = lambda content: None
    assert [Step.WAITING] == house.take(mail())
    assert "received" == house.row()["state"]


def test_a_scanner_that_is_gone_for_longer_than_the_house_waits_sets_post_aside(
    tmp_path: Path, reading_room: ReadingRoom
) -> None:
    gone = ClamdScanner(ClamdSettings(socket_path=tmp_path / "ingen"))
    house = House(tmp_path / "hus", reading_room, virus=watch(gone))
    assert [Step.WAITING] == house.take(mail())
    house.clock.go(23 * HOUR_S)
    assert [Step.WAITING] == house.walk_due()
    house.clock.go(2 * HOUR_S)
    assert [Step.ENDED] == house.walk_due()
    assert ("set_aside", "not_scanned") == (house.row()["state"], house.row()["reason"])


def test_a_house_that_does_not_wait_sets_aside_at_once(tmp_path: Path, reading_room: ReadingRoom) -> None:
    gone = ClamdScanner(ClamdSettings(socket_path=tmp_path / "ingen"))
    house = House(tmp_path / "hus", reading_room, virus=watch(gone, patience_s=0.0))
    assert [Step.ENDED] == house.take(mail())
    assert "not_scanned" == house.row()["reason"]


def test_what_is_too_large_is_set_aside_at_once_since_waiting_makes_nothing_smaller(
    tmp_path: Path, reading_room: ReadingRoom, fake: FakeClamd
) -> None:
    house = House(tmp_path, reading_room, virus=watch(fake.scanner(largest_bytes=50)))
    assert [Step.ENDED] == house.take(mail())
    assert ("set_aside", "not_scanned") == (house.row()["state"], house.row()["reason"])
    assert [] == fake.scanned


# --- people --------------------------------------------------------------------------------------------------------


def test_an_infected_post_can_be_dismissed_without_being_opened(house: House, fake: FakeClamd) -> None:
    fake.answer = lambda content: FOUND
    house.take(mail())
    scanned = len(fake.scanned)
    assert Step.ENDED is answer(house, Verb.DISMISS, grunn="spam")
    assert ("done", "dismissed", "spam") == tuple(house.row()[key] for key in ("state", "outcome", "reason"))
    assert scanned == len(fake.scanned)
    assert 0 == house.asked("ny_journalpost")
    assert_whole(house)


@pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.CORRECT, Verb.FORWARD])
def test_nothing_else_can_be_answered_to_it(house: House, fake: FakeClamd, verb: Verb) -> None:
    fake.answer = lambda content: FOUND
    house.take(mail())
    with pytest.raises(UsedWrongly, match="virusskanneren"):
        answer(house, verb, saksnummer="2026/1", til="x@solvik.example")
    with pytest.raises(UsedWrongly, match="review release"):
        retry(house.store, find_post(house.store, house.row()["id"]), "ola")


def test_a_release_scans_again_and_lets_out_only_what_is_clean_now(house: House, fake: FakeClamd) -> None:
    fake.answer = in_turn([FOUND, FOUND, OK])
    house.take(letter_with(b"et vedlegg"))
    answer(house, Verb.RELEASE)
    assert ("set_aside", "infected") == (house.row()["state"], house.row()["reason"])
    assert [] == events(house, "released")
    answer(house, Verb.RELEASE)
    assert "archived" == house.row()["outcome"]
    assert 1 == len(events(house, "released"))
    with house.store.read() as reads:
        assert {} == reads.quarantined(row.sha256 for row in reads.conn.execute(t.document.select()))
    assert_whole(house)


def test_the_same_bytes_again_are_held_back_until_a_person_lets_them_out(house: House, fake: FakeClamd) -> None:
    fake.answer = in_turn([FOUND, OK])
    house.take(mail())
    house.take(mail())  # the scanner would call it clean now
    assert ["infected", "infected"] == [house.row(seq)["reason"] for seq in (1, 2)]
    answer(house, Verb.RELEASE)
    assert "archived" == house.row()["outcome"]


def test_a_dismissed_infected_post_stays_held_when_scanning_is_turned_off(house: House, fake: FakeClamd) -> None:
    fake.answer = lambda content: FOUND
    house.take(mail())
    house.virus = None
    house.restart()
    answer(house, Verb.RELEASE)
    assert ("set_aside", "infected") == (house.row()["state"], house.row()["reason"])


def test_what_no_scanner_sees_goes_on_when_a_person_answers_for_it(
    tmp_path: Path, reading_room: ReadingRoom, fake: FakeClamd
) -> None:
    house = House(tmp_path, reading_room, virus=watch(fake.scanner(largest_bytes=50)))
    house.take(mail())
    with pytest.raises(UsedWrongly, match="--uten-skanning"):
        answer(house, Verb.RELEASE)
    assert Step.ENDED is answer(house, Verb.RELEASE, unscanned=True)
    assert "archived" == house.row()["outcome"]


def test_an_unscanned_release_never_lets_out_what_a_virus_was_found_in(house: House, fake: FakeClamd) -> None:
    fake.answer = lambda content: FOUND
    house.take(mail())
    with pytest.raises(UsedWrongly, match="Det er funnet virus"):
        answer(house, Verb.RELEASE, unscanned=True)


def test_one_let_through_unscanned_is_not_let_out_so_once_something_is_found_in_it(
    tmp_path: Path, reading_room: ReadingRoom, fake: FakeClamd
) -> None:
    house = House(tmp_path, reading_room, rules=rules_text(FORWARDS), virus=watch(fake.scanner(largest_bytes=50)))
    house.take(mail())
    answer(house, Verb.RELEASE, unscanned=True)
    assert "no_rule" == house.row()["reason"]
    with house.store.write() as tx:
        post = tx.post(1)
        assert post is not None
        tx.quarantine({post.documents[0].sha256: "Sen.Virus"}, item_id=post.id)
    retry(house.store, post, "ola")
    walk(1, house.office)
    assert "infected" == house.row()["reason"]
    answer(house, Verb.RELEASE)
    assert ("set_aside", "not_scanned") == (house.row()["state"], house.row()["reason"])
    assert [] == events(house, "released")


def test_a_post_that_no_scanner_stopped_cannot_be_released(house: House) -> None:
    house.write_rules(rules_text(FORWARDS))
    house.office.rules.refresh()
    house.take(mail())
    with pytest.raises(UsedWrongly, match="ikke stanset av virusskanneren"):
        answer(house, Verb.RELEASE)


# --- found meanwhile -----------------------------------------------------------------------------------------------


def test_bytes_found_infected_after_the_decision_are_not_handed_to_the_archive(house: House, fake: FakeClamd) -> None:
    house.ledger.troubles["ny_saksmappe"] = [Trouble.DOWN]
    house.take(mail())
    assert "decided" == house.row()["state"]
    with house.store.write() as tx:
        post = tx.post(1)
        assert post is not None
        tx.quarantine({post.documents[0].sha256: "Sen.Virus"}, item_id=post.id)
    house.clock.go(HOUR_S)
    house.walk_due()
    assert ("set_aside", "infected", "archive") == tuple(house.row()[key] for key in ("state", "reason", "stage"))
    assert 0 == house.asked("nytt_dokument")

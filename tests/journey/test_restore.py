"""F21: last night's backup put back. What came since is found again at the sources and by key in the archive: nothing lost,
nothing doubled, whether or not the archive was put back too, and whether it refuses a repeated key or accepts it."""

from __future__ import annotations

import os
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.imap import ImapSettings, ImapSource
from connectors.testing.dovecot import PASSWORD, Dovecot, installed
from connectors.testing.memory_archive import Trouble
from connectors.testing.memory_source import INBOX, TAKEN
from models.archive import JournalQuery
from models.store import StoreAddress
from robot import build
from robot.audit import Verified, verify_store
from robot.backup import layout
from robot.backup.restore import restore
from robot.backup.take import Part, take_backup
from robot.config import Settings
from robot.differences import FOLDER, after_restore, find_differences
from robot.init import init
from robot.load_config import load_settings
from robot.office import Desk, Office
from robot.reading.dispatch import ReadingRoom
from robot.verify import verify
from robot.work import Work
from tests.support.house import CATCH_ALL, House, mail, rules_text
from tests.support.stores import ORGNR, Clock
from tests.support.town import INVOICE, Town, lay_out

ASK = """\
  - regel: spør
    navn: Spør et menneske
    prioritet: 20
    modus: auto
    hvis: {emne: {inneholder: spør}}
    så: {til_menneske: "se på den"}
"""
COPY = """\
  - regel: duplikat
    navn: Samme post
    prioritet: 90
    modus: auto
    hvis: {duplikat: sikker}
    så: {avvis: {grunn: duplikat}}
"""
RULES = rules_text(COPY, ASK, INVOICE, CATCH_ALL)


def letter(number: int, subject: str = "") -> bytes:
    return mail(subject or f"Brev {number}", text=f"Brev {number}.", message_id=f"<brev-{number}@avsender.example>")


def settings_for(folder: Path, clock: Clock) -> Settings:
    """Any configuration: what a backup copies beside store and archive."""
    if not (folder / "config.toml").exists():
        init(folder, example=False, now=clock.utc)
    return load_settings(folder / "config.toml", environ={})


def work(office: Office, clock: Clock, *, rounds: int = 1, step_s: float = 700) -> None:
    """``run --once``, again and again: what must wait for a lagging index is due later."""
    for _ in range(rounds):
        Work([office], threads=1).run_once()
        clock.go(step_s)


class Disaster:
    """A house that is backed up, goes on, and loses its state folder."""

    def __init__(self, tmp_path: Path, room: ReadingRoom, **archive: Any) -> None:
        self.tmp = tmp_path
        self.house = House(tmp_path / "hus", room, rules=RULES, archive=archive)
        self.settings = settings_for(tmp_path / "oppsett", self.house.clock)

    def back_up(self) -> None:
        house = self.house
        address = StoreAddress.sqlite(house.folder / "state" / "robot.db")
        part = Part(name="solvik", store=house.store, archive=house.office.archive, address=address)
        take_backup(self.settings, [part], self.tmp / "kopi", now=house.clock.utc(), software="test")

    def lose_and_restore(self) -> None:
        house = self.house
        house.store.close()
        shutil.rmtree(house.folder / "state")
        chosen = layout.choose(self.tmp / "kopi", None)
        restore(chosen, self.tmp / "tilbake", now=house.clock, software="test")
        (self.tmp / "tilbake" / ORGNR).rename(house.folder / "state")
        house.office = house._open()

    def run(self, rounds: int = 1) -> None:
        work(self.house.office, self.house.clock, rounds=rounds)

    def journaled(self) -> Counter[str]:
        """How many journalposter the archive has of each title."""
        return Counter(post.tittel for post in self.house.unit.posts.values())

    def doubled(self) -> list[str]:
        keys = Counter(key for key, _, _ in self.house.unit.made)
        return [key for key, times in keys.items() if times > 1]


@pytest.fixture(params=[False, True], ids=["refuses a repeated key", "accepts a repeated key"])
def accepts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def disaster(tmp_path: Path, reading_room: ReadingRoom, accepts: bool) -> Iterator[Disaster]:
    made = Disaster(tmp_path, reading_room, accepts_repeated_key=accepts)
    yield made
    made.house.store.close()


def subjects(house: House) -> Counter[str]:
    with house.store.read() as reads:
        return Counter(row["subject"] for row in reads.rows())


def holds(office: Office) -> None:
    found = Verified()
    verify_store(office.store, found)
    assert found.ok, found.organisations
    assert {} == {one.name: one.examples for one in verify(office.store, office.archive) if not one.ok}


def test_nothing_is_lost_and_nothing_doubled(disaster: Disaster) -> None:
    house = disaster.house
    house.deliver(letter(1), letter(2, "faktura"), letter(3, "Kan du spør"))
    disaster.run()
    house.deliver(letter(4))
    house.ledger.troubles["ny_journalpost"] = [Trouble.DOWN]
    disaster.run()  # number four is decided, and the archive is away
    disaster.back_up()
    house.ledger.troubles.clear()
    house.deliver(letter(5), letter(6, "faktura"), letter(7, "Kan du spør igjen"))
    disaster.run(2)
    house.deliver(letter(8))  # still in the inbox when the machine is lost
    before, mails = disaster.journaled(), len(house.mailer.sent)
    assert {"Brev 1": 1, "Brev 4": 1, "Brev 5": 1} == before

    disaster.lose_and_restore()
    assert "Brev 5" not in subjects(house)
    disaster.run(3)

    assert {**before, "Brev 8": 1} == disaster.journaled()
    assert [] == disaster.doubled()
    assert mails == len(house.mailer.sent)
    expected = {**{f"Brev {n}": 1 for n in (1, 4, 5, 8)}, "faktura": 2, "Kan du spør": 1, "Kan du spør igjen": 1}
    assert expected == subjects(house)
    assert not house.place.at(INBOX)
    assert 2 == len(house.place.at(TAKEN))  # the two that wait for a person
    holds(house.office)


def test_what_the_archive_did_to_an_unfinished_post_is_looked_up_and_never_sent_again(disaster: Disaster) -> None:
    house = disaster.house
    house.deliver(letter(1))
    house.ledger.troubles["nytt_dokument"] = [Trouble.RESET_BEFORE]
    disaster.run()
    disaster.back_up()
    disaster.run(2)
    assert "done" == house.row()["state"]
    disaster.lose_and_restore()
    effects = house.effects()
    assert {"unknown"} == {effect.state for role, effect in effects.items() if role in ("d1", "f", "j")}
    house.ledger.asked.clear()
    disaster.run()
    assert ("done", "archived", []) == (house.row()["state"], house.row()["outcome"], house.ledger.asked)
    assert [] == disaster.doubled()


def test_an_index_that_lags_is_waited_for(tmp_path: Path, reading_room: ReadingRoom) -> None:
    disaster = Disaster(tmp_path, reading_room, accepts_repeated_key=True, lag_lookups=2)
    house = disaster.house
    house.deliver(letter(1))
    disaster.run()
    disaster.back_up()
    house.deliver(letter(2))
    disaster.run()
    disaster.lose_and_restore()
    disaster.run(12)
    assert {"Brev 1": 1, "Brev 2": 1} == disaster.journaled()
    assert [] == disaster.doubled()
    assert {"done"} == {house.row(n)["state"] for n in (1, 10_001)}
    house.store.close()


def test_an_archive_that_cannot_be_asked_gets_nothing_twice_and_a_person_is_told(
    tmp_path: Path, reading_room: ReadingRoom
) -> None:
    disaster = Disaster(tmp_path, reading_room, accepts_repeated_key=True, key_lookup=False)
    house = disaster.house
    disaster.back_up()
    house.deliver(letter(1))
    disaster.run(6)
    before = disaster.journaled()
    disaster.lose_and_restore()
    disaster.run(3)
    assert before == disaster.journaled()
    assert ("set_aside", "ambiguous_write") == (house.row(10_001)["state"], house.row(10_001)["reason"])
    house.store.close()


def test_of_two_copies_the_one_in_the_archive_is_first_again(disaster: Disaster) -> None:
    house = disaster.house
    disaster.back_up()
    house.deliver(letter(1))
    disaster.run()
    house.deliver(letter(1))
    disaster.run()
    before = disaster.journaled()
    assert {"Brev 1": 1} == before
    house.place.posts = dict(reversed(house.place.posts.items()))  # the copy is met first
    disaster.lose_and_restore()
    disaster.run(2)
    assert before == disaster.journaled()
    assert [] == disaster.doubled()


def test_after_all_is_found_new_post_is_new_and_is_not_looked_up(disaster: Disaster) -> None:
    house = disaster.house
    disaster.back_up()
    disaster.lose_and_restore()
    disaster.run(2)
    assert house.store.doubt is not None and house.store.doubt.until is not None
    house.deliver(letter(9))
    asked: list[str] = []
    outcome = house.office.archive.outcome
    house.office.archive.outcome = lambda key: asked.append(key) or outcome(key)  # type: ignore[method-assign, func-returns-value]
    disaster.run()
    assert ([], {"Brev 9": 1}) == (asked, disaster.journaled())


def test_while_a_source_is_away_everything_is_looked_up(disaster: Disaster, monkeypatch: pytest.MonkeyPatch) -> None:
    from models.errors import OutOfReach

    house = disaster.house
    disaster.back_up()
    house.deliver(letter(1))
    disaster.run()
    disaster.lose_and_restore()

    def away(_self: object) -> Iterator[Any]:
        raise OutOfReach("borte", connection="inn")

    with monkeypatch.context() as patched:
        patched.setattr("connectors.testing.memory_source.MemorySource.taken", away)
        disaster.run()
        assert house.store.doubt is not None
        assert (frozenset(), None) == (house.store.doubt.found, house.store.doubt.until)
    disaster.run(3)
    assert {"Brev 1": 1} == disaster.journaled()
    assert house.store.doubt.until is not None


def test_ids_given_after_a_restore_name_no_letter_that_people_have_seen(disaster: Disaster) -> None:
    house = disaster.house
    house.deliver(letter(1))
    disaster.run()
    disaster.back_up()
    house.deliver(letter(2))
    disaster.run()
    lost = house.row(2)["id"]
    disaster.lose_and_restore()
    disaster.run()
    with house.store.read() as reads:
        ids = {row["id"]: row["subject"] for row in reads.rows()}
    assert lost not in ids
    assert "Brev 2" in ids.values()


def test_answers_given_after_a_restore_have_keys_of_their_own(disaster: Disaster) -> None:
    """The first answer of a post was lost with the store, and the archive carried it out under the key of round one."""
    from models.answer import Answer, Verb
    from robot.errands import run_errands
    from robot.review import find_post, take

    house = disaster.house
    house.write_rules(rules_text(CATCH_ALL.replace("modus: auto", "modus: forslag")))
    house.office.rules.refresh()
    house.deliver(letter(1))
    disaster.run()
    disaster.back_up()

    def answer(**what: str) -> None:
        said = Answer(verb=Verb.CORRECT, user="x", **what)
        take(house.store, house.office.archive, find_post(house.store, house.row()["id"]), said)
        run_errands(house.office)

    answer(tittel="Rettet før")
    disaster.lose_and_restore()
    answer(enhet="PLAN")
    (post,) = house.unit.posts.values()
    assert ("Rettet før", True) == (post.tittel, "PLAN" in str(post.parter))


def test_what_archive_and_store_do_not_agree_on_is_told_once_all_is_at_rest(disaster: Disaster) -> None:
    house = disaster.house
    house.deliver(letter(1), letter(3, "Kan du spør"))
    disaster.run()
    disaster.back_up()
    house.deliver(letter(2))
    disaster.run()
    gone = next(n for n, post in house.place.posts.items() if b"Brev 2" in post.content)
    del house.place.posts[gone]  # somebody cleared it away at the source
    disaster.lose_and_restore()
    assert 0 == len(list((house.folder / "state").glob(f"{FOLDER}/*")))
    disaster.run(2)
    (path,) = (house.folder / "state").glob(f"{FOLDER}/*.json")
    found = find_differences(house.store, house.office.archive)
    assert ["2026/1-2"] == [one["journalpost"] for one in found.unknown]
    assert ([], []) == (found.lost, found.waiting)
    assert "2026/1-2" in path.read_text(encoding="utf-8")
    assert "ingen gjenoppretting" == after_restore(house.office)


def test_the_archives_status_is_taken_over(disaster: Disaster) -> None:
    from models.archive import OurKey, Statusendring
    from models.noark import Journalstatus

    house = disaster.house
    house.deliver(letter(1))
    disaster.run()
    disaster.back_up()
    write = Statusendring(journalpost=house.row()["journalpost_id"], til=Journalstatus.UTGAAR, merknad="feil")
    house.office.archive.submit(write, OurKey("pr-annen-u"))
    disaster.lose_and_restore()
    disaster.run(2)
    assert "U" == house.row()["journalstatus"]


# --- with a folder and the embedded archive -------------------------------------------------------------------------


@pytest.fixture
def town(tmp_path: Path, reading_room: ReadingRoom) -> Town:
    clock = Clock(datetime.now(UTC).timestamp() + 3600)
    lay_out(tmp_path / "by", clock, rules=RULES)
    return Town(tmp_path / "by", clock, reading_room)


def town_backup(town: Town, folder: Path) -> None:
    with town.office() as office:
        part = Part(
            name="kommune",
            store=office.store,
            archive=office.archive,
            address=build.store_address(town.settings, "kommune"),
        )
        take_backup(town.settings, [part], folder, now=town.clock.utc(), software="test")


def drop(town: Town, *numbers: int, subject: str = "") -> None:
    for number in numbers:
        (town.inbox / f"brev{number}.eml").write_bytes(letter(number, subject))


def town_run(town: Town, rounds: int = 1) -> None:
    for _ in range(rounds):
        with town.office() as office:
            work(office, town.clock)


def town_journal(town: Town) -> Counter[str]:
    with town.office() as office:
        found: Counter[str] = Counter()
        after: str | None = None
        while True:
            page = office.archive.journalposter(JournalQuery(), after)
            found.update(entry.tittel for entry in page.entries)
            if page.next is None:
                return found
            after = page.next


def forget_inodes(town: Town) -> None:
    """The folders were copied to another machine: names and times are the same, inodes are not."""
    for place in ("mottatt", "journalført", "videresendt", "avvist"):
        folder = town.folder / place
        if folder.is_dir():
            folder.rename(town.folder / "flyttes")
            shutil.copytree(town.folder / "flyttes", folder, copy_function=shutil.copy2)
            shutil.rmtree(town.folder / "flyttes")


@pytest.mark.parametrize("moved", [False, True], ids=["same disk", "copied to another"])
@pytest.mark.parametrize("archive", ["restored", "kept"])
def test_a_folder_and_the_embedded_archive(town: Town, tmp_path: Path, archive: str, moved: bool) -> None:
    drop(town, 1)
    drop(town, 2, subject="faktura")
    town_run(town)
    town_backup(town, tmp_path / "kopi")
    drop(town, 3, 4)
    (town.inbox / "under").mkdir()
    (town.inbox / "under" / "brev1.eml").write_bytes(letter(1))  # a copy of the first
    (town.inbox / "brev1.eml").write_bytes(letter(5))  # a name that was used before
    drop(town, 6, subject="faktura")
    town_run(town)
    before = town_journal(town)
    sent = len(list((town.folder / "ut").iterdir()))
    drop(town, 7)
    state = town.folder / "state"
    state.rename(tmp_path / "tapt")
    if archive == "kept":
        (state / ORGNR).mkdir(parents=True)
        for name in ("arkiv.db", "arkiv"):
            (tmp_path / "tapt" / ORGNR / name).rename(state / ORGNR / name)
    if moved:
        forget_inodes(town)
    chosen = layout.choose(tmp_path / "kopi", None)
    restore(chosen, state, now=town.clock, software="test", keep_archive=archive == "kept")
    town_run(town, 3)
    assert {**before, "Brev 7": 1} == town_journal(town)
    assert sent == len(list((town.folder / "ut").iterdir()))
    assert [] == town.files("inn") + town.files("mottatt")
    with town.office() as office:
        holds(office)
        assert find_differences(office.store, office.archive).none
        with office.store.read() as reads:
            assert len(before) + 1 == sum(1 for row in reads.rows() if row["outcome"] == "archived")


# --- with a real mail server ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    if not installed():
        message = "needs the Debian package dovecot-imapd"
        if os.environ.get("POSTROBOT_NEED_SERVERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    server = Dovecot.create()
    yield server
    server.remove()


class MailDisaster(Disaster):
    """The same with a mailbox on a real server: what was taken over lies in «Robot/Mottatt» under other UIDs."""

    def __init__(self, tmp_path: Path, room: ReadingRoom, server: Dovecot, **archive: Any) -> None:
        super().__init__(tmp_path, room, **archive)
        self.server = server
        self.user = f"post-{uuid.uuid4().hex}"
        self.use_mailbox()

    def use_mailbox(self) -> None:
        settings = ImapSettings(
            host="localhost",
            port=self.server.imaps_port,
            username=self.user,
            ca_file=self.server.ca_file,
            timeout_s=20,
            poll_s=0.05,
        )

        def connect() -> ImapSource:
            return ImapSource(settings, lambda: PASSWORD)

        desk = Desk(name="inn", channel="epost", intake=connect(), tell=connect(), listener=connect)
        self.house.office.desks = {"inn": desk}

    def deliver(self, *contents: bytes) -> None:
        for content in contents:
            self.server.deliver(self.user, content, datetime(2026, 11, 23, 9, 0, tzinfo=UTC))

    def lose_and_restore(self) -> None:
        for desk in self.house.office.desks.values():
            desk.intake.close()
            desk.tell.close()
        super().lose_and_restore()
        self.use_mailbox()

    def lying(self) -> dict[str, int]:
        with self.server.client(self.user) as client:
            names = [name for flags, _, name in client.list_folders() if b"\\Noselect" not in flags]
            return {
                name.rpartition(".")[2]: int(client.folder_status(name, ["MESSAGES"])[b"MESSAGES"]) for name in names
            }

    def close(self) -> None:
        for desk in self.house.office.desks.values():
            desk.intake.close()
            desk.tell.close()
        self.house.store.close()


@pytest.mark.server
def test_mail_moved_to_the_robots_own_mailboxes_is_found_again(
    dovecot: Dovecot, tmp_path: Path, reading_room: ReadingRoom, accepts: bool
) -> None:
    disaster = MailDisaster(tmp_path, reading_room, dovecot, accepts_repeated_key=accepts)
    house = disaster.house
    disaster.deliver(letter(1), letter(2, "faktura"))
    disaster.run()
    disaster.back_up()
    # The same letter twice in one second, and once more in the inbox when the machine is lost: told apart all the same.
    disaster.deliver(letter(3), letter(4, "faktura"), letter(5, "Kan du spør"), letter(6), letter(6))
    disaster.run()
    before, lying, mails = disaster.journaled(), disaster.lying(), len(house.mailer.sent)
    assert {"Journalført": 3, "Videresendt": 2, "Mottatt": 1, "Avvist": 1} == {
        name: lying[name] for name in ("Journalført", "Videresendt", "Mottatt", "Avvist")
    }
    disaster.deliver(letter(7))
    disaster.lose_and_restore()
    disaster.run(3)
    assert {**before, "Brev 7": 1} == disaster.journaled()
    assert [] == disaster.doubled()
    assert mails == len(house.mailer.sent)
    assert {**lying, "INBOX": 0, "Journalført": 4} == disaster.lying()
    with house.store.read() as reads:
        assert 8 == sum(1 for _ in reads.rows())
        assert house.store.doubt is not None and house.store.doubt.until is not None
    holds(house.office)
    assert find_differences(house.store, house.office.archive).none
    disaster.close()

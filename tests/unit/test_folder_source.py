"""The folder source on a real disk: what is post, when it is whole, and moves that are cut off."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.folder import FolderSettings, FolderSource, folder_faults
from connectors.folder.names import from_text, media_type, to_show, to_text
from models.errors import NeedsHuman, OutOfReach, TryLater
from models.post import Fetched, Locator, Offer, Outcome, Spool, SpoolWriter

LONG_AGO = 1_700_000_000.0


class Desk:
    """A watched folder, a spool, and a clock that only moves when somebody waits."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "post"
        self.inbox = self.home / "inn"
        self.inbox.mkdir(parents=True)
        (folder / "spool").mkdir()
        self.spool = Spool(folder / "spool")
        # Far enough ahead that files written now are quiet, unless a test says otherwise.
        self.time = time.time() + 100
        self.slept: list[float] = []
        self.while_asleep: Callable[[], None] = lambda: None

    def source(self, **changes: object) -> FolderSource:
        settings = FolderSettings(inbox=self.inbox, **changes)
        return FolderSource(settings, now=lambda: self.time, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        self.while_asleep()

    def put(self, path: str, content: bytes = b"innhold", at: float = LONG_AGO) -> Path:
        file = self.inbox / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, (at, at))
        return file

    def get(self, source: FolderSource, offer: Offer) -> Fetched:
        return source.download(offer, self.spool)

    def take(self, source: FolderSource) -> list[Locator]:
        return [source.take_over(self.get(source, offer).locator) for offer in source.offers(100)]

    def tree(self) -> set[str]:
        return {str(path.relative_to(self.home)) for path in self.home.rglob("*") if path.is_file()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def labels(source: FolderSource) -> list[str]:
    return [offer.label for offer in source.offers(100)]


# What is post.


def test_sub_folders_are_walked_and_the_relative_path_is_kept(desk: Desk) -> None:
    desk.put("skanner/2026/brev.pdf")
    source = desk.source()
    assert ["skanner/2026/brev.pdf"] == labels(source)
    (at,) = desk.take(source)
    assert {"mottatt/skanner/2026/brev.pdf"} == desk.tree()
    source.settle(at, Outcome.ARCHIVED)
    assert {"journalført/skanner/2026/brev.pdf"} == desk.tree()


@pytest.mark.parametrize(
    "name",
    [".skjult", "~$brev.docx", "brev.pdf.part", "brev.TMP", "Thumbs.db", "desktop.ini", ".DS_Store", "x.crdownload"],
)
def test_names_that_are_never_post_are_passed_over(desk: Desk, name: str) -> None:
    desk.put(name)
    desk.put("brev.pdf")
    assert ["brev.pdf"] == labels(desk.source())


def test_hidden_and_system_folders_are_not_entered(desk: Desk) -> None:
    desk.put(".Trash-1000/brev.pdf")
    desk.put("@eaDir/brev.pdf")
    assert [] == labels(desk.source())


def test_an_unfinished_name_that_stays_for_a_day_is_told(desk: Desk) -> None:
    desk.put("glemt.part")
    source = desk.source()
    assert [] == labels(source)
    assert [("unfinished", "glemt.part")] == [(p.kind, p.path) for p in source.problems()]
    os.utime(desk.inbox / "glemt.part", (desk.time - 60, desk.time - 60))
    assert [] == labels(source)
    assert () == source.problems()


def test_links_are_never_followed_and_loops_end(desk: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "hemmelig"
    outside.mkdir()
    (outside / "passord.txt").write_bytes(b"hemmelig")
    desk.put("brev.pdf")
    (desk.inbox / "fil.pdf").symlink_to(outside / "passord.txt")
    (desk.inbox / "mappe").symlink_to(outside)
    (desk.inbox / "runde").symlink_to(desk.inbox)
    (desk.inbox / "dinglende").symlink_to("finnes-ikke")
    source = desk.source()
    assert ["brev.pdf"] == labels(source)
    assert {"fil.pdf", "mappe", "runde", "dinglende"} == {p.path for p in source.problems() if p.kind == "symlink"}


def test_a_file_swapped_for_a_link_after_the_offer_is_not_read(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "passord.txt").write_bytes(b"hemmelig")
    file = desk.put("brev.pdf")
    source = desk.source()
    (offer,) = source.offers(1)
    file.unlink()
    file.symlink_to(tmp_path / "passord.txt")
    with pytest.raises(TryLater):
        desk.get(source, offer)


def test_a_link_to_the_very_file_that_was_offered_is_not_followed_either(desk: Desk, tmp_path: Path) -> None:
    file = desk.put("brev.pdf")
    source = desk.source()
    (offer,) = source.offers(1)
    file.rename(tmp_path / "flyttet.pdf")
    file.symlink_to(tmp_path / "flyttet.pdf")
    with pytest.raises(TryLater):
        desk.get(source, offer)


def test_a_folder_swapped_for_a_link_leads_to_nothing_outside(desk: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "utenfor"
    outside.mkdir()
    file = desk.put("under/brev.pdf")
    source = desk.source()
    (offer,) = source.offers(1)
    post = desk.get(source, offer)
    os.link(file, outside / "brev.pdf")
    shutil.rmtree(desk.inbox / "under")
    (desk.inbox / "under").symlink_to(outside)
    with pytest.raises(TryLater):
        desk.get(source, offer)
    assert post.locator == source.take_over(post.locator)
    assert (outside / "brev.pdf").exists()


def test_a_pipe_and_a_socket_do_not_hang_anything(desk: Desk) -> None:
    os.mkfifo(desk.inbox / "rør")
    file = desk.put("brev.pdf")
    source = desk.source()
    (offer,) = source.offers(5)
    assert ["not_a_file"] == [p.kind for p in source.problems()]
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(TryLater):
        desk.get(source, offer)


def test_names_that_are_not_utf8_make_the_whole_journey(desk: Desk) -> None:
    name = os.fsdecode(b"s\xf8knad 100%.pdf")
    desk.put(name, b"latin-1")
    source = desk.source()
    (offer,) = source.offers(1)
    assert "s\\xf8knad 100%.pdf" == offer.label
    post = desk.get(source, offer)
    assert "application/pdf" == post.documents[0].media_type
    f"{post}{offer}".encode()
    source.settle(source.take_over(post.locator), Outcome.FORWARDED)
    assert b"latin-1" == (desk.home / "videresendt" / name).read_bytes()


@pytest.mark.parametrize("path", ["a b/æøå.pdf", "100 %41.pdf", os.fsdecode(b"\xff\xfe/\xe6"), "linje\nskift"])
def test_any_path_survives_as_text(path: str) -> None:
    text = to_text(path)
    assert text == text.encode().decode()
    assert path == from_text(text)


def test_control_characters_are_shown_as_escapes() -> None:
    assert "a\\x0ab\\x1b[31m" == to_show("a\nb\x1b[31m")


def test_saved_mail_is_mail_and_types_do_not_depend_on_the_machine() -> None:
    assert ["message/rfc822"] * 3 == [media_type(name) for name in ("a.eml", "A.EML", "b.msg")]
    assert ["application/pdf", "application/octet-stream"] == [media_type(name) for name in ("x.pdf", "ukjent")]


# When a file is whole.


def test_a_file_that_was_just_written_is_waited_for_and_offered_in_the_same_round(desk: Desk) -> None:
    desk.put("gammel.pdf")
    desk.time = time.time() + 100
    desk.put("ny.pdf", at=desk.time)
    source = desk.source(quiet_s=1.0)
    assert ["gammel.pdf", "ny.pdf"] == labels(source)
    assert [1.0] == desk.slept


def test_a_file_that_grows_is_offered_when_it_is_whole(desk: Desk) -> None:
    desk.put("vokser.pdf", b"1", at=desk.time)
    parts = iter([b"2", b"3"])

    def grow() -> None:
        part = next(parts, b"")
        if part:
            with (desk.inbox / "vokser.pdf").open("ab") as file:
                file.write(part)

    desk.while_asleep = grow
    source = desk.source()
    (offer,) = source.offers(5)
    assert b"123" == desk.get(source, offer).documents[0].path.read_bytes()
    assert 3 == len(desk.slept)


def test_a_file_that_never_gets_quiet_is_left_for_the_next_round(desk: Desk) -> None:
    desk.put("evig.pdf", at=desk.time)
    desk.put("brev.pdf")

    def grow() -> None:
        with (desk.inbox / "evig.pdf").open("ab") as file:
            file.write(b"x")

    desk.while_asleep = grow
    source = desk.source(quiet_s=1.0, wait_limit_s=5.0)
    assert ["brev.pdf"] == labels(source)
    assert 5.0 == sum(desk.slept)
    assert ["never_quiet"] == [p.kind for p in source.problems()]
    desk.while_asleep = lambda: None
    assert {"brev.pdf", "evig.pdf"} == set(labels(source))


def test_a_file_with_a_time_in_the_future_is_not_waited_for_for_ever(desk: Desk) -> None:
    desk.put("fremtid.pdf", at=desk.time + 1e8)
    source = desk.source()
    (offer,) = source.offers(5)
    told = desk.get(source, offer).envelope.received_at
    assert told <= datetime.fromtimestamp(desk.time, UTC)


def test_nobody_waits_when_the_limit_is_reached_without(desk: Desk) -> None:
    desk.put("gammel.pdf")
    desk.put("ny.pdf", at=desk.time)
    assert 1 == len(list(desk.source().offers(1)))
    assert [] == desk.slept


def test_a_file_that_changed_after_the_offer_is_not_downloaded(desk: Desk) -> None:
    file = desk.put("brev.pdf", b"halvt")
    source = desk.source()
    (offer,) = source.offers(1)
    file.write_bytes(b"halvt, og resten")
    with pytest.raises(TryLater):
        desk.get(source, offer)
    assert [] == list(desk.spool.folder.iterdir())


def test_a_file_that_changes_while_it_is_read_is_not_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    file = desk.put("brev.pdf", b"halvt")
    source = desk.source()
    (offer,) = source.offers(1)
    write = SpoolWriter.write

    def write_while_it_grows(self: SpoolWriter, chunk: bytes) -> None:
        write(self, chunk)
        if chunk == b"halvt":
            with file.open("ab") as more:
                more.write(b", og resten")

    monkeypatch.setattr(SpoolWriter, "write", write_while_it_grows)
    with pytest.raises(TryLater):
        desk.get(source, offer)
    assert [] == list(desk.spool.folder.iterdir())


def test_a_file_written_to_after_it_was_taken_comes_back_as_new_post(desk: Desk) -> None:
    file = desk.put("treg.pdf", b"halvt")
    source = desk.source()
    with file.open("ab") as writer:
        (at,) = desk.take(source)
        writer.write(b", og resten")
    assert {"mottatt/treg.pdf"} == desk.tree()
    assert at == source.settle(at, Outcome.ARCHIVED)
    assert {"inn/treg.pdf"} == desk.tree()
    (offer,) = source.offers(5)
    assert b"halvt, og resten" == desk.get(source, offer).documents[0].path.read_bytes()


def test_an_empty_file_is_post_too(desk: Desk) -> None:
    desk.put("tom.pdf", b"")
    source = desk.source()
    (offer,) = source.offers(1)
    assert 0 == desk.get(source, offer).documents[0].size_bytes


# Trouble with one file, or with all.


def test_an_unreadable_file_is_told_and_does_not_hold_up_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put("stengt.pdf")
    desk.put("brev.pdf", at=LONG_AGO + 1)
    access = os.access
    # Tests may run as root, whom no mode bits stop.
    monkeypatch.setattr(os, "access", lambda path, mode: "stengt" not in str(path) and access(path, mode))
    source = desk.source()
    assert ["brev.pdf"] == [offer.label for offer in source.offers(1)]
    (problem,) = source.problems()
    assert ("unreadable", "stengt.pdf") == (problem.kind, problem.path)
    assert "rettighetene" in problem.text


def test_permission_lost_after_the_offer_is_for_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("stengt.pdf")
    source = desk.source()
    (offer,) = source.offers(1)

    def refuse(root: Path, relative: str) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("connectors.folder.source.open_file", refuse)
    with pytest.raises(TryLater, match="rettighetene"):
        desk.get(source, offer)


def test_a_watched_folder_that_is_gone_is_out_of_reach_and_nothing_counts_as_taken(desk: Desk) -> None:
    desk.put("brev.pdf")
    source = desk.source(name="solvik.skanner")
    (offer,) = source.offers(1)
    post = desk.get(source, offer)
    desk.inbox.rename(desk.home / "avmontert")
    for work in (
        lambda: list(source.offers(1)),
        lambda: desk.get(source, offer),
        lambda: source.take_over(post.locator),
    ):
        with pytest.raises(OutOfReach, match="montert") as away:
            work()
        assert "solvik.skanner" == away.value.connection


def test_a_full_disk_at_the_source_is_out_of_reach(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("brev.pdf")
    source = desk.source()
    post = desk.get(source, next(source.offers(1)))

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("connectors.folder.source.move", full)
    with pytest.raises(OutOfReach, match="plass"):
        source.take_over(post.locator)


def test_our_own_full_disk_is_not_blamed_on_the_source(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("brev.pdf")
    source = desk.source()
    (offer,) = source.offers(1)

    def full(self: object, chunk: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("models.post.SpoolWriter.write", full)
    with pytest.raises(OSError, match="No space"):
        desk.get(source, offer)


def test_a_large_file_is_refused_before_it_is_read(desk: Desk) -> None:
    desk.put("stor.pdf", b"x" * 100)
    source = desk.source()
    (offer,) = source.offers(1)
    with pytest.raises(NeedsHuman, match="too_large"):
        source.download(offer, Spool(desk.spool.folder, limit_bytes=99))


# Moves that are cut off, and names that are taken.


def test_a_move_cut_off_between_the_new_name_and_the_old_is_finished_by_the_repeat(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put("brev.pdf")
    source = desk.source()
    post = desk.get(source, next(source.offers(1)))
    monkeypatch.setattr(os, "unlink", _killed)
    with pytest.raises(Killed):
        source.take_over(post.locator)
    monkeypatch.undo()
    assert {"inn/brev.pdf", "mottatt/brev.pdf"} == desk.tree()
    assert [post.source_key.partition(":")[0]] == [offer.key for offer in source.offers(5)]
    desk.source().take_over(post.locator)
    assert {"mottatt/brev.pdf"} == desk.tree()


def test_across_file_systems_the_file_is_copied_checked_and_found_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = desk.put("under/brev.pdf", b"innhold")
    source = desk.source()
    post = desk.get(source, next(source.offers(1)))
    link = os.link

    def apart(old: str, new: str, **where: object) -> None:
        if not old.startswith("."):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        link(old, new, **where)

    monkeypatch.setattr(os, "link", apart)
    inode = file.stat().st_ino
    at = source.take_over(post.locator)
    assert {"mottatt/under/brev.pdf"} == desk.tree()
    assert inode != at["ino"]
    assert b"innhold" == (desk.home / "mottatt/under/brev.pdf").read_bytes()
    # The place was never noted: the copy has another inode, so it is known by its content.
    assert at == source.take_over(post.locator)
    source.settle(post.locator, Outcome.DISMISSED)
    assert {"avvist/under/brev.pdf"} == desk.tree()
    assert LONG_AGO == (desk.home / "avvist/under/brev.pdf").stat().st_mtime


def test_a_copy_across_file_systems_is_flushed_before_the_original_goes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put("brev.pdf")
    source = desk.source()
    post = desk.get(source, next(source.offers(1)))
    done: list[str] = []
    link, unlink, fsync = os.link, os.unlink, os.fsync

    def apart(old: str, new: str, **where: object) -> None:
        if not old.startswith("."):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        link(old, new, **where)

    monkeypatch.setattr(os, "link", apart)
    monkeypatch.setattr(os, "fsync", lambda fd: done.append("fsync") or fsync(fd))
    monkeypatch.setattr(os, "unlink", lambda name, **where: done.append(f"unlink {name}") or unlink(name, **where))
    source.take_over(post.locator)
    assert "fsync" == done[0]
    assert "unlink brev.pdf" == done[-1]


def test_a_file_system_without_hard_links_moves_and_never_overwrites(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*args: object, **where: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    source = desk.source()
    for content in (b"mandag", b"tirsdag"):
        desk.put("scan0001.pdf", content)
        desk.take(source)
    kept = {path.read_bytes() for path in (desk.home / "mottatt").iterdir()}
    assert {b"mandag", b"tirsdag"} == kept
    assert [] == list(desk.inbox.iterdir())


def test_no_barrier_is_spent_on_a_move_within_one_file_system(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("brev.pdf")
    source = desk.source()
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    source.settle(desk.take(source)[0], Outcome.ARCHIVED)
    assert [] == flushed


def test_a_file_where_a_folder_should_be_at_the_place_is_no_obstacle(desk: Desk) -> None:
    source = desk.source()
    desk.put("a", b"fil")
    desk.take(source)
    desk.put("a/brev.pdf", b"brev")
    (at,) = desk.take(source)
    assert b"brev" == (desk.home / "mottatt" / str(at["path"])).read_bytes()
    assert at == source.take_over(at)


def test_a_name_as_long_as_the_system_allows_still_gets_its_key(desk: Desk) -> None:
    source = desk.source()
    name = "æ" * 125 + ".pdf"
    for content in (b"en", b"to"):
        desk.put(name, content)
        desk.take(source)
    assert 2 == len(list((desk.home / "mottatt").iterdir()))
    assert [] == list(desk.inbox.iterdir())


def test_twins_each_settle_at_their_own_outcome(desk: Desk) -> None:
    source, ats = desk.source(), []
    for at in (LONG_AGO, LONG_AGO + 1):
        desk.put("scan0001.pdf", b"like", at)
        ats += desk.take(source)
    source.settle(ats[0], Outcome.ARCHIVED)
    source.settle(ats[0], Outcome.ARCHIVED)
    assert 1 == len(list((desk.home / "mottatt").iterdir()))
    source.settle(ats[1], Outcome.DISMISSED)
    assert (1, 1) == (len(list((desk.home / "journalført").iterdir())), len(list((desk.home / "avvist").iterdir())))


def test_a_move_that_a_power_cut_took_back_is_settled_from_the_watched_folder(desk: Desk) -> None:
    desk.put("brev.pdf")
    source = desk.source()
    (at,) = desk.take(source)
    (desk.home / "mottatt/brev.pdf").rename(desk.inbox / "brev.pdf")
    source.settle(at, Outcome.ARCHIVED)
    assert {"journalført/brev.pdf"} == desk.tree()


def test_take_over_repeated_after_settling_leaves_the_post_where_it_is(desk: Desk) -> None:
    desk.put("brev.pdf")
    source = desk.source()
    post = desk.get(source, next(source.offers(1)))
    settled = source.settle(source.take_over(post.locator), Outcome.ARCHIVED)
    assert settled == source.take_over(post.locator)
    assert {"journalført/brev.pdf"} == desk.tree()


# Amount and settings.


def test_ten_thousand_files_are_offered_by_one_walk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10_000):
        (desk.inbox / f"{number:05d}.pdf").touch()
    opened: list[object] = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: opened.append(path) or scandir(path))
    monkeypatch.setattr("connectors.folder.source.open_file", _killed)
    monkeypatch.setattr("connectors.folder.source.mark_of", _killed)
    assert 50 == len(list(desk.source().offers(50)))
    assert 1 == len(opened)
    assert [] == desk.slept


def test_a_place_inside_the_watched_folder_is_refused(desk: Desk) -> None:
    assert () == folder_faults(FolderSettings(inbox=desk.inbox), "kilde.skanner")
    for places in (desk.inbox, desk.inbox / "robot"):
        faults = folder_faults(FolderSettings(inbox=desk.inbox, places=places), "kilde.skanner")
        assert {"kilde.skanner.mappe"} == {fault.key for fault in faults}
    link = desk.home / "lenke"
    link.symlink_to(desk.inbox)
    assert folder_faults(FolderSettings(inbox=desk.inbox, places=link), "kilde.skanner")


def test_a_watched_folder_inside_a_place_or_missing_is_refused(desk: Desk) -> None:
    inside = desk.home / "mottatt" / "inn"
    inside.mkdir(parents=True)
    assert folder_faults(FolderSettings(inbox=inside, places=desk.home), "k")
    assert folder_faults(FolderSettings(inbox=desk.home / "borte"), "k")


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


def _killed(*args: object, **named: object) -> None:
    raise Killed

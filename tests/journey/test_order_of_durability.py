"""I4 as a power cut sees it: file fsync < rename < folder fsync < commit < tell, post by post; and begun before it is sent."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient
from sqlalchemy import Connection

from connectors.testing.dovecot import PASSWORD, Dovecot, installed
from connectors.testing.memory_archive import MemoryArchive
from connectors.testing.memory_source import MemorySource
from connectors.testing.recorder import Act, Deed, Recorder, not_durable, recording
from models import blobs
from models.blobs import BlobStore
from models.keys import with_role
from models.store import Store, StoreAddress
from robot import effects
from robot.office import Office
from robot.reading.dispatch import ReadingRoom
from robot.stages import collect as collecting
from tests.support.house import CATCH_ALL, House, mail, rules_text
from tests.support.stores import Clock
from tests.support.town import INVOICE, MORE, Town, lay_out

WITH_ATTACHMENT = b"""\
From: Kari Eksempel <kari@avsender.example>
To: post@solvik.example
Subject: Med vedlegg
Date: Mon, 23 Nov 2026 10:00:00 +0100
Message-ID: <2@avsender.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=utf-8

Se vedlegget.
--x
Content-Type: text/plain; charset=utf-8; name=vedlegg.txt
Content-Disposition: attachment; filename=vedlegg.txt

Dette er vedlegget.
--x--
"""
POST = (mail("søknad", message_id="<1@x.example>"), WITH_ATTACHMENT, mail("faktura", message_id="<3@x.example>"))


def look(connection: Connection) -> object:
    """What this transaction is about to make lasting, and whether the database will keep its word."""
    raw = connection.connection.driver_connection
    assert raw is not None
    cursor = raw.cursor()

    def asked(statement: str) -> list[Any]:
        cursor.execute(statement)
        return list(cursor.fetchall())

    sqlite = connection.dialect.name == "sqlite"
    lasting = (asked("PRAGMA synchronous")[0][0] >= 2 and asked("PRAGMA journal_mode")[0][0] == "wal") if sqlite else (
        asked("SHOW synchronous_commit")[0][0] == "on"
    )  # fmt: skip
    archive = sqlite and str(connection.engine.url.database).endswith("arkiv.db")
    if archive:
        return {"lasting": lasting, "keys": {row[0] for row in asked("SELECT our_key FROM noekkel")}}
    return {
        "lasting": lasting,
        "posts": dict(asked("SELECT key, state FROM post")),
        "effects": dict(asked("SELECT key, state FROM effect")),
    }


def hear(recorder: Recorder, office: Office) -> None:
    """What is said to the sources, the archive and the mail server, and the effect it is said for."""
    recorder.hears(effects, "send", lambda effect, *_, **__: f"send {effect.key}")
    for desk in office.desks.values():
        for name in ("take_over", "settle"):
            recorder.hears(desk.tell, name, lambda at, *_, _name=name: f"{_name} {json.dumps(dict(at))}")
    recorder.hears(type(office.archive), "submit", lambda _self, write, key: f"submit {write.kind} {key}")


def said(deeds: list[Deed], start: str) -> list[Deed]:
    return [deed for deed in deeds if deed.act is Act.TELL and deed.what.startswith(start)]


def first_commit(deeds: list[Deed], what: str, value: str, name: str) -> Deed:
    """The first commit in which ``name`` is among ``what``, in one of the states ``value`` (any, when empty)."""
    states = value.split()
    return next(
        deed
        for deed in deeds
        if deed.act is Act.COMMIT
        and name in deed.seen.get(what, ())
        and (not states or deed.seen[what][name] in states)
    )


def disorder(deeds: list[Deed], office: Office) -> list[str]:
    """Everything that happened in the wrong order; empty when a power cut at any instant loses nothing."""
    wrong = [f"commit {deed.number} is not lasting" for deed in deeds if deed.seen and not deed.seen["lasting"]]
    with office.store.read() as reads:
        posts = [reads.post(row["seq"]) for row in reads.rows()]
        decisions = {post.key: reads.decision(post.seq) for post in posts if post is not None}
    for post in posts:
        assert post is not None
        stored = first_commit(deeds, "posts", "", post.key)
        wrong += [_bytes(deeds, office, post.id, d.sha256, stored) for d in post.documents]
        wrong += _telling(deeds, post.id, with_role(post.key, "ta"), after=stored, what="stored")
        decided = first_commit(deeds, "posts", "decided", post.key)
        stored_decision = decisions[post.key]
        journalpost = stored_decision.decision.journalpost if stored_decision is not None else None
        for document in journalpost.dokumenter if journalpost is not None else ():
            wrong.append(_bytes(deeds, office, post.id, document.sha256, decided))
        ended = first_commit(deeds, "posts", "archived done" if journalpost is not None else "decided", post.key)
        wrong += _telling(deeds, post.id, with_role(post.key, "se"), after=ended, what="ended")
    for told in said(deeds, "send "):
        key = told.what.removeprefix("send ")
        begun = [
            d for d in deeds[: told.number] if d.act is Act.COMMIT and d.seen.get("effects", {}).get(key) == "unknown"
        ]
        if not begun:
            wrong.append(f"{key} was sent before the commit that begins it")
    return [fault for fault in wrong if fault]


def _bytes(deeds: list[Deed], office: Office, post: str, sha256: str, commit: Deed) -> str:
    why = not_durable(deeds, office.blobs.path(sha256), by=commit.number)
    return f"{post}: {sha256[:8]}: {why}" if why else ""


def _telling(deeds: list[Deed], post: str, key: str, *, after: Deed, what: str) -> Iterator[str]:
    sent = said(deeds, f"send {key}")
    if not sent:
        yield f"{post}: {key} was never sent"
        return
    # The source's own call follows the sending in the same thread.
    call = next(d for d in deeds[sent[0].number + 1 :] if d.act is Act.TELL and d.thread == sent[0].thread)
    if call.number < after.number:
        yield f"{post}: {call.what.partition(' ')[0]} before it was {what}"


def run(town: Town) -> tuple[list[Deed], list[str]]:
    with town.office() as office, recording(look) as recorder:
        hear(recorder, office)
        town.work(office)
        with office.store.read() as reads:
            assert {"done"} == {row["state"] for row in reads.rows()}
        return recorder.deeds, disorder(recorder.deeds, office)


@pytest.fixture
def folder(tmp_path: Path, reading_room: ReadingRoom) -> Town:
    clock = Clock(datetime.now(UTC).timestamp() + 3600)
    lay_out(tmp_path / "by", clock)
    for number, content in enumerate(POST):
        (tmp_path / "by" / "inn" / f"{number}.eml").write_bytes(content)
    return Town(tmp_path / "by", clock, reading_room)


def test_a_folder_source_is_told_only_of_what_a_power_cut_cannot_take(folder: Town) -> None:
    deeds, wrong = run(folder)
    assert [] == wrong
    # The file itself moves only then: the source's own names come after the commits.
    first = next(deed for deed in deeds if deed.act is Act.COMMIT and deed.seen.get("posts"))
    moved = [deed for deed in deeds if deed.act is Act.NAME and "/mottatt/" in deed.what]
    assert moved and min(deed.number for deed in moved) > first.number


def test_the_archive_keeps_documents_before_it_says_so_and_the_robot_notes_it_only_then(folder: Town) -> None:
    deeds, wrong = run(folder)
    assert [] == wrong
    made = {deed.what.split()[2] for deed in said(deeds, "submit ")}
    assert made
    for key in made:
        (asked, *_) = [deed for deed in said(deeds, "submit ") if deed.what.endswith(key)]
        kept = next(deed for deed in deeds if deed.act is Act.COMMIT and key in deed.seen.get("keys", ()))
        noted = first_commit(deeds, "effects", "done", key)
        assert asked.number < kept.number < noted.number, key
        if " nytt_dokument " in asked.what:
            between = deeds[asked.number : kept.number]
            assert [deed for deed in between if deed.act is Act.FOLDER_FSYNC and "/arkiv/" in deed.what], key


@pytest.fixture
def mailbox(tmp_path: Path, reading_room: ReadingRoom) -> Iterator[Town]:
    if not installed():
        message = "needs the Debian package dovecot-imapd"
        if os.environ.get("POSTROBOT_NEED_SERVERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with ExitStack() as stack:
        server = Dovecot.create()
        stack.callback(server.remove)
        clock = Clock(datetime.now(UTC).timestamp() + 3600)
        secret = tmp_path / "passord"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o600)
        source = (
            f'\n[organisasjon.kommune.kilde.epost]\ntype = "imap"\nvert = "localhost"\nport = {server.imaps_port}\n'
            f'ca_fil = "{server.ca_file}"\nbruker = "bruker"\npassord = {{ fil = "{secret}" }}\n'
        )
        lay_out(tmp_path / "by", clock, more=MORE + source)
        for content in POST:
            server.deliver("bruker", content, datetime.now(UTC))
        yield Town(tmp_path / "by", clock, reading_room)


@pytest.mark.server
def test_a_mailbox_is_told_only_of_what_a_power_cut_cannot_take(mailbox: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with mailbox.office() as office, recording(look) as recorder:
        hear(recorder, office)
        recorder.hears(IMAPClient, "move", lambda _self, uids, target: f"MOVE {uids[0]} {target}")
        mailbox.work(office)
        deeds = recorder.deeds
        assert [] == disorder(deeds, office)
    # On the wire, too: as many moves as tellings, each within its telling, and the first after a post was stored.
    moves, tellings = said(deeds, "MOVE "), said(deeds, "take_over ") + said(deeds, "settle ")
    assert len(POST) * 2 == len(moves) == len(tellings)
    first = next(deed for deed in deeds if deed.act is Act.COMMIT and deed.seen.get("posts"))
    assert first.number < moves[0].number


@pytest.mark.server
def test_a_store_in_postgresql_keeps_the_same_order(tmp_path: Path, reading_room: ReadingRoom, postgres: Any) -> None:
    address = StoreAddress.postgres(postgres.url, schema="org_rekkefoelge")
    house = House(tmp_path, reading_room, rules=rules_text(INVOICE, CATCH_ALL), address=address)
    try:
        with recording(look) as recorder:
            hear(recorder, house.office)
            house.take(*POST)
            assert [] == disorder(recorder.deeds, house.office)
            assert {"postgresql"} == set(recorder.commits)
    finally:
        house.office.close()


# --- broken on purpose: each must be seen ---------------------------------------------------------------------------


def no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    real = BlobStore.adopt

    def adopt(self: BlobStore, source: Path, sha256: str) -> Path:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(blobs.os, "fsync", lambda _: None)
            return real(self, source, sha256)

    monkeypatch.setattr(BlobStore, "adopt", adopt)


def no_folder_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "_sync_folder", lambda _: None)


def renamed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def adopt(self: BlobStore, source: Path, sha256: str) -> Path:
        target = self.path(sha256)
        source.rename(target)
        with target.open("rb") as file:
            os.fsync(file.fileno())
        blobs._sync_folder(target.parent)
        return target

    monkeypatch.setattr(BlobStore, "adopt", adopt)


def written_after_the_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        self.chmod(0o600)
        with self.open("ab") as late:
            late.write(b"")
        os.utime(self, ns=(1, 1))  # what a late write does to a file
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)


def told_first(monkeypatch: pytest.MonkeyPatch) -> None:
    real = collecting.store_post

    def store_post(office: Office, desk: Any, offer: Any, fetched: Any) -> Any:
        desk.tell.take_over(fetched.locator)
        return real(office, desk, offer, fetched)

    monkeypatch.setattr(collecting, "store_post", store_post)


def database_that_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Store.write

    def write(self: Store) -> Any:
        with self.engine.connect() as conn:
            raw = conn.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA synchronous=NORMAL")
        return real(self)

    monkeypatch.setattr(Store, "write", write)


@pytest.mark.parametrize(
    ("break_it", "seen_as"),
    [
        (no_fsync, "not flushed"),
        (no_folder_fsync, "its name was not flushed"),
        (renamed_first, "bytes were not flushed as they are"),
        (written_after_the_fsync, "bytes were not flushed as they are"),
        (database_that_does_not_wait, "is not lasting"),
    ],
)
def test_the_order_broken_in_one_way_is_seen(
    folder: Town, monkeypatch: pytest.MonkeyPatch, break_it: Any, seen_as: str
) -> None:
    break_it(monkeypatch)
    _, wrong = run(folder)
    assert [fault for fault in wrong if seen_as in fault], wrong


def test_a_source_told_before_the_commit_is_seen(tmp_path: Path, reading_room: ReadingRoom) -> None:
    house = House(tmp_path, reading_room)
    try:
        with recording(look) as recorder:
            hear(recorder, house.office)
            with pytest.MonkeyPatch.context() as monkeypatch:
                told_first(monkeypatch)
                house.take(POST[0])
            deeds = recorder.deeds
            (told, *_) = said(deeds, "take_over ")
            assert told.number < first_commit(deeds, "posts", "", house.row()["key"]).number
    finally:
        house.office.close()


def test_an_effect_sent_before_its_commit_is_seen(tmp_path: Path, reading_room: ReadingRoom) -> None:
    house = House(tmp_path, reading_room)
    try:
        with recording(look) as recorder:
            hear(recorder, house.office)
            house.take(POST[0])
            assert [] == disorder(recorder.deeds, house.office)
            (asked, *_) = said(recorder.deeds, "send ")
            without = [d for d in recorder.deeds if d.act is not Act.COMMIT or d.number > asked.number]
            renumbered = [
                Deed(number=n, act=d.act, what=d.what, thread=d.thread, seen=d.seen) for n, d in enumerate(without)
            ]
            assert [
                fault for fault in disorder(renumbered, house.office) if "before the commit that begins it" in fault
            ]
    finally:
        house.office.close()


def test_when_the_recording_ends_everything_is_as_it_was() -> None:
    before = (os.fsync, os.rename, os.link, effects.send, MemorySource.take_over, MemoryArchive.submit)
    with recording() as recorder:
        recorder.hears(effects, "send", lambda *_, **__: "")
        recorder.hears(MemorySource, "take_over", lambda *_, **__: "")
        assert os.fsync is not before[0]
    assert before == (os.fsync, os.rename, os.link, effects.send, MemorySource.take_over, MemoryArchive.submit)

"""A backup: whole at one moment while others write, atomic, incremental, without secrets, and checked; put back as it was."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.errors import TryLater, UsedWrongly
from models.store import StoreAddress, open_store
from models.store.copies import reading_copy
from robot import build, cli
from robot.audit import export
from robot.backup import layout, take
from robot.backup.check import check_set
from robot.backup.restore import restore
from robot.backup.take import Copied, Part, take_backup
from robot.lock import may_remove
from robot.office import Office
from robot.reading.dispatch import ReadingRoom
from tests.support.house import CATCH_ALL, House, mail, rules_text
from tests.support.stores import ORGNR, Clock, new_address, opened, put
from tests.support.town import NAME, Town, lay_out

CANARY = "kanarifugl-7Q2x"
MORE = """
[organisasjon.kommune.kilde.epost]
type = "imap"
vert = "imap.solvik.example"
bruker = "post@solvik.example"
passord = { fil = "regler/passord.txt" }
"""


@pytest.fixture
def town(tmp_path: Path, reading_room: ReadingRoom) -> Town:
    clock = Clock(datetime.now(UTC).timestamp() + 3600)
    folder = tmp_path / "by"
    lay_out(folder, clock, rules=rules_text(CATCH_ALL), more="")
    (folder / "inn" / "brev.eml").write_bytes(mail())
    return Town(folder, clock, reading_room)


@pytest.fixture
def office(town: Town) -> Iterator[Office]:
    with town.office() as opened_office:
        town.work(opened_office)
        export(opened_office.store)
        yield opened_office


@pytest.fixture
def kopi(tmp_path: Path) -> Path:
    return tmp_path / "kopi"


def back_up(town: Town, office: Office, kopi: Path, **more: Any) -> Copied:
    address = build.store_address(town.settings, NAME)
    part = Part(name=NAME, store=office.store, archive=office.archive, address=address)
    return take_backup(town.settings, [part], kopi, now=town.clock.utc(), software="test", **more)


def newest(kopi: Path) -> Path:
    return layout.choose(kopi, None)


def test_what_is_in_it(town: Town, office: Office, kopi: Path) -> None:
    copied = back_up(town, office, kopi)
    assert copied.manifest is not None
    (note,) = copied.manifest.organisations
    with office.store.read() as reads:
        head = reads.audit_head()
    assert (1, 1, True, ()) == (note.blobs, note.documents, note.archive, note.missing)
    assert (head[0] - 1, 1) == (note.audit_seq, note.posts["done"])  # the event of the backup itself came after
    names = {Path(name).name for name in copied.manifest.files}
    assert {"robot.db", "arkiv.db", "filer.txt", "arkivfiler.txt", "robot.toml", "alt.yaml", "enheter.csv"} <= names
    assert f"{ORGNR}-" in "".join(names)
    assert check_set(newest(kopi)).ok


def test_the_audit_says_that_it_was_taken(town: Town, office: Office, kopi: Path) -> None:
    copied = back_up(town, office, kopi)
    assert copied.manifest is not None
    with office.store.read() as reads:
        query = "SELECT object_ref, details FROM audit_event WHERE event = 'backed_up'"
        (row,) = reads.conn.sqlalchemy.exec_driver_sql(query).all()
    assert (copied.manifest.name, {"manifest": copied.manifest.digest}) == (row[0], json.loads(row[1]))


def test_documents_that_are_there_are_not_copied_again(town: Town, office: Office, kopi: Path) -> None:
    assert (1, 1) == ((first := back_up(town, office, kopi)).new, first.kept)  # the archive's is the same bytes
    (town.inbox / "nytt.eml").write_bytes(mail("Nytt", message_id="<2@avsender.example>"))
    town.work(office)
    town.clock.go(60)
    second = back_up(town, office, kopi)
    assert (1, 3, 2) == (second.new, second.kept, len(layout.sets(kopi)))


def test_a_backup_is_whole_or_not_there(
    town: Town, office: Office, kopi: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("disken er full")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="full"):
        patched.setattr(take, "_configuration", broken)
        back_up(town, office, kopi)
    assert [] == layout.sets(kopi)
    with pytest.raises(UsedWrongly, match="ingen ferdig"):
        layout.choose(kopi, None)
    back_up(town, office, kopi)
    assert 1 == len(list((kopi / "sett").iterdir()))


def test_post_that_comes_while_it_is_taken_does_not_break_it(
    town: Town, office: Office, kopi: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the databases and the files something is stored and archived: what the copies name is whole all the same."""
    blobs = take._blobs

    def later(*arguments: Any) -> Any:
        (town.inbox / "imens.eml").write_bytes(mail("Imens", message_id="<3@avsender.example>"))
        town.work(office)
        export(office.store)
        return blobs(*arguments)

    monkeypatch.setattr(take, "_blobs", later)
    back_up(town, office, kopi)
    found = check_set(newest(kopi))
    assert found.ok, found.faults
    assert 1 == found.manifest.organisations[0].blobs
    restore(newest(kopi), kopi.parent / "ny", now=town.clock, software="test")


def test_many_writers_and_a_copy_that_is_one_moment(tmp_path: Path) -> None:
    from models.sqlite_copy import copy_sqlite, damage

    stop = threading.Event()
    with opened(StoreAddress.sqlite(tmp_path / "robot.db"), tmp_path, now=Clock()) as store:

        def write() -> None:
            number = 0
            while not stop.is_set() and number < 5000:
                number += 1
                put(store, f"brev-{number}")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for n in range(5):
                copy_sqlite(tmp_path / "robot.db", tmp_path / f"kopi-{n}.db")
        finally:
            stop.set()
            writer.join()
    for n in range(5):
        assert "" == damage(tmp_path / f"kopi-{n}.db")
        with reading_copy(tmp_path / f"kopi-{n}.db") as reads:
            posts = sum(reads.states().values())
            assert (posts, posts) == (reads.audit_head()[0], reads.last_seq())


def test_retention_is_locked_out_while_files_are_copied(
    town: Town, office: Office, kopi: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def purge_now(*_: object) -> None:
        try:
            with may_remove(office.store.folder):
                tried.append("removed")
        except TryLater:
            tried.append("locked out")

    monkeypatch.setattr(take, "_configuration", purge_now)
    back_up(town, office, kopi)
    assert ["locked out"] == tried


def test_it_waits_for_retention_that_is_at_work(town: Town, office: Office, kopi: Path) -> None:
    held = may_remove(office.store.folder)
    held.__enter__()
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            held.__exit__(None, None, None)

    back_up(town, office, kopi, sleep=sleep)
    assert 3 == len(waits)


def test_secrets_are_not_in_it(tmp_path: Path, reading_room: ReadingRoom, kopi: Path) -> None:
    clock = Clock(datetime.now(UTC).timestamp() + 3600)
    folder = tmp_path / "by"
    lay_out(folder, clock, rules=rules_text(CATCH_ALL), more=MORE)
    secret = folder / "regler" / "passord.txt"
    secret.write_text(CANARY, encoding="utf-8")
    secret.chmod(0o600)
    town = Town(folder, clock, reading_room)
    with town.office() as office:
        assert CANARY == town.settings.organisasjon[NAME].kilde["epost"].passord.reveal()  # type: ignore[attr-defined]
        back_up(town, office, kopi)
    held = [path for path in kopi.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert [] == held
    assert any(path.name == "alt.yaml" for path in kopi.rglob("*"))


@pytest.mark.parametrize(
    "what", ["robot.db", "arkiv.db", "filer.txt", "manifest.json", "alt.yaml", "dokument", "mangler"]
)
def test_what_is_changed_or_gone_is_found(town: Town, office: Office, kopi: Path, what: str) -> None:
    back_up(town, office, kopi)
    if what in ("dokument", "mangler"):
        path = next(path for path in (kopi / "files").rglob("*") if path.is_file())
        content = path.read_bytes()
        path.unlink()
        if what == "dokument":
            path.write_bytes(content[:-1] + b"X")
    else:
        path = next(path for path in newest(kopi).rglob(what))
        path.write_bytes(path.read_bytes()[:-5] + b"kaputt")
    if what == "manifest.json":
        with pytest.raises(UsedWrongly, match=r"manifest\.json"):
            check_set(newest(kopi))
    else:
        assert not check_set(newest(kopi)).ok
    with pytest.raises(UsedWrongly):
        restore(newest(kopi), kopi.parent / "ny", now=town.clock, software="test")
    assert not (kopi.parent / "ny").exists()


def test_an_original_that_is_lost_is_told_at_once(town: Town, office: Office, kopi: Path) -> None:
    with office.store.read() as reads:
        (sha256,) = reads.referenced_hashes()
    office.blobs.path(sha256).unlink()
    copied = back_up(town, office, kopi)
    assert copied.manifest is not None
    assert (sha256,) == copied.manifest.organisations[0].missing


def test_old_sets_go_and_so_do_documents_no_set_names(town: Town, office: Office, kopi: Path) -> None:
    with office.store.read() as reads:
        (first,) = reads.referenced_hashes()
    back_up(town, office, kopi)
    with office.store.write() as tx:  # as after retention
        tx.conn.sqlalchemy.exec_driver_sql("UPDATE post SET purged_at = 1")
        tx.conn.sqlalchemy.exec_driver_sql("DELETE FROM decision")
    office.archive.store.close()  # type: ignore[attr-defined]
    (office.store.folder / "arkiv.db").unlink()
    office.archive.__init__(office.store.folder, now=town.clock.utc)  # type: ignore[misc]
    town.clock.go(60)
    copied = back_up(town, office, kopi, keep=1)
    assert 1 == len(copied.removed_sets)
    assert ([newest(kopi)], False) == (layout.sets(kopi), layout.pooled(kopi, first).exists())


def test_it_is_not_laid_in_the_state_folder_nor_among_other_things(town: Town, office: Office, kopi: Path) -> None:
    with pytest.raises(UsedWrongly, match="tilstandsmappen"):
        back_up(town, office, office.store.folder.parent / "kopi")
    kopi.mkdir()
    (kopi / "ferie.jpg").write_bytes(b"x")
    with pytest.raises(UsedWrongly, match=r"ferie\.jpg"):
        back_up(town, office, kopi)


def test_a_restore_refuses_a_folder_that_is_in_use(town: Town, office: Office, kopi: Path, tmp_path: Path) -> None:
    back_up(town, office, kopi)
    with pytest.raises(UsedWrongly, match="ikke tom"):
        restore(newest(kopi), town.folder / "state", now=town.clock, software="test")
    with pytest.raises(UsedWrongly, match="har en database"):
        restore(newest(kopi), town.folder / "state", now=town.clock, software="test", keep_archive=True)
    with pytest.raises(UsedWrongly, match="ikke noe arkiv"):
        restore(newest(kopi), tmp_path / "ny", now=town.clock, software="test", keep_archive=True)


def test_what_is_put_back_is_what_was(town: Town, office: Office, kopi: Path, tmp_path: Path) -> None:
    back_up(town, office, kopi)
    done = restore(newest(kopi), tmp_path / "ny", now=town.clock, software="test")
    assert ({ORGNR: 1}, {ORGNR: 0}, 2) == (done.posts, done.in_doubt, done.documents)
    folder = tmp_path / "ny" / ORGNR
    assert 0o600 == (folder / "robot.db").stat().st_mode & 0o777
    assert not list(folder.glob(".*")) + list(folder.glob("robot.db-*"))
    document = next(path for path in (folder / "arkiv").rglob("*") if path.is_file())
    assert 2 == document.stat().st_nlink  # the archive's document is a link of its own, as before
    original = next(path for path in (town.folder / "state" / ORGNR / "files").rglob("*") if path.is_file())
    assert not os.path.samestat(original.stat(), document.stat())
    assert (tmp_path / "ny" / "oppsett" / "robot.toml").read_bytes() == (town.folder / "config.toml").read_bytes()
    with opened(StoreAddress.sqlite(folder / "robot.db"), folder, now=town.clock) as store:
        with store.read() as reads:
            assert [row["outcome"] for row in reads.rows()] == ["archived"]
        assert store.secret() == office.store.secret()
        assert store.doubt is not None


def test_a_restore_that_was_broken_off_can_be_done_again(
    town: Town, office: Office, kopi: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(town, office, kopi)

    def broken(*_a: object, **_k: object) -> None:
        raise OSError("disken er full")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="full"):
        patched.setattr("robot.backup.restore._mark", broken)
        restore(newest(kopi), tmp_path / "ny", now=town.clock, software="test")
    assert not (tmp_path / "ny").exists()
    restore(newest(kopi), tmp_path / "ny", now=town.clock, software="test")
    assert (tmp_path / "ny" / ORGNR / "robot.db").exists()


def test_the_commands(
    town: Town, office: Office, kopi: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = str(town.folder / "config.toml")
    assert 0 == cli.main(["--config", config, "backup", str(kopi), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (True, 1, []) == (told["ok"], told["new_files"], told["missing"])
    assert 0 == cli.main(["backup", str(kopi), "--verify", "--json"])
    checked = json.loads(capsys.readouterr().out)
    assert (True, told["manifest"]) == (checked["ok"], checked["manifest"])
    assert 0 == cli.main(["restore", str(kopi), "--to", str(tmp_path / "ny"), "--json"])
    assert told["set"] == json.loads(capsys.readouterr().out)["set"]
    assert 2 == cli.main(["restore", str(kopi), "--to", str(tmp_path / "ny")])
    assert "ikke tom" in capsys.readouterr().err
    next(path for path in newest(kopi).rglob("filer.txt")).write_text("", encoding="ascii")
    assert 1 == cli.main(["backup", str(kopi), "--verify"])
    assert "er endret" in capsys.readouterr().out
    assert 0 == cli.main(["--config", config, "restore", "--differences", "--json"])
    (found,) = json.loads(capsys.readouterr().out)["organisations"].values()
    assert ([], [], 1) == (found["unknown"], found["lost"], found["checked"])


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


@pytest.mark.server
def test_a_schema_in_postgresql_is_dumped_and_put_back(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    reading_room: ReadingRoom,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    postgres = request.getfixturevalue("postgres")
    monkeypatch.setenv("PATH", f"{postgres.bin}:{os.environ['PATH']}")
    address = new_address("postgres", tmp_path, lambda: postgres)
    house = House(tmp_path / "hus", reading_room, address=address)
    house.take(mail())
    part = Part(name="solvik", store=house.store, archive=house.office.archive, address=address)
    kopi = tmp_path / "kopi"
    take_backup(town.settings, [part], kopi, now=house.clock.utc(), software="test")
    found = check_set(newest(kopi))
    assert (True, address.schema) == (found.ok, found.manifest.organisations[0].schema)

    monkeypatch.setattr(build, "store_address", lambda *_: address)
    with pytest.raises(UsedWrongly, match="er i bruk"):
        restore(newest(kopi), tmp_path / "ny", now=house.clock, software="test", settings=town.settings)
    with pytest.raises(UsedWrongly, match="PostgreSQL"):
        restore(newest(kopi), tmp_path / "ny", now=house.clock, software="test")
    with house.store.engine.begin() as conn:
        conn.exec_driver_sql(f'DROP SCHEMA "{address.schema}" CASCADE')
    house.store.close()
    restore(newest(kopi), tmp_path / "nyere", now=house.clock, software="test", settings=town.settings)
    folder = tmp_path / "nyere" / ORGNR
    store = open_store(address, orgnr=ORGNR, folder=folder, version="test", now=house.clock)
    with store.read() as reads:
        assert ["archived"] == [row["outcome"] for row in reads.rows()]
        (sha256,) = reads.referenced_hashes()
    assert store.blobs.intact(sha256)
    assert store.doubt is not None
    store.close()


def test_without_the_program_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from robot.backup import postgres

    monkeypatch.setenv("PATH", str(tmp_path))
    address = StoreAddress.postgres("postgresql+psycopg://x@127.0.0.1/x", schema="org_1")
    with pytest.raises(UsedWrongly, match="postgresql-client"):
        postgres.dump(address, "x", tmp_path / "ut")

"""Retention: content goes when the rules say so and nobody needs it; ids, codes, the audit and the archive stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.testing.memory_archive import Trouble
from models.answer import Answer, Verb
from models.audit import AuditEvent
from models.errors import TryLater, UsedWrongly
from models.post import Outcome, State
from models.store import StoreAddress
from robot.audit import Verified, verify_store
from robot.explain_post import explain_post, explained_text
from robot.listing import listed
from robot.lock import may_remove, nothing_removed
from robot.purge import purge, purge_job
from robot.reading.dispatch import ReadingRoom
from robot.review import find_post, take
from robot.review_screens import shown, shown_text
from robot.schedule import find_job, run_guarded
from robot.tidy import remove_unneeded, sweep_orphans
from robot.verify import verify
from tests.support.house import CATCH_ALL, House, mail, rules_text
from tests.support.stores import new_address
from tests.support.town import Town, lay_out

DAY = 86_400
SECRET = "Hemmelig-emne-Nabokrangel"
DAYS = {Outcome.ARCHIVED: 30}
AVVIS = """\
  - regel: reklame
    navn: Reklame
    prioritet: 10
    modus: auto
    hvis: {emne: {inneholder: tilbud}}
    så: {avvis: {grunn: reklame}}
"""
KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.server)]


@pytest.fixture
def house(tmp_path: Path, reading_room: ReadingRoom) -> Iterator[House]:
    made = House(tmp_path, reading_room, rules=rules_text(AVVIS, CATCH_ALL))
    yield made
    made.store.close()


def letter(subject: str = SECRET, *, number: int = 1, text: str = "Jeg klager på naboen.") -> bytes:
    return mail(
        subject, text=text, sender="Kari Eksempel <kari@avsender.example>", message_id=f"<{number}@avsender.example>"
    )


def events(house: House) -> list[dict[str, object]]:
    with house.store.read() as reads:
        query = "SELECT item_id, object_ref, details FROM audit_event WHERE event = 'content_purged' ORDER BY seq"
        return [
            {**row, "details": json.loads(row["details"])}
            for row in reads.conn.sqlalchemy.exec_driver_sql(query).mappings()
        ]


def files(house: House) -> int:
    return sum(1 for path in house.office.blobs.folder.rglob("*") if path.is_file())


def run(house: House, days: dict[Outcome, int] | None = None, **more: bool):
    return purge(house.store, house.office.archive, DAYS if days is None else days, **more)


def test_content_goes_when_the_days_have_passed_and_not_before(house: House) -> None:
    house.take(letter())
    house.clock.go(30 * DAY - 1)
    assert 0 == run(house).posts.total()
    house.clock.go(2)
    found = run(house)
    assert ({"archived": 1}, 1) == (dict(found.posts), found.files)
    assert 0 == files(house)
    assert 0 == run(house).posts.total()


def test_nothing_of_what_was_written_is_left_in_database_or_files(house: House, tmp_path: Path) -> None:
    house.take(letter())
    house.clock.go(31 * DAY)
    told = [b"Nabokrangel", b"klager", b"kari@avsender.example", b"Kari Eksempel"]
    run(house)
    house.store.close()
    left = [
        (path.name, word)
        for path in (tmp_path / "state").rglob("*")
        if path.is_file()
        for word in told
        if word in path.read_bytes()
    ]
    assert [] == left


def test_ids_codes_and_hashes_stay_and_the_row_says_when(house: House) -> None:
    house.take(letter())
    before = house.row()
    house.clock.go(31 * DAY)
    run(house)
    after = house.row()
    assert house.clock.at == after["purged_at"]
    stays = ("id", "seq", "key", "source_key", "offer_key", "content_key", "state", "outcome", "rule", "journalpost")
    assert {name: before[name] for name in stays} == {name: after[name] for name in stays}
    with house.store.read() as reads:
        post, stored = reads.post(1), reads.decision(1)
    assert post is not None and stored is not None
    assert (1, "") == (len(post.documents), post.documents[0].name)
    assert ("regler/alt", None) == (stored.decision.rule, stored.decision.journalpost) or stored.decision.rule
    assert stored.decision.because


def test_the_audit_names_the_hash_that_went_and_stays_valid(house: House) -> None:
    house.take(letter())
    with house.store.read() as reads:
        (sha256,) = reads.referenced_hashes()
    house.clock.go(31 * DAY)
    run(house)
    (event,) = events(house)
    assert house.row()["id"] == event["item_id"]
    assert {"documents": [sha256], "kept": 0, "days": 30} == event["details"]
    found = Verified()
    verify_store(house.store, found)
    assert found.ok
    assert [] == [one.name for one in verify(house.store, house.office.archive) if not one.ok]
    with house.store.read() as reads:
        assert {sha256} == reads.purged_hashes()


def test_a_dry_run_tells_the_same_and_changes_nothing(house: House) -> None:
    house.take(letter())
    house.clock.go(31 * DAY)
    before, commits = dict(house.row()), house.store.commits
    found = run(house, dry_run=True)
    assert ({"archived": 1}, 1) == (dict(found.posts), found.files)
    assert (before, commits, 1) == (dict(house.row()), house.store.commits, files(house))


def test_what_no_rule_names_is_kept_for_ever(house: House) -> None:
    house.take(letter("Et tilbud i dag"))
    assert "dismissed" == house.row()["outcome"]
    house.clock.go(10_000 * DAY)
    assert 0 == run(house).posts.total()
    assert 1 == run(house, {Outcome.DISMISSED: 90}).posts.total()


def test_bytes_another_post_needs_stay_until_that_goes_too(house: House) -> None:
    house.take(letter())
    house.clock.go(20 * DAY)
    house.take(letter())  # the same bytes once more
    assert 1 == files(house)
    house.clock.go(11 * DAY)
    found = run(house)
    assert (1, 0, 1) == (found.posts.total(), found.files, files(house))
    assert {"documents": [], "kept": 1, "days": 30} == events(house)[0]["details"]
    with house.store.write() as tx:
        tx.set_columns(2, journalstatus="J")  # a possible duplicate, which a person has approved
    house.clock.go(20 * DAY)
    found = run(house)
    assert (1, 1, 0) == (found.posts.total(), found.files, files(house))


def test_what_still_owes_the_outside_something_is_kept(house: House) -> None:
    house.ledger.troubles["ny_journalpost"] = [Trouble.DOWN] * 10
    house.take(letter())
    house.clock.go(31 * DAY)
    assert (State.DECIDED, 0) == (house.row()["state"], run(house).posts.total())
    house.ledger.troubles.clear()
    house.walk_due()
    with house.store.write() as tx:
        tx.conn.sqlalchemy.exec_driver_sql("UPDATE effect SET state = 'planned' WHERE key LIKE '%-se'")
    house.clock.go(31 * DAY)
    assert {"owes": 1} == dict(run(house).kept)
    assert 1 == files(house)


def test_status_m_waits_for_a_person_and_so_does_its_content(tmp_path: Path, reading_room: ReadingRoom) -> None:
    house = House(tmp_path, reading_room, rules=rules_text(CATCH_ALL.replace("modus: auto", "modus: forslag")))
    house.take(letter())
    assert "M" == house.row()["journalstatus"]
    house.clock.go(31 * DAY)
    found = run(house)
    assert (0, {"awaits_approval": 1}) == (found.posts.total(), dict(found.kept))
    house.store.close()


def test_what_the_archive_does_not_confirm_is_kept(house: House) -> None:
    house.take(letter())
    house.clock.go(31 * DAY)
    document = next(key for key in house.unit.keys if key.endswith("-d1"))
    known = house.unit.keys.pop(document)
    assert {"not_in_archive": 1} == dict(run(house).kept)
    house.unit.keys[document] = known
    assert 1 == run(house).posts.total()


def test_a_forward_that_is_to_be_followed_up_is_kept_until_it_is_acknowledged(house: House) -> None:
    house.take(letter("Nytt tilbud"))
    with house.store.write() as tx:
        tx.set_columns(1, outcome="forwarded", follow_up_by="2026-12-01")
    house.clock.go(31 * DAY)
    days = {Outcome.FORWARDED: 30}
    assert {"follow_up": 1} == dict(run(house, days).kept)
    with house.store.write() as tx:
        tx.set_columns(1, follow_up_by=None)
    assert 1 == run(house, days).posts.total()


def test_nothing_is_removed_while_a_backup_is_taken(house: House) -> None:
    house.take(letter())
    house.clock.go(31 * DAY)
    with nothing_removed(house.store.folder), nothing_removed(house.store.folder):
        with pytest.raises(TryLater, match="sikkerhetskopi"):
            run(house)
        with pytest.raises(TryLater, match="sikkerhetskopi"):
            sweep_orphans(house.store)
    with may_remove(house.store.folder), pytest.raises(TryLater), nothing_removed(house.store.folder):
        pass
    assert 1 == files(house)


def test_what_a_crash_left_after_the_commit_is_swept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.take(letter())
    house.clock.go(31 * DAY)
    monkeypatch.setattr("robot.purge.remove_unneeded", lambda *_a, **_k: 0)
    run(house)
    assert 1 == files(house)
    house.clock.go(10 * 365 * DAY)  # the file's own time is the machine's
    assert 1 == sweep_orphans(house.store)
    assert 0 == files(house)


def test_a_file_that_a_new_post_came_to_need_meanwhile_is_not_removed(house: House) -> None:
    house.take(letter())
    with house.store.read() as reads:
        (sha256,) = reads.referenced_hashes()
    path = house.office.blobs.path(sha256)
    assert 0 == remove_unneeded(house.store, {sha256: path}, decided_since=house.clock.at + 1)
    assert path.exists()


def test_a_file_removed_between_keeping_and_storing_is_fetched_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopt = type(house.office.blobs).adopt

    def adopted_and_removed(blobs, source, sha256):
        path = adopt(blobs, source, sha256)
        path.unlink()
        return path

    house.deliver(letter())
    with monkeypatch.context() as once:
        once.setattr(type(house.office.blobs), "adopt", adopted_and_removed)
        assert [] == house.collect()
    assert [1] == house.collect()
    assert 1 == files(house)


def test_a_purged_post_is_listed_as_such_and_takes_no_answer(house: House) -> None:
    house.take(letter())
    assert not listed(house.row(), "x")["purged"]
    house.clock.go(31 * DAY)
    run(house)
    assert listed(house.row(), "x")["purged"]
    post = find_post(house.store, house.row()["id"])
    answer = Answer(verb=Verb.CORRECT, user="kari", tittel="Ny")
    with pytest.raises(UsedWrongly, match="slettet"):
        take(house.store, house.office.archive, post, answer)


def test_the_embedded_archives_documents_are_untouched(tmp_path: Path, reading_room: ReadingRoom) -> None:
    from tests.support.stores import Clock

    clock = Clock()
    lay_out(
        tmp_path / "by",
        clock,
        more="\n[organisasjon.kommune.bevaring]\njournalfoert_dager = 30\n",
        rules=rules_text(CATCH_ALL),
    )
    town = Town(tmp_path / "by", clock, reading_room)
    (town.inbox / "brev.eml").write_bytes(letter())
    clock.go(3600 * 24 * 365)  # the file's own time is the machine's
    with town.office() as office:
        town.work(office)
        clock.go(31 * DAY)
        found = run_guarded(find_job("sletting"), office)
        assert found == "1 poster, 1 filer"
        (entry,) = office.archive.journalposter(_all(), None).entries
        (document,) = office.archive.documents_of(entry.system_id)  # type: ignore[attr-defined]
        assert all(one.present for one in document.objekter)
        assert letter() == office.archive.files.path_of(document.objekter[0].sjekksum).read_bytes()  # type: ignore[attr-defined]
        assert [] == [one.name for one in verify(office.store, office.archive) if not one.ok]
    found = explain_post(town.settings, str(next(iter(_ids(town)))), now=clock.utc)
    assert found is not None
    text = explained_text(found)
    assert "slettet etter bevaringsreglene" in text
    assert "None" not in text
    assert "slettet etter bevaringsreglene" in shown_text(shown(town.settings, found["id"], now=clock.utc))


def _ids(town: Town) -> list[str]:
    with town.office() as office, office.store.read() as reads:
        return [row["id"] for row in reads.rows()]


def _all():
    from models.archive import JournalQuery

    return JournalQuery()


def test_without_rules_the_job_says_so(house: House) -> None:
    assert "ingen bevaringsregler" == purge_job(house.store, house.office.archive, {})


@pytest.mark.parametrize("kind", KINDS)
def test_both_databases_let_go_alike(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, reading_room: ReadingRoom
) -> None:
    address: StoreAddress = new_address(kind, tmp_path, lambda: request.getfixturevalue("postgres"))
    house = House(tmp_path / "hus", reading_room, address=address)
    house.take(letter())
    house.clock.go(31 * DAY)
    assert (1, 0) == (run(house).posts.total(), files(house))
    assert ("", "", None) == tuple(house.row()[name] for name in ("subject", "sender", "tittel"))
    assert AuditEvent.CONTENT_PURGED in {row for row in _audited(house)}
    house.store.close()


def _audited(house: House) -> list[str]:
    with house.store.read() as reads:
        return list(reads.conn.sqlalchemy.exec_driver_sql("SELECT event FROM audit_event").scalars())

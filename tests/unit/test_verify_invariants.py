"""`verify` tells of each invariant that is broken, and only of that: each is broken by hand here, and named."""

from __future__ import annotations

import gc
import hashlib
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from connectors.testing.memory_archive import MemoryArchive
from connectors.testing.memory_unit import MemoryUnit
from models.audit import AuditEvent
from models.errors import OutOfReach
from models.facts import Facts, Unknown
from models.keys import post_key, with_role
from models.post import State
from models.reasons import ReasonCode
from models.store import verify_reads
from models.store.codec import pack, unpack
from robot import audit
from robot.cli import main
from robot.commands.verify import NEXT, TEXTS
from robot.init import init
from robot.verify import PROVEN_ELSEWHERE, verify
from tests.support.house import CATCH_ALL, House, mail, rules_text
from tests.support.stores import Clock, fetched, new_address, opened, put

ROOT = Path(__file__).resolve().parents[2]
FORWARD = """\
  - regel: faktura
    navn: Faktura
    prioritet: 10
    modus: auto
    hvis: {emne: faktura}
    så: {videresend: {til: regnskap@solvik.example, kanal: epost, grunn: faktura}}
"""
TO_PERSON = """\
  - regel: vanskelig
    navn: Vanskelig
    prioritet: 10
    modus: auto
    hvis: {emne: hemmelig}
    så: {til_menneske: "Se på denne."}
"""


@pytest.fixture(scope="module")
def master(tmp_path_factory, reading_room):
    """Three posts that went the whole way: one journaled, one forwarded, one left to a person."""
    made = House(tmp_path_factory.mktemp("hus"), reading_room, rules=rules_text(FORWARD, TO_PERSON, CATCH_ALL))
    made.take(*(mail(word, message_id=f"<{word}@x.example>") for word in ("søknad", "faktura", "hemmelig")))
    with made.store.write() as tx:
        tx.claim_slot("kontroll", "2026-11-24T04:00+01:00")
    made.office.close()
    return made


@pytest.fixture
def house(master, tmp_path):
    """A copy of it that may be broken."""
    made = master.copy(tmp_path / "hus")
    yield made
    made.office.close()


def answers(house):
    return {one.name: one for one in verify(house.store, house.office.archive)}


def broken(house):
    return {name for name, one in answers(house).items() if one.broken}


def tamper(store, statement, **values):
    with store.engine.begin() as conn:
        assert conn.execute(text(statement), values).rowcount == 1


def test_a_sound_house_breaks_nothing_and_everything_is_looked_at(house):
    found = answers(house)
    assert {} == {name: one.examples for name, one in found.items() if not one.ok}
    assert [] == [name for name, one in found.items() if not one.checked]


def test_every_invariant_is_evaluated_or_named_with_the_test_that_holds_it(house):
    found = answers(house)
    assert {f"I{n}" for n in range(1, 19)} == set(found) | set(PROVEN_ELSEWHERE) == set(TEXTS)
    assert not set(found) & set(PROVEN_ELSEWHERE)
    assert set(found) == set(NEXT)
    for places in PROVEN_ELSEWHERE.values():
        assert not [place for place in places.split(", ") if not (ROOT / place).is_file()]


def original(house, seq=1):
    with house.store.read() as reads:
        return house.store.blobs.path(reads.post(seq).documents[0].sha256)


def test_a_lost_original_breaks_i1(house):
    original(house).unlink()
    assert broken(house) == {"I1"}
    assert house.row()["id"] in answers(house)["I1"].examples[0]


def test_a_changed_original_breaks_i1(house):
    path = original(house)
    path.chmod(0o600)
    path.write_bytes(b"brev x")
    assert broken(house) == {"I1"}


def purge_event(house, *hashes):
    with house.store.write() as tx:
        tx.audit(AuditEvent.CONTENT_PURGED, item_id=house.row()["id"], details={"documents": list(hashes)})


def test_purged_content_counts_as_kept_by_its_event(house):
    path = original(house)
    house.office.store.blobs.path(path.parent.name + path.name).unlink()
    tamper(house.store, "UPDATE post SET purged_at = 1 WHERE seq = 1")
    assert broken(house) == {"I1"}  # without the event
    purge_event(house, path.parent.name + path.name)
    assert broken(house) == set()


def test_the_event_of_a_purge_does_not_excuse_a_post_that_was_not_purged(house):
    path = original(house)
    path.unlink()
    purge_event(house, path.parent.name + path.name)
    assert broken(house) == {"I1"}


def test_a_part_that_was_lost_on_its_way_to_the_archive_breaks_i1(house):
    with house.store.read() as reads:
        decision = reads.decision(1).decision
    document = replace(decision.journalpost.dokumenter[0], sha256=hashlib.sha256(b"finnes ikke").hexdigest())
    planned = replace(decision, journalpost=replace(decision.journalpost, dokumenter=(document,)))
    tamper(house.store, "UPDATE decision SET decision = :d WHERE post_seq = 1", d=pack(planned, type(planned)))
    assert broken(house) == set()  # the archive has it already
    tamper(house.store, "UPDATE post SET state = 'decided' WHERE seq = 1")
    assert "I1" in broken(house)


def test_post_left_lying_breaks_i2(house):
    house.deliver(mail("ny", message_id="<9@x.example>"))
    house.collect()
    house.clock.go(7200)
    assert broken(house) == {"I2"}


def test_post_that_waits_its_turn_does_not(house):
    house.deliver(mail("ny", message_id="<9@x.example>"))
    (seq,) = house.collect()
    house.clock.go(7200)
    with house.store.write() as tx:
        tx.set_columns(seq, next_try_at=house.clock.at + 600)
    assert broken(house) == set()


@pytest.mark.parametrize(("seq", "change"), [(1, "outcome = NULL"), (3, "reason = NULL")])
def test_an_end_without_its_outcome_or_reason_breaks_i2(house, seq, change):
    tamper(house.store, f"UPDATE post SET {change} WHERE seq = {seq}")  # noqa: S608
    assert broken(house) == {"I2"}


def test_a_journalpost_the_archive_does_not_have_breaks_i3(house):
    with house.store.write() as tx:
        tx.set_columns(1, journalpost_id="finnes-ikke")
    assert broken(house) == {"I3"}


def test_a_journalpost_that_is_there_twice_breaks_i3_and_the_post_is_named(house):
    (sid, post), *_ = house.unit.posts.items()
    house.unit.posts["en-til"] = replace(post, system_id="en-til")
    assert sid != "en-til"
    assert broken(house) == {"I3"}
    assert any(house.row()["id"] in one for one in answers(house)["I3"].examples)


def test_a_journalpost_under_our_key_that_no_post_answers_for_breaks_i3(house):
    post = next(iter(house.unit.posts.values()))
    house.unit.posts["fremmed"] = replace(post, system_id="fremmed", our_key=with_role("pr-" + "a" * 26, "jp"))
    assert broken(house) == {"I3"}


def test_a_case_that_is_there_twice_breaks_i3(house, monkeypatch):
    real = house.office.archive.find_saksmapper
    monkeypatch.setattr(house.office.archive, "find_saksmapper", lambda query: iter([*real(query), *real(query)]))
    assert broken(house) == {"I3"}


def test_an_archive_that_cannot_be_asked_leaves_i3_open_and_the_others_evaluated(house, monkeypatch):
    def away(*_):
        raise OutOfReach("arkivet svarer ikke", connection="arkiv")

    monkeypatch.setattr(house.office.archive, "journalposter", away)
    found = answers(house)
    assert not found["I3"].ok and found["I3"].unasked
    assert [] == [name for name, one in found.items() if name != "I3" and not one.ok]


def test_post_noted_after_our_snapshot_is_no_double(house, monkeypatch):
    """The service goes on while verify looks: a journalpost made meanwhile is not taken for a stranger."""
    real = house.office.archive.journalposter
    arrived = []

    def meanwhile(query, after):
        if not arrived:
            arrived.append(True)
            house.take(mail("imens", message_id="<imens@x.example>"))
        return real(query, after)

    monkeypatch.setattr(house.office.archive, "journalposter", meanwhile)
    assert broken(house) == set()


def events(house, seq=1):
    with house.store.engine.connect() as conn:
        found = conn.execute(
            text("SELECT seq, event, details FROM audit_event WHERE item_id = :id ORDER BY seq"),
            {"id": house.row(seq)["id"]},
        )
        return [(row[0], row[1], json.loads(row[2])) for row in found]


def seq_of(house, name, **details):
    return next(s for s, event, d in events(house) if event == name and details.items() <= d.items())


def test_a_source_told_before_the_post_was_stored_breaks_i4(house):
    told, received = seq_of(house, "taken_over"), seq_of(house, "received")
    tamper(house.store, "UPDATE audit_event SET seq = 100000 WHERE seq = :s", s=told)
    tamper(house.store, "UPDATE audit_event SET seq = :to WHERE seq = :s", s=received, to=told)
    tamper(house.store, "UPDATE audit_event SET seq = :to WHERE seq = 100000", to=received)
    assert "I4" in broken(house)


def test_a_source_told_of_post_without_documents_breaks_i4(house):
    with house.store.engine.begin() as conn:
        conn.execute(text("DELETE FROM document WHERE post_seq = 1"))
    assert broken(house) == {"I4"}


def test_an_effect_tried_past_its_limit_breaks_i5(house):
    tamper(house.store, "UPDATE effect SET state = 'planned', tries = 6 WHERE post_seq = 2 AND kind = 'settle'")
    assert broken(house) == {"I5"}


def test_an_ended_post_that_is_still_held_breaks_i5(house):
    tamper(house.store, "UPDATE post SET lease_token = 'x', lease_until = 1 WHERE seq = 3")
    assert broken(house) == {"I5"}


def test_post_that_is_done_while_a_write_is_in_doubt_breaks_i6(house):
    tamper(house.store, "UPDATE effect SET state = 'unknown' WHERE post_seq = 1 AND key LIKE '%-jp'")
    assert broken(house) == {"I6"}


def test_an_effect_done_twice_breaks_i6(house):
    with house.store.write() as tx:
        effect = tx.effect(house.effects()["jp"].key)
        tx.record_done(effect, {"system_id": "x", "number": ""}, item_id=house.row()["id"])
    assert broken(house) == {"I6"}


def test_a_rule_set_that_is_gone_breaks_i7_and_the_decisions_on_it_are_not_explained(house):
    with house.store.engine.begin() as conn:
        conn.execute(text("DELETE FROM ruleset"))
    assert broken(house) == {"I7", "I8"}


def test_a_decision_without_its_event_breaks_i8(house):
    with house.store.engine.begin() as conn:
        conn.execute(text("INSERT INTO decision SELECT post_seq, 2, at, ruleset_sha256, rule, facts, judgement, decision "
                          "FROM decision WHERE post_seq = 1"))  # fmt: skip
    assert broken(house) == {"I8"}


def test_a_state_changed_without_its_event_breaks_i9(house):
    tamper(house.store, "UPDATE post SET state = 'set_aside', reason = 'no_rule' WHERE seq = 2")
    assert broken(house) == {"I9"}


def test_a_post_that_was_removed_breaks_i9(house):
    with house.store.engine.connect() as conn:
        raw = conn.connection.driver_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("PRAGMA query_only=OFF")
        raw.execute("DELETE FROM post WHERE seq = 3")
        raw.execute("PRAGMA foreign_keys=ON")
    assert "I9" in broken(house)


def test_a_state_changed_with_its_event_does_not(tmp_path):
    with opened(new_address("sqlite", tmp_path, None), tmp_path, now=Clock()) as store:
        post = put(store, "brev")
        near = tmp_path / "1.part"
        near.write_bytes(b"brev")
        store.blobs.adopt(near, hashlib.sha256(b"brev").hexdigest())
        with store.write() as tx:
            tx.move(post, State.SET_ASIDE, AuditEvent.SET_ASIDE, reason=ReasonCode.NO_RULE)
        archive = MemoryArchive(MemoryUnit(), now=store.time_utc)
        assert [] == [one.name for one in verify(store, archive) if not one.ok]


def give_unread_facts(house, seq):
    with house.store.engine.begin() as conn:
        raw = conn.execute(text("SELECT facts FROM decision WHERE post_seq = :s"), {"s": seq}).scalar_one()
        facts = unpack(bytes(raw), Facts)
        values = {**facts.values, "tekst": Unknown(known=None)}
        packed = pack(replace(facts, values=values), Facts)
        conn.execute(text("UPDATE decision SET facts = :f WHERE post_seq = :s"), {"f": packed, "s": seq})


@pytest.mark.parametrize("seq", [1, 2])
def test_what_was_opened_or_sent_on_without_being_read_breaks_i10(house, seq):
    give_unread_facts(house, seq)
    assert broken(house) == {"I10"}
    assert house.row(seq)["id"] in answers(house)["I10"].examples[0]


def test_a_person_may_open_what_the_robot_could_not_read(house):
    give_unread_facts(house, 1)
    with house.store.read() as reads:
        decision = reads.decision(1).decision
    ground = replace(decision.because[0], source="answer:approve")
    packed = pack(replace(decision, because=(ground, *decision.because[1:])), type(decision))
    tamper(house.store, "UPDATE decision SET decision = :d WHERE post_seq = 1", d=packed)
    assert broken(house) == set()


def test_a_job_that_hangs_in_a_dead_process_breaks_i11(house):
    house.clock.go(100_000)
    assert broken(house) == {"I11"}


def test_a_rule_set_that_was_edited_in_the_store_breaks_i12(house):
    packed = pack({"0 regler/regler.yaml": "ZW5kcmV0"}, dict[str, str])
    tamper(house.store, "UPDATE ruleset SET files = :f", f=packed)
    assert broken(house) == {"I12"}


@pytest.mark.parametrize(
    "details",
    [
        {"who": "Kari Eksempel"},
        {"who": "kari@solvik.example"},
        {"n": "01818712345"},
        {"n": "018187.12345"},
        {"n": "1234.56.78903"},
        {"list": ["ok", "Søknad om"]},
    ],
)
def test_a_name_an_address_or_a_number_in_the_audit_breaks_i14_and_is_not_repeated(house, details):
    with house.store.write() as tx:
        tx.audit(AuditEvent.PAUSED, details=details)
    assert broken(house) == {"I14"}
    shown = " ".join(answers(house)["I14"].examples)
    assert not [word for word in ("Kari", "kari", "01818712345", "Søknad", "78903") if word in shown]


def test_who_committed_the_rules_may_stand_in_the_audit_but_no_number_of_anybody(house):
    """Issue «rules»: a rule set in git shows author and commit in the audit."""
    origin = {"commit": ["regler " + "a" * 40], "author": ["Kari Eksempel <kari@solvik.example>"]}
    with house.store.write() as tx:
        tx.audit(AuditEvent.RULESET_IN_FORCE, details=origin)
    assert broken(house) == set()
    with house.store.write() as tx:
        tx.audit(AuditEvent.RULESET_IN_FORCE, details={"author": ["01818712345"]})
    assert broken(house) == {"I14"}


def test_an_event_or_a_key_of_another_organisation_breaks_i16(house):
    tamper(house.store, "UPDATE post SET source_key = 'annen' WHERE seq = 1")
    assert broken(house) == {"I16"}


def test_a_time_that_is_not_utc_breaks_i17(house):
    tamper(house.store, "UPDATE audit_event SET ts_utc = '2026-11-24T10:00:00.000+01:00' WHERE seq = 2")
    assert broken(house) == {"I9", "I17"}


def test_a_job_that_ran_twice_in_the_hour_that_comes_twice_breaks_i17(house):
    with house.store.write() as tx:
        for offset in ("+02:00", "+01:00"):
            tx.claim_slot("opprydding", f"2026-10-25T02:30{offset}")
    assert broken(house) == {"I17"}


def test_memory_does_not_grow_with_the_number_of_posts(tmp_path, monkeypatch):
    monkeypatch.setattr(verify_reads, "PAGE", 50)
    monkeypatch.setattr(audit, "EXPORT_BATCH", 100)

    def peak(posts, folder):
        with opened(new_address("sqlite", folder, None), folder, now=Clock()) as store:
            with store.write() as tx:
                for number in range(posts):
                    key = post_key(organisation=store.orgnr, source="inn", source_key=str(number))
                    more = {"source": "inn", "channel": "mappe", "zone": "Europe/Oslo", "at": {"at": "inn"}}
                    tx.insert_post(fetched(str(number)), offer_key=str(number), key=key, **more)
            archive = MemoryArchive(MemoryUnit(), now=store.time_utc)
            verify(store, archive)  # what is loaded and compiled once
            gc.collect()
            gc.freeze()  # so that what the test run itself holds does not put off the collector
            gc.collect()
            tracemalloc.start()
            try:
                verify(store, archive)
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
                gc.unfreeze()

    for name in ("få", "mange"):
        (tmp_path / name).mkdir()
    few, many = peak(300, tmp_path / "få"), peak(1500, tmp_path / "mange")
    assert many < 1.5 * few, (few, many)


def test_the_command_says_what_is_broken_which_post_and_what_to_do(tmp_path, capsys):
    made = init(tmp_path / "mappe", example=False, now=Clock().utc)
    config = tmp_path / "mappe" / "config.toml"
    (tmp_path / "mappe" / "inn" / "brev.txt").write_text("Vi søker.", encoding="utf-8")
    assert made.config == config

    def postrobot(*arguments):
        code = main(["--config", str(config), *arguments])
        return code, capsys.readouterr().out

    assert postrobot("run", "--once")[0] == 0
    code, sound = postrobot("verify")
    assert code == 0, sound
    assert "I15" in sound and PROVEN_ELSEWHERE["I15"] in sound
    (blob,) = [path for path in (tmp_path / "mappe" / "state").rglob("files/*/*") if path.is_file()]
    blob.unlink()
    code, told = postrobot("verify", "--json")
    assert code == 1
    answer = json.loads(told)
    assert not answer["ok"]
    assert {"ok": False, "checked": 1, "broken": 1}.items() <= answer["invariants"]["I1"].items()
    said = postrobot("verify")[1]
    assert "FEIL  I1" in said and answer["invariants"]["I1"]["examples"][0] in said and NEXT["I1"] in said

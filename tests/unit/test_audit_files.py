"""The audit as files: written on from where they end, and every tampering of them or of the table found."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from models.audit import AuditEvent
from robot import audit
from robot.audit import Verified, audit_folder, export, verify_files, verify_store
from rules.detectors import scan
from tests.support.stores import Clock, new_address, opened, put


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    with opened(new_address("sqlite", tmp_path, None), tmp_path, now=clock) as made:
        for number in range(8):
            put(made, f"brev {number}", subject="Kari Eksempel, 01818712345")
        yield made


def the_file(store):
    (path,) = audit_folder(store).glob("*.jsonl")
    return path


def found(store):
    result = Verified()
    verify_store(store, result)
    return result.organisations[store.orgnr]


def test_a_chain_nobody_touched_holds_in_table_and_file(store):
    assert export(store) == 8
    chain = found(store)
    assert (chain.first_seq, chain.last_seq, chain.first_bad_seq) == (1, 8, None)
    assert verify_files([the_file(store)]).ok


def test_the_next_export_goes_on_where_the_file_ends(store):
    export(store)
    put(store, "enda ett")
    assert export(store) == 1
    assert export(store) == 0
    seqs = [json.loads(line)["seq"] for line in the_file(store).read_text(encoding="utf-8").splitlines()]
    assert seqs == list(range(1, 10))


def test_a_new_month_is_a_new_file_and_the_chain_runs_on(store, clock):
    export(store)
    clock.go(40 * 86_400)
    put(store, "neste måned")
    export(store)
    files = sorted(audit_folder(store).glob("*.jsonl"))
    assert len(files) == 2
    assert verify_files(files).ok


def test_a_torn_last_line_is_laid_aside_and_written_whole_again(store):
    export(store)
    path = the_file(store)
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    assert not verify_files([path]).ok
    assert export(store) == 1
    assert path.read_bytes() == whole
    assert path.with_suffix(".torn").exists()


def test_a_file_whose_end_was_cut_shows_against_how_far_it_was_written(store):
    export(store)
    edit(the_file(store), lambda lines: lines[:5])
    assert found(store).first_bad_seq == 6
    export(store)  # written anew from the table, which is the truth
    assert found(store).first_bad_seq is None


def test_a_file_that_was_removed_shows_too(store):
    export(store)
    the_file(store).unlink()
    assert found(store).first_bad_seq == 1


def test_a_last_line_that_is_no_event_is_laid_aside_and_does_not_stop_the_export(store):
    export(store)
    path = the_file(store)
    whole = path.read_bytes()
    edit(path, lambda lines: [*lines[:-1], "her sto det noe\n"])
    assert export(store) == 1
    assert path.read_bytes() == whole
    assert path.with_suffix(".torn").read_text(encoding="utf-8") == "her sto det noe\n"


def test_a_line_longer_than_one_look_at_the_end_is_found_whole(store):
    with store.write() as tx:
        tx.audit(AuditEvent.PAUSED, details={"list": ["a" * 150] * 1000})
    assert export(store) == 9
    assert export(store) == 0


def test_what_is_written_while_it_is_checked_is_no_fault(store, monkeypatch):
    """The service goes on beside `audit verify`: events come, and lines are exported, after the head was read."""
    export(store)
    real, more = audit.check_rows, iter(range(3))

    def meanwhile(rows, into):
        real(rows, into)
        if next(more, None) is not None:
            put(store, f"imens {next(numbers)}")
            export(store)

    numbers = iter(range(100))
    monkeypatch.setattr(audit, "check_rows", meanwhile)
    monkeypatch.setattr(audit, "EXPORT_BATCH", 4)
    assert found(store).first_bad_seq is None, found(store).problem


def edit(path, change):
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(change(lines)), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "change", "first_bad"),
    [
        ("removed", lambda lines: lines[:3] + lines[4:], 4),
        ("changed", lambda lines: [*lines[:3], lines[3].replace('"robot"', '"rabot"'), *lines[4:]], 4),
        ("re-ordered", lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], 4),
        ("inserted twice", lambda lines: [*lines[:4], lines[3], *lines[4:]], 4),
        ("no line at all", lambda lines: [*lines[:3], "her sto det noe\n", *lines[3:]], 4),
    ],
)
def test_a_file_that_was_tampered_with_names_the_first_bad_event(store, name, change, first_bad):
    export(store)
    edit(the_file(store), change)
    alone = verify_files([the_file(store)])
    assert not alone.ok, name
    assert next(iter(alone.organisations.values())).first_bad_seq == first_bad
    assert found(store).first_bad_seq is not None


def test_a_cut_tail_shows_against_the_table_when_the_table_is_cut_too(store):
    with store.engine.begin() as conn:
        conn.execute(text("DELETE FROM audit_event WHERE seq > 5"))
    chain = found(store)
    assert chain.first_bad_seq == 6
    assert "hale" in chain.problem


@pytest.mark.parametrize("column", ["event", "actor", "details", "item_id", "ts_utc", "reason_code", "prev_hash"])
def test_a_row_changed_behind_our_back_is_found(store, column):
    with store.engine.begin() as conn:
        value = '{"documents":[]}' if column == "details" else "done" if column == "event" else "annet"
        conn.execute(text(f"UPDATE audit_event SET {column} = :value WHERE seq = 3"), {"value": value})  # noqa: S608
    assert found(store).first_bad_seq == 3


def test_a_whole_chain_made_anew_does_not_agree_with_the_file(store, tmp_path, clock):
    export(store)
    original = the_file(store).read_bytes()
    other = tmp_path / "annen"
    with opened(new_address("sqlite", other, None), other, now=clock) as forged:
        for number in range(8):
            put(forged, f"forfalsket {number}")
        assert found(forged).first_bad_seq is None
        export(forged)
        the_file(forged).write_bytes(original)
        assert found(forged).first_bad_seq == 1


def test_nothing_of_what_the_post_says_stands_in_the_audit(store):
    export(store)
    exported = the_file(store).read_text(encoding="utf-8")
    assert "Kari" not in exported
    assert "01818712345" not in exported
    assert not [f for f in scan(exported, sted="revisjon") if f.etikett in ("FNR", "DNR", "PASSORD")]


def test_an_event_outside_the_closed_list_is_a_fault(store):
    export(store)
    path = the_file(store)
    edit(path, lambda lines: [*lines[:-1], lines[-1].replace(AuditEvent.RECEIVED.value, "hacked")])
    assert not verify_files([path]).ok


def test_the_files_are_for_the_service_alone(store):
    export(store)
    assert the_file(store).stat().st_mode & 0o777 == 0o600
    assert audit_folder(store).stat().st_mode & 0o777 == 0o700

"""Rules in force: all or nothing, the last good set stays and it is said why, and one post meets one set."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.organisation import Organisation
from models.store import Store, StoreAddress, open_store
from models.store import tables as t
from robot.rules_in_force import RulesInForce, Why
from tests.support.stores import ORGNR, Clock

UNITS = "kode,navn,arkivdel,klasse,saksansvarlig\nARKIV,Arkivet,SAK,000,ufordelt\n"
ORG = Organisation(orgnr=ORGNR, name="Solvik")


def rules_text(*ids: str) -> str:
    entries = "".join(
        f"- {{regel: {name}, eier: e, hvorfor: h, hvis: {{emne: {name}}}, så: {{til_menneske: x}}}}\n" for name in ids
    )
    return f"språk: 1\nregler:\n{entries}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "regler"
    place.mkdir()
    (place / "enheter.csv").write_text(UNITS, "utf-8")
    (place / "a.yaml").write_text(rules_text("a"), "utf-8")
    return place


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = open_store(
        StoreAddress.sqlite(tmp_path / "robot.db"),
        orgnr=ORGNR,
        folder=tmp_path / "state",
        version="test",
        now=Clock(),
    )
    yield opened
    opened.close()


def in_force(folder: Path, store: Store, **more: Any) -> RulesInForce:
    rules = RulesInForce([folder], ORG, store, **more)
    rules.refresh()
    return rules


def ids(rules: RulesInForce) -> list[str]:
    return [rule.id for rule in rules.current.rules]


def events(store: Store, name: str) -> list[dict[str, Any]]:
    query = select(t.audit_event.c.details).where(t.audit_event.c.event == name).order_by(t.audit_event.c.seq)
    with store.read() as reads:
        return [json.loads(details) for details in reads.conn.execute(query).scalars()]


BROKEN = {
    "corrupt": b"spr\xc3\xa5k: 1\nregler:\n- regel: a\n  hvis: {emne: [a\n",
    "half-written": rules_text("a", "b").encode()[:-20],
    "empty": b"",
    "wrong encoding": rules_text("b").encode("latin-1"),
    "nul bytes": rules_text("b").encode() + b"\0" * 100,
    "yaml bomb": b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (98 + i, 98 + i, 97 + i, 97 + i) for i in range(20)),
    "misspelt word": rules_text("b").replace("hvis", "hvs").encode(),
    "example that fails": rules_text("b").replace("så:", "eksempler: {treffer: [{emne: noe}]}, så:").encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_the_last_good_set_stays_and_the_place_of_the_fault_is_told(name: str, folder: Path, store: Store) -> None:
    rules = in_force(folder, store)
    (folder / "a.yaml").write_bytes(BROKEN[name])
    rules.refresh()
    assert ["a"] == ids(rules)
    assert rules.refusal is not None and rules.refusal.errors >= 1
    assert f"{folder}/a.yaml:" in rules.refusal.first
    assert 1 == len(events(store, "ruleset_refused"))
    # After a restart too: the set comes from the store, where it was kept whole.
    again = in_force(folder, store)
    assert ["a"] == ids(again) and again.refusal is not None
    (folder / "a.yaml").write_text(rules_text("c"), "utf-8")
    again.refresh()
    assert ["c"] == ids(again) and again.refusal is None


def test_a_hundred_megabytes_are_refused(folder: Path, store: Store) -> None:
    rules = in_force(folder, store)
    with (folder / "a.yaml").open("wb") as stream:
        stream.truncate(100_000_000)
    rules.refresh()
    assert ["a"] == ids(rules)
    assert rules.refusal is not None and "1 MB" in rules.refusal.first


def test_one_broken_file_of_two_changes_nothing(folder: Path, store: Store) -> None:
    rules = in_force(folder, store)
    (folder / "b.yaml").write_text(rules_text("b"), "utf-8")
    (folder / "c.yaml").write_bytes(b"spr")
    rules.refresh()
    assert ["a"] == ids(rules)


def test_an_edit_in_progress_is_left_until_two_looks_see_the_same(folder: Path, store: Store) -> None:
    rules = in_force(folder, store)
    (folder / "a.yaml").write_text(rules_text("b"), "utf-8")
    rules.refresh_when_still()
    assert ["a"] == ids(rules)
    (folder / "c.yaml").write_text(rules_text("c"), "utf-8")
    rules.refresh_when_still()
    assert ["a"] == ids(rules)
    rules.refresh_when_still()
    assert ["b", "c"] == ids(rules)


def test_an_edit_that_keeps_size_and_time_is_seen(folder: Path, store: Store) -> None:
    import os

    rules = in_force(folder, store)
    file = folder / "a.yaml"
    stat = file.stat()
    fresh = folder / "a.ny"
    fresh.write_text(rules_text("b"), "utf-8")
    os.utime(fresh, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    fresh.rename(file)
    rules.refresh()
    assert ["b"] == ids(rules)


def test_a_layer_that_is_one_file_is_watched_with_what_lies_beside_it(folder: Path, store: Store) -> None:
    rules = RulesInForce([folder / "a.yaml"], ORG, store)
    rules.refresh()
    (folder / "a.yaml").write_text(rules_text("b"), "utf-8")
    rules.refresh()
    assert ["b"] == ids(rules)


def test_a_post_in_hand_meets_one_set_only(folder: Path, store: Store) -> None:
    rules = in_force(folder, store)
    with rules.pinned() as pinned:
        (folder / "a.yaml").write_text(rules_text("b"), "utf-8")
        rules.refresh()
        assert rules.current is pinned
        assert ["a"] == ids(rules)
    assert ["b"] == ids(rules)


def test_with_a_plan_required_only_the_first_set_comes_into_force_by_itself(folder: Path, store: Store) -> None:
    rules = in_force(folder, store, require_plan=True)
    assert ["a"] == ids(rules) and rules.waiting is None
    (folder / "a.yaml").write_text(rules_text("b"), "utf-8")
    rules.refresh()
    assert ["a"] == ids(rules)
    assert rules.waiting is not None and rules.waiting.why is Why.PLAN
    assert ["a"] == ids(in_force(folder, store, require_plan=True))
    assert 1 == len(events(store, "ruleset_in_force"))


def test_what_another_process_puts_in_force_is_taken_over(folder: Path, store: Store) -> None:
    service = in_force(folder, store, require_plan=True)
    (folder / "a.yaml").write_text(rules_text("b"), "utf-8")
    service.refresh()
    other = RulesInForce([folder], ORG, store)
    other.refresh()
    assert ["b"] == ids(other)
    service.refresh_when_still()
    assert ["b"] == ids(service) and service.waiting is None


def test_a_command_beside_the_service_puts_nothing_in_force(folder: Path, store: Store) -> None:
    in_force(folder, store)
    (folder / "a.yaml").write_text(rules_text("b"), "utf-8")
    looking = in_force(folder, store, keep=False)
    assert ["a"] == ids(looking)
    assert looking.waiting is not None and looking.waiting.why is Why.SOON
    (folder / "a.yaml").write_bytes(b"")
    looking.refresh()
    assert looking.refusal is not None
    assert 1 == len(events(store, "ruleset_in_force"))
    assert [] == events(store, "ruleset_refused")


def test_files_held_back_stay_out_until_they_change(folder: Path, store: Store) -> None:
    first = in_force(folder, store).current
    (folder / "a.yaml").write_text(rules_text("b"), "utf-8")
    rules = in_force(folder, store)
    with store.write() as tx:
        tx.keep_ruleset(first.sha256, first.files, rules=1, origin={"how": "rollback"})
        tx.hold_files(rules.current.sha256)
    rules.refresh()
    assert ["a"] == ids(rules)
    assert rules.waiting is not None and rules.waiting.why is Why.HELD
    assert ["a"] == ids(in_force(folder, store))
    (folder / "a.yaml").write_text(rules_text("c"), "utf-8")
    rules.refresh()
    assert ["c"] == ids(rules) and rules.waiting is None


@pytest.mark.skipif(shutil.which("git") is None, reason="git mangler på denne maskinen")
def test_a_rule_set_in_git_shows_commit_and_author_in_the_audit(folder: Path, store: Store) -> None:
    def git(*words: str) -> str:
        identity = [
            "-c",
            "user.name=Kari Arkivar",
            "-c",
            "user.email=kari@solvik.example",
            "-c",
            "commit.gpgsign=false",
        ]
        done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "Første regel")
    in_force(folder, store)
    (kept,) = events(store, "ruleset_in_force")
    assert [f"regler {git('rev-parse', 'HEAD')}"] == kept["commit"]
    assert ["Kari Arkivar <kari@solvik.example>"] == kept["author"]
    assert 0 == kept["dirty"]
    (folder / "a.yaml").write_text(rules_text("b"), "utf-8")
    in_force(folder, store)
    assert 1 == events(store, "ruleset_in_force")[-1]["dirty"]


def test_a_folder_outside_git_is_fine(folder: Path, store: Store) -> None:
    in_force(folder, store)
    (kept,) = events(store, "ruleset_in_force")
    assert "commit" not in kept

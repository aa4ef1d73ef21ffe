"""``postrobot verify``: the invariants of reliability.md section 2, asked of a live installation."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.contract import Archive
from models.errors import OutOfReach, TryLater
from models.store import Store
from models.store.verify_reads import VerifyReads
from robot.verify.archive import never_doubled
from robot.verify.care import care_steps
from robot.verify.content import fail_closed, nothing_lost, original_kept, rules_whole
from robot.verify.model import Invariant
from robot.verify.posts import OVERDUE_S, PostChecks
from robot.verify.trail import chain_whole, events_clean, keys_are_ours, once_a_date, one_leader

__all__ = ["OVERDUE_S", "PROVEN_ELSEWHERE", "Invariant", "verify"]

PROVEN_ELSEWHERE: Mapping[str, str] = {
    "I13": "tests/unit/test_reading_sandbox.py, tests/journey/test_hostile_folder.py",
    "I15": "tests/journey/test_crash_quick.py",
    "I18": "tests/unit/test_work_rounds.py",
}
"""Invariants that a look at what lies there now cannot tell anything of, and the tests that hold them."""


def verify(store: Store, archive: Archive) -> tuple[Invariant, ...]:
    """Every invariant that can be evaluated on a live installation, in order; the others are in :data:`PROVEN_ELSEWHERE`.

    May be called beside the service: our tables are read in one snapshot, and the archive after it. An archive that
    cannot be asked is said in I3's ``unasked``; the others are evaluated all the same.

    Raises:
        TryLater: the store itself cannot be read.
    """
    with store.read() as snapshot:
        reads = VerifyReads(snapshot.conn, now=snapshot.now)
        posts = PostChecks(now=reads.now, rulesets=frozenset(reads.rulesets()))
        posts.look_at_all(reads)
        try:
            doubled = never_doubled(reads, store, archive)
        except (OutOfReach, TryLater) as away:
            doubled = Invariant("I3", unasked=f"arkivet svarte ikke: {away}")
        found = [nothing_lost(reads, store), original_kept(reads), fail_closed(reads), rules_whole(reads)]
        care_steps(reads, limits=posts.never_blocks, known=posts.never_guessed, explained=posts.explained)
        leader = one_leader(reads)
        events = events_clean(store)
        keys_are_ours(reads, store.orgnr, events.apart)
        once_a_date(reads, events.timed)
    chain_whole(store, posts.audited)
    found += [posts.ends, doubled, posts.told_after, posts.never_blocks, posts.never_guessed, posts.explained]
    found += [posts.audited, leader, events.clean, events.apart, events.timed]
    return tuple(sorted(found, key=lambda one: int(one.name[1:])))

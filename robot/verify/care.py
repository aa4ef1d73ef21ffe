"""I5, I6 and I8 of caretaking: no step is tried for ever, none is done twice, and each has its ground."""

from __future__ import annotations

from models.store.verify_care import CareChecks
from robot.effects import LOOKUP_WAITS_S, TRY_LIMIT
from robot.verify.model import Invariant


def care_steps(reads: CareChecks, *, limits: Invariant, known: Invariant, explained: Invariant) -> None:
    """Adds what holds of the steps of caretaking to the answers about post."""
    count = reads.care_count()
    for one in (limits, known, explained):
        one.checked += count
    for key in reads.care_tired(tries=TRY_LIMIT, lookups=len(LOOKUP_WAITS_S) + 1):
        limits.fail(f"saksomsorg: {key} prøves på nytt etter grensen")
    for key in reads.care_twice():
        known.fail(f"saksomsorg: {key} er utført to ganger")
    for key in reads.care_unexplained():
        explained.fail(f"saksomsorg: {key} har ingen hendelse som sier hvorfor")

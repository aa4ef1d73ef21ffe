"""A walk where several machines work on one store: the post is claimed first, and whoever loses the claim writes nothing.

On one machine the lock on the state folder is the claim, and a walk is only a walk.
"""

from __future__ import annotations

import contextlib
import copy
import secrets

from models.errors import TryLater
from models.store.fence import FencedStore
from robot.journey import Step, walk
from robot.office import Office

LEASE_S = 600.0
"""How long a claim lasts after its last write: longer than any one call to the outside or reading of a document may take."""


def walk_claimed(seq: int, office: Office, *, scans: bool = True) -> Step:
    """:func:`robot.journey.walk`, by one process at a time. ``Step.WAITING`` when another has the post in hand.

    A process that was stopped for longer than its lease, and goes on then, is refused its next write: that walk ends, and
    what it had sent is looked up by whoever has the post now.
    """
    if not office.store.shared:
        return walk(seq, office, scans=scans)
    token = secrets.token_hex(8)
    try:
        with office.store.write() as tx:
            if not tx.claim(seq, token=token, lease_s=LEASE_S):
                return Step.WAITING
    except TryLater:
        return Step.NO_STORE
    ours = copy.copy(office)
    ours.store = FencedStore(office.store, seq=seq, token=token, lease_s=LEASE_S)
    try:
        return walk(seq, ours, scans=scans)
    finally:
        with contextlib.suppress(TryLater), office.store.write() as tx:
            tx.release(seq, token=token)

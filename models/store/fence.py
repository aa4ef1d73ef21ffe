"""The store as a claimed walk sees it: each of its transactions renews the lease, or ends the walk when it was lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from models.store.store import Store, Tx


class FencedStore(Store):
    """Everything of ``store``, its connections too; only the way to write is another. Not to be closed."""

    def __init__(self, store: Store, *, seq: int, token: str, lease_s: float) -> None:
        vars(self).update(vars(store))
        self._behind, self._seq, self._token, self._lease_s = store, seq, token, lease_s

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """As :meth:`Store.write`.

        Raises:
            LostRace: another has the post now; nothing was written (I11).
            TryLater: the database is out of reach.
        """
        with self._behind.write() as tx:
            tx.renew(self._seq, token=self._token, lease_s=self._lease_s)
            yield tx

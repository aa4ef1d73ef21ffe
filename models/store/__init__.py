"""The store: one per organisation. What it offers: :class:`Store`, opened by :func:`open_store`."""

from models.store.engine import StoreAddress, migrate
from models.store.store import Store, Tx, open_store

__all__ = ["Store", "StoreAddress", "Tx", "migrate", "open_store"]

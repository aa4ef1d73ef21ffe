"""Stores for tests: a clock that stands still until it is told, posts with little in them, both databases."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from connectors.testing.postgres import Postgres
from models.keys import post_key
from models.post import Envelope, Fetched, Post, SpooledDocument
from models.store import Store, StoreAddress, open_store

ORGNR = "311223348"
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC).timestamp()
_numbers = itertools.count(1)


class Clock:
    """UTC epoch seconds; goes only when told."""

    def __init__(self, at: float = START) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at

    def utc(self) -> datetime:
        """The same as an aware datetime."""
        return datetime.fromtimestamp(self.at, UTC)

    def go(self, seconds: float) -> None:
        """Lets time pass."""
        self.at += seconds


def new_address(kind: str, folder: Path, postgres: Callable[[], Postgres]) -> StoreAddress:
    """A store that nobody has used: a file in ``folder``, or a schema of its own."""
    if kind == "sqlite":
        return StoreAddress.sqlite(folder / "robot.db")
    return StoreAddress.postgres(postgres().url, schema=f"org_{next(_numbers)}")


@contextmanager
def opened(address: StoreAddress, folder: Path, *, now: Callable[[], float], orgnr: str = ORGNR) -> Iterator[Store]:
    """A store, closed afterwards."""
    store = open_store(address, orgnr=orgnr, folder=folder, version="test", now=now)
    try:
        yield store
    finally:
        store.close()


def fetched(key: str, *, content: bytes = b"", label: str = "", subject: str = "") -> Fetched:
    """A post as a source hands it over, with one document; the file itself is not there."""
    content = content or key.encode()
    document = SpooledDocument(
        path=Path("/nonexistent"),
        name=f"{key}.txt",
        media_type="text/plain",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    return Fetched(
        source_key=key,
        label=label or key,
        locator={"at": "inn"},
        envelope=Envelope(received_at=datetime(2026, 11, 23, 12, 0, tzinfo=UTC), subject=subject),
        documents=(document,),
    )


def put(store: Store, key: str, *, channel: str = "mappe", source: str = "inn", **more: str) -> Post:
    """Stores a post in a transaction of its own."""
    with store.write() as tx:
        seq, _ = tx.insert_post(
            fetched(key, **more),  # type: ignore[arg-type]
            offer_key=key,
            source=source,
            channel=channel,
            key=post_key(organisation=store.orgnr, source=source, source_key=key),
            zone="Europe/Oslo",
            at={"at": "inn"},
        )
        post = tx.post(seq)
    assert post is not None
    return post

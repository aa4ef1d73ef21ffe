"""A small working source in memory, and the place it takes post from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from connectors.contract import Source
from models.errors import NeedsHuman, TryLater
from models.post import Envelope, Fetched, Locator, Offer, Outcome, Spool, SpoolLimit, Taken
from models.reasons import ReasonCode

INBOX = "inbox"
TAKEN = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPost:
    """One post at the place; ``number`` is unique for ever."""

    number: int
    name: str
    content: bytes
    at: datetime
    place: str = INBOX
    seen: bool = False


class MemoryPlace:
    """A mailbox that outlives the sources connected to it."""

    def __init__(self) -> None:
        self.posts: dict[int, MemoryPost] = {}
        self._last = 0

    def deliver(self, name: str, content: bytes, at: datetime) -> int:
        """Adds a post to the inbox; returns its number."""
        self._last += 1
        self.posts[self._last] = MemoryPost(number=self._last, name=name, content=content, at=at)
        return self._last

    def at(self, place: str) -> tuple[MemoryPost, ...]:
        """The posts at a place, in order of arrival."""
        return tuple(post for post in self.posts.values() if post.place == place)

    def move(self, number: int, place: str) -> None:
        """Moves a post."""
        self.posts[number] = replace(self.posts[number], place=place)


class MemorySource:
    """Keeps the contract :class:`connectors.contract.Source` on a :class:`MemoryPlace`."""

    def __init__(self, place: MemoryPlace) -> None:
        self.place = place

    def offers(self, limit: int) -> Iterator[Offer]:
        """What lies in the inbox, in order of arrival."""
        for post in self.place.at(INBOX)[:limit]:
            yield self.offer(post)

    def offer(self, post: MemoryPost) -> Offer:
        """A post as it is offered."""
        return Offer(
            key=f"memory-{post.number}",
            label=post.name,
            locator={"number": post.number, "place": post.place},
            size_bytes=len(post.content),
        )

    def download(self, offer: Offer, into: Spool) -> Fetched:
        """Copies the bytes. Raises ``TryLater`` when the post is gone, ``NeedsHuman`` over the limit."""
        post = self.place.posts.get(int(offer.locator["number"]))
        if post is None:
            raise TryLater("Posten er borte; neste runde viser.", after_s=0)
        try:
            with into.new(post.name, "message/rfc822") as writer:
                writer.write(post.content)
        except SpoolLimit:
            raise NeedsHuman(ReasonCode.TOO_LARGE, f"Posten er over grensen på {into.limit_bytes} byte.") from None
        return Fetched(
            source_key=offer.key,
            label=offer.label,
            locator=offer.locator,
            envelope=Envelope(received_at=post.at),
            documents=(writer.document,),
        )

    def take_over(self, at: Locator) -> Locator:
        """To ``taken``, unless it is already there or further."""
        post = self.place.posts.get(int(at["number"]))
        if post is None:
            return at
        if post.place == INBOX:
            self.place.move(post.number, TAKEN)
        return {"number": post.number, "place": self.place.posts[post.number].place}

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        """To the place named after the outcome."""
        number = int(at["number"])
        if number not in self.place.posts:
            return at
        self.place.move(number, outcome.value)
        return {"number": number, "place": outcome.value}

    def taken(self) -> Iterator[Taken]:
        """What lies anywhere but in the inbox."""
        for post in self.place.posts.values():
            if post.place == TAKEN:
                yield Taken(offer=self.offer(post))
            elif post.place != INBOX:
                yield Taken(offer=self.offer(post), outcomes=frozenset({Outcome(post.place)}))

    def where(self, at: Locator) -> str:
        """Place and number."""
        return f"{at['place']}/{at['number']}"

    def close(self) -> None:
        """Nothing is held."""


class MemoryLab:
    """The place in memory as a lab of the source suite; ``make`` may make a broken source."""

    def __init__(self, folder: Path, make: Callable[[MemoryPlace], Source] = MemorySource) -> None:
        self.place = MemoryPlace()
        self._make = make
        self._spool = Spool(folder)

    def connect(self) -> Source:
        """A new source on the same place."""
        return self._make(self.place)

    def deliver(self, name: str, content: bytes, at: datetime) -> None:
        """Adds a post; names may repeat."""
        self.place.deliver(name, content, at)

    def served(self, content: bytes) -> bytes:
        """Bytes stay as they are."""
        return content

    def contents(self, place: str) -> Sequence[bytes]:
        """The contents at a place."""
        return [post.content for post in self.place.at(place)]

    def marks(self) -> object:
        """All posts with their marks."""
        return dict(self.place.posts)

    def vanish(self) -> None:
        """Empties the inbox."""
        for post in self.place.at(INBOX):
            del self.place.posts[post.number]

    def spool(self) -> Spool:
        """The spool in the folder given."""
        return self._spool

"""Sources broken in one way each: what the contract suite must catch, and by which check."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta, timezone
from weakref import WeakKeyDictionary

from connectors.testing.memory_source import INBOX, TAKEN, MemoryPlace, MemoryPost, MemorySource
from models.errors import TryLater
from models.post import Fetched, Locator, Offer, Outcome, Spool, SpooledDocument


class OffersWhatIsNotThere(MemorySource):
    """Offers a ghost in an empty inbox."""

    def offers(self, limit: int) -> Iterator[Offer]:
        if self.place.posts or limit <= 0:
            yield from super().offers(limit)
        else:
            yield Offer(key="ghost", label="ghost", locator={"number": 0})


class NewKeysEachTime(MemorySource):
    """Makes the offer's key anew at each round (time, a counter)."""

    _round = itertools.count()

    def offers(self, limit: int) -> Iterator[Offer]:
        number = next(self._round)
        for offer in super().offers(limit):
            yield replace(offer, key=f"{offer.key}-{number}")

    def download(self, offer: Offer, into: Spool) -> Fetched:
        return replace(super().download(offer, into), source_key=f"memory-{offer.locator['number']}")


class MarksAsRead(MemorySource):
    """Fetches without PEEK."""

    def download(self, offer: Offer, into: Spool) -> Fetched:
        fetched = super().download(offer, into)
        number = int(offer.locator["number"])
        self.place.posts[number] = replace(self.place.posts[number], seen=True)
        return fetched


class NewestFirst(MemorySource):
    """Offers the latest first."""

    def offers(self, limit: int) -> Iterator[Offer]:
        yield from reversed(list(super().offers(limit)))


class ForgetsTheLimit(MemorySource):
    """Offers everything, always."""

    def offers(self, limit: int) -> Iterator[Offer]:
        yield from super().offers(1_000_000)


class TellsTheWrongSize(MemorySource):
    """Tells kilobytes for bytes."""

    def offer(self, post: MemoryPost) -> Offer:
        return replace(super().offer(post), size_bytes=len(post.content) // 1024)


class KeyFromTheName(MemorySource):
    """Knows a post by its name only: tomorrow's ``scan0001.pdf`` is taken for today's."""

    def download(self, offer: Offer, into: Spool) -> Fetched:
        return replace(super().download(offer, into), source_key=offer.label)


class OverwritesAtItsPlace(MemorySource):
    """Moves onto what has the same name at the robot's place."""

    def take_over(self, at: Locator) -> Locator:
        post = self.place.posts.get(int(at["number"]))
        if post is not None and post.place == INBOX:
            for other in self.place.at(TAKEN):
                if other.name == post.name:
                    del self.place.posts[other.number]
        return super().take_over(at)


class KeyFromTheContent(MemorySource):
    """Knows a post by its hash only: two like letters become one."""

    def download(self, offer: Offer, into: Spool) -> Fetched:
        fetched = super().download(offer, into)
        return replace(fetched, source_key=fetched.documents[0].sha256)


class SpoilsBytes(MemorySource):
    """Turns bare LF into CRLF on the way."""

    def download(self, offer: Offer, into: Spool) -> Fetched:
        return _with_content(self, offer, into, lambda content: content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


class StopsAtOneChunk(MemorySource):
    """Fetches the first megabyte only."""

    def download(self, offer: Offer, into: Spool) -> Fetched:
        return _with_content(self, offer, into, lambda content: content[: 1024 * 1024])


class HashOfSomethingElse(MemorySource):
    """Tells a hash that is not that of the bytes."""

    def download(self, offer: Offer, into: Spool) -> Fetched:
        fetched = super().download(offer, into)
        wrong: tuple[SpooledDocument, ...] = (replace(fetched.documents[0], sha256="0" * 64),)
        return replace(fetched, documents=wrong)


class LocalTime(MemorySource):
    """Tells the channel's time in the zone of the machine."""

    def download(self, offer: Offer, into: Spool) -> Fetched:
        fetched = super().download(offer, into)
        local = fetched.envelope.received_at.astimezone(timezone(timedelta(hours=1)))
        return replace(fetched, envelope=replace(fetched.envelope, received_at=local))


class NewSourceKeyEachTime(MemorySource):
    """Makes the post's key anew at each download."""

    _count = itertools.count()

    def download(self, offer: Offer, into: Spool) -> Fetched:
        return replace(super().download(offer, into), source_key=f"{offer.key}-{next(self._count)}")


class TakesAtDownload(MemorySource):
    """Remembers at the place what was downloaded, and does not offer it to the next process."""

    def __init__(self, place: MemoryPlace) -> None:
        super().__init__(place)
        self._before = frozenset(_downloaded(place))

    def offers(self, limit: int) -> Iterator[Offer]:
        for offer in super().offers(limit):
            if int(offer.locator["number"]) not in self._before:
                yield offer

    def download(self, offer: Offer, into: Spool) -> Fetched:
        fetched = super().download(offer, into)
        _downloaded(self.place).add(int(offer.locator["number"]))
        return fetched


class TakesOverNothing(MemorySource):
    """Says it has taken over, and leaves the post in the inbox."""

    def take_over(self, at: Locator) -> Locator:
        return at


class TakesTheNextWhenRepeated(MemorySource):
    """Goes by the position in the inbox instead of the identity, so that a repeat takes the neighbour."""

    def take_over(self, at: Locator) -> Locator:
        post = self.place.posts.get(int(at["number"]))
        inbox = self.place.at(INBOX)
        if post is not None and post.place == TAKEN and at.get("place") == INBOX and inbox:
            self.place.move(inbox[0].number, TAKEN)
        return super().take_over(at)


class OnePlaceForAll(MemorySource):
    """Puts everything settled where the journaled lies."""

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        return super().settle(at, Outcome.ARCHIVED)


class SettlesTwice(MemorySource):
    """Makes a copy when the post is settled once more."""

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        post = self.place.posts.get(int(at["number"]))
        if post is not None and post.place == outcome.value:
            copy = self.place.deliver(post.name, post.content, post.at)
            self.place.move(copy, outcome.value)
        return super().settle(at, outcome)


class BelievesTheLocator(MemorySource):
    """Settles only what the locator says is at the robot's place, and so loses what a crash left unrecorded."""

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        return at if at.get("place") == INBOX else super().settle(at, outcome)


class DeletesDuplicates(MemorySource):
    """Removes a duplicate once it is settled as one, instead of putting it aside."""

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        settled = super().settle(at, outcome)
        others = len(self.place.posts) - 1
        if outcome is Outcome.DUPLICATE and others:
            waiting = self.place.at(TAKEN)
            if waiting:
                self.place.posts.pop(int(at["number"]), None)
        return settled


class GoesByPosition(MemorySource):
    """Downloads what is at the offered position now, whatever arrived in between."""

    def offer(self, post: MemoryPost) -> Offer:
        inbox = sorted(self.place.at(INBOX), key=lambda each: each.at)
        offer = super().offer(post)
        return replace(offer, locator={**offer.locator, "position": inbox.index(post)})

    def download(self, offer: Offer, into: Spool) -> Fetched:
        inbox = sorted(self.place.at(INBOX), key=lambda each: each.at)
        position = int(offer.locator["position"])
        known = self.place.posts.get(int(offer.locator["number"]))
        if known is None or known.place != INBOX or position >= len(inbox):
            return super().download(offer, into)
        return super().download(super().offer(inbox[position]), into)


class LeavesHalfADownload(MemorySource):
    """Raises when a post is gone, but leaves an empty file in the spool."""

    def download(self, offer: Offer, into: Spool) -> Fetched:
        if int(offer.locator["number"]) not in self.place.posts:
            with into.new("borte"):
                pass
            raise TryLater("Posten er borte.", after_s=0)
        return super().download(offer, into)


class FailsOnWhatIsGone(MemorySource):
    """Takes it for an error that somebody removed a post after it was stored."""

    def take_over(self, at: Locator) -> Locator:
        if int(at["number"]) not in self.place.posts:
            raise TryLater("Posten er borte.", after_s=60)
        return super().take_over(at)


class CutsAtTheLimit(MemorySource):
    """Cuts a post that is too large instead of refusing it."""

    def download(self, offer: Offer, into: Spool) -> Fetched:
        return _with_content(self, offer, into, lambda content: content[: into.limit_bytes])


def _with_content(source: MemorySource, offer: Offer, into: Spool, change: Callable[[bytes], bytes]) -> Fetched:
    number = int(offer.locator["number"])
    post = source.place.posts.get(number)
    if post is None:
        return MemorySource.download(source, offer, into)
    source.place.posts[number] = replace(post, content=change(post.content))
    try:
        return MemorySource.download(source, offer, into)
    finally:
        source.place.posts[number] = post


_DOWNLOADED: WeakKeyDictionary[MemoryPlace, set[int]] = WeakKeyDictionary()


def _downloaded(place: MemoryPlace) -> set[int]:
    return _DOWNLOADED.setdefault(place, set())


class KnowsItByItsPlace(MemorySource):
    """Makes the key of what it shows again from where it lies now."""

    def download(self, offer: Offer, into: Spool) -> Fetched:
        place = offer.locator["place"]
        fetched = super().download(offer, into)
        return fetched if place == INBOX else replace(fetched, source_key=f"{place}-{fetched.source_key}")


BROKEN: dict[type[MemorySource], tuple[str, ...]] = {
    OffersWhatIsNotThere: ("test_an_empty_inbox_offers_nothing",),
    NewKeysEachTime: (
        "test_offering_twice_gives_the_same_keys",
        "test_post_not_taken_over_is_still_offered_after_reconnect",
    ),
    MarksAsRead: ("test_offering_and_downloading_mark_nothing",),
    NewestFirst: (
        "test_oldest_is_offered_first",
        "test_post_that_arrives_between_offer_and_download_does_no_harm",
        "test_settling_twice_is_harmless",
        "test_taking_over_twice_is_harmless",
    ),
    ForgetsTheLimit: ("test_no_more_than_the_limit_is_offered",),
    TellsTheWrongSize: ("test_size_told_with_an_offer_is_a_hint_of_the_right_order",),
    KeyFromTheName: ("test_same_name_with_new_content_is_a_new_post",),
    OverwritesAtItsPlace: ("test_new_content_under_a_name_that_was_taken_over_loses_neither",),
    KeyFromTheContent: ("test_two_posts_with_the_same_content_are_two",),
    SpoilsBytes: ("test_downloaded_bytes_are_those_delivered",),
    StopsAtOneChunk: ("test_a_large_post_comes_whole",),
    HashOfSomethingElse: ("test_size_and_hash_are_of_the_bytes",),
    LocalTime: ("test_the_channels_time_is_told_in_utc",),
    NewSourceKeyEachTime: (
        "test_source_key_is_the_same_when_downloaded_again",
        "test_post_taken_over_is_no_longer_offered_and_lies_at_the_robots_place",
        "test_two_posts_with_the_same_content_are_two",
        "test_what_was_taken_over_is_shown_again_and_known_as_the_same",
    ),
    TakesAtDownload: (
        "test_post_not_taken_over_is_still_offered_after_reconnect",
        "test_post_taken_over_is_no_longer_offered_and_lies_at_the_robots_place",
        "test_source_key_is_the_same_when_downloaded_again",
    ),
    TakesOverNothing: (
        "test_post_taken_over_is_no_longer_offered_and_lies_at_the_robots_place",
        "test_new_content_under_a_name_that_was_taken_over_loses_neither",
        "test_post_over_the_size_limit_goes_to_a_human_and_leaves_nothing",
        "test_post_that_arrives_between_offer_and_download_does_no_harm",
        "test_settling_twice_is_harmless",
        "test_taking_over_twice_is_harmless",
        "test_two_posts_with_the_same_content_are_two",
        "test_what_was_taken_over_is_shown_again_and_known_as_the_same",
    ),
    TakesTheNextWhenRepeated: ("test_taking_over_twice_is_harmless",),
    OnePlaceForAll: ("test_settling_ends_at_the_place_of_the_outcome",),
    SettlesTwice: ("test_settling_twice_is_harmless",),
    BelievesTheLocator: ("test_settling_finds_post_whose_new_place_was_never_noted",),
    DeletesDuplicates: ("test_nothing_is_deleted_anywhere",),
    GoesByPosition: (
        "test_post_that_arrives_between_offer_and_download_does_no_harm",
        "test_what_was_taken_over_is_shown_again_and_known_as_the_same",
    ),
    LeavesHalfADownload: ("test_post_that_is_gone_before_download_is_for_later",),
    FailsOnWhatIsGone: ("test_post_that_is_gone_altogether_is_no_error",),
    KnowsItByItsPlace: ("test_what_was_taken_over_is_shown_again_and_known_as_the_same",),
    CutsAtTheLimit: ("test_post_over_the_size_limit_goes_to_a_human_and_leaves_nothing",),
}
"""Each broken source and every check that catches it, first the one that is there for it."""

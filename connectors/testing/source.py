"""The contract suite of sources. A subclass gives the fixture ``lab``: a place post can be delivered to, and the source.

Each check is shown to fail on a source broken in just that way (``tests/contract/test_source_suite_is_proven.py``).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Protocol

import pytest

from connectors.contract import KeepsTaken, Source
from models.errors import NeedsHuman, TryLater
from models.post import Fetched, Locator, Offer, Outcome, Spool
from models.reasons import ReasonCode

INBOX = "inbox"
TAKEN = "taken"
PLACES = (INBOX, TAKEN, *(outcome.value for outcome in Outcome))
"""How a lab names the places. Two outcomes may share a place."""

FIRST_AT = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
AWKWARD = (
    b"Subject: Klage p\xe5 vedtak\r\nMessage-ID: <awkward@test.example>\r\n\r\n"
    b"NUL \x00 her, 8-bit \xe6\xf8\xe5 \xff\xfe, CRLF\r\nog bare LF\n.\r\n..\r\nFrom en linje\r\n"
    + bytes(n for n in range(256) if n not in (0, 10, 13))
    + b"\r\n"
)
"""What clumsy transports spoil: NUL, 8-bit, lines with a dot, «From », CRLF beside bare LF."""


class SourceLab(Protocol):
    """One place that post comes to, seen from both sides."""

    def connect(self) -> Source:
        """A new source object on the same place, as after a restart."""
        ...

    def deliver(self, name: str, content: bytes, at: datetime) -> None:
        """Somebody delivers. The same name replaces where the channel works like that (files), else adds."""
        ...

    def served(self, content: bytes) -> bytes:
        """What the place itself makes of ``content`` when it hands it out (an IMAP server ends lines with CRLF)."""
        ...

    def contents(self, place: str) -> Sequence[bytes]:
        """The contents at a place (one of :data:`PLACES`), as served, without using the source."""
        ...

    def marks(self) -> object:
        """Everything people can see of the inbox (names, flags, times), comparable."""
        ...

    def vanish(self) -> None:
        """Somebody removes everything from the inbox."""
        ...

    def spool(self) -> Spool:
        """The one spool of this lab; its folder holds nothing but downloads."""
        ...


def mail(number: int, text: str = "") -> bytes:
    """A small letter that is mail, and a file with content."""
    return (
        f"From: Kari Eksempel <kari@eksempel.example>\r\nSubject: Brev {number}\r\n"
        f"Message-ID: <brev-{number}@eksempel.example>\r\n\r\nBrev nummer {number}. {text}\r\n"
    ).encode()


class SourceContract:
    """Every source passes these. ``settles`` False: the place is told of the take-over alone (SvarInn), so settling is
    shown to change nothing there."""

    settles: ClassVar[bool] = True

    def place_of(self, outcome: Outcome) -> str:
        """Where the place keeps what ended so."""
        return outcome.value if self.settles else TAKEN

    def test_an_empty_inbox_offers_nothing(self, lab: SourceLab) -> None:
        assert [] == _offers(lab.connect())

    def test_offering_twice_gives_the_same_keys(self, lab: SourceLab) -> None:
        _deliver(lab, 3)
        source = lab.connect()
        first = [offer.key for offer in _offers(source)]
        assert 3 == len(set(first))
        assert first == [offer.key for offer in _offers(source)]

    def test_offering_and_downloading_mark_nothing(self, lab: SourceLab) -> None:
        _deliver(lab, 2)
        before = lab.marks()
        source = lab.connect()
        for offer in _offers(source):
            _download(lab, source, offer)
        source.close()
        assert before == lab.marks()

    def test_oldest_is_offered_first(self, lab: SourceLab) -> None:
        _deliver(lab, 3)
        source = lab.connect()
        contents = [_bytes(_download(lab, source, offer)) for offer in _offers(source)]
        assert [lab.served(mail(n)) for n in range(3)] == contents

    def test_no_more_than_the_limit_is_offered(self, lab: SourceLab) -> None:
        _deliver(lab, 3)
        source = lab.connect()
        assert [1, 2, 3] == [len(list(source.offers(limit))) for limit in (1, 2, 3)]

    def test_size_told_with_an_offer_is_a_hint_of_the_right_order(self, lab: SourceLab) -> None:
        lab.deliver("brev.eml", mail(1, "x" * 20_000), FIRST_AT)
        (offer,) = _offers(lab.connect())
        assert offer.size_bytes is None or 10_000 <= offer.size_bytes <= 40_000

    def test_same_name_with_new_content_is_a_new_post(self, lab: SourceLab) -> None:
        lab.deliver("scan0001.pdf", mail(1, "mandag"), FIRST_AT)
        source = lab.connect()
        old = _download(lab, source, _offers(source)[0])
        lab.deliver("scan0001.pdf", mail(1, "fredag"), FIRST_AT)
        new = [_download(lab, source, offer) for offer in _offers(source)]
        assert lab.served(mail(1, "fredag")) in [_bytes(post) for post in new]
        assert old.source_key not in [post.source_key for post in new if _bytes(post) == lab.served(mail(1, "fredag"))]

    def test_new_content_under_a_name_that_was_taken_over_loses_neither(self, lab: SourceLab) -> None:
        taken = []
        for text in ("mandag", "tirsdag", "onsdag"):
            lab.deliver("scan0001.pdf", mail(1, text), FIRST_AT)
            source = lab.connect()
            taken.append(_take_all(lab, source)[0])
        kept = Counter(lab.served(mail(1, text)) for text in ("mandag", "tirsdag", "onsdag"))
        assert kept == Counter(lab.contents(TAKEN))
        source = lab.connect()
        for at in taken:
            source.settle(at, Outcome.ARCHIVED)
        assert kept == Counter(lab.contents(self.place_of(Outcome.ARCHIVED)))

    def test_two_posts_with_the_same_content_are_two(self, lab: SourceLab) -> None:
        for name in ("a.eml", "b.eml"):
            lab.deliver(name, mail(1), FIRST_AT)
        source = lab.connect()
        first, second = (_download(lab, source, offer) for offer in _offers(source))
        assert first.source_key != second.source_key
        source.take_over(_stored(first.locator))
        assert (1, 1) == (len(lab.contents(INBOX)), len(lab.contents(TAKEN)))
        (left,) = _offers(source)
        assert second.source_key == _download(lab, source, left).source_key
        source.take_over(_stored(second.locator))
        assert (0, 2) == (len(lab.contents(INBOX)), len(lab.contents(TAKEN)))

    def test_downloaded_bytes_are_those_delivered(self, lab: SourceLab) -> None:
        lab.deliver("brev.eml", AWKWARD, FIRST_AT)
        source = lab.connect()
        (offer,) = _offers(source)
        assert lab.served(AWKWARD) == _bytes(_download(lab, source, offer))

    def test_a_large_post_comes_whole(self, lab: SourceLab) -> None:
        large = mail(1, "".join(f"{n:07d} \r\n" for n in range(700_000)))
        lab.deliver("stor.eml", large, FIRST_AT)
        source = lab.connect()
        (offer,) = _offers(source)
        assert lab.served(large) == _bytes(_download(lab, source, offer))

    def test_size_and_hash_are_of_the_bytes(self, lab: SourceLab) -> None:
        _deliver(lab, 1)
        source = lab.connect()
        post = _download(lab, source, _offers(source)[0])
        (document,) = post.documents
        content = document.path.read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (document.size_bytes, document.sha256)

    def test_the_channels_time_is_told_in_utc(self, lab: SourceLab) -> None:
        lab.deliver("brev.eml", mail(1), FIRST_AT)
        source = lab.connect()
        told = _download(lab, source, _offers(source)[0]).envelope.received_at
        assert timedelta(0) == told.utcoffset()
        assert FIRST_AT == told

    def test_source_key_is_the_same_when_downloaded_again(self, lab: SourceLab) -> None:
        _deliver(lab, 2)
        keys = []
        for _ in range(2):
            source = lab.connect()
            keys.append([_download(lab, source, offer).source_key for offer in _offers(source)])
            source.close()
        assert 2 == len(set(keys[0]))
        assert keys[0] == keys[1]

    def test_post_not_taken_over_is_still_offered_after_reconnect(self, lab: SourceLab) -> None:
        _deliver(lab, 2)
        source = lab.connect()
        offered = _offers(source)
        for offer in offered:
            _download(lab, source, offer)
        source.close()
        assert [offer.key for offer in offered] == [offer.key for offer in _offers(lab.connect())]

    def test_post_taken_over_is_no_longer_offered_and_lies_at_the_robots_place(self, lab: SourceLab) -> None:
        _deliver(lab, 3)
        source = lab.connect()
        first, second, _ = (_download(lab, source, offer) for offer in _offers(source))
        source.take_over(_stored(second.locator))
        source.close()
        source = lab.connect()
        keys = [_download(lab, source, offer).source_key for offer in _offers(source)]
        assert first.source_key in keys
        assert second.source_key not in keys
        assert [lab.served(mail(1))] == list(lab.contents(TAKEN))
        assert Counter(lab.served(mail(n)) for n in (0, 2)) == Counter(lab.contents(INBOX))

    def test_taking_over_twice_is_harmless(self, lab: SourceLab) -> None:
        _deliver(lab, 2)
        source = lab.connect()
        post = _download(lab, source, _offers(source)[0])
        there = source.take_over(_stored(post.locator))
        # Repeated as after a crash before the answer was noted, and as after one that came later.
        assert there == source.take_over(_stored(post.locator))
        assert there == lab.connect().take_over(_stored(there))
        assert ([lab.served(mail(1))], [lab.served(mail(0))]) == (list(lab.contents(INBOX)), list(lab.contents(TAKEN)))

    def test_settling_ends_at_the_place_of_the_outcome(self, lab: SourceLab) -> None:
        for number, outcome in enumerate(Outcome):
            lab.deliver(f"{number}.eml", mail(number), FIRST_AT)
            source = lab.connect()
            (at,) = _take_all(lab, source)
            source.settle(at, outcome)
            assert lab.served(mail(number)) in lab.contents(self.place_of(outcome))
            assert [] == list(lab.contents(INBOX)) + (list(lab.contents(TAKEN)) if self.settles else [])
        if not self.settles:
            return
        assert not set(lab.contents(Outcome.ARCHIVED)) & set(lab.contents(Outcome.DISMISSED))
        assert not set(lab.contents(Outcome.ARCHIVED)) & set(lab.contents(Outcome.FORWARDED))

    def test_settling_twice_is_harmless(self, lab: SourceLab) -> None:
        _deliver(lab, 2)
        source = lab.connect()
        at = _take_all(lab, source)[0]
        there = source.settle(at, Outcome.ARCHIVED)
        assert there == source.settle(at, Outcome.ARCHIVED)
        assert there == lab.connect().settle(_stored(there), Outcome.ARCHIVED)
        if not self.settles:
            assert Counter(lab.served(mail(n)) for n in range(2)) == Counter(lab.contents(TAKEN))
            return
        assert ([lab.served(mail(0))], [lab.served(mail(1))]) == (
            list(lab.contents(Outcome.ARCHIVED)),
            list(lab.contents(TAKEN)),
        )

    def test_settling_finds_post_whose_new_place_was_never_noted(self, lab: SourceLab) -> None:
        _deliver(lab, 1)
        source = lab.connect()
        post = _download(lab, source, _offers(source)[0])
        source.take_over(_stored(post.locator))
        source.settle(_stored(post.locator), Outcome.ARCHIVED)
        assert [lab.served(mail(0))] == list(lab.contents(self.place_of(Outcome.ARCHIVED)))
        assert not self.settles or [] == list(lab.contents(TAKEN))

    def test_nothing_is_deleted_anywhere(self, lab: SourceLab) -> None:
        _deliver(lab, 4)
        source = lab.connect()
        ats = _take_all(lab, source)
        source.settle(ats[0], Outcome.ARCHIVED)
        source.settle(ats[1], Outcome.DUPLICATE)
        source.settle(ats[2], Outcome.DISMISSED)
        lab.deliver("ny.eml", mail(9), FIRST_AT)
        source.close()
        # The place of duplicates may be that of dismissed post: count each place once.
        everywhere = Counter(lab.contents(INBOX)) + Counter(lab.contents(TAKEN))
        for contents in {tuple(sorted(lab.contents(outcome.value))) for outcome in Outcome if self.settles}:
            everywhere += Counter(contents)
        assert Counter(lab.served(mail(n)) for n in (0, 1, 2, 3, 9)) == everywhere

    def test_post_that_arrives_between_offer_and_download_does_no_harm(self, lab: SourceLab) -> None:
        _deliver(lab, 2)
        source = lab.connect()
        offered = _offers(source)
        lab.deliver("sen.eml", mail(9), FIRST_AT - timedelta(days=1))
        posts = [_download(lab, source, offer) for offer in offered]
        assert [lab.served(mail(n)) for n in range(2)] == [_bytes(post) for post in posts]
        for post in posts:
            source.take_over(_stored(post.locator))
        (late,) = _offers(source)
        assert lab.served(mail(9)) == _bytes(_download(lab, source, late))

    def test_post_that_is_gone_before_download_is_for_later(self, lab: SourceLab) -> None:
        _deliver(lab, 1)
        source = lab.connect()
        (offer,) = _offers(source)
        lab.vanish()
        with pytest.raises(TryLater):
            _download(lab, source, offer)
        assert [] == list(lab.spool().folder.iterdir())

    def test_post_that_is_gone_altogether_is_no_error(self, lab: SourceLab) -> None:
        _deliver(lab, 1)
        source = lab.connect()
        post = _download(lab, source, _offers(source)[0])
        lab.vanish()
        at = _stored(post.locator)
        assert at == source.take_over(at)
        source.settle(at, Outcome.ARCHIVED)

    def test_post_over_the_size_limit_goes_to_a_human_and_leaves_nothing(self, lab: SourceLab) -> None:
        lab.deliver("stor.eml", mail(1, "x" * 2000), FIRST_AT)
        source = lab.connect()
        (offer,) = _offers(source)
        with pytest.raises(NeedsHuman) as refused:
            source.download(_stored_offer(offer), Spool(lab.spool().folder, limit_bytes=1000))
        assert ReasonCode.TOO_LARGE == refused.value.reason
        assert [] == list(lab.spool().folder.iterdir())
        # It can still be put at its place by whoever sets it aside.
        source.take_over(_stored(offer.locator))
        assert 1 == len(lab.contents(TAKEN))

    def test_what_was_taken_over_is_shown_again_and_known_as_the_same(self, lab: SourceLab) -> None:
        """After a restore the robot goes through its own places (``connectors.contract.KeepsTaken``)."""
        _deliver(lab, 3)
        source = lab.connect()
        if not isinstance(source, KeepsTaken):
            pytest.skip("the source does not claim to show what was taken over")
        fetched = [_download(lab, source, offer) for offer in _offers(source)]
        at = [source.take_over(_stored(post.locator)) for post in fetched]
        at[2] = source.settle(_stored(at[2]), Outcome.ARCHIVED)
        lab.deliver("nytt.eml", mail(9), FIRST_AT + timedelta(hours=1))
        later = lab.connect()
        assert isinstance(later, KeepsTaken)
        shown = {later.where(_stored(taken.offer.locator)): taken for taken in later.taken()}
        assert {later.where(_stored(place)) for place in at} == set(shown)
        for post, place in zip(fetched, at, strict=True):
            taken = shown[later.where(_stored(place))]
            assert (Outcome.ARCHIVED in taken.outcomes) is (place is at[2])
            again = _download(lab, later, taken.offer)
            assert (post.identity or post.source_key, _bytes(post)) == (
                again.identity or again.source_key,
                _bytes(again),
            )
            assert later.where(_stored(again.locator)) == later.where(_stored(later.take_over(_stored(again.locator))))


def _deliver(lab: SourceLab, count: int) -> None:
    """Names count down while times count up, so that order by name is the wrong order."""
    for number in range(count):
        lab.deliver(f"{9 - number}.eml", mail(number), FIRST_AT + timedelta(minutes=number))


def _offers(source: Source) -> list[Offer]:
    return list(source.offers(100))


def _download(lab: SourceLab, source: Source, offer: Offer) -> Fetched:
    return source.download(_stored_offer(offer), lab.spool())


def _take_all(lab: SourceLab, source: Source) -> list[Locator]:
    return [source.take_over(_stored(_download(lab, source, offer).locator)) for offer in _offers(source)]


def _bytes(post: Fetched) -> bytes:
    return post.documents[0].path.read_bytes()


def _stored(at: Locator) -> Locator:
    """The locator as it comes back from the store, which keeps it as JSON in UTF-8."""
    back: Mapping[str, str | int] = json.loads(json.dumps(dict(at), ensure_ascii=False).encode().decode())
    return back


def _stored_offer(offer: Offer) -> Offer:
    return Offer(key=offer.key, label=offer.label, locator=_stored(offer.locator), size_bytes=offer.size_bytes)

"""Fetching ahead is bounded by what we ask for, whatever the server says of sizes."""

from __future__ import annotations

import re

import pytest

from connectors.imap.fetching import Listed, Window, list_messages, message_id
from connectors.imap.settings import ImapSettings, Tls


class Server:
    """Just enough of a client: messages by UID, and what was asked."""

    def __init__(self, messages: dict[int, bytes], sizes: dict[int, int] | None = None) -> None:
        self.messages = messages
        self.sizes = sizes or {uid: len(content) for uid, content in messages.items()}
        self.asked: list[list[int]] = []

    def fetch(self, uids: list[int], data: list[str]) -> dict[int, dict[bytes, object]]:
        (item,) = data
        offset, length = (int(n) for n in re.findall(r"\d+", item))
        self.asked.append(list(uids))
        name = f"BODY[]<{offset}>".encode()
        return {uid: {name: self.messages[uid][offset : offset + length]} for uid in uids if uid in self.messages}


def window(server: Server, *, window_bytes: int = 100, chunk_bytes: int = 40) -> Window:
    made = Window(window_bytes=window_bytes, chunk_bytes=chunk_bytes)
    made.expect([Listed(uid=uid, size=size, at=None) for uid, size in server.sizes.items()])
    return made


def test_followers_are_fetched_along_up_to_the_bound() -> None:
    server = Server({uid: b"x" * 30 for uid in range(1, 9)})
    ahead = window(server)
    for uid in range(1, 9):
        assert b"x" * 30 == ahead.head(server, uid, 30, alone=False)
    assert [[1, 2, 3], [4, 5, 6], [7, 8]] == server.asked


def test_a_large_message_is_fetched_by_itself_chunk_by_chunk() -> None:
    server = Server({1: b"a" * 90, 2: b"b" * 10})
    ahead = window(server)
    assert b"a" * 40 == ahead.head(server, 1, 90, alone=False)
    assert [b"a" * 40, b"a" * 10] == [ahead.chunk(server, 1, offset) for offset in (40, 80)]
    assert b"b" * 10 == ahead.head(server, 2, 10, alone=False)


def test_a_server_that_tells_too_small_a_size_gets_no_more_than_a_chunk_into_memory() -> None:
    server = Server({1: b"a" * 1000, 2: b"b" * 1000}, sizes={1: 5, 2: 5})
    ahead = window(server)
    assert [40, 40] == [len(ahead.head(server, uid, 5, alone=False) or b"") for uid in (1, 2)]


def test_a_message_that_is_gone_is_none_and_its_followers_are_not_lost() -> None:
    server = Server({1: b"a", 2: b"b", 3: b"c"})
    ahead = window(server)
    del server.messages[1]
    assert [None, b"b", b"c"] == [ahead.head(server, uid, 1, alone=False) for uid in (1, 2, 3)]


def test_a_message_nobody_expected_is_fetched_all_the_same() -> None:
    server = Server({1: b"a", 7: b"g"})
    ahead = Window(window_bytes=100, chunk_bytes=40)
    assert b"g" == ahead.head(server, 7, None, alone=False)


def test_size_and_date_may_be_missing() -> None:
    class Terse:
        def fetch(self, uids: list[int], data: list[str]) -> dict[int, dict[bytes, object]]:
            return {1: {b"RFC822.SIZE": None, b"INTERNALDATE": None}}

    assert [Listed(uid=1, size=None, at=None)] == list_messages(Terse(), [1, 2])


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"Subject: x\r\nMessage-ID: <a@b.example>\r\n\r\n", "<a@b.example>"),
        (b"message-id:\r\n <a@b.example>\r\n\r\n", "<a@b.example>"),
        (b"MESSAGE-ID: \t<a@b.example> (kommentar)\n\n", "<a@b.example>"),
        (b"Subject: x\r\n\r\nMessage-ID: <i@teksten.example>\r\n", ""),
        (b"Message-ID: <\xe5@b.example>\r\n\r\n", ""),
        (b"X-Message-ID: <a@b.example>\r\n\r\n", ""),
        (b"Message-ID:\r\nSubject: x\r\n\r\n", ""),
        (b"", ""),
    ],
)
def test_message_id_is_read_from_the_header_only(head: bytes, expected: str) -> None:
    assert expected == message_id(head)


def test_ports_follow_the_encryption_unless_said() -> None:
    settings = {"host": "post.example", "username": "postmottak"}
    assert 993 == ImapSettings(**settings).actual_port
    assert 143 == ImapSettings(**settings, tls=Tls.STARTTLS).actual_port
    assert 1993 == ImapSettings(**settings, port=1993).actual_port

"""Listing a mailbox and fetching messages, in batches bounded by count and bytes. Nothing here sets a flag."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from imapclient import IMAPClient
from imapclient.exceptions import ProtocolError

_LISTED_AT_ONCE = 50_000
"""UIDs asked for in one SEARCH: imaplib refuses an answer line over a million bytes."""

_WINDOW_MESSAGES = 50
_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?([^\s]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A message as the mailbox lists it. ``size`` is the server's hint, ``at`` is INTERNALDATE in UTC; None: not told."""

    uid: int
    size: int | None
    at: datetime | None


def list_uids(
    client: IMAPClient, upcoming: int, exists: int, limit: int, *, at_once: int = _LISTED_AT_ONCE
) -> list[int]:
    """The lowest UIDs that are not flagged deleted, at most ``limit``; UIDs rise in the order mail arrives."""
    if exists <= at_once or not upcoming:
        return search_uids(client, ["UNDELETED"])[:limit]
    found: list[int] = []
    for first in range(1, upcoming, at_once):
        found += search_uids(client, ["UID", f"{first}:{first + at_once - 1}", "UNDELETED"])
        if len(found) >= limit:
            break
    return found[:limit]


def search_uids(client: IMAPClient, criteria: list[str]) -> list[int]:
    """UIDs that match, rising.

    Raises:
        ProtocolError: the answer is no list of numbers (IMAPClient lets a ``ValueError`` out).
    """
    try:
        return sorted(client.search(criteria))
    except ValueError as error:
        raise ProtocolError("no list of messages") from error


def list_messages(client: IMAPClient, uids: list[int]) -> list[Listed]:
    """Size and time of messages; those that went away meanwhile are left out."""
    told = client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
    return [_listed(uid, told[uid]) for uid in uids if uid in told]


def _listed(uid: int, data: dict[bytes, object]) -> Listed:
    size, at = data.get(b"RFC822.SIZE"), data.get(b"INTERNALDATE")
    return Listed(
        uid=uid,
        size=size if isinstance(size, int) else None,
        at=at.astimezone(UTC) if isinstance(at, datetime) and at.tzinfo else None,
    )


class Window:
    """Messages fetched a little ahead of the caller: what it was offered next, bounded by bytes.

    Each message is asked for up to ``chunk`` bytes only, whatever size the server tells, so that memory is bounded by
    what we ask and not by what it says.
    """

    def __init__(self, *, window_bytes: int, chunk_bytes: int) -> None:
        self._window = window_bytes
        self._chunk = chunk_bytes
        self._upcoming: dict[int, int] = {}
        self._ready: dict[int, bytes] = {}

    def clear(self) -> None:
        """Forgets everything fetched ahead."""
        self._upcoming.clear()
        self._ready.clear()

    def expect(self, listed: list[Listed]) -> None:
        """These are about to be offered, in this order."""
        for message in listed:
            self._upcoming[message.uid] = message.size or self._chunk

    def head(self, client: IMAPClient, uid: int, size: int | None, *, alone: bool) -> bytes | None:
        """The first chunk of a message, fetched with its followers unless ``alone``; None when it is gone."""
        if uid not in self._ready:
            uids = [uid] if alone else self._batch(uid, size or self._chunk)
            # A message that the caller skipped is dropped from memory here; one fetched alone keeps the others.
            fetched = self._fetch(client, uids, 0)
            self._ready = {**self._ready, **fetched} if alone else fetched
        return self._ready.pop(uid, None)

    def chunk(self, client: IMAPClient, uid: int, offset: int) -> bytes | None:
        """The chunk at ``offset``, shorter than a whole one only at the end; None when the message is gone."""
        return self._fetch(client, [uid], offset).get(uid)

    def _batch(self, uid: int, size: int) -> list[int]:
        # What lies before this one in the list was passed over by the caller, who has it.
        while self._upcoming and next(iter(self._upcoming)) != uid and uid in self._upcoming:
            del self._upcoming[next(iter(self._upcoming))]
        self._upcoming.pop(uid, None)
        uids, total = [uid], size
        for following, following_size in list(self._upcoming.items()):
            total += following_size
            if total > self._window or following_size > self._chunk or len(uids) == _WINDOW_MESSAGES:
                break
            uids.append(following)
            del self._upcoming[following]
        return uids

    def _fetch(self, client: IMAPClient, uids: list[int], offset: int) -> dict[int, bytes]:
        told = client.fetch(uids, [f"BODY.PEEK[]<{offset}.{self._chunk}>"])
        name = f"BODY[]<{offset}>".encode()
        return {uid: data[name] or b"" for uid, data in told.items() if name in data}


def message_id(head: bytes) -> str:
    """The Message-ID in the first bytes of a message; empty when there is none or it is not ASCII."""
    header = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    found = _MESSAGE_ID.search(header)
    return found[1].decode("ascii") if found and found[1].isascii() else ""

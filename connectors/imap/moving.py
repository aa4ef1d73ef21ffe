"""Moving one message between mailboxes, and finding it again after a crash, a lost answer or a new UIDVALIDITY.

A UID is believed only together with its UIDVALIDITY. Otherwise a message is found by Message-ID and size and known by
the hash of its content: a Message-ID alone proves nothing, since senders reuse and can forge it.

Ways to move, the best the server has:

* MOVE (RFC 6851): one command.
* COPY, then ``\\Deleted`` and UID EXPUNGE of that UID alone (UIDPLUS, RFC 4315).
* COPY, then ``\\Deleted``. Without UIDPLUS the only expunge would take other people's deleted mail along, so the
  original stays, flagged; the source does not offer what is flagged ``\\Deleted``.

In the last two ways a keyword is set before COPY: a repeat after a crash sees it and looks for the copy first.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from connectors.imap.fetching import search_uids
from connectors.imap.session import Session
from models.steps import Point, step

_MOVING = "$PostrobotFlyttes"
_DELETED = b"\\Deleted"
_CANDIDATES = 20
_CHUNK = 4 * 1024 * 1024
_MESSAGE_ID = re.compile(r"[!-~]{3,900}")
_COPYUID = re.compile(rb"(\d+) \S+ (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a message is: mailbox as the server names it, and its UID under a UIDVALIDITY."""

    mailbox: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a message is known by without its UID.

    ``size`` is as the server tells it, -1 when it does not; ``sha256`` is empty when it was never downloaded.
    """

    message_id: str
    size: int
    sha256: str
    internal_date: str


def move_at_once(session: Session, client: IMAPClient, spot: Spot, target: str) -> Spot | None:
    """The everyday case in one command: MOVE, and COPYUID as the proof that the UID named a message.

    Returns None when the server cannot do that or the message is not there; nothing has moved then.
    """
    if not (spot.uid and client.has_capability("MOVE") and client.has_capability("UIDPLUS")):
        return None
    if not _opens(session, client, spot, writable=True):
        return None
    told = _PlaceOfCopy(client)
    try:
        client.move([spot.uid], target)
        step(Point.M7_MAIL_MOVED)
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        # Some servers say NO to a UID that is gone. If it is there, the slow way meets the refusal again.
        return None
    return told.read(target)


def is_there(session: Session, client: IMAPClient, spot: Spot) -> bool:
    """Whether the UID still names our message: same UIDVALIDITY, not expunged, not flagged deleted."""
    if not (spot.uid and _opens(session, client, spot, writable=False)):
        return False
    return _flagged(client, spot.uid, _DELETED) is False


def _opens(session: Session, client: IMAPClient, spot: Spot, *, writable: bool) -> bool:
    """Opens the mailbox; False when there is none or it has another UIDVALIDITY."""
    try:
        return session.select(client, spot.mailbox, writable=writable).uidvalidity == spot.uidvalidity
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        if client.folder_exists(spot.mailbox):
            raise
        return False


def search(session: Session, client: IMAPClient, mailbox: str, traits: Traits, keyword: str = "") -> Spot | None:
    """Our message in ``mailbox`` by its traits; the lowest UID when there are several alike."""
    if not client.folder_exists(mailbox):
        return None
    opened = session.select(client, mailbox, writable=False, fresh=True)
    known = ["KEYWORD", keyword] if keyword else []
    size = _size_criteria(traits.size)
    name = ["HEADER", "Message-ID", traits.message_id] if _MESSAGE_ID.fullmatch(traits.message_id) else []
    # Sizes are hints, and header search is where servers differ: both, then either.
    ways = ([*name, *size], name, size) if name and traits.sha256 else (size,)
    for criteria in ways:
        # No charset: the criteria are ASCII, and some servers refuse any charset but their own.
        for uid in search_uids(client, ["UNDELETED", *known, *criteria])[:_CANDIDATES]:
            if _is_it(client, uid, traits):
                return Spot(mailbox=mailbox, uidvalidity=opened.uidvalidity, uid=uid)
    return None


def move(session: Session, client: IMAPClient, spot: Spot, target: str, traits: Traits) -> Spot:
    """Moves the message at ``spot``, which :func:`is_there`; returns where it is then."""
    session.select(client, spot.mailbox, writable=True)
    told = _PlaceOfCopy(client)
    if client.has_capability("MOVE"):
        client.move([spot.uid], target)
        found = told.read(target)
        return found or _must(search(session, client, target, traits), spot, target)
    found = _copy(session, client, spot, target, traits, told)
    step(Point.M4_COPIED)
    session.select(client, spot.mailbox, writable=True)
    client.add_flags([spot.uid], [_DELETED], silent=True)
    step(Point.M5_DELETED)
    if client.has_capability("UIDPLUS"):
        client.uid_expunge([spot.uid])
    step(Point.M6_EXPUNGED)
    if found.uid:
        session.select(client, found.mailbox, writable=True)
        client.remove_flags([found.uid], [_MOVING], silent=True)
    return found


def _copy(session: Session, client: IMAPClient, spot: Spot, target: str, traits: Traits, told: _PlaceOfCopy) -> Spot:
    if _flagged(client, spot.uid, _MOVING.encode()):
        earlier = search(session, client, target, traits, _MOVING)
        if earlier:
            return earlier
        session.select(client, spot.mailbox, writable=True)
    try:
        client.add_flags([spot.uid], [_MOVING], silent=True)
        keyword = _MOVING
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        # No keywords of our own here: at worst a crash leaves a second copy at the robot's place.
        keyword = ""
    step(Point.M3_FLAGGED)
    client.copy([spot.uid], target)
    found = told.read(target)
    return found or _must(search(session, client, target, traits, keyword), spot, target)


class _PlaceOfCopy:
    """The COPYUID answer (UIDPLUS), which IMAPClient leaves in the imaplib object beneath it."""

    def __init__(self, client: IMAPClient) -> None:
        self._client = client
        client._imap.response("COPYUID")

    def read(self, target: str) -> Spot | None:
        """Where the copy is; None when the server does not tell."""
        _, data = self._client._imap.response("COPYUID")
        if not self._client.has_capability("UIDPLUS") or not data or not data[-1]:
            return None
        told = _COPYUID.match(data[-1])
        return Spot(mailbox=target, uidvalidity=int(told[1]), uid=int(told[2])) if told else None


def _size_criteria(size: int) -> list[str]:
    if size < 0:
        return []
    return [*(["LARGER", str(size - 1)] if size else []), "SMALLER", str(size + 1)]


def _must(found: Spot | None, spot: Spot, target: str) -> Spot:
    # The server said OK and does not show the message: it is there, and the next search may find it.
    return found or Spot(mailbox=target, uidvalidity=0, uid=0)


def _flagged(client: IMAPClient, uid: int, flag: bytes) -> bool | None:
    """Whether the message has the flag; None when there is no such message."""
    told = client.fetch([uid], ["FLAGS"]).get(uid)
    if told is None:
        return None
    return flag.lower() in {bytes(each).lower() for each in told.get(b"FLAGS", ())}


def _is_it(client: IMAPClient, uid: int, traits: Traits) -> bool:
    if not traits.sha256:
        told = client.fetch([uid], ["INTERNALDATE"]).get(uid, {}).get(b"INTERNALDATE")
        return told is not None and told.isoformat() == traits.internal_date
    digest, offset = hashlib.sha256(), 0
    while True:
        told = client.fetch([uid], [f"BODY.PEEK[]<{offset}.{_CHUNK}>"]).get(uid, {})
        chunk = told.get(f"BODY[]<{offset}>".encode()) or b""
        digest.update(chunk)
        offset += len(chunk)
        if len(chunk) < _CHUNK:
            return digest.hexdigest() == traits.sha256

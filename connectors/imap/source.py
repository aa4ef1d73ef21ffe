"""The IMAP source: offers the mail of one mailbox, fetches it ahead in batches, and moves it on when told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import structlog
from imapclient import IMAPClient

from connectors.imap.fetching import Listed, Window, list_messages, list_uids, message_id
from connectors.imap.moving import Spot, Traits, is_there, move, move_at_once, search
from connectors.imap.session import ConnectionLost, Session
from connectors.imap.settings import OUTCOME_PLACES, PLACES, TAKEN, ImapSettings, SecretProvider
from connectors.imap.waiting import Waiting
from models.errors import NeedsHuman, OutOfReach, TryLater
from models.post import Envelope, Fetched, Locator, Offer, Outcome, Spool, SpoolLimit, Taken
from models.reasons import ReasonCode

_T = TypeVar("_T")
_INBOX = "inn"
_RETRY_S = 60.0
_BREAKS_CONNECTION_S = 300.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A message at one of our places (``inn`` is the watched mailbox)."""

    place: str
    spot: Spot


class ImapSource:
    """Post as mail in one mailbox; keeps ``connectors.contract.Source`` and ``Waits``.

    The key (of offers and posts alike) is account, mailbox, UIDVALIDITY and UID; ``label`` is ``UIDVALIDITY/UID``: both
    are the server's and never the sender's, unlike a Message-ID. Mail is moved to the robot's own mailboxes
    («Robot/Mottatt», then «Robot/Journalført», «Robot/Videresendt» or «Robot/Avvist»), which are made when missing;
    nothing is deleted and nothing is marked as read. Mail flagged ``\\Deleted`` is not offered.

    A new UIDVALIDITY makes everything in the mailbox be offered anew, under new keys; the store knows the content.
    """

    def __init__(
        self,
        settings: ImapSettings,
        secret: SecretProvider,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens no connection. ``secret`` gives the password or token; ``now`` stands in for a missing INTERNALDATE."""
        self._settings = settings
        self._now = now
        self._session = Session(settings, secret)
        self._window = Window(window_bytes=settings.window_bytes, chunk_bytes=settings.chunk_bytes)
        self._waiting = Waiting(self._session, settings, sleep=sleep, monotonic=monotonic)
        self._validity = 0
        self._made: set[str] = set()

    def offers(self, limit: int) -> Iterator[Offer]:
        """The mail that came first, first.

        Raises:
            OutOfReach: no connection, no log-in, no such mailbox.
            TryLater: the server refused.
        """
        self._window.clear()
        validity, uids = self._run(lambda client: self._list(client, limit))
        for first in range(0, len(uids), self._settings.batch):
            batch = uids[first : first + self._settings.batch]
            listed = self._run(partial(self._describe, validity=validity, uids=batch))
            self._window.expect(listed)
            for message in listed:
                yield self._offer(validity, message)

    def download(self, offer: Offer, into: Spool) -> Fetched:
        """Fetches a message, and the next few offered ones with it, without marking it as read.

        Raises:
            NeedsHuman: over the size limit.
            TryLater: gone, came incomplete, or the server breaks the connection over this message.
            OutOfReach: no connection.
            OSError: our own disk is full and the like.
        """
        at = offer.locator
        if offer.size_bytes is not None and offer.size_bytes > into.limit_bytes:
            raise _too_large(into.limit_bytes)
        head = self._head(at, offer.size_bytes)
        with into.new("melding.eml", "message/rfc822") as writer:
            try:
                writer.write(head)
                chunk = head
                while len(chunk) == self._settings.chunk_bytes:
                    chunk = self._chunk(at, writer.size_bytes)
                    writer.write(chunk)
            except SpoolLimit:
                raise _too_large(into.limit_bytes) from None
            # An empty message is post; an empty answer for one that is not empty is a server's slip.
            if not writer.size_bytes and offer.size_bytes:
                raise TryLater("E-posttjeneren ga en tom melding; neste runde viser.", after_s=_RETRY_S)
        document = writer.document
        return Fetched(
            source_key=offer.key,
            label=offer.label,
            locator={**at, "sha256": document.sha256, "message_id": message_id(head)},
            envelope=Envelope(received_at=datetime.fromisoformat(str(at["date"])) if at["date"] else self._now()),
            documents=(document,),
            # INTERNALDATE goes along when a message is copied or moved (RFC 3501, 6.4.7); UIDs do not.
            identity=f"{at['date']}:{document.sha256}",
        )

    def taken(self) -> Iterator[Taken]:
        """What lies in the robot's own mailboxes; see :class:`connectors.contract.KeepsTaken`.

        Raises:
            OutOfReach, TryLater: as :meth:`offers`.
        """
        for place in PLACES:
            outcomes = frozenset(outcome for outcome, name in OUTCOME_PLACES.items() if name == place)
            mailbox, validity, uids = self._run(partial(self._list_place, place=place))
            for first in range(0, len(uids), self._settings.batch):
                batch = uids[first : first + self._settings.batch]
                listed = self._run(partial(self._describe, validity=validity, uids=batch, mailbox=mailbox))
                for message in listed:
                    yield Taken(offer=self._offer(validity, message, place, mailbox), outcomes=outcomes)

    def where(self, at: Locator) -> str:
        """Mailbox, UIDVALIDITY and UID; in the watched mailbox (which has no name of its own in a locator) too."""
        return f"{at['mailbox']}/{at['uidvalidity']}/{at['uid']}"

    def take_over(self, at: Locator) -> Locator:
        """Moves the message to «Mottatt», or finds it there."""
        return self._for_one(lambda client: self._bring(client, at, TAKEN, only_from=_INBOX))

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        """Moves the message on to the outcome's mailbox, from wherever it is."""
        return self._for_one(lambda client: self._bring(client, at, OUTCOME_PLACES[outcome]))

    def wait(self, timeout_s: float) -> bool:
        """Waits for mail by IDLE, or by looking now and then. See ``connectors.contract.Waits``."""
        try:
            return self._waiting.wait(self._mailbox, timeout_s)
        except ConnectionLost:
            return True

    def close(self) -> None:
        """Logs out."""
        self._window.clear()
        self._session.close()

    def _list(self, client: IMAPClient, limit: int) -> tuple[int, list[int]]:
        mailbox = self._mailbox(client)
        if not client.folder_exists(mailbox):
            text = f"Postkassen «{self._settings.mailbox}» finnes ikke hos {self._settings.host}. Sjekk navnet."
            raise OutOfReach(text, connection=self._settings.name)
        opened = self._session.select(client, mailbox, writable=False, fresh=True)
        if self._validity not in (0, opened.uidvalidity):
            log.warning(
                "uidvalidity_changed", source=self._settings.name, before=self._validity, now=opened.uidvalidity
            )
        self._validity = opened.uidvalidity
        self._waiting.seen(opened)
        return opened.uidvalidity, list_uids(client, opened.uidnext, opened.exists, limit) if opened.exists else []

    def _list_place(self, client: IMAPClient, place: str) -> tuple[str, int, list[int]]:
        mailbox = self._place(client, place)
        if not client.folder_exists(mailbox):
            return mailbox, 0, []
        opened = self._session.select(client, mailbox, writable=False, fresh=True)
        uids = list_uids(client, opened.uidnext, opened.exists, opened.exists) if opened.exists else []
        return mailbox, opened.uidvalidity, uids

    def _describe(self, client: IMAPClient, validity: int, uids: list[int], mailbox: str = "") -> list[Listed]:
        opened = self._session.select(client, mailbox or self._mailbox(client), writable=False)
        return list_messages(client, uids) if opened.uidvalidity == validity else []

    def _offer(self, validity: int, message: Listed, place: str = _INBOX, mailbox: str = "") -> Offer:
        settings = self._settings
        return Offer(
            key=f"{settings.username}/{mailbox or settings.mailbox}/{validity}/{message.uid}",
            label=f"{validity}/{message.uid}",
            locator={
                "place": place,
                "mailbox": mailbox,
                "uidvalidity": validity,
                "uid": message.uid,
                "size": -1 if message.size is None else message.size,
                "date": message.at.isoformat() if message.at else "",
                "message_id": "",
                "sha256": "",
            },
            size_bytes=message.size,
        )

    def _head(self, at: Locator, size: int | None) -> bytes:
        uid = int(at["uid"])
        if at["place"] != _INBOX:  # the window holds what the inbox offers next
            return self._chunk(at, 0)
        try:
            head = self._session.run(lambda c: self._read(c, at, lambda: self._window.head(c, uid, size, alone=False)))
        except (ConnectionLost, TryLater):
            # One of the batch may be what the server chokes on: this one by itself.
            head = self._for_one(lambda c: self._read(c, at, lambda: self._window.head(c, uid, size, alone=True)))
        return _present(head)

    def _chunk(self, at: Locator, offset: int) -> bytes:
        uid = int(at["uid"])
        return _present(self._for_one(lambda c: self._read(c, at, lambda: self._window.chunk(c, uid, offset))))

    def _read(self, client: IMAPClient, at: Locator, fetch: Callable[[], bytes | None]) -> bytes | None:
        opened = self._session.select(client, str(at["mailbox"]) or self._mailbox(client), writable=False)
        return fetch() if opened.uidvalidity == at["uidvalidity"] else None

    def _bring(self, client: IMAPClient, at: Locator, place: str, *, only_from: str = "") -> Locator:
        """The message to ``place``, or left where it is when it is already past ``only_from``; unchanged when gone."""
        noted, traits = self._noted(client, at), _traits(at)
        if noted.place != place and (not only_from or noted.place == only_from):
            moved = move_at_once(self._session, client, noted.spot, self._made_place(client, place))
            if moved:
                return _at(at, Found(place=place, spot=moved))
        here = noted if is_there(self._session, client, noted.spot) else self._search(client, place, traits)
        if here is None:
            return at
        if here.place != place and (not only_from or here.place == only_from):
            spot = move(self._session, client, here.spot, self._made_place(client, place), traits)
            here = Found(place=place, spot=spot)
        return _at(at, here)

    def _noted(self, client: IMAPClient, at: Locator) -> Found:
        place = str(at["place"])
        mailbox = self._mailbox(client) if place == _INBOX else str(at["mailbox"])
        return Found(place=place, spot=Spot(mailbox=mailbox, uidvalidity=int(at["uidvalidity"]), uid=int(at["uid"])))

    def _search(self, client: IMAPClient, target: str, traits: Traits) -> Found | None:
        """By its traits: at the target (the move was done before), then at every other place, the watched one last."""
        for place in dict.fromkeys((target, *PLACES, _INBOX)):
            mailbox = self._mailbox(client) if place == _INBOX else self._place(client, place)
            spot = search(self._session, client, mailbox, traits)
            if spot:
                return Found(place=place, spot=spot)
        return None

    def _mailbox(self, client: IMAPClient) -> str:
        _, delimiter = self._session.naming(client)
        return self._settings.mailbox.replace("/", delimiter or "/")

    def _place(self, client: IMAPClient, place: str) -> str:
        prefix, delimiter = self._session.naming(client)
        return prefix + (delimiter or "-").join((*self._settings.robot.split("/"), place))

    def _made_place(self, client: IMAPClient, place: str) -> str:
        name = self._place(client, place)
        if name not in self._made and not client.folder_exists(name):
            client.create_folder(name)
            client.subscribe_folder(name)
        self._made.add(name)
        return name

    def _run(self, work: Callable[[IMAPClient], _T]) -> _T:
        try:
            return self._session.run(work)
        except ConnectionLost as error:
            text = f"E-posttjeneren {self._settings.host} bryter forbindelsen under arbeid."
            raise OutOfReach(text, connection=self._settings.name) from error

    def _for_one(self, work: Callable[[IMAPClient], _T]) -> _T:
        """Work on one message. A server that lets us in but breaks off over this one must not hold up the others."""
        try:
            return self._session.run(work)
        except ConnectionLost as error:
            self._made.clear()
            text = f"E-posttjeneren {self._settings.host} bryter forbindelsen over denne meldingen; prøves igjen."
            raise TryLater(text, after_s=_BREAKS_CONNECTION_S) from error
        except TryLater:
            self._made.clear()
            raise


def _traits(at: Locator) -> Traits:
    return Traits(
        message_id=str(at["message_id"]),
        size=int(at["size"]),
        sha256=str(at["sha256"]),
        internal_date=str(at["date"]),
    )


def _at(at: Locator, found: Found) -> Locator:
    spot = found.spot
    moved: dict[str, str | int] = {"place": found.place, "mailbox": spot.mailbox}
    return {**at, **moved, "uidvalidity": spot.uidvalidity, "uid": spot.uid}


def _present(chunk: bytes | None) -> bytes:
    if chunk is None:
        raise TryLater("Meldingen er ikke lenger i postkassen; neste runde viser.", after_s=0)
    return chunk


def _too_large(limit: int) -> NeedsHuman:
    return NeedsHuman(ReasonCode.TOO_LARGE, f"Meldingen er over grensen på {limit} byte og er ikke hentet.")

"""Waiting for mail: IDLE (RFC 2177) where offered, else a look now and then."""

from __future__ import annotations

from collections.abc import Callable

from imapclient import IMAPClient

from connectors.imap.session import ConnectionLost, Opened, Session
from connectors.imap.settings import ImapSettings
from models.errors import TryLater

_ROUND_S = 60.0
"""Length of one IDLE; RFC 2177 says to renew within 29 minutes, but there is a trap.

IMAPClient (4.1) polls the socket. A line that came in the same packet as the «+ idling» before it lies in a buffer
already, where poll does not see it; it is found when the round ends.
"""

_TOO_SOON_S = 5.0


class Waiting:
    """Knows what was seen last, so that mail that came between listing and waiting is noticed at once."""

    def __init__(
        self,
        session: Session,
        settings: ImapSettings,
        *,
        sleep: Callable[[float], None],
        monotonic: Callable[[], float],
    ) -> None:
        self._session = session
        self._settings = settings
        self._sleep = sleep
        self._monotonic = monotonic
        self._seen: tuple[int, int, int] | None = None
        self._idle_works = True

    def seen(self, opened: Opened) -> None:
        """The mailbox was listed in this state."""
        self._seen = _state(opened)

    def wait(self, mailbox: Callable[[IMAPClient], str], timeout_s: float) -> bool:
        """Until something may have arrived (True) or the time is out (False).

        Raises:
            OutOfReach, TryLater, ConnectionLost: as :meth:`Session.run`.
        """
        end = self._monotonic() + timeout_s
        while True:
            if self._session.run(lambda client: self._changed(client, mailbox(client))):
                return True
            left = end - self._monotonic()
            if left <= 0:
                return False
            if self._session.run(lambda client: client.has_capability("IDLE")) and self._idle_works:
                if self._idle(min(left, _ROUND_S)):
                    return True
            else:
                self._sleep(min(left, self._settings.poll_s))

    def _changed(self, client: IMAPClient, mailbox: str) -> bool:
        opened = self._session.select(client, mailbox, writable=False, fresh=True)
        if self._seen is None:
            self.seen(opened)
        return _state(opened) != self._seen

    def _idle(self, timeout_s: float) -> bool:
        started = self._monotonic()
        try:
            return self._session.once(lambda client: _idle(client, timeout_s))
        except (ConnectionLost, TryLater):
            # A server that cuts every IDLE at once (some proxies do) is asked now and then instead.
            self._idle_works = self._monotonic() - started > _TOO_SOON_S
            return False


def _idle(client: IMAPClient, timeout_s: float) -> bool:
    client.idle()
    told = client.idle_check(timeout=timeout_s)
    # Mail may also be told of in the answer to DONE.
    _, more = client.idle_done()
    return any(len(line) > 1 and line[1] in (b"EXISTS", b"RECENT") for line in (*told, *more))


def _state(opened: Opened) -> tuple[int, int, int]:
    # A server that does not tell UIDNEXT is known by its count.
    return opened.uidvalidity, opened.uidnext, 0 if opened.uidnext else opened.exists

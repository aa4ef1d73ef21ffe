"""One verified, logged-in connection to an IMAP server, remade when it is lost; every failure as an error of ours.

Server texts and the secret never reach a message of ours: a server may echo either.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, LoginError

from connectors.imap.settings import ImapSettings, Login, SecretProvider, Tls
from models.errors import OutOfReach, TryLater

_T = TypeVar("_T")
_RETRY_S = 60.0
_LOST = (imaplib.IMAP4.abort, OSError, EOFError)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An open mailbox as it was when opened. ``uidnext`` is 0 when the server does not tell."""

    mailbox: str
    writable: bool
    uidvalidity: int
    uidnext: int
    exists: int


class ConnectionLost(Exception):
    """The connection broke in the middle of work, twice, although the server lets us in: that work is what breaks it."""


class Session:
    """The connection, opened at first use. Not for several threads at once."""

    def __init__(self, settings: ImapSettings, secret: SecretProvider) -> None:
        self._settings = settings
        self._secret = secret
        self._client: IMAPClient | None = None
        self._selected: Opened | None = None
        self._delimiter: tuple[str, str] | None = None

    def run(self, work: Callable[[IMAPClient], _T]) -> _T:
        """Does ``work``, which must bear being repeated: when the connection is lost it is done once more on a new one.

        Raises:
            OutOfReach: no connection, no log-in.
            ConnectionLost: lost on the new connection too.
            TryLater: the server refused, or answered what is no IMAP.
        """
        try:
            return self._attempt(work)
        except _LOST:
            self.drop()
        try:
            return self._attempt(work)
        except _LOST as error:
            self.drop()
            raise ConnectionLost(type(error).__name__) from error

    def once(self, work: Callable[[IMAPClient], _T]) -> _T:
        """As :meth:`run`, for work that is not repeated.

        Raises:
            ConnectionLost: lost, on whatever connection it was.
        """
        try:
            return self._attempt(work)
        except _LOST as error:
            self.drop()
            raise ConnectionLost(type(error).__name__) from error

    def select(self, client: IMAPClient, mailbox: str, *, writable: bool, fresh: bool = False) -> Opened:
        """Opens a mailbox unless it is open already; ``fresh`` asks again all the same."""
        opened = self._selected
        if opened and not fresh and opened.mailbox == mailbox and (opened.writable or not writable):
            return opened
        self._selected = None
        told = client.select_folder(mailbox, readonly=not writable)
        self._selected = Opened(
            mailbox=mailbox,
            writable=writable,
            uidvalidity=int(told.get(b"UIDVALIDITY", 0)),
            uidnext=int(told.get(b"UIDNEXT", 0)),
            exists=int(told.get(b"EXISTS", 0)),
        )
        return self._selected

    def naming(self, client: IMAPClient) -> tuple[str, str]:
        """Prefix of personal mailboxes and hierarchy delimiter, as the server tells them."""
        if self._delimiter is None:
            personal = client.namespace().personal if client.has_capability("NAMESPACE") else None
            if personal:
                prefix, delimiter = personal[0]
                self._delimiter = (prefix, delimiter or "")
            else:
                listed = client.list_folders("", "")
                delimiter = listed[0][1] if listed else b"/"
                self._delimiter = ("", delimiter.decode("ascii") if delimiter else "")
        return self._delimiter

    def drop(self) -> None:
        """Forgets the connection without a word to the server."""
        client, self._client, self._selected = self._client, None, None
        if client is not None:
            try:
                client.shutdown()
            except OSError as error:
                log.debug("imap_socket_close_failed", connection=self._settings.name, kind=type(error).__name__)

    def close(self) -> None:
        """Logs out politely if there is anybody to log out from."""
        client, self._client, self._selected = self._client, None, None
        if client is not None:
            try:
                client.logout()
            except (imaplib.IMAP4.error, *_LOST) as error:
                log.debug("imap_logout_failed", connection=self._settings.name, kind=type(error).__name__)

    def _attempt(self, work: Callable[[IMAPClient], _T]) -> _T:
        if self._client is None:
            self._client = self._open()
        try:
            return work(self._client)
        except _LOST:
            raise
        except (imaplib.IMAP4.error, UnicodeError) as error:
            # Refused, or an answer nobody can parse: where the stream stands now is not known, so begin anew.
            self.drop()
            message = f"E-posttjeneren {self._settings.host} avslo et oppdrag eller svarte uforståelig; prøves igjen."
            raise TryLater(message, after_s=_RETRY_S) from error

    def _open(self) -> IMAPClient:
        where = f"{self._settings.host}:{self._settings.actual_port}"
        secret = self._secret()
        if not secret or any(ord(sign) < 32 for sign in secret + self._settings.username):
            raise self._out(f"Brukernavn eller passord for {where} er tomt eller har linjeskift; rett hemmeligheten.")
        try:
            client = self._connect()
        except FileNotFoundError:
            raise self._out(f"CA-filen {self._settings.ca_file} finnes ikke; rett innstillingen «ca_fil».") from None
        except ssl.SSLCertVerificationError as error:
            text = (
                f"Sertifikatet til {where} kan ikke bekreftes ({error.verify_message}). Sett «ca_fil» hvis tjeneren "
                "har egen utsteder; bekreftelsen kan ikke slås av."
            )
            raise self._out(text) from error
        except ssl.SSLError as error:
            raise self._out(f"{where} snakker ikke TLS 1.2 eller nyere ({error.reason}).") from error
        except CapabilityError as error:
            text = f"{where} tilbyr ikke STARTTLS, og passord sendes aldri ukryptert; bruk «tls»."
            raise self._out(text) from error
        except (imaplib.IMAP4.error, *_LOST) as error:
            text = f"Får ikke kontakt med {where} ({type(error).__name__}). Sjekk vert, port og nett."
            raise self._out(text) from error
        try:
            self._log_in(client, secret)
        except LoginError:
            self._abandon(client)
            # Not chained: the server's text is not ours to repeat.
            raise self._out(
                f"{where} godtok ikke innloggingen for den oppgitte brukeren. Sjekk brukernavn og passord eller token."
            ) from None
        except (imaplib.IMAP4.error, *_LOST) as error:
            self._abandon(client)
            raise self._out(f"Forbindelsen til {where} brøt under innlogging ({type(error).__name__}).") from None
        return client

    def _connect(self) -> IMAPClient:
        context = ssl.create_default_context(
            cafile=None if self._settings.ca_file is None else str(self._settings.ca_file)
        )
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        implicit = self._settings.tls is Tls.IMPLICIT
        client = IMAPClient(
            self._settings.host,
            port=self._settings.actual_port,
            ssl=implicit,
            ssl_context=context if implicit else None,
            timeout=SocketTimeout(self._settings.timeout_s, self._settings.timeout_s),
        )
        # IMAPClient turns on imaplib's tracing (4.1): every line, mail headers too, formatted for a debug log nobody asked for.
        client._imap.debug = 0
        # Times with their zone; by default they are turned into this machine's local time.
        client.normalise_times = False
        if not implicit:
            try:
                client.starttls(context)
            except (imaplib.IMAP4.error, *_LOST):
                self._abandon(client)
                raise
        return client

    def _log_in(self, client: IMAPClient, secret: str) -> None:
        user = self._settings.username
        if self._settings.login is Login.XOAUTH2:
            client.oauth2_login(user, secret)
        elif client.has_capability("AUTH=PLAIN"):
            # SASL carries UTF-8; imaplib's LOGIN fails on a letter outside ASCII.
            client.plain_login(user, secret)
        elif (user + secret).isascii():
            client.login(user, secret)
        else:
            raise self._out("Tjeneren tar bare ASCII i brukernavn og passord; bytt passordet.")

    def _abandon(self, client: IMAPClient) -> None:
        try:
            client.shutdown()
        except OSError as error:
            log.debug("imap_socket_close_failed", connection=self._settings.name, kind=type(error).__name__)

    def _out(self, text: str) -> OutOfReach:
        return OutOfReach(text, connection=self._settings.name)

"""The mailer over SMTP (stdlib smtplib). Encryption is always on and verified, but for a plain server on loopback."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

from connectors.contract import Mail
from connectors.smtp.message import refuse_unsafe, to_bytes
from models.archive import Done
from models.errors import ConfigError, ConfigFault, MaybeDone, NeedsHuman, OutOfReach, TryLater
from models.reasons import ReasonCode

# Greylisting asks for a second try after five minutes as a rule (RFC 6647, section 5).
_AFTER_REFUSAL_S = 300.0
_AFTER_BREAK_S = 60.0


class Kryptering(StrEnum):
    """How the connection is protected. ``INGEN`` is for a server on this machine only."""

    STARTTLS = "starttls"
    TLS = "tls"
    INGEN = "ingen"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """How to reach the server. ``sender`` is both envelope sender and From. ``port`` 0 means the usual one.

    ``ca_file`` (PEM) is trusted in place of the system's authorities. ``username`` empty: no log-in.
    """

    host: str
    sender: str
    port: int = 0
    kryptering: Kryptering = Kryptering.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    timeout_s: float = 30.0
    connection: str = "smtp"

    @property
    def effective_port(self) -> int:
        """587 for STARTTLS, 465 for TLS, 25 for a plain server on loopback, unless said."""
        return self.port or {Kryptering.STARTTLS: 587, Kryptering.TLS: 465, Kryptering.INGEN: 25}[self.kryptering]


class SmtpMailer:
    """Sends each mail over a connection of its own: they are few, and servers drop idle connections.

    A mail goes to all of its recipients or to none, so that a repeat doubles nothing. May be used from several threads.
    """

    def __init__(self, settings: SmtpSettings, *, now: Callable[[], datetime]) -> None:
        """``now`` gives the aware time that becomes the Date header.

        Raises:
            ConfigError: a plain connection to anything but loopback, a log-in over it, or a CA file that cannot be read.
        """
        self._settings = settings
        self._now = now
        _refuse_plain(settings)
        self._tls = None if settings.kryptering is Kryptering.INGEN else _context(settings)

    def send(self, mail: Mail) -> Done:
        """Hands the mail to the server; see :class:`connectors.contract.Mailer`."""
        refuse_unsafe(mail, self._settings.sender)
        server = self._connect()
        try:
            self._transaction(server, mail)
        except (smtplib.SMTPServerDisconnected, OSError) as broken:
            raise TryLater(
                f"Forbindelsen til {self._place} ble brutt før e-posten var levert; den prøves igjen.",
                after_s=_AFTER_BREAK_S,
            ) from broken
        finally:
            _hang_up(server)
        return Done(system_id=mail.message_id)

    def probe(self) -> None:
        """Connects, verifies and logs in, and sends nothing (for ``check`` and ``doctor``). Raises ``OutOfReach``."""
        _hang_up(self._connect())

    def close(self) -> None:
        """Nothing is kept open between mails."""

    @property
    def _place(self) -> str:
        return f"{self._settings.host}:{self._settings.effective_port}"

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        try:
            server = self._greeted()
        except ssl.SSLCertVerificationError as bad:
            self._out_of_reach(
                f"Sertifikatet til {self._place} kan ikke bekreftes ({bad.verify_message}); sett «ca_fil» hvis serveren "
                "har sertifikat fra egen utsteder.",
                bad,
            )
        except smtplib.SMTPNotSupportedError as bad:
            self._out_of_reach(
                f"{self._place} tilbyr ikke STARTTLS, og e-post sendes aldri ukryptert; bruk kryptering «tls» eller "
                "slå på STARTTLS på serveren.",
                bad,
            )
        except (OSError, smtplib.SMTPException) as bad:
            self._out_of_reach(f"Får ikke kontakt med e-posttjeneren {self._place}: {_short(bad)}.", bad)
        if settings.username:
            try:
                server.login(settings.username, settings.password)
            except smtplib.SMTPResponseException as bad:
                _hang_up(server)
                # Its words stay out, also of what --debug shows: some servers repeat what they were sent.
                refusal = f"{self._place} godtok ikke innloggingen (svar {bad.smtp_code}). Sjekk brukernavn og passord."
                raise OutOfReach(refusal, connection=settings.connection) from None
            except (OSError, smtplib.SMTPException) as bad:
                _hang_up(server)
                self._out_of_reach(f"{self._place} godtok ikke innloggingen: {_short(bad)}.", bad)
        return server

    def _greeted(self) -> smtplib.SMTP:
        settings = self._settings
        address = (settings.host, settings.effective_port)
        if settings.kryptering is Kryptering.TLS:
            return smtplib.SMTP_SSL(*address, timeout=settings.timeout_s, context=self._tls)
        server = smtplib.SMTP(*address, timeout=settings.timeout_s)
        if settings.kryptering is Kryptering.STARTTLS:
            try:
                server.starttls(context=self._tls)
            except BaseException:
                server.close()
                raise
        return server

    def _transaction(self, server: smtplib.SMTP, mail: Mail) -> None:
        server.ehlo_or_helo_if_needed()
        foreign = not all(address.isascii() for address in (self._settings.sender, *mail.to))
        if foreign and not server.has_extn("smtputf8"):
            raise NeedsHuman(
                ReasonCode.FORWARD_FAILED, "E-posttjeneren tar ikke imot adresser med æ, ø og å; bruk en adresse uten."
            )
        content = to_bytes(mail, sender=self._settings.sender, now=self._now(), utf8=foreign)
        options = ["SMTPUTF8", "BODY=8BITMIME"] if foreign else []
        _expect(server.mail(self._settings.sender, options))
        for address in mail.to:
            _expect(server.rcpt(address))
        _expect(server.docmd("DATA"), wanted=354)
        self._deliver(server, content, mail.message_id)

    def _deliver(self, server: smtplib.SMTP, content: bytes, key: str) -> None:
        """Sends the text, then its end. Only after the end is begun may the server have taken it."""
        server.send(_dot_stuffed(content))
        try:
            server.send(b".\r\n")
            reply = server.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as broken:
            raise MaybeDone(
                f"{self._place} svarte ikke etter at hele e-posten var sendt; det er uvisst om den er levert.", key=key
            ) from broken
        _expect(reply)

    def _out_of_reach(self, sentence: str, cause: Exception) -> NoReturn:
        raise OutOfReach(sentence, connection=self._settings.connection) from cause


def _expect(reply: tuple[int, bytes], *, wanted: int = 250) -> None:
    """Turns a refusal into the error that says what to do (RFC 5321, section 4.2.1: 4yz later, 5yz for good)."""
    code, text = reply
    if code == wanted or (wanted == 250 and 250 <= code <= 252):
        return
    said = f"{code} {text.decode('ascii', 'replace')[:200]}"
    if code == -1:
        raise smtplib.SMTPServerDisconnected("no reply")
    if 500 <= code <= 599:
        raise NeedsHuman(ReasonCode.FORWARD_FAILED, f"E-posttjeneren avviste e-posten: {said}")
    raise TryLater(f"E-posttjeneren tar ikke imot nå: {said}", after_s=_AFTER_REFUSAL_S)


def _dot_stuffed(content: bytes) -> bytes:
    """Every line that begins with a dot gets one more (RFC 5321, section 4.5.2), and the last line its end."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines)


def _hang_up(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _context(settings: SmtpSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as bad:
        raise ConfigError(
            (
                ConfigFault(
                    key=f"{settings.connection}.ca_fil",
                    expected="en lesbar PEM-fil med sertifikatet til utstederen",
                    suggestion=_short(bad),
                ),
            )
        ) from bad
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _refuse_plain(settings: SmtpSettings) -> None:
    if settings.kryptering is Kryptering.INGEN and not is_loopback(settings.host):
        raise ConfigError(
            (
                ConfigFault(
                    key=f"{settings.connection}.kryptering",
                    expected="«starttls» eller «tls»; «ingen» gjelder bare en tjener på denne maskinen",
                    suggestion="starttls",
                ),
            )
        )


def is_loopback(host: str) -> bool:
    """Whether the name can only mean this machine: ``localhost`` or a loopback address; nothing is looked up."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _short(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('ascii', 'replace') if isinstance(said, bytes) else said}"[:200]
    # smtplib reports a time-out in the greeting as SMTPServerDisconnected with the cause in its text only.
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "ingen svar innen tidsgrensen"
    return str(error)[:200] or type(error).__name__

"""Settings of a mailbox on an IMAP server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.post import Outcome

TAKEN = "Mottatt"
OUTCOME_PLACES = {
    Outcome.ARCHIVED: "Journalført",
    Outcome.FORWARDED: "Videresendt",
    Outcome.DISMISSED: "Avvist",
    # A duplicate is put aside like anything else that is not journaled; the audit tells what it doubles.
    Outcome.DUPLICATE: "Avvist",
}
PLACES = (TAKEN, "Journalført", "Videresendt", "Avvist")
"""The robot's own mailboxes under ``ImapSettings.robot``, in the order post passes through them."""

SecretProvider = Callable[[], str]
"""Gives the password, or a fresh access token; called at each log-in, so that a rotated secret is picked up."""


class Tls(StrEnum):
    """How the connection is encrypted. There is no third way, and no switch to skip verification."""

    IMPLICIT = "tls"
    STARTTLS = "starttls"


class Login(StrEnum):
    """How we log in: a password, or an OAuth 2 access token (XOAUTH2)."""

    PASSWORD = "passord"  # noqa: S105 - a choice, not a secret
    XOAUTH2 = "xoauth2"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapSettings:
    """Where the mailbox is and how much is fetched at a time.

    ``name`` is the connection's name in messages. ``ca_file`` (PEM) is trusted in place of the system's authorities.
    ``robot`` is the parent of the robot's own mailboxes. ``timeout_s`` holds for connecting and for each read.
    ``batch`` messages are listed at a time; ``window_bytes`` bounds what is fetched ahead of the caller, ``chunk_bytes``
    what is asked for of one message at a time. ``poll_s`` is the pause between looks where the server has no IDLE.
    """

    host: str
    username: str
    name: str = "imap"
    port: int | None = None
    tls: Tls = Tls.IMPLICIT
    login: Login = Login.PASSWORD
    ca_file: Path | None = None
    mailbox: str = "INBOX"
    robot: str = "Robot"
    timeout_s: float = 60.0
    batch: int = 100
    window_bytes: int = 16 * 1024 * 1024
    chunk_bytes: int = 4 * 1024 * 1024
    poll_s: float = 30.0

    @property
    def actual_port(self) -> int:
        """993 for TLS from the start, 143 for STARTTLS, unless said."""
        return self.port or (993 if self.tls is Tls.IMPLICIT else 143)

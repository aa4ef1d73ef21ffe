"""A mailbox on an IMAP server as a source."""

from connectors.imap.settings import ImapSettings, Login, SecretProvider, Tls
from connectors.imap.source import ImapSource

__all__ = ["ImapSettings", "ImapSource", "Login", "SecretProvider", "Tls"]

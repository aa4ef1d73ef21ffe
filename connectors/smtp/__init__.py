"""Outgoing mail: :class:`SmtpMailer` over SMTP, :class:`FolderMailer` into a folder. Imports nothing heavy."""

from connectors.smtp.drop import FolderMailer
from connectors.smtp.mailer import Kryptering, SmtpMailer, SmtpSettings

__all__ = ["FolderMailer", "Kryptering", "SmtpMailer", "SmtpSettings"]

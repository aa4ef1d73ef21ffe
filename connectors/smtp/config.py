"""The configuration of outgoing mail. Imported only when a configuration is loaded (pydantic)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from connectors.contract import Mailer
from connectors.settings import MailerSettings, Surroundings
from connectors.smtp.drop import FolderMailer
from connectors.smtp.mailer import Kryptering, SmtpMailer, SmtpSettings
from models.secret import Secret


def _address(value: str) -> str:
    local, _, domain = value.rpartition("@")
    if not local or "." not in domain or any(c.isspace() for c in value):
        raise ValueError("en e-postadresse, for eksempel postrobot@solvik.example")
    return value


class SmtpConfig(MailerSettings):
    """``type = "smtp"``: a server that takes mail from us."""

    type: Literal["smtp"] = Field(default="smtp", description="sendes gjennom en SMTP-tjener")
    vert: str = Field(min_length=1, description="navnet på e-posttjeneren")
    port: int = Field(
        default=0, ge=0, le=65535, description="0 betyr den vanlige: 587 (starttls), 465 (tls), 25 (ingen)"
    )
    avsender: str = Field(description="adressen det sendes fra")
    kryptering: Kryptering = Field(
        default=Kryptering.STARTTLS, description="starttls, tls, eller ingen (bare på denne maskinen)"
    )
    brukernavn: str = Field(default="", description="tomt betyr uten pålogging")
    passord: Secret | None = Field(default=None, description="henvisning til passordet")
    ca_fil: Path | None = Field(default=None, description="egen utsteder (PEM), i stedet for systemets")
    tidsgrense_sekunder: float = Field(default=30.0, gt=0, le=600, description="så lenge ventes det på tjeneren")

    _check_sender = field_validator("avsender")(_address)

    def build(self, around: Surroundings) -> Mailer:
        """See :class:`connectors.settings.MailerSettings`. Raises ``ConfigError`` when the password cannot be had here."""
        return SmtpMailer(
            SmtpSettings(
                host=self.vert,
                sender=self.avsender,
                port=self.port,
                kryptering=self.kryptering,
                username=self.brukernavn,
                password=self.passord.reveal() if self.passord else "",
                ca_file=self.ca_fil,
                timeout_s=self.tidsgrense_sekunder,
                connection=around.connection,
            ),
            now=around.now,
        )


class MailFolderConfig(MailerSettings):
    """``type = "mappe"``: mails are laid as files in a folder, for another program to send."""

    type: Literal["mappe"] = Field(default="mappe", description="legges som .eml-filer i en mappe")
    mappe: Path = Field(description="mappen filene legges i")
    avsender: str = Field(description="adressen det sendes fra")

    _check_sender = field_validator("avsender")(_address)

    def build(self, around: Surroundings) -> Mailer:
        """See :class:`connectors.settings.MailerSettings`."""
        return FolderMailer(self.mappe, sender=self.avsender, now=around.now, connection=around.connection)

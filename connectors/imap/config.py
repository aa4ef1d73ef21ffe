"""The configuration of an IMAP mailbox. Imported only when a configuration is loaded (pydantic)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from connectors.contract import Source
from connectors.imap.settings import ImapSettings, Login, Tls
from connectors.settings import SourceSettings, Surroundings
from models.secret import Secret


class ImapConfig(SourceSettings):
    """``type = "imap"``: a mailbox on an IMAP server."""

    type: Literal["imap"] = Field(default="imap", description="en postkasse på en IMAP-tjener")
    vert: str = Field(min_length=1, description="navnet på e-posttjeneren")
    port: int = Field(default=0, ge=0, le=65535, description="0 betyr den vanlige: 993 (tls) eller 143 (starttls)")
    kryptering: Tls = Field(default=Tls.IMPLICIT, description="tls eller starttls; sertifikatet kontrolleres alltid")
    ca_fil: Path | None = Field(default=None, description="egen utsteder (PEM), i stedet for systemets")
    bruker: str = Field(min_length=1, description="brukernavnet i postkassen")
    passord: Secret = Field(description="henvisning til passordet, eller til tilgangstokenet ved xoauth2")
    innlogging: Login = Field(default=Login.PASSWORD, description="passord eller xoauth2")
    mappe: str = Field(default="INBOX", min_length=1, description="mappen i postkassen som det hentes fra")
    plass: str = Field(default="Robot", min_length=1, description="mappen i postkassen der robotens egne mapper ligger")
    tidsgrense_sekunder: float = Field(default=60.0, gt=0, le=600, description="så lenge ventes det på tjeneren")
    bunke: int = Field(default=100, ge=1, le=1000, description="så mange meldinger listes om gangen")
    sjekk_sekunder: float = Field(default=30.0, ge=5, le=3600, description="så ofte ses det etter ny post uten IDLE")

    def claims(self) -> tuple[str, ...]:
        """The mailbox folder, whichever way it is reached."""
        # INBOX is the one folder name that has no case (RFC 3501, section 5.1).
        folder = "INBOX" if self.mappe.upper() == "INBOX" else self.mappe
        return (f"imap:{self.vert.lower()}/{self.bruker.lower()}/{folder}",)

    def settings(self, name: str) -> ImapSettings:
        """The same as the source itself takes them."""
        return ImapSettings(
            host=self.vert,
            username=self.bruker,
            name=name,
            port=self.port or None,
            tls=self.kryptering,
            login=self.innlogging,
            ca_file=self.ca_fil,
            mailbox=self.mappe,
            robot=self.plass,
            timeout_s=self.tidsgrense_sekunder,
            batch=self.bunke,
            poll_s=self.sjekk_sekunder,
        )

    def build(self, around: Surroundings) -> Source:
        """See :class:`connectors.settings.SourceSettings`. The secret is fetched anew at each log-in."""
        from connectors.imap.source import ImapSource

        return ImapSource(self.settings(around.connection), self.passord.reveal, now=around.now)

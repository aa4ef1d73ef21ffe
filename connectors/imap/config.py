"""The configuration of an IMAP mailbox. Imported only when a configuration is loaded (pydantic)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from connectors.contract import Source
from connectors.settings import SourceSettings, Surroundings
from models.secret import Secret


class ImapConfig(SourceSettings):
    """``type = "imap"``: a mailbox on an IMAP server."""

    type: Literal["imap"] = Field(default="imap", description="en postkasse på en IMAP-tjener")
    vert: str = Field(min_length=1, description="navnet på e-posttjeneren")
    port: int = Field(default=993, ge=1, le=65535, description="porten, 993 for tls og 143 for starttls")
    kryptering: Literal["tls", "starttls"] = Field(default="tls", description="tls eller starttls")
    ca_fil: Path | None = Field(default=None, description="egen utsteder (PEM), i stedet for systemets")
    bruker: str = Field(min_length=1, description="brukernavnet i postkassen")
    passord: Secret = Field(description="henvisning til passordet")
    mappe: str = Field(default="INBOX", min_length=1, description="mappen i postkassen som det hentes fra")
    plass: str = Field(default="Robot", min_length=1, description="mappen i postkassen der robotens egne mapper ligger")
    tidsgrense_sekunder: float = Field(default=30.0, gt=0, le=600, description="så lenge ventes det på tjeneren")

    def claims(self) -> tuple[str, ...]:
        """The mailbox folder, whichever way it is reached."""
        return (f"imap:{self.vert.lower()}/{self.bruker.lower()}/{self.mappe}",)

    def build(self, around: Surroundings) -> Source:
        """See :class:`connectors.settings.SourceSettings`. Raises ``ConfigError`` when the password cannot be had here."""
        from connectors.imap import ImapSource

        return ImapSource(self)

"""The configuration of eInnsyn. Imported only when a configuration is loaded (pydantic)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from connectors.checkup import Checkup, Level, clock
from connectors.contract import JournalView
from connectors.einnsyn.settings import PRODUCTION, EInnsynSettings
from connectors.settings import JournalViewSettings, Surroundings
from models.errors import ConfigError, OutOfReach, StaleCursor, TryLater
from models.published import SWEEP
from models.secret import Secret

_CLOCK_S = 60.0


class EInnsynConfig(JournalViewSettings):
    """``type = "einnsyn"``: the national public journal."""

    type: Literal["einnsyn"] = Field(default="einnsyn", description="den nasjonale offentlige journalen eInnsyn")
    enheter: tuple[str, ...] = Field(
        default=(), description="enheter i eInnsyn (id eller organisasjonsnummer); tomt betyr organisasjonens eget"
    )
    adresse: str = Field(default=PRODUCTION, description="grunnadressen til eInnsyns API")
    nokkel: Secret | None = Field(
        default=None, description="henvisning til API-nøkkel: da leses også det som ikke er offentlig ennå"
    )
    ca_fil: Path | None = Field(default=None, description="egen utsteder (PEM), i stedet for systemets")
    mellomtjener: str = Field(default="", description="mellomtjener (proxy) ut av huset: http://vert:port")
    tidsgrense_sekunder: float = Field(default=90.0, gt=0, le=600, description="så lenge ventes det på eInnsyn")
    utsatt_timer: float = Field(
        default=72.0, ge=0, le=8760, description="så lenge kan publisering være utsatt etter at posten er sendt inn"
    )
    verter: tuple[str, ...] = Field(
        default=(), description="tjenere utenom eInnsyns egen som publiserte filer kan hentes fra"
    )
    per_side: int = Field(default=100, ge=1, le=100, description="journalposter per side")

    @field_validator("adresse")
    @classmethod
    def _address(cls, value: str) -> str:
        from connectors.http import checked_url

        checked_url(value)
        return value

    @field_validator("verter")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any("/" in each or ":" in each or " " in each for each in value):
            raise ValueError("vertsnavn uten https://, port og sti, for eksempel innsyn.solvik.example")
        return tuple(each.lower() for each in value)

    def settings(self, around: Surroundings) -> EInnsynSettings:
        """The same as the view itself takes them."""
        return EInnsynSettings(
            connection=around.connection,
            units=self.enheter or (around.orgnr,),
            base_url=self.adresse,
            key=self.nokkel.reveal if self.nokkel is not None else None,
            ca_file=self.ca_fil,
            proxy=self.mellomtjener,
            call_s=self.tidsgrense_sekunder,
            late=timedelta(hours=self.utsatt_timer),
            file_hosts=self.verter,
            page=self.per_side,
        )

    def build(self, around: Surroundings) -> JournalView:
        """See :class:`connectors.settings.JournalViewSettings`."""
        from connectors.einnsyn.view import EInnsynView

        return EInnsynView(self.settings(around))

    def checkups(self, around: Surroundings) -> Iterator[Checkup]:
        """Whether eInnsyn answers, knows our unit and goes by the same clock as we do."""
        from connectors.einnsyn.view import EInnsynView

        with closing(EInnsynView(self.settings(around))) as view:
            try:
                page = view.published(SWEEP, None)
            except (ConfigError, OutOfReach, StaleCursor, TryLater) as problem:
                step = "se docs/tilkobling/einnsyn.md; stemmer «enheter» og «adresse»?"
                yield Checkup(name="eInnsyn", level=Level.FAULT, text=str(problem), next_step=step)
                return
            ahead = view.clock_ahead_s()
        if page.entries:
            yield Checkup(name="eInnsyn", level=Level.OK, text="svarer, og har journalposter for enheten")
        else:
            step = "er noe publisert? Kontroller «enheter» mot enhetens side på einnsyn.no"
            yield Checkup(name="eInnsyn", level=Level.WARNING, text="svarer, men har ingenting", next_step=step)
        if ahead is not None:
            yield clock("klokke mot eInnsyn", ahead, most_s=_CLOCK_S)

"""The configuration of the embedded archive. Imported only when a configuration is loaded (pydantic)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from connectors.arkiv.settings import DEFAULT_CODES
from connectors.arkiv.settings import ArchiveSettings as ArkivSettings
from connectors.contract import Archive, JournalView
from connectors.settings import ArchiveSettings, JournalViewSettings, Surroundings


class ArkivConfig(ArchiveSettings):
    """``type = "innebygd"``: the Noark 5 archive that comes with Postrobot, in the organisation's own folder."""

    local: ClassVar[bool] = True

    type: Literal["innebygd"] = Field(default="innebygd", description="arkivet som følger med Postrobot")
    aktoer: str = Field(default="Postrobot", min_length=1, description="navnet som står som arkivertAv og avsluttetAv")
    avslutt_med_sa: bool = Field(
        default=False, description="om avslutning av sak kan avskrive restanser med SA (Saken ble avsluttet)"
    )

    def settings(self, around: Surroundings) -> ArkivSettings:
        """The same as the archive itself takes them."""
        return ArkivSettings(
            tilgangskoder=around.tilgangskoder or DEFAULT_CODES,
            zone=around.zone,
            allow_sa=self.avslutt_med_sa,
            actor=self.aktoer,
        )

    def build(self, around: Surroundings) -> Archive:
        """See :class:`connectors.settings.ArchiveSettings`. Opens (and where needed makes) the archive's files."""
        from connectors.arkiv.archive import EmbeddedArchive

        return EmbeddedArchive(around.state, settings=self.settings(around), now=around.now)


class ArkivJournalConfig(JournalViewSettings):
    """``type = "innebygd"``: the public journal of the archive that comes with Postrobot."""

    local: ClassVar[bool] = True

    type: Literal["innebygd"] = Field(
        default="innebygd", description="den offentlige journalen til det innebygde arkivet"
    )
    etter_dager: int = Field(
        default=0, ge=0, le=365, description="så mange dager etter journaldato er journalposten offentlig"
    )
    fulltekst: bool = Field(default=False, description="om åpne dokumenter også er offentlige")

    def build(self, around: Surroundings) -> JournalView:
        """See :class:`connectors.settings.JournalViewSettings`. Opens the archive's files beside the archive itself."""
        from connectors.arkiv.archive import EmbeddedArchive
        from connectors.arkiv.view import EmbeddedJournalView, JournalRules

        settings = ArkivSettings(tilgangskoder=around.tilgangskoder or DEFAULT_CODES, zone=around.zone)
        archive = EmbeddedArchive(around.state, settings=settings, now=around.now)
        return EmbeddedJournalView(archive, JournalRules(after_days=self.etter_dager, full_text=self.fulltekst))

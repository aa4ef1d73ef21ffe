"""The configuration of a folder source. Imported only when a configuration is loaded (pydantic)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from connectors.contract import Source
from connectors.folder.settings import PLACES, FolderSettings, folder_faults
from connectors.settings import SourceSettings, Surroundings
from models.errors import ConfigFault


class FolderConfig(SourceSettings):
    """``type = "mappe"``: a folder where scanners and people lay files; sub-folders are walked."""

    type: Literal["mappe"] = Field(default="mappe", description="filer legges i en mappe")
    mappe: Path = Field(description="mappen som overvåkes, med undermapper")
    plass: Path | None = Field(
        default=None,
        description="der mottatt/, journalført/, videresendt/ og avvist/ ligger; ellers ved siden av mappen",
    )
    stille_sekunder: float = Field(default=1.0, ge=0, le=600, description="så lenge må en fil ligge i ro før den tas")
    vent_sekunder: float = Field(
        default=10.0, ge=0, le=600, description="så lenge ventes det i en runde på filer under skriving"
    )

    def claims(self) -> tuple[str, ...]:
        """The folder itself, links resolved."""
        return (f"mappe:{self.mappe.resolve()}",)

    def watched(self) -> tuple[Path, ...]:
        """The folder itself."""
        return (self.mappe,)

    def places(self) -> tuple[Path, ...]:
        """The robot's own folders."""
        settings = self.settings("")
        return tuple(settings.place(name) for name in PLACES)

    def faults_on_disk(self, key: str) -> tuple[ConfigFault, ...]:
        """Folders that lack, or that the robot may not use."""
        return folder_faults(self.settings(""), key)

    def settings(self, name: str) -> FolderSettings:
        """The same as the source itself takes them."""
        return FolderSettings(
            inbox=self.mappe,
            name=name,
            places=self.plass,
            quiet_s=self.stille_sekunder,
            wait_limit_s=max(self.vent_sekunder, self.stille_sekunder),
        )

    def build(self, around: Surroundings) -> Source:
        """See :class:`connectors.settings.SourceSettings`."""
        from connectors.folder import FolderSource

        return FolderSource(self.settings(around.connection), now=lambda: around.now().timestamp())

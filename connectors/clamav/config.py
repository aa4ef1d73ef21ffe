"""The configuration of virus scanning. Imported only when a configuration is loaded (pydantic)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.clamav.client import ClamdScanner, ClamdSettings

_MIB = 1024 * 1024
_LOCAL = ("localhost", "127.0.0.1", "::1")


class VirusSettings(BaseModel):
    """``[robot.virusskanner]`` for all, or ``[organisasjon.<navn>.virusskanner]`` in its place. Absent: no scanning."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    bruk: bool = Field(default=True, description="true, eller false for en organisasjon som ikke skal skannes")
    sokkel: Path | None = Field(default=None, description="stien til clamds sokkel (LocalSocket i clamd.conf)")
    vert: str = Field(default="", description="maskinen clamd er på, når den nås over TCP i stedet for en sokkel")
    port: int = Field(default=3310, ge=1, le=65535, description="porten clamd har, når den nås over TCP")
    tidsgrense_sekunder: float = Field(
        default=120.0, gt=0, le=3600, description="så lenge kan skanning av en fil vare, i sekunder"
    )
    stoerste_mb: int = Field(
        default=100,
        ge=1,
        le=4000,
        description="største fil som skannes, i MB: ikke over MaxFileSize og StreamMaxLength i clamd.conf",
    )
    ikke_skannet: Literal["vent", "legg_til_side"] = Field(
        default="vent", description="når en post ikke kan skannes nå: vent, eller legg_til_side med en gang"
    )
    vent_timer: float = Field(
        default=24.0, ge=0, le=720, description="så lenge ventes det på skanneren før posten legges til side, i timer"
    )
    signatur_dager: int = Field(
        default=7, ge=1, le=365, description="så gamle kan virussignaturene bli før det varsles, i dager"
    )

    @model_validator(mode="after")
    def _one_place(self) -> VirusSettings:
        if self.bruk and (self.sokkel is None) == (not self.vert):
            raise ValueError("enten «sokkel» eller «vert», for eksempel sokkel = «/run/clamav/clamd.ctl»")
        return self

    @property
    def in_the_clear(self) -> bool:
        """Whether post would cross a network unencrypted: clamd has no TLS."""
        return self.bruk and bool(self.vert) and self.vert.lower() not in _LOCAL

    def build(self) -> ClamdScanner:
        """Makes the scanner; opens no connection."""
        return ClamdScanner(
            ClamdSettings(
                socket_path=self.sokkel,
                host=self.vert,
                port=self.port,
                timeout_s=self.tidsgrense_sekunder,
                largest_bytes=self.stoerste_mb * _MIB,
            )
        )

"""The configuration of SvarInn. Imported only when a configuration is loaded (pydantic)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from connectors.checkup import Checkup
from connectors.contract import Source
from connectors.keys import BadKey, KeyPair, certificates_in, key_pair
from connectors.settings import SourceSettings, Surroundings
from connectors.svarinn.settings import SvarInnSettings
from models.errors import ConfigFault
from models.secret import Secret

_HOSTS = {"produksjon": "https://svarut.ks.no", "test": "https://test.svarut.ks.no"}
_PATHS = {1: "tjenester", 2: "api"}


class Environment(StrEnum):
    """Which SvarInn."""

    PRODUCTION = "produksjon"
    TEST = "test"


class SvarInnConfig(SourceSettings):
    """``type = "svarinn"``: one mottakersystem in KS SvarInn."""

    type: Literal["svarinn"] = Field(default="svarinn", description="et mottakersystem i KS SvarInn")
    miljoe: Environment = Field(default=Environment.PRODUCTION, description="produksjon eller test")
    adresse: str = Field(default="", description="grunnadressen til tjenesten, når den er en annen enn miljøets")
    api_versjon: Literal[1, 2] = Field(default=2, description="1 eller 2; 1 bare for gamle oppsett")
    bruker: str = Field(min_length=1, description="brukernavnet til mottakersystemet")
    passord: Secret = Field(description="henvisning til servicepassordet")
    noekler: tuple[Secret, ...] = Field(
        default=(), description="henvisninger til private nøkler (PEM), den nyeste først; gamle blir stående ved bytte"
    )
    p12: Path | None = Field(
        default=None, description="privat nøkkel som .p12-fil, i stedet for eller ved siden av noekler"
    )
    noekkel_passord: Secret | None = Field(default=None, description="henvisning til passordet på nøklene, om de har")
    sertifikat: Path | None = Field(default=None, description="sertifikatet som er lastet opp i SvarInn (PEM)")
    ca_fil: Path | None = Field(default=None, description="egen utsteder (PEM), i stedet for systemets")
    mellomtjener: str = Field(default="", description="mellomtjener (proxy) ut av huset: http://vert:port")
    hent_minutter: float = Field(default=5.0, ge=0.1, le=60, description="så ofte ses det etter ny post, i minutter")
    tidsgrense_sekunder: float = Field(default=30.0, gt=0, le=600, description="så lenge ventes det på tjenesten")
    nedlasting_minutter: float = Field(default=60.0, gt=0, le=600, description="så lenge kan en nedlasting vare")
    varsle_minutter: float = Field(
        default=90.0, gt=0, le=1440, description="varsel når post har ventet så lenge; SvarInn varsler selv etter 120"
    )
    slipp_ved: int = Field(
        default=150,
        ge=0,
        le=200,
        description="når så mange ikke kan åpnes, kvitteres den eldste halvdelen ut; 0 betyr aldri",
    )
    avvist_gaar_videre: bool = Field(
        default=False,
        description="om en uåpnet forsendelse som et menneske avviser, sendes videre til Altinn eller papir",
    )

    @field_validator("adresse")
    @classmethod
    def _address(cls, value: str) -> str:
        from connectors.http import checked_url

        if value:
            checked_url(value)
        return value

    def base_url(self) -> str:
        """The address, of the environment unless set."""
        return self.adresse or f"{_HOSTS[self.miljoe.value]}/{_PATHS[self.api_versjon]}"

    def claims(self) -> tuple[str, ...]:
        """One mottakersystem gives each letter once, whichever version is spoken."""
        host = self.base_url().partition("://")[2].partition("/")[0].lower()
        return (f"svarinn:{host}/{self.bruker}",)

    def look_s(self) -> float | None:
        """KS recommends a quarter of an hour; people are warned after two."""
        return self.hent_minutter * 60

    def faults_on_disk(self, key: str) -> tuple[ConfigFault, ...]:
        """Keys that lack or cannot be read, a certificate that is not theirs, a CA file that is not there."""
        faults = []
        try:
            pairs = self.key_pairs()
            certificates = certificates_in(self.sertifikat) if self.sertifikat is not None else ()
            if certificates and not any(pair.fits(certificates[0]) for pair in pairs):
                expected = "sertifikatet som hører til en av nøklene (det er dette avsendere krypterer til)"
                faults.append(ConfigFault(key=f"{key}.sertifikat", expected=expected))
        except BadKey as problem:
            faults.append(ConfigFault(key=f"{key}.noekler", expected=f"nøkler som kan brukes: {problem}"))
        if self.ca_fil is not None and not self.ca_fil.is_file():
            faults.append(ConfigFault(key=f"{key}.ca_fil", expected="en fil som finnes"))
        return tuple(faults)

    def key_pairs(self) -> tuple[KeyPair, ...]:
        """The private keys, in the order they are tried.

        Raises:
            BadKey: there is none, or one cannot be used.
        """
        password = self.noekkel_passord.reveal() if self.noekkel_passord is not None else ""
        pairs = [key_pair(secret.reveal().encode(), password) for secret in self.noekler]
        if self.p12 is not None:
            try:
                pairs.append(key_pair(self.p12.read_bytes(), password))
            except OSError as problem:
                raise BadKey(f"{self.p12} kan ikke leses ({problem.strerror})") from problem
        if not pairs:
            raise BadKey("det må være minst én, i «noekler» eller «p12»")
        return tuple(pairs)

    def settings(self, connection: str) -> SvarInnSettings:
        """The same as the source itself takes them."""
        return SvarInnSettings(
            connection=connection,
            base_url=self.base_url(),
            user=self.bruker,
            api_version=self.api_versjon,
            ca_file=self.ca_fil,
            proxy=self.mellomtjener,
            idle_s=self.tidsgrense_sekunder,
            download_s=self.nedlasting_minutter * 60,
            alarm_after_s=self.varsle_minutter * 60,
            release_at=self.slipp_ved,
            reject_for_good=self.avvist_gaar_videre,
        )

    def build(self, around: Surroundings) -> Source:
        """See :class:`connectors.settings.SourceSettings`. Password and keys are fetched anew at each use."""
        from connectors.svarinn.source import SvarInnSource

        return SvarInnSource(
            self.settings(around.connection),
            self.passord.reveal,
            self.key_pairs,
            memory=around.state / "kilder" / f"{around.name}.uaapnet.json",
            now=around.now,
        )

    def checkups(self, around: Surroundings) -> Iterator[Checkup]:
        """For ``doctor``: keys, certificate and its expiry, then service, log-in and queue."""
        from connectors.svarinn.doctor import look_at_keys, look_at_service

        yield from look_at_keys(self, around.now())
        yield from look_at_service(self, around)

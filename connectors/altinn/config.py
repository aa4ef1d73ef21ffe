"""The configuration of the Altinn sources. Imported only when a configuration is loaded (pydantic)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, PrivateAttr, field_validator

from connectors.altinn.settings import (
    FORM_SCOPES,
    INTERMEDIARIES,
    PRODUCTION,
    READ_SCOPES,
    TEST,
    AltinnSettings,
    Confirm,
    FormSettings,
    PlatformSettings,
)
from connectors.checkup import Checkup
from connectors.contract import Source
from connectors.settings import SourceSettings, Surroundings
from models.errors import ConfigError, ConfigFault
from models.secret import Secret

if TYPE_CHECKING:
    from connectors.altinn.access import Access
    from connectors.maskinporten import Grant, MaskinportenSettings

_PLATFORMS = {"produksjon": PRODUCTION, "test": TEST}
_ISSUERS = {"produksjon": "https://maskinporten.no/", "test": "https://test.maskinporten.no/"}


class AltinnBaseConfig(SourceSettings):
    """What every source at Altinn needs: the environment, and a client in Maskinporten."""

    miljoe: Literal["produksjon", "test"] = Field(default="produksjon", description="produksjon eller test (TT02)")
    plattform: str = Field(default="", description="adressen til Altinns plattform, når den er en annen enn miljøets")
    maskinporten: str = Field(default="", description="utstederen i Maskinporten, når den er en annen enn miljøets")
    klient_id: str = Field(min_length=1, description="klientens id i Maskinporten")
    nokkel: Secret = Field(description="henvisning til klientens private nøkkel (PEM eller JWK)")
    nokkel_id: str = Field(
        default="",
        description="nøkkelens id (kid) i Maskinporten; tom betyr virksomhetssertifikatet ved siden av nøkkelen",
    )
    nokkel_utloper: date | None = Field(
        default=None, description="når nøkkelen utløper i Maskinporten (ett år etter registrering): 2027-11-24"
    )
    ca_fil: Path | None = Field(default=None, description="egen utsteder (PEM), i stedet for systemets")
    mellomtjener: str = Field(default="", description="mellomtjener (proxy) ut på nettet, http://vert:port")
    abonnementsnokkel: Secret | None = Field(
        default=None, description="henvisning til abonnementsnøkkel, om Altinn krever den"
    )
    tidsgrense_sekunder: float = Field(default=90.0, gt=0, le=600, description="så lenge ventes det på Altinn")
    samtidige: int = Field(default=4, ge=1, le=16, description="flest kall på en gang")
    per_sekund: float = Field(default=5.0, ge=0, le=100, description="flest kall i sekundet; 0 betyr uten grense")
    _access: dict[str, Access] = PrivateAttr(default_factory=dict)

    @field_validator("plattform", "maskinporten", "mellomtjener")
    @classmethod
    def _address(cls, value: str) -> str:
        from connectors.http import checked_url

        if value:
            checked_url(value)
        return value

    def faults_on_disk(self, key: str) -> tuple[ConfigFault, ...]:
        """A key that cannot be read, no certificate where one is needed, a CA file that is not there."""
        from connectors.keys import BadKey, key_pair

        faults = []
        try:
            pair = key_pair(self.nokkel.reveal().encode())
            if not self.nokkel_id and not pair.certificates:
                expected = "nøkkelens id i Maskinporten, eller virksomhetssertifikatet i samme fil som nøkkelen"
                faults.append(ConfigFault(key=f"{key}.nokkel_id", expected=expected))
        except BadKey as problem:
            faults.append(ConfigFault(key=f"{key}.nokkel", expected=f"en nøkkel som kan brukes: {problem}"))
        except ConfigError as problem:
            faults += problem.faults
        if self.ca_fil is not None and not self.ca_fil.is_file():
            faults.append(ConfigFault(key=f"{key}.ca_fil", expected="en fil som finnes"))
        return tuple(faults)

    def index_file(self, around: Surroundings) -> Path:
        """Where the source keeps what it knows."""
        return around.state / "kilder" / f"{around.name}.altinn.db"

    def platform(self, around: Surroundings) -> PlatformSettings:
        """How Altinn is reached."""
        return PlatformSettings(
            connection=around.connection,
            platform=(self.plattform or _PLATFORMS[self.miljoe]).rstrip("/"),
            ca_file=self.ca_fil,
            proxy=self.mellomtjener,
            subscription_key=self.abonnementsnokkel.reveal if self.abonnementsnokkel is not None else None,
            timeout_s=self.tidsgrense_sekunder,
            parallel=self.samtidige,
            per_second=self.per_sekund,
        )

    def client(self, around: Surroundings) -> MaskinportenSettings:
        """Our client in Maskinporten."""
        from connectors.maskinporten import MaskinportenSettings

        issuer = (self.maskinporten or _ISSUERS[self.miljoe]).rstrip("/") + "/"
        return MaskinportenSettings(
            connection=around.connection, client_id=self.klient_id, kid=self.nokkel_id, issuer=issuer
        )

    def access(self, around: Surroundings) -> Access:
        """Tokens; one for everything that is built from this configuration."""
        from connectors.altinn.access import Access

        if around.connection not in self._access:
            self._access[around.connection] = Access(
                maskinporten=self.client(around),
                platform=self.platform(around),
                key=self.nokkel.reveal,
                now=around.now,
            )
        return self._access[around.connection]

    def grant(self, around: Surroundings) -> Grant:
        """What a token is asked for."""
        raise TypeError(f"{type(self).__name__} lacks grant()")


class AltinnConfig(AltinnBaseConfig):
    """``type = "altinn"``: the organisation's inbox in Altinn 3, as a system user."""

    type: Literal["altinn"] = Field(default="altinn", description="innboksen i Altinn 3")
    ekstern_ref: str = Field(default="", description="systembrukerens externalRef, når den ble opprettet med en")
    underenheter: bool = Field(default=True, description="hent også for underenhetene systembrukeren har rett til")
    parter: tuple[str, ...] = Field(default=(), description="bare disse organisasjonsnumrene; tomt betyr alle")
    tjenesteeier: str = Field(default="", description="egen tjenesteeierkode i Altinn: det en selv sender, hentes ikke")
    utelat: tuple[str, ...] = Field(default=(), description="tjenester (ressurser) som ikke hentes")
    taushetsbelagt: tuple[str, ...] = Field(default=(), description="tjenester som alltid er taushetsbelagte")
    migrert: bool = Field(default=False, description="hent også det som ble flyttet fra Altinn 2")
    bekreft: Confirm = Field(
        default=Confirm.ARCHIVED,
        description="når mottak bekreftes: arkivert, alltid (også videresendt og avvist) eller aldri",
    )
    formidlere: tuple[str, ...] = Field(
        default=INTERMEDIARIES, description="organisasjoner som sender for andre, og som vi stoler på (Digdir, KS)"
    )
    verter: tuple[str, ...] = Field(default=(), description="avsenderes tjenere som innhold i dialoger kan hentes fra")
    foerste_dager: int = Field(default=30, ge=0, le=365, description="så langt tilbake hentes det første gang, i dager")
    overlapp_timer: int = Field(
        default=24, ge=1, le=168, description="så mye overlapper hvert ettersyn det forrige, i timer"
    )
    vindu_dager: int = Field(default=14, ge=1, le=365, description="så langt tilbake spørres lister om dagen, i dager")
    natt_dager: int = Field(default=60, ge=1, le=365, description="så langt tilbake går nattens avstemming, i dager")

    def claims(self) -> tuple[str, ...]:
        """The inbox of the client's organisation in one environment."""
        place = (self.plattform or _PLATFORMS[self.miljoe]).rstrip("/").lower()
        return (f"altinn:{place}/{self.klient_id}/{self.ekstern_ref}/{','.join(sorted(self.parter))}",)

    def grant(self, around: Surroundings) -> Grant:
        """As the organisation's system user."""
        from connectors.maskinporten import Grant

        return Grant(scopes=READ_SCOPES, system_user=around.orgnr, external_ref=self.ekstern_ref)

    def settings(self, around: Surroundings) -> AltinnSettings:
        """The same as the source itself takes them."""
        return AltinnSettings(
            platform=self.platform(around),
            orgnr=around.orgnr,
            index=self.index_file(around),
            name=around.name,
            parties=self.parter,
            sub_units=self.underenheter,
            own_code=self.tjenesteeier,
            skip_resources=self.utelat,
            confidential_resources=self.taushetsbelagt,
            migrated=self.migrert,
            confirm=self.bekreft,
            intermediaries=self.formidlere,
            hosts=self.verter,
            first_days=self.foerste_dager,
            overlap_h=self.overlapp_timer,
            window_days=self.vindu_dager,
            night_days=self.natt_dager,
        )

    def build(self, around: Surroundings) -> Source:
        """See :class:`connectors.settings.SourceSettings`."""
        from connectors.altinn.source import AltinnSource

        tokens = self.access(around).tokens(self.grant(around))
        return AltinnSource(self.settings(around), tokens, zone=around.zone, now=around.now)

    def checkups(self, around: Surroundings) -> Iterator[Checkup]:
        """For ``doctor``: key, tokens, scopes, the system user and its rights, then what waits."""
        from connectors.altinn import doctor

        yield from doctor.look_at_key(self, around)
        yield from doctor.guarded(lambda: doctor.look_at_token(self, around, READ_SCOPES), "token")
        yield from doctor.guarded(lambda: doctor.look_at_rights(self, around), "rettigheter")
        yield from doctor.guarded(lambda: doctor.look_at_queue(self, around), "kø")


class AltinnFormConfig(AltinnBaseConfig):
    """``type = "altinn_skjema"``: forms made in Altinn Studio, as the service owner."""

    type: Literal["altinn_skjema"] = Field(default="altinn_skjema", description="egne skjemaer i Altinn Studio")
    tjenesteeier: str = Field(
        pattern=r"^[a-z0-9-]{2,20}$", description="kommunens tjenesteeierkode i Altinn, med små bokstaver"
    )
    apper: tuple[str, ...] = Field(default=(), description="bare disse skjemaene; tomt betyr alle")
    titler: dict[str, str] = Field(default_factory=dict, description="skjema = «navnet folk kjenner det under»")
    pdf_vent_sekunder: float = Field(
        default=900.0, ge=0, le=86_400, description="så lenge ventes det på kvitteringen (PDF)"
    )
    fodselsnummer: bool = Field(default=False, description="ta med innsenderens fødselsnummer som et skjemafelt")
    avstem_dager: int = Field(default=60, ge=1, le=365, description="så langt tilbake går nattens avstemming, i dager")

    def claims(self) -> tuple[str, ...]:
        """The service owner's forms in one environment."""
        place = (self.plattform or _PLATFORMS[self.miljoe]).rstrip("/").lower()
        return tuple(f"altinn_skjema:{place}/{self.tjenesteeier}/{app}" for app in self.apper or ("",))

    def grant(self, around: Surroundings) -> Grant:
        """As the organisation itself: a service owner has no system user."""
        from connectors.maskinporten import Grant

        return Grant(scopes=FORM_SCOPES)

    def settings(self, around: Surroundings) -> FormSettings:
        """The same as the source itself takes them."""
        return FormSettings(
            platform=self.platform(around),
            own_code=self.tjenesteeier,
            index=self.index_file(around),
            name=around.name,
            apps=self.apper,
            titles=self.titler,
            pdf_wait_s=self.pdf_vent_sekunder,
            identity_numbers=self.fodselsnummer,
            first_days=self.avstem_dager,
        )

    def build(self, around: Surroundings) -> Source:
        """See :class:`connectors.settings.SourceSettings`."""
        from connectors.altinn.forms import AltinnFormSource

        tokens = self.access(around).tokens(self.grant(around))
        return AltinnFormSource(self.settings(around), tokens, orgnr=around.orgnr, zone=around.zone, now=around.now)

    def checkups(self, around: Surroundings) -> Iterator[Checkup]:
        """For ``doctor``: key, tokens and scopes, then what waits."""
        from connectors.altinn import doctor

        yield from doctor.look_at_key(self, around)
        yield from doctor.guarded(lambda: doctor.look_at_token(self, around, FORM_SCOPES), "token")
        yield from doctor.guarded(lambda: doctor.look_at_forms(self, around), "skjemaer")
        yield from doctor.guarded(lambda: doctor.look_at_queue(self, around), "kø")

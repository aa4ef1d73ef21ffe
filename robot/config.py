"""One TOML file → frozen settings, or every fault at once. ``--help`` never imports this module (pydantic).

Field names are the TOML keys: Norwegian in ASCII (TOML's bare keys have no æøå). Each field's ``description`` is what
the operator reads when the value is wrong, so it says what would have been right.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SerializeAsAny, model_validator
from stdnum.no import orgnr as stdnum_orgnr

from connectors.clamav.config import VirusSettings
from connectors.settings import ArchiveSettings, JournalViewSettings, MailerSettings, SourceSettings
from models.organisation import Tilgangskode
from models.post import Outcome
from models.secret import Secret
from robot.config_journal import JournalkontrollSettings
from robot.reading.contract import Limits

SHORT_NAME = r"^[a-z][a-z0-9_-]{0,30}$"
"""What organisations and sources may be called: they become folder and connection names."""

_MIB = 1024 * 1024


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("navnet på en tidssone, for eksempel «Europe/Oslo»")
    return value


def _orgnr(value: str) -> str:
    digits = value.replace(" ", "")
    if not stdnum_orgnr.is_valid(digits):
        raise ValueError("et organisasjonsnummer: ni siffer med gyldig kontrollsiffer")
    return digits


def _clock(value: object) -> object:
    # TOML has times of its own (07:30:00); people write "07:30".
    if isinstance(value, time):
        return value
    try:
        if not isinstance(value, str):
            raise ValueError
        return time.fromisoformat(value.strip().zfill(5))
    except ValueError:
        raise ValueError("et klokkeslett som «07:30»") from None


def _safe_clock(value: time) -> time:
    # The hour between 02 and 03 does not exist on one night a year, and comes twice on another.
    if value.hour == 2:
        raise ValueError("et klokkeslett utenfor 02:00–02:59 (timen finnes ikke når klokken stilles frem)")
    return value


def _domain(value: str) -> str:
    name = value.strip().lower().removeprefix("@")
    if "." not in name or any(c.isspace() or c in "@/" for c in name):
        raise ValueError("et domenenavn uten «@», for eksempel solvik.example")
    return name


def _address(value: str) -> str:
    local, _, domain = value.strip().rpartition("@")
    if not local or "." not in domain or any(c.isspace() for c in value.strip()):
        raise ValueError("en e-postadresse, for eksempel arkiv@solvik.example")
    return value.strip()


Zone = Annotated[str, AfterValidator(_zone)]
Orgnr = Annotated[str, AfterValidator(_orgnr)]
Clock = Annotated[time, BeforeValidator(_clock), AfterValidator(_safe_clock)]
Domain = Annotated[str, AfterValidator(_domain)]
Address = Annotated[str, AfterValidator(_address)]


class Section(BaseModel):
    """Base of every table in the file: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Grenser(Section):
    """``[robot.grenser]``: bounds of one post and its reading (reliability.md section 8), and the disk reserve."""

    post_mb: int = Field(default=150, ge=1, le=4096, description="største post som hentes, i MB")
    diskreserve_mb: int = Field(
        default=2048, ge=0, description="henting stanser når det er mindre ledig på disken, i MB"
    )
    hode_kb: int = Field(default=1024, ge=16, description="så mye av en e-posts hode tolkes, i kB")
    mime_dybde: int = Field(default=50, ge=1, le=500, description="så dypt kan deler ligge i hverandre")
    deler: int = Field(default=1000, ge=1, description="flest deler i en post")
    vedlegg: int = Field(default=500, ge=1, description="flest vedlegg i en post")
    pdf_sider: int = Field(default=2000, ge=1, description="flest sider i en PDF")
    side_megapiksler: int = Field(
        default=40, ge=1, le=400, description="største side som tegnes for OCR, i megapiksler"
    )
    pakkede_filer: int = Field(default=2000, ge=1, description="flest filer i et arkiv (ZIP)")
    pakkedybde: int = Field(default=3, ge=1, le=20, description="så dypt kan arkiver ligge i hverandre")
    utpakket_mb: int = Field(default=500, ge=1, description="så mye kan et arkiv bli utpakket, i MB")
    pakkeforhold: int = Field(default=100, ge=2, description="største forhold mellom utpakket og pakket fil")
    xml_dybde: int = Field(default=200, ge=1, le=2000, description="så dypt kan elementer ligge i XML")
    tekst_tegn: int = Field(default=20_000_000, ge=1000, description="så mye tekst leses ut av en post, i tegn")
    skjemafelt: int = Field(default=2000, ge=1, description="flest felt i et skjema")
    ocr_dpi: int = Field(default=300, ge=100, le=600, description="oppløsning for OCR, i punkter per tomme")
    ocr_spraak: str = Field(
        default="nor+eng", pattern=r"^[a-z_]{3,}(\+[a-z_]{3,})*$", description="språk for tesseract: nor+eng"
    )
    minne_mb: int = Field(default=1024, ge=256, description="minne til lesing av en post, i MB")
    cpu_sekunder: int = Field(default=30, ge=1, le=3600, description="prosessortid til lesing av en post")
    lese_sekunder: int = Field(default=20, ge=1, le=3600, description="så lenge kan lesing av en post vare")
    ocr_sekunder: int = Field(default=60, ge=1, le=3600, description="så lenge kan OCR av en side vare")
    svar_mb: int = Field(default=64, ge=1, le=1024, description="største svar fra leseprosessen, i MB")

    def reading(self) -> Limits:
        """The bounds as the reader takes them."""
        return Limits(
            header_bytes=self.hode_kb * 1024,
            mime_depth=self.mime_dybde,
            parts=self.deler,
            attachments=self.vedlegg,
            pdf_pages=self.pdf_sider,
            page_pixels=self.side_megapiksler * 1_000_000,
            members=self.pakkede_filer,
            container_depth=self.pakkedybde,
            unpacked_bytes=self.utpakket_mb * _MIB,
            member_ratio=self.pakkeforhold,
            xml_depth=self.xml_dybde,
            text_chars=self.tekst_tegn,
            form_fields=self.skjemafelt,
            ocr_dpi=self.ocr_dpi,
            ocr_languages=self.ocr_spraak,
            address_space_bytes=self.minne_mb * _MIB,
            cpu_s=self.cpu_sekunder,
            wall_s=self.lese_sekunder,
            ocr_wall_s=self.ocr_sekunder,
            answer_bytes=self.svar_mb * _MIB,
        )

    @property
    def post_bytes(self) -> int:
        """Largest post that is fetched."""
        return self.post_mb * _MIB

    @property
    def disk_reserve_bytes(self) -> int:
        """Fetching stops when less than this is free."""
        return self.diskreserve_mb * _MIB


class Plan(Section):
    """``[robot.plan]``: when the daemon does what. Clock times are in the robot's zone."""

    hent_sekunder: int = Field(default=60, ge=5, le=86_400, description="så ofte hentes post, i sekunder")
    arkivformat_sekunder: int = Field(
        default=30, ge=5, le=86_400, description="så ofte lages arkivformat (PDF/A), i sekunder"
    )
    verifisering: Clock = Field(
        default=time(4, 0), description="klokkeslett for nattlig kontroll av det som er journalført"
    )
    avstemming: Clock = Field(
        default=time(1, 15),
        description="klokkeslett for nattlig avstemming av innbokser (Altinn) mot det som er hentet",
    )
    journalkontroll: Clock = Field(
        default=time(4, 30), description="klokkeslett for nattlig kontroll av den offentlige journalen"
    )
    revisjonseksport: Clock = Field(default=time(0, 30), description="klokkeslett for eksport av revisjonsloggen")
    opprydding: Clock = Field(default=time(3, 30), description="klokkeslett for sletting av midlertidige filer")
    sletting: Clock = Field(default=time(3, 45), description="klokkeslett for sletting etter bevaringsreglene")
    saksomsorg: Clock = Field(
        default=time(5, 0), description="klokkeslett for nattlig journalføring, godkjenning og avslutning av saker"
    )
    laering: Clock = Field(
        default=time(5, 15), description="klokkeslett for læring av det som er journalført og besvart"
    )


class RobotSettings(Section):
    """``[robot]``: the installation as a whole."""

    tilstand: Path = Field(description="mappen der Postrobot holder databaser og dokumenter")
    spraak: Literal["nb", "nn", "en"] = Field(default="nb", description="språket i rapporter og meldinger")
    tidssone: Zone = Field(default="Europe/Oslo", description="tidssonen klokkeslett regnes i")
    traader: int = Field(default=2, ge=1, le=64, description="så mange poster behandles samtidig")
    logg: Literal["json", "konsoll"] = Field(default="json", description="loggens form")
    loggnivaa: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="minste alvor som logges"
    )
    grenser: Grenser = Field(default=Grenser(), description="grenser for lesing og disk")
    plan: Plan = Field(default=Plan(), description="når ting gjøres")
    virusskanner: VirusSettings | None = Field(default=None, description="virusskanning for alle organisasjoner")

    @property
    def zone(self) -> ZoneInfo:
        """The zone as an object."""
        return ZoneInfo(self.tidssone)


class DatabaseSettings(Section):
    """``[organisasjon.<navn>.database]``: absent means SQLite in the organisation's folder."""

    postgres: str = Field(description="adressen uten passord: postgresql://bruker@vert/database")
    passord: Secret | None = Field(default=None, description="henvisning til passordet")
    skjema: str = Field(
        default="", pattern=r"^[a-z_]?[a-z0-9_]{0,62}$", description="skjema i databasen; tomt gir org_<orgnr>"
    )

    @model_validator(mode="after")
    def _no_literal_password(self) -> DatabaseSettings:
        scheme, _, rest = self.postgres.partition("://")
        if scheme not in ("postgresql", "postgres") or not rest:
            raise ValueError("«postgres» skal være en adresse som postgresql://bruker@vert/database")
        authority = rest.split("/", 1)[0]
        if ":" in authority.rpartition("@")[0] or "password=" in rest:
            raise ValueError("passordet skal ikke stå i adressen; bruk «passord» med en henvisning")
        return self


class RapportSettings(Section):
    """``[organisasjon.<navn>.rapport]``: the daily report."""

    mottakere: tuple[Address, ...] = Field(default=(), description="e-postadresser som får beskjed om rapporten")
    klokkeslett: Clock = Field(default=time(7, 30), description="når rapporten lages på virkedager")
    sted: str = Field(
        default="", description="der rapporten finnes for leserne, slik det skal stå i e-posten (adresse eller sti)"
    )


class VarslingSettings(Section):
    """``[organisasjon.<navn>.varsling]``: from when silence is an alarm, and who hears of it by mail at once."""

    mottakere: tuple[Address, ...] = Field(default=(), description="e-postadresser som får varsel med en gang")
    uten_henting_minutter: float = Field(
        default=30, ge=0, le=100_000, description="minutter uten at en kilde er nådd; 0 slår av"
    )
    uten_post_timer: float = Field(
        default=24, ge=0, le=10_000, description="virketimer uten post fra en kilde; 0 slår av"
    )
    uten_post: dict[str, Annotated[float, Field(ge=0, le=10_000)]] = Field(
        default_factory=dict, description="det samme for enkelte kilder: navn = virketimer"
    )
    virketid_fra: Clock = Field(default=time(8, 0), description="klokkeslett virketiden begynner, på virkedager")
    virketid_til: Clock = Field(default=time(16, 0), description="klokkeslett virketiden slutter, etter virketid_fra")
    rapport_minutter: float = Field(
        default=60, ge=0, le=1440, description="minutter rapporten kan være forsinket; 0 slår av"
    )
    forbindelse_minutter: float = Field(
        default=30, ge=0, le=100_000, description="minutter arkiv, e-post eller virusskanner kan være borte; 0 slår av"
    )
    henger_timer: float = Field(
        default=24, ge=0, le=10_000, description="timer en post eller noe roboten skylder, kan vente; 0 slår av"
    )
    klokke_sekunder: float = Field(
        default=120, ge=0, le=86_400, description="sekunder klokken kan hoppe eller gå ulikt andres; 0 slår av"
    )

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> VarslingSettings:
        if self.virketid_fra >= self.virketid_til:
            raise ValueError("«virketid_til» skal være etter «virketid_fra»")
        return self


class BevaringSettings(Section):
    """``[organisasjon.<navn>.bevaring]``: how long the robot keeps the content of what it is done with; 0 means for ever."""

    journalfoert_dager: int = Field(
        default=0, ge=0, le=36_500, description="dager etter at posten er journalført; 0 betyr aldri"
    )
    videresendt_dager: int = Field(
        default=0, ge=0, le=36_500, description="dager etter at posten er videresendt; 0 betyr aldri"
    )
    avvist_dager: int = Field(default=0, ge=0, le=36_500, description="dager etter at posten er avvist; 0 betyr aldri")
    duplikat_dager: int = Field(
        default=0, ge=0, le=36_500, description="dager etter at posten er avvist som duplikat; 0 betyr aldri"
    )

    def days(self) -> dict[Outcome, int]:
        """Days after ``done``, by outcome; what is kept for ever is not there."""
        said = {
            Outcome.ARCHIVED: self.journalfoert_dager,
            Outcome.FORWARDED: self.videresendt_dager,
            Outcome.DISMISSED: self.avvist_dager,
            Outcome.DUPLICATE: self.duplikat_dager,
        }
        return {outcome: days for outcome, days in said.items() if days}


class LaeringSettings(Section):
    """``[organisasjon.<navn>.laering]``: whether the robot learns from the house's own post and answers."""

    bruk: bool = Field(
        default=True, description="true, eller false: da samles ingenting, og det som er samlet, slettes"
    )
    importert_dager: int = Field(
        default=1825, ge=0, le=36_500, description="dager importert historikk beholdes etter datoen sin; 0 betyr alltid"
    )


class VideresendingSettings(Section):
    """``[organisasjon.<navn>.videresending]``: what rules may forward to."""

    kanaler: tuple[Literal["epost"], ...] = Field(default=(), description="kanaler som er i bruk: epost")
    domener: tuple[Domain, ...] = Field(
        default=(), description="domener post kan videresendes til; tomt betyr bare egne_domener"
    )


class OmsorgSettings(Section):
    """``[organisasjon.<navn>.omsorg]``: what caretaking may do by itself in the archive. Nothing is on until a human says so."""

    utfoer: tuple[Literal["journalfør", "ferdigstill", "godkjenn", "avskriv", "avslutt", "flytt"], ...] = Field(
        default=(),
        description="det roboten gjør selv: journalfør, ferdigstill, godkjenn, avskriv, avslutt, flytt; tomt foreslår bare",
    )
    arkivformater: tuple[str, ...] = Field(
        default=(),
        description="PRONOM-koder for godkjente arkivformater; tomt betyr dem det innebygde arkivet godkjenner",
    )
    varsle_enheter: bool = Field(
        default=False, description="send enhetene (epost i enheter.csv) e-post når en svarfrist er nær"
    )
    varsle_ellers: tuple[Address, ...] = Field(
        default=(), description="e-postadresser som varsles for enheter uten egen adresse"
    )
    lenke: str = Field(
        default="",
        description="adressen til en journalpost i arkivet, med {saksnummer}, {journalpost} eller {id}; tomt gir ingen lenke",
    )


DEFAULT_TILGANGSKODER: Mapping[str, str] = {
    "UO": "Unntatt offentlighet",
    "P": "Personalsaker",
    "KL": "Klientsaker",
}
"""Noark 5, M500: the obligatory value and the two optional ones. The temporary code XX is always known."""


class OrganisasjonSettings(Section):
    """``[organisasjon.<kortnavn>]``: one organisation, with everything that is its own."""

    orgnr: Orgnr = Field(description="organisasjonsnummeret, ni siffer i anførselstegn")
    navn: str = Field(min_length=1, description="organisasjonens navn")
    tidssone: Zone | None = Field(default=None, description="tidssonen; ellers robotens")
    regler: tuple[str, ...] = Field(
        default=("felles",), min_length=1, description="regellag, det siste veier tyngst: «felles» eller mapper"
    )
    regelendring: Literal["straks", "plan"] = Field(
        default="straks",
        description="når endrede regler gjelder: straks (når alt består) eller plan (etter rules apply)",
    )
    egne_domener: tuple[Domain, ...] = Field(default=(), description="e-postdomener som er organisasjonens egne")
    egne_numre: tuple[str, ...] = Field(default=(), description="egne konto- og telefonnumre som ikke skal varsles om")
    betrodde_authserv: tuple[str, ...] = Field(
        default=(), description="e-posttjenere hvis avsenderkontroll vi stoler på"
    )
    tilgangskoder: dict[str, str] = Field(
        default_factory=lambda: dict(DEFAULT_TILGANGSKODER), description="tilgangskoder med navn: UO = «Unntatt …»"
    )
    parametre: dict[str, str] = Field(default_factory=dict, description="navn = «verdi» som reglene kan bruke")
    database: DatabaseSettings | None = Field(default=None, description="PostgreSQL i stedet for SQLite")
    kilde: dict[str, SerializeAsAny[SourceSettings]] = Field(description="minst én kilde: [organisasjon.x.kilde.navn]")
    arkiv: SerializeAsAny[ArchiveSettings] = Field(description="arkivet: [organisasjon.x.arkiv]")
    epost: SerializeAsAny[MailerSettings] | None = Field(default=None, description="utgående e-post")
    offentlig_journal: dict[str, SerializeAsAny[JournalViewSettings]] = Field(
        default_factory=dict, description="der den offentlige journalen leses: [organisasjon.x.offentlig_journal.navn]"
    )
    journalkontroll: JournalkontrollSettings = Field(
        default=JournalkontrollSettings(), description="kontrollen av den offentlige journalen"
    )
    rapport: RapportSettings = Field(default=RapportSettings(), description="avviksrapporten")
    varsling: VarslingSettings = Field(default=VarslingSettings(), description="når stillhet er et varsel")
    virusskanner: VirusSettings | None = Field(default=None, description="virusskanning, i stedet for robotens")
    videresending: VideresendingSettings = Field(
        default=VideresendingSettings(), description="hva regler kan videresende til"
    )
    omsorg: OmsorgSettings = Field(default=OmsorgSettings(), description="hva roboten gjør selv med sakene i arkivet")
    bevaring: BevaringSettings = Field(
        default=BevaringSettings(), description="hvor lenge roboten beholder innholdet i det som er ferdig"
    )
    laering: LaeringSettings = Field(default=LaeringSettings(), description="om roboten lærer av posten og svarene")

    def codes(self) -> dict[str, Tilgangskode]:
        """The access codes as judging and deciding take them."""
        return {code: Tilgangskode(kode=code, navn=name) for code, name in self.tilgangskoder.items()}


class Settings(Section):
    """The whole configuration. ``file`` is where it was read from; relative paths in it count from that folder."""

    file: Path
    robot: RobotSettings
    organisasjon: dict[str, OrganisasjonSettings]

    def state(self, name: str) -> Path:
        """The folder of one organisation's own things: ``<tilstand>/<orgnr>``."""
        return self.robot.tilstand / self.organisasjon[name].orgnr

    def virus(self, name: str) -> VirusSettings | None:
        """How one organisation's post is scanned for viruses; None: it is not."""
        chosen = self.organisasjon[name].virusskanner or self.robot.virusskanner
        return chosen if chosen is not None and chosen.bruk else None

    def zone(self, name: str) -> str:
        """The IANA zone name of one organisation."""
        return self.organisasjon[name].tidssone or self.robot.tidssone

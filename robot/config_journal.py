"""``[organisasjon.<navn>.journalkontroll]``: how one house wants its public journal checked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

AlvorOrd = Literal["kritisk", "feil", "advarsel", "info"]
Days = Annotated[int, Field(ge=0, le=3650)]


class JournalkontrollSettings(BaseModel):
    """What is checked, how grave it is, what is allowed, and the thresholds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    av: tuple[str, ...] = Field(default=(), description="kontroller som ikke kjøres: PJ-G12 …")
    alvor: dict[str, AlvorOrd] = Field(
        default_factory=dict, description="et annet alvor enn det vanlige: PJ-G04 = kritisk, feil, advarsel eller info"
    )
    tillat: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="uttrykk som gjør at kontrollen tier: PJ-B02 = [folkehelse]; alle = for alle"
    )
    hev: tuple[str, ...] = Field(
        default=(), description="kontroller som beholder alvoret selv om treffsikkerheten er under halvparten"
    )
    personsaker_arkivdeler: tuple[str, ...] = Field(
        default=("PERS", "ELEV", "KLIENT", "BARN"), description="arkivdeler med saker om personer"
    )
    personsaker_klasser: tuple[str, ...] = Field(default=(), description="klasser (begynnelsen) med saker om personer")
    aapne_klasser: tuple[str, ...] = Field(
        default=(), description="klasser (begynnelsen) der ord om taushet er vanlige: planer, budsjetter"
    )
    byggesaker_arkivdeler: tuple[str, ...] = Field(default=("BYGG",), description="arkivdeler der gnr/bnr skal stå")
    journalfoert_advarsel_virkedager: Days = Field(
        default=1, description="virkedager fra mottatt til journaldato: advarsel"
    )
    journalfoert_feil_virkedager: Days = Field(default=3, description="virkedager fra mottatt til journaldato: feil")
    ujournalfoert_dager: Days = Field(default=21, description="dager noe kan stå ferdig uten å bli journalført")
    midlertidig_virkedager: Days = Field(default=3, description="virkedager med midlertidig tilgangskode")
    publisert_virkedager: Days = Field(default=3, description="virkedager fra journaldato til publisert")
    tom_dag_prosent: Annotated[int, Field(ge=0, le=100)] = Field(
        default=25, description="under så mange prosent av det vanlige er dagens journal for liten"
    )
    vanlig_skjermet_prosent: Annotated[int, Field(ge=50, le=100)] = Field(
        default=90, description="når så mange prosent av en klasse er skjermet, er det vanlig der"
    )
    vanlig_skjermet_minst: Days = Field(default=20, description="minst så mange oppføringer i klassen før det regnes")
    navn_dager: Days = Field(default=365, description="dager et navn kan være søkbart")
    foreloepig_svar_dager: Days = Field(default=21, description="dager før foreløpig svar varsles; feil etter en måned")
    uten_registrering_timer: Days = Field(default=24, description="timer roboten kan ha post uten journalpost")
    klage_uker: Days = Field(default=8, description="uker en klage kan ligge")
    byggesak_uker: Days = Field(default=12, description="uker en byggesak kan ligge")
    restanser_minst: Days = Field(default=5, description="så mange restanser i en enhet nevnes")
    tittel_minst: Days = Field(default=10, description="korteste tittel, i tegn")
    tittel_hoeyst: Days = Field(default=500, description="lengste tittel, i tegn")
    datoform: Literal["DD.MM.ÅÅÅÅ", "DD.MM.ÅÅ", "ÅÅÅÅ-MM-DD"] = Field(
        default="DD.MM.ÅÅÅÅ", description="husets form på datoer: DD.MM.ÅÅÅÅ, DD.MM.ÅÅ eller ÅÅÅÅ-MM-DD"
    )
    maalform: Literal["nb", "nn"] = Field(default="nb", description="kommunens målform: nb eller nn")
    forkortelser: tuple[str, ...] = Field(default=(), description="flere forkortelser som er greie i titler")
    aldri_publisert: tuple[str, ...] = Field(default=(), description="flere dokumenttyper som aldri publiseres")
    fulltekst: bool = Field(default=True, description="om publiserte filer leses")
    navnefinner: bool = Field(default=True, description="om navn finnes med språkmodellen; ellers med navnelister")

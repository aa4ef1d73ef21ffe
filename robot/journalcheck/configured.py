"""The configuration's words → :class:`CheckSetup`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.journalcheck.catalogue import Level
from robot.journalcheck.setup import DEFAULT, CheckSetup

if TYPE_CHECKING:
    from robot.config_journal import JournalkontrollSettings

LEVELS = {"kritisk": Level.CRITICAL, "feil": Level.ERROR, "advarsel": Level.WARNING, "info": Level.INFO}
"""The archivists' words for severities."""


def setup_from(
    said: JournalkontrollSettings,
    *,
    own: tuple[str, ...] = (),
    own_domains: tuple[str, ...] = (),
    zone: str = DEFAULT.zone,
) -> CheckSetup:
    """One house's parameters; what is a list of more comes beside the defaults."""
    return CheckSetup(
        off=frozenset(said.av),
        levels={check: LEVELS[word] for check, word in said.alvor.items()},
        allowed={"" if check == "alle" else check: phrases for check, phrases in said.tillat.items()},
        lifted=frozenset(said.hev),
        personal_parts=said.personsaker_arkivdeler,
        personal_classes=said.personsaker_klasser,
        open_classes=said.aapne_klasser,
        building_parts=said.byggesaker_arkivdeler,
        own=own,
        own_domains=own_domains,
        zone=zone,
        late_warning_workdays=said.journalfoert_advarsel_virkedager,
        late_error_workdays=said.journalfoert_feil_virkedager,
        unjournaled_days=said.ujournalfoert_dager,
        temporary_workdays=said.midlertidig_virkedager,
        publish_workdays=said.publisert_virkedager,
        empty_share=said.tom_dag_prosent / 100,
        usual_share=said.vanlig_skjermet_prosent / 100,
        usual_least=said.vanlig_skjermet_minst,
        name_days=said.navn_dager,
        answer_warning_days=said.foreloepig_svar_dager,
        post_hours=float(said.uten_registrering_timer),
        complaint_weeks=said.klage_uker,
        building_weeks=said.byggesak_uker,
        backlog_least=said.restanser_minst,
        shortest=said.tittel_minst,
        longest=said.tittel_hoeyst,
        date_form=said.datoform,
        language=said.maalform,
        abbreviations=DEFAULT.abbreviations | {word.lower().rstrip(".") for word in said.forkortelser},
        never_published=(*DEFAULT.never_published, *(word.casefold() for word in said.aldri_publisert)),
        full_text=said.fulltekst,
        name_pipeline=said.navnefinner,
    )

"""What ``postrobot doctor`` looks at in SvarInn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors.checkup import Checkup, Level, clock, expiry
from connectors.keys import BadKey, certificates_in
from connectors.settings import Surroundings
from connectors.svarinn.settings import FULL, WARNS_AFTER_S
from models.errors import ConfigError, OutOfReach, TryLater

if TYPE_CHECKING:
    from connectors.svarinn.config import SvarInnConfig

_EARLY = timedelta(days=30)
_CLOCK_S = 60.0
_PAGE = "docs/tilkobling/svarinn.md"


def look_at_keys(config: SvarInnConfig, now: datetime) -> Iterator[Checkup]:
    """Keys that can be read, the certificate that belongs to one of them, and how long it is good."""
    try:
        pairs = config.key_pairs()
    except (BadKey, ConfigError) as problem:
        yield Checkup(name="nøkler", level=Level.FAULT, text=str(problem), next_step=f"se {_PAGE}, «Nøkkel»")
        return
    yield Checkup(name="nøkler", level=Level.OK, text=f"{len(pairs)} kan leses")
    certificates = [each for pair in pairs for each in pair.certificates[:1]]
    if config.sertifikat is not None:
        try:
            certificates = [certificates_in(config.sertifikat)[0]]
        except BadKey as problem:
            yield Checkup(name="sertifikat", level=Level.FAULT, text=str(problem), next_step="rett «sertifikat»")
            return
    if not certificates:
        step = "sett «sertifikat» til det som er lastet opp i SvarInn, så kan utløpet følges"
        yield Checkup(name="sertifikat", level=Level.WARNING, text="ikke oppgitt", next_step=step)
        return
    certificate = certificates[0]
    if not any(pair.fits(certificate) for pair in pairs):
        text = f"serienummer {certificate.serial_number:x} hører ikke til noen av nøklene"
        step = "avsendere krypterer til sertifikatet i SvarInn: legg inn nøkkelen som hører til"
        yield Checkup(name="sertifikat", level=Level.FAULT, text=text, next_step=step)
        return
    text = f"serienummer {certificate.serial_number:x} hører til en av nøklene"
    yield Checkup(name="sertifikat", level=Level.OK, text=text)
    step = f"lag ny nøkkel, legg den først i «noekler», og last opp det nye sertifikatet ({_PAGE}, «Bytte nøkkel»)"
    yield expiry("utløp", certificate.not_valid_after_utc, now, early=_EARLY, next_step=step)


def look_at_service(config: SvarInnConfig, around: Surroundings) -> Iterator[Checkup]:
    """Log-in, clock, and what waits. Fetches and acknowledges nothing."""
    from connectors.svarinn.api import api_of
    from connectors.svarinn.unopened import Unopenables

    with closing(api_of(config.settings(around.connection), config.passord.reveal)) as api:
        try:
            letters = api.letters()
        except (OutOfReach, TryLater, ConfigError) as problem:
            step = f"se {_PAGE}, «Når det ikke virker»"
            yield Checkup(name="tjenesten", level=Level.FAULT, text=str(problem), next_step=step)
            return
        yield Checkup(name="tjenesten", level=Level.OK, text=f"svarer, og slipper inn «{config.bruker}»")
        ahead = api.clock_ahead_s()
        if ahead is not None:
            yield clock("klokke", ahead, most_s=_CLOCK_S)
    memory = around.state / "kilder" / f"{around.name}.uaapnet.json"
    stuck = len(Unopenables(memory).all().keys() & {letter.id for letter in letters})
    oldest = min((letter.at for letter in letters if letter.at is not None), default=None)
    waited_s = (around.now() - oldest).total_seconds() if oldest is not None else 0.0
    text = f"{len(letters)} forsendelser venter" + (f", den eldste i {waited_s / 60:.0f} minutter" if letters else "")
    if stuck:
        text += f"; {stuck} av dem kan ikke åpnes"
    step = ""
    level = Level.OK
    if len(letters) >= FULL:
        level, step = Level.FAULT, f"listen er full ({FULL}): ny post slipper ikke til før noe er kvittert"
    elif stuck or waited_s >= config.varsle_minutter * 60:
        level, step = Level.WARNING, "se postrobot review list; går tjenesten?"
        if waited_s >= WARNS_AFTER_S:
            step += " SvarInn har begynt å varsle kontaktene på e-post"
    yield Checkup(name="kø", level=level, text=text, next_step=step)

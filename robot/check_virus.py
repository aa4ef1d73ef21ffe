"""What ``postrobot check`` says of virus scanning in one organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from connectors.checkup import Level
from connectors.clamav.config import VirusSettings
from models.errors import OutOfReach
from robot.check import Line
from robot.config import Settings


def virus_lines(settings: Settings, name: str, *, now: Callable[[], datetime], network: bool) -> Iterator[Line]:
    """One line that says how post is scanned, and, when the scanner may be asked, whether it does what it should.

    A scanner on a socket of this machine is asked always, one over TCP only with ``network``.
    """
    area = f"Virusskanning ({name})"
    chosen = settings.virus(name)
    if chosen is None:
        text = "av: posten blir ikke skannet for virus her (slås på med [robot.virusskanner])"
        yield Line(area=area, name="clamd", level=Level.OK, text=text)
        return
    if chosen.in_the_clear:
        text = f"posten sendes ukryptert til {chosen.vert}: clamd har ikke TLS"
        step = "bruk clamd på denne maskinen, eller en kryptert tunnel"
        yield Line(area=area, name="Nett", level=Level.WARNING, text=text, next_step=step)
    if chosen.sokkel is None and not network:
        yield Line(area=area, name="clamd", level=Level.OK, text="ikke spurt (spør med --nett)")
        return
    yield _asked(area, chosen, now().timestamp())


def _asked(area: str, chosen: VirusSettings, now: float) -> Line:
    scanner = chosen.build()
    try:
        scanner.ping()
        version = scanner.version()
    except OutOfReach as down:
        step = "start clamav-daemon, og se at tjenestens bruker får åpne sokkelen"
        return Line(area=area, name="clamd", level=Level.FAULT, text=str(down), next_step=step)
    if not scanner.finds_eicar():
        text = f"{version.text} svarer, men finner ikke prøveviruset EICAR"
        step = "hent signaturer med freshclam, og start clamav-daemon på nytt"
        return Line(area=area, name="clamd", level=Level.FAULT, text=text, next_step=step)
    if version.made_at is not None and now - version.made_at > chosen.signatur_dager * 86_400:
        days = int((now - version.made_at) // 86_400)
        step = "se hvorfor freshclam ikke henter nye: systemctl status clamav-freshclam"
        text = f"virussignaturene er {days} dager gamle"
        return Line(area=area, name="clamd", level=Level.WARNING, text=text, next_step=step)
    return Line(area=area, name="clamd", level=Level.OK, text=f"{version.text} svarer og finner EICAR")

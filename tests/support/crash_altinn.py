"""The crash harness's stage with Altinn: letters, a dialog alone and forms on a platform of its own for each installation."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from connectors.testing.altinn_client import as_toml, register, write_key
from connectors.testing.servers.altinn import AltinnServer
from connectors.testing.servers.altinn_dialogs import value
from connectors.testing.servers.altinn_letters import SentFile
from connectors.testing.servers.altinn_storage import FormFile
from tests.support.crash_harness import Place
from tests.support.crash_robot import DAY
from tests.support.crash_stages import AT, MORE, REPORT, RULES, start
from tests.support.stores import ORGNR, Clock
from tests.support.town import NAME, lay_out

SCHOOL = "315004217"
CODE = "prove"
SECONDS_A_REQUEST = 5.0
"""Time goes on at Altinn by what it is asked, so that each run sees the same: a confirmation shows after four seconds."""


class InAltinn:
    """Both sources, the embedded archive, and what Altinn was told in the end."""

    variants = False

    def __init__(self, template: Path, *, name: str = "altinn") -> None:
        self.name = name
        self._template = template
        lay_out(template, Clock(), rules=RULES, more=MORE + REPORT)
        start(template)
        write_key(template / "maskinporten.pem")
        self._config = (template / "config.toml").read_text(encoding="utf-8")

    def set(self, folder: Path) -> Place:
        """A copy of the template, wired to a platform of its own that has the same post each time."""
        shutil.copytree(self._template, folder)
        server = AltinnServer().start()
        try:
            deliver(server)
            server.now = lambda: DAY.timestamp() + SECONDS_A_REQUEST * len(server.requests)
            more = as_toml(server, NAME, key="maskinporten.pem", code=CODE, more="per_sekund = 0\n")
            (folder / "config.toml").write_text(self._config + more, encoding="utf-8")
        except BaseException:
            server.close()
            raise
        return Place(folder=folder, told=lambda: wrong(server), done=server.close)


def deliver(server: AltinnServer) -> None:
    """A letter that asks to be confirmed, one to a school, one that is only proposed, a dialog alone, and a form."""
    server.units = {ORGNR: ("PRØVE KOMMUNE", ""), SCHOOL: ("PRØVE SKOLE", ORGNR)}
    register(server, ORGNR, code=CODE)
    letters = (
        {"party": ORGNR, "title": "Klage på vedtak", "isConfirmationNeeded": True},
        {"party": SCHOOL, "title": "Flytting av elev"},
        {"party": ORGNR, "title": "Et forslag til plan", "body": "Planen følger vedlagt."},
    )
    for number, letter in enumerate(letters, start=1):
        server.clock = AT + timedelta(minutes=number)
        file = SentFile(name="brev.txt", content=b"Til kommunen\n\nDette er brevet.\n", media_type="text/plain")
        server.deliver(id=str(UUID(int=number)), resource="eks-brev", files=[file], **letter)  # type: ignore[arg-type]
    server.clock = AT + timedelta(minutes=10)
    server.add_dialog(
        id=str(UUID(int=20)), party=ORGNR, resource="skd-brev", title="Satser", additionalInfo=value("Nye satser.")
    )
    model = FormFile(kind="model", content=b"<melding><hva>garasje</hva></melding>", media_type="application/xml")
    receipt = FormFile(
        kind="ref-data-as-pdf", content=b"Kvittering for melding\n", media_type="text/plain", name="k.txt"
    )
    server.add_form(app=f"{CODE}/melding", guid=str(UUID(int=30)), files=[receipt, model], orgnr="310000009")
    server.clock = None


def wrong(server: AltinnServer) -> Mapping[str, Any]:
    """Every letter read once, confirmed once where that was asked for, every form completed, and nothing deleted."""
    faults: dict[str, Any] = {}
    for letter in server.letters.values():
        told = [status for status, _ in letter.history]
        meant = (1, int(bool(letter.fields.get("isConfirmationNeeded"))))
        if (told.count("Read"), told.count("Confirmed")) != meant:
            faults[f"letter {letter.title} (I4)"] = told
    faults |= {f"form {form.id} (I4)": form.confirmed for form in server.forms.values() if form.confirmed != [CODE]}
    if server.recorded("DELETE"):
        faults["deleted in Altinn (I1)"] = len(server.recorded("DELETE"))
    return faults

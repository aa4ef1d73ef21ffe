"""Post in Altinn, and the platform on loopback that the demonstration fetches it from: letters, a dialog alone, and forms."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot.demo import paper

if TYPE_CHECKING:
    from connectors.testing.servers.altinn import AltinnServer

OWN, SCHOOL = "315000106", "315004217"
CODE = "solv"
PDF = "application/pdf"
_KEY = "maskinporten.pem"
_NAMES = uuid.UUID("2f6c1c1e-5f0a-4b57-8e0c-7d0e2b9a4c00")


@dataclass(frozen=True, slots=True, kw_only=True)
class InAltinn:
    """One thing in Altinn and what is expected of it; ``name`` is its label as the sources give it, ``made`` what it is made
    of (as ``AltinnServer`` takes it). The other fields are as in ``robot.demo.letters.Piece``."""

    name: str
    kind: str
    outcome: str
    rule: str
    why: str
    made: dict[str, Any] = field(default_factory=dict)


def in_altinn(*, seed: int, today: date) -> Sequence[InAltinn]:
    """What waits in Altinn this morning; the same each time by seed and day."""
    return tuple(_pieces(seed, today))


def _pieces(seed: int, today: date) -> Iterator[InAltinn]:
    def id(number: int) -> str:
        return str(uuid.uuid5(_NAMES, f"{seed}/{number}"))

    morning = datetime.combine(today, time(4, 0), tzinfo=UTC)
    varsel = "# Nabovarsel\n\nEiendom: gnr. 12 bnr. 349\n\nTiltaket gjelder en brygge.\n"
    yield InAltinn(
        name=id(1),
        kind="letter",
        outcome="archived",
        rule="nabovarsel",
        why="samme samlesak som på e-post; avsenderen ber om bekreftelse, og får den når arkivet har posten",
        made={
            "id": id(1),
            "party": OWN,
            "resource": "dibk-nabovarsel",
            "title": "Nabovarsel, gnr. 12 bnr. 349",
            "body": varsel,
            "files": [("Situasjonsplan.pdf", paper.pdf("# Situasjonsplan\nBrygge 12 m", title="Situasjonsplan"))],
            "requested": morning,
            "messageSender": "Brygga Eiendom AS",
            "isConfirmationNeeded": True,
        },
    )
    due = datetime.combine(today + timedelta(days=45), time(22, 59, 59), tzinfo=UTC)
    yield InAltinn(
        name=id(2),
        kind="letter",
        outcome="archived",
        rule="tilskuddsbrev",
        why="forfall etter fristen Altinn oppgir; ett vedlegg er slettet hos Altinn, og en merknad ligger i stedet",
        made={
            "id": id(2),
            "party": OWN,
            "resource": "fylket-tilskudd",
            "title": "Tilskuddsbrev – gang- og sykkelvei",
            "body": "# Tilskudd\n\nDet er innvilget tilskudd til gang- og sykkelvei. Rapport sendes innen fristen.\n",
            "files": [("Vilkår.pdf", paper.pdf("# Vilkår\nRapport innen fristen", title="Vilkår")), ("Kart.pdf", b"")],
            "requested": morning + timedelta(minutes=20),
            "messageSender": "Fylkeskommunen",
            "dueDateTime": due.isoformat(),
        },
    )
    yield InAltinn(
        name=id(3),
        kind="letter",
        outcome="archived",
        rule="sfo",
        why="sendt til skolens eget organisasjonsnummer, der ingen leser",
        made={
            "id": id(3),
            "party": SCHOOL,
            "resource": "eks-oversendelse",
            "title": "Flytting av plass i SFO",
            "body": "Eleven flytter til Solvik, og skal ha plass i SFO fra neste måned.\n",
            "requested": morning + timedelta(minutes=40),
            "messageSender": "Storevik kommune",
        },
    )
    yield InAltinn(
        name=id(4),
        kind="dialog",
        outcome="set_aside",
        rule="",
        why="et brev som bare er en dialog; ingen regel passer",
        made={
            "id": id(4),
            "party": OWN,
            "resource": "skd-brev",
            "title": "Orientering om nye satser",
            "additionalInfo": "Satsene gjelder fra nyttår.",
        },
    )
    tiltak = (
        "<melding><eiendom>gnr. 12 bnr. 40</eiendom><tiltak>garasje</tiltak><melder>Solvik Bygg AS</melder></melding>"
    )
    yield _form(
        id(5),
        "melding-om-tiltak",
        tiltak,
        "# Melding om ferdig tiltak\nEiendom: gnr. 12 bnr. 40\nTiltak: garasje\nMelder: Solvik Bygg AS",
        rule="melding-om-tiltak",
        why="skjemaets felt finner byggesaken; skjemaet bekreftes når arkivet har det",
    )
    plass = "<soknad><barnehage>Solkroken</barnehage><fra>august</fra></soknad>"
    yield _form(
        id(6),
        "barnehageplass",
        plass,
        "# Søknad om barnehageplass\nØnsket barnehage: Solkroken",
        rule="barnehageplass-skjema",
        why="feltet «barnehage» velger barnehagen",
    )


def _form(guid: str, app: str, model: str, shown: str, *, rule: str, why: str) -> InAltinn:
    title = shown.partition("\n")[0].removeprefix("# ")
    made = {"app": f"{CODE}/{app}", "guid": guid, "model": model.encode(), "receipt": paper.pdf(shown, title=title)}
    return InAltinn(
        name=f"{app}/{guid.rpartition('-')[2]}", kind="form", outcome="archived", rule=rule, why=why, made=made
    )


@contextmanager
def platform(waiting: Sequence[InAltinn]) -> Iterator[AltinnServer]:
    """Altinn on loopback with these waiting, and a client of the municipality's registered."""
    from connectors.testing.altinn_client import register
    from connectors.testing.servers.altinn import AltinnServer

    with AltinnServer() as server:
        server.units = {OWN: ("SOLVIK KOMMUNE", ""), SCHOOL: ("SOLVIK SKOLE", OWN)}
        register(server, OWN, code=CODE)
        for each in waiting:
            _send(server, each)
        yield server


def _send(server: AltinnServer, each: InAltinn) -> None:
    from connectors.testing.servers.altinn_dialogs import value
    from connectors.testing.servers.altinn_letters import SentFile
    from connectors.testing.servers.altinn_storage import FormFile

    made = dict(each.made)
    if each.kind == "letter":
        files = [
            SentFile(name=name, content=content, status="Published" if content else "Purged")
            for name, content in made.pop("files", ())
        ]
        server.deliver(files=files, **made)
    elif each.kind == "dialog":
        server.add_dialog(additionalInfo=value(made.pop("additionalInfo")), **made)
    else:
        receipt = FormFile(kind="ref-data-as-pdf", content=made["receipt"], name="Kvittering.pdf")
        model = FormFile(kind="model", content=made["model"], media_type="application/xml")
        server.add_form(app=made["app"], guid=made["guid"], files=[receipt, model], orgnr="310000009")


def add_sources(config: Path, server: AltinnServer, *, organisation: str) -> None:
    """Adds both sources to a configuration, as an operator would: the key in a file of its own."""
    from connectors.testing.altinn_client import as_toml, write_key

    write_key(config.parent / _KEY)
    toml = as_toml(server, organisation, key=_KEY, code=CODE, more="per_sekund = 50\n")
    with config.open("a", encoding="utf-8") as file:
        file.write(toml)

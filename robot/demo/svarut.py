"""Letters from other public bodies, and the mottakersystem on loopback that the demonstration fetches them from."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from robot.demo import paper
from robot.demo.people import People, synthetic_fnr

if TYPE_CHECKING:
    from connectors.testing.servers.svarinn import Sent, SvarInnServer

PDF = "application/pdf"
OUR_LETTER = "5a5a0b1e-2b5c-4c55-9d0e-6f1d5a3c7e10"
"""The id at SvarUt of a letter of ours: the case it was sent from is known by it."""

STOREVIK = {"navn": "Storevik kommune", "orgnr": "315007852"}
_KEY = "mottakersystemet i demoen"
_NAMES = uuid.UUID("6c1f0d52-0f3e-4f0b-8f5e-2a8d5f3c1b00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forsendelse:
    """One letter and what is expected of it; the fields as in ``robot.demo.letters.Piece``."""

    sent: Sent
    outcome: str
    rule: str
    why: str


def letters(*, seed: int, today: date, now: datetime | None = None) -> Sequence[Forsendelse]:
    """The letters of one morning, or of the hour before ``now``; the same each time by seed and day."""
    first = datetime.combine(today, time(4, 30), tzinfo=UTC) if now is None else now - timedelta(minutes=50)
    return tuple(_letters(seed, today, first))


def _letters(seed: int, today: date, first: datetime) -> Iterator[Forsendelse]:
    from connectors.testing.servers.svarinn import Sent

    people = People(seed + 1)

    def letter(number: int, title: str, text: str, *, outcome: str, rule: str, why: str, **more: object) -> Forsendelse:
        files = [("brev.pdf", PDF, paper.pdf(f"# {title}\n{text}", title=title))]
        told = {
            "title": title,
            "files": files,
            "at": first + timedelta(minutes=7 * number),
            "id": str(uuid.uuid5(_NAMES, f"{seed}/{number}")),
            "sender": STOREVIK,
        }
        return Forsendelse(sent=Sent(**{**told, **more}), outcome=outcome, rule=rule, why=why)  # type: ignore[arg-type]

    yield letter(
        1,
        "Felles legevakt",
        "Vi viser til deres brev og støtter forslaget.\nMed hilsen\nStorevik kommune",
        told={"svarPaForsendelse": OUR_LETTER},
        theirs={"saksaar": today.year, "sakssekvensnummer": 77, "journalpostnummer": 4, "journalposttype": "U"},
        outcome="archived",
        rule="svar-paa-vaart-brev",
        why="svar på et brev vi sendte i SvarUt; finner saken av forsendelsen",
    )
    yield letter(
        2,
        "Brev om ein elev",
        "Eleven flyttar til dykk i august. Vi sender over det skulen treng.",
        orgnr="315004217",
        confidential=True,
        level="4",
        outcome="archived",
        rule="svarinn-underenhet",
        why="sendt til skolens eget organisasjonsnummer",
    )
    yield letter(
        3,
        "Nabovarsel, gnr. 12 bnr. 348",
        "Eiendom: gnr. 12 bnr. 348\nTiltaket gjelder en bod på 12 m2.",
        told={"forsendelseType": "ks.nabovarsel"},
        outcome="archived",
        rule="nabovarsel",
        why="samme samlesak som nabovarsel på e-post og papir",
    )
    who = people.draw()
    yield letter(
        4,
        "Søknad om barnehageplass",
        f"Vi søker plass til yngstemann fra august.\nMed hilsen\n{who.name}",
        sender={"navn": who.name, "fnr": synthetic_fnr(seed)},
        told={"avgivendeSystem": "EDIALOG"},
        outcome="archived",
        rule="barnehageplass",
        why="en innbygger med KS eDialog",
    )
    yield letter(
        5,
        "Orientering om ny regional plan",
        "Planen legges ut til ettersyn. Se vedlegget og lenken.",
        files=[
            ("brev.pdf", PDF, paper.pdf("# Regional plan\nPlanen legges ut til ettersyn.", title="Plan")),
            ("Kart og føringer.pdf", PDF, paper.pdf("# Kart og føringer\nMålestokk 1:50 000", title="Kart")),
        ],
        told={"lenker": [{"ledetekst": "Se", "urlLenke": "https://plan.example/1", "urlTekst": "planen"}]},
        outcome="archived",
        rule="svarinn-underenhet",
        why="til kommunens eget nummer, med vedlegg og lenke",
    )
    yield letter(
        6,
        "Oversendelse av klagesak",
        "Klagesaken følger vedlagt.",
        blob=_to_a_stranger(),
        outcome="set_aside",
        rule="",
        why="kryptert til et sertifikat vi ikke har nøkkelen til: lagret, og et menneske varslet",
    )


def _to_a_stranger() -> bytes:
    """A letter encrypted to a certificate whose key nobody here has."""
    from connectors.testing.certificates import rsa_key, self_signed
    from connectors.testing.servers.enveloped import enveloped

    certificate = self_signed("et annet mottakersystem", rsa_key("et annet mottakersystem"), serial=0x5F3C)
    return b"".join(enveloped([b"ingen leser dette"], [certificate]))


@contextmanager
def mottakersystem(sent: Sequence[Forsendelse]) -> Iterator[SvarInnServer]:
    """SvarInn on loopback with these letters waiting."""
    from connectors.testing.certificates import rsa_key, self_signed
    from connectors.testing.servers.svarinn import SvarInnServer

    with SvarInnServer(self_signed("Solvik kommune mottak", rsa_key(_KEY))) as server:
        for each in sent:
            server.send(each.sent)
        yield server


def add_source(config: Path, server: SvarInnServer, *, organisation: str, key: str = _KEY, more: str = "") -> None:
    """Adds the source «svarinn» to a configuration, as an operator would: key and password in files of their own."""
    from cryptography.hazmat.primitives import serialization

    from connectors.testing.certificates import pem, rsa_key

    for name, content in (("svarinn.passord", server.password.encode()), ("svarinn.nokkel", pem(rsa_key(key)))):
        path = config.parent / name
        path.touch(mode=0o600)
        path.write_bytes(content)
    certificate = server.certificate.public_bytes(serialization.Encoding.PEM)
    (config.parent / "svarinn.pem").write_bytes(certificate)
    with config.open("a", encoding="utf-8") as file:
        file.write(
            f"""
[organisasjon.{organisation}.kilde.svarinn]
type = "svarinn"
adresse = "{server.base_url(2)}"
bruker = "{server.user}"
passord = {{ fil = "svarinn.passord" }}
noekler = [{{ fil = "svarinn.nokkel" }}]
sertifikat = "svarinn.pem"
{more}"""
        )

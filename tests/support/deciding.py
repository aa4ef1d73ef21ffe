"""Grounds, hits and outcomes for the tests of ``decide``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from models.answer import Answer, Verb
from models.archive import Saksmappe, SaksmappeRef
from models.decision import Decision, Lack, Mode, Way
from models.facts import Facts
from models.finding import Finding, Severity
from models.judgement import (
    Addition,
    AvvisUtfall,
    Hit,
    JournalpostUtfall,
    Judgement,
    Mangler,
    NySak,
    SakValg,
    Utfall,
    VideresendUtfall,
)
from models.noark import (
    Arkivdelstatus,
    Journalstatus,
    Saksstatus,
    Skjerming,
    SkjermingDokument,
    SkjermingMetadata,
)
from models.organisation import Enhet, Organisation
from models.reading import PartKind, ReadPage, ReadPart, ReadPost
from models.reasons import ReasonCode
from robot.cases import CaseAnswer
from robot.decide import Grounds, decide
from rules.detectors import scan

ORG = Organisation(
    orgnr="999999999",
    name="Prøve kommune",
    own_domains=("prove.example",),
    enheter={
        "SKOLE": Enhet(kode="SKOLE", navn="Prøve skole", arkivdel="SAK", klasse="B10", saksansvarlig="ufordelt"),
        "BAR": Enhet(kode="BAR", navn="Enhet uten register"),
    },
    forward_channels=("epost",),
)
CASE = Saksmappe(
    ref=SaksmappeRef(system_id="sys-1", saksnummer="2026/17"),
    tittel="Prøvesak",
    arkivdel="SAK",
    arkivdelstatus=Arkivdelstatus.AKTIV,
    saksstatus=Saksstatus.UNDER_BEHANDLING,
    administrativ_enhet="SKOLE",
)
EXISTING = CaseAnswer(key="nøkkel", existing=CASE)
NEW = CaseAnswer(key="nøkkel")
WHOLE = Skjerming(
    kode="UO",
    hjemmel="Offl. § 13 jf. fvl. § 13 første ledd nr. 1",
    skjul=(SkjermingMetadata.TITTEL_REGISTRERING_ORD, SkjermingMetadata.NAVN_AVSENDER),
    dokument=SkjermingDokument.HELE,
)
SOME = replace(WHOLE, kode="UD", dokument=SkjermingDokument.DELER)
MARK = Finding(
    etikett="FNR", alvor=Severity.WARNING, sted="brødtekst", start=0, end=11, masked="01*******23", rule="fnr/1"
)
NOTE = replace(MARK, alvor=Severity.NOTE)
SENDER = {"avsender.navn": "Ola Testmann", "avsender.adresse": "ola@utenfor.example"}
FORSLAG_TIL = "regnskap@prove.example"


def part(ref: str = "0", kind: PartKind = PartKind.DOCUMENT, **fields: Any) -> ReadPart:
    said = {
        "name": f"fil-{ref}.pdf",
        "media_type": "application/pdf",
        "declared_type": "application/pdf",
        "size_bytes": 30_000,
        "sha256": ref.replace(".", "").ljust(64, "a"),
        "pages": (ReadPage(number=1, text="Hei"),),
    }
    return ReadPart(ref=ref, kind=kind, **(said | fields))


READ = ReadPost(parts=(part(),))
UNREAD = ReadPost(parts=(part(), part("0.1", PartKind.ATTACHMENT, reason=ReasonCode.ENCRYPTED, pages=())))
PAGE_UNREAD = ReadPost(parts=(part(pages=(ReadPage(number=1, text="", reason=ReasonCode.TIMEOUT),)),))


def journalpost(**fields: Any) -> JournalpostUtfall:
    said: dict[str, Any] = {
        "sak": SakValg(saksnummer="2026/17"),
        "type": "fra_post",
        "tittel": "Søknad om plass",
        "tilgang_aapen": True,
        "fordel_til": "SKOLE",
    }
    return JournalpostUtfall(**(said | fields))


def new_case(**ny: Any) -> SakValg:
    return SakValg(samlesak="Nabovarsler 2026", mangler=Mangler.OPPRETT, ny=NySak(**({"tilgang_aapen": True} | ny)))


def hit(utfall: Utfall, modus: Mode = Mode.AUTO) -> Hit:
    return Hit(regel="skole/søknad", navn="Søknad til skolen", prioritet=50, modus=modus, utfall=utfall)


def addition(modus: Mode = Mode.AUTO, **fields: Any) -> Addition:
    return Addition(**({"regel": "felles/legg-til", "navn": "Legger til", "modus": modus} | fields))


def grounds(*additions: Addition, facts: dict[str, Any] | None = None, **fields: Any) -> Grounds:
    said: dict[str, Any] = {
        "read": READ,
        "facts": Facts(values={"emne": "Søknad om plass", **SENDER, **(facts or {})}),
        "judgement": Judgement(ruleset_sha256="f" * 64, winner=None, additions=additions),
        "org": ORG,
        "mottatt": date(2026, 6, 15),
        "found": EXISTING,
        "scan": lambda text: scan(text, sted="tittel"),
    }
    return Grounds(**(said | fields))


def archived(decision: Decision) -> Any:
    """The planned journalpost of a decision to archive."""
    assert decision.way is Way.ARCHIVE, decision.detail
    assert decision.journalpost is not None
    return decision.journalpost


def archive(
    *additions: Addition, modus: Mode = Mode.AUTO, utfall: JournalpostUtfall | None = None, **fields: Any
) -> Any:
    return archived(decide(grounds(*additions, **fields), hit(utfall or journalpost(), modus)))


def is_m(planned: Any, *lacks: Lack) -> None:
    assert planned.status is Journalstatus.MIDLERTIDIG
    assert set(planned.lacks) == set(lacks)


FORWARD = VideresendUtfall(til=FORSLAG_TIL, kanal="epost", grunn="faktura", foelg_opp=date(2026, 7, 1))
DISMISS = AvvisUtfall(grunn=ReasonCode.REKLAME, hjemmel="Arkivforskrifta § 14")
FULL_NY = {"tittel": "Nabovarsler", "arkivdel": "SAK", "klasse": "L42", "enhet": "BAR", "saksansvarlig": "ufordelt"}
APPROVE = Answer(verb=Verb.APPROVE, user="saksbehandler")


def synthetic_fnr() -> str:
    """A valid number of nobody: month + 80, control digits reckoned (Skatteetaten's test numbers)."""
    for serial in range(100, 200):
        digits = [int(c) for c in f"018190{serial}"]
        first = 11 - sum(w * d for w, d in zip((3, 7, 6, 1, 8, 9, 4, 5, 2), digits, strict=True)) % 11
        digits.append(first % 11)
        second = 11 - sum(w * d for w, d in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2), digits, strict=True)) % 11
        digits.append(second % 11)
        if max(digits) < 10:
            return "".join(map(str, digits))
    raise AssertionError("no valid number")


def proposal(*additions: Addition, modus: Mode = Mode.FORSLAG, utfall: Utfall | None = None, **fields: Any) -> Decision:
    found = replace(EXISTING, sender_known=False)
    return decide(grounds(*additions, found=found, **fields), hit(utfall or journalpost(), modus))

"""Every check of the public journal has an example that hits and one that does not, and runs as in the night."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.finding import Finding, Severity
from models.noark import (
    TEMPORARY,
    Avskrivningsmaate,
    Dokumentstatus,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Korrespondanseparttype,
    Saksstatus,
    Skjerming,
    TilknyttetSom,
    Variantformat,
)
from models.omsorg import AvskrivningView, DokumentView, Journalinnfoersel, Sak, Variant
from models.published import (
    DocumentRef,
    PublishedCase,
    PublishedDocument,
    PublishedEntry,
    PublishedFile,
    PublishedKlasse,
    PublishedPart,
    PublishedSkjerming,
)
from robot.journalcheck.catalogue import CHECKS, Where, check_of_rule
from robot.journalcheck.checks_h import of_leaks, of_text
from robot.journalcheck.entry_facts import look_at
from robot.journalcheck.judging import Judge
from robot.journalcheck.look import Noted
from robot.journalcheck.sets import SETS
from robot.journalcheck.setup import DEFAULT
from rules import numbers
from rules.load import load
from tests.support.journal import TODAY, TOLD, entry, letter, sak

RULES = load(["felles"], None, check=False).ruleset
assert RULES is not None
JUDGE = Judge(setup=DEFAULT, today=TODAY, told=TOLD, ruleset=RULES)
FNR = numbers.complete("018199001") or ""
UO = PublishedSkjerming(kode="UO", hjemmel="offl. § 13 jf. fvl. § 13 første ledd nr. 1")


def shut(hjemmel: str, kode: str = "UO", **more: Any) -> PublishedEntry:
    return entry(skjerming=PublishedSkjerming(kode=kode, hjemmel=hjemmel), **more)


@dataclass(frozen=True)
class With:
    """An entry with the archive's side, or with what else the view tells."""

    entry: PublishedEntry
    sak: Sak | None = None
    archived: Journalinnfoersel | None = None
    told: Any = TOLD
    setup: Any = DEFAULT


def part(navn: str, **more: Any) -> PublishedPart:
    return PublishedPart(navn=navn, type=Korrespondanseparttype.AVSENDER, **more)


def file(name: str = "vedtak.pdf", variant: Variantformat | None = None) -> PublishedFile:
    return PublishedFile(ref=DocumentRef(ref=f"/{name}", name=name), id=name, variant=variant)


def documents(*filer: PublishedFile, tittel: str = "Vedtaket om skjenking", **more: Any) -> dict[str, Any]:
    return {"dokumenter": (PublishedDocument(tittel=tittel, id="d1", filer=filer, **more),)}


def klasse(klasse_id: str) -> PublishedCase:
    return PublishedCase(saksnummer="2026/1", tittel="Sak", klasse=PublishedKlasse(klasse_id=klasse_id))


MASKED = entry(offentlig_tittel="Klage på vedtak fra ***** *****")
HIDDEN = letter(tittel="Klage på vedtak fra Kari Nordmann")
PAIR = replace(TOLD, names_apart=True)
OLD = datetime(2025, 1, 10, tzinfo=UTC)
BUILDING = sak(letter(), arkivdel="BYGG")
REDACTED = letter(
    dokumenter=(
        DokumentView(
            system_id="d1", tittel="Vedtaket om skjenking", dokumenttype="brev", dokumentstatus=Dokumentstatus.FERDIGSTILT,
            tilknyttet_som=TilknyttetSom.HOVEDDOKUMENT,
            varianter=(Variant(variant=Variantformat.OFFENTLIG, format="PDF", sha256="0" * 64, size_bytes=1),),
        ),
    )
)  # fmt: skip

ENTRIES: dict[str, tuple[PublishedEntry | With, PublishedEntry | With]] = {
    "A11": (entry(case=klasse(FNR)), entry(case=klasse("L42"))),
    "C03": (
        With(replace(MASKED, parter=(part("Kari Nordmann"),)), archived=HIDDEN),
        With(replace(MASKED, parter=(part("*****"),)), archived=HIDDEN),
    ),
    "C04": (
        entry(offentlig_tittel="Søknad fra ***** , mor til elev"),
        entry(offentlig_tittel="Søknad fra ***** om skolebytte"),
    ),
    "C05": (
        With(entry(offentlig_tittel="Klage fra Kari Nordmann på vedtak"), told=PAIR),
        With(entry(offentlig_tittel="Klage på vedtak", offentlig_tittel_sensitiv="Klage på vedtak fra Kari Nordmann"), told=PAIR),
    ),
    "C06": (
        entry(offentlig_tittel="Klage fra Kari Nordmann på vedtak", publisert=OLD),
        entry(offentlig_tittel="Klage fra Kari Nordmann på vedtak"),
    ),
    "C09": (entry(offentlig_tittel="***** *****"), MASKED),
    "D01": (shut(""), shut("offl. § 14", type=Journalposttype.ORGANINTERNT)),
    "D02": (shut("Unntatt offentlighet"), shut(UO.hjemmel)),
    "D03": (shut("offentlighetsloven § 5a"), shut(UO.hjemmel)),
    "D04": (shut("offl. § 14"), shut("offl. § 14", type=Journalposttype.ORGANINTERNT)),
    "D05": (
        shut("offl. § 14", offentlig_tittel=f"Notat om {FNR}", type=Journalposttype.ORGANINTERNT),
        shut(UO.hjemmel, offentlig_tittel=f"Notat om {FNR}"),
    ),
    "D08": (
        With(entry(), archived=letter(skjerming=Skjerming(kode="UO"))),
        With(entry(skjerming=UO), archived=letter(skjerming=Skjerming(kode="UO"))),
    ),
    "E02": (entry(journaldato=date(2062, 1, 3)), entry()),
    "E03": (entry(dokumentets_dato=None), entry(dokumentets_dato=None, type=Journalposttype.ORGANINTERNT)),
    "E04": (entry(parter=()), entry()),
    "G04": (entry(offentlig_tittel="SØKNAD OM SKJENKING"), entry()),
    "G05": (entry(offentlig_tittel="Søknad vedr. skjenking i byen"), entry(offentlig_tittel="Søknad jf. vedtak om skjenking")),
    "G06": (entry(offentlig_tittel="Møte 3/11-26 om skjenking"), entry(offentlig_tittel="Møte 03.11.2026 om skjenking")),
    "G07": (
        With(entry(case=PublishedCase(saksnummer="2026/1", tittel="Garasje på Nes")), sak=BUILDING),
        With(entry(case=PublishedCase(saksnummer="2026/1", tittel="Gnr 12/345 – Nesveien 3 – garasje")), sak=BUILDING),
    ),
    "G08": (entry(offentlig_tittel="Application for the new meeting room"), entry()),
    "G09": (entry(offentlig_tittel="Klagesak"), entry()),
    "G10": (entry(parter=(part("NORDMANN KARI"),)), entry(parter=(part("Kari Nordmann"),))),
    "G11": (
        With(entry(offentlig_tittel="***** ***** *****"), archived=letter(tittel="Melding til barnevernet om omsorgen")),
        With(MASKED, archived=HIDDEN),
    ),
    "G12": (entry(offentlig_tittel="Søkand om skjenkebevilling"), entry()),
    "H03": (
        With(entry(**documents(file(variant=Variantformat.ARKIV))), archived=REDACTED),
        With(entry(**documents(file(variant=Variantformat.OFFENTLIG))), archived=REDACTED),
    ),
    "H04": (entry(skjerming=UO, **documents(file())), entry(skjerming=UO, **documents())),
    "H05": (entry(**documents(file("CV.pdf"))), entry(**documents(file()))),
}  # fmt: skip


def off(maate: Avskrivningsmaate, answer: str | None = None) -> tuple[AvskrivningView, ...]:
    return (AvskrivningView(dato=TODAY, maate=maate, avskrives_av=answer),)


OUT = letter(2, tittel="Svar", type=Journalposttype.UTGAAENDE, days_ago=1, mottatt_dato=None, sendt_dato=TODAY)
NOBODY = (Korrespondansepart(type=Korrespondanseparttype.AVSENDER, navn="Solvik AS"),)
CASES: dict[str, tuple[Sak, Sak]] = {
    "D06": (sak(letter(skjerming=TEMPORARY, days_ago=20)), sak(letter(skjerming=TEMPORARY))),
    "D07": (
        sak(letter(skjerming=Skjerming(kode="UO", aar=1), days_ago=500)),
        sak(letter(skjerming=Skjerming(kode="UO", aar=60), days_ago=500)),
    ),
    "E01": (sak(letter(journaldato=TODAY, days_ago=9)), sak(letter(days_ago=9))),
    "E05": (sak(letter(status=Journalstatus.FERDIGSTILT, days_ago=30)), sak(letter(status=Journalstatus.FERDIGSTILT))),
    "E08": (sak(letter(9, days_ago=12)), sak(letter(days_ago=12))),
    "E10": (sak(letter(type=Journalposttype.ORGANINTERNT)), sak(letter())),
    "E12": (
        sak(letter(status=Journalstatus.MIDLERTIDIG), status=Saksstatus.AVSLUTTET),
        sak(letter(status=Journalstatus.MIDLERTIDIG)),
    ),
    "F01": (sak(letter(days_ago=40)), sak(letter(days_ago=40), OUT)),
    "F02": (sak(letter(tittel="Innsynskrav", days_ago=9)), sak(letter(tittel="Innsynskrav", days_ago=0))),
    "F03": (sak(letter(tittel="Krav om miljøinformasjon", days_ago=40)), sak(letter(tittel="Krav om miljøinformasjon"))),
    "F04": (sak(letter(tittel="Krav etter GDPR", days_ago=40)), sak(letter(tittel="Krav etter GDPR"))),
    "F05": (sak(letter(forfallsdato=TODAY - timedelta(days=1))), sak(letter(forfallsdato=TODAY))),
    "F06": (sak(letter(parter=NOBODY, enhet="")), sak(letter())),
    "F07": (
        sak(letter(avskrivninger=off(Avskrivningsmaate.BREV))),
        sak(letter(avskrivninger=off(Avskrivningsmaate.BREV, "jp-2")), OUT),
    ),
    "F08": (sak(letter(tittel="Klage på vedtak", days_ago=70)), sak(letter(tittel="Klage på vedtak", days_ago=10))),
}  # fmt: skip


def seen(given: PublishedEntry | With) -> set[str]:
    one = given if isinstance(given, With) else With(given)
    judge = Judge(setup=one.setup, today=TODAY, told=one.told, ruleset=RULES)
    return {note.check for note in judge.entry(one.entry, one.sak, one.archived).notes}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_check_of_an_entry_hits_and_lets_pass(name: str) -> None:
    hits, passes = ENTRIES[name]
    assert f"PJ-{name}" in seen(hits)
    assert f"PJ-{name}" not in seen(passes)


@pytest.mark.parametrize("name", CASES)
def test_a_check_of_a_case_hits_and_lets_pass(name: str) -> None:
    hits, passes = ({note.check for _, note in JUDGE.case(one, frozenset({"jp-1"}))} for one in CASES[name])
    assert f"PJ-{name}" in hits
    assert f"PJ-{name}" not in passes


def of_file(text: str, *found: Finding) -> Sequence[Noted]:
    look = look_at(entry(), setup=DEFAULT, today=TODAY, told=TOLD)
    return list(of_text(file(), text, found, look))


def test_files_are_judged_by_text_leaks_and_pay() -> None:
    number = Finding(etikett="FNR", alvor=Severity.BLOCK, sted="tekst", start=0, end=11, masked="01…91", rule="x")
    note = Finding(etikett="HEALTH", alvor=Severity.NOTE, sted="tekst", start=0, end=4, masked="", rule="x")
    assert ["PJ-H01"] == [one.check for one in of_file(FNR, number)]
    assert [] == of_file("Helseplan", note)
    assert ["PJ-H02"] == [one.check for one in of_leaks(file(), ["svart_boks"])]
    assert [] == list(of_leaks(file(), []))
    assert ["PJ-H07"] == [one.check for one in of_file("Kari Nordmann har en årslønn på kr 612 000 fra august.")]
    assert [] == of_file("Kommunedirektør Kari Nordmann har en årslønn på kr 1 612 000.")


def test_every_check_has_examples_that_run() -> None:
    """Rules have theirs in the rule files, where lint runs them; sets and H06 in tests of the sweep."""
    assert RULES is not None
    ruled = {check_of_rule(rule.id) for rule in RULES.rules if rule.hits and rule.misses}
    coded = {f"PJ-{name}" for name in (*ENTRIES, *CASES)} | {"PJ-H01", "PJ-H02", "PJ-H07", "PJ-H06"}
    wholes = {check for check, _ in SETS}
    assert set(CHECKS) == (ruled & set(CHECKS)) | coded | wholes
    assert {check.id for check in CHECKS.values() if check.where is Where.RULE} <= ruled


def test_no_note_repeats_what_it_saw() -> None:
    notes = JUDGE.entry(entry(offentlig_tittel=f"Klage fra Kari Nordmann {FNR}", skjerming=UO)).notes
    assert {"PJ-A01", "PJ-C01"} <= {note.check for note in notes}
    told = " ".join(f"{note.masked} {note.note} {note.field}" for note in notes)
    assert not re.search(rf"{FNR}|Nordmann|{FNR[2:9]}", told)
    assert FNR not in repr(notes)


def test_what_the_house_says_holds() -> None:
    quiet = replace(DEFAULT, off=frozenset({"PJ-E03"}), allowed={"PJ-G12": ("skjenkebevilling",)})
    assert "PJ-E03" not in seen(With(entry(dokumentets_dato=None), setup=quiet))
    assert "PJ-G12" not in seen(With(entry(offentlig_tittel="Søkand om skjenkebevilling"), setup=quiet))

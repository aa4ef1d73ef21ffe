"""What is proposed to a person of one post, and on what ground: case by key, then title, access, date, sender."""

from __future__ import annotations

from datetime import UTC, date, datetime

from models.archive import Saksmappe, SaksmappeRef
from models.facts import Facts, Unknown
from models.finding import Finding, Severity
from models.noark import Arkivdelstatus, Saksstatus
from models.proposal import Told
from robot.language.belongs import ANSWERS, PROPERTY, cases_for, queries, ranked
from robot.language.known import with_told
from robot.language.proposals import proposals, told_text


def case(number, tittel, *, status=Saksstatus.UNDER_BEHANDLING, known=()):
    return Saksmappe(
        ref=SaksmappeRef(system_id=f"s{number}", saksnummer=number),
        tittel=tittel,
        arkivdel="BYGG",
        arkivdelstatus=Arkivdelstatus.AKTIV,
        saksstatus=status,
        administrativ_enhet="PLAN",
        known=known,
    )


def letter(**more):
    values = {"emne": "Garasje på gnr 12 bnr 345", "brødtekst": "Viser til sak 2026/77.\nMed hilsen\nOla Eksempel"}
    return Facts(values={**values, "funn": (), "dato.mottatt": datetime(2026, 6, 15, tzinfo=UTC), **more})


def by_what(found):
    return {proposal.what: proposal for proposal in found}


class Cases:
    """An archive that knows cases by number and by property."""

    def __init__(self, *, number=(), place=()):
        self._number, self._place = number, place

    def find_saksmapper(self, query):
        return iter(self._number if query.saksnummer else self._place if query.nasjonal_identifikator else ())


def test_numbers_and_properties_in_the_letter_are_what_the_archive_is_asked_for():
    asked = list(queries(letter(vår_ref="2025/3")))

    assert asked[0][:2] == (ANSWERS, "2025/3")
    assert [key for by, key, _ in asked if by == PROPERTY] == ["12/345"]
    assert "2026/77" in [key for _, key, _ in asked]


def test_of_the_cases_on_a_property_the_one_with_the_likest_title_comes_first():
    alike = [case("2026/1", "Fradeling av tomt"), case("2026/2", "Garasje og tilbygg"), case("2020/9", "Ferdigattest")]

    found = cases_for(letter(), Cases(place=alike))

    assert found[0].saksnummer == "2026/2"
    assert found[0].score > found[1].score
    assert sum(proposal.score for proposal in found) <= 1


def test_a_closed_case_counts_less_than_an_open_one():
    first, second = ranked(
        [case("2026/1", "Garasje", status=Saksstatus.AVSLUTTET), case("2026/2", "Garasje")],
        letter(),
        by=PROPERTY,
        key="12/345",
    )

    assert first.score < second.score
    assert not first.open


def test_every_field_has_a_proposal_with_its_ground():
    facts = letter(**{"dato.dokument": date(2026, 6, 1), "avsender.navn": "Fjord AS", "avsender.orgnr": "974760673"})

    found = by_what(proposals(facts, cases_for(facts, Cases(number=[case("2026/77", "Garasje")]))))

    assert found["sak"].value.startswith("2026/77")
    assert found["sak"].probability is None, "how often the right case is found has not been measured"
    assert found["tittel"].value == "Garasje på gnr 12 bnr 345"
    assert found["tilgang"].value == "åpen"
    assert found["dokumentdato"].value == "2026-06-01"
    assert found["avsender"].value == "Fjord AS (974760673)"
    assert all(proposal.because for proposal in found.values())


def test_a_finding_proposes_shielding_and_names_what_was_found():
    finding = Finding(
        etikett="FNR", alvor=Severity.BLOCK, sted="brødtekst", start=0, end=11, masked="***********", rule="fnr"
    )

    assert by_what(proposals(letter(funn=(finding,))))["tilgang"].because == "fant FNR"
    assert by_what(proposals(letter(funn=Unknown())))["tilgang"].value == "vurder selv"


def test_a_subject_that_says_nothing_gives_way_to_the_class():
    told = Told(
        target="kategori", label=None, best=(("byggesak", 0.71),), words=("garasje",), silence="unsure", pipeline="ab"
    )
    facts = with_told(letter(emne="Skannet dokument", brødtekst="Garasje, gnr 12 bnr 345"), [told])

    found = by_what(proposals(facts))["tittel"]

    assert found.value == "Byggesak – 12/345"
    assert found.probability == 0.71
    assert facts.get("kategori") == Unknown()
    assert facts.get("kategori.sikkerhet") == 0.71


def test_the_signature_tells_the_sender_of_a_scanned_letter():
    assert by_what(proposals(letter()))["avsender"].value == "Ola Eksempel"


def test_what_a_pipeline_said_reads_as_a_sentence():
    best = (("byggesak", 0.94), ("nabovarsel", 0.03))
    sure = Told(target="kategori", label="byggesak", best=best, words=("garasje",), silence="", pipeline="ab")
    unsure = Told(target="kategori", label=None, best=best, words=(), silence="strange", pipeline="ab")

    assert told_text(sure) == "byggesak 94 % (nabovarsel 3 %); ord: garasje"
    assert told_text(unsure).startswith("vet ikke, ligner ikke på noe den har lært. Nærmest: byggesak 94 %")

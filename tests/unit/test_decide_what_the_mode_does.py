"""The pure function ``decide``, row by row of «What the mode does» and the limits the house sets beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.answer import Answer, Verb
from models.archive import Saksmappe, SaksmappeRef
from models.decision import Decision, Lack, Mode, Way
from models.facts import Facts, Unknown
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
    TilMenneske,
    Utfall,
    VideresendUtfall,
)
from models.noark import (
    TEMPORARY,
    TEMPORARY_CODE,
    Arkivdelstatus,
    Journalposttype,
    Journalstatus,
    Korrespondanseparttype,
    Saksstatus,
    Skjerming,
    SkjermingDokument,
    SkjermingMetadata,
)
from models.organisation import Enhet, Organisation
from models.reading import PartKind, ReadPage, ReadPart, ReadPost
from models.reasons import ReasonCode
from models.store.codec import pack, unpack
from robot.answers import as_hit
from robot.cases import CaseAnswer
from robot.decide import Grounds, approved, chosen, decide
from robot.titles import MAX_TITLE
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


# --- The table ---------------------------------------------------------------------------------------------------


def test_a_journalpost_in_auto_is_j_when_nothing_is_missing():
    planned = archive()
    assert planned.status is Journalstatus.JOURNALFOERT
    assert planned.lacks == ()
    assert planned.tilgang == "open"
    assert planned.type is Journalposttype.INNGAAENDE
    assert planned.mottatt_dato == date(2026, 6, 15)


def test_a_journalpost_in_forslag_is_archived_as_m():
    is_m(archive(modus=Mode.FORSLAG), Lack.MODE)


@pytest.mark.parametrize("utfall", [FORWARD, DISMISS])
def test_forward_and_dismiss_in_forslag_are_set_aside_as_proposals(utfall: Utfall):
    decision = decide(grounds(), hit(utfall, Mode.FORSLAG))
    assert (decision.way, decision.reason) == (Way.SET_ASIDE, ReasonCode.PROPOSAL)
    assert decision.proposed is (Way.FORWARD if utfall is FORWARD else Way.DISMISS)
    assert decision.mode is Mode.FORSLAG
    assert decision.rule == "skole/søknad"


def test_a_forward_in_auto_is_sent_and_followed_up():
    decision = decide(grounds(), hit(FORWARD))
    assert decision.way is Way.FORWARD
    assert decision.forward is not None
    assert (decision.forward.to, decision.forward.channel) == (FORSLAG_TIL, "epost")
    assert decision.forward.follow_up_by == date(2026, 7, 1)


def test_a_dismissal_in_auto_is_done_with_its_ground():
    decision = decide(grounds(), hit(DISMISS))
    assert (decision.way, decision.reason, decision.detail) == (Way.DISMISS, ReasonCode.REKLAME, "Arkivforskrifta § 14")


@pytest.mark.parametrize("modus", [Mode.FORSLAG, Mode.AUTO])
def test_til_menneske_is_set_aside_with_the_rules_words_and_proposes_nothing(modus: Mode):
    decision = decide(grounds(), hit(TilMenneske(tekst="Ring innsender"), modus))
    assert (decision.way, decision.reason, decision.detail) == (
        Way.SET_ASIDE,
        ReasonCode.RULE_TO_HUMAN,
        "Ring innsender",
    )
    assert decision.proposed is None


def test_a_hit_of_a_draft_rule_is_as_if_the_rule_were_absent():
    draft = hit(journalpost(), Mode.UTKAST)
    judgement = Judgement(ruleset_sha256="f" * 64, winner=None, problem=ReasonCode.NO_RULE, drafts=(draft,))
    assert chosen(judgement, None, READ) is None
    decision = decide(grounds(judgement=judgement), None)
    assert (decision.way, decision.reason, decision.proposed) == (Way.SET_ASIDE, ReasonCode.NO_RULE, None)


def test_rules_that_disagree_are_named():
    judgement = Judgement(
        ruleset_sha256="f" * 64, winner=None, problem=ReasonCode.RULES_DISAGREE, problem_rules=("a/x", "b/y")
    )
    decision = decide(grounds(judgement=judgement), None)
    assert decision.reason is ReasonCode.RULES_DISAGREE
    assert "a/x" in decision.detail
    assert "b/y" in decision.detail


def test_a_main_document_that_could_not_be_read_is_set_aside_before_any_rule():
    read = ReadPost(parts=(part(reason=ReasonCode.ENCRYPTED, detail="Filen er kryptert."),))
    judgement = Judgement(ruleset_sha256="f" * 64, winner=hit(journalpost()))
    assert chosen(judgement, None, read) is None
    decision = decide(grounds(judgement=judgement, read=read), None)
    assert (decision.way, decision.reason, decision.detail) == (
        Way.SET_ASIDE,
        ReasonCode.ENCRYPTED,
        "Filen er kryptert.",
    )


def test_a_winner_with_a_value_missing_is_set_aside_for_that():
    broken = replace(
        hit(journalpost()), utfall=None, problem=ReasonCode.VALUE_MISSING, problem_detail="Fant ingen frist."
    )
    judgement = Judgement(ruleset_sha256="f" * 64, winner=broken)
    assert chosen(judgement, None, READ) is None
    decision = decide(grounds(judgement=judgement), None)
    assert (decision.reason, decision.detail, decision.rule) == (
        ReasonCode.VALUE_MISSING,
        "Fant ingen frist.",
        "skole/søknad",
    )


# --- Access is always said -----------------------------------------------------------------------------------------


def test_without_a_word_of_access_the_entry_is_temporary_and_m():
    planned = archive(utfall=journalpost(tilgang_aapen=False))
    assert planned.skjerming == TEMPORARY
    is_m(planned, Lack.ACCESS)


def test_without_a_word_of_access_a_new_case_is_temporary_and_the_entry_m():
    decision = decide(grounds(found=NEW), hit(journalpost(sak=new_case(tilgang_aapen=False))))
    assert decision.case is not None
    assert decision.case.new is not None
    assert decision.case.new.skjerming == TEMPORARY
    is_m(archived(decision), Lack.CASE_ACCESS)


def test_a_complete_shielding_in_auto_is_j_and_hides_the_title():
    planned = archive(utfall=journalpost(tilgang_aapen=False, skjerming=WHOLE))
    assert planned.status is Journalstatus.JOURNALFOERT
    assert planned.tilgang == "shielded"
    assert "Søknad" not in planned.offentlig_tittel


@pytest.mark.parametrize("lacking", [replace(WHOLE, hjemmel=""), replace(WHOLE, skjul=())])
def test_a_shielding_without_provision_or_without_what_it_hides_is_m(lacking: Skjerming):
    is_m(archive(utfall=journalpost(skjerming=lacking)), Lack.SHIELDING_INCOMPLETE)


def test_the_strictest_shielding_wins_whichever_rule_says_it():
    assert archive(addition(skjerming=WHOLE), utfall=journalpost(skjerming=SOME)).skjerming == WHOLE
    assert archive(addition(skjerming=SOME), utfall=journalpost(skjerming=WHOLE)).skjerming == WHOLE
    assert archive(addition(skjerming=TEMPORARY), utfall=journalpost(skjerming=WHOLE)).skjerming == TEMPORARY


def test_no_rule_opens_what_another_closed():
    planned = archive(addition(skjerming=SOME), utfall=journalpost(tilgang_aapen=True))
    assert planned.skjerming == SOME
    assert planned.status is Journalstatus.JOURNALFOERT


# --- What could not be read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", [UNREAD, PAGE_UNREAD])
def test_post_with_an_unread_part_is_never_j_and_never_open(read: ReadPost):
    planned = archive(read=read)
    assert planned.skjerming == TEMPORARY
    is_m(planned, Lack.UNREAD, Lack.ACCESS)


def test_a_rules_own_shielding_stays_on_post_with_an_unread_part_but_it_is_m():
    planned = archive(read=UNREAD, utfall=journalpost(skjerming=WHOLE))
    assert planned.skjerming == WHOLE
    is_m(planned, Lack.UNREAD)


@pytest.mark.parametrize("modus", [Mode.FORSLAG, Mode.AUTO])
@pytest.mark.parametrize("read", [UNREAD, PAGE_UNREAD])
def test_post_with_an_unread_part_is_never_dismissed(read: ReadPost, modus: Mode):
    decision = decide(grounds(read=read), hit(DISMISS, modus))
    assert (decision.way, decision.reason) == (Way.SET_ASIDE, ReasonCode.PART_UNREAD)


# --- Findings ------------------------------------------------------------------------------------------------------


def test_a_mark_without_a_rules_shielding_gives_the_temporary_code_and_m():
    planned = archive(facts={"funn": (MARK,)})
    assert planned.skjerming == TEMPORARY
    is_m(planned, Lack.FINDING, Lack.ACCESS)


def test_a_mark_in_the_part_that_was_read_counts():
    planned = archive(facts={"funn": Unknown(known=(MARK,))}, read=UNREAD)
    is_m(planned, Lack.FINDING, Lack.ACCESS, Lack.UNREAD)


def test_a_mark_under_the_rules_complete_shielding_is_j_in_auto():
    planned = archive(facts={"funn": (MARK,)}, utfall=journalpost(skjerming=WHOLE))
    assert planned.status is Journalstatus.JOURNALFOERT
    assert planned.skjerming == WHOLE


def test_a_mark_under_an_adding_rules_complete_shielding_is_j_in_auto():
    assert archive(addition(skjerming=WHOLE), facts={"funn": (MARK,)}).status is Journalstatus.JOURNALFOERT


def test_a_note_marks_nothing():
    assert archive(facts={"funn": (NOTE,)}).status is Journalstatus.JOURNALFOERT


# --- Sender, type, duplicate ---------------------------------------------------------------------------------------


def test_an_unknown_sender_is_named_so_and_the_entry_is_m():
    planned = archive(facts={"avsender.navn": "", "avsender.adresse": ""})
    assert [p.navn for p in planned.parter if p.type is Korrespondanseparttype.AVSENDER] == ["Ukjent avsender"]
    is_m(planned, Lack.SENDER_UNKNOWN)


def test_the_recipient_is_the_unit_it_is_given_to():
    [recipient] = [p for p in archive().parter if p.type is Korrespondanseparttype.INTERN_MOTTAKER]
    assert (recipient.navn, recipient.administrativ_enhet) == ("Prøve skole", "SKOLE")


def test_a_possible_duplicate_is_m():
    is_m(archive(facts={"duplikat": "mulig"}), Lack.DUPLICATE)


def test_post_from_a_colleague_is_internal_and_m():
    planned = archive(facts={"avsender.intern": True})
    assert planned.type is Journalposttype.ORGANINTERNT_OPPFOELGING
    is_m(planned, Lack.TYPE)


def test_an_outgoing_type_is_never_j():
    is_m(archive(utfall=journalpost(type="U")), Lack.TYPE)


def test_a_sender_not_known_in_the_case_is_proposed_not_done():
    decision = decide(grounds(found=replace(EXISTING, sender_known=False)), hit(journalpost()))
    assert (decision.way, decision.reason) == (Way.SET_ASIDE, ReasonCode.SENDER_NOT_IN_CASE)
    assert decision.proposed is Way.ARCHIVE
    assert decision.journalpost is not None


# --- Rules that only add -------------------------------------------------------------------------------------------


def test_an_addition_whose_condition_is_unknown_gives_the_temporary_code_and_m():
    planned = archive(addition(unknown=True, skjerming=WHOLE))
    assert planned.skjerming == TEMPORARY
    is_m(planned, Lack.RULE_UNKNOWN, Lack.ACCESS)


def test_an_addition_whose_condition_is_unknown_is_listed_and_adds_only_haste():
    maybe = addition(
        unknown=True, forfall=date(2026, 6, 20), varsel=("vakt",), kopi_til=("a@prove.example",), haster=True
    )
    decision = decide(grounds(maybe), hit(journalpost()))
    assert archived(decision).forfall is None
    assert (decision.notify, decision.copies, decision.urgent) == ((), (), True)
    assert decision.listed == ("felles/legg-til",)


def test_an_adding_rule_in_forslag_is_applied_and_the_entry_at_most_m():
    planned = archive(addition(Mode.FORSLAG, forfall=date(2026, 7, 6)))
    assert planned.forfall == date(2026, 7, 6)
    is_m(planned, Lack.ADDING_RULE)


def test_an_adding_rule_in_utkast_is_not_applied():
    draft = addition(
        Mode.UTKAST,
        skjerming=WHOLE,
        forfall=date(2026, 7, 6),
        varsel=("v",),
        kopi_til=("k@prove.example",),
        haster=True,
    )
    with_draft = decide(grounds(draft), hit(journalpost()))
    assert with_draft == decide(grounds(), hit(journalpost()))
    assert archived(with_draft).status is Journalstatus.JOURNALFOERT


@pytest.mark.parametrize(
    ("own", "added", "expected"),
    [
        (date(2026, 7, 6), (date(2026, 7, 1), date(2026, 8, 1)), date(2026, 7, 1)),
        (date(2026, 7, 6), (date(2026, 8, 1),), date(2026, 7, 6)),
        (None, (date(2026, 8, 1),), date(2026, 8, 1)),
        (None, (), None),
    ],
)
def test_the_earliest_forfall_wins(own: date | None, added: tuple[date, ...], expected: date | None):
    assert archive(*(addition(forfall=d) for d in added), utfall=journalpost(forfall=own)).forfall == expected


def test_notices_and_copies_add_up_once_each():
    decision = decide(
        grounds(
            addition(varsel=("b", "a"), kopi_til=("y@prove.example",)),
            addition(varsel=("a",), kopi_til=("x@prove.example", "y@prove.example")),
        ),
        hit(journalpost()),
    )
    assert decision.notify == ("a", "b")
    assert decision.copies == ("x@prove.example", "y@prove.example")


def test_a_copy_obeys_the_rule_for_forwarding():
    copy = addition(kopi_til=("x@prove.example",), skjerming=WHOLE)
    decision = decide(grounds(copy, facts={"funn": (MARK,)}), hit(journalpost()))
    assert decision.copies == ()


@pytest.mark.parametrize(
    "utfall", [TilMenneske(tekst="Se på denne"), journalpost(fordel_til=""), FORWARD, journalpost()]
)
def test_haste_is_kept_whatever_becomes_of_the_post(utfall: Utfall):
    found = NEW if isinstance(utfall, JournalpostUtfall) and not utfall.fordel_til else EXISTING
    assert decide(grounds(addition(haster=True), found=found), hit(utfall)).urgent
    assert not decide(grounds(found=found), hit(utfall)).urgent


def test_haste_is_kept_when_no_rule_hit():
    judgement = Judgement(ruleset_sha256="f" * 64, winner=None, additions=(addition(haster=True, varsel=("vakt",)),))
    decision = decide(grounds(judgement=judgement), None)
    assert decision.way is Way.SET_ASIDE
    assert decision.urgent
    assert decision.notify == ("vakt",)


# --- What is obligatory even for M ---------------------------------------------------------------------------------

FULL_NY = {"tittel": "Nabovarsler", "arkivdel": "SAK", "klasse": "L42", "enhet": "BAR", "saksansvarlig": "ufordelt"}


@pytest.mark.parametrize("field", ["arkivdel", "klasse", "saksansvarlig"])
def test_a_new_case_that_lacks_a_field_is_set_aside_naming_it(field: str):
    utfall = journalpost(sak=new_case(**(FULL_NY | {field: ""})), fordel_til="BAR")
    decision = decide(grounds(found=NEW), hit(utfall))
    assert (decision.way, decision.reason) == (Way.SET_ASIDE, ReasonCode.FIELDS_MISSING)
    assert decision.detail == f"Mangler {field}."
    assert decision.journalpost is None


def test_every_missing_field_is_named():
    decision = decide(grounds(found=NEW), hit(journalpost(sak=new_case(enhet="BAR"), fordel_til="BAR")))
    assert decision.detail == "Mangler arkivdel, klasse, saksansvarlig."


def test_post_without_any_unit_is_set_aside_naming_it():
    decision = decide(grounds(found=NEW), hit(journalpost(sak=new_case(**(FULL_NY | {"enhet": ""})), fordel_til="")))
    assert decision.reason is ReasonCode.FIELDS_MISSING
    assert "enhet" in decision.detail


def test_a_new_case_takes_what_the_rule_left_out_from_the_unit_register_and_the_samlesak_text():
    decision = decide(grounds(found=NEW), hit(journalpost(sak=new_case(enhet="SKOLE"), fordel_til="")))
    assert archived(decision).enhet == "SKOLE"
    assert decision.case is not None
    new = decision.case.new
    assert new is not None
    assert (new.tittel, new.arkivdel, new.klasse, new.saksansvarlig) == ("Nabovarsler 2026", "SAK", "B10", "ufordelt")


def test_without_fordel_til_an_existing_case_lends_its_unit():
    assert archive(utfall=journalpost(fordel_til="")).enhet == "SKOLE"


def test_a_case_that_was_not_found_sets_the_post_aside_for_that():
    found = CaseAnswer(problem=ReasonCode.CASE_CLOSED, detail="Saken 2026/17 er avsluttet.")
    decision = decide(grounds(found=found), hit(journalpost()))
    assert (decision.way, decision.reason, decision.detail) == (
        Way.SET_ASIDE,
        ReasonCode.CASE_CLOSED,
        "Saken 2026/17 er avsluttet.",
    )


# --- Forwarding ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("modus", [Mode.FORSLAG, Mode.AUTO])
@pytest.mark.parametrize(
    ("fields", "utfall"),
    [
        pytest.param({"facts": {"funn": (MARK,)}}, FORWARD, id="finding"),
        pytest.param({"facts": {"funn": Unknown(known=(MARK,))}}, FORWARD, id="finding in part"),
        pytest.param({"facts": {"funn": Unknown()}}, FORWARD, id="findings unknown"),
        pytest.param({"facts": {"taushetsbelagt": True}}, FORWARD, id="confidential"),
        pytest.param({"facts": {"nivå": 4}}, FORWARD, id="level 4"),
        pytest.param({"read": UNREAD}, FORWARD, id="unread part"),
        pytest.param({"read": PAGE_UNREAD}, FORWARD, id="unread page"),
        pytest.param({"org": replace(ORG, forward_channels=())}, FORWARD, id="channel not set up"),
        pytest.param({}, replace(FORWARD, kanal="svarut"), id="other channel"),
        pytest.param({"org": replace(ORG, forward_domains=("annen.example",))}, FORWARD, id="foreign domain"),
    ],
)
def test_a_forward_that_must_not_be_sent_is_set_aside_and_not_even_proposed(fields: Any, utfall: Utfall, modus: Mode):
    decision = decide(grounds(**fields), hit(utfall, modus))
    assert (decision.way, decision.reason) == (Way.SET_ASIDE, ReasonCode.FORWARD_BLOCKED)
    assert (decision.forward, decision.proposed) == (None, None)
    assert decision.detail


@pytest.mark.parametrize("facts", [{"funn": (NOTE,)}, {"nivå": 3}, {"taushetsbelagt": False}])
def test_a_forward_is_not_stopped_by_less(facts: dict[str, Any]):
    own = replace(ORG, forward_domains=("prove.example",))
    assert decide(grounds(facts=facts, org=own), hit(FORWARD)).way is Way.FORWARD


# --- Titles --------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("between", ["", " "])
@pytest.mark.parametrize("by_rule", [True, False])
def test_an_identity_number_never_stands_in_a_title(between: str, by_rule: bool):
    fnr = synthetic_fnr()
    written = f"{fnr[:6]}{between}{fnr[6:]}"
    subject = f"Klage fra {written} om vedtak"
    assert scan(subject, sted="emne"), "the number must be one that the detectors see"
    planned = archive(
        facts={"emne": subject}, utfall=journalpost(tittel=subject if by_rule else "", offentlig_tittel=subject)
    )
    for title in (planned.tittel, planned.offentlig_tittel, planned.dokumenter[0].tittel):
        assert written not in title
        assert fnr[6:] not in title
        assert title.startswith("Klage fra ")
        assert title.endswith(" om vedtak")


def test_an_identity_number_never_stands_in_the_title_of_a_new_case():
    fnr = synthetic_fnr()
    sak = new_case(tittel=f"Elev {fnr}", offentlig_tittel=f"Elev {fnr}", enhet="SKOLE")
    decision = decide(grounds(found=NEW), hit(journalpost(sak=sak)))
    assert archived(decision)
    assert decision.case is not None
    assert decision.case.new is not None
    assert fnr not in decision.case.new.tittel + decision.case.new.offentlig_tittel


def test_a_long_title_is_cut_and_says_so():
    planned = archive(utfall=journalpost(tittel="ord " * 300))
    for title in (planned.tittel, planned.offentlig_tittel):
        assert len(title) <= MAX_TITLE
        assert title.endswith("…")


def test_a_title_is_one_line_and_falls_back_to_subject_then_file_name():
    assert archive(utfall=journalpost(tittel="En\r\n  to\tre")).tittel == "En to re"
    assert archive(utfall=journalpost(tittel=""), facts={"emne": "Emnet"}).tittel == "Emnet"
    assert archive(utfall=journalpost(tittel=""), facts={"emne": ""}).tittel == "fil-0"


def test_the_public_title_shows_stars_for_shielded_words_and_nothing_when_temporary():
    worded = replace(WHOLE, ord=("Kari Testdatter",))
    planned = archive(utfall=journalpost(tittel="Plan for kari testdatter", skjerming=worded))
    assert planned.tittel == "Plan for kari testdatter"
    assert planned.offentlig_tittel == "Plan for *****"
    temporary = archive(utfall=journalpost(tittel="Plan for Kari Testdatter", tilgang_aapen=False))
    assert temporary.skjerming.kode == TEMPORARY_CODE
    assert "Kari" not in temporary.offentlig_tittel


# --- Approval ------------------------------------------------------------------------------------------------------

APPROVE = Answer(verb=Verb.APPROVE, user="saksbehandler")


def proposal(*additions: Addition, modus: Mode = Mode.FORSLAG, utfall: Utfall | None = None, **fields: Any) -> Decision:
    found = replace(EXISTING, sender_known=False)
    return decide(grounds(*additions, found=found, **fields), hit(utfall or journalpost(), modus))


def test_approving_takes_away_what_only_the_mode_held_back():
    proposed = proposal(addition(Mode.FORSLAG, haster=True))
    assert proposed.journalpost is not None
    is_m(proposed.journalpost, Lack.MODE, Lack.ADDING_RULE)
    decision = approved(proposed, APPROVE)
    assert decision is not None
    planned = archived(decision)
    assert (planned.status, planned.lacks) == (Journalstatus.JOURNALFOERT, ())
    assert (decision.mode, decision.reason, decision.proposed) == (Mode.AUTO, None, None)
    assert decision.because[0].source == "answer:approve"
    assert decision.urgent


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        pytest.param({"read": UNREAD}, {Lack.UNREAD, Lack.ACCESS}, id="unread"),
        pytest.param({"utfall": journalpost(tilgang_aapen=False)}, {Lack.ACCESS}, id="access"),
        pytest.param({"facts": {"funn": (MARK,)}}, {Lack.FINDING, Lack.ACCESS}, id="finding"),
        pytest.param({"facts": {"duplikat": "mulig"}}, {Lack.DUPLICATE}, id="duplicate"),
    ],
)
def test_approving_leaves_m_what_lacks_more_than_the_mode(fields: Any, lacks: set[Lack]):
    decision = approved(proposal(**fields), APPROVE)
    assert decision is not None
    is_m(archived(decision), *lacks)


@pytest.mark.parametrize(("utfall", "way"), [(FORWARD, Way.FORWARD), (DISMISS, Way.DISMISS)])
def test_an_approved_forward_or_dismissal_is_what_the_rule_would_have_done_in_auto(utfall: Utfall, way: Way):
    decision = approved(proposal(utfall=utfall), APPROVE)
    automatic = decide(grounds(), hit(utfall))
    assert decision is not None
    assert decision.way is way
    assert (decision.forward, decision.reason) == (automatic.forward, automatic.reason)


def test_nothing_proposed_is_nothing_to_approve():
    assert approved(proposal(utfall=TilMenneske(tekst="x")), APPROVE) is None
    assert approved(decide(grounds(read=UNREAD), hit(DISMISS)), APPROVE) is None


# --- Purity --------------------------------------------------------------------------------------------------------

CASES: dict[str, tuple[Grounds, Hit | None]] = {
    "archived": (grounds(), hit(journalpost())),
    "new case": (grounds(found=NEW), hit(journalpost(sak=new_case(enhet="SKOLE"), skjerming=WHOLE))),
    "temporary": (grounds(read=UNREAD, facts={"funn": Unknown(known=(MARK,))}), hit(journalpost())),
    "forward": (grounds(), hit(FORWARD)),
    "forward proposed": (grounds(), hit(FORWARD, Mode.FORSLAG)),
    "dismissed": (grounds(), hit(DISMISS)),
    "case proposed": (grounds(found=replace(EXISTING, sender_known=False)), hit(journalpost())),
    "added": (grounds(addition(forfall=date(2026, 7, 1), varsel=("v",), haster=True)), hit(journalpost())),
    "no rule": (grounds(), None),
}


@pytest.mark.parametrize("name", CASES)
def test_a_decision_is_stored_and_read_back_whole(name: str):
    decision = decide(*CASES[name])
    assert unpack(pack(decision, Decision), Decision) == decision


@pytest.mark.parametrize("name", CASES)
def test_stored_input_gives_the_same_decision_again(name: str):
    ground, won = CASES[name]
    first = decide(ground, won)
    again = replace(
        ground,
        read=unpack(pack(ground.read, ReadPost), ReadPost),
        facts=unpack(pack(ground.facts, Facts), Facts),
        judgement=unpack(pack(ground.judgement, Judgement), Judgement),
    )
    stored_hit = unpack(pack(won, Hit), Hit) if won is not None else None
    assert decide(again, stored_hit) == first
    assert pack(decide(again, stored_hit), Decision) == pack(first, Decision)


# --- A person's answer ---------------------------------------------------------------------------------------------


def test_a_persons_answer_goes_before_any_rule_and_is_its_ground():
    answer = Answer(
        verb=Verb.CORRECT, user="u", saksnummer="2026/17", tittel="Ny tittel", enhet="SKOLE", tilgang="åpen"
    )
    judgement = Judgement(ruleset_sha256="f" * 64, winner=hit(DISMISS))
    won = chosen(judgement, answer, READ)
    assert won == as_hit(answer)
    decision = decide(grounds(judgement=judgement, answer=answer, read=UNREAD, facts={"duplikat": "mulig"}), won)
    planned = archived(decision)
    assert (planned.tittel, planned.tilgang, planned.status) == ("Ny tittel", "open", Journalstatus.JOURNALFOERT)
    assert decision.because[0].source == "answer:correct"


def test_an_answer_without_a_word_of_access_leaves_the_entry_temporary():
    answer = Answer(verb=Verb.CORRECT, user="u", saksnummer="2026/17", tittel="T", enhet="SKOLE")
    planned = archived(decide(grounds(answer=answer), as_hit(answer)))
    assert planned.skjerming == TEMPORARY
    is_m(planned, Lack.ACCESS)


def test_not_even_a_person_forwards_post_with_a_finding_by_ordinary_mail():
    answer = Answer(verb=Verb.FORWARD, user="u", til=FORSLAG_TIL, grunn="gjelder dere")
    decision = decide(grounds(answer=answer, facts={"funn": (MARK,)}), as_hit(answer))
    assert (decision.way, decision.reason) == (Way.SET_ASIDE, ReasonCode.FORWARD_BLOCKED)


def test_a_person_who_names_the_case_is_not_asked_whether_the_sender_is_known_there():
    answer = Answer(verb=Verb.CORRECT, user="u", saksnummer="2026/17", tittel="T", enhet="SKOLE", tilgang="åpen")
    found = replace(EXISTING, sender_known=False)
    assert archived(decide(grounds(answer=answer, found=found), as_hit(answer))).status is Journalstatus.JOURNALFOERT


def test_a_persons_shielding_hides_the_title_and_needs_its_provision():
    answer = Answer(verb=Verb.CORRECT, user="u", saksnummer="2026/17", tittel="Om Kari", enhet="SKOLE", tilgang="UO")
    is_m(archived(decide(grounds(answer=answer), as_hit(answer))), Lack.SHIELDING_INCOMPLETE)
    whole = replace(answer, hjemmel=WHOLE.hjemmel)
    planned = archived(decide(grounds(answer=whole), as_hit(whole)))
    assert planned.status is Journalstatus.JOURNALFOERT
    assert "Kari" not in planned.offentlig_tittel


def test_a_person_does_not_open_what_a_rule_closed():
    answer = Answer(verb=Verb.CORRECT, user="u", saksnummer="2026/17", tittel="T", enhet="SKOLE", tilgang="åpen")
    planned = archived(decide(grounds(addition(skjerming=WHOLE), answer=answer), as_hit(answer)))
    assert planned.skjerming == WHOLE


def test_a_person_dismisses_post_with_an_unread_part():
    answer = Answer(verb=Verb.DISMISS, user="u", grunn="reklame")
    decision = decide(grounds(answer=answer, read=UNREAD), as_hit(answer))
    assert (decision.way, decision.reason) == (Way.DISMISS, ReasonCode.REKLAME)


def test_an_identity_number_a_person_writes_does_not_stand_in_a_title():
    fnr = synthetic_fnr()
    answer = Answer(
        verb=Verb.CORRECT,
        user="u",
        saksnummer="2026/17",
        tittel=f"Om {fnr}",
        offentlig_tittel=f"Om {fnr}",
        enhet="SKOLE",
        tilgang="åpen",
    )
    planned = archived(decide(grounds(answer=answer), as_hit(answer)))
    assert fnr not in planned.tittel + planned.offentlig_tittel


# --- What a decision says of itself --------------------------------------------------------------------------------


@pytest.mark.parametrize("utfall", [journalpost(), FORWARD, DISMISS, TilMenneske(tekst="Se"), None])
def test_every_decision_names_its_grounds_its_ruleset_and_its_twin(utfall: Utfall | None):
    haste = addition(haster=True)
    decision = decide(grounds(haste, duplicate_of="post-7"), hit(utfall) if utfall is not None else None)
    assert decision.because
    assert decision.because[-1].source == "rule:felles/legg-til"
    assert decision.ruleset_sha256 == "f" * 64
    assert decision.duplicate_of == "post-7"
    assert (decision.rule, decision.mode) == (("skole/søknad", Mode.AUTO) if utfall is not None else (None, None))


def test_a_journalpost_is_never_planned_without_asking_for_its_case():
    with pytest.raises(ValueError, match="case"):
        decide(grounds(found=None), hit(journalpost()))


def test_the_grounds_are_left_as_they_were():
    ground, won = CASES["temporary"]
    before = pack(ground.facts, Facts) + pack(ground.judgement, Judgement) + pack(ground.read, ReadPost)
    decide(ground, won)
    assert before == pack(ground.facts, Facts) + pack(ground.judgement, Judgement) + pack(ground.read, ReadPost)


# --- A letter that a colleague passed on ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direction", "kind"), [("inn", Journalposttype.INNGAAENDE), ("ut", Journalposttype.UTGAAENDE)]
)
def test_a_forwarded_letter_takes_the_inner_letters_direction_and_sender(direction: str, kind: Journalposttype):
    inner = {"videresendt.retning": direction, "videresendt.avsender": ("Kari Testdatter", "kari@ute.example")}
    planned = archive(facts={"avsender.intern": True, "avsender.orgnr": "999999999", **inner})
    sender = planned.parter[0]
    assert planned.type is kind
    assert (sender.navn, sender.epostadresse, sender.organisasjons_id) == ("Kari Testdatter", "kari@ute.example", "")
    assert (planned.status is Journalstatus.JOURNALFOERT) is (direction == "inn")


def test_a_rule_that_says_incoming_for_a_colleagues_own_letter_gives_m():
    is_m(archive(utfall=journalpost(type="I"), facts={"avsender.intern": True}), Lack.SENDER_INTERNAL)


# --- Documents -----------------------------------------------------------------------------------------------------


def test_there_is_exactly_one_main_document_and_every_other_file_once():
    twin = part("0.1", PartKind.ATTACHMENT, sha256="b" * 64)
    read = ReadPost(parts=(part(), twin, replace(twin, ref="0.2"), part("0.3", PartKind.BODY)))
    roles = [d.tilknyttet_som.value for d in archive(read=read).dokumenter]
    assert roles == ["H", "V"]


def test_a_file_that_could_not_be_read_is_archived_all_the_same():
    assert [d.sha256 for d in archive(read=UNREAD).dokumenter] == [p.sha256 for p in UNREAD.parts]


# --- Found by these tests, and mended --------------------------------------------------------------------------------


def test_a_unit_that_the_new_case_has_is_not_called_missing():
    utfall = journalpost(sak=new_case(**(FULL_NY | {"klasse": ""})), fordel_til="")
    assert decide(grounds(found=NEW), hit(utfall)).detail == "Mangler klasse."


def test_an_approved_proposal_sends_the_copies_the_rules_asked_for():
    decision = approved(proposal(addition(kopi_til=("x@prove.example",))), APPROVE)
    assert decision is not None
    assert decision.copies == ("x@prove.example",)


@pytest.mark.parametrize("utfall", [journalpost(), FORWARD, TilMenneske(tekst="Se på denne")])
def test_an_adding_rule_whose_condition_is_unknown_is_listed_when_set_aside_too(utfall: Utfall):
    assert proposal(addition(unknown=True, varsel=("vakt",)), utfall=utfall).listed == ("felles/legg-til",)


def test_an_adding_rule_in_utkast_is_not_listed():
    draft = addition(Mode.UTKAST, unknown=True, varsel=("vakt",))
    assert decide(grounds(draft), hit(journalpost())).listed == ()


def test_a_shielded_word_at_the_cut_does_not_stand_half_in_the_public_title():
    worded = replace(WHOLE, ord=("Kari Testdatter",))
    long = "a" * (MAX_TITLE - 12) + " Kari Testdatter og mer"
    assert "Kari" not in archive(utfall=journalpost(tittel=long, skjerming=worded)).offentlig_tittel


def test_a_shielded_word_is_starred_however_its_spaces_stand():
    worded = replace(WHOLE, ord=("Kari  Testdatter",))
    planned = archive(utfall=journalpost(tittel="Plan for Kari  Testdatter", skjerming=worded))
    assert "Kari" not in planned.offentlig_tittel


def test_a_title_to_be_shielded_by_words_that_are_not_in_it_is_not_shown_whole():
    worded = replace(WHOLE, ord=("Kari Testdatter",))
    planned = archive(utfall=journalpost(tittel="Plan for Testdatter, Kari", skjerming=worded))
    assert "Kari" not in planned.offentlig_tittel


def test_post_whose_findings_are_not_known_is_never_j_and_never_open():
    planned = archive(facts={"funn": Unknown(known=())})
    assert planned.status is Journalstatus.MIDLERTIDIG
    assert planned.tilgang != "open"


def test_an_identity_number_never_stands_in_the_title_of_an_attached_document():
    fnr = synthetic_fnr()
    attached = part("0.1", PartKind.ATTACHMENT, name=f"attest {fnr}.pdf", sha256="b" * 64)
    planned = archive(read=ReadPost(parts=(part(), attached)))
    assert fnr not in planned.dokumenter[1].tittel


def test_a_new_case_with_an_incomplete_shielding_is_m():
    sak = new_case(enhet="SKOLE", tilgang_aapen=False, skjerming=replace(WHOLE, hjemmel=""))
    planned = archived(decide(grounds(found=NEW), hit(journalpost(sak=sak))))
    assert planned.status is Journalstatus.MIDLERTIDIG


def test_the_words_that_two_rules_shield_are_all_shielded():
    own, added = replace(WHOLE, ord=("Kari",)), replace(WHOLE, ord=("Ola",))
    title = archive(addition(skjerming=added), utfall=journalpost(tittel="Kari og Ola", skjerming=own)).offentlig_tittel
    assert "Kari" not in title
    assert "Ola" not in title


def test_what_one_rule_hides_stays_hidden_when_another_hides_more_things():
    own = replace(WHOLE, skjul=(SkjermingMetadata.NAVN_AVSENDER, SkjermingMetadata.TITTEL_DOKUMENT))
    added = replace(WHOLE, skjul=(SkjermingMetadata.TITTEL_REGISTRERING_ORD,))
    planned = archive(addition(skjerming=added), utfall=journalpost(tittel="Kari og Ola", skjerming=own))
    assert "Kari" not in planned.offentlig_tittel
    assert set(planned.skjerming.skjul) == {*own.skjul, *added.skjul}


def test_the_recipient_a_rule_names_stands_on_an_outgoing_entry():
    planned = archive(utfall=journalpost(type="U", mottaker="Kari Testdatter"))
    assert (Korrespondanseparttype.MOTTAKER, "Kari Testdatter") in [(p.type, p.navn) for p in planned.parter]


def test_the_main_document_a_rule_names_is_h():
    attached = part("0.1", PartKind.ATTACHMENT, name="brev.pdf", sha256="b" * 64)
    planned = archive(read=ReadPost(parts=(part(), attached)), utfall=journalpost(hoveddokument="brev.pdf"))
    assert [d.filnavn for d in planned.dokumenter if d.tilknyttet_som.value == "H"] == ["brev.pdf"]

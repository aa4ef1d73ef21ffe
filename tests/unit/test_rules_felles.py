"""The shared rules: no fault in them, and real messages end where they promise, from the bytes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from models.judgement import AvvisUtfall, JournalpostUtfall, Judgement, TilMenneske
from models.noark import TEMPORARY_CODE
from models.organisation import Organisation
from models.post import Envelope
from models.reading import ReadPost
from models.reasons import ReasonCode
from robot.facts import gather
from rules.engine import evaluate
from rules.load import load
from rules.model import RuleSet

ORG = Organisation(orgnr="910000004", name="Solvik kommune", own_domains=("solvik.example",))

Judge = Callable[..., Judgement]


@pytest.fixture(scope="module")
def felles() -> RuleSet:
    result = load(["felles"], None)
    assert () == result.faults
    assert result.ruleset is not None
    return result.ruleset


@pytest.fixture
def judge(read_document: Callable[..., ReadPost], felles: RuleSet) -> Judge:
    def run(content: bytes, *, name: str = "a.eml", duplicate: str | None = None) -> Judgement:
        facts = gather(
            envelope=Envelope(received_at=datetime(2026, 6, 15, 10, tzinfo=UTC)),
            channel="epost",
            inbox="postmottak",
            source_label=name,
            read=read_document(content, name=name),
            org=ORG,
            needs=felles.needs,
            duplicate=duplicate,
            answers_to=None,
        )
        return evaluate(felles, facts, ORG)

    return run


def mail(text: str, subject: str = "Hei", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Kari <kari@borger.example>", "p@solvik.example", subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def dismissed(judgement: Judgement) -> ReasonCode | None:
    outcome = judgement.winner.utfall if judgement.winner else None
    return outcome.grunn if isinstance(outcome, AvvisUtfall) else None


def test_an_automatic_reply_is_dismissed(judge: Judge) -> None:
    content = bytes(mail("Jeg er på ferie", "Automatisk svar: Vedtak", Auto_Submitted="auto-replied"))
    assert ReasonCode.AUTOMATISK_SVAR is dismissed(judge(content))


def test_an_automatic_reply_with_a_letter_attached_goes_to_a_person(judge: Judge) -> None:
    message = mail("Se vedlegg", "Automatisk svar: Vedtak", Auto_Submitted="auto-replied")
    message.add_attachment("Vi klager på vedtaket", filename="klage.txt")
    winner = judge(bytes(message)).winner
    assert winner is not None and isinstance(winner.utfall, TilMenneske)


def test_newsletters_and_system_mail_are_not_dismissed_by_shared_rules(judge: Judge) -> None:
    for header in ({"List_Id": "<a.b.example>"}, {"Precedence": "bulk"}, {"Auto_Submitted": "auto-generated"}):
        assert ReasonCode.NO_RULE is judge(bytes(mail("Faktura følger", **header))).problem


def test_an_empty_mail_is_dismissed_but_one_with_a_subject_is_not(judge: Judge) -> None:
    assert ReasonCode.TOM is dismissed(judge(bytes(mail("", ""))))
    assert ReasonCode.NO_RULE is judge(bytes(mail("", "Klage"))).problem


def test_an_empty_mail_with_an_attachment_is_kept(judge: Judge) -> None:
    message = mail("", "")
    message.add_attachment("Søknad", filename="soknad.txt")
    assert ReasonCode.NO_RULE is judge(bytes(message)).problem


def test_a_sure_duplicate_is_dismissed_and_a_possible_one_is_not(judge: Judge) -> None:
    content = bytes(mail("Søknad"))
    assert ReasonCode.DUPLIKAT is dismissed(judge(content, duplicate="sikker"))
    assert ReasonCode.NO_RULE is judge(content, duplicate="mulig").problem


def test_a_reply_with_our_reference_goes_to_its_case_shielded_until_somebody_looks(judge: Judge) -> None:
    winner = judge(b"Solvik, 3. juni 2026\n\nDeres ref: 2026/1184-3\n\nHer er tegningene.\n", name="brev.txt").winner
    assert winner is not None and isinstance(winner.utfall, JournalpostUtfall)
    assert "2026/1184" == winner.utfall.sak.saksnummer
    assert winner.utfall.skjerming is not None and TEMPORARY_CODE == winner.utfall.skjerming.kode


def test_two_references_are_for_a_person(judge: Judge) -> None:
    winner = judge(b"Deres ref: 2026/1184\nDeres ref: 2026/7\n", name="brev.txt").winner
    assert winner is not None and ReasonCode.VALUE_AMBIGUOUS is winner.problem


def test_the_senders_own_reference_finds_no_case(judge: Judge) -> None:
    assert ReasonCode.NO_RULE is judge(b"V\xc3\xa5r ref: 2026/1184\n", name="brev.txt").problem

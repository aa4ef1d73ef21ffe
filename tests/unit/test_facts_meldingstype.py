"""What sort of message a mail is. Whatever is not «vanlig» may be dismissed, so letters must never be taken for machines."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from models.reading import ReadPost
from robot.meldingstype import kind_of

Kind = Callable[[bytes], str | None]
PLAIN = "From: a@b.example\r\nTo: p@solvik.example\r\nSubject: {subject}\r\n{headers}\r\n{text}\r\n"
REPORT = (
    "Return-Path: <>\r\nFrom: MAILER-DAEMON@b.example\r\nSubject: Undelivered\r\n"
    'Content-Type: multipart/report; report-type={kind}; boundary="x"\r\n\r\n'
    "--x\r\nContent-Type: text/plain\r\n\r\nKunne ikke leveres\r\n"
    "--x\r\nContent-Type: message/{kind}\r\n\r\nReporting-MTA: dns; b.example\r\n\r\n--x--\r\n"
)
INVITE = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Mote\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def kind(read_document: Callable[..., ReadPost]) -> Kind:
    return lambda content: kind_of(read_document(content, name="a.eml"))


def plain(*headers: str, subject: str = "Hei", text: str = "Tekst") -> bytes:
    return PLAIN.format(subject=subject, headers="".join(f"{h}\r\n" for h in headers), text=text).encode()


@pytest.mark.parametrize(
    ("expected", "content"),
    [
        ("vanlig", plain()),
        ("vanlig", plain("List-Id: <nytt.b.example>", "Precedence: bulk")),
        ("vanlig", plain("Auto-Submitted: auto-generated")),
        ("vanlig", plain("Auto-Submitted: no")),
        ("vanlig", plain("X-Auto-Response-Suppress: All")),
        ("vanlig", plain(subject="Automatisk svar: ber om innsyn")),
        ("vanlig", plain(subject="Fravær fra skolen")),
        ("automatisk_svar", plain("Auto-Submitted: auto-replied (vacation)")),
        ("automatisk_svar", plain("Auto-Submitted: auto-replied; owner-email=x@b.example")),
        ("automatisk_svar", plain("X-Autoreply: yes")),
        ("automatisk_svar", plain("Auto-Submitted: auto-generated", subject="Automatisk svar: Vedtak")),
        ("returmelding", REPORT.format(kind="delivery-status").encode()),
        ("lesekvittering", REPORT.format(kind="disposition-notification").encode()),
        ("returmelding", b"Return-Path: <>\r\nX-Failed-Recipients: x@y.example\r\n" + plain()),
        ("vanlig", b"Return-Path: <>\r\n" + plain()),
        ("vanlig", plain().replace(b"a@b.example", b"postmaster@b.example")),
        ("kalender", b"Content-Type: text/calendar; method=REQUEST\r\n" + plain(text=INVITE)),
        ("tom", plain(subject="", text="")),
        ("tom", plain(subject="SV: ", text=" \r\n ")),
        ("vanlig", plain(subject="Ring meg", text="")),
        ("vanlig", b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n"),
    ],
)
def test_each_sort_is_told_by_its_own_sign(kind: Kind, expected: str, content: bytes) -> None:
    assert expected == kind(content)


def with_calendar(**more: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@b.example", "Møte"
    message.set_content("Kan du komme?")
    message.add_alternative(INVITE, subtype="calendar")
    for name, text in more.items():
        message.add_attachment(text, filename=f"{name}.txt")
    return message


def test_an_invitation_is_one_unless_letters_are_attached(kind: Kind) -> None:
    assert "kalender" == kind(bytes(with_calendar()))


def test_an_invitation_with_a_letter_attached_is_post(kind: Kind) -> None:
    assert "vanlig" == kind(bytes(with_calendar(brev="Klage på vedtak")))


def test_a_mail_without_text_but_with_attachments_is_not_empty(kind: Kind) -> None:
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content("")
    message.add_attachment("Søknad", filename="brev.txt")
    assert "vanlig" == kind(bytes(message))


def test_a_bounce_that_somebody_sends_on_is_their_letter(kind: Kind) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@b.example", "Brevet mitt kom i retur"
    message.set_content("Hvorfor?")
    raw = REPORT.format(kind="delivery-status").encode()
    inner = EmailMessage()
    inner["From"] = "MAILER-DAEMON@b.example"
    inner.set_content("x")
    message.add_attachment(inner)
    assert "vanlig" == kind(bytes(message).replace(bytes(inner), raw))


def test_a_file_is_no_message(read_document: Callable[..., ReadPost]) -> None:
    assert kind_of(read_document(b"Et brev", name="a.txt")) is None

"""Facts from real bytes: mails and files read by the readers, then gathered. Names and numbers are invented."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest

from models.facts import Facts, Unknown
from models.organisation import Enhet, Organisation
from models.post import Envelope
from models.reading import PartKind, ReadPage, ReadPart, ReadPost
from models.reasons import ReasonCode
from robot.facts import gather

ORG = Organisation(
    orgnr="910000004",
    name="Solvik kommune",
    own_domains=("solvik.example",),
    own_numbers=("1234.56.78903",),
    trusted_authserv=("mx.solvik.example",),
    enheter={"SKOLE": Enhet(kode="SKOLE", navn="Skolen", orgnr="974000001", epost="skolen@solvik.example")},
)
ENVELOPE = Envelope(received_at=datetime(2026, 6, 15, 10, tzinfo=UTC))
FNR = "01819045077"

Read = Callable[[tuple[str, bytes]], ReadPost]


@pytest.fixture
def read(read_document: Callable[..., ReadPost]) -> Read:
    return lambda document: read_document(document[1], name=document[0])


def facts(post: ReadPost, **changes: object) -> Facts:
    envelope = changes.pop("envelope", ENVELOPE)
    arguments = {"channel": "epost", "inbox": "postmottak", "source_label": "a.eml", "org": ORG, "needs": {"findings"}}
    arguments |= {"duplicate": None, "answers_to": None} | changes
    return gather(envelope=envelope, read=post, **{**arguments, "needs": frozenset(arguments["needs"])})


def mail(text: str = "Hei, vi søker om dispensasjon.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    told = {
        "From": "Kari Nordmann <Kari@Borger.example>",
        "To": "Postmottak <postmottak@solvik.example>",
        "Subject": "Søknad om dispensasjon",
        "Date": "Mon, 15 Jun 2026 09:00:00 +0200",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in told.items():
        message[name] = value
    message.set_content(text)
    return message


def test_a_mail_gives_its_sender_subject_text_and_headers(read: Read) -> None:
    known = facts(read(("a.eml", bytes(mail(List_Unsubscribe="<mailto:x@y.example>")))))
    assert "Kari Nordmann" == known.get("avsender.navn")
    assert "kari@borger.example" == known.get("avsender.adresse")
    assert "borger.example" == known.get("avsender.domene")
    assert known.get("avsender.intern") is False
    assert "postmottak@solvik.example" == known.get("mottaker.adresse")
    assert "Søknad om dispensasjon" == known.get("emne")
    assert "Hei, vi søker om dispensasjon." == known.get("brødtekst") == known.get("tekst")
    assert "<mailto:x@y.example>" == known.get("hode.list-unsubscribe")
    assert "vanlig" == known.get("meldingstype")
    assert date(2026, 6, 15) == known.get("dato.dokument")
    assert ENVELOPE.received_at == known.get("dato.mottatt")


def test_what_is_not_there_is_left_out(read: Read) -> None:
    known = facts(read(("a.eml", bytes(mail()))))
    for name in (
        "vedlegg",
        "sitert",
        "vår_ref",
        "duplikat",
        "svar_på",
        "nivå",
        "videresendt.avsender",
        "funn",
        "tjeneste",
    ):
        assert known.get(name) is None, name


def test_the_thread_and_the_signature_stand_only_in_sitert(read: Read) -> None:
    text = "Ja takk.\n\nMed vennlig hilsen\nKari\n\nDen 3. juni 2026 skrev Postmottak <p@solvik.example>:\n> Vil du klage?\n"
    known = facts(read(("a.eml", bytes(mail(text)))))
    assert "klage" not in known.get("tekst")
    assert "klage" in known.get("sitert")


def test_attachments_come_with_name_type_and_text(read: Read) -> None:
    message = mail()
    message.add_attachment(b"Gnr 12 bnr 345", maintype="text", subtype="plain", filename="kart.txt")
    (vedlegg,) = facts(read(("a.eml", bytes(message)))).get("vedlegg")
    assert ("kart.txt", "text/plain", "Gnr 12 bnr 345") == (vedlegg.navn, vedlegg.type, vedlegg.tekst.strip())
    assert "Gnr 12" in facts(read(("a.eml", bytes(message)))).get("tekst")


def test_an_attachment_that_cannot_be_read_makes_text_and_findings_partly_unknown(read: Read) -> None:
    message = mail(f"Mitt fødselsnummer er {FNR}")
    message.add_attachment(b"%PDF-1.7 rubbish", maintype="application", subtype="pdf", filename="a.pdf")
    known = facts(read(("a.eml", bytes(message))))
    assert Unknown() == known.get("vedlegg")[0].tekst
    assert isinstance(known.get("tekst"), Unknown) and FNR in known.get("tekst").known
    assert ["FNR"] == [f.etikett for f in known.get("funn").known]
    assert FNR in known.get("brødtekst")


def test_a_reference_is_unknown_only_where_the_letter_itself_could_not_be_read(read: Read) -> None:
    message = mail("Se vedlagte bilde")
    message.add_attachment(b"\xff\xd8\xff rubbish", maintype="image", subtype="jpeg", filename="a.jpg")
    assert facts(read(("a.eml", bytes(message)))).get("vår_ref") is None
    broken = facts(read(("skann.pdf", b"%PDF-1.7 rubbish")), channel="mappe")
    assert Unknown() == broken.get("vår_ref")


def test_a_signature_that_cannot_be_read_hides_nothing(read: Read) -> None:
    message = mail()
    message.add_attachment(
        b"\x30\x82\x01\x00rubbish", maintype="application", subtype="pkcs7-signature", filename="smime.p7s"
    )
    known = facts(read(("a.eml", bytes(message))))
    assert isinstance(known.get("tekst"), str)
    assert known.get("vedlegg") is None


def test_a_page_that_waits_makes_the_file_partly_unknown() -> None:
    pages = (ReadPage(number=1, text="Søknad"), ReadPage(number=2, text="", reason=ReasonCode.TIMEOUT))
    main = ReadPart(
        ref="0",
        kind=PartKind.DOCUMENT,
        name="skann0001.pdf",
        media_type="application/pdf",
        declared_type="",
        size_bytes=9,
        sha256="00",
        pages=pages,
    )
    known = facts(ReadPost(parts=(main,)), channel="mappe")
    assert "Søknad" in known.get("brødtekst").known
    assert "Søknad" in known.get("vedlegg")[0].tekst.known
    assert Unknown(known=()) == known.get("funn")


def test_a_scanned_file_is_both_the_letter_and_an_attachment(read: Read) -> None:
    text = "Solvik, 3. juni 2026\n\nDeres ref.: 2026/1184-3   Vår ref.: NAV-881\n\nVedrørende søknad av 1. mai 2026.\n"
    known = facts(read(("skann0001.txt", text.encode())), channel="mappe", source_label="inn/skann0001.txt")
    assert "skann0001.txt" == known.get("filnavn")
    assert known.get("emne") is None and known.get("meldingstype") is None
    assert "Vedrørende søknad" in known.get("brødtekst")
    assert ["text/plain"] == [v.type for v in known.get("vedlegg")]
    assert "2026/1184-3" == known.get("vår_ref")
    assert "NAV-881" == known.get("avsenders_ref")
    assert date(2026, 6, 3) == known.get("dato.dokument")
    assert 1 == known.get("tekst").count("Vedrørende")


def test_the_channel_knows_better_than_the_letter(read: Read) -> None:
    envelope = dataclasses.replace(
        ENVELOPE,
        subject="Nabovarsel",
        sender_name="Bygg AS",
        sender_orgnr="923609016",
        recipient_orgnr="974000001",
        our_ref="2026/7",
        sender_ref="B-1",
        service="nabovarsel-v4",
        level=4,
        confidential=True,
        sender_verified=True,
        form={"Søker.Kommune": "Solvik"},
    )
    known = facts(read(("brev.txt", b"Deres ref: 2026/1184")), envelope=envelope, channel="altinn")
    assert ("Nabovarsel", "Bygg AS", "923609016") == tuple(
        known.get(n) for n in ("emne", "avsender.navn", "avsender.orgnr")
    )
    assert ("2026/7", "B-1") == (known.get("vår_ref"), known.get("avsenders_ref"))
    assert ("SKOLE", 4, True, True) == tuple(
        known.get(n) for n in ("mottaker.enhet", "nivå", "taushetsbelagt", "avsender.bekreftet")
    )
    assert "Solvik" == known.get("skjema.søker.kommune")


def test_the_recipients_unit_is_found_by_its_mail_address(read: Read) -> None:
    assert "SKOLE" == facts(read(("a.eml", bytes(mail(To="skolen@solvik.example"))))).get("mottaker.enhet")


def test_findings_name_their_place_and_leave_our_own_account_out(read: Read) -> None:
    message = mail("Betal til konto 1234.56.78903", Subject=f"Gjelder {FNR}")
    message.add_attachment(b"Passord: Sommer2026", maintype="text", subtype="plain", filename=f"S_{FNR}.txt")
    found = facts(read(("a.eml", bytes(message)))).get("funn")
    assert {("FNR", "emne"), ("PASSORD", "vedlegg:0.1"), ("FNR", "filnavn:0.1")} == {(f.etikett, f.sted) for f in found}


def test_the_detectors_run_even_when_no_rule_asks_for_findings(read: Read) -> None:
    """Deciding never leaves marked content open, whatever the rules are about."""
    assert ["FNR"] == [f.etikett for f in facts(read(("a.eml", bytes(mail(FNR)))), needs=set()).get("funn")]


def test_html_that_says_more_than_the_plain_text_is_not_missed(read: Read) -> None:
    message = mail("Se HTML-versjonen av denne e-posten i et annet program, takk for det.")
    html = "<p>Se HTML-versjonen av denne e-posten. Klage på vedtak om barnehageplass, gnr 4711.</p>"
    message.add_alternative(html, subtype="html")
    assert "Klage på vedtak" in facts(read(("a.eml", bytes(message)))).get("brødtekst")


def dmarc_of(read: Read, *results: str, **headers: str) -> tuple[object, object]:
    raw = b"".join(b"Authentication-Results: " + r.encode() + b"\r\n" for r in results)
    known = facts(read(("a.eml", raw + bytes(mail(**headers)))))
    return known.get("avsender.dmarc"), known.get("avsender.bekreftet")


def test_dmarc_counts_only_from_the_server_we_trust(read: Read) -> None:
    passed = "dmarc=pass (p=reject) header.from=borger.example"
    assert ("bestått", True) == dmarc_of(read, f"mx.solvik.example 1; spf=pass; {passed}")
    assert ("mangler", False) == dmarc_of(read, f"mx.evil.example; {passed}")
    assert ("mangler", False) == dmarc_of(read, f"mx.evil.example (mx.solvik.example); {passed}")
    assert ("mangler", False) == dmarc_of(read)


def test_a_senders_own_header_below_ours_does_not_count(read: Read) -> None:
    forged = "mx.solvik.example; dmarc=pass header.from=borger.example"
    assert ("feilet", False) == dmarc_of(read, "mx.solvik.example; dmarc=fail header.from=borger.example", forged)
    assert ("mangler", False) == dmarc_of(read, "mx.solvik.example; spf=none", forged)


def test_dmarc_of_another_domain_or_in_a_comment_does_not_vouch(read: Read) -> None:
    assert ("feilet", False) == dmarc_of(read, "mx.solvik.example; dmarc=pass header.from=evil.example")
    assert ("mangler", False) == dmarc_of(read, "mx.solvik.example; spf=none (x; dmarc=pass) reason=none")
    assert ("mangler", False) == dmarc_of(read, 'mx.solvik.example; spf=none smtp.helo="a; dmarc=pass"')


def test_a_mail_with_two_senders_is_vouched_for_by_nobody(read: Read) -> None:
    raw = b"From: Ola <ola@evil.example>\r\nAuthentication-Results: mx.solvik.example; dmarc=pass header.from=evil.example\r\n"
    assert facts(read(("a.eml", raw + bytes(mail())))).get("avsender.bekreftet") is False


def test_who_fails_dmarc_is_not_one_of_ours(read: Read) -> None:
    known = facts(read(("a.eml", bytes(mail(From="sjef@solvik.example")))))
    assert known.get("avsender.intern") is True
    raw = b"Authentication-Results: mx.solvik.example; dmarc=fail\r\n" + bytes(mail(From="sjef@solvik.example"))
    assert facts(read(("a.eml", raw))).get("avsender.intern") is False

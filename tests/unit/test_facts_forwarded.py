"""When a colleague forwards a letter to the mailroom, the inner letter counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest

from models.facts import Facts, Unknown
from models.organisation import Organisation
from models.post import Envelope
from models.reading import ReadPost
from robot.facts import gather

ORG = Organisation(orgnr="910000004", name="Solvik kommune", own_domains=("solvik.example",))
COLLEAGUE = "Siv Saksbehandler <siv@solvik.example>"

Gather = Callable[[EmailMessage | bytes], Facts]


@pytest.fixture
def gathered(read_document: Callable[..., ReadPost]) -> Gather:
    def run(message: EmailMessage | bytes) -> Facts:
        return gather(
            envelope=Envelope(received_at=datetime(2026, 6, 15, 10, tzinfo=UTC)),
            channel="epost",
            inbox="postmottak",
            source_label="a.eml",
            read=read_document(bytes(message), name="a.eml"),
            org=ORG,
            needs=frozenset({"findings"}),
            duplicate=None,
            answers_to=None,
        )

    return run


def message(sender: str, subject: str, text: str) -> EmailMessage:
    made = EmailMessage()
    made["From"] = sender
    made["To"] = "postmottak@solvik.example"
    made["Subject"] = subject
    made["Date"] = "Mon, 15 Jun 2026 09:00:00 +0200"
    made.set_content(text)
    return made


def inner(sender: str = "Kari Nordmann <kari@borger.example>", text: str = "Jeg klager på vedtaket.") -> EmailMessage:
    made = message(sender, "Klage på vedtak", text)
    del made["Date"]
    made["Date"] = "Wed, 20 May 2026 12:00:00 +0200"
    made.add_attachment(b"Bilag til klagen", maintype="text", subtype="plain", filename="bilag.txt")
    return made


INLINE = """Hei, kan dere journalføre denne?

Siv

________________________________
Fra: Kari Nordmann <kari@borger.example>
Sendt: onsdag 20. mai 2026 12:00
Til: Siv Saksbehandler <siv@solvik.example>
Emne: Klage på vedtak

Jeg klager på vedtaket.
"""


def test_an_attached_letter_counts_with_its_own_subject_text_attachments_and_date(gathered: Gather) -> None:
    outer = message(COLLEAGUE, "VS: Klage på vedtak", "Til journalføring")
    outer.add_attachment(inner())
    known = gathered(outer)
    assert "Klage på vedtak" == known.get("emne")
    assert "Jeg klager på vedtaket." == known.get("brødtekst")
    assert ["bilag.txt"] == [v.navn for v in known.get("vedlegg")]
    assert ("Kari Nordmann", "kari@borger.example") == known.get("videresendt.avsender")
    assert (date(2026, 5, 20), "inn") == (known.get("videresendt.dato"), known.get("videresendt.retning"))
    assert date(2026, 5, 20) == known.get("dato.dokument")
    assert "siv@solvik.example" == known.get("avsender.adresse")
    assert "journalføring" not in known.get("tekst")


def test_a_copy_of_our_own_answer_goes_out(gathered: Gather) -> None:
    outer = message(COLLEAGUE, "VS: Svar", "Kopi")
    outer.add_attachment(inner(sender="Ola <ola@solvik.example>"))
    assert "ut" == gathered(outer).get("videresendt.retning")


def test_a_letter_in_the_text_counts_with_the_attachments_beside_it(gathered: Gather) -> None:
    outer = message(COLLEAGUE, "VS: Klage på vedtak", INLINE)
    outer.add_attachment(b"Bilag", maintype="text", subtype="plain", filename="bilag.txt")
    known = gathered(outer)
    assert "Klage på vedtak" == known.get("emne")
    assert "Jeg klager på vedtaket." == known.get("brødtekst")
    assert ["bilag.txt"] == [v.navn for v in known.get("vedlegg")]
    assert ("Kari Nordmann", "kari@borger.example") == known.get("videresendt.avsender")
    assert (date(2026, 5, 20), "inn") == (known.get("videresendt.dato"), known.get("videresendt.retning"))
    assert known.get("dato.dokument") is None


def test_a_citizens_forward_is_the_citizens_letter(gathered: Gather) -> None:
    outer = message("Per <per@borger.example>", "VS: Klage på vedtak", INLINE)
    known = gathered(outer)
    assert "VS: Klage på vedtak" == known.get("emne")
    assert known.get("videresendt.avsender") is None


def test_a_colleagues_answer_with_a_thread_below_is_no_forward(gathered: Gather) -> None:
    known = gathered(message(COLLEAGUE, "SV: Klage på vedtak", INLINE))
    assert known.get("videresendt.avsender") is None
    assert "journalføre" in known.get("brødtekst")


def test_what_the_colleague_wrote_is_still_searched_for_identity_numbers(gathered: Gather) -> None:
    outer = message(COLLEAGUE, "VS: Klage på vedtak", "Gjelder 01819045077")
    outer.add_attachment(inner())
    assert [("FNR", "videresending")] == [(f.etikett, f.sted) for f in gathered(outer).get("funn")]


def test_a_finding_in_the_inner_letter_is_told_once(gathered: Gather) -> None:
    outer = message(COLLEAGUE, "VS: Klage på vedtak", "Til journalføring")
    outer.add_attachment(inner(text="Jeg heter 01819045077."))
    assert [("FNR", "brødtekst")] == [(f.etikett, f.sted) for f in gathered(outer).get("funn")]


def test_an_inner_letter_that_cannot_be_read_makes_its_facts_unknown(gathered: Gather) -> None:
    outer = message(COLLEAGUE, "VS: Klage", "Se vedlagte")
    outer.add_attachment(
        b"\x00\x01\x02\x03" * 400, maintype="application", subtype="octet-stream", filename="klage.eml"
    )
    broken = bytes(outer).replace(b"application/octet-stream", b"message/rfc822")
    known = gathered(broken)
    assert isinstance(known.get("tekst"), Unknown)
    assert isinstance(known.get("funn"), Unknown)


def test_a_nested_mail_from_outside_is_an_attachment(gathered: Gather) -> None:
    outer = message("Per <per@borger.example>", "Dokumentasjon", "Se e-posten jeg fikk.")
    outer.add_attachment(inner())
    known = gathered(outer)
    assert "Dokumentasjon" == known.get("emne")
    assert {"message/rfc822", "text/plain"} == {v.type for v in known.get("vedlegg")}
    assert 1 == known.get("tekst").count("Jeg klager på vedtaket.")

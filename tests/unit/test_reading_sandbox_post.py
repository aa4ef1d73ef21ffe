"""A whole post through the real readers in the real sandbox: mail, nested mail, ZIP, PDF, a broken one among them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import fpdf
import pytest

from models.reading import PartKind
from models.reasons import ReasonCode
from robot.reading.dispatch import InputDocument, ReadingRoom


@pytest.fixture(scope="module")
def room():
    with ReadingRoom(read_scans=False) as made:
        yield made


def pdf(text: str) -> bytes:
    made = fpdf.FPDF()
    made.set_font("helvetica", size=12)
    made.add_page()
    made.multi_cell(0, 6, text)
    return bytes(made.output())


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.pdf", content)
    return out.getvalue()


LETTER = "Vi søker om skjenkebevilling for én kveld, og ærlig talt haster det litt på denne øya."


def test_a_mail_with_everything_in_it_is_read_part_by_part(room, tmp_path):
    inner = EmailMessage()
    inner["Subject"] = "Det første brevet"
    inner.set_content("Hei på deg, dette er den første meldingen.")
    mail = EmailMessage()
    mail["From"] = "Kari Prøve <kari@example.invalid>"
    mail["Subject"] = "Søknad på øre"
    mail.set_content("Se vedlagt søknad. Vennlig hilsen Kari")
    mail.add_attachment(pdf(LETTER), maintype="application", subtype="pdf", filename="søknad.pdf")
    mail.add_attachment(inner)
    mail.add_attachment(
        packed(a=pdf(LETTER), b=b"%PDF-1.7 skadet"), maintype="application", subtype="zip", filename="alt.zip"
    )
    path = tmp_path / "post.eml"
    path.write_bytes(mail.as_bytes())

    reading = room.read([InputDocument(path=path, name="post.eml", media_type="message/rfc822")], tmp_path)

    post = reading.post
    assert post.message is not None
    assert (post.message.subject, post.message.from_address) == ("Søknad på øre", "kari@example.invalid")
    assert [message.subject for message in post.messages] == ["Søknad på øre", "Det første brevet"]
    letters = [part for part in post.parts if "skjenkebevilling" in part.text]
    assert [part.kind for part in letters] == [PartKind.ATTACHMENT, PartKind.MEMBER]
    assert [(part.name, part.reason) for part in post.unread] == [("b.pdf", ReasonCode.DAMAGED)]
    for part in post.parts:
        if part.kind is not PartKind.BODY:
            content = Path(reading.files[part.ref]).read_bytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (part.size_bytes, part.sha256)

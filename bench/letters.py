"""The post that is measured: a realistic letter of two pages as born-digital PDF, mails with it, and scanned pages."""

from __future__ import annotations

import io
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

_FIRST = """# Varsel om tiltak på naboeiendommen
Solvik kommune
Postboks 1
Vår referanse: MÅL-{number:05d}

Dette er et nabovarsel etter plan- og bygningsloven § 21-3. Vi planlegger å oppføre et tilbygg på eiendommen
ved siden av Deres i Solvik kommune. Tilbygget får et areal på {area} m² og en høyde på 5,4 meter over
planert terreng. Avstanden til nabogrensen blir {distance},5 meter, og tiltaket krever derfor ikke dispensasjon.
"""
_MORE = """
Punkt {point}. Tiltaket utføres med kledning av tre i samme farge som boligen. Overvann ledes til terreng på egen
grunn, og adkomsten endres ikke. Anleggstrafikken går over egen innkjørsel på hverdager mellom klokken sju og fem, og
støyende arbeid varsles særskilt. Parkeringsplassene beholdes, og trær langs grensen blir stående.
"""
_LAST = """
Merknader må være kommet til oss innen to uker etter at varselet er mottatt. Tegninger og situasjonsplan kan ses hos
ansvarlig søker. Vi sender kommunen merknadene sammen med vår redegjørelse når søknaden leveres.

Med vennlig hilsen
Tiltakshaver Tor Testmann
"""


def letter(number: int) -> bytes:
    """A two-page letter; each number gives another, made once and about 20 kB."""
    from robot.demo.paper import pdf

    text = _FIRST.format(number=number, area=number + 12, distance=number % 7 + 4)
    text += "".join(_MORE.format(point=point) for point in range(1, 9)) + _LAST
    return pdf(text, title=f"Nabovarsel {number}")


def distinct(template: bytes, number: int) -> bytes:
    """The same PDF with other bytes at its end (a comment after %%EOF is allowed), so that 200 need not be laid out."""
    return template + f"% {number}\n".encode()


def mail(number: int, pdf: bytes, *, subject: str) -> bytes:
    """A mail from outside with a short text and the PDF attached."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Tor Testmann <tor{number}@borger.example>"
    message["To"] = "post@solvik.example"
    message["Subject"] = subject
    message["Date"] = "Mon, 02 Mar 2026 08:00:00 +0100"
    message["Message-ID"] = f"<bench-{number}@borger.example>"
    message.set_content(
        f"Hei!\n\nVedlagt følger brev nummer {number}. Det har to sider.\n\nHilsen Tor Testmann\n",
        cte="quoted-printable",
    )
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"brev-{number}.pdf")
    return message.as_bytes()


def scanned(pages: int, into: Path) -> Path:
    """A PDF of as many scanned pages, no two alike, with no text in it."""
    import pypdfium2

    from robot.demo.paper import scan

    whole = pypdfium2.PdfDocument.new()
    for number in range(pages):
        text = _FIRST.format(number=number, area=number + 12, distance=number % 7 + 4)
        text += "".join(_MORE.format(point=point + number) for point in range(1, 5))
        one = pypdfium2.PdfDocument(scan(text, title=f"Side {number}", seed=number))
        whole.import_pages(one, [0])
        one.close()
    path = into / "skann.pdf"
    with io.BytesIO() as out:
        whole.save(out)
        path.write_bytes(out.getvalue())
    whole.close()
    return path

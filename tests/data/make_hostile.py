"""Hostile files made by code, for the tests of the journey where ../shared is absent. Nothing binary is kept in git.

``make_hostile(folder)`` writes the files and returns the manifest. ``outcome`` is what the journey must end in with a rule
set that registers everything readable: ``archived``, ``set_aside``, ``dismissed``, or ``either`` (archived or set_aside:
both are honest). ``text`` is a string that must be found in the text read, empty when none is promised. ``never`` must be
found nowhere. Run as a program it also writes ``manifest.csv``.
"""

from __future__ import annotations

import base64
import csv
import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

CRLF = b"\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """One file of the set."""

    name: str
    kind: str
    outcome: str
    why: str
    text: str = ""
    never: str = ""
    reason: str = ""


_MAKERS: list[tuple[Hostile, Callable[[], bytes]]] = []


def hostile(
    name: str, outcome: str, why: str, *, text: str = "", never: str = "", reason: str = ""
) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Registers a maker under its file name; the kind is the folder it stands in."""

    def register(maker: Callable[[], bytes]) -> Callable[[], bytes]:
        entry = Hostile(
            name=name, kind=name.partition("/")[0], outcome=outcome, why=why, text=text, never=never, reason=reason
        )
        _MAKERS.append((entry, maker))
        return maker

    return register


def make_hostile(folder: Path) -> list[Hostile]:
    """Writes every file under ``folder`` and returns the manifest, in the order written."""
    for entry, maker in _MAKERS:
        path = folder / entry.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(maker())
    return [entry for entry, _ in _MAKERS]


# --- e-mail --------------------------------------------------------------------------------------------------------


def _mail(*headers: bytes, body: bytes = b"Hei fra en vanlig avsender.\r\n", number: int = 0) -> bytes:
    usual = (
        b"From: Avsender <avsender%d@fjell.example>" % number,
        b"To: post@eksempelkommune.example",
        b"Message-ID: <hostile-%d@fjell.example>" % number,
        b"Date: Mon, 15 Jun 2026 10:%02d:00 +0200" % (number % 60),
    )
    named = {line.partition(b":")[0].lower() for line in headers}
    kept = [line for line in usual if line.partition(b":")[0].lower() not in named]
    return CRLF.join([*kept, *(line for line in headers if line)]) + CRLF + CRLF + body


@hostile("email/zero_bytes.eml", "set_aside", "0 byte", reason="empty")
def _zero() -> bytes:
    return b""


@hostile("email/binary_junk.eml", "set_aside", "tilfeldige byte, ingen melding")
def _junk() -> bytes:
    return bytes((n * 73 + n // 7) % 256 for n in range(4096))


@hostile("email/no_closing_boundary.eml", "archived", "multipart uten avsluttende grense", text="Første del")
def _no_closing() -> bytes:
    body = (
        b"--x\r\nContent-Type: text/plain\r\n\r\nF\xc3\xb8rste del\r\n--x\r\nContent-Type: text/plain\r\n\r\nAndre del"
    )
    return _mail(
        b"Subject: Uten slutt",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="x"',
        body=body,
        number=2,
    ).replace(b"Content-Type: text/plain\r\n", b"Content-Type: text/plain; charset=utf-8\r\n")


@hostile("email/boundary_never_used.eml", "either", "grensen som er oppgitt, finnes ikke i meldingen")
def _unused_boundary() -> bytes:
    return _mail(
        b"Subject: Borte grense",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="finnes-ikke"',
        body=b"Tekst som ikke ligger i noen del.\r\n",
        number=3,
    )


@hostile("email/unknown_charset.eml", "archived", "ukjent tegnsett og ukjent overføringskoding", text="Kjente ord")
def _charset() -> bytes:
    return _mail(
        b"Subject: =?x-finnes-ikke?q?Emne?=",
        b"Content-Type: text/plain; charset=x-finnes-ikke",
        b"Content-Transfer-Encoding: x-rart",
        body=b"Kjente ord i ukjent drakt\r\n",
        number=4,
    )


@hostile("email/raw_cp1252.eml", "archived", "rå windows-1252 i emne og tekst, sier us-ascii", text="Blåbærsyltetøy")
def _cp1252() -> bytes:
    return _mail(
        "Subject: Søknad på Ås".encode("cp1252"),
        b"Content-Type: text/plain; charset=us-ascii",
        body="Blåbærsyltetøy – med tankestrek\r\n".encode("cp1252"),
        number=5,
    )


@hostile("email/base64_rubbish.eml", "archived", "base64 som ikke er det")
def _rubbish() -> bytes:
    return _mail(
        b"Subject: Ubrukelig base64",
        b"Content-Type: text/plain; charset=utf-8",
        b"Content-Transfer-Encoding: base64",
        body=b"!!!! ikke base64 ****\r\n=====\r\nSGVp\r\n",
        number=6,
    )


@hostile("email/bare_cr.eml", "archived", "bar CR, blandede linjeskift, SMTP-slutt i teksten", text="etter punktum")
def _bare_cr() -> bytes:
    return (
        b"From: a@fjell.example\rTo: post@eksempelkommune.example\nSubject: Blandet\r\n"
        b"Message-ID: <hostile-7@fjell.example>\r\nDate: Mon, 15 Jun 2026 10:07:00 +0200\r\n\r\n"
        b"linje\rlinje\nlinje\r\n.\r\netter punktum\r\nQUIT\r\n"
    )


@hostile("email/date_nonsense.eml", "archived", "dato som ikke finnes, år 9999", text="uten dato å tro på")
def _date() -> bytes:
    return _mail(
        b"Subject: Feil dato",
        b"Date: Fri, 31 Feb 9999 25:61:60 +9900",
        body=b"Brev uten dato \xc3\xa5 tro p\xc3\xa5\r\n",
        number=8,
    ).replace(b"\r\n\r\n", b"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n", 1)


@hostile("email/huge_subject.eml", "archived", "emne på 1 MB uten brudd", text="kort tekst")
def _huge_subject() -> bytes:
    return _mail(b"Subject: " + b"langt emne " * 95_000, body=b"kort tekst\r\n", number=9)


@hostile("email/formula_subject.eml", "archived", "formel i emne og navn, script i HTML", text="Se tallene")
def _formula() -> bytes:
    return _mail(
        b"From: =?utf-8?q?=3Dcmd=7C'/c_calc'!A0?= <formel@fjell.example>",
        b'Subject: =HYPERLINK("http://ond.example","Klikk")',
        b"Content-Type: text/html; charset=utf-8",
        body=b"<p>Se tallene</p><script>alert(1)</script><img src=x onerror=alert(2)>\r\n",
        number=10,
    )


@hostile("email/header_injection.eml", "archived", "kodet ord som blir linjeskift og Bcc", text="Vanlig tekst")
def _injection() -> bytes:
    word = base64.b64encode(b"Hei\r\nBcc: offer@ond.example")
    return _mail(b"Subject: =?utf-8?b?" + word + b"?=", body=b"Vanlig tekst\r\n", number=11)


@hostile("email/bidi_name.eml", "archived", "filnavn med skriveretning som skjuler endelsen", text="vedlagt")
def _bidi() -> bytes:
    name = base64.b64encode("faktura\u202efdp.exe".encode())
    return _attached(b'filename="=?utf-8?b?' + name + b'?="', b"MZ ikke noe program", number=12)


@hostile(
    "email/traversal_names.eml", "archived", "sti, enhetsnavn og NUL i filnavn", text="vedlagt", never="eple-i-etc"
)
def _traversal() -> bytes:
    return _attached(b'filename="../../../../etc/cron.d/eple-i-etc"', b"* * * * * root true\n", number=13)


def _attached(disposition: bytes, content: bytes, *, number: int, kind: bytes = b"application/octet-stream") -> bytes:
    body = (
        b"--g\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nFilen er vedlagt her.\r\n--g\r\nContent-Type: "
        + kind
        + b"\r\nContent-Disposition: attachment; "
        + disposition
        + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(content)
        + b"\r\n--g--\r\n"
    )
    return _mail(
        b"Subject: Med vedlegg",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="g"',
        body=body,
        number=number,
    )


@hostile("email/nested_100_multiparts.eml", "either", "hundre multipart i hverandre, ingen lukket")
def _nested() -> bytes:
    body = b"".join(b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (n, n + 1) for n in range(100))
    return _mail(
        b"Subject: Dyp",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="b0"',
        body=body + b"--b100\r\nContent-Type: text/plain\r\n\r\nInnerst\r\n",
        number=14,
    )


@hostile("email/nested_mail_12.eml", "either", "tolv videresendte meldinger i hverandre")
def _nested_mail() -> bytes:
    inner = _mail(b"Subject: Innerst", body=b"Innerst ligger brevet.\r\n", number=15)
    for level in range(12):
        body = b"--m%d\r\nContent-Type: message/rfc822\r\n\r\n" % level + inner + b"\r\n--m%d--\r\n" % level
        inner = _mail(
            b"Subject: VS %d" % level,
            b"Message-ID: <hostile-15-%d@fjell.example>" % level,
            b"MIME-Version: 1.0",
            b'Content-Type: multipart/mixed; boundary="m%d"' % level,
            body=body,
            number=15,
        )
    return inner


@hostile("email/parts_1500.eml", "either", "1 500 vedlegg", reason="too_many_parts")
def _many_parts() -> bytes:
    part = b"--p\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n"
    return _mail(
        b"Subject: Mange vedlegg",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="p"',
        body=part * 1500 + b"--p--\r\n",
        number=16,
    )


@hostile("email/winmail.eml", "archived", "winmail.dat som er avkortet", text="vedlagt")
def _winmail() -> bytes:
    return _attached(
        b'filename="winmail.dat"', b"\x78\x9f\x3e\x22\x01\x00\x01\x06\x90", number=17, kind=b"application/ms-tnef"
    )


@hostile("email/no_headers.eml", "either", "tekst uten et eneste hode")
def _no_headers() -> bytes:
    return b"\r\nBare tekst, ingen hoder.\r\n"


@hostile("email/smime_encrypted.eml", "set_aside", "S/MIME-konvolutt uten nøkkel", reason="encrypted")
def _smime() -> bytes:
    return _mail(
        b"Subject: Kryptert",
        b"MIME-Version: 1.0",
        b'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
        b"Content-Transfer-Encoding: base64",
        # A ContentInfo (RFC 5652) of type envelopedData, and no more.
        body=base64.encodebytes(bytes.fromhex("3012 06092a864886f70d010703 a005 3003020100".replace(" ", ""))),
        number=18,
    )


@hostile("email/nul_in_body.eml", "archived", "NUL og styretegn i teksten", text="midt i")
def _nul() -> bytes:
    return _mail(b"Subject: Styretegn \x07\x1b[31m", body=b"NUL \x00 midt i \x1b[2J teksten\r\n", number=19)


# --- PDF -----------------------------------------------------------------------------------------------------------


def _pdf(objects: list[bytes], *, trailer: bytes = b"") -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n" % number + content + b"\nendobj\n")
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start))
    return out.getvalue()


def _stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n" % (len(content), extra) + content + b"\nendstream"


def _one_page(
    text: bytes, *, root: bytes = b"", page: bytes = b"/MediaBox[0 0 595 842]", trailer: bytes = b""
) -> bytes:
    return _pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R%s>>" % root,
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R%s/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>" % page,
            _stream(b"BT /F1 18 Tf 72 700 Td (" + text + b") Tj ET"),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        ],
        trailer=trailer,
    )


@hostile("pdf/zero_bytes.pdf", "set_aside", "0 byte", reason="empty")
def _pdf_zero() -> bytes:
    return b""


@hostile("pdf/header_only.pdf", "set_aside", "bare %PDF", reason="damaged")
def _pdf_header() -> bytes:
    return b"%PDF-1.7\n"


@hostile("pdf/truncated.pdf", "either", "avkortet midt i siden")
def _pdf_truncated() -> bytes:
    whole = _one_page(b"Avkortet brev")
    return whole[: len(whole) // 2]


@hostile("pdf/javascript.pdf", "archived", "JavaScript og Launch ved åpning", text="Synlig brev")
def _pdf_javascript() -> bytes:
    action = (
        b"/OpenAction<</S/JavaScript/JS(app.launchURL\\('http://ond.example'\\))>>/AA<</WC<</S/Launch/F(cmd.exe)>>>>"
    )
    return _one_page(b"Synlig brev", root=action)


@hostile("pdf/encrypted.pdf", "set_aside", "passord kreves for å åpne", reason="encrypted")
def _pdf_encrypted() -> bytes:
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(_one_page(b"Hemmelig"))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="bare-for-deg", owner="eier"), static_id=True)
    return out.getvalue()


@hostile("pdf/pages_loop.pdf", "either", "sidetre som inneholder seg selv")
def _pdf_loop() -> bytes:
    return _pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 2147483647/Parent 2 0 R>>"])


@hostile("pdf/huge_page.pdf", "either", "side på 2 millioner punkt", text="")
def _pdf_huge() -> bytes:
    return _one_page(b"Stor side", page=b"/MediaBox[0 0 2000000 2000000]/UserUnit 100")


@hostile("pdf/flate_bomb.pdf", "either", "innholdsstrøm som blir 300 MB")
def _pdf_bomb() -> bytes:
    squeeze = zlib.compressobj(9)
    block = b"0 0 m\n" * 170_000
    content = b"".join(squeeze.compress(block) for _ in range(300)) + squeeze.flush()
    return _pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>",
            _stream(content, b"/Filter/FlateDecode"),
        ]
    )


@hostile("pdf/form_calls_itself.pdf", "either", "skjemaobjekt som tegner seg selv", text="")
def _pdf_recursion() -> bytes:
    return _pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
            _stream(b"/X Do"),
            _stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"),
        ]
    )


# --- archives ------------------------------------------------------------------------------------------------------


def _zip(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, (2026, 6, 15, 12, 0, 0))
            info.compress_type = compression
            archive.writestr(info, content)
    return out.getvalue()


@hostile("archive/zip_slip.zip", "archived", "medlemmer med .. og absolutt sti", never="rømt-ut-av-mappen")
def _slip() -> bytes:
    return _zip(
        ("../../rømt-ut-av-mappen.txt", "rømt".encode()),
        ("/opt/rømt-ut-av-mappen.txt", "rømt".encode()),
        ("C:\\windows\\rømt-ut-av-mappen.txt", "rømt".encode()),
        ("vanlig.txt", b"vanlig"),
    )


@hostile("archive/bomb_ratio.zip", "either", "100 MB nuller i 100 kB")
def _bomb() -> bytes:
    return _zip(("nuller.txt", bytes(100_000_000)))


@hostile("archive/bomb_nested.zip", "either", "fem lag med ti kopier")
def _nested_bomb() -> bytes:
    inner = _zip(("n.txt", bytes(1_000_000)))
    for _ in range(5):
        inner = _zip(*[(f"{n}.zip", inner) for n in range(10)], compression=zipfile.ZIP_DEFLATED)
    return inner


@hostile("archive/encrypted.zip", "either", "medlem merket som kryptert")
def _zip_encrypted() -> bytes:
    plain = bytearray(_zip(("hemmelig.txt", b"x" * 40), compression=zipfile.ZIP_STORED))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = plain.find(signature) + offset
        struct.pack_into("<H", plain, at, 1)
    return bytes(plain)


@hostile("archive/truncated.zip", "either", "zip uten innholdsliste")
def _zip_truncated() -> bytes:
    whole = _zip(("a.txt", b"innhold " * 50), ("b.txt", b"mer " * 50))
    return whole[: len(whole) // 2]


@hostile("archive/lying_size.zip", "either", "innholdslisten lyver om størrelsen")
def _zip_lying() -> bytes:
    whole = bytearray(_zip(("a.txt", b"innhold " * 5000)))
    struct.pack_into("<I", whole, whole.find(b"PK\x01\x02") + 24, 7)
    return bytes(whole)


# --- XML, office, image --------------------------------------------------------------------------------------------


@hostile("xml/xxe.xml", "set_aside", "ekstern entitet leser en fil", never="root:x:0:0", reason="doctype_refused")
def _xxe() -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE m [<!ENTITY f SYSTEM "file:///etc/passwd">]><melding>&f;</melding>'


@hostile("xml/billion_laughs.xml", "set_aside", "entiteter som blir milliarder av tegn", reason="doctype_refused")
def _laughs() -> bytes:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    return b'<?xml version="1.0"?><!DOCTYPE m [<!ENTITY e0 "ha">' + entities + b"]><melding>&e9;</melding>"


@hostile("xml/doctype_utf16.xml", "set_aside", "DOCTYPE gjemt i UTF-16", reason="doctype_refused")
def _utf16() -> bytes:
    text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE m [<!ENTITY f SYSTEM "file:///etc/passwd">]><m>&f;</m>'
    return text.encode("utf-16")


@hostile("xml/not_utf8.xml", "either", "sier utf-8, er latin-1", text="")
def _not_utf8() -> bytes:
    return '<?xml version="1.0" encoding="utf-8"?><melding>Blåbær</melding>'.encode("latin-1")


@hostile("xml/deep_5000.xml", "either", "fem tusen elementer i hverandre")
def _deep() -> bytes:
    return b"<a>" * 5000 + b"dypt" + b"</a>" * 5000


@hostile("office/truncated.docx", "set_aside", "avkortet Word-dokument", reason="damaged")
def _docx_truncated() -> bytes:
    whole = _docx("Brevet som ble kuttet " * 40)
    return whole[: len(whole) * 2 // 3]


@hostile("office/xxe.docx", "set_aside", "Word-dokument med DOCTYPE i dokumentdelen", never="root:x:0:0")
def _docx_xxe() -> bytes:
    return _docx("&f;", doctype='<!DOCTYPE w [<!ENTITY f SYSTEM "file:///etc/passwd">]>')


def _docx(text: str, *, doctype: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return _zip(
        (
            "[Content_Types].xml",
            b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            b'<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            b'wordprocessingml.document.main+xml"/></Types>',
        ),
        (
            "_rels/.rels",
            b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            b'officeDocument" Target="word/document.xml"/></Relationships>',
        ),
        (
            "word/document.xml",
            f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{main}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p>'
            "</w:body></w:document>".encode(),
        ),
    )


@hostile("office/ole_junk.doc", "set_aside", "OLE-hode og ellers ingenting")
def _ole() -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


def _png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@hostile("image/gigapixel.png", "set_aside", "900 millioner piksler på noen kB")
def _gigapixel() -> bytes:
    squeeze = zlib.compressobj(9)
    row = bytes(1 + 30_000 // 8)
    rows = b"".join(squeeze.compress(row * 100) for _ in range(300)) + squeeze.flush()
    return _png(30_000, 30_000, rows)


@hostile("image/truncated.png", "either", "bilde som slutter midt i")
def _png_truncated() -> bytes:
    whole = _png(400, 400, zlib.compress(bytes(range(51)) * 400, 0))
    return whole[: len(whole) // 3]


def main(argv: list[str]) -> int:
    """``make_hostile.py FOLDER`` writes the files and ``manifest.csv``."""
    folder = Path(argv[1])
    manifest = make_hostile(folder)
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow([one.name for one in fields(Hostile)])
        rows.writerows(astuple(entry) for entry in manifest)
    sys.stdout.write(f"{len(manifest)} files in {folder}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))

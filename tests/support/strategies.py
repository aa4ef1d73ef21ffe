"""Hostile things built around our own readers and rule loader: mails, PDFs, containers, Outlook's files, rule files.

Each strategy builds something well formed enough to get past the sniffing and into the reader, with what hurts inside, and
:func:`damaged` then does to it what a bad disk or a bad sender would.
"""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import warnings
import zipfile
import zlib
from email.message import EmailMessage
from email.policy import SMTP

from hypothesis import strategies as st

from tests.support.outlook import attachment, compound_file, message, tnef

WORDS = st.sampled_from(
    ["søknad", "brev", "a", "", "../../etc/passwd", "C:\\x.txt", "=1+1", "\u202egnp.exe", "x" * 300, "\x00"]
)
TEXT = st.text(st.characters(blacklist_categories=("Cs",)), max_size=40)
JUNK = st.binary(max_size=200)


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    """The thing as it is, cut short, with bytes flipped, with a piece repeated, or with junk in the middle."""
    raw = draw(whole)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, max(0, len(raw) - 1)))
        match draw(st.sampled_from(["cut", "flip", "repeat", "insert", "head"])):
            case "cut":
                raw = raw[:at]
            case "flip":
                raw = raw[:at] + bytes([draw(st.integers(0, 255))]) + raw[at + 1 :]
            case "repeat":
                raw = raw[:at] + raw[at : at + 300] * draw(st.integers(1, 4)) + raw[at:]
            case "insert":
                raw = raw[:at] + draw(JUNK) + raw[at:]
            case "head":
                raw = draw(JUNK) + raw
    return raw


# --- mails ---------------------------------------------------------------------------------------------------------

_TYPES = st.sampled_from(
    [
        "text/plain", "text/html", "text/plain; charset=x-ukjent", "text/plain; charset=utf-7", "text/calendar",
        "application/octet-stream", "application/pdf", "application/zip", "application/ms-tnef", "image/png",
        "application/pgp-encrypted", "application/pkcs7-mime; smime-type=enveloped-data", "message/delivery-status",
        "text", "/", "", "application/x-\x00", 'text/plain; name="' + "n" * 500 + '"',
    ]
)  # fmt: skip
_ENCODINGS = st.sampled_from(["7bit", "8bit", "base64", "quoted-printable", "x-uuencode", "binary", "b64", ""])
_HEADERS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["Subject", "From", "To", "Date", "Message-ID", "Reply-To", "X-A", "Received"]), TEXT
        ),
        st.just(("Subject", "=?utf-8?b?w6bDuMOl?= =?utf-8?q?=ZZ?= =?x?y?z?=")),
        st.just(("Date", "Mon, 99 Foo 2026 25:61:61 +9999")),
        st.just(("From", '"a" <<b@c>, , ;@[::1]')),
        st.just(("X-Lang", "x" * 3000)),
    ),
    max_size=6,
)
_BOUNDARIES = st.sampled_from(["b", "b b", "x" * 90, "--", "æ", 'q"q', ""])


@st.composite
def _part(draw: st.DrawFn, depth: int) -> bytes:
    kind = draw(st.sampled_from(["leaf", "leaf", "multipart", "message"])) if depth else "leaf"
    head = "".join(f"{name}: {value}\r\n" for name, value in draw(_HEADERS)).encode("utf-8", "surrogatepass")
    if kind == "multipart":
        boundary, sub = draw(_BOUNDARIES), draw(st.sampled_from(["mixed", "alternative", "related", "signed", "x"]))
        kids = draw(st.lists(_part(depth - 1), max_size=3))
        line = b"--" + boundary.encode() + b"\r\n"
        body = b"".join(line + kid + b"\r\n" for kid in kids) + draw(st.sampled_from([line[:-2] + b"--\r\n", b""]))
        return head + f'Content-Type: multipart/{sub}; boundary="{boundary}"\r\n\r\n'.encode() + body
    if kind == "message":
        return head + b"Content-Type: message/rfc822\r\n\r\n" + draw(_part(depth - 1))
    name = draw(WORDS)
    said = f"Content-Type: {draw(_TYPES)}\r\nContent-Transfer-Encoding: {draw(_ENCODINGS)}\r\n"
    said += draw(st.sampled_from(["", f'Content-Disposition: attachment; filename="{name}"\r\n']))
    return (
        head
        + said.encode()
        + b"\r\n"
        + draw(st.one_of(JUNK, st.just(b"Hei.\r\n"), st.just(b"begin 644 a\n#86%A\n`\nend\n")))
    )


def mails() -> st.SearchStrategy[bytes]:
    """Messages with every kind of fault in headers, structure and encodings, up to four levels deep."""
    start = st.sampled_from([b"From: a@b.example\r\n", b"Received: x\r\nSubject: y\r\n", b"MIME-Version: 1.0\r\n"])
    return damaged(st.builds(lambda head, part: head + part, start, _part(3)))


@st.composite
def sound_mails(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """A well-formed message, and the attachments that must be found in it, byte for byte."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Subject"] = "a@b.example", draw(st.sampled_from(["Søknad", "x", "Vedlegg " * 20]))
    mail.set_content(draw(st.sampled_from(["Se vedlegg.", "æøå\n", "."])))
    files = draw(st.lists(st.binary(min_size=1, max_size=300), max_size=5))
    for number, content in enumerate(files):
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=f"vedlegg {number}.bin")
    if files:
        mail.set_boundary("grense")  # else a random one, and no run would be like the one before
    return mail.as_bytes(), files


# --- containers ----------------------------------------------------------------------------------------------------


@st.composite
def _archive(draw: st.DrawFn, depth: int) -> bytes:
    inner = st.one_of(JUNK, st.just(b"a" * 20_000), *([_archive(depth - 1)] if depth else []))
    members = draw(st.lists(st.tuples(WORDS, inner), max_size=4))
    out = io.BytesIO()
    match draw(st.sampled_from(["zip", "tar", "gzip"])):
        case "zip":
            method = draw(
                st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
            )
            with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "w", method) as packed:  # names twice
                for name, content in members:
                    packed.writestr(zipfile.ZipInfo(name or "tom"), content, method)
            raw = bytearray(out.getvalue())
            at = raw.find(b"PK\x01\x02")
            if at >= 0 and draw(st.booleans()):  # sizes, flags and methods of the directory are not to be trusted
                where = at + draw(st.sampled_from([8, 10, 16, 20, 24, 28, 42]))
                raw[where : where + 2] = struct.pack("<H", draw(st.sampled_from([0, 1, 99, 0x7FFF, 0xFFFF])))
            return bytes(raw)
        case "tar":
            with tarfile.open(fileobj=out, mode="w") as packed:
                for name, content in members:
                    about = tarfile.TarInfo(name.replace("\x00", "") or "tom")
                    about.size = len(content)
                    about.type = draw(
                        st.sampled_from([tarfile.REGTYPE, tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE])
                    )
                    packed.addfile(about, io.BytesIO(content))
            return out.getvalue()
        case _:
            return gzip.compress(members[0][1] if members else b"", mtime=0)


def archives() -> st.SearchStrategy[bytes]:
    """ZIP, tar and gzip in one another, with names that lead elsewhere and directories that lie."""
    return damaged(_archive(2))


@st.composite
def sound_archives(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """A well-formed ZIP, and the members that must be found in it, byte for byte."""
    files = draw(st.lists(st.binary(min_size=1, max_size=300), max_size=6))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))) as packed:
        for number, content in enumerate(files):
            packed.writestr(f"{number}.bin", content)
    return out.getvalue(), files


_ATTRIBUTES = st.sampled_from([0x9007, 0x800C, 0x9002, 0x8010, 0x800F, 0x9003, 0x9005, 0x8004, 0x8000, 0xFFFF])
_PROPERTIES = st.builds(
    lambda count, kind, name, data: struct.pack("<IHH", count, kind, name) + data,
    st.integers(0, 2**32 - 1), st.sampled_from([0x1E, 0x1F, 0x102, 0x40, 0x0D, 3, 0x101E]), st.integers(0, 0xFFFF), JUNK,
)  # fmt: skip


def winmails() -> st.SearchStrategy[bytes]:
    """winmail.dat of random attributes, with property lists that promise more than they hold."""
    one = st.tuples(st.sampled_from([1, 2]), _ATTRIBUTES, st.one_of(JUNK, _PROPERTIES))
    return damaged(st.lists(one, max_size=8).map(lambda objects: tnef(*objects)))


@st.composite
def _outlook(draw: st.DrawFn, depth: int) -> dict[str, object]:
    tree: dict[str, object] = dict(message(subject=draw(TEXT), body=draw(TEXT)))
    for number, name in enumerate(draw(st.lists(WORDS, max_size=2))):
        content = draw(_outlook(depth - 1)) if depth and draw(st.booleans()) else draw(JUNK)
        tree[f"__attach_version1.0_#{number:08X}"] = attachment(name, content)  # type: ignore[arg-type]
    for name in draw(st.lists(st.sampled_from(sorted(tree)), max_size=1)):
        tree[name] = draw(JUNK)
    return tree


def outlook_mails() -> st.SearchStrategy[bytes]:
    """.msg files with messages in messages and streams that hold something else than they should."""
    return damaged(_outlook(2).map(lambda tree: compound_file(tree)))  # type: ignore[arg-type]


# --- PDFs ----------------------------------------------------------------------------------------------------------

_VALUES = st.sampled_from(
    [
        "1 0 R", "2 0 R", "3 0 R", "9 0 R", "[1 0 R 2 0 R 3 0 R]", "[0 0 612 792]", "[0 0 1e9 1e9]", "-1", "99999999999",
        "(tekst)", "<feff00e6>", "/Page", "/Pages", "/Catalog", "/JavaScript", "<< /S /JavaScript /JS (app.alert) >>", "null",
        "[" * 60, "<< /A << /B << >> >> >>",
    ]
)  # fmt: skip
_KEYS = st.sampled_from(
    "/Type /Kids /Parent /Count /MediaBox /Contents /Resources /Length /Filter /UserUnit /OpenAction /Names /AcroForm "
    "/Encrypt /Rotate /Annots /Font /W /Index /Prev /Size".split()
)


_TREE = (
    {"/Type": "/Catalog", "/Pages": "2 0 R"},
    {"/Type": "/Pages", "/Kids": "[3 0 R]", "/Count": "1"},
    {"/Type": "/Page", "/Parent": "2 0 R", "/MediaBox": "[0 0 612 792]", "/Contents": "4 0 R"},
)


@st.composite
def _pdf(draw: st.DrawFn) -> bytes:
    out = bytearray(draw(st.sampled_from([b"%PDF-1.7\n", b"%PDF-9.9\n%\xff\xff\n", b"junk\n%PDF-1.4\n"])))
    places = []
    for number in range(1, draw(st.integers(2, 6))):
        entries = draw(st.dictionaries(_KEYS, _VALUES, max_size=5))
        if number <= 3 and draw(st.booleans()):  # often enough a tree that can be walked
            entries |= _TREE[number - 1]
        places.append(len(out))
        body = " ".join(f"{key} {value}" for key, value in entries.items())
        out += f"{number} 0 obj\n<< {body} >>\n".encode()
        if draw(st.booleans()):
            content = draw(st.one_of(JUNK, st.just(b"BT /F1 12 Tf (Hei) Tj ET"), st.just(zlib.compress(b"q " * 5000))))
            out += b"stream\n" + content + b"\nendstream\n"
        out += b"endobj\n"
    at = len(out)
    out += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    trailer = draw(
        st.sampled_from(["/Root 1 0 R", "/Root 9 0 R", "/Root 1 0 R /Encrypt 2 0 R", f"/Root 1 0 R /Prev {at}", ""])
    )
    out += f"trailer\n<< /Size {len(places) + 1} {trailer} >>\nstartxref\n{at}\n%%EOF\n".encode()
    return bytes(out)


def pdfs() -> st.SearchStrategy[bytes]:
    """PDFs with loops in their page tree, streams that lie of their length, and cross-reference tables that point astray."""
    return damaged(_pdf())


# --- rule files ----------------------------------------------------------------------------------------------------

_SCALARS = st.sampled_from("ja nei 1 -1 1e400 2026-02-30 {x} { '' ~ søknad auto I åpen (?:a+)+b § *a !!x".split())
_FIELDS = st.sampled_from(
    "regel navn prioritet modus eier hvis hent så legg_til eksempler emne tekst avsender.domene inneholder er regex ikke alle "
    "noen finnes sak samlesak ny tilgang journalpost type tittel fordel_til videresend til kanal grunn avvis til_menneske "
    "skjerming kode hjemmel skjul treffer treffer_ikke gir slå_av erstatter språk regler navneliste".split()
)


def _flow(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.dictionaries(_FIELDS, children, max_size=4).map(
        lambda d: "{" + ", ".join(f"{k}: {v}" for k, v in d.items()) + "}"
    )
    return st.one_of(pairs, st.lists(children, max_size=3).map(lambda found: "[" + ", ".join(found) + "]"))


_VALUE = st.recursive(_SCALARS, _flow, max_leaves=10)


@st.composite
def _rule_file(draw: st.DrawFn) -> bytes:
    lines = [draw(st.sampled_from(["språk: 1", "språk: 2", "", "språk: [1]"])), "regler:"]
    for number in range(draw(st.integers(0, 3))):
        lines.append(f"- regel: {draw(st.sampled_from([f'r{number}', 'r0', 'Å b', '1']))}")
        body = {"navn": "N", "modus": "auto", "hvis": "{emne: {inneholder: a}}", "så": "{til_menneske: x}"}
        body |= draw(st.dictionaries(_FIELDS, _VALUE, max_size=3))
        lines += [f"  {name}: {value}" for name, value in body.items()]
    return "\n".join(lines).encode() + b"\n"


def rule_files() -> st.SearchStrategy[bytes]:
    """Rule files of the language's own words in any shape, some of them rules that hold."""
    return damaged(_rule_file())

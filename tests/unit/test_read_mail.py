"""Mail is read as people meant it, whatever their programs did; what cannot be read says why."""

from __future__ import annotations

import base64
import hashlib
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.reading import Flag, PartKind
from models.reasons import ReasonCode
from robot.reading.contract import Limits
from robot.reading.mailheaders import believable_date, decode_words, value_text

HEAD = (
    b"From: Kari Pr\xc3\xb8vesen <kari@example.org>\r\nTo: postmottak@kommune.example\r\n"
    b"Date: Mon, 02 Mar 2026 09:15:00 +0100\r\nMessage-ID: <1@example.org>\r\nSubject: Klage\r\n"
)


def mail(headers: bytes, body: bytes) -> bytes:
    return HEAD + headers + b"\r\n" + body


def multipart(*parts: bytes, kind: bytes = b"mixed", extra: bytes = b"") -> bytes:
    body = b"".join(b"--grense\r\n" + part + b"\r\n" for part in parts)
    return mail(b'Content-Type: multipart/%s; boundary="grense"%s\r\n' % (kind, extra), body + b"--grense--\r\n")


def part(media_type: str, content: bytes, headers: str = "") -> bytes:
    return f"Content-Type: {media_type}\r\n{headers}\r\n".encode() + content


def test_headers_text_and_attachment_of_an_ordinary_mail(read_document):
    message = EmailMessage()
    message["From"], message["To"], message["Cc"] = (
        "Kari Prøvesen <kari@example.org>",
        "post@kommune.example",
        "a@b.example",
    )
    message["Subject"], message["Date"] = "Søknad om å få bygge", "Mon, 02 Mar 2026 09:15:00 +0100"
    message["Message-ID"], message["References"] = "<2@example.org>", "<0@example.org> <1@example.org>"
    message.set_content("Hei,\n\nSe vedlegg.\n\nMvh\nKari")
    message.add_attachment("blåbær".encode(), maintype="text", subtype="plain", filename="søknad.txt")
    post = read_document(message.as_bytes(), declared="message/rfc822")
    summary = post.message
    assert ("Kari Prøvesen", "kari@example.org") == (summary.from_name, summary.from_address)
    assert (("post@kommune.example",), ("a@b.example",)) == (summary.to, summary.cc)
    assert ("Søknad om å få bygge", "2026-03-02T09:15:00+01:00") == (summary.subject, summary.date)
    assert ("<0@example.org>", "<1@example.org>") == summary.references
    assert ("Hei,\n\nSe vedlegg.", "Mvh\nKari") == (summary.body, summary.quoted)
    attachment = post.children("0")[1]
    assert (PartKind.ATTACHMENT, "søknad.txt", "blåbær") == (attachment.kind, attachment.name, attachment.text)


def test_raw_windows_1252_in_headers_and_body_keeps_the_norwegian_letters(read_document):
    raw = "From: Pål <p@example.org>\r\nSubject: Klage på Bjørkåsen – æøå\r\n\r\nBlåbærsyltetøy".encode("cp1252")
    summary = read_document(raw).message
    assert ("Klage på Bjørkåsen – æøå", "Pål", "Blåbærsyltetøy") == (summary.subject, summary.from_name, summary.body)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("=?utf-8?Q?S=C3=B8knad?=", "Søknad"),
        ("=?iso-8859-1?Q?S=F8knad_om?= =?iso-8859-1?Q?_l=E5n?=", "Søknad om lån"),
        ("=?utf-8?B?U8O4a25hZA==?=", "Søknad"),
        ("=?utf-8?B?U8M=?= =?utf-8?B?uGtuYWQ=?=", "Søknad"),
        ("=?utf-8?Q?S=C3?= =?utf-8?Q?=B8knad?=", "Søknad"),
        ("=?utf-8*nb?Q?S=C3=B8knad?=", "Søknad"),
        ("=?utf-8?Q?uavsluttet", "=?utf-8?Q?uavsluttet"),
        ("=?ukjent-tegnsett?Q?S=C3=B8knad?=", "Søknad"),
        ("=?utf-8?Q?med mellomrom?=", "med mellomrom"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("a =?utf-8?Q?b?= c", "a b c"),
    ],
)
def test_encoded_words_are_decoded_and_broken_ones_left(raw, expected):
    assert expected == decode_words(raw)


def test_a_line_break_inside_an_encoded_word_makes_no_new_header(read_document):
    raw = b"From: a@example.org\r\nSubject: =?utf-8?Q?Hei=0D=0ABcc=3A_alle=40kommune.example?=\r\n\r\nx"
    summary = read_document(raw).message
    assert "Hei Bcc: alle@kommune.example" == summary.subject
    assert ["from", "subject"] == [name for name, _ in summary.headers]


def test_a_bare_cr_starts_no_header(read_document):
    summary = read_document(b"From: a@example.org\r\nSubject: a\rBcc: b@example.org\r\n\r\nx").message
    assert ("a Bcc: b@example.org", ()) == (summary.subject, summary.header("bcc"))


@given(st.binary(max_size=300))
def test_any_header_value_becomes_one_line(raw):
    text = value_text(raw)
    assert not any(ord(letter) < 32 or letter in "\x7f\x85\u2028\u2029" for letter in text)
    text.encode()


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Mon, 02 Mar 2026 09:15:00 +0100", "2026-03-02T09:15:00+01:00"),
        ("2 Mar 2026 09:15 GMT", "2026-03-02T09:15:00+00:00"),
        ("Mon, 2 Mar 2026 09:15:00 -0000", "2026-03-02T09:15:00+00:00"),
        ("Mon, 02 Mar 2026 09:15:00 +0100 (CET)", "2026-03-02T09:15:00+01:00"),
        ("Mon, 02 Mar 2026 09:15:00 CEST", "2026-03-02T09:15:00+02:00"),
        ("Sun, 29 Mar 2026 02:30:00", ""),
        ("Fri, 30 Feb 2026 12:00:00 +0100", ""),
        ("Fri, 31 Dec 9999 23:59:60 -2400", ""),
        ("Thu, 01 Jan 1970 00:00:00 +0000", ""),
        ("i går", ""),
        ("", ""),
    ],
)
def test_only_a_moment_that_can_be_is_believed(text, iso):
    assert iso == believable_date(text)


def test_a_date_that_cannot_be_is_kept_as_text_and_flagged(read_document):
    post = read_document(b"From: a@example.org\r\nDate: Fri, 30 Feb 2026 12:00:00 +0100\r\nSubject: x\r\n\r\nx")
    assert ("", "Fri, 30 Feb 2026 12:00:00 +0100") == (post.message.date, post.message.date_text)
    assert Flag.BAD_DATE in post.main.flags


def test_plain_text_is_preferred_and_html_that_says_no_more_is_left_out(read_document):
    post = read_document(
        multipart(part("text/plain", b"Hei du"), part("text/html", b"<p>Hei <b>du</b></p>"), kind=b"alternative")
    )
    assert ["Hei du"] == [child.text for child in post.children("0")]


def test_html_that_says_more_than_the_plain_text_is_kept_beside_it(read_document):
    plain, html = b"Hei, her er en melding til dere", b"<p>Hei, her er en melding til dere om 01819012345</p>"
    post = read_document(multipart(part("text/plain", plain), part("text/html", html), kind=b"alternative"))
    assert "01819012345" in "".join(child.text for child in post.children("0"))
    assert plain.decode() == post.message.body


def test_html_alone_becomes_text_without_scripts(read_document):
    html = b"<p>Hei</p><script>alert(1)</script><p style='display:none'>skjult</p><p>du</p>"
    post = read_document(mail(b"Content-Type: text/html; charset=utf-8\r\n", html))
    assert "Hei\n\ndu" == post.message.body


def test_inline_image_calendar_and_nested_mail_each_have_their_kind(read_document):
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 20)
    post = read_document(
        multipart(
            part("text/plain", b"Hei"),
            part("image/png", png, "Content-ID: <a>\r\nContent-Transfer-Encoding: base64\r\n"),
            part("text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR"),
            part("message/rfc822", b"From: ola@example.org\r\nSubject: =?utf-8?Q?indre_=C3=A5?=\r\n\r\nindre tekst"),
        )
    )
    kinds = [(child.ref, child.kind, child.media_type) for child in post.children("0")]
    assert [
        ("0.0", PartKind.BODY, "text/plain"),
        ("0.1", PartKind.INLINE, "image/png"),
        ("0.2", PartKind.ATTACHMENT, "text/calendar"),
        ("0.3", PartKind.MESSAGE, "message/rfc822"),
    ] == kinds
    assert [("0", "Klage"), ("0.3", "indre å")] == [(one.ref, one.subject) for one in post.messages]
    assert "indre tekst" == post.messages[1].body


def test_signed_mail_is_read_and_flagged(read_document):
    signature = part("application/pgp-signature; name=s.asc", b"-----BEGIN PGP SIGNATURE-----")
    post = read_document(multipart(part("text/plain", b"Hei"), signature, kind=b"signed"))
    assert ("Hei", True) == (post.message.body, Flag.SIGNED in post.main.flags)


def der(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    size = bytes((len(body),)) if len(body) < 128 else b"\x82" + len(body).to_bytes(2, "big")
    return bytes((tag,)) + size + body


def smime(oid: str, inner: bytes) -> bytes:
    return base64.b64encode(der(0x30, der(0x06, bytes.fromhex(oid)), der(0xA0, inner)))


SMIME = b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n"


def test_opaque_signed_mail_is_opened(read_document):
    inner = b"Content-Type: text/plain; charset=utf-8\r\n\r\nSignert bl\xc3\xa5b\xc3\xa6r"
    data = der(0x30, der(0x06, bytes.fromhex("2a864886f70d010701")), der(0xA0, der(0x04, inner)))
    signed = der(0x30, der(0x02, b"\x01"), der(0x31), data, der(0x31))
    post = read_document(mail(SMIME, smime("2a864886f70d010702", signed)))
    assert ("Signert blåbær", None) == (post.message.body, post.main.reason)
    assert Flag.SIGNED in post.main.flags


@pytest.mark.parametrize(
    "raw",
    [
        mail(SMIME, smime("2a864886f70d010703", der(0x30, der(0x02, b"\x00")))),
        multipart(
            part("application/pgp-encrypted", b"Version: 1"), part("application/octet-stream", b"x"), kind=b"encrypted"
        ),
        mail(b"", b"-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n-----END PGP MESSAGE-----"),
    ],
)
def test_encrypted_mail_goes_to_a_person(raw, read_document):
    assert ReasonCode.ENCRYPTED is read_document(raw, declared="message/rfc822").main.reason


def test_nothing_and_rubbish_are_no_mail(read_document):
    assert ReasonCode.EMPTY is read_document(b"", name="a.eml").main.reason
    junk = hashlib.shake_256(b"rusk").digest(5000)
    assert ReasonCode.NOT_A_MESSAGE is read_document(junk, name="a.eml").main.reason


def test_headers_without_text_is_a_mail_with_empty_text(read_document):
    post = read_document(b"From: a@example.org\r\nSubject: tom\r\n\r\n")
    assert (None, "", "tom") == (post.main.reason, post.message.body, post.message.subject)


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("iso-8859-1", "cp1252"), ("utf-16", "utf-16"), ("ns_4551-1", None), ("", "cp1252"), ("3Dutf-8", "utf-8")],
)
def test_text_in_many_charsets(charset, codec, read_document):
    content = "blåbær på øy".encode(codec) if codec else b"bl}b{r p} |y"
    encoded = base64.b64encode(content)
    headers = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n".encode()
    assert "blåbær på øy" == read_document(mail(headers, encoded)).message.body


def test_unknown_charset_and_transfer_encoding_are_flagged_and_still_read(read_document):
    headers = b"Content-Type: text/plain; charset=x-ukjent\r\nContent-Transfer-Encoding: rot99\r\n"
    post = read_document(mail(headers, "blåbær".encode()))
    assert "blåbær" == post.message.body
    assert {Flag.UNKNOWN_CHARSET, Flag.BROKEN_MIME} <= post.main.flags


def test_broken_base64_gives_what_can_be_had(read_document):
    damaged = base64.b64encode(b"hele innholdet er her")[:-3] + b"*"
    attachment = part("application/octet-stream; name=a.txt", damaged, "Content-Transfer-Encoding: base64\r\n")
    post = read_document(multipart(part("text/plain", b"x"), attachment))
    assert post.children("0")[1].text.startswith("hele innholdet er")
    assert Flag.BROKEN_MIME in post.main.flags


def test_missing_and_wrong_boundaries_still_give_the_parts(read_document):
    body = b"--ekte\r\nContent-Type: text/plain\r\n\r\nHei\r\n--ekte\r\nContent-Type: text/csv; name=a.csv\r\n\r\na;b"
    for header in (b"multipart/mixed", b"multipart/mixed; boundary=feil"):
        post = read_document(mail(b"Content-Type: " + header + b"\r\n", body))
        assert ["", "a.csv"] == [child.name for child in post.children("0")]
        assert ("Hei", True) == (post.message.body, Flag.BROKEN_MIME in post.main.flags)


def test_limits_are_named(read_document):
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (at, at) for at in range(100))
    main = read_document(b"From: a@example.org\r\n" + deep).main
    assert (ReasonCode.TOO_DEEP, True) == (main.reason, "50" in main.detail)
    small = part("text/csv", b"x")
    main = read_document(multipart(*[small] * 501)).main
    assert (ReasonCode.TOO_MANY_PARTS, True) == (main.reason, "500" in main.detail)
    main = read_document(multipart(*[small] * 1001)).main
    assert (ReasonCode.TOO_MANY_PARTS, True) == (main.reason, "1000" in main.detail)


def test_a_header_block_over_the_limit_is_cut_and_the_text_still_found(read_document):
    raw = b"From: a@example.org\r\nSubject: x\r\n" + b"X-Fyll: " + b"a" * 5000 + b"\r\n\r\nteksten"
    post = read_document(raw, limits=Limits(header_bytes=1000))
    assert ("x", "teksten", True) == (post.message.subject, post.message.body, Flag.HEADER_CUT in post.main.flags)


def test_content_key_forgets_the_way_and_nothing_else(read_document):
    def key(raw: bytes) -> str:
        return read_document(raw, declared="message/rfc822").message.content_key

    plain = mail(b"", b"Hei\r\n\r\nto linjer\r\n")
    assert key(plain) == key(b"Received: from a by b\r\nReturn-Path: <x>\r\nX-Spam-Scan: no\r\n" + plain)
    assert key(plain) == key(plain.replace(b"\r\n", b"\n"))
    assert key(plain) == key(plain.replace(b"Subject: Klage", b"Subject:\r\n  Klage"))
    assert key(plain) != key(plain.replace(b"Klage", b"Klager"))
    assert key(plain) != key(plain.replace(b"to linjer", b"tre linjer"))
    assert key(plain) != key(plain.replace(b"<1@", b"<2@"))


def test_winmail_dat_is_unpacked(read_document):
    title = b"brev.txt\0"
    objects = [(0x9002, b"\0" * 14), (0x8010, title), (0x800F, b"innhold i brevet")]
    tnef = b"\x78\x9f\x3e\x22\x01\x00" + b"".join(
        b"\x02" + name.to_bytes(2, "little") + b"\x00\x00" + len(data).to_bytes(4, "little") + data + b"\0\0"
        for name, data in objects
    )
    attachment = part(
        "application/ms-tnef; name=winmail.dat", base64.b64encode(tnef), "Content-Transfer-Encoding: base64\r\n"
    )
    post = read_document(multipart(part("text/plain", b"x"), attachment))
    assert [("brev.txt", "innhold i brevet")] == [(child.name, child.text) for child in post.children("0.1")]


def test_binary_that_a_mail_server_rewrote_is_still_no_message(read_document):
    # IMAP cannot carry NUL: servers give 0x80 in its place, and CR LF for every LF.
    junk = bytes((n * 73 + n // 7) % 256 for n in range(4096)).replace(b"\n", b"\r\n").replace(b"\0", b"\x80")
    assert read_document(junk, declared="message/rfc822").main.reason is ReasonCode.NOT_A_MESSAGE
    for letter in ("Blåbærsyltetøy og rømmegrøt. " * 50, "Привет, это письмо. " * 50):
        assert read_document(letter.encode(), declared="message/rfc822").main.reason is None
    assert read_document(("Blåbær – «søt» " * 50).encode("cp1252"), declared="message/rfc822").main.reason is None

"""Outlook messages and winmail.dat give the same summary and parts as mail."""

from __future__ import annotations

import struct

from models.reading import Flag, PartKind
from models.reasons import ReasonCode
from tests.support.outlook import attachment, compound_file, message, properties, text, tnef


def test_outlook_message_gives_a_summary_as_mail_does(read_document):
    post = read_document(compound_file(message()), name="brev.msg")
    summary = post.message
    assert (None, "application/vnd.ms-outlook") == (post.main.reason, post.main.media_type)
    assert ("Kari Prøvesen", "kari@example.org") == (summary.from_name, summary.from_address)
    assert (("post@kommune.example",), ("Ola Kopi",)) == (summary.to, summary.cc)
    assert ("Klage på vedtak", "2026-03-02T08:15:00+00:00") == (summary.subject, summary.date)
    assert ("Hei,\n\nJeg klager.", "Mvh\nKari") == (summary.body, summary.quoted)
    assert ("<1@example.org>", 64) == (summary.message_id, len(summary.content_key))


def test_content_key_of_an_outlook_message_follows_its_content(read_document):
    one, same, other = (
        read_document(compound_file(message(body=body))).message.content_key for body in ("a", "a", "b")
    )
    assert one == same
    assert one != other


def test_internet_headers_of_an_outlook_message_are_kept(read_document):
    headers = text(0x007D, "From: Per <per@example.org>\r\nDate: Fri, 30 Feb 2026 12:00:00 +0100\r\nX-Merke: ja\r\n")
    post = read_document(compound_file(message() | headers))
    assert ("per@example.org", ("ja",)) == (post.message.from_address, post.message.header("x-merke"))
    assert ("Fri, 30 Feb 2026 12:00:00 +0100", True) == (post.message.date_text, Flag.BAD_DATE in post.main.flags)


def test_html_and_old_code_pages_are_read(read_document):
    tree = message(body="")
    tree["__substg1.0_10130102"] = "<p>blåbær</p><script>x</script>".encode("cp1252")
    assert "blåbær" == read_document(compound_file(tree)).message.body
    tree = {name: content for name, content in message().items() if name != "__substg1.0_0037001F"}
    tree["__substg1.0_0037001E"] = "Søknad på norsk".encode("cp1252")
    assert "Søknad på norsk" == read_document(compound_file(tree)).message.subject


def test_attachments_and_messages_inside_each_other(read_document):
    innermost = message(header_bytes=24, subject="innerst – æøå", body="innerste tekst")
    inner = message(header_bytes=24, subject="indre", body="indre tekst")
    inner["__attach_version1.0_#00000000"] = attachment("innerst", innermost)
    inner["__attach_version1.0_#00000001"] = attachment("kart.txt", b"kart over tomta")
    outer = message()
    outer["__attach_version1.0_#00000000"] = attachment("../søknad.txt", "blåbær".encode())
    outer["__attach_version1.0_#00000001"] = attachment("indre.msg", inner)
    post = read_document(compound_file(outer))
    found = [(part.ref, part.kind, part.name) for part in post.parts if part.kind is not PartKind.BODY]
    assert [
        ("0", PartKind.DOCUMENT, "uten-navn.msg"),
        ("0.1", PartKind.ATTACHMENT, "søknad.txt"),
        ("0.2", PartKind.MESSAGE, "indre.eml"),
        ("0.2.1", PartKind.MESSAGE, "innerst.eml"),
        ("0.2.2", PartKind.ATTACHMENT, "kart.txt"),
    ] == found
    assert ["Klage på vedtak", "indre", "innerst – æøå"] == [one.subject for one in post.messages]
    assert ("innerste tekst", "kari@example.org") == (post.messages[2].body, post.messages[2].from_address)
    again = read_document(compound_file(outer))
    assert post.messages[1].content_key == again.messages[1].content_key


def test_a_link_to_a_file_is_an_attachment_that_could_not_be_read(read_document):
    tree = message()
    tree["__attach_version1.0_#00000000"] = {"__properties_version1.0": properties(8)} | text(0x3707, "lenke.docx")
    child = read_document(compound_file(tree)).children("0")[1]
    assert ("lenke.docx", ReasonCode.UNSUPPORTED_TYPE) == (child.name, child.reason)


def test_encrypted_and_broken_messages_go_to_a_person(read_document):
    assert ReasonCode.ENCRYPTED is read_document(compound_file(message() | text(0x001A, "IPM.Note.SMIME"))).main.reason
    tree = {name: content for name, content in message().items() if not name.startswith("__prop")}
    assert ReasonCode.DAMAGED is read_document(compound_file(tree)).main.reason
    raw = compound_file(message())
    assert read_document(raw[: len(raw) // 2]).main.reason in (ReasonCode.DAMAGED, ReasonCode.UNSUPPORTED_TYPE, None)


def test_encrypted_office_document_is_told_from_a_message(read_document):
    main = read_document(compound_file({"EncryptedPackage": b"x", "EncryptionInfo": b"y"}), name="a.docx").main
    assert (ReasonCode.ENCRYPTED, True) == (main.reason, "passord" in main.detail)


def test_old_word_excel_and_powerpoint_are_refused_by_name(read_document):
    for stream, shown in (("WordDocument", "Word"), ("Workbook", "Excel"), ("PowerPoint Document", "PowerPoint")):
        main = read_document(compound_file({stream: b"\0" * 64})).main
        assert (ReasonCode.UNSUPPORTED_TYPE, True) == (main.reason, shown in main.detail)
    locked = read_document(compound_file({"WordDocument": b"\0" * 11 + b"\x01"})).main
    assert ReasonCode.ENCRYPTED is locked.reason


def test_winmail_gives_text_and_attachments_whatever_its_checksums_say(read_document):
    raw = tnef(
        (1, 0x9007, struct.pack("<II", 1252, 0)),
        (1, 0x800C, "Hei på deg\0".encode("cp1252")),
        (2, 0x9002, b"\0" * 14),
        (2, 0x8010, "søknad.txt\0".encode("cp1252")),
        (2, 0x800F, b"innhold"),
        (2, 0x9002, b"\0" * 14),
        (2, 0x800F, b"uten navn"),
    )
    post = read_document(raw + b"rusk etter slutten", name="winmail.dat")
    assert [("", "Hei på deg"), ("søknad.txt", "innhold"), ("uten-navn.txt", "uten navn")] == [
        (part.name, part.text) for part in post.children("0")
    ]


def test_winmail_cut_short_gives_what_is_there(read_document):
    raw = tnef((1, 0x800C, b"Hei"), (2, 0x9002, b"\0" * 14), (2, 0x800F, b"innhold som er langt"))
    post = read_document(raw[:-10])
    assert (None, "Hei") == (post.main.reason, post.children("0")[0].text)


def test_a_sector_size_that_no_compound_file_has_takes_no_memory(read_document):
    raw = bytearray(compound_file(message()))
    raw[30:32] = struct.pack("<H", 40)
    assert ReasonCode.DAMAGED is read_document(bytes(raw), name="a.msg").main.reason


def test_one_odd_property_does_not_cost_the_text_of_winmail(read_document):
    odd_time = struct.pack("<HH", 0x0040, 0x0039) + b"\xff" * 8
    body = struct.pack("<HHII", 0x001E, 0x1000, 1, 4) + b"Hei\0"
    raw = tnef((1, 0x9003, struct.pack("<I", 2) + odd_time + body))
    assert "Hei" == read_document(raw).children("0")[0].text


def test_a_list_that_promises_more_properties_than_it_holds_takes_no_time_and_costs_no_neighbour(read_document):
    body = struct.pack("<HHII", 0x001E, 0x1000, 1, 4) + b"Hei\0"
    for kind in (0x0003, 0x1003, 0x1002, 0x101E):  # many values of a fixed size read on past the end too
        endless = struct.pack("<HHI", kind, 0x6600, 0xFFFFFFFF)
        raw = tnef((1, 0x9003, struct.pack("<I", 0xFFFFFFFF) + body + endless), (1, 0x9005, b"\xff" * 40))
        assert "Hei" == read_document(raw).children("0")[0].text

"""Archives are unpacked within their limits, member by member, and nothing is written where it should not be."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile

from models.reading import PartKind
from models.reasons import ReasonCode
from robot.reading.contract import Limits


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def test_members_are_read_by_what_they_are(read_document):
    post = read_document(zipped(("mappe/brev.txt", b"hei"), ("indre.zip", zipped(("dypt.txt", b"dypt")))))
    found = [(part.ref, part.kind, part.name, part.text) for part in post.parts[1:]]
    assert [
        ("0.0", PartKind.MEMBER, "brev.txt", "hei"),
        ("0.1", PartKind.MEMBER, "indre.zip", ""),
        ("0.1.0", PartKind.MEMBER, "dypt.txt", "dypt"),
    ] == found


def test_every_method_of_the_standard_library_is_read(read_document):
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert "innhold" == read_document(zipped(("a.txt", b"innhold"), method=method)).children("0")[0].text


def test_names_that_lead_elsewhere_are_made_harmless(read_document, tmp_path):
    before = set(tmp_path.parent.rglob("*"))
    names = ["../../../../srv/slip.txt", "/srv/abs.txt", "..\\..\\win.txt", "C:\\x\\stasjon.txt", "a.txt", "a.txt"]
    post = read_document(zipped(*((name, b"x") for name in names)))
    assert ["slip.txt", "abs.txt", "win.txt", "stasjon.txt", "a.txt", "a.txt"] == [
        part.name for part in post.children("0")
    ]
    assert not [path for path in set(tmp_path.parent.rglob("*")) - before if path.name.endswith("slip.txt")]


def test_links_and_devices_are_recorded_by_name_and_not_followed(read_document):
    link = zipfile.ZipInfo("lenke")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    child = read_document(zipped((link, b"/etc/passwd"), ("a.txt", b"x"))).children("0")[0]
    assert ("lenke", ReasonCode.UNSUPPORTED_TYPE, "") == (child.name, child.reason, child.text)


def test_names_from_norwegian_windows_are_read_in_its_code_page(read_document):
    raw = zipped(("sXknad.txt", b"x")).replace(b"sXknad", "søknad".encode("cp850"))
    assert "søknad.txt" == read_document(raw).children("0")[0].name


def test_encrypted_members_are_named_and_an_archive_of_them_is_encrypted(read_document):
    def encrypted(raw: bytes, name: bytes) -> bytes:
        at = raw.rindex(b"PK\x01\x02", 0, raw.rindex(name))
        return raw[: at + 8] + struct.pack("<H", 1) + raw[at + 10 :]

    both = zipped(("a.txt", b"x"), ("b.txt", b"y"))
    post = read_document(encrypted(both, b"b.txt"))
    assert [None, ReasonCode.ENCRYPTED] == [part.reason for part in post.children("0")]
    assert None is post.main.reason
    assert ReasonCode.ENCRYPTED is read_document(encrypted(encrypted(both, b"b.txt"), b"a.txt")).main.reason


def test_empty_archive_is_read_and_rubbish_is_not(read_document):
    assert None is read_document(zipped()).main.reason
    assert ReasonCode.DAMAGED is read_document(b"PK\x03\x04" + b"rusk" * 20).main.reason


def test_a_damaged_member_does_not_cost_its_neighbour(read_document):
    raw = bytearray(zipped(("a.txt", b"AAAA" * 10), ("b.txt", b"hel"), method=zipfile.ZIP_STORED))
    raw[raw.index(b"AAAA") + 2] = 0x42
    assert [ReasonCode.DAMAGED, None] == [part.reason for part in read_document(bytes(raw)).children("0")]


def test_bombs_are_stopped_while_streaming(read_document):
    bomb = zipped(("bombe.bin", b"\0" * 50_000_000))
    main = read_document(bomb).main
    assert (ReasonCode.TOO_LARGE, True) == (main.reason, "100 ganger" in main.detail)
    limits = Limits(unpacked_bytes=1_000_000)
    main = read_document(zipped(("a", os.urandom(700_000)), ("b", os.urandom(700_000))), limits=limits).main
    assert ReasonCode.TOO_LARGE is main.reason


def test_size_in_the_directory_is_not_trusted(read_document):
    raw = zipped(("a.bin", b"\0" * 20_000_000))
    small = struct.pack("<I", 10)
    lying = raw.replace(struct.pack("<I", 20_000_000), small)
    post = read_document(lying)
    assert ReasonCode.TOO_LARGE is post.main.reason or all(part.reason for part in post.children("0"))
    assert all(part.size_bytes < 1_000_000 for part in post.children("0"))


def test_small_text_that_packs_well_is_no_bomb(read_document):
    assert 30_000 == len(read_document(zipped(("a.txt", b"a" * 30_000))).children("0")[0].text)


def test_too_many_members_and_too_deep_are_named(read_document):
    main = read_document(zipped(*((f"{at}.txt", b"") for at in range(2001)))).main
    assert (ReasonCode.TOO_MANY_PARTS, True) == (main.reason, "2000" in main.detail)
    deep = b"innerst"
    for level in range(6):
        deep = zipped((f"{level}.zip" if level else "a.txt", deep))
    post = read_document(deep)
    assert [ReasonCode.TOO_DEEP] == [part.reason for part in post.parts if part.reason]


def test_gzip_and_tar_are_unpacked(read_document):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("../brev.txt")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"hei"))
        link = tarfile.TarInfo("lenke")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    post = read_document(gzip.compress(out.getvalue()), name="a.tar.gz")
    members = post.children("0.0")
    assert [("brev.txt", "hei", None), ("lenke", "", ReasonCode.UNSUPPORTED_TYPE)] == [
        (part.name, part.text, part.reason) for part in members
    ]
    assert ReasonCode.TOO_LARGE is read_document(gzip.compress(b"\0" * 50_000_000)).main.reason
    assert ReasonCode.DAMAGED is read_document(gzip.compress(b"hei" * 100)[:-20]).main.reason

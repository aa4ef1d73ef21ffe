"""The media type of bytes, by content. Name and declared type only choose between kinds that look alike inside."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from robot.reading import cms
from robot.reading.mailheaders import FAMILIAR, FIELD
from robot.reading.ole import OLE_FAULTS, open_ole
from robot.reading.text import bare_utf16

HEAD_BYTES = 8192
EMPTY = "application/x-empty"
OCTETS = "application/octet-stream"
ENCRYPTED_OFFICE = "application/x-ole-encrypted-office"

_OOXML = "application/vnd.openxmlformats-officedocument."
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
    (b"{\\rtf", "application/rtf"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"),
    (b"\x7fELF", "application/x-elf"),
    (b"!BDN", "application/vnd.ms-outlook-pst"),
    (b"AC10", "image/vnd.dwg"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "application/ogg"),
    (b"\xd7\xcd\xc6\x9a", "image/wmf"),
)
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|span|br|a\s|script|style)\b", re.IGNORECASE
)
_XML = re.compile(rb"\s*<(?:\?xml\b|!--|!DOCTYPE\s+[^h]|[A-Za-z_][\w.:-]*[\s/>])")
_ENTRY_LIMIT = 5_000


def sniff(head: bytes, path: Path, *, name: str, declared: str) -> str:
    """The media type of the file at ``path``, whose first bytes (8 KiB is enough) are ``head``.

    Content decides. ``name`` and ``declared`` are asked only within the text family (plain, HTML, mail, CSV …) and for a
    mail that does not look like one; so a program called ``brev.pdf`` is a program. Never raises on hostile content.
    """
    if not head:
        return EMPTY
    binary = _binary_kind(head, path)
    if binary:
        return binary
    said = _said(name, declared)
    encoding = next((known for bom, known in _BOMS if head.startswith(bom)), None)
    encoding = encoding or bare_utf16(head)
    if encoding is None and not _looks_like_text(head):
        if b"PK" in head and zipfile.is_zipfile(path):
            return _zip_kind(path)
        # A mail may hold NULs and raw 8-bit; the mail reader says NOT_A_MESSAGE when there is nothing to it.
        return "message/rfc822" if said == "message/rfc822" or _has_mail_headers(head) else OCTETS
    text = head.decode(encoding, "replace").lstrip("\ufeff").encode() if encoding else head
    return _text_kind(text, said)


def _binary_kind(head: bytes, path: Path) -> str | None:
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head.startswith(_OLE):
        return _ole_kind(path)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00PK\x03\x04")):
        return _zip_kind(path)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in _HEIF_BRANDS else "video/mp4"
    if (
        head[:2] == b"BM"
        and len(head) > 26
        and head[6:10] == b"\0\0\0\0"
        and head[14] in (12, 40, 52, 56, 64, 108, 124)
    ):
        return "image/bmp"
    if head[:2] == b"MZ" and b"\0" in head[:256]:
        return "application/vnd.microsoft.portable-executable"
    if head[:1] == b"\x30" and len(head) > 20 and (found := cms.kind(head)):
        return "application/pkcs7-signature" if found is cms.Kind.SIGNED else "application/pkcs7-mime"
    if head[257:262] == b"ustar":
        return "application/x-tar"
    # ISO 32000-1, annex H: readers accept the header anywhere in the first 1,024 bytes. A mail may quote one, so
    # what stands before it must not be a header block.
    where = head[:1024].find(b"%PDF-")
    if where == 0 or (where > 0 and not _has_mail_headers(head) and not head.lstrip()[:1] == b"<"):
        return "application/pdf"
    return None


def _ole_kind(path: Path) -> str:
    try:
        with open_ole(path) as ole:
            names = {entry[0].lower() for entry in ole.listdir(streams=True, storages=True) if entry}
    except OLE_FAULTS:
        names = _ole_names(path)
    if "encryptedpackage" in names:
        return ENCRYPTED_OFFICE
    if "__properties_version1.0" in names or any(
        name.startswith(("__substg1.0_", "__recip", "__attach")) for name in names
    ):
        return "application/vnd.ms-outlook"
    for streams, media_type in (
        ({"worddocument"}, "application/msword"),
        ({"workbook", "book"}, "application/vnd.ms-excel"),
        ({"powerpoint document"}, "application/vnd.ms-powerpoint"),
        ({"visiodocument"}, "application/vnd.visio"),
    ):
        if names & streams:
            return media_type
    return "application/x-ole-storage"


def _ole_names(path: Path) -> set[str]:
    """Names seen in a damaged compound file: its directory entries are UTF-16 at 128-byte steps."""
    with path.open("rb") as file:
        data = file.read(4 * 1024 * 1024)
    known = ("EncryptedPackage", "__properties_version1.0", "WordDocument", "Workbook", "PowerPoint Document")
    return {name.lower() for name in known if name.encode("utf-16-le") in data}


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.filelist[:_ENTRY_LIMIT]]
            if "mimetype" in names:
                return _declared_inside(archive) or "application/zip"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error, KeyError):
        return "application/zip"
    if "[Content_Types].xml" in names:
        return _ooxml_kind(names)
    return "application/zip"


def _declared_inside(archive: zipfile.ZipFile) -> str | None:
    with archive.open("mimetype") as member:
        said = member.read(200).decode("ascii", "replace").strip()
    return said if re.fullmatch(r"application/[\w.+-]{3,100}", said) else None


def _ooxml_kind(names: list[str]) -> str:
    for folder, kind in (
        ("word/", "wordprocessingml.document"),
        ("xl/", "spreadsheetml.sheet"),
        ("ppt/", "presentationml.presentation"),
    ):
        if any(name.lower().startswith(folder) for name in names):
            if folder == "xl/" and any(name.lower().endswith("workbook.bin") for name in names):
                return "application/vnd.ms-excel.sheet.binary.macroenabled.12"
            return _OOXML + kind
    return "application/zip"


_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1b\x08\x1a\x00"))


def _looks_like_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    control = len(head) - len(head.translate(None, _CONTROL))
    if control * 100 > len(head):
        return False
    high = len(head) - len(head.translate(None, bytes(range(128, 256))))
    if high * 3 < len(head):
        return True
    # Mostly 8-bit: text in a non-Latin script, if it is valid in UTF-8 or has the line ends and spaces of text.
    try:
        head[: len(head) - 4].decode("utf-8")
    except UnicodeDecodeError:
        return control == 0 and (head.count(b" ") + head.count(b"\n")) * 40 > len(head)
    return True


def _has_mail_headers(head: bytes) -> bool:
    """Whether the bytes begin with a header block: two familiar fields, and at most a few lines that are none."""
    familiar: set[bytes] = set()
    strange = 0
    lines = re.split(rb"\r\n|\n|\r", head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))[:200]
    if lines and lines[0].startswith((b"From ", b">From ")):
        lines = lines[1:]
    for line in lines:
        if not line.strip():
            break
        if line[:1] in b" \t":
            continue
        found = FIELD.match(line)
        if not found:
            strange += 1
            if strange > 2:
                return False
            continue
        if found.group(1).lower() in FAMILIAR:
            familiar.add(found.group(1).lower())
    return len(familiar) >= 2


_BY_ENDING = {
    "eml": "message/rfc822",
    "mht": "message/rfc822",
    "mhtml": "message/rfc822",
    "csv": "text/csv",
    "html": "text/html",
    "htm": "text/html",
    "xhtml": "text/html",
    "xml": "application/xml",
    "json": "application/json",
    "ics": "text/calendar",
    "txt": "text/plain",
    "log": "text/plain",
    "md": "text/plain",
    "asc": "text/plain",
}
_FAMILY = frozenset(_BY_ENDING.values()) | {"message/global"}


def _said(name: str, declared: str) -> str:
    """What the outside calls it, when that is one of the text family; a declared type goes before the ending."""
    clean = declared.partition(";")[0].strip().lower()
    ending = _BY_ENDING.get(name.rpartition(".")[2].strip().lower(), "") if "." in name else ""
    if clean in ("message/global", "message/rfc822", "message/news"):
        return "message/rfc822"
    if clean in ("text/xml", "application/xhtml+xml"):
        return "application/xml" if clean == "text/xml" else "text/html"
    if clean in _FAMILY and clean != "text/plain":
        return clean
    return ending or (clean if clean == "text/plain" else "")


def _text_kind(text: bytes, said: str) -> str:
    start = text.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:15].upper() == b"BEGIN:VCALENDAR":
        return "text/calendar"
    if start[:11].upper() == b"BEGIN:VCARD":
        return "text/vcard"
    if said == "message/rfc822" or (said in ("", "text/plain") and said != "text/plain" and _has_mail_headers(text)):
        return "message/rfc822"
    if start[:5].lower() == b"<?xml" or (start[:1] == b"<" and _XML.match(start)):
        # XHTML is served as XML too; its DOCTYPE is harmless to an HTML parser, unless it is sent as XML.
        lead = start[:1024].lower()
        hyper = b"<!doctype html" in lead or b"<html" in lead or _loose_html(start, said)
        return "text/html" if hyper and said != "application/xml" else "application/xml"
    if _loose_html(start, said):
        return "text/html"
    if start[:1] in (b"{", b"[") and (said == "application/json" or _plausible_json(start)):
        return "application/json"
    if start[:9].lower() == b"%!ps-adob":
        return "application/postscript"
    if said in ("text/csv", "application/json"):
        return "text/csv" if said == "text/csv" else "text/plain"
    return "text/plain"


def _loose_html(start: bytes, said: str) -> bool:
    found = _HTML.search(start[:4096])
    if not found:
        return False
    return said == "text/html" or (found.start() == 0 and said != "application/xml")


def _plausible_json(start: bytes) -> bool:
    return bool(re.match(rb"(?:\{\s*(?:\"|\})|\[\s*(?:[\[{\"\d\]-]|true|false|null))", start))

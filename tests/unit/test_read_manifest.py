"""Every hostile file ends as the manifest says: read, or set aside with a reason; attachments and members counted."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest

from models.reading import PartKind
from models.reasons import ReasonCode

pytestmark = pytest.mark.shared

FILES = {"email": 308, "msg": 41, "tnef": 20, "office": 19, "xml": 13, "archive": 46}
ATTACHED = {PartKind.ATTACHMENT, PartKind.INLINE, PartKind.MESSAGE}

# What ends otherwise than the manifest says, and why that is not for a reader to change.
OTHERWISE = {
    "email/made-here/eicar_attachment.eml": "found by the virus scanner, which runs after reading",
}
# The reference counts folder entries as members; a folder has no content and is no document.
FOLDERS_COUNTED = {
    "archive/dotnet/InvalidWindowsFileNameChars.zip": 3,
    "archive/dotnet/dataDescriptor.zip": 1,
    "archive/dotnet/emptydir.zip": 1,
    "archive/dotnet/largetrailingwhitespacedeflation.zip": 3,
}
REASONS = {
    "email/made-here/binary_junk.eml": ReasonCode.NOT_A_MESSAGE,
    "email/made-here/smime_encrypted.eml": ReasonCode.ENCRYPTED,
    "email/made-here/zero_bytes.eml": ReasonCode.EMPTY,
    "email/made-here/nested_multipart_500.eml": ReasonCode.TOO_DEEP,
    "email/made-here/parts_5000.eml": ReasonCode.TOO_MANY_PARTS,
    "archive/dotnet/fileLengthGreaterIntLessUInt.zip": ReasonCode.TOO_LARGE,
    "archive/dotnet/PasswordProtected_7ZIP_SamePassword.zip": ReasonCode.ENCRYPTED,
    "archive/dotnet/EOCDmissing.zip": ReasonCode.DAMAGED,
    "office/poi/PasswordProtected.doc": ReasonCode.ENCRYPTED,
    "office/poi/ExternalEntityInText.docx": ReasonCode.DOCTYPE_REFUSED,
    "xml/made-here/billion_laughs_melding.xml": ReasonCode.DOCTYPE_REFUSED,
    "xml/made-here/xxe_file.xml": ReasonCode.DOCTYPE_REFUSED,
}


@pytest.mark.parametrize("kind", FILES)
def test_every_hostile_file_ends_as_the_manifest_says(kind, shared, read_document, capsys):
    # Pictures and PDF have tests of their own; here only the containers and messages around them are asked about.
    rows = [row for row in csv.DictReader((shared / "data/hostile/manifest.csv").open()) if row["kind"] == kind]
    ends, faults = Counter(), []
    for row in rows:
        post = read_document(shared / "data/hostile" / row["file"])
        main = post.main
        ends["set_aside" if main.reason else "archived"] += 1
        faults += _faults(row, post)
    with capsys.disabled():
        print(f"\n{kind}: {len(rows)} files, {dict(ends)}, {len(faults)} otherwise than expected")  # noqa: T201
    assert FILES[kind] == len(rows)
    assert [] == faults


def _faults(row, post):
    name, main = row["file"], post.main
    if name in OTHERWISE:
        return []
    found = []
    if row["outcome"] in ("archived", "dismissed") and main.reason is not None:
        found.append(f"{name}: not read ({main.reason})")
    if row["outcome"] == "set_aside" and main.reason is None:
        found.append(f"{name}: read, though it should be set aside")
    if name in REASONS and main.reason is not REASONS[name]:
        found.append(f"{name}: {main.reason}, not {REASONS[name]}")
    if main.reason is not None and not main.detail:
        found.append(f"{name}: no sentence for people")
    stated = re.search(r"parsed: (\d+) (?:attachments|members)", row["expected"])
    if stated and main.reason is None:
        kinds = {PartKind.MEMBER} if row["kind"] == "archive" else ATTACHED
        have = sum(part.kind in kinds for part in post.parts) + FOLDERS_COUNTED.get(name, 0)
        want = int(stated.group(1))
        # «measured» is what other parsers found, so a floor; «stated» was written by a person and is exact.
        if have < want or (row["basis"] == "stated" and have != want):
            found.append(f"{name}: {have} parts, not {want}")
    return found


def test_names_from_a_hostile_mail_lead_nowhere(shared, read_document):
    post = read_document(shared / "data/hostile/email/made-here/attachment_names_traversal.eml")
    names = [part.name for part in post.parts if part.kind is PartKind.ATTACHMENT]
    assert 12 == len(names)
    assert not [name for name in names if "/" in name or "\\" in name or len(name) > 120 or name.startswith("..")]
    assert not [name for name in names if any(ord(letter) < 32 or "\u202a" <= letter <= "\u202e" for letter in name)]


def test_the_same_message_through_two_relays_has_one_content_key(shared, read_document):
    folder = shared / "data/hostile/email/made-here"
    first, second = (read_document(folder / f"same_content_{one}.eml").message for one in "ab")
    assert first.content_key == second.content_key
    reused, again = (read_document(folder / f"same_id_{one}.eml").message for one in ("first", "second"))
    assert reused.message_id == again.message_id
    assert reused.content_key != again.content_key

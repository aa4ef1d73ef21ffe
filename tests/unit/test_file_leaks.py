"""What published files give away is found, every way of it, and ordinary files are left alone."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pikepdf
import pytest

from models.reasons import ReasonCode
from robot.reading.contract import Unreadable
from robot.reading.dispatch import ReadingRoom
from robot.reading.leaks.inspect import inspect_file
from robot.reading.leaks.leak import Leak, LeakKind, as_json, from_json
from robot.reading.leaks.room import leaks_in
from tests.support.leaky import INNOCENT, LEAKY, SECRET, saved


def leaks(folder: Path, content: bytes, name: str = "fil.pdf") -> tuple[Leak, ...]:
    path = folder / name
    path.write_bytes(content)
    return inspect_file(path)


@pytest.mark.parametrize("name", LEAKY)
def test_what_a_file_gives_away_is_found_with_its_text(tmp_path: Path, name: str) -> None:
    case = LEAKY[name]
    found = [leak for leak in leaks(tmp_path, case.make()) if leak.kind in case.kinds]
    assert found, f"nothing of {sorted(case.kinds)}"
    if case.text:
        whole = " ".join(leak.text for leak in found)
        assert SECRET.split()[1] in whole
        assert SECRET.split()[2] in whole


@pytest.mark.parametrize("name", INNOCENT)
def test_an_ordinary_file_is_no_fake_redaction(tmp_path: Path, name: str) -> None:
    assert [] == [leak for leak in leaks(tmp_path, INNOCENT[name]()) if leak.fake_redaction]


def test_every_kind_that_a_pdf_can_have_is_among_the_files() -> None:
    office = {LeakKind.TRACKED_CHANGE, LeakKind.HIDDEN_TEXT, LeakKind.HIDDEN_SHEET}
    assert set(LeakKind) - office == {kind for case in LEAKY.values() for kind in case.kinds}


def test_page_and_place_are_told(tmp_path: Path) -> None:
    (found,) = [leak for leak in leaks(tmp_path, LEAKY["black_box"].make()) if leak.kind is LeakKind.COVERED]
    assert (1, 0, True) == (found.page, found.within, found.sure)
    assert found.box is not None
    left, bottom, right, top = found.box
    assert 55 < left < 65
    assert 690 < bottom < top < 720
    assert 160 < right < 200


def test_what_lies_there_is_never_shown_by_accident(tmp_path: Path) -> None:
    found = leaks(tmp_path, LEAKY["black_box"].make())
    assert SECRET in found[0].text
    assert "Hemmelig" not in repr(found)


def test_how_deep_a_file_within_lies_is_told(tmp_path: Path) -> None:
    found = leaks(tmp_path, LEAKY["fake_redaction_two_deep"].make())
    assert [(LeakKind.EMBEDDED, 0), (LeakKind.EMBEDDED, 1), (LeakKind.COVERED, 2)] == [
        (x.kind, x.within) for x in found
    ]


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def office(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        for name, content in parts.items():
            package.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("run", "kind"),
    [
        (f"<w:del><w:r><w:delText>{SECRET}</w:delText></w:r></w:del>", LeakKind.TRACKED_CHANGE),
        (f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>{SECRET}</w:t></w:r>", LeakKind.HIDDEN_TEXT),
        (f'<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>{SECRET}</w:t></w:r>', LeakKind.HIDDEN_TEXT),
    ],
)
def test_word_files_with_tracked_and_hidden_text(tmp_path: Path, run: str, kind: LeakKind) -> None:
    body = f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>Synlig</w:t></w:r>{run}</w:p></w:body></w:document>'
    (found,) = leaks(tmp_path, office(**{"word__document.xml": body}), "a.docx")
    assert (kind, SECRET) == (found.kind, found.text)


def test_a_word_file_that_hides_nothing(tmp_path: Path) -> None:
    shown = '<w:r><w:rPr><w:color w:val="FFFFFF"/><w:shd w:fill="000000"/></w:rPr><w:t>Hvit på svart</w:t></w:r>'
    body = f'<w:document xmlns:w="{WORD}"><w:body><w:p>{shown}</w:p></w:body></w:document>'
    assert () == leaks(tmp_path, office(**{"word__document.xml": body}), "a.docx")


def test_comments_people_and_hidden_sheets_of_office_files(tmp_path: Path) -> None:
    comments = (
        f'<w:comments xmlns:w="{WORD}"><w:comment><w:p><w:r><w:t>{SECRET}</w:t></w:r></w:p></w:comment></w:comments>'
    )
    core = f"<cp><creator>{SECRET}</creator><revision>3</revision></cp>"
    word = leaks(tmp_path, office(**{"word__comments.xml": comments, "docProps__core.xml": core}), "a.docx")
    assert {LeakKind.COMMENT, LeakKind.METADATA} == {leak.kind for leak in word}
    assert all(SECRET == leak.text for leak in word)
    book = '<workbook><sheets><sheet name="Synlig"/><sheet name="Skjult" state="hidden"/></sheets></workbook>'
    parts = {
        "xl__workbook.xml": book,
        "xl__sharedStrings.xml": f"<sst><si><t>annet</t></si><si><t>{SECRET}</t></si></sst>",
        "xl__worksheets__sheet2.xml": '<worksheet><c t="s"><v>1</v></c></worksheet>',
    }
    (sheet,) = leaks(tmp_path, office(**parts), "a.xlsx")
    assert (LeakKind.HIDDEN_SHEET, True) == (sheet.kind, SECRET in sheet.text)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", ReasonCode.EMPTY),
        (b"%PDF-1.7\ntull", ReasonCode.DAMAGED),
        (b"PK\x03\x04tull", ReasonCode.DAMAGED),
    ],
)
def test_a_file_that_cannot_be_opened_says_why(tmp_path: Path, content: bytes, reason: ReasonCode) -> None:
    with pytest.raises(Unreadable) as told:
        leaks(tmp_path, content)
    assert reason is told.value.reason


def test_a_locked_file_says_so(tmp_path: Path) -> None:
    made = pikepdf.open(io.BytesIO(LEAKY["black_box"].make()))
    content = saved(made, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(Unreadable) as told:
        leaks(tmp_path, content)
    assert ReasonCode.ENCRYPTED is told.value.reason


def test_other_kinds_of_files_have_nothing_of_this(tmp_path: Path) -> None:
    assert () == leaks(tmp_path, b"bare tekst", "a.txt")


def test_the_sandbox_gives_the_same(tmp_path: Path, reading_room: ReadingRoom) -> None:
    path = tmp_path / "fil.pdf"
    path.write_bytes(LEAKY["fake_redaction_within"].make())
    assert inspect_file(path) == leaks_in(reading_room, path, into=tmp_path / "ut").leaks
    path.write_bytes(b"%PDF-1.7\ntull")
    assert ReasonCode.DAMAGED is leaks_in(reading_room, path, into=tmp_path / "ut2").reason


def test_a_child_can_say_nothing_but_leaks() -> None:
    leak = Leak(kind=LeakKind.COVERED, page=2, box=(1, 2, 3, 4), text=SECRET, sure=True)
    assert leak == from_json(as_json(leak))
    with pytest.raises(ValueError, match="kind"):
        from_json({**as_json(leak), "kind": "kind"})


def test_readable_files_of_others_are_not_full_of_false_alarms(shared: Path, tmp_path: Path) -> None:
    """Real files: most hide nothing. The figure stands in docs/arkivar.md; more than this is a step back."""
    looked, alarmed = 0, []
    for path in sorted((shared / "data" / "hostile" / "pdf").rglob("*.pdf"))[::4]:
        if path.stat().st_size > 60_000 or "made-here" in path.parts:
            continue
        try:
            found = inspect_file(path)
        except Unreadable:
            continue
        looked += 1
        if any(leak.sure and leak.kind in (LeakKind.COVERED, LeakKind.ANNOTATION) for leak in found):
            alarmed.append(path.name)
    assert looked > 20
    assert len(alarmed) <= looked / 20, alarmed

"""Journal files: what is wrong with a delivery is told, nothing outside it is opened, and big ones stream."""

from __future__ import annotations

import os
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.journalxml.config import JournalXmlConfig
from connectors.journalxml.view import JournalXmlView
from connectors.testing.journal_lab import FIRST, HOUR, pages, sample, spool, titles
from connectors.testing.journal_labs import noark4, noark5
from models.errors import OutOfReach, StaleCursor
from models.noark import Journalposttype
from models.post import SpooledDocument
from models.published import (
    DocumentRef,
    NoFile,
    PublishedAvskrivning,
    PublishedKlasse,
    PublishedPart,
    RemarkCode,
    Window,
    WindowKind,
)

ENTRIES = [sample(number).entry for number in range(1, 6)]


def laid(folder: Path, content: bytes, name: str = "offentligJournal.xml") -> JournalXmlView:
    (folder / name).write_bytes(content)
    return JournalXmlView(folder / name)


def remarks(view: JournalXmlView) -> list[tuple[RemarkCode, str]]:
    return [(each.code, each.place) for page in pages(view, Window()) for each in page.remarks]


def refs(count: int) -> list[tuple[str, ...]]:
    return [()] * count


@pytest.mark.parametrize("root", ["offentligJournal", "loependeJournal"])
def test_what_the_suite_reads_is_valid_by_the_standards_schema(shared: Path, root: str) -> None:
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(str(shared / "specs" / "noark5" / f"{root}.xsd")))
    document = etree.fromstring(noark5([e for e in ENTRIES], refs(5), root=root))
    schema.assertValid(document)


def test_a_whole_delivery_has_no_remarks(tmp_path: Path) -> None:
    assert [] == remarks(laid(tmp_path, noark5(ENTRIES, refs(5))))


def test_a_wrong_count_an_entry_outside_the_period_and_disorder_are_told(tmp_path: Path) -> None:
    good = noark5(ENTRIES, refs(5)).decode()
    wrong = good.replace("<antallJournalposter>5<", "<antallJournalposter>7<")
    wrong = wrong.replace("<journaldato>2026-06-15<", "<journaldato>2026-06-16<", 1)
    wrong = wrong.replace("<journalsekvensnummer>4<", "<journalsekvensnummer>1<")
    told = remarks(laid(tmp_path, wrong.encode()))
    assert [RemarkCode.PERIOD, RemarkCode.ORDER, RemarkCode.COUNT] == [code for code, _ in told]
    assert all(place.startswith("offentligJournal.xml") for _, place in told)
    assert told[0][1].rpartition(":")[2].isdigit()


def test_a_file_that_breaks_off_gives_what_was_whole_and_says_where_it_ended(tmp_path: Path) -> None:
    whole = noark5(ENTRIES, refs(5))
    view = laid(tmp_path, whole[: whole.index(b"Nabovarsel 4")])
    found = pages(view, Window())
    assert [each.offentlig_tittel for each in ENTRIES[:3]] == titles(found)
    assert {RemarkCode.UNREADABLE, RemarkCode.COUNT} == {each.code for page in found for each in page.remarks}


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;">]><offentligJournal>&y;</offentligJournal>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><offentligJournal>&x;</offentligJournal>',
        b"<a>" * 200,
        b"\x00\x01ikke xml",
        b"",
    ],
    ids=["bomb", "file", "deep", "binary", "empty"],
)
def test_a_hostile_file_ends_the_reading_and_nothing_else(tmp_path: Path, content: bytes) -> None:
    found = pages(laid(tmp_path, content), Window())
    assert [] == titles(found)
    assert RemarkCode.UNREADABLE in {each.code for page in found for each in page.remarks}


def test_another_kind_of_xml_is_told(tmp_path: Path) -> None:
    assert [RemarkCode.UNREADABLE] == [code for code, _ in remarks(laid(tmp_path, b"<html><body/></html>"))]


def test_a_running_journal_shows_the_public_side_and_keeps_the_other_apart(tmp_path: Path) -> None:
    hidden = PublishedPart(navn="*****", intern_navn="Kari Eksempel", type=ENTRIES[0].parter[0].type)
    entry = replace(
        ENTRIES[0], offentlig_tittel="Søknad fra *****", intern_tittel="Søknad fra Kari Eksempel", parter=(hidden,)
    )
    view = laid(tmp_path, noark5([entry], refs(1), root="loependeJournal"))
    ((told,),) = (page.entries for page in pages(view, Window()))
    assert ("Søknad fra *****", "Søknad fra Kari Eksempel") == (told.offentlig_tittel, told.intern_tittel)
    assert [("*****", "Kari Eksempel")] == [(each.navn, each.intern_navn) for each in told.parter]


def test_class_sign_off_and_role_are_told(tmp_path: Path) -> None:
    text = noark5(ENTRIES[:1], refs(1)).decode()
    text = text.replace("<saksmappe>", "<klasse><klasseID>L42</klasseID><tittel>Byggesak</tittel></klasse><saksmappe>")
    done = "<avskrivningsdato>2026-06-20</avskrivningsdato><avskrivningsmaate>Besvart med brev</avskrivningsmaate>"
    text = text.replace("</dokumentetsDato>", f"</dokumentetsDato>{done}")
    ((told,),) = (page.entries for page in pages(laid(tmp_path, text.encode()), Window()))
    assert told.case is not None
    assert PublishedKlasse(klasse_id="L42", tittel="Byggesak") == told.case.klasse
    assert ["Besvart med brev"] == [each.maate for each in told.avskrivninger]
    assert isinstance(told.avskrivninger[0], PublishedAvskrivning)


def test_noark_4_tells_the_journalposttype_and_norwegian_letters_in_latin_1(tmp_path: Path) -> None:
    content = noark4(ENTRIES[:1], [("filer/brev.pdf",)])
    assert "æøå".encode("latin-1") in content
    ((told,),) = (page.entries for page in pages(laid(tmp_path, content), Window()))
    assert Journalposttype.INNGAAENDE is told.type
    assert ENTRIES[0].offentlig_tittel == told.offentlig_tittel
    assert "filer/brev.pdf" == told.dokumenter[0].filer[0].ref.ref


@pytest.mark.parametrize("ref", ["../hemmelig", "/etc/passwd", "a/../../x", "https://x.example/f", "", "lenke.pdf"])
def test_files_are_looked_for_beneath_the_folder_only(tmp_path: Path, ref: str) -> None:
    inner = tmp_path / "journal"
    inner.mkdir()
    (tmp_path / "hemmelig").write_bytes(b"x")
    (inner / "lenke.pdf").symlink_to(tmp_path / "hemmelig")
    view = JournalXmlView(inner)
    assert isinstance(view.document(DocumentRef(ref=ref), spool(tmp_path / "s")), NoFile)
    (inner / "brev.pdf").write_bytes(b"y")
    assert isinstance(view.document(DocumentRef(ref="brev.pdf"), spool(tmp_path / "s")), SpooledDocument)


def test_a_delivery_replaced_while_it_is_read_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "journal.xml"
    path.write_bytes(noark5(ENTRIES, refs(5)))
    view = JournalXmlView(path, page=2)
    first = view.published(Window(), None)
    path.write_bytes(noark5(ENTRIES[:3], refs(3)))
    os.utime(path, (1, 1))
    with pytest.raises(StaleCursor):
        JournalXmlView(path, page=2).published(Window(), first.next)


def test_only_deliveries_of_the_window_are_read(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        path = tmp_path / f"{number}.xml"
        path.write_bytes(noark5([ENTRIES[number]], refs(1)))
        at = (FIRST + number * HOUR).timestamp()
        os.utime(path, (at, at))
    (tmp_path / "notat.txt").write_text("ikke en journal")
    window = Window(kind=WindowKind.CHANGED, since=FIRST + 2 * HOUR)
    found = titles(pages(JournalXmlView(tmp_path), window))
    assert [ENTRIES[2].offentlig_tittel, ENTRIES[3].offentlig_tittel] == found


def peak_of(folder: Path, count: int) -> int:
    """The most memory that reading a file of so many entries takes, page by page."""
    view = laid(folder, noark5([sample(number).entry for number in range(1, count + 1)], refs(count)))
    seen, after = 0, None
    tracemalloc.start()
    try:
        while True:
            page = view.published(Window(), after)
            seen += len(page.entries)
            after = page.next
            if after is None:
                break
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == seen
    return peak


def test_ten_times_as_many_entries_take_no_more_memory(tmp_path: Path) -> None:
    peak_of(tmp_path, 250)  # what is made once is made
    assert peak_of(tmp_path, 2500) < 3 * peak_of(tmp_path, 250)


def test_check_tells_what_lacks(tmp_path: Path) -> None:
    config = JournalXmlConfig(sti=tmp_path / "borte")
    assert ["x.sti"] == [fault.key for fault in config.faults_on_disk("x")]
    with pytest.raises(OutOfReach):
        JournalXmlView(tmp_path / "borte").published(Window(), None)


def test_cursor_holds_no_path_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "journal.xml").write_bytes(noark5(ENTRIES, refs(5)))
    page = JournalXmlView(tmp_path, page=2).published(Window(), None)
    assert page.next is not None
    assert str(tmp_path) not in page.next

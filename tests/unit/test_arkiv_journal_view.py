"""The embedded archive's journal as a view and as a file: what is public, when, and valid by the standard."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.arkiv.archive import EmbeddedArchive
from connectors.arkiv.journalfil import Arkivskaper, offentlig_journal_xml
from connectors.arkiv.view import EmbeddedJournalView, JournalRules
from connectors.journalxml.view import JournalXmlView
from connectors.testing.archive_lab import INNER, SENDER, Desk
from connectors.testing.archive_labs import EmbeddedLab
from connectors.testing.journal_lab import pages, spool, stale, titles
from models.archive import SettSkjerming
from models.noark import TEMPORARY, Korrespondansepart, SkjermingMetadata
from models.post import SpooledDocument
from models.published import SWEEP, NoFile, PublishedEntry, Window, WindowKind

SOLVIK = Arkivskaper(id="310000009", navn="Solvik kommune & venner")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(EmbeddedLab(tmp_path))


def view(desk: Desk, **rules: object) -> EmbeddedJournalView:
    archive = desk.lab.connect()
    assert isinstance(archive, EmbeddedArchive)
    return EmbeddedJournalView(archive, JournalRules(**rules))  # type: ignore[arg-type]


def all_of(of: EmbeddedJournalView, window: Window = SWEEP) -> list[PublishedEntry]:
    return [entry for page in pages(of, window) for entry in page.entries]


def written(desk: Desk, fra: date = date(2026, 1, 1), til: date = date(2026, 12, 31)) -> str:
    archive = desk.archive
    assert isinstance(archive, EmbeddedArchive)
    return "".join(
        offentlig_journal_xml(list(archive.offentlig_journal(fra, til)), fra=fra, til=til, arkivskaper=SOLVIK)
    )


def test_what_is_journaled_and_assessed_is_public_and_nothing_else(desk: Desk) -> None:
    sak = desk.sak()
    first = desk.journaled(sak.system_id, b"en")
    desk.ready(sak.system_id, b"i M")
    desk.journaled(sak.system_id, b"midlertidig", skjerming=TEMPORARY)
    second = desk.journaled(sak.system_id, b"to")
    seen = all_of(view(desk, page=1))
    assert [first.system_id, second.system_id] == [each.system_id for each in seen]
    assert [first.number, second.number] == [each.number for each in seen]


def test_reading_goes_on_from_a_page_and_an_unknown_place_is_stale(desk: Desk) -> None:
    sak = desk.sak()
    made = [desk.journaled(sak.system_id, f"{n}".encode()).system_id for n in range(5)]
    first = view(desk, page=2).published(Window(), None)
    rest = pages(view(desk, page=2), Window(), first.next)
    assert made == [e.system_id for page in [first, *rest] for e in page.entries]
    assert all(stale(view(desk), text) for text in ("x", "{}", "[1]"))


def test_an_entry_waits_as_many_days_as_the_house_says(desk: Desk) -> None:
    sak = desk.sak()
    made = desk.journaled(sak.system_id, b"en")
    assert [] == all_of(view(desk, after_days=2))
    assert view(desk, after_days=2).entry(made.system_id) is None
    found = view(desk).entry(made.system_id)
    assert found is not None
    assert found.publisert == datetime.combine(date(2026, 6, 15), datetime.min.time(), found.publisert.tzinfo)


def test_what_is_changed_later_comes_again_and_what_is_not_does_not(desk: Desk) -> None:
    sak = desk.sak()
    changed, other = (desk.journaled(sak.system_id, f"{n}".encode()) for n in range(2))
    seen = {each.system_id: each for each in all_of(view(desk))}
    last = max(each.oppdatert for each in seen.values() if each.oppdatert is not None)
    later = Window(kind=WindowKind.CHANGED, since=last + timedelta(microseconds=1))
    assert [] == all_of(view(desk), later)
    desk.do(
        SettSkjerming(journalpost=changed.system_id, skjerming=desk.shield(skjul=(SkjermingMetadata.NAVN_AVSENDER,)))
    )
    assert [changed.system_id] == [each.system_id for each in all_of(view(desk), later)]
    assert other.system_id != changed.system_id


def test_shielded_names_are_stars_and_the_code_and_provision_are_told(desk: Desk) -> None:
    sak = desk.sak()
    shield = desk.shield(skjul=(SkjermingMetadata.NAVN_AVSENDER,))
    desk.journaled(sak.system_id, b"en", skjerming=shield)
    (seen,) = all_of(view(desk))
    assert SENDER.navn not in repr(seen)
    assert seen.skjerming is not None
    assert (shield.kode, shield.hjemmel) == (seen.skjerming.kode, seen.skjerming.hjemmel)


def test_files_are_public_only_when_the_house_says_and_nothing_is_shielded(desk: Desk, tmp_path: Path) -> None:
    sak = desk.sak()
    desk.journaled(sak.system_id, b"aapent")
    desk.journaled(sak.system_id, b"skjermet", skjerming=desk.shield(skjul=(SkjermingMetadata.NAVN_AVSENDER,)))
    assert [] == [file for entry in all_of(view(desk)) for d in entry.dokumenter for file in d.filer]
    public = view(desk, full_text=True)
    (file,) = [file for entry in all_of(public) for d in entry.dokumenter for file in d.filer]
    got = public.document(file.ref, spool(tmp_path / "s"))
    assert isinstance(got, SpooledDocument)
    assert (file.sjekksum, file.size_bytes) == (got.sha256, got.size_bytes)
    assert isinstance(view(desk).document(file.ref, spool(tmp_path / "s")), NoFile)


def test_the_written_journal_is_valid_and_reads_back_the_same(desk: Desk, shared: Path, tmp_path: Path) -> None:
    from lxml import etree

    sak = desk.sak(tittel="Fasade & <skilt> «Storgata» 1", offentlig_tittel="Fasade & <skilt> «Storgata» 1")
    desk.journaled(sak.system_id, b"en")
    desk.journaled(sak.system_id, b"to", skjerming=desk.shield(skjul=(SkjermingMetadata.NAVN_AVSENDER,)))
    strange = Korrespondansepart(type=SENDER.type, navn="Rart\x0b & Co \x00 AS")
    desk.journaled(sak.system_id, b"tre", parter=(strange, INNER))
    text = written(desk)
    etree.XMLSchema(etree.parse(str(shared / "specs" / "noark5" / "offentligJournal.xsd"))).assertValid(
        etree.parse(io.BytesIO(text.encode()))
    )
    path = tmp_path / "offentligJournal.xml"
    path.write_text(text, encoding="utf-8")
    back = pages(JournalXmlView(path), Window())
    assert titles(pages(view(desk), Window())) == titles(back)
    assert [] == [remark for page in back for remark in page.remarks]
    assert SENDER.navn not in text.split("<journalregistrering>")[2]


def test_a_journal_without_entries_is_not_written(desk: Desk) -> None:
    assert "" == written(desk)

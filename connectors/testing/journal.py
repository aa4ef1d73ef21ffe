"""The contract suite of journal views. A subclass gives the fixture ``lab``, see :mod:`connectors.testing.journal_lab`."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.contract import JournalView, LooksUpEntries
from connectors.testing.journal_lab import FIRST, HOUR, JournalLab, pages, refs, retitled, sample, spool, stale, titles
from models.post import SpooledDocument
from models.published import NoFile, NoFileWhy, PublishedEntry, Window, WindowKind


class JournalContract:
    """Every journal view passes these."""

    def test_every_entry_comes_in_order_over_all_pages(self, lab: JournalLab) -> None:
        count = 2 * lab.page + 1
        wanted = [sample(number) for number in range(1, count + 1)]
        for each in wanted:
            lab.publish(each, FIRST)
        found = pages(lab.connect(), Window())
        assert [each.entry.offentlig_tittel for each in wanted] == titles(found)
        assert len(found) > 2
        assert max(len(page.entries) for page in found) <= lab.page

    def test_an_empty_journal_is_one_empty_page(self, lab: JournalLab) -> None:
        assert [] == titles(pages(lab.connect(), Window()))

    def test_what_is_published_is_told_letter_by_letter(self, lab: JournalLab) -> None:
        said = sample(3, shielded=True).entry
        lab.publish(sample(3, shielded=True), FIRST)
        view = lab.connect()
        ((told,),) = (page.entries for page in pages(view, Window()) if page.entries)
        assert _facts(said) == _facts(told)
        assert said.case is not None
        assert told.case is not None
        assert (said.case.tittel, said.case.saksnummer) == (told.case.tittel, told.case.saksnummer)
        assert [each.navn for each in said.parter] == [each.navn for each in told.parter]
        assert told.skjerming is not None
        assert said.skjerming is not None
        assert (said.skjerming.kode, said.skjerming.hjemmel) == (told.skjerming.kode, told.skjerming.hjemmel)

    def test_what_it_says_it_tells_is_there(self, lab: JournalLab) -> None:
        lab.publish(sample(3), FIRST)
        view = lab.connect()
        ((told,),) = (page.entries for page in pages(view, Window()) if page.entries)
        if view.capabilities.part_roles:
            # Noark 4 does not tell internal parts from external ones; who sends and who receives is always told.
            wanted = [each.type.value[1] for each in sample(3).entry.parter if each.type is not None]
            assert wanted == [each.type.value[1] for each in told.parter if each.type is not None]
        if view.capabilities.names_apart:
            assert told.offentlig_tittel_sensitiv
            assert all(each.navn_sensitiv for each in told.parter)
        if view.capabilities.changes:
            assert told.publisert is not None
            assert told.publisert.tzinfo is not None

    def test_reading_goes_on_from_a_page_after_a_restart(self, lab: JournalLab) -> None:
        count = 2 * lab.page + 1
        for number in range(1, count + 1):
            lab.publish(sample(number), FIRST)
        first = lab.connect().published(Window(), None)
        assert first.next is not None
        rest = titles(pages(lab.connect(), Window(), first.next))
        assert [sample(n).entry.offentlig_tittel for n in range(1, count + 1)] == titles([first]) + rest

    def test_a_place_nobody_gave_is_stale(self, lab: JournalLab) -> None:
        lab.publish(sample(1), FIRST)
        view = lab.connect()
        assert all(stale(view, text) for text in ("", "tull", "[]", '{"a": 1}', '["x", "y", "z", "w"]'))

    def test_a_window_holds_what_was_published_in_it(self, lab: JournalLab) -> None:
        view = self._in_three_hours(lab)
        window = Window(kind=WindowKind.PUBLISHED, since=FIRST + HOUR / 2, until=FIRST + HOUR * 3 / 2)
        assert [sample(2).entry.offentlig_tittel] == titles(pages(view, window))
        later = Window(kind=WindowKind.CHANGED, since=FIRST + HOUR / 2)
        wanted = {sample(n).entry.offentlig_tittel for n in (2, 3)}
        assert wanted == set(titles(pages(view, later)))

    def test_a_sweep_holds_everything_whatever_its_times(self, lab: JournalLab) -> None:
        view = self._in_three_hours(lab)
        sweep = Window(since=FIRST + 99 * HOUR, until=FIRST + 99 * HOUR)
        assert [sample(n).entry.offentlig_tittel for n in (1, 2, 3)] == titles(pages(view, sweep))

    def test_what_is_changed_later_comes_again(self, lab: JournalLab) -> None:
        if not lab.changes:
            pytest.skip("single entries cannot be changed here")
        for number in (1, 2):
            lab.publish(sample(number), FIRST)
        lab.change(retitled(sample(1), "Ny tittel"), FIRST + 5 * HOUR)
        window = Window(kind=WindowKind.CHANGED, since=FIRST + 4 * HOUR)
        assert {"Ny tittel"} == set(titles(pages(lab.connect(), window)))

    def test_files_come_byte_for_byte_and_an_empty_one_is_a_file(self, lab: JournalLab, tmp_path: Path) -> None:
        files = (b"%PDF-1.7 brev \xe5\r\n" * 9000, b"")
        view = self._with_files(lab, *files)
        got = [view.document(ref, spool(tmp_path / "spool")) for ref in refs(view)]
        assert all(isinstance(each, SpooledDocument) for each in got)
        assert list(files) == [each.path.read_bytes() for each in got if isinstance(each, SpooledDocument)]

    def test_a_dead_link_and_a_file_over_the_limit_are_told_apart(self, lab: JournalLab, tmp_path: Path) -> None:
        view = self._with_files(lab, None, b"x" * 5000)
        got = [view.document(ref, spool(tmp_path / "spool", 1000)) for ref in refs(view)]
        assert [NoFileWhy.GONE, NoFileWhy.TOO_LARGE] == [each.why for each in got if isinstance(each, NoFile)]
        assert [] == list((tmp_path / "spool").iterdir())

    def test_an_entry_is_looked_up_by_its_systemid_and_an_unknown_one_is_none(self, lab: JournalLab) -> None:
        lab.publish(sample(7), FIRST)
        view = lab.connect()
        if not view.capabilities.look_up:
            pytest.skip("the view cannot look up")
        assert isinstance(view, LooksUpEntries)
        told = view.entry(sample(7).entry.system_id)
        assert told is not None
        assert sample(7).entry.offentlig_tittel == told.offentlig_tittel
        assert view.entry(sample(8).entry.system_id) is None

    def _in_three_hours(self, lab: JournalLab) -> JournalView:
        for number in (1, 2, 3):
            lab.publish(sample(number), FIRST + (number - 1) * HOUR)
        view = lab.connect()
        if not view.capabilities.changes:
            pytest.skip("the view tells no times")
        return view

    def _with_files(self, lab: JournalLab, *files: bytes | None) -> JournalView:
        view = lab.connect()
        if not view.capabilities.files:
            pytest.skip("the view has no files")
        lab.publish(sample(1, files=files), FIRST)
        view = lab.connect()
        if not refs(view):
            pytest.skip("the format has no room for files")
        return view


def _facts(entry: PublishedEntry) -> tuple[object, ...]:
    return (
        entry.offentlig_tittel,
        entry.journalnummer,
        entry.journalpostnummer,
        entry.journaldato,
        entry.dokumentets_dato,
    )

"""The part of the archive suite that is about whole cases and which of them changed; and sign-off as caretaking needs it.

:class:`connectors.testing.archive.ArchiveContract` has it in; an archive that shows no whole cases skips it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from connectors.contract import TellsCases
from connectors.testing.archive_lab import INNER, OUTER, SENDER, ArchiveLab, Desk
from models.archive import (
    Avslutning,
    Endring,
    Ferdigstill,
    Flytting,
    Kryssreferanse,
    NyAvskrivning,
    Part,
    SettSakskjerming,
    SettSkjerming,
    Statusendring,
)
from models.noark import (
    Avskrivningsmaate,
    Dokumentstatus,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Korrespondanseparttype,
    Saksstatus,
    SkjermingMetadata,
    TilknyttetSom,
    Variantformat,
)
from models.omsorg import Sak


class Reader:
    """Reads an archive as caretaking does, and remembers how far it has come."""

    def __init__(self, desk: Desk, *, size: int = 2) -> None:
        if not isinstance(desk.archive, TellsCases):
            pytest.skip("the archive shows no whole cases")
        self.archive: TellsCases = desk.archive
        self.mark = ""
        self._size = size

    def news(self, meanwhile: Callable[[], object] | None = None) -> list[Sak]:
        """Every case that changed since the last time; ``meanwhile`` happens after the first page."""
        found: list[Sak] = []
        after: str | None = None
        pages = 0
        for _ in range(1000):
            page = self.archive.changed_saker(since=self.mark, after=after, size=self._size)
            assert len(page.saker) <= self._size, f"a page of {len(page.saker)} cases, asked for {self._size}"
            found += page.saker
            pages += 1
            if meanwhile is not None and pages == 1:
                meanwhile()
            if page.next is None:
                self.mark = page.mark
                return found
            after = page.next
        pytest.fail("the pages never come to an end")

    def changed(self) -> list[str]:
        """System ids of the cases that changed since the last time."""
        return [s.mappe.ref.system_id for s in self.news()]

    def one(self, system_id: str) -> Sak:
        """One case as it is now."""
        (found,) = self.archive.saker([system_id])
        return found


class CasesContract:
    """What is read of whole cases, and the sign-offs that are read with them."""

    def test_every_case_is_told_once_and_no_page_is_larger_than_asked(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        reader = Reader(desk)
        made = [desk.sak().system_id for _ in range(5)]
        assert made == reader.changed()

    def test_a_case_is_told_whole(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        reader = Reader(desk)
        other = desk.sak()
        shield = desk.shield(skjul=(SkjermingMetadata.NAVN_PART,))
        party = Part(navn="Ola Eksempel", orgnr="999999999", foedt=date(1970, 1, 1))
        sak = desk.sak(
            tittel="Hele saken",
            sakstype="byggesak",
            parter=(party,),
            nasjonale_identifikatorer=(("gnr_bnr", "12/345"),),
        )
        desk.do(Kryssreferanse(fra_saksmappe=sak.system_id, til_saksmappe=other.system_id))
        first = desk.entry(
            sak.system_id, dokumentets_dato=date(2026, 6, 12), forfall=date(2026, 7, 1), skjerming=desk.shield()
        )
        desk.attach(first.system_id, b"hoveddokument")
        desk.attach(first.system_id, b"vedlegg", TilknyttetSom.VEDLEGG)
        desk.do(Ferdigstill(journalpost=first.system_id))
        second = desk.entry(sak.system_id)
        desk.do(SettSakskjerming(saksmappe=sak.system_id, skjerming=shield))
        seen = reader.one(sak.system_id)
        assert (sak.number, "Hele saken", Saksstatus.UNDER_BEHANDLING, shield) == (
            seen.mappe.ref.saksnummer,
            seen.mappe.tittel,
            seen.mappe.saksstatus,
            seen.mappe.skjerming,
        )
        assert (lab.arkivdel, lab.klasse, "byggesak") == (seen.mappe.arkivdel, seen.klasse, seen.sakstype)
        assert ((party,), (other.number,)) == (seen.parter, seen.kryssreferanser)
        assert (("gnr_bnr", "12/345"),) == seen.nasjonale_identifikatorer
        assert [first.system_id, second.system_id] == [e.post.system_id for e in seen.innfoersler]
        entry = seen.innfoersler[0]
        assert first.details["journalnummer"] == f"{entry.journalsekvensnummer}/{entry.journalaar}"
        assert (desk.view(first.system_id), (SENDER, INNER), 1) == (entry.post, entry.parter, entry.journalpostnummer)
        assert (date(2026, 6, 15), date(2026, 6, 12), date(2026, 7, 1)) == (
            entry.mottatt_dato,
            entry.dokumentets_dato,
            entry.forfallsdato,
        )
        main, attached = entry.dokumenter
        assert (TilknyttetSom.HOVEDDOKUMENT, TilknyttetSom.VEDLEGG) == (main.tilknyttet_som, attached.tilknyttet_som)
        assert {Dokumentstatus.FERDIGSTILT} == {main.dokumentstatus, attached.dokumentstatus}
        (file,) = main.varianter
        assert (Variantformat.PRODUKSJON, len(b"hoveddokument"), True) == (file.variant, file.size_bytes, file.present)

    def test_only_what_changed_after_the_mark_comes(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        reader = Reader(desk)
        saker = [desk.sak().system_id for _ in range(4)]
        reader.news()
        assert [] == reader.changed()
        desk.entry(saker[2])
        assert [saker[2]] == reader.changed()
        assert [] == reader.changed()

    def test_every_kind_of_change_counts(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        reader = Reader(desk)
        desk.can("endring", "skjerming", "sakskjerming", "avskrivning", "flytting", "avslutning", "kryssreferanse")
        sak, other, third = (desk.sak().system_id for _ in range(3))
        reader.news()

        def counts(what: str, *cases: str) -> None:
            assert set(cases) == set(reader.changed()), f"{what} is no change"

        entry = desk.entry(sak).system_id
        counts("an entry", sak)
        desk.do(Endring(journalpost=entry, tittel="Rettet", offentlig_tittel="Rettet"))
        counts("a correction", sak)
        desk.attach(entry, b"brev")
        counts("a document", sak)
        desk.do(Ferdigstill(journalpost=entry))
        counts("a document that is finished", sak)
        desk.do(SettSkjerming(journalpost=entry, skjerming=desk.shield()))
        counts("a shielding", sak)
        desk.do(SettSakskjerming(saksmappe=third, skjerming=desk.shield(skjul=(SkjermingMetadata.NAVN_PART,))))
        counts("a shielding of a case", third)
        desk.do(Statusendring(journalpost=entry, til=Journalstatus.JOURNALFOERT))
        counts("a status", sak)
        desk.do(Flytting(journalpost=entry, til_saksmappe=other))
        counts("a move", sak, other)
        desk.do(NyAvskrivning(journalpost=entry, maate=Avskrivningsmaate.ETTERRETNING))
        counts("a sign-off", other)
        desk.do(Kryssreferanse(fra_saksmappe=sak, til_saksmappe=third))
        counts("a reference", sak)
        desk.do(Avslutning(saksmappe=other))
        counts("closing", other)

    def test_a_case_that_changes_while_the_pages_are_read_comes_again(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        reader = Reader(desk)
        saker = [desk.sak().system_id for _ in range(5)]
        seen = reader.news(meanwhile=lambda: desk.entry(saker[0]))
        assert [*saker, saker[0]] == [s.mappe.ref.system_id for s in seen]
        assert [0, 1] == [len(s.innfoersler) for s in seen if s.mappe.ref.system_id == saker[0]]

    def test_cases_asked_for_come_in_that_order_without_those_that_do_not_exist(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        reader = Reader(desk)
        first, second, third = (desk.sak().system_id for _ in range(3))
        asked = reader.archive.saker([third, "finnes-ikke", first])
        assert [third, first] == [s.mappe.ref.system_id for s in asked]
        assert second not in {s.mappe.ref.system_id for s in asked}

    def test_a_mark_that_is_not_of_this_archive_is_refused(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        reader = Reader(desk)
        desk.sak()
        for mark in ("tull", "999999999"):
            with pytest.raises(ValueError):
                reader.archive.changed_saker(since=mark, after=None, size=2)

    def test_an_entry_knows_those_before_it_that_are_the_same(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        reader = Reader(desk)
        sak = desk.sak().system_id
        first = desk.ready(sak, b"samme brev").system_id
        another = desk.ready(sak, b"samme brev", mottatt_dato=date(2026, 6, 16)).system_id
        copy = desk.ready(desk.sak().system_id, b"samme brev").system_id
        twins = {e.post.system_id: e.twins for s in reader.news() for e in s.innfoersler}
        assert {first: (), another: (), copy: (first,)} == twins

    def test_a_note_is_signed_off_for_each_recipient_and_never_for_a_copy(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        reader = Reader(desk)
        desk.can("avskrivning")
        inner = Korrespondanseparttype.INTERN_MOTTAKER
        parter = (
            Korrespondansepart(type=Korrespondanseparttype.INTERN_AVSENDER, navn="A", administrativ_enhet="A"),
            Korrespondansepart(type=inner, navn="Per", administrativ_enhet="B"),
            Korrespondansepart(type=inner, navn="Pål", administrativ_enhet="B"),
            Korrespondansepart(type=Korrespondanseparttype.INTERN_KOPIMOTTAKER, navn="Espen", administrativ_enhet="B"),
        )
        sak = desk.sak().system_id
        note = desk.journaled(sak, b"notat", type=Journalposttype.ORGANINTERNT_OPPFOELGING, parter=parter).system_id

        def sign(whom: str) -> NyAvskrivning:
            return NyAvskrivning(journalpost=note, maate=Avskrivningsmaate.ETTERRETNING, korrespondansepart=whom)

        desk.refused(sign("Espen"), "Espen", "3.4.9")
        desk.refused(sign("Noen andre"), "Noen andre")
        desk.do(sign("Per"))
        desk.refused(sign("Per"), "alt avskrevet")
        desk.refused(Avslutning(saksmappe=sak), "CL4")
        desk.do(sign("Pål"))
        (entry,) = reader.one(sak).innfoersler
        assert ["Per", "Pål"] == [a.korrespondansepart for a in entry.avskrivninger]
        desk.do(Avslutning(saksmappe=sak))

    def test_a_letter_that_was_not_sent_or_went_before_signs_nothing_off(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        desk.can("avskrivning")
        sak = desk.sak().system_id
        entry = desk.journaled(sak, b"brev").system_id
        later = desk.journaled(sak, b"brev fra morgendagen", mottatt_dato=date(2099, 1, 1)).system_id
        parter = (
            OUTER,
            Korrespondansepart(type=Korrespondanseparttype.INTERN_AVSENDER, navn="A", administrativ_enhet="A"),
        )
        draft = desk.ready(sak, b"svar", type=Journalposttype.UTGAAENDE, parter=parter)

        def answered(question: str) -> NyAvskrivning:
            return NyAvskrivning(journalpost=question, maate=Avskrivningsmaate.BREV, avskrives_av=draft.system_id)

        desk.refused(answered(entry), draft.number, "ekspedert")
        desk.do(Statusendring(journalpost=draft.system_id, til=Journalstatus.JOURNALFOERT))
        desk.refused(answered(later), draft.number, "eldre")
        desk.do(answered(entry))

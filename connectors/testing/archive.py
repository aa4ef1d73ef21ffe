"""The contract suite of archives. A subclass gives the fixture ``lab`` (:class:`connectors.testing.archive_lab.ArchiveLab`).

What an archive does not claim (``capabilities``) is skipped. Each check is shown to fail on an archive broken in just that
way (``tests/contract/test_archive_suite_is_proven.py``).
"""

from __future__ import annotations

import re
import threading
from datetime import date

import pytest

from connectors.testing.archive_lab import INNER, OUTER, SENDER, ArchiveLab, Desk, to_j
from connectors.testing.archive_reading import CasesContract
from models.archive import (
    Absent,
    Avslutning,
    Done,
    Endring,
    Ferdigstill,
    Flytting,
    JournalQuery,
    Merknad,
    NyAvskrivning,
    NySaksmappe,
    NyttDokument,
    OurKey,
    Part,
    Pending,
    SakQuery,
    SettSakskjerming,
    SettSkjerming,
    Statusendring,
)
from models.errors import AlreadyDone
from models.noark import (
    TEMPORARY,
    Avskrivningsmaate,
    EksternNoekkel,
    Journalposttype,
    Journalstatus,
    SkjermingMetadata,
    TilknyttetSom,
)


class ArchiveContract(CasesContract):
    """Every archive passes these."""

    # --- keys: nothing twice, nothing forgotten ---

    def test_a_repeated_key_makes_no_second_thing_and_answers_as_the_first_time(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        if not desk.archive.capabilities.refuses_repeated_key:
            pytest.skip("the archive does not claim to refuse a repeated key")
        sak, key = desk.sak(), desk.key("jp")
        first = desk.entry(sak.system_id, key)
        with pytest.raises(AlreadyDone) as again:
            desk.archive.submit(desk.letter(sak.system_id), key)
        assert first == again.value.reference
        assert 1 == len(desk.all())

    def test_a_repeated_case_key_answers_the_first_case_whoever_asks(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        if not desk.archive.capabilities.refuses_repeated_key:
            pytest.skip("the archive does not claim to refuse a repeated key")
        key = desk.key("sak")
        first = desk.sak(key)
        with pytest.raises(AlreadyDone) as again:
            Desk(lab).sak(key, saksansvarlig="en annen")
        assert first == again.value.reference

    def test_outcome_of_a_key_is_what_was_answered_also_after_a_restart(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        self._needs_lookup(desk)
        sak_key, key = desk.key("sak"), desk.key("jp")
        sak = desk.sak(sak_key)
        entry = desk.entry(sak.system_id, key)
        desk.archive.close()
        later = Desk(lab)
        assert [sak, entry] == [self._told(later, sak_key), self._told(later, key)]

    def test_outcome_never_answers_for_another_key(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        self._needs_lookup(desk)
        sak = desk.sak()
        keys = [desk.key("jp") for _ in range(3)]
        made = [desk.entry(sak.system_id, key) for key in keys]
        assert made == [self._told(desk, key) for key in keys]
        assert isinstance(desk.archive.outcome(desk.key("jp")), Absent)

    def test_a_key_just_used_is_never_said_to_be_surely_absent(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        self._needs_lookup(desk)
        key = desk.key("sak")
        desk.archive.submit(self._case(lab), key)
        answer = lab.connect().outcome(key)
        assert isinstance(answer, Done | Pending) or (isinstance(answer, Absent) and not answer.settled)

    def test_a_refused_write_leaves_nothing_and_its_key_is_free(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        sak, key = desk.sak(), desk.key("jp")
        desk.refused(desk.letter(sak.system_id, parter=()), key=key)
        assert [] == desk.all()
        assert desk.entry(sak.system_id, key).system_id == desk.all()[0].system_id

    def test_two_threads_with_one_key_make_one_thing(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        if not desk.archive.capabilities.refuses_repeated_key:
            pytest.skip("the archive does not claim to refuse a repeated key")
        sak, key = desk.sak(), desk.key("jp")
        answers: list[object] = []
        start = threading.Barrier(4)

        def ask() -> None:
            start.wait()
            try:
                answers.append(desk.archive.submit(desk.letter(sak.system_id), key))
            except AlreadyDone as done:
                answers.append(done.reference)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 1 == len(desk.all())
        assert 4 == len(answers)
        assert 1 == len({a.system_id for a in answers if isinstance(a, Done)})

    # --- numbers ---

    def test_numbers_have_the_form_of_the_standard_and_go_up(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        first, second = desk.sak(), desk.sak()
        entries = [desk.entry(first.system_id) for _ in range(3)]
        assert all(re.fullmatch(r"[12]\d{3}/\d+", s.number) for s in (first, second))
        assert first.number != second.number
        assert [f"{first.number}-{n}" for n in (1, 2, 3)] == [e.number for e in entries]
        journal = [e.details["journalnummer"] for e in entries]
        assert 3 == len(set(journal))
        assert all(re.fullmatch(r"\d+/[12]\d{3}", number) for number in journal)

    def test_the_number_of_a_moved_entry_is_never_used_again(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        desk.can("flytting")
        fra, til = desk.sak(), desk.sak()
        moved = desk.entry(fra.system_id)
        done = desk.do(Flytting(journalpost=moved.system_id, til_saksmappe=til.system_id))
        assert f"{til.number}-1" == done.number == desk.view(moved.system_id).number
        assert moved.number != desk.entry(fra.system_id).number

    # --- what is registered ---

    def test_a_journalpost_is_registered_as_asked_with_status_m(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        sak, key = desk.sak(), desk.key("jp")
        entry = desk.entry(
            sak.system_id, key, tittel="Klage på vedtak", offentlig_tittel="Klage", skjerming=desk.shield()
        )
        seen = desk.view(entry.system_id)
        assert (Journalposttype.INNGAAENDE, Journalstatus.MIDLERTIDIG) == (seen.type, seen.status)
        assert ("Klage på vedtak", "Klage", "ARKIV") == (seen.tittel, seen.offentlig_tittel, seen.enhet)
        assert (key, entry.number, sak.system_id) == (seen.our_key, seen.number, seen.saksmappe.system_id)
        assert seen.registered_at.tzinfo is not None

    def test_all_missing_fields_of_a_journalpost_are_named_at_once(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        sak = desk.sak()
        bare = desk.letter(sak.system_id, tittel=" ", offentlig_tittel="", parter=())
        desk.refused(bare, "tittel (M020)", "offentligTittel (M025)", "(EA)", "(IM)")
        desk.refused(desk.letter(sak.system_id, parter=(SENDER,)), "(IM)")
        desk.refused(desk.letter(sak.system_id, parter=(INNER,)), "(EA)")

    def test_all_missing_fields_of_a_case_are_named_at_once(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        bare = NySaksmappe(
            tittel="", offentlig_tittel="", arkivdel="", klasse="", administrativ_enhet="", saksansvarlig=""
        )
        desk.refused(bare, "tittel (M020)", "arkivdel", "administrativEnhet (M305)", "saksansvarlig (M306)")

    def test_a_case_needs_an_arkivdel_and_a_class_that_exist(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        desk.refused(self._case(lab, arkivdel="FINNES-IKKE"), "FINNES-IKKE")
        desk.refused(self._case(lab, klasse="FINNES-IKKE"), "FINNES-IKKE")

    # --- documents ---

    def test_documents_are_kept_byte_for_byte_when_the_robots_files_are_gone(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        entry = desk.entry(desk.sak().system_id)
        contents = [b"hoved \x00\xff\r\n", b"vedlegg 1", b"vedlegg 2"]
        desk.attach(entry.system_id, contents[0])
        for content in contents[1:]:
            desk.attach(entry.system_id, content, TilknyttetSom.VEDLEGG)
        for blob in lab.blobs.iterdir():
            blob.unlink()
        assert contents == list(lab.stored(entry.system_id))

    def test_the_same_bytes_on_two_entries_are_kept_on_both(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        sak = desk.sak()
        entries = [desk.entry(sak.system_id) for _ in range(2)]
        for entry in entries:
            desk.attach(entry.system_id, b"samme rundskriv")
        assert [[b"samme rundskriv"]] * 2 == [list(lab.stored(e.system_id)) for e in entries]

    def test_a_file_that_is_not_what_was_said_is_refused(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        entry = desk.entry(desk.sak().system_id)
        said = desk.document(b"det som ble lest")
        said.path.write_bytes(b"noe annet er her")
        desk.refused(NyttDokument(journalpost=entry.system_id, dokument=said), "sjekksum")
        assert [] == list(lab.stored(entry.system_id))

    def test_a_second_main_document_is_refused(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        entry = desk.entry(desk.sak().system_id)
        desk.attach(entry.system_id, b"hoveddokument")
        desk.refused(NyttDokument(journalpost=entry.system_id, dokument=desk.document(b"et til")), "hoveddokument")

    def test_nothing_is_finished_without_a_main_document(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        entry = desk.entry(desk.sak().system_id)
        desk.attach(entry.system_id, b"bare et vedlegg", TilknyttetSom.VEDLEGG)
        desk.refused(Ferdigstill(journalpost=entry.system_id), "hoveddokument")

    # --- journaling ---

    def test_a_whole_entry_becomes_j(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        entry = desk.journaled(desk.sak().system_id, b"brev")
        assert Journalstatus.JOURNALFOERT is desk.view(entry.system_id).status
        assert [entry.system_id] == [v.system_id for v in desk.all(JournalQuery(status=(Journalstatus.JOURNALFOERT,)))]

    def test_j_is_refused_while_a_document_is_not_f(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        entry = desk.entry(desk.sak().system_id)
        desk.attach(entry.system_id, b"brev")
        desk.refused(to_j(entry.system_id), "dokumentstatus")
        assert Journalstatus.MIDLERTIDIG is desk.view(entry.system_id).status

    def test_j_is_refused_without_any_document(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        desk.refused(to_j(desk.entry(desk.sak().system_id).system_id), "hoveddokument")

    def test_j_is_refused_when_the_sender_is_unknown(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        unknown = type(SENDER)(type=SENDER.type, navn="Ukjent avsender")
        entry = desk.ready(desk.sak().system_id, b"brev", parter=(unknown, INNER))
        desk.refused(to_j(entry.system_id), "avsender")

    def test_j_with_the_temporary_code_is_never_said_to_be_assessed(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        entry = desk.ready(desk.sak().system_id, b"brev", skjerming=TEMPORARY)
        desk.refused(to_j(entry.system_id, assessed_on=date(2026, 6, 16)), "M110")

    def test_what_is_journaled_is_frozen(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        desk.can("endring")
        entry = desk.journaled(desk.sak().system_id, b"brev")
        desk.refused(Endring(journalpost=entry.system_id, tittel="En annen tittel"), "tittel")
        vedlegg = desk.document(b"sent vedlegg", TilknyttetSom.VEDLEGG)
        desk.refused(NyttDokument(journalpost=entry.system_id, dokument=vedlegg))
        desk.refused(Statusendring(journalpost=entry.system_id, til=Journalstatus.MIDLERTIDIG))
        assert [b"brev"] == list(lab.stored(entry.system_id))

    def test_what_is_not_journaled_is_corrected(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        desk.can("endring")
        entry = desk.entry(desk.sak().system_id)
        desk.do(Endring(journalpost=entry.system_id, tittel="Rettet", offentlig_tittel="Rettet", enhet="BYGG"))
        seen = desk.view(entry.system_id)
        assert ("Rettet", "Rettet", "BYGG") == (seen.tittel, seen.offentlig_tittel, seen.enhet)

    def test_utgaar_needs_a_remark_and_is_final(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        entry = desk.journaled(desk.sak().system_id, b"brev")
        utgaar = Journalstatus.UTGAAR
        desk.refused(Statusendring(journalpost=entry.system_id, til=utgaar), "merknad")
        desk.do(Statusendring(journalpost=entry.system_id, til=utgaar, merknad="Feilregistrert."))
        assert utgaar is desk.view(entry.system_id).status
        desk.refused(to_j(entry.system_id))

    # --- access ---

    def test_skjerming_is_kept_as_asked(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        shield = desk.shield(ord=("Kari",), skjul=(SkjermingMetadata.TITTEL_REGISTRERING_ORD,))
        entry = desk.entry(desk.sak().system_id, tittel="Klage fra Kari", offentlig_tittel="Klage", skjerming=shield)
        assert shield == desk.view(entry.system_id).skjerming

    def test_an_unfounded_skjerming_is_refused(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        sak = desk.sak()
        desk.refused(desk.letter(sak.system_id, skjerming=desk.shield(kode="FINNES-IKKE")), "FINNES-IKKE")
        desk.refused(desk.letter(sak.system_id, skjerming=desk.shield(hjemmel="", skjul=())), "M501", "M502")

    def test_a_shielded_word_in_the_public_title_is_refused(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        shield = desk.shield(ord=("Eksempel",), skjul=(SkjermingMetadata.TITTEL_REGISTRERING_ORD,))
        title = "Oppfølging av Karis Eksempels plan"
        letter = desk.letter(desk.sak().system_id, tittel=title, offentlig_tittel=title, skjerming=shield)
        desk.refused(letter, "offentligTittel")

    def test_an_entry_in_a_shielded_case_is_never_open(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        sak = desk.sak(skjerming=desk.shield(skjul=(SkjermingMetadata.NAVN_PART,)))
        desk.refused_or_shut(desk.letter(sak.system_id, skjerming=None))

    def test_skjerming_is_set_afterwards_and_hides_its_words(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        desk.can("skjerming")
        entry = desk.journaled(desk.sak().system_id, b"brev", tittel="Brev om Ola", offentlig_tittel="Brev om Ola")
        shield = desk.shield(ord=("Ola",), skjul=(SkjermingMetadata.TITTEL_REGISTRERING_ORD,))
        desk.do(SettSkjerming(journalpost=entry.system_id, skjerming=shield))
        seen = desk.view(entry.system_id)
        assert shield == seen.skjerming
        assert "Ola" not in seen.offentlig_tittel

    def test_the_access_of_a_case_is_set_afterwards_and_its_entries_follow(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        desk.can("sakskjerming", "skjerming")
        sak = desk.sak(skjerming=TEMPORARY, offentlig_tittel="Ikke vurdert")
        follows = desk.entry(sak.system_id, skjerming=None)
        own = desk.entry(sak.system_id, skjerming=desk.shield())
        assert TEMPORARY.kode == getattr(desk.view(follows.system_id).skjerming, "kode", None)
        desk.do(SettSakskjerming(saksmappe=sak.system_id, skjerming=None, offentlig_tittel="Nabovarsel 2026"))
        (found,) = desk.archive.find_saksmapper(SakQuery(saksnummer=sak.number))
        assert found.skjerming is None
        assert desk.view(follows.system_id).skjerming is None
        assert desk.shield() == desk.view(own.system_id).skjerming
        shut = desk.shield(skjul=(SkjermingMetadata.NAVN_PART,))
        desk.do(SettSakskjerming(saksmappe=sak.system_id, skjerming=shut))
        assert shut.kode == getattr(desk.view(follows.system_id).skjerming, "kode", None)
        desk.refused(SettSakskjerming(saksmappe=sak.system_id, skjerming=desk.shield(hjemmel="")), "M501")

    # --- sign-off, moving, closing ---

    def test_only_an_answer_signs_off_with_a_letter(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        desk.can("avskrivning")
        sak = desk.sak()
        entry = desk.journaled(sak.system_id, b"brev")
        answer = desk.answer(sak.system_id, b"svar")
        brev = Avskrivningsmaate.BREV
        desk.refused(NyAvskrivning(journalpost=entry.system_id, maate=brev), "M215")
        desk.refused(NyAvskrivning(journalpost=answer.system_id, maate=Avskrivningsmaate.ORIENTERING), "restanser")
        desk.do(NyAvskrivning(journalpost=entry.system_id, maate=brev, avskrives_av=answer.system_id))

    def test_an_entry_tied_by_sign_off_does_not_move_away(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        desk.can("avskrivning", "flytting")
        sak, other = desk.sak(), desk.sak()
        entry = desk.journaled(sak.system_id, b"brev")
        answer = desk.answer(sak.system_id, b"svar")
        brev = Avskrivningsmaate.BREV
        desk.do(NyAvskrivning(journalpost=entry.system_id, maate=brev, avskrives_av=answer.system_id))
        desk.refused(Flytting(journalpost=entry.system_id, til_saksmappe=other.system_id), answer.number)
        desk.refused(Flytting(journalpost=answer.system_id, til_saksmappe=other.system_id), entry.number)

    def test_closing_names_everything_that_is_missing(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        desk.can("avslutning")
        sak = desk.sak()
        waiting, unsigned = desk.entry(sak.system_id), desk.journaled(sak.system_id, b"brev")
        text = desk.refused(Avslutning(saksmappe=sak.system_id), "CL2", "CL4", waiting.number, unsigned.number)
        assert "CL1" not in text

    def test_a_closed_case_takes_nothing(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        sak, entry = desk.closed_case(b"brev")
        outside = desk.entry(desk.sak().system_id)
        desk.refused(desk.letter(sak.system_id), sak.number)
        desk.refused(Flytting(journalpost=outside.system_id, til_saksmappe=sak.system_id), sak.number)
        desk.refused(Merknad(journalpost=entry.system_id, tekst="for sent"))
        vedlegg = desk.document(b"sent", TilknyttetSom.VEDLEGG)
        desk.refused(NyttDokument(journalpost=entry.system_id, dokument=vedlegg))
        assert Journalstatus.ARKIVERT is desk.view(entry.system_id).status

    def test_closing_archives_the_entries_exactly_where_it_says_so(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        desk.can("avslutning")
        sak = desk.sak()
        entry = desk.journaled(sak.system_id, b"brev")
        desk.do(NyAvskrivning(journalpost=entry.system_id, maate=Avskrivningsmaate.ORIENTERING))
        if not desk.archive.capabilities.archives_on_close:
            desk.refused(Avslutning(saksmappe=sak.system_id), "CL2", entry.number)
            desk.do(Statusendring(journalpost=entry.system_id, til=Journalstatus.ARKIVERT))
        desk.do(Avslutning(saksmappe=sak.system_id))
        assert Journalstatus.ARKIVERT is desk.view(entry.system_id).status

    # --- finding ---

    def test_a_case_is_found_by_its_key_and_number_only(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        key = desk.key("sak")
        sak = desk.sak(key)
        desk.sak()
        assert [sak.system_id] == self._found(desk, SakQuery(saksnummer=sak.number))
        assert [] == self._found(desk, SakQuery(saksnummer="1999/99999"))
        if "our_key" in desk.archive.capabilities.finds_by:
            assert [sak.system_id] == self._found(desk, SakQuery(our_key=key))
            assert [] == self._found(desk, SakQuery(our_key=desk.key("sak")))

    def test_a_person_is_found_by_identity_and_never_by_name_alone(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        if "part" not in desk.archive.capabilities.finds_by:
            pytest.skip("the archive does not claim to find by part")
        part = Part(navn="Ola Eksempel", fnr="01817012345", foedt=date(1970, 1, 1))
        sak = desk.sak(parter=(part,), sakstype="personalmappe")
        assert [sak.system_id] == self._found(desk, SakQuery(part=Part(fnr="01817012345")))
        born = Part(navn="ola  eksempel", foedt=date(1970, 1, 1))
        assert [sak.system_id] == self._found(desk, SakQuery(part=born, sakstype="personalmappe"))
        assert [] == self._found(desk, SakQuery(part=Part(navn="Ola Eksempel")))
        assert [] == self._found(desk, SakQuery(part=Part(navn="Ola Eksempel", foedt=date(1971, 1, 1))))
        assert [] == self._found(desk, SakQuery(part=Part(fnr="01817012345"), sakstype="elevmappe"))

    def test_a_case_is_found_by_external_key_and_national_identifier(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        if not {"ekstern_noekkel", "nasjonal_identifikator"} <= desk.archive.capabilities.finds_by:
            pytest.skip("the archive does not claim to find by these")
        key = EksternNoekkel(system="webcruiter", noekkel="4711")
        sak = desk.sak(ekstern_noekkel=key, nasjonale_identifikatorer=(("gnr_bnr", "12/345"),))
        assert [sak.system_id] == self._found(desk, SakQuery(ekstern_noekkel=key))
        assert [sak.system_id] == self._found(desk, SakQuery(nasjonal_identifikator=("gnr_bnr", "12/345")))
        assert [] == self._found(desk, SakQuery(nasjonal_identifikator=("gnr_bnr", "12/34")))
        assert [] == self._found(desk, SakQuery(ekstern_noekkel=EksternNoekkel(system="annet", noekkel="4711")))

    def test_closed_cases_are_told_apart(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        sak, _ = desk.closed_case(b"brev")
        (seen,) = desk.archive.find_saksmapper(SakQuery(saksnummer=sak.number))
        assert not seen.open
        assert [] == self._found(desk, SakQuery(saksnummer=sak.number, open_only=True))

    def test_a_correspondent_is_known_to_the_case_and_a_stranger_is_not(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        sak = desk.sak()
        unknown = type(SENDER)(type=SENDER.type, navn="Ukjent avsender")
        desk.entry(sak.system_id)
        desk.entry(sak.system_id, parter=(unknown, INNER))
        (seen,) = desk.archive.find_saksmapper(SakQuery(saksnummer=sak.number))
        assert {"kari@eksempel.example", OUTER.navn.lower()} <= set(seen.known)
        assert not {"ukjent avsender", "arkiv", ""} & set(seen.known)

    def test_pages_show_every_entry_once_though_more_come_meanwhile(self, lab: ArchiveLab) -> None:
        desk = Desk(lab)
        sak = desk.sak()
        made = [desk.entry(sak.system_id).system_id for _ in range(7)]
        page = desk.archive.journalposter(JournalQuery(our_keys_only=True), None)
        seen = [v.system_id for v in page.entries]
        made.append(desk.entry(sak.system_id).system_id)
        while page.next is not None:
            page = desk.archive.journalposter(JournalQuery(our_keys_only=True), page.next)
            seen += [v.system_id for v in page.entries]
        assert made[:7] == seen[:7]
        assert len(seen) == len(set(seen))

    # --- helpers ---

    @staticmethod
    def _needs_lookup(desk: Desk) -> None:
        if not desk.archive.capabilities.key_lookup:
            pytest.skip("the archive does not claim to look up by key")

    @staticmethod
    def _told(desk: Desk, key: OurKey) -> object:
        answer: object = None
        for _ in range(100):
            answer = desk.archive.outcome(key)
            if isinstance(answer, Done) or (isinstance(answer, Absent) and answer.settled):
                return answer
            desk.lab.wait(1.0)
        return answer

    @staticmethod
    def _found(desk: Desk, query: SakQuery) -> list[str]:
        return [s.ref.system_id for s in desk.archive.find_saksmapper(query)]

    @staticmethod
    def _case(lab: ArchiveLab, *, arkivdel: str | None = None, klasse: str | None = None) -> NySaksmappe:
        return NySaksmappe(
            tittel="Sak",
            offentlig_tittel="Sak",
            arkivdel=lab.arkivdel if arkivdel is None else arkivdel,
            klasse=lab.klasse if klasse is None else klasse,
            administrativ_enhet="ARKIV",
            saksansvarlig="ufordelt",
        )

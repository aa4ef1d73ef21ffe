"""The embedded archive beyond the contract suite: what its file refuses, what a write costs, arkivdeler, closing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from connectors.arkiv.archive import EmbeddedArchive
from connectors.arkiv.settings import ArchiveSettings
from connectors.testing.archive_lab import Desk, to_j
from connectors.testing.archive_labs import EmbeddedLab
from models.archive import (
    Avslutning,
    Endring,
    Ferdigstill,
    Flytting,
    JournalQuery,
    Kryssreferanse,
    NyAvskrivning,
    NyttDokument,
    OurKey,
    SakQuery,
    SettSkjerming,
    Statusendring,
)
from models.errors import AlreadyDone, NeedsHuman, OutOfReach, TryLater
from models.noark import (
    TEMPORARY,
    Arkivdelstatus,
    Avskrivningsmaate,
    Journalposttype,
    Journalstatus,
    SkjermingMetadata,
    TilknyttetSom,
)


@pytest.fixture
def lab(tmp_path: Path) -> EmbeddedLab:
    return EmbeddedLab(tmp_path)


@pytest.fixture
def desk(lab: EmbeddedLab) -> Iterator[Desk]:
    desk = Desk(lab)
    yield desk
    desk.archive.close()


def raw(lab: EmbeddedLab) -> sqlite3.Connection:
    return sqlite3.connect(lab._folder / "arkiv.db", isolation_level=None)


# --- the file ---


def test_the_file_is_durable_and_checks_its_references(lab: EmbeddedLab) -> None:
    archive = lab.connect()
    with archive.store.reading() as db:
        ask = db.sqlalchemy.exec_driver_sql
        asked = {p: ask(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous", "foreign_keys")}
    assert {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1} == asked


def test_nothing_can_be_deleted_by_whoever_has_the_file(lab: EmbeddedLab, desk: Desk) -> None:
    entry = desk.ready(desk.sak().system_id, b"brev")
    desk.do(SettSkjerming(journalpost=entry.system_id, skjerming=TEMPORARY))
    db = raw(lab)
    for table in (
        "saksmappe",
        "journalpost",
        "korrespondansepart",
        "dokumentobjekt",
        "noekkel",
        "endringslogg",
        "klasse",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="sletter ikke"):
            db.execute(f"DELETE FROM {table}")  # noqa: S608


@pytest.mark.parametrize(
    "change",
    [
        "journalpost SET journalsekvensnummer = 7",
        "journalpost SET mottatt_dato = '2020-01-01'",
        "saksmappe SET sakssekvensnummer = 7",
        "dokumentobjekt SET sjekksum = 'x'",
        "endringslogg SET tekst = 'x'",
    ],
)
def test_what_never_changes_cannot_be_changed(lab: EmbeddedLab, desk: Desk, change: str) -> None:
    desk.ready(desk.sak().system_id, b"brev")
    with pytest.raises(sqlite3.IntegrityError, match="endrer ikke"):
        raw(lab).execute(f"UPDATE {change}")


def test_a_write_is_one_commit_and_a_document_one_folder_barrier(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = desk.archive
    assert isinstance(archive, EmbeddedArchive)
    commits, barriers = [], []
    event.listen(archive.store.engine, "commit", lambda _: commits.append(1))
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (barriers.append(fd), real(fd)))
    entry = desk.entry(desk.sak().system_id)
    assert (2, 0) == (len(commits), len(barriers))
    desk.attach(entry.system_id, b"brev")
    assert (3, 1) == (len(commits), len(barriers))
    desk.do(Ferdigstill(journalpost=entry.system_id))
    desk.do(to_j(entry.system_id))
    assert (5, 1) == (len(commits), len(barriers))
    again = desk.entry(desk.sak().system_id)
    desk.attach(again.system_id, b"brev")
    assert 1 == len(barriers), "bytes that the archive has need no barrier"


def test_a_busy_file_is_told_to_try_later(lab: EmbeddedLab, tmp_path: Path) -> None:
    archive = EmbeddedArchive(lab._folder, now=lab._now, settings=ArchiveSettings(busy_timeout_ms=1))
    other = raw(lab)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TryLater):
        archive.submit(Desk(lab).letter("x"), OurKey("pr-x-jp"))
    other.rollback()
    archive.close()


def test_a_file_that_is_no_archive_is_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "arkiv.db").write_bytes(b"dette er ikke en database" * 100)
    with pytest.raises(OutOfReach):
        EmbeddedArchive(tmp_path, now=lambda: datetime.now(UTC))


CHILD = """
import sys
from pathlib import Path
from connectors.testing.archive_lab import Desk
from connectors.testing.archive_labs import EmbeddedLab
lab = EmbeddedLab(Path(sys.argv[1]))
desk = Desk(lab)
sak = desk.sak()
for n in range(10_000):
    key = desk.key("jp")
    desk.entry(sak.system_id, key)
    print(key, flush=True)
"""


def test_everything_answered_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    assert child.stdout is not None
    answered = [OurKey(child.stdout.readline().strip()) for _ in range(40)]
    child.kill()
    answered += [OurKey(line.strip()) for line in child.stdout if line.endswith("\n")]
    child.wait()
    child.stdout.close()
    archive = EmbeddedArchive(tmp_path, now=lambda: datetime.now(UTC))
    known = {key for key, _, _ in archive.keys("ny_journalpost")}
    assert set(answered) <= known
    assert [] == archive.self_check()
    archive.close()


def test_threads_never_get_the_same_number(lab: EmbeddedLab, desk: Desk) -> None:
    sak = desk.sak()

    def work(name: int) -> None:
        for n in range(10):
            desk.archive.submit(desk.letter(sak.system_id), OurKey(f"pr-{name}-{n}-jp"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [v.number for v in desk.all()]
    assert {f"{sak.number}-{n}" for n in range(1, 41)} == set(numbers)
    assert 40 == len({v.journalnummer for v in desk.all()})


def test_a_key_used_for_something_else_is_refused_not_mixed_up(desk: Desk) -> None:
    key = desk.key("sak")
    sak = desk.sak(key)
    with pytest.raises(NeedsHuman, match="er brukt til ny_saksmappe"):
        desk.archive.submit(desk.letter(sak.system_id), key)


def test_the_year_is_the_organisations_own(lab: EmbeddedLab) -> None:
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    for now, number in ((new_year.replace(hour=22), "2026/1"), (new_year, "2027/1")):
        archive = EmbeddedArchive(lab._folder, now=lambda now=now: now)
        desk = Desk(lab)
        desk.archive = archive
        assert number == desk.sak(OurKey(f"pr-{now.hour}-sak")).number
        archive.close()


# --- arkivdel and class ---


@pytest.mark.parametrize(
    ("status", "new_case", "new_entry"),
    [
        (Arkivdelstatus.AKTIV, True, True),
        (Arkivdelstatus.OVERLAPPING, False, True),
        (Arkivdelstatus.AVSLUTTET, False, False),
        (Arkivdelstatus.UAKTUELL, False, False),
    ],
)
def test_an_arkivdel_takes_what_its_period_allows(
    desk: Desk, status: Arkivdelstatus, new_case: bool, new_entry: bool
) -> None:
    archive = desk.archive
    assert isinstance(archive, EmbeddedArchive)
    sak = desk.sak()
    archive.ensure_arkivdel("SAK", "Saksarkiv", klassifikasjonssystem="KK", status=status)
    for allowed, ask in ((new_case, desk.sak), (new_entry, lambda: desk.entry(sak.system_id))):
        if allowed:
            ask()
        else:
            with pytest.raises(NeedsHuman, match="rkivdelen SAK"):
                ask()


def test_a_class_of_another_arkivdels_system_is_refused(desk: Desk) -> None:
    archive = desk.archive
    assert isinstance(archive, EmbeddedArchive)
    archive.ensure_arkivdel("BYGG", "Byggesak", klassifikasjonssystem="GBN")
    archive.ensure_klasse("BYGG", "L42")
    with pytest.raises(NeedsHuman, match="klassifikasjonssystemet KK"):
        desk.sak(klasse="L42")
    assert desk.sak(arkivdel="BYGG", klasse="L42").system_id


def test_setting_up_twice_changes_nothing(desk: Desk) -> None:
    archive = desk.archive
    assert isinstance(archive, EmbeddedArchive)
    archive.ensure_arkivdel("SAK", "Saksarkiv", klassifikasjonssystem="KK", status=Arkivdelstatus.OVERLAPPING)
    archive.ensure_arkivdel("SAK", "Et annet navn", klassifikasjonssystem="KK")
    archive.ensure_klasse("SAK", "000")
    with pytest.raises(NeedsHuman, match="overlappingsperiode"):
        desk.sak()
    with pytest.raises(ValueError, match="KK"):
        archive.ensure_arkivdel("SAK", "Saksarkiv", klassifikasjonssystem="ANNET")


# --- journaling ---


def test_everything_that_stands_in_the_way_of_j_is_named_in_one_sentence(desk: Desk) -> None:
    entry = desk.entry(desk.sak().system_id)
    desk.attach(entry.system_id, b"vedlegg", TilknyttetSom.VEDLEGG)
    desk.do(Endring(journalpost=entry.system_id, avsender="Ukjent avsender"))
    desk.refused(to_j(entry.system_id), "vilkår 4", "vilkår 6", "hoveddokument", "vilkår 7", "dokumentstatus B")


def test_a_file_that_is_gone_stands_in_the_way_of_j(desk: Desk) -> None:
    archive = desk.archive
    assert isinstance(archive, EmbeddedArchive)
    entry = desk.ready(desk.sak().system_id, b"brev")
    (document,) = archive.documents_of(entry.system_id)
    archive.files.path_of(document.objekter[0].sjekksum).unlink()
    desk.refused(to_j(entry.system_id), "vilkår 6")
    assert ["fil_mangler"] == [f.check for f in archive.self_check()]


def test_the_same_letter_from_the_same_sender_is_not_journaled_twice(desk: Desk) -> None:
    sak = desk.sak()
    first = desk.journaled(sak.system_id, b"brev")
    second = desk.ready(sak.system_id, b"brev")
    assert first.number in desk.refused(to_j(second.system_id), "vilkår 9")
    other_day = desk.ready(sak.system_id, b"brev", mottatt_dato=date(2026, 6, 16))
    desk.do(to_j(other_day.system_id))


def test_the_first_of_two_twins_is_archived_though_the_second_waits(desk: Desk) -> None:
    sak = desk.sak()
    first = desk.journaled(sak.system_id, b"brev")
    desk.ready(sak.system_id, b"brev")
    desk.do(Statusendring(journalpost=first.system_id, til=Journalstatus.ARKIVERT))
    assert Journalstatus.ARKIVERT is desk.view(first.system_id).status


def test_a_temporary_code_is_journaled_only_unassessed(desk: Desk) -> None:
    entry = desk.ready(desk.sak().system_id, b"brev", skjerming=TEMPORARY)
    desk.do(to_j(entry.system_id))
    assert desk.view(entry.system_id).skjerming == TEMPORARY


def test_an_empty_file_is_refused_by_name(desk: Desk) -> None:
    entry = desk.entry(desk.sak().system_id)
    desk.refused(NyttDokument(journalpost=entry.system_id, dokument=desk.document(b"")), "M707")


def test_a_repeated_document_key_answers_though_the_robots_file_is_purged(lab: EmbeddedLab, desk: Desk) -> None:
    entry, key = desk.entry(desk.sak().system_id), desk.key("d1")
    write = NyttDokument(journalpost=entry.system_id, dokument=desk.document(b"brev"))
    first = desk.do(write, key)
    write.dokument.path.unlink()
    with pytest.raises(AlreadyDone) as again:
        desk.archive.submit(write, key)
    assert first == again.value.reference


# --- access ---


def test_an_open_entry_in_a_shielded_case_inherits_and_hides_the_cases_words(desk: Desk) -> None:
    shield = desk.shield(ord=("Ola",), skjul=(SkjermingMetadata.TITTEL_MAPPE_ORD,))
    sak = desk.sak(tittel="Sak om Ola", offentlig_tittel="Sak", skjerming=shield)
    done = desk.entry(sak.system_id, tittel="Brev om Ola", offentlig_tittel="Brev om Ola")
    assert ("UO", "ja", "Brev om *****") == tuple(
        done.details[k] for k in ("tilgangskode", "skjerming_arvet", "offentlig_tittel")
    )
    desk.do(SettSkjerming(journalpost=done.system_id, skjerming=None))
    assert desk.view(done.system_id).skjerming is not None, "the case's shielding remains"


def test_history_of_skjerming_is_kept(lab: EmbeddedLab, desk: Desk) -> None:
    entry = desk.entry(desk.sak().system_id, skjerming=TEMPORARY)
    desk.do(SettSkjerming(journalpost=entry.system_id, skjerming=desk.shield()))
    desk.do(SettSkjerming(journalpost=entry.system_id, skjerming=None))
    codes = [row[0] for row in raw(lab).execute("SELECT skjerming ->> '$.kode' FROM skjerming_historikk ORDER BY id")]
    assert ["XX", "UO"] == codes


def test_a_corrected_sender_does_not_keep_the_old_ones_identity(desk: Desk) -> None:
    sak = desk.sak()
    entry = desk.entry(sak.system_id)
    desk.do(Endring(journalpost=entry.system_id, avsender="Per Eksempel"))
    (seen,) = desk.archive.find_saksmapper(SakQuery(saksnummer=sak.number))
    assert ("per eksempel",) == seen.known


# --- moving, sign-off, closing ---


def test_a_moved_entry_takes_the_new_cases_shielding(desk: Desk) -> None:
    til = desk.sak(skjerming=desk.shield())
    entry = desk.entry(desk.sak().system_id)
    desk.do(Flytting(journalpost=entry.system_id, til_saksmappe=til.system_id))
    seen = desk.view(entry.system_id)
    assert seen.skjerming is not None
    assert til.system_id == seen.saksmappe.system_id


def test_an_entry_is_signed_off_once_or_by_several_letters(desk: Desk) -> None:
    sak = desk.sak()
    entry, answers = (
        desk.journaled(sak.system_id, b"brev"),
        [desk.answer(sak.system_id, content) for content in (b"a", b"b")],
    )
    brev = Avskrivningsmaate.BREV
    for answer in answers:
        desk.do(NyAvskrivning(journalpost=entry.system_id, maate=brev, avskrives_av=answer.system_id))
    desk.refused(NyAvskrivning(journalpost=entry.system_id, maate=Avskrivningsmaate.ORIENTERING), "alt avskrevet")
    desk.refused(NyAvskrivning(journalpost=entry.system_id, maate=Avskrivningsmaate.SAKEN_AVSLUTTET), "SA")


def test_closing_names_each_of_the_six_conditions(desk: Desk) -> None:
    sak = desk.sak(klasse="")
    entry = desk.entry(sak.system_id)
    desk.do(
        NyttDokument(
            journalpost=entry.system_id, dokument=desk.document(b"From: a", mime_type="message/rfc822", filnavn="a.eml")
        )
    )
    text = desk.refused(Avslutning(saksmappe=sak.system_id))
    assert ["CL1", "CL2", "CL3", "CL4", "CL6"] == [c for c in ("CL1", "CL2", "CL3", "CL4", "CL6") if c in text]


def test_closing_signs_off_with_sa_only_where_that_is_chosen(tmp_path: Path) -> None:
    desk = Desk(EmbeddedLab(tmp_path, ArchiveSettings(allow_sa=True)))
    sak = desk.sak()
    entry = desk.journaled(sak.system_id, b"brev")
    assert entry.number == desk.do(Avslutning(saksmappe=sak.system_id)).details["sa"]
    assert Journalstatus.ARKIVERT is desk.view(entry.system_id).status


def test_shielding_is_possible_in_a_closed_case_and_a_new_case_may_point_at_it(desk: Desk) -> None:
    sak, entry = desk.closed_case(b"brev")
    desk.do(SettSkjerming(journalpost=entry.system_id, skjerming=desk.shield()))
    desk.do(Kryssreferanse(fra_saksmappe=desk.sak().system_id, til_saksmappe=sak.system_id))
    desk.refused(Statusendring(journalpost=entry.system_id, til=Journalstatus.UTGAAR, merknad="feil"), sak.number)


def test_entries_in_u_do_not_keep_a_case_open(desk: Desk) -> None:
    sak = desk.sak()
    entry = desk.entry(sak.system_id)
    desk.do(Statusendring(journalpost=entry.system_id, til=Journalstatus.UTGAAR, merknad="Feilregistrert."))
    desk.do(Avslutning(saksmappe=sak.system_id))


def test_notes_are_registered_and_journaled(desk: Desk) -> None:
    sak = desk.sak()
    entry = desk.ready(sak.system_id, b"notat", type=Journalposttype.ORGANINTERNT)
    assert "M" == entry.details["journalstatus"]
    desk.do(to_j(entry.system_id))
    assert [entry.system_id] == [v.system_id for v in desk.all(JournalQuery(saksmappe=sak.system_id))]


def test_who_has_moved_away_or_was_registered_wrongly_is_known_no_longer(desk: Desk) -> None:
    def known(sak: str) -> tuple[str, ...]:
        (seen,) = desk.archive.find_saksmapper(SakQuery(saksnummer=sak))
        return seen.known

    fra, til = desk.sak(), desk.sak()
    entry = desk.entry(fra.system_id)
    kari = ("kari eksempel", "kari@eksempel.example")
    assert (kari, ()) == (known(fra.number), known(til.number))
    desk.do(Flytting(journalpost=entry.system_id, til_saksmappe=til.system_id))
    assert ((), kari) == (known(fra.number), known(til.number))
    desk.do(Statusendring(journalpost=entry.system_id, til=Journalstatus.UTGAAR, merknad="Feilregistrert."))
    assert () == known(til.number)

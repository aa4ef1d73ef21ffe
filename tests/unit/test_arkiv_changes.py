"""The embedded archive's order of changes misses nothing that is not in the contract either; reopening; older files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from connectors.arkiv import migrate as migrations
from connectors.arkiv.archive import EmbeddedArchive
from connectors.arkiv.konvertering import Variant
from connectors.arkiv.store import ArkivStore
from connectors.testing.archive_lab import Desk
from connectors.testing.archive_labs import EmbeddedLab, ticking
from models.archive import SakQuery, Statusendring
from models.errors import NeedsHuman
from models.noark import Arkivdelstatus, Journalposttype, Journalstatus, Saksstatus, Variantformat


@pytest.fixture
def lab(tmp_path: Path) -> EmbeddedLab:
    return EmbeddedLab(tmp_path)


@pytest.fixture
def archive(lab: EmbeddedLab) -> EmbeddedArchive:
    return lab.connect()


def news(archive: EmbeddedArchive, since: str) -> tuple[str, list[str]]:
    page = archive.changed_saker(since=since, after=None, size=200)
    return page.mark, [s.mappe.ref.system_id for s in page.saker]


def test_a_variant_a_failed_conversion_and_the_end_of_an_arkivdel_are_changes(
    lab: EmbeddedLab, archive: EmbeddedArchive, tmp_path: Path
) -> None:
    desk = Desk(lab)
    sak, other = desk.sak().system_id, desk.sak().system_id
    entry = desk.entry(sak).system_id
    desk.attach(entry, b"rart format")
    mark, _ = news(archive, "")
    objekt = archive.documents_of(entry)[0].objekter[0].system_id
    archive.conversion_failed(objekt, "kryptert", "passord")
    mark, changed = news(archive, mark)
    assert [sak] == changed
    assert "kryptert" == archive.saker([sak])[0].innfoersler[0].dokumenter[0].unconvertible
    made = tmp_path / "a.pdf"
    made.write_bytes(b"%PDF-1.7")
    archive.add_variant(objekt, Variant(path=made, format="fmt/477", mime_type="application/pdf", tool="prøve"))
    mark, changed = news(archive, mark)
    assert [sak] == changed
    (document,) = archive.saker([sak])[0].innfoersler[0].dokumenter
    assert [Variantformat.PRODUKSJON, Variantformat.ARKIV] == [v.variant for v in document.varianter]
    assert "" == document.unconvertible
    archive.ensure_arkivdel("SAK", "Saksarkiv", klassifikasjonssystem="KK", status=Arkivdelstatus.AVSLUTTET)
    mark, changed = news(archive, mark)
    assert [sak, other] == changed


def test_what_was_changed_last_is_dated(lab: EmbeddedLab, archive: EmbeddedArchive) -> None:
    desk = Desk(lab)
    sak = desk.sak().system_id
    first, second = desk.entry(sak).system_id, desk.entry(sak).system_id
    desk.attach(first, b"brev")
    (seen,) = archive.saker([sak])
    one, two = seen.innfoersler
    assert one.changed_at is not None
    assert two.changed_at is not None
    assert one.changed_at > two.changed_at
    assert seen.changed_at == one.changed_at
    assert second == two.post.system_id


def test_a_page_ends_early_when_its_cases_are_large(
    lab: EmbeddedLab, archive: EmbeddedArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(lab)
    saker = [desk.sak().system_id for _ in range(3)]
    for sak in saker:
        for _ in range(3):
            desk.entry(sak)
    monkeypatch.setattr("connectors.arkiv.reading.MOST_ENTRIES", 5)
    page = archive.changed_saker(since="", after=None, size=3)
    assert (1, 3) == (len(page.saker), len(page.saker[0].innfoersler))
    seen = list(page.saker)
    while page.next is not None:
        page = archive.changed_saker(since="", after=page.next, size=3)
        seen += page.saker
    assert saker == [s.mappe.ref.system_id for s in seen]


def test_a_missing_file_is_not_present(lab: EmbeddedLab, archive: EmbeddedArchive) -> None:
    desk = Desk(lab)
    sak = desk.sak().system_id
    entry = desk.entry(sak).system_id
    desk.attach(entry, b"brev")
    archive.file_of(archive.documents_of(entry)[0].objekter[0].sjekksum).unlink()
    assert [False] == [v.present for v in archive.saker([sak])[0].innfoersler[0].dokumenter[0].varianter]


def test_too_many_cases_at_once_are_refused(archive: EmbeddedArchive) -> None:
    with pytest.raises(ValueError, match="200"):
        archive.saker([str(n) for n in range(201)])


def test_a_closed_case_is_opened_again_only_by_somebody_with_a_reason(
    lab: EmbeddedLab, archive: EmbeddedArchive
) -> None:
    desk = Desk(lab)
    sak, entry = desk.closed_case(b"brev")
    with pytest.raises(NeedsHuman, match=r"navnet.*grunn"):
        archive.reopen(sak.number, by=" ", reason="")
    archive.reopen(sak.number, by="Kari Arkivar", reason="Ny klage")
    (seen,) = archive.saker([sak.system_id])
    assert (Saksstatus.UNDER_BEHANDLING, archive.settings.local_day(archive.now())) == (
        seen.mappe.saksstatus,
        seen.gjenaapnet,
    )
    assert Journalstatus.ARKIVERT is seen.innfoersler[0].post.status
    assert entry.system_id == seen.innfoersler[0].post.system_id
    with pytest.raises(NeedsHuman, match="ikke avsluttet"):
        archive.reopen(sak.number, by="Kari Arkivar", reason="Ny klage")
    with pytest.raises(NeedsHuman, match="finnes ikke"):
        archive.reopen("1999/1", by="Kari Arkivar", reason="Ny klage")
    desk.entry(sak.system_id)


def test_a_note_is_restanse_until_every_recipient_has_signed(lab: EmbeddedLab, archive: EmbeddedArchive) -> None:
    from models.archive import NyAvskrivning
    from models.noark import Avskrivningsmaate, Korrespondansepart, Korrespondanseparttype

    desk = Desk(lab)
    parter = tuple(
        Korrespondansepart(type=Korrespondanseparttype.INTERN_MOTTAKER, navn=navn, administrativ_enhet="A")
        for navn in ("Per", "Pål")
    )
    note = desk.journaled(
        desk.sak().system_id, b"notat", type=Journalposttype.ORGANINTERNT_OPPFOELGING, parter=parter
    ).system_id
    for navn, done in (("Per", frozenset[str]()), ("Pål", frozenset({note}))):
        desk.do(NyAvskrivning(journalpost=note, maate=Avskrivningsmaate.ETTERRETNING, korrespondansepart=navn))
        assert done == archive.signed_off([note])


def test_a_letter_that_was_sent_without_a_date_is_not_journaled(lab: EmbeddedLab) -> None:
    from connectors.testing.archive_lab import OUTER
    from models.noark import Korrespondansepart, Korrespondanseparttype

    desk = Desk(lab)
    inner = Korrespondansepart(type=Korrespondanseparttype.INTERN_AVSENDER, navn="A", administrativ_enhet="A")
    letter = desk.ready(desk.sak().system_id, b"brev", type=Journalposttype.UTGAAENDE, parter=(OUTER, inner)).system_id
    for til in (Journalstatus.FERDIGSTILT, Journalstatus.EKSPEDERT):
        desk.do(Statusendring(journalpost=letter, til=til))
    desk.refused(Statusendring(journalpost=letter, til=Journalstatus.JOURNALFOERT), "sendtDato (M105)")


def test_an_archive_of_before_gets_every_case_into_the_order(tmp_path: Path) -> None:
    file = tmp_path / "arkiv.db"
    store = ArkivStore(file, busy_timeout_ms=1000)
    with store.writing("eldre") as link:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent / "migrations"))
        config.attributes["connection"] = link.sqlalchemy
        command.upgrade(config, "0002")
    store.close()
    db = sqlite3.connect(file)
    db.execute("INSERT INTO klassifikasjonssystem (system_id, kode) VALUES ('k', 'KK')")
    db.execute("INSERT INTO arkivdel (system_id, kode, status, klassifikasjonssystem) VALUES ('a', 'SAK', 'A', 'KK')")
    for number in (1, 2):
        db.execute(
            "INSERT INTO saksmappe (system_id, saksaar, sakssekvensnummer, tittel, arkivdel, saksstatus, saksdato, "
            "opprettet_dato) VALUES (?, 2026, ?, 'Sak', 'SAK', 'B', '2026-06-15', '2026-06-15T08:00:00.000000+00:00')",
            (f"s{number}", number),
        )
    db.commit()
    db.close()
    archive = EmbeddedArchive(tmp_path, now=ticking())
    mark, saker = news(archive, "")
    assert (["s1", "s2"], (mark, [])) == (saker, news(archive, mark))
    assert 1 == len(list(archive.find_saksmapper(SakQuery(saksnummer="2026/2"))))
    archive.close()

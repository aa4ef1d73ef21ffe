"""The embedded archive: what the robot calls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select

from connectors.arkiv import (
    arkivstruktur,
    backup,
    journal,
    konvertering,
    reading,
    reopening,
    search,
    selfcheck,
    transfer,
    transfer_out,
    writes,
)
from connectors.arkiv import tables as t
from connectors.arkiv.documents import DocumentFolder, checked
from connectors.arkiv.journal import OffentligJournalpost
from connectors.arkiv.konvertering import ConversionFailure, Unconverted, Variant
from connectors.arkiv.migrate import migrate
from connectors.arkiv.records import Dokumentbeskrivelse
from connectors.arkiv.selfcheck import SelfCheckFault
from connectors.arkiv.settings import ArchiveSettings
from connectors.arkiv.sql_unit import SqlUnit
from connectors.arkiv.store import ArkivStore, meaning_of_os_errors
from connectors.arkiv.transfer import ImportReport
from connectors.arkiv.unit import Counter
from models.archive import (
    Absent,
    ArchiveCapabilities,
    ArchiveWrite,
    Done,
    JournalPage,
    JournalQuery,
    NyttDokument,
    OurKey,
    SakQuery,
    Saksmappe,
)
from models.noark import Arkivdelstatus
from models.omsorg import Sak, SakPage


def new_system_id() -> str:
    """M001: a UUID."""
    return str(uuid4())


class EmbeddedArchive:
    """A Noark 5 archive in ``folder``: ``arkiv.db`` and the documents under ``arkiv/``.

    Safe to use from several threads. ``now`` answers the present moment in UTC.
    """

    def __init__(
        self,
        folder: Path,
        *,
        now: Callable[[], datetime],
        settings: ArchiveSettings | None = None,
        new_id: Callable[[], str] = new_system_id,
    ) -> None:
        self.settings = settings or ArchiveSettings()
        self._now = now
        self._new_id = new_id
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Letters about people: nobody but the service account reads them. SQLite gives its -wal the mode of the file.
        (folder / "arkiv.db").touch(mode=0o600)
        self.store = ArkivStore(folder / "arkiv.db", busy_timeout_ms=self.settings.busy_timeout_ms)
        self.files = DocumentFolder(folder / "arkiv")
        migrate(self.store)

    @property
    def capabilities(self) -> ArchiveCapabilities:
        """Everything in the contract."""
        return ArchiveCapabilities(
            key_lookup=True,
            refuses_repeated_key=True,
            writes=writes.KINDS,
            finds_by=writes.FINDS_BY,
            archives_on_close=True,
        )

    def submit(self, write: ArchiveWrite, key: OurKey) -> Done:
        """See :class:`connectors.contract.Archive`; always answers at once. One transaction, one commit."""
        format_ = self._take_in(write, key) if isinstance(write, NyttDokument) else ""
        with self.store.writing(key) as db:
            unit = SqlUnit(db, self.files)
            known = unit.used(key)
            if known is not None:
                raise writes.already(key, write.kind, known)
            at = self.now()
            counter = Counter(unit=unit, settings=self.settings, at=at, new_id=self._new_id)
            done = writes.perform(counter, write, key, format_)
            unit.use(key, write.kind, done, at)
            unit.log(at=at, event=write.kind, objekt=done.system_id, key=key, text=writes.trace_of(write))
        return done

    def _take_in(self, write: NyttDokument, key: OurKey) -> str:
        """Checks the file and links it in, before and outside the transaction; a stray left by a crash harms nobody."""
        with self.store.reading() as db:
            unit = SqlUnit(db, self.files)
            known = unit.used(key)
            kept = unit.knows_file(write.dokument.sha256)
        if known is not None:
            # The file of a repeated key may be purged by now; it is not needed.
            raise writes.already(key, write.kind, known)
        format_ = checked(write.dokument)
        if not (kept and self.files.has(write.dokument.sha256, write.dokument.size_bytes)):
            with meaning_of_os_errors():
                self.files.keep(write.dokument.path, write.dokument.sha256)
        return format_

    def outcome(self, key: OurKey) -> Done | Absent:
        """What became of a key; there is no lag: Absent is settled."""
        with self.store.reading() as db:
            known = SqlUnit(db, self.files).used(key)
        return Absent() if known is None else known[1]

    def find_saksmapper(self, query: SakQuery) -> Iterator[Saksmappe]:
        """Cases that match exactly, oldest first; at most 50."""
        with self.store.reading() as db:
            found = search.find_saksmapper(db, query)
        return iter(found)

    def journalposter(self, query: JournalQuery, after: str | None) -> JournalPage:
        """In the order of registration."""
        with self.store.reading() as db:
            return search.journalposter(db, self.files, query, after, self.settings.page_size)

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        """See :class:`connectors.contract.TellsCases`."""
        with self.store.reading() as db:
            return reading.changed_saker(db, self.files, since=since, after=after, size=size)

    def saker(self, system_ids: Sequence[str]) -> tuple[Sak, ...]:
        """See :class:`connectors.contract.TellsCases`."""
        with self.store.reading() as db:
            return reading.saker(db, self.files, system_ids)

    def close(self) -> None:
        """Lets go of the file."""
        self.store.close()

    # --- beside the contract ---

    def copy_database(self, into: Path) -> Iterator[tuple[str, int]]:
        """See :class:`connectors.contract.LiesHere`."""
        yield from backup.named_files(backup.copy_database(self.store.file, into))

    def file_of(self, sha256: str) -> Path:
        """See :class:`connectors.contract.LiesHere`."""
        return self.files.path_of(sha256)

    def now(self) -> datetime:
        """The present moment, UTC."""
        return self._now()

    def new_id(self) -> str:
        """A new systemID."""
        return self._new_id()

    def keys(self, *kinds: str) -> Iterator[tuple[OurKey, str, str]]:
        """(our key, kind of write, system id) of every key ever used; for ``verify`` (I3). Narrowed to ``kinds`` if given."""
        with self.store.reading() as db:
            yield from ((OurKey(k), kind, sid) for k, kind, sid in search.keys(db, kinds, 1000))

    def documents_of(self, journalpost: str) -> tuple[Dokumentbeskrivelse, ...]:
        """The documents of a journalpost with their files and checksums."""
        with self.store.reading() as db:
            return SqlUnit(db, self.files).dokumenter(journalpost)

    def ensure_arkivdel(
        self,
        kode: str,
        tittel: str,
        *,
        klassifikasjonssystem: str,
        status: Arkivdelstatus | None = None,
    ) -> None:
        """Makes the arkivdel where it is not there (status A unless said); ``status`` changes one that is."""
        with self.store.writing(f"arkivdel {kode}") as db:
            arkivstruktur.ensure_arkivdel(
                db,
                kode=kode,
                tittel=tittel,
                status=status,
                klassifikasjonssystem=klassifikasjonssystem,
                new_id=self._new_id,
            )

    def ensure_klasse(self, arkivdel: str, klasse: str, tittel: str = "") -> None:
        """Makes the class in the arkivdel's classification system where it is not there."""
        with self.store.writing(f"klasse {klasse}") as db:
            arkivstruktur.ensure_klasse(db, arkivdel=arkivdel, klasse=klasse, tittel=tittel, new_id=self._new_id)

    def words(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Codes of the arkivdeler that take new cases, and all class ids: what rules may name."""
        with self.store.reading() as db:
            return arkivstruktur.words(db)

    def signed_off(self, journalposter: Sequence[str]) -> frozenset[str]:
        """Those of the given system ids that are avskrevet or set to U; see :class:`connectors.contract.KnowsSignedOff`."""
        with self.store.reading() as db:
            return search.signed_off(db, journalposter)

    def unconverted(self, limit: int, *, retry_codes: Collection[str] = ()) -> list[Unconverted]:
        """Received files without an archive variant, oldest first; those that failed before only with a code given here."""
        with self.store.reading() as db:
            return konvertering.unconverted(
                db, self.files, limit=limit, approved=self.settings.approved_formats, retry_codes=retry_codes
            )

    def add_variant(self, dokumentobjekt: str, variant: Variant) -> str:
        """Puts an archive variant (A) beside a received file (P); returns its system id. Idempotent.

        Raises:
            NeedsHuman: there is no such received file, or the variant is empty.
        """
        with self.store.reading() as db:
            _, there = konvertering.received(db, dokumentobjekt)
        if there is not None:
            return there
        with meaning_of_os_errors():
            file = konvertering.taken_in(self.files, variant)
        with self.store.writing(f"variant {dokumentobjekt}") as db:
            at = self.now()
            made = konvertering.add_variant(
                db, dokumentobjekt, variant, file=file, at=at, actor=self.settings.actor, new_id=self._new_id
            )
            SqlUnit(db, self.files).log(at=at, event="konvertering", objekt=made, key="", text=variant.format)
        return made

    def conversion_failed(self, dokumentobjekt: str, code: str, detail: str) -> None:
        """Remembers that no archive variant could be made; it is not offered again until somebody asks for its code."""
        with self.store.writing(f"variant {dokumentobjekt}") as db:
            konvertering.failed(db, dokumentobjekt, code=code, detail=detail, at=self.now())

    def conversion_failures(self) -> list[ConversionFailure]:
        """What stands as failed, oldest first, for the report."""
        with self.store.reading() as db:
            return konvertering.failures(db)

    def reopen(self, saksnummer: str, *, by: str, reason: str) -> None:
        """Opens a closed case again for somebody who may (krav 3.2.11); who and why stand in the trace of changes.

        Raises:
            NeedsHuman: there is no such case, it is not closed, or nobody says who or why.
        """
        with self.store.writing(f"gjenåpning {saksnummer}") as db:
            at = Counter(unit=SqlUnit(db, self.files), settings=self.settings, at=self.now(), new_id=self._new_id)
            reopening.reopen(db, at, saksnummer, by=by, reason=reason)

    def import_cases(self, lines: Iterable[str], files_from: Path | None = None) -> ImportReport:
        """Takes in cases that exist beforehand, JSON lines (``connectors.arkiv.transfer``); they keep their numbers.

        The files of their entries lie in ``files_from``, or in the archive already.
        """
        return transfer.import_cases(
            self.store,
            self.files,
            lines,
            files_from=files_from,
            settings=self.settings,
            now=self.now(),
            new_id=self._new_id,
        )

    def export_cases(self) -> Iterator[str]:
        """Every case as a JSON line, oldest first."""
        with self.store.reading() as db:
            yield from transfer_out.export_cases(db, self.files)

    def offentlig_journal(self, fra: date, til: date) -> Iterator[OffentligJournalpost]:
        """The public journal of a period by journaldato, both days included."""
        with self.store.reading() as db:
            yield from journal.offentlig_journal(db, self.files, fra, til)

    def self_check(self, *, read_files: bool = True) -> list[SelfCheckFault]:
        """Everything wrong with the archive as it stands; empty when all is well."""
        with self.store.reading() as db:
            return list(selfcheck.self_check(db, self.files, read_files=read_files))

    def remove_strays(self, *, older_than_s: float = 86_400.0) -> int:
        """Removes files that a crash left and no document names; returns how many."""
        with self.store.reading() as db:
            known = frozenset(db.execute(select(t.dokumentobjekt.c.sjekksum)).scalars())
        return self.files.remove_strays(known, older_than_s=older_than_s, now_s=self.now().timestamp())

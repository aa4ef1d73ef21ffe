"""What the archive suite works with: a lab from the connector's author, and small words to write checks in."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pytest

from connectors.contract import Archive
from models.archive import (
    Absent,
    ArchiveWrite,
    Avslutning,
    Dokument,
    Done,
    Ferdigstill,
    JournalpostView,
    JournalQuery,
    NyAvskrivning,
    NyJournalpost,
    NySaksmappe,
    NyttDokument,
    OurKey,
    Pending,
    Statusendring,
)
from models.errors import NeedsHuman
from models.noark import (
    Avskrivningsmaate,
    Journalposttype,
    Journalstatus,
    Korrespondansepart,
    Korrespondanseparttype,
    Skjerming,
    SkjermingMetadata,
    TilknyttetSom,
)
from models.reasons import ReasonCode

SENDER = Korrespondansepart(
    type=Korrespondanseparttype.AVSENDER, navn="Kari Eksempel", epostadresse="Kari@Eksempel.example"
)
INNER = Korrespondansepart(type=Korrespondanseparttype.INTERN_MOTTAKER, navn="ARKIV", administrativ_enhet="ARKIV")
OUTER = Korrespondansepart(type=Korrespondanseparttype.MOTTAKER, navn="Kari Eksempel")


class ArchiveLab(Protocol):
    """One archive, seen from both sides. ``arkivdel`` is open and has the class ``klasse``; ``kode`` is a known access
    code. ``blobs`` is a folder on the file system that the robot's files lie on."""

    arkivdel: str
    klasse: str
    kode: str
    blobs: Path

    def connect(self) -> Archive:
        """A new archive object on the same archive, as after a restart."""
        ...

    def stored(self, journalpost: str) -> Sequence[bytes]:
        """The received files of a journalpost as the archive itself keeps them, in order, without using the connector."""
        ...

    def wait(self, seconds: float) -> None:
        """Lets the archive do its work; one that answers at once does nothing here."""
        ...


class Desk:
    """One check's hand on the archive: new keys, writes that must succeed, writes that must be refused."""

    def __init__(self, lab: ArchiveLab) -> None:
        self.lab = lab
        self.archive = lab.connect()
        self._numbers = itertools.count(1)

    def key(self, role: str) -> OurKey:
        """A key not used before in this check."""
        return OurKey(f"pr-suite{next(self._numbers):019d}-{role}")

    def can(self, *writes: str) -> None:
        """Skips the check when the archive does not claim these kinds of writes."""
        lacks = set(writes) - self.archive.capabilities.writes
        if lacks:
            pytest.skip(f"the archive does not claim {', '.join(sorted(lacks))}")

    def do(self, write: ArchiveWrite, key: OurKey | None = None) -> Done:
        """Asks, and waits for the answer of an archive that answers later."""
        key = key or self.key(write.kind[:8])
        answer: object = self.archive.submit(write, key)
        for _ in range(100):
            if isinstance(answer, Done):
                return answer
            assert isinstance(answer, Pending | Absent), f"neither done nor on its way: {answer}"
            self.lab.wait(answer.ask_after_s if isinstance(answer, Pending) else 1.0)
            answer = self.archive.outcome(key)
        pytest.fail(f"{write.kind} never came to an end")

    def refused(self, write: ArchiveWrite, *names: str, key: OurKey | None = None) -> str:
        """Asks for what must be refused; the sentence names each of ``names`` (case does not matter)."""
        try:
            done = self.do(write, key or self.key("nei"))
        except NeedsHuman as no:
            assert no.reason is ReasonCode.ARCHIVE_REFUSED
            lacks = [n for n in names if n.casefold() not in no.detail.casefold()]
            assert [] == lacks, f"the refusal does not name {lacks}: {no.detail}"
            return no.detail
        pytest.fail(f"{write.kind} was accepted: {done}")

    def refused_or_shut(self, write: NyJournalpost) -> None:
        """An open entry where none may be: either refused, or registered with a shielding."""
        try:
            done = self.do(write, self.key("nei"))
        except NeedsHuman:
            return
        assert self.view(done.system_id).skjerming is not None, "the entry is open"

    # --- things to begin with ---

    def sak(self, key: OurKey | None = None, **more: Any) -> Done:
        """A new case."""
        values: dict[str, Any] = {
            "tittel": "Nabovarsel 2026",
            "offentlig_tittel": "Nabovarsel 2026",
            "arkivdel": self.lab.arkivdel,
            "klasse": self.lab.klasse,
            "administrativ_enhet": "ARKIV",
            "saksansvarlig": "ufordelt",
        }
        return self.do(NySaksmappe(**values | more), key)

    def entry(self, sak: str, key: OurKey | None = None, **more: Any) -> Done:
        """A new journalpost in the case."""
        return self.do(self.letter(sak, **more), key)

    def letter(self, sak: str, **more: Any) -> NyJournalpost:
        """An incoming letter, open, from Kari Eksempel."""
        values: dict[str, Any] = {
            "saksmappe": sak,
            "type": Journalposttype.INNGAAENDE,
            "tittel": "Nabovarsel – 12/345",
            "offentlig_tittel": "Nabovarsel – 12/345",
            "mottatt_dato": date(2026, 6, 15),
            "parter": (SENDER, INNER),
            "skjerming": None,
        }
        return NyJournalpost(**values | more)

    def answer(self, sak: str, content: bytes) -> Done:
        """An outgoing letter in the case, in J."""
        parter = (
            OUTER,
            Korrespondansepart(type=Korrespondanseparttype.INTERN_AVSENDER, navn="A", administrativ_enhet="A"),
        )
        return self.journaled(sak, content, type=Journalposttype.UTGAAENDE, parter=parter)

    def document(self, content: bytes, som: TilknyttetSom = TilknyttetSom.HOVEDDOKUMENT, **more: Any) -> Dokument:
        """A document whose bytes lie among the robot's files."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.lab.blobs / sha256
        if not path.exists():
            path.write_bytes(content)
        values: dict[str, Any] = {
            "tittel": "Nabovarsel",
            "tilknyttet_som": som,
            "sha256": sha256,
            "path": path,
            "filnavn": "nabovarsel.txt",
            "mime_type": "text/plain",
            "size_bytes": len(content),
        }
        return Dokument(**values | more)

    def attach(self, journalpost: str, content: bytes, som: TilknyttetSom = TilknyttetSom.HOVEDDOKUMENT) -> Done:
        """Puts a document on the journalpost."""
        return self.do(NyttDokument(journalpost=journalpost, dokument=self.document(content, som)))

    def ready(self, sak: str, content: bytes, **more: Any) -> Done:
        """A journalpost with one finished main document: nothing stands in the way of J."""
        entry = self.entry(sak, **more)
        self.attach(entry.system_id, content)
        self.do(Ferdigstill(journalpost=entry.system_id))
        return entry

    def journaled(self, sak: str, content: bytes, **more: Any) -> Done:
        """A journalpost in J."""
        entry = self.ready(sak, content, **more)
        self.do(to_j(entry.system_id))
        return entry

    def closed_case(self, content: bytes) -> tuple[Done, Done]:
        """A case that is closed, and its one entry."""
        self.can("avslutning", "avskrivning")
        sak = self.sak()
        entry = self.journaled(sak.system_id, content)
        self.do(NyAvskrivning(journalpost=entry.system_id, maate=Avskrivningsmaate.ORIENTERING))
        self.do(Avslutning(saksmappe=sak.system_id))
        return sak, entry

    def shield(self, **more: Any) -> Skjerming:
        """A whole shielding by the installation's code."""
        values: dict[str, Any] = {
            "kode": self.lab.kode,
            "hjemmel": "Offl. § 13 jf. fvl. § 13 første ledd nr. 1",
            "skjul": (SkjermingMetadata.NAVN_AVSENDER,),
        }
        return Skjerming(**values | more)

    # --- looking ---

    def all(self, query: JournalQuery | None = None) -> list[JournalpostView]:
        """Every journalpost that hits, over all pages."""
        found: list[JournalpostView] = []
        after: str | None = None
        for _ in range(1000):
            page = self.archive.journalposter(query or JournalQuery(), after)
            found += page.entries
            if page.next is None:
                return found
            after = page.next
        pytest.fail("the pages never come to an end")

    def view(self, system_id: str) -> JournalpostView:
        """The journalpost as the archive has it now."""
        hits = [v for v in self.all() if v.system_id == system_id]
        assert 1 == len(hits), f"{len(hits)} journalposter with the system id that was answered"
        return hits[0]


def to_j(journalpost: str, **more: Any) -> Statusendring:
    """The wish for J."""
    return Statusendring(journalpost=journalpost, til=Journalstatus.JOURNALFOERT, **more)

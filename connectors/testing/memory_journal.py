"""A public journal in memory that passes the suite, and some broken in one way each, to prove it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from connectors.testing.journal_lab import Sample
from models.errors import StaleCursor
from models.post import Spool, SpoolLimit
from models.published import (
    Cursor,
    DocumentAnswer,
    DocumentRef,
    NoFile,
    NoFileWhy,
    PublishedDocument,
    PublishedEntry,
    PublishedFile,
    PublishedPage,
    ViewCapabilities,
    Window,
    WindowKind,
)


@dataclass(slots=True)
class Shelf:
    """What is published: entries in order, and the bytes of their files by ref."""

    entries: list[PublishedEntry] = field(default_factory=list)
    files: dict[str, bytes | None] = field(default_factory=dict)


class MemoryJournal:
    """See :class:`connectors.contract.JournalView`. ``failures`` are raised first, one a call."""

    def __init__(self, shelf: Shelf, *, page: int = 3, capabilities: ViewCapabilities | None = None) -> None:
        self.shelf = shelf
        self.page = page
        self.failures: list[Exception] = []
        self.asked: list[tuple[Window, Cursor | None]] = []
        self._capabilities = capabilities or ViewCapabilities(
            changes=True,
            names_apart=True,
            journalposttype=True,
            documents=True,
            files=True,
            klasse=True,
            avskrivning=True,
            look_up=True,
        )

    @property
    def capabilities(self) -> ViewCapabilities:
        """As it was made with."""
        return self._capabilities

    def published(self, window: Window, after: Cursor | None) -> PublishedPage:
        """See :class:`connectors.contract.JournalView`."""
        self.asked.append((window, after))
        if self.failures:
            raise self.failures.pop(0)
        start = self.start(after)
        found = [entry for entry in self.shelf.entries if self.holds(window, entry)]
        stop = start + self.page
        following = Cursor(f"s{stop}") if stop < len(found) else None
        return PublishedPage(entries=tuple(found[start:stop]), next=following, total=len(found))

    def start(self, after: Cursor | None) -> int:
        """Where a page begins."""
        if after is None:
            return 0
        if not after.startswith("s") or not after[1:].isdigit():
            raise StaleCursor("ukjent sted")
        return int(after[1:])

    def holds(self, window: Window, entry: PublishedEntry) -> bool:
        """Whether the entry lies in the window."""
        return window.holds(entry.publisert, entry.oppdatert)

    def document(self, ref: DocumentRef, into: Spool) -> DocumentAnswer:
        """See :class:`connectors.contract.JournalView`."""
        if self.failures:
            raise self.failures.pop(0)
        content = self.shelf.files.get(ref.ref)
        if content is None:
            return NoFile(why=NoFileWhy.GONE, status=404)
        try:
            with into.new(ref.name or ref.ref) as writer:
                writer.write(content)
        except SpoolLimit:
            return NoFile(why=NoFileWhy.TOO_LARGE)
        return writer.document

    def entry(self, key: str) -> PublishedEntry | None:
        """See :class:`connectors.contract.LooksUpEntries`."""
        return next((each for each in self.shelf.entries if key in (each.id, each.system_id)), None)

    def close(self) -> None:
        """Nothing to let go of."""


class MemoryLab:
    """See :class:`connectors.testing.journal_lab.JournalLab`."""

    changes: ClassVar[bool] = True

    def __init__(self, kind: type[MemoryJournal] = MemoryJournal) -> None:
        self.page = 3
        self.shelf = Shelf()
        self._kind = kind

    def publish(self, sample: Sample, at: datetime) -> None:
        """Lays it last."""
        entry = sample.entry
        documents = []
        for number, content in enumerate(sample.files, start=1):
            ref = f"{entry.id}/{number}"
            self.shelf.files[ref] = content
            files = (PublishedFile(ref=DocumentRef(ref=ref)),)
            documents.append(PublishedDocument(tittel=f"Dokument {number}", nummer=number, filer=files))
        self.shelf.entries.append(
            replace(
                entry,
                offentlig_tittel_sensitiv=entry.offentlig_tittel,
                parter=tuple(replace(each, navn_sensitiv=each.navn) for each in entry.parter),
                dokumenter=tuple(documents),
                publisert=at,
                oppdatert=at,
            )
        )

    def change(self, sample: Sample, at: datetime) -> None:
        """Puts it in the old one's place."""
        entries = self.shelf.entries
        place = next(n for n, each in enumerate(entries) if each.id == sample.entry.id)
        entries[place] = replace(entries[place], offentlig_tittel=sample.entry.offentlig_tittel, oppdatert=at)

    def connect(self) -> MemoryJournal:
        """A new one on the same shelf."""
        return self._kind(self.shelf, page=self.page)


class LosesTheLast(MemoryJournal):
    """Broken: the last entry of the last page is forgotten."""

    def published(self, window: Window, after: Cursor | None) -> PublishedPage:
        page = super().published(window, after)
        return page if page.next is not None or after is None else replace(page, entries=page.entries[:-1])


class FailsOnNothing(MemoryJournal):
    """Broken: an empty journal is an error."""

    def published(self, window: Window, after: Cursor | None) -> PublishedPage:
        page = super().published(window, after)
        return page if page.total else replace(page, entries=(None,))  # type: ignore[arg-type]


class LosesLetters(MemoryJournal):
    """Broken: takes marks out of names."""

    def published(self, window: Window, after: Cursor | None) -> PublishedPage:
        page = super().published(window, after)
        return replace(
            page,
            entries=tuple(
                replace(e, parter=tuple(replace(p, navn=p.navn.replace("& ", "")) for p in e.parter))
                for e in page.entries
            ),
        )


class ClaimsTooMuch(MemoryJournal):
    """Broken: says that it tells names apart, and does not."""

    def published(self, window: Window, after: Cursor | None) -> PublishedPage:
        page = super().published(window, after)
        return replace(page, entries=tuple(replace(e, offentlig_tittel_sensitiv="") for e in page.entries))


class BeginsAgain(MemoryJournal):
    """Broken: after a restart it begins from the start."""

    def start(self, after: Cursor | None) -> int:
        place = super().start(after)
        return place if len(self.asked) > 1 else 0


class TakesAnyPlace(MemoryJournal):
    """Broken: a place it does not know is the start."""

    def start(self, after: Cursor | None) -> int:
        try:
            return super().start(after)
        except StaleCursor:
            return 0


class LooksAwayFromTheEnd(MemoryJournal):
    """Broken: the end of a window is not looked at."""

    def holds(self, window: Window, entry: PublishedEntry) -> bool:
        return super().holds(replace(window, until=None), entry)


class SweepsAWindow(MemoryJournal):
    """Broken: a sweep goes by its times."""

    def holds(self, window: Window, entry: PublishedEntry) -> bool:
        kind = WindowKind.PUBLISHED if window.kind is WindowKind.SWEEP else window.kind
        return super().holds(replace(window, kind=kind), entry)


class MissesChanges(MemoryJournal):
    """Broken: only what is new is shown."""

    def holds(self, window: Window, entry: PublishedEntry) -> bool:
        return window.holds(entry.publisert, None)


class NoEmptyFiles(MemoryJournal):
    """Broken: a file of 0 bytes is taken for a dead link."""

    def document(self, ref: DocumentRef, into: Spool) -> DocumentAnswer:
        answer = super().document(ref, into)
        return answer if isinstance(answer, NoFile) or answer.size_bytes else NoFile(why=NoFileWhy.GONE)


class OneWayToFail(MemoryJournal):
    """Broken: whatever is wrong with a file, its link is dead."""

    def document(self, ref: DocumentRef, into: Spool) -> DocumentAnswer:
        answer = super().document(ref, into)
        return NoFile(why=NoFileWhy.GONE) if isinstance(answer, NoFile) else answer


class FindsAnything(MemoryJournal):
    """Broken: an unknown entry is the first one."""

    def entry(self, key: str) -> PublishedEntry | None:
        return super().entry(key) or self.shelf.entries[0]


BROKEN: dict[type[MemoryJournal], str] = {
    LosesTheLast: "test_every_entry_comes_in_order_over_all_pages",
    FailsOnNothing: "test_an_empty_journal_is_one_empty_page",
    LosesLetters: "test_what_is_published_is_told_letter_by_letter",
    ClaimsTooMuch: "test_what_it_says_it_tells_is_there",
    BeginsAgain: "test_reading_goes_on_from_a_page_after_a_restart",
    TakesAnyPlace: "test_a_place_nobody_gave_is_stale",
    LooksAwayFromTheEnd: "test_a_window_holds_what_was_published_in_it",
    SweepsAWindow: "test_a_sweep_holds_everything_whatever_its_times",
    MissesChanges: "test_what_is_changed_later_comes_again",
    NoEmptyFiles: "test_files_come_byte_for_byte_and_an_empty_one_is_a_file",
    OneWayToFail: "test_a_dead_link_and_a_file_over_the_limit_are_told_apart",
    FindsAnything: "test_an_entry_is_looked_up_by_its_systemid_and_an_unknown_one_is_none",
}
"""Each broken fake with the check of the suite that it is made for."""

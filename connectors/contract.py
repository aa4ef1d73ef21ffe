"""The contracts of the connectors, by role. The suites in ``connectors/testing`` say the same as tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from models.archive import (
    Absent,
    ArchiveCapabilities,
    ArchiveWrite,
    CannotTell,
    Done,
    JournalPage,
    JournalQuery,
    OurKey,
    Pending,
    SakQuery,
    Saksmappe,
)
from models.omsorg import Sak, SakPage
from models.post import Fetched, Locator, Offer, Outcome, Spool, Taken
from models.published import (
    Cursor,
    DocumentAnswer,
    DocumentRef,
    PublishedEntry,
    PublishedPage,
    ViewCapabilities,
    Window,
)
from models.scanning import ScanResult, SignatureVersion


class Source(Protocol):
    """A place post comes from. Nothing is moved or marked there before :meth:`take_over`.

    Any method may raise ``TryLater`` (nothing took effect) or ``OutOfReach`` (the connection is down). A source is used
    from one thread at a time, but not always the same one.
    """

    def offers(self, limit: int) -> Iterator[Offer]:
        """What waits there, oldest first, at most ``limit``. No bytes are fetched and nothing is marked.

        Offering twice gives the same keys. A file that is still being written is waited for (folder), not skipped.
        """
        ...

    def download(self, offer: Offer, into: Spool) -> Fetched:
        """Streams the post into the spool.

        Raises:
            NeedsHuman: it can never be fetched (over the size limit, say).
            TryLater: it is gone or came incomplete; the next round tells.
        """
        ...

    def take_over(self, at: Locator) -> Locator:
        """After durable storage: moves the post to the robot's own place, and returns where it is then.

        Idempotent: repeated after a crash it finds the post where it is. Something that is gone altogether is no error:
        the locator comes back unchanged.
        """
        ...

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        """After the archive has confirmed (or the post was forwarded or dismissed): on to the outcome's place. Idempotent."""
        ...

    def close(self) -> None:
        """Lets go of connections; the object is not used again."""
        ...


@runtime_checkable
class Waits(Protocol):
    """A source that can tell at once when something arrives (IMAP IDLE)."""

    def wait(self, timeout_s: float) -> bool:
        """Blocks until something may have arrived (True) or the time is out (False)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """How one unit's post at a channel is looked after by people there.

    ``parent`` is the main unit's organisation number, empty for a main unit. Of ``received`` in the last 30 days,
    ``unread`` had been opened by nobody when the robot saw them; ``waiting`` lie unread there now, the oldest since
    ``oldest`` (ISO date, or empty).
    """

    orgnr: str
    name: str
    parent: str
    received: int
    unread: int
    waiting: int
    oldest: str = ""


@runtime_checkable
class TellsMailboxes(Protocol):
    """A source that knows which units get post that nobody reads (Altinn)."""

    def mailboxes(self) -> tuple[Mailbox, ...]:
        """One for each unit that we may act for, as known from the last looks; nothing outside is asked."""
        ...


@runtime_checkable
class Remarks(Protocol):
    """A source with something to say to people (lost rights, a file that could not be had)."""

    def remarks(self) -> tuple[str, ...]:
        """Norwegian sentences for the daily report, without content from post; nothing outside is asked."""
        ...


@runtime_checkable
class Reconciles(Protocol):
    """A source whose way of finding new post can miss some, so that each night everything is held against it."""

    def reconcile(self) -> str:
        """Looks for what was missed, so that it is offered from now on; codes and counts for the log.

        Raises:
            OutOfReach, TryLater: the other side cannot be asked now.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waited at a source at its last look.

    ``stuck`` of ``waiting`` cannot be opened; the source lists ``full_at`` at most, so so many stuck ones shut others out.
    ``warns_after_s`` is when the service itself begins to complain to people, ``alarm_after_s`` when we do.
    """

    seen_at: datetime
    waiting: int
    stuck: int = 0
    full_at: int | None = None
    oldest_at: datetime | None = None
    alarm_after_s: float
    warns_after_s: float

    def oldest_s(self, now: datetime) -> float:
        """How long the oldest has waited; 0 when nothing waits or no time is told."""
        return max(0.0, (now - self.oldest_at).total_seconds()) if self.oldest_at is not None else 0.0

    def stalled(self, now: datetime) -> bool:
        """Whether it is time for an alarm: something has waited too long, or the list is full."""
        full = self.full_at is not None and self.waiting >= self.full_at
        return self.oldest_s(now) >= self.alarm_after_s or full


@runtime_checkable
class KnowsQueue(Protocol):
    """A source that can tell how long its post has waited there."""

    def queue(self) -> Queue | None:
        """As the last look saw it; None before the first. Nothing outside is asked."""
        ...


@runtime_checkable
class KeepsTaken(Protocol):
    """A source whose robot's own places can be gone through again: what was taken over after a backup lies there and in no
    inbox. A source that offers what is not settled anew by itself needs this for what *was* settled; one that has nothing
    left to show after take-over cannot keep it.
    """

    def taken(self) -> Iterator[Taken]:
        """Everything in the robot's own places, in the order it came there, the place of each outcome apart. Marks nothing.

        :meth:`Source.download` fetches it from there, with the ``identity`` it had when it was first fetched.
        """
        ...

    def where(self, at: Locator) -> str:
        """The place a locator names, as one text: equal for two locators exactly when they name one thing in one place."""
        ...


@runtime_checkable
class TellsTime(Protocol):
    """A source or archive whose answers say what time it is there."""

    def clock_ahead_s(self) -> float | None:
        """How far its clock was ahead of ours when it last answered, in seconds; None when it has told none."""
        ...


class Archive(Protocol):
    """A Noark 5 archive. Used from several threads at once."""

    @property
    def capabilities(self) -> ArchiveCapabilities:
        """What it can do, stated in the open."""
        ...

    def submit(self, write: ArchiveWrite, key: OurKey) -> Done | Pending:
        """Asks for one write under our key.

        Raises:
            AlreadyDone: the key has been used; ``reference`` is the :class:`~models.archive.Done` of the first time.
            NeedsHuman: refused by a rule of the archive; ``detail`` names it (reason ``archive_refused``).
            MaybeDone: sent, but no answer came.
            TryLater, OutOfReach: nothing can have taken effect.
        """
        ...

    def outcome(self, key: OurKey) -> Done | Pending | Absent | CannotTell:
        """What became of a key. Raises ``TryLater`` or ``OutOfReach`` when it cannot be asked now."""
        ...

    def find_saksmapper(self, query: SakQuery) -> Iterator[Saksmappe]:
        """Cases that match exactly, oldest first; at most 50."""
        ...

    def journalposter(self, query: JournalQuery, after: str | None) -> JournalPage:
        """Journalposter in stable order, a page at a time; ``after`` is the cursor of the page before."""
        ...

    def close(self) -> None:
        """Lets go of connections and files."""
        ...


@runtime_checkable
class KnowsSignedOff(Protocol):
    """An archive that can tell which journalposter need no answer any longer (avskrevet, or set to U)."""

    def signed_off(self, journalposter: Sequence[str]) -> frozenset[str]:
        """Those of the given system ids that are signed off."""
        ...


@runtime_checkable
class TellsCases(Protocol):
    """An archive that shows whole cases, and which of them changed: what caretaking and the journal check read.

    Reads are paged and bounded; a night costs what changed, not what there is.
    """

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        """Cases in which anything changed after ``since`` (a ``mark`` of before; empty: every case there is), oldest change
        first, at most ``size`` a page. A case, an entry, a part, a document, a variant, a sign-off or a shielding that
        changes counts as a change of its case. A case that changes while the pages are read comes (again) later.

        Raises:
            ValueError: a mark or cursor that is not of this archive.
            TryLater, OutOfReach: it cannot be asked now.
        """
        ...

    def saker(self, system_ids: Sequence[str]) -> tuple[Sak, ...]:
        """These cases as they are now, in the order asked for; at most 200 at once, those that do not exist left out."""
        ...


@runtime_checkable
class LiesHere(Protocol):
    """An archive that lies on this machine in the organisation's own folder, so that the robot's backup holds it too."""

    def copy_database(self, into: Path) -> Iterator[tuple[str, int]]:
        """Lays a consistent copy of its database in the folder ``into``, while others write; yields (SHA-256, size in bytes)
        of every file the copy names."""
        ...

    def file_of(self, sha256: str) -> Path:
        """Where it keeps the file with this checksum."""
        ...


class JournalView(Protocol):
    """The public journal as the public sees it. Only read, never changed. Used from one thread at a time.

    Any method may raise ``TryLater`` or ``OutOfReach``.
    """

    @property
    def capabilities(self) -> ViewCapabilities:
        """What it can tell, stated in the open."""
        ...

    def published(self, window: Window, after: Cursor | None) -> PublishedPage:
        """One page of a window in stable order, from its start (None) or from ``next`` of the page before.

        Every entry that lies in the window when it is begun, and is not changed meanwhile, comes at least once. A cursor
        goes with the window it was given for, and with any view of the same settings.

        Raises:
            StaleCursor: the cursor is not (or no longer) known; begin the window anew.
        """
        ...

    def document(self, ref: DocumentRef, into: Spool) -> DocumentAnswer:
        """Streams one published file into the spool, bounded by its limit; or says why there is none for good."""
        ...

    def close(self) -> None:
        """Lets go of connections and files; the object is not used again."""
        ...


@runtime_checkable
class LooksUpEntries(Protocol):
    """A view that can be asked for one entry."""

    def entry(self, key: str) -> PublishedEntry | None:
        """The entry with this id of the view's own or this systemID, as the public has it now; None: not published."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file to send along: safe display name, media type, bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail to be sent. ``message_id`` is made from our key, so that a repeat is the same mail to the receiver.

    CR or LF in a header value is refused. ``auto_submitted`` marks it so that no robot answers (RFC 3834).
    """

    to: tuple[str, ...]
    subject: str
    text: str
    message_id: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    auto_submitted: str = "auto-generated"


class Mailer(Protocol):
    """Sends mail. A repeat after ``MaybeDone`` carries the same Message-ID."""

    def send(self, mail: Mail) -> Done:
        """Hands the mail to the server; ``Done.system_id`` is the Message-ID.

        Raises:
            NeedsHuman: refused for good (5xx; a header with a line break).
            MaybeDone: the connection broke after the end of the data was sent.
            TryLater, OutOfReach: not sent.
        """
        ...

    def close(self) -> None:
        """Lets go of the connection."""
        ...


class Scanner(Protocol):
    """Looks for viruses. Used from several threads at once."""

    def scan(self, path: Path) -> ScanResult:
        """What is in a file. Whatever goes wrong is *not scanned*, with why; it never raises for that."""
        ...

    def version(self) -> SignatureVersion:
        """Which signatures it looks with.

        Raises:
            OutOfReach: it does not answer.
        """
        ...

    def ping(self) -> None:
        """Asks whether it is there.

        Raises:
            OutOfReach: it is not.
        """
        ...

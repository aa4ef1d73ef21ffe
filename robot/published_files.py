"""One published file as the journal check wants it (PJ-H01, H02, H06, H07): fetched, read and looked through in the sandbox.

Nothing is kept: the bytes lie in a folder of the caller's while they are read, and are gone when the answer is given.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from connectors.contract import JournalView
from models.post import Spool, SpooledDocument
from models.published import NoFile, NoFileWhy, PublishedFile
from models.reading import ReadPost
from models.reasons import ReasonCode
from robot.reading.dispatch import InputDocument, ReadingRoom
from robot.reading.leaks.leak import Leak
from robot.reading.leaks.room import leaks_in

_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM = 5
_LEAST_WORDS = 2
_ENOUGH_TEXT = 300
_COMMON = frozenset(
    "brev svar søknad saken vedtak vedlegg kommune kommunen dokument notat melding angående vedrørende oversendelse".split()
)


class FileFault(StrEnum):
    """What is wrong with a published file itself (PJ-H06). Values go to findings.

    OTHER_TITLE: no word of the title stands on the first page, which has enough of them. OTHER_BYTES: the checksum told is
    not that of the file.
    """

    DEAD = "doed_lenke"
    SHUT = "stengt"
    ELSEWHERE = "lenke_ut"
    TOO_LARGE = "for_stor"
    EMPTY = "tom_fil"
    ENCRYPTED = "passord"
    UNREADABLE = "kan_ikke_leses"
    OTHER_BYTES = "annen_sjekksum"
    OTHER_TITLE = "annen_tittel"


_OF_MISSING = {
    NoFileWhy.GONE: FileFault.DEAD,
    NoFileWhy.REFUSED: FileFault.SHUT,
    NoFileWhy.ELSEWHERE: FileFault.ELSEWHERE,
    NoFileWhy.TOO_LARGE: FileFault.TOO_LARGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSeen:
    """What one published file holds. ``text`` is its text layer, OCR and files within, covered or not; ``leaks`` what is not
    seen on the page, or stands beside it.

    ``whole``: everything was read; else something may stand there that nobody has looked at.
    """

    file: PublishedFile
    missing: NoFile | None = None
    faults: tuple[FileFault, ...] = ()
    text: str = field(default="", repr=False)
    leaks: tuple[Leak, ...] = ()
    whole: bool = True

    @property
    def codes(self) -> tuple[str, ...]:
        """The kinds of fake redactions, each once (PJ-H02)."""
        return tuple(dict.fromkeys(leak.kind.value for leak in self.leaks if leak.fake_redaction))

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """(place, text) of everything the detectors are to see (PJ-H01); for them only."""
        shown = (("tekst", self.text),) if self.text else ()
        return (*shown, *((leak.kind.value, leak.text) for leak in self.leaks if leak.text))


def read_published(
    view: JournalView,
    file: PublishedFile,
    *,
    room: ReadingRoom,
    folder: Path,
    title: str = "",
    limit_bytes: int = 150 * 2**20,
) -> FileSeen:
    """Fetches one file and looks it through. ``title``: the document's public title, to hold against the first page.

    Raises:
        TryLater, OutOfReach: the view or the sandbox cannot be asked now.
    """
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="fil-", dir=folder))
    try:
        answer = view.document(file.ref, Spool(work, limit_bytes=limit_bytes))
        if isinstance(answer, NoFile):
            return FileSeen(file=file, missing=answer, faults=(_OF_MISSING[answer.why],), whole=False)
        if answer.size_bytes == 0:
            return FileSeen(file=file, faults=(FileFault.EMPTY,), whole=False)
        return _looked_through(file, answer, title, room, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _looked_through(
    file: PublishedFile, fetched: SpooledDocument, title: str, room: ReadingRoom, work: Path
) -> FileSeen:
    document = InputDocument(
        path=fetched.path, name=file.ref.name or fetched.name, media_type=fetched.media_type, sha256=fetched.sha256
    )
    (work / "deler").mkdir()
    post = room.read([document], work / "deler").post
    inspection = leaks_in(room, fetched.path, into=work / "lekk")
    faults = [*_file_faults(file, fetched, post), *_title_fault(title, post)]
    return FileSeen(
        file=file,
        faults=tuple(dict.fromkeys(faults)),
        text="\n".join(part.text for part in post.parts if part.text),
        leaks=inspection.leaks,
        whole=not post.unread and inspection.reason is None,
    )


def _file_faults(file: PublishedFile, fetched: SpooledDocument, post: ReadPost) -> Iterable[FileFault]:
    if file.sjekksum and file.sjekksum_algoritme.replace("-", "").upper() == "SHA256":
        if file.sjekksum.lower() != fetched.sha256:
            yield FileFault.OTHER_BYTES
    reason = post.main.reason
    if reason is ReasonCode.ENCRYPTED:
        yield FileFault.ENCRYPTED
    elif reason is not None:
        yield FileFault.UNREADABLE


def _title_fault(title: str, post: ReadPost) -> Iterable[FileFault]:
    """A file whose first page has nothing of its title is likely another file; masked and common words do not count."""
    words = {word[:_STEM] for word in map(str.casefold, _WORD.findall(title)) if word not in _COMMON}
    first = post.main.pages[0].text.casefold() if post.main.pages else ""
    if len(words) >= _LEAST_WORDS and len(first) >= _ENOUGH_TEXT and not any(word in first for word in words):
        yield FileFault.OTHER_TITLE

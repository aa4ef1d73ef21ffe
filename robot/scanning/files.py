"""Files through the reading sandbox, and everything in them through the detectors."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.reading import ReadPart, ReadPost
from robot.reading.dispatch import InputDocument, ReadingRoom
from rules.detectors.full import detect_all
from rules.detectors.kinds import Detected, Names, Own, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding with where in the file: ``part`` is a name within it (empty for the file itself), ``where`` which of its texts.

    ``where`` is «tekst», «filnavn», «emne» or «skjema». ``page`` counts from 1, 0 where there are no pages. Offsets are of
    that page's, name's or field's own text.
    """

    part: str
    where: str
    page: int
    detected: Detected


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """One file. ``unread`` are parts that could not be read, each with its reason code: nothing is known of them."""

    file: Path
    found: tuple[Found, ...]
    unread: tuple[tuple[str, str], ...]


def every_file(paths: Sequence[Path]) -> Iterator[Path]:
    """The files themselves, and those in folders and below, by name; links out of a folder are not followed."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                file = Path(folder) / name
                if file.is_file() and not file.is_symlink():
                    yield file


def scan_file(room: ReadingRoom, file: Path, *, place: Place, names: Names | None, own: Own) -> Scanned:
    """Reads one file and looks through all its texts.

    Raises:
        OSError: the file cannot be opened.
        TryLater: the sandbox is down.
    """
    # The sandbox is handed open files; one that cannot be opened is told of here, by its own error.
    with file.open("rb"):
        pass
    with tempfile.TemporaryDirectory(prefix="postrobot-scan-") as folder:
        into = Path(folder) / "parts"
        into.mkdir()
        read = room.read([InputDocument(path=file, name=file.name, media_type="")], into).post
    pieces = list(_pieces(read, place))
    answers: list[tuple[Detected, ...]] = [()] * len(pieces)
    for kind in Place:
        chosen = [n for n, piece in enumerate(pieces) if piece[4] is kind]
        for n, several in zip(
            chosen, detect_all([pieces[n][3] for n in chosen], place=kind, names=names, own=own), strict=True
        ):
            answers[n] = several
    found = [
        Found(part=part, where=where, page=page, detected=one)
        for (part, where, page, _, _), several in zip(pieces, answers, strict=True)
        for one in several
    ]
    return Scanned(file=file, found=tuple(found), unread=tuple(_unread(read)))


def _pieces(read: ReadPost, place: Place) -> Iterator[tuple[str, str, int, str, Place]]:
    for part in read.parts:
        name = "" if part is read.main else part.name
        yield name, "filnavn", 0, part.name, Place.TITLE
        for number, page in enumerate(part.pages, start=1):
            yield name, "tekst", number if len(part.pages) > 1 else 0, page.text, place
    for message in read.messages:
        yield "", "emne", 0, message.subject, Place.TITLE
    for field, value in read.forms.items():
        yield field, "skjema", 0, f"{field.rpartition('.')[2]}: {value}", place


def _unread(read: ReadPost) -> Iterator[tuple[str, str]]:
    for part in read.unread:
        yield ("" if part is read.main else part.name), _why(part)


def _why(part: ReadPart) -> str:
    if part.reason is not None:
        return part.reason.value
    return next((page.reason.value for page in part.pages if page.reason is not None), "")

"""One published file, fetched and looked through: what it shows, what it gives away, and what is wrong with it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.testing.journal_lab import FIRST, sample
from connectors.testing.memory_journal import MemoryJournal, MemoryLab
from models.errors import TryLater
from models.published import NoFileWhy, PublishedFile
from robot.published_files import FileFault, FileSeen, read_published
from robot.reading.dispatch import ReadingRoom
from robot.reading.leaks.leak import LeakKind
from tests.support.leaky import LEAKY, SECRET, burnt, letter


def laid(content: bytes | None) -> tuple[MemoryJournal, PublishedFile]:
    lab = MemoryLab()
    lab.publish(sample(1, files=(content,)), FIRST)
    view = lab.connect()
    return view, view.shelf.entries[0].dokumenter[0].filer[0]


def seen(content: bytes | None, room: ReadingRoom, folder: Path, **more: object) -> FileSeen:
    view, file = laid(content)
    return read_published(view, file, room=room, folder=folder, **more)  # type: ignore[arg-type]


def test_what_it_shows_and_what_it_gives_away_are_told_apart(reading_room: ReadingRoom, tmp_path: Path) -> None:
    told = seen(LEAKY["author"].make(), reading_room, tmp_path)
    assert "Kommunen har mottatt" in told.text
    assert SECRET not in told.text
    assert (LeakKind.METADATA.value, SECRET) in told.texts
    assert () == told.codes
    assert (LeakKind.COVERED.value,) == seen(LEAKY["black_box"].make(), reading_room, tmp_path).codes


def test_nothing_of_it_is_left_or_shown_by_accident(reading_room: ReadingRoom, tmp_path: Path) -> None:
    told = seen(LEAKY["black_box"].make(), reading_room, tmp_path)
    assert SECRET in told.text
    assert "Hemmelig" not in repr(told)
    assert [] == list(tmp_path.iterdir())


def test_a_scan_is_read_by_ocr(reading_room: ReadingRoom, tmp_path: Path) -> None:
    told = seen(burnt(), reading_room, tmp_path)
    assert "Kommunen" in told.text
    assert () == told.codes


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, FileFault.DEAD),
        (b"", FileFault.EMPTY),
        (b"%PDF-1.7\nikke en PDF", FileFault.UNREADABLE),
        (b"x" * 5000, FileFault.TOO_LARGE),
    ],
)
def test_what_is_wrong_with_the_file_itself(
    content: bytes | None, fault: FileFault, reading_room: ReadingRoom, tmp_path: Path
) -> None:
    told = seen(content, reading_room, tmp_path, limit_bytes=4000)
    assert (fault,) == told.faults
    assert not told.whole
    assert (told.missing is not None) == (fault in (FileFault.DEAD, FileFault.TOO_LARGE))
    if told.missing is not None:
        assert told.missing.why in (NoFileWhy.GONE, NoFileWhy.TOO_LARGE)


def test_other_bytes_than_the_journal_tells(reading_room: ReadingRoom, tmp_path: Path) -> None:
    content = letter(lambda made: None)
    view, file = laid(content)
    right = replace(file, sjekksum=hashlib.sha256(content).hexdigest().upper(), sjekksum_algoritme="SHA-256")
    assert () == read_published(view, right, room=reading_room, folder=tmp_path).faults
    wrong = replace(right, sjekksum="0" * 64)
    assert (FileFault.OTHER_BYTES,) == read_published(view, wrong, room=reading_room, folder=tmp_path).faults


@pytest.mark.parametrize(
    ("title", "faults"),
    [
        ("Kommunens behandling av søknaden", ()),
        ("Reguleringsplan Storåsen, offentlig ettersyn", (FileFault.OTHER_TITLE,)),
        ("Søknad fra *****", ()),
        ("", ()),
    ],
)
def test_a_file_that_says_nothing_of_its_title(
    title: str, faults: tuple[FileFault, ...], reading_room: ReadingRoom, tmp_path: Path
) -> None:
    assert faults == seen(letter(lambda made: None), reading_room, tmp_path, title=title).faults


def test_a_view_that_is_away_leaves_nothing_behind(reading_room: ReadingRoom, tmp_path: Path) -> None:
    view, file = laid(b"x")
    view.failures = [TryLater("senere", after_s=1)]
    with pytest.raises(TryLater):
        read_published(view, file, room=reading_room, folder=tmp_path)
    assert [] == list(tmp_path.iterdir())

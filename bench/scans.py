"""OCR of scanned pages: the reading room against two bare loops on the same pages, languages and resolution."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import letters
from bench.figure import Figure

AT_LEAST = 0.90
LOOPS = 2
DPI = 300
LANGUAGES = "nor+eng"


def measure(folder: Path, pages: int) -> Iterator[Figure]:
    """Bare, room, room, bare: so that a machine that warms up or grows busy treats both alike."""
    path = letters.scanned(pages, folder)
    bare, room = [_bare(path, pages)], []
    for turn in range(2):
        into = folder / f"lest-{turn}"
        into.mkdir()
        room.append(_room(path, pages, into))
    bare.append(_bare(path, pages))
    yield Figure(
        name="OCR: sider i sekundet",
        value=2 * pages / sum(room),
        unit="1/s",
        reference=2 * pages / sum(bare),
        limit=AT_LEAST,
        of_ratio=True,
        at_least=True,
        note=f"{pages} skannede sider, {DPI} dpi, {LANGUAGES}, {len(os.sched_getaffinity(0))} kjerner; mot {LOOPS} rene løkker "
        "(pypdfium2 + tesseract) med samme nice",
    )


def _room(path: Path, pages: int, into: Path) -> float:
    from robot.reading.contract import Limits
    from robot.reading.dispatch import InputDocument, ReadingRoom

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    document = InputDocument(path=path, name="skann.pdf", media_type="application/pdf", sha256=digest)
    with ReadingRoom(limits=Limits(ocr_dpi=DPI, ocr_languages=LANGUAGES)) as room:
        start = time.perf_counter()
        reading = room.read([document], into)
        seconds = time.perf_counter() - start
    read = [page for page in reading.post.main.pages if page.source == "ocr" and len(page.text) > 200]
    if len(read) != pages:
        raise RuntimeError(f"only {len(read)} of {pages} pages read")
    return seconds


def _bare(path: Path, pages: int) -> float:
    """The loops are started first and timed from the word «go», as the room is warm too."""
    command = [sys.executable, "-m", "bench.bare_ocr", str(path), str(DPI), LANGUAGES]
    root = Path(__file__).resolve().parents[1]
    loops = [
        subprocess.Popen(
            [*command, *map(str, range(first, pages, LOOPS))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
        )
        for first in range(LOOPS)
    ]
    for loop in loops:
        assert loop.stdout is not None
        loop.stdout.readline()
    start = time.perf_counter()
    for loop in loops:
        assert loop.stdin is not None
        loop.stdin.write(b"go\n")
        loop.stdin.flush()
    codes = [loop.wait() for loop in loops]
    seconds = time.perf_counter() - start
    if any(codes):
        raise RuntimeError("a bare loop failed")
    return seconds

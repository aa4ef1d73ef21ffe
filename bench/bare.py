"""The bare parts of intake, one after another in one thread: what nobody could do without."""

from __future__ import annotations

import email
import email.policy
import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.testing.dovecot import Dovecot

_BATCH = 50


@dataclass(slots=True)
class Bare:
    """Seconds of each part, by its name."""

    seconds: dict[str, float] = field(default_factory=dict)

    def timed(self, name: str, work: Callable[[], None]) -> None:
        """Runs a part and notes how long it took."""
        start = time.perf_counter()
        work()
        self.seconds[name] = time.perf_counter() - start

    @property
    def total(self) -> float:
        """All parts."""
        return sum(self.seconds.values())


def fetch(server: Dovecot, user: str) -> list[bytes]:
    """Every message of the mailbox, in batches, without setting a flag."""
    client = server.client(user)
    try:
        client.select_folder("INBOX", readonly=True)
        uids = sorted(client.search(["UNDELETED"]))
        found = []
        for first in range(0, len(uids), _BATCH):
            told = client.fetch(uids[first : first + _BATCH], ["BODY.PEEK[]", "RFC822.SIZE", "INTERNALDATE"])
            found += [told[uid][b"BODY[]"] for uid in uids[first : first + _BATCH]]
        return found
    finally:
        client.logout()


def parse(messages: Sequence[bytes]) -> list[bytes]:
    """MIME parsing by the standard library; returns the PDFs."""
    pdfs = []
    for raw in messages:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        for part in message.walk():
            if not part.is_multipart():
                content = part.get_content()
                if part.get_content_type() == "application/pdf":
                    pdfs.append(content)
    return pdfs


def pdf_text(pdfs: Sequence[bytes]) -> int:
    """The text of every page by PDFium; returns its length."""
    import pypdfium2

    chars = 0
    for content in pdfs:
        document = pypdfium2.PdfDocument(content)
        for page in document:
            text = page.get_textpage()
            chars += len(text.get_text_range())
            text.close()
            page.close()
        document.close()
    return chars


def commits(file: Path, count: int) -> None:
    """As many durable transactions (WAL, FULL), each of one small row."""
    db = sqlite3.connect(file, isolation_level=None)
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, key TEXT UNIQUE, value TEXT)")
        for number in range(count):
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT INTO row (key, value) VALUES (?, ?)", (f"pr-{number:026d}", "x" * 400))
            db.execute("COMMIT")
    finally:
        db.close()


def barriers(folder: Path, files: Sequence[bytes], *, robot: int, archive: int) -> None:
    """``robot`` barriers as pairs (file written, fsync, rename, fsync of the folder) and ``archive`` ones as
    (hard link, fsync of the folder), over files of the same sizes, in 256 folders as the robot has them."""
    for side in ("r", "a"):
        for n in range(256):
            (folder / side / f"{n:02x}").mkdir(parents=True)
    kept: list[Path] = []
    for number in range(robot // 2):
        content = files[number % len(files)]
        target = folder / "r" / f"{number % 256:02x}" / hashlib.sha256(b"%d" % number).hexdigest()
        temporary = folder / f"{number}.part"
        with temporary.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        temporary.rename(target)
        _sync(target.parent)
        kept.append(target)
    for number in range(archive):
        source = kept[number % len(kept)]
        shard = folder / "a" / f"{number % 256:02x}"
        os.link(source, shard / f"{number}-{source.name}")
        _sync(shard)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

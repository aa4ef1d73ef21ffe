"""An installation that registers everything readable in one case, hostile post for it, and what became of each piece."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

from connectors.arkiv.archive import EmbeddedArchive
from models.archive import JournalpostView, JournalQuery
from models.post import Post
from models.reading import PartKind, ReadPost
from models.store.codec import unpack
from robot import build
from robot.init import init
from robot.load_config import load_settings

ROOT = Path(__file__).resolve().parents[2]
CONTROL = "Kontrollbrev"
CASE = "Post til prøve"
RULES = f"""\
språk: 1
regler:
  - regel: alt-som-kan-leses
    navn: Alt som kan leses, registreres i én sak
    prioritet: -100
    modus: forslag
    eier: arkiv
    hvorfor: Prøve. Det som andre regler ikke tar, skal likevel ende i journalen.
    hvis: {{kanal: {{finnes: ja}}}}
    så:
      sak: {{samlesak: "{CASE}", ny: {{enhet: ARKIV, tilgang: åpen}}}}
      journalpost: {{type: I, tittel: "{{emne}}", tilgang: åpen}}
      fordel_til: ARKIV
    eksempler:
      treffer:
        - {{emne: Hei, kanal: epost, gir: {{sak: {CASE}, tittel: Hei}}}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What must become of one piece. ``outcome`` is archived, set_aside, dismissed, or either: any of the three.

    ``text`` must be in what was read, where it was read, and ``never`` in nothing; ``parts`` is the exact count of
    attachments or members, or None; ``reason`` the reason code when it is set aside, or empty for any.
    """

    name: str
    outcome: str
    text: str = ""
    never: str = ""
    parts: int | None = None
    reason: str = ""
    content: bytes = field(repr=False, default=b"")

    def broken_by(self, end: str, row: Mapping[str, Any]) -> str:
        """What is wrong with how it ended, or an empty text."""
        allowed = {"archived", "set_aside", "dismissed"} if self.outcome == "either" else {self.outcome}
        if end not in allowed:
            return f"{self.name}: {end} {row['reason'] or ''} {row['rule'] or ''} {row['detail']!r}, not {self.outcome}"
        if end == "archived" and (row["journalstatus"] != "M" or row["saktittel"] != CASE):
            return f"{self.name}: status {row['journalstatus']} in «{row['saktittel']}»"
        if end == "set_aside" and (not row["reason"] or not row["detail"]):
            return f"{self.name}: set aside without a reason and a sentence"
        if end == "set_aside" and self.reason and row["reason"] != self.reason:
            return f"{self.name}: {row['reason']}, not {self.reason}"
        return ""


def shared_promises(hostile: Path, kinds: Iterable[str] = ()) -> list[Promise]:
    """The promises of ``manifest.csv`` in the shared folder, all kinds or some, with the files' content."""
    chosen = frozenset(kinds)
    with (hostile / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not chosen or row["kind"] in chosen]
    return [_promise(row, (hostile / row["file"]).read_bytes()) for row in rows]


def _promise(row: Mapping[str, str], content: bytes) -> Promise:
    # Only what a person wrote is exact; counts that other parsers measured are held by the readers' own tests.
    stated = row["expected"] if row["basis"] == "stated" else ""
    counted = re.search(r"parsed: (\d+) (?:attachments|members)", stated)
    text = "Synlig tekst" if "Synlig tekst" in stated and row["outcome"] == "archived" else ""
    return Promise(
        name=row["file"],
        outcome=row["outcome"],
        text=text,
        parts=int(counted.group(1)) if counted else None,
        content=content,
    )


def made_promises(made: Iterable[Any], folder: Path) -> list[Promise]:
    """The promises of ``tests/data/make_hostile.py``, whose files lie in ``folder``."""
    return [
        Promise(
            name=one.name,
            outcome=one.outcome,
            text=one.text,
            never=one.never,
            reason=one.reason,
            content=(folder / one.name).read_bytes(),
        )
        for one in made
    ]


def canonical(content: bytes) -> tuple[str, ...]:
    """A mail as reliability.md section 4 compares it, made by other means than the product's; empty without Message-ID."""
    text = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    head, _, body = text.partition(b"\n\n")
    headers = message_from_bytes(head + b"\n\n")
    if "message-id" not in headers:
        return ()
    named = (" ".join(str(headers.get(name, "")).split()) for name in ("from", "to", "date", "message-id", "subject"))
    return (*named, body.rstrip(b"\n").decode("latin-1"))


def control_letter(number: int) -> bytes:
    """A clean letter; no two are alike."""
    return (
        f"From: Kari Nordmann <kari{number}@borger.example>\r\nTo: post@kommune.example\r\n"
        f"Subject: {CONTROL} {number}\r\nMessage-ID: <kontroll-{number}@borger.example>\r\n"
        "Date: Mon, 15 Jun 2026 10:00:00 +0200\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"Hei! Dette er kontrollbrev nummer {number}, og det skal journalføres.\r\nHilsen Kari\r\n"
    ).encode()


@contextmanager
def room_for_state(otherwise: Path) -> Iterator[Path]:
    """A folder in memory where there is room for it (a barrier costs nothing there), else ``otherwise``."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    if not (memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 6 * 1024**3):
        yield otherwise
        return
    folder = Path(tempfile.mkdtemp(prefix="postrobot-hostile-", dir=memory))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class House:
    """One installation as ``postrobot init`` makes it, with the rule above as its own layer; run by the real command."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> House:
        """Makes the installation in ``folder``, which may exist."""
        made = init(folder, example=False, now=lambda: datetime.now(UTC))
        (made.folder / "regler" / "alt.yaml").write_text(RULES, encoding="utf-8")
        text = made.config.read_text(encoding="utf-8")
        made.config.write_text(text.replace("[robot]\n", '[robot]\ntraader = 4\nloggnivaa = "warning"\n', 1), "utf-8")
        return cls(folder=made.folder)

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "config.toml"

    def lay(self, promises: Sequence[Promise]) -> None:
        """Lays the pieces in the watched folder, oldest first, a control letter behind each."""
        inbox = self.folder / "inn"
        for number, promise in enumerate(promises):
            _drop(inbox / promise.name, promise.content, 2 * number)
            _drop(inbox / control_name(number), control_letter(number), 2 * number + 1)

    def command(self, *arguments: str) -> str:
        """Runs ``postrobot`` on this installation and returns what it printed.

        Raises:
            RuntimeError: it did not end with 0, with what it said.
        """
        command = [sys.executable, "-m", "robot", "--config", str(self.config), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{arguments}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    def run(self) -> dict[str, Any]:
        """``run --once --json``."""
        counts: dict[str, Any] = json.loads(self.command("run", "--once", "--json"))
        return counts

    def rows(self) -> list[dict[str, Any]]:
        """Every post, as ``list --json`` shows it."""
        return [json.loads(line) for line in self.command("list", "--json").splitlines()]

    def verify(self) -> dict[str, Any]:
        """``verify --json``."""
        answer: dict[str, Any] = json.loads(self.command("verify", "--json"))
        return answer

    def read_as(self, ids: Iterable[str]) -> dict[str, ReadPost]:
        """How each post was read, from the store."""
        with self._store() as store, store.read() as reads:
            return {one: _reading(reads, reads.post(one)) for one in ids}

    def originals(self) -> dict[str, str]:
        """The SHA-256 of every post's (first) document, by the post's id."""
        with self._store() as store, store.read() as reads:
            return {row["id"]: reads.post(row["id"]).documents[0].sha256 for row in reads.rows()}

    def entries(self) -> list[JournalpostView]:
        """Every journalpost in the archive."""
        archive = self._archive()
        try:
            found: list[JournalpostView] = []
            after: str | None = None
            while True:
                page = archive.journalposter(JournalQuery(), after)
                found += page.entries
                if page.next is None:
                    return found
                after = page.next
        finally:
            archive.close()

    @contextmanager
    def _store(self) -> Iterator[Any]:
        settings = load_settings(self.config, environ={}, need_secrets=False)
        (name,) = settings.organisasjon
        store = build.store(settings, name, now=lambda: datetime.now(UTC))
        try:
            yield store
        finally:
            store.close()

    def _archive(self) -> EmbeddedArchive:
        (state,) = (path for path in (self.folder / "state").iterdir() if path.is_dir())
        return EmbeddedArchive(state, now=lambda: datetime.now(UTC))


def control_name(number: int) -> str:
    """The path of a control letter in the watched folder."""
    return f"kontroll/{number:04}.eml"


def _drop(path: Path, content: bytes, age: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    at = 1_780_000_000 + age
    os.utime(path, (at, at))


def _reading(reads: Any, post: Post | None) -> ReadPost:
    assert post is not None
    raw = reads.memo(post.documents[0].sha256, 0, "post", str(post.seq))
    assert raw is not None, post.id
    return unpack(raw, ReadPost)


def end_of(row: Mapping[str, Any]) -> str:
    """Where a post ended, in the manifest's words (a duplicate is dismissed)."""
    if row["state"] != "done":
        return str(row["state"])
    return "dismissed" if row["outcome"] == "duplicate" else str(row["outcome"])


ATTACHED = {PartKind.ATTACHMENT, PartKind.INLINE, PartKind.MESSAGE, PartKind.MEMBER}


def misread(promise: Promise, read: ReadPost) -> str:
    """What is wrong with how a piece was read, or an empty text."""
    said = "\n".join(part.text for part in read.parts)
    if promise.text and read.main.reason is None and promise.text not in said:
        return f"{promise.name}: «{promise.text}» was not read"
    if promise.never and promise.never in said:
        return f"{promise.name}: «{promise.never}» was read"
    parts = sum(part.kind in ATTACHED for part in read.parts)
    if promise.parts is not None and read.main.reason is None and parts != promise.parts:
        return f"{promise.name}: {parts} parts, not {promise.parts}"
    return ""


def table(pairs: Iterable[tuple[Promise, Mapping[str, Any]]]) -> str:
    """The counts a person wants to see: promised, ended, reason."""
    counts = Counter((promise.outcome, end_of(row), row["reason"] or "") for promise, row in pairs)
    head = f"{'promised':<10} {'ended':<10} {'reason':<18} posts"
    return "\n".join([head, *(f"{p:<10} {e:<10} {r:<18} {n:>5}" for (p, e, r), n in sorted(counts.items()))])


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A run that is done: the pieces with the rows of theirs, and the control letters' rows, in the order sent."""

    house: House
    pieces: tuple[tuple[Promise, dict[str, Any]], ...]
    controls: tuple[dict[str, Any], ...]
    counts: dict[str, Any]
    seconds: float

    def report(self) -> str:
        """What the run did, for people."""
        return f"\n{self.counts}\n{table(self.pieces)}\ncontrol letters journaled: {self.controls_journaled()}"

    def controls_journaled(self) -> int:
        """How many control letters are in the journal."""
        return sum(end_of(row) == "archived" for row in self.controls)

    def faults(self, *, excepted: Iterable[str] = (), twins: Iterable[frozenset[str]] = ()) -> list[str]:
        """Pieces that did not end as promised.

        A mail whose letter was journaled already under another name is rightly a duplicate, whatever its manifest says of
        it alone; ``twins`` names files that are one letter in a format that :func:`canonical` cannot compare.
        """
        told = [(promise, row) for promise, row in self.pieces if promise.name not in excepted]
        letters = {
            promise.name: next((pair for pair in twins if promise.name in pair), canonical(promise.content))
            for promise, _ in told
        }
        names: dict[object, set[str]] = {}
        for name, letter in letters.items():
            if letter:
                names.setdefault(letter, set()).add(name)
        kept: dict[object, int] = dict.fromkeys(names, 0)
        wrong = []
        for promise, row in told:
            letter: object = letters[promise.name]
            several = len(names.get(letter, ())) > 1
            # One that cannot be read whole is never dismissed, not even as a duplicate: it goes to a person.
            again = row["outcome"] == "duplicate" or (
                row["rule"] == "sikkert-duplikat" and row["reason"] == "part_unread"
            )
            if not (several and again):
                wrong.append(promise.broken_by(end_of(row), row))
            if row["outcome"] == "duplicate" and not several:
                wrong.append(f"{promise.name}: taken for a duplicate, and no other is the same letter")
            if letter and not again:
                kept[letter] += 1
        wrong += [f"{sorted(names[letter])}: all taken for duplicates" for letter, count in kept.items() if not count]
        return [fault for fault in wrong if fault]

    def misread(self) -> list[str]:
        """Pieces that were not read as promised."""
        read = self.house.read_as(row["id"] for _, row in self.pieces)
        return [fault for promise, row in self.pieces if (fault := misread(promise, read[row["id"]]))]

    def doubled(self) -> list[str]:
        """Journalposter that are there twice or belong to no post, and posts without theirs."""
        rows = [row for _, row in self.pieces] + list(self.controls)
        want = Counter(row["journalpost"] for row in rows if row["outcome"] == "archived")
        have = Counter(entry.number for entry in self.house.entries())
        return [
            f"{number}: {have[number]}, not {want[number]}" for number in want | have if have[number] != want[number]
        ]


def rerun(trial: Trial) -> list[str]:
    """What a second run changed; it must be nothing."""
    entries, rows = len(trial.house.entries()), trial.house.rows()
    done = trial.house.run()
    wrong = [
        f"{name}: {done[name]}" for name in ("collected", "archived", "dismissed", "set_aside", "failed") if done[name]
    ]
    if len(trial.house.entries()) != entries:
        wrong.append("the archive has changed")
    if trial.house.rows() != rows:
        wrong.append("the list of posts has changed")
    return wrong


def load_made(folder: Path) -> list[Promise]:
    """Makes the files of ``tests/data/make_hostile.py`` in ``folder`` and gives their promises."""
    spec = importlib.util.spec_from_file_location("make_hostile", ROOT / "tests/data/make_hostile.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_hostile"] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return made_promises(module.make_hostile(folder), folder)

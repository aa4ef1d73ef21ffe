"""The robot's side of :mod:`connectors.testing.far_server`: an archive and a source reached over a Unix socket."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from connectors.contract import Archive, Source
from connectors.settings import ArchiveSettings, SourceSettings, Surroundings
from connectors.testing.far_server import Manners
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
from models.errors import AlreadyDone, MaybeDone, NeedsHuman, OutOfReach, TryLater
from models.omsorg import Sak, SakPage
from models.post import Envelope, Fetched, Locator, Offer, Outcome, Spool, SpoolLimit
from models.reasons import ReasonCode

ROOT = Path(__file__).resolve().parents[2]


class NoAnswer(Exception):
    """The server hung, broke the connection or answered nothing that can be used: what it did is not known."""


class Line:
    """Requests to one room; each thread has a connection of its own, since a hanging answer must not hold up the others."""

    def __init__(self, socket: Path, room: str, *, patience_s: float = 60.0) -> None:
        self._socket, self._room, self._patience_s = socket, room, patience_s
        self._local = threading.local()
        self._numbers = itertools.count(1)

    def ask(self, verb: str, *arguments: object) -> Any:
        """The answer's value.

        Raises:
            NoAnswer: it is not known what became of it.
            OutOfReach: nothing took effect.
            AlreadyDone, NeedsHuman: as the archive says.
        """
        connection = self._connection()
        number = next(self._numbers)
        try:
            connection.send((number, self._room, verb, arguments))
            answer = self._receive(connection, number)
        except (OSError, EOFError, NoAnswer) as lost:
            self.hang_up()
            raise NoAnswer(verb) from lost
        match answer:
            case ("ok", value):
                return value
            case ("already", reference, text):
                raise AlreadyDone(str(text), reference=reference)
            case ("human", reason, detail):
                raise NeedsHuman(ReasonCode(str(reason)), str(detail))
            case ("down",):
                raise OutOfReach("den andre siden svarer ikke", connection="arkiv")
            case _:
                raise NoAnswer(verb)

    def _receive(self, connection: Connection[Any, Any], number: int) -> tuple[object, ...]:
        while connection.poll(self._patience_s):
            told: tuple[object, ...] = connection.recv()
            if told[0] == number:  # else an earlier answer said twice
                return told[1:]
        raise NoAnswer(number)

    def _connection(self) -> Connection[Any, Any]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            try:
                connection = Client(str(self._socket), family="AF_UNIX")
            except OSError as down:
                raise OutOfReach("den andre siden er nede", connection="arkiv") from down
            self._local.connection = connection
        return connection

    def hang_up(self) -> None:
        """Closes this thread's connection; the next request makes a new one."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None


class FarArchive:
    """Keeps the contract :class:`connectors.contract.Archive`."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._capabilities: ArchiveCapabilities | None = None

    @property
    def capabilities(self) -> ArchiveCapabilities:
        """As the server says."""
        if self._capabilities is None:
            self._capabilities = self._calm("capabilities")
        return self._capabilities

    def submit(self, write: ArchiveWrite, key: OurKey) -> Done | Pending:
        """See the contract."""
        try:
            done: Done | Pending = self._line.ask("submit", write, key)
        except NoAnswer as lost:
            raise MaybeDone("arkivet svarte ikke", key=key) from lost
        return done

    def outcome(self, key: OurKey) -> Done | Pending | Absent | CannotTell:
        """See the contract."""
        found: Done | Pending | Absent | CannotTell = self._calm("outcome", key)
        return found

    def find_saksmapper(self, query: SakQuery) -> Iterator[Saksmappe]:
        """See the contract."""
        return iter(self._calm("find_saksmapper", query))

    def journalposter(self, query: JournalQuery, after: str | None) -> JournalPage:
        """See the contract."""
        page: JournalPage = self._calm("journalposter", query, after)
        return page

    def changed_saker(self, *, since: str, after: str | None, size: int) -> SakPage:
        """See the contract."""
        page: SakPage | None = self._calm("changed_saker", since, after, size)
        if page is None:
            raise ValueError("not a mark of this archive")
        return page

    def saker(self, system_ids: Sequence[str]) -> tuple[Sak, ...]:
        """See the contract."""
        found: tuple[Sak, ...] = self._calm("saker", tuple(system_ids))
        return found

    def close(self) -> None:
        """Closes this thread's connection."""
        self._line.hang_up()

    def _calm(self, verb: str, *arguments: object) -> Any:
        try:
            return self._line.ask(verb, *arguments)
        except NoAnswer as lost:
            raise TryLater("arkivet svarte ikke", after_s=5.0) from lost


class FarSource:
    """Keeps the contract :class:`connectors.contract.Source`."""

    def __init__(self, line: Line, name: str) -> None:
        self._line, self._name = line, name

    def offers(self, limit: int) -> Iterator[Offer]:
        """See the contract."""
        yield from self._ask("offers", limit)

    def download(self, offer: Offer, into: Spool) -> Fetched:
        """See the contract."""
        told = self._ask("content", offer)
        if told is None:
            raise TryLater("Posten er borte; neste runde viser.", after_s=0)
        name, content, at = told
        try:
            with into.new(name, "message/rfc822") as writer:
                writer.write(content)
        except SpoolLimit:
            raise NeedsHuman(ReasonCode.TOO_LARGE, f"Posten er over grensen på {into.limit_bytes} byte.") from None
        return Fetched(
            source_key=offer.key,
            label=offer.label,
            locator=offer.locator,
            envelope=Envelope(received_at=at),
            documents=(writer.document,),
        )

    def take_over(self, at: Locator) -> Locator:
        """See the contract."""
        there: Locator = self._ask("take_over", dict(at))
        return there

    def settle(self, at: Locator, outcome: Outcome) -> Locator:
        """See the contract."""
        there: Locator = self._ask("settle", dict(at), outcome)
        return there

    def close(self) -> None:
        """Closes this thread's connection."""
        self._line.hang_up()

    def _ask(self, verb: str, *arguments: object) -> Any:
        """All of it may be repeated without harm, so what is not known is simply tried again."""
        try:
            return self._line.ask(verb, *arguments)
        except NoAnswer as lost:
            raise TryLater("kilden svarte ikke", after_s=5.0) from lost
        except OutOfReach as down:
            raise OutOfReach(str(down), connection=self._name) from down


class FarArchiveConfig(ArchiveSettings):
    """``type = "connectors.testing.far.FarArchiveConfig"``."""

    local: ClassVar[bool] = False

    type: str = Field(description="arkivet i en egen prosess")
    sokkel: Path = Field(description="sokkelen arkivet lytter på")
    rom: str = Field(description="navnet på rommet")
    taalmodighet_sekunder: float = Field(default=60.0, description="så lenge ventes det på svar")

    def build(self, around: Surroundings) -> Archive:
        """See the base."""
        return FarArchive(Line(self.sokkel, self.rom, patience_s=self.taalmodighet_sekunder))


class FarSourceConfig(SourceSettings):
    """``type = "connectors.testing.far.FarSourceConfig"``."""

    type: str = Field(description="kilden i en egen prosess")
    sokkel: Path = Field(description="sokkelen kilden lytter på")
    rom: str = Field(description="navnet på rommet")
    taalmodighet_sekunder: float = Field(default=60.0, description="så lenge ventes det på svar")

    def build(self, around: Surroundings) -> Source:
        """See the base."""
        return FarSource(Line(self.sokkel, self.rom, patience_s=self.taalmodighet_sekunder), around.connection)


@dataclass(slots=True)
class FarProcess:
    """A running server; ``folder`` holds its socket and the records of its rooms."""

    folder: Path
    process: subprocess.Popen[str]

    @classmethod
    def start(cls, folder: Path) -> FarProcess:
        """Starts it and waits until it listens. ``folder`` is short: a socket's path has at most 107 bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "connectors.testing.far_server", str(folder / "s"), str(folder)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        if process.stdout is None or process.stdout.readline() != "ready\n":
            process.kill()
            process.wait()
            raise ChildProcessError("the far server did not start")
        return cls(folder, process)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "s"

    def open(self, room: str, manners: Manners | None = None) -> Line:
        """A new room; a record of that name is begun anew."""
        self.record(room).unlink(missing_ok=True)
        line = Line(self.socket, room)
        line.ask("open", manners or Manners())
        return line

    def record(self, room: str) -> Path:
        """The file of all that took effect in a room."""
        return self.folder / f"{room}.jsonl"

    def lines(self, room: str) -> list[Mapping[str, Any]]:
        """The same, read."""
        path = self.record(room)
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def stop(self) -> None:
        """Ends it."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


class FarLab:
    """An archive lab (:class:`connectors.testing.archive_lab.ArchiveLab`) in a room of a running server."""

    arkivdel = "SAK"
    klasse = "000"
    kode = "UO"

    def __init__(self, folder: Path, far: FarProcess, room: str) -> None:
        self.blobs = folder / "files"
        self.blobs.mkdir()
        self._far, self._room = far, room
        self._line = far.open(room)

    def connect(self) -> FarArchive:
        """See ArchiveLab."""
        return FarArchive(Line(self._far.socket, self._room))

    def stored(self, journalpost: str) -> list[bytes]:
        """See ArchiveLab."""
        found: list[bytes] = self._line.ask("stored", journalpost)
        return found

    def wait(self, seconds: float) -> None:
        """It answers at once."""

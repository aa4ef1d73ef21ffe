"""The reading room: documents in, a :class:`~models.reading.ReadPost` out, whatever the documents do to their reader."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from models.reading import ReadPart, ReadPost
from models.reasons import ReasonCode
from robot.reading import ocr, wire
from robot.reading.attempts import Alone, Document, Tree
from robot.reading.contract import Limits
from robot.reading.harvest import bring_home, fingerprint
from robot.reading.reasons import sentence
from robot.reading.sandbox import Sandbox, TaskLimits
from robot.reading.scans import ScanRoom, Wanted
from robot.reading.tasks import DEFAULT_TOOLS, TASKS

PRELOAD = (
    "robot.reading.tasks",
    "robot.reading.ocr",
    "robot.reading.sniff",
    "robot.reading.names",
    "robot.reading.readers:preload",
    "robot.reading.pdfopen:warm_up",
    "pytesseract",
    "PIL.PpmImagePlugin",
)
"""What children are warm with. Not pdfplumber: few pages need it, and it would double the zygote."""

_OUTPUT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}\Z")
_MOST_OUTPUTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDocument:
    """A document of a post. ``name`` and ``media_type`` are as declared from outside; ``sha256`` spares us hashing."""

    path: Path
    name: str
    media_type: str
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A post as read. ``files`` tells where the bytes of each part are: documents where they were, others in ``into``.

    ``scans`` are pages (ref, number) that still wait for OCR; empty after :meth:`ReadingRoom.read`.
    """

    post: ReadPost
    files: Mapping[str, Path]
    scans: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """What a named task gave: ``value`` (JSON) and ``files`` by name, or ``reason``. ``where`` is for the log."""

    value: wire.JSON = None
    files: Mapping[str, Path] = field(default_factory=dict)
    reason: ReasonCode | None = None
    where: str = ""


class ReadingRoom:
    """Reads posts in the sandbox. Start it before the daemon's threads; then call it from as many as you like.

    ``tasks`` adds named tasks (``name → module:function``); ``preload`` and ``path`` are for the zygote; ``tools``
    replaces sniffing, naming and readers. With ``read_scans=False``, or without tesseract, scanned pages end with a
    reason each. ``slots`` is how many children work at once in each lane (default: one a core, at least two for text).
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        memo: ocr.PageMemo | None = None,
        read_scans: bool = True,
        tesseract: str = "tesseract",
        tasks: Mapping[str, str] | None = None,
        tools: Mapping[str, str] = DEFAULT_TOOLS,
        preload: Sequence[str] = PRELOAD,
        path: Sequence[Path] = (),
        slots: int | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._memo = memo
        self._read_scans = read_scans
        self._tesseract = tesseract
        self._tasks = {**TASKS, **(tasks or {})}
        self._tools = dict(tools)
        cores = len(os.sched_getaffinity(0))
        self._ocr_slots = slots or cores
        self._text_lane = threading.BoundedSemaphore(slots or max(2, cores))
        # A conversion takes longer than a letter, and nobody waits for it.
        self._task_lane = threading.BoundedSemaphore(max(1, (slots or cores) // 2))
        self._sandbox = Sandbox(preload=preload, path=path)
        self._scans: ScanRoom | None = None
        self._no_scans = "OCR er slått av i innstillingene."

    def start(self) -> None:
        """Starts the zygote and looks for tesseract.

        Raises:
            TryLater: the sandbox could not be started.
        """
        self._sandbox.start()
        if not self._read_scans:
            return
        engine, self._no_scans = ocr.find_engine(self._limits.ocr_languages, self._tesseract)
        if engine is not None:
            self._scans = ScanRoom(
                self._sandbox,
                engine,
                function=self._tasks["ocr"],
                limits=self._limits,
                slots=self._ocr_slots,
            )

    def close(self) -> None:
        """Ends the zygote and its children; readings under way end with :class:`~models.errors.TryLater`."""
        self._sandbox.close()
        if self._scans is not None:
            self._scans.close()
            self._scans = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def pids(self) -> tuple[int, ...]:
        """Process ids that live as long as the room does: the zygote's."""
        return self._sandbox.pids()

    def read(self, documents: Sequence[InputDocument], into: Path, *, memo: ocr.PageMemo | None = None) -> Reading:
        """Reads a post whole: text, then scanned pages. Extracted parts are laid in ``into``, a folder of its own.

        ``memo`` (the organisation's own) takes the place of the room's. What cannot be
        read has its reason on its part or page; nothing is raised for it.

        Raises:
            TryLater: the sandbox is down or closing; nothing has taken effect.
        """
        return self.read_pages(self.read_text(documents, into), into, memo=memo)

    def read_text(self, documents: Sequence[InputDocument], into: Path) -> Reading:
        """The first half of :meth:`read`, in a lane that never waits for OCR. ``scans`` tells what is left.

        Raises:
            TryLater: as :meth:`read`.
        """
        given = []
        for place, one in enumerate(documents):
            size, digest = fingerprint(one.path) if not one.sha256 else (one.path.stat().st_size, one.sha256)
            given.append(
                Document(
                    ref=str(place),
                    path=one.path,
                    name=one.name,
                    media_type=one.media_type,
                    size_bytes=size,
                    sha256=digest,
                )
            )
        reader = Alone(
            self._sandbox,
            self._text_lane,
            function=self._tasks["read"],
            tools=self._tools,
            limits=self._limits,
            into=into,
            deadline=time.monotonic() + 6 * self._limits.wall_s,
        )
        tree = Tree()
        for start in range(0, len(given), wire.DOCUMENTS_PER_CHILD):
            tree = tree.joined(reader.read(given[start : start + wire.DOCUMENTS_PER_CHILD]))
        post = ReadPost(parts=tree.parts, messages=tree.messages, forms=tree.forms)
        return Reading(post=post, files=tree.files, scans=tree.scans)

    def read_pages(self, reading: Reading, into: Path, *, memo: ocr.PageMemo | None = None) -> Reading:
        """The second half of :meth:`read`: the pages that wait for OCR.

        Raises:
            TryLater: as :meth:`read`.
        """
        if not reading.scans:
            return reading
        results: Sequence[ocr.OcrPage | ReasonCode]
        if self._scans is None:
            results = [ReasonCode.UNSUPPORTED_TYPE] * len(reading.scans)
        else:
            results = self._scans.read(self._wanted(reading), into, memo=memo if memo is not None else self._memo)
        room = self._limits.text_chars - sum(len(page.text) for part in reading.post.parts for page in part.pages)
        found = dict(zip(reading.scans, _within(results, room), strict=True))
        parts = tuple(_with_scans(part, found, self._no_scans) for part in reading.post.parts)
        return replace(reading, post=replace(reading.post, parts=parts), scans=())

    def run(
        self,
        task: str,
        paths: Sequence[Path],
        arguments: Mapping[str, Any],
        *,
        into: Path,
        limits: TaskLimits | None = None,
    ) -> TaskResult:
        """Runs a named task on files, in a child. What it writes in ``bench.folder / "parts"`` is moved to ``into``.

        Raises:
            KeyError: there is no such task.
            TryLater: the sandbox is down or closing.
        """
        bounds = limits or TaskLimits()
        with self._task_lane, self._sandbox.folder(into) as folder:
            outcome = self._sandbox.run(self._tasks[task], paths, arguments, folder=folder, limits=bounds)
            if outcome.answer is None:
                return TaskResult(reason=outcome.reason, where=outcome.where)
            try:
                value: wire.JSON = json.loads(outcome.answer)
            except ValueError:
                return TaskResult(reason=ReasonCode.CRASH, where="answer is not JSON")
            files = _outputs(folder / "parts", into, bounds.file_bytes)
        return TaskResult(value=value, files=files)

    def _wanted(self, reading: Reading) -> list[Wanted]:
        parts = {part.ref: part for part in reading.post.parts}
        return [
            Wanted(
                ref=ref,
                path=reading.files[ref],
                sha256=parts[ref].sha256,
                media_type=parts[ref].media_type,
                page=page,
            )
            for ref, page in reading.scans
        ]


def _with_scans(part: ReadPart, found: Mapping[tuple[str, int], ocr.OcrPage | ReasonCode], no_scans: str) -> ReadPart:
    """The part with its scanned pages filled in. Text that the file itself had (a stamp, a form field) stands after."""
    pages, detail = [], part.detail
    for page in part.pages:
        result = found.get((part.ref, page.number))
        if isinstance(result, ocr.OcrPage):
            text = "\n".join(piece for piece in (result.text, page.text) if piece)
            page = replace(page, text=text, source="ocr", confidence=result.confidence)
        elif result is not None:
            page = replace(page, reason=result)
            why = no_scans or sentence(result)
            detail = detail or f"Side {page.number} er skannet og ble ikke lest. {why}"
        pages.append(page)
    return replace(part, pages=tuple(pages), detail=detail)


def _within(results: Sequence[ocr.OcrPage | ReasonCode], room: int) -> list[ocr.OcrPage | ReasonCode]:
    """The results, those over the limit of a post's text as not read."""
    kept: list[ocr.OcrPage | ReasonCode] = []
    for result in results:
        if isinstance(result, ocr.OcrPage):
            room -= len(result.text)
        kept.append(result if room >= 0 else ReasonCode.OUTPUT_LIMIT)
    return kept


def _outputs(folder: Path, into: Path, most_bytes: int) -> dict[str, Path]:
    """A task's files, by names of letters, digits, dot and dash only; anything else is left to be swept."""
    found = {}
    names = sorted(entry.name for entry in folder.iterdir())
    for name in names[:_MOST_OUTPUTS]:
        if _OUTPUT_NAME.match(name) is not None:
            kept = bring_home(folder, name, into / name, most_bytes=most_bytes)
            if kept is not None:
                found[name] = kept.path
    return found

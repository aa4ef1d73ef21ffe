"""The progress bar of long work: in a terminal a bar, elsewhere one line each ten seconds."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from robot.context import Context
    from robot.work import Tally

LINE_EVERY_S = 10.0


class Bar:
    """Shows how far a run has come, on stderr."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._said_at = time.monotonic()

    def __enter__(self) -> Self:
        if self._context.bars:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            console = Console(file=self._context.stderr, no_color=not self._context.coloured)
            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=console,
                transient=True,
            )
            self._progress.start()
            self._task = self._progress.add_task("Behandler post", total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, tally: Tally) -> None:
        """Tells of the tally so far; called after every post, from any thread."""
        ended = tally.archived + tally.set_aside + tally.forwarded + tally.dismissed
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=ended, total=max(tally.collected, ended))
        elif time.monotonic() - self._said_at >= LINE_EVERY_S:
            self._said_at = time.monotonic()
            self._context.talk(f"behandlet {ended}/{max(tally.collected, ended)}, til gjennomsyn {tally.set_aside}")


class CountBar:
    """Shows a count that goes up to a known end (files copied, posts purged), on stderr."""

    def __init__(self, context: Context, label: str) -> None:
        self._context = context
        self._label = label
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._said_at = time.monotonic()

    def __enter__(self) -> Self:
        if self._context.bars:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            console = Console(file=self._context.stderr, no_color=not self._context.coloured)
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._progress = Progress(*columns, console=console, transient=True)
            self._progress.start()
            self._task = self._progress.add_task(self._label, total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, done: int, of: int) -> None:
        """So far, and how many in all."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=of)
        elif time.monotonic() - self._said_at >= LINE_EVERY_S:
            self._said_at = time.monotonic()
            self._context.talk(f"{self._label}: {done}/{of}")

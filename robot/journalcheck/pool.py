"""Judging on every core: pages go to forked workers in order, and come back in order. For sweeps of many entries only."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from multiprocessing.pool import AsyncResult

from robot.journalcheck.judging import Judge, Judged
from robot.journalcheck.sweep import Given

_judge: Judge | None = None


class Pool:
    """``workers`` processes, forked from this one with the judge as it is (rules and pipeline are shared, not sent).

    To be made before any thread is started. Pages wait in line no longer than a few per worker, so that memory is bounded.
    """

    def __init__(self, judge: Judge, workers: int) -> None:
        global _judge
        _judge = judge
        self._ahead = 2 * workers
        self._pool = multiprocessing.get_context("fork").Pool(workers)

    def judge_pages(self, pages: Iterable[Given]) -> Iterator[list[Judged]]:
        """See :data:`robot.journalcheck.sweep.JudgeMany`."""
        waiting: deque[AsyncResult[list[Judged]]] = deque()
        for page in pages:
            waiting.append(self._pool.apply_async(_work, (page,)))
            if len(waiting) > self._ahead:
                yield waiting.popleft().get()
        while waiting:
            yield waiting.popleft().get()

    def close(self) -> None:
        """Ends the workers."""
        global _judge
        self._pool.terminate()
        self._pool.join()
        _judge = None


def _work(page: Given) -> list[Judged]:
    if _judge is None:
        raise RuntimeError("not a worker")
    return _judge.entries(page)

"""A queue that is fair between posts: round-robin, so that a scan of 300 pages never holds up another post's page."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class FairPool(Generic[T]):
    """Runs jobs on a fixed number of threads; the next job is always of the group that has waited longest for a turn.

    Threads start with the first job and end with :meth:`close`.
    """

    def __init__(self, slots: int, *, name: str) -> None:
        self._slots = slots
        self._name = name
        self._ready = threading.Condition()
        self._waiting: OrderedDict[object, deque[tuple[Callable[[], T], Future[T]]]] = OrderedDict()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def submit(self, group: object, job: Callable[[], T]) -> Future[T]:
        """Queues a job of a group (a post).

        Raises:
            RuntimeError: the pool is closed.
        """
        future: Future[T] = Future()
        with self._ready:
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._waiting.setdefault(group, deque()).append((job, future))
            if len(self._threads) < self._slots:
                thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._ready.notify()
        return future

    def close(self) -> None:
        """Cancels what has not begun, waits for what has, and ends the threads."""
        with self._ready:
            self._closed = True
            for queue in self._waiting.values():
                for _, future in queue:
                    future.cancel()
            self._waiting.clear()
            self._ready.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _work(self) -> None:
        while True:
            with self._ready:
                while not self._waiting:
                    if self._closed:
                        return
                    self._ready.wait()
                job, future = self._take()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = job()
            except BaseException as fault:
                future.set_exception(fault)
            else:
                future.set_result(result)

    def _take(self) -> tuple[Callable[[], T], Future[T]]:
        """The first job of the first group, which then goes to the end of the line."""
        group, queue = next(iter(self._waiting.items()))
        job = queue.popleft()
        if queue:
            self._waiting.move_to_end(group)
        else:
            del self._waiting[group]
        return job

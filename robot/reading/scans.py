"""The lane of scanned pages: one task a page, as many at once as there are cores, fair between posts."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from pathlib import Path

import structlog

from models.errors import TryLater
from models.reasons import ReasonCode
from robot.reading.contract import Limits
from robot.reading.fair import FairPool
from robot.reading.ocr import Engine, OcrPage, PageMemo
from robot.reading.sandbox import Sandbox, TaskLimits

log = structlog.get_logger()

_NICE = 10
_PICTURE_BYTES = 256 * 1024 * 1024
_ANSWER_BYTES = 8 * 1024 * 1024
_PAGE_CHARS = 1_000_000
_EXPECTED = (
    ReasonCode.DAMAGED,
    ReasonCode.ENCRYPTED,
    ReasonCode.EMPTY,
    ReasonCode.TOO_LARGE,
    ReasonCode.UNSUPPORTED_TYPE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A page to read by OCR. ``sha256`` is of the bytes at ``path``."""

    ref: str
    path: Path
    sha256: str
    media_type: str
    page: int


class ScanRoom:
    """Reads pages with one engine; the memo keeps results. Safe for many threads."""

    def __init__(self, sandbox: Sandbox, engine: Engine, *, function: str, limits: Limits, slots: int) -> None:
        self._sandbox = sandbox
        self._engine = engine
        self._function = function
        self._limits = limits
        self._pool: FairPool[OcrPage | ReasonCode] = FairPool(slots, name="ocr")

    def close(self) -> None:
        """Lets pages under way finish; the rest are cancelled."""
        self._pool.close()

    def read(self, pages: Sequence[Wanted], folder: Path, *, memo: PageMemo | None) -> list[OcrPage | ReasonCode]:
        """The pages of one post, in the order asked: each its text, or why not.

        Raises:
            TryLater: the room is closed or the sandbox is down; pages already read are in the memo.
        """
        group = object()
        try:
            futures: list[Future[OcrPage | ReasonCode]] = [
                self._pool.submit(group, functools.partial(self._page, page, folder, memo)) for page in pages
            ]
        except RuntimeError as fault:
            raise TryLater("Roboten stanser.", after_s=60) from fault
        try:
            return [future.result() for future in futures]
        except CancelledError as fault:
            raise TryLater("Roboten stanser.", after_s=60) from fault
        finally:
            for future in futures:
                future.cancel()

    def _page(self, page: Wanted, folder: Path, memo: PageMemo | None) -> OcrPage | ReasonCode:
        limits = self._limits
        key = (page.sha256, page.page, self._engine.name, limits.ocr_languages, limits.ocr_dpi)
        if memo is not None:
            known = memo.get(*key)
            if known is not None:
                return known
        result = self._ask(page, folder)
        if result is ReasonCode.CRASH:
            result = self._ask(page, folder)
        if memo is not None and isinstance(result, OcrPage):
            memo.put(*key, result)
        return result

    def _ask(self, page: Wanted, folder: Path) -> OcrPage | ReasonCode:
        limits = self._limits
        arguments = {
            "page": page.page,
            "media_type": page.media_type,
            "dpi": limits.ocr_dpi,
            "languages": limits.ocr_languages,
            "pixels": limits.page_pixels,
            "command": self._engine.command,
        }
        bounds = TaskLimits(
            wall_s=limits.ocr_wall_s,
            cpu_s=limits.ocr_wall_s,
            address_space_bytes=limits.address_space_bytes,
            file_bytes=_PICTURE_BYTES,
            answer_bytes=_ANSWER_BYTES,
            may_start_programs=True,
            nice=_NICE,
            readable=(self._engine.home,),
        )
        with self._sandbox.folder(folder) as own:
            outcome = self._sandbox.run(self._function, [page.path], arguments, folder=own, limits=bounds)
        result = outcome.reason or ReasonCode.CRASH if outcome.answer is None else _checked(outcome.answer)
        if not isinstance(result, OcrPage):
            log.warning(
                "ocr_page_failed",
                reason=result.value,
                where=outcome.where,
                part=page.ref,
                page=page.page,
                cpu_s=round(outcome.cpu_s, 2),
                peak_mib=outcome.peak_kib // 1024,
            )
        return result


def _checked(raw: bytes) -> OcrPage | ReasonCode:
    """The child's answer, if it is one that an honest child gives."""
    try:
        answer = json.loads(raw)
    except ValueError:
        return ReasonCode.CRASH
    if not isinstance(answer, dict):
        return ReasonCode.CRASH
    if "reason" in answer:
        found = next((reason for reason in _EXPECTED if reason.value == answer["reason"]), None)
        return found or ReasonCode.CRASH
    text, confidence = answer.get("text"), answer.get("confidence")
    if not isinstance(text, str) or not (confidence is None or isinstance(confidence, int | float)):
        return ReasonCode.CRASH
    if confidence is not None and not 0 <= confidence <= 100:
        return ReasonCode.CRASH
    return OcrPage(text=text[:_PAGE_CHARS], confidence=confidence)

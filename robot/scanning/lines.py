"""One text a line in, one JSON object a line out, as fast as the lines come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from rules.detectors.full import detect_all
from rules.detectors.kinds import Detected, Names, Place

_CHUNK = 1 << 20


class Bytes(Protocol):
    """What is read: gives what there is, at most so much; empty at the end."""

    def read1(self, size: int, /) -> bytes:
        """Waits for something."""
        ...


def scan_lines(source: Bytes, write: Callable[[str], object], *, place: Place, names: Names | None) -> None:
    """Answers every line with ``{"findings": […]}`` and a line break; what came together is written together.

    A line ends at ``\\n`` and nothing else; the last may lack it. Bytes that are no UTF-8 count as one character each
    (U+FFFD), so that the offsets are those of any reader that replaces them.
    """
    for batch in _batches(source):
        found = detect_all([line.decode("utf-8", "replace") for line in batch], place=place, names=names)
        write("".join(json.dumps({"findings": [as_json(d) for d in one]}, ensure_ascii=False) + "\n" for one in found))


def _batches(source: Bytes) -> Iterator[Sequence[bytes]]:
    """Whole lines, as many as have come."""
    parts: list[bytes] = []
    while chunk := source.read1(_CHUNK):
        head, end, rest = chunk.rpartition(b"\n")
        if not end:
            parts.append(chunk)
            continue
        yield b"".join([*parts, head]).split(b"\n")
        parts = [rest] if rest else []
    if parts:
        yield [b"".join(parts)]


def as_json(found: Detected) -> dict[str, Any]:
    """A finding for machines; never the value."""
    return {
        "label": found.label.value,
        "start": found.start,
        "end": found.end,
        "severity": found.level.value,
        "confidence": found.confidence,
        "masked": found.masked,
        "rule": found.rule,
        "reason": found.reason,
        **({"synthetic": True} if found.synthetic else {}),
        **({"ocr": True} if found.ocr else {}),
    }

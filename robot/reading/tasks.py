"""The named tasks of the sandbox, and the one that reads a post. Runs in the child."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.reading import ReadPost
from models.reasons import ReasonCode
from robot.reading.child import Bench
from robot.reading.collect import PostCollector, Tools
from robot.reading.contract import Limits

TASKS: Mapping[str, str] = {
    "read": "robot.reading.tasks:read",
    "ocr": "robot.reading.ocr:read_page",
    "leaks": "robot.reading.leaks.inspect:look",
}
"""Name → ``module:function`` taking a :class:`~robot.reading.child.Bench`. ``ReadingRoom(tasks=…)`` adds to it."""

DEFAULT_TOOLS: Mapping[str, str] = {
    "readers": "robot.reading.readers:READERS",
    "sniff": "robot.reading.sniff:sniff",
    "safe_name": "robot.reading.names:safe_name",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a reading child answers: the post, and which pages wait for OCR (ref, page number).

    ``stumbles`` tells where in the code a parser gave up on a part (ref, exception and line), for the log.
    """

    post: ReadPost
    scans: tuple[tuple[str, int], ...] = ()
    stumbles: tuple[tuple[str, str], ...] = ()


def read(bench: Bench) -> Answer:
    """Reads the documents of a post. ``arguments``: ``documents`` (ref, name, type), ``limits``, ``skip``, ``depth``."""
    arguments = bench.arguments
    collector = PostCollector(
        limits=Limits(**arguments["limits"]),
        tools=_tools(tuple(sorted(arguments["tools"].items()))),
        parts_folder=bench.folder / "parts",
        skip={ref: ReasonCode(reason) for ref, reason in arguments["skip"].items()},
        progress=bench.progress,
        depth=arguments["depth"],
    )
    for path, document in zip(bench.documents, arguments["documents"], strict=True):
        collector.document(document["ref"], path, name=document["name"], declared_type=document["media_type"])
    post = ReadPost(parts=collector.parts, messages=collector.messages, forms=collector.forms)
    return Answer(post=post, scans=collector.scans, stumbles=collector.stumbles)


@functools.cache
def _tools(names: tuple[tuple[str, str], ...]) -> Tools:
    found: dict[str, Any] = {}
    for key, dotted in names:
        module, _, name = dotted.partition(":")
        found[key] = getattr(importlib.import_module(module), name)
    return Tools(**found)

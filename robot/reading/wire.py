"""What daemon, zygote and child say to each other: JSON, bounded, checked on arrival. Never pickle.

A task is one SEQPACKET message to the zygote with descriptors beside it: ``[answer, status, folder, documents…]``.
The child writes to ``answer``, line by line: ``@`` tells which part it is about to read, ``=`` is the answer, ``!`` why
there is none. The zygote writes one message to ``status`` when the child has ended.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from typing import Any

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]

REQUEST_BYTES = 160_000
"""Most bytes in the message of a task (a SEQPACKET message must fit the socket's buffer, 208 KiB by default)."""

DOCUMENTS_PER_CHILD = 32
"""Documents one child reads; with the child's own files this stays below its limit of 64 open files."""

REF = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){0,200}\Z")
"""What a part's ref may look like. Names of files are made from it, so nothing else is ever let through."""


class Fate(StrEnum):
    """How a child ended."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The zygote's word on an ended child. ``code`` is the exit code or the signal's number."""

    fate: Fate
    code: int = 0
    cpu_s: float = 0.0
    peak_kib: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task as the zygote hears it. ``wall_s`` is enforced by the zygote, the rest by the child on itself."""

    function: str
    wall_s: float
    cpu_s: int
    address_space_bytes: int
    file_bytes: int
    answer_bytes: int
    may_start_programs: bool
    nice: int
    readable: list[str]
    sockets: list[str]
    arguments: dict[str, Any]


def dumps(value: object) -> bytes:
    """JSON on one line; dataclasses become objects, enums their values, sets sorted lists; lone surrogates «?»."""
    text = json.dumps(value, default=_plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def load_task(raw: bytes) -> Task:
    """The task of a message from the daemon (which is trusted)."""
    return Task(**json.loads(raw))


def load_ended(raw: bytes) -> Ended:
    """The zygote's message (which is trusted)."""
    values: Mapping[str, Any] = json.loads(raw)
    return Ended(**{**values, "fate": Fate(values["fate"])})


def write_all(descriptor: int, data: bytes) -> None:
    """Writes all of ``data`` to a blocking descriptor."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no form in JSON")

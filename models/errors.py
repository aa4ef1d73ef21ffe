"""Errors, named by what the caller should do. The message tells the next action.

The robot's answer to each stands in the docstring; anything else that is raised is a bug: the post is set aside with
reason ``bug``, the traceback is logged, and the next post goes on.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

from models.reasons import ReasonCode


class PostrobotError(Exception):
    """Root of the errors that somebody can act on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFault:
    """One fault in the configuration, in Norwegian, for the operator.

    ``key`` is the dotted TOML key (``organisasjon.solvik.kilde.epost.vert``); ``expected`` says what would have been
    right; ``suggestion`` is the nearest valid thing, or empty.
    """

    key: str
    expected: str
    suggestion: str = ""


class ConfigError(PostrobotError):
    """Every fault found is printed, and the robot stops before touching post."""

    def __init__(self, faults: tuple[ConfigFault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{f.key}: {f.expected}" for f in faults))


class TryLater(PostrobotError):
    """Nothing can have taken effect. The post is left where it is and tried again after ``after_s`` seconds."""

    def __init__(self, message: str, *, after_s: float) -> None:
        self.after_s = after_s
        super().__init__(message)


class MaybeDone(PostrobotError):
    """A time-out or reset after sending: the effect becomes *unknown*, and is looked up by ``key`` before a repeat."""

    def __init__(self, message: str, *, key: str) -> None:
        self.key = key
        super().__init__(message)


class AlreadyDone(PostrobotError):
    """The other side has it already. ``reference`` is what the first success returned (``models.archive.Done``)."""

    def __init__(self, message: str, *, reference: object) -> None:
        self.reference = reference
        super().__init__(message)


class OutOfReach(PostrobotError):
    """A whole connection is down: it alone is paused and probed, with one alarm. Nothing can have taken effect."""

    def __init__(self, message: str, *, connection: str) -> None:
        self.connection = connection
        super().__init__(message)


class StaleCursor(PostrobotError):
    """The place a reading was to go on from is no longer known to the other side: the window is read anew from its start."""


class NeedsHuman(PostrobotError):
    """The post is set aside with ``reason`` and stands in the daily report; nothing is lost.

    ``detail`` is one Norwegian sentence for the reviewer; it may name things from the post, so it goes to the store
    and the report, never to the log or the audit.
    """

    def __init__(self, reason: ReasonCode, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason.value}: {detail}")


class UsedWrongly(PostrobotError):
    """The command cannot be done as asked (exit code 2). The message is one Norwegian sentence with the next step."""


class Locked(PostrobotError):
    """Another process holds what we need (exit code 5). The message is one Norwegian sentence with the next step."""


def is_disk_full(error: BaseException) -> bool:
    """Whether the disk (or our share of it) is what an operating-system error tells of: wait for room, nobody is to blame."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)

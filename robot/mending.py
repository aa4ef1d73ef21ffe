"""``rules lint --fix``: what :mod:`rules.fix` mends, written whole; a file that was not better for it is left as it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rules.fix import by_file, mend

if TYPE_CHECKING:
    from robot.rulesets import Looked
    from rules.fix import Mended

_ROUNDS = 20
"""A mended word may uncover the next (a file that could not be read has no further faults until it can)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MendedFile:
    """One thing mended in a file."""

    file: str
    what: Mended


def mend_files(look: Callable[[], Looked]) -> tuple[Looked, tuple[MendedFile, ...]]:
    """Mends until nothing more can be, and gives the last look. Shared rules (shipped with the program) are never touched."""
    found = look()
    done: list[MendedFile] = []
    for _ in range(_ROUNDS):
        more = []
        for file, faults in by_file(found.faults).items():
            path = Path(file)
            if file.startswith("felles/") or not path.is_file() or path.is_symlink():
                continue
            before = path.read_bytes()
            after, mended = mend(before, faults)
            if not mended or after == before:
                continue
            write_whole(path, after)
            again = look()
            if _better(again, found, file):
                found = again
                more += [MendedFile(file=file, what=one) for one in mended]
            else:
                write_whole(path, before)
        if not more:
            break
        done += more
    return found, tuple(done)


def _better(after: Looked, before: Looked, file: str) -> bool:
    """What was mended is gone, and the file is still one that can be read, without the same key twice. (More may be told of
    it than before: what stands under a misspelt key is not looked at until the key is right.)"""
    now = {(f.line, f.code, f.message) for f in after.faults if f.file == file and f.severity == "error"}
    was = {(f.line, f.code, f.message) for f in before.faults if f.file == file and f.severity == "error"}
    spoilt = {code for _, code, _ in now - was} & {"R005", "R009"}
    return bool(was - now) and not spoilt


def write_whole(path: Path, content: bytes) -> None:
    """Under another name, then renamed: a reader sees the old file or the new. The mode stays."""
    near = path.with_name(f".{path.name}.{os.getpid()}.ny")
    near.write_bytes(content)
    near.chmod(path.stat().st_mode & 0o7777)
    near.rename(path)

"""What ``rules lint --fix`` mends: only what has one right answer, character for character, so that comments and layout stay.

- a misspelt word of the language (key, fact, operator, type, source) with one guess: R101, R120, R121, R130, R131;
- ``yes``, ``no``, ``on``, ``off`` where ja or nei belongs: R110;
- a tab in the indent (two spaces): R006;
- a missing first line «språk: 1»: R014;
- a file saved in Windows-1252 whose letters are Norwegian ones (saved anew as UTF-8): R002.

Never mended: values that decide where post goes or who may see it (units, codes, provisions, modes), ids, and examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.messages import Fault

MENDABLE = frozenset({"R101", "R120", "R121", "R130", "R131", "R110", "R006", "R014", "R002"})

_WORDS = frozenset({"R101", "R120", "R121", "R130", "R131"})
_GUESS = re.compile(r"Mente du «([^»\s]+)»\?")
_TRUTHS = {"yes": "ja", "on": "ja", "no": "nei", "off": "nei"}
_WINDOWS_LETTERS = frozenset("æøåÆØÅéèêëóòôöüäÉÈÖÜÄ§«»–—‘’“”…·½°€ \u00a0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """One thing mended, with the place it stood in."""

    line: int
    column: int
    code: str
    was: str
    becomes: str


def mend(raw: bytes, faults: Iterable[Fault]) -> tuple[bytes, tuple[Mended, ...]]:
    """The file with what can be mended mended, and what that was; the same bytes when there is nothing."""
    wanted = [fault for fault in faults if fault.code in MENDABLE]
    if any(fault.code == "R002" for fault in wanted):
        return _as_utf8(raw)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw, ()
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    lines = text.removeprefix(mark).split("\n")
    done: list[Mended] = []
    # From the end of each line to its beginning, so that places further left stay true.
    for fault in sorted(wanted, key=lambda fault: (fault.line, -fault.column)):
        mended = _one(lines, fault)
        if mended is not None:
            done.append(mended)
    if any(fault.code == "R014" and "mangler" in fault.message for fault in wanted):
        done.append(_first_line(lines))
    return (mark + "\n".join(lines)).encode(), tuple(done)


def _one(lines: list[str], fault: Fault) -> Mended | None:
    start = fault.column - 1
    line = lines[fault.line - 1] if fault.line <= len(lines) else ""
    if fault.code == "R006":
        indent = re.match(r"[ \t]*", line)
        was = indent[0] if indent is not None else ""
        becomes = was.replace("\t", "  ")
        if was == becomes:
            return None
        start = 0
    else:
        was = line[start : start + fault.width]
        becomes = _TRUTHS.get(was.lower(), "") if fault.code == "R110" else _guess(fault, was)
        if not becomes or not was:
            return None
    lines[fault.line - 1] = line[:start] + becomes + line[start + len(was) :]
    return Mended(line=fault.line, column=fault.column, code=fault.code, was=was, becomes=becomes)


def _guess(fault: Fault, was: str) -> str:
    """The one word meant, when what stands there is just the word that was told of."""
    found = _GUESS.fullmatch(fault.suggestion) if fault.code in _WORDS else None
    return found[1] if found is not None and f"«{was}»" in fault.message and was.strip("\"'") == was else ""


def _first_line(lines: list[str]) -> Mended:
    at = next((n for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), 0)
    lines.insert(at, "språk: 1\r" if lines[at].endswith("\r") else "språk: 1")
    return Mended(line=at + 1, column=1, code="R014", was="", becomes="språk: 1")


def _as_utf8(raw: bytes) -> tuple[bytes, tuple[Mended, ...]]:
    """Only when every letter outside ASCII is one that Norwegian text has: else it was some other encoding."""
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw, ()
    foreign = {char for char in text if ord(char) > 127} - _WINDOWS_LETTERS
    if foreign or "\0" in text:
        return raw, ()
    return text.encode(), (Mended(line=1, column=1, code="R002", was="Windows-1252", becomes="UTF-8"),)


def by_file(faults: Sequence[Fault]) -> dict[str, list[Fault]]:
    """The mendable faults of each file."""
    found: dict[str, list[Fault]] = {}
    for fault in faults:
        if fault.code in MENDABLE:
            found.setdefault(fault.file, []).append(fault)
    return found

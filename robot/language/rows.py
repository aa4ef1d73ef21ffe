"""Labelled text from a file: one JSON object a line, ``{"text", "label", "time"?}``."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from models.errors import UsedWrongly

_SHOWN = 10
"""Bad lines that are named one by one."""
_LONGEST = 200_000
"""Characters of one text that are kept; what lies beyond says nothing new of what a letter is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text that a person has put a label on. ``time``: seconds since 1970 in UTC, None when not told."""

    text: str
    label: str
    time: float | None = None


def read_rows(path: Path, *, skip_bad: bool = False) -> tuple[list[Row], list[str]]:
    """The rows of a file, and what is wrong with those that were skipped. Empty lines are no rows.

    Raises:
        UsedWrongly: the file cannot be read, holds nothing, or has bad lines and ``skip_bad`` is False; names the lines.
    """
    rows: list[Row] = []
    bad: list[str] = []
    for number, line in _lines(path):
        found = _row(line)
        if isinstance(found, Row):
            rows.append(found)
        else:
            bad.append(f"linje {number}: {found}")
    if bad and not skip_bad:
        raise UsedWrongly(_bad_text(path, bad))
    if not rows:
        raise UsedWrongly(f"{path} har ingen rader. Hver linje skal være slik: " + '{"text": "…", "label": "…"}')
    return rows, bad


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if line.strip():
                    yield number, line
    except FileNotFoundError:
        raise UsedWrongly(f"Filen {path} finnes ikke.") from None
    except IsADirectoryError:
        raise UsedWrongly(f"{path} er en mappe; oppgi en fil med én rad på hver linje.") from None
    except OSError as problem:
        raise UsedWrongly(f"Filen {path} kan ikke leses: {problem.strerror}.") from None


def _row(line: bytes) -> Row | str:
    """The row, or what is wrong with it."""
    try:
        data = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return "er ikke UTF-8"
    except (json.JSONDecodeError, RecursionError):
        return "er ikke JSON"
    if not isinstance(data, dict):
        return "er ikke et objekt med «text» og «label»"
    text, label = data.get("text"), data.get("label")
    if not isinstance(text, str):
        return "mangler «text»" if text is None else "«text» er ikke tekst"
    if isinstance(label, bool) or not isinstance(label, str | int) or not str(label).strip():
        return "mangler «label»" if label is None or label == "" else "«label» er ikke tekst"
    time = _time(data.get("time"))
    if isinstance(time, str):
        return time
    # A lone surrogate is legal in JSON and no letter: it could not be written to a file again.
    text, name = (value.encode("utf-8", "replace").decode() for value in (text[:_LONGEST], str(label).strip()))
    return Row(text=text, label=name, time=time)


def _time(value: Any) -> float | str | None:
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    if isinstance(value, str):
        try:
            at = datetime.fromisoformat(value.strip())
        except ValueError:
            return f"«time» er ikke et tidspunkt: {value[:40]}"
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return "«time» er ikke et tidspunkt"


def _bad_text(path: Path, bad: Sequence[str]) -> str:
    shown = "; ".join(bad[:_SHOWN])
    more = f"; og {len(bad) - _SHOWN} til" if len(bad) > _SHOWN else ""
    return f"{path} har {len(bad)} gale linjer: {shown}{more}. Rett dem, eller hopp over dem med --skip-bad."


def day_of(time: float) -> date:
    """The day of a row's time, UTC."""
    return datetime.fromtimestamp(time, UTC).date()

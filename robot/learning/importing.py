"""Cold start: history from a file (CSV or JSON lines) as examples, masked like all others."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from models.errors import UsedWrongly
from models.learning import Example, Origin, Target
from models.store import Store
from robot.learning.mask import masked

_AT_A_TIME = 200
_TEXT_COLUMNS = ("text", "tekst", "tittel")
_TIME_COLUMNS = ("time", "dato", "mottatt")
_SHOWN = 10
_NORWEGIAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})( \d{2}:\d{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many rows were read, how many examples they gave, and what was wrong with those that were skipped."""

    rows: int
    examples: int
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    text: str
    labels: Mapping[Target, str]
    at: float


def import_file(
    store: Store,
    path: Path,
    *,
    target: Target = Target.KATEGORI,
    skip_bad: bool = False,
    on_row: Callable[[int, int], None] = lambda _done, _of: None,
) -> Imported:
    """Reads a file of labelled history. A row has a text (``text``, ``tekst`` or ``tittel``), its labels (``kategori``,
    ``enhet``, ``utfall``; ``label`` means ``target``) and when it came (``time``, ``dato`` or ``mottatt``; else now).

    The same file twice gives the same examples once. All bad rows are told before anything is kept.

    Raises:
        UsedWrongly: the file cannot be read, or has bad rows and ``skip_bad`` is False.
    """
    lines, bad = _all(path, target, store.now())
    if bad and not skip_bad:
        more = f"; og {len(bad) - _SHOWN} til" if len(bad) > _SHOWN else ""
        raise UsedWrongly(
            f"{path} har {len(bad)} gale rader: {'; '.join(bad[:_SHOWN])}{more}. Rett dem, eller hopp over dem med --skip-bad."
        )
    if not lines:
        raise UsedWrongly(f"{path} har ingen rader med tekst og klasse.")
    noted, rest = 0, iter(lines)
    done = 0
    while batch := list(islice(rest, _AT_A_TIME)):
        texts = masked([line.text for line in batch])
        with store.write() as tx:
            for line, text in zip(batch, texts, strict=True):
                noted += tx.note_examples(_examples(line, text))
        done += len(batch)
        on_row(done, len(lines))
    return Imported(rows=len(lines), examples=noted, skipped=tuple(bad))


def _examples(line: _Line, text: str) -> Iterator[Example]:
    key = hashlib.sha256(f"{line.at}\0{line.text}".encode("utf-8", "surrogatepass")).hexdigest()
    for target, label in line.labels.items():
        yield Example(key=key, target=target, label=label, origin=Origin.IMPORTED, text=text, at=line.at)


def _all(path: Path, target: Target, now: float) -> tuple[list[_Line], list[str]]:
    lines, bad = [], []
    try:
        for number, row in _rows(path):
            found = _line(row, target, now) if isinstance(row, Mapping) else "er ikke et objekt"
            if isinstance(found, _Line):
                lines.append(found)
            else:
                bad.append(f"linje {number}: {found}")
    except OSError as problem:
        raise UsedWrongly(f"Filen {path} kan ikke leses: {problem.strerror}.") from problem
    except (UnicodeDecodeError, csv.Error) as problem:
        raise UsedWrongly(f"Filen {path} er ikke CSV eller JSON-linjer i UTF-8.") from problem
    return lines, bad


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix.lower() == ".csv":
            head = file.readline()
            file.seek(0)
            separator = ";" if head.count(";") > head.count(",") else ","
            for number, row in enumerate(csv.DictReader(file, delimiter=separator), start=2):
                yield number, {str(name).strip().lower(): value for name, value in row.items()}
            return
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, _json(line)


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return None


def _line(row: Mapping[str, Any], target: Target, now: float) -> _Line | str:
    text = next((row[name] for name in _TEXT_COLUMNS if isinstance(row.get(name), str) and row[name].strip()), None)
    if text is None:
        return "mangler «text»"
    said = {name: row.get(name.value) for name in Target}
    said[target] = said[target] or row.get("label")
    labels = {name: str(label).strip()[:200] for name, label in said.items() if label and str(label).strip()}
    if not labels:
        return "mangler klasse («kategori», «enhet», «utfall» eller «label»)"
    told = next((row[name] for name in _TIME_COLUMNS if row.get(name)), None)
    at = _time(told) if told is not None else now
    return f"forstår ikke tidspunktet {str(told)[:40]}" if at is None else _Line(text=text, labels=labels, at=at)


def _time(told: object) -> float | None:
    if isinstance(told, int | float) and not isinstance(told, bool):
        return float(told)
    word = str(told).strip()
    day = _NORWEGIAN_DAY.fullmatch(word)
    try:
        at = datetime.fromisoformat(f"{day[3]}-{day[2]:0>2}-{day[1]:0>2}{day[4] or ''}" if day else word)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()

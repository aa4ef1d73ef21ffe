"""Rule layers: the files of each folder, read once, all of them from bytes that are part of the set's hash."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rules.folding import fold
from rules.messages import Fault, Place

FELLES = "felles"
MAX_CSV_BYTES = 20_000_000


class Table:
    """A CSV with a first line of column names; separator comma or semicolon, UTF-8."""

    def __init__(self, columns: tuple[str, ...], rows: tuple[dict[str, str], ...]) -> None:
        self.columns = columns
        self.rows = rows

    def column(self, name: str) -> frozenset[str]:
        """The folded values of one column."""
        return frozenset(folded for row in self.rows if (folded := fold(row.get(name, ""))))


@dataclass(slots=True)
class LayerFiles:
    """The files of one layer. ``shown`` is the folder as messages name it; ``used`` collects what the rules read."""

    index: int
    name: str
    shown: str
    rule_files: tuple[str, ...]
    read: Mapping[str, bytes] = field(repr=False)
    folder: Path | None = None
    used: dict[str, bytes] = field(default_factory=dict, repr=False)
    tables: dict[str, Table | str] = field(default_factory=dict, repr=False)

    def key(self, name: str) -> str:
        """The name a file is kept under: the same on every machine."""
        return f"{self.index}-{self.name}/{name}"

    def display(self, name: str) -> str:
        """The name people see."""
        return f"{self.shown}/{name}" if self.shown else name

    def get(self, name: str) -> bytes | None:
        """The bytes of a file beside the rules, noted as part of the set; None when there is none (or it is outside)."""
        clean = _inside(name)
        if clean is None:
            return None
        raw = self.read.get(clean)
        if raw is None and self.folder is not None:
            raw = _read_beside(self.folder, clean)
        if raw is not None:
            self.used[clean] = raw
        return raw

    def table(self, name: str) -> Table | str:
        """The CSV, or a sentence saying why it cannot be read."""
        if name not in self.tables:
            self.tables[name] = self._table(name)
        return self.tables[name]

    def _table(self, name: str) -> Table | str:
        raw = self.get(name)
        if raw is None:
            return f"Filen «{name}» finnes ikke i {self.shown or 'mappen'}"
        return parse_table(raw, name)


def parse_table(raw: bytes, name: str) -> Table | str:
    """The CSV, or a sentence saying what is wrong with it."""
    if len(raw) > MAX_CSV_BYTES:
        return f"Filen «{name}» er for stor (over 20 MB)"
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return f"Filen «{name}» er ikke lagret som UTF-8 (linje {line})"
    first = text.split("\n", 1)[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    try:
        lines = [row for row in csv.reader(io.StringIO(text), delimiter=separator, strict=True) if any(row)]
    except csv.Error as error:
        return f"Filen «{name}» er ikke en gyldig CSV-fil ({error})"
    if not lines:
        return f"Filen «{name}» er tom"
    columns = tuple(cell.strip() for cell in lines[0])
    rows = tuple(
        {column: cell.strip() for column, cell in zip(columns, line, strict=False) if column} for line in lines[1:]
    )
    return Table(columns, rows)


_SPELLINGS = {
    "namn": "navn",
    "saksansvarleg": "saksansvarlig",
    "e-post": "epost",
    "e-postadresse": "epost",
    "epostadresse": "epost",
    "eining": "enhet",
    "kode på eining": "kode",
    "organisasjonsnummer": "orgnr",
    "org.nr.": "orgnr",
    "org.nr": "orgnr",
    "forklåring": "forklaring",
    "gjeld": "gjelder",
}


def canonical_headings(table: Table) -> Table:
    """The same with headings as the program spells them: nynorsk, capitals and common other spellings are understood."""
    spelt = {column: _SPELLINGS.get(fold(column), fold(column)) for column in table.columns}
    rows = tuple({spelt[column]: value for column, value in row.items()} for row in table.rows)
    return Table(tuple(spelt[column] for column in table.columns), rows)


def open_layer(index: int, layer: Path | str, faults: list[Fault]) -> LayerFiles | None:
    """The layer's rule files read; None after a fault when the folder is not there."""
    path = Path(layer)
    name = path.name
    if str(layer) == FELLES and not (isinstance(layer, Path) and path.exists()):
        path, name = Path(__file__).parent / FELLES, FELLES
    shown = FELLES if name == FELLES and path.parent == Path(__file__).parent else str(layer)
    if path.is_file():
        return _single_file(index, path, str(layer), faults)
    if not path.is_dir():
        message = "Mappen finnes ikke" if not path.exists() else "Dette er ikke en mappe"
        faults.append(Fault.at(Place(shown, 1, 1), "R001", message, "Rett stien i «regler» i oppsettet."))
        return None
    names = sorted(
        found.relative_to(path).as_posix()
        for pattern in ("*.yaml", "*.yml")
        for found in path.rglob(pattern)
        if found.is_file() and not any(part.startswith(".") for part in found.relative_to(path).parts)
    )
    if not names:
        faults.append(
            Fault.at(
                Place(shown, 1, 1), "R016", "Mappen har ingen regelfiler", "Regelfiler slutter på .yaml.", "", "warning"
            )
        )
    return _layer(index, name, shown, path, tuple(names), faults)


def _single_file(index: int, path: Path, shown: str, faults: list[Fault]) -> LayerFiles:
    folder = str(Path(shown).parent)
    return _layer(index, path.parent.name, "" if folder == "." else folder, path.parent, (path.name,), faults)


def _layer(index: int, name: str, shown: str, folder: Path, names: tuple[str, ...], faults: list[Fault]) -> LayerFiles:
    read: dict[str, bytes] = {}
    for relative in names:
        try:
            # One byte more than allowed is enough to know that it is too much: 100 MB is never read.
            with (folder / relative).open("rb") as stream:
                read[relative] = stream.read(1_000_001)
        except OSError as error:
            message = f"Filen kan ikke leses: {error.strerror}"
            faults.append(
                Fault.at(Place(f"{shown}/{relative}" if shown else relative, 1, 1), "R001", message, "Se rettighetene.")
            )
    return LayerFiles(
        index=index,
        name=name,
        shown=shown,
        rule_files=tuple(relative for relative in names if relative in read),
        read=read,
        folder=folder,
        used=dict(read),
    )


def stored_layers(files: Mapping[str, bytes]) -> list[LayerFiles]:
    """The layers of a set kept by its files (:attr:`rules.model.RuleSet.files`)."""
    grouped: dict[tuple[int, str], dict[str, bytes]] = {}
    for key, raw in files.items():
        head, _, relative = key.partition("/")
        number, _, name = head.partition("-")
        if number.isdigit():
            grouped.setdefault((int(number), name), {})[relative] = raw
    return [
        LayerFiles(
            index=index,
            name=name,
            shown=name,
            rule_files=tuple(sorted(relative for relative in read if relative.endswith((".yaml", ".yml")))),
            read=read,
            used=dict(read),
        )
        for (index, name), read in sorted(grouped.items())
    ]


def digest(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of a set: over names and bytes, each with its length, in the order of the names.

    The name of a layer's folder is left out (its number is in): a copy in another folder is the same set.
    """
    total = hashlib.sha256()
    named = {_without_folder(name): raw for name, raw in files.items()}
    for name in sorted(named):
        for part in (name.encode(), named[name]):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    return total.hexdigest()


def _without_folder(key: str) -> str:
    head, _, relative = key.partition("/")
    return f"{head.partition('-')[0]}/{relative}"


def _inside(name: str) -> str | None:
    """The name as a path inside the layer, or None when it points outside."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        return None
    return path.as_posix()


def _read_beside(folder: Path, name: str) -> bytes | None:
    path = folder / name
    try:
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            return stream.read(MAX_CSV_BYTES + 1)
    except OSError:
        return None

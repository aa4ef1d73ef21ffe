"""What is remembered of letters that could not be opened: so that none is fetched or reported to its sender at each look.

A small JSON file in the organisation's folder, replaced whole; several processes of ours may read it. Losing it costs one
more download and one more message to the sender, never a letter: the list at SvarInn and our own store are the truth.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from connectors.svarinn.opening import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One letter: why it could not be opened, with which set of keys it was tried, and since when (ISO, UTC)."""

    cause: Cause
    keys: str
    since: str


class Unopenables:
    """The notes of one source."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> Mapping[str, Note]:
        """Notes by letter id; empty when there are none or the file cannot be understood."""
        try:
            raw = json.loads(self._path.read_text(encoding="utf-8"))
            return {
                str(key): Note(cause=Cause(each["cause"]), keys=str(each["keys"]), since=str(each["since"]))
                for key, each in raw.items()
            }
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}

    def note(self, letter_id: str, note: Note) -> None:
        """Adds or replaces one."""
        self._write({**self.all(), letter_id: note})

    def forget(self, ids: Collection[str]) -> None:
        """Removes some."""
        notes = self.all()
        if any(each in notes for each in ids):
            self._write({key: note for key, note in notes.items() if key not in ids})

    def _write(self, notes: Mapping[str, Note]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=f".{self._path.name}.", dir=self._path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump({key: asdict(note) for key, note in notes.items()}, out)
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

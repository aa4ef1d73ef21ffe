"""The rule set in force: loaded whole or not at all; the last good one stays (I12)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.audit import AuditEvent
from models.errors import ConfigError, ConfigFault
from models.organisation import Organisation

if TYPE_CHECKING:
    from models.store import Store
    from rules.load import LoadResult
    from rules.model import RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why newer files are not in force: how many errors, and the first of them with its place."""

    errors: int
    first: str


class RulesInForce:
    """Holds one organisation's rule set. ``refresh`` looks at the files again when their times or sizes have changed."""

    def __init__(self, layers: Sequence[str | Path], org: Organisation, store: Store) -> None:
        self._layers = layers
        self._org = org
        self._store = store
        self._lock = threading.Lock()
        self._current: RuleSet | None = None
        self._fingerprint: tuple[tuple[str, int, int], ...] = ()
        self.refusal: Refusal | None = None

    @property
    def current(self) -> RuleSet:
        """The set in force.

        Raises:
            LookupError: :meth:`refresh` has never given one.
        """
        if self._current is None:
            raise LookupError("no rule set in force")
        return self._current

    def refresh(self) -> None:
        """Loads the files when they have changed; keeps the last good set when the new ones have errors.

        Raises:
            ConfigError: there has never been a good set.
        """
        with self._lock:
            seen = _fingerprint(self._layers)
            if seen == self._fingerprint and self._current is not None:
                return
            from rules.load import load

            result = load(self._layers, self._org)
            self._fingerprint = seen
            if result.ruleset is not None:
                self._put_in_force(result.ruleset)
            else:
                self._refuse(result)

    def _put_in_force(self, ruleset: RuleSet) -> None:
        with self._store.read() as reads:
            newest = reads.last_ruleset() == ruleset.sha256
        if not newest:
            with self._store.write() as tx:
                tx.keep_ruleset(ruleset.sha256, ruleset.files, rules=len(ruleset.rules))
        self._current, self.refusal = ruleset, None

    def _refuse(self, result: LoadResult) -> None:
        errors = [fault for fault in result.faults if fault.severity == "error"]
        first = errors[0]
        self.refusal = Refusal(errors=len(errors), first=f"{first.file}:{first.line}:{first.column} {first.message}")
        with self._store.write() as tx:
            tx.audit(AuditEvent.RULESET_REFUSED, details={"errors": len(errors), "code": first.code})
        if self._current is None:
            self._current = self._last_good()
        if self._current is None:
            fault = ConfigFault(
                key="regler",
                expected=f"regler uten feil; {len(errors)} feil, den første {self.refusal.first}",
                suggestion="postrobot rules lint",
            )
            raise ConfigError((fault,))

    def _last_good(self) -> RuleSet | None:
        """The set that was in force last, from the store."""
        from rules.load import load_stored

        with self._store.read() as reads:
            sha256 = reads.last_ruleset()
            files = reads.stored_ruleset(sha256) if sha256 is not None else None
        return load_stored(files, self._org).ruleset if files is not None else None

    def organisation(self, base: Organisation) -> Organisation:
        """``base`` with the unit register of the set in force."""
        return replace(base, enheter=self.current.enheter)


def _fingerprint(layers: Sequence[str | Path]) -> tuple[tuple[str, int, int], ...]:
    """Names, times (ns) and sizes of all files in the layers that are folders."""
    found = [
        (str(path), stat.st_mtime_ns, stat.st_size)
        for layer in layers
        if Path(layer).is_dir()
        for path in sorted(Path(layer).rglob("*"))
        if path.is_file() and (stat := path.stat())
    ]
    return tuple(found)

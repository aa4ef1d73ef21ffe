"""The rule set in force: loaded whole or not at all; the last good one stays (I12).

What the store says came into force last is in force. Changed files take its place when they load without errors and
their examples come true; with ``require_plan`` only ``rules apply`` does that. A post is judged and decided by one set
from beginning to end (:meth:`RulesInForce.pinned`); the next post may meet the next set.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from models.audit import AuditEvent
from models.errors import ConfigError, ConfigFault
from models.organisation import Organisation
from robot.git_origin import commits_of, origin_of

if TYPE_CHECKING:
    from models.store import Store
    from rules.load import LoadResult
    from rules.model import RuleSet

Fingerprint = tuple[tuple[str, int, int, int, int], ...]

_LOOKS = 3
"""How often files that change while they are read are read again at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why newer files are not in force: how many errors, and the first of them with its place."""

    errors: int
    first: str


class Why(StrEnum):
    """Why good files are not in force."""

    PLAN = "plan"
    HELD = "held"
    SOON = "soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Good files that are not in force: they wait for ``rules apply``, were held back by a roll-back, or the service takes
    them in a moment."""

    sha256: str
    rules: int
    why: Why


class RulesInForce:
    """Holds one organisation's rule set.

    ``keep`` False is for commands beside the service: nothing is written, and nothing is put in force.
    """

    def __init__(
        self,
        layers: Sequence[str | Path],
        org: Organisation,
        store: Store,
        *,
        require_plan: bool = False,
        keep: bool = True,
    ) -> None:
        self._layers = layers
        self._org = org
        self._store = store
        self._require_plan = require_plan
        self._keep = keep
        self._lock = threading.Lock()
        self._current: RuleSet | None = None
        self._seen: Fingerprint | None = None
        self._sighted: Fingerprint | None = None
        self._useless: str | None = None
        self._pin = threading.local()
        self.refusal: Refusal | None = None
        self.waiting: Waiting | None = None

    @property
    def current(self) -> RuleSet:
        """The set in force; the one this thread has pinned, if it has.

        Raises:
            LookupError: :meth:`refresh` has never given one.
        """
        pinned: RuleSet | None = getattr(self._pin, "ruleset", None)
        found = pinned or self._current
        if found is None:
            raise LookupError("no rule set in force")
        return found

    @contextmanager
    def pinned(self) -> Iterator[RuleSet]:
        """One and the same set for this thread as long as the block lasts, whatever comes into force meanwhile."""
        before = getattr(self._pin, "ruleset", None)
        self._pin.ruleset = found = self.current
        try:
            yield found
        finally:
            self._pin.ruleset = before

    def refresh(self) -> None:
        """Loads the files when they have changed; keeps the last good set when the new ones have errors.

        Raises:
            ConfigError: there has never been a good set.
        """
        with self._lock:
            self._refresh(fingerprint(self._layers))

    def refresh_when_still(self) -> None:
        """The same for the service, which looks often: files that changed since the last look are left until two looks see
        the same, so that an edit of several files is not taken half-way."""
        with self._lock:
            seen = fingerprint(self._layers)
            if seen not in (self._seen, self._sighted):
                self._sighted = seen
                self._follow_store()
                return
            self._refresh(seen)

    def organisation(self, base: Organisation) -> Organisation:
        """``base`` with the unit register of the set in force."""
        return replace(base, enheter=self.current.enheter)

    def _refresh(self, seen: Fingerprint) -> None:
        if seen == self._seen and self._current is not None and not self._follow_store():
            return
        from rules.load import load

        for _ in range(_LOOKS):
            result = load(self._layers, self._org)
            again = fingerprint(self._layers)
            if again == seen:
                break
            seen = again  # somebody was writing while we read: what we have may be a mixture
        else:
            if self._current is not None:
                return  # still being written; the next look takes it
        self._seen = self._sighted = seen
        if result.ruleset is not None:
            self._offer(result.ruleset)
        else:
            self._refuse(result)

    def _offer(self, ruleset: RuleSet) -> None:
        """Good files: in force, or waiting."""
        with self._store.read() as reads:
            last, held = reads.last_ruleset(), reads.held_files()
        self.refusal, self.waiting = None, None
        if last is None or last == ruleset.sha256:
            self._put_in_force(ruleset, new=last is None)
        elif held == ruleset.sha256:
            self._wait(ruleset, Why.HELD)
        elif self._require_plan:
            self._wait(ruleset, Why.PLAN)
        elif not self._keep:
            self._wait(ruleset, Why.SOON)
        else:
            self._put_in_force(ruleset, new=True)

    def _put_in_force(self, ruleset: RuleSet, *, new: bool) -> None:
        if new and self._keep:
            origin = {"how": "files", **origin_of(commits_of(self._layers))}
            with self._store.write() as tx:
                tx.keep_ruleset(ruleset.sha256, ruleset.files, rules=len(ruleset.rules), origin=origin)
        self._current = ruleset

    def _wait(self, ruleset: RuleSet, why: Why) -> None:
        self.waiting = Waiting(sha256=ruleset.sha256, rules=len(ruleset.rules), why=why)
        self._follow_store()
        if self._current is None:
            raise ConfigError((_unusable("regelsettet i drift passer ikke lenger til oppsettet", "rules plan"),))

    def _follow_store(self) -> bool:
        """Takes over what another process has put in force (``rules apply``, ``rules rollback``); whether there was such."""
        with self._store.read() as reads:
            last = reads.last_ruleset()
            known = (self._useless, self._current.sha256 if self._current is not None else None)
            if last is None or last in known:
                return False
            files = reads.stored_ruleset(last)
        from rules.load import load_stored

        loaded = load_stored(files, self._org).ruleset if files is not None else None
        if loaded is None:
            self._useless = last
            return False
        self._current = loaded
        return True

    def _refuse(self, result: LoadResult) -> None:
        errors = [fault for fault in result.faults if fault.severity == "error"]
        first = errors[0]
        self.waiting = None
        self.refusal = Refusal(errors=len(errors), first=f"{first.file}:{first.line}:{first.column} {first.message}")
        if self._keep:
            with self._store.write() as tx:
                tx.audit(AuditEvent.RULESET_REFUSED, details={"errors": len(errors), "code": first.code})
        self._follow_store()
        if self._current is None:
            expected = f"regler uten feil; {len(errors)} feil, den første {self.refusal.first}"
            raise ConfigError((_unusable(expected, "postrobot rules lint"),))


def fingerprint(layers: Sequence[str | Path]) -> Fingerprint:
    """What tells changed files: name, inode, size and times (ns) of everything in the layers and beside those that are
    single files."""
    found: dict[str, tuple[str, int, int, int, int]] = {}
    for layer in layers:
        path = Path(layer)
        files = path.rglob("*") if path.is_dir() else path.parent.glob("*") if path.is_file() else ()
        for file in files:
            try:
                stat = file.stat()
            except OSError:
                continue  # gone again, or a link that leads nowhere
            if not file.is_dir() and ".git" not in file.parts:
                found[str(file)] = (str(file), stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return tuple(found[name] for name in sorted(found))


def _unusable(expected: str, command: str) -> ConfigFault:
    return ConfigFault(key="regler", expected=expected, suggestion=command)

"""Rule sets: every one that was in force is kept whole under its hash; which is in force; files that are held back."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from models.audit import AuditEvent
from models.store import tables as t
from models.store.audit_tx import AuditTx
from models.store.base import Part
from models.store.codec import pack, plain, unpack

_HELD = "rules_held"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRuleset:
    """A set that was in force. ``origin`` has ``how`` (files, apply, rollback), ``by`` and, from git, ``commit``,
    ``author`` and ``dirty``."""

    sha256: str
    in_force_at: datetime
    rules: int
    origin: Mapping[str, Any] = field(default_factory=dict)


class RuleReads(Part):
    """Questions about rule sets."""

    def stored_ruleset(self, sha256: str) -> dict[str, bytes] | None:
        """The files of a rule set that was in force, or None."""
        raw = self.conn.execute(select(t.ruleset.c.files).where(t.ruleset.c.sha256 == sha256)).scalar()
        if raw is None:
            return None
        return {name: base64.b64decode(content) for name, content in unpack(bytes(raw), dict[str, str]).items()}

    def last_ruleset(self) -> str | None:
        """The hash of the rule set that came into force last, or None."""
        query = select(t.ruleset.c.sha256).order_by(t.ruleset.c.no.desc(), t.ruleset.c.in_force_at.desc()).limit(1)
        found = self.conn.execute(query).scalar()
        return str(found) if found is not None else None

    def rule_count(self, sha256: str) -> int:
        """How many rules a stored set has."""
        found = self.conn.execute(select(t.ruleset.c.rules).where(t.ruleset.c.sha256 == sha256)).scalar()
        return int(found or 0)

    def kept_rulesets(self, limit: int = 1000) -> Sequence[KeptRuleset]:
        """The sets that were in force, the one in force first, then the one before it."""
        r = t.ruleset.c
        query = select(r.sha256, r.in_force_at, r.rules, r.origin).order_by(r.no.desc(), r.in_force_at.desc())
        return tuple(
            KeptRuleset(
                sha256=row.sha256,
                in_force_at=datetime.fromtimestamp(row.in_force_at, UTC),
                rules=row.rules,
                origin=json.loads(row.origin) if row.origin else {},
            )
            for row in self.conn.execute(query.limit(limit))
        )

    def held_files(self) -> str | None:
        """The hash of the files that were set aside by a roll-back or by a plan made elsewhere, or None."""
        found = self.conn.execute(select(t.counter.c.text).where(t.counter.c.name == _HELD)).scalar()
        return str(found) if found else None


class RuleTx(AuditTx, RuleReads):
    """Putting rule sets in force."""

    def keep_ruleset(
        self,
        sha256: str,
        files: Mapping[str, bytes],
        *,
        rules: int,
        origin: Mapping[str, Any] | None = None,
        actor: str = "robot",
    ) -> bool:
        """Keeps the files of a rule set under its hash, with the event that it is in force. False: it is so already.

        A set that was in force before (an edit taken back) comes into force anew.
        """
        if self.last_ruleset() == sha256:
            return False
        told = dict(origin or {})
        number = int(self.conn.execute(select(func.max(t.ruleset.c.no))).scalar() or 0) + 1
        changed = {"no": number, "in_force_at": self.now, "origin": plain(told) if told else ""}
        if self.conn.execute(select(t.ruleset.c.sha256).where(t.ruleset.c.sha256 == sha256)).first() is not None:
            self.conn.execute(update(t.ruleset).where(t.ruleset.c.sha256 == sha256).values(**changed))
        else:
            # JSON has no bytes, and a rule set may hold files that are no text (samples beside the rules).
            kept = pack({name: base64.b64encode(raw).decode() for name, raw in files.items()}, dict[str, str])
            self.conn.execute(insert(t.ruleset).values(sha256=sha256, rules=rules, files=kept, **changed))
        said = {name: value for name, value in told.items() if name in _AUDITED}
        self.audit(
            AuditEvent.RULESET_IN_FORCE,
            actor=actor,
            ruleset_sha256=sha256,
            details={"files": len(files), "rules": rules, **said},
        )
        return True

    def hold_files(self, sha256: str | None) -> None:
        """These files are not put in force as they stand; None: none are held."""
        where = t.counter.c.name == _HELD
        if self.conn.execute(update(t.counter).where(where).values(text=sha256 or "")).rowcount == 0:
            self.conn.execute(insert(t.counter).values(name=_HELD, value=0, text=sha256 or ""))


_AUDITED = ("how", "plan", "commit", "author", "dirty", "accepted")
"""What of the origin the audit repeats: not who gave the command (the event's actor is a keyed hash of that)."""

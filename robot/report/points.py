"""A post as a point of the report: what it is, what the robot proposes, on what grounds, and what answers it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.decision import Decision, Way
from models.noark import Journalstatus
from models.post import Outcome
from models.reasons import ReasonCode
from robot.lacks import lack_text
from robot.report.masking import Masker
from robot.report.model import Point, Points
from robot.report.piles import Pile
from robot.review_screens import suggestion
from robot.texts import reason_text, text
from robot.wording import ground_text

if TYPE_CHECKING:
    from models.sql import Row
    from models.store.kept_tx import StoredDecision
    from models.store.store import Reads
    from rules.model import RuleSet


@dataclass(slots=True, kw_only=True)
class PointMaker:
    """Makes points, each once, and unpacks a decision only for a point that is shown."""

    reads: Reads
    mask: Masker
    language: str
    rules: RuleSet | None
    _made: dict[int, Point] = field(default_factory=dict)

    def shown(self, pile: Pile) -> Points:
        """The pile's first rows as points, and the count of all."""
        return Points(shown=tuple(self.point(row) for row in pile.first()), total=pile.total)

    def point(self, row: Row, *, due: str = "") -> Point:
        """One row; ``due`` for the list of deadlines."""
        if due or row["seq"] not in self._made:
            made = self._make(row, due)
            if due:
                return made
            self._made[row["seq"]] = made
        return self._made[row["seq"]]

    def _make(self, row: Row, due: str) -> Point:
        stored = self.reads.decision(row["seq"])
        decision = stored.decision if stored is not None else None
        strict = self._strict(row, decision)
        hidden = text("point.shielded", self.language)
        sender = hidden if strict or row["tilgang"] == "shielded" else self.mask(row["sender"] or "")
        return Point(
            id=row["id"],
            received=datetime.fromtimestamp(row["received_at"], ZoneInfo(self.mask.zone)).isoformat(timespec="minutes"),
            what=text("point.strict", self.language) if strict else self.mask(self._title(row)),
            sender=sender,
            detail="" if strict else self.mask(row["detail"] or ""),
            proposal="" if strict else self.mask(self._proposal(row, decision, due)),
            evidence=() if strict else tuple(self.mask(line) for line in self._evidence(row, stored)),
            command=suggestion(row),
            due=due,
            urgent=is_innsyn(row) if due else bool(row["urgent"]),
        )

    def _strict(self, row: Row, decision: Decision | None) -> bool:
        """Address protection in anything that would be shown, or in the access code: then only the id is shown."""
        shown = (row["subject"], row["tittel"], row["saktittel"], row["sender"], row["detail"], row["source_id"])
        if any(self.mask.strict(value) for value in shown if value):
            return True
        journalpost = decision.journalpost if decision is not None else None
        if journalpost is None or journalpost.skjerming is None:
            return False
        return self.mask.strict_code(journalpost.skjerming.kode)

    def _title(self, row: Row) -> str:
        title = row["offentlig_tittel"] if row["tilgang"] == "shielded" else row["tittel"] or row["subject"]
        return str(title or (row["source_id"] if row["channel"] == "mappe" else "")) or text(
            "point.no_subject", self.language
        )

    def _proposal(self, row: Row, decision: Decision | None, due: str) -> str:
        say = self.language
        if decision is not None and decision.forward is not None:
            key = "proposal.forwarded" if row["outcome"] == Outcome.FORWARDED else "proposal.forward"
            return text(key, say, to=decision.forward.to)
        unit = f", {text('proposal.unit', say, unit=row['enhet'])}" if row["enhet"] else ""
        if row["journalpost"]:
            key = "proposal.stands"
            if due and row["journalstatus"] != Journalstatus.MIDLERTIDIG:
                key = "proposal.answer"
            values = {"journalpost": row["journalpost"], "status": row["journalstatus"] or ""}
            return text(key, say, **values) + unit
        if row["saktittel"]:
            title = text("point.shielded", say) if row["tilgang"] == "shielded" else row["saktittel"]
            key = "proposal.case" if row["saksnummer"] else "proposal.new_case"
            return text(key, say, number=row["saksnummer"] or "", title=title) + unit
        if decision is not None and decision.proposed is Way.DISMISS:
            reason = decision.proposed_reason
            why = f": {reason_text(reason, say).title.lower()}" if reason is not None else ""
            return text("proposal.dismiss", say) + why
        return ""

    def _evidence(self, row: Row, stored: StoredDecision | None) -> Iterable[str]:
        if stored is not None:
            yield from self._grounds(row, stored.decision)
            if row["reason"] == ReasonCode.NO_RULE:
                for rule in self._near(stored.judgement.near):
                    yield text("ground.near", self.language, rule=rule)
            for rule_id in stored.decision.listed:
                yield text("ground.listed", self.language, rule=self._name(rule_id))
        for code in (row["lacks"] or "").split(","):
            if code:
                yield text("ground.lack", self.language, text=lack_text(code, self.language))

    def _grounds(self, row: Row, decision: Decision) -> Iterable[str]:
        for ground in decision.because:
            said = "" if ground.text in (row["detail"], row["reason"]) else ground.text
            line = ground_text(ground.source, said, self.language, name=self._name)
            if line:
                yield line

    def _name(self, rule_id: str) -> str:
        rule = self.rules.rule(rule_id) if self.rules is not None else None
        return rule.navn if rule is not None else rule_id

    def _near(self, near: Sequence[str]) -> list[str]:
        """Names of the rules that missed by one of several *positive* conditions; an exception that did not apply is no
        likeness, nor are the shared rules about machine-made post."""
        from rules.conditions import NoneOf

        found = []
        for rule_id in near:
            rule = self.rules.rule(rule_id) if self.rules is not None else None
            if rule is None or rule.place.file.startswith("felles/"):
                continue
            if sum(not isinstance(part, NoneOf) for part in rule.conjuncts) > 1:
                found.append(rule.navn)
        return found[:2]


def is_innsyn(row: Row) -> bool:
    """A request for access (offentleglova § 32: to be answered without undue delay), by its rule or title."""
    return "innsyn" in f"{row['rule'] or ''} {row['tittel'] or ''} {row['subject'] or ''}".lower()


def in_group_order(row: Row) -> tuple[bool, float]:
    """Urgent first, then oldest."""
    return (not row["urgent"], row["received_at"])

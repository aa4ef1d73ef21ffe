"""What stands open in caretaking, for the report and ``cases list``: by what it is and why, with what would help."""

from __future__ import annotations

from models.store.care_tx import CareReads, PointGroup
from robot.caretaking.model import Kind, Task
from robot.report.model import Care, CareGroup
from robot.texts import text

EXAMPLES = 5
GROUPS = 40
_SETTLES = (Kind.MISSING.value, Kind.PROPOSED.value, Kind.REFUSED.value, Kind.RULE.value, Kind.UNSURE.value)


def gather_care(reads: CareReads, language: str) -> Care:
    """The groups, those a person can do something about first, and the one thing that would close the most cases."""
    groups = reads.point_groups()
    ordered = sorted(groups, key=lambda one: one.kind not in _SETTLES)
    return Care(
        best=_best(groups, language),
        total=sum(one.number for one in groups),
        groups=tuple(_group(reads, one, language) for one in ordered[:GROUPS]),
    )


def _best(groups: list[PointGroup], language: str) -> str:
    """Of the cases in whose way only one kind of thing stands, the kind with the most cases."""
    alone = [g for g in groups if g.task == Task.CLOSE and g.kind == Kind.MISSING and g.reason and "," not in g.reason]
    best = max(alone, key=lambda one: one.number, default=None)
    if best is None:
        return ""
    what = said_codes(best.reason, language)
    key = "care.best_one" if best.single == best.number else "care.best"
    return text(key, language, number=best.number, what=what, single=best.single)


def _group(reads: CareReads, one: PointGroup, language: str) -> CareGroup:
    first = reads.first_points(EXAMPLES, task=one.task, kind=one.kind, reason=one.reason)
    return CareGroup(
        task=text(f"care.task.{one.task}", language),
        what=said(one.kind, one.reason, language),
        do=advice(one.kind, one.reason, language),
        number=one.number,
        single=one.single,
        examples=tuple(dict.fromkeys(point.number for point in first)),
    )


def said(kind: str, reason: str, language: str) -> str:
    """Why something is a point, as half a sentence."""
    if kind == Kind.TOLD and reason:
        return text("care.kind.told.codes", language, codes=said_codes(reason, language))
    return text(f"care.kind.{kind}", language, codes=said_codes(reason, language))


def said_codes(reason: str, language: str) -> str:
    """Codes as words; one that has no words of its own stands as it is (a rule's id, a status)."""
    return ", ".join(_word(code, language) for code in reason.split(",") if code)


def _word(code: str, language: str) -> str:
    for key in (f"care.lack.{code}", f"care.rule.{code}"):
        try:
            return text(key, language)
        except KeyError:
            continue
    return code


def advice(kind: str, reason: str, language: str) -> str:
    """What a person does about it."""
    said_ = [text(f"care.do.{kind}", language)] if kind != Kind.MISSING else []
    for code in reason.split(",") if kind == Kind.MISSING else ():
        try:
            said_.append(text(f"care.do.{code}", language))
        except KeyError:
            continue
    return " ".join(dict.fromkeys(said_))

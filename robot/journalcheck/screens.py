"""Findings as machines and people see them: never the value, the gravest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from models.store.journal_tx import StoredFinding
from robot.journalcheck.catalogue import CHECKS
from robot.journalcheck.telling import title_of
from robot.texts import text
from rules.provisions import normalise_provision, parse_provisions, provisions_bytes

MOST = 200


@lru_cache(maxsize=1)
def _checked() -> Mapping[str, bool]:
    return {normalise_provision(one.text): one.checked for one in parse_provisions(provisions_bytes())}


def basis_checked(basis: str) -> bool:
    """Whether a human has held the provision against Lovdata (rules/hjemler.csv)."""
    return _checked().get(normalise_provision(basis), False)


def action_of(check: str, language: str) -> str:
    """What is proposed."""
    known = CHECKS.get(check)
    return text(f"journal.do.{known.action if known is not None else 'look'}", language)


def one_as_data(one: StoredFinding) -> dict[str, object]:
    """One finding for machines."""
    return {
        "check": one.check_id,
        "severity": one.severity,
        "entry": one.entry,
        "number": one.number,
        "field": one.field,
        "masked": one.masked,
        "note": one.note,
        "basis": one.basis,
        "basis_checked": basis_checked(one.basis) if one.basis else False,
        "rule": one.rule,
        "confidence": one.confidence,
        "key": one.key,
        "id": one.name,
        "status": one.status,
        "action": action_of(one.check_id, "nb"),
        "enhet": one.enhet,
    }


def as_data(entries: int, found: Sequence[StoredFinding]) -> dict[str, object]:
    """The form of ``journal check --json``."""
    return {"entries": entries, "findings": [one_as_data(one) for one in found]}


def line_of(one: StoredFinding, language: str) -> str:
    """One finding on one line."""
    level = text(f"journal.level.{one.severity}", language)
    status = text(f"journal.status.{one.status}", language)
    more = " – ".join(part for part in (one.masked, one.note) if part)
    return (
        f"{one.name:<6} {level:<9} {one.check_id} {title_of(one.check_id, language)}: {one.number or one.entry}, "
        f"{one.field}{f' ({more})' if more else ''}, {status}"
    )


def as_text(entries: int, found: Sequence[StoredFinding], language: str) -> str:
    """For people."""
    lines = [line_of(one, language) for one in found[:MOST]]
    if len(found) > MOST:
        lines.append(text("journal.mail.more", language, count=len(found) - MOST))
    grave: dict[str, int] = {}
    for one in found:
        grave[one.severity] = grave.get(one.severity, 0) + 1
    summary = ", ".join(f"{text(f'journal.level.{level}', language)} {count}" for level, count in grave.items())
    return "\n".join(
        [*lines, text("journal.total", language, entries=entries, found=len(found), levels=summary or "–")]
    )


def shown_text(one: StoredFinding, language: str) -> str:
    """``review show F12``."""
    lines = [line_of(one, language)]
    if one.basis:
        mark = text("journal.yes" if basis_checked(one.basis) else "journal.no", language)
        lines.append(f"  {one.basis} ({text('journal.unchecked', language, checked=mark)})")
    lines.append(f"  {action_of(one.check_id, language)}")
    if one.rule:
        lines.append(f"  {text('journal.rule', language, rule=one.rule)}")
    lines += [f"  postrobot review approve {one.name}   {text('journal.approve', language)}"]
    lines += [f"  postrobot review dismiss {one.name}   {text('journal.dismiss', language)}"]
    return "\n".join(lines)

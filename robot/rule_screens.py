"""Rules as ``rules list`` shows them, with what they have done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from robot.rule_use import Advice, Use, Used, advice
from rules.model import Rule


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """The order they are preferred in."""
    return sorted(rules, key=lambda rule: (-rule.prioritet, rule.id))


def rule_row(rule: Rule, used: Used | None) -> dict[str, Any]:
    """For machines. What has been counted is null where there is no post to count."""
    row: dict[str, Any] = {
        "id": rule.id,
        "navn": rule.navn,
        "prioritet": rule.prioritet,
        "modus": rule.modus.value,
        "eier": rule.eier,
        "hvorfor": rule.hvorfor,
        "file": rule.place.file,
        "line": rule.place.line,
    }
    use = used.by_rule.get(rule.id, Use()) if used is not None else None
    found = advice(rule, use) if use is not None else None
    counted = ("hits", "decided", "approved", "corrected", "auto", "auto_corrected")
    row |= {name: getattr(use, name) if use is not None else None for name in counted}
    row["last_used"] = _iso(use)
    row["advice"] = _advice_row(found) if found is not None else None
    return row


def rule_text(rule: Rule, used: Used | None, zone: str, days: int) -> str:
    """For people: one line for the rule, one for what it has done, and one for what that speaks for."""
    where = f"{rule.place.file}:{rule.place.line}"
    lines = [f"{rule.prioritet:>5}  {rule.modus.value:<8} {rule.id:<32} {rule.navn}  ({where})"]
    owner = f"eier {rule.eier}" if rule.eier else "uten eier"
    if used is None:
        return lines[0]
    use = used.by_rule.get(rule.id)
    if use is None:
        lines.append(f"       ingen treff på {days} dager · {owner}")
        return "\n".join(lines)
    last = f"{datetime.fromtimestamp(use.last_at, ZoneInfo(zone)):%d.%m.%Y}"
    told = [f"{use.hits} treff på {days} dager, sist {last}"]
    if use.answered:
        told.append(f"godkjent {use.approved} av {use.answered} forslag")
    if use.auto:
        told.append(f"rettet {use.auto_corrected} av {use.auto} journalført av seg selv")
    lines.append(f"       {' · '.join((*told, owner))}")
    found = advice(rule, use)
    if found is not None:
        lines.append(f"       {advice_text(found)}")
    return "\n".join(lines)


def advice_text(found: Advice) -> str:
    """The figures, how sure they are, and what they speak for. The change is a person's to make."""
    share = f"{percent(found.low)}–{percent(found.high)} %"
    return (
        f"{found.agreed} av {found.of} ble stående som foreslått (med 95 % sikkerhet {share}): "
        f"vurder modus: {found.proposed}"
    )


def percent(share: float) -> str:
    """Whole percent, never rounded up to all."""
    return str(min(int(share * 100), 100))


def _advice_row(found: Advice) -> dict[str, Any]:
    return {
        "proposed": found.proposed,
        "agreed": found.agreed,
        "of": found.of,
        "low": round(found.low, 3),
        "high": round(found.high, 3),
    }


def _iso(use: Use | None) -> str | None:
    if use is None or not use.last_at:
        return None
    return datetime.fromtimestamp(use.last_at, UTC).isoformat(timespec="seconds")

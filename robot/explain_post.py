"""Why did it do that? The decision of a post with every rule tried, by the rule set that was in force then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from models.judgement import RuleTrace
from robot.listing import listed

if TYPE_CHECKING:
    from robot.config import Settings


def explain_post(settings: Settings, ref: str, *, now: Callable[[], datetime]) -> dict[str, Any] | None:
    """The explanation as plain data, or None when there is no such post."""
    from robot import build
    from rules.engine import trace
    from rules.load import load_stored

    for name in settings.organisasjon:
        store = build.store(settings, name, now=now)
        with store.read() as reads:
            row = reads.row(ref)
            stored = reads.decision(row["seq"]) if row is not None else None
            files = reads.stored_ruleset(stored.decision.ruleset_sha256) if stored is not None else None
            effects = reads.effects_of(row["seq"]) if row is not None else []
        store.close()
        if row is None:
            continue
        org = build.organisation(settings, name)
        ruleset = load_stored(files, org).ruleset if files is not None else None
        tried = trace(ruleset, stored.facts, org) if ruleset is not None and stored is not None else ()
        decision = stored.decision if stored is not None else None
        return {
            **listed(row, settings.organisasjon[name].orgnr),
            "way": decision.way.value if decision is not None else None,
            "mode": decision.mode.value if decision is not None and decision.mode is not None else None,
            "because": [{"source": r.source, "text": r.text} for r in decision.because] if decision is not None else [],
            "ruleset": decision.ruleset_sha256 if decision is not None else None,
            "decided_at": stored.at.isoformat(timespec="seconds") if stored is not None else None,
            "rules": [_rule(rule) for rule in tried],
            "near": list(stored.judgement.near) if stored is not None else [],
            "effects": [
                {"key": e.key, "kind": str(e.request.get("kind", e.kind)), "state": e.state.value} for e in effects
            ],
        }
    return None


def _rule(rule: RuleTrace) -> dict[str, Any]:
    return {
        "rule": rule.regel,
        "name": rule.navn,
        "file": rule.file,
        "line": rule.line,
        "priority": rule.prioritet,
        "mode": rule.modus.value,
        "holds": rule.holds.value,
        "conditions": [{"path": c.path, "holds": c.holds.value, "text": c.text} for c in rule.conditions],
    }


def explained_text(found: dict[str, Any]) -> str:
    """For people: the outcome, then each rule, those that hit first."""
    from robot.texts import reason_text

    lines = [f"Post {found['id']}, mottatt {found['received_at'][:16].replace('T', ' ')} ({found['channel']})"]
    lines.append(f"Emne: {found['subject'] or '(uten)'}")
    if found["state"] == "set_aside":
        lines.append(f"Utfall: SATT TIL SIDE. {reason_text(found['reason']).title}. {found['detail']}".rstrip())
    elif found["journalpost"]:
        lines.append(
            f"Utfall: JOURNALFØRT som {found['journalpost']} (status {found['journalstatus']}) i {found['saksnummer']} "
            f"«{found['saktittel']}», enhet {found['enhet']}"
        )
    else:
        lines.append(f"Utfall: {found['outcome'] or found['state']}")
    for reason in found["because"]:
        lines.append(f"Fordi: {reason['source']}: {reason['text']}")
    lines.append("")
    order = {"ja": 0, "ukjent": 1, "nei": 2}
    for rule in sorted(found["rules"], key=lambda r: (order[r["holds"]], -r["priority"], r["rule"])):
        lines.append(
            f"{rule['holds']:<7} «{rule['name']}» ({rule['file']}:{rule['line']}, prioritet {rule['priority']})"
        )
        if rule["holds"] != "nei" or rule["rule"] in found["near"]:
            lines += [f"          {c['holds']:<6} {c['path']}: {c['text']}" for c in rule["conditions"]]
    lines.append(f"\nRegelsett {str(found['ruleset'])[:16]}, avgjort {found['decided_at']}.")
    return "\n".join(lines)

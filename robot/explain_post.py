"""Why did it do that? The decision of a post with every rule tried, by the rule set that was in force then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from models.judgement import RuleTrace
from robot.listing import listed
from robot.review_screens import PURGED, local_time
from robot.texts import outcome_text, reason_text, state_text
from robot.wording import ground_text

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
        purged = row["purged_at"] is not None  # what the rules were tried on is gone; the grounds are still there
        tried = trace(ruleset, stored.facts, org) if ruleset is not None and stored is not None and not purged else ()
        decision = stored.decision if stored is not None else None
        return {
            **listed(row, settings.organisasjon[name].orgnr),
            "zone": settings.zone(name),
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


def explained_text(found: dict[str, Any], *, every: bool = False) -> str:
    """For people: the outcome, then each rule that hit, could not be tried, or was near. ``every``: the others too."""
    zone = found["zone"]
    lines = [f"Post {found['id']}, mottatt {local_time(found['received_at'], zone)} ({found['channel']})"]
    lines.append(f"Emne:     {found['subject'] or '(uten emne)'}")
    lines.append(f"Utfall:   {_outcome(found)}")
    if found["purged"]:
        lines.append(f"Innhold:  {PURGED}")
    names = {rule["rule"]: rule["name"] for rule in found["rules"]}
    for reason in found["because"]:
        same = reason["text"] in (found["detail"], found["reason"])
        ground = ground_text(reason["source"], "" if same else reason["text"], "nb", name=names.get)
        if ground:
            lines.append(f"Grunnlag: {ground}")
    lines.append("")
    order = {"ja": 0, "ukjent": 1, "nei": 2}
    rules = sorted(found["rules"], key=lambda r: (order[r["holds"]], -r["priority"], r["rule"]))
    told = [rule for rule in rules if every or rule["holds"] != "nei" or rule["rule"] in found["near"]]
    for rule in told:
        lines.append(
            f"{rule['holds']:<7} «{rule['name']}» ({rule['file']}:{rule['line']}, prioritet {rule['priority']})"
        )
        if rule["holds"] != "nei" or rule["rule"] in found["near"]:
            lines += [f"          {c['holds']:<6} {c['text']}" for c in rule["conditions"]]
    left = len(rules) - len(told)
    if left:
        which = "1 regel til traff ikke" if left == 1 else f"{left} regler til traff ikke"
        lines.append(f"{which}. Vis alle: postrobot explain {found['id']} --alle")
    if found["ruleset"]:
        lines.append(f"\nRegelsett {str(found['ruleset'])[:16]}, avgjort {local_time(found['decided_at'], zone)}.")
    else:
        lines.append("Posten er ikke avgjort ennå.")
    return "\n".join(lines)


def _outcome(found: dict[str, Any]) -> str:
    """One sentence in words."""
    if found["state"] == "set_aside":
        title, detail = reason_text(found["reason"]).title, found["detail"]
        return f"LAGT TIL SIDE. {detail if detail.startswith(title) else f'{title}. {detail}'}".rstrip()
    if found["journalpost"]:
        words = {"J": "JOURNALFØRT", "M": "REGISTRERT, IKKE GODKJENT (M)", "U": "SATT TIL UTGÅR"}
        word = words.get(found["journalstatus"], "I ARKIVET")
        unit = f", enhet {found['enhet']}" if found["enhet"] else ""
        case = f"{found['saksnummer']} «{found['saktittel']}»" if found["saktittel"] else found["saksnummer"]
        return f"{word}: {found['journalpost']} i sak {case}{unit}"
    if found["outcome"]:
        why = f" ({reason_text(found['reason']).title.lower()})" if found["reason"] else ""
        return f"{outcome_text(found['outcome']).upper()}{why}"
    return f"{state_text(found['state'])}, roboten er ikke ferdig med den"

"""Why did it do that? The decision of a post with every rule tried, by the rule set that was in force then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from models.facts import Facts, FactValue, Unknown, Vedlegg
from models.judgement import RuleTrace
from robot.listing import listed
from robot.review_screens import PURGED, local_time
from robot.texts import outcome_text, reason_text, state_text
from robot.wording import ground_text

if TYPE_CHECKING:
    from models.store.kept_tx import StoredDecision
    from robot.config import Settings

_SHORT = 100
"""Characters of a fact that are shown."""


class Depth(Enum):
    """How much an explanation tells."""

    SHORT = "kort"
    USUAL = "vanlig"
    ALL = "alt"


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
            "rules": [rule_row(rule) for rule in tried],
            "near": list(stored.judgement.near) if stored is not None else [],
            "captures": dict(_captures(stored)),
            "facts": short_facts(stored.facts) if stored is not None and not purged else {},
            "language": _language(stored) if stored is not None and not purged else [],
            "pipelines": list(decision.pipelines) if decision is not None else [],
            "effects": [
                {"key": e.key, "kind": str(e.request.get("kind", e.kind)), "state": e.state.value} for e in effects
            ],
        }
    return None


def _language(stored: StoredDecision) -> list[dict[str, Any]]:
    from dataclasses import asdict

    from robot.language.proposals import told_text

    return [{**asdict(told), "text": told_text(told)} for told in stored.facts.language]


def _captures(stored: StoredDecision | None) -> dict[str, str]:
    winner = stored.judgement.winner if stored is not None else None
    return winner.captures if winner is not None else {}


def short_facts(facts: Facts) -> dict[str, str]:
    """What was known of the post, by name; long texts cut."""
    shown = {name: _short(value) for name, value in sorted(facts.values.items())}
    # A person's number is for the archive's own field; who asks why need not see it.
    return {name: "***********" if name == "avsender.fnr" else value for name, value in shown.items()}


def _short(value: FactValue) -> str:
    if isinstance(value, Unknown):
        return "ukjent" if value.known is None else "ukjent (bare delvis lest)"
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, tuple):
        words = [
            item if isinstance(item, str) else item.navn if isinstance(item, Vedlegg) else item.etikett
            for item in value
        ]
        return _cut(", ".join(words)) or "ingen"
    return _cut(str(value))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"


def rule_row(rule: RuleTrace) -> dict[str, Any]:
    """A rule as tried, as plain data."""
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


def explained_text(found: dict[str, Any], *, depth: Depth = Depth.USUAL) -> str:
    """For people. SHORT: the outcome and its ground. USUAL: with each rule that hit, could not be tried, or was near. ALL:
    every rule, what was known of the post, what was taken out of it, and what the robot did."""
    zone = found["zone"]
    lines = [f"Post {found['id']}, mottatt {local_time(found['received_at'], zone)} ({found['channel']})"]
    lines.append(f"Emne:     {found['subject'] or '(uten emne)'}")
    lines.append(f"Utfall:   {_outcome(found)}")
    if found["purged"]:
        lines.append(f"Innhold:  {PURGED}")
    lines += _grounds(found)
    for number, told in enumerate(found.get("language", ())):
        lines.append(f"{'Språk:' if number == 0 else '':<10}{told['target']}: {told['text']}")
    if depth is Depth.SHORT:
        lines.append(f"Hvorfor:  postrobot explain {found['id']}")
        return "\n".join(lines)
    lines.append("")
    lines += rule_lines(
        found["rules"], found["near"], every=depth is Depth.ALL, more=f"postrobot explain {found['id']} --alt"
    )
    if depth is Depth.ALL:
        lines += known_lines(found["facts"], found["captures"])
        lines += ["", "Hva roboten gjorde:"] if found["effects"] else []
        lines += [f"  {effect['kind']:<16} {effect['state']:<8} {effect['key']}" for effect in found["effects"]]
    if found["ruleset"]:
        lines.append(f"\nRegelsett {str(found['ruleset'])[:16]}, avgjort {local_time(found['decided_at'], zone)}.")
    else:
        lines.append("Posten er ikke avgjort ennå.")
    return "\n".join(lines)


def _grounds(found: dict[str, Any]) -> list[str]:
    names = {rule["rule"]: rule["name"] for rule in found["rules"]}
    lines = []
    for reason in found["because"]:
        same = reason["text"] in (found["detail"], found["reason"])
        ground = ground_text(reason["source"], "" if same else reason["text"], "nb", name=names.get)
        if ground:
            lines.append(f"Grunnlag: {ground}")
    return lines


def rule_lines(tried: Sequence[dict[str, Any]], near: Collection[str], *, every: bool, more: str) -> list[str]:
    """Each rule that hit, could not be tried or was near, with what matched and what was missing; with ``every`` all of
    them. ``more`` is the command that shows the rest."""
    order = {"ja": 0, "ukjent": 1, "nei": 2}
    rules = sorted(tried, key=lambda r: (order[r["holds"]], -r["priority"], r["rule"]))
    told = [rule for rule in rules if every or rule["holds"] != "nei" or rule["rule"] in near]
    lines = []
    for rule in told:
        lines.append(
            f"{rule['holds']:<7} «{rule['name']}» ({rule['file']}:{rule['line']}, prioritet {rule['priority']})"
        )
        if every or rule["holds"] != "nei" or rule["rule"] in near:
            lines += [f"          {c['holds']:<6} {c['text']}" for c in rule["conditions"]]
    left = len(rules) - len(told)
    if left:
        which = "1 regel til traff ikke" if left == 1 else f"{left} regler til traff ikke"
        lines.append(f"{which}. Vis alle: {more}")
    return lines


def known_lines(facts: Mapping[str, str], captures: Mapping[str, str]) -> list[str]:
    """What was known of the post, and what a rule took out of it."""
    lines = ["", "Det roboten visste om posten:"] if facts else []
    lines += [f"  {name:<22} {value}" for name, value in facts.items()]
    if captures:
        lines += ["", "Hentet ut av den:"]
        lines += [f"  {name:<22} {value}" for name, value in captures.items()]
    return lines


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

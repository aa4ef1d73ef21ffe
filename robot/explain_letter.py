"""What a letter would meet that the robot has never had: a file, or a few words on the command line. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import UsedWrongly
from models.facts import Facts
from robot.backtest.screens import source_text
from robot.backtest.would import FIELDS, would
from robot.explain_post import Depth, known_lines, rule_lines, rule_row, short_facts

if TYPE_CHECKING:
    from models.facts import FactValue
    from models.organisation import Organisation
    from robot.context import Context
    from rules.model import RuleSet

MOST_BYTES = 150 * 1024 * 1024


def explain_letter(
    context: Context, file: Path | None, invented: Mapping[str, str], *, rules: Path | None, only: str | None
) -> dict[str, Any]:
    """What the rules in force (or those in ``rules``) say of the letter, as plain data.

    ``invented`` has «emne», «tekst», «fra» and «kanal», empty where not said; with a file they stand in place of what it has.

    Raises:
        UsedWrongly: there are no rules to try it on, or the file is too large.
    """
    from rules.engine import evaluate, trace

    ruleset, org, where = _rules(context, rules, only)
    facts = _facts(context, file, invented, org)
    judgement = evaluate(ruleset, facts, org)
    outcome = would(judgement, facts, org)
    winner = judgement.winner
    return {
        "letter": str(file) if file is not None else "oppdiktet",
        "subject": _text(facts.get("emne")),
        "channel": _text(facts.get("kanal")),
        "rule": outcome.rule or None,
        "reason": outcome.reason or None,
        "outcome": dict(outcome.fields),
        "additions": [addition.regel for addition in judgement.additions],
        "captures": dict(winner.captures) if winner is not None else {},
        "rules": [rule_row(rule) for rule in trace(ruleset, facts, org)],
        "near": _near(ruleset, facts, org),
        "facts": short_facts(facts),
        "ruleset": ruleset.sha256,
        "from": where,
    }


def _rules(context: Context, folder: Path | None, only: str | None) -> tuple[RuleSet, Organisation, str]:
    """The set to try, the parameters with its unit register, and where it is from in words."""
    from models.organisation import Organisation
    from robot import build
    from robot.rulesets import known_organisation, layers_with
    from rules.load import load

    if folder is not None and not folder.exists():
        raise UsedWrongly(f"{folder} finnes ikke. Oppgi mappen der regelfilene ligger.")
    if folder is not None and not context.configured:
        org, result = Organisation(orgnr="", name=""), load(["felles", folder], None, check=False)
    else:
        settings = context.settings()
        name = build.chosen_organisations(settings, only)[0]
        org = known_organisation(settings, name)
        if folder is None:
            with closing(build.store(settings, name, now=context.now)) as store:
                in_force = build.rules_in_force(settings, name, org, store, keep=False)
                in_force.refresh()
                return in_force.current, in_force.organisation(org), "reglene i drift"
        result = load([*layers_with(settings, name, folder)], org, check=False)
    if result.ruleset is None:
        first = result.errors[0]
        raise UsedWrongly(
            f"Reglene i {folder} har feil: {first.file}:{first.line} {first.message}. Se: postrobot rules lint"
        )
    return result.ruleset, replace(org, enheter=result.ruleset.enheter), f"reglene i {folder}"


def _facts(context: Context, file: Path | None, invented: Mapping[str, str], org: Organisation) -> Facts:
    from rules.detectors import scan

    values: dict[str, FactValue] = {}
    if file is not None:
        values |= _read(file, org).values
    name, address = parseaddr(invented["fra"])
    said = {
        "emne": invented["emne"],
        "brødtekst": invented["tekst"],
        "tekst": invented["tekst"],
        "avsender.navn": name,
        "avsender.adresse": address.lower(),
        "avsender.domene": address.rpartition("@")[2].lower(),
        "kanal": invented["kanal"] or ("" if file is not None else "epost"),
    }
    values |= {name: value for name, value in said.items() if value}
    if address:
        values["avsender.intern"] = address.rpartition("@")[2].lower() in org.own_domains
    values["dato.mottatt"] = context.now()
    values.setdefault("meldingstype", "vanlig")
    if file is None:
        texts = "\n".join((invented["emne"], invented["tekst"]))
        values["funn"] = tuple(scan(texts, sted="tekst", own_numbers=org.own_numbers))
    return Facts(values=values, groups=frozenset({"text", "findings", "language"}))


def _read(file: Path, org: Organisation) -> Facts:
    from robot.samples import sample_reader

    if file.stat().st_size > MOST_BYTES:
        raise UsedWrongly(f"{file} er for stor til å prøves ({file.stat().st_size // (1024 * 1024)} MB).")
    with sample_reader(org) as read:
        return read(file.read_bytes(), file.name)


def _near(ruleset: RuleSet, facts: Facts, org: Organisation) -> list[str]:
    """Rules that missed by one condition alone; all are tried, since here nobody waits for the answer."""
    from models.judgement import Holds
    from rules.context import Context as Tried

    tried = Tried(facts, org)
    found = []
    for rule in ruleset.about_post:
        parts = [part.holds(tried) for part in rule.conjuncts]
        if len(parts) > 1 and parts.count(Holds.FALSE) == 1:
            found.append(rule.id)
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def letter_text(found: Mapping[str, Any], *, depth: Depth = Depth.USUAL) -> str:
    """For people, at the same three depths as for a post."""
    lines = [f"Brev: {found['letter']} ({found['channel'] or 'ukjent kanal'}), prøvd mot {found['from']}"]
    lines.append(f"Emne:     {found['subject'] or '(uten emne)'}")
    outcome = found["outcome"]
    lines.append(f"Utfall:   {outcome['utfall'].upper()}")
    source = source_text(found["rule"] or found["reason"])
    named = {rule["rule"]: rule["name"] for rule in found["rules"]}.get(found["rule"])
    lines.append(f"Grunnlag: {f'regelen {source} («{named}»)' if named else source}")
    if found["reason"] and found["rule"]:
        lines.append(f"          {source_text(found['reason'])}")
    lines += [f"          {name}: {outcome[name]}" for name in FIELDS if name in outcome and name != "utfall"]
    if depth is not Depth.SHORT:
        lines.append("")
        every = depth is Depth.ALL
        lines += rule_lines(found["rules"], found["near"], every=every, more="samme kommando med --alt")
        lines += known_lines(found["facts"], found["captures"]) if every else []
    lines.append("\nIngenting er skrevet, og arkivet er ikke spurt: om saken finnes, vises først når posten kommer.")
    return "\n".join(lines)

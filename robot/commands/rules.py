"""``postrobot rules lint|test|list``; plan, apply, rollback and history are in ``robot/backtest/commands.py``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robot.backtest.commands import add as add_changes
from robot.context import Context

if TYPE_CHECKING:
    from robot.rulesets import Looked
    from rules.messages import Fault

Folders = Annotated[
    list[str] | None, typer.Argument(metavar="MAPPE", help="mappe med regelfiler; ellers lagene i oppsettet")
]
Only = Annotated[str | None, typer.Option("--org", metavar="NAVN", help="bare denne organisasjonen")]
AsJson = Annotated[bool, typer.Option("--json", help="for maskiner")]

_EXAMPLES = ("R301", "R302", "R303", "R304", "R305", "R413")
"""Codes about examples, for ``rules test``."""


def register(app: typer.Typer) -> None:
    """Adds the group."""
    group = typer.Typer(
        help="Kontrollerer, prøver, viser og endrer regler.", add_completion=False, rich_markup_mode=None
    )
    group.command("lint")(lint)
    group.command("test")(test)
    group.command("list")(list_rules)
    add_changes(group)
    app.add_typer(group, name="rules")


def lint(ctx: typer.Context, folders: Folders = None, only: Only = None, as_json: AsJson = False) -> int:
    """Finner alle feil i regelfilene på en gang, med sted, forslag og kode."""
    from rules.messages import render_all, summary

    context = Context.of(ctx)
    found = _look(context, folders, only, samples=False)
    if as_json:
        context.json(_counts(found) | {"faults": [_fault(fault) for fault in found.faults]})
    else:
        if found.faults:
            context.out(render_all(found.faults) + "\n")
        context.out(summary(files=found.files, rules=found.rules, examples=found.examples, faults=found.faults))
        if found.faults:
            context.out(f"Mer om en kode: postrobot explain {found.faults[0].code}")
    return 1 if found.errors else 0


def test(ctx: typer.Context, folders: Folders = None, only: Only = None, as_json: AsJson = False) -> int:
    """Kjører eksemplene i regelfilene, også eksempelfilene, og viser dem som ikke består."""
    from rules.messages import render_all

    context = Context.of(ctx)
    found = _look(context, folders, only, samples=True)
    shown = tuple(fault for fault in found.faults if fault.severity == "error" or fault.code in _EXAMPLES)
    failed = sum(fault.code in _EXAMPLES and fault.severity == "error" for fault in shown)
    if as_json:
        told = {"failed": failed, "gaps": found.gaps, "faults": [_fault(fault) for fault in shown]}
        context.json(_counts(found) | told)
        return 1 if found.errors else 0
    if shown:
        context.out(render_all(shown) + "\n")
    if found.errors > failed:
        context.out(f"{found.errors - failed} feil i reglene må rettes før alt kan prøves. Se: postrobot rules lint")
    verdict = f"{failed} består ikke" if failed else "alle består" if not found.errors else "resten består"
    gaps = f" {found.gaps} kjente mangler (burde_truffet)." if found.gaps else ""
    context.out(f"{found.rules} regler, {found.examples} eksempler: {verdict}.{gaps}")
    return 1 if found.errors else 0


def list_rules(ctx: typer.Context, folders: Folders = None, only: Only = None, as_json: AsJson = False) -> None:
    """Viser reglene som gjelder, i rekkefølgen de foretrekkes."""
    from models.errors import UsedWrongly

    context = Context.of(ctx)
    found = _look(context, folders, only, samples=False)
    if found.errors:
        raise UsedWrongly(f"Reglene har {found.errors} feil og kan ikke lastes. Se: postrobot rules lint")
    for rule in sorted(found.listed, key=lambda rule: (-rule.prioritet, rule.id)):
        where = f"{rule.place.file}:{rule.place.line}"
        if as_json:
            row = {"id": rule.id, "navn": rule.navn, "prioritet": rule.prioritet, "modus": rule.modus.value}
            context.json(
                row | {"eier": rule.eier, "hvorfor": rule.hvorfor, "file": rule.place.file, "line": rule.place.line}
            )
        else:
            context.out(f"{rule.prioritet:>5}  {rule.modus.value:<8} {rule.id:<32} {rule.navn}  ({where})")


def _look(context: Context, folders: list[str] | None, only: str | None, *, samples: bool) -> Looked:
    """The folders named, checked against the configuration where one was named too; else the layers it lists."""
    from robot import rulesets

    named = [Path(folder) for folder in folders or ()]
    if named and not context.configured:
        return rulesets.of_folders(named, samples=samples)
    from robot.build import chosen_organisations

    settings = context.settings()
    names = chosen_organisations(settings, only)
    if not named:
        return rulesets.together(rulesets.of_settings(settings, name, samples=samples) for name in names)
    owner = names[0] if only else next(iter(rulesets.owners_of(settings, named[0])), names[0])
    return rulesets.together(rulesets.of_settings(settings, owner, folder, samples=samples) for folder in named)


def _counts(found: Looked) -> dict[str, object]:
    return {"files": found.files, "rules": found.rules, "examples": found.examples}


def _fault(fault: Fault) -> dict[str, object]:
    keys = ("file", "line", "column", "code", "severity", "message", "suggestion")
    return {key: getattr(fault, key) for key in keys}

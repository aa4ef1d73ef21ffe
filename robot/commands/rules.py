"""``postrobot rules lint|test|list|new|schema``; plan, apply, rollback and history are in ``robot/backtest/commands.py``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robot import arkivplan
from robot.backtest.commands import add as add_changes
from robot.context import Context

if TYPE_CHECKING:
    from robot.mending import MendedFile
    from robot.rule_use import Used
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
    group.command("new")(new)
    group.command("schema")(print_schema)
    group.command("arkivplan")(arkivplan.run)
    add_changes(group)
    app.add_typer(group, name="rules")


def lint(
    ctx: typer.Context,
    folders: Folders = None,
    fix: Annotated[bool, typer.Option("--fix", help="rett det som bare kan rettes på én måte")] = False,
    only: Only = None,
    as_json: AsJson = False,
) -> int:
    """Finner alle feil i regelfilene på en gang, med sted, forslag og kode."""
    from robot.mending import mend_files
    from rules.fix import MENDABLE
    from rules.messages import render_all, summary

    context = Context.of(ctx)
    look = partial(_look, context, folders, only, samples=False, used=True)
    found, mended = mend_files(look) if fix else (look(), ())
    if as_json:
        told = {"fixed": [_mended(one) for one in mended]} if fix else {}
        context.json(_counts(found) | {"faults": [_fault(fault) for fault in found.faults]} | told)
    else:
        for one in mended:
            context.out(f"rettet  {one.file}:{one.what.line}:{one.what.column}  {_said(one)}")
        if fix:
            context.out(f"{len(mended)} rettet.\n" if mended else "Ingenting her kan rettes av seg selv.\n")
        if found.faults:
            context.out(render_all(found.faults) + "\n")
        context.out(summary(files=found.files, rules=found.rules, examples=found.examples, faults=found.faults))
        if found.faults:
            context.out(f"Mer om en kode: postrobot explain {found.faults[0].code}")
        if found.errors and not fix and any(fault.code in MENDABLE for fault in found.faults):
            context.out("Skrivefeil med bare ett svar rettes med: postrobot rules lint --fix")
    return 1 if found.errors else 0


def test(ctx: typer.Context, folders: Folders = None, only: Only = None, as_json: AsJson = False) -> int:
    """Kjører eksemplene i regelfilene, også eksempelfilene, og viser dem som ikke består."""
    from rules.messages import counted, render_all

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
    gaps = f" {counted(found.gaps, 'kjent mangel', 'kjente mangler')} (burde_truffet)." if found.gaps else ""
    rules, examples = counted(found.rules, "regel", "regler"), counted(found.examples, "eksempel", "eksempler")
    context.out(f"{rules}, {examples}: {verdict}.{gaps}")
    return 1 if found.errors else 0


def list_rules(
    ctx: typer.Context,
    folders: Folders = None,
    days: Annotated[int, typer.Option("--days", metavar="N", min=1, help="tell de siste N dagene")] = 90,
    only: Only = None,
    as_json: AsJson = False,
) -> None:
    """Viser reglene i rekkefølgen de foretrekkes: hva de har truffet, hvor ofte folk var enige, og hvem som eier dem."""
    from models.errors import UsedWrongly
    from robot.rule_screens import in_order, rule_row, rule_text

    context = Context.of(ctx)
    found = _look(context, folders, only, samples=False)
    if found.errors:
        raise UsedWrongly(f"Reglene har {found.errors} feil og kan ikke lastes. Se: postrobot rules lint")
    used, zone = _used(context, folders, only, days)
    for rule in in_order(found.listed):
        if as_json:
            context.json(rule_row(rule, used))
        else:
            context.out(rule_text(rule, used, zone, days))


def _used(context: Context, folders: list[str] | None, only: str | None, days: int) -> tuple[Used | None, str]:
    """What the rules have done, when there is a configuration to tell whose post to look at; and the zone."""
    if folders and not context.configured:
        return None, "Europe/Oslo"
    from robot.build import chosen_organisations
    from robot.rule_use import together, used_in

    settings = context.settings()
    names = chosen_organisations(settings, only)
    return together(used_in(settings, name, now=context.now, days=days) for name in names), settings.zone(names[0])


def new(
    ctx: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="ID", help="regelens id: nabovarsel-hytte")],
    folder: Annotated[str, typer.Argument(metavar="MAPPE", help="mappen der regelfilene ligger")] = "",
    words: Annotated[
        str, typer.Option("--ord", metavar="TEKST", help="ordene som skal stå i emnet; ellers id-en")
    ] = "",
    navn: Annotated[str, typer.Option("--navn", metavar="TEKST", help="det folk ser i rapporten")] = "",
    outcome: Annotated[
        str, typer.Option("--utfall", metavar="UTFALL", help="sak (vanlig), videresend eller menneske")
    ] = "sak",
    unit: Annotated[str, typer.Option("--enhet", metavar="KODE", help="enheten posten fordeles til")] = "ARKIV",
    to: Annotated[str, typer.Option("--til", metavar="ADRESSE", help="den posten videresendes til")] = "",
    owner: Annotated[str, typer.Option("--eier", metavar="ADRESSE", help="hvem en spør om regelen")] = "",
) -> None:
    """Lager begynnelsen på en ny regel, med eksempler som består. Uten MAPPE vises den bare."""
    import getpass

    from robot.rule_scaffold import scaffold, write_new

    context = Context.of(ctx)
    text = scaffold(
        rule=rule, words=words, navn=navn, owner=owner or getpass.getuser(), unit=unit, to=to, outcome=outcome
    )
    if not folder:
        context.out(text.rstrip("\n"))
        return
    path = write_new(Path(folder), rule, text)
    context.out(f"Laget {path}. Skriv hvorfor, rett vilkår og eksempler, og kjør: postrobot rules test {folder}")


def print_schema(ctx: typer.Context) -> None:
    """Viser et JSON-skjema for regelfiler, til redigeringsprogrammer som kan YAML."""
    from rules.schema import schema

    Context.of(ctx).json(schema(), indent=1)


def _look(
    context: Context, folders: list[str] | None, only: str | None, *, samples: bool, used: bool = False
) -> Looked:
    """The folders named, checked against the configuration where one was named too; else the layers it lists."""
    from robot import rulesets

    named = [Path(folder) for folder in folders or ()]
    if named and not context.configured:
        return rulesets.of_folders(named, samples=samples)
    from robot.build import chosen_organisations

    settings = context.settings()
    names = chosen_organisations(settings, only)
    if not named:
        found = {name: rulesets.of_settings(settings, name, samples=samples) for name in names}
        if used:
            from robot.rule_use import with_unused

            found = {name: with_unused(settings, name, one, now=context.now) for name, one in found.items()}
        return rulesets.together(found.values())
    owner = names[0] if only else next(iter(rulesets.owners_of(settings, named[0])), names[0])
    return rulesets.together(rulesets.of_settings(settings, owner, folder, samples=samples) for folder in named)


def _counts(found: Looked) -> dict[str, object]:
    return {"files": found.files, "rules": found.rules, "examples": found.examples}


def _said(one: MendedFile) -> str:
    if one.what.code == "R006":
        return "tabulator → mellomrom"
    return f"«{one.what.was}» → «{one.what.becomes}»" if one.what.was else f"satt inn «{one.what.becomes}»"


def _mended(one: MendedFile) -> dict[str, object]:
    what = one.what
    return {
        "file": one.file,
        "line": what.line,
        "column": what.column,
        "code": what.code,
        "from": what.was,
        "to": what.becomes,
    }


def _fault(fault: Fault) -> dict[str, object]:
    keys = ("file", "line", "column", "code", "severity", "message", "suggestion")
    return {key: getattr(fault, key) for key in keys}

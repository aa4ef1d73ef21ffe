"""``postrobot cases``: journalling, approving and closing in the archive, and what stands in their way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from robot.case_commands import add_to
from robot.context import Context

if TYPE_CHECKING:
    from robot.caretaking.model import CarePoint, Step, SweepCount, Task
    from robot.config import Settings

DryRun = Annotated[bool, typer.Option("--dry-run", help="vis hva som ville blitt gjort, og gjør ingenting")]
Full = Annotated[bool, typer.Option("--full", help="se på alle saker, ikke bare dem som er endret")]
Only = Annotated[str | None, typer.Option("--org", metavar="NAVN", help="bare denne organisasjonen")]
AsJson = Annotated[bool, typer.Option("--json", help="for maskiner")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    group = typer.Typer(no_args_is_help=False, help="Journalfører, godkjenner og avslutter det som er klart i arkivet.")
    group.command("journal")(journal)
    group.command("approve")(approve)
    group.command("close")(close)
    group.command("list")(listing)
    add_to(group)
    app.add_typer(group, name="cases")


def journal(
    ctx: typer.Context, dry_run: DryRun = False, full: Full = False, only: Only = None, as_json: AsJson = False
) -> int:
    """Journalfører det saksbehandlerne har gjort ferdig. Gjør bare det som er slått på i [organisasjon.….omsorg]."""
    return _run(Context.of(ctx), ("journalfør", "ferdigstill"), dry_run, full, only, as_json)


def approve(
    ctx: typer.Context, dry_run: DryRun = False, full: Full = False, only: Only = None, as_json: AsJson = False
) -> int:
    """Godkjenner (F til G der en regel sier det) og arkiverer (J til A etter kvalitetssikring)."""
    return _run(Context.of(ctx), ("godkjenn",), dry_run, full, only, as_json)


def close(
    ctx: typer.Context, dry_run: DryRun = False, full: Full = False, only: Only = None, as_json: AsJson = False
) -> int:
    """Avslutter saker som er ferdige, når ingenting mangler."""
    return _run(Context.of(ctx), ("avslutt",), dry_run, full, only, as_json)


def _run(context: Context, words: tuple[str, ...], dry_run: bool, full: bool, only: str | None, as_json: bool) -> int:
    from contextlib import nullcontext

    from robot.build import offices
    from robot.caretaking.model import Task
    from robot.caretaking.sweep import Sweep, sweep
    from robot.lock import hold

    settings = context.settings(need_secrets=True)
    tasks = frozenset(map(Task, words))
    told: dict[str, dict[str, Any]] = {}
    with (
        nullcontext() if dry_run else hold(settings.robot.tilstand),
        offices(settings, now=context.now, only=only) as opened,
    ):
        for office in opened:
            seen: list[Step | CarePoint] = []
            run = Sweep(office=office, limits=office.care, full=full or dry_run, dry=dry_run, only=tasks, seen=seen)
            count = sweep(run)
            told[office.name] = _plain(count, seen, tasks, dry_run)
            if not as_json:
                _tell(context, office.name, told[office.name], settings)
    if as_json:
        context.json({"dry_run": dry_run, "organisations": told})
    return 0


def _plain(count: SweepCount, seen: list[Step | CarePoint], tasks: frozenset[Task], dry_run: bool) -> dict[str, Any]:
    from robot.caretaking.model import CarePoint, Step

    plain: dict[str, Any] = {
        "cases": count.cases,
        "done": {name: number for name, number in count.done.items() if name in tasks},
        "points": {name: number for name, number in count.points.items() if name.partition("/")[0] in tasks},
        "seconds": count.seconds,
    }
    if dry_run:
        plain["would"] = [
            {"task": one.task.value, "number": one.number, "from": one.state, "rule": one.rule, "mode_auto": one.auto}
            for one in seen
            if isinstance(one, Step)
        ]
        plain["cannot"] = [
            {
                "task": one.task.value,
                "number": one.number,
                "kind": one.kind.value,
                "codes": list(one.codes),
                "rule": one.rule,
            }
            for one in seen
            if isinstance(one, CarePoint)
        ]
    return plain


_SHOWN = 50


def _tell(context: Context, name: str, told: dict[str, Any], settings: Settings) -> None:
    from robot.report.omsorg import said

    language = settings.robot.spraak
    done = ", ".join(f"{number} {task}" for task, number in sorted(told["done"].items())) or "ingenting gjort"
    context.out(f"{name}: {told['cases']} saker sett på, {done}")
    for one in told.get("would", ())[:_SHOWN]:
        context.out(f"  ville {one['task']} {one['number']} (fra {one['from']}, regel {one['rule']})")
    for one in told.get("cannot", ())[:_SHOWN]:
        context.out(f"  {one['task']} {one['number']}: {said(one['kind'], ','.join(one['codes']), language)}")
    more = len(told.get("would", ())) + len(told.get("cannot", ())) - 2 * _SHOWN
    if more > 0:
        context.out("  … flere med --json")
    if "would" not in told:
        for which, number in sorted(told["points"].items()):
            context.out(f"  {which}: {number}")


def listing(ctx: typer.Context, only: Only = None, as_json: AsJson = False) -> int:
    """Viser det som står åpent i saksomsorgen, etter årsak, og hva som hjelper mest."""
    from dataclasses import asdict

    from robot import build
    from robot.report.omsorg import gather_care

    context = Context.of(ctx)
    settings = context.settings()
    for name in build.chosen_organisations(settings, only):
        store = build.store(settings, name, now=context.now)
        try:
            with store.read() as reads:
                if as_json:
                    for point in reads.care_points():
                        context.json({"organisation": name, **asdict(point)})
                    continue
                care = gather_care(reads, settings.robot.spraak)
        finally:
            store.close()
        context.out(f"{name}: {care.total} står åpent")
        if care.best:
            context.out(f"  {care.best}")
        for group in care.groups:
            context.out(f"  {group.number:>6}  {group.task}: {group.what} ({', '.join(group.examples)})")
            if group.do:
                context.out(f"          {group.do}")
    return 0

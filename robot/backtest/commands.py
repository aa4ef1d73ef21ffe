"""``postrobot rules plan|apply|rollback|history``."""

from __future__ import annotations

import getpass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robot.context import Context

if TYPE_CHECKING:
    from robot.backtest.change import Applied, Period
    from robot.config import Settings

Only = Annotated[str | None, typer.Option("--org", metavar="NAVN", help="hvilken organisasjon")]
AsJson = Annotated[bool, typer.Option("--json", help="for maskiner")]
As = Annotated[str | None, typer.Option("--som", metavar="BRUKER", help="hvem som gjør det; ellers den innloggede")]

DAYS = 30


def add(group: typer.Typer) -> None:
    """Adds them to the group."""
    group.command("plan")(plan)
    group.command("apply")(apply)
    group.command("rollback")(rollback)
    group.command("history")(history)


def plan(
    ctx: typer.Context,
    folder: Annotated[str | None, typer.Argument(metavar="MAPPE", help="mappen med de endrede reglene")] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", min=1, help="de siste N dagene")] = DAYS,
    first: Annotated[str, typer.Option("--from", metavar="DATO", help="fra og med denne dagen: 2026-10-01")] = "",
    last: Annotated[str, typer.Option("--to", metavar="DATO", help="til og med denne dagen")] = "",
    accept: Annotated[
        str, typer.Option("--godta-åpning", metavar="HVORFOR", help="godta at skjermede poster åpnes, med grunn")
    ] = "",
    only: Only = None,
    user: As = None,
    as_json: AsJson = False,
) -> int:
    """Prøver endrede regler mot posten som alt er behandlet, og viser hva som ville blitt annerledes. Endrer ingenting."""
    from robot.backtest.change import Faulty, make_plan
    from robot.backtest.screens import plan_text
    from robot.progress import CountBar
    from rules.messages import render_all

    context = Context.of(ctx)
    settings = context.settings()
    name = _organisation(settings, only, folder)
    period = _period(context, settings, name, days, first, last)
    where = Path(folder) if folder else None
    try:
        with CountBar(context, "Prøver reglene") as bar:
            made = make_plan(
                settings,
                name,
                where,
                period,
                now=context.now,
                user=user or getpass.getuser(),
                accept=accept,
                progress=bar.show,
            )
    except Faulty as faulty:
        if as_json:
            keys = ("file", "line", "column", "code", "severity", "message", "suggestion")
            context.json({"faults": [{key: getattr(fault, key) for key in keys} for fault in faulty.faults]})
        else:
            context.out(render_all(faulty.faults))
            context.out("\nReglene har feil og ble ikke prøvd. De i drift er uendret.")
        return 1
    if as_json:
        period_told = {"from": period.first.isoformat(), "to": period.last.isoformat()}
        told = {"plan": made.plan_id, "base": made.base, "rules": made.rules, "period": period_told}
        context.json({**made.data, **told})
    else:
        context.out(plan_text(made, period))
    return 1 if made.stopped else 0


def apply(
    ctx: typer.Context,
    plan_id: Annotated[str, typer.Argument(metavar="PLAN", help="planens id (p-…) eller fil")],
    user: As = None,
    as_json: AsJson = False,
) -> None:
    """Tar i bruk reglene akkurat slik de ble prøvd i planen. Gjelder ny post; ingenting omjournalføres."""
    from robot.backtest.change import apply_plan

    context = Context.of(ctx)
    done = apply_plan(context.settings(), plan_id, now=context.now, user=user or getpass.getuser())
    _say(context, done, as_json, f"Tatt i bruk: sett {done.sha256[:12]} med {done.rules} regler.")


def rollback(
    ctx: typer.Context,
    sha256: Annotated[str, typer.Argument(metavar="HASH", help="begynnelsen på settets hash; ellers det forrige")] = "",
    only: Only = None,
    user: As = None,
    as_json: AsJson = False,
) -> None:
    """Setter et tidligere regelsett i drift igjen, med en gang. Regelfilene røres ikke."""
    from robot.backtest.change import roll_back

    context = Context.of(ctx)
    settings = context.settings()
    done = roll_back(
        settings, _organisation(settings, only, None), sha256, now=context.now, user=user or getpass.getuser()
    )
    _say(context, done, as_json, f"Satt tilbake: sett {done.sha256[:12]} med {done.rules} regler er i drift.")


def history(
    ctx: typer.Context,
    only: Only = None,
    sha256: Annotated[str, typer.Option("--vis", metavar="HASH", help="vis filene i settet som begynner på HASH")] = "",
    into: Annotated[str, typer.Option("--til", metavar="MAPPE", help="skriv filene i --vis til en ny mappe")] = "",
    as_json: AsJson = False,
) -> None:
    """Viser regelsettene som har vært i drift: når, hvordan, av hvem, og innsjekkingen i git."""
    from robot.backtest.history import export_set, kept_sets, set_text

    context = Context.of(ctx)
    settings = context.settings()
    name = _organisation(settings, only, None)
    if sha256:
        context.out(export_set(settings, name, sha256, into, now=context.now))
        return
    for number, kept in enumerate(kept_sets(settings, name, now=context.now)):
        if as_json:
            row = {"hash": kept.sha256, "in_force_at": kept.in_force_at.isoformat(), "rules": kept.rules}
            context.json({**row, "in_force": number == 0, **kept.origin})
        else:
            context.out(set_text(kept, settings.zone(name), in_force=number == 0))


def _say(context: Context, done: Applied, as_json: bool, text: str) -> None:
    if as_json:
        context.json({"hash": done.sha256, "before": done.before, "rules": done.rules, "files_held": done.held})
        return
    context.out(text)
    context.out("Tjenesten bruker det fra neste post. Post som er behandlet, omjournalføres ikke.")
    if done.held:
        context.out(
            "Regelfilene i mappen er et annet sett. De er ikke i bruk før de endres, eller tas i bruk med en plan."
        )
    context.out(f"Angre: postrobot rules rollback {done.before[:12]}")


def _organisation(settings: Settings, only: str | None, folder: str | None) -> str:
    """The one organisation meant.

    Raises:
        UsedWrongly: it cannot be told.
    """
    from models.errors import UsedWrongly
    from robot.build import chosen_organisations
    from robot.rulesets import owners_of

    names = chosen_organisations(settings, only)
    if len(names) == 1:
        return names[0]
    owners = owners_of(settings, Path(folder)) if folder else names
    if len(owners) == 1:
        return owners[0]
    raise UsedWrongly(f"Si hvilken organisasjon det gjelder: --org {' eller --org '.join(owners or names)}.")


def _period(context: Context, settings: Settings, name: str, days: int, first: str, last: str) -> Period:
    from zoneinfo import ZoneInfo

    from robot.backtest.change import Period

    today = context.now().astimezone(ZoneInfo(settings.zone(name))).date()
    until = _day(last, "--to") if last else today
    since = _day(first, "--from") if first else until - timedelta(days=days - 1)
    if since > until:
        from models.errors import UsedWrongly

        raise UsedWrongly(f"Perioden er bakvendt: {since.isoformat()} kommer etter {until.isoformat()}.")
    return Period(first=since, last=until)


def _day(raw: str, option: str) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        from models.errors import UsedWrongly

        raise UsedWrongly(f"«{raw}» er ikke en dato. Skriv for eksempel {option} 2026-10-01.") from None

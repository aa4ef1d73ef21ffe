"""``postrobot run``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import UsedWrongly
from robot.context import Context

if TYPE_CHECKING:
    from robot.config import Settings
    from robot.work import Tally, Trouble


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("run")(run)


def run(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="hent og behandle det som venter nå, og avslutt")] = False,
    job: Annotated[str | None, typer.Option("--job", metavar="NAVN", help="kjør bare denne jobben, nå")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="les og avgjør, men skriv ingenting og si ikke fra til noen")
    ] = False,
    only: Annotated[str | None, typer.Option("--org", metavar="NAVN", help="bare denne organisasjonen")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> int:
    """Henter post, leser, avgjør, journalfører og sier fra. Uten --once: som tjeneste, til den stanses."""
    context = Context.of(ctx)
    settings = context.settings(need_secrets=True)
    if dry_run and not once:
        raise UsedWrongly("--dry-run virker sammen med --once: postrobot run --once --dry-run")
    _log(context, settings, quiet=once)
    if dry_run:
        from robot.dry_run import dry_run as look

        return look(context, settings, only=only, as_json=as_json)
    if job is not None:
        from robot.schedule import run_job_now

        return run_job_now(context, settings, job, only=only, as_json=as_json)
    if once:
        return _once(context, settings, only=only, as_json=as_json)
    from robot.daemon import serve

    return serve(context, settings, only=only)


def _log(context: Context, settings: Settings, *, quiet: bool) -> None:
    """The log goes to stderr; a run by hand in a terminal shows only what is wrong."""
    from robot.log import setup_logging

    level = "warning" if quiet and context.bars else settings.robot.loggnivaa
    setup_logging(form=settings.robot.logg, level=level, stream=context.stderr)


def _once(context: Context, settings: Settings, *, only: str | None, as_json: bool) -> int:
    from robot.build import offices, sweep_spool
    from robot.lock import hold
    from robot.progress import Bar
    from robot.work import Work

    with hold(settings.robot.tilstand), offices(settings, now=context.now, only=only) as opened:
        for office in opened:
            sweep_spool(office.store.spool)
            office.store.spool.mkdir(exist_ok=True, mode=0o700)
        with Bar(context) as bar:
            work = Work(opened, threads=settings.robot.traader, on_post=bar.show)
            tally = work.run_once()
        from robot.audit import export_all

        export_all(opened)
    if as_json:
        context.json(asdict(tally))
    else:
        context.out(summary(tally))
    return _exit(context, tally, work.trouble)


def _exit(context: Context, tally: Tally, trouble: Trouble) -> int:
    for where, error in trouble.out_of_reach.items():
        context.talk(f"Ikke nådd: {where}. {error}")
    if trouble.disk_low:
        context.talk(f"Henting stanset: for lite ledig plass på disken ({trouble.disk_low}). Rydd plass og kjør igjen.")
    return 4 if trouble.out_of_reach and not tally.collected else 0


def summary(tally: Tally) -> str:
    """One screen for people."""
    lines = [
        f"Hentet {tally.collected} poster på {tally.seconds:.1f} s.",
        f"  journalført     {tally.archived:>6}",
        f"  videresendt     {tally.forwarded:>6}",
        f"  avvist          {tally.dismissed:>6}   (av dem {tally.duplicates} duplikater)",
        f"  til gjennomsyn  {tally.set_aside:>6}",
    ]
    if tally.waiting:
        lines.append(f"  venter          {tally.waiting:>6}   (prøves igjen ved neste kjøring)")
    if tally.failed:
        lines.append(f"  feil i roboten  {tally.failed:>6}   (posten er trygg; se loggen med --debug, og meld fra)")
    return "\n".join(lines)

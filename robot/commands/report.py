"""``postrobot report``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from robot.context import Context

if TYPE_CHECKING:
    from pathlib import Path

    from robot.config import Settings
    from robot.report.model import Report


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("report")(run)


def run(
    ctx: typer.Context,
    only: Annotated[str | None, typer.Option("--org", metavar="NAVN", help="bare denne organisasjonen")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner: ett objekt per organisasjon")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="for regneark")] = False,
) -> None:
    """Lager avviksrapporten slik den er nå, som nettside, og sier hvor den ligger. E-post sendes bare av tjenesten."""
    from robot.report.make import counts_text, write_cover
    from robot.report.render import as_csv as to_csv
    from robot.report.render import as_data

    context = Context.of(ctx)
    settings = context.settings(need_secrets=True)
    made = _reports(context, settings, only)
    for report, paths in made:
        if as_json:
            context.json(as_data(report))
        elif as_csv:
            context.out(to_csv(report).removeprefix("\ufeff").rstrip("\r\n"))
        else:
            context.out(f"{report.organisation}: {counts_text(report)}\n  {paths[0]}")
    cover = write_cover(settings.robot.tilstand, made[0][0].day, language=settings.robot.spraak) if made else None
    if cover is not None and not (as_json or as_csv):
        context.out(f"Alle: {cover}")


def _reports(context: Context, settings: Settings, only: str | None) -> list[tuple[Report, tuple[Path, ...]]]:
    """Gathered without the sandbox, and sources tell only what they know, so that it can be made beside the service."""
    from zoneinfo import ZoneInfo

    from robot import build
    from robot.report.gather import gather
    from robot.report.make import missing_before, write_files
    from robot.report.sources import told_by

    made: list[tuple[Report, tuple[Path, ...]]] = []
    for name in build.chosen_organisations(settings, only):
        store = build.store(settings, name, now=context.now)
        archive = build.archive(settings, name, now=context.now)
        org = build.organisation(settings, name, archive)
        rules = build.rules_in_force(settings, name, org, store, keep=False)
        rules.refresh()
        sources = [
            config.build(build.surroundings(settings, name, source, context.now))
            for source, config in settings.organisasjon[name].kilde.items()
        ]
        told = told_by(sources, rules.organisation(org))
        for source in sources:
            source.close()
        day = context.now().astimezone(ZoneInfo(org.zone)).date()
        report = gather(
            store,
            archive,
            rules.organisation(org),
            day=day,
            language=settings.robot.spraak,
            rules=rules.current,
            refusal=rules.refusal,
            waiting=rules.waiting,
            earlier_missing=missing_before(
                store,
                day,
                org.zone,
                settings.organisasjon[name].rapport.klokkeslett,
                language=settings.robot.spraak,
            ),
            told=told,
            lifted=build.check_setup(settings, name).lifted,
        )
        made.append((report, write_files(store, report, language=settings.robot.spraak)))
        archive.close()
        store.close()
    return made

"""``postrobot archive import|export``: cases in and out of the embedded archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import UsedWrongly
from robot.context import Context

if TYPE_CHECKING:
    from connectors.arkiv.archive import EmbeddedArchive
    from robot.config import Settings

ORG = Annotated[str | None, typer.Option("--org", metavar="NAVN", help="organisasjonen, når det er flere")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    group = typer.Typer(help="Saker inn i og ut av det innebygde arkivet (JSON-linjer).", no_args_is_help=True)
    group.command("import")(import_cases)
    group.command("export")(export_cases)
    app.add_typer(group, name="archive")


def import_cases(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FIL", help="en sak per linje, som JSON")],
    org: ORG = None,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> int:
    """Tar inn saker som finnes fra før; de beholder saksnumrene sine."""
    context = Context.of(ctx)
    path = Path(file)
    if not path.is_file():
        raise UsedWrongly(f"Finner ikke {file}.")
    archive = _embedded(context, context.settings(), org)
    with path.open(encoding="utf-8-sig") as lines:
        report = archive.import_cases(lines)
    archive.close()
    if as_json:
        context.json(
            {"imported": report.imported, "faults": [{"line": f.line, "message": f.message} for f in report.faults]}
        )
    else:
        for fault in report.faults:
            context.out(f"{file}:{fault.line}  {fault.message}")
        context.out(f"{report.imported} saker tatt inn, {len(report.faults)} linjer med feil.")
    return 1 if report.faults else 0


def export_cases(ctx: typer.Context, org: ORG = None) -> None:
    """Skriver alle saker som JSON-linjer."""
    context = Context.of(ctx)
    archive = _embedded(context, context.settings(), org)
    for line in archive.export_cases():
        context.out(line)
    archive.close()


def _embedded(context: Context, settings: Settings, org: str | None) -> EmbeddedArchive:
    from connectors.arkiv.archive import EmbeddedArchive
    from robot import build

    names = build.chosen_organisations(settings, org)
    if len(names) > 1:
        raise UsedWrongly(f"Si hvilken organisasjon: --org {' eller --org '.join(names)}.")
    archive = build.archive(settings, names[0], now=context.now)
    if not isinstance(archive, EmbeddedArchive):
        raise UsedWrongly("Dette gjelder bare det innebygde arkivet; organisasjonen har et annet.")
    return archive

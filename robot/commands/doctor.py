"""``postrobot doctor``."""

from __future__ import annotations

from typing import Annotated

import typer

from robot.commands.check import render
from robot.context import Context


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("doctor")(run)


def run(
    ctx: typer.Context,
    organisation: Annotated[str | None, typer.Option("--org", metavar="NAVN", help="bare denne organisasjonen")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> int:
    """Undersøker forbindelsene over nettet: innlogging, rettigheter, sertifikaters utløp, klokke og kø. Endrer ingenting."""
    from connectors.checkup import Level
    from robot.build import chosen_organisations
    from robot.check import worst
    from robot.doctor import examine
    from robot.log import setup_logging

    context = Context.of(ctx)
    # What connectors log on the way is talk, and never stands among results.
    setup_logging(form="konsoll", level="error", stream=context.stderr)
    settings = context.settings(need_secrets=True)
    chosen_organisations(settings, organisation)
    lines = list(examine(settings, now=context.now, only=organisation))
    found = worst(lines)
    if as_json:
        checks = [
            {"area": x.area, "name": x.name, "level": x.level.value, "text": x.text, "next_step": x.next_step}
            for x in lines
        ]
        context.json({"ok": found is not Level.FAULT, "config": str(settings.file), "checks": checks})
    else:
        context.out(render(lines))
    return 1 if found is Level.FAULT else 0

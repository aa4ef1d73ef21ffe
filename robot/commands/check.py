"""``postrobot check``."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import ConfigError
from robot.context import Context
from robot.texts import text

if TYPE_CHECKING:
    from robot.check import Line


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("check")(run)


def run(
    ctx: typer.Context,
    network: Annotated[bool, typer.Option("--nett", help="spør også kilder, arkiv og e-post over nettet")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> int:
    """Kontrollerer oppsett, hemmeligheter, mapper, OCR, regler og arkiv, og sier alt som er galt på en gang."""
    from connectors.checkup import Level
    from robot.check import look, worst
    from robot.log import setup_logging

    context = Context.of(ctx)
    # What connectors log on the way is talk, and never stands among results.
    setup_logging(form="konsoll", level="error", stream=context.stderr)
    try:
        settings = context.settings(need_secrets=True)
    except ConfigError as problem:
        if as_json:
            faults = [{"key": f.key, "expected": f.expected, "suggestion": f.suggestion} for f in problem.faults]
            context.json({"ok": False, "config": str(context.config), "faults": faults, "checks": []})
            return 3
        raise
    lines = list(look(settings, now=context.now, environ=context.environ, network=network))
    found = worst(lines)
    if as_json:
        checks = [
            {"area": x.area, "name": x.name, "level": x.level.value, "text": x.text, "next_step": x.next_step}
            for x in lines
        ]
        context.json({"ok": found is not Level.FAULT, "config": str(settings.file), "faults": [], "checks": checks})
    else:
        context.out(render(lines))
    return 1 if found is Level.FAULT else 0


def render(lines: list[Line]) -> str:
    """The screen: a heading for each area, a line for each thing, the next step under what is not fine."""
    words = {"ok": text("check.ok"), "warning": text("check.warning"), "fault": text("check.fault")}
    shown = []
    for area, group in groupby(lines, key=lambda line: line.area):
        shown.append(f" {area}")
        for line in group:
            shown.append(f"  {words[line.level.value]:<5} {line.name:<12} {line.text}")
            if line.next_step:
                shown.append(f"{'':21}-> {line.next_step}")
    faults = sum(line.level.value == "fault" for line in lines)
    warnings = sum(line.level.value == "warning" for line in lines)
    shown.append(f"\n{faults} feil, {warnings} {'advarsel' if warnings == 1 else 'advarsler'}.")
    return "\n".join(shown)

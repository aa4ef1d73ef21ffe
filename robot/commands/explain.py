"""``postrobot explain``: what a code means."""

from __future__ import annotations

from typing import Annotated

import typer

from models.errors import UsedWrongly
from robot.context import Context


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("explain")(run)


def run(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="KODE", help="en kode fra en melding: R101, no_rule …")],
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> None:
    """Forklarer en kode."""
    from robot.explain_code import explain_code

    context = Context.of(ctx)
    found = explain_code(what)
    if found is None:
        raise UsedWrongly(f"Koden «{what}» finnes ikke. Koder for regler er som R101, grunner som no_rule.")
    if as_json:
        context.json({"code": found.code, "title": found.title, "text": found.text, "example": found.example})
        return
    context.out(f"{found.code}: {found.title}\n\n{found.text}")
    if found.example:
        context.out(f"\nEksempel på det som gir denne meldingen:\n  {found.example}")

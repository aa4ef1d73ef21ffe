"""``postrobot init``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.context import Context


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("init")(run)


def run(
    ctx: typer.Context,
    folder: Annotated[str, typer.Argument(metavar="MAPPE", help="mappen alt legges i; den lages når den ikke finnes")],
    example: Annotated[bool, typer.Option("--example", help="med regler og enheter for en oppdiktet kommune")] = False,
) -> None:
    """Lager en mappe som virker med en gang: oppsett, regler, arkiv og en innkurv."""
    from robot.init import init

    context = Context.of(ctx)
    made = init(Path(folder), example=example, now=context.now)
    context.talk(f"Laget {made.config}, med arkiv i state/, regler i regler/ og innkurv i inn/.")
    context.talk(f"Legg post i {made.inbox}, og kjør: postrobot --config {made.config} run --once")

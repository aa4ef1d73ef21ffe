"""``postrobot demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from robot.context import Context


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("demo")(run)


def run(
    ctx: typer.Context,
    folder: Annotated[
        str, typer.Option("--mappe", help="mappen demoen lages i; den tømmes hvis den er fra før")
    ] = "demo-state",
) -> int:
    """Kjører hele hovedjobben på en oppdiktet kommunes post, og sier hvor rapporten er."""
    from robot.demo.show import show

    return show(Context.of(ctx), Path(folder).absolute())

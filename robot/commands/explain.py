"""``postrobot explain``: why a post went where it went, or what a code means."""

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
    what: Annotated[str, typer.Argument(metavar="POST|KODE", help="en posts id, eller en kode: R101, no_rule …")],
    every: Annotated[bool, typer.Option("--alle", help="vis også reglene som ikke traff")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> None:
    """Forklarer hvorfor en post gikk dit den gikk, eller hva en kode betyr."""
    from robot.explain_code import looks_like_code

    context = Context.of(ctx)
    if looks_like_code(what):
        _code(context, what, as_json)
    else:
        _post(context, what, as_json, every)


def _post(context: Context, ref: str, as_json: bool, every: bool) -> None:
    from robot.explain_post import explain_post, explained_text

    found = explain_post(context.settings(), ref, now=context.now)
    if found is None:
        raise UsedWrongly(f"«{ref}» er verken en post eller en kode. Se postene med: postrobot list")
    if as_json:
        context.json(found)
    else:
        context.out(explained_text(found, every=every))


def _code(context: Context, what: str, as_json: bool) -> None:
    from robot.explain_code import explain_code

    found = explain_code(what)
    if found is None:
        raise UsedWrongly(f"Koden «{what}» finnes ikke. Koder for regler er som R101, grunner som no_rule.")
    if as_json:
        context.json({"code": found.code, "title": found.title, "text": found.text, "example": found.example})
        return
    context.out(f"{found.code}: {found.title}\n\n{found.text}")
    if found.example:
        context.out(f"\nEksempel på det som gir denne meldingen:\n  {found.example}")

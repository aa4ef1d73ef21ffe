"""``postrobot explain``: why a post went where it went, what a letter would have met, or what a code means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import UsedWrongly
from robot.context import Context

if TYPE_CHECKING:
    from robot.explain_post import Depth


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("explain")(run)


def run(
    ctx: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(metavar="POST|FIL|KODE", help="en posts id, et brev (fil), eller en kode: R101, no_rule …"),
    ] = None,
    short: Annotated[bool, typer.Option("--kort", help="bare utfallet og grunnen")] = False,
    every: Annotated[
        bool, typer.Option("--alt", "--alle", help="alle regler og vilkår, alt som var kjent, og hva som ble gjort")
    ] = False,
    subject: Annotated[str, typer.Option("--emne", metavar="TEKST", help="et oppdiktet brev: emnet")] = "",
    text: Annotated[str, typer.Option("--tekst", metavar="TEKST", help="et oppdiktet brev: teksten")] = "",
    sender: Annotated[str, typer.Option("--fra", metavar="ADRESSE", help="et oppdiktet brev: avsenderen")] = "",
    channel: Annotated[str, typer.Option("--kanal", metavar="KANAL", help="kanalen brevet kom i; ellers epost")] = "",
    rules: Annotated[
        str, typer.Option("--regler", metavar="MAPPE", help="prøv brevet mot disse reglene, ikke dem i drift")
    ] = "",
    only: Annotated[str | None, typer.Option("--org", metavar="NAVN", help="hvilken organisasjons regler")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False,
) -> None:
    """Forklarer hvorfor en post gikk dit den gikk, hva et brev ville møtt, eller hva en kode betyr."""
    from robot.explain_code import looks_like_code
    from robot.explain_post import Depth

    context = Context.of(ctx)
    if short and every:
        raise UsedWrongly("Velg enten --kort eller --alt.")
    depth = Depth.SHORT if short else Depth.ALL if every else Depth.USUAL
    invented = {"emne": subject, "tekst": text, "fra": sender, "kanal": channel}
    if what is not None and looks_like_code(what):
        _code(context, what, as_json)
    elif what is None or Path(what).is_file() or rules:
        _letter(context, what, invented, rules=rules, only=only, depth=depth, as_json=as_json)
    else:
        _post(context, what, as_json, depth)


def _letter(
    context: Context,
    file: str | None,
    invented: dict[str, str],
    *,
    rules: str,
    only: str | None,
    depth: Depth,
    as_json: bool,
) -> None:
    from robot.explain_letter import explain_letter, letter_text

    if file is None and not any(invented.values()):
        raise UsedWrongly(
            "Si hva som skal forklares: en post, en fil, en kode, eller --emne «…» --tekst «…» --fra «…»."
        )
    if file is not None and not Path(file).is_file():
        raise UsedWrongly(
            f"{file} finnes ikke. Med --regler kan et brev (fil) eller et oppdiktet brev (--emne) prøves."
        )
    found = explain_letter(
        context, Path(file) if file else None, invented, rules=Path(rules) if rules else None, only=only
    )
    if as_json:
        context.json(found)
    else:
        context.out(letter_text(found, depth=depth))


def _post(context: Context, ref: str, as_json: bool, depth: Depth) -> None:
    from robot.explain_post import explain_post, explained_text

    found = explain_post(context.settings(), ref, now=context.now)
    if found is None:
        raise UsedWrongly(f"«{ref}» er verken en post, en fil eller en kode. Se postene med: postrobot list")
    if as_json:
        context.json(found)
    else:
        context.out(explained_text(found, depth=depth))


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

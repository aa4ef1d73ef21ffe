"""``postrobot language status|import|rollback``: what the robot has learnt of the house's own post."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import UsedWrongly
from robot.context import Context

if TYPE_CHECKING:
    from models.learning import Target
    from models.store import Store
    from robot.config import Settings

Only = Annotated[str | None, typer.Option("--org", metavar="NAVN", help="bare denne organisasjonen")]
AsJson = Annotated[bool, typer.Option("--json", help="for maskiner")]
TARGETS = "kategori, enhet eller utfall"


def add(group: typer.Typer) -> None:
    """Adds the commands to the group."""
    group.command("status")(show)
    group.command("import")(take_in)
    group.command("rollback")(go_back)


def show(ctx: typer.Context, only: Only = None, as_json: AsJson = False) -> None:
    """Viser hva roboten har å lære av, pipelinene i bruk, hvor godt de treffer, og om posten har endret seg."""
    from robot import build
    from robot.learning.status import status, status_text

    context = Context.of(ctx)
    settings = context.settings()
    found = {}
    for name in build.chosen_organisations(settings, only):
        with _store(context, settings, name) as store:
            found[name] = status(store)
    if as_json:
        context.json({"organisations": found})
    else:
        for name, one in found.items():
            off = "" if settings.organisasjon[name].laering.bruk else " (læring er slått av)"
            context.out(status_text(name + off, one))


def take_in(
    ctx: typer.Context,
    file: Annotated[str | None, typer.Argument(metavar="FIL", help="CSV, eller ett JSON-objekt på hver linje")] = None,
    from_archive: Annotated[
        bool, typer.Option("--arkiv", help="titler og klasser fra arkivet i stedet for en fil")
    ] = False,
    target: Annotated[str, typer.Option("--mål", metavar="MÅL", help=f"hva «label» sier: {TARGETS}")] = "kategori",
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="hopp over rader som ikke kan leses")] = False,
    only: Only = None,
    as_json: AsJson = False,
) -> None:
    """Tar inn historikk som eksempler å lære av. Navn og tall maskeres før noe lagres."""
    from robot import build
    from robot.learning.from_archive import import_archive
    from robot.learning.importing import import_file
    from robot.progress import CountBar

    context = Context.of(ctx)
    settings = context.settings()
    name = _one_of(settings, only)
    if not settings.organisasjon[name].laering.bruk:
        raise UsedWrongly(f"Læring er slått av for {name}: se [organisasjon.{name}.laering] i oppsettet.")
    if (file is None) is not from_archive:
        raise UsedWrongly("Oppgi enten en fil, eller --arkiv.")
    with _store(context, settings, name) as store, CountBar(context, f"Leser inn, {name}") as bar:
        if file is not None:
            found = import_file(store, Path(file), target=_target(target), skip_bad=skip_bad, on_row=bar.show)
        else:
            archive = build.archive(settings, name, now=context.now)
            try:
                found = import_archive(store, archive, on_row=bar.show)
            finally:
                archive.close()
    if as_json:
        context.json({"rows": found.rows, "examples": found.examples, "skipped": list(found.skipped)})
        return
    context.out(
        f"{found.examples} eksempler fra {found.rows} rader. De læres av i natt, eller nå: postrobot run --job læring"
    )


def go_back(
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(metavar="MÅL", help=TARGETS)],
    to: Annotated[str, typer.Option("--til", metavar="HASH", help="begynnelsen av hashen; ellers den forrige")] = "",
    only: Only = None,
    as_json: AsJson = False,
) -> None:
    """Tar en tidligere pipeline i bruk igjen."""
    from robot.learning.status import roll_back

    context = Context.of(ctx)
    settings = context.settings()
    name = _one_of(settings, only)
    with _store(context, settings, name) as store:
        chosen = roll_back(store, _target(target), to)
    if as_json:
        context.json({"organisation": name, "target": target, "sha256": chosen.sha256})
    else:
        context.out(f"{name}: {target} bruker nå {chosen.sha256[:12]}, trent på {chosen.examples} eksempler.")


def _target(word: str) -> Target:
    from models.learning import Target

    try:
        return Target(word)
    except ValueError:
        raise UsedWrongly(f"Ukjent mål «{word}». Bruk {TARGETS}.") from None


def _one_of(settings: Settings, only: str | None) -> str:
    from robot import build

    names = list(build.chosen_organisations(settings, only))
    if len(names) != 1:
        raise UsedWrongly(f"Oppsettet har flere organisasjoner: {', '.join(names)}. Velg en med --org.")
    return names[0]


@contextmanager
def _store(context: Context, settings: Settings, name: str) -> Iterator[Store]:
    from robot import build

    store = build.store(settings, name, now=context.now)
    try:
        yield store
    finally:
        store.close()

"""``postrobot journal check``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import UsedWrongly
from robot.context import Context

if TYPE_CHECKING:
    from pathlib import Path

    from models.store.journal_tx import StoredFinding


def register(app: typer.Typer) -> None:
    """Adds the group."""
    group = typer.Typer(help="Den offentlige journalen: kontroller den.", no_args_is_help=True)
    group.command("check")(check)
    app.add_typer(group, name="journal")


def check(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Option("--source", metavar="FIL", help="en journalfil (Noark 5 eller 4); trenger ikke noe oppsett")
    ] = "",
    full: Annotated[bool, typer.Option("--full", help="alt, ikke bare det som er nytt siden sist")] = False,
    only: Annotated[list[str] | None, typer.Option("--check", metavar="PJ-A01", help="bare denne kontrollen")] = None,
    org: Annotated[str | None, typer.Option("--org", metavar="NAVN", help="bare denne organisasjonen")] = None,
    lists: Annotated[
        bool, typer.Option("--navnelister", help="finn navn med navnelister i stedet for modellen")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for maskiner: ett objekt")] = False,
) -> int:
    """Kontrollerer den offentlige journalen. Verdien som er funnet, vises aldri. 1: noe er funnet."""
    from robot.journalcheck.catalogue import CHECKS
    from robot.journalcheck.screens import as_data, as_text

    context = Context.of(ctx)
    wanted = frozenset(one.upper() if one.upper() in CHECKS else one for one in only or ())
    unknown = sorted(one for one in wanted if one.upper().startswith("PJ-") and one not in CHECKS)
    if unknown:
        raise UsedWrongly(
            f"Ukjent kontroll «{unknown[0]}». Kontrollene er PJ-A01 … PJ-H07; se docs/journalkontroll.md."
        )
    if source:
        from pathlib import Path

        entries, found, language = _file(context, Path(source), wanted, lists=lists)
    else:
        entries, found, language = _configured(context, org, full=full, only=wanted, lists=lists)
    if as_json:
        context.json(as_data(entries, found))
    else:
        context.out(as_text(entries, found, language))
    return 1 if found else 0


def _file(context: Context, path: Path, wanted: frozenset[str], *, lists: bool) -> tuple[int, list[StoredFinding], str]:
    """A journal file by itself: shared rules, no archive, and nothing kept."""
    from robot.journalcheck.of_file import check_file
    from robot.progress import CountBar

    with CountBar(context, "Kontrollerer journalen") as bar:
        entries, found = check_file(path, now=context.now, only=wanted, show=bar.show, name_pipeline=not lists)
    return entries, found, "nb"


def _configured(
    context: Context, org: str | None, *, full: bool, only: frozenset[str], lists: bool
) -> tuple[int, list[StoredFinding], str]:
    from dataclasses import replace

    from robot import build
    from robot.journalcheck.nightly import check_one
    from robot.lock import hold
    from robot.log import setup_logging
    from robot.progress import CountBar

    settings = context.settings(need_secrets=True)
    setup_logging(form="konsoll", level="warning", stream=context.stderr)
    entries = 0
    found: list[StoredFinding] = []
    with hold(settings.robot.tilstand), build.offices(settings, now=context.now, only=org) as offices:
        if not any(office.journals for office in offices):
            raise UsedWrongly(
                "Ingen offentlig journal er satt opp: legg til [organisasjon.….offentlig_journal.navn], "
                "eller kontroller en fil med --source FIL."
            )
        for office in offices:
            if lists:
                office.journal_setup = replace(office.journal_setup, name_pipeline=False)
            for name in office.journals:
                with CountBar(context, f"{office.name} {name}") as bar:
                    entries += check_one(office, name, whole=full, only=only, show=bar.show)
            with office.store.read() as reads:
                found += [one for one in reads.findings() if not only or one.check_id in only]
    return entries, found, settings.robot.spraak

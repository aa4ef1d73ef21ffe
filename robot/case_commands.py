"""``postrobot cases restanser|proposals|signoff|duplicates|merge|keep|move|remark|link``: part of the group ``cases``."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.errors import UsedWrongly
from robot.context import Context

if TYPE_CHECKING:
    from models.organisation import Organisation
    from models.store.restanse_tx import Wanted
    from models.store.store import Store
    from robot.caretaking.by_hand import Desk, Wish
    from robot.config import Settings

Only = Annotated[str | None, typer.Option("--org", metavar="NAVN", help="bare denne organisasjonen")]
AsJson = Annotated[bool, typer.Option("--json", help="for maskiner")]
As = Annotated[
    str | None, typer.Option("--som", metavar="BRUKER", help="hvem som svarer; ellers den som er logget inn")
]
Number = Annotated[str, typer.Argument(metavar="NUMMER", help="journalpostens nummer, som 2026/118-3")]
Pair = Annotated[str, typer.Argument(metavar="PAR", help="parets id, fra cases duplicates")]


def add_to(group: typer.Typer) -> None:
    """Adds the commands."""
    group.command("restanser")(restanser)
    group.command("proposals")(proposals)
    group.command("signoff")(signoff)
    group.command("duplicates")(duplicates)
    group.command("merge")(merge)
    group.command("keep")(keep)
    group.command("move")(move)
    group.command("remark")(remark)
    group.command("link")(link)


def restanser(
    ctx: typer.Context,
    only: Only = None,
    enhet: Annotated[str, typer.Option("--enhet", metavar="KODE", help="bare denne enheten")] = "",
    type_: Annotated[str, typer.Option("--type", metavar="I|N", help="bare denne journalposttypen")] = "",
    fra: Annotated[str, typer.Option("--fra", metavar="ÅÅÅÅ-MM-DD", help="journalført fra og med")] = "",
    til: Annotated[str, typer.Option("--til", metavar="ÅÅÅÅ-MM-DD", help="journalført til og med")] = "",
    liste: Annotated[bool, typer.Option("--liste", help="vis hver journalpost, ikke bare tallene")] = False,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="hele listen for regneark")] = False,
) -> int:
    """Viser det som ikke er avskrevet, i og over tiden, etter enhet. Aldri etter person."""
    from models.store.restanse_tx import Wanted

    context = Context.of(ctx)
    wanted = Wanted(enhet=enhet, type=_type(type_), fra=_day(fra), til=_day(til))
    settings = context.settings()
    if as_csv:
        _csv(context, settings, only, wanted)
        return 0
    plain: dict[str, Any] = {}
    for name, store, org, day in _stores(context, settings, only):
        found = _waits(store, org, wanted, day, settings.robot.spraak, whole=liste or as_json)
        plain[name] = found
        if not as_json:
            _tell(context, name, found)
    if as_json:
        context.json({"organisations": plain})
    return 0


def _waits(store: Store, org: Organisation, wanted: Wanted, day: date, language: str, *, whole: bool) -> dict[str, Any]:
    from dataclasses import asdict

    from robot.report.restanser import entries, unit_wait

    with store.read() as reads:
        units = [asdict(unit_wait(one, org, language)) for one in reads.restanse_units(day.isoformat(), wanted)]
        follow_ups = [
            {"post": row["id"], "enhet": row["enhet"] or "", "frist": row["follow_up_by"]} for row in reads.follow_ups()
        ]
        found: dict[str, Any] = {"day": day.isoformat(), "units": units, "follow_ups": follow_ups}
        if whole:
            found["entries"] = list(entries(reads, wanted, day))
    return found


def _tell(context: Context, name: str, found: dict[str, Any]) -> None:
    context.out(f"{name}: {sum(one['total'] for one in found['units'])} restanser per {found['day']}")
    if found["units"]:
        context.out(f"  {'enhet':<28}{'i alt':>8}{'over':>8}{'nær':>8}{'i tide':>8}{'uten':>8}  eldste")
    for one in found["units"]:
        figures = "".join(f"{one[key]:>8}" for key in ("total", "over", "near", "in_time", "without"))
        context.out(f"  {one['unit']:<28}{figures}  {one['oldest']}")
    if found["follow_ups"]:
        late = sum(one["frist"] < found["day"] for one in found["follow_ups"])
        context.out(f"  {len(found['follow_ups'])} videresendte poster er ikke kvittert ut, {late} over fristen")
    for one in found.get("entries", ()):
        late = f", {one['dager_over']} dager over" if one["dager_over"] else ""
        due = f"frist {one['frist']} ({one['navn']}){late}" if one["frist"] else "uten frist"
        context.out(f"  {one['journalpost']:<16} {one['type']} {one['enhet']:<12} mottatt {one['mottatt']}, {due}")


CSV_HEAD = (
    "organisasjon", "enhet", "saksnummer", "journalpost", "type", "mottatt", "journaldato", "frist", "stadium",
    "dager_over", "regel", "navn", "hjemmel",
)  # fmt: skip


def _csv(context: Context, settings: Settings, only: str | None, wanted: Wanted) -> None:
    import csv
    import io

    from robot.report.render import harmless
    from robot.report.restanser import entries

    def line(cells: list[str]) -> None:
        out = io.StringIO()
        csv.writer(out, delimiter=";", lineterminator="").writerow(cells)
        context.out(out.getvalue())

    line(list(CSV_HEAD))
    for name, store, _, day in _stores(context, settings, only):
        with store.read() as reads:
            for one in entries(reads, wanted, day):
                line([harmless(str(cell)) for cell in (name, *(one[key] for key in CSV_HEAD[1:]))])


def proposals(ctx: typer.Context, only: Only = None, as_json: AsJson = False) -> int:
    """Viser avskrivninger roboten foreslår, og hvordan du godtar dem."""
    from robot.report.omsorg import said_codes

    context = Context.of(ctx)
    settings = context.settings()
    for name, store, _, _ in _stores(context, settings, only):
        with store.read() as reads:
            for kind in ("proposed", "unsure"):
                for point in reads.care_points(task="avskriv", kind=kind):
                    command = f"postrobot cases signoff {point.number}" + (
                        " --svar NUMMER" if "," in point.text else ""
                    )
                    if as_json:
                        context.json(
                            {
                                "organisation": name,
                                "journalpost": point.number,
                                "kind": kind,
                                "codes": [code for code in point.reason.split(",") if code],
                                "answers": point.text,
                                "rule": point.rule,
                                "command": command,
                            }
                        )
                        continue
                    why = said_codes(point.reason, settings.robot.spraak) if kind == "unsure" else "klart"
                    context.out(f"{name}: {point.number}: {why}. {point.text}".rstrip(". ") + f". {command}")
    return 0


def signoff(
    ctx: typer.Context,
    number: Number,
    svar: Annotated[str, typer.Option("--svar", metavar="NUMMER", help="journalposten som svarer")] = "",
    part: Annotated[str, typer.Option("--part", metavar="NAVN", help="mottakeren, for et notat til flere")] = "",
    only: Only = None,
    user: As = None,
    as_json: AsJson = False,
) -> int:
    """Godtar et forslag: journalposten avskrives med svaret."""
    from robot.caretaking.by_hand import sign_off

    return _do(ctx, only, user, as_json, lambda desk: sign_off(desk, number, svar, part))


def duplicates(ctx: typer.Context, only: Only = None, as_json: AsJson = False) -> int:
    """Viser journalposter som ser ut som samme brev. Ingenting slås sammen før et menneske sier det."""
    from robot.texts import text

    context = Context.of(ctx)
    settings = context.settings()
    for name, store, _, _ in _stores(context, settings, only):
        with store.read() as reads:
            pairs = reads.twins()
            letters = reads.letters({id_ for pair in pairs for id_ in (pair.earlier, pair.later)})
        for pair in pairs:
            numbers = [letters[id_].number if id_ in letters else id_ for id_ in (pair.earlier, pair.later)]
            if as_json:
                told = {"earlier": numbers[0], "later": numbers[1], "likeness": list(pair.likeness)}
                context.json({"organisation": name, "id": pair.id, **told})
                continue
            why = ", ".join(text(f"twin.{likeness}", settings.robot.spraak) for likeness in pair.likeness)
            context.out(f"{name}: {pair.id}  {numbers[0]} og {numbers[1]}: {why}")
            context.out(f"    postrobot cases merge {pair.id}   (eller to brev: postrobot cases keep {pair.id})")
    return 0


def merge(ctx: typer.Context, pair: Pair, only: Only = None, user: As = None, as_json: AsJson = False) -> int:
    """Slår sammen: den seneste journalposten settes til utgår med merknad, med kryssreferanse mellom sakene."""
    from robot.caretaking import by_hand

    return _do(ctx, only, user, as_json, lambda desk: by_hand.merge(desk, pair))


def keep(ctx: typer.Context, pair: Pair, only: Only = None, user: As = None, as_json: AsJson = False) -> int:
    """Sier at paret er to brev; det foreslås aldri igjen."""
    from models.audit import AuditEvent
    from models.store.twin_tx import TwinState
    from robot.review import actor

    context = Context.of(ctx)
    said = False
    for _, store, _, _ in _stores(context, context.settings(), only):
        with store.write() as tx:
            if tx.answer_twin(pair, TwinState.TWO):
                tx.audit(
                    AuditEvent.CARE_DECIDED,
                    object_ref=pair,
                    actor=actor(store, user or getpass.getuser()),
                    details={"task": "duplikat", "target": pair, "state": TwinState.TWO.value},
                )
                said = True
    if not said:
        raise UsedWrongly(f"Paret {pair} finnes ikke, eller er alt besvart. Se dem med: postrobot cases duplicates")
    return _say(context, {"pair": pair, "state": "two", "text": f"{pair} er to brev og foreslås ikke igjen."}, as_json)


def move(
    ctx: typer.Context,
    number: Number,
    til: Annotated[str, typer.Option("--til", metavar="SAK", help="saken den skal til, som 2026/120")],
    only: Only = None,
    user: As = None,
    as_json: AsJson = False,
) -> int:
    """Flytter en journalpost til en annen sak. Alt som hindrer det, blir sagt på en gang."""
    from robot.caretaking import by_hand

    return _do(ctx, only, user, as_json, lambda desk: by_hand.move(desk, number, til))


def remark(
    ctx: typer.Context,
    number: Number,
    tekst: Annotated[str, typer.Argument(metavar="TEKST", help="merknaden")],
    only: Only = None,
    user: As = None,
    as_json: AsJson = False,
) -> int:
    """Setter en merknad på en journalpost."""
    from robot.caretaking import by_hand

    return _do(ctx, only, user, as_json, lambda desk: by_hand.remark(desk, number, tekst))


def link(
    ctx: typer.Context,
    fra: Annotated[str, typer.Argument(metavar="SAK", help="saken som skal vise til den andre")],
    til: Annotated[str, typer.Argument(metavar="SAK", help="saken det vises til")],
    only: Only = None,
    user: As = None,
    as_json: AsJson = False,
) -> int:
    """Setter en kryssreferanse fra en sak til en annen."""
    from robot.caretaking import by_hand

    return _do(ctx, only, user, as_json, lambda desk: by_hand.refer(desk, fra, til))


def _do(ctx: typer.Context, only: str | None, user: str | None, as_json: bool, make: Callable[[Desk], Wish]) -> int:
    from robot.caretaking.by_hand import do
    from robot.log import setup_logging

    context = Context.of(ctx)
    setup_logging(form="konsoll", level="warning", stream=context.stderr)
    settings = context.settings(need_secrets=True)
    return _say(context, do(context, settings, only, user or getpass.getuser(), make), as_json)


def _say(context: Context, result: dict[str, object], as_json: bool) -> int:
    if as_json:
        context.json(result)
    else:
        context.out(str(result["text"]))
    return 0


def _stores(context: Context, settings: Settings, only: str | None) -> Iterator[tuple[str, Store, Organisation, date]]:
    """Each organisation's store, with its parameters (units from the rules in force) and the day it is there."""
    from zoneinfo import ZoneInfo

    from robot import build

    for name in build.chosen_organisations(settings, only):
        store = build.store(settings, name, now=context.now)
        try:
            org = build.organisation(settings, name)
            rules = build.rules_in_force(settings, name, org, store, keep=False)
            rules.refresh()
            yield name, store, rules.organisation(org), context.now().astimezone(ZoneInfo(settings.zone(name))).date()
        finally:
            store.close()


def _type(raw: str) -> str:
    if raw and raw not in ("I", "N"):
        raise UsedWrongly(f"«{raw}» er ikke en type som avskrives; bare I og N er restanser.")
    return raw


def _day(raw: str) -> str:
    if not raw:
        return ""
    try:
        return date.fromisoformat(raw).isoformat()
    except ValueError:
        raise UsedWrongly(f"Datoen «{raw}» skal skrives som 2026-12-31.") from None

"""``postrobot verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from robot.context import Context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from robot.verify import Invariant

TEXTS = {
    "I1": "Ingenting tapt: alle originaler er her, uendret",
    "I2": "All post ender: ingen ligger urørt",
    "I3": "Ingenting dobbelt: én journalpost for hver nøkkel, i arkivet selv",
    "I4": "Kilden fikk beskjed først da posten var lagret",
    "I5": "Ingenting stopper det neste: det som er prøvd nok, går til et menneske",
    "I6": "Ingenting gjettet: det som var uvisst, ble slått opp før det ble gjort igjen",
    "I7": "Hver avgjørelse har reglene den bygger på",
    "I8": "Hver avgjørelse er begrunnet i revisjonen",
    "I9": "Revisjonen er hel: én hendelse for hver endring, og kjeden holder",
    "I10": "Det som ikke kunne leses, ble ikke åpnet, sendt eller avvist uten et menneske",
    "I11": "Hver jobb har én som gjør den",
    "I12": "Regelsettene er hele, slik de trådte i kraft",
    "I13": "Grensene for minne, tid og disk",
    "I14": "Ingen personopplysninger i revisjonen",
    "I15": "Omstart merkes ikke",
    "I16": "Ingenting hører til en annen organisasjon",
    "I17": "Tid er UTC, og ingen jobb gikk to ganger på en dato",
    "I18": "Full disk stanser hentingen før kilden får beskjed",
}

NEXT = {
    "I1": "Hent filene tilbake fra sikkerhetskopien til files/. Finnes de ikke der, ligger posten fortsatt hos kilden "
    "under robotens mappe, og dokumentene i arkivet.",
    "I2": "Går tjenesten? Se: postrobot status. Går den, prøv: postrobot retry POST.",
    "I3": "Se sakene i arkivet. Den ene av to settes til utgår med merknad: postrobot review correct POST --utgår «…». "
    "Er arkivet eldre enn roboten (gjenoppretting), vent ikke: gjenopprett begge fra samme natt.",
    "I4": "Se etter posten hos kilden, og sammenlign med postrobot explain POST. Meld fra til den som lager Postrobot.",
    "I5": "Prøv: postrobot retry POST. Hjelper det ikke, meld fra til den som lager Postrobot.",
    "I6": "Se i arkivet om det som var uvisst, finnes, før noe gjøres på nytt. Meld fra til den som lager Postrobot.",
    "I7": "Databasen har mistet regelsett. Gjenopprett den fra sikkerhetskopien.",
    "I8": "Se posten med postrobot explain POST. Er databasen endret for hånd, gjenopprett den fra sikkerhetskopien.",
    "I9": "Kjør postrobot audit verify. Er databasen endret utenom roboten, finn ut av hvem, og gjenopprett den.",
    "I10": "Se posten og skjerm den i arkivet nå om det trengs. Meld fra til den som lager Postrobot.",
    "I11": "Start tjenesten på nytt; da gis jobben fri.",
    "I12": "Databasen er endret utenom roboten. Gjenopprett den fra sikkerhetskopien.",
    "I14": "Ta ikke revisjonsfilen ut av huset før dette er avklart. Meld fra til den som lager Postrobot.",
    "I16": "Stans tjenesten og se på oppsettet: to organisasjoner kan ha fått samme mappe eller database.",
    "I17": "Se på klokken og tidssonen på maskinen.",
}
"""What to do when one is broken."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("verify")(run)


def run(ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False) -> int:
    """Kontrollerer det roboten lover, mot databasen, filene og arkivet slik de er nå."""
    from robot import build
    from robot.verify import PROVEN_ELSEWHERE, Invariant, verify

    context = Context.of(ctx)
    settings = context.settings(need_secrets=True)
    total: dict[str, Invariant] = {}
    for name in settings.organisasjon:
        store = build.store(settings, name, now=context.now)
        archive = build.archive(settings, name, now=context.now)
        for found in verify(store, archive):
            total.setdefault(found.name, Invariant(found.name)).add(found)
        archive.close()
        store.close()
    ok = all(found.ok for found in total.values())
    if as_json:
        told = {name: _plain(found) for name, found in total.items()}
        context.json({"ok": ok, "invariants": told, "proven_elsewhere": dict(PROVEN_ELSEWHERE)})
    else:
        _tell(context, total, PROVEN_ELSEWHERE)
    return _exit(total)


def _exit(total: dict[str, Invariant]) -> int:
    """1 for what is broken; 4 when nothing is, but the archive could not be asked."""
    if any(found.broken for found in total.values()):
        return 1
    return 4 if any(found.unasked for found in total.values()) else 0


def _plain(found: Invariant) -> dict[str, object]:
    plain: dict[str, object] = {"ok": found.ok, "checked": found.checked, "broken": found.broken}
    return {**plain, "examples": found.examples, **({"unasked": found.unasked} if found.unasked else {})}


def _tell(context: Context, total: dict[str, Invariant], elsewhere: Mapping[str, str]) -> None:
    for name in TEXTS:
        found = total.get(name)
        if found is None:
            context.out(f"-     {name:<4} {TEXTS[name]}: prøvd i {elsewhere[name]}")
            continue
        mark = "ok  " if found.ok else "FEIL" if found.broken else "?   "
        context.out(f"{mark}  {name:<4} {TEXTS[name]}: {found.checked} kontrollert, {found.broken} brudd")
        if found.unasked:
            context.out(f"           ikke kontrollert nå: {found.unasked}")
        for example in found.examples:
            context.out(f"           {example}")
        if found.broken > len(found.examples):
            context.out(f"           … og {found.broken - len(found.examples)} til")
        if found.broken:
            context.out(f"           Gjør dette: {NEXT[name]}")

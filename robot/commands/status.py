"""``postrobot status``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from models.errors import ConfigError, Locked
from robot.context import Context

if TYPE_CHECKING:
    from models.store import Store
    from robot.config import Settings


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("status")(run)


def run(ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="for maskiner")] = False) -> None:
    """Viser om tjenesten går, hva som venter, kildene og reglene."""
    from robot import build

    context = Context.of(ctx)
    settings = context.settings()
    running = _running(settings)
    organisations = {name: _of(context, settings, name) for name in build.chosen_organisations(settings, None)}
    if as_json:
        context.json(_together(organisations, running))
        return
    context.out("KJØRER" if running else "STÅR (start tjenesten, eller kjør: postrobot run --once)")
    for name, found in organisations.items():
        context.out(_text(name, found, settings.zone(name)))


def _running(settings: Settings) -> bool:
    from robot.lock import hold

    try:
        with hold(settings.robot.tilstand):
            return False
    except Locked:
        return True


def _of(context: Context, settings: Settings, name: str) -> dict[str, Any]:
    from robot import build
    from robot.alarms.show import standing
    from robot.report.make import missing_now, report_folder

    store = build.store(settings, name, now=context.now)
    with store.read() as reads:
        states, oldest = reads.states(), reads.oldest_waiting()
        health = {row["name"]: dict(row) for row in reads.connections()}
        ruleset, effects = reads.last_ruleset(), reads.open_effects()
        count = reads.rule_count(ruleset) if ruleset is not None else 0
        doubt = reads.doubt()
        care = {f"{g.task}/{g.kind}/{g.reason}": g.number for g in reads.point_groups()}
    reports = sorted(report_folder(store).glob("????-??-??.html"))
    due = settings.organisasjon[name].rapport.klokkeslett
    missing = missing_now(store, context.now(), settings.zone(name), due, language=settings.robot.spraak)
    rules = _rules(settings, name, store)
    alarms = standing(settings, name, store, context.now())
    store.close()
    return {
        "states": states,
        "oldest_waiting_s": round(context.now().timestamp() - oldest) if oldest is not None else None,
        "sources": [
            _source(source, config.type, health) for source, config in settings.organisasjon[name].kilde.items()
        ],
        "rules": {"hash": ruleset, "count": count, **rules},
        "owed_effects": effects,
        "last_report": reports[-1].stem if reports else None,
        "report_missing": missing or None,
        "restore": None
        if doubt is None or doubt.told
        else {"backup": doubt.backup, "sources_done": sorted(doubt.emptied), "complete": doubt.until is not None},
        "alarms": alarms,
        "care": care,
    }


def _rules(settings: Settings, name: str, store: Store) -> dict[str, Any]:
    """What stands in the rule files beside what is in force: nothing, errors, or good rules that wait."""
    from robot import build

    rules = build.rules_in_force(settings, name, build.organisation(settings, name), store, keep=False)
    try:
        rules.refresh()
    except ConfigError as error:
        return {"refused": {"errors": 1, "first": error.faults[0].expected}, "waiting": None}
    refusal, waiting = rules.refusal, rules.waiting
    return {
        "refused": {"errors": refusal.errors, "first": refusal.first} if refusal is not None else None,
        "waiting": {"hash": waiting.sha256, "count": waiting.rules, "why": waiting.why.value} if waiting else None,
    }


def _source(name: str, kind: str, health: dict[str, dict[str, Any]]) -> dict[str, Any]:
    known = health.get(f"kilde:{name}", {})
    return {
        "name": name,
        "type": kind,
        "last_ok": _time(known.get("last_ok_at")),
        "error": known.get("error", ""),
        "failures": known.get("failures", 0),
    }


def _time(at: float | None) -> str | None:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") if at is not None else None


def _together(organisations: dict[str, dict[str, Any]], running: bool) -> dict[str, Any]:
    """One object for the installation: sums over organisations, and each beside them."""
    states: dict[str, int] = {}
    for found in organisations.values():
        for state, number in found["states"].items():
            states[state] = states.get(state, 0) + number
    waits = [f["oldest_waiting_s"] for f in organisations.values() if f["oldest_waiting_s"] is not None]
    first = next(iter(organisations.values()))
    return {
        "running": running,
        "states": states,
        "oldest_waiting_s": max(waits) if waits else None,
        "sources": [{**s, "organisation": name} for name, f in organisations.items() for s in f["sources"]],
        "rules": first["rules"],
        "alarms": [{**a, "organisation": name} for name, f in organisations.items() for a in f["alarms"]],
        "organisations": organisations,
    }


def _text(name: str, found: dict[str, Any], zone: str) -> str:
    from robot.report.render import short_date
    from robot.texts import text

    words = {
        "received": "mottatt",
        "decided": "avgjort",
        "archived": "arkivert",
        "done": "ferdig",
        "set_aside": "til side",
    }
    states = " · ".join(f"{number} {words[state]}" for state, number in found["states"].items() if number)
    rules = found["rules"]
    lines = [f"\n{name}: {states or 'ingen post ennå'}"]
    for alarm in found["alarms"]:
        lines += [f"  VARSEL: {alarm['text']}", f"          {alarm['do']}"]
    if found["oldest_waiting_s"] is not None:
        lines.append(f"  eldste som venter: {_age(found['oldest_waiting_s'])}")
    lines.append(
        f"  regler: {rules['count']}, sett {str(rules['hash'])[:12]}" if rules["hash"] else "  regler: ikke lastet ennå"
    )
    if rules["refused"]:
        lines.append(f"  ENDREDE REGLER ER IKKE I BRUK: {rules['refused']['first']}  (postrobot rules lint)")
    if rules["waiting"]:
        lines.append(
            f"  endrede regler venter (sett {rules['waiting']['hash'][:12]}): {_WAITS[rules['waiting']['why']]}"
        )
    last = found["last_report"]
    lines.append(f"  siste rapport: {short_date(last) if last else 'ingen'}")
    if found["care"]:
        lines.append(f"  {text('status.care', number=sum(found['care'].values()))}")
    if found["restore"]:
        lines.append(f"  gjenopprettet fra {found['restore']['backup']}; det som kom etter kopien, finnes igjen nå")
    for source in found["sources"]:
        when = f"sist i orden {_local(source['last_ok'], zone)}" if source["last_ok"] else "aldri hentet"
        error = f"  FEIL: {source['error']}" if source["error"] else ""
        lines.append(f"  {source['name']:<14} {source['type']:<8} {when}{error}")
    return "\n".join(lines)


_WAITS = {
    "plan": "prøv dem med «postrobot rules plan», og ta dem i bruk med «postrobot rules apply»",
    "held": "et annet sett er tatt i bruk med «rules apply» eller «rules rollback»",
    "soon": "tjenesten tar dem i bruk om et øyeblikk, eller ved neste kjøring",
}


def _local(stamp: str, zone: str) -> str:
    return f"{datetime.fromisoformat(stamp).astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M}"


def _age(seconds: int) -> str:
    """``12 min``, ``5 timer``, ``3 døgn``."""
    if seconds < 7200:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} timer" if seconds < 172_800 else f"{seconds // 86_400} døgn"

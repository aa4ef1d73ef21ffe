"""The plan as an archivist reads it."""

from __future__ import annotations

from datetime import date
from typing import Any

from robot.backtest.change import Period, Planned
from robot.texts import reason_text

_MOST_GROUPS = 15
_MOST_VALUES = 4
_TELLING = ("enhet", "tilgang", "videresendes til")


def plan_text(made: Planned, period: Period) -> str:
    """One screen: how much changes, what to what, against what people chose, what could not be tried, what to do next."""
    data = made.data
    lines = [f"Prøvde de endrede reglene mot {_posts(data['posts'])} mottatt {_day(period.first)}–{_day(period.last)}."]
    if made.same:
        lines.append("Reglene er de samme som i drift.")
    lines.append("")
    if data["changed"]:
        share = 100 * data["changed"] / max(1, data["compared"])
        lines.append(f"Endret utfall: {_n(data['changed'])} av {_n(data['compared'])} ({_decimal(share)} %)")
        lines += [line for group in data["groups"][:_MOST_GROUPS] for line in _group(group)]
        left = len(data["groups"]) - _MOST_GROUPS
        if left > 0:
            lines.append(f"  … og {left} slags endringer til (se --json)")
    else:
        lines.append("Ingen post ville fått et annet utfall.")
    lines += ["", *_people(data["people"]), *_not_compared(data)]
    lines += _opened(made)
    lines += _warnings(made)
    if not made.same:
        lines.append(f"\nPlanen er lagret som {made.plan_id}.")
        if not made.stopped:
            lines.append(
                f"Ta i bruk: postrobot rules apply {made.plan_id}   (gjelder ny post; ingenting omjournalføres)"
            )
    return "\n".join(lines)


def _group(group: dict[str, Any]) -> list[str]:
    old, new = group["from"], group["to"]
    sign = "-" if new["outcome"].startswith("til et") else "+" if old["outcome"].startswith("til et") else "~"
    if old["rule"] == new["rule"] and old["outcome"] == new["outcome"]:
        head = f"{source_text(new['rule'])}: samme utfall, men noe er annerledes"
    else:
        head = f"{_side(old)} → {_side(new)}"
    lines = [f"  {sign} {group['count']:>5}  {head}"]
    # From or to a person everything differs: then only where the post would go, and who may see it, is worth a line.
    telling = _TELLING if sign in "+-" else None
    shown = 0
    for value in group["values"]:
        if value["field"] == "utfall" or shown == _MOST_VALUES or (telling and value["field"] not in telling):
            continue
        shown += 1
        was, becomes = value["from"] or "ingenting", value["to"] or "ingenting"
        lines.append(f"           {value['field']}: {was} → {becomes}  ({value['count']})")
    named = {value["field"] for value in group["values"]}
    others = [f"{field} ({count})" for field, count in group["fields"].items() if field not in named]
    if others and telling is None:
        lines.append(f"           også: {', '.join(others)}")
    lines.append(f"           for eksempel {', '.join(group['samples'][:3])}")
    return lines


def _side(side: dict[str, str]) -> str:
    return f"{side['outcome']} [{source_text(side['rule'])}]"


def source_text(word: str) -> str:
    """A rule's id, or in words why none decided."""
    if word == "unreadable":
        return "kan ikke leses"
    try:
        return reason_text(word).title.lower()
    except (KeyError, ValueError):
        return word


def _people(people: dict[str, Any]) -> list[str]:
    if not people["answered"]:
        return ["Ingen av postene er besvart av et menneske, så det er ingen fasit å måle mot."]
    before, after = people["before"], people["after"]
    lines = [
        f"Mot det mennesker valgte ({_posts(people['answered'])}):  riktig {before['right']} → {after['right']}   "
        f"feil {before['wrong']} → {after['wrong']}   til et menneske {before['human']} → {after['human']}"
    ]
    if people["worse"]:
        lines.append(f"Blir feil ({people['worse']}): {', '.join(people['worse_posts'])}")
    return lines


def _not_compared(data: dict[str, Any]) -> list[str]:
    rest = data["not_compared"]
    words = {"text": "teksten", "findings": "funnene", "language": "det språkmodellen sier"}
    lines = []
    for group, number in rest["lacking"].items():
        what = words.get(group, group)
        lines.append(f"Ikke prøvd: {_posts(number)}. Reglene spør om {what}, som ikke ble tatt vare på den gangen.")
    if rest["purged"]:
        lines.append(f"Ikke prøvd: {_posts(rest['purged'])}. Innholdet er slettet etter bevaringsreglene.")
    if rest["unreadable"]:
        lines.append(f"Ikke prøvd: {_posts(rest['unreadable'])} som ikke kan leses. De går til et menneske uansett.")
    if rest["undecided"]:
        lines.append(f"Ikke prøvd: {_posts(rest['undecided'])} som ikke er avgjort ennå.")
    return lines


def _opened(made: Planned) -> list[str]:
    data = made.data
    if not data["restricted_to_open"]:
        return ["Ingen post går fra skjermet til åpen."]
    ids = data["restricted_to_open_posts"]
    more = " …" if data["restricted_to_open"] > len(ids[:10]) else ""
    lines = [
        f"\nSTOPP: {_posts(data['restricted_to_open'])} ville gått fra skjermet til åpen: {', '.join(ids[:10])}{more}"
    ]
    if data["accepted"] is not None:
        lines.append(f"Godtatt av {data['accepted']['by']}: {data['accepted']['reason']}")
    else:
        lines.append("Planen kan ikke tas i bruk slik. Se på dem med: postrobot explain POST")
        lines.append("Er det meningen, lag planen på nytt med --godta-åpning «hvorfor».")
    return lines


def _warnings(made: Planned) -> list[str]:
    number = len(made.faults)
    if not number:
        return []
    return [f"Reglene har {number} {'advarsel' if number == 1 else 'advarsler'}. Se dem: postrobot rules lint"]


def _posts(number: int) -> str:
    return "1 post" if number == 1 else f"{_n(number)} poster"


def _n(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _decimal(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"

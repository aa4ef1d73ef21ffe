"""The rule sets that were in force: a list for people, and the files of one of them written out again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.errors import UsedWrongly

if TYPE_CHECKING:
    from models.store.rule_tx import KeptRuleset
    from robot.config import Settings

_HOW = {"files": "regelfilene ble endret", "apply": "rules apply", "rollback": "rules rollback"}


def kept_sets(settings: Settings, name: str, *, now: Callable[[], datetime]) -> Sequence[KeptRuleset]:
    """The one in force first."""
    from robot import build

    with closing(build.store(settings, name, now=now)) as store, store.read() as reads:
        return reads.kept_rulesets()


def set_text(kept: KeptRuleset, zone: str, *, in_force: bool) -> str:
    """A line or two: hash, since when, how, by whom, commit."""
    since = f"{kept.in_force_at.astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M}"
    origin = kept.origin
    how = _HOW.get(str(origin.get("how")), "")
    by = f" av {origin['by']}" if origin.get("by") else ""
    plan = f", plan {origin['plan']}" if origin.get("plan") else ""
    rules = "1 regel" if kept.rules == 1 else f"{kept.rules} regler"
    lines = [f"{kept.sha256[:12]}  {since}  {rules:>10}  {'I DRIFT' if in_force else '':7}  {how}{by}{plan}".rstrip()]
    if origin.get("why"):
        lines.append(f"              åpnet {origin.get('accepted')} skjermede poster med vilje: {origin['why']}")
    for commit, author in zip(origin.get("commit", ()), origin.get("author", ()), strict=False):
        layer, _, sha = commit.rpartition(" ")
        lines.append(f"              git: {layer} {sha[:12]} av {author}")
    if origin.get("dirty"):
        lines.append("              git: filene hadde endringer som ikke var sjekket inn")
    return "\n".join(lines)


def export_set(settings: Settings, name: str, word: str, into: str, *, now: Callable[[], datetime]) -> str:
    """Lists the files of a set, or writes them to a new folder; returns what to tell.

    Raises:
        UsedWrongly: no set, or several, begin so; the folder is there already.
    """
    from robot import build

    with closing(build.store(settings, name, now=now)) as store, store.read() as reads:
        found = [kept.sha256 for kept in reads.kept_rulesets() if kept.sha256.startswith(word.lower())]
        if len(found) != 1:
            raise UsedWrongly(
                f"{'Flere' if found else 'Ingen'} regelsett begynner på «{word}». Se: postrobot rules history"
            )
        files = reads.stored_ruleset(found[0]) or {}
    if not into:
        return "\n".join(f"{len(raw):>8}  {file}" for file, raw in sorted(files.items()))
    target = Path(into)
    if target.exists():
        raise UsedWrongly(f"{target} finnes. Oppgi en mappe som ikke finnes ennå.")
    for file, raw in files.items():
        place = target / file
        if not place.resolve().is_relative_to(target.resolve()):
            raise UsedWrongly(f"Settet har en fil utenfor mappen: {file}")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(raw)
    return f"{len(files)} filer skrevet til {target}, ett lag i hver undermappe."

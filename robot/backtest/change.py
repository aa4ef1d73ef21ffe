"""Making a plan, carrying it out, and going back: the three steps of a rule change."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from models.errors import UsedWrongly
from robot.backtest.planfile import FOLDER, VERSION, as_data, find, write
from robot.backtest.run import Found, Side, backtest
from robot.git_origin import commits_of, origin_of
from robot.review import actor
from robot.rulesets import edited, known_organisation, layers_with

if TYPE_CHECKING:
    from datetime import date

    from models.organisation import Organisation
    from models.store import Store
    from robot.config import Settings
    from rules.messages import Fault
    from rules.model import RuleSet

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days in the organisation's zone, both included."""

    first: date
    last: date

    def bounds(self, zone: str) -> tuple[float, float]:
        """Epoch seconds: from the first day's midnight until the midnight after the last."""
        tz = ZoneInfo(zone)
        start = datetime(self.first.year, self.first.month, self.first.day, tzinfo=tz)
        after = self.last + timedelta(days=1)
        return start.timestamp(), datetime(after.year, after.month, after.day, tzinfo=tz).timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan as made. ``faults`` are the warnings of the edited set; ``same``: it is the set in force."""

    plan_id: str
    path: Path
    data: dict[str, Any]
    base: str
    rules: str
    faults: tuple[Fault, ...]

    @property
    def same(self) -> bool:
        return self.base == self.rules

    @property
    def stopped(self) -> bool:
        """Whether post would go from shielded to open and nobody has accepted it."""
        return bool(self.data["restricted_to_open"]) and self.data["accepted"] is None


class Faulty(UsedWrongly):
    """The edited set cannot be loaded; ``faults`` says why."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("Reglene har feil og kan ikke prøves.")


def make_plan(
    settings: Settings,
    name: str,
    folder: Path | None,
    period: Period,
    *,
    now: Callable[[], datetime],
    user: str,
    accept: str = "",
    progress: Progress = lambda done, of: None,
) -> Planned:
    """Tries the edited set on the stored post and keeps what was found as a plan. Changes nothing else.

    ``accept``: why post may go from shielded to open, in a person's words.

    Raises:
        Faulty: the edited set has errors.
        UsedWrongly: no set has been in force yet.
    """
    from robot import build

    layers = layers_with(settings, name, folder)
    loaded, org = edited(settings, name, layers)
    if loaded.ruleset is None:
        raise Faulty(loaded.errors)
    with closing(build.store(settings, name, now=now)) as store:
        base = _in_force(store, org)
        found = _tried(store, base, loaded.ruleset, org, period.bounds(settings.zone(name)), progress)
    accepted = {"by": user, "reason": accept} if accept and found.opened else None
    data = {**as_data(found), "accepted": accepted}
    plan = {
        "version": VERSION,
        "organisation": settings.organisasjon[name].orgnr,
        "made_at": now().isoformat(timespec="seconds"),
        "by": user,
        "layers": [layer if layer == "felles" else str(Path(layer).resolve()) for layer in layers],
        "base": base.sha256,
        "rules": loaded.ruleset.sha256,
        "period": {"from": period.first.isoformat(), "to": period.last.isoformat()},
        "found": data,
    }
    plan_id, path = write(settings.state(name) / FOLDER, plan)
    return Planned(
        plan_id=plan_id,
        path=path,
        data=data,
        base=base.sha256,
        rules=loaded.ruleset.sha256,
        faults=loaded.faults,
    )


def _in_force(store: Store, org: Organisation) -> RuleSet:
    from rules.load import load_stored

    with store.read() as reads:
        last = reads.last_ruleset()
        files = reads.stored_ruleset(last) if last is not None else None
    if files is None:
        raise UsedWrongly(
            "Ingen regler har vært i drift ennå, så det er ingenting å sammenligne med: postrobot run --once"
        )
    loaded = load_stored(files, org)
    if loaded.ruleset is None:
        first = loaded.errors[0]
        raise UsedWrongly(
            f"Reglene i drift passer ikke lenger til oppsettet og kan ikke sammenlignes med ({first.file}:{first.line} "
            f"{first.message}). Rett oppsettet først: postrobot check"
        )
    return loaded.ruleset


def _tried(
    store: Store, base: RuleSet, new: RuleSet, org: Organisation, bounds: tuple[float, float], progress: Progress
) -> Found:
    before = Side(rules=base, org=replace(org, enheter=base.enheter))
    after = Side(rules=new, org=replace(org, enheter=new.enheter))
    with store.read() as reads:
        total = reads.judged_count(*bounds)
        found = backtest(reads.judged(*bounds), before, after, progress=lambda done: progress(done, total))
        found.undecided, found.purged = reads.undecided_count(*bounds), reads.purged_count(*bounds)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A set put in force. ``held``: the files in the folder are another set, and stay out until they change."""

    sha256: str
    before: str
    rules: int
    held: bool


def apply_plan(settings: Settings, word: str, *, now: Callable[[], datetime], user: str) -> Applied:
    """Puts the planned set in force, exactly as planned.

    Raises:
        UsedWrongly: the files or the set in force have changed since, or the plan opens what is shielded and nobody has
            accepted it; nothing is changed then.
    """
    from robot import build

    plan = find(settings, word)
    name = next((n for n, org in settings.organisasjon.items() if org.orgnr == plan["organisation"]), None)
    if name is None:
        raise UsedWrongly(
            f"Planen {plan['plan']} gjelder en organisasjon ({plan['organisation']}) som ikke står i oppsettet."
        )
    found = plan["found"]
    if found["restricted_to_open"] and found["accepted"] is None:
        raise UsedWrongly(
            f"Planen {plan['plan']} åpner {found['restricted_to_open']} poster som er skjermet, og det er ikke godtatt. "
            "Rett reglene, eller lag planen på nytt med --godta-åpning «hvorfor»."
        )
    loaded, org = edited(settings, name, plan["layers"])
    if loaded.ruleset is None or loaded.ruleset.sha256 != plan["rules"]:
        raise UsedWrongly(
            f"Regelfilene er endret siden planen {plan['plan']} ble laget. Lag en ny: postrobot rules plan"
        )
    ruleset = loaded.ruleset
    origin: dict[str, Any] = {"how": "apply", "by": user, "plan": plan["plan"], **origin_of(commits_of(plan["layers"]))}
    if found["accepted"] is not None:
        origin["accepted"] = found["restricted_to_open"]
        origin["why"] = found["accepted"]["reason"]
    files_are = _files_now(settings, name, org)
    with closing(build.store(settings, name, now=now)) as store, store.write() as tx:
        last = tx.last_ruleset()
        if last == ruleset.sha256:
            raise UsedWrongly(f"Planen {plan['plan']} er alt tatt i bruk: sett {last[:12]} er i drift.")
        if last != plan["base"]:
            raise UsedWrongly(
                f"Reglene i drift er andre enn da planen {plan['plan']} ble laget. Lag en ny: postrobot rules plan"
            )
        tx.keep_ruleset(
            ruleset.sha256, ruleset.files, rules=len(ruleset.rules), origin=origin, actor=actor(store, user)
        )
        held = files_are is not None and files_are != ruleset.sha256
        tx.hold_files(files_are if held else None)
    return Applied(sha256=ruleset.sha256, before=plan["base"], rules=len(ruleset.rules), held=held)


def roll_back(settings: Settings, name: str, word: str, *, now: Callable[[], datetime], user: str) -> Applied:
    """Puts an earlier set in force at once: the one before, or the one whose hash begins with ``word``.

    Raises:
        UsedWrongly: there is no such set, or it cannot be loaded with today's configuration.
    """
    from robot import build
    from rules.load import load_stored

    org = known_organisation(settings, name)
    files_are = _files_now(settings, name, org)
    with closing(build.store(settings, name, now=now)) as store:
        with store.read() as reads:
            kept = reads.kept_rulesets()
            matching = [one for one in kept[1:] if one.sha256.startswith(word.lower())]
            if not kept or (word and kept[0].sha256.startswith(word.lower())):
                raise UsedWrongly("Det settet er i drift nå." if kept else "Ingen regler har vært i drift ennå.")
            if not matching:
                what = f"hash som begynner på {word}" if word else "er i drift før dette"
                raise UsedWrongly(f"Det finnes ikke noe tidligere sett som {what}. Se dem med: postrobot rules history")
            if word and len(matching) > 1:
                raise UsedWrongly(f"Flere sett begynner på «{word}». Skriv flere tegn av hashen.")
            chosen = matching[0]
            files = reads.stored_ruleset(chosen.sha256) or {}
        loaded = load_stored(files, org)
        if loaded.ruleset is None:
            first = loaded.errors[0]
            raise UsedWrongly(
                f"Sett {chosen.sha256[:12]} passer ikke til oppsettet nå: {first.file}:{first.line} {first.message}"
            )
        with store.write() as tx:
            tx.keep_ruleset(
                chosen.sha256,
                files,
                rules=len(loaded.ruleset.rules),
                origin={"how": "rollback", "by": user},
                actor=actor(store, user),
            )
            held = files_are is not None and files_are != chosen.sha256
            tx.hold_files(files_are if held else None)
    return Applied(sha256=chosen.sha256, before=kept[0].sha256, rules=len(loaded.ruleset.rules), held=held)


def _files_now(settings: Settings, name: str, org: Organisation) -> str | None:
    """The hash of the configured layers as they lie in the folders; None when they have errors (then they wait anyway)."""
    from rules.load import load

    loaded = load([*settings.organisasjon[name].regler], org, check=False)
    return loaded.ruleset.sha256 if loaded.ruleset is not None else None

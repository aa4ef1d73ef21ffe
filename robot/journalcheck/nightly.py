"""The nightly job «journalkontroll», and the same for the command: every view of one organisation, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from models.errors import OutOfReach, TryLater
from robot.build import view_part
from robot.journalcheck.entry_facts import look_at
from robot.journalcheck.files import FileLooker
from robot.journalcheck.judging import Judge
from robot.journalcheck.people import NameFinder, Span
from robot.journalcheck.sweep import JudgeMany, Sweep
from robot.journalcheck.telling import Teller

if TYPE_CHECKING:
    from connectors.contract import JournalView
    from robot.office import Office

log = structlog.get_logger()
WEEK_S = 7 * 86_400.0
SATURDAY = 5


def check_journals(office: Office) -> str:
    """Looks at every view; codes and counts for the log of runs. One that cannot be asked stops none of the others.

    Raises:
        OutOfReach, TryLater: a view or the archive could not be asked; the job is tried again and goes on where it was.
    """
    said: list[str] = []
    away: OutOfReach | TryLater | None = None
    for name in office.journals:
        try:
            said.append(f"{name}: {check_one(office, name, whole=whole_is_due(office, name))} oppføringer")
        except (OutOfReach, TryLater) as later:
            log.warning("journal_postponed", organisation=office.name, connection=view_part(name), error=str(later))
            away = later
    if away is not None:
        raise away
    return "; ".join(said) or "ingen offentlig journal er satt opp"


def whole_is_due(office: Office, view: str) -> bool:
    """On Saturdays, and when the last whole one is more than a week ago."""
    with office.store.read() as reads:
        place, now = reads.journal_place(view), reads.now
    saturday = office.local_date().weekday() == SATURDAY
    since = now - place.whole_done if place.whole_done is not None else None
    return since is None or since >= WEEK_S or (saturday and since >= WEEK_S / 2)


def check_one(
    office: Office,
    name: str,
    *,
    whole: bool,
    only: frozenset[str] = frozenset(),
    show: Callable[[int, int], None] = lambda done, of: None,
    pool: Callable[[Judge], JudgeMany] | None = None,
) -> int:
    """One view; returns how many entries were looked at. ``pool`` spreads the judging over processes."""
    view = office.journals[name]()
    try:
        judge = judge_of(office, view)
        recipients = office.alarms.limits.to if office.alarms is not None else ()
        sweep = Sweep(
            store=office.store,
            view=view,
            name=name,
            judge=judge,
            archive=office.archive,
            whole=whole,
            only=only,
            tell=Teller(
                orgnr=office.org_base.orgnr,
                organisation=office.org_base.name,
                language=office.language,
                to=tuple(dict.fromkeys((*recipients, *office.report_to))) if office.mailer is not None else (),
            ),
            show=show,
            judge_pages=pool(judge) if pool is not None else None,
            files=file_looker(office, view, judge),
        )
        sweep.run()
        return sweep.checked
    finally:
        view.close()


def file_looker(office: Office, view: JournalView, judge: Judge) -> FileLooker | None:
    """Where the view has files and the house wants them read."""
    if not (judge.told.files and judge.setup.full_text):
        return None
    return FileLooker(
        view=view,
        room=office.room,
        folder=office.store.spool,
        look_of=lambda entry: look_at(entry, setup=judge.setup, today=judge.today, told=judge.told),
        limit_bytes=office.post_limit_bytes,
    )


def judge_of(office: Office, view: JournalView) -> Judge:
    """With the organisation's rules in force, its units and the name finder it wants."""
    org = office.org
    setup = replace(office.journal_setup, units=tuple(org.enheter))
    return Judge(
        setup=setup,
        today=office.local_date(),
        told=view.capabilities,
        ruleset=office.rules.current,
        org=org,
        finder=pipeline_finder() if setup.name_pipeline else None,
    )


def pipeline_finder() -> NameFinder:
    """The trained name pipeline that ships with the package; loaded at its first use."""
    from robot.language.names import Label, find

    def finder(texts: object) -> list[tuple[Span, ...]]:
        return [
            tuple((span.start, span.end) for span in spans if span.label is Label.PER)
            for spans in find(texts)  # type: ignore[arg-type]
        ]

    return finder

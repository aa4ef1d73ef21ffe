"""Making the day's report: files for the readers (0640), a mail with counts only, an event in the audit."""

from __future__ import annotations

import json
import os
import threading
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.audit import AuditEvent
from models.audit_check import Anchor
from models.keys import post_key, with_role
from models.steps import Point, step
from models.store import Store
from models.store.effect_tx import EffectKind, NewEffect
from robot.report.gather import gather
from robot.report.model import Report
from robot.report.sources import ToldBySources, told_by
from robot.report.workdays import is_work_day, work_day_before
from robot.texts import text

if TYPE_CHECKING:
    from robot.office import Office

FOLDER = "rapport"

GRACE = timedelta(hours=1)
"""How long after its clock time today's report may be on its way before ``status`` says it is missing."""


def make_daily_report(office: Office, *, send: bool = True) -> str:
    """Writes the report of today, and plans the mail about it. Made again on the same day, the files are replaced and no
    second mail goes out. Returns one line of codes and counts."""
    report = collect(office)
    paths = write_files(office.store, report, language=office.language)
    write_cover(office.store.folder.parent, report.day, language=office.language)
    with office.store.write() as tx:
        tx.audit(AuditEvent.REPORT_MADE, object_ref=report.day.isoformat(), details=report.counts)
        if send and office.report_to:
            tx.plan(_mail(office, report, paths[0]))
    return counts_text(report)


def counts_text(report: Report) -> str:
    """The figures in one line: ``0 frister, 0 stoppet, 10 til gjennomsyn …``."""
    counts = report.counts
    return ", ".join(f"{counts[name]} {count_word(name, counts[name])}" for name in counts)


def count_word(name: str, number: int, language: str = "nb") -> str:
    """The word that stands after a count."""
    return text(f"count.{name}.1" if name == "deadlines" and number == 1 else f"count.{name}", language)


def collect(office: Office) -> Report:
    """The report of one organisation as it stands now."""
    day = office.local_date()
    return gather(
        office.store,
        office.archive,
        office.org,
        day=day,
        language=office.language,
        rules=office.rules.current,
        refusal=office.rules.refusal,
        waiting=office.rules.waiting,
        lifted=office.journal_setup.lifted,
        earlier_missing=missing_before(office.store, day, office.org_base.zone, _due(office), language=office.language),
        told=_told(office),
    )


def _due(office: Office) -> time:
    return office.alarms.report_due if office.alarms is not None else time.max


def _told(office: Office) -> ToldBySources:
    with ExitStack() as stack:
        sources = [stack.enter_context(office.source(name)) for name in office.desks]
        return told_by(sources, office.org)


def report_folder(store: Store) -> Path:
    """Where a store's reports are."""
    return store.folder / FOLDER


def missing_before(store: Store, day: date, zone: str, due: time, *, language: str = "nb") -> str:
    """A sentence when the report of the last work day, ``due`` at that hour, is missing although post had come by then:
    silence is an alarm."""
    before = work_day_before(day)
    return _missing_text(before, language) if _is_missing(store, before, zone, due) else ""


def missing_now(store: Store, now: datetime, zone: str, due: time, *, language: str = "nb") -> str:
    """The same for ``status``: today's too, once an hour has passed since it was due; today's there, all is well."""
    day = missing_day(store, now, zone, due)
    return _missing_text(day, language) if day is not None else ""


def missing_day(
    store: Store, now: datetime, zone: str, due: time, *, grace_s: float = GRACE.total_seconds()
) -> date | None:
    """The day whose report is missing: today's once ``grace_s`` have passed since it was due, else the last work day's."""
    local = now.astimezone(ZoneInfo(zone))
    today = local.date()
    if (report_folder(store) / f"{today.isoformat()}.html").exists():
        return None
    due_at = datetime.combine(today, due, tzinfo=local.tzinfo)
    late = (local - due_at).total_seconds() > grace_s
    if is_work_day(today) and late and _is_missing(store, today, zone, due):
        return today
    before = work_day_before(today)
    return before if _is_missing(store, before, zone, due) else None


def _is_missing(store: Store, day: date, zone: str, due: time) -> bool:
    """Whether it is not there, though it should have been: a house whose first post came after the hour owes none."""
    if (report_folder(store) / f"{day.isoformat()}.html").exists():
        return False
    with store.read() as reads:
        first = next(iter(reads.rows(limit=1)), None)
    due_at = datetime.combine(day, due, tzinfo=ZoneInfo(zone))
    return first is not None and first["stored_at"] <= due_at.timestamp()


def _missing_text(day: date, language: str) -> str:
    return text("trouble.missing", language, day=f"{day:%d.%m.%Y}")


def write_files(store: Store, report: Report, *, language: str) -> tuple[Path, Path, Path]:
    """HTML, JSON and CSV of the report; each written whole or not at all."""
    from robot.report.render import as_csv, as_html, as_json

    folder = report_folder(store)
    folder.mkdir(exist_ok=True, mode=0o750)
    base = folder / report.day.isoformat()
    html, js, csv = base.with_suffix(".html"), base.with_suffix(".json"), base.with_suffix(".csv")
    write_whole(html, as_html(report, language))
    write_whole(js, as_json(report))
    write_whole(csv, as_csv(report))
    return html, js, csv


def write_cover(state: Path, day: date, *, language: str) -> Path | None:
    """The page over all organisations that have their reports under ``state``, made of what those reports say; None when
    there are fewer than two. One whose report of the day is missing stands there as missing."""
    from robot.report.render import CoverRow, cover_html

    rows = []
    for folder in sorted(state.glob(f"*/{FOLDER}")):
        reports = sorted(folder.glob("????-??-??.json"))
        if not reports:
            continue
        today = folder / f"{day.isoformat()}.json"
        known = json.loads((today if today.exists() else reports[-1]).read_text(encoding="utf-8"))
        link = f"../{folder.parent.name}/{FOLDER}/{day.isoformat()}.html"
        counts = known["counts"] if today.exists() else None
        rows.append(CoverRow(organisation=known["organisation"], link=link, counts=counts))
    if len(rows) < 2:
        return None
    target = state / FOLDER
    target.mkdir(exist_ok=True, mode=0o750)
    path = target / f"{day.isoformat()}.html"
    write_whole(path, cover_html(day, rows, language))
    return path


def write_whole(path: Path, content: str) -> None:
    """Temporary name, fsync, rename: a reader never sees half a report (step R1). Mode 0640."""
    near = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    handle = os.open(near, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), 0o640)
        step(Point.R1_WRITTEN)
        os.fsync(file.fileno())
    step(Point.R1_SYNCED)
    near.rename(path)
    step(Point.R1_PLACED)


def _mail(office: Office, report: Report, path: Path) -> NewEffect:
    """Counts, ids and where to look: no names, no titles. The chain's head goes along, so that a replaced audit shows."""
    key = with_role(post_key(organisation=report.orgnr, source="rapport", source_key=report.day.isoformat()), "ma")
    return NewEffect(
        key=key,
        kind=EffectKind.MAIL,
        request={
            "to": list(office.report_to),
            "subject": subject(report, office.language),
            "text": mail_text(report, office.report_place or str(path), office.language),
            "message_id": f"<{key}@postrobot.invalid>",
        },
    )


def subject(report: Report, language: str = "nb") -> str:
    """The subject line: the organisation and the figures, also when they are all nought."""
    counts = report.counts
    if report.empty:
        return f"Postrobot {report.organisation}: {text('mail.empty_subject', language)}"
    always = ("review", "stopped", "deadlines")
    names = [*always, *(name for name in counts if name not in always and counts[name])]
    figures = ", ".join(f"{counts[name]} {count_word(name, counts[name], language)}" for name in names)
    return f"Postrobot {report.organisation}: {figures}"


def mail_text(report: Report, where: str, language: str = "nb") -> str:
    """The mail: figures, the ids to look at first, where the report is, and the audit's head."""
    counts = report.counts
    lines = [text("mail.for", language, organisation=report.organisation, day=f"{report.day:%d.%m.%Y}"), ""]
    lines += [f"{number:>6}  {count_word(name, number, language)}" for name, number in counts.items()]
    if report.empty:
        lines += ["", text("mail.empty", language)]
    stopped = (point for group in report.stopped for point in group.points.shown)
    first = list(dict.fromkeys(point.id for point in (*report.deadlines.shown, *stopped)))[:10]
    if first:
        lines += ["", text("mail.first", language, ids=", ".join(first))]
    lines += [
        "",
        text("mail.where", language, where=where),
        text("mail.how", language),
        text("mail.audit", language),
        Anchor(orgnr=report.orgnr, seq=report.audit_seq, hash=report.audit_hash, date=report.day.isoformat()).line(),
        "",
    ]
    return "\n".join(lines)

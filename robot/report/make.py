"""Making the day's report: files for the readers (0640), a mail with counts only, an event in the audit."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.audit import AuditEvent
from models.keys import post_key, with_role
from models.store import Store
from models.store.effect_tx import EffectKind, NewEffect
from robot.report.gather import Report, gather
from robot.report.workdays import work_day_before

if TYPE_CHECKING:
    from robot.office import Office

FOLDER = "rapport"


def make_daily_report(office: Office, *, send: bool = True) -> str:
    """Writes the report of today, and plans the mail about it. Made again on the same day, the files are replaced and no
    second mail goes out. Returns one line of codes and counts."""
    report = collect(office)
    paths = write_files(office.store, report, language=office.language)
    with office.store.write() as tx:
        tx.audit(AuditEvent.REPORT_MADE, object_ref=report.day.isoformat(), details=report.counts)
        if send and office.report_to:
            tx.plan(_mail(office, report, paths[0]))
    return " ".join(f"{name}={count}" for name, count in report.counts.items())


def collect(office: Office) -> Report:
    """The report of one organisation as it stands now."""
    day = office.local_date()
    return gather(
        office.store,
        office.archive,
        office.org,
        day=day,
        language=office.language,
        ruleset=office.rules.current.sha256,
        refusal=office.rules.refusal,
        earlier_missing=missing_before(office.store, day, office.org_base.zone),
    )


def report_folder(store: Store) -> Path:
    """Where a store's reports are."""
    return store.folder / FOLDER


def missing_before(store: Store, day: date, zone: str) -> str:
    """A sentence when the report of the last work day is missing although post had come by then: silence is an alarm."""
    before = work_day_before(day)
    if (report_folder(store) / f"{before.isoformat()}.html").exists():
        return ""
    with store.read() as reads:
        first = next(iter(reads.rows(limit=1)), None)
    if first is None or datetime.fromtimestamp(first["stored_at"], ZoneInfo(zone)).date() > before:
        return ""
    return f"Rapporten for {before:%d.%m.%Y} mangler. Se om tjenesten sto, og hvorfor: postrobot status"


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


def write_whole(path: Path, text: str) -> None:
    """Temporary name, fsync, rename: a reader never sees half a report (step R1). Mode 0640."""
    near = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(near, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fchmod(file.fileno(), 0o640)
        os.fsync(file.fileno())
    near.rename(path)


def _mail(office: Office, report: Report, path: Path) -> NewEffect:
    """Counts, ids and where to look: no names, no titles. The chain's head goes along, so that a replaced audit shows."""
    key = with_role(post_key(organisation=report.orgnr, source="rapport", source_key=report.day.isoformat()), "ma")
    return NewEffect(
        key=key,
        kind=EffectKind.MAIL,
        request={
            "to": list(office.report_to),
            "subject": subject(report),
            "text": mail_text(report, office.report_place or str(path)),
            "message_id": f"<{key}@postrobot.invalid>",
        },
    )


def subject(report: Report) -> str:
    """The subject line: the organisation and the figures, also when they are all nought."""
    counts = report.counts
    if report.empty:
        return f"Postrobot {report.organisation}: 0 avvik"
    parts = [
        f"{counts['review']} til gjennomsyn",
        f"{counts['stopped']} stoppet",
        f"{counts['deadlines']} {'frist' if counts['deadlines'] == 1 else 'frister'}",
    ]
    if counts["unapproved"]:
        parts.append(f"{counts['unapproved']} i M over en virkedag")
    return f"Postrobot {report.organisation}: {', '.join(parts)}"


def mail_text(report: Report, where: str) -> str:
    """The mail: figures, the ids to look at first, where the report is, and the audit's head."""
    counts = report.counts
    lines = [
        f"Avviksrapport for {report.organisation}, {report.day:%d.%m.%Y}",
        "",
        f"Frister i dag eller passert:     {counts['deadlines']}",
        f"Stoppet:                         {counts['stopped']}",
        f"Til gjennomsyn:                  {counts['review']}",
        f"I M i mer enn en virkedag:       {counts['unapproved']}",
        f"Ikke journalført innen et døgn:  {counts['late']}",
    ]
    if report.empty:
        lines += ["", "Ingen avvik. Denne e-posten kommer også på stille dager; uteblir den, er noe galt."]
    first = [point.id for point in (*report.deadlines, *(p for group in report.stopped for p in group.points))][:10]
    if first:
        lines += ["", "Begynn med: " + ", ".join(dict.fromkeys(first))]
    lines += [
        "",
        f"Rapporten:     {where}",
        "Svar slik:     postrobot review list",
        f"Revisjon:      hendelse {report.audit_seq}, hash {report.audit_hash}",
        "",
    ]
    return "\n".join(lines)

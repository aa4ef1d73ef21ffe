"""Tells units of deadlines that are near: one mail a unit with numbers and dates, each deadline once.

What is told is noted in the transaction that plans the mail: a run that dies tells nobody twice, and leaves nobody out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from models.keys import post_key, with_role
from models.sql import Row
from models.store.effect_tx import EffectKind, NewEffect
from models.store.store import Tx
from robot.office import Office
from robot.texts import text

SHOWN = 50
"""So many lines a mail has; the rest are counted."""
AT_ONCE = 5_000


def warn(office: Office) -> str:
    """Plans the mails about what is near; codes and counts. Does nothing where a human has not switched it on."""
    chosen = office.care
    if not chosen.warn:
        return "varsling er ikke slått på"
    if office.mailer is None:
        return "varsling er slått på, men e-post er ikke satt opp"
    today = office.local_date()
    mails = told = 0
    with office.store.write() as tx:
        rows = tx.to_be_told(today.isoformat(), AT_ONCE)
        by_unit: dict[str, list[Row]] = {}
        for row in rows:
            by_unit.setdefault(row["enhet"], []).append(row)
        for unit, some in sorted(by_unit.items()):
            to = _addresses(office, unit)
            if not to:
                continue  # stands in the report; a unit that gets an address is told from then on
            tx.plan(_mail(office, unit, to, some, today))
            tx.note_told([{"journalpost": row["journalpost"], "rule": row["rule"]} for row in some])
            mails, told = mails + 1, told + len(some)
        mails += _follow_ups(office, tx, today)
    return f"{told} frister varslet i {mails} e-poster"


def _addresses(office: Office, unit: str) -> tuple[str, ...]:
    known = office.org.enheter.get(unit)
    return (known.epost,) if known is not None and known.epost else office.care.warn_to


def _mail(office: Office, unit: str, to: tuple[str, ...], rows: Sequence[Row], today: date) -> NewEffect:
    """Numbers, dates, the rules' names and where to look: nothing of what the letters are about."""
    say = office.language
    lines = [text("warn.lead", say), ""]
    lines += [_line(office, row) for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        lines.append(text("warn.more", say, number=len(rows) - SHOWN))
    lines += ["", text("warn.how", say), ""]
    what = "\n".join(sorted(f"{row['journalpost']}|{row['rule']}|{row['due_on']}" for row in rows))
    digest = hashlib.sha256(f"{unit}\n{what}".encode()).hexdigest()
    key = with_role(post_key(organisation=office.store.orgnr, source="frister", source_key=digest), "ma")
    name = office.org.enheter[unit].navn if unit in office.org.enheter else unit or text("waits.nobody", say)
    subject = text("warn.subject", say, organisation=office.org.name, number=len(rows), unit=name)
    return _effect(key, to, subject, "\n".join(lines))


def _line(office: Office, row: Row) -> str:
    ground = f" ({row['hjemmel']})" if row["hjemmel"] else ""
    due = f"{date.fromisoformat(row['due_on']):%d.%m.%Y}"
    line = text("warn.line", office.language, number=row["number"], due=due, name=row["name"], ground=ground)
    link = office.care.link
    if not link:
        return line
    for name, value in (("saksnummer", row["saksnummer"]), ("journalpost", row["number"]), ("id", row["journalpost"])):
        link = link.replace(f"{{{name}}}", str(value))
    return f"{line}\n    {link}"


def _follow_ups(office: Office, tx: Tx, today: date) -> int:
    """Forwards whose time is up and that nobody has acknowledged: one mail each, ever."""
    planned = 0
    for row in tx.follow_ups():
        if row["follow_up_by"] > today.isoformat():
            break  # in the order of their days
        to = _addresses(office, row["enhet"] or "")
        base = post_key(organisation=office.store.orgnr, source="oppfølging", source_key=row["id"])
        key = with_role(base, "ma")
        if not to or tx.effect(key) is not None:
            continue
        values = {"post": row["id"], "organisation": office.org.name}
        due = f"{date.fromisoformat(row['follow_up_by']):%d.%m.%Y}"
        subject = text("warn.follow_subject", office.language, **values)
        tx.plan(_effect(key, to, subject, text("warn.follow_text", office.language, post=row["id"], due=due) + "\n"))
        planned += 1
    return planned


def _effect(key: str, to: tuple[str, ...], subject: str, body: str) -> NewEffect:
    return NewEffect(
        key=key,
        kind=EffectKind.MAIL,
        request={
            "to": list(to),
            "subject": subject,
            "text": body,
            "message_id": f"<{key}@postrobot.invalid>",
        },
    )

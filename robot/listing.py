"""A post as ``list --json`` shows it: the keys other programs rest on (design.md section 8)."""

from __future__ import annotations

from datetime import UTC, datetime

from models.sql import Row


def listed(row: Row, organisation: str) -> dict[str, object]:
    """One post. Absent things are null; times are ISO 8601 in UTC, dates ISO."""
    return {
        "id": row["id"],
        "organisation": organisation,
        "channel": row["channel"],
        "source_id": row["source_id"],
        "state": row["state"],
        "outcome": row["outcome"],
        "reason": row["reason"],
        "subject": row["subject"],
        "saksnummer": row["saksnummer"],
        "saktittel": row["saktittel"],
        "journalpost": row["journalpost"],
        "journalstatus": row["journalstatus"],
        "type": row["type"],
        "tittel": row["tittel"],
        "offentlig_tittel": row["offentlig_tittel"],
        "tilgang": row["tilgang"],
        "enhet": row["enhet"],
        "forfall": row["forfall"],
        "forward_channel": row["forward_channel"],
        "rule": row["rule"],
        "received_at": datetime.fromtimestamp(row["received_at"], UTC).isoformat(timespec="seconds"),
        "stage": row["stage"],
        "detail": row["detail"],
        "lacks": row["lacks"].split(",") if row["lacks"] else [],
        "source": row["source"],
        "purged": row["purged_at"] is not None,
    }

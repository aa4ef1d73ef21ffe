"""Which units get post that nobody reads, from what the looks have seen."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.altinn.index import Index
from connectors.altinn.wire import iso
from connectors.contract import Mailbox

DAYS = 30


def mailboxes(index: Index, now: datetime) -> tuple[Mailbox, ...]:
    """One for each organisation that the system user may act for."""
    with index.look() as asked:
        rows = asked.mailboxes(iso(now - timedelta(days=DAYS)))
    return tuple(
        Mailbox(
            orgnr=orgnr,
            name=name,
            parent=parent,
            received=received,
            unread=unread,
            waiting=waiting,
            oldest=oldest[:10],
        )
        for orgnr, name, parent, received, unread, waiting, oldest in rows
    )

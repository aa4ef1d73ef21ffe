"""Opening a closed case again (krav 3.2.11): for people only; the robot closes, and never reopens."""

from __future__ import annotations

from connectors.arkiv import codec
from connectors.arkiv import statements as q
from connectors.arkiv.search import by_number
from connectors.arkiv.unit import Counter, refuse, refuse_any
from models.noark import Saksstatus
from models.sql import Link


def reopen(db: Link, at: Counter, saksnummer: str, *, by: str, reason: str) -> None:
    """Sets the case to B with the day it was reopened; entries keep their status (A is final)."""
    refuse_any(
        ([] if by.strip() else ["gjenåpning krever navnet på den som gjør det"])
        + ([] if reason.strip() else ["gjenåpning krever en grunn"])
    )
    sak = by_number(db, saksnummer)
    if sak is None:
        refuse(f"saken {saksnummer} finnes ikke i arkivet")
    if sak.status is not Saksstatus.AVSLUTTET:
        refuse(f"saken {sak.saksnummer} er ikke avsluttet, men har saksstatus {sak.status.value}")
    values = {"sid": sak.system_id, "status": Saksstatus.UNDER_BEHANDLING.value, "gjenaapnet": codec.day(at.today)}
    db.execute(q.REOPEN, values)
    at.unit.log(at=at.at, event="gjenåpning", objekt=sak.system_id, key="", text=f"{by.strip()}: {reason.strip()}")

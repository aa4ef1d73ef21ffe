"""The upper part of the archive: arkivdeler, classification systems, classes. Idempotent, for ``postrobot init``."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import insert, select, update

from connectors.arkiv import tables as t
from models.noark import Arkivdelstatus
from models.sql import Link


def ensure_arkivdel(
    db: Link,
    *,
    kode: str,
    tittel: str,
    status: Arkivdelstatus | None,
    klassifikasjonssystem: str,
    new_id: Callable[[], str],
) -> None:
    """Makes the arkivdel and its classification system where they are not there. One that is there keeps its title and
    system; its status changes only when one is said.

    Raises:
        ValueError: the arkivdel is there with another classification system.
    """
    system = t.klassifikasjonssystem
    if db.execute(select(system.c.id).where(system.c.kode == klassifikasjonssystem)).first() is None:
        values = {"system_id": new_id(), "kode": klassifikasjonssystem, "tittel": klassifikasjonssystem}
        db.execute(insert(system).values(values))
    row = db.execute(select(t.arkivdel).where(t.arkivdel.c.kode == kode)).mappings().first()
    if row is None:
        db.execute(
            insert(t.arkivdel).values(
                system_id=new_id(),
                kode=kode,
                tittel=tittel,
                status=(status or Arkivdelstatus.AKTIV).value,
                klassifikasjonssystem=klassifikasjonssystem,
            )
        )
    elif row["klassifikasjonssystem"] != klassifikasjonssystem:
        raise ValueError(f"arkivdel {kode} has the classification system {row['klassifikasjonssystem']}")
    elif status is not None and row["status"] != status.value:
        db.execute(update(t.arkivdel).where(t.arkivdel.c.kode == kode).values(status=status.value))


def ensure_klasse(db: Link, *, arkivdel: str, klasse: str, tittel: str, new_id: Callable[[], str]) -> None:
    """Makes the class in the arkivdel's own classification system where it is not there.

    Raises:
        ValueError: there is no such arkivdel.
    """
    system = db.execute(select(t.arkivdel.c.klassifikasjonssystem).where(t.arkivdel.c.kode == arkivdel)).scalar()
    if system is None:
        raise ValueError(f"no arkivdel {arkivdel}")
    c = t.klasse.c
    if db.execute(select(c.id).where(c.klassifikasjonssystem == system, c.klasse_id == klasse)).first() is None:
        values = {
            "system_id": new_id(),
            "klassifikasjonssystem": system,
            "klasse_id": klasse,
            "tittel": tittel or klasse,
        }
        db.execute(insert(t.klasse).values(values))


def words(db: Link) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(codes of arkivdeler that take new cases, all class ids), sorted."""
    active = select(t.arkivdel.c.kode).where(t.arkivdel.c.status == Arkivdelstatus.AKTIV.value)
    classes = select(t.klasse.c.klasse_id).distinct()
    return tuple(sorted(db.execute(active).scalars())), tuple(sorted(db.execute(classes).scalars()))

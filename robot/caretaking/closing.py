"""Closing cases: candidates by the rules about sak, held to CL1–CL6 (noark5.md section 6). Pure.

Never with «Saken ble avsluttet» (SA) for what is not signed off: such a case is a point, whatever the archive would allow.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.archive import Avslutning, Statusendring
from models.decision import Mode
from models.judgement import TilMenneske
from models.noark import Journalstatus
from models.verdict import AvsluttUtfall, AvvikUtfall, CareHit, LaStaaUtfall
from robot.caretaking.lacks import closed, frozen, hindrances
from robot.caretaking.model import CarePoint, Ground, Kind, Step, Task

_NAMED = 5
"""So many things are named in a point; the rest are counted."""


def closing(ground: Ground) -> Iterator[Step | CarePoint]:
    """What the rules say of an open case, and what stands in the way."""
    if closed(ground.sak):
        return
    verdict = ground.case_verdict()
    for hit in verdict.told:
        if isinstance(hit.utfall, AvvikUtfall):
            yield _point(ground, Kind.TOLD, rule=hit.regel, text=hit.utfall.tekst, about=hit.regel)
    if verdict.problem is not None:
        yield _point(ground, Kind.RULE, codes=(verdict.problem.value,), rule=", ".join(verdict.problem_rules))
    act = verdict.action
    if act is None:
        return
    match act.utfall:
        case AvsluttUtfall():
            yield from _close(ground, act)
        case LaStaaUtfall(tekst=tekst) if ground.candidate(ground.sak):
            yield _point(ground, Kind.KEPT, codes=(act.regel,), rule=act.regel, text=tekst)
        case TilMenneske(tekst=tekst):
            yield _point(ground, Kind.KEPT, codes=(act.regel,), rule=act.regel, text=tekst)
        case None:
            codes = (act.problem.value,) if act.problem is not None else ()
            yield _point(ground, Kind.RULE, codes=codes, rule=act.regel, text=act.problem_detail)
        case _:
            return


def _close(ground: Ground, hit: CareHit) -> Iterator[Step | CarePoint]:
    if frozen(ground.sak):
        yield _point(ground, Kind.MISSING, codes=("arkivdel",), rule=hit.regel, text=ground.sak.mappe.arkivdel)
        return
    found = hindrances(ground.sak, formats=ground.limits.formats, codes=ground.codes)
    if found:
        things = [thing for things in found.values() for thing in things]
        named = ", ".join(things[:_NAMED]) + (f" og {len(things) - _NAMED} til" if len(things) > _NAMED else "")
        yield _point(ground, Kind.MISSING, codes=tuple(found), count=len(things), rule=hit.regel, text=named)
        return
    auto = hit.modus is Mode.AUTO
    if not ground.archives_on_close:
        yield from _archive_entries(ground, hit.regel, auto)
    mappe = ground.sak.mappe
    yield Step(
        task=Task.CLOSE,
        target=mappe.ref.system_id,
        number=mappe.ref.saksnummer,
        state=mappe.saksstatus.value,
        turn=_opened_again(ground),
        write=Avslutning(saksmappe=mappe.ref.system_id),
        rule=hit.regel,
        auto=auto,
        round=1,
        enhet=mappe.administrativ_enhet,
    )


def _archive_entries(ground: Ground, rule: str, auto: bool) -> Iterator[Step]:
    """J → A for each, where the core does not do it when the case closes."""
    for entry in ground.sak.innfoersler:
        if entry.post.status is Journalstatus.JOURNALFOERT:
            yield Step(
                task=Task.CLOSE,
                target=entry.post.system_id,
                number=entry.post.number,
                state=entry.post.status.value,
                turn=_opened_again(ground),
                write=Statusendring(journalpost=entry.post.system_id, til=Journalstatus.ARKIVERT),
                rule=rule,
                auto=auto,
                enhet=entry.post.enhet,
            )


def _opened_again(ground: Ground) -> str:
    return ground.sak.gjenaapnet.isoformat() if ground.sak.gjenaapnet is not None else ""


def _point(
    ground: Ground,
    kind: Kind,
    *,
    codes: tuple[str, ...] = (),
    count: int = 1,
    rule: str = "",
    text: str = "",
    about: str = "",
) -> CarePoint:
    ref = ground.sak.mappe.ref
    return CarePoint(
        task=Task.CLOSE,
        kind=kind,
        sak=ref.system_id,
        saksnummer=ref.saksnummer,
        target=ref.system_id,
        number=ref.saksnummer,
        enhet=ground.sak.mappe.administrativ_enhet,
        codes=codes,
        count=count,
        rule=rule,
        text=text,
        about=about,
    )

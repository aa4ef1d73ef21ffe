"""Journalling and approving: what the rules about journalpost ask for, held to noark5.md section 4. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from models.archive import Ferdigstill, Statusendring
from models.decision import Mode
from models.judgement import TilMenneske
from models.noark import Journalposttype, Journalstatus
from models.omsorg import Journalinnfoersel
from models.verdict import AvvikUtfall, CareHit, GodkjennUtfall, JournalfoerUtfall, LaStaaUtfall
from robot.caretaking.lacks import SETTLED, lacks_of_entry
from robot.caretaking.model import CarePoint, Ground, Kind, Step, Task

_APPROVED = {Journalstatus.FERDIGSTILT: Journalstatus.GODKJENT, Journalstatus.JOURNALFOERT: Journalstatus.ARKIVERT}
_ONLY_UNFINISHED = ("dokumentstatus",)


def entries(ground: Ground) -> Iterator[Step | CarePoint]:
    """Each entry that is not at its end: to be journaled, to be approved, or a point that says what is missing. In a case
    that is closed nothing can be done any longer; what was left behind there is named."""
    for entry in ground.sak.innfoersler:
        if entry.post.status in (Journalstatus.ARKIVERT, Journalstatus.UTGAAR) or _waits_for_review(entry):
            continue
        yield from _entry(ground, entry)


def _waits_for_review(entry: Journalinnfoersel) -> bool:
    """What the robot itself took in as M waits for a person's answer (``review``): caretaking does not answer for them."""
    return entry.post.status is Journalstatus.MIDLERTIDIG and bool(entry.post.our_key)


def _entry(ground: Ground, entry: Journalinnfoersel) -> Iterator[Step | CarePoint]:
    verdict = ground.entry_verdict(entry)
    for hit in verdict.told:
        if isinstance(hit.utfall, AvvikUtfall):
            yield _point(ground, entry, Task.JOURNAL, Kind.TOLD, rule=hit.regel, text=hit.utfall.tekst, about=hit.regel)
    if verdict.problem is not None:
        yield _point(
            ground,
            entry,
            Task.JOURNAL,
            Kind.RULE,
            codes=(verdict.problem.value,),
            rule=", ".join(verdict.problem_rules),
        )
    act = verdict.action
    if act is None:
        return
    match act.utfall:
        case JournalfoerUtfall() if entry.post.status not in SETTLED:
            yield from _journal(ground, entry, act)
        case GodkjennUtfall() if entry.post.status in _APPROVED:
            yield from _approve(ground, entry, act)
        case LaStaaUtfall(tekst=tekst) | TilMenneske(tekst=tekst):
            yield _point(ground, entry, Task.JOURNAL, Kind.KEPT, rule=act.regel, text=tekst)
        case None:
            codes = (act.problem.value,) if act.problem is not None else ()
            yield _point(ground, entry, Task.JOURNAL, Kind.RULE, codes=codes, rule=act.regel, text=act.problem_detail)
        case _:
            return  # avskriv and skjerm have chores of their own


def _journal(ground: Ground, entry: Journalinnfoersel, hit: CareHit) -> Iterator[Step | CarePoint]:
    lacks = lacks_of_entry(entry, ground.sak, codes=ground.codes)
    auto = hit.modus is Mode.AUTO
    if lacks == _ONLY_UNFINISHED and _sent(entry):
        yield _step(ground, entry, Task.FINISH, Ferdigstill(journalpost=entry.post.system_id), hit.regel, auto)
    elif lacks:
        yield _point(ground, entry, Task.JOURNAL, Kind.MISSING, codes=lacks, rule=hit.regel)
        return
    shield = entry.post.skjerming
    assessed = None if shield is not None and shield.temporary else entry.offentlighetsvurdert_dato or ground.today
    write = Statusendring(journalpost=entry.post.system_id, til=Journalstatus.JOURNALFOERT, assessed_on=assessed)
    yield _step(ground, entry, Task.JOURNAL, write, hit.regel, auto, after=1 if lacks else 0)


def _sent(entry: Journalinnfoersel) -> bool:
    """A letter that has left the house cannot change any more: to finish its documents says no more than what is so."""
    return entry.post.type is Journalposttype.UTGAAENDE and entry.post.status is Journalstatus.EKSPEDERT


def _approve(ground: Ground, entry: Journalinnfoersel, hit: CareHit) -> Iterator[Step | CarePoint]:
    """F → G where a rule says so; J → A when what J rests on still holds."""
    til = _APPROVED[entry.post.status]
    if til is Journalstatus.ARKIVERT:
        lacks = tuple(
            code for code in lacks_of_entry(entry, ground.sak, codes=ground.codes) if code not in ("duplikat",)
        )
        if lacks:
            yield _point(ground, entry, Task.APPROVE, Kind.MISSING, codes=lacks, rule=hit.regel)
            return
    write = Statusendring(journalpost=entry.post.system_id, til=til)
    yield _step(ground, entry, Task.APPROVE, write, hit.regel, hit.modus is Mode.AUTO)


def _step(
    ground: Ground,
    entry: Journalinnfoersel,
    task: Task,
    write: Ferdigstill | Statusendring,
    rule: str,
    auto: bool,
    *,
    after: int = 0,
) -> Step:
    return Step(
        task=task,
        target=entry.post.system_id,
        number=entry.post.number,
        state=entry.post.status.value,
        turn=ground.sak.gjenaapnet.isoformat() if ground.sak.gjenaapnet is not None else "",
        write=write,
        rule=rule,
        auto=auto,
        round=after,
        enhet=entry.post.enhet or ground.sak.mappe.administrativ_enhet,
    )


def _point(
    ground: Ground,
    entry: Journalinnfoersel,
    task: Task,
    kind: Kind,
    *,
    codes: tuple[str, ...] = (),
    rule: str = "",
    text: str = "",
    about: str = "",
) -> CarePoint:
    return CarePoint(
        task=task,
        kind=kind,
        sak=ground.sak.mappe.ref.system_id,
        saksnummer=ground.sak.mappe.ref.saksnummer,
        target=entry.post.system_id,
        number=entry.post.number,
        enhet=entry.post.enhet or ground.sak.mappe.administrativ_enhet,
        codes=codes,
        count=max(1, len(codes)),
        rule=rule,
        text=text,
        about=about,
    )

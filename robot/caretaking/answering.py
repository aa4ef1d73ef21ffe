"""Write-offs and deadlines as chores: certain answers are steps, doubts and faults are points, what waits is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from models.archive import NyAvskrivning
from models.decision import Mode
from models.noark import Avskrivningsmaate as Maate
from models.omsorg import Journalinnfoersel, Sak
from models.verdict import AvskrivUtfall, CareHit
from robot.caretaking import brevpar
from robot.caretaking.avskrivning import JOURNALED, Par, Usikker, match, wrong_sign_offs
from robot.caretaking.frister import Restanse, Stage, open_question, restanser, unit_of
from robot.caretaking.lacks import closed, frozen
from robot.caretaking.model import CarePoint, Ground, Kind, Step, Task

MATCHED = "besvart"
"""What stands for a rule where an answer was found by who wrote to whom."""
_NAMED = 5


def write_offs(ground: Ground) -> Iterator[Step | CarePoint]:
    """Each letter that is answered, or that a rule lets be noted; and sign-offs that do not hold."""
    if closed(ground.sak) or frozen(ground.sak):
        return
    for wrong in wrong_sign_offs(ground.sak):
        codes = tuple(code.value for code in wrong.koder)
        about = f"{wrong.avskrivning.maate}:{wrong.avskrivning.korrespondansepart}"
        yield point(ground, wrong.brev, Task.WRITE_OFF, Kind.TOLD, codes=codes, about=about)
    answered = match(ground.sak)
    for pair in answered.sikre:
        yield step_of(ground.sak, pair, auto=True)
    for doubt in answered.usikre:
        yield _doubt(ground, doubt)
    settled = {pair.brev.post.system_id for pair in answered.sikre}
    for entry in ground.sak.innfoersler:
        if open_question(entry) and entry.post.status in JOURNALED and entry.post.system_id not in settled:
            yield from _by_rule(ground, entry)


def step_of(sak: Sak, pair: Par, *, auto: bool, rule: str = MATCHED) -> Step:
    """The write that signs a letter off by its answer; with one key, whoever asks for it."""
    return Step(
        task=Task.WRITE_OFF,
        target=pair.brev.post.system_id,
        number=pair.brev.post.number,
        state="uavskrevet",
        turn=f"{_turn(sak)}>{pair.svar.post.system_id}",
        about=pair.korrespondansepart,
        write=NyAvskrivning(
            journalpost=pair.brev.post.system_id,
            maate=pair.maate,
            avskrives_av=pair.svar.post.system_id,
            korrespondansepart=pair.korrespondansepart,
        ),
        rule=rule,
        auto=auto,
        enhet=unit_of(pair.brev) or sak.mappe.administrativ_enhet,
    )


def _doubt(ground: Ground, doubt: Usikker) -> CarePoint:
    numbers = list(dict.fromkeys(pair.svar.post.number for pair in doubt.kandidater))
    more = f" og {len(numbers) - _NAMED} til" if len(numbers) > _NAMED else ""
    return point(
        ground,
        doubt.brev,
        Task.WRITE_OFF,
        Kind.UNSURE,
        codes=tuple(sorted(why.value for why in doubt.hvorfor)),
        rule=MATCHED,
        text=", ".join(numbers[:_NAMED]) + more,
        about=next((pair.korrespondansepart for pair in doubt.kandidater), ""),
    )


def _by_rule(ground: Ground, entry: Journalinnfoersel) -> Iterator[Step | CarePoint]:
    """TO, TE or TLF where a rule says so; never for what asks for an answer, whatever the rule says."""
    act = ground.entry_verdict(entry).action
    if act is None or not isinstance(act.utfall, AvskrivUtfall):
        return
    if act.utfall.maate in (Maate.ETTERRETNING, Maate.ORIENTERING) and brevpar.asks_for_answer(entry):
        yield point(ground, entry, Task.WRITE_OFF, Kind.KEPT, codes=("krever_svar",), rule=act.regel)
        return
    yield _noted(ground, entry, act, act.utfall.maate)


def _noted(ground: Ground, entry: Journalinnfoersel, hit: CareHit, maate: Maate) -> Step:
    return Step(
        task=Task.WRITE_OFF,
        target=entry.post.system_id,
        number=entry.post.number,
        state="uavskrevet",
        turn=f"{_turn(ground.sak)}>{maate.value}",
        write=NyAvskrivning(journalpost=entry.post.system_id, maate=maate),
        rule=hit.regel,
        auto=hit.modus is Mode.AUTO,
        enhet=unit_of(entry) or ground.sak.mappe.administrativ_enhet,
    )


def deadlines(ground: Ground) -> Iterator[CarePoint | Restanse]:
    """What waits, with its deadlines; those that are near or past are points."""
    if closed(ground.sak):
        return
    by_id = {entry.post.system_id: entry for entry in ground.sak.innfoersler}
    for one in restanser(ground.sak, ground.entry_verdict):
        ground.look_again(one.turns_on(ground.today))
        yield one
        stage = one.stage(ground.today)
        if stage in (Stage.WARN, Stage.OVER):
            entry = by_id[one.journalpost]
            named = next(due for due in one.frister if due.stage(ground.today) is stage)
            yield point(
                ground,
                entry,
                Task.DEADLINE,
                Kind.TOLD,
                codes=(stage.value,),
                rule=named.regel,
                text=named.navn,
                due=named.dato,
            )


def _turn(sak: Sak) -> str:
    return sak.gjenaapnet.isoformat() if sak.gjenaapnet is not None else ""


def point(
    ground: Ground,
    entry: Journalinnfoersel,
    task: Task,
    kind: Kind,
    *,
    codes: tuple[str, ...] = (),
    rule: str = "",
    text: str = "",
    about: str = "",
    due: date | None = None,
) -> CarePoint:
    """A point about an entry."""
    return CarePoint(
        task=task,
        kind=kind,
        sak=ground.sak.mappe.ref.system_id,
        saksnummer=ground.sak.mappe.ref.saksnummer,
        target=entry.post.system_id,
        number=entry.post.number,
        enhet=unit_of(entry) or ground.sak.mappe.administrativ_enhet,
        codes=codes,
        count=max(1, len(codes)),
        rule=rule,
        text=text,
        about=about,
        due_on=due,
    )

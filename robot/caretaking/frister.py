"""What waits for an answer in a case, and until when (noark5.md section 7; the rules' ``frist``). Pure.

The list of restanser is by unit and never by person: who has the case is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from models.noark import Journalposttype, Journalstatus
from models.noark import Korrespondanseparttype as P
from models.omsorg import Journalinnfoersel, Sak
from models.verdict import FristUtfall, Verdict
from robot.caretaking import brevpar

RESTANSER = (Journalposttype.INNGAAENDE, Journalposttype.ORGANINTERNT_OPPFOELGING)
WITHOUT_RULE = "forfallsdato"
"""What a deadline of the entry's own (M109) is called where no rule says anything of it."""


class Stage(StrEnum):
    """How far a deadline has come. ``none``: no deadline is known; ``over``: the day has passed."""

    NONE = "uten_frist"
    IN_TIME = "i_tide"
    WARN = "nær"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frist:
    """One deadline of one entry: due by the end of ``dato``, the unit is told from ``varsle_fra`` on."""

    regel: str
    navn: str
    dato: date
    varsle_fra: date
    hjemmel: str = ""

    def stage(self, today: date) -> Stage:
        """How far it has come."""
        if today > self.dato:
            return Stage.OVER
        return Stage.WARN if today >= self.varsle_fra else Stage.IN_TIME

    def turns_on(self, today: date) -> date | None:
        """The next day its stage changes, or None."""
        return next((day for day in (self.varsle_fra, self.dato + timedelta(days=1)) if day > today), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restanse:
    """An I or N that waits to be signed off, with its deadlines, the earliest first.

    ``enhet`` is the unit that has it; ``mottatt`` when it came (for an N: when it was journaled). Nobody is named.
    """

    journalpost: str
    number: str
    sak: str
    saksnummer: str
    type: Journalposttype
    enhet: str
    mottatt: date
    journaldato: date
    frister: tuple[Frist, ...] = ()

    def stage(self, today: date) -> Stage:
        """That of its most urgent deadline."""
        order = (Stage.OVER, Stage.WARN, Stage.IN_TIME)
        stages = {frist.stage(today) for frist in self.frister}
        return next((stage for stage in order if stage in stages), Stage.NONE)

    @property
    def frist(self) -> date | None:
        """The earliest deadline."""
        return self.frister[0].dato if self.frister else None

    def turns_on(self, today: date) -> date | None:
        """The next day on which one of its deadlines comes a stage further."""
        days = [day for frist in self.frister if (day := frist.turns_on(today)) is not None]
        return min(days, default=None)


def restanser(sak: Sak, verdict: Callable[[Journalinnfoersel], Verdict]) -> tuple[Restanse, ...]:
    """Every restanse of a case, by number; ``verdict`` is what the rules about journalpost say of one."""
    return tuple(_restanse(entry, sak, verdict(entry)) for entry in sak.innfoersler if open_question(entry))


def open_question(entry: Journalinnfoersel) -> bool:
    """An I or N that nothing has signed off; an N until every recipient has (krav 3.4.6)."""
    if entry.post.type not in RESTANSER or entry.post.status is Journalstatus.UTGAAR:
        return False
    if any(not one.korrespondansepart for one in entry.avskrivninger):
        return False
    if entry.post.type is Journalposttype.INNGAAENDE:
        return not entry.avskrivninger
    done = {one.korrespondansepart for one in entry.avskrivninger}
    asked = {part.navn for part in brevpar.recipients(entry)}
    return not (done and asked <= done)


def heard_back(entry: Journalinnfoersel, sak: Sak) -> bool:
    """Whether everybody who wrote it has been sent a letter in the case since, a preliminary one too (fvl. § 11 a)."""
    who = brevpar.askers(entry)
    sent = [
        other
        for other in sak.innfoersler
        if other.post.type is Journalposttype.UTGAAENDE
        and other.post.status in (Journalstatus.EKSPEDERT, Journalstatus.JOURNALFOERT, Journalstatus.ARKIVERT)
        and any(brevpar.later(other, entry))
    ]
    to = [part for other in sent for part in brevpar.parts(other, P.MOTTAKER)]
    return bool(who) and all(any(brevpar.same(one, other) for other in to) for one in who)


def _restanse(entry: Journalinnfoersel, sak: Sak, verdict: Verdict) -> Restanse:
    post = entry.post
    return Restanse(
        journalpost=post.system_id,
        number=post.number,
        sak=sak.mappe.ref.system_id,
        saksnummer=sak.mappe.ref.saksnummer,
        type=post.type,
        enhet=unit_of(entry) or sak.mappe.administrativ_enhet,
        mottatt=entry.mottatt_dato or entry.journaldato,
        journaldato=entry.journaldato,
        frister=tuple(sorted(_deadlines(entry, verdict), key=lambda frist: (frist.dato, frist.regel))),
    )


def unit_of(entry: Journalinnfoersel) -> str:
    """The unit that is to answer."""
    inside = brevpar.parts(entry, P.INTERN_MOTTAKER)
    return entry.post.enhet or next((part.administrativ_enhet for part in inside if part.administrativ_enhet), "")


def _deadlines(entry: Journalinnfoersel, verdict: Verdict) -> Iterator[Frist]:
    """Those of the rules; the entry's own date stands in for a rule about it."""
    own = entry.forfallsdato
    for hit in verdict.told:
        outcome = hit.utfall
        if isinstance(outcome, FristUtfall):
            if outcome.dato == own:
                own = None
            yield Frist(
                regel=hit.regel,
                navn=hit.navn,
                dato=outcome.dato,
                varsle_fra=outcome.varsle_fra,
                hjemmel=outcome.hjemmel,
            )
    if own is not None:
        yield Frist(regel=WITHOUT_RULE, navn="Forfallsdato", dato=own, varsle_fra=own)

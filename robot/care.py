"""Answers to what is journaled: M is approved or edited; J is moved or set to U. Each step an effect; never a deletion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from connectors.contract import Archive
from models.answer import Answer, Verb
from models.archive import (
    ArchiveWrite,
    Endring,
    Flytting,
    NyAvskrivning,
    SakQuery,
    SettSakskjerming,
    SettSkjerming,
    Statusendring,
)
from models.decision import Decision, Lack
from models.errors import UsedWrongly
from models.keys import with_role
from models.noark import Journalstatus, Skjerming
from models.sql import Row
from models.store.effect_tx import EffectKind, NewEffect
from robot.answers import case_shielding, shielding
from robot.effects import archive_request
from robot.titles import PUBLIC_WHEN_TEMPORARY, public_title

PERSON_DECIDES = frozenset(
    {Lack.MODE, Lack.ADDING_RULE, Lack.DUPLICATE, Lack.FINDING, Lack.UNREAD, Lack.RULE_UNKNOWN, Lack.SENDER_INTERNAL}
)
"""Lacks that mean «a person must look»: approving is that look."""


class Missing(Exception):
    """What still keeps a journalpost from J; nothing was changed."""

    def __init__(self, lacks: tuple[Lack, ...]) -> None:
        self.lacks = lacks
        super().__init__(", ".join(lacks))


def care_effects(
    row: Row,
    decision: Decision,
    answer: Answer,
    archive: Archive,
    *,
    today: date,
    round_no: int,
    mark: str = "",
) -> list[NewEffect]:
    """The writes that carry out an answer to a journaled post, in order.

    ``mark`` tells the keys of answers given after a restore from those of answers that were lost with the store: the same
    round may have been another answer, which the archive carried out under that key.

    Raises:
        Missing: approving cannot make it J yet; the lacks are named and nothing changes.
        UsedWrongly: the answer cannot be carried out on this post; the sentence says what can.
    """
    writes = list(
        _approve(row, decision, answer, archive, today)
        if answer.verb is Verb.APPROVE
        else _correct(row, answer, archive)
    )
    if not writes:
        raise UsedWrongly("Svaret endrer ingenting. Si hva som skal rettes, for eksempel --tittel eller --sak.")
    return [
        NewEffect(
            key=with_role(row["key"], f"c{round_no}{'abcdef'[number]}{mark}"),
            kind=EffectKind.CARE,
            request=archive_request(write),
            post_seq=row["seq"],
        )
        for number, write in enumerate(writes)
    ]


def _approve(row: Row, decision: Decision, answer: Answer, archive: Archive, today: date) -> Iterator[ArchiveWrite]:
    """M becomes J with the decided access, or the one the person says."""
    planned = decision.journalpost
    if planned is None or row["journalstatus"] != Journalstatus.MIDLERTIDIG:
        raise UsedWrongly(f"Posten har status {row['journalstatus'] or 'ingen'}; bare M kan godkjennes.")
    said = bool(answer.tilgang)
    access = shielding(answer) if said else planned.skjerming
    lacks = tuple(lack for lack in planned.lacks if lack not in PERSON_DECIDES)
    if answer.sakstilgang:
        lacks = tuple(lack for lack in lacks if lack is not Lack.CASE_ACCESS)
    if said or (access is not None and not access.temporary):
        settled = (Lack.ACCESS, Lack.CASE_ACCESS) if access is not None else (Lack.ACCESS,)
        lacks = tuple(
            lack for lack in lacks if lack not in settled
        )  # a shut case keeps its entries shut: open needs both
    if access is not None and not access.temporary and not access.hjemmel:
        lacks = (*lacks, Lack.SHIELDING_INCOMPLETE)
    if access is not None and access.temporary and Lack.ACCESS not in lacks:
        lacks = (*lacks, Lack.ACCESS)
    if lacks:
        raise Missing(tuple(dict.fromkeys(lacks)))
    if answer.sakstilgang:
        yield _case_access(row, answer, archive)
    if access != planned.skjerming:
        yield SettSkjerming(journalpost=row["journalpost_id"], skjerming=access)
        yield from _public_again(row, access)
    if planned.avskriv is not None:
        yield NyAvskrivning(journalpost=row["journalpost_id"], maate=planned.avskriv)
    yield Statusendring(journalpost=row["journalpost_id"], til=Journalstatus.JOURNALFOERT, assessed_on=today)


def _case_access(row: Row, answer: Answer, archive: Archive) -> SettSakskjerming:
    """The access of the whole case, with the public title that goes with it; entries that have theirs from it follow."""
    if "sakskjerming" not in archive.capabilities.writes:
        raise UsedWrongly(
            "Arkivet tar ikke imot tilgang på en sak herfra. Sett den i arkivet, og godkjenn posten etterpå."
        )
    access = case_shielding(answer)
    public = public_title(str(row["saktittel"] or ""), "", access, scan=lambda _: ())
    return SettSakskjerming(saksmappe=row["saksmappe_id"], skjerming=access, offentlig_tittel=public or None)


def _public_again(row: Row, access: Skjerming | None, *, tittel: str = "") -> Iterator[ArchiveWrite]:
    """The public title, where it only said that nothing was assessed yet: now it is."""
    if row["offentlig_tittel"] == PUBLIC_WHEN_TEMPORARY and not (access is not None and access.temporary):
        public = public_title(tittel or str(row["tittel"] or ""), "", access, scan=lambda _: ())
        yield Endring(journalpost=row["journalpost_id"], offentlig_tittel=public)


def _correct(row: Row, answer: Answer, archive: Archive) -> Iterator[ArchiveWrite]:
    journalpost = row["journalpost_id"]
    if answer.utgaar:
        yield Statusendring(journalpost=journalpost, til=Journalstatus.UTGAAR, merknad=answer.utgaar)
        return
    edited = Endring(
        journalpost=journalpost,
        tittel=answer.tittel or None,
        offentlig_tittel=answer.offentlig_tittel or None,
        enhet=answer.enhet or None,
        forfall=answer.forfall,
        avsender=answer.avsender or None,
    )
    if edited != Endring(journalpost=journalpost):
        if row["journalstatus"] != Journalstatus.MIDLERTIDIG:
            raise UsedWrongly(
                "Det som er journalført (J), kan flyttes (--sak), skjermes (--tilgang) eller settes til utgår (--utgår), "
                "men ikke endres."
            )
        yield edited
    if answer.sakstilgang:
        yield _case_access(row, answer, archive)
    if answer.tilgang:
        yield SettSkjerming(journalpost=journalpost, skjerming=shielding(answer))
        if row["journalstatus"] == Journalstatus.MIDLERTIDIG and not answer.offentlig_tittel:
            yield from _public_again(row, shielding(answer), tittel=answer.tittel)
    if answer.saksnummer:
        yield Flytting(journalpost=journalpost, til_saksmappe=_case_id(answer.saksnummer, archive))


def _case_id(saksnummer: str, archive: Archive) -> str:
    found = next(iter(archive.find_saksmapper(SakQuery(saksnummer=saksnummer))), None)
    if found is None:
        raise UsedWrongly(f"Saken {saksnummer} finnes ikke i arkivet.")
    return found.ref.system_id

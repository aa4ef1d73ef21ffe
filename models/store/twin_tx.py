"""What letters are known by, and pairs that look like one letter until a person has said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, func, insert, or_, select, update

from models.sql import Prepared, Row
from models.store.audit_tx import AuditTx
from models.store.base import Part
from models.store.waiting_tables import known_letter, letter_mark, twin

_MANY = 200
_NEW_LETTER = Prepared(insert(known_letter))
_NEW_MARK = Prepared(insert(letter_mark))
_NEW_TWIN = Prepared(insert(twin))
TOO_COMMON = 6
"""A mark that more letters than this have says nothing: the form everybody sends, the logo in every letter."""


class TwinState(StrEnum):
    """``open``: nobody has said; ``two``: they are two letters; ``one``: the later was merged into the earlier."""

    OPEN = "open"
    TWO = "two"
    ONE = "one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An incoming entry; ``serial`` orders entries as they were journaled. ``our_key`` is empty for others' entries."""

    journalpost: str
    sak: str
    saksnummer: str
    number: str
    enhet: str
    serial: int
    our_key: str
    text_seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A pair; ``likeness`` are the words of what they have in common, sorted."""

    id: str
    earlier: str
    later: str
    likeness: tuple[str, ...]
    state: TwinState = TwinState.OPEN


class TwinReads(Part):
    """Questions."""

    def letters(self, entries: Collection[str]) -> dict[str, Letter]:
        """Those of these entries that are kept."""
        c = known_letter.c
        found: dict[str, Letter] = {}
        for some in _some(entries):
            rows = self.conn.execute(select(known_letter).where(c.journalpost.in_(some))).mappings()
            found |= {row["journalpost"]: Letter(**{name: row[name] for name in Letter.__slots__}) for row in rows}
        return found

    def marks_of(self, entries: Collection[str]) -> dict[str, set[str]]:
        """What these entries are known by."""
        found: dict[str, set[str]] = {}
        for some in _some(entries):
            query = select(letter_mark.c.journalpost, letter_mark.c.mark).where(letter_mark.c.journalpost.in_(some))
            for entry, mark in self.conn.execute(query):
                found.setdefault(entry, set()).add(mark)
        return found

    def sharing(self, marks: Collection[str]) -> dict[str, list[str]]:
        """Mark → the entries that have it; marks that are too common are left out."""
        found: dict[str, list[str]] = {}
        c = letter_mark.c
        for some in _some(marks):
            common = select(c.mark).where(c.mark.in_(some)).group_by(c.mark).having(func.count() > TOO_COMMON)
            query = select(c.mark, c.journalpost).where(c.mark.in_(some), c.mark.not_in(common))
            for mark, entry in self.conn.execute(query.order_by(c.mark, c.journalpost)):
                found.setdefault(mark, []).append(entry)
        return found

    def twins(self, state: TwinState = TwinState.OPEN, limit: int = 1000) -> list[Twin]:
        """Pairs in this state, the oldest first."""
        query = select(twin).where(twin.c.state == state).order_by(twin.c.found_at, twin.c.id).limit(limit)
        return [_twin(row) for row in self.conn.execute(query).mappings()]

    def twin(self, id_: str) -> Twin | None:
        """One pair."""
        row = self.conn.execute(select(twin).where(twin.c.id == id_)).mappings().first()
        return _twin(row) if row is not None else None

    def open_twins(self) -> int:
        """How many pairs wait for a person."""
        return int(self.conn.execute(select(func.count()).where(twin.c.state == TwinState.OPEN)).scalar_one())


class TwinTx(AuditTx, TwinReads):
    """Changes."""

    def keep_letters(self, letters: Sequence[Letter], marks: Mapping[str, Collection[str]]) -> None:
        """What these entries are and are known by takes the place of what was kept of them."""
        ids = [letter.journalpost for letter in letters]
        before = self.marks_of(ids)
        for some in _some(ids):
            self.conn.execute(delete(known_letter).where(known_letter.c.journalpost.in_(some)))
        self.conn.execute(_NEW_LETTER, [{name: getattr(one, name) for name in Letter.__slots__} for one in letters])
        for entry in ids:
            gone = before.get(entry, set()) - set(marks.get(entry, ()))
            for some in _some(gone):
                of_entry = letter_mark.c.journalpost == entry
                self.conn.execute(delete(letter_mark).where(of_entry, letter_mark.c.mark.in_(some)))
        new = [
            {"mark": mark, "journalpost": entry}
            for entry in ids
            for mark in sorted(set(marks.get(entry, ())) - before.get(entry, set()))
        ]
        self.conn.execute(_NEW_MARK, new)

    def forget_letters(self, entries: Collection[str]) -> None:
        """These are no letters to be known any longer (utgått, say); what was asked about them is settled."""
        for some in _some(entries):
            self.conn.execute(delete(known_letter).where(known_letter.c.journalpost.in_(some)))
            self.conn.execute(delete(letter_mark).where(letter_mark.c.journalpost.in_(some)))
            either = or_(twin.c.earlier.in_(some), twin.c.later.in_(some))
            self.conn.execute(delete(twin).where(either, twin.c.state == TwinState.OPEN))

    def propose_twins(self, pairs: Sequence[Twin]) -> int:
        """Keeps pairs that are new; one that was answered, or stands open, is left as it is. How many were new."""
        there: set[str] = set()
        for some in _some([pair.id for pair in pairs]):
            there |= set(self.conn.execute(select(twin.c.id).where(twin.c.id.in_(some))).scalars())
        new = {pair.id: pair for pair in pairs if pair.id not in there}
        rows = [
            {
                "id": pair.id,
                "earlier": pair.earlier,
                "later": pair.later,
                "likeness": ",".join(pair.likeness),
                "state": TwinState.OPEN,
                "found_at": self.now,
            }
            for pair in new.values()
        ]
        self.conn.execute(_NEW_TWIN, rows)
        return len(rows)

    def answer_twin(self, id_: str, state: TwinState) -> bool:
        """A person has said; False when it was answered before (the first wins)."""
        done = self.conn.execute(
            update(twin)
            .where(twin.c.id == id_, twin.c.state == TwinState.OPEN)
            .values(state=state, answered_at=self.now)
        )
        return done.rowcount == 1

    def reopen_twin(self, id_: str) -> None:
        """What was said could not be carried out: it is a person's again."""
        self.conn.execute(update(twin).where(twin.c.id == id_).values(state=TwinState.OPEN, answered_at=None))


def _twin(row: Row) -> Twin:
    return Twin(
        id=str(row["id"]),
        earlier=str(row["earlier"]),
        later=str(row["later"]),
        likeness=tuple(str(row["likeness"]).split(",")),
        state=TwinState(str(row["state"])),
    )


def _some(ids: Collection[str]) -> Iterator[list[str]]:
    all_ = sorted(ids)
    for start in range(0, len(all_), _MANY):
        yield all_[start : start + _MANY]

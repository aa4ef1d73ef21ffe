"""Keeps what is known of the cases of one page: what waits for an answer, and what letters came twice.

In the transaction that keeps the page's points, so that the lists never say other than the points. Costs what the page has,
not what the archive has: a letter's marks are looked up in an index, and what a letter says is read once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from models.facts import Unknown
from models.omsorg import Journalinnfoersel
from models.store.restanse_tx import StoredFrist, StoredRestanse
from models.store.store import Reads, Tx
from models.store.twin_tx import Letter, Twin
from robot.caretaking import dobbelt
from robot.caretaking.frister import Restanse
from robot.caretaking.model import CarePlan

_ENTRY_ROLE = "-jp"


def keep(tx: Tx, plans: Sequence[CarePlan], *, secret: bytes) -> None:
    """What was found of these cases takes the place of what was kept of them."""
    saker = [plan.sak.mappe.ref.system_id for plan in plans]
    tx.keep_restanser(saker, [stored(one) for plan in plans for one in plan.waits])
    keep_letters(tx, plans, secret=secret)


def stored(one: Restanse) -> StoredRestanse:
    """As rows keep it."""
    return StoredRestanse(
        journalpost=one.journalpost,
        sak=one.sak,
        saksnummer=one.saksnummer,
        number=one.number,
        type=one.type.value,
        enhet=one.enhet,
        mottatt=one.mottatt.isoformat(),
        journaldato=one.journaldato.isoformat(),
        frister=tuple(
            StoredFrist(
                rule=due.regel,
                name=due.navn,
                due_on=due.dato.isoformat(),
                warn_on=due.varsle_fra.isoformat(),
                hjemmel=due.hjemmel,
            )
            for due in one.frister
        ),
    )


def keep_letters(tx: Tx, plans: Sequence[CarePlan], *, secret: bytes) -> int:
    """Marks of the incoming entries, and the pairs that share one; how many pairs are new."""
    there = [e for plan in plans for e in plan.sak.innfoersler]
    entries = [entry for entry in there if dobbelt.concerned(entry)]
    tx.forget_letters([entry.post.system_id for entry in there if not dobbelt.concerned(entry)])
    ids = [entry.post.system_id for entry in entries]
    known, before = tx.letters(ids), tx.marks_of(ids)
    letters, marks = [], {}
    for entry in entries:
        id_ = entry.post.system_id
        seen = known.get(id_)
        text_marks = {mark for mark in before.get(id_, ()) if mark.startswith("t")}
        text = "" if seen is not None and seen.text_seen else text_of(tx, entry.post.our_key)
        marks[id_] = set(dobbelt.marks(entry, secret=secret, text=text)) | text_marks
        letters.append(_letter(entry))
    tx.keep_letters(letters, marks)
    fresh = {mark for id_ in ids for mark in marks[id_] - before.get(id_, set())}
    return tx.propose_twins(list(_pairs(tx, fresh))) if fresh else 0


def _letter(entry: Journalinnfoersel) -> Letter:
    post = entry.post
    return Letter(
        journalpost=post.system_id,
        sak=post.saksmappe.system_id,
        saksnummer=post.saksmappe.saksnummer,
        number=post.number,
        enhet=post.enhet,
        serial=entry.journalaar * 10**9 + entry.journalsekvensnummer,
        our_key=post.our_key,
        text_seen=bool(post.our_key),
    )


@dataclass(slots=True)
class _Found:
    likeness: set[str]
    one: str
    other: str


def _pairs(tx: Tx, fresh: set[str]) -> Iterator[Twin]:
    """Pairs that share a mark that is new to one of them. Texts that only met in the index are held to each other."""
    found: dict[str, _Found] = {}
    for mark, entries in tx.sharing(fresh).items():
        for one, other in combinations(entries, 2):
            pair = found.setdefault(dobbelt.pair_id(one, other), _Found(set(), one, other))
            pair.likeness.add(dobbelt.kind_of(mark).value)
    letters = tx.letters({id_ for pair in found.values() for id_ in (pair.one, pair.other)})
    said = _Texts(tx)
    for id_, pair in found.items():
        first, second = letters.get(pair.one), letters.get(pair.other)
        if first is None or second is None:
            continue
        if dobbelt.Likhet.TEXT in pair.likeness and dobbelt.alike(said(first), said(second)) < dobbelt.ALIKE:
            pair.likeness.discard(dobbelt.Likhet.TEXT.value)
        if pair.likeness:
            earlier, later = sorted((first, second), key=lambda letter: (letter.serial, letter.journalpost))
            yield Twin(
                id=id_,
                earlier=earlier.journalpost,
                later=later.journalpost,
                likeness=tuple(sorted(pair.likeness)),
            )


class _Texts:
    """What letters say, each read once in a transaction."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._known: dict[str, str] = {}

    def __call__(self, letter: Letter) -> str:
        if letter.journalpost not in self._known:
            self._known[letter.journalpost] = text_of(self._reads, letter.our_key)
        return self._known[letter.journalpost]


def text_of(reads: Reads, our_key: str) -> str:
    """What the robot read in the letter it made this entry of; empty for others' entries, and when the content is gone."""
    if not our_key.endswith(_ENTRY_ROLE):
        return ""
    seq = reads.seq_of_key(our_key.removesuffix(_ENTRY_ROLE))
    kept = reads.decision(seq) if seq is not None else None
    if kept is None:
        return ""
    value = kept.facts.get("tekst")
    if isinstance(value, Unknown):
        value = value.known
    return value if isinstance(value, str) else ""

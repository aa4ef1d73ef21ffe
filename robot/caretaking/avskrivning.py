"""Which letter answers which, and sign-offs that do not hold (noark5.md section 7). Pure: judges a case, changes nothing.

An I is signed off by a later U that was sent (E, J or A) to the one who wrote; an N by a note back, recipient by recipient.
Where anything leaves a choice, the choice is a person's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.noark import Avskrivningsmaate as Maate
from models.noark import Journalposttype, Journalstatus, Korrespondansepart
from models.noark import Korrespondanseparttype as P
from models.omsorg import AvskrivningView, Journalinnfoersel, Sak
from robot.caretaking import brevpar

SENT = frozenset({Journalstatus.EKSPEDERT, Journalstatus.JOURNALFOERT, Journalstatus.ARKIVERT})
JOURNALED = frozenset({Journalstatus.JOURNALFOERT, Journalstatus.ARKIVERT})
RESTANSER = (Journalposttype.INNGAAENDE, Journalposttype.ORGANINTERNT_OPPFOELGING)
NOTES = (Journalposttype.ORGANINTERNT_OPPFOELGING, Journalposttype.ORGANINTERNT)
_BY: dict[Maate, tuple[Journalposttype, ...]] = {
    Maate.BREV: (Journalposttype.UTGAAENDE,),
    Maate.EPOST: (Journalposttype.UTGAAENDE,),
    Maate.NOTAT: NOTES,
}


class Doubt(StrEnum):
    """Why the robot does not sign off by itself."""

    SEVERAL_ANSWERS = "flere_svar"
    SEVERAL_LETTERS = "flere_brev"
    OTHER_RECIPIENT = "annen_mottaker"
    ORDER = "rekkefølge"
    USED = "svarer_på_annet"


class Wrong(StrEnum):
    """What is wrong with a sign-off that stands."""

    OLDER = "eldre_svar"
    NO_REFERENCE = "mangler_referanse"
    ASKS = "krever_svar"
    NOT_SENT = "ikke_ekspedert"
    VOID = "utgått_svar"
    TYPE = "feil_type"
    COPY = "kopimottaker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Par:
    """A letter with what answers it. ``korrespondansepart`` names the recipient of an N; empty: the whole entry."""

    brev: Journalinnfoersel
    svar: Journalinnfoersel
    maate: Maate
    korrespondansepart: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usikker:
    """A letter that something may answer: the candidates, best first, and why it is not the robot's to say."""

    brev: Journalinnfoersel
    kandidater: tuple[Par, ...]
    hvorfor: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feil:
    """A sign-off that stands and does not hold."""

    brev: Journalinnfoersel
    avskrivning: AvskrivningView
    koder: tuple[Wrong, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Besvart:
    """The answer for one case."""

    sikre: tuple[Par, ...] = ()
    usikre: tuple[Usikker, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """One that waits for an answer: a letter, or a note and one of its recipients."""

    brev: Journalinnfoersel
    av: Korrespondansepart | None = None

    @property
    def inside(self) -> bool:
        return self.av is not None


def match(sak: Sak) -> Besvart:
    """What answers what in a case. Deterministic; the order of entries decides nothing."""
    live = [entry for entry in sak.innfoersler if entry.post.status is not Journalstatus.UTGAAR]
    questions = [question for entry in live for question in _questions(entry)]
    used = {a.avskrives_av for entry in live for a in entry.avskrivninger if a.avskrives_av}
    sure: list[Par] = []
    unsure: list[Usikker] = []
    for question in questions:
        if question.brev.post.status not in JOURNALED:
            continue  # it may yet be edited or set aside; it counts as a rival all the same
        found = _answer(question, questions, live, used)
        if isinstance(found, Par):
            sure.append(found)
        elif found is not None:
            unsure.append(found)
    return Besvart(sikre=tuple(sure), usikre=tuple(unsure))


def _questions(entry: Journalinnfoersel) -> Iterator[_Question]:
    if entry.post.type not in RESTANSER or any(not a.korrespondansepart for a in entry.avskrivninger):
        return
    if entry.post.type is Journalposttype.INNGAAENDE:
        if not entry.avskrivninger:
            yield _Question(brev=entry)
        return
    done = {a.korrespondansepart for a in entry.avskrivninger}
    for recipient in brevpar.recipients(entry):
        if recipient.navn not in done:
            yield _Question(brev=entry, av=recipient)


def _answer(
    question: _Question, questions: Sequence[_Question], live: Sequence[Journalinnfoersel], used: set[str]
) -> Par | Usikker | None:
    letter = question.brev
    after = [entry for entry in live if _may_answer(entry, question) and any(brevpar.later(entry, letter))]
    right = [entry for entry in after if _comes_back(entry, question)]
    if not right:
        near = [
            e for e in after if brevpar.refers_to(e, letter) or brevpar.titles_alike(e.post.tittel, letter.post.tittel)
        ]
        return _unsure(question, near, (Doubt.OTHER_RECIPIENT,)) if near and not question.inside else None
    named = [entry for entry in right if brevpar.refers_to(entry, letter)]
    if len(named) == 1 and all(brevpar.later(named[0], letter)):
        return _pair(question, named[0])
    rivals = [other for other in questions if other != question and _same_asker(other, question)]
    titled = [e for e in right if _same_title(e, letter)]
    if len(titled) == 1 and _settles(titled[0], question, [r for r in rivals if _same_title(r.brev, letter)], used):
        return _pair(question, titled[0])
    if len(right) == 1 and _settles(right[0], question, rivals, used):
        return _pair(question, right[0])
    return _unsure(question, _best_first(right, letter), tuple(_doubts(right, question, rivals, used)))


def _may_answer(entry: Journalinnfoersel, question: _Question) -> bool:
    types = NOTES if question.inside else (Journalposttype.UTGAAENDE,)
    return (
        entry.post.type in types
        and entry.post.status in SENT
        and entry.post.system_id != question.brev.post.system_id
        and not brevpar.preliminary(entry)
        and (brevpar.refers_to(entry, question.brev) or not brevpar.new_matter(entry))
    )


def _comes_back(entry: Journalinnfoersel, question: _Question) -> bool:
    """It was sent to everybody who wrote (never as a copy only), and by the one who was asked."""
    who = brevpar.askers(question.brev)
    if question.av is None:
        to = brevpar.parts(entry, P.MOTTAKER)
        return bool(who) and all(any(brevpar.same(one, other) for other in to) for one in who)
    by, to = brevpar.parts(entry, P.INTERN_AVSENDER), brevpar.parts(entry, P.INTERN_MOTTAKER)
    asked = question.av
    return (
        bool(who)
        and any(brevpar.same_inside(asked, one) for one in by)
        and all(any(brevpar.same_inside(one, other) for other in to) for one in who)
    )


def _same_asker(one: _Question, other: _Question) -> bool:
    """Two letters of one writer that one answer could be meant for."""
    if one.av is not None and other.av is not None:
        alike = brevpar.same_inside
        if not alike(one.av, other.av):
            return False
    elif one.av is not None or other.av is not None:
        return False
    else:
        alike = brevpar.same
    return any(alike(a, b) for a in brevpar.askers(one.brev) for b in brevpar.askers(other.brev))


def _same_title(one: Journalinnfoersel, other: Journalinnfoersel) -> bool:
    bare = brevpar.bare_title(one.post.tittel)
    return bool(bare) and bare == brevpar.bare_title(other.post.tittel)


def _settles(answer: Journalinnfoersel, question: _Question, rivals: Sequence[_Question], used: set[str]) -> bool:
    """It is later by number and date, answers nothing else, and no other open letter came before it."""
    return (
        all(brevpar.later(answer, question.brev))
        and answer.post.system_id not in used
        and not any(any(brevpar.later(answer, rival.brev)) for rival in rivals)
    )


def _doubts(
    right: Sequence[Journalinnfoersel], question: _Question, rivals: Sequence[_Question], used: set[str]
) -> Iterator[Doubt]:
    if len(right) > 1:
        yield Doubt.SEVERAL_ANSWERS
    if any(any(brevpar.later(entry, rival.brev)) for entry in right for rival in rivals):
        yield Doubt.SEVERAL_LETTERS
    if not all(all(brevpar.later(entry, question.brev)) for entry in right):
        yield Doubt.ORDER
    if any(entry.post.system_id in used for entry in right):
        yield Doubt.USED


def _best_first(entries: Sequence[Journalinnfoersel], letter: Journalinnfoersel) -> list[Journalinnfoersel]:
    def rank(entry: Journalinnfoersel) -> tuple[bool, bool, bool, int, int]:
        return (
            not brevpar.refers_to(entry, letter),
            not _same_title(entry, letter),
            not brevpar.titles_alike(entry.post.tittel, letter.post.tittel),
            entry.journalaar,
            entry.journalsekvensnummer,
        )

    return sorted(entries, key=rank)


def _unsure(question: _Question, entries: Sequence[Journalinnfoersel], why: tuple[Doubt, ...]) -> Usikker:
    pairs = tuple(_pair(question, entry) for entry in entries)
    return Usikker(brev=question.brev, kandidater=pairs, hvorfor=why)


def _pair(question: _Question, answer: Journalinnfoersel) -> Par:
    if question.av is None:
        maate = Maate.EPOST if brevpar.sent_as_mail(answer) else Maate.BREV
        return Par(brev=question.brev, svar=answer, maate=maate)
    only = sum(1 for _ in brevpar.recipients(question.brev)) == 1
    return Par(brev=question.brev, svar=answer, maate=Maate.NOTAT, korrespondansepart="" if only else question.av.navn)


def wrong_sign_offs(sak: Sak) -> tuple[Feil, ...]:
    """Sign-offs that stand in the case and do not hold. What refers to an entry of another case is not judged here."""
    by_id = {entry.post.system_id: entry for entry in sak.innfoersler}
    found = []
    for entry in sak.innfoersler:
        if entry.post.status is Journalstatus.UTGAAR:
            continue
        for one in entry.avskrivninger:
            codes = tuple(_faults(entry, one, by_id.get(one.avskrives_av or "")))
            if codes:
                found.append(Feil(brev=entry, avskrivning=one, koder=codes))
    return tuple(found)


def _faults(entry: Journalinnfoersel, one: AvskrivningView, answer: Journalinnfoersel | None) -> Iterator[Wrong]:
    types = _BY.get(one.maate)
    if types is not None and not one.avskrives_av:
        yield Wrong.NO_REFERENCE
    if one.maate in (Maate.ETTERRETNING, Maate.ORIENTERING) and brevpar.asks_for_answer(entry):
        yield Wrong.ASKS
    if one.korrespondansepart and _only_copy(entry, one.korrespondansepart):
        yield Wrong.COPY
    if answer is None:
        return
    if types is not None and answer.post.type not in types:
        yield Wrong.TYPE
    if answer.post.status is Journalstatus.UTGAAR:
        yield Wrong.VOID
    elif answer.post.status not in SENT:
        yield Wrong.NOT_SENT
    if not any(brevpar.later(answer, entry)):
        yield Wrong.OLDER


def _only_copy(entry: Journalinnfoersel, name: str) -> bool:
    copies = {part.navn for part in brevpar.parts(entry, P.KOPIMOTTAKER, P.INTERN_KOPIMOTTAKER)}
    main = {part.navn for part in brevpar.parts(entry, P.MOTTAKER, P.INTERN_MOTTAKER)}
    return name in copies and name not in main

"""One sweep of a public journal: entries page by page, then the archive's cases, then the journal as a whole.

Every page is one commit: what is known of the entries, their findings, those that are gone, and the place to go on from. Killed
anywhere it goes on from the last page; judged twice an entry gives the same keys.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from connectors.contract import Archive, JournalView, TellsCases
from models.archive import SakQuery
from models.audit import AuditEvent
from models.errors import StaleCursor
from models.omsorg import Journalinnfoersel, Sak
from models.published import SWEEP, Cursor, PublishedEntry, Window, WindowKind
from models.steps import Point, step
from models.store import Store
from models.store.journal_tx import JournalPlace, NewFinding
from models.store.store import Tx
from robot.journalcheck.catalogue import CHECKS, Level
from robot.journalcheck.demotion import demoted
from robot.journalcheck.files import OF_FILES, FileCheck
from robot.journalcheck.judging import OF_CASES, Judge, Judged, of_entries
from robot.journalcheck.look import Noted
from robot.journalcheck.sets import FIELDS, MOST, SETS, Concerned

OVERLAP_S = 3600.0
ROLLING_S = 30 * 86_400.0
_CASES = 100

Given = Sequence[tuple[PublishedEntry, Sak | None, Journalinnfoersel | None]]
JudgeMany = Callable[[Iterable[Given]], Iterator[list[Judged]]]
"""Pages in, judged pages out in the same order; several processes may stand behind it."""
Told = Callable[[Tx, Sequence[Judged]], None]
"""Called in the transaction of a page, for what is told or done at once."""


@dataclass(slots=True, kw_only=True)
class Sweep:
    """One view of one organisation. ``whole``: everything, not only what is new; ``only``: these checks alone.

    ``tell`` runs in each page's transaction; ``files`` looks into what is published in full text;
    ``show`` hears how many entries are checked and of how many (0: not known).
    """

    store: Store
    view: JournalView
    name: str
    judge: Judge
    archive: Archive | None = None
    whole: bool = False
    only: frozenset[str] = frozenset()
    tell: Told = lambda tx, judged: None
    show: Callable[[int, int], None] = lambda done, of: None
    judge_pages: JudgeMany | None = None
    files: FileCheck | None = None
    checked: int = 0
    _demoted: frozenset[str] = field(default=frozenset())
    _seen: dict[str, int] = field(default_factory=dict)

    def run(self) -> JournalPlace:
        """Goes on where the last one stopped, or begins a new one; returns the place at the end.

        Raises:
            OutOfReach, TryLater: the view or the archive cannot be asked now; what is done is kept.
        """
        place = self._begin()
        self._demoted = self._low_precision()
        if place.part == "public":
            place = self._public(place)
        if place.part == "archive":
            place = self._cases(place)
        return self._finish(place)

    # --- where to begin ------------------------------------------------------------------------------------------

    def _begin(self) -> JournalPlace:
        rules = self.judge.ruleset.sha256 if self.judge.ruleset is not None else ""
        with self.store.read() as reads:
            place, now = reads.journal_place(self.name), reads.now
        if place.begun is not None and place.rules == rules and (place.whole or not self.whole):
            self.checked = place.checked
            return place
        whole = self.whole or place.done is None
        since = None if whole or place.done is None else place.done - OVERLAP_S
        if since is not None and place.rules != rules:
            since = min(since, now - ROLLING_S)
        place = replace(place, begun=now, part="public", cursor=None, since=since, whole=whole, checked=0, rules=rules)
        with self.store.write() as tx:
            tx.set_journal_place(place)
        return place

    def _low_precision(self) -> frozenset[str]:
        """Checks that people have found wrong more often than right over a hundred answers."""
        with self.store.read() as reads:
            return demoted(reads.precision(), self.judge.setup.lifted)

    # --- the public side -----------------------------------------------------------------------------------------

    def _public(self, place: JournalPlace) -> JournalPlace:
        try:
            for judged, after, total in self._judged_pages(place):
                place = replace(place, cursor=after, checked=place.checked + len(judged))
                self._keep_page(judged, place)
                self.checked = place.checked
                self.show(self.checked, max(total or 0, self.checked))
        except StaleCursor:
            if place.cursor is None:
                raise
            return self._public(replace(place, cursor=None))
        place = replace(place, part="archive", cursor=None)
        with self.store.write() as tx:
            tx.set_journal_place(place)
        return place

    def _judged_pages(self, place: JournalPlace) -> Iterator[tuple[list[Judged], str | None, int | None]]:
        ends: list[tuple[str | None, int | None]] = []

        def pages() -> Iterator[Given]:
            after: Cursor | None = Cursor(place.cursor) if place.cursor is not None else None
            window = SWEEP
            if place.since is not None:
                window = Window(kind=WindowKind.CHANGED, since=datetime.fromtimestamp(place.since, UTC))
            while True:
                page = self.view.published(window, after)
                after = page.next
                ends.append((after, page.total))
                yield self._with_archive(page.entries)
                if after is None:
                    return

        many = self.judge_pages or _in_turn(self.judge)
        for number, judged in enumerate(many(pages())):
            yield judged, *ends[number]

    def _with_archive(self, entries: Sequence[PublishedEntry]) -> Given:
        """Each with its case and entry in the archive, where it can be asked; a case is asked for once a page."""
        archive = self.archive
        if not isinstance(archive, TellsCases):
            return [(entry, None, None) for entry in entries]
        refs: dict[str, str] = {}
        for number in dict.fromkeys(entry.saksnummer for entry in entries if entry.saksnummer):
            found = next(iter(self._find(number)), None)
            if found is not None:
                refs[number] = found
        saker: dict[str, Sak] = {}
        wanted = list(dict.fromkeys(refs.values()))
        for start in range(0, len(wanted), _CASES):
            for sak in archive.saker(wanted[start : start + _CASES]):
                saker[sak.mappe.ref.saksnummer] = sak
        return [(entry, saker.get(entry.saksnummer), _own(entry, saker.get(entry.saksnummer))) for entry in entries]

    def _find(self, saksnummer: str) -> Iterator[str]:
        assert self.archive is not None  # noqa: S101 (told by the caller)
        for found in self.archive.find_saksmapper(SakQuery(saksnummer=saksnummer)):
            yield found.ref.system_id

    def _keep_page(self, judged: Sequence[Judged], place: JournalPlace) -> None:
        if self.files is not None:
            runs = self.judge.setup.runs
            judged = [
                replace(one, notes=(*one.notes, *(note for note in self.files(one.entry) if runs(note.check))))
                for one in judged
            ]
        found = [
            self.finding(Concerned(entry=one.entry.key, number=one.entry.number, enhet=one.entry.enhet), note)
            for one in judged
            for note in one.notes
            if self._wanted(note.check)
        ]
        entries = [one.entry.key for one in judged]
        rows = {one.entry.key: self._row(one.entry) for one in judged}
        with self.store.write() as tx:
            tx.keep_entries([{**row, "seen_at": tx.now} for row in rows.values()])
            tx.keep_findings(found)
            keys = [one.key for one in found]
            tx.fix_findings(entries, covered=self._covered, but=keys)
            self.tell(tx, judged)
            tx.set_journal_place(place)
            step(Point.N1_PAGE)
        self._count(found)

    def _row(self, entry: PublishedEntry) -> dict[str, object]:
        case = entry.case
        sender = next((part.navn for part in entry.parter if part.navn.strip()), "")
        telling = bool(sender.strip("* ")) and entry.dokumentets_dato is not None
        twin = f"{sender}|{entry.offentlig_tittel}|{entry.dokumentets_dato}".casefold() if telling else ""
        return {
            "view": self.name,
            "entry": entry.key,
            "number": entry.number,
            "enhet": entry.enhet,
            "saksnummer": entry.saksnummer,
            "journalaar": entry.journalaar or 0,
            "journalsekvensnummer": entry.journalsekvensnummer or 0,
            "journaldato": entry.journaldato.isoformat() if entry.journaldato else "",
            "published_on": self._published_on(entry),
            "klasse": case.klasse.klasse_id[:60] if case is not None and case.klasse is not None else "",
            "shielded": entry.skjerming is not None and bool(entry.skjerming.kode),
            "case_title": self._hash("case", case.tittel) if case is not None else "",
            "twin": self._hash("twin", twin) if twin else "",
        }

    def _published_on(self, entry: PublishedEntry) -> str:
        if entry.publisert is None or self.judge.told.delivery:
            return entry.journaldato.isoformat() if entry.journaldato is not None else ""
        return entry.publisert.astimezone(ZoneInfo(self.judge.setup.zone)).date().isoformat()

    # --- the archive's side ----------------------------------------------------------------------------------------

    def _cases(self, place: JournalPlace) -> JournalPlace:
        archive = self.archive
        if not isinstance(archive, TellsCases):
            return replace(place, part="whole", cursor=None)
        since = "" if place.whole else place.mark
        after = place.cursor
        while True:
            page = archive.changed_saker(since=since, after=after, size=_CASES)
            after = page.next
            place = replace(place, cursor=after)
            self._keep_cases(page.saker, place)
            if after is None:
                break
        mark, last = page.mark, ""
        while not place.whole:
            with self.store.read() as reads:
                ids = reads.waiting_cases(after=last, size=_CASES)
            if not ids:
                break
            last = ids[-1]
            known = archive.saker(ids)
            gone = set(ids) - {sak.mappe.ref.system_id for sak in known}
            self._keep_cases(known, place, gone=gone)
        return replace(place, part="whole", cursor=None, mark=mark)

    def _keep_cases(self, saker: Sequence[Sak], place: JournalPlace, *, gone: Iterable[str] = ()) -> None:
        with self.store.read() as reads:
            ids = [entry.post.system_id for sak in saker for entry in sak.innfoersler]
            published = reads.published_of(ids) if reads.has_entries() else None
        found: list[NewFinding] = []
        waits: dict[str, bool] = dict.fromkeys(gone, False)
        for sak in saker:
            notes = self.judge.case(sak, published)
            waits[sak.mappe.ref.system_id] = bool(notes) or _waits(sak, self.judge.today)
            for entry, note in notes:
                if self._wanted(note.check):
                    found.append(self.finding(_concerned(sak, entry), note))
        entries = [entry.post.system_id for sak in saker for entry in sak.innfoersler]
        with self.store.write() as tx:
            tx.keep_findings(found)
            keys = [one.key for one in found]
            covered = lambda check: check in OF_CASES and self._wanted(check)  # noqa: E731
            tx.fix_findings(entries, covered=covered, but=keys)
            tx.look_again(waits)
            tx.set_journal_place(place)
            step(Point.N2_CASES)
        self._count(found)

    # --- the whole, and the end --------------------------------------------------------------------------------------

    def _finish(self, place: JournalPlace) -> JournalPlace:
        begun = place.begun or 0.0
        by_check: dict[str, list[NewFinding]] = {}
        with self.store.read() as reads:
            for check, look in SETS:
                if not (self._wanted(check) and self.judge.setup.runs(check)):
                    continue
                pairs = look(reads, self.name, self.judge.setup, self.judge.today)
                by_check[check] = [self.finding(about, note) for about, note in _first(pairs)]
            vanished = (
                list(reads.vanished(self.name, before=begun)) if place.whole and not self.judge.told.delivery else []
            )
        if place.whole and self._wanted("PJ-E08") and self.judge.setup.runs("PJ-E08"):
            note = Noted(check="PJ-E08", field=FIELDS["PJ-E08"], note="publisert før, borte nå", value="borte")
            about = [Concerned(entry=entry, number=number, enhet=unit) for entry, number, unit in vanished]
            by_check["PJ-E08"] = [self.finding(one, note) for one in about]
        found = [one for some in by_check.values() for one in some]
        with self.store.write() as tx:
            tx.keep_findings(found)
            for check, some in by_check.items():
                tx.fix_unseen(check, FIELDS[check], but=[one.key for one in some])
            if place.whole and not self.judge.told.delivery:
                tx.forget_entries(self.name, before=begun)
            self.tell(tx, ())
            step(Point.N3_WHOLE)
            self._count(found)
            place = replace(
                place,
                begun=None,
                part="public",
                cursor=None,
                done=begun if not self.only else place.done,
                whole_done=begun if place.whole and not self.only else place.whole_done,
            )
            tx.set_journal_place(place)
            tx.audit(AuditEvent.JOURNAL_CHECKED, object_ref=self.name, details={"entries": self.checked, **self._seen})
        step(Point.N4_DONE)
        return place

    # --- one finding -------------------------------------------------------------------------------------------------

    def finding(self, about: Concerned, note: Noted) -> NewFinding:
        """A note as a finding: severity as the house has it, its key under the organisation's own secret."""
        check = CHECKS.get(note.check)
        level = self.judge.setup.level(note.check, note.level)
        if note.check in self._demoted:
            level = Level.INFO
        basis = note.basis or (check.basis if check is not None else "")
        return NewFinding(
            key=self._hash("|".join((note.check, about.entry, note.field)), note.value),
            check_id=note.check,
            rule=note.rule,
            entry=about.entry[:200],
            number=about.number,
            enhet=about.enhet,
            field=note.field,
            masked=note.masked,
            note=note.note,
            basis=basis,
            severity=level.value,
            confidence=note.confidence,
            ruleset_sha256=self.judge.ruleset.sha256 if self.judge.ruleset is not None else "",
        )

    def _hash(self, what: str, value: str) -> str:
        message = f"{what}\n{value}".encode()
        return hmac.new(self.store.secret(), message, hashlib.sha256).hexdigest()[:32]

    def _covered(self, check: str) -> bool:
        looked = of_entries(check) or (self.files is not None and check in OF_FILES)
        return looked and self._wanted(check)

    def _wanted(self, check: str) -> bool:
        return not self.only or check in self.only

    def _count(self, found: Iterable[NewFinding]) -> None:
        for one in found:
            self._seen[one.severity] = self._seen.get(one.severity, 0) + 1


def _in_turn(judge: Judge) -> JudgeMany:
    def judge_pages(pages: Iterable[Given]) -> Iterator[list[Judged]]:
        for page in pages:
            yield judge.entries(page)

    return judge_pages


def _own(entry: PublishedEntry, sak: Sak | None) -> Journalinnfoersel | None:
    """The archive's entry behind a published one: by systemID, else by its number in the case."""
    if sak is None:
        return None
    for one in sak.innfoersler:
        if entry.system_id and one.post.system_id == entry.system_id:
            return one
    return next((one for one in sak.innfoersler if entry.number and one.post.number == entry.number), None)


def _concerned(sak: Sak, entry: Journalinnfoersel | None) -> Concerned:
    if entry is None:
        ref = sak.mappe.ref
        return Concerned(entry=ref.system_id, number=ref.saksnummer, enhet=sak.mappe.administrativ_enhet)
    return Concerned(entry=entry.post.system_id, number=entry.post.number, enhet=entry.post.enhet)


def _waits(sak: Sak, today: date) -> bool:
    """Whether time alone can make a finding in the case."""
    return any(
        (entry.post.type.value == "I" and not entry.avskrivninger and entry.post.status.value not in "UR")
        or entry.post.status.value in "FGSM"
        or (entry.post.skjerming is not None and entry.post.skjerming.temporary)
        or (entry.forfallsdato is not None and not entry.avskrivninger)
        or (today - entry.journaldato).days < 14
        for entry in sak.innfoersler
    )


def _first(pairs: Iterator[tuple[Concerned, Noted]]) -> Iterator[tuple[Concerned, Noted]]:
    for number, pair in enumerate(pairs):
        if number >= MOST:
            return
        yield pair

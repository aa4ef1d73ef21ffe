"""One journal file from its head to its end: entries, and what is wrong with the delivery itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import IO

from connectors.journalfields import day, number
from connectors.journalxml import noark4, noark5
from connectors.journalxml.records import BadXml, Node, records
from models.published import PublishedEntry, RemarkCode, ViewRemark

_WANTED = frozenset({noark5.HEAD, noark5.ENTRY, noark4.CASE})
_MOST_REMARKS = 50
"""Of one code in one file: a thousand entries outside the period are one fault, not a thousand."""


@dataclass(slots=True, kw_only=True)
class Delivery:
    """What is known of a file while it is read. ``name`` is for remarks; ``at`` when it was laid there."""

    name: str
    at: datetime
    kind: str = ""
    told: int | None = None
    start: date | None = None
    end: date | None = None
    count: int = 0
    last: tuple[int, int] | None = None
    disorder: int = 0
    remarks: list[ViewRemark] = field(default_factory=list)

    def entries(self, file: IO[bytes]) -> Iterator[PublishedEntry]:
        """Every entry in the order of the file; remarks are in :attr:`remarks` as they come, those of the whole at the end."""
        try:
            for record in records(file, _WANTED):
                yield from self._of(record)
        except BadXml as problem:
            text = f"Journalfilen kan ikke leses videre fra linje {problem.line}: {problem}."
            self._remark(RemarkCode.UNREADABLE, text, line=problem.line)
        self._ended()

    def _of(self, record: Node) -> Iterator[PublishedEntry]:
        if not self.kind:
            self._root(record)
        elif record.name == noark5.HEAD:
            self._head(record)
        else:
            found = noark4.entries(record) if record.name == noark4.CASE else noark5.entries(record)
            if not found:
                self._remark(RemarkCode.INCOMPLETE, "Registreringen har ingen journalpost i filen.", line=record.line)
            for entry in found:
                self._looked_at(entry, record.line)
                yield replace(entry, publisert=self.at)

    def _root(self, root: Node) -> None:
        self.kind = root.name
        if root.name == noark4.ROOT:
            return
        if root.name not in noark5.NAMESPACES:
            text = "Filen er ingen journal vi kjenner (offentligJournal, loependeJournal eller OFFJOURNAL)."
            self._remark(RemarkCode.UNREADABLE, text, line=root.line)
        elif root.namespace != noark5.NAMESPACES[root.name]:
            text = f"Filen har ikke navnerommet standarden fastsetter for {root.name}."
            self._remark(RemarkCode.INCOMPLETE, text, line=root.line)

    def _head(self, head: Node) -> None:
        self.told = number(head.of("antallJournalposter"))
        self.start, self.end = day(head.of("journalStartDato")), day(head.of("journalSluttDato"))

    def _looked_at(self, entry: PublishedEntry, line: int) -> None:
        self.count += 1
        at = entry.journaldato
        if at is None:
            self._remark(RemarkCode.INCOMPLETE, "Journaldato mangler eller kan ikke leses.", entry.key, line)
        elif (self.start is not None and at < self.start) or (self.end is not None and at > self.end):
            self._remark(RemarkCode.PERIOD, "Journaldatoen er utenfor perioden i journalhodet.", entry.key, line)
        if entry.journalaar is None or entry.journalsekvensnummer is None:
            return
        place = (entry.journalaar, entry.journalsekvensnummer)
        if self.last is not None and place < self.last:
            self.disorder += 1
            if self.disorder == 1:
                text = "Journalen er ikke ordnet etter journalår og journalsekvensnummer fra denne linjen."
                self._remark(RemarkCode.ORDER, text, entry.key, line)
        self.last = place

    def _ended(self) -> None:
        if self.told is not None and self.told != self.count:
            text = f"Journalhodet sier {self.told} journalposter; filen har {self.count}."
            self._remark(RemarkCode.COUNT, text)

    def _remark(self, code: RemarkCode, text: str, entry: str = "", line: int = 0) -> None:
        if sum(each.code is code for each in self.remarks) < _MOST_REMARKS:
            place = f"{self.name}:{line}" if line else self.name
            self.remarks.append(ViewRemark(code=code, text=text, entry=entry, place=place))

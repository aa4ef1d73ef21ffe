"""What caretaking says of a case, as plain data: steps to take, points for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from connectors.arkiv.settings import APPROVED_FORMATS
from models.archive import ArchiveWrite
from models.omsorg import Journalinnfoersel, Sak
from models.organisation import Organisation
from models.verdict import Verdict
from robot.caretaking.frister import Restanse


class Task(StrEnum):
    """What caretaking does; the word a person switches it on by (``omsorg.utfoer``)."""

    JOURNAL = "journalfør"
    FINISH = "ferdigstill"
    APPROVE = "godkjenn"
    WRITE_OFF = "avskriv"
    CLOSE = "avslutt"
    DEADLINE = "frist"
    DUPLICATE = "duplikat"
    MOVE = "flytt"


class Kind(StrEnum):
    """Why something is a point.

    ``missing``: it cannot be done, ``codes`` say what is missing. ``proposed``: it could be done, and nobody has switched it
    on. ``kept``: a guard of the house keeps it so. ``rule``: the rules cannot tell. ``refused``: the archive said no.
    ``doubt``: it was asked for, and the archive has not answered yet. ``told``: a finding (avvik) or a deadline (frist).
    ``unsure``: several things may be so, and a person chooses.
    """

    MISSING = "missing"
    PROPOSED = "proposed"
    KEPT = "kept"
    RULE = "rule"
    REFUSED = "refused"
    DOUBT = "doubt"
    TOLD = "told"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One write that should be made.

    ``target`` is the system id of what it changes, ``number`` its human number; ``state`` is the state it moves from: with
    what the write does they make our key, so that the same step is never two (``turn`` tells a second time apart from the
    first: the date a case was opened again; ``about`` what it concerns beside, a recipient say). Steps of a lower ``round``
    must all be done before one of a higher is asked for.
    ``auto``: the rule may act by itself.
    """

    task: Task
    target: str
    number: str
    state: str
    write: ArchiveWrite
    rule: str
    auto: bool
    turn: str = ""
    about: str = ""
    round: int = 0
    enhet: str = ""

    @property
    def role(self) -> str:
        """What the write does, for its key: the same whichever chore asks for it."""
        til = getattr(self.write, "til", "")
        return f"{self.write.kind}:{til}:{self.about}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePoint:
    """Something a person should know of. Its identity from night to night is task, kind, target and ``about``.

    ``codes`` are what is missing, sorted; ``count`` how many things stand in the way in all; ``text`` may quote the archive
    and stays in the store; ``due_on`` is a deadline. ``first_seen`` is set by the store.
    """

    task: Task
    kind: Kind
    sak: str
    saksnummer: str
    target: str
    number: str
    enhet: str = ""
    codes: tuple[str, ...] = ()
    count: int = 1
    rule: str = ""
    text: str = ""
    about: str = ""
    due_on: date | None = None

    @property
    def reason(self) -> str:
        """The codes as one word; points with the same are of one group."""
        return ",".join(self.codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class CareLimits:
    """What an installation has chosen. ``does`` are the tasks a human has switched on; empty proposes only.

    ``formats`` are the PRONOM codes of approved archive formats (noark5.md section 9). ``warn``: units are mailed of deadlines
    that are near, ``warn_to`` instead of a unit without an address; ``link`` leads to an entry in the archive.
    """

    formats: frozenset[str] = APPROVED_FORMATS
    does: frozenset[Task] = frozenset()
    warn: bool = False
    warn_to: tuple[str, ...] = ()
    link: str = ""


@dataclass(slots=True, kw_only=True)
class Ground:
    """Everything a chore may look at for one case, with verdicts made once. ``codes`` are the
    organisation's access codes, empty when not known; ``candidate`` tells whether a rule would close the
    case but for a guard; ``turns_on`` is the first day after today on
    which time alone may change a verdict; a chore that knows another day calls :meth:`look_again`."""

    sak: Sak
    today: date
    org: Organisation
    limits: CareLimits
    codes: frozenset[str]
    archives_on_close: bool
    judge_entry: Callable[[Journalinnfoersel, Sak], tuple[Verdict, date | None]]
    judge_case: Callable[[Sak], tuple[Verdict, date | None]]
    candidate: Callable[[Sak], bool]
    turns_on: date | None = None
    _entries: dict[str, Verdict] = field(default_factory=dict)
    _case: Verdict | None = None

    def entry_verdict(self, entry: Journalinnfoersel) -> Verdict:
        """What the rules about journalpost say of it."""
        known = self._entries.get(entry.post.system_id)
        if known is None:
            known, turns = self.judge_entry(entry, self.sak)
            self._entries[entry.post.system_id] = known
            self.look_again(turns)
        return known

    def case_verdict(self) -> Verdict:
        """What the rules about sak say of it."""
        if self._case is None:
            self._case, turns = self.judge_case(self.sak)
            self.look_again(turns)
        return self._case

    def look_again(self, day: date | None) -> None:
        """The case is to be judged again on that day at the latest."""
        if day is not None and day > self.today and (self.turns_on is None or day < self.turns_on):
            self.turns_on = day


Chore = Callable[[Ground], Iterator[Step | CarePoint | Restanse]]
"""One kind of work on a case. Pure; looks at the case as it is, not as other chores would make it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlan:
    """What should be done with one case, what people should know of it, and when time alone may change that."""

    sak: Sak
    steps: tuple[Step, ...] = ()
    points: tuple[CarePoint, ...] = ()
    waits: tuple[Restanse, ...] = ()
    look_again_on: date | None = None


@dataclass(slots=True, kw_only=True)
class SweepCount:
    """What one run did. ``done`` and ``points`` count by task and by «task/kind»."""

    cases: int = 0
    done: dict[str, int] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    full: bool = False
    seconds: float = 0.0

    def add(self, counts: Mapping[str, int]) -> None:
        """Adds steps that were done."""
        for name, number in counts.items():
            self.done[name] = self.done.get(name, 0) + number

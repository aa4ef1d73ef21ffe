"""Kill points: every place where the process may die, by name, so that tests can make it die just there.

``step(Point.S3_STORED)`` stands in the code where one numbered step of reliability.md section 3 has been taken (or, by its
name, is about to be). Without a watcher it costs one comparison. The crash harness (tests/journey) sets a watcher that
kills the process; a point that no run of the harness passes fails a test, and so does code that commits, flushes, renames or
calls the outside without a point near it.

==========  ====================================  ===========================================================
reliability  here                                   where
==========  ====================================  ===========================================================
S0           S0_SEEN                                robot/stages/collect.py: offers listed, nothing fetched
S1           S1_FETCHED                             robot/stages/collect.py: bytes in the spool
S2           S2_SYNCED, S2_RENAMED, S2_KEPT         models/blobs.py: file fsync, rename, folder fsync
S3, S4       S3_STORED                              robot/stages/collect.py: one commit, take-over begun in it
S5, S6       S5_TAKE_OVER …, S5_SETTLE …            robot/effects.py: before, after, noted
S7           S7_READ                                robot/journey.py: read (the text is kept with the decision)
S8           S8_JUDGED, S8_PARTS_KEPT               robot/journey.py: decided in memory; bytes of parts durable
S9, S10      S10_BEGUN                              robot/journey.py: what comes next is planned and begun, one commit
S11–S17      S11_CASE …, S13_ENTRY …,               robot/effects.py: before, after, noted, by what is written;
             S15_DOCUMENT …, S17_FINISH …           S17 is all that follows the documents up to status J
S18          S18_ARCHIVED, S18_DONE                 robot/journey.py: in the transaction of the move
S19–S21      S20_MAIL …                             forwards, notices and the report's mail; the intent (S19) is planned
                                                    in the transaction that causes it (T points)
A1, A2       A1_READ, A2_APPENDED, A2_SYNCED        robot/audit.py
A3           (T1, T2)                               robot/audit.py: how far the files go is noted in the store
R1           R1_WRITTEN, R1_SYNCED, R1_PLACED       robot/report/make.py
R2           (S20_MAIL …)                           the mail about the report is an effect like any other
N1–N4        N1_PAGE, N2_CASES, N3_WHOLE, N4_DONE   robot/journalcheck/sweep.py: a page of entries, of cases, the journal
                                                    as a whole, the end; each in one commit with its findings and place
==========  ====================================  ===========================================================

Beside these: T1, T2 around *every* commit of the store; L1, L2 around look-ups by key; C… answers carried out in the archive;
H1, H2 answers and retries; J1, J2 clock jobs; O1 orphan sweep; B1, B2 first start; and inside our own connectors
M1–M7 moves of files and mail, K1–K4 the embedded archive, P1 archive variants, D1 mail laid in a folder, U1–U4
Altinn: the source's own index, and what it tells Altinn.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """The closed list of kill points."""

    B1_MIGRATED = "B1_MIGRATED"
    B2_SEEDED = "B2_SEEDED"
    S0_SEEN = "S0_SEEN"
    S1_FETCHED = "S1_FETCHED"
    S2_SYNCED = "S2_SYNCED"
    S2_RENAMED = "S2_RENAMED"
    S2_KEPT = "S2_KEPT"
    S3_STORED = "S3_STORED"
    S5_TAKE_OVER = "S5_TAKE_OVER"
    S5_TAKEN_OVER = "S5_TAKEN_OVER"
    S6_TAKE_OVER_NOTED = "S6_TAKE_OVER_NOTED"
    S5_SETTLE = "S5_SETTLE"
    S5_SETTLED = "S5_SETTLED"
    S6_SETTLE_NOTED = "S6_SETTLE_NOTED"
    S7_READ = "S7_READ"
    S8_JUDGED = "S8_JUDGED"
    S8_PARTS_KEPT = "S8_PARTS_KEPT"
    S10_BEGUN = "S10_BEGUN"
    S11_CASE = "S11_CASE"
    S11_CASE_MADE = "S11_CASE_MADE"
    S12_CASE_NOTED = "S12_CASE_NOTED"
    S13_ENTRY = "S13_ENTRY"
    S13_ENTRY_MADE = "S13_ENTRY_MADE"
    S14_ENTRY_NOTED = "S14_ENTRY_NOTED"
    S15_DOCUMENT = "S15_DOCUMENT"
    S15_DOCUMENT_MADE = "S15_DOCUMENT_MADE"
    S16_DOCUMENT_NOTED = "S16_DOCUMENT_NOTED"
    S17_FINISH = "S17_FINISH"
    S17_FINISHED = "S17_FINISHED"
    S17_FINISH_NOTED = "S17_FINISH_NOTED"
    S18_ARCHIVED = "S18_ARCHIVED"
    S18_DONE = "S18_DONE"
    S20_MAIL = "S20_MAIL"
    S20_MAILED = "S20_MAILED"
    S21_MAIL_NOTED = "S21_MAIL_NOTED"
    C1_CARE = "C1_CARE"
    C1_CARED = "C1_CARED"
    C2_CARE_NOTED = "C2_CARE_NOTED"
    L1_LOOK_UP = "L1_LOOK_UP"
    L2_LOOKED_UP = "L2_LOOKED_UP"
    T1_BEFORE_COMMIT = "T1_BEFORE_COMMIT"
    T2_COMMITTED = "T2_COMMITTED"
    H1_ANSWERED = "H1_ANSWERED"
    H2_RETRIED = "H2_RETRIED"
    J1_CLAIMED = "J1_CLAIMED"
    J2_RUN = "J2_RUN"
    O1_SWEPT = "O1_SWEPT"
    A1_READ = "A1_READ"
    A2_APPENDED = "A2_APPENDED"
    A2_SYNCED = "A2_SYNCED"
    R1_WRITTEN = "R1_WRITTEN"
    R1_SYNCED = "R1_SYNCED"
    R1_PLACED = "R1_PLACED"
    N1_PAGE = "N1_PAGE"
    N2_CASES = "N2_CASES"
    N3_WHOLE = "N3_WHOLE"
    N4_DONE = "N4_DONE"
    M1_LINKED = "M1_LINKED"
    M2_MOVED = "M2_MOVED"
    M3_FLAGGED = "M3_FLAGGED"
    M4_COPIED = "M4_COPIED"
    M5_DELETED = "M5_DELETED"
    M6_EXPUNGED = "M6_EXPUNGED"
    M7_MAIL_MOVED = "M7_MAIL_MOVED"
    K1_LINKED = "K1_LINKED"
    K2_KEPT = "K2_KEPT"
    K3_BEFORE_COMMIT = "K3_BEFORE_COMMIT"
    K4_COMMITTED = "K4_COMMITTED"
    P1_CONVERTED = "P1_CONVERTED"
    D1_WRITTEN = "D1_WRITTEN"
    U1_INDEXED = "U1_INDEXED"
    U2_CONFIRMED = "U2_CONFIRMED"
    U3_MARKED_READ = "U3_MARKED_READ"
    U4_COMPLETED = "U4_COMPLETED"


_watcher: Callable[[Point], None] | None = None


def step(point: Point) -> None:
    """Says that this point is passed now. Does nothing outside the crash harness."""
    if _watcher is not None:
        _watcher(point)


def watch(watcher: Callable[[Point], None] | None) -> None:
    """Sets who hears of every point in this process; None: nobody. For the crash harness only."""
    global _watcher
    _watcher = watcher

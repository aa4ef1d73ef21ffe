"""I3: never doubled, asked of the archive itself."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from connectors.contract import Archive
from models.archive import Done, JournalQuery, OurKey, SakQuery
from models.keys import with_role
from models.store import Store
from models.store.verify_reads import PAGE, VerifyReads
from robot.verify.model import Invariant

CASES_BACK_S = 31 * 86_400.0
"""Cases asked for in this time are looked up by key; older ones only when they were ever sent in doubt."""


def never_doubled(reads: VerifyReads, store: Store, archive: Archive) -> Invariant:
    """I3: each of our keys has at most one journalpost and one case in the archive, and every journaled post has its own.

    The archive is read after the snapshot of our own tables was taken: what is noted there, must be here.

    Raises:
        OutOfReach, TryLater: the archive cannot be asked.
    """
    found = Invariant("I3")
    # A database of its own that lives in a temporary file once it outgrows SQLite's cache: memory stays flat.
    with closing(sqlite3.connect("")) as seen:
        seen.execute("CREATE TABLE entry (key TEXT, system_id TEXT, PRIMARY KEY (key, system_id)) WITHOUT ROWID")
        for entries in _pages(archive):
            seen.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?)", entries)
        found.checked = seen.execute("SELECT count(*) FROM entry").fetchone()[0]
        for key, number in seen.execute("SELECT key, count(*) FROM entry GROUP BY key HAVING count(*) > 1"):
            found.fail(f"{_post(reads, key)}: {number} journalposter med nøkkelen {key}")
        _strangers(reads, store, seen, found)
        for post, key, system_id in reads.with_journalpost():
            jp = with_role(key, "jp")
            if seen.execute("SELECT 1 FROM entry WHERE key = ? AND system_id = ?", (jp, system_id)).fetchone() is None:
                found.fail(f"{post}: journalposten {system_id} finnes ikke i arkivet")
    _cases(reads, archive, found)
    return found


def _pages(archive: Archive) -> Iterator[list[tuple[str, str]]]:
    after: str | None = None
    while True:
        page = archive.journalposter(JournalQuery(our_keys_only=True), after)
        yield [(entry.our_key, entry.system_id) for entry in page.entries]
        if page.next is None:
            return
        after = page.next


def _post(reads: VerifyReads, key: str) -> str:
    known = reads.journalposts_of([key.rpartition("-")[0]])
    return next(iter(known.values()))[0] if known else "ukjent post"


def _strangers(reads: VerifyReads, store: Store, seen: sqlite3.Connection, found: Invariant) -> None:
    """Journalposter under our key that no post of ours answers for, or that is another than the post says."""
    cursor = seen.execute("SELECT key, system_id FROM entry ORDER BY key")
    while page := cursor.fetchmany(PAGE):
        entries = {key: system_id for key, system_id in page if key.endswith("-jp")}
        known = reads.journalposts_of([key.rpartition("-")[0] for key in entries])
        fresh: dict[str, tuple[str, str | None]] = {}
        missing = [base for key in entries if (base := key.rpartition("-")[0]) not in known]
        if missing:  # taken in after our snapshot was taken, perhaps
            with store.read() as now:
                fresh = VerifyReads(now.conn, now=now.now).journalposts_of(missing)
        for key, system_id in entries.items():
            post = known.get(key.rpartition("-")[0]) or fresh.get(key.rpartition("-")[0])
            if post is None:
                found.fail(f"journalpost {system_id} har vår nøkkel {key}, men ingen post hører til den")
            elif post[1] not in (None, system_id) and not _has(seen, key, str(post[1])):
                found.fail(f"{post[0]}: arkivet har journalpost {system_id}, posten sier {post[1]}")


def _has(seen: sqlite3.Connection, key: str, system_id: str) -> bool:
    found = seen.execute("SELECT 1 FROM entry WHERE key = ? AND system_id = ?", (key, system_id)).fetchone()
    return found is not None


def _cases(reads: VerifyReads, archive: Archive, found: Invariant) -> None:
    if "our_key" not in archive.capabilities.finds_by:
        return
    for key, locator in reads.case_keys(since=reads.now - CASES_BACK_S):
        found.checked += 1
        answered = json.loads(locator)["system_id"] if locator else ""
        cases = [case.ref.system_id for case in archive.find_saksmapper(SakQuery(our_key=OurKey(key)))]
        if len(cases) > 1:
            found.fail(f"{len(cases)} saker med nøkkelen {key}: {', '.join(cases)}")
        elif answered not in cases and not isinstance(archive.outcome(OurKey(key)), Done):
            found.fail(f"saken {answered} med nøkkelen {key} finnes ikke i arkivet")

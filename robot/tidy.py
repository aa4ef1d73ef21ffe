"""Files that no row needs: left by a crash between fsync and commit (S2–S3), or let go by the rules of retention.

Strays are swept after a day. A file is removed only under the store's write lock, after asking once more who needs it; whoever
adopts a file asks in its own transaction whether it is still there (collect, journey). So no new row can name what has gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.audit import AuditEvent
from models.steps import Point, step
from models.store import Store
from robot.lock import may_remove
from robot.report.make import report_folder

ORPHAN_AGE_S = 86_400.0


def sweep_orphans(store: Store, *, older_than_s: float = ORPHAN_AGE_S) -> int:
    """Removes blobs that no document row and no decision names, and reports a crash left half-written (step R1), when they
    are older than a day. One audit event, with count.

    Raises:
        TryLater: a backup is being taken.
    """
    with may_remove(store.folder):
        since = store.now()
        old: dict[str, Path] = {}
        with store.read() as reads:
            # Folder by folder, then decision by decision: never all names of all posts at once.
            for folder in sorted(store.blobs.folder.iterdir()):
                aged = _aged(folder, store.now() - older_than_s) if folder.is_dir() else {}
                named = reads.documents_among(aged)
                old.update({sha256: path for sha256, path in aged.items() if sha256 not in named})
            for sha256 in reads.decided_hashes() if old else ():
                old.pop(sha256, None)
        count = remove_unneeded(store, old, decided_since=since) + _unfinished_reports(store, older_than_s)
    if count:
        with store.write() as tx:
            tx.audit(AuditEvent.ORPHANS_SWEPT, details={"files": count})
    return count


def _aged(folder: Path, before: float) -> dict[str, Path]:
    """The files of one folder of the blob store that were written before that time, by hash."""
    return {folder.name + path.name: path for path in sorted(folder.iterdir()) if path.stat().st_mtime <= before}


def remove_unneeded(store: Store, files: Mapping[str, Path], *, decided_since: float) -> int:
    """Removes those of ``files`` (by hash) that nobody needs now; returns how many were there.

    The caller has seen that no decision made before ``decided_since`` needs them.
    """
    count = 0
    if files:
        with store.write() as tx:
            tx.hold_chain()
            needed = tx.documents_among(files) | set(tx.decided_by(since=decided_since))
            for path in (path for sha256, path in files.items() if sha256 not in needed and path.exists()):
                path.unlink()
                count += 1
    step(Point.O1_SWEPT)
    return count


def _unfinished_reports(store: Store, older_than_s: float) -> int:
    """What was to become a report and names people; the report itself has been written anew since."""
    old = [path for path in report_folder(store).glob(".*.part") if store.now() - path.stat().st_mtime >= older_than_s]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)

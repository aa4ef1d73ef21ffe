"""Files that no row names: left by a crash between fsync and commit (S2–S3). Swept after a day."""

from __future__ import annotations

from models.audit import AuditEvent
from models.steps import Point, step
from models.store import Store

ORPHAN_AGE_S = 86_400.0


def sweep_orphans(store: Store, *, older_than_s: float = ORPHAN_AGE_S) -> int:
    """Removes blobs that no document row and no decision names and that are older than a day. One audit event, with count."""
    with store.read() as reads:
        named = reads.referenced_hashes() | reads.decided_hashes()
    count = 0
    for folder in sorted(store.blobs.folder.iterdir()):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if folder.name + path.name in named or store.now() - path.stat().st_mtime < older_than_s:
                continue
            path.unlink(missing_ok=True)
            count += 1
    step(Point.O1_SWEPT)
    if count:
        with store.write() as tx:
            tx.audit(AuditEvent.ORPHANS_SWEPT, details={"files": count})
    return count

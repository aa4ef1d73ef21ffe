"""The audit chain: what an event is, and how its hash is made. Only the standard library, so that anyone can check it.

``hash = SHA-256(b"postrobot-audit-1\\n" + prev_hash + canonical JSON of the row without its hash)``, hashes as lower-case
hex, the first event's ``prev_hash`` 64 zeros. Canonical: UTF-8, sorted keys, no spaces, strings and integers only
(a subset of RFC 8785). No names, subjects, numbers of persons or text: ids, codes, counts and hashes. One exception:
``ruleset_in_force`` names the commit and its author where a rule layer is kept in git.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum

DOMAIN_TAG = b"postrobot-audit-1\n"
GENESIS = "0" * 64

FIELDS = (
    "seq",
    "ts_utc",
    "tenant",
    "actor",
    "event",
    "item_id",
    "object_ref",
    "reason_code",
    "rule_id",
    "ruleset_sha256",
    "software_version",
    "details",
    "prev_hash",
)


class AuditEvent(StrEnum):
    """The closed list of events. The first group are the state changes: exactly one for each (I9)."""

    RECEIVED = "received"
    DECIDED = "decided"
    ARCHIVED = "archived"
    DONE = "done"
    SET_ASIDE = "set_aside"
    REOPENED = "reopened"
    # Beside the states.
    TAKEN_OVER = "taken_over"
    EFFECT_DONE = "effect_done"
    EFFECT_REFUSED = "effect_refused"
    EFFECT_UNKNOWN = "effect_unknown"
    ANSWERED = "answered"
    RULESET_IN_FORCE = "ruleset_in_force"
    RULESET_REFUSED = "ruleset_refused"
    REPORT_MADE = "report_made"
    CONVERTED = "converted"
    DAEMON_STARTED = "daemon_started"
    DAEMON_STOPPED = "daemon_stopped"
    CONNECTION_LOST = "connection_lost"
    CONNECTION_BACK = "connection_back"
    PAUSED = "paused"
    RESUMED = "resumed"
    ORPHANS_SWEPT = "orphans_swept"
    # Retention and disaster. ``content_purged``: one for each post; ``details.documents`` lists the hashes that went with it.
    CONTENT_PURGED = "content_purged"
    BACKED_UP = "backed_up"
    RESTORED = "restored"
    # Caretaking: a step was decided; ``object_ref`` is the key of its effect.
    CARE_DECIDED = "care_decided"
    # Language: a pipeline went to work; ``object_ref`` is its hash, ``details.how`` trained or rolled_back.
    PIPELINE_IN_FORCE = "pipeline_in_force"
    # The check of the public journal: a sweep came through; counts by severity.
    JOURNAL_CHECKED = "journal_checked"
    # Viruses. ``object_ref`` is the hash of the bytes, ``details.signature`` what was found in them.
    ALARM_RAISED = "alarm_raised"
    ALARM_OVER = "alarm_over"
    QUARANTINED = "quarantined"
    RELEASED = "released"


STATE_EVENTS = frozenset(
    {
        AuditEvent.RECEIVED,
        AuditEvent.DECIDED,
        AuditEvent.ARCHIVED,
        AuditEvent.DONE,
        AuditEvent.SET_ASIDE,
        AuditEvent.REOPENED,
    }
)


def canonical(row: Mapping[str, object]) -> str:
    """The row as canonical JSON, without ``hash``. ``details`` is a mapping of strings and integers, or lists of them."""
    plain = {name: row[name] for name in FIELDS}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def row_hash(row: Mapping[str, object]) -> str:
    """The hash of one event, over its ``prev_hash`` and its canonical form."""
    digest = hashlib.sha256(DOMAIN_TAG)
    digest.update(str(row["prev_hash"]).encode())
    digest.update(canonical(row).encode())
    return digest.hexdigest()

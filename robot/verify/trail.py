"""I9 (the chain), I11, I14, I16 and I17: what the audit and the clock jobs say, event by event."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice

from models.audit import AuditEvent
from models.keys import post_keys
from models.reasons import ReasonCode
from models.store import Store
from models.store.verify_reads import VerifyReads
from robot.audit import Verified, table_rows, verify_store
from robot.verify.model import Invariant

MOST_ALIKE = 1000
"""So many posts alike in all that tells posts apart are looked through for a key."""

LONGEST_JOB_S = 86_400.0
"""A clock job that has run this long belongs to a process that is gone."""

_SHAPES = {
    "actor": re.compile(r"[a-z]+(:[0-9a-f]{16})?"),
    "item_id": re.compile(r"(\d{4}-\d\d-\d\d-\d{4,})?"),
    "object_ref": re.compile(r"[\w.:/+-]{0,120}"),
    "rule_id": re.compile(r"[\w.:/-]{0,200}"),
    "ruleset_sha256": re.compile(r"([0-9a-f]{64})?"),
    "software_version": re.compile(r"[\w.+!-]{1,40}"),
}
_WORD = re.compile(r"[\w.:/+-]{0,200}")
_HASH = re.compile(r"[0-9a-f]{64}")
_OF_RULES = (AuditEvent.RULESET_IN_FORCE, ("author", "commit"))
"""Who committed the rules that came into force, as git says it: an employee in office, never anybody from the post."""
# Eleven digits, also when they are written in groups: a number of a person or an account.
_NUMBER = re.compile(r"(?<![\da-f])\d{6}[ .]?\d{5}(?![\da-f])|(?<![\da-f])\d{4}\.\d{2}\.\d{5}(?![\da-f])")


class EventChecks:
    """The invariants that each event answers for itself."""

    def __init__(self, orgnr: str) -> None:
        self._orgnr = orgnr
        self.clean = Invariant("I14")
        self.apart = Invariant("I16")
        self.timed = Invariant("I17")

    def look_at_all(self, events: Iterable[Mapping[str, object]]) -> None:
        """Every event."""
        for event in events:
            self.clean.checked += 1
            fault = unclean(event)
            if fault:
                self.clean.fail(f"hendelse {event['seq']}: {fault}")
            self.apart.checked += 1
            if event["tenant"] != self._orgnr:
                self.apart.fail(f"hendelse {event['seq']}: hører til en annen organisasjon")
            self.timed.checked += 1
            if not _is_utc(str(event["ts_utc"])):
                self.timed.fail(f"hendelse {event['seq']}: tiden er ikke UTC")


def unclean(event: Mapping[str, object]) -> str:
    """What in an event is not an id, a code, a count or a hash; empty: it is clean. Says where, never what."""
    for name, shape in _SHAPES.items():
        if not shape.fullmatch(str(event[name])) or _NUMBER.search(str(event[name])):
            return f"feltet {name} har noe annet enn en id eller kode"
    reason = event["reason_code"]
    if reason and reason not in ReasonCode._value2member_map_:
        return "grunnen står ikke i den lukkede listen"
    if event["event"] not in AuditEvent._value2member_map_:
        return "hendelsen står ikke i den lukkede listen"
    details = event["details"]
    if not isinstance(details, Mapping):
        return "detaljene har feil form"
    for name, value in details.items():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, int):
                continue
            of_rules = event["event"] == _OF_RULES[0] and name in _OF_RULES[1]
            clean = isinstance(one, str) and (of_rules or _WORD.fullmatch(one))
            if not clean or (not _HASH.fullmatch(one) and _NUMBER.search(one)):
                return f"detaljen {name} har noe annet enn en id, kode eller hash"
    return ""


def _is_utc(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).utcoffset() == timedelta(0)
    except ValueError:
        return False


def chain_whole(store: Store, into: Invariant) -> None:
    """I9, second half: the chain verifies, in the table and in the exported files."""
    chains = Verified()
    verify_store(store, chains)
    for orgnr, chain in chains.organisations.items():
        if chain.first_bad_seq is not None:
            into.fail(f"{orgnr}: hendelse {chain.first_bad_seq}: {chain.problem}")


def events_clean(store: Store) -> EventChecks:
    """I14, and what the events say of I16 and I17."""
    checks = EventChecks(store.orgnr)
    checks.look_at_all(table_rows(store))
    return checks


def keys_are_ours(reads: VerifyReads, orgnr: str, into: Invariant) -> None:
    """I16: every post's key is made with this organisation's number, so that none of another's stands here."""
    for trail_id, source, identity, key in reads.keys_made():
        into.checked += 1
        if key not in islice(post_keys(organisation=orgnr, source=source, identity=identity), MOST_ALIKE):
            into.fail(f"{trail_id}: nøkkelen er laget for en annen organisasjon")


def one_leader(reads: VerifyReads) -> Invariant:
    """I11: no clock job hangs in a process that is gone (a slot itself is claimed once, by its unique key)."""
    found = Invariant("I11")
    for job, slot, state, started_at in reads.job_runs():
        found.checked += 1
        if state == "running" and started_at < reads.now - LONGEST_JOB_S:
            found.fail(f"jobben {job} for {slot} har gått i over et døgn")
    return found


def once_a_date(reads: VerifyReads, into: Invariant) -> None:
    """I17: a clock job ran once for each local date and clock time, on the 25-hour day too."""
    last: tuple[str, str] = ("", "")
    for job, slot, _, _ in reads.job_runs():
        into.checked += 1
        local = (job, slot[:16])
        if local == last:
            into.fail(f"jobben {job} gikk to ganger for {slot[:16]}")
        last = local

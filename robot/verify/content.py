"""I1, I7, I10 and I12: what was received and what became of it, as bytes and decisions."""

from __future__ import annotations

from models.decision import Way
from models.facts import Unknown
from models.noark import Journalstatus
from models.store import Store
from models.store.verify_reads import Kept, VerifyReads
from robot.verify.model import Invariant
from rules.layers import digest


def nothing_lost(reads: VerifyReads, store: Store) -> Invariant:
    """I1: the original bytes of every document are there with their hash, and those of parts on their way to the archive.

    What was purged by the rules of retention is kept by its event; what is on the disk all the same must be whole.
    """
    found = Invariant("I1")
    for one in reads.originals():
        found.checked += 1
        if not store.blobs.has(one.sha256):
            if one.needed or not reads.purged_by_event(one.sha256):
                found.fail(f"{one.post}: filen {one.sha256} mangler")
        elif not store.blobs.intact(one.sha256):
            found.fail(f"{one.post}: filen {one.sha256} er endret")
    for post, sha256 in reads.documents_on_the_way():
        found.checked += 1
        if not store.blobs.intact(sha256):
            found.fail(f"{post}: filen {sha256}, som arkivet skal få, mangler eller er endret")
    return found


def original_kept(reads: VerifyReads) -> Invariant:
    """I7: every decision names the rule set it was made by, and that set's files are kept."""
    found = Invariant("I7")
    found.checked, without = reads.decisions_without_rules()
    for post, sha256 in without:
        found.fail(f"{post}: regelsettet {sha256[:12] or '(ikke nevnt)'} er ikke bevart")
    return found


def fail_closed(reads: VerifyReads) -> Invariant:
    """I10: what could not be read, or searched for sensitive data, was never opened, sent on or dismissed without a human."""
    found = Invariant("I10")
    for kept in reads.kept_decisions():
        found.checked += 1
        how = _opened(kept)
        if how:
            found.fail(f"{kept.post}: {how}, enda ikke alt kunne leses")
    return found


def _opened(kept: Kept) -> str:
    """What an automatic decision did that needed everything to be read, where not everything was; empty: all is well."""
    decision = kept.decision
    by_a_person = any(reason.source.startswith("answer:") for reason in decision.because)
    unread = any(isinstance(kept.facts.get(name), Unknown) for name in ("tekst", "funn"))
    if by_a_person or not unread:
        return ""
    if decision.way is Way.FORWARD:
        return "videresendt av roboten"
    if decision.way is Way.DISMISS:
        return "avvist av roboten"
    if decision.journalpost is None:
        return ""
    if decision.journalpost.skjerming is None:
        return "åpen for innsyn"
    return "journalført (J) av roboten" if decision.journalpost.status is Journalstatus.JOURNALFOERT else ""


def rules_whole(reads: VerifyReads) -> Invariant:
    """I12: every rule set that was in force is kept whole: its files give its hash again."""
    found = Invariant("I12")
    for sha256 in reads.rulesets():
        found.checked += 1
        if digest(reads.stored_ruleset(sha256) or {}) != sha256:
            found.fail(f"regelsettet {sha256[:12]} er endret etter at det trådte i kraft")
    return found

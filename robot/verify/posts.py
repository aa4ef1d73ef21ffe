"""I2, I4, I5, I6, I8 and I9: every post's way, by its row, its effects and its events; one pass over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.audit import STATE_EVENTS
from models.post import State
from models.store.effect_tx import EffectKind, EffectState
from models.store.post_reads import ENDS, WORKING
from models.store.verify_reads import Trail, VerifyReads
from robot.effects import LOOKUP_WAITS_S, TRY_LIMIT
from robot.verify.model import Invariant

OVERDUE_S = 3600.0
"""A post that has been due this long without being walked is stuck (or nothing is running)."""

MUST_BE_KNOWN = (EffectKind.ARCHIVE, EffectKind.FORWARD)


class PostChecks:
    """The invariants that each post answers for itself."""

    def __init__(self, *, now: float, rulesets: frozenset[str]) -> None:
        self._now = now
        self._rulesets = rulesets
        self.ends = Invariant("I2")
        self.told_after = Invariant("I4")
        self.never_blocks = Invariant("I5")
        self.never_guessed = Invariant("I6")
        self.explained = Invariant("I8")
        self.audited = Invariant("I9")

    def look_at_all(self, reads: VerifyReads) -> None:
        """Every post, and every post that only the audit knows."""
        for trail in reads.trails():
            self._end(trail)
            self._told(trail)
            self._limits(trail)
            self._known(trail)
            self._explained(trail)
            self._audited(trail)
        for item_id in reads.events_without_post():
            self.audited.fail(f"{item_id}: mottatt etter revisjonen, men posten finnes ikke")

    def _end(self, trail: Trail) -> None:
        """I2: one state; an end has its outcome or reason, and no lease; nothing that is due lies untouched."""
        row, found = trail.row, self.ends
        found.checked += 1
        before = self._now - OVERDUE_S
        if row["state"] not in State._value2member_map_:
            found.fail(f"{row['id']}: ukjent tilstand «{row['state']}»")
        elif row["state"] in WORKING and row["next_try_at"] < before and row["stored_at"] < before:
            leased = row["lease_until"] is not None and row["lease_until"] >= before
            if not leased:
                found.fail(f"{row['id']}: har ligget urørt i over en time")
        elif row["state"] == State.DONE and not row["outcome"]:
            found.fail(f"{row['id']}: ferdig uten utfall")
        elif row["state"] == State.SET_ASIDE and not row["reason"]:
            found.fail(f"{row['id']}: satt til side uten grunn")

    def _told(self, trail: Trail) -> None:
        """I4: by the audit's order, the source heard that we have it only after we had, and the rest only after that."""
        seen: set[str] = set()
        for event in trail.events:
            kind = event["event"]
            if kind == "taken_over":
                self.told_after.checked += 1
                if "received" not in seen:
                    self.told_after.fail(f"{trail.row['id']}: kilden fikk beskjed før posten var lagret")
                elif not trail.documents:
                    self.told_after.fail(f"{trail.row['id']}: kilden fikk beskjed, men ingen dokumenter er lagret")
            elif kind == "effect_done" and event["details"].get("kind") == "settle":
                self.told_after.checked += 1
                if not seen & {"archived", "decided"}:
                    self.told_after.fail(f"{trail.row['id']}: kilden fikk vite utfallet før det var avgjort")
            seen.add(kind)

    def _limits(self, trail: Trail) -> None:
        """I5: what has used up its tries goes to a person, and what has ended holds nothing."""
        row, found = trail.row, self.never_blocks
        found.checked += 1
        if row["state"] in ENDS and row["lease_token"] is not None:
            found.fail(f"{row['id']}: ferdig, men holdes fortsatt av en arbeider")
        for key, _, state, tries, lookups in trail.effects:
            tired = state == EffectState.PLANNED and tries > TRY_LIMIT
            if tired or (state == EffectState.UNKNOWN and lookups > len(LOOKUP_WAITS_S) + 1):
                found.fail(f"{row['id']}: {key} prøves på nytt etter grensen")

    def _known(self, trail: Trail) -> None:
        """I6: nothing is over while a write is in doubt, and nothing was done twice."""
        row, found = trail.row, self.never_guessed
        for key, kind, state, _, _ in trail.effects:
            if kind not in MUST_BE_KNOWN:
                continue
            found.checked += 1
            doubt = state in (EffectState.UNKNOWN, EffectState.PENDING)
            unfinished = state != EffectState.DONE and row["outcome"] == "archived" and kind == EffectKind.ARCHIVE
            if row["state"] == State.DONE and (doubt or unfinished):
                found.fail(f"{row['id']}: ferdig, men {key} er {state}")
        done: set[str] = set()
        for event in trail.events:
            if event["event"] == "effect_done":
                if event["object_ref"] in done:
                    found.fail(f"{row['id']}: {event['object_ref']} er utført to ganger")
                done.add(event["object_ref"])

    def _explained(self, trail: Trail) -> None:
        """I8: every automatic decision has its event, with grounds and the rule set, and its inputs beside it."""
        row, found = trail.row, self.explained
        decided = [event for event in trail.events if "because" in event["details"]]
        found.checked += len(decided)
        for event in decided:
            if not event["details"]["because"] or event["ruleset_sha256"] not in self._rulesets:
                found.fail(f"{row['id']}: hendelse {event['seq']} sier ikke hvorfor")
        if len(decided) != trail.decisions:
            found.fail(f"{row['id']}: {trail.decisions} avgjørelser, men {len(decided)} hendelser om dem")

    def _audited(self, trail: Trail) -> None:
        """I9: every state change has exactly one event, each going on where the last one left."""
        row, found = trail.row, self.audited
        state = ""
        for event in trail.events:
            if event["event"] not in STATE_EVENTS:
                continue
            found.checked += 1
            before, after = _change(event)
            if before != state:
                found.fail(f"{row['id']}: hendelse {event['seq']} går ut fra «{before}», ikke «{state}»")
            state = after
        if state != row["state"]:
            found.fail(f"{row['id']}: revisjonen ender på «{state}», posten er «{row['state']}»")


def _change(event: Mapping[str, Any]) -> tuple[str, str]:
    if event["event"] == "received":
        return "", State.RECEIVED.value
    return str(event["details"].get("from", "?")), str(event["details"].get("to", "?"))

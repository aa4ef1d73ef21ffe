"""The closed list of reason codes. Each has a Norwegian text in ``robot/texts.py`` and a line in the docs."""

from __future__ import annotations

from enum import StrEnum


class ReasonCode(StrEnum):
    """Why a post was set aside or dismissed. Codes go to audit and log; their texts are in the text catalogue."""

    # Scanning for viruses.
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"
    # Reading: what a main document ended in.
    EMPTY = "empty"
    NOT_A_MESSAGE = "not_a_message"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    UNSUPPORTED_TYPE = "unsupported_type"
    DOCTYPE_REFUSED = "doctype_refused"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    TOO_MANY_PARTS = "too_many_parts"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASH = "crash"
    OUTPUT_LIMIT = "output_limit"
    # Judging and deciding.
    NO_RULE = "no_rule"
    RULES_DISAGREE = "rules_disagree"
    RULE_UNKNOWN = "rule_unknown"
    RULE_TO_HUMAN = "rule_to_human"
    PROPOSAL = "proposal"
    VALUE_MISSING = "value_missing"
    VALUE_AMBIGUOUS = "value_ambiguous"
    CASE_MISSING = "case_missing"
    CASE_AMBIGUOUS = "case_ambiguous"
    CASE_CLOSED = "case_closed"
    SENDER_NOT_IN_CASE = "sender_not_in_case"
    FIELDS_MISSING = "fields_missing"
    PART_UNREAD = "part_unread"
    FORWARD_BLOCKED = "forward_blocked"
    # Archive, forward and settle.
    ARCHIVE_REFUSED = "archive_refused"
    ARCHIVE_SILENT = "archive_silent"
    AMBIGUOUS_WRITE = "ambiguous_write"
    FORWARD_FAILED = "forward_failed"
    SETTLE_FAILED = "settle_failed"
    BUG = "bug"
    # Dismissals: the words a rule may use as ``avvis: {grunn: …}``.
    REKLAME = "reklame"
    SPAM = "spam"
    PRIVAT = "privat"
    FEILSENDT = "feilsendt"
    AUTOMATISK_SVAR = "automatisk_svar"
    RETURMELDING = "returmelding"
    LESEKVITTERING = "lesekvittering"
    KALENDER = "kalender"
    TOM = "tom"
    DUPLIKAT = "duplikat"
    ARKIVAVGRENSNING = "arkivavgrensning"

    @property
    def dismissal(self) -> bool:
        """Whether a rule or a reviewer may dismiss post with this code."""
        return self in DISMISSALS


DISMISSALS = frozenset(
    {
        ReasonCode.REKLAME,
        ReasonCode.SPAM,
        ReasonCode.PRIVAT,
        ReasonCode.FEILSENDT,
        ReasonCode.AUTOMATISK_SVAR,
        ReasonCode.RETURMELDING,
        ReasonCode.LESEKVITTERING,
        ReasonCode.KALENDER,
        ReasonCode.TOM,
        ReasonCode.DUPLIKAT,
        ReasonCode.ARKIVAVGRENSNING,
    }
)

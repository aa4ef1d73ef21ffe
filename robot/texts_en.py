"""English. What is missing here is shown in bokmål."""

# ruff: noqa: E501 (a table: one text a line reads best)

from __future__ import annotations

from collections.abc import Mapping

from models.reasons import ReasonCode as R

_LOOK = "Look at the original with «postrobot review show POST»"
_NOTHING = "Nothing; the post has been dismissed."

REASONS: Mapping[R, tuple[str, str]] = {
    R.INFECTED: ("A virus or other harmful code", "Do not open it. Dismiss it with «postrobot review dismiss POST --grunn spam». If the finding is wrong, have IT mend the scanner, and run «postrobot review release POST»."),
    R.NOT_SCANNED: ("Not scanned for viruses", "Have IT look at the virus scanner («postrobot check --nett»), and run «postrobot retry POST»."),
    R.EMPTY: ("Empty document", f"{_LOOK}. Ask the sender to send again, or dismiss it."),
    R.NOT_A_MESSAGE: ("Not a readable e-mail", f"{_LOOK}, and register it by hand, or dismiss it."),
    R.DAMAGED: ("The document is damaged", f"{_LOOK}. Ask the sender to send again, or register the original as it is."),
    R.ENCRYPTED: ("The document is locked or encrypted", "Ask the sender to send without password, or register the original as it is."),
    R.UNSUPPORTED_TYPE: ("A format the robot cannot read", f"{_LOOK}, and register it by hand."),
    R.DOCTYPE_REFUSED: ("XML with a DOCTYPE is not read", f"{_LOOK}. Such files may be made to harm; ask IT when the sender is unknown."),
    R.TOO_LARGE: ("Over the size limit", "Register the original by hand, or ask IT to raise the limit in [robot.grenser]."),
    R.TOO_DEEP: ("Nested too deep", f"{_LOOK}, and register it by hand."),
    R.TOO_MANY_PARTS: ("Too many parts or attachments", f"{_LOOK}, and register it by hand."),
    R.TIMEOUT: ("Reading took too long", "Try again with «postrobot retry POST», or register it by hand."),
    R.MEMORY: ("Reading took too much memory", "Register it by hand, or ask IT to raise the memory limit in [robot.grenser]."),
    R.CRASH: ("The reader stopped", "Try again with «postrobot retry POST». If it happens again, register it by hand and tell IT."),
    R.OUTPUT_LIMIT: ("More text than the limit", "Register it by hand, or ask IT to raise the limit in [robot.grenser]."),
    R.NO_RULE: ("No rule matched", "Register with «postrobot review correct POST», and consider a new rule."),
    R.RULES_DISAGREE: ("Two rules disagree", "Choose with «postrobot review correct POST», and give one rule a higher priority."),
    R.RULE_UNKNOWN: ("A rule could not be decided", "Something it rests on could not be read. See what with «postrobot explain POST», and decide."),
    R.RULE_TO_HUMAN: ("The rule asks for a person", f"{_LOOK}, and decide."),
    R.PROPOSAL: ("A proposal waiting for an answer", "Accept with «postrobot review approve POST», or change with «postrobot review correct POST»."),
    R.VALUE_MISSING: ("A value the rule needs was not found", "Fill it in with «postrobot review correct POST»."),
    R.VALUE_AMBIGUOUS: ("Several different values were found", "Choose the right one with «postrobot review correct POST»."),
    R.CASE_MISSING: ("The case does not exist", "Give the right case with «postrobot review correct POST», or open it in the archive first."),
    R.CASE_AMBIGUOUS: ("Several open cases fit", "Choose the case with «postrobot review correct POST»."),
    R.CASE_CLOSED: ("The case is closed", "Reopen it in the archive and run «postrobot retry POST», or choose another case."),
    R.SENDER_NOT_IN_CASE: ("The sender is not known to the case", "Check that the case is right, and approve or correct the proposal."),
    R.FIELDS_MISSING: ("Obligatory fields are missing", "Fill in what is missing with «postrobot review correct POST»."),
    R.PART_UNREAD: ("An attachment could not be read", f"{_LOOK}, check the attachment, and approve or correct the proposal."),
    R.FORWARD_BLOCKED: ("May not be forwarded by ordinary e-mail", "It holds information that needs a secure channel. Send it another way, or register it."),
    R.ARCHIVE_REFUSED: ("The archive refused it", "Correct what the archive points at, and run «postrobot retry POST»."),
    R.ARCHIVE_SILENT: ("The archive does not answer", "Check the connection with «postrobot check --nett», and run «postrobot retry POST»."),
    R.AMBIGUOUS_WRITE: ("Unknown whether the archive got it", "Search the archive for it before trying again with «postrobot retry POST»."),
    R.FORWARD_FAILED: ("The forward was refused", "Check the address, and run «postrobot retry POST» or «postrobot review forward POST»."),
    R.SETTLE_FAILED: ("The source could not be tidied", "The post is registered. Check the rights in the source, and run «postrobot retry POST»."),
    R.BUG: ("A fault in the robot", "The original is safe. Tell IT, and run «postrobot retry POST» after an update."),
    R.REKLAME: ("Advertising", _NOTHING),
    R.SPAM: ("Spam", _NOTHING),
    R.PRIVAT: ("Private post", f"{_NOTHING} Hand it to whom it concerns."),
    R.FEILSENDT: ("Sent to the wrong place", f"{_NOTHING} Tell the sender where that is called for."),
    R.AUTOMATISK_SVAR: ("Automatic reply", _NOTHING),
    R.RETURMELDING: ("Bounce", f"{_NOTHING} Check the address the letter was sent to."),
    R.LESEKVITTERING: ("Read receipt", _NOTHING),
    R.KALENDER: ("Calendar invitation", _NOTHING),
    R.TOM: ("Empty message", _NOTHING),
    R.DUPLIKAT: ("Certain duplicate", "Nothing; the first one has been dealt with."),
    R.ARKIVAVGRENSNING: ("Not for the archive", "Nothing; the post is not to be archived."),
}  # fmt: skip

TEXTS: Mapping[str, str] = {
    "state.received": "received",
    "state.decided": "decided",
    "state.archived": "in the archive",
    "state.done": "done",
    "state.set_aside": "set aside",
    "outcome.archived": "registered",
    "outcome.forwarded": "forwarded",
    "outcome.dismissed": "dismissed",
    "outcome.duplicate": "duplicate",
    "tilgang.open": "open",
    "tilgang.shielded": "shielded",
    "tilgang.temporary": "temporarily shielded",
    "check.warning": "WARN",
    "check.fault": "FAIL",
}  # fmt: skip

"""What a person answered to a post: the hit of highest weight, used once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Verb(StrEnum):
    """The verbs of ``postrobot review``."""

    APPROVE = "approve"
    CORRECT = "correct"
    FORWARD = "forward"
    DISMISS = "dismiss"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer with its fields; empty means: not said.

    ``user`` is the log-in name as the system knows it: it stays in the store; the audit gets a keyed hash. ``tilgang`` is
    ``åpen`` or an access code of the organisation (then with ``hjemmel``); ``sakstilgang`` is the same for the whole case
    that the post was registered in. ``utgaar`` is the remark with which a
    journalfoert entry is set to U. ``ny_sak`` is the title of a case to be opened. ``unscanned`` (with RELEASE): the person
    answers for letting the post through although no virus scanner has seen it.
    """

    verb: Verb
    user: str
    saksnummer: str = ""
    ny_sak: str = ""
    arkivdel: str = ""
    klasse: str = ""
    tittel: str = ""
    offentlig_tittel: str = ""
    avsender: str = ""
    enhet: str = ""
    tilgang: str = ""
    hjemmel: str = ""
    forfall: date | None = None
    til: str = ""
    kanal: str = ""
    grunn: str = ""
    utgaar: str = ""
    unscanned: bool = False
    sakstilgang: str = ""

    @property
    def source(self) -> str:
        """How decisions name it as a ground."""
        return f"answer:{self.verb.value}"

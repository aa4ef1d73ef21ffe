"""What is told and done at once, in the transaction of the page that found it: the mail about critical findings, and a rule's
``skjerm``. The mail carries ids and names of fields, never a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.archive import SettSkjerming
from models.keys import post_key, with_role
from models.store.effect_tx import EffectKind, NewEffect
from models.store.journal_tx import StoredFinding
from models.store.store import Tx
from robot.effects import archive_request
from robot.journalcheck.catalogue import CHECKS
from robot.journalcheck.judging import Judged
from robot.texts import text

MOST_LINES = 20
LEAST_BETWEEN_S = 600.0
"""Between two mails of one sweep: the first comes at once, a first sweep over an old journal does not flood an inbox."""


def title_of(check: str, language: str) -> str:
    """A check's title; a house's own rule is its own."""
    return text(f"journal.{check}", language) if check in CHECKS else check


@dataclass(slots=True, kw_only=True)
class Teller:
    """``to`` empty: nobody is mailed (the alarm and the report tell). ``last_at``: when a mail was planned last."""

    orgnr: str
    organisation: str
    language: str
    to: tuple[str, ...] = ()
    shields: bool = True
    last_at: float = float("-inf")

    def __call__(self, tx: Tx, judged: Sequence[Judged]) -> None:
        """Plans what is due; an empty page is the end of the sweep, when nothing more is waited for."""
        for one in judged:
            if one.shield is not None and self.shields:
                self._shield(tx, one)
        if self.to and (not judged or tx.now - self.last_at >= LEAST_BETWEEN_S):
            self._mail(tx)

    def _mail(self, tx: Tx) -> None:
        found = tx.untold_critical()
        if not found:
            return
        self.last_at = tx.now
        identity = f"{min(one.id for one in found)}-{max(one.id for one in found)}@{tx.now}"
        key = with_role(post_key(organisation=self.orgnr, source="journal", source_key=identity), "vars")
        subject = text("journal.mail.subject", self.language, organisation=self.organisation, count=len(found))
        tx.plan(
            NewEffect(
                key=key,
                kind=EffectKind.MAIL,
                request={
                    "to": list(self.to),
                    "subject": subject,
                    "text": self._body(found),
                    "message_id": f"<{key}@postrobot.invalid>",
                },
            )
        )
        tx.set_told([one.key for one in found])

    def _body(self, found: Sequence[StoredFinding]) -> str:
        lines = [text("journal.mail.intro", self.language), ""]
        for one in found[:MOST_LINES]:
            title = title_of(one.check_id, self.language)
            lines.append(
                text(
                    "journal.mail.line",
                    self.language,
                    id=one.name,
                    check=one.check_id,
                    title=title,
                    entry=one.number or one.entry,
                    field=one.field,
                )
            )
        if len(found) > MOST_LINES:
            lines.append(text("journal.mail.more", self.language, count=len(found) - MOST_LINES))
        return "\n".join([*lines, "", text("journal.mail.see", self.language), ""])

    def _shield(self, tx: Tx, one: Judged) -> None:
        """Shuts the entry in the archive; by our key once for each entry and rule, however often it is seen."""
        assert one.shield is not None  # noqa: S101 (told by the caller)
        rule, shield = one.shield
        journalpost = one.entry.system_id
        if not journalpost:
            return
        base = post_key(
            organisation=self.orgnr, source="journal.skjerm", source_key=f"{journalpost}|{rule}|{shield.kode}"
        )
        key = with_role(base, "skj")
        if tx.effect(key) is None:
            write = SettSkjerming(journalpost=journalpost, skjerming=shield)
            tx.plan(NewEffect(key=key, kind=EffectKind.CARE, request=archive_request(write)))

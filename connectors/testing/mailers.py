"""Fake mailers: one that works in memory, and some broken in one way each, to prove the suite."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from connectors.contract import Mail
from connectors.smtp.message import to_bytes
from models.archive import Done

_FIXED = datetime(2026, 6, 15, 7, 30, tzinfo=UTC)


class MemoryMailer:
    """Keeps what is sent in :attr:`sent`. ``failures`` are raised first, one a call (``TryLater``, ``MaybeDone`` …).

    With ``takes_effect`` a failing call has sent the mail all the same: what ``MaybeDone`` means.
    """

    def __init__(self, *, now: Callable[[], datetime] = lambda: _FIXED) -> None:
        self.sent: list[EmailMessage] = []
        self.failures: list[Exception] = []
        self.takes_effect = False
        self._now = now

    def send(self, mail: Mail) -> Done:
        """See :class:`connectors.contract.Mailer`."""
        content = to_bytes(mail, sender="postrobot@eksempelkommune.example", now=self._now())
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or self.takes_effect:
            self.sent.append(message_from_bytes(content, _class=EmailMessage, policy=default))
        if failure is not None:
            raise failure
        return Done(system_id=mail.message_id)

    def close(self) -> None:
        """Nothing to let go of."""


class LosesAttachments(MemoryMailer):
    """Broken: sends the text only."""

    def send(self, mail: Mail) -> Done:
        return super().send(replace(mail, attachments=()))


class LosesRecipients(MemoryMailer):
    """Broken: only the first recipient gets it."""

    def send(self, mail: Mail) -> Done:
        return super().send(replace(mail, to=mail.to[:1]))


class NewIdEachTime(MemoryMailer):
    """Broken: a repeat is another mail to the receiver."""

    def send(self, mail: Mail) -> Done:
        return super().send(replace(mail, message_id=f"<{len(self.sent)}@postrobot.example>"))


class LetsLinesThrough(MemoryMailer):
    """Broken: cleans line breaks away in place of refusing them."""

    def send(self, mail: Mail) -> Done:
        def clean(text: str) -> str:
            return re.sub(r"[\r\n]+", "", text)

        return super().send(
            replace(
                mail, subject=clean(mail.subject), to=tuple(clean(a).replace(" ", "").split(":")[0] for a in mail.to)
            )
        )


class AnswersInvited(MemoryMailer):
    """Broken: does not say that a robot wrote it."""

    def send(self, mail: Mail) -> Done:
        return super().send(replace(mail, auto_submitted="no"))


class PlainOnly(MemoryMailer):
    """Broken: forgets the HTML."""

    def send(self, mail: Mail) -> Done:
        return super().send(replace(mail, html=""))


BROKEN: dict[type[MemoryMailer], str] = {
    LosesAttachments: "test_attachments_arrive_byte_for_byte_under_their_names",
    LosesRecipients: "test_mail_arrives_with_text_html_and_both_recipients",
    NewIdEachTime: "test_a_repeat_carries_the_same_message_id",
    LetsLinesThrough: "test_after_a_refusal_the_next_mail_goes_through",
    AnswersInvited: "test_mail_is_marked_so_that_no_robot_answers",
    PlainOnly: "test_mail_arrives_with_text_html_and_both_recipients",
}
"""Each broken fake with the check of the suite that must catch it."""

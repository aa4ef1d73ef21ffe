"""The contract suite of mailers. A subclass gives the fixtures ``mailer`` and ``delivered``.

``delivered`` is a callable that returns every mail received so far, parsed, oldest first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from email.message import EmailMessage

import pytest

from connectors.contract import Attachment, Mail, Mailer
from models.errors import NeedsHuman

Delivered = Callable[[], Sequence[EmailMessage]]

SAMPLE = Mail(
    to=("leder@eksempelkommune.example", "arkiv@eksempelkommune.example"),
    subject="Postrobot Eksempelkommune: 21 til gjennomsyn, 1 frist i dag – æøå",
    text="God morgen.\n.En linje som begynner med punktum\n\n21 til gjennomsyn. Blåbærsyltetøy.\n",
    html="<p>21 til gjennomsyn. Blåbærsyltetøy.</p>",
    message_id="<pr-abcdefghijklmnopqrstuvwxyz-rp@postrobot.eksempelkommune.example>",
    attachments=(
        Attachment(name="tall på dagen.csv", media_type="text/csv", content="enhet;antall\nBYGG;3\n".encode("utf-16")),
        Attachment(name="brev.eml", media_type="message/rfc822", content=b"Subject: x\r\n\r\nrad\xe5\r\n"),
    ),
)


class MailerContract:
    """Every mailer passes these."""

    def test_mail_arrives_with_text_html_and_both_recipients(self, mailer: Mailer, delivered: Delivered) -> None:
        mailer.send(SAMPLE)
        (mail,) = delivered()
        assert SAMPLE.subject == mail["Subject"]
        assert SAMPLE.to == tuple(a.addr_spec for a in mail["To"].addresses)
        plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None
        assert html is not None
        assert SAMPLE.text == plain.get_content().replace("\r\n", "\n")
        assert SAMPLE.html == html.get_content().replace("\r\n", "\n").rstrip("\n")

    def test_attachments_arrive_byte_for_byte_under_their_names(self, mailer: Mailer, delivered: Delivered) -> None:
        mailer.send(SAMPLE)
        (mail,) = delivered()
        got = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
        assert {a.name: a.content for a in SAMPLE.attachments} == got

    def test_message_id_is_ours_and_is_what_done_says(self, mailer: Mailer, delivered: Delivered) -> None:
        done = mailer.send(SAMPLE)
        assert SAMPLE.message_id == done.system_id
        assert SAMPLE.message_id == delivered()[0]["Message-ID"]

    def test_a_repeat_carries_the_same_message_id(self, mailer: Mailer, delivered: Delivered) -> None:
        mailer.send(SAMPLE)
        mailer.send(SAMPLE)
        assert {SAMPLE.message_id} == {mail["Message-ID"] for mail in delivered()}

    def test_mail_is_marked_so_that_no_robot_answers(self, mailer: Mailer, delivered: Delivered) -> None:
        mailer.send(SAMPLE)
        assert "auto-generated" == delivered()[0]["Auto-Submitted"]

    def test_mail_has_date_and_sender(self, mailer: Mailer, delivered: Delivered) -> None:
        mailer.send(SAMPLE)
        (mail,) = delivered()
        assert mail["Date"].datetime.tzinfo is not None
        assert mail["From"].addresses[0].addr_spec

    @pytest.mark.parametrize(
        "unsafe",
        [
            replace(SAMPLE, subject="Hei\r\nBcc: fremmed@ond.example"),
            replace(SAMPLE, subject="Hei\nBcc: fremmed@ond.example"),
            replace(SAMPLE, to=("leder@eksempelkommune.example\r\nBcc: fremmed@ond.example",)),
            replace(SAMPLE, message_id="<a@b.example>\nBcc: fremmed@ond.example"),
            replace(SAMPLE, auto_submitted="no\rBcc: fremmed@ond.example"),
            replace(SAMPLE, attachments=(replace(SAMPLE.attachments[0], name="a\r\nb.csv"),)),
            replace(SAMPLE, to=()),
        ],
        ids=["subject-crlf", "subject-lf", "recipient", "message-id", "auto-submitted", "attachment-name", "nobody"],
    )
    def test_a_line_break_in_a_header_is_refused_and_nothing_is_sent(
        self, mailer: Mailer, delivered: Delivered, unsafe: Mail
    ) -> None:
        with pytest.raises(NeedsHuman):
            mailer.send(unsafe)
        assert [] == list(delivered())

    def test_after_a_refusal_the_next_mail_goes_through(self, mailer: Mailer, delivered: Delivered) -> None:
        with pytest.raises(NeedsHuman):
            mailer.send(replace(SAMPLE, subject="Hei\nBcc: fremmed@ond.example"))
        mailer.send(SAMPLE)
        assert 1 == len(delivered())

    def test_close_may_be_called_twice(self, mailer: Mailer) -> None:
        mailer.close()
        mailer.close()

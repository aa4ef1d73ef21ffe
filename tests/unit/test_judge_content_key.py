"""What tells the same message from another: of an Outlook message, its attachments too."""

from __future__ import annotations

from models.reading import MailSummary, PartKind, ReadPart, ReadPost
from robot.stages.judge import content_key

OUTLOOK, MAIL = "application/vnd.ms-outlook", "message/rfc822"


def post(media_type: str, attached: str, *, file: str = "f1") -> ReadPost:
    main = part("0", PartKind.DOCUMENT, media_type, file)
    below = part("0.1", PartKind.ATTACHMENT, "application/pdf", attached)
    return ReadPost(parts=(main, below), messages=(MailSummary(ref="0", message_id="<a@b>", content_key="k"),))


def part(ref: str, kind: PartKind, media_type: str, sha256: str) -> ReadPart:
    return ReadPart(ref=ref, kind=kind, name="x", media_type=media_type, declared_type="", size_bytes=1, sha256=sha256)


def test_outlook_messages_that_differ_in_an_attachment_are_two_letters() -> None:
    assert content_key(post(OUTLOOK, "a1")) != content_key(post(OUTLOOK, "a2"))
    assert content_key(post(OUTLOOK, "a1", file="f1")) == content_key(post(OUTLOOK, "a1", file="f2"))


def test_an_outlook_message_with_an_attachment_not_unpacked_is_like_none_but_itself() -> None:
    assert content_key(post(OUTLOOK, "", file="f1")) != content_key(post(OUTLOOK, "", file="f2"))
    assert content_key(post(OUTLOOK, "", file="f1")) == content_key(post(OUTLOOK, "", file="f1"))


def test_the_key_of_a_mail_covers_its_attachments_already() -> None:
    assert "k" == content_key(post(MAIL, "a1"))

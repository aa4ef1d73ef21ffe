"""Post sent on by mail to those it belongs to: the letter as it came, and one line that says why."""

from __future__ import annotations

from models.decision import PlannedForward
from models.keys import with_role
from models.post import Post
from models.store.effect_tx import EffectKind, NewEffect


def forward_effect(post: Post, forward: PlannedForward) -> NewEffect:
    """The mail of a forward, with every original document attached untouched."""
    return NewEffect(
        key=with_role(post.key, "fw"),
        kind=EffectKind.FORWARD,
        request=_request(post, forward.to, reason=forward.grunn, role="fw"),
        post_seq=post.seq,
    )


def copy_effect(post: Post, to: str, *, number: int) -> NewEffect:
    """A copy to somebody beside the way of the post (``kopi_til``)."""
    role = f"kt{number}"
    return NewEffect(
        key=with_role(post.key, role),
        kind=EffectKind.MAIL,
        request=_request(post, to, reason="kopi til orientering", role=role),
        post_seq=post.seq,
    )


def notice_effect(post: Post, to: str, *, number: int, urgent: bool) -> NewEffect:
    """A notice that something has come (``varsel``, ``haster``): ids only, nothing of what it says."""
    role = f"va{number}"
    return NewEffect(
        key=with_role(post.key, role),
        kind=EffectKind.MAIL,
        request={
            "to": [to],
            "subject": f"{'Haster: ' if urgent else ''}ny post {post.id}",
            "text": f"Post {post.id} er mottatt ({post.channel}).\nSe den med: postrobot explain {post.id}\n",
            "message_id": _message_id(post, role),
        },
        post_seq=post.seq,
    )


def _request(post: Post, to: str, *, reason: str, role: str) -> dict[str, object]:
    return {
        "to": [to],
        "subject": f"Videresendt post {post.id}",
        "text": (
            f"Dokumentsenteret sender videre post {post.id}, mottatt {post.received_at:%d.%m.%Y}.\n"
            f"Grunn: {reason}\n\nPosten ligger ved slik den kom. Den er ikke journalført av dokumentsenteret.\n"
        ),
        "message_id": _message_id(post, role),
        "attachments": [{"name": d.name, "type": d.media_type, "sha256": d.sha256} for d in post.documents],
    }


def _message_id(post: Post, role: str) -> str:
    """Made from our key, so that a repeat is the same mail to the receiver."""
    return f"<{post.key}.{role}@postrobot.invalid>"

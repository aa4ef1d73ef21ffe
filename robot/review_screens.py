"""What a reviewer sees in the terminal: the points that wait, and one post with proposal, evidence and what to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from models.errors import UsedWrongly
from models.noark import Journalstatus
from models.post import State
from models.store import tables as t
from robot.lacks import lack_text
from robot.listing import listed
from robot.texts import reason_text

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from models.store import Store
    from robot.config import Settings

Point = dict[str, Any]
AWAITS_APPROVAL = "awaits_approval"
"""The group of journalposter in M, beside the reasons of set-aside posts."""


def waiting(settings: Settings, *, only: str | None, now: Callable[[], datetime]) -> list[Point]:
    """Everything that waits for an answer: set-aside posts by reason, then journalposter in M; oldest first."""
    from robot import build

    points: list[Point] = []
    for name in build.chosen_organisations(settings, only):
        store = build.store(settings, name, now=now)
        points += waiting_in(store, settings.organisasjon[name].orgnr)
        store.close()
    return sorted(points, key=lambda p: (p["group"] == AWAITS_APPROVAL, p["group"], p["received_at"]))


def waiting_in(store: Store, orgnr: str) -> list[Point]:
    """The points of one store."""
    aside = t.post.c.state == State.SET_ASIDE
    in_m = (t.post.c.state == State.DONE) & (t.post.c.journalstatus == Journalstatus.MIDLERTIDIG)
    with store.read() as reads:
        return [
            {
                **listed(row, orgnr),
                "group": row["reason"] if row["state"] == State.SET_ASIDE else AWAITS_APPROVAL,
                "answer": suggestion(row),
            }
            for row in reads.rows(aside | in_m)
        ]


def suggestion(row: RowMapping) -> str:
    """The command that answers a point, as it would be typed."""
    post = row["id"]
    if row["state"] == State.DONE or row["reason"] in ("proposal", "sender_not_in_case"):
        return f"postrobot review approve {post}"
    if row["reason"] in ("archive_refused", "archive_silent", "forward_failed", "settle_failed", "bug"):
        return f"postrobot retry {post}"
    return f"postrobot review show {post}"


def waiting_text(points: Sequence[Point]) -> str:
    """The list as one screen."""
    if not points:
        return "Ingenting venter på svar."
    lines = []
    for group, members in groupby(points, key=lambda p: str(p["group"])):
        found = list(members)
        title = (
            "Journalført med status M, venter på godkjenning" if group == AWAITS_APPROVAL else reason_text(group).title
        )
        lines.append(f"{title} ({len(found)})")
        for point in found:
            what = point["tittel"] or point["subject"] or point["source_id"]
            lines.append(f"  {point['id']}  {point['received_at'][:10]}  {what:.70}")
            lines.append(f"  {'':17} -> {point['answer']}")
    lines.append(f"\n{len(points)} venter på svar.")
    return "\n".join(lines)


def shown(settings: Settings, ref: str, *, now: Callable[[], datetime]) -> Point:
    """One post with its decision, documents and earlier answers.

    Raises:
        UsedWrongly: there is no such post.
    """
    from robot import build

    for name in settings.organisasjon:
        store = build.store(settings, name, now=now)
        with store.read() as reads:
            row, post = reads.row(ref), reads.post(ref)
            stored = reads.decision(row["seq"]) if row is not None else None
            answers = reads.answers(row["seq"]) if row is not None else []
        store.close()
        if row is None or post is None:
            continue
        decision = stored.decision if stored is not None else None
        return {
            **listed(row, settings.organisasjon[name].orgnr),
            "answer": suggestion(row),
            "sender": row["sender"],
            "documents": [
                {
                    "name": d.name,
                    "type": d.media_type,
                    "size_bytes": d.size_bytes,
                    "path": str(store.blobs.path(d.sha256)),
                }
                for d in post.documents
            ],
            "proposed": decision.proposed.value if decision is not None and decision.proposed is not None else None,
            "because": [{"source": r.source, "text": r.text} for r in decision.because] if decision is not None else [],
            "near": list(stored.judgement.near) if stored is not None else [],
            "forward_to": decision.forward.to if decision is not None and decision.forward is not None else None,
            "answers": [{"verb": a["verb"], "user": a["user"]} for a in answers],
        }
    raise UsedWrongly(f"Posten {ref} finnes ikke. Se dem med: postrobot list")


def shown_text(point: Point) -> str:
    """The same as a screen."""
    lines = [
        f"Post {point['id']}, mottatt {point['received_at'][:16].replace('T', ' ')} ({point['channel']}, {point['source_id']})"
    ]
    if point["sender"]:
        lines.append(f"Fra      {point['sender']}")
    if point["subject"]:
        lines.append(f"Emne     {point['subject']}")
    if point["state"] == "set_aside":
        reason = reason_text(str(point["reason"]), post=str(point["id"]))
        lines.append(f"Stanset  {reason.title}. {point['detail']}".rstrip())
        lines.append(f"         {reason.next_step}")
    if point["tittel"]:
        lines.append(
            f"{'Forslag' if point['state'] == 'set_aside' else 'Står som'}  {point['type']} «{point['tittel']}»"
        )
        lines.append(
            f"         offentlig tittel «{point['offentlig_tittel']}», tilgang {_access(str(point['tilgang']))}"
        )
        lines.append(f"         sak {point['saksnummer'] or 'ny'} «{point['saktittel']}», enhet {point['enhet']}")
    if point["forward_to"]:
        lines.append(f"Forslag  videresend til {point['forward_to']}")
    for lack in point["lacks"]:
        lines.append(f"Bare M   {lack_text(lack)}")
    for reason in point["because"]:
        lines.append(f"Fordi    {reason['source']}: {reason['text']}")
    for near in point["near"]:
        lines.append(f"Nær      {near}")
    for document in point["documents"]:
        lines.append(
            f"Fil      {document['name']} ({document['type']}, {document['size_bytes']} byte): {document['path']}"
        )
    for answer in point["answers"]:
        lines.append(f"Svar     {answer['verb']} av {answer['user']}")
    post = point["id"]
    lines += [
        "",
        f"Svar:    postrobot review approve {post}        godta forslaget",
        f"         postrobot review correct {post} --sak 2026/12 --tittel «…» --enhet KODE --tilgang åpen",
        f"         postrobot review forward {post} --til adresse",
        f"         postrobot review dismiss {post} --grunn reklame",
        f"Hvorfor: postrobot explain {post}",
    ]
    return "\n".join(lines)


def _access(word: str) -> str:
    return {"open": "åpen", "shielded": "skjermet", "temporary": "ikke vurdert (midlertidig unntatt)"}.get(word, word)

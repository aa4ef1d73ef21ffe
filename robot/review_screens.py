"""What a reviewer sees in the terminal: the points that wait, and one post with proposal, evidence and what to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from models.decision import Lack
from models.errors import UsedWrongly
from models.noark import Journalstatus
from models.post import State
from models.store import tables as t
from robot.lacks import lack_text
from robot.listing import listed
from robot.texts import reason_text
from robot.wording import ground_text

if TYPE_CHECKING:
    from models.sql import Row
    from models.store import Store
    from models.store.kept_tx import StoredDecision
    from robot.config import Settings

Point = dict[str, Any]
STAGE_SCAN = "scan"
"""``stage`` of what the virus scanner stopped."""
AWAITS_APPROVAL = "awaits_approval"
"""The group of journalposter in M, beside the reasons of set-aside posts."""


def rule_names(files: dict[str, bytes] | None, settings: Settings, name: str) -> dict[str, str]:
    """The names of the rules of a stored rule set by their ids; empty where there is none."""
    from robot import build
    from rules.load import load_stored

    ruleset = load_stored(files, build.organisation(settings, name)).ruleset if files is not None else None
    return {rule.id: rule.navn for rule in ruleset.rules} if ruleset is not None else {}


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


def suggestion(row: Row) -> str:
    """The command that answers a point, as it would be typed; capital words are what the person fills in."""
    post = row["id"]
    if row["state"] == State.DONE:
        return _for_done(row)
    if row["reason"] in ("proposal", "sender_not_in_case"):
        return f"postrobot review approve {post}"
    if row["reason"] in (
        "archive_refused",
        "archive_silent",
        "ambiguous_write",
        "forward_failed",
        "settle_failed",
        "bug",
        "not_scanned",
    ):
        return f"postrobot retry {post}"
    if row["state"] == State.SET_ASIDE and row["reason"] not in ("rule_to_human", "empty", "infected"):
        return f"postrobot review correct {post} --sak SAK"
    return f"postrobot review show {post}"


def _for_done(row: Row) -> str:
    post = row["id"]
    if row["follow_up_by"]:
        return f"postrobot review approve {post}"
    if row["journalstatus"] != Journalstatus.MIDLERTIDIG:
        return f"postrobot review show {post}"
    lacks = set((row["lacks"] or "").split(","))
    if lacks & {Lack.SENDER_UNKNOWN}:
        return f"postrobot review correct {post} --avsender NAVN"
    if lacks & {Lack.ACCESS, Lack.CASE_ACCESS}:
        return f"postrobot review approve {post} --tilgang TILGANG"
    return f"postrobot review approve {post}"


def waiting_text(points: Sequence[Point], zone: Callable[[str], str]) -> str:
    """The list as one screen. ``zone`` gives the time zone of an organisation by its number."""
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
            when = local_time(str(point["received_at"]), zone(str(point["organisation"])))
            lines.append(f"  {point['id']}  {when}  {_name_of(point):.70}".rstrip())
            lines.append(f"  {'':15}  {point['answer']}")
        lines.append("")
    many = "1 post venter på svar." if len(points) == 1 else f"{len(points)} poster venter på svar."
    lines.append(f"{many} Se en post: postrobot review show POST")
    return "\n".join(lines)


def local_time(stamp: str, zone: str) -> str:
    """``24.11.2026 08:01`` of an ISO time in UTC."""
    return f"{datetime.fromisoformat(stamp).astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M}"


def _name_of(point: Point) -> str:
    """What a reader knows the post by. A file's name only where that is all there is."""
    named = str(point["tittel"] or point["subject"] or "")
    if named:
        return " ".join(named.split())
    return str(point["source_id"]) if point["channel"] == "mappe" else "(uten emne)"


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
            held = reads.quarantined(d.sha256 for d in post.documents) if post is not None else {}
            files = reads.stored_ruleset(stored.decision.ruleset_sha256) if stored is not None else None
        store.close()
        if row is None or post is None:
            continue
        names = rule_names(files, settings, name)
        decision = stored.decision if stored is not None else None
        stopped = row["state"] == State.SET_ASIDE and row["stage"] == STAGE_SCAN
        waits = row["state"] == State.SET_ASIDE and not stopped and row["purged_at"] is None
        told, proposed = _language(settings, name, stored, now=now) if waits and stored is not None else ([], [])
        return {
            **listed(row, settings.organisasjon[name].orgnr),
            "zone": settings.zone(name),
            "language": told,
            "proposals": proposed,
            "follow_up_by": row["follow_up_by"],
            "answer": suggestion(row),
            "sender": row["sender"],
            "documents": [
                {
                    "name": d.name,
                    "type": d.media_type,
                    "size_bytes": d.size_bytes,
                    # Nobody is sent to a file that a virus was found in, or that no scanner has seen.
                    "path": str(store.blobs.path(d.sha256)) if not stopped and d.sha256 not in held else "",
                }
                for d in post.documents
            ],
            "proposed": decision.proposed.value if decision is not None and decision.proposed is not None else None,
            "names": names,
            "because": [{"source": r.source, "text": r.text} for r in decision.because] if decision is not None else [],
            "near": list(stored.judgement.near) if stored is not None else [],
            "forward_to": decision.forward.to if decision is not None and decision.forward is not None else None,
            "answers": [
                {
                    "verb": a["verb"],
                    "user": a["user"],
                    "at": datetime.fromtimestamp(a["at"], UTC).isoformat(timespec="seconds"),
                }
                for a in answers
            ],
        }
    raise UsedWrongly(f"Posten {ref} finnes ikke. Se dem med: postrobot list")


def _language(
    settings: Settings, name: str, stored: StoredDecision, *, now: Callable[[], datetime]
) -> tuple[list[Point], list[Point]]:
    """What pipelines said of a post that waits, and what can be proposed for it. Cases are asked for now, not as it came."""
    from dataclasses import asdict

    from models.errors import OutOfReach, TryLater
    from robot import build
    from robot.language.belongs import cases_for
    from robot.language.proposals import proposals, told_text

    facts = stored.facts
    archive = build.archive(settings, name, now=now)
    try:
        cases = cases_for(facts, archive)
    except (OutOfReach, TryLater):
        cases = ()  # the rest can be shown without it
    finally:
        archive.close()
    told = [{**asdict(one), "text": told_text(one)} for one in facts.language]
    return told, [asdict(one) for one in proposals(facts, cases)]


def language_lines(told: Sequence[Point], proposed: Sequence[Point]) -> list[str]:
    """What language says, a line each."""
    lines = []
    for number, one in enumerate(told):
        lines.append(f"{'Språk' if number == 0 else '':<10}{one['target']}: {one['text']}")
    for number, one in enumerate(proposed):
        share = f" {100 * one['probability']:.0f} %" if one["probability"] is not None else ""
        lines.append(f"{'Mulig' if number == 0 else '':<10}{one['what']}: {one['value']}{share} ({one['because']})")
    return lines


PURGED = "slettet etter bevaringsreglene; det som er journalført, finnes i arkivet"
_SENT_ASIDE = "set_aside"
_CHANNELS = {"mappe": "mappe", "epost": "e-post"}
_VERBS = {
    "approve": "godtatt",
    "correct": "rettet",
    "forward": "videresendt",
    "dismiss": "avvist",
    "release": "sluppet",
}


def shown_text(point: Point) -> str:
    """The same as a screen: what it is, why it waits, what is proposed, on what grounds, and what can be answered."""
    from robot.report.render import short_date

    zone = str(point["zone"])
    channel = _CHANNELS.get(str(point["channel"]), str(point["channel"]))
    where = f", {point['source_id']}" if point["channel"] == "mappe" else ""
    lines = [f"Post {point['id']}, mottatt {local_time(str(point['received_at']), zone)} ({channel}{where})"]
    lines += _field("Fra", point["sender"]) + _field("Emne", point["subject"])
    lines += _field("Innhold", PURGED if point.get("purged") else "")
    lines += _why_it_waits(point) if point["state"] == _SENT_ASIDE else []
    lines += _proposal(point)
    if point["forfall"]:
        lines += _field("Frist", short_date(str(point["forfall"])))
    if point["follow_up_by"]:
        lines += _field("Følg opp", f"innen {short_date(str(point['follow_up_by']))}")
    for reason in point["because"]:
        same = reason["text"] in (point["detail"], point["reason"])
        ground = ground_text(str(reason["source"]), "" if same else str(reason["text"]), "nb", name=point["names"].get)
        lines += _field("Grunnlag", ground)
    for lack in point["lacks"]:
        lines += _field("Status M", f"fordi {lack_text(lack)}")
    lines += language_lines(point.get("language", ()), point.get("proposals", ()))
    for near in point["near"] if point["reason"] == "no_rule" else ():
        lines += _field("Nær", f"«{point['names'].get(near) or near}»")
    for document in () if point.get("purged") else point["documents"]:
        lines += _field(
            "Fil", f"{document['name'] or 'uten navn'} ({document['type']}, {_size(document['size_bytes'])})"
        )
        lines += _field("", document["path"])
    for answer in point["answers"]:
        verb = _VERBS.get(str(answer["verb"]), str(answer["verb"]))
        lines += _field("Besvart", f"{verb} av {answer['user']} {local_time(str(answer['at']), zone)}")
    return "\n".join([*lines, "", *_answers(point)])


def _field(name: str, value: object) -> list[str]:
    return [f"{name:<10}{value}"] if value else []


def _why_it_waits(point: Point) -> list[str]:
    reason = reason_text(str(point["reason"]), post=str(point["id"]))
    detail = str(point["detail"])
    said = detail if detail.startswith(reason.title) else f"{reason.title}. {detail}".rstrip()
    here = reason.next_step.replace(f"Se originalen med «postrobot review show {point['id']}»", "Se originalen (under)")
    return _field("Stanset", said) + _field("Gjør", here)


def _proposal(point: Point) -> list[str]:
    if point["forward_to"]:
        done = point["state"] == "done"
        return _field("Sendt" if done else "Forslag", f"{'' if done else 'videresend '}til {point['forward_to']}")
    if not point["tittel"]:
        return _field("Forslag", "avvis posten") if point["proposed"] == "dismiss" else []
    stands = f"{point['journalpost']}, status {point['journalstatus']}: " if point["journalpost"] else ""
    name = "Forslag" if point["state"] == _SENT_ASIDE else "Står som"
    lines = _field(name, f"{stands}{point['type'] or ''} «{point['tittel']}»")
    if point["offentlig_tittel"] and point["offentlig_tittel"] != point["tittel"]:
        lines += _field("", f"offentlig tittel «{point['offentlig_tittel']}»")
    lines += _field("", f"tilgang {_access(str(point['tilgang']))}")
    number = f"sak {point['saksnummer']}" if point["saksnummer"] else "ny sak"
    unit = f", enhet {point['enhet']}" if point["enhet"] else ""
    return lines + _field("", f"{number} «{point['saktittel']}»{unit}")


def _answers(point: Point) -> list[str]:
    """The answers that can be given to the post as it stands, and nothing else."""
    post, state, status = point["id"], point["state"], point["journalstatus"]
    found: list[tuple[str, str]] = []
    if state == _SENT_ASIDE and point["stage"] == STAGE_SCAN:
        found.append((f"review dismiss {post} --grunn GRUNN", "avvis den: spam, reklame, feilsendt …"))
        if point["reason"] == "infected":
            found.append((f"review release {post}", "skann på nytt, og slipp den når ingenting blir funnet"))
        else:
            found.append((f"retry {post}", "skann på nytt"))
            found.append((f"review release {post} --uten-skanning", "slipp den uskannet, på eget ansvar"))
    elif state == _SENT_ASIDE:
        if point["proposed"]:
            found.append((f"review approve {post}", "godta forslaget"))
        if point["documents"]:
            other = "en annen sak" if point["proposed"] else "en sak"
            found.append((f"review correct {post} --sak SAK", f"journalfør i {other} (eller --ny-sak TITTEL)"))
            found.append((f"review forward {post} --til ADRESSE", "send videre"))
        found.append((f"review dismiss {post} --grunn GRUNN", "avvis: reklame, spam, privat, feilsendt …"))
        if point["stage"] != "collect":
            found.append((f"retry {post}", "prøv igjen når årsaken er rettet"))
    elif state == "done" and status == Journalstatus.MIDLERTIDIG:
        answer = str(point["answer"]).removeprefix("postrobot ")
        if answer.startswith("review correct"):
            found.append((answer, "si hvem avsenderen er, og godta etterpå"))
            answer = f"review approve {post}"
        found.append((answer, "gjør den ferdig (J)"))
        found.append((f"review correct {post} --tittel TITTEL", "rett (også --sak, --enhet, --tilgang …)"))
    elif state == "done" and status == Journalstatus.JOURNALFOERT:
        found.append((f"review correct {post} --sak SAK", "flytt til en annen sak"))
        found.append((f"review correct {post} --utgår MERKNAD", "sett til utgår"))
    elif point["follow_up_by"]:
        found.append((f"review approve {post}", "kvitter ut oppfølgingen"))
    width = max((len(command) for command, _ in found), default=0)
    lines = [
        f"{'Svar' if number == 0 else '':<10}postrobot {command:<{width}}  {what}"
        for number, (command, what) in enumerate(found)
    ]
    if not found:
        ends = {
            Journalstatus.UTGAAR: "Journalposten er satt til utgår; det er ingenting å svare.",
        }
        lines = [ends.get(status, "Det er ingenting å svare på denne posten.")]
    return [*lines, f"{'Hvorfor':<10}postrobot explain {post}"]


def _size(size_bytes: int) -> str:
    """``409 byte``, ``560 kB``, ``1,3 MB``."""
    if size_bytes < 1000:
        return f"{size_bytes} byte"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:.0f} kB"
    return f"{size_bytes / 1_000_000:.1f} MB".replace(".", ",")


def _access(word: str) -> str:
    words = {"open": "åpen", "shielded": "skjermet", "temporary": "ikke vurdert (midlertidig skjermet)"}
    return words.get(word, word)

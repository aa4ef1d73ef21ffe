"""The reviewer's screens: only answers that apply, plain Norwegian, local time; and acknowledging a follow-up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.answer import Answer, Verb
from models.audit import AuditEvent
from models.decision import Way
from models.errors import UsedWrongly
from models.reasons import ReasonCode as R
from models.store import Store
from models.store import tables as t
from robot.cli import main
from robot.review import find_post, take
from robot.review_screens import shown_text, suggestion, waiting_in, waiting_text
from robot.wording import ground_text
from tests.support.reports import NOW, SignedArchive, aside, done, forwarded, journaled, report_of
from tests.support.stores import ORGNR, Clock, StoreAddress, opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(StoreAddress.sqlite(tmp_path / "robot.db"), tmp_path, now=Clock(NOW.timestamp())) as made:
        yield made


def oslo(_: str) -> str:
    return "Europe/Oslo"


def listing(store: Store) -> str:
    points = sorted(waiting_in(store, ORGNR), key=lambda p: str(p["group"]))
    return waiting_text(points, oslo)


def test_the_list_is_grouped_with_a_command_for_each_in_local_time(store: Store) -> None:
    first = aside(store, "a", R.NO_RULE, subject="Et spørsmål")
    second = aside(store, "b", R.NO_RULE, subject="Et\n til")
    third = journaled(store, "1")
    text = listing(store)
    assert "Ingen regel traff (2)\n" in text
    assert "Journalført med status M, venter på godkjenning (1)" in text
    assert f"{first}  23.11.2026 13:00  Et spørsmål" in text
    assert f"postrobot review correct {second} --sak SAK" in text and "Et til" in text
    assert f"postrobot review approve {third}" in text
    assert "3 poster venter på svar." in text


def test_an_empty_list_says_so() -> None:
    assert "Ingenting venter på svar." == waiting_text([], oslo)


@pytest.mark.parametrize(
    ("make", "command"),
    [
        (lambda s: aside(s, "a", R.PROPOSAL), "postrobot review approve {}"),
        (lambda s: aside(s, "a", R.ARCHIVE_REFUSED), "postrobot retry {}"),
        (lambda s: aside(s, "a", R.AMBIGUOUS_WRITE), "postrobot retry {}"),
        (lambda s: aside(s, "a", R.CASE_MISSING), "postrobot review correct {} --sak SAK"),
        (lambda s: aside(s, "a", R.RULE_TO_HUMAN), "postrobot review show {}"),
        (lambda s: journaled(s, "1", lacks="mode"), "postrobot review approve {}"),
        (lambda s: journaled(s, "1", lacks="mode,access"), "postrobot review approve {} --tilgang TILGANG"),
        (lambda s: journaled(s, "1", lacks="sender_unknown"), "postrobot review correct {} --avsender NAVN"),
        (lambda s: journaled(s, "1", "J"), "postrobot review show {}"),
        (lambda s: forwarded(s, "v", date(2026, 11, 24)), "postrobot review approve {}"),
    ],
)
def test_the_suggested_command_is_one_that_can_be_carried_out(
    store: Store, make: Callable[[Store], str], command: str
) -> None:
    post = make(store)
    with store.read() as reads:
        row = reads.row(post)
    assert row is not None
    assert command.format(post) == suggestion(row)


def point(**more: object) -> dict[str, Any]:
    """A post as ``shown`` gives it: set aside without a proposal unless told."""
    plain: dict[str, Any] = {
        "id": "2026-11-24-0042",
        "received_at": "2026-11-24T07:12:00+00:00",
        "zone": "Europe/Oslo",
        "channel": "epost",
        "source_id": "17/5",
        "sender": "Kari Myhre",
        "subject": "Klage",
        "state": "set_aside",
        "stage": "decide",
        "reason": "no_rule",
        "detail": "",
        "journalstatus": None,
        "documents": [{"name": "melding.eml", "type": "message/rfc822", "size_bytes": 1_300_000, "path": "/sti"}],
        "because": [{"source": "rules", "text": "no_rule"}],
        "names": {"klage": "Klage på vedtak"},
        "answer": "postrobot review approve 2026-11-24-0042",
        "lacks": [],
        "near": [],
        "answers": [],
    }
    empty = ("journalpost", "type", "tittel", "offentlig_tittel", "tilgang", "saksnummer", "saktittel", "enhet")
    more_empty = ("forfall", "follow_up_by", "forward_to", "proposed")
    return {**dict.fromkeys((*empty, *more_empty)), **plain, **more}


PROPOSED = {
    "type": "I",
    "tittel": "Klage på vedtak",
    "offentlig_tittel": "Klage på vedtak",
    "tilgang": "open",
    "saktittel": "Støtte",
    "enhet": "HELSE",
}


def test_without_a_proposal_there_is_nothing_to_approve() -> None:
    text = shown_text(point())
    assert "approve" not in text
    assert "review correct" in text and "review forward" in text and "review dismiss" in text and "retry" in text
    assert "mottatt 24.11.2026 08:12 (e-post)" in text
    assert "1,3 MB" in text


def test_no_code_word_stands_on_the_screen() -> None:
    text = shown_text(point(reason="damaged", because=[{"source": "limit:damaged", "text": "damaged"}]))
    assert "Stanset   Dokumentet er skadet" in text
    assert "damaged" not in text and "limit" not in text and "POST" not in text


def test_a_proposal_can_be_approved_and_says_whether_the_case_exists() -> None:
    proposed = {**PROPOSED, "reason": "proposal", "proposed": Way.ARCHIVE.value}
    there = shown_text(point(**proposed, saksnummer="2026/12"))
    assert "review approve 2026-11-24-0042" in there
    assert "sak 2026/12 «Støtte», enhet HELSE" in there and "ny sak" not in there
    assert "offentlig tittel" not in there, "the same title is not said twice"
    assert "ny sak «Støtte»" in shown_text(point(**proposed))


def test_what_is_journaled_can_be_moved_or_set_to_u_and_nothing_else() -> None:
    text = shown_text(point(**PROPOSED, state="done", journalstatus="J", journalpost="2026/12-1", saksnummer="2026/12"))
    assert "--sak SAK" in text and "--utgår" in text
    assert "approve" not in text and "dismiss" not in text and "forward" not in text
    assert "Står som  2026/12-1, status J: I «Klage på vedtak»" in text


def test_what_is_set_to_u_or_ended_has_nothing_to_answer() -> None:
    gone = shown_text(point(**PROPOSED, state="done", journalstatus="U", journalpost="2026/12-1"))
    assert "satt til utgår" in gone and "postrobot review" not in gone
    assert "ingenting å svare" in shown_text(point(state="done", reason="reklame"))


def test_a_post_that_could_not_be_collected_can_only_be_dismissed() -> None:
    text = shown_text(point(stage="collect", documents=[], reason="too_large"))
    assert "review dismiss" in text
    assert "review correct" not in text and "review forward" not in text and "postrobot retry" not in text


def test_a_forward_that_is_to_be_followed_up_can_be_acknowledged() -> None:
    text = shown_text(point(state="done", forward_to="a@nabo.example", follow_up_by="2026-11-30", reason=None))
    assert "innen 30.11.2026" in text and "kvitter ut oppfølgingen" in text


def test_earlier_answers_say_who_and_when_in_words() -> None:
    text = shown_text(point(answers=[{"verb": "approve", "user": "kari", "at": "2026-11-24T08:00:00+00:00"}]))
    assert "godtatt av kari 24.11.2026 09:00" in text


def test_grounds_name_the_rule_by_its_name() -> None:
    names = {"klage": "Klage på vedtak"}
    assert "Regelen «Klage på vedtak» traff" == ground_text("rule:klage", "Klage på vedtak", "nb", name=names.get)
    assert "Regelen «ukjent» traff: mer" == ground_text("rule:ukjent", "mer", "nb", name=names.get)
    assert "" == ground_text("rules", "", "nb")


def test_acknowledging_a_forward_takes_it_from_the_report_with_answer_and_audit(store: Store) -> None:
    post = forwarded(store, "v", date(2026, 11, 23))
    assert 1 == report_of(store).deadlines.total
    answer = Answer(verb=Verb.APPROVE, user="kari")
    taken = take(store, SignedArchive(), find_post(store, post), answer)  # type: ignore[arg-type]
    assert taken.acknowledged and not taken.reopened
    assert 0 == report_of(store).deadlines.total
    with store.read() as reads:
        assert ["approve"] == [row["verb"] for row in reads.answers(1)]
        events = reads.conn.execute(select(t.audit_event.c.event, t.audit_event.c.actor)).all()
    assert AuditEvent.ANSWERED == events[-1][0] and "kari" not in events[-1][1]
    with pytest.raises(UsedWrongly, match="ingen oppfølging"):
        take(store, SignedArchive(), find_post(store, post), answer)  # type: ignore[arg-type]


def test_a_forward_without_follow_up_and_a_dismissed_post_cannot_be_approved(store: Store) -> None:
    answer = Answer(verb=Verb.APPROVE, user="kari")
    for outcome in ("forwarded", "dismissed"):
        post = done(store, outcome, outcome)
        with pytest.raises(UsedWrongly):
            take(store, SignedArchive(), find_post(store, post), answer)  # type: ignore[arg-type]


def test_show_and_explain_read_well_on_a_real_installation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mappe"
    config = ["--config", str(folder / "config.toml")]
    assert 0 == main(["init", str(folder)])
    (folder / "inn" / "takk.txt").write_text("Takk for hjelpen med elgen.\n", encoding="utf-8")
    assert 0 == main([*config, "run", "--once"])
    capsys.readouterr()
    assert 0 == main([*config, "review", "list", "--json"])
    post = json.loads(capsys.readouterr().out)["id"]
    assert 0 == main([*config, "review", "show", post])
    shown = capsys.readouterr().out
    assert "Stanset   Ingen regel traff." in shown and "approve" not in shown
    assert 0 == main([*config, "explain", post])
    short = capsys.readouterr().out
    assert "LAGT TIL SIDE. Ingen regel traff." in short and "no_rule" not in short and "--alt" in short
    assert 0 == main([*config, "explain", post, "--alt"])
    assert len(capsys.readouterr().out) > len(short)

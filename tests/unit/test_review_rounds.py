"""Answers as the store and the journey take them: used once, first come first served, nobody named in the audit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.answer import Answer, Verb
from models.errors import MaybeDone, UsedWrongly
from models.post import Post, State
from robot.care import Missing
from robot.errands import run_errands
from robot.journey import walk
from robot.reading.dispatch import ReadingRoom
from robot.review import actor, check, retry, take
from robot.verify import verify
from tests.support.house import CATCH_ALL, House, mail, rules_text

PROPOSAL = CATCH_ALL.replace("modus: auto", "modus: forslag")
DISMISS_PROPOSAL = """\
  - regel: reklame
    navn: Reklame
    modus: forslag
    hvis: {emne: reklame}
    så: {avvis: {grunn: reklame}}
"""
NO_ACCESS = PROPOSAL.replace('"{emne}", tilgang: åpen}', '"{emne}"}')
USER = "kari.nordmann"


@pytest.fixture
def make(tmp_path: Path, reading_room: ReadingRoom) -> Iterator[Any]:
    houses: list[House] = []

    def make_house(*rules: str) -> House:
        houses.append(House(tmp_path / f"hus{len(houses)}", reading_room, rules=rules_text(*rules) if rules else ""))
        return houses[-1]

    yield make_house
    for house in houses:
        house.office.store.close()


def post_of(house: House, seq: int = 1) -> Post:
    with house.store.read() as reads:
        post = reads.post(seq)
    assert post is not None
    return post


def give(house: House, verb: Verb, seq: int = 1, user: str = USER, **fields: Any) -> None:
    """One answer, carried out."""
    answer = Answer(verb=verb, user=user, **fields)
    check(answer, house.office.org)
    taken = take(house.store, house.office.archive, post_of(house, seq), answer)
    if taken.reopened:
        walk(seq, house.office)
    run_errands(house.office)


def shown(house: House, seq: int = 1) -> tuple[Any, ...]:
    row = house.row(seq)
    return row["state"], row["outcome"], row["reason"], row["journalstatus"]


def test_a_proposal_that_is_approved_is_carried_out_as_proposed(make: Any) -> None:
    house = make(DISMISS_PROPOSAL)
    house.take(mail("reklame"))
    assert (State.SET_ASIDE, None, "proposal", None) == shown(house)
    give(house, Verb.APPROVE)
    assert (State.DONE, "dismissed", "reklame", None) == shown(house)
    assert "reklame" == house.row()["rule"]
    assert ["dismissed"] == [post.place for post in house.place.posts.values()]


def test_m_that_is_approved_becomes_j_and_the_post_stays_done(make: Any) -> None:
    house = make(PROPOSAL)
    house.take(mail())
    assert (State.DONE, "archived", None, "M") == shown(house)
    give(house, Verb.APPROVE)
    assert (State.DONE, "archived", None, "J") == shown(house)
    (entry,) = house.unit.posts.values()
    assert "J" == entry.status


def test_m_without_access_lists_what_is_missing_and_nothing_changes(make: Any) -> None:
    house = make(NO_ACCESS)
    house.take(mail())
    before = (shown(house), list(house.unit.made), house.store.commits)
    with pytest.raises(Missing) as missing:
        give(house, Verb.APPROVE)
    assert ("access",) == missing.value.lacks
    assert before == (shown(house), list(house.unit.made), house.store.commits)
    give(house, Verb.APPROVE, tilgang="åpen")
    assert "J" == house.row()["journalstatus"]


SHUT_CASE = PROPOSAL.replace("ny: {tilgang: åpen}", "ny: {arkivdel: SAK}")
BOTH_SHUT = SHUT_CASE.replace('"{emne}", tilgang: åpen}', '"{emne}"}')


def listed_as(house: House, seq: int = 1) -> tuple[Any, ...]:
    row = house.row(seq)
    return row["journalstatus"], row["tilgang"], row["offentlig_tittel"], row["lacks"]


def test_a_case_that_a_rule_left_shut_is_opened_by_a_person(make: Any) -> None:
    house = make(BOTH_SHUT)
    house.take(mail("Søknad"))
    assert ("M", "temporary", "Ikke vurdert – midlertidig unntatt") == listed_as(house)[:3]
    with pytest.raises(Missing) as missing:
        give(house, Verb.APPROVE, tilgang="åpen")
    assert ("case_access",) == missing.value.lacks
    give(house, Verb.APPROVE, tilgang="åpen", sakstilgang="åpen")
    assert ("J", "open", "Soknad", None) == listed_as(house) or ("J", "open", "Søknad", None) == listed_as(house)
    (case,), (entry,) = house.unit.saker.values(), house.unit.posts.values()
    assert (None, None, "J") == (case.skjerming, entry.skjerming, entry.status)
    assert "Ikke vurdert" not in case.offentlig_tittel + entry.offentlig_tittel


def test_a_post_that_is_shielded_by_a_person_is_listed_as_it_is_then(make: Any) -> None:
    house = make(BOTH_SHUT)
    house.take(mail("Søknad"))
    give(house, Verb.APPROVE, tilgang="UO", hjemmel="Offl. § 13")
    assert ("J", "shielded", "Unntatt offentlighet", None) == listed_as(house)
    assert "J" == next(iter(house.unit.posts.values())).status


def test_what_the_archive_says_of_access_is_listed_and_not_what_was_asked(make: Any) -> None:
    """An entry decided as open, in a case that is shut: the archive gives it the case's access."""
    house = make(SHUT_CASE)
    house.take(mail("Søknad"))
    (entry,) = house.unit.posts.values()
    assert entry.arvet
    assert "temporary" == house.row()["tilgang"]
    give(house, Verb.CORRECT, tilgang="åpen")
    assert "temporary" == house.row()["tilgang"]
    give(house, Verb.CORRECT, sakstilgang="åpen")
    assert next(iter(house.unit.posts.values())).skjerming is None


def test_a_case_is_shielded_afterwards_with_its_ground(make: Any) -> None:
    house = make(PROPOSAL)
    house.take(mail("Søknad"))
    with pytest.raises(UsedWrongly, match="hjemmel"):
        give(house, Verb.CORRECT, sakstilgang="UO")
    give(house, Verb.CORRECT, sakstilgang="UO", hjemmel="Offl. § 13")
    (case,), (entry,) = house.unit.saker.values(), house.unit.posts.values()
    assert ("UO", "UO", True) == (case.skjerming.kode, entry.skjerming.kode, entry.arvet)
    assert "Unntatt offentlighet" == case.offentlig_tittel


def test_j_is_moved_and_never_edited(make: Any) -> None:
    house = make()
    house.take(mail(), mail("Nr. 2", message_id="<2@a.example>"))
    with pytest.raises(UsedWrongly, match="--sak"):
        give(house, Verb.CORRECT, tittel="Ny tittel")
    give(house, Verb.CORRECT, utgaar="Feilregistrert")
    assert "U" == house.row()["journalstatus"]
    with pytest.raises(UsedWrongly, match="utgår"):
        give(house, Verb.CORRECT, tittel="Ny tittel")
    assert 2 == len(house.unit.posts)  # nothing is deleted


def test_post_nobody_has_a_rule_for_is_journaled_where_a_person_says(make: Any) -> None:
    house = make(DISMISS_PROPOSAL)
    house.take(mail())
    assert (State.SET_ASIDE, None, "no_rule", None) == shown(house)
    with pytest.raises(UsedWrongly, match="forslag"):
        give(house, Verb.APPROVE)
    give(
        house,
        Verb.CORRECT,
        ny_sak="Diverse",
        arkivdel="SAK",
        klasse="000",
        enhet="ARKIV",
        tilgang="åpen",
        tittel="Søknad om noe",
    )
    assert (State.DONE, "archived", None, "J") == shown(house)
    assert ("Diverse", "Søknad om noe", "svar:correct") == tuple(
        house.row()[name] for name in ("saktittel", "tittel", "rule")
    )


def test_post_is_forwarded_or_dismissed_as_a_person_says(make: Any) -> None:
    house = make(DISMISS_PROPOSAL)
    house.take(mail(), mail("Nr. 2", message_id="<2@a.example>"))
    give(house, Verb.FORWARD, til="plan@solvik.example", grunn="hører til der")
    give(house, Verb.DISMISS, seq=2, grunn="privat")
    assert [("done", "forwarded"), ("done", "dismissed")] == [shown(house, seq)[:2] for seq in (1, 2)]
    assert 1 == len(house.mailer.sent)


def test_of_two_answers_at_once_one_is_carried_out_and_the_other_person_is_told_who_was_first(make: Any) -> None:
    house = make(DISMISS_PROPOSAL)
    house.take(mail())
    post = post_of(house)
    told: list[str] = []
    start = threading.Barrier(2)

    def answer(user: str) -> None:
        start.wait()
        try:
            said = Answer(verb=Verb.DISMISS, user=user, grunn="privat")
            take(house.store, house.office.archive, post, said)
        except UsedWrongly as no:
            told.append(str(no))

    threads = [threading.Thread(target=answer, args=(user,)) for user in ("kari", "ola")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with house.store.read() as reads:
        (first,) = reads.answers(1)
    assert 1 == len(told)
    assert f"av {first['user']}" in told[0]


def test_two_who_approve_the_same_m_make_one_change(make: Any) -> None:
    house = make(PROPOSAL)
    house.take(mail())
    give(house, Verb.APPROVE)
    with pytest.raises(UsedWrongly, match="status J"):
        give(house, Verb.APPROVE, user="ola")
    assert 1 == house.asked("statusendring")


def test_an_answer_is_used_once_and_not_when_the_post_comes_up_again(make: Any) -> None:
    house = make(DISMISS_PROPOSAL)
    house.unit.klasser["SAK", "000"] = False
    house.take(mail())
    fields = {"ny_sak": "Diverse", "arkivdel": "SAK", "klasse": "000", "enhet": "ARKIV", "tilgang": "åpen"}
    give(house, Verb.CORRECT, **fields)
    assert (State.SET_ASIDE, None, "archive_refused", None) == shown(house)
    house.unit.klasser["SAK", "000"] = True
    retry(house.store, post_of(house), USER)
    walk(1, house.office)
    assert (State.DONE, "archived", None, "J") == shown(house)
    with house.store.read() as reads:
        assert [2] == [row["decision_no"] for row in reads.answers(1)]


def test_what_is_in_the_archive_already_is_finished_before_it_can_be_decided_anew(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make()
    real = house.office.archive.submit

    def submit(write: Any, key: Any) -> Any:
        if write.kind == "nytt_dokument":
            raise MaybeDone("brutt", key=key)
        return real(write, key)

    monkeypatch.setattr(house.office.archive, "submit", submit)
    house.take(mail())
    for _ in range(12):
        house.clock.go(1000)
        house.walk_due()
    assert (State.SET_ASIDE, None, "ambiguous_write", "M") == shown(house)
    monkeypatch.undo()
    fields = {"ny_sak": "En annen", "arkivdel": "SAK", "klasse": "000", "enhet": "ARKIV", "tilgang": "åpen"}
    with pytest.raises(UsedWrongly, match="retry"):
        give(house, Verb.CORRECT, **fields)
    with pytest.raises(UsedWrongly, match="retry"):
        give(house, Verb.DISMISS, grunn="privat")
    retry(house.store, post_of(house), USER)
    house.walk_due()
    assert (State.DONE, "archived", None, "J") == shown(house)


def test_post_that_was_never_fetched_can_only_be_dismissed(make: Any) -> None:
    house = make()
    house.office.post_limit_bytes = 100
    house.deliver(mail(text="x" * 500))
    house.collect()
    fields = {"ny_sak": "Diverse", "arkivdel": "SAK", "klasse": "000", "enhet": "ARKIV", "tilgang": "åpen"}
    with pytest.raises(UsedWrongly, match="hos kilden"):
        give(house, Verb.CORRECT, **fields)
    with pytest.raises(UsedWrongly, match="hentes ikke"):
        retry(house.store, post_of(house), USER)
    give(house, Verb.DISMISS, grunn="privat")
    assert (State.DONE, "dismissed", "privat", None) == shown(house)
    assert "inbox" == house.place.posts[1].place


def test_retry_decides_anew_by_the_rules_of_today(make: Any) -> None:
    house = make(DISMISS_PROPOSAL)
    house.take(mail())
    with pytest.raises(UsedWrongly, match="ikke satt til side"):
        house.write_rules(rules_text(CATCH_ALL))
        house.office.rules.refresh()
        retry(house.store, post_of(house), USER)
        retry(house.store, post_of(house), USER)
    walk(1, house.office)
    assert (State.DONE, "archived", None, "J") == shown(house)


def test_the_audit_knows_a_person_again_and_never_says_who(make: Any) -> None:
    house = make(DISMISS_PROPOSAL)
    house.take(mail("reklame"), mail("Nr. 2", message_id="<2@a.example>"))
    give(house, Verb.APPROVE)
    give(house, Verb.DISMISS, seq=2, grunn="privat")
    with house.store.read() as reads:
        rows = reads.conn.sqlalchemy.exec_driver_sql("SELECT * FROM audit_event").all()
        actors = set(
            reads.conn.sqlalchemy.exec_driver_sql("SELECT actor FROM audit_event WHERE event = 'answered'").scalars()
        )
    text = repr(rows).casefold()
    assert [] == [word for word in ("kari", "nordmann", "eksempel", "reklame.", "avsender.example") if word in text]
    assert {actor(house.store, USER)} == actors
    assert actor(house.store, "ola") not in actors
    assert {} == {one.name: one.examples for one in verify(house.store, house.office.archive) if not one.ok}

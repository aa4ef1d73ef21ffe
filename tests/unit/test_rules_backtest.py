"""The back-test's own parts: streaming of what was judged, what cannot be tried is counted, and what is compared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.answer import Answer, Verb
from models.decision import Decision, Reason, Way
from models.facts import Facts, Unknown
from models.finding import Finding, Severity
from models.judgement import Judgement
from models.organisation import Organisation
from models.store import Store, StoreAddress, open_store
from robot.backtest.answers import Verdict, verdict
from robot.backtest.run import Side, backtest
from robot.backtest.would import changed, would
from rules.engine import evaluate
from rules.load import load
from rules.model import RuleSet
from tests.support.stores import ORGNR, Clock, put

ORG = Organisation(orgnr=ORGNR, name="Solvik", forward_channels=("epost",))
UNITS = "kode,navn,arkivdel,klasse,saksansvarlig\nARKIV,Arkivet,SAK,000,ufordelt\nPLAN,Plan,SAK,000,ufordelt\n"
SHUT = 'skjerming: {kode: UO, hjemmel: "offl. § 13", skjul: [TRO]}'


def ruleset(folder: Path, *entries: str) -> RuleSet:
    folder.mkdir(parents=True)
    (folder / "enheter.csv").write_text(UNITS, "utf-8")
    (folder / "a.yaml").write_text("språk: 1\nregler:\n" + "".join(f"- {entry}\n" for entry in entries), "utf-8")
    loaded = load([folder], None)
    assert loaded.ruleset is not None, loaded.errors
    return loaded.ruleset


def journal(name: str, emne: str, access: str = "tilgang: åpen", unit: str = "ARKIV") -> str:
    case = "sak: {samlesak: S, ny: {enhet: ARKIV, tilgang: åpen}}"
    then = f"så: {{{case}, journalpost: {{type: I, tittel: T, {access}}}, fordel_til: {unit}}}"
    return f"{{regel: {name}, eier: e, hvorfor: h, hvis: {{emne: {emne}}}, {then}}}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    address = StoreAddress.sqlite(tmp_path / "robot.db")
    opened = open_store(address, orgnr=ORGNR, folder=tmp_path / "state", version="test", now=Clock())
    yield opened
    opened.close()


def judged(store: Store, rules: RuleSet, number: int, facts: Facts, *, readable: bool = True) -> int:
    """A post with a decision, as the journey leaves it."""
    seq = put(store, f"post-{number}").seq
    unread = Judgement(ruleset_sha256=rules.sha256, winner=None)
    judgement = evaluate(rules, facts, ORG) if readable else unread
    decision = Decision(way=Way.SET_ASIDE, because=(Reason(source="rules", text="x"),), ruleset_sha256=rules.sha256)
    with store.write() as tx:
        tx.keep_decision(seq, facts, judgement, decision)
    return seq


SINCE, UNTIL = 0.0, datetime(2030, 1, 1, tzinfo=UTC).timestamp()


def test_all_posts_are_streamed_once_with_their_newest_decision(store: Store, tmp_path: Path) -> None:
    rules = ruleset(tmp_path / "r", journal("a", "klage"))
    seqs = [judged(store, rules, number, Facts(values={"emne": "klage"})) for number in range(205)]
    with store.write() as tx:
        stored = tx.decision(seqs[3])
        assert stored is not None
        tx.keep_decision(seqs[3], Facts(values={"emne": "ny"}), stored.judgement, stored.decision)
    put(store, "uavgjort")
    with store.read() as reads:
        found = list(reads.judged(SINCE, UNTIL))
        assert seqs == [post.post["seq"] for post in found]
        assert ("ny", 2) == (found[3].facts().get("emne"), found[3].no)
        assert (205, 1) == (reads.judged_count(SINCE, UNTIL), reads.undecided_count(SINCE, UNTIL))
        assert [] == list(reads.judged(UNTIL, UNTIL + 1))


def test_what_cannot_be_tried_is_counted_and_nothing_is_guessed(store: Store, tmp_path: Path) -> None:
    old = ruleset(tmp_path / "old", journal("a", "klage"))
    new = ruleset(tmp_path / "new", "{regel: a, eier: e, hvorfor: h, hvis: {tekst: klage}, så: {til_menneske: x}}")
    assert "text" in new.needs and "text" not in old.needs
    judged(store, old, 1, Facts(values={"emne": "klage"}, groups=frozenset({"findings"})))
    judged(store, old, 2, Facts(values={"emne": "klage", "tekst": "klage"}))
    judged(store, old, 3, Facts(values={"emne": "klage"}), readable=False)
    gone = judged(store, old, 4, Facts(values={"emne": "klage"}))
    with store.write() as tx:
        tx.set_columns(gone, purged_at=1.0)
    with store.read() as reads:
        found = backtest(reads.judged(SINCE, UNTIL), Side(rules=old, org=ORG), Side(rules=new, org=ORG))
        assert (1, 0) == (reads.purged_count(SINCE, UNTIL), reads.undecided_count(SINCE, UNTIL))
    assert (3, 1, 1) == (found.posts, found.compared, found.changed)
    assert {"text": 1} == dict(found.lacking)
    assert 1 == found.unreadable


@pytest.mark.parametrize(
    ("values", "access"),
    [
        ({"emne": "klage", "funn": ()}, "åpen"),
        ({"emne": "klage", "funn": Unknown()}, "midlertidig"),
        (
            {
                "emne": "klage",
                "funn": (
                    Finding(etikett="FNR", alvor=Severity.WARNING, sted="t", start=0, end=1, masked="*", rule="fnr"),
                ),
            },
            "midlertidig",
        ),
    ],
)
def test_access_is_what_the_robot_itself_would_have_decided(
    values: dict[str, object], access: str, tmp_path: Path
) -> None:
    rules = ruleset(tmp_path / "r", journal("a", "klage"))
    facts = Facts(values=values)  # type: ignore[arg-type]
    assert access == would(evaluate(rules, facts, ORG), facts, ORG).fields["tilgang"]


def test_each_field_that_differs_is_named(tmp_path: Path) -> None:
    facts = Facts(values={"emne": "klage", "funn": ()})
    one = ruleset(tmp_path / "1", journal("a", "klage", SHUT))
    other = ruleset(tmp_path / "2", journal("a", "klage", SHUT.replace("TRO", "NA"), "PLAN"))
    before, after = (would(evaluate(rules, facts, ORG), facts, ORG) for rules in (one, other))
    assert ("skjerming", "enhet") == changed(before, after)
    assert () == changed(before, before)


@pytest.mark.parametrize(
    ("answer", "row", "expected"),
    [
        (Answer(verb=Verb.APPROVE, user="u"), {"outcome": "archived"}, Verdict.RIGHT),
        (Answer(verb=Verb.APPROVE, user="u"), {"outcome": "forwarded"}, Verdict.WRONG),
        (Answer(verb=Verb.DISMISS, user="u", grunn="spam"), {"outcome": "dismissed"}, Verdict.WRONG),
        (Answer(verb=Verb.CORRECT, user="u", utgaar="feil"), {"outcome": "archived"}, Verdict.WRONG),
        (Answer(verb=Verb.CORRECT, user="u"), {"outcome": "archived", "enhet": "PLAN"}, Verdict.WRONG),
        (Answer(verb=Verb.CORRECT, user="u"), {"outcome": "archived", "enhet": "ARKIV", "tilgang": "open"}, Verdict.RIGHT),
        (Answer(verb=Verb.CORRECT, user="u"), {"outcome": "archived", "tilgang": "shielded"}, Verdict.WRONG),
        (Answer(verb=Verb.CORRECT, user="u"), {"outcome": "archived", "saktittel": "En annen sak"}, Verdict.WRONG),
        (Answer(verb=Verb.CORRECT, user="u"), {"outcome": None, "state": "received"}, None),
    ],
)  # fmt: skip
def test_an_outcome_is_held_against_what_people_chose(
    answer: Answer, row: dict[str, object], expected: Verdict | None, tmp_path: Path
) -> None:
    facts = Facts(values={"emne": "klage", "funn": ()})
    found = would(evaluate(ruleset(tmp_path / "r", journal("a", "klage")), facts, ORG), facts, ORG)
    whole = {"state": "done", "enhet": None, "tilgang": None, "saksnummer": None, "saktittel": None, **row}
    assert expected is verdict(found, answer, whole)

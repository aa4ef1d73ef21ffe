"""What people answer on the command line, on three small mails: one journaled, one in M, one that no rule knows."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import structlog

from models.reasons import DISMISSALS
from robot.cli import main
from robot.init import init

USER = "zq-saksbehandler-prøve"
"""A log-in name found nowhere by chance."""

LIST_KEYS = frozenset(
    "id organisation channel source_id state outcome reason subject saksnummer saktittel journalpost journalstatus type "
    "tittel offentlig_tittel tilgang enhet forfall forward_channel rule received_at".split()
)
"""The keys that other programs rest on."""

MAILS = {
    "journaled": ("Innsynskrav", "Jeg ber om innsyn i postlisten."),
    "in_m": ("Klage på eiendomsskatt", "Jeg klager på eiendomsskatten."),
    "aside": ("Henvendelse om noe", "Jeg lurer på noe som ingen regel kjenner."),
}
NEW_CASE = ("--ny-sak", "Noe nytt", "--arkivdel", "SAK", "--klasse", "000", "--enhet", "ARKIV")
RULE_FOR_THE_UNKNOWN = """\
språk: 1
regler:
  - regel: henvendelse-om-noe
    navn: Henvendelser om noe
    modus: auto
    eier: arkiv@solvik.example
    hvorfor: Prøve. En regel som kom til etter at posten ble satt til side.
    hvis: {emne: {inneholder: [henvendelse om noe]}}
    så:
      sak: {samlesak: "Henvendelser {år}", ny: {enhet: ARKIV, tilgang: åpen}}
      journalpost: {type: I, tittel: "Henvendelse", tilgang: åpen}
      fordel_til: ARKIV
    eksempler:
      treffer:
        - {emne: "Henvendelse om noe", gir: {sak: Henvendelser 2026, tittel: Henvendelse}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Office:
    """An example installation that has taken the three mails, and its command line."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def do(self, *words: str) -> Said:
        code = main(["--config", str(self.folder / "config.toml"), *words])
        said = self.capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(code=code, out=said.out, err=said.err)

    def review(self, verb: str, name: str, *words: str) -> Said:
        return self.do("review", verb, self.id(name), *words, "--som", USER)

    def posts(self) -> list[dict[str, Any]]:
        return self.do("list", "--json").lines

    def post(self, name: str) -> dict[str, Any]:
        (found,) = [post for post in self.posts() if post["source_id"] == f"{name}.eml"]
        return found

    def id(self, name: str) -> str:
        return str(self.post(name)["id"])

    def waiting(self) -> set[str]:
        return {str(point["source_id"]).removesuffix(".eml") for point in self.do("review", "list", "--json").lines}

    def events(self) -> int:
        (chain,) = json.loads(self.do("audit", "verify", "--json").out)["organisations"].values()
        return int(chain["last_seq"])

    def refused(self, said: Said, *parts: str, before: tuple[list[dict[str, Any]], int]) -> None:
        """A refusal: exit 2, the sentence on stderr, and nothing changed, not even in the audit."""
        assert (said.code, said.out) == (2, "")
        for part in parts:
            assert part in said.err, said.err
        assert self.now() == before

    def now(self) -> tuple[list[dict[str, Any]], int]:
        return self.posts(), self.events()


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.delenv("POSTROBOT_CONFIG", raising=False)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # main sets it for the process; put back afterwards
    folder = tmp_path / "solvik"
    init(folder, example=True, now=lambda: datetime.now(UTC))
    for name, (subject, text) in MAILS.items():
        mail = EmailMessage()
        mail["From"] = "Kari Prøve <kari.prove@example.org>"
        mail["To"] = "postmottak@solvik.example"
        mail["Subject"] = subject
        mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0100"
        mail["Message-ID"] = f"<{name}@example.org>"
        mail.set_content(text)
        (folder / "inn" / f"{name}.eml").write_bytes(mail.as_bytes())
    office = Office(folder, capsys)
    assert office.do("run", "--once").code == 0
    assert [office.post(name)["journalstatus"] for name in MAILS] == ["J", "M", None]
    return office


@pytest.fixture(autouse=True)
def quiet() -> Any:
    """The log is set up for the process by each command; the next test file gets it as it was."""
    yield
    structlog.reset_defaults()


def test_list_and_show_say_what_waits_and_how_to_answer_it(office: Office) -> None:
    points = {point["source_id"]: point for point in office.do("review", "list", "--json").lines}
    assert {name: point["group"] for name, point in points.items()} == {
        "aside.eml": "no_rule",
        "in_m.eml": "awaits_approval",
    }
    assert points["in_m.eml"]["answer"] == f"postrobot review approve {office.id('in_m')}"
    screen = office.do("review", "list").out
    assert office.id("aside") in screen and office.id("in_m") in screen and office.id("journaled") not in screen
    shown = json.loads(office.do("review", "show", office.id("in_m"), "--json").out)
    assert [document["name"] for document in shown["documents"]] == ["in_m.eml"]
    assert shown["because"] and shown["answers"] == []
    for name in MAILS:
        assert office.post(name)["subject"] in office.do("review", "show", office.id(name)).out


def test_the_answer_that_is_suggested_for_a_journalpost_in_m_works_as_it_stands(office: Office) -> None:
    (point,) = [p for p in office.do("review", "list", "--json").lines if p["group"] == "awaits_approval"]
    program, *words = str(point["answer"]).split()
    assert (program, office.do(*words).code) == ("postrobot", 0)
    assert office.post("in_m")["journalstatus"] == "J"


def test_approving_turns_m_into_j_and_it_waits_no_more(office: Office) -> None:
    before = office.post("in_m")
    said = office.review("approve", "in_m")
    after = office.post("in_m")
    assert (said.code, after["journalstatus"]) == (0, "J")
    assert f"Journalpost {after['journalpost']}" in said.out
    for key in LIST_KEYS - {"journalstatus"}:
        assert after[key] == before[key], key
    assert office.waiting() == {"aside"}


def test_a_set_aside_post_is_journaled_in_the_new_case_a_person_names(office: Office) -> None:
    said = office.review("correct", "aside", *NEW_CASE, "--tilgang", "åpen", "--tittel", "Spørsmål")
    post = office.post("aside")
    assert said.code == 0, said.err
    assert (post["state"], post["outcome"], post["journalstatus"]) == ("done", "archived", "J")
    assert (post["saktittel"], post["tittel"], post["enhet"], post["tilgang"]) == (
        "Noe nytt",
        "Spørsmål",
        "ARKIV",
        "open",
    )
    assert re.fullmatch(r"\d{4}/\d+", post["saksnummer"])
    assert office.waiting() == {"in_m"}


def test_a_set_aside_post_is_journaled_in_the_existing_case_a_person_names(office: Office) -> None:
    case = office.post("journaled")["saksnummer"]
    said = office.review("correct", "aside", "--sak", case, "--tilgang", "åpen", "--enhet", "ARKIV")
    post = office.post("aside")
    assert said.code == 0, said.err
    assert (post["saksnummer"], post["journalstatus"]) == (case, "J")


def test_approving_without_the_access_says_what_is_missing_and_changes_nothing(office: Office) -> None:
    case = office.post("journaled")["saksnummer"]
    assert office.review("correct", "aside", "--sak", case, "--enhet", "ARKIV").code == 0
    assert office.post("aside")["journalstatus"] == "M"
    before = office.now()
    office.refused(office.review("approve", "aside"), "ingenting er endret", "--tilgang åpen", before=before)
    assert office.review("approve", "aside", "--tilgang", "åpen").code == 0
    assert office.post("aside")["journalstatus"] == "J"


def test_a_new_case_is_not_opened_before_somebody_says_who_may_see_it(office: Office) -> None:
    before = office.now()
    office.refused(office.review("correct", "aside", *NEW_CASE), "--tilgang åpen", "--hjemmel", before=before)


def test_an_answer_nobody_could_carry_out_is_refused_with_what_would_be_right(office: Office) -> None:
    before = office.now()
    office.refused(office.review("approve", "aside"), "review correct", before=before)
    office.refused(office.review("correct", "aside"), "--sak", "--ny-sak", before=before)
    office.refused(office.review("correct", "aside", "--sak", "2026/1", "--enhet", "TULL"), "ARKIV", before=before)
    office.refused(office.review("correct", "aside", "--sak", "2026/1", "--tilgang", "TULL"), "åpen", before=before)
    office.refused(office.review("correct", "in_m", "--sak", "1999/1"), "1999/1", before=before)
    office.refused(office.review("correct", "in_m", "--forfall", "31.12.2026"), "2026-12-31", before=before)
    unknown = office.do("review", "approve", "2026-01-01-9999")
    office.refused(unknown, "2026-01-01-9999", "postrobot list", before=before)


def test_what_is_journaled_is_not_edited_and_the_ways_that_exist_are_named(office: Office) -> None:
    before = office.now()
    said = office.review("correct", "journaled", "--tittel", "Noe annet")
    office.refused(said, "--sak", "--tilgang", "--utgår", before=before)
    for words in (("dismiss", "--grunn", "spam"), ("forward", "--til", "hr@solvik.example")):
        verb, *rest = words
        office.refused(office.review(verb, "journaled", *rest), "review correct", before=before)


def test_what_is_journaled_can_be_moved_to_another_case(office: Office) -> None:
    case = office.post("in_m")["saksnummer"]
    assert office.review("correct", "journaled", "--sak", case).code == 0
    moved = office.post("journaled")
    assert (moved["saksnummer"], moved["journalstatus"]) == (case, "J")


def test_a_journalpost_is_set_to_utgaar_and_stays_so(office: Office) -> None:
    assert office.review("correct", "journaled", "--utgår", "Registrert på feil sak").code == 0
    gone = office.post("journaled")
    assert (gone["state"], gone["outcome"], gone["journalstatus"]) == ("done", "archived", "U")
    before = office.now()
    for verb, *rest in (["approve"], ["correct", "--tittel", "Igjen"], ["correct", "--utgår", "Igjen"]):
        office.refused(office.review(verb, "journaled", *rest), "utgår", before=before)


def test_a_journalpost_in_m_is_edited_without_becoming_j(office: Office) -> None:
    said = office.review("correct", "in_m", "--tittel", "Klage", "--forfall", "2027-02-01", "--enhet", "ARKIV")
    assert said.code == 0, said.err
    post = office.post("in_m")
    assert (post["tittel"], post["forfall"], post["enhet"]) == ("Klage", "2027-02-01", "ARKIV")
    assert post["journalstatus"] == "M"


def test_a_post_is_forwarded_as_mail_and_not_journaled(office: Office) -> None:
    assert office.review("forward", "aside", "--til", "hr@solvik.example").code == 0
    post = office.post("aside")
    assert (post["state"], post["outcome"], post["journalpost"]) == ("done", "forwarded", None)
    mails = [
        message_from_bytes(file.read_bytes(), policy=policy.default) for file in (office.folder / "ut").glob("*.eml")
    ]
    assert [mail["To"] for mail in mails].count("hr@solvik.example") == 1


def test_a_post_is_dismissed_with_a_reason_from_the_closed_list(office: Office) -> None:
    before = office.now()
    office.refused(office.review("dismiss", "aside", "--grunn", "tull"), *sorted(DISMISSALS), before=before)
    assert office.review("dismiss", "aside", "--grunn", "reklame").code == 0
    post = office.post("aside")
    assert (post["state"], post["outcome"], post["reason"]) == ("done", "dismissed", "reklame")


SECOND: Sequence[tuple[str, list[str], list[str], str]] = (
    ("in_m", ["approve"], ["approve"], "bare M kan godkjennes"),
    ("aside", ["dismiss", "--grunn", "spam"], ["dismiss", "--grunn", "spam"], "er ferdig"),
    ("aside", ["dismiss", "--grunn", "spam"], ["correct", *NEW_CASE, "--tilgang", "åpen"], "er ferdig"),
    ("aside", ["forward", "--til", "hr@solvik.example"], ["forward", "--til", "arkiv@solvik.example"], "er ferdig"),
)


@pytest.mark.parametrize(("name", "first", "second", "told"), SECOND)
def test_who_answers_second_is_told_and_changes_nothing(
    office: Office, name: str, first: list[str], second: list[str], told: str
) -> None:
    assert office.review(first[0], name, *first[1:]).code == 0
    before = office.now()
    office.refused(office.review(second[0], name, *second[1:]), told, before=before)


def test_retry_takes_a_set_aside_post_up_again_with_the_rules_as_they_are_now(office: Office) -> None:
    again = office.do("retry", office.id("aside"), "--som", USER)
    assert (again.code, office.post("aside")["reason"]) == (0, "no_rule")
    (office.folder / "regler" / "henvendelser.yaml").write_text(RULE_FOR_THE_UNKNOWN, encoding="utf-8")
    again = office.do("retry", office.id("aside"), "--som", USER)
    post = office.post("aside")
    assert (again.code, post["rule"], post["journalstatus"]) == (0, "henvendelse-om-noe", "J")
    before = office.now()
    office.refused(office.do("retry", office.id("aside"), "--som", USER), "ikke satt til side", before=before)


def test_after_answers_of_every_kind_all_promises_hold_and_the_audit_names_nobody(office: Office) -> None:
    office.review("approve", "in_m")
    office.review("correct", "journaled", "--utgår", "Feil")
    office.do("retry", office.id("aside"), "--som", USER)
    office.review("correct", "aside", *NEW_CASE, "--tilgang", "åpen")
    assert office.do("audit", "export").code == 0

    held = office.do("verify", "--json")
    assert held.code == 0, held.out
    promises = json.loads(held.out)
    assert promises["ok"] is True
    assert {"I1", "I2", "I3", "I9"} <= set(promises["invariants"])
    assert all({"ok", "checked", "broken"} <= set(promise) for promise in promises["invariants"].values())

    files = sorted(office.folder.glob("state/*/revisjon/*.jsonl"))
    exported = "".join(file.read_text(encoding="utf-8") for file in files)
    (database,) = office.folder.glob("state/*/robot.db")
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT * FROM audit_event").fetchall()
    connection.close()
    assert exported.count('"event":"answered"') == 3
    actors = {event["actor"] for event in map(json.loads, exported.splitlines()) if event["event"] == "answered"}
    assert len(actors) == 1 and re.fullmatch("user:[0-9a-f]{16}", actors.pop())
    assert rows
    for text in (exported, str(rows)):
        assert "zq-saksbehandler" not in text
    # The person is known where the answer is: in the store, for those who work there.
    assert USER in office.do("review", "show", office.id("aside")).out


def test_audit_verify_has_the_keys_other_programs_rest_on_and_finds_a_changed_line(office: Office) -> None:
    verified = office.do("audit", "verify", "--json")
    answer = json.loads(verified.out)
    assert (verified.code, answer["ok"]) == (0, True)
    (orgnr, chain), *others = answer["organisations"].items()
    assert (orgnr, others) == (office.post("aside")["organisation"], [])
    assert {"first_seq", "last_seq", "last_hash", "first_bad_seq"} <= set(chain)
    assert chain["first_seq"] == 1 and chain["first_bad_seq"] is None and len(chain["last_hash"]) == 64
    assert answer["events"] >= chain["last_seq"]

    assert office.do("audit", "export").code == 0
    (file,) = office.folder.glob("state/*/revisjon/*.jsonl")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    copy = office.folder / "kopi.jsonl"
    copy.write_text("".join([*lines[:2], *lines[3:]]), encoding="utf-8")
    changed = office.do("audit", "verify", str(copy), "--json")
    assert (changed.code, json.loads(changed.out)["ok"]) == (1, False)
    assert office.do("audit", "verify", str(file), "--json").code == 0


def test_list_has_every_key_other_programs_rest_on_for_every_post(office: Office) -> None:
    posts = office.posts()
    assert sorted(post["source_id"] for post in posts) == [f"{name}.eml" for name in sorted(MAILS)]
    for post in posts:
        assert set(post) >= LIST_KEYS, LIST_KEYS - set(post)
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}-\d{4}", post["id"])
        assert datetime.fromisoformat(post["received_at"]).tzinfo is not None

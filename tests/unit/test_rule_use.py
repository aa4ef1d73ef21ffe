"""What rules have done, and what people's answers speak for: counted right, never more sure than the figures allow."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.answer import Verb
from models.decision import Mode
from models.store.judged_reads import JudgedPost
from robot import build
from robot.cli import main
from robot.context import from_process
from robot.report.model import Report, RuleAdvice
from robot.report.render import as_csv, as_html
from robot.rule_use import Use, advice, use_of, used_in, wilson, with_unused
from robot.rulesets import of_settings
from rules.load import load
from rules.model import Rule


def post(rule: str, mode: Mode, *verbs: Verb, kind: str = "journalpost", adds: Sequence[str] = ()) -> JudgedPost:
    winner = {"regel": rule, "modus": mode.value, "problem": None, "utfall": {"kind": kind}}
    said = {"winner": winner, "hits": [winner], "additions": [{"regel": name} for name in adds], "drafts": []}
    return JudgedPost(
        post={}, no=1, rule=rule, at=10.0, verbs=verbs, raw_judgement=zlib.compress(json.dumps(said).encode())
    )


@pytest.fixture(scope="module")
def rule(tmp_path_factory: pytest.TempPathFactory) -> Rule:
    folder = tmp_path_factory.mktemp("regler")
    (folder / "a.yaml").write_text(
        "språk: 1\nregler:\n- {regel: a, navn: A, så: {sak: {samlesak: S}, journalpost: {type: I, tittel: T}}}\n",
        "utf-8",
    )
    found = load([folder], None).ruleset
    assert found is not None
    return found.rules[0]


def test_hits_answers_and_what_was_done_alone_are_counted_apart() -> None:
    posts = [
        post("a", Mode.FORSLAG, Verb.APPROVE),
        post("a", Mode.FORSLAG, Verb.CORRECT, Verb.APPROVE),
        post("a", Mode.FORSLAG),
        post("a", Mode.AUTO),
        post("a", Mode.AUTO, Verb.CORRECT),
        post("b", Mode.FORSLAG, Verb.DISMISS, kind="til_menneske"),
        post("b", Mode.FORSLAG, kind="til_menneske", adds=["c"]),
    ]
    used = use_of(posts)
    assert Use(hits=5, decided=5, approved=1, corrected=1, auto=2, auto_corrected=1, last_at=10.0) == used["a"]
    assert (2, 0, 0) == (used["b"].hits, used["b"].decided, used["b"].answered)
    assert 1 == used["c"].hits


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [(35, 35, 0.901, 1.0), (0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (0, 0, 0.0, 1.0), (95, 100, 0.888, 0.978)],
)
def test_the_interval_is_wilsons(part: int, of: int, low: float, high: float) -> None:
    found = wilson(part, of)
    assert (low, high) == (pytest.approx(found[0], abs=1e-3), pytest.approx(found[1], abs=1e-3))


@pytest.mark.parametrize(
    ("mode", "use", "proposed"),
    [
        (Mode.FORSLAG, Use(approved=35), Mode.AUTO),
        (Mode.FORSLAG, Use(approved=34), None),
        (Mode.FORSLAG, Use(approved=34, corrected=1), None),
        (Mode.FORSLAG, Use(approved=200, corrected=8), Mode.AUTO),
        (Mode.FORSLAG, Use(approved=2, corrected=10), Mode.UTKAST),
        (Mode.FORSLAG, Use(corrected=5), None),
        (Mode.FORSLAG, Use(), None),
        (Mode.AUTO, Use(auto=40, auto_corrected=3), Mode.FORSLAG),
        (Mode.AUTO, Use(auto=400, auto_corrected=3), None),
        (Mode.AUTO, Use(auto=1, auto_corrected=1), None),
        (Mode.UTKAST, Use(approved=99), None),
    ],
)
def test_a_change_of_mode_is_proposed_only_when_the_figures_are_sure(
    mode: Mode, use: Use, proposed: Mode | None, rule: Rule
) -> None:
    found = advice(replace(rule, modus=mode), use)
    assert (proposed.value if proposed else None) == (found.proposed if found else None)
    if found is not None:
        assert 0 <= found.low <= found.agreed / found.of <= found.high <= 1


def test_the_report_shows_the_figures_in_each_language() -> None:
    one = RuleAdvice(rule="a", navn="A", mode="forslag", proposed="auto", agreed=40, of=40, low=91, high=100)
    at = datetime(2026, 11, 24, tzinfo=UTC)
    report = Report(organisation="S", orgnr="1", day=at.date(), made_at=at, zone="Europe/Oslo", advice=(one,))
    for language in ("nb", "nn", "en"):
        page = as_html(report, language)
        assert "40" in page and "91–100 %" in page and "forslag → auto?" in page
        assert "91–100" not in as_html(replace(report, advice=()), language)
    assert "40 av 40" in as_csv(report)


RULES = """\
språk: 1
regler:
- {regel: brev, navn: B, eier: e, hvorfor: h, hvis: {emne: {inneholder: brev}}, så: {til_menneske: x}}
- {regel: aldri, navn: A, eier: e, hvorfor: h, hvis: {emne: {inneholder: aldri}}, så: {til_menneske: x}}
"""


def test_a_rule_that_hit_nothing_for_ninety_days_is_told_of_and_a_new_one_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "hus"
    assert 0 == main(["init", str(folder)])
    config = folder / "config.toml"
    config.write_text(
        config.read_text("utf-8").replace('type = "mappe"\n', 'type = "mappe"\nstille_sekunder = 0.0\n', 1)
    )
    (folder / "regler" / "regler.yaml").write_text(RULES, "utf-8")
    (folder / "inn" / "a.eml").write_text("From: a@x.example\nSubject: Brev\n\nHei\n", "utf-8")
    assert 0 == main(["--config", str(config), "run", "--once"])
    capsys.readouterr()
    assert 0 == main(["--config", str(config), "rules", "list", "--json"])
    rows = {row["id"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert (1, 0) == (rows["brev"]["hits"], rows["aldri"]["hits"])
    assert rows["brev"]["last_used"] and rows["aldri"]["last_used"] is None
    assert 0 == main(["--config", str(config), "rules", "list"])
    shown = capsys.readouterr().out
    assert "1 treff på 90 dager" in shown and "ingen treff på 90 dager" in shown and "eier e" in shown

    context = from_process(config=str(config), debug=False)
    settings = context.settings()
    (name,) = settings.organisasjon

    def told(now: datetime) -> list[str]:
        looked = with_unused(settings, name, of_settings(settings, name), now=lambda: now)
        return [fault.message for fault in looked.faults if fault.code == "R419"]

    now = datetime.now(UTC)
    assert [] == told(now)
    later = now + timedelta(days=91)
    assert {"brev", "aldri"} == {message.split("«")[1].split("»")[0] for message in told(later)}
    with build.store(settings, name, now=context.now).write() as tx:
        tx.set_columns(1, received_at=later.timestamp() - 1)
    assert ["aldri"] == [message.split("«")[1].split("»")[0] for message in told(later)]
    assert 1 == used_in(settings, name, now=lambda: later).by_rule["brev"].hits

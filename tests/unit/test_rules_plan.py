"""``rules plan``, ``apply``, ``rollback`` and ``history``: a rule change is tried on stored post before it is in force."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.store import tables as t
from robot import build
from robot.backtest import change
from robot.cli import main
from robot.context import from_process
from rules.load import load_stored

RULES = """\
språk: 1
regler:
- regel: lege
  eier: e
  hvorfor: h
  modus: auto
  hvis: {emne: {inneholder: legeerklæring}}
  så:
    sak: {samlesak: "Legeerklæringer {år}", ny: {enhet: ARKIV, tilgang: åpen}}
    journalpost: {type: I, tittel: Legeerklæring, skjerming: {kode: UO, hjemmel: offl. § 13, skjul: [TRO]}}
    fordel_til: ARKIV
  eksempler: {treffer: [{emne: Legeerklæring}], treffer_ikke: [{emne: Brev}]}
- regel: søknad
  eier: e
  hvorfor: h
  hvis: {emne: {inneholder: søknad}}
  så:
    sak: {samlesak: "Søknader {år}", ny: {enhet: ARKIV, tilgang: åpen}}
    journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
    fordel_til: ARKIV
  eksempler: {treffer: [{emne: Søknad}], treffer_ikke: [{emne: Brev}]}
"""

NEW_RULE = """\
- regel: brev
  eier: e
  hvorfor: h
  hvis: {emne: {inneholder: brev}}
  så:
    sak: {samlesak: "Brev {år}", ny: {enhet: ARKIV, tilgang: åpen}}
    journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
    fordel_til: ARKIV
  eksempler: {treffer: [{emne: Brev}], treffer_ikke: [{emne: Kort}]}
"""

SHUT = "skjerming: {kode: UO, hjemmel: offl. § 13, skjul: [TRO]}"


def mail(number: int, subject: str) -> str:
    return (
        f"From: Ola <ola{number}@x.example>\nTo: post@solvik.example\nSubject: {subject}\nMessage-ID: <{number}@x.example>\n"
        "Date: Mon, 23 Nov 2026 10:00:00 +0100\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nHei\n"
    )


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house where five posts have been dealt with, and one of them answered by a person."""
    folder = tmp_path_factory.mktemp("plan") / "hus"
    assert 0 == main(["init", str(folder)])
    config = folder / "config.toml"
    config.write_text(
        config.read_text("utf-8").replace('type = "mappe"\n', 'type = "mappe"\nstille_sekunder = 0.0\n', 1)
    )
    (folder / "regler" / "regler.yaml").write_text(RULES, "utf-8")
    for number, subject in enumerate(("Legeerklæring", "Søknad om bål", "Søknad om leie", "Brev", "Brev til arkivet")):
        (folder / "inn" / f"{number}.eml").write_text(mail(number, subject), "utf-8")
    assert 0 == main(["--config", str(config), "run", "--once"])
    return folder


@pytest.fixture
def house(worked: Path, tmp_path: Path) -> Path:
    """A copy of it to work in."""
    shutil.copytree(worked, tmp_path / "hus")
    return tmp_path / "hus"


@pytest.fixture
def cli(house: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["--config", str(house / "config.toml"), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def edit(house: Path, *changes: tuple[str, str], more: str = "", where: str = "endret") -> Path:
    """An edited copy of the rules."""
    folder = house / where
    if not folder.exists():
        shutil.copytree(house / "regler", folder)
    text = RULES + more
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "regler.yaml").write_text(text, "utf-8")
    return folder


def planned(cli: Callable[..., tuple[int, str, str]], *words: str) -> tuple[int, dict[str, Any]]:
    code, out, err = cli("rules", "plan", "--json", *words)
    assert out, err
    return code, json.loads(out)


def in_force(house: Path) -> str:
    context = from_process(config=str(house / "config.toml"), debug=False)
    settings = context.settings()
    (name,) = settings.organisasjon
    store = build.store(settings, name, now=context.now)
    with store.read() as reads:
        found = reads.last_ruleset()
    store.close()
    assert found is not None
    return found


def rows(house: Path, cli: Callable[..., tuple[int, str, str]]) -> dict[str, str]:
    """Subject → id."""
    return {row["subject"]: row["id"] for row in map(json.loads, cli("list", "--json")[1].splitlines())}


def test_what_would_change_is_counted_grouped_and_shown_by_id(house: Path, cli: Any) -> None:
    ids = rows(house, cli)
    folder = edit(house, ('"Søknader {år}"', '"Alle søknader {år}"'), more=NEW_RULE)
    code, found = planned(cli, str(folder))
    assert 0 == code
    assert (5, 4, 0) == (found["posts"], found["changed"], found["restricted_to_open"])
    groups = {(g["from"]["rule"], g["to"]["rule"]): g for g in found["groups"]}
    assert {("søknad", "søknad"), ("no_rule", "brev")} == set(groups)
    same = groups[("søknad", "søknad")]
    assert {"sak": 2} == same["fields"]
    assert {ids["Søknad om bål"], ids["Søknad om leie"]} == set(same["samples"])
    other = groups[("no_rule", "brev")]
    assert ("til et menneske", "journalføres") == (other["from"]["outcome"], other["to"]["outcome"])
    assert {"field": "enhet", "from": "", "to": "ARKIV", "count": 2} in other["values"]


def test_a_plan_holds_no_titles_and_nobody_else_may_read_it(house: Path, cli: Any) -> None:
    _, found = planned(cli, str(edit(house, more=NEW_RULE)))
    (path,) = house.glob(f"state/*/planer/{found['plan']}.json")
    assert 0o600 == path.stat().st_mode & 0o777
    text = path.read_text("utf-8")
    assert "bål" not in text and "Brev til arkivet" not in text and "x.example" not in text


def test_a_plan_touches_neither_archive_nor_store_nor_source(
    house: Path, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.arkiv.archive import EmbeddedArchive

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the archive was touched")

    for name in ("submit", "outcome", "find_saksmapper", "journalposter"):
        monkeypatch.setattr(EmbeddedArchive, name, never)
    before = rows(house, cli)
    events = cli("audit", "verify", "--json")[1]
    code, _ = planned(cli, str(edit(house, more=NEW_RULE)))
    assert 0 == code
    assert before == rows(house, cli)
    assert events == cli("audit", "verify", "--json")[1]


def test_a_post_that_would_be_opened_is_a_hard_stop_until_somebody_accepts_it(house: Path, cli: Any) -> None:
    ids = rows(house, cli)
    before = in_force(house)
    folder = edit(house, (SHUT, "tilgang: åpen"))
    code, found = planned(cli, str(folder))
    assert 1 == code
    assert 1 == found["restricted_to_open"]
    assert [ids["Legeerklæring"]] == found["restricted_to_open_posts"]
    code, out, _ = cli("rules", "plan", str(folder))
    assert 1 == code and "STOPP" in out and "rules apply" not in out
    code, _, said = cli("rules", "apply", found["plan"])
    assert 2 == code and "skjermet" in said
    assert before == in_force(house)
    code, accepted = planned(cli, str(folder), "--godta-åpning", "Vedtak i sak 12", "--som", "kari")
    assert 0 == code
    assert {"by": "kari", "reason": "Vedtak i sak 12"} == accepted["accepted"]
    assert 0 == cli("rules", "apply", accepted["plan"])[0]
    assert accepted["rules"] == in_force(house)


def test_a_shielding_that_a_rule_only_adds_counts_as_shielded(house: Path, cli: Any) -> None:
    adding = f"- regel: vern\n  eier: e\n  hvorfor: h\n  hvis: {{emne: {{inneholder: bål}}}}\n  legg_til: {{{SHUT}}}\n"
    (house / "regler" / "vern.yaml").write_text(f"språk: 1\nregler:\n{adding}", "utf-8")
    assert 0 == cli("run", "--once")[0]
    folder = edit(house)
    (folder / "vern.yaml").unlink()
    code, found = planned(cli, str(folder))
    assert (1, 1) == (code, found["restricted_to_open"])


def test_a_new_case_that_would_be_opened_is_a_hard_stop_too(house: Path, cli: Any) -> None:
    closed = RULES.replace("ny: {enhet: ARKIV, tilgang: åpen}", f"ny: {{enhet: ARKIV, {SHUT}}}", 1)
    (house / "regler" / "regler.yaml").write_text(closed, "utf-8")
    assert 0 == cli("run", "--once")[0]
    code, found = planned(cli, str(edit(house)))
    assert (1, 1) == (code, found["restricted_to_open"])


def test_a_post_that_a_person_closed_is_not_opened_by_a_new_rule(house: Path, cli: Any) -> None:
    post = rows(house, cli)["Brev"]
    words = ["--ny-sak", "Brev 2026", "--arkivdel", "SAK", "--klasse", "000", "--enhet", "ARKIV"]
    code, out, err = cli("review", "correct", post, *words, "--tilgang", "UO", "--hjemmel", "offl. § 13")
    assert 0 == code, out + err
    code, found = planned(cli, str(edit(house, more=NEW_RULE)))
    assert (1, [post]) == (code, found["restricted_to_open_posts"])


def test_the_change_is_held_against_what_people_chose(house: Path, cli: Any) -> None:
    ids = rows(house, cli)
    words = ["--ny-sak", "Brev 2026", "--arkivdel", "SAK", "--klasse", "000", "--enhet", "ARKIV", "--tilgang", "åpen"]
    code, out, err = cli("review", "correct", ids["Brev"], *words)
    assert 0 == code, out + err
    assert 0 == cli("review", "dismiss", ids["Brev til arkivet"], "--grunn", "reklame")[0]
    assert 0 == cli("review", "approve", ids["Søknad om bål"])[0]
    _, found = planned(cli, str(edit(house, more=NEW_RULE)))
    people = found["people"]
    assert 3 == people["answered"]
    assert {"right": 1, "wrong": 0, "human": 2} == people["before"]
    assert {"right": 2, "wrong": 1, "human": 0} == people["after"]
    assert (1, 1, [ids["Brev til arkivet"]]) == (people["better"], people["worse"], people["worse_posts"])


def test_apply_refuses_when_the_files_or_the_set_in_force_have_changed(house: Path, cli: Any) -> None:
    folder = edit(house, more=NEW_RULE)
    _, found = planned(cli, str(folder))
    before = in_force(house)
    edit(house, ("Brev {år}", "Breva {år}"), more=NEW_RULE)
    code, _, said = cli("rules", "apply", found["plan"])
    assert 2 == code and "endret siden" in said
    (folder / "regler.yaml").write_text("språk: 1\nregler: [", "utf-8")
    assert 2 == cli("rules", "apply", found["plan"])[0]
    assert before == in_force(house)
    edit(house, more=NEW_RULE)
    _, other = planned(cli, str(edit(house, ("Søknader {år}", "Andre {år}"), where="annen")))
    assert 0 == cli("rules", "apply", other["plan"])[0]
    code, _, said = cli("rules", "apply", found["plan"])
    assert 2 == code and "andre enn da planen" in said
    assert other["rules"] == in_force(house)


def test_a_plan_that_somebody_wrote_in_is_refused(house: Path, cli: Any) -> None:
    _, found = planned(cli, str(edit(house, (SHUT, "tilgang: åpen"))))
    (path,) = house.glob(f"state/*/planer/{found['plan']}.json")
    raw = json.loads(path.read_text("utf-8"))
    raw["found"]["accepted"] = {"by": "x", "reason": "y"}
    path.write_text(json.dumps(raw), "utf-8")
    code, _, said = cli("rules", "apply", str(path))
    assert 2 == code and "slik roboten skrev den" in said
    assert 2 == cli("rules", "apply", "p-finnesikke")[0]


def test_an_applied_copy_stays_in_force_though_the_folder_has_the_old_files(house: Path, cli: Any) -> None:
    before = in_force(house)
    _, found = planned(cli, str(edit(house, more=NEW_RULE)))
    code, out, _ = cli("rules", "apply", found["plan"])
    assert 0 == code and "annet sett" in out
    assert 0 == cli("run", "--once")[0]
    assert found["rules"] == in_force(house)
    status = json.loads(cli("status", "--json")[1])
    assert (found["rules"], "held") == (status["rules"]["hash"], status["rules"]["waiting"]["why"])
    assert 2 == cli("rules", "apply", found["plan"])[0]
    (house / "inn" / "ny.eml").write_text(mail(9, "Brev igjen"), "utf-8")
    assert 0 == cli("run", "--once")[0]
    assert (
        "brev"
        == {r["subject"]: r for r in map(json.loads, cli("list", "--json")[1].splitlines())}["Brev igjen"]["rule"]
    )
    code, out, _ = cli("rules", "rollback")
    assert 0 == code and before == in_force(house)
    assert 0 == cli("rules", "rollback", found["rules"][:10])[0]
    assert found["rules"] == in_force(house)


def test_rollback_tells_what_is_wrong_and_changes_nothing(house: Path, cli: Any) -> None:
    before = in_force(house)
    code, _, said = cli("rules", "rollback")
    assert 2 == code and "tidligere sett" in said
    code, _, said = cli("rules", "rollback", before[:8])
    assert 2 == code and "i drift nå" in said
    assert 2 == cli("rules", "rollback", "0123456789ab")[0]
    assert before == in_force(house)


def test_every_set_is_kept_whole_and_the_audit_names_plan_and_hash_not_the_user(house: Path, cli: Any) -> None:
    first = in_force(house)
    _, found = planned(cli, str(edit(house, more=NEW_RULE)))
    assert 0 == cli("rules", "apply", found["plan"], "--som", "kari.nordmann")[0]
    context = from_process(config=str(house / "config.toml"), debug=False)
    settings = context.settings()
    (name,) = settings.organisasjon
    store = build.store(settings, name, now=context.now)
    with store.read() as reads:
        for sha256 in (first, found["rules"]):
            files = reads.stored_ruleset(sha256)
            assert files is not None
            kept = load_stored(files, build.organisation(settings, name)).ruleset
            assert kept is not None and sha256 == kept.sha256
        query = select(t.audit_event).where(t.audit_event.c.event == "ruleset_in_force").order_by(t.audit_event.c.seq)
        event = reads.conn.execute(query).mappings().all()[-1]
    store.close()
    assert found["rules"] == event["ruleset_sha256"]
    details = json.loads(event["details"])
    assert ("apply", found["plan"]) == (details["how"], details["plan"])
    assert event["actor"].startswith("user:") and "kari" not in repr(dict(event))
    shown = cli("rules", "history")[1]
    assert "I DRIFT" in shown.splitlines()[0] and "kari.nordmann" in shown
    post = rows(house, cli)["Søknad om bål"]
    assert first == json.loads(cli("explain", "--json", post)[1])["ruleset"]


def test_the_files_of_an_old_set_can_be_had_again(house: Path, cli: Any) -> None:
    first = in_force(house)
    target = house / "ut-av-arkivet"
    assert 0 == cli("rules", "history", "--vis", first[:8], "--til", str(target))[0]
    (file,) = target.rglob("regler.yaml")
    assert RULES == file.read_text("utf-8")
    assert 2 == cli("rules", "history", "--vis", first[:8], "--til", str(target))[0]


def test_an_edited_set_with_errors_is_not_tried(house: Path, cli: Any) -> None:
    code, found = planned(cli, str(edit(house, ("hvis:", "hvs:"))))
    assert 1 == code and "R101" in {fault["code"] for fault in found["faults"]}
    assert not list(house.glob("state/*/planer/*"))


def test_the_period_is_days_or_dates(house: Path, cli: Any) -> None:
    folder = str(edit(house, more=NEW_RULE))
    assert 0 == planned(cli, folder, "--from", "2020-01-01", "--to", "2020-12-31")[1]["posts"]
    assert 5 == planned(cli, folder, "--days", "2")[1]["posts"]
    assert 2 == cli("rules", "plan", folder, "--from", "i går")[0]
    assert 2 == cli("rules", "plan", folder, "--from", "2026-02-01", "--to", "2026-01-01")[0]
    assert 2 == cli("rules", "plan", str(house / "finnes-ikke"))[0]


def test_the_same_rules_change_nothing(house: Path, cli: Any) -> None:
    code, out, _ = cli("rules", "plan")
    assert 0 == code
    assert "de samme som i drift" in out and "Ingen post ville fått et annet utfall." in out


def test_with_plan_required_an_edit_waits_for_apply(house: Path, cli: Any) -> None:
    config = house / "config.toml"
    config.write_text(config.read_text("utf-8").replace('regler = ["', 'regelendring = "plan"\nregler = ["'), "utf-8")
    before = in_force(house)
    (house / "regler" / "regler.yaml").write_text(RULES + NEW_RULE, "utf-8")
    assert 0 == cli("run", "--once")[0]
    assert before == in_force(house)
    status = json.loads(cli("status", "--json")[1])["rules"]
    assert "plan" == status["waiting"]["why"]
    assert "rules plan" in cli("status")[1]
    _, found = planned(cli)
    assert 0 == cli("rules", "apply", found["plan"])[0]
    assert status["waiting"]["hash"] == in_force(house)
    assert json.loads(cli("status", "--json")[1])["rules"]["waiting"] is None


def test_the_time_of_a_period_is_the_organisations_own() -> None:
    from datetime import UTC, date, datetime

    first, after = change.Period(first=date(2026, 3, 29), last=date(2026, 3, 29)).bounds("Europe/Oslo")
    assert datetime(2026, 3, 28, 23, tzinfo=UTC).timestamp() == first
    assert 23 * 3600 == after - first  # the day the clocks go forward

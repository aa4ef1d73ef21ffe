"""The demonstration's post through the whole main job: every piece ends as its manifest says, and a second run does nothing."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.arkiv.archive import EmbeddedArchive
from robot.demo.altinn import add_sources, platform
from robot.demo.post import make_post
from robot.demo.svarut import add_source, mottakersystem

ROOT = Path(__file__).resolve().parents[2]
ORGNR = "315000106"


def postrobot(config, *arguments):
    command = [sys.executable, "-m", "robot", "--config", str(config), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The example municipality with all of its post in the folder, and one run done."""
    folder = tmp_path_factory.mktemp("solvik") / "hus"
    subprocess.run([sys.executable, "-m", "robot", "init", "--example", str(folder)], cwd=ROOT, check=True)
    today = datetime.now(UTC).date()
    post = make_post(folder / "inn", seed=7, today=today)
    for name, content in post.mails:
        (folder / "inn" / name).write_bytes(content)
    archive = EmbeddedArchive(folder / "state" / ORGNR, now=lambda: datetime.now(UTC))
    try:
        assert not archive.import_cases(post.cases).faults
    finally:
        archive.close()
    with mottakersystem(post.letters) as server, platform(post.altinn) as altinn:
        add_source(folder / "config.toml", server, organisation="solvik")
        add_sources(folder / "config.toml", altinn, organisation="solvik")
        counts = json.loads(postrobot(folder / "config.toml", "run", "--once", "--json"))
        again = json.loads(postrobot(folder / "config.toml", "run", "--once", "--json"))
        statuses = {key: held.status.name for key, held in server.held.items()}
        told = {
            "forms": [form.confirmed for form in altinn.forms.values()],
            "letters": sorted((letter.confirms, letter.reads) for letter in altinn.letters.values()),
        }
    rows = [json.loads(line) for line in postrobot(folder / "config.toml", "list", "--json").splitlines()]
    return folder, post, counts, {row["source_id"]: row for row in rows}, again, statuses, told


def test_every_piece_ends_as_expected(house):
    _, post, _, rows, *_ = house
    wrong = []
    for one in post.expected:
        row = rows[one.name]
        ended = row["outcome"] or row["state"]
        if ended != one.outcome or (one.rule and row["rule"] != one.rule):
            wrong.append(f"{one.name}: {ended} {row['rule']} {row['reason']}, not {one.outcome} {one.rule}")
    assert [] == wrong


def test_counts_add_up_and_nothing_waits_or_fails(house):
    _, post, counts, *_ = house
    assert len(post.expected) == counts["collected"]
    assert 0 == counts["waiting"] == counts["failed"]
    assert counts["collected"] == counts["archived"] + counts["set_aside"] + counts["forwarded"] + counts["dismissed"]


def test_what_a_detector_marks_is_never_open(house):
    _, _, _, rows, *_ = house
    assert "shielded" == rows["oppfølgingsplan.eml"]["tilgang"]
    assert "temporary" == rows["tilskudd_konto.eml"]["tilgang"]
    assert "Oppfølgingsplan" == rows["oppfølgingsplan.eml"]["offentlig_tittel"]


def test_all_nabovarsel_of_the_year_are_in_one_case(house):
    _, _, _, rows, *_ = house
    numbers = {row["saksnummer"] for row in rows.values() if row["rule"] == "nabovarsel"}
    assert 1 == len(numbers)


def test_an_answer_in_svarinn_joins_the_case_of_our_letter_and_a_unit_gets_its_own(house):
    _, post, _, rows, _, statuses, _ = house
    answer, pupil, *_ = [rows[each.sent.id] for each in post.letters]
    assert str(answer["saksnummer"]).endswith("/63")
    assert "SKOLE" == pupil["enhet"]
    assert {"READ", "WAITING"} == set(statuses.values())
    assert ["WAITING"] == [statuses[each.sent.id] for each in post.letters if each.outcome == "set_aside"]


def test_altinn_is_told_when_the_archive_has_it_and_a_form_finds_its_case(house):
    _, _, _, rows, *_, told = house
    assert {"forms": [["solv"], ["solv"]], "letters": [(0, 1), (0, 1), (1, 1)]} == told
    (form,) = [row for row in rows.values() if row["rule"] == "melding-om-tiltak"]
    assert str(form["saksnummer"]).endswith("/40")


def test_a_second_run_does_nothing(house):
    folder, _, _, rows, again, *_ = house
    assert 0 == again["collected"] == again["archived"]
    assert len(rows) == len(postrobot(folder / "config.toml", "list", "--json").splitlines())

"""A pipeline in use on the way of a post: rules rest on it where it is sure, and never where a detector marks or it is not."""

from __future__ import annotations

import random

import pytest

from models.facts import Unknown
from models.learning import Target
from robot.language.desk import LanguageDesk
from robot.language.rows import Row
from robot.language.train import Choice, train
from robot.learning import shelf
from tests.support.house import House, mail, rules_text

KATEGORI = """\
  - regel: byggesak
    navn: Byggesaker
    modus: auto
    hvis: {kategori: byggesak}
    så:
      sak: {samlesak: "Byggesaker {år}", ny: {tilgang: åpen}}
      journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
      fordel_til: PLAN
"""
WORDS = {
    "byggesak": "garasje tilbygg tegning nabovarsel situasjonsplan fasade takvinkel byggetillatelse".split(),
    "barnehage": "barnehageplass opptak søsken oppholdstid foreldrebetaling avdeling barn oppstart".split(),
    "skjenking": "skjenkebevilling servering øl vin styrer kunnskapsprøve stedfortreder åpningstid".split(),
}
SURE = "Vi søker om garasje tilbygg tegning nabovarsel fasade."


@pytest.fixture(scope="module")
def pipeline():
    chance = random.Random(1)
    rows = [
        Row(text=f"Søknad\n\nVi søker om {' '.join(chance.sample(WORDS[kind], 4))}.", label=kind)
        for _ in range(120)
        for kind in sorted(WORDS)
    ]
    return train(rows, choice=Choice.LINEAR)


@pytest.fixture
def house(tmp_path, reading_room, pipeline):
    made = House(tmp_path, reading_room, rules=rules_text(KATEGORI))
    digest = shelf.put(made.store, Target.KATEGORI, pipeline)
    with made.store.write() as tx:
        tx.add_pipeline(Target.KATEGORI, digest, live=True, seen_until=0.0, examples=360, card={})
    made.office.language_desk = LanguageDesk(made.store)
    yield made
    made.store.close()


def stored(house, seq=1):
    with house.store.read() as reads:
        return reads.decision(seq)


def test_post_that_the_pipeline_is_sure_of_is_decided_by_the_rule_for_it(house, pipeline):
    house.take(mail("Søknad", text=SURE))

    assert house.row()["rule"] == "byggesak"
    assert house.row()["outcome"] == "archived"
    kept = stored(house)
    assert kept.decision.pipelines == (kept.facts.language[0].pipeline,)
    assert kept.facts.get("kategori") == "byggesak"
    assert "garasje" in kept.facts.language[0].words


def test_post_that_a_detector_marks_is_never_decided_by_language(house):
    house.take(mail("Søknad", text=f"{SURE}\nFødselsnummer 01817512345 og passord: Sommer2026!"))

    assert house.row()["state"] == "set_aside"
    assert stored(house).facts.get("kategori") == Unknown()
    assert stored(house).facts.language


def test_post_of_a_new_kind_goes_to_a_person_with_the_nearest_three(house):
    house.take(mail("Quarterly outlook", text="Shareholder newsletter about dividends and corporate governance."))

    assert house.row()["state"] == "set_aside"
    told = stored(house).facts.language[0]
    assert told.label is None
    assert len(told.best) == 3


def test_without_a_pipeline_a_rule_that_rests_on_it_does_not_decide(tmp_path, reading_room):
    house = House(tmp_path, reading_room, rules=rules_text(KATEGORI))
    try:
        house.office.language_desk = LanguageDesk(house.store)
        house.take(mail("Søknad", text=SURE))

        assert house.row()["state"] == "set_aside"
        assert stored(house).decision.pipelines == ()
    finally:
        house.store.close()

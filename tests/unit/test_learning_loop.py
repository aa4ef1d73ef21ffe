"""The learning loop: ended post and answers become masked examples, and a pipeline goes to work only when it is better."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.answer import Answer, Verb
from models.errors import UsedWrongly
from models.facts import Unknown
from models.learning import Example, Origin, Target
from models.post import Outcome
from models.store import Store
from robot import cli
from robot.language.desk import LanguageDesk
from robot.learning import shelf
from robot.learning.gather import gather
from robot.learning.importing import import_file
from robot.learning.mask import masked
from robot.learning.order import judge, learning_text
from robot.learning.retrain import Became, chosen, forget_job, learning_job, retrain, split
from robot.learning.status import roll_back, status, status_text
from robot.purge import purge
from robot.reading.dispatch import ReadingRoom
from robot.review import find_post, take
from robot.review_screens import waiting_in
from tests.support.house import CATCH_ALL, House, mail, rules_text
from tests.support.stores import ORGNR, Clock, new_address, opened

DAY = 86_400.0
FNR = "01819045077"
AVVIS = """\
  - regel: reklame
    navn: Reklame
    prioritet: 10
    modus: auto
    hvis: {emne: {inneholder: tilbud}}
    så: {avvis: {grunn: reklame}}
"""
WORDS = {
    "byggesak": "garasje tilbygg tegning nabovarsel situasjonsplan fasade takvinkel byggetillatelse".split(),
    "barnehage": "barnehageplass opptak søsken oppholdstid foreldrebetaling avdeling barn oppstart".split(),
    "skjenking": "skjenkebevilling servering øl vin styrer kunnskapsprøve stedfortreder åpningstid".split(),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(new_address("sqlite", tmp_path, pytest.fail), tmp_path, now=Clock()) as made:
        yield made


@pytest.fixture
def house(tmp_path: Path, reading_room: ReadingRoom) -> Iterator[House]:
    made = House(tmp_path, reading_room, rules=rules_text(AVVIS, CATCH_ALL))
    yield made
    made.store.close()


def examples(count: int, *, start: int = 0, noise: float = 0.0, origin: Origin = Origin.ANSWER) -> list[Example]:
    """Letters of three kinds, one a day; ``noise`` is the share with a wrong label."""
    chance, kinds = random.Random(start), sorted(WORDS)
    made = []
    for number in range(start, start + count):
        kind = kinds[number % 3]
        text = f"Søknad\n\nVi søker om {' '.join(chance.sample(WORDS[kind], 4))}."
        label = chance.choice(kinds) if chance.random() < noise else kind
        made.append(
            Example(key=f"k{number}", target=Target.KATEGORI, label=label, origin=origin, text=text, at=number * DAY)
        )
    return made


def note(store: Store, made: list[Example]) -> None:
    with store.write() as tx:
        tx.note_examples(made)


def kept(store: Store, target: Target = Target.KATEGORI) -> list[Example]:
    with store.read() as reads:
        return reads.examples(target, most=1000)


def test_names_numbers_addresses_and_secrets_are_masked() -> None:
    text = (
        "Søknad fra Kari Hansen\n\nJeg, Kari Hansen (fødselsnr. 01817512345), bor i Storgata 5. Ring 99 88 77 66 eller skriv "
        "til kari@avsender.example. Hansens bil står på tomten. Passord: Sommer2026!"
    )
    (found,) = masked([text])
    for secret in ("Kari", "Hansen", "01817512345", "99 88", "kari@", "Sommer2026", "5."):
        assert secret not in found
    assert "bor i" in found and "bil står på tomten" in found


def test_the_senders_name_is_masked_even_where_it_does_not_look_like_one() -> None:
    (found,) = masked(["SØKNAD FRA XQARI VOLDRØSK om plass"], [["Xqari Voldrøsk"]])
    assert "XQARI" not in found and "VOLDRØSK" not in found
    assert found.endswith("om plass")


def test_what_ended_becomes_examples_once(house: House) -> None:
    house.take(mail("Søknad fra Kari Hansen", text="Jeg, Kari Hansen, søker om plass.", message_id="<1@a.example>"))
    house.take(mail("Godt tilbud", text="Kjøp nå.", message_id="<2@a.example>"))
    assert 4 == gather(house.store)
    assert 0 == gather(house.store)
    assert ["journalført", "avvist:reklame"] == [example.label for example in kept(house.store, Target.UTFALL)]
    assert [("000", Origin.RULE)] == [(e.label, e.origin) for e in kept(house.store)]
    assert ["ARKIV"] == [example.label for example in kept(house.store, Target.ENHET)]
    assert "Hansen" not in "".join(example.text for example in kept(house.store, Target.UTFALL))


def test_an_answer_makes_the_example_a_persons_own(tmp_path: Path, reading_room: ReadingRoom) -> None:
    house = House(tmp_path, reading_room, rules=rules_text(CATCH_ALL.replace("modus: auto", "modus: forslag")))
    try:
        house.take(mail())
        assert 0 == gather(house.store), "status M: nobody has said that it is right"
        (row,) = [house.row()]
        take(
            house.store,
            house.office.archive,
            find_post(house.store, row["id"]),
            Answer(verb=Verb.APPROVE, user="kari", tilgang="åpen"),
        )
        with house.store.write() as tx:
            tx.set_columns(1, journalstatus="J")
        assert 0 < gather(house.store)
        assert {Origin.ANSWER} == {example.origin for example in kept(house.store, Target.UTFALL)}
    finally:
        house.store.close()


def test_examples_go_with_the_content_of_their_post(house: House) -> None:
    house.take(mail())
    gather(house.store)
    assert kept(house.store)
    house.clock.go(31 * DAY)
    purge(house.store, house.office.archive, {Outcome.ARCHIVED: 30})
    assert [] == kept(house.store) + kept(house.store, Target.UTFALL)
    assert 0 == gather(house.store)


def test_switched_off_nothing_is_kept(store: Store) -> None:
    note(store, examples(5))
    assert "5 eksempler slettet" in forget_job(store)
    assert [] == kept(store)


def test_imported_history_goes_when_it_is_old(store: Store) -> None:
    note(store, examples(3, origin=Origin.IMPORTED))
    assert "for_få" in learning_job(store, imported_days=1825)
    assert [] == kept(store)


def test_a_rules_word_counts_only_while_peoples_own_are_few() -> None:
    weak, own = examples(60, origin=Origin.RULE), examples(60, start=60)
    assert {Origin.ANSWER} == {example.origin for example in chosen(weak + own)}
    assert weak == chosen(weak)
    assert [] == chosen(examples(6)), "two of each kind are too few"


def test_what_is_judged_by_is_the_newest_and_was_not_learnt_from() -> None:
    made = examples(100)
    taught, held = split(made, None)
    assert 20 == len(held) and max(e.at for e in taught) < min(e.at for e in held)
    later = [Example(**{**{n: getattr(e, n) for n in e.__slots__}, "noted_at": 5.0}) for e in examples(40, start=100)]
    taught, held = split(made + later, 1.0)
    assert held == later[20:] and taught == made + later[:20]


def test_a_pipeline_goes_to_work_when_it_knows_more_than_the_commonest_class(store: Store) -> None:
    note(store, examples(30))
    assert Became.TOO_FEW is retrain(store, Target.KATEGORI).became
    note(store, examples(90, start=30))
    assert Became.LIVE is retrain(store, Target.KATEGORI).became
    found = shelf.live(store, Target.KATEGORI)
    assert found is not None
    (said,) = found[1].classify(["Spørsmål\n\nNår er opptak til barnehageplass for søsken?"])
    assert "barnehage" == said.proposals[0].label
    assert found[0].sha256 == said.pipeline
    with store.read() as reads:
        assert 1 == sum(
            1
            for _ in reads.conn.sqlalchemy.exec_driver_sql(
                "SELECT 1 FROM audit_event WHERE event = 'pipeline_in_force'"
            )
        )


def test_labels_that_say_nothing_never_go_to_work(store: Store) -> None:
    note(store, examples(120, noise=1.0))
    assert Became.WORSE is retrain(store, Target.KATEGORI).became
    assert shelf.live(store, Target.KATEGORI) is None


def test_nothing_is_trained_when_little_is_new(store: Store) -> None:
    note(store, examples(120))
    retrain(store, Target.KATEGORI)
    store.now.go(DAY)
    note(store, examples(10, start=120))
    assert Became.NOTHING_NEW is retrain(store, Target.KATEGORI).became


def test_a_worse_one_does_not_take_its_place_and_is_not_tried_again(store: Store) -> None:
    note(store, examples(120))
    retrain(store, Target.KATEGORI)
    before = shelf.live(store, Target.KATEGORI)
    store.now.go(DAY)
    note(store, examples(60, start=120, noise=1.0))
    tried = retrain(store, Target.KATEGORI)
    if tried.became is Became.WORSE:
        assert Became.NOTHING_NEW is retrain(store, Target.KATEGORI).became
    after = shelf.live(store, Target.KATEGORI)
    assert before is not None and after is not None
    assert tried.became is Became.WORSE and before[0].sha256 == after[0].sha256


def _two_pipelines(store: Store) -> tuple[str, str]:
    """One from letters of two kinds, then a better one when a third kind has come."""
    two = [example for example in examples(180) if example.label != "skjenking"]
    note(store, two)
    retrain(store, Target.KATEGORI)
    first = shelf.live(store, Target.KATEGORI)
    store.now.go(DAY)
    note(store, examples(120, start=180))
    assert Became.LIVE is retrain(store, Target.KATEGORI).became
    second = shelf.live(store, Target.KATEGORI)
    assert first is not None and second is not None
    return first[0].sha256, second[0].sha256


def test_a_better_one_goes_to_work_and_the_former_can_come_back(store: Store) -> None:
    first, second = _two_pipelines(store)
    assert first != second
    assert first == roll_back(store, Target.KATEGORI).sha256
    found = shelf.live(store, Target.KATEGORI)
    assert found is not None and first == found[0].sha256
    assert second == roll_back(store, Target.KATEGORI, second[:8]).sha256
    with pytest.raises(UsedWrongly, match="ingen tidligere"):
        roll_back(store, Target.ENHET)


def test_a_pipeline_that_is_not_whole_is_not_used(store: Store) -> None:
    note(store, examples(120))
    retrain(store, Target.KATEGORI)
    with store.read() as reads:
        learnt = reads.live_pipeline(Target.KATEGORI)
    assert learnt is not None
    place = shelf.place(store, Target.KATEGORI, learnt.sha256)
    victim = next(path for path in place.iterdir() if path.name != "pipeline.json")
    victim.write_bytes(victim.read_bytes()[:-1])
    assert shelf.live(store, Target.KATEGORI) is None
    assert Became.LIVE is retrain(store, Target.KATEGORI).became, "it is made again"


def test_a_folder_that_no_row_names_is_swept_but_not_at_once(store: Store) -> None:
    lost = store.folder / shelf.FOLDER / "kategori" / "deadbeef"
    lost.mkdir(parents=True)
    store.now.at = lost.stat().st_mtime + 60
    assert 0 == shelf.clear(store, Target.KATEGORI)
    store.now.go(2 * DAY)
    assert 1 == shelf.clear(store, Target.KATEGORI)
    assert not lost.exists()


def test_status_tells_counts_figures_and_drift(store: Store) -> None:
    note(store, examples(120))
    retrain(store, Target.KATEGORI)
    store.now.go(DAY)
    note(store, examples(60, start=120, noise=1.0))
    found = status(store)["kategori"]
    assert 180 == found["examples"] and {"barnehage", "byggesak", "skjenking"} == set(found["classes"])
    assert {"answer": 120} == found["pipeline"]["learnt_from"]
    low, high = found["pipeline"]["accuracy_interval"]
    assert low <= found["pipeline"]["accuracy"] <= high
    assert found["drift"]["drifted"]
    text = status_text("solvik", status(store))
    assert "POSTEN HAR ENDRET SEG" in text and found["pipeline"]["sha256"][:12] in text


def test_history_from_csv_and_json_lines(store: Store, tmp_path: Path) -> None:
    table = tmp_path / "historikk.csv"
    table.write_text(
        "Tittel;Kategori;Enhet;Dato\nSøknad fra Kari Hansen;520;PLAN;3.2.2026\n«Klage»;521;;2026-02-04\n",
        encoding="utf-8",
    )
    found = import_file(store, table)
    assert (2, 3, ()) == (found.rows, found.examples, found.skipped)
    import_file(store, table)
    assert [("520", Origin.IMPORTED), ("521", Origin.IMPORTED)] == [(e.label, e.origin) for e in kept(store)]
    assert "Hansen" not in kept(store)[0].text
    lines = tmp_path / "historikk.jsonl"
    lines.write_text(json.dumps({"text": "Anke", "label": "PLAN", "time": 5}) + "\n", encoding="utf-8")
    import_file(store, lines, target=Target.ENHET)
    assert [5.0] == [e.at for e in kept(store, Target.ENHET) if e.text == "Anke"]


def test_bad_rows_are_told_and_nothing_is_kept(store: Store, tmp_path: Path) -> None:
    lines = tmp_path / "historikk.jsonl"
    lines.write_text('{"text": "Anke", "label": "A"}\n{"text": "x"}\nnei\n{"label": "A"}\n', encoding="utf-8")
    with pytest.raises(UsedWrongly, match=r"3 gale rader: linje 2: mangler klasse.*linje 3: .*linje 4: mangler «text»"):
        import_file(store, lines)
    assert [] == kept(store)
    assert 3 == len(import_file(store, lines, skip_bad=True).skipped)
    with pytest.raises(UsedWrongly, match="kan ikke leses"):
        import_file(store, tmp_path / "borte.csv")


def test_the_commands_import_learn_tell_and_go_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == cli.main(["init", str(tmp_path / "m")])
    config = ["--config", str(tmp_path / "m" / "config.toml")]
    history = tmp_path / "h.jsonl"
    rows = [{"text": e.text, "label": e.label, "time": 1_700_000_000 + e.at} for e in examples(90)]
    history.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    capsys.readouterr()
    assert 0 == cli.main([*config, "language", "import", str(history), "--json"])
    assert 90 == json.loads(capsys.readouterr().out)["examples"]
    assert 0 == cli.main([*config, "run", "--job", "læring"])
    assert "kategori: tatt_i_bruk" in capsys.readouterr().out
    assert 0 == cli.main([*config, "language", "status", "--json"])
    (found,) = json.loads(capsys.readouterr().out)["organisations"].values()
    assert 90 == found["kategori"]["pipeline"]["examples"]
    assert 0 == cli.main([*config, "language", "status"])
    assert "i bruk" in capsys.readouterr().out
    assert 2 == cli.main([*config, "language", "rollback", "kategori"])
    assert 2 == cli.main([*config, "language", "rollback", "farge"])
    assert "Ukjent mål" in capsys.readouterr().err


def test_what_waits_is_ordered_by_what_would_be_learnt(tmp_path: Path, reading_room: ReadingRoom) -> None:
    house = House(tmp_path, reading_room, rules=rules_text(CATCH_ALL.replace("modus: auto", "modus: forslag")))
    try:
        sure = mail("Søknad", text="Vi søker om barnehageplass opptak søsken oppstart.", message_id="<1@a.example>")
        unsure = mail("Spørsmål", text="Når åpner svømmehallen?", message_id="<2@a.example>")
        house.take(sure, unsure)
        points = waiting_in(house.store, ORGNR)
        assert judge(house.store, points) is None
        note(house.store, examples(120))
        retrain(house.store, Target.KATEGORI)
        judged = judge(house.store, points)
        assert judged is not None
        by_subject = {point["subject"]: point["learn"] for point in judged}
        assert by_subject["Spørsmål"]["worth"] > by_subject["Søknad"]["worth"]
        assert "barnehage" == by_subject["Søknad"]["proposals"][0]["label"]
        text = learning_text(judged, True, lambda _: "Europe/Oslo")
        assert "tror: barnehage" in text and "2 poster venter på svar." in text
    finally:
        house.store.close()


def test_the_list_can_be_ordered_by_learning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == cli.main(["init", str(tmp_path / "m")])
    config = ["--config", str(tmp_path / "m" / "config.toml")]
    capsys.readouterr()
    assert 0 == cli.main([*config, "review", "list", "--rekkefølge", "læring"])
    assert "Ingenting venter" in capsys.readouterr().out
    assert 2 == cli.main([*config, "review", "list", "--rekkefølge", "farge"])


KATEGORI = """\
  - regel: barnehage
    navn: Barnehage
    prioritet: 10
    modus: auto
    hvis: {kategori: {er: barnehage}}
    så:
      sak: {samlesak: "Barnehage {år}", ny: {tilgang: åpen}}
      journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
      fordel_til: PLAN
"""


def test_a_rule_may_rest_on_what_the_pipeline_says_when_it_is_sure(tmp_path: Path, reading_room: ReadingRoom) -> None:
    house = House(tmp_path, reading_room, rules=rules_text(KATEGORI, CATCH_ALL))
    letter = "Vi søker om barnehageplass opptak søsken oppstart."
    try:
        house.office.language_desk = LanguageDesk(house.store)
        house.take(mail("Søknad", text=letter, message_id="<1@a.example>"))
        assert "barnehage" != house.row(1)["rule"], "nothing has been learnt yet"
        note(house.store, examples(900))
        assert Became.LIVE is retrain(house.store, Target.KATEGORI).became
        house.office.language_desk = LanguageDesk(house.store)
        house.take(mail("Søknad", text=f"{letter} Takk.", message_id="<2@a.example>"))
        with house.store.read() as reads:
            stored = reads.decision(2)
            learnt = reads.live_pipeline(Target.KATEGORI)
        assert stored is not None and learnt is not None
        assert ("PLAN", "barnehage") == (house.row(2)["enhet"], stored.facts.get("kategori"))
        assert len(stored.decision.pipelines) == 1
        house.take(mail("Spørsmål", text="Når åpner svømmehallen på lørdag?", message_id="<3@a.example>"))
        house.take(mail("Søknad", text=f"{letter} Barnet: {FNR}", message_id="<4@a.example>"))
        for seq in (3, 4):
            with house.store.read() as reads:
                stored = reads.decision(seq)
            assert stored is not None and isinstance(stored.facts.get("kategori"), Unknown)
    finally:
        house.store.close()

"""Training and measuring on labelled text: figures, determinism, abstention, and what is said of bad files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.sprak_poster import Mix, make
from models.errors import UsedWrongly
from robot.language.measure import measure
from robot.language.pipeline import Silence, load
from robot.language.rows import Row, read_rows
from robot.language.store import replace
from robot.language.train import Choice, train

KINDS = {"barnehageplass", "renovasjon", "skjenkebevilling", "faktura"}


@pytest.fixture(scope="module")
def rows():
    made = [m for m in make(3_000, seed=5, mix=Mix(wrong_label=0.0, vague=0.0)) if m.true in KINDS]
    return [Row(text=m.text, label=m.label, time=float(m.day.toordinal() * 86_400)) for m in made]


@pytest.fixture(scope="module")
def trained(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("språk") / "pipeline"
    replace(train(rows[:350], choice=Choice.LINEAR), folder)
    return load(folder)


def test_a_trained_pipeline_knows_the_kinds_it_was_taught(rows, trained):
    figures = measure(trained, rows[350:])

    assert figures.accuracy > 0.9
    assert figures.ece < 0.08
    assert figures.coverage_at_error["0.05"] > 0.5
    assert figures.error_at["0.05"] <= 0.08
    assert set(figures.classes) == KINDS


def test_the_same_rows_and_seed_give_the_same_bytes(rows, tmp_path):
    hashes = [replace(train(rows[:120], seed=3, choice=Choice.LINEAR), tmp_path / name) for name in ("a", "b")]

    assert hashes[0] == hashes[1]
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)
    assert not [name for name in files if name.endswith((".pkl", ".pickle", ".joblib"))]


def test_spacys_categorizer_learns_the_same_from_the_same(rows):
    from robot.language.textcat import teach, tell

    texts, classes = [row.text for row in rows[:20]], np.array([n % 2 for n in range(20)])
    told = [tell(teach(texts, classes, 2, seed=1), texts, 2).tobytes() for _ in range(2)]

    assert told[0] == told[1]


def test_text_of_another_kind_is_not_answered(trained):
    said = trained.classify(["Quarterly shareholder newsletter: dividends, buybacks and governance outlook"])[0]

    assert said.label is None
    assert said.silence in (Silence.STRANGE, Silence.UNSURE)
    assert len(said.proposals) == 3


def test_the_words_that_spoke_are_words_of_the_text(trained):
    said = trained.classify(
        ["Søknad om skjenkebevilling for enkeltanledning\nVi søker om skjenkebevilling til festen."]
    )[0]

    assert said.proposals[0].label == "skjenkebevilling"
    assert "skjenkebevilling" in said.words
    assert said.pipeline == trained.hash


def test_probabilities_add_up_to_one(rows, trained):
    told, _ = trained.probabilities([row.text for row in rows[:50]] + ["", " \n", "????"])

    assert told.sum(axis=1) == pytest.approx(1.0)
    assert told.min() >= 0


def test_a_label_unseen_in_training_counts_as_wrong(trained):
    figures = measure(
        trained, [Row(text="faktura nummer 12", label="helt ny"), Row(text="faktura nummer 12", label="faktura")]
    )

    assert figures.accuracy == 0.5
    assert figures.classes["helt ny"].n == 1


def test_few_examples_teach_but_do_not_act():
    few = [Row(text=f"søknad om plass {n}", label="barnehage") for n in range(3)]
    few += [Row(text=f"faktura for varer {n}", label="faktura") for n in range(3)]
    pipeline = train(few)

    said = pipeline.classify(["faktura for varer"])[0]

    assert said.label is None
    assert said.silence is Silence.FEW_EXAMPLES
    assert said.proposals[0].label == "faktura"


def test_a_changed_file_is_not_loaded(rows, tmp_path):
    replace(train(rows[:60], choice=Choice.LINEAR), tmp_path / "p")
    (tmp_path / "p" / "words.txt").write_text("noe annet\n", encoding="utf-8")

    with pytest.raises(UsedWrongly, match="endret"):
        load(tmp_path / "p")


def test_one_class_is_refused_in_a_sentence():
    with pytest.raises(UsedWrongly, match="minst to klasser"):
        train([Row(text="a", label="x"), Row(text="b", label="x")])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"text": "a"}', "linje 2: mangler «label»"),
        (b'{"label": "a"}', "linje 2: mangler «text»"),
        (b"[1]", "linje 2: er ikke et objekt"),
        (b"{", "linje 2: er ikke JSON"),
        (b'{"text": "\xf8", "label": "a"}', "linje 2: er ikke UTF-8"),
        (b'{"text": "a", "label": "a", "time": "i fjor"}', "linje 2: «time» er ikke et tidspunkt"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, said):
    file = tmp_path / "rader.jsonl"
    file.write_bytes(b'{"text": "a", "label": "b", "time": "2026-01-02"}\n' + line + b"\n")

    with pytest.raises(UsedWrongly, match="1 gale linjer") as told:
        read_rows(file)
    rows, skipped = read_rows(file, skip_bad=True)

    assert said in str(told.value)
    assert len(rows) == 1
    assert len(skipped) == 1


def test_a_file_with_nothing_in_it_and_one_that_is_not_there_are_told_of(tmp_path):
    (tmp_path / "tom.jsonl").write_text("\n\n", encoding="utf-8")

    for name, said in (("tom.jsonl", "har ingen rader"), ("borte.jsonl", "finnes ikke")):
        with pytest.raises(UsedWrongly, match=said):
            read_rows(tmp_path / name)


def test_a_folder_with_other_things_is_not_written_over(rows, tmp_path):
    (tmp_path / "mitt").mkdir()
    (tmp_path / "mitt" / "brev.txt").write_text("viktig", encoding="utf-8")

    with pytest.raises(UsedWrongly, match="noe annet"):
        replace(train(rows[:60], choice=Choice.LINEAR), Path(tmp_path / "mitt"))
    assert (tmp_path / "mitt" / "brev.txt").read_text(encoding="utf-8") == "viktig"


def test_the_command_prints_the_keys_that_others_rely_on(rows, tmp_path, capsys):
    from robot.cli import main

    for name, part in (("lær", rows[:120]), ("prøv", rows[120:160])):
        lines = [json.dumps({"text": r.text, "label": r.label, "time": r.time}, ensure_ascii=False) for r in part]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert (
        main(
            [
                "language",
                "train",
                "--from",
                str(tmp_path / "lær.jsonl"),
                "--to",
                str(tmp_path / "p"),
                "--route",
                "linear",
            ]
        )
        == 0
    )
    capsys.readouterr()

    assert (
        main(["language", "measure", "--pipeline", str(tmp_path / "p"), "--on", str(tmp_path / "prøv.jsonl"), "--json"])
        == 0
    )

    told = json.loads(capsys.readouterr().out)
    assert {"n", "accuracy", "macro_f1", "ece", "coverage_at_error", "classes", "posts_per_s"} <= set(told)
    assert set(told["coverage_at_error"]) == {"0.01", "0.05"}
    assert {"n", "precision", "recall", "f1"} <= set(told["classes"]["faktura"])


def test_spacys_categorizer_is_measured_beside_and_loads_again(rows, tmp_path):
    pipeline = train(rows[:80])
    assert set(pipeline.card["routes"]) == {"linear", "textcat", "both"}

    chosen = train(rows[:80], choice=Choice.TEXTCAT)
    replace(chosen, tmp_path / "p")

    texts = [row.text for row in rows[80:90]]
    assert load(tmp_path / "p").route.name == "textcat"
    assert load(tmp_path / "p").probabilities(texts)[0] == pytest.approx(chosen.probabilities(texts)[0])


def test_a_pipeline_is_a_component_of_spacy_on_a_blank_base(trained, tmp_path):
    import spacy

    from robot.language.component import as_spacy

    as_spacy(trained, language="nn").to_disk(tmp_path / "nlp")
    doc = spacy.load(tmp_path / "nlp")("Søknad om skjenkeløyve\nVi søkjer om skjenkeløyve for eitt høve.")

    assert max(doc.cats, key=doc.cats.get) == "skjenkebevilling"
    assert doc._.postrobot.pipeline == trained.hash

"""Names in text: the pipeline that ships keeps what its card promises, and offsets, lines and capitals are handled."""

from __future__ import annotations

import gzip
import io
import json
import shutil
from pathlib import Path

import pytest

from models.errors import UsedWrongly
from robot import cli
from robot.language import ner_train
from robot.language.names import OURS, Label, find, load
from robot.language.ner_data import Sentence, read, sentences
from robot.language.ner_files import unpack
from robot.language.ner_measure import figures, in_capitals, measure

MEGABYTE = 1_000_000


def persons(text: str) -> list[str]:
    (spans,) = find([text])
    return [text[span.start : span.end] for span in spans if span.label is Label.PER]


@pytest.mark.parametrize("form", ["nob", "nno"])
def test_persons_are_found_as_well_as_promised(shared: Path, form: str) -> None:
    dev = read(shared / "data/ner-nb" / f"{form}-dev.conllu")
    found = measure(load(), dev)
    assert found["PER"].f1 >= 0.87
    assert found["ORG"].f1 >= 0.82
    assert found["LOC"].f1 >= 0.85


@pytest.mark.parametrize("form", ["nob", "nno"])
def test_persons_are_found_in_titles_in_capitals(shared: Path, form: str) -> None:
    dev = in_capitals(read(shared / "data/ner-nb" / f"{form}-dev.conllu"))
    assert measure(load(), dev)["PER"].f1 >= 0.70


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Søknad om barnehageplass fra Kari Nordmann i Lillevik", ["Kari Nordmann"]),
        ("Søknad frå Ola Nordmann om skuleskyss", ["Ola Nordmann"]),
        ("KLAGE PÅ VEDTAK FRA KARI NORDMANN", ["KARI NORDMANN"]),
        ("Nordmann, Ola - personalmappe", ["Nordmann, Ola"]),
        (
            "Møtet ble ledet av Per Hansen, og Anne-Berit Solbakken førte referat.",
            ["Per Hansen", "Anne-Berit Solbakken"],
        ),
        ("Faktura for vann og avløp 2. termin", []),
        ("VEDTAK OM BYGGETILLATELSE FOR GARASJE", []),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_persons_in_own_sentences(text: str, who: list[str]) -> None:
    assert who == persons(text)


def test_offsets_count_characters_of_the_whole_text_over_lines_and_odd_blanks() -> None:
    text = "Æøå 😀 side 1\r\n\tReferent: Kari Nordmann\u2028\n\nMed hilsen\nOla Nordmann\n"
    assert ["Kari Nordmann", "Ola Nordmann"] == persons(text)


def test_a_heading_in_capitals_is_judged_apart_from_the_text_under_it() -> None:
    assert ["OLA NORDMANN", "Kari Nordmann"] == persons("SØKNAD FRA OLA NORDMANN\nSaken gjelder Kari Nordmann.")


def test_a_name_broken_over_two_lines_is_one_name() -> None:
    text = "Kommunen har mottatt en søknad om tilskudd til tiltak i landbruket fra Kari\nNordmann den 3. mars."
    assert ["Kari\nNordmann"] == persons(text)


def test_every_text_has_an_answer_in_order() -> None:
    texts = ["", "Kari Nordmann ringte.", "", "Ingen ringte."]
    assert [0, 1, 0, 0] == [len(spans) for spans in find(texts)]
    assert [] == find([])


def test_each_text_is_judged_by_itself() -> None:
    texts = ["Brev fra Kari Nordmann", "OLA NORDMANN KLAGER", "Møte i Bodø med Statsforvalteren i Nordland", ""] * 50
    assert find(texts) == [find([text])[0] for text in texts]


def test_a_long_line_is_handled_to_its_end() -> None:
    text = "ja " * 30_000 + "Brev fra Kari Nordmann"
    assert ["Kari Nordmann"] == persons(text)


def test_the_card_says_what_when_and_how_well() -> None:
    card = json.loads((OURS / "card.json").read_text(encoding="utf-8"))
    assert card["trained_at"] and "NorNE" in card["trained_on"] and "CC0" in card["licence"]
    assert {"nob", "nno", "nob_capitals", "nno_capitals"} == set(card["figures"])
    assert min(card["figures"][form]["PER"]["f1"] for form in ("nob", "nno")) >= 0.87
    assert sum(file.stat().st_size for file in OURS.iterdir()) <= 10 * MEGABYTE


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "ner"
    shutil.copytree(OURS, folder)
    weights = folder / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    with pytest.raises(UsedWrongly, match="ikke den som ble pakket"):
        unpack(folder)


def test_a_missing_pipeline_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsedWrongly, match="mangler"):
        unpack(tmp_path)
    with pytest.raises(UsedWrongly, match="ikke installert"):
        load("nb_core_news_which_nobody_has")


def _ner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raw: bytes, *options: str) -> list[str]:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert 0 == cli.main(["language", "ner", *options])
    return capsys.readouterr().out.splitlines()


def test_ner_answers_each_line_with_one_object(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = "Søknad fra Kari Nordmann\r\n\nKlage\u2028fra\x0bOla Nordmann\nBrev \xff".encode().replace(
        b"\xc3\xbf", b"\xff"
    )
    answers = [json.loads(line) for line in _ner(monkeypatch, capsys, raw, "--json", "--lines")]
    assert 4 == len(answers)
    assert [{"label": "PER", "start": 11, "end": 24, "text": "Kari Nordmann"}] == answers[0]["entities"]
    assert {"entities": []} == answers[1]
    assert ["Ola Nordmann"] == [entity["text"] for entity in answers[2]["entities"]]
    assert {"entities": []} == answers[3]


def test_ner_without_lines_takes_all_as_one_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = _ner(monkeypatch, capsys, b"Hei\nHilsen Kari Nordmann\n", "--json")
    assert [11] == [entity["start"] for entity in json.loads(line)["entities"]]


CONLL = """1\tKari\tKari\tsubst\tsubst\tprop\t0\tX\t_\tname=B-PER
2\tNordmann\tNordmann\tsubst\tsubst\tprop\t0\tX\t_\tname=I-PER
3\tbor\tbo\tverb\tverb\tpres\t0\tX\t_\tname=O
4\ti\ti\tprep\tprep\t_\t0\tX\t_\tname=O
5\tBodø\tBodø\tsubst\tsubst\tprop\t0\tX\t_\tname=B-GPE_LOC
6\t.\t$.\tclb\tclb\t<punkt>\t0\tX\t_\tname=O

# text = Det norske Sagbruk svarte: «Nei».
1\tDet\tdet\tDET\t_\t_\t0\tx\t_\tname=B-ORG
2\tnorske\tnorsk\tADJ\t_\t_\t0\tx\t_\tname=I-ORG
3\tSagbruk\tSagbruk\tPROPN\t_\t_\t0\tx\t_\tname=I-ORG
4\tsvarte\tsvare\tVERB\t_\t_\t0\tx\t_\tSpaceAfter=No|name=O
5\t:\t$:\tPUNCT\t_\t_\t0\tx\t_\tname=O
6\t«\t$"\tPUNCT\t_\t_\t0\tx\t_\tSpaceAfter=No|name=O
7\tNei\tnei\tINTJ\t_\t_\t0\tx\t_\tSpaceAfter=No|name=O
8\t»\t$"\tPUNCT\t_\t_\t0\tx\t_\tSpaceAfter=No|name=O
9\t.\t$.\tPUNCT\t_\t_\t0\tx\t_\tname=O

"""


def test_both_conll_forms_are_read_with_text_and_names() -> None:
    first, second = sentences(CONLL.splitlines(keepends=True))
    assert Sentence(text="Kari Nordmann bor i Bodø.", names=((0, 13, "PER"), (20, 24, "LOC"))) == first
    assert Sentence(text="Det norske Sagbruk svarte: «Nei».", names=((0, 18, "ORG"),)) == second


def test_a_broken_line_is_told_by_number() -> None:
    with pytest.raises(ValueError, match="linje 2"):
        list(sentences([CONLL.splitlines()[0] + "\n", "1\tKari\n"]))


def test_figures_count_whole_names_only() -> None:
    found = figures([([(0, 4, "PER"), (9, 12, "ORG")], [(0, 4, "PER"), (9, 13, "ORG"), (20, 22, "PER")])])
    assert (1, 0.5, 1.0) == (found["PER"].count, found["PER"].precision, found["PER"].recall)
    assert 0.0 == found["ORG"].f1


def test_the_same_data_and_seed_give_the_same_pipeline(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for form in ("nob", "nno"):
        (data / f"{form}-train.conll.gz").write_bytes(gzip.compress((CONLL * 40).encode()))
        (data / f"{form}-dev.conllu").write_text(CONLL, encoding="utf-8")
    hashes = []
    for name in ("one", "two"):
        options = ["--data", str(data), "--to", str(tmp_path / name), "--bits", "14", "--rounds", "2"]
        assert 0 == ner_train.main(options)
        hashes.append(json.loads((tmp_path / name / "card.json").read_text(encoding="utf-8"))["sha256"])
    assert hashes[0] == hashes[1]
    assert 1.0 == json.loads((tmp_path / "one/card.json").read_text(encoding="utf-8"))["figures"]["nob"]["PER"]["f1"]


def test_the_page_tells_the_figures_of_the_card() -> None:
    page = (OURS.parents[2] / "docs/sprak.md").read_text(encoding="utf-8")
    card = json.loads((OURS / "card.json").read_text(encoding="utf-8"))
    for form in card["figures"].values():
        row = " | ".join(f"{form[label]['f1']:.3f}".replace(".", ",") for label in ("PER", "ORG", "LOC"))
        assert f"| {row} |" in page

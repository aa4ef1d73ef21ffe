"""``postrobot scan``: lines in and objects out, files of several types, exit codes, and never the value."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from robot import cli
from robot.scanning.lines import scan_lines
from rules.detectors.kinds import Place

FNR = "01819045077"


def answers(given: bytes, *, place: Place = Place.TEXT) -> list[dict[str, object]]:
    written: list[str] = []
    scan_lines(io.BytesIO(given), written.append, place=place, names=None)
    return [json.loads(line) for line in "".join(written).splitlines()]


def labels(answer: dict[str, object]) -> list[str]:
    return [finding["label"] for finding in answer["findings"]]  # type: ignore[attr-defined]


def test_a_line_ends_at_a_line_feed_only() -> None:
    text = f"a\r{FNR}\x0b\x0c\x1c\u2028\u2029\x85b"
    (answer,) = answers(text.encode())
    (finding,) = answer["findings"]  # type: ignore[misc, attr-defined]
    assert FNR == text[finding["start"] : finding["end"]]


def test_each_line_has_one_answer_and_an_empty_one_is_empty() -> None:
    assert [["FNR"], [], [], ["FNR"]] == [labels(a) for a in answers(f"{FNR}\n\n\n{FNR}".encode())]
    assert [["FNR"], []] == [labels(a) for a in answers(f"{FNR}\n\n".encode())]
    assert [] == answers(b"")


def test_bytes_that_are_no_text_count_as_a_character_each() -> None:
    given = b"\xff\xfe\xc3 " + FNR.encode()
    (answer,) = answers(given)
    (finding,) = answer["findings"]  # type: ignore[misc, attr-defined]
    assert FNR == given.decode("utf-8", "replace")[finding["start"] : finding["end"]]


def test_a_line_longer_than_what_comes_at_once_is_one() -> None:
    (answer,) = answers(b"x " * 1_500_000 + FNR.encode())
    assert ["FNR"] == labels(answer)


def test_a_title_is_judged_harder() -> None:
    levels = [answers(b"Uromelding om Jonas Vik", place=place)[0]["findings"] for place in Place]
    assert [{"error", "info"}, {"warning", "info"}] == [{f["severity"] for f in several} for several in levels]  # type: ignore[attr-defined]


def test_answers_come_while_the_other_end_still_writes() -> None:
    """Interactive: the answer to a line is there before the next is given."""
    command = [sys.executable, "-m", "robot", "scan", "--lines"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        late = threading.Timer(120, process.kill)
        late.start()
        try:
            assert process.stdin and process.stdout
            for _ in range(2):
                process.stdin.write(f"{FNR}\n".encode())
                process.stdin.flush()
                assert ["FNR"] == labels(json.loads(process.stdout.readline()))
            process.stdin.close()
            assert 0 == process.wait(120)
        finally:
            late.cancel()
            process.kill()


def test_files_and_folders_are_looked_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "inn").mkdir()
    (tmp_path / "inn" / "rent.txt").write_text("Hei på deg.\n\nMed hilsen\nPer Bakke\n", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "inn" / "pakke.zip", "w") as packed:
        packed.writestr("brev.txt", f"Fnr {FNR}\n")
    assert 1 == cli.main(["scan", "--json", str(tmp_path / "inn")])
    shown = capsys.readouterr().out
    by_name = {Path(one["file"]).name: one for one in json.loads(shown)["files"]}
    assert {"rent.txt", "pakke.zip"} == set(by_name)
    (finding,) = [f for f in by_name["pakke.zip"]["findings"] if f["label"] == "FNR"]
    assert ("brev.txt", "tekst") == (finding["part"], finding["where"])
    assert FNR not in shown
    assert 0 == cli.main(["scan", str(tmp_path / "inn" / "rent.txt")])


def test_a_file_that_cannot_be_read_is_told_and_not_taken_for_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "brev.pdf"
    broken.write_bytes(b"%PDF-1.7\n" + os.urandom(64))
    assert 1 == cli.main(["scan", str(broken)])
    assert "Kunne ikke leses" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["scan"], ["scan", "finnes-ikke.pdf"], ["scan", "--lines", "fil.txt"], ["scan", "--place", "x", "y"]]
)
def test_wrong_use_gets_a_sentence(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == cli.main(words)
    said = capsys.readouterr()
    assert not said.out and said.err.strip() and "Traceback" not in said.err

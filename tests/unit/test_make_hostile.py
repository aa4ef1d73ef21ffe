"""The hostile files that need no ../shared: enough of them, the same each time, and what the readers make of them."""

import importlib.util
import sys
from pathlib import Path

import pytest

from robot.reading.dispatch import InputDocument, ReadingRoom

_SPEC = importlib.util.spec_from_file_location(
    "make_hostile", Path(__file__).resolve().parents[1] / "data/make_hostile.py"
)
make_hostile = importlib.util.module_from_spec(_SPEC)
sys.modules["make_hostile"] = make_hostile
_SPEC.loader.exec_module(make_hostile)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    return folder, make_hostile.make_hostile(folder)


def test_there_are_at_least_thirty_and_every_name_is_written_once(made):
    folder, manifest = made
    assert len(manifest) >= 30
    assert {one.name for one in manifest} == {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    }


def test_two_runs_give_the_same_bytes(made, tmp_path):
    folder, manifest = made
    make_hostile.make_hostile(tmp_path)
    # pikepdf draws a new key for each encrypted file.
    for one in manifest:
        if one.name != "pdf/encrypted.pdf":
            assert (folder / one.name).read_bytes() == (tmp_path / one.name).read_bytes(), one.name


def test_readers_end_as_the_manifest_says(made, tmp_path):
    folder, manifest = made
    wrong = []
    with ReadingRoom(read_scans=False) as room:
        for number, one in enumerate(manifest):
            into = tmp_path / str(number)
            into.mkdir()
            given = InputDocument(path=folder / one.name, name=Path(one.name).name, media_type="")
            post = room.read([given], into).post
            text = "\n".join(part.text for part in post.parts)
            ended = "set_aside" if post.main.reason else "archived"
            if one.outcome not in {ended, "either"} or (post.main.reason and one.reason not in {"", post.main.reason}):
                wrong.append(f"{one.name}: {ended} {post.main.reason}, not {one.outcome} {one.reason}")
            if ended == "archived" and one.text not in text:
                wrong.append(f"{one.name}: «{one.text}» is not in the text")
            if one.never and one.never in text:
                wrong.append(f"{one.name}: «{one.never}» is in the text")
    assert [] == wrong

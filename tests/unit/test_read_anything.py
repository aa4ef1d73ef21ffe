"""Whatever a sender builds ends in one of the known outcomes, within its limits, with every part accounted for.

The quick form is the same on every run; ``make torture`` looks at many more, with a seed of its own each time.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.errors import TryLater
from models.facts import Facts
from models.reading import PartKind, ReadPost
from models.reasons import ReasonCode
from robot.reading.collect import PostCollector
from robot.reading.contract import Limits
from robot.reading.dispatch import InputDocument, ReadingRoom
from robot.reading.reasons import sentence
from rules.engine import evaluate
from rules.load import load
from tests.support import reading
from tests.support import strategies as hostile
from tests.support.reading import PARTS, read_once

ENDS = {code for code in ReasonCode if sentence(code)} | {ReasonCode.NOT_A_MESSAGE, ReasonCode.DOCTYPE_REFUSED}
"""What a part may end in; a reader that finds another word must put it here and in the docs."""

TIGHT = Limits(
    parts=25, attachments=8, members=8, container_depth=2, mime_depth=6, unpacked_bytes=30_000, text_chars=4_000,
    header_bytes=4_000, form_fields=20, pdf_pages=10, wall_s=60,
)  # fmt: skip
_CALM = [
    HealthCheck.too_slow,
    HealthCheck.function_scoped_fixture,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
]


def quick(examples: int) -> settings:
    """The same few each time, without shrinking: a failure here is looked at with the torture form."""
    return settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=_CALM,
        phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip


def long(examples: int) -> settings:
    """Many, each time others; what fails is printed so that it can be replayed."""
    return settings(
        max_examples=examples,
        derandomize=False,
        deadline=None,
        database=None,
        suppress_health_check=_CALM,
        print_blob=True,
    )


def sound(post: ReadPost, limits: Limits) -> None:
    """The properties of anything that was read."""
    refs = [part.ref for part in post.parts]
    assert "0" == refs[0]
    assert len(refs) == len(set(refs)) <= limits.parts + 1
    children: dict[str, int] = {}
    for part in post.parts[1:]:
        parent, _, number = part.ref.rpartition(".")
        assert parent in refs[: refs.index(part.ref)], "a part without its parent"
        assert int(number) == children.get(parent, 0), "a part is missing in the row"
        children[parent] = int(number) + 1
    for part in post.parts:
        assert part.reason is None or part.reason in ENDS, part.reason
        assert part.reason is None or part.detail, "a reason without a sentence"
        assert len(part.name) <= 120
        assert not [sign for sign in part.name if ord(sign) < 32 or "\u202a" <= sign <= "\u202e"]
        assert all(page.reason is None or page.reason in ENDS for page in part.pages)
    assert sum(len(part.text) for part in post.parts) <= limits.text_chars + len(post.parts) * 50
    assert len(post.forms) <= limits.form_fields
    assert {message.ref for message in post.messages} <= set(refs)
    for message in post.messages:
        assert len(message.subject) <= 2000 and "\n" not in message.subject


def read(content: bytes, name: str = "", limits: Limits = TIGHT) -> tuple[ReadPost, list[bytes]]:
    """Reads in a folder of its own; gives the parts' bytes too."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        post = read_once(folder, content, name=name, limits=limits)
        kept = {path.name: path.read_bytes() for path in (folder / PARTS).iterdir()}
        outside = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != PARTS]
        assert len(outside) <= 1, "something was written beside the parts"
        assert sum(map(len, kept.values())) <= limits.unpacked_bytes
        with_bytes = [p for p in post.parts[1:] if p.kind is not PartKind.BODY and p.size_bytes]
        assert all(len(kept[part.ref]) == part.size_bytes for part in with_bytes), "a part without its bytes"
        return post, list(kept.values())


def reads_anything(content: bytes) -> None:
    post, _ = read(content)
    sound(post, TIGHT)


def finds_everything(built: tuple[bytes, list[bytes]]) -> None:
    content, files = built
    post, kept = read(content, limits=Limits())
    sound(post, Limits())
    assert None is post.main.reason
    digests = sorted(hashlib.sha256(one).hexdigest() for one in kept)
    for one in files:
        digests.remove(hashlib.sha256(one).hexdigest())


IN_PROCESS: dict[str, tuple[Callable[[], st.SearchStrategy[Any]], Callable[[Any], None]]] = {
    "mails": (hostile.mails, reads_anything),
    "sound mails": (hostile.sound_mails, finds_everything),
    "archives": (hostile.archives, reads_anything),
    "sound archives": (hostile.sound_archives, finds_everything),
    "winmail.dat": (hostile.winmails, reads_anything),
    "outlook": (hostile.outlook_mails, reads_anything),
}


@pytest.mark.parametrize("kind", IN_PROCESS)
def test_whatever_is_built_ends_in_a_known_way_with_every_part_accounted_for(kind: str) -> None:
    strategy, check = IN_PROCESS[kind]
    quick(40)(given(strategy())(check))()


@pytest.mark.torture
@pytest.mark.parametrize("kind", IN_PROCESS)
def test_many_more_end_so_too(kind: str) -> None:
    strategy, check = IN_PROCESS[kind]
    long(4000)(given(strategy())(check))()


def in_the_sandbox(room: ReadingRoom, folder: Path) -> Callable[[bytes], None]:
    def check(content: bytes) -> None:
        with tempfile.TemporaryDirectory(dir=folder) as made:
            path = Path(made) / "brev.pdf"
            path.write_bytes(content)
            try:
                found = room.read([InputDocument(path=path, name="brev.pdf", media_type="application/pdf")], Path(made))
            except TryLater:
                pytest.fail("the sandbox did not answer")
            sound(found.post, Limits())

    return check


def test_whatever_pdf_is_built_ends_in_a_known_way(reading_room: ReadingRoom, tmp_path: Path) -> None:
    """In the sandbox: what the PDF library does wrong must not take the tests along."""
    quick(25)(given(hostile.pdfs())(in_the_sandbox(reading_room, tmp_path)))()


@pytest.mark.torture
def test_many_more_pdfs_end_so_too(reading_room: ReadingRoom, tmp_path: Path) -> None:
    long(3000)(given(hostile.pdfs())(in_the_sandbox(reading_room, tmp_path)))()


def loads_anything(folder: Path) -> Callable[[bytes], None]:
    def check(raw: bytes) -> None:
        (folder / "a.yaml").write_bytes(raw)
        result = load([folder], None)
        assert result.ruleset is not None or result.errors
        lines = raw.count(b"\n") + 2
        for fault in result.faults:
            assert 1 <= fault.line <= lines and fault.column >= 1 and fault.message
        assert len(result.faults) <= 2000
        if result.ruleset is not None:
            judged = evaluate(result.ruleset, Facts(values={"emne": "søknad a", "tekst": "aaaab"}), None)
            assert judged.ruleset_sha256 == result.ruleset.sha256

    return check


def test_whatever_rule_file_is_written_is_faults_with_places_or_rules_that_judge(tmp_path: Path) -> None:
    quick(120)(given(hostile.rule_files())(loads_anything(tmp_path)))()


@pytest.mark.torture
def test_many_more_rule_files_are_so_too(tmp_path: Path) -> None:
    long(10_000)(given(hostile.rule_files())(loads_anything(tmp_path)))()


class Strange(Exception):
    """What no collector knows."""


def test_a_reader_that_lets_an_exception_out_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise Strange

    monkeypatch.setattr(reading, "READERS", {"message/rfc822": broken})
    with pytest.raises(Strange):
        quick(20)(given(hostile.mails())(reads_anything))()


def test_a_collector_that_loses_a_part_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = PostCollector.add

    def forgetful(self: PostCollector, parent: str, kind: PartKind, content: bytes | Path, **named: Any) -> str:
        lost = self.parts[-1].ref.endswith(".1")
        return self.parts[-1].ref if lost else real(self, parent, kind, content, **named)

    monkeypatch.setattr(PostCollector, "add", forgetful)
    with pytest.raises(ValueError, match="not in list"):
        quick(20)(given(hostile.sound_archives())(finds_everything))()

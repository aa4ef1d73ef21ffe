"""The client of clamd: against the real one, and against one that has a bad day. Nothing but «OK» is ever clean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from connectors.clamav.client import ClamdScanner, ClamdSettings, verdict
from connectors.clamav.eicar import eicar
from connectors.testing.clamd import ACCEPTED_MIB, Clamd
from connectors.testing.fake_clamd import FakeClamd
from models.errors import OutOfReach
from models.scanning import CLEAN, Verdict, WhyNot, not_scanned

DOWN = not_scanned(WhyNot.DOWN)


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "brev"
    path.write_bytes(b"Vi soker om noe.\n" * 20_000)
    return path


@pytest.fixture
def fake() -> Iterator[FakeClamd]:
    # A socket's path has room for 107 characters, fewer than a test's own folder may take.
    with TemporaryDirectory(prefix="postrobot-") as folder, FakeClamd(Path(folder) / "s").running() as server:
        yield server


# --- the real one --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tcp", [False, True])
def test_a_letter_is_clean_and_eicar_is_found(clamd: Clamd, letter: Path, tmp_path: Path, *, tcp: bool) -> None:
    scanner = clamd.scanner(tcp=tcp)
    (tmp_path / "eicar").write_bytes(eicar())
    assert CLEAN == scanner.scan(letter)
    found = scanner.scan(tmp_path / "eicar")
    assert Verdict.FOUND is found.verdict
    assert found.signature.startswith("Postrobot.Proeve.EICAR")
    assert scanner.finds_eicar()


def test_it_says_who_it_is(clamd: Clamd) -> None:
    clamd.scanner().ping()
    version = clamd.scanner().version()
    assert version.text.startswith("ClamAV ")
    assert "" == version.database  # it has no official database, and then nothing may be remembered


def test_what_is_larger_than_clamd_takes_is_not_scanned(clamd: Clamd, tmp_path: Path) -> None:
    path = tmp_path / "stor"
    path.write_bytes(b"x" * (ACCEPTED_MIB + 1) * 1024 * 1024)
    result = clamd.scanner().scan(path)
    assert Verdict.NOT_SCANNED is result.verdict
    # The answer may be lost when clamd hangs up over what we still send.
    assert result.why in (WhyNot.TOO_LARGE, WhyNot.BROKEN)


def test_what_is_larger_than_we_send_is_not_scanned(clamd: Clamd, tmp_path: Path) -> None:
    path = tmp_path / "stor"
    path.write_bytes(b"x" * 1025)
    assert not_scanned(WhyNot.TOO_LARGE) == clamd.scanner(largest_bytes=1024).scan(path)


def test_an_empty_file_is_clean_without_asking(tmp_path: Path) -> None:
    (tmp_path / "tom").touch()
    scanner = ClamdScanner(ClamdSettings(socket_path=tmp_path / "ingen"))
    assert CLEAN == scanner.scan(tmp_path / "tom")


def test_nobody_there_is_down(tmp_path: Path, letter: Path) -> None:
    scanner = ClamdScanner(ClamdSettings(socket_path=tmp_path / "ingen"))
    assert DOWN == scanner.scan(letter)
    with pytest.raises(OutOfReach, match="svarer ikke"):
        scanner.ping()
    with pytest.raises(OutOfReach):
        scanner.version()


# --- a bad day -----------------------------------------------------------------------------------------------------


def test_the_whole_file_is_sent_as_it_is(fake: FakeClamd, letter: Path) -> None:
    assert CLEAN == fake.scanner().scan(letter)
    assert [letter.read_bytes()] == fake.scanned


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"stream: OK", WhyNot.BROKEN),  # no end: half an answer, however good it looks
        (b"stream: O", WhyNot.BROKEN),
        (b"", WhyNot.BROKEN),
        (b"stream: OK and more\0", WhyNot.BROKEN),
        (b"\0", WhyNot.BROKEN),
        (b"x" * 10_000, WhyNot.BROKEN),
        (b"INSTREAM size limit exceeded. ERROR\0", WhyNot.TOO_LARGE),
        (b"stream: Can't allocate memory ERROR\0", WhyNot.ERROR),
        (b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", WhyNot.LIMITS),
    ],
)
def test_any_other_answer_is_not_scanned(fake: FakeClamd, letter: Path, said: bytes, why: WhyNot) -> None:
    fake.answer = lambda content: said
    assert not_scanned(why) == fake.scanner().scan(letter)


def test_no_answer_in_time_is_slow(fake: FakeClamd, letter: Path) -> None:
    fake.answer = lambda content: None
    assert not_scanned(WhyNot.SLOW) == fake.scanner(timeout_s=0.2).scan(letter)


def test_no_answer_to_anything_is_out_of_reach(fake: FakeClamd) -> None:
    fake.deaf = True
    with pytest.raises(OutOfReach, match="for sent"):
        fake.scanner(timeout_s=0.2).version()


def test_one_that_hangs_up_over_the_size_is_heard(fake: FakeClamd, letter: Path) -> None:
    fake.stops_after = 1
    fake.answer = lambda content: b"INSTREAM size limit exceeded. ERROR\0"
    result = fake.scanner().scan(letter)
    assert Verdict.NOT_SCANNED is result.verdict
    assert result.why in (WhyNot.TOO_LARGE, WhyNot.BROKEN)


def test_the_name_of_what_is_found_is_made_printable(fake: FakeClamd, letter: Path) -> None:
    fake.answer = lambda content: "stream: Æ\n\x1b[31mrod FOUND\0".encode()
    assert "?[31mrod" == fake.scanner().scan(letter).signature
    assert 120 == len(verdict("stream: " + "a" * 500 + " FOUND").signature)


def test_the_official_database_is_named_with_its_time(fake: FakeClamd) -> None:
    version = fake.scanner().version()
    assert "27500/Mon Nov 23 09:35:12 2026" == version.database
    assert 1795426512.0 == version.made_at


def test_one_that_finds_nothing_does_not_find_eicar(fake: FakeClamd) -> None:
    assert not fake.scanner().finds_eicar()

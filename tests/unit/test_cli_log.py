"""The log: nothing personal by construction, one line an event, in UTC."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from robot.log import setup_logging


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def one(stream: io.StringIO) -> dict[str, object]:
    (line,) = stream.getvalue().splitlines()
    return dict(json.loads(line))


def test_a_key_that_is_not_listed_is_withheld_and_named(stream: io.StringIO) -> None:
    setup_logging(form="json", stream=stream)
    structlog.get_logger("robot").info("text_extracted", pages=4, subject="Klage fra Kari")
    line = one(stream)
    assert 4 == line["pages"]
    assert "subject" == line["withheld"]
    assert "Kari" not in stream.getvalue()


@pytest.mark.parametrize("number", ["01829012345", "018290 12345", "01.82.90.12345", "1234.56.78903"])
@pytest.mark.parametrize("form", ["json", "konsoll"])
def test_eleven_digits_are_masked_in_any_listed_key(stream: io.StringIO, number: str, form: str) -> None:
    setup_logging(form=form, stream=stream)  # type: ignore[arg-type]
    structlog.get_logger("robot").info("set_aside", source=f"x {number} y", rules=[number], post={"key": number})
    assert number not in stream.getvalue()


def test_a_digest_is_never_cut_up(stream: io.StringIO) -> None:
    setup_logging(form="json", stream=stream)
    digest = "12345678901" + "ab" * 26 + "c"
    structlog.get_logger("robot").info("stored", sha256=digest)
    assert digest == one(stream)["sha256"]


def test_an_exception_tells_where_and_never_what(stream: io.StringIO) -> None:
    setup_logging(form="json", stream=stream)
    try:
        raise ValueError("Kari Nordmann, Elveveien 4")
    except ValueError:
        structlog.get_logger("robot").exception("bug", post="pr-x")
    line = one(stream)
    assert "Kari" not in stream.getvalue()
    assert "ValueError" in str(line["exception"])
    assert "test_cli_log.py" in str(line["exception"])


def test_another_librarys_text_never_gets_in(stream: io.StringIO) -> None:
    setup_logging(form="json", stream=stream)
    logging.getLogger("pdfminer.six").error("cannot parse %s", "Kari Nordmann")
    assert "Kari" not in stream.getvalue()
    assert "pdfminer.six" == one(stream)["logger"]


@pytest.mark.parametrize("form", ["json", "konsoll"])
@pytest.mark.parametrize("evil", ["a\nforged line", "a\r\x1b[31mred", "a\u2028b", "a\u202eb", "a\x9b31m"])
def test_a_value_cannot_forge_a_line_or_drive_the_terminal(stream: io.StringIO, form: str, evil: str) -> None:
    setup_logging(form=form, stream=stream)  # type: ignore[arg-type]
    structlog.get_logger("robot").info("event", source=evil)
    text = stream.getvalue()
    assert 1 == len(text.splitlines())
    assert not set(text) & set("\r\x1b\u2028\u202e\x9b")


def test_times_are_iso_in_utc(stream: io.StringIO) -> None:
    setup_logging(form="json", stream=stream)
    structlog.get_logger("robot").info("event")
    assert str(one(stream)["timestamp"]).endswith("Z")


def test_the_level_is_kept(stream: io.StringIO) -> None:
    setup_logging(form="json", level="warning", stream=stream)
    structlog.get_logger("robot").info("event")
    assert "" == stream.getvalue()

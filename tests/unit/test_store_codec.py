"""What is stored as JSON comes back as it was: the ground for «stored input gives the same decision again»."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.answer import Answer
from models.archive import ArchiveWrite, NyttDokument
from models.decision import Decision
from models.facts import Facts
from models.judgement import Judgement
from models.post import Envelope
from models.reading import ReadPost
from models.store.codec import from_text, pack, plain, to_text, unpack

# A text the store may meet: what readers give is UTF-8, so no lone surrogates; NUL is taken out by the readers.
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(Path, TEXT.map(Path))
st.register_type_strategy(
    Mapping, lambda kind: st.dictionaries(*(st.from_type(one) for one in get_args(kind)), max_size=3)
)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", [Facts, Judgement, Decision, ReadPost, Envelope, Answer])
def test_what_is_stored_comes_back_as_it_was(kind: Any) -> None:
    @FEW
    @given(st.from_type(kind))
    def holds(value: Any) -> None:
        assert value == unpack(pack(value, kind), kind)
        assert value == from_text(to_text(value, kind), kind)

    holds()


def test_every_kind_of_write_comes_back_as_the_kind_it_was() -> None:
    @FEW
    @given(st.from_type(ArchiveWrite))
    def holds(write: Any) -> None:
        again = from_text(to_text(write, ArchiveWrite), ArchiveWrite)
        assert type(write) is type(again)
        assert write == again

    holds()


def test_no_path_of_this_machine_is_kept_with_a_document() -> None:
    from models.archive import Dokument
    from models.noark import TilknyttetSom
    from robot.effects import archive_request, archive_write

    document = Dokument(
        tittel="t",
        tilknyttet_som=TilknyttetSom.HOVEDDOKUMENT,
        sha256="ab" * 32,
        path=Path("ab" * 32),
        filnavn="f",
        mime_type="text/plain",
        size_bytes=1,
    )
    request = archive_request(NyttDokument(journalpost="1", dokument=document))
    assert "/" not in plain(dict(request)).replace("text/plain", "")
    write = archive_write(request, lambda sha256: Path("/files") / sha256)
    assert isinstance(write, NyttDokument)
    assert Path("/files") / ("ab" * 32) == write.dokument.path


def test_canonical_json_is_sorted_without_spaces_and_keeps_æøå() -> None:
    assert '{"a":["æ",1],"b":null}' == plain({"b": None, "a": ["æ", 1]})

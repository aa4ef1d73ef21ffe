"""F14: a rule file that is corrupt, half-written, empty, wrongly encoded, huge or a bomb is a sentence, never a crash."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.load import LoadResult, load

GOOD = (
    "språk: 1\nregler:\n- regel: a\n  eier: e\n  hvorfor: h\n  hvis: {emne: {inneholder: klage}}\n"
    '  hent: {x: {type: {regex: "nr ([0-9]+)", gruppe: 1}, krav: valgfri}}\n'
    "  så: {sak: {samlesak: S, ny: {tilgang: åpen}}, journalpost: {type: I, tittel: 'T {x}', tilgang: åpen}}\n"
    "  eksempler: {treffer: [{emne: Klage}], treffer_ikke: [{emne: Beklager}]}\n"
)

_BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
)

HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "R003"),
    "blank": (b"\n \n# bare en kommentar\n", "R003"),
    "only blank lines": (b"\n\n", "R003"),
    "latin-1": (GOOD.encode("latin-1"), "R002"),
    "utf-16": (GOOD.encode("utf-16"), "R002"),
    "nul at the end": (GOOD.encode() + b"\0" * 512, "R012"),
    "binary": (bytes(range(256)) * 40, "R002"),
    "too large": (b"# " + b"x" * 1_500_000, "R004"),
    "anchor bomb": (_BOMB.encode(), "R007"),
    "python tag": (b"spr\xc3\xa5k: 1\nregler: !!python/object/apply:os.system ['id']\n", "R008"),
    "brackets": (b"[" * 200_000, "R010"),
    "braces": (b"{a: " * 200_000, "R010"),
    "half a list": (GOOD.encode()[:-40], "R005"),
    "complex key": (b"? [a, b]\n: c\n", "R013"),
}


def load_bytes(folder: Path, raw: bytes) -> LoadResult:
    (folder / "a.yaml").write_bytes(raw)
    return load([folder], None)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_sentence_with_a_place(name: str, tmp_path: Path) -> None:
    raw, code = HOSTILE[name]
    result = load_bytes(tmp_path, raw)
    assert result.ruleset is None
    assert code in {fault.code for fault in result.errors}
    for fault in result.errors:
        assert fault.line >= 1 and fault.column >= 1
        assert fault.message and fault.message[0].isupper()


def test_a_hundred_megabytes_are_never_read_into_memory(tmp_path: Path) -> None:
    with (tmp_path / "a.yaml").open("wb") as stream:
        stream.truncate(100_000_000)
    tracemalloc.start()
    result = load([tmp_path], None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert {fault.code for fault in result.errors} == {"R004"}
    assert peak < 20_000_000


def test_a_good_file_with_a_byte_order_mark_and_windows_line_ends_loads(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    result = load_bytes(tmp_path, raw)
    assert result.errors == ()


def test_a_folder_that_is_not_there_is_a_fault() -> None:
    result = load([Path("/finnes/ikke")], None)
    assert [fault.code for fault in result.errors] == ["R001"]


def test_a_folder_without_rules_is_a_warning(tmp_path: Path) -> None:
    result = load([tmp_path], None)
    assert result.ruleset is not None
    assert [fault.code for fault in result.faults] == ["R016"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, len(GOOD.encode())), noise=st.binary(max_size=6))
def test_a_half_written_or_garbled_file_is_never_a_traceback(cut: int, noise: bytes, tmp_path: Path) -> None:
    result = load_bytes(tmp_path, GOOD.encode()[:cut] + noise)
    assert result.ruleset is not None or result.errors


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.recursive(
        st.sampled_from(["a", "1", "ja", "{x}", "", "~", "emne", "2026-01-01", "'{'", "§"]),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
            st.dictionaries(
                st.sampled_from(
                    "hvis hent så legg_til emne inneholder er minst mellom finnes regex funn vedlegg skjema sak ny part "
                    "journalpost tittel forfall dato uker fordel_til register nøkkel eksempler treffer gir alle ikke type fra "
                    "videresend avvis grunn skjerming kode skjul åpen_sak_med samlesak i_liste fil kolonne ukjent".split()
                ),
                inner,
                max_size=4,
            ).map(lambda pairs: "{" + ", ".join(f"{k}: {v}" for k, v in pairs.items()) + "}"),
        ),
        max_leaves=12,
    ),
    key=st.sampled_from(["hvis", "hent", "så", "legg_til", "eksempler", "prioritet", "navn"]),
)
def test_any_shape_anywhere_is_a_fault_or_a_rule_never_a_traceback(value: str, key: str, tmp_path: Path) -> None:
    body = {"hvis": "{emne: a}", "så": "{til_menneske: x}"}
    body[key] = value
    if key == "legg_til":
        del body["så"]
    lines = "".join(f"  {name}: {text}\n" for name, text in body.items())
    result = load_bytes(tmp_path, f"språk: 1\nregler:\n- regel: a\n{lines}".encode())
    assert result.ruleset is not None or result.errors

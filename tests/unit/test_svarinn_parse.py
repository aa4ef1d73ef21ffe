"""The lists of SvarInn as they really come: times in four forms, numbers as text, hashes in two, the published sample."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.svarinn.parse import NotALetter, day, moment, parse_v1, parse_v2

AT = datetime(2026, 11, 22, 6, 58, 11, tzinfo=UTC)
MS = int(AT.timestamp() * 1000)


@pytest.mark.parametrize(
    "told", [MS, str(MS), float(MS), "2026-11-22T06:58:11Z", "2026-11-22T07:58:11+01:00", "2026-11-22T07:58:11"]
)
def test_a_time_is_understood_in_every_form_it_is_told(told: object) -> None:
    assert AT == moment(told)


@pytest.mark.parametrize(
    "told", [None, "", 0.5j, -62135769600000, "0001-01-01T00:00:00", "i går", True, 10**20, "1899-12-31"]
)
def test_a_time_before_1900_or_that_is_none_counts_as_not_told(told: object) -> None:
    assert moment(told) is None
    assert day(told) is None


def test_a_day_is_a_norwegian_day() -> None:
    assert date(2026, 11, 22) == day("2026-11-22") == day("2026-11-21T23:30:00Z")


@pytest.mark.parametrize("entry", [None, [], "x", {}, {"id": None}, {"id": "../x"}, {"id": 3}])
def test_an_entry_without_a_usable_id_is_refused(entry: object) -> None:
    for parse in (parse_v1, parse_v2):
        with pytest.raises(NotALetter):
            parse(entry)


def test_numbers_told_as_text_negative_or_null_are_borne() -> None:
    raw = {
        "id": "f11f5cba-68ad-422f-ad2c-922cd6060f46",
        "metadataForImport": {"saksaar": "2026", "sakssekvensnummer": 12},
    }
    assert "2026/12" == parse_v1(raw).ours.saksnummer
    raw["metadataForImport"] = {"saksaar": None, "sakssekvensnummer": -1}
    assert "" == parse_v1(raw).ours.saksnummer


def test_a_hash_in_base64_or_capitals_is_the_same_hash() -> None:
    raw = {
        "id": "f11f5cba-68ad-422f-ad2c-922cd6060f46",
        "filer": [
            {"filnavn": "a", "hash": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
            {
                "filnavn": "b",
                "hash": "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
                "storrelse": "7",
            },
        ],
    }
    first, second = parse_v2(raw).files
    assert first.sha256 == second.sha256
    assert 7 == second.size


def test_an_early_draft_of_version_2_with_flat_addresses_is_understood() -> None:
    raw = {"id": "f11f5cba-68ad-422f-ad2c-922cd6060f46", "avsender": {"navn": "Storevik", "adresselinje1": "Torget 1"}}
    letter = parse_v2(raw)
    assert ("Storevik", "Torget 1") == (letter.sender.name, letter.sender.text)


def test_an_orgnr_or_fnr_of_another_length_is_not_taken_for_one() -> None:
    raw = {"id": "f11f5cba-68ad-422f-ad2c-922cd6060f46", "svarSendesTil": {"navn": "X", "orgnr": "12345", "fnr": "0"}}
    assert ("", "") == (parse_v1(raw).who.orgnr, parse_v1(raw).who.fnr)


def test_the_published_sample_is_understood(shared: Path) -> None:
    path = shared / "specs" / "eformidling" / "samples" / "svarinn-sampleresponse.json"
    (letter,) = [parse_v1(entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    assert ("test", 3, "910229028") == (letter.title, letter.level, letter.recipient.orgnr)
    assert "testtittel" == letter.theirs.tittel
    assert datetime(2017, 2, 14, 10, 49, 0, 334000, tzinfo=UTC) == letter.at
    assert 1 == len(letter.files)
    assert ("", 0) == (letter.files[0].sha256, letter.files[0].size)

"""Names from outside are safe to show and to write, and a person still recognises them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.reading.names import safe_name


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("søknad.pdf", "søknad.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\brev.docx", "brev.docx"),
        ("/srv/x.txt", "x.txt"),
        ("CON.pdf", "_CON.pdf"),
        ("con", "_con"),
        ("vedtak\u202efdp.exe", "vedtak[U+202E]fdp.exe"),
        ("a\x00b.pdf", "a[U+0000]b.pdf"),
        ("a\r\nBcc: x.pdf", "a Bcc_ x.pdf"),
        ("..", "uten-navn.pdf"),
        ("", "uten-navn.pdf"),
        ("   ", "uten-navn.pdf"),
        (unicodedata.normalize("NFD", "blåbær.pdf"), "blåbær.pdf"),
    ],
)
def test_name_is_shown_without_what_could_harm(raw, shown):
    assert shown == safe_name(raw, media_type="application/pdf")[0]


def test_change_is_told_but_a_missing_name_is_no_change():
    assert ("brev.pdf", False) == safe_name("brev.pdf", media_type="application/pdf")
    assert ("uten-navn.eml", False) == safe_name("", media_type="message/rfc822")
    assert safe_name("../brev.pdf", media_type="application/pdf")[1]


def test_long_name_keeps_its_extension():
    name, changed = safe_name("lang" * 200 + ".docx", media_type="")
    assert 120 == len(name)
    assert name.endswith("….docx")
    assert changed


@given(st.text(max_size=400))
def test_any_name_ends_as_one_harmless_path_part(raw):
    name, _ = safe_name(raw, media_type="text/plain")
    assert 0 < len(name) <= 120
    assert not set('/\\<>:"|?*\x00\n\r') & set(name)
    assert name not in (".", "..")
    assert name == safe_name(name, media_type="text/plain")[0]

"""HTML, RTF and plain text become what a person sees; nothing hidden, nothing lost, in linear time."""

from __future__ import annotations

import time

import pytest

from models.reading import Flag
from models.reasons import ReasonCode
from robot.reading.charset import decode
from robot.reading.contract import Limits
from robot.reading.html import html_text
from robot.reading.rtf import decompress, rtf_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Vi s&oslash;ker</p><p>om l&aring;n</p>", "Vi søker\n\nom lån"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<table><tr><td>gnr</td><td>12</td></tr><tr><th>bnr</th><td>3</td></table>", "gnr\t12\nbnr\t3"),
        ("<ul><li>en<li>to</ul>", "- en\n- to"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<a href='https://example.org/x'>klikk her</a>", "klikk her"),
        ("Hei <b>du</b>,\n   og   <i>deg</i>", "Hei du, og deg"),
        ("<img alt='Kart over tomta' src=x>", "Kart over tomta"),
        ("<style>p{}</style><title>t</title><script>x()</script><p>tekst", "tekst"),
        ("<span style='display: none'>skjult</span><p hidden>skjult</p><b style='font-size:0px'>x</b>synlig", "synlig"),
        ("<b style='font-size:10px'>synlig</b>", "synlig"),
        ("<!-- skjult -->synlig<!--[if mso]>x<![endif]-->", "synlig"),
        ("<input type=checkbox checked> ja <input type=hidden value=x><input value=Kari>", "[x] ja Kari"),
        ("uten tagger < 5 & mer", "uten tagger < 5 & mer"),
        ("", ""),
    ],
)
def test_html_becomes_what_a_person_sees(html, text):
    assert text == html_text(html)


@pytest.mark.parametrize(
    "unit", ["<div>", "<b>", "<p>", "<table>", "<td>", "<a href=x>", "<", "<script>", "&", "a<br>", "<!--"]
)
def test_hostile_html_takes_linear_time(unit):
    begun = time.process_time()
    html_text(unit * 100_000 + "slutt")
    assert time.process_time() - begun < 5


def test_deep_nesting_still_gives_the_text():
    assert "slutt" == html_text("<div>" * 50_000 + "<script>skjult</script>slutt")


def test_html_file_takes_its_charset_from_itself_and_scripts_are_flagged(read_document):
    raw = "<html><meta charset=iso-8859-1><script>x</script><p>blåbær".encode("latin-1")
    main = read_document(raw).main
    assert ("blåbær", "text/html", True) == (main.text, main.media_type, Flag.ACTIVE_CONTENT in main.flags)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_file_in_any_encoding(codec, read_document):
    main = read_document("Søknad om å få bygge,\nmed blåbær".encode(codec), name="a.txt").main
    assert (None, "Søknad om å få bygge,\nmed blåbær") == (main.reason, main.text)


def test_text_over_the_limit_is_cut_and_says_so(read_document):
    main = read_document(b"abc" * 100, name="a.txt", limits=Limits(text_chars=100)).main
    assert (100, ReasonCode.OUTPUT_LIMIT) == (len(main.text), main.pages[0].reason)
    assert Flag.PARTLY_READ in main.flags


def test_charsets_that_lie_do_not_cost_the_norwegian_letters():
    assert ("blåbær", False) == decode("blåbær".encode("cp1252"), "utf-8")
    assert ("blåbær", False) == decode("blåbær".encode("cp1252"), "us-ascii")
    assert ("blåbær", True) == decode("blåbær".encode(), "iso-8859-1")
    assert ("blåbær", False) == decode("blåbær".encode(), "x-ukjent")
    assert ("blåbær", False) == decode("blåbær".encode(), "base64")


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg1252 S\'f8knad om l\'e5n\par Hilsen}", "Søknad om lån\nHilsen"),
        (rb"{\rtf1\ansi\uc1 Bl\u229?b\u230?r}", "Blåbær"),
        (rb"{\rtf1{\fonttbl{\f0 Arial;}}{\*\generator Word;}\f0 tekst}", "tekst"),
        (rb"{\rtf1 a{\v skjult}b\{c\}}", "ab{c}"),
        (rb"{\rtf1\trowd en\cell to\cell\row tre}", "en\tto\t\ntre".replace("\t\n", "\n")),
        (rb"{\rtf1{\fonttbl{\f0\fcharset204 Arial;}}\f0 \'cf\'f0\'e8}", "При"),
        (rb"{\rtf1 uten slutt", "uten slutt"),
        (
            rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hei\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}}",
            "Hei",
        ),
    ],
)
def test_rtf_becomes_text(rtf, text):
    assert text == rtf_text(rtf)


def test_rtf_with_an_object_is_flagged_and_the_object_left_alone(read_document):
    main = read_document(rb"{\rtf1 foran{\object{\*\objdata 0102}}bak}").main
    assert ("foranbak", True) == (main.text, Flag.ACTIVE_CONTENT in main.flags)


@pytest.mark.parametrize("unit", [b"{", b"}", b"\\b", b"\\'e5", b"{\\*\\x", b"\\u229?"])
def test_hostile_rtf_takes_linear_time(unit):
    begun = time.process_time()
    rtf_text(b"{\\rtf1 " + unit * 200_000)
    assert time.process_time() - begun < 5


def test_compressed_rtf_of_outlook_is_unpacked():
    # The example of MS-OXRTFCP 4.1.1.
    packed = bytes.fromhex(
        "2d000000" "2b000000" "4c5a4675" "f1c5c7a7" "03000a00726370673132354232"
        "0af32068656c090020627705b06c647d0a800fa0"
    )  # fmt: skip
    assert decompress(packed).startswith(b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world")
    assert b"" == decompress(b"rusk")

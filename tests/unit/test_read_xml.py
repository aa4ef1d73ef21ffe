"""XML and JSON give text and form fields; a document type declaration is refused in every encoding."""

from __future__ import annotations

import pytest

from models.reading import Flag
from models.reasons import ReasonCode
from robot.reading.contract import Limits

FORM = """<?xml version="1.0" encoding="{}"?>
<s:skjema xmlns:s="urn:x" versjon="2"><s:innsender><navn>Kari Prøvesen</navn></s:innsender>
<vedlegg>a.pdf</vedlegg><vedlegg>b.pdf</vedlegg><tom/></s:skjema>"""


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_leaf_values_become_fields_by_path(encoding, read_document):
    post = read_document(FORM.format(encoding).encode(encoding))
    assert {
        "skjema.@versjon": "2",
        "skjema.innsender.navn": "Kari Prøvesen",
        "skjema.vedlegg": "a.pdf",
        "skjema.vedlegg.2": "b.pdf",
    } == post.forms
    assert "Kari Prøvesen\na.pdf\nb.pdf" == post.main.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "utf-7"])
@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE a>",
        '<!DOCTYPE a [<!ENTITY x "y">]>',
        "<!-- x --><!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
        "<!doctype a>",
    ],
)
def test_document_type_declaration_is_refused_in_every_encoding(encoding, declaration, read_document):
    named = encoding.replace("-le", "").replace("-be", "")
    raw = f'<?xml version="1.0" encoding="{named}"?>{declaration}<a>&x;</a>'.encode(encoding)
    if encoding == "utf-7":
        raw = f'<?xml version="1.0" encoding="utf-7"?>{declaration.replace("<", "+ADw-")}<a/>'.encode()
    main = read_document(raw, name="a.xml").main
    assert ReasonCode.DOCTYPE_REFUSED is main.reason
    assert "" == main.text


def test_words_in_a_comment_are_no_declaration(read_document):
    assert (
        None is read_document(b"<?xml version='1.0'?><a><!-- <!DOCTYPE x> --><![CDATA[<!ENTITY y>]]></a>").main.reason
    )


def test_wrong_encoding_is_repaired_and_flagged(read_document):
    main = read_document("<?xml version='1.0' encoding='utf-8'?><a>Søknad på ås</a>".encode("latin-1")).main
    assert ("Søknad på ås", True) == (main.text, Flag.UNKNOWN_CHARSET in main.flags)


def test_depth_and_damage_are_named(read_document):
    deep = b"<a>" * 300 + b"</a>" * 300
    main = read_document(deep, name="a.xml").main
    assert (ReasonCode.TOO_DEEP, True) == (main.reason, "200" in main.detail)
    assert ReasonCode.DAMAGED is read_document(b"<?xml version='1.0'?><a><b></a>").main.reason
    assert ReasonCode.TOO_DEEP is read_document(b"[" * 100_000, name="a.json", declared="application/json").main.reason


def test_json_fields_by_path_and_numbers_as_written(read_document):
    post = read_document(b'{"innsender": {"navn": "Kari"}, "barn": [{"fnr": 1819012345}, {"ok": true}], "tom": null}')
    expected = {"innsender.navn": "Kari", "barn.0.fnr": "1819012345", "barn.1.ok": "true"}
    assert expected == post.forms
    assert ReasonCode.DAMAGED is read_document(b'{"a": ', name="a.json").main.reason


def test_fields_are_bounded(read_document):
    raw = b"<a>" + b"".join(b"<b%d>x</b%d>" % (at, at) for at in range(50)) + b"</a>"
    assert 10 == len(read_document(raw, name="a.xml", limits=Limits(form_fields=10)).forms)

"""Broken rule files: each fault has its place, its code and a next step, and none of them keeps others from being told.

A case is a rule (or a whole file, when it begins with «FIL») and the fault that must be among those told: line and
column in the file, code, and what the suggestion must hold.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from models.organisation import Enhet, Organisation, Tilgangskode
from rules.codes import CODES, explain_code
from rules.load import load
from rules.messages import Fault, render, render_all

ORG = Organisation(
    orgnr="910000004",
    name="Solvik kommune",
    enheter={"PLAN": Enhet(kode="PLAN", navn="Planavdelingen", arkivdel="SAK", klasse="000", saksansvarlig="ufordelt")},
    arkivdeler=("SAK", "BYGG"),
    klasser=("000", "L42"),
    tilgangskoder={"13": Tilgangskode(kode="13", navn="Taushetsplikt")},
    forward_channels=("epost",),
    forward_domains=("solvik.example",),
)

_HEAD = "språk: 1\nregler:\n"
_META = "  eier: arkiv@solvik.example\n  hvorfor: pbl. § 21-3\n"
_SAA = (
    '  så: {sak: {samlesak: "S", ny: {enhet: PLAN, tilgang: åpen}}, journalpost: {type: I, tittel: T, tilgang: åpen}}\n'
)
_SHIELD = "  legg_til: {skjerming: {%s}}\n"


def rule(body: str, outcome: str = _SAA) -> str:
    """A rule whose ``body`` begins on line 6 of the file, the outcome after it."""
    return f"{_HEAD}- regel: a\n{_META}{body}{outcome}"


def does(outcome: str) -> str:
    """A rule whose outcome stands on line 6."""
    return rule("", f"  så: {outcome}\n")


def journal(fields: str, case: str = 'samlesak: "S"') -> str:
    """A rule with these fields in its journalpost, on line 8."""
    return rule("", f"  så:\n    sak: {{{case}}}\n    journalpost: {{type: I, tittel: T, {fields}}}\n")


def case(fields: str) -> str:
    """A rule with these fields in its sak, on line 7."""
    return rule("", f"  så:\n    sak: {{{fields}}}\n    journalpost: {{type: I, tittel: T, tilgang: åpen}}\n")


CASES: dict[str, tuple[str, int, int, str, str]] = {
    # YAML
    "unclosed quote": (rule('  navn: "Halv\n', ""), 6, 9, "R005", "anførselstegn"),
    "unclosed list": (rule("  hvis: {kanal: [epost, altinn}\n"), 6, 17, "R005", "]"),
    "unclosed mapping": (rule("  hvis: {kanal: epost\n", ""), 6, 9, "R005", "}"),
    "colon in a text": (rule("  navn: Klage: nabo\n"), 6, 14, "R005", "anførselstegn"),
    "tab": (rule("\thvis: {kanal: epost}\n"), 6, 1, "R006", "mellomrom"),
    "anchor": (rule("  hvis: &felles {kanal: epost}\n"), 6, 9, "R007", "i_liste"),
    "alias": (rule("  hvis: *felles\n"), 6, 9, "R007", "i_liste"),
    "tag": (rule("  navn: !!python/object:os.system x\n"), 6, 9, "R008", "anførselstegn"),
    "key twice": (rule("  hvis: {emne: a, emne: b}\n"), 6, 19, "R009", "alle"),
    "deep": (rule(f"  hvis: {'[' * 40}{']' * 40}\n"), 6, 38, "R010", "enklere"),
    "two documents": (_HEAD + "- regel: a\n---\nspråk: 1\n", 4, 1, "R011", "flere filer"),
    "control character": (rule("  navn: a\x07b\n"), 6, 10, "R012", "ren tekst"),
    "percent sign": (rule("  navn: %a\n"), 6, 9, "R005", "anførselstegn"),
    # The file
    "not a mapping": ("- regel: a\n", 1, 1, "R013", "språk: 1"),
    "no language": ("regler: []\n", 1, 1, "R014", "språk: 1"),
    "another language": ("språk: 2\nregler: []\n", 1, 8, "R014", "språk: 1"),
    "no rules": ("språk: 1\n", 1, 1, "R015", "regler:"),
    "rules not a list": ("språk: 1\nregler: {regel: a}\n", 2, 9, "R015", "- regel"),
    "unknown file key": ("språk: 1\nregel: []\nregler: []\n", 2, 1, "R101", "Mente du «regler»?"),
    # Words of a rule
    "misspelt key": (rule("  hvs: {kanal: epost}\n"), 6, 3, "R101", "Mente du «hvis»?"),
    "misspelt fact": (rule("  hvis: {emen: {inneholder: nabomerknad}}\n"), 6, 10, "R101", "Mente du «emne»?"),
    "key without Norwegian letters": (rule("", "  saa: {til_menneske: x}\n"), 6, 3, "R101", "Mente du «så»?"),
    "rule key in hvis": (rule("  hvis:\n    kanal: epost\n    hent: {}\n"), 8, 5, "R101", "rykk den ut"),
    "operator in hvis": (rule("  hvis: {inneholder: klage}\n"), 6, 10, "R101", "emne: {inneholder"),
    "ellers": (rule("  ellers: til_menneske\n"), 6, 3, "R101", "Her kan stå"),
    "no id": (_HEAD + "- navn: a\n" + _META + _SAA, 3, 3, "R103", "- regel"),
    "id with capitals": (_HEAD + "- regel: Min Regel\n" + _META + _SAA, 3, 10, "R106", "nabovarsel-hytte"),
    "id twice": (_HEAD + ("- regel: a\n" + _META + _SAA) * 2, 7, 10, "R107", "annen id"),
    "mode": (rule("  modus: autom\n"), 6, 10, "R104", "Mente du «auto»?"),
    "priority": (rule("  prioritet: høy\n"), 6, 14, "R109", ""),
    "stopp": (rule("  stopp: kanskje\n"), 6, 10, "R110", ""),
    "yes is a text in YAML 1.2": (rule("  stopp: yes\n"), 6, 10, "R110", ""),
    "hvis as a list": (rule("  hvis: [kanal]\n"), 6, 9, "R102", "alle"),
    "hvis as a text": (rule("  hvis: nabovarsel\n"), 6, 9, "R102", "inneholder"),
    "empty hvis": (rule("  hvis: {}\n"), 6, 9, "R128", "vilkår"),
    "both så and legg_til": (rule("  legg_til: {haster: ja}\n"), 3, 10, "R108", "enten"),
    "neither så nor legg_til": (rule("", ""), 3, 10, "R108", "enten"),
    # Later
    "for_hver": (rule("  for_hver: {fil: a.csv}\n"), 6, 19, "R126", "ved siden av"),
    "gjelder": (rule("  gjelder: journalposter\n"), 6, 12, "R104", "Mente du «journalpost»?"),
    "parameter": (rule("  hvis: {emne: {inneholder: '{parameter.ord}'}}\n"), 6, 31, "R145", "parametre.csv"),
    # Conditions
    "unknown dotted fact": (rule("  hvis: {avsender.domne: a}\n"), 6, 10, "R120", "Mente du «avsender.domene»?"),
    "unknown nested fact": (rule("  hvis: {avsender: {epost: a}}\n"), 6, 21, "R120", "navn, adresse"),
    "unknown operator": (rule("  hvis: {emne: {inneholdr: klage}}\n"), 6, 17, "R121", "Mente du «inneholder»?"),
    "operator on a yes/no": (rule("  hvis: {taushetsbelagt: {inneholder: ja}}\n"), 6, 27, "R122", "er, finnes"),
    "choice": (rule("  hvis: {meldingstype: automatisk}\n"), 6, 24, "R104", "automatisk_svar"),
    "bool fact": (rule("  hvis: {avsender.intern: kanskje}\n"), 6, 27, "R110", ""),
    "regex": (rule("  hvis: {emne: {regex: 'a('}}\n"), 6, 24, "R123", "\\"),
    "look-ahead": (rule("  hvis: {emne: {regex: 'bygg(?=sak)'}}\n"), 6, 29, "R124", "inneholder"),
    "back-reference": (rule("  hvis: {emne: {regex: '(a)\\1'}}\n"), 6, 28, "R124", "inneholder"),
    "word boundary": (rule("  hvis: {emne: {regex: 'bygg\\b'}}\n"), 6, 29, "R125", "[\\pL\\pN]"),
    "word class": (rule("  hvis: {emne: {regex: '\\w+sak'}}\n"), 6, 25, "R125", "inneholder"),
    "list file": (rule("  hvis: {emne: {i_liste: {fil: x.csv, kolonne: a}}}\n"), 6, 32, "R126", "ved siden av"),
    "list outside": (rule("  hvis: {emne: {i_liste: {fil: ../x.csv, kolonne: a}}}\n"), 6, 32, "R126", "ved siden av"),
    "empty value": (rule("  hvis: {emne: }\n"), 6, 16, "R112", ""),
    "date": (rule("  hvis: {dato.mottatt: {minst: i går}}\n"), 6, 32, "R111", "2026-06-15"),
    "between": (rule("  hvis: {nivå: {mellom: 3}}\n"), 6, 25, "R102", "[1, 5]"),
    "findings severity": (rule("  hvis: {funn: {alvor: {minst: warnings}}}\n"), 6, 32, "R104", "Mente du «warning»?"),
    # hent and texts
    "type": (rule("  hent: {eiendom: matrikel}\n"), 6, 19, "R130", "Mente du «matrikkel»?"),
    "source": (rule("  hent: {e: {type: matrikkel, fra: [emnet]}}\n"), 6, 37, "R131", "Mente du «emne»?"),
    "reserved": (rule("  hent: {år: dato}\n"), 6, 10, "R132", "annet navn"),
    "group of a pattern": (rule("  hent: {l: {type: {regex: 'nr', gruppe: 2}}}\n"), 6, 42, "R123", "()"),
    "unknown name": (journal('offentlig_tittel: "Fra {avsenderen}", tilgang: åpen'), 8, 63, "R140", "hent"),
    "body text in a title": (journal('avsender: "{tekst}", tilgang: åpen'), 8, 51, "R140", "hent"),
    "braces": (journal('avsender: "A {", tilgang: åpen'), 8, 52, "R141", "{navn}"),
    "fnr in a title": (
        rule("  hent: {p: fnr}\n", _SAA.replace('samlesak: "S"', 'samlesak: "S {p}"')),
        7,
        28,
        "R142",
        "fødselsnummer",
    ),
    "navn in the public title": (
        rule("  hent: {hvem: navn}\n", _SAA.replace("tittel: T", "tittel: T, offentlig_tittel: '{hvem}'")),
        7,
        118,
        "R143",
        "uten navnet",
    ),
    "fnr field in a title": (journal("offentlig_tittel: '{skjema.søker.fnr}', tilgang: åpen"), 8, 59, "R142", "tittel"),
    "health in a samlesak": (rule("  hvis: {emne: {inneholder: sykmelding}}\n"), 7, 14, "R415", "part"),
    "posix class": (rule("  hvis: {emne: {regex: '[[:alpha:]]+'}}\n"), 6, 26, "R125", "[\\pL\\pN]"),
    "not a date": (journal("dokumentdato: '{emne}', tilgang: åpen"), 8, 53, "R144", "hent"),
    # Outcomes
    "two outcomes": (does("{til_menneske: x, avvis: {grunn: spam}}"), 6, 7, "R108", "Velg én"),
    "bare outcome": (does("til_menneske"), 6, 7, "R102", "til_menneske:"),
    "case two ways": (case('samlesak: S, saksnummer: "1"'), 7, 10, "R150", "Velg én"),
    "case no way": (case("mangler: til_menneske"), 7, 10, "R150", "Velg én"),
    "journalpost without case": (does("{journalpost: {type: I, tittel: T, tilgang: åpen}}"), 6, 7, "R103", ""),
    "case without journalpost": (does("{sak: {samlesak: S}}"), 6, 7, "R103", "journalpost:"),
    "no title": (does("{sak: {samlesak: S}, journalpost: {type: I, tilgang: åpen}}"), 6, 41, "R103", "{emne}"),
    "open and shielded": (journal('tilgang: åpen, skjerming: {kode: "13"}'), 8, 65, "R151", "Ta bort"),
    "access word": (journal("tilgang: unntatt"), 8, 48, "R104", "skjerming"),
    "name alone": (case("part: {navn: Kari}"), 7, 17, "R152", "født"),
    "new case without title": (case('saksnummer: "1", ny: {enhet: PLAN, tilgang: åpen}'), 7, 32, "R153", "samlesak"),
    "create without ny": (case('saksnummer: "1", mangler: opprett'), 7, 37, "R158", "ny:"),
    "write-off and deadline": (journal("tilgang: åpen, avskriv: TO, forfall: {uker: 1}"), 8, 54, "R154", "Ta bort"),
    "write-off of a complaint": (
        rule("  hvis: {emne: {inneholder: klage}}\n", _SAA.replace("tittel: T", "tittel: T, avskriv: TE")),
        7,
        98,
        "R154",
        "Ta bort",
    ),
    "auto on a sender": (rule("  modus: auto\n  hvis: {avsender.domene: nav.no}\n"), 6, 3, "R155", "bekreftet"),
    "two durations": (journal("tilgang: åpen, forfall: {uker: 1, dager: 2}"), 8, 63, "R156", "uker"),
    "forward address": (does("{videresend: {til: regnskap, kanal: epost, grunn: f}}"), 6, 26, "R157", "@"),
    "forward domain": (does("{videresend: {til: a@solvk.example, grunn: f}}"), 6, 26, "R157", "solvik.example"),
    "channel": (does("{videresend: {til: a, kanal: sikker, grunn: f}}"), 6, 36, "R205", "epost"),
    "dismissal": (does("{avvis: {grunn: reklamme}}"), 6, 23, "R104", "Mente du «reklame»?"),
    # Configuration
    "arkivdel": (case("samlesak: S, ny: {arkivdel: BYG, tilgang: åpen}"), 7, 39, "R201", "BYGG"),
    "class": (case("samlesak: S, ny: {klasse: L24, tilgang: åpen}"), 7, 37, "R202", "L42"),
    "access code": (rule("", _SHIELD % "kode: '14'"), 6, 32, "R203", "Taushetsplikt"),
    "unit": (rule("", _SAA.replace("enhet: PLAN", "enhet: PLANN")), 6, 41, "R204", "PLAN"),
    "provision": (rule("", _SHIELD % "kode: '13', hjemmel: offl. § 31, skjul: [TRO]"), 6, 47, "R206", "offl. § 13"),
    "hidden metadata": (rule("", _SHIELD % "kode: '13', hjemmel: offl. § 13, skjul: [TRX]"), 6, 67, "R104", "TR"),
    # Examples
    "example misses": (rule("  hvis: {kanal: epost}\n  eksempler:\n    treffer: [{kanal: altinn}]\n"), 8, 15, "R301", ""),
    "example hits": (rule("  hvis: {kanal: epost}\n  eksempler:\n    treffer_ikke: [{kanal: Epost}]\n"), 8, 20, "R302", "ikke"),
    "assertion": (rule("  eksempler:\n    treffer: [{emne: x, gir: {tittel: Y}}]\n"), 7, 39, "R303", "Rett"),
    "assertion key": (rule("  eksempler:\n    treffer: [{emne: x, gir: {titel: Y}}]\n"), 7, 31, "R101", "Mente du «tittel»?"),
    "example fact": (rule("  eksempler:\n    treffer: [{emme: x}]\n"), 7, 16, "R120", "Mente du «emne»?"),
    "sample file": (rule("  eksempler:\n    treffer: [{fil: a.eml}]\n"), 7, 21, "R305", "ved siden av"),
    # Warnings
    "no owner": (_HEAD + "- regel: a\n  hvorfor: x\n" + _SAA, 3, 10, "R401", "eier"),
    "no access": (does("{sak: {samlesak: S}, journalpost: {type: I, tittel: T}}"), 6, 41, "R405", "åpen"),
    "short part": (rule("  hvis: {emne: {deltekst: sfo}}\n"), 6, 27, "R408", "inneholder"),
    "bare shielding": (rule("", _SHIELD % "kode: '13'"), 6, 25, "R411", "J"),
    "proves nothing": (
        rule("  hvis: {kanal: epost, emne: hei}\n  eksempler:\n    treffer_ikke: [{kanal: altinn}]\n"),
        8,
        20,
        "R406",
        "én ting",
    ),
}  # fmt: skip


def faults_of(text: str) -> tuple[Fault, ...]:
    """What loading says of a folder with just this file."""
    with TemporaryDirectory() as folder:
        Path(folder, "a.yaml").write_text(text, encoding="utf-8")
        return load([folder], ORG).faults


@pytest.mark.parametrize("name", CASES)
def test_a_broken_file_is_told_with_place_code_and_next_step(name: str) -> None:
    text, line, column, code, suggestion = CASES[name]
    faults = faults_of(text)
    told = [f for f in faults if (f.line, f.column, f.code) == (line, column, code)]
    assert told, render_all(faults)
    assert suggestion in told[0].suggestion
    # A message is Norwegian, a whole sentence, and quotes the line it speaks of.
    assert told[0].quote == text.split("\n")[line - 1]
    assert all(fault.code in CODES for fault in faults)
    assert all(fault.suggestion for fault in faults), render_all(faults)


def test_there_are_at_least_forty_ways_to_be_wrong_and_most_codes_are_met() -> None:
    assert len(CASES) >= 40
    met = {case[3] for case in CASES.values()}
    assert len(met) >= 50


def test_every_fault_is_told_at_once_and_in_order() -> None:
    text = rule("  modus: autom\n  hvis: {emen: a, kanal: {inneholdr: b}}\n  hent: {x: matrikel}\n")
    faults = [fault for fault in faults_of(text) if fault.severity == "error"]
    assert [fault.code for fault in faults] == ["R104", "R101", "R121", "R130"]
    assert [(f.line, f.column) for f in faults] == sorted((f.line, f.column) for f in faults)


def test_one_error_keeps_the_whole_set_from_being_loaded(tmp_path: Path) -> None:
    (tmp_path / "god.yaml").write_text(rule("").replace("regel: a", "regel: b"), encoding="utf-8")
    assert load([tmp_path], ORG).ruleset is not None
    (tmp_path / "vond.yaml").write_text(rule("  hvs: x\n"), encoding="utf-8")
    assert load([tmp_path], ORG).ruleset is None


def test_a_fault_is_shown_with_the_line_a_caret_and_the_guess() -> None:
    fault = next(f for f in faults_of(rule("  hvis: {emen: {inneholder: nabomerknad}}\n")) if f.code == "R101")
    shown = render(fault).split("\n")
    assert shown[0].endswith("a.yaml:6:10  feil R101  Ukjent nøkkel «emen» i hvis")
    assert shown[1] == "   6 |   hvis: {emen: {inneholder: nabomerknad}}"
    assert shown[2] == "     |          ^^^^ Mente du «emne»?"
    assert shown[1].index("emen") == shown[2].index("^^^^")


def test_every_code_is_explained_with_an_example() -> None:
    for code, told in CODES.items():
        assert told.title and told.why and told.example, code
    assert "Ukjent nøkkel" in (explain_code("r101") or "")
    assert explain_code("R999") is None

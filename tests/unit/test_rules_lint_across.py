"""Lint across rules: what never wins, never hits, is out of reach, opens what another shields, or proves nothing."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from models.organisation import Organisation
from rules.load import load
from rules.messages import Fault, render_all

UNITS = "kode,navn,arkivdel,klasse,saksansvarlig\nARKIV,Arkivet,SAK,000,ufordelt\n"
ORG = Organisation(orgnr="910000004", name="Solvik", channels=("epost", "mappe"), forward_channels=("epost",))
CASE = "sak: {samlesak: S, ny: {enhet: ARKIV, tilgang: åpen}}"
OPEN = f"så: {{{CASE}, journalpost: {{type: I, tittel: T, tilgang: åpen}}}}"
SHUT = (
    f'så: {{{CASE}, journalpost: {{type: I, tittel: T, skjerming: {{kode: "13", hjemmel: offl. § 13, skjul: [TRO]}}}}}}'
)
HUMAN = "så: {til_menneske: x}"


def rule(name: str, hvis: str, then: str = HUMAN, *, prioritet: int = 0, more: str = "") -> str:
    return f"- regel: {name}\n  eier: e\n  hvorfor: h\n  prioritet: {prioritet}\n  hvis: {{{hvis}}}\n  {then}\n{more}"


def faults(folder: Path, *rules: str) -> tuple[Fault, ...]:
    (folder / "enheter.csv").write_text(UNITS, "utf-8")
    (folder / "a.yaml").write_text("språk: 1\nregler:\n" + "".join(rules), "utf-8")
    return load([folder], ORG).faults


def told(found: tuple[Fault, ...], code: str) -> list[tuple[int, int, str]]:
    return [(fault.line, fault.column, fault.message) for fault in found if fault.code == code]


@pytest.mark.parametrize(
    ("code", "rules", "line", "names"),
    [
        (
            "R402",
            (rule("a", "emne: {inneholder: klage}", prioritet=5), rule("b", "emne: {inneholder: klage på vedtak}")),
            9,
            ("a", "b"),
        ),
        (
            "R407",
            (rule("a", "emne: {inneholder: x}", OPEN), rule("b", "tekst: {inneholder: y}", OPEN.replace("T,", "U,"))),
            9,
            ("a", "b"),
        ),
        (
            "R416",
            (
                rule("a", "emne: {inneholder: lege}", SHUT),
                rule("b", "emne: {inneholder: [lege, mappe]}", OPEN, prioritet=5),
            ),
            9,
            ("a", "b"),
        ),
        (
            "R416",
            (
                rule("a", "emne: {inneholder: [lege, mappe]}", SHUT),
                rule("b", "emne: {inneholder: lege}", OPEN, prioritet=5),
            ),
            9,
            ("a", "b"),
        ),
        ("R417", (rule("a", "alle: [{kanal: epost}, {kanal: mappe}]"),), 3, ("kanal",)),
        ("R417", (rule("a", "emne: {inneholder: x}, ikke: [{emne: {inneholder: x}}]"),), 3, ("emne",)),
        ("R417", (rule("a", "emne: x, alle: [{emne: {finnes: nei}}]"),), 3, ("emne",)),
        ("R417", (rule("a", "alle: [{avsender.intern: ja}, {avsender.intern: nei}]"),), 3, ("avsender.intern",)),
        ("R418", (rule("a", "kanal: svarinn"),), 3, ("svarinn",)),
        ("R418", (rule("a", "kanal: [svarinn, altinn]"),), 3, ("svarinn", "altinn")),
        ("R418", (rule("a", "kanal: epost, skjema.barn: x"),), 3, ("skjema.barn",)),
        ("R418", (rule("a", "kanal: epost, mottaker.orgnr: '974000001'"),), 3, ("mottaker.orgnr",)),
        (
            "R406",
            (rule("a", "emne: x", more="  eksempler: {treffer: [{emne: x}], treffer_ikke: [{kanal: epost}]}\n"),),
            9,
            ("a",),
        ),
        (
            "R406",
            (
                rule(
                    "a",
                    "alle: [{emne: x}, {kanal: epost}]",
                    more="  eksempler: {treffer_ikke: [{emne: y, kanal: mappe}]}\n",
                ),
            ),
            9,
            ("a",),
        ),
    ],
)
def test_it_is_told_at_the_rule_it_is_said_of(
    code: str, rules: tuple[str, ...], line: int, names: tuple[str, ...], tmp_path: Path
) -> None:
    found = faults(tmp_path, *rules)
    assert 1 == len(told(found, code)), render_all(found)
    at, _, message = told(found, code)[0]
    assert line == at
    assert all(f"«{name}" in message or name in message for name in names)
    assert all(fault.suggestion for fault in found if fault.code == code)


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        (
            "R402",
            (rule("a", "emne: {inneholder: klage på vedtak}", prioritet=5), rule("b", "emne: {inneholder: klage}")),
        ),
        ("R402", (rule("a", "emne: {inneholder: klager}", prioritet=5), rule("b", "emne: {inneholder: klage}"))),
        (
            "R407",
            (rule("a", "emne: {inneholder: x}", OPEN), rule("b", "emne: {inneholder: y}", OPEN.replace("T,", "U,"))),
        ),
        (
            "R416",
            (rule("a", "emne: {inneholder: lege}", SHUT, prioritet=9), rule("b", "emne: {inneholder: lege}", OPEN)),
        ),
        (
            "R416",
            (rule("a", "emne: {inneholder: lege}", SHUT), rule("b", "emne: {inneholder: mappe}", OPEN, prioritet=5)),
        ),
        ("R417", (rule("a", "alle: [{emne: {inneholder: x}}, {emne: {inneholder: y}}]"),)),
        ("R417", (rule("a", "kanal: epost, ikke: [{kanal: mappe}]"),)),
        ("R418", (rule("a", "kanal: [svarinn, epost]"),)),
        ("R418", (rule("a", "kanal: mappe, avsender.domene: x.example"),)),
        ("R418", (rule("a", "skjema.barn: x"),)),
        (
            "R406",
            (
                rule(
                    "a",
                    "emne: x",
                    more="  eksempler: {treffer: [{emne: x, kanal: epost}], treffer_ikke: [{kanal: epost}]}\n",
                ),
            ),
        ),
        ("R406", (rule("a", "emne: {finnes: ja}", more="  eksempler: {treffer_ikke: [{kanal: epost}]}\n"),)),
    ],
)
def test_what_is_as_meant_is_left_in_peace(code: str, rules: tuple[str, ...], tmp_path: Path) -> None:
    found = faults(tmp_path, *rules)
    assert [] == told(found, code), render_all(found)


def test_without_a_configuration_no_channel_is_called_unknown(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("språk: 1\nregler:\n" + rule("a", "kanal: svarinn"), "utf-8")
    assert [] == told(load([tmp_path], None).faults, "R418")


def test_the_shared_rules_are_for_every_house(tmp_path: Path) -> None:
    assert [] == told(load(["felles"], ORG).faults, "R418")


def test_looking_only_at_rules_that_share_words_finds_the_same_as_comparing_all(tmp_path: Path) -> None:
    """The short cut of «can never win» against every pair tried."""
    from rules.overlap import covers

    phrases = [
        "klage",
        "klage på",
        "på vedtak",
        "klage på vedtak",
        "vedtak",
        "søknad-a",
        "søknad",
        "«søknad»",
        "§ 12",
        "12",
    ]
    rules = [
        rule(f"r{number}", f"emne: {{{word}: ['{phrase}']}}", prioritet=number % 7)
        for number, (phrase, word) in enumerate(itertools.product(phrases, ("inneholder", "er")))
    ]
    found = faults(tmp_path, *rules)
    ruleset = load([tmp_path], ORG).ruleset
    assert ruleset is not None
    expected = {
        one.id
        for one in ruleset.rules
        if any(other.rank[:3] < one.rank[:3] and covers(other.condition, one.condition) for other in ruleset.rules)
    }
    said = {message.split("«")[1].split("»")[0] for _, _, message in told(found, "R402")}
    assert expected == said and len(said) > 5


def test_lint_of_many_rules_does_not_compare_all_with_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rules import lint_across

    calls = {"covers": 0, "exclude": 0}
    for name in calls:
        real = getattr(lint_across, name)

        def counted(*args: object, real: object = real, name: str = name) -> object:
            calls[name] += 1
            return real(*args)  # type: ignore[operator]

        monkeypatch.setattr(lint_across, name, counted)
    many = 600
    faults(
        tmp_path,
        *(rule(f"r{n}", f"emne: {{inneholder: [ord{n}, annet{n}]}}", OPEN, prioritet=n % 3) for n in range(many)),
    )
    assert calls["covers"] + calls["exclude"] < 20 * many

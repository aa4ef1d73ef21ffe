"""Deadlines: what waits, until when, in calendar months and Norwegian working days; the shared rules about them."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.facts import Facts, FactValue
from models.noark import Journalposttype
from models.omsorg import Journalinnfoersel, Sak
from models.organisation import Organisation
from models.verdict import FristUtfall, Verdict
from robot.caretaking.brevpar import parts
from robot.caretaking.frister import WITHOUT_RULE, Stage, heard_back, open_question, restanser
from rules.care import judge
from rules.deadlines import Duration, add_working_days, is_working_day
from rules.format import Subject
from rules.load import load
from rules.model import RuleSet
from tests.support.brev import KARI, START, P, answer, case, entry, letter, note, part, signed

ORG = Organisation(orgnr="910000004", name="Solvik kommune")
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.fixture(scope="module")
def felles() -> RuleSet:
    result = load(["felles"], ORG)
    assert result.ruleset is not None
    return result.ruleset


@pytest.fixture(scope="module")
def due(felles: RuleSet) -> Callable[..., dict[str, tuple[date, date]]]:
    """Deadlines by rule of a letter with these facts."""

    def run(**said: FactValue) -> dict[str, tuple[date, date]]:
        facts: dict[str, FactValue] = {"dato.i_dag": START, "journalposttype": "I", "avskrevet": False, **said}
        verdict = judge(felles, Subject.JOURNALPOST, Facts(values=facts, groups=frozenset({"text", "findings"})), ORG)
        hits = ((hit.regel, hit.utfall) for hit in verdict.told)
        return {rule: (u.dato, u.varsle_fra) for rule, u in hits if isinstance(u, FristUtfall)}

    return run


@given(DAYS, st.integers(1, 14))
def test_a_month_is_a_calendar_month_and_never_runs_into_the_next(day: date, count: int) -> None:
    due = Duration("måneder", count).after(day)
    assert (due.year * 12 + due.month) - (day.year * 12 + day.month) == count
    assert due.day == day.day or (due.day < day.day and due.day == calendar.monthrange(due.year, due.month)[1])


@given(DAYS, st.integers(1, 30))
def test_working_days_end_on_a_working_day_with_so_many_since(day: date, count: int) -> None:
    due = add_working_days(day, count)
    assert is_working_day(due)
    assert sum(is_working_day(day + timedelta(days=n)) for n in range(1, (due - day).days + 1)) == count


@given(DAYS, st.sampled_from(["dager", "arbeidsdager", "uker", "måneder"]), st.integers(1, 12))
def test_the_unit_is_told_no_later_than_so_long_before(day: date, unit: str, count: int) -> None:
    notice = Duration(unit, count)
    start = notice.before(day)
    assert notice.after(start) <= day < notice.after(start + timedelta(days=1))


def test_easter_and_the_seventeenth_of_may_are_no_working_days() -> None:
    assert add_working_days(date(2026, 4, 1), 1) == date(2026, 4, 7)
    assert add_working_days(date(2027, 5, 14), 1) == date(2027, 5, 18)


def test_preliminary_answer_is_due_a_calendar_month_after_and_warned_of_nine_days_before(
    due: Callable[..., dict],
) -> None:
    assert due(tittel="Brev", tilbakemeldt=False, mottatt_dato=date(2026, 1, 31)) == {
        "frist-foreloepig-svar": (date(2026, 2, 28), date(2026, 2, 19))
    }
    assert due(tittel="Brev", tilbakemeldt=False, mottatt_dato=date(2028, 1, 31))["frist-foreloepig-svar"][0].day == 29
    assert due(tittel="Brev", tilbakemeldt=True, mottatt_dato=date(2026, 1, 31)) == {}
    assert due(tittel="Brev", tilbakemeldt=False, avskrevet=True, mottatt_dato=date(2026, 1, 31)) == {}


def test_an_access_request_has_three_and_five_working_days_over_easter(due: Callable[..., dict]) -> None:
    found = due(tittel="Innsynskrav i sak", tilbakemeldt=True, mottatt_dato=date(2026, 4, 1))
    assert found == {
        "frist-innsyn": (date(2026, 4, 9), date(2026, 4, 7)),
        "frist-innsyn-avslag": (date(2026, 4, 13), date(2026, 4, 9)),
    }


@pytest.mark.parametrize(
    ("tittel", "rule", "last"),
    [
        ("Klage på gebyr", "frist-klage", date(2026, 7, 27)),
        ("Klage på avslag på innsyn", "frist-innsynsklage", date(2026, 6, 8)),
        ("Søknad om rammetillatelse", "frist-byggesak", date(2026, 8, 24)),
        ("Søknad om igangsettingstillatelse", "frist-igangsetting", date(2026, 6, 22)),
        ("Anmodning om ferdigattest", "frist-ferdigattest", date(2026, 6, 22)),
        ("Krav om innsyn i egne personopplysninger", "frist-personopplysninger", date(2026, 7, 1)),
        ("Krav om miljøinformasjon", "frist-miljoeinformasjon", date(2026, 6, 22)),
    ],
)
def test_each_kind_of_request_has_its_own_deadline(
    due: Callable[..., dict], tittel: str, rule: str, last: date
) -> None:
    assert {name: days[0] for name, days in due(tittel=tittel, tilbakemeldt=True, mottatt_dato=START).items()} == {
        rule: last
    }


def _verdict(*due: FristUtfall) -> Callable[[Journalinnfoersel], Verdict]:
    from models.decision import Mode
    from models.verdict import CareHit

    told = tuple(
        CareHit(regel=f"r{n}", navn=f"Regel {n}", prioritet=0, modus=Mode.AUTO, utfall=one) for n, one in enumerate(due)
    )
    return lambda _: Verdict(ruleset_sha256="", told=told)


def test_restanser_are_i_and_n_not_signed_off_and_name_nobody() -> None:
    reply = answer(6)
    sak = case(
        letter(1),
        letter(2, avskrivninger=(signed("BU", reply),)),
        letter(3, status="U"),
        note(4, "Uttalelse", "Per", "Anne", "Bo", avskrivninger=(signed("BN", part_="Anne"),)),
        note(5, "Til orientering", "Per", "Anne", type_="X"),
        reply,
    )
    found = restanser(sak, _verdict())
    assert [(one.number, one.enhet) for one in found] == [("2026/118-1", "PLAN"), ("2026/118-4", "PLAN")]
    assert not {"Per", "Anne", "Bo", KARI} & set(repr(found).replace("'", " ").split())


def test_a_note_waits_until_every_recipient_has_answered() -> None:
    both = note(
        1, "Uttalelse", "Per", "Anne", "Bo", avskrivninger=(signed("BN", part_="Anne"), signed("BN", part_="Bo"))
    )
    assert not open_question(both) and open_question(replace(both, avskrivninger=both.avskrivninger[:1]))


def test_the_most_urgent_deadline_says_how_late_it_is_and_when_to_look_again() -> None:
    near = FristUtfall(dato=START + timedelta(days=3), varsle_fra=START + timedelta(days=1))
    far = FristUtfall(dato=START + timedelta(days=30), varsle_fra=START + timedelta(days=20))
    (one,) = restanser(case(letter(1)), _verdict(far, near))
    stages = [one.stage(START + timedelta(days=n)) for n in (0, 1, 3, 4)]
    assert stages == [Stage.IN_TIME, Stage.WARN, Stage.WARN, Stage.OVER]
    assert [one.turns_on(START + timedelta(days=n)) for n in (0, 1, 4, 31)] == [
        START + timedelta(days=1),
        START + timedelta(days=4),
        START + timedelta(days=20),
        None,
    ]
    assert one.frist == near.dato


def test_a_date_set_on_the_letter_counts_also_where_no_rule_tells_of_it() -> None:
    dated = letter(1, forfallsdato=START)
    assert [f.regel for f in restanser(case(dated), _verdict())[0].frister] == [WITHOUT_RULE]
    same = FristUtfall(dato=START, varsle_fra=START)
    assert [f.regel for f in restanser(case(dated), _verdict(same))[0].frister] == ["r0"]


def heard(*entries: Journalinnfoersel) -> bool:
    sak: Sak = case(*entries)
    return heard_back(sak.innfoersler[0], sak)


def test_a_preliminary_answer_to_the_writer_counts_and_a_letter_to_others_does_not() -> None:
    later = START + timedelta(days=2)
    assert heard(letter(1), answer(2, "Foreløpig svar", day=later))
    assert not heard(letter(1), answer(2, "Høring", "Fylkesmuseet", day=later))
    assert not heard(letter(1), answer(2, "Foreløpig svar", day=later, status="F"))
    assert not heard(entry(1, "I", "Uten avsender"), answer(2, "Svar", day=later))


def test_the_types_are_those_of_the_standard() -> None:
    assert restanser(case(entry(1, "U", "Brev", part(P.MOTTAKER, KARI))), _verdict()) == ()
    assert restanser(case(letter(1)), _verdict())[0].type is Journalposttype.INNGAAENDE
    assert parts(letter(1), P.AVSENDER)

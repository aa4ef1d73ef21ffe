"""A rule that hit → its outcome with every template filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from models.archive import Part
from models.judgement import (
    Addition,
    AvvisUtfall,
    Hit,
    JournalpostUtfall,
    NySak,
    SakValg,
    TilMenneske,
    Utfall,
    VideresendUtfall,
)
from models.noark import TEMPORARY, EksternNoekkel, Skjerming
from models.reasons import ReasonCode
from rules.context import Context
from rules.hent import extract
from rules.model import (
    AdditionSpec,
    CaseSpec,
    DismissSpec,
    ForwardSpec,
    HumanSpec,
    JournalSpec,
    NewCaseSpec,
    Rule,
    UnitSpec,
)
from rules.parse_parts import register_key
from rules.shield_model import DeadlineSpec, ShieldSpec
from rules.templates import Captured, Filler, Template, ValueProblem

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Filled(Generic[Made]):
    """A rule's outcome with its values, or the ``problem`` in its place; ``captures`` as they are shown."""

    outcome: Made | None
    problem: ReasonCode | None
    detail: str
    captures: dict[str, str]


def fill(rule: Rule, ctx: Context, outcome: Callable[[Rule, Filler], Made]) -> Filled[Made]:
    """Takes out the rule's values and makes its outcome; a value that is missing, or several that differ, is a problem."""
    captured = {extraction.name: extract(extraction, ctx) for extraction in rule.extractions}
    shown = {name: ", ".join(value.values) for name, value in captured.items() if value.values}
    try:
        demands(rule, captured)
        return Filled(outcome(rule, Filler(ctx, captured)), None, "", shown)
    except ValueProblem as trouble:
        return Filled(None, trouble.code, trouble.detail, shown)


def fill_hit(rule: Rule, ctx: Context) -> Hit:
    """The hit; with ``problem`` in place of an outcome when an obligatory value is missing or several differ."""
    filled = fill(rule, ctx, _outcome)
    return Hit(
        regel=rule.id,
        navn=rule.navn,
        prioritet=rule.prioritet,
        modus=rule.modus,
        utfall=filled.outcome,
        problem=filled.problem,
        problem_detail=filled.detail,
        captures=filled.captures,
    )


def fill_addition(rule: Rule, ctx: Context, *, unknown: bool) -> Addition:
    """What the rule adds. On *ukjent* the shielding becomes the temporary code and ``haster`` is applied; the others not.

    A value that is missing makes the rule as good as *ukjent*: it still shuts, and is listed.
    """
    spec = rule.addition
    assert spec is not None  # noqa: S101 (only rules with legg_til come here)
    if unknown:
        return _uncertain(rule, spec)
    captured = {extraction.name: extract(extraction, ctx) for extraction in rule.extractions}
    filler = Filler(ctx, captured)
    try:
        return Addition(
            regel=rule.id,
            navn=rule.navn,
            modus=rule.modus,
            skjerming=fill_shield(spec.shield, filler),
            forfall=fill_deadline(spec.forfall, filler),
            varsel=spec.varsel,
            kopi_til=spec.kopi_til,
            haster=spec.haster,
        )
    except ValueProblem:
        return _uncertain(rule, spec)


def _uncertain(rule: Rule, spec: AdditionSpec) -> Addition:
    return Addition(
        regel=rule.id,
        navn=rule.navn,
        modus=rule.modus,
        unknown=True,
        skjerming=TEMPORARY if spec.shield is not None else None,
        haster=spec.haster,
    )


def demands(rule: Rule, captured: Mapping[str, Captured]) -> None:
    """``krav`` of every name, used or not; a deadline with a fall-back needs none.

    Raises:
        ValueProblem: the first that is not met.
    """
    spared = _with_fallback(rule)
    for name, value in captured.items():
        if not value.values and not value.optional and name not in spared:
            raise ValueProblem(ReasonCode.VALUE_MISSING, name)
        if len(value.values) > 1 and not value.many:
            raise ValueProblem(ReasonCode.VALUE_AMBIGUOUS, f"{name}: {', '.join(value.values)}")


def _with_fallback(rule: Rule) -> frozenset[str]:
    spec = rule.outcome.forfall if isinstance(rule.outcome, JournalSpec) else None
    names: set[str] = set()
    while spec is not None:
        if spec.name and spec.otherwise is not None:
            names.add(spec.name)
        spec = spec.otherwise
    return frozenset(names)


def _outcome(rule: Rule, filler: Filler) -> Utfall:
    spec = rule.outcome
    if isinstance(spec, JournalSpec):
        return _journalpost(spec, filler)
    if isinstance(spec, ForwardSpec):
        due = spec.foelg_opp.after(filler.day("dato.mottatt")) if spec.foelg_opp is not None else None
        return VideresendUtfall(til=filler.key(spec.til), kanal=spec.kanal, grunn=spec.grunn, foelg_opp=due)
    if isinstance(spec, DismissSpec):
        return AvvisUtfall(grunn=spec.grunn, hjemmel=spec.hjemmel)
    assert isinstance(spec, HumanSpec)  # noqa: S101 (the union is closed)
    return TilMenneske(tekst=lenient(spec.tekst, filler))


def lenient(template: Template, filler: Filler) -> str:
    """The text for a person; a name without a value is shown as it stands."""
    try:
        return filler.text(template)
    except ValueProblem:
        return template.source


def _journalpost(spec: JournalSpec, filler: Filler) -> JournalpostUtfall:
    return JournalpostUtfall(
        sak=_case(spec.case, filler),
        type=spec.type,
        tittel=_filled(spec.tittel, "tittel", filler),
        offentlig_tittel=filler.text(spec.offentlig_tittel),
        avsender=filler.text(spec.avsender),
        mottaker=filler.text(spec.mottaker),
        dokumentdato=_known_day(spec.dokumentdato, filler) if spec.dokumentdato else None,
        tilgang_aapen=spec.access.open,
        skjerming=fill_shield(spec.access.shield, filler),
        forfall=fill_deadline(spec.forfall, filler),
        avskriv=spec.avskriv,
        hoveddokument=filler.text(spec.hoveddokument),
        ta_med=tuple(filler.text(template) for template in spec.ta_med),
        fordel_til=_unit(spec.fordel_til, filler),
    )


def _filled(template: Template, what: str, filler: Filler) -> str:
    """The text, which may not come out empty."""
    text = filler.text(template)
    if not text:
        raise ValueProblem(ReasonCode.VALUE_MISSING, what)
    return text


def _known_day(name: str, filler: Filler) -> date | None:
    """The date, or None when there is none: a date on the document is left empty rather than invented (M103)."""
    try:
        return filler.day(name)
    except ValueProblem as trouble:
        if trouble.code is ReasonCode.VALUE_MISSING:
            return None
        raise


def _case(spec: CaseSpec, filler: Filler) -> SakValg:
    samlesak = _filled(spec.samlesak, "samlesak", filler) if spec.samlesak is not None else None
    external = None
    if spec.ekstern is not None:
        external = EksternNoekkel(system=filler.key(spec.ekstern[0]), noekkel=filler.key(spec.ekstern[1]))
    opened = None
    if spec.aapen is not None:
        name, value, arkivdel = spec.aapen
        opened = (name, filler.key(value), filler.key(arkivdel))
    return SakValg(
        samlesak=samlesak,
        saksnummer=filler.key(spec.saksnummer) if spec.saksnummer is not None else None,
        part=_part(spec.part, filler) if spec.part is not None else None,
        sakstype=spec.sakstype,
        ekstern_noekkel=external,
        aapen_sak_med=opened,
        mangler=spec.mangler,
        avsluttet=spec.avsluttet,
        ny=_new_case(spec.ny, samlesak or "", filler) if spec.ny is not None else None,
    )


def _part(spec: Mapping[str, Template], filler: Filler) -> Part:
    born = spec.get("født")
    text = {key: filler.key(value) for key, value in spec.items() if key != "født"}
    return Part(
        navn=text.get("navn", ""),
        fnr=text.get("fnr", ""),
        orgnr="".join(text.get("orgnr", "").split()),
        ansattnr=text.get("ansattnr", ""),
        foedt=filler.day(born.names[0]) if born is not None and born.names else None,
    )


def _new_case(spec: NewCaseSpec, samlesak: str, filler: Filler) -> NySak:
    return NySak(
        tittel=filler.text(spec.tittel) or samlesak,
        offentlig_tittel=filler.text(spec.offentlig_tittel),
        arkivdel=filler.text(spec.arkivdel),
        klasse=filler.text(spec.klasse),
        enhet=filler.text(spec.enhet),
        saksansvarlig=filler.text(spec.saksansvarlig),
        tilgang_aapen=spec.access.open,
        skjerming=fill_shield(spec.access.shield, filler),
    )


def fill_shield(spec: ShieldSpec | None, filler: Filler) -> Skjerming | None:
    """The shielding with its words filled in."""
    if spec is None:
        return None
    words = tuple(word for template in spec.ord if (word := filler.text(template)))
    return Skjerming(
        kode=spec.kode,
        hjemmel=spec.hjemmel,
        skjul=spec.skjul,
        ord=words,
        dokument=spec.dokument,
        aar=spec.aar,
    )


def fill_deadline(spec: DeadlineSpec | None, filler: Filler) -> date | None:
    """The date.

    Raises:
        ValueProblem: it is missing and has no fall-back, or several differ.
    """
    if spec is None:
        return None
    if spec.duration is not None:
        return spec.duration.after(filler.day(spec.start))
    try:
        return filler.day(spec.name)
    except ValueProblem as trouble:
        if spec.otherwise is None or trouble.code is not ReasonCode.VALUE_MISSING:
            raise
        return fill_deadline(spec.otherwise, filler)


def _unit(spec: UnitSpec | None, filler: Filler) -> str:
    if spec is None:
        return ""
    if spec.code is not None:
        return filler.key(spec.code)
    assert spec.key is not None  # noqa: S101 (a unit has a code or a key)
    key = filler.key(spec.key)
    codes = spec.rows.get(register_key(key), ())
    if not codes:
        raise ValueProblem(ReasonCode.VALUE_MISSING, f"«{key}» finnes ikke i {spec.register}")
    if len(codes) > 1:
        raise ValueProblem(ReasonCode.VALUE_AMBIGUOUS, f"«{key}» er flere enheter i {spec.register}")
    return codes[0]

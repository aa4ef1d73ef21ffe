"""The page «arkivplan»: what is caught where, by which rule, with which hjemmel, made from the rules in force (Markdown).

The law asks for an archive plan (arkivlova); this is the part of it that the robot carries out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from models.decision import Mode
from models.organisation import Organisation
from rules.aloud import aloud
from rules.care_model import DeviationSpec, DueSpec, HideSpec, KeepSpec, WriteOffSpec
from rules.deadlines import show_date
from rules.format import Subject
from rules.model import (
    Access,
    CaseSpec,
    DismissSpec,
    ForwardSpec,
    HumanSpec,
    JournalSpec,
    Rule,
    RuleSet,
    UnitSpec,
)
from rules.provisions import normalise_provision
from rules.shield_model import DeadlineSpec, ShieldSpec

_FROM = {"dato.mottatt": "mottak", "dato.dokument": "datoen på brevet", "mottatt_dato": "mottak"}
_MODES = {
    Mode.UTKAST: "utkast: bare notert",
    Mode.FORSLAG: "forslag: et menneske godkjenner",
    Mode.AUTO: "auto",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    heading: str
    intro: str
    columns: tuple[str, ...]
    cells: Callable[[Rule, Organisation | None], tuple[str, ...]]


def render(ruleset: RuleSet, org: Organisation | None, today: date) -> str:
    """The whole page."""
    rules = [rule for rule in ruleset.rules if not rule.draft]
    name = org.name if org is not None else "uten oppsett"
    head = (
        f"# Arkivplan: det roboten fanger opp ({name})\n\n"
        f"Laget {show_date(today)} av reglene som gjelder: {len(rules)} regler, regelsett `{ruleset.sha256[:12]}`. Siden er "
        "laget av reglene og skal ikke rettes for hånd; lag en ny når reglene er endret."
    )
    post = [rule for rule in rules if rule.gjelder is Subject.POST]
    parts = [head]
    for kind, table in _TABLES:
        chosen = sorted((r for r in post if isinstance(r.outcome, kind)), key=lambda rule: rule.rank)
        parts += _table(table, chosen, org)
    parts += _table(_ADDING, [rule for rule in post if rule.addition is not None], org)
    parts += _table(_CARE, [rule for rule in rules if rule.gjelder is not Subject.POST], org)
    parts += _drafts([rule for rule in ruleset.rules if rule.draft])
    parts += _dormant(ruleset)
    parts += _provisions(rules, ruleset)
    return "\n\n".join(parts) + "\n"


def _table(table: _Table, rules: Iterable[Rule], org: Organisation | None) -> list[str]:
    rows = [(*table.cells(rule, org), _whose(rule)) for rule in rules]
    if not rows:
        return []
    columns = ("Hva", *table.columns, "Regel")
    lines = [_row(columns), _row("---" for _ in columns), *(_row(row) for row in rows)]
    return [f"## {table.heading}\n\n{table.intro}\n\n" + "\n".join(lines)]


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _what(rule: Rule) -> str:
    return f"**{rule.navn}**. Når {aloud(rule.condition)}."


def _whose(rule: Rule) -> str:
    owner = f", eier {rule.eier}" if rule.eier else ""
    why = f" {rule.hvorfor}" if rule.hvorfor else ""
    return f"`{rule.id}` ({rule.place.file}:{rule.place.line}, {_MODES[rule.modus]}{owner}).{why}"


def _journal(rule: Rule, org: Organisation | None) -> tuple[str, ...]:
    spec = rule.outcome
    assert isinstance(spec, JournalSpec)  # noqa: S101 (the table is for these)
    unit = _unit(spec.fordel_til) or (spec.case.ny.enhet.source if spec.case.ny is not None else "") or "sakens enhet"
    return (
        _what(rule),
        f"{_case(spec.case)}{_series(spec, org)}",
        unit,
        _access(spec.access),
        _deadline(spec.forfall) or ("avskrives " + spec.avskriv.value if spec.avskriv is not None else "–"),
    )


def _case(case: CaseSpec) -> str:
    if case.samlesak is not None:
        return f"samlesak «{case.samlesak.source}»"
    if case.saksnummer is not None:
        return "saken med saksnummeret i brevet"
    if case.part is not None:
        kind = f" ({case.sakstype})" if case.sakstype else ""
        return f"partens egen sak{kind}"
    if case.ekstern is not None:
        return f"saken med nøkkelen fra {case.ekstern[0].source}"
    return f"den åpne saken med samme {case.aapen[0]}" if case.aapen is not None else "–"


def _series(spec: JournalSpec, org: Organisation | None) -> str:
    """Where a new case goes: what the rule says, else what its unit's row says."""
    new, units_of = spec.case.ny, org.enheter if org is not None else {}
    if new is None:
        return "; må finnes"
    code = spec.fordel_til.code if spec.fordel_til is not None else None
    units = [new.enhet.literal, code.literal if code is not None else None]
    unit = next((units_of[name] for name in units if name is not None and name in units_of), None)
    series = new.arkivdel.source or (unit.arkivdel if unit is not None else "")
    klasse = new.klasse.source or (unit.klasse if unit is not None else "")
    told = (f"arkivdel {series}" if series else "", f"klasse {klasse}" if klasse else "")
    placed = ", ".join(text for text in told if text)
    return f"; {placed}" if placed else ""


def _unit(unit: UnitSpec | None) -> str:
    if unit is None:
        return ""
    return unit.code.source if unit.code is not None else f"etter {unit.register}"


def _access(access: Access) -> str:
    if access.shield is not None:
        return _shield(access.shield)
    return "åpen" if access.open else "midlertidig sperret til noen har vurdert den"


def _shield(shield: ShieldSpec) -> str:
    if shield.kode == "XX":
        return "midlertidig sperret til noen har vurdert den"
    hidden = f", skjuler {', '.join(shield.skjul)}" if shield.skjul else ""
    return f"kode {shield.kode}, {shield.hjemmel or 'uten hjemmel'}{hidden}"


def _deadline(spec: DeadlineSpec | None) -> str:
    if spec is None:
        return ""
    if spec.duration is not None:
        return f"frist {spec.duration} fra {_FROM.get(spec.start, spec.start)}"
    otherwise = _deadline(spec.otherwise)
    return "fristen i brevet" + (f", ellers {otherwise.removeprefix('frist ')}" if otherwise else "")


def _forward(rule: Rule, org: Organisation | None) -> tuple[str, ...]:
    spec = rule.outcome
    assert isinstance(spec, ForwardSpec)  # noqa: S101 (the table is for these)
    follow = f"til noen har kvittert, senest {spec.foelg_opp}" if spec.foelg_opp is not None else "–"
    return (_what(rule), spec.til.source, spec.kanal, spec.grunn, follow)


def _dismiss(rule: Rule, org: Organisation | None) -> tuple[str, ...]:
    spec = rule.outcome
    assert isinstance(spec, DismissSpec)  # noqa: S101 (the table is for these)
    return (_what(rule), spec.grunn.value, spec.hjemmel or "–")


def _human(rule: Rule, org: Organisation | None) -> tuple[str, ...]:
    spec = rule.outcome
    assert isinstance(spec, HumanSpec)  # noqa: S101 (the table is for these)
    return (_what(rule), spec.tekst.source)


def _adding(rule: Rule, org: Organisation | None) -> tuple[str, ...]:
    spec = rule.addition
    assert spec is not None  # noqa: S101 (the table is for these)
    added = [
        _shield(spec.shield) if spec.shield is not None else "",
        _deadline(spec.forfall),
        f"varsel til {', '.join(spec.varsel)}" if spec.varsel else "",
        f"kopi til {', '.join(spec.kopi_til)}" if spec.kopi_til else "",
        "haster" if spec.haster else "",
    ]
    return (_what(rule), "; ".join(text for text in added if text))


def _care(rule: Rule, org: Organisation | None) -> tuple[str, ...]:
    return (_what(rule), rule.gjelder.value, _done(rule.outcome))


def _done(spec: object) -> str:
    if isinstance(spec, DeviationSpec):
        ground = f" ({spec.hjemmel})" if spec.hjemmel else ""
        return f"avvik, {spec.alvor.value}: {spec.tekst.source}{ground}"
    if isinstance(spec, DueSpec):
        return f"{_deadline(spec.frist)}" + (f", varsel {spec.varsle} før" if spec.varsle is not None else "")
    if isinstance(spec, WriteOffSpec):
        return f"avskrives {spec.maate.value}"
    if isinstance(spec, KeepSpec):
        return f"blir stående: {spec.tekst.source}"
    if isinstance(spec, HideSpec):
        return f"skjermes: {_shield(spec.shield)}"
    if isinstance(spec, HumanSpec):
        return f"til et menneske: {spec.tekst.source}"
    return {"journalfør": "journalføres", "godkjenn": "godkjennes", "avslutt": "avsluttes"}[getattr(spec, "kind", "")]


_TABLES: tuple[tuple[type, _Table], ...] = (
    (
        JournalSpec,
        _Table(
            heading="Journalføres",
            intro="Saken finnes på måten som står der, og opprettes når det er sagt hvor. Øverst står det som går foran.",
            columns=("Sak", "Enhet", "Tilgang og hjemmel", "Frist"),
            cells=_journal,
        ),
    ),
    (
        ForwardSpec,
        _Table(
            heading="Sendes videre og arkiveres ikke her",
            intro="Mottakeren eller fagsystemet er arkiv for det.",
            columns=("Til", "Kanal", "Grunn", "Følges opp"),
            cells=_forward,
        ),
    ),
    (
        DismissSpec,
        _Table(
            heading="Registreres ikke",
            intro="Arkivavgrensning: det som ikke er saksdokumenter.",
            columns=("Grunn", "Hjemmel"),
            cells=_dismiss,
        ),
    ),
    (
        HumanSpec,
        _Table(
            heading="Alltid et menneske",
            intro="Roboten legger det til side.",
            columns=("Beskjed",),
            cells=_human,
        ),
    ),
)
_ADDING = _Table(
    heading="Gjelder i tillegg, hvilken regel som enn avgjør",
    intro="Den strengeste skjermingen og den tidligste fristen gjelder.",
    columns=("Legger til",),
    cells=_adding,
)
_CARE = _Table(
    heading="I arkivet og den offentlige journalen",
    intro="Ettersyn av det som alt er registrert eller publisert.",
    columns=("Gjelder", "Gjør"),
    cells=_care,
)


def _drafts(rules: list[Rule]) -> list[str]:
    if not rules:
        return []
    listed = "\n".join(f"- {rule.navn} (`{rule.id}`, {rule.place.file}:{rule.place.line})" for rule in rules)
    return [f"## Utkast\n\nGjelder ikke ennå; bare notert.\n\n{listed}"]


def _dormant(ruleset: RuleSet) -> list[str]:
    if not ruleset.dormant:
        return []
    listed = "\n".join(f"- {rule.navn} (`{rule.id}`) venter på {', '.join(rule.missing)}" for rule in ruleset.dormant)
    return [
        f"## Felles regler som sover\n\nDe gjelder ikke før parameteren er satt (`parametre` i oppsettet).\n\n{listed}"
    ]


def _provisions(rules: list[Rule], ruleset: RuleSet) -> list[str]:
    used: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        for ground in dict.fromkeys(_grounds(rule)):
            used[ground].append(rule.id)
    if not used:
        return []
    shipped = {normalise_provision(row.text): row for row in ruleset.provisions}
    lines = [_row(("Hjemmel", "Gjelder", "Holdt mot Lovdata av et menneske", "Regler")), _row(["---"] * 4)]
    for ground in sorted(used):
        row = shipped.get(normalise_provision(ground))
        checked = "ja" if row is not None and row.checked else "**nei**"
        lines.append(_row((ground, row.about if row is not None else "–", checked, ", ".join(used[ground]))))
    return ["## Hjemler\n\n" + "\n".join(lines)]


def _grounds(rule: Rule) -> Iterable[str]:
    spec = rule.outcome
    shields: list[ShieldSpec | None] = []
    if isinstance(spec, JournalSpec):
        shields = [spec.access.shield, spec.case.ny.access.shield if spec.case.ny is not None else None]
    elif isinstance(spec, HideSpec):
        shields = [spec.shield]
    if rule.addition is not None:
        shields = [rule.addition.shield]
    yield from (shield.hjemmel for shield in shields if shield is not None and shield.hjemmel)
    if isinstance(spec, DeviationSpec | DueSpec) and spec.hjemmel:
        yield spec.hjemmel

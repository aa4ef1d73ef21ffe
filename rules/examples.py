"""Examples: facts written in a rule file, and whether what they assert comes true."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.facts import Facts, FactValue, Unknown, Vedlegg
from models.finding import Finding, Severity
from models.judgement import (
    Addition,
    AvvisUtfall,
    Hit,
    JournalpostUtfall,
    SakValg,
    TilMenneske,
    VideresendUtfall,
)
from models.noark import Skjerming
from models.organisation import Organisation
from models.reasons import ReasonCode
from models.verdict import AvskrivUtfall, AvvikUtfall, CareHit, FristUtfall, LaStaaUtfall, SkjermUtfall
from rules.context import DEFAULT_ZONE
from rules.deadlines import parse_date, parse_number
from rules.format import CATEGORY, CERTAINTY_NAME, Kind, Subject, canonical
from rules.nodes import Mapping, Node, Scalar, Sequence
from rules.parse_operators import parse_duration
from rules.scope import Scope, as_bool
from rules.subject_facts import TODAY
from rules.suggest import did_you_mean

RECEIVED = date(2026, 6, 15)
"""dato.mottatt of an example that does not say."""

ASSERTIONS = (
    "sak",
    "tittel",
    "offentlig_tittel",
    "type",
    "tilgang",
    "skjerming",
    "enhet",
    "forfall",
    "avskriv",
    "utfall",
    "alvor",
    "tekst",
    "hjemmel",
    "frist",
    "varsle",
)
_BESIDE = ("gir", "fil")
_ATTACHMENT_KEYS = ("navn", "type", "tekst")


def facts_from_example(example: Mapping, org: Organisation | None, scope: Scope) -> Facts:
    """The facts an example names; an unnamed fact is known absent. What is wrong in it becomes a fault in ``scope``."""
    values: dict[str, FactValue] = {}
    for key, node in example.pairs:
        if key.value not in _BESIDE:
            _put(key, key.value, node, values, scope)
    if scope.words.subject is not Subject.POST:
        values.setdefault(TODAY, RECEIVED)
        return Facts(values=values, groups=frozenset({"text", "findings", "language"}))
    if "dato.mottatt" not in values:
        values["dato.mottatt"] = RECEIVED
    zone = ZoneInfo(org.zone if org is not None else DEFAULT_ZONE)
    for name in ("dato.mottatt",):
        value = values[name]
        if isinstance(value, date) and not isinstance(value, datetime):
            values[name] = datetime.combine(value, time(12), tzinfo=zone)
    _body(values)
    return Facts(values=values, groups=frozenset({"text", "findings", "language"}))


def _body(values: dict[str, FactValue]) -> None:
    """``tekst`` is brødtekst and the attachments' text, when the example gives those and not ``tekst`` itself."""
    if "tekst" in values:
        return
    attachments = values.get("vedlegg")
    parts: list[str | Unknown] = []
    body = values.get("brødtekst")
    if isinstance(body, str | Unknown):
        parts.append(body)
    if isinstance(attachments, Unknown):
        parts.append(Unknown())
    elif isinstance(attachments, tuple):
        parts.extend(item.tekst for item in attachments if isinstance(item, Vedlegg))
    known = [part if isinstance(part, str) else part.known for part in parts]
    text = "\n\n".join(part for part in known if isinstance(part, str) and part.strip())
    if any(isinstance(part, Unknown) for part in parts):
        values["tekst"] = Unknown(known=text or None)
    elif text:
        values["tekst"] = text


def _put(key: Scalar, name: str, node: Node, values: dict[str, FactValue], scope: Scope) -> None:
    if name == "vedlegg":
        _attachments(node, values, scope)
        return
    if name == "funn":
        values["funn"] = Unknown() if _unknown(node) else _findings(node, scope)
        return
    known = scope.words.fact(name)
    if known is not None and known.kind is Kind.AGE and not _unknown(node):
        day = _day_of_age(node, name, scope)
        if day is not None:
            values[name] = day
        return
    if name == CATEGORY and isinstance(node, Mapping) and not _unknown(node):
        scope.check_keys(node, ("er", "sikkerhet"), name)
        values[name] = scope.text(scope.require(node, "er", name), "er") or ""
        certainty = node.get("sikkerhet")
        found = _value(certainty, Kind.NUMBER, "sikkerhet", scope) if certainty is not None else None
        if found is not None:
            values[CERTAINTY_NAME] = found
        return
    if isinstance(node, Mapping) and not _unknown(node):
        _nested(key, name, node, values, scope)
        return
    if known is None:
        usable = (*scope.words.facts, *scope.words.groups, *scope.words.open, "funn", *_BESIDE)
        scope.fault("R120", key, f"Ukjent opplysning «{name}» i eksemplet", did_you_mean(name, usable))
        return
    if name.startswith("vedlegg."):
        scope.fault("R102", key, f"«{name}» skrives som en liste i et eksempel", "vedlegg: [{navn: a.pdf, tekst: …}]")
        return
    value = _value(node, known.kind, name, scope)
    if value is not None:
        values[canonical(name)] = value
    if known.choices and isinstance(value, str):
        scope.choice(node, name, known.choices, "")


def _day_of_age(node: Node, name: str, scope: Scope) -> date | None:
    """``alder: 5`` or ``alder: {arbeidsdager: 5}`` → the latest day that is so long before the example's day."""
    if isinstance(node, Scalar):
        days = scope.integer(node, name)
        return RECEIVED - timedelta(days=days) if days is not None else None
    duration = parse_duration(node, name, scope)
    return duration.before(RECEIVED) if duration is not None else None


def _nested(key: Scalar, name: str, node: Mapping, values: dict[str, FactValue], scope: Scope) -> None:
    words = scope.words
    if name not in words.groups and name.partition(".")[0] not in words.open:
        hint = did_you_mean(name, (*words.groups, *words.open))
        scope.fault("R102", node, f"«{name}» er én verdi i et eksempel", hint or f"{name}: Nabovarsel")
        return
    for inner, value in node.pairs:
        _put(inner, f"{name}.{inner.value}", value, values, scope)


def _unknown(node: Node) -> bool:
    """``{ukjent: ja}`` (with ``lest:`` for a text read in part)."""
    if not isinstance(node, Mapping) or "ukjent" not in node.keys():
        return False
    marked = node.get("ukjent")
    return marked is not None and bool(as_bool(marked)) and set(node.keys()) <= {"ukjent", "lest"}


def _value(node: Node, kind: Kind, what: str, scope: Scope) -> FactValue | None:
    if isinstance(node, Mapping):
        read = node.get("lest")
        return Unknown(known=scope.text(read, "lest") if read is not None else None)
    if isinstance(node, Sequence):
        return scope.texts(node, what)
    if node.empty:
        return None
    if kind is Kind.BOOL:
        return scope.boolean(node, what)
    if kind is Kind.NUMBER:
        number = parse_number(node.value)
        if number is None:
            scope.fault("R109", node, f"«{what}» skal være et tall", "Skriv for eksempel 4 eller 4,5.")
        return number
    if kind is Kind.DATE:
        return scope.day(node, what)
    return node.value


def _attachments(node: Node, values: dict[str, FactValue], scope: Scope) -> None:
    if _unknown(node):
        values["vedlegg"] = Unknown()
        return
    items = node.items if isinstance(node, Sequence) else (node,)
    found: list[Vedlegg] = []
    for item in items:
        mapping = scope.mapping(item, "Hvert vedlegg", "vedlegg: [{navn: brev.pdf, type: pdf, tekst: …}]")
        if mapping is None:
            continue
        scope.check_keys(mapping, _ATTACHMENT_KEYS, "vedlegg")
        text = mapping.get("tekst")
        read = _value(text, Kind.TEXT, "tekst", scope) if text is not None else ""
        found.append(
            Vedlegg(
                navn=scope.text(mapping.get("navn"), "navn") or "",
                type=scope.text(mapping.get("type"), "type") or "",
                tekst=read if isinstance(read, str | Unknown) else "",
            )
        )
    values["vedlegg"] = tuple(found)


def _findings(node: Node, scope: Scope) -> tuple[Finding, ...]:
    items = node.items if isinstance(node, Sequence) else (node,)
    found: list[Finding] = []
    for item in items:
        severity = Severity.WARNING
        if isinstance(item, Mapping):
            scope.check_keys(item, ("etikett", "alvor", "sted"), "funn")
            label = scope.text(scope.require(item, "etikett", "funn"), "etikett") or ""
            words = tuple(level.value for level in Severity)
            severity = Severity(scope.choice(item.get("alvor"), "alvor", words, "warning"))
        else:
            label = scope.text(item, "funn") or ""
        found.append(
            Finding(etikett=label.upper(), alvor=severity, sted="eksempel", start=0, end=0, masked="", rule="eksempel")
        )
    return tuple(found)


# --- what came of it -----------------------------------------------------------------------------------------------


def asserted(hit: Hit) -> dict[str, str]:
    """What an example may assert of a hit, by the words of ``gir``."""
    outcome = hit.utfall
    if outcome is None:
        return {"utfall": "til_menneske"}
    if isinstance(outcome, JournalpostUtfall):
        return {
            "utfall": "journalpost",
            "sak": show_case(outcome.sak),
            "tittel": outcome.tittel,
            "offentlig_tittel": outcome.offentlig_tittel,
            "type": outcome.type,
            "tilgang": _access(outcome.tilgang_aapen, outcome.skjerming),
            "skjerming": outcome.skjerming.kode if outcome.skjerming is not None else "",
            "enhet": outcome.fordel_til or (outcome.sak.ny.enhet if outcome.sak.ny is not None else ""),
            "forfall": outcome.forfall.isoformat() if outcome.forfall is not None else "",
            "avskriv": outcome.avskriv.value if outcome.avskriv is not None else "",
        }
    if isinstance(outcome, VideresendUtfall):
        return {"utfall": "videresend", "forfall": outcome.foelg_opp.isoformat() if outcome.foelg_opp else ""}
    if isinstance(outcome, AvvisUtfall):
        return {"utfall": "duplikat" if outcome.grunn is ReasonCode.DUPLIKAT else "avvis"}
    assert isinstance(outcome, TilMenneske)  # noqa: S101 (the union is closed)
    return {"utfall": "til_menneske"}


def asserted_care(hit: CareHit) -> dict[str, str]:
    """The same for a rule about a journalpost, a sak or a published entry."""
    outcome = hit.utfall
    if outcome is None:
        return {"utfall": "til_menneske"}
    said: dict[str, str] = {"utfall": outcome.kind}
    if isinstance(outcome, AvvikUtfall):
        return said | {"alvor": outcome.alvor, "tekst": outcome.tekst, "hjemmel": outcome.hjemmel}
    if isinstance(outcome, FristUtfall):
        return said | {
            "frist": outcome.dato.isoformat(),
            "varsle": outcome.varsle_fra.isoformat(),
            "hjemmel": outcome.hjemmel,
        }
    if isinstance(outcome, AvskrivUtfall):
        return said | {"avskriv": outcome.maate.value}
    if isinstance(outcome, SkjermUtfall):
        return said | {"skjerming": outcome.skjerming.kode, "hjemmel": outcome.skjerming.hjemmel}
    return said | {"tekst": outcome.tekst} if isinstance(outcome, LaStaaUtfall | TilMenneske) else said


def asserted_addition(addition: Addition) -> dict[str, str]:
    """The same for a rule that only adds."""
    return {
        "utfall": "legg_til",
        "tilgang": _access(False, addition.skjerming) if addition.skjerming is not None else "",
        "skjerming": addition.skjerming.kode if addition.skjerming is not None else "",
        "forfall": addition.forfall.isoformat() if addition.forfall is not None else "",
    }


def _access(is_open: bool, shield: Skjerming | None) -> str:
    if shield is None:
        return "åpen" if is_open else "midlertidig"
    return "midlertidig" if shield.temporary else "skjermet"


def show_case(sak: SakValg) -> str:
    """The case as an example names it: the value that finds it."""
    if sak.part is not None:
        part = sak.part
        return part.fnr or part.orgnr or part.ansattnr or part.navn
    if sak.ekstern_noekkel is not None:
        return sak.ekstern_noekkel.noekkel
    if sak.aapen_sak_med is not None:
        return sak.aapen_sak_med[1]
    return sak.samlesak or sak.saksnummer or ""


def compare(expected: Mapping, actual: dict[str, str], scope: Scope) -> list[tuple[Scalar, Node, str, str]]:
    """(key, value node, wanted, got) for every assertion that does not hold."""
    wrong: list[tuple[Scalar, Node, str, str]] = []
    for key, node in expected.pairs:
        if key.value not in ASSERTIONS:
            hint = did_you_mean(key.value, ASSERTIONS) or f"Her kan stå: {', '.join(ASSERTIONS)}."
            scope.fault("R101", key, f"Ukjent nøkkel «{key.value}» i gir", hint)
            continue
        code = node.get("kode") if isinstance(node, Mapping) and key.value == "skjerming" else node
        if isinstance(code, Scalar) and code.empty:
            wanted: str | None = ""
        else:
            wanted = scope.text(code, key.value)
        if wanted is None:
            continue
        got = actual.get(key.value, "")
        if key.value in ("forfall", "frist", "varsle"):
            day = parse_date(wanted)
            wanted = day.isoformat() if day is not None else wanted
        same = wanted == got or (key.value == "utfall" and wanted == "avvis" and got == "duplikat")
        if not same:
            wrong.append((key, node, wanted, got))
    return wrong

"""The parts that outcomes share: access, shielding, deadlines, units, and names the configuration must know."""

from __future__ import annotations

from collections.abc import Iterable

from models.noark import TEMPORARY_CODE, SkjermingDokument, SkjermingMetadata
from rules.folding import fold
from rules.format import DURATION_UNITS, Kind, Subject
from rules.layers import Table, canonical_headings
from rules.model import Access, UnitSpec
from rules.nodes import Mapping, Node, Scalar
from rules.parse_operators import parse_duration
from rules.parse_texts import parse_date_name, parse_text
from rules.provisions import normalise_provision
from rules.scope import Scope
from rules.shield_model import DeadlineSpec, ShieldSpec
from rules.suggest import did_you_mean, nearest
from rules.templates import Template

REGISTER = "enheter.csv"
_COUNTED_FROM = {
    Subject.POST: "dato.mottatt",
    Subject.JOURNALPOST: "mottatt_dato",
    Subject.SAK: "saksdato",
    Subject.PUBLISERT: "publisert_dato",
}
"""What a deadline is counted from when the rule does not say."""
_CODES = tuple(code.value for code in SkjermingMetadata)


def parse_access(mapping: Mapping, where: str, scope: Scope) -> Access:
    """``tilgang: åpen`` or ``skjerming``; a warning when neither is said."""
    open_node, shield_node = mapping.get("tilgang"), mapping.get("skjerming")
    if open_node is not None:
        words = ("åpen",)
        value = scope.text(open_node, "tilgang")
        if value is not None and value not in words:
            hint = did_you_mean(value, words) or "Skal noe skjermes, bruk skjerming: {kode: …, hjemmel: …}."
            scope.fault("R104", open_node, f"«tilgang» kan bare være åpen, ikke «{value}»", hint)
    if open_node is not None and shield_node is not None:
        scope.fault("R151", shield_node, f"{where} er både åpen og skjermet", "Ta bort den ene.")
    if open_node is None and shield_node is None:
        hint = "Sett tilgang: åpen, eller skjerming: {kode: …}. Ellers sperres posten midlertidig."
        scope.warn("R405", mapping, f"Tilgang er ikke sagt i {where}", hint)
    return Access(
        open=open_node is not None and shield_node is None,
        shield=parse_shield(shield_node, scope) if shield_node is not None else None,
    )


def parse_shield(node: Node, scope: Scope) -> ShieldSpec | None:
    """``skjerming: {kode, hjemmel, skjul, ord, dokument, år}``."""
    mapping = scope.mapping(node, "«skjerming»", 'skjerming: {kode: "13", hjemmel: "offl. § 13", skjul: [TRO, NA]}')
    if mapping is None:
        return None
    scope.check_keys(mapping, ("kode", "hjemmel", "skjul", "ord", "dokument", "år"), "skjerming")
    code_node = scope.require(mapping, "kode", "skjerming")
    code = scope.text(code_node, "kode") or TEMPORARY_CODE
    if code_node is not None:
        _check_code(code, code_node, scope)
    hide_node, words_node, years_node = mapping.get("skjul"), mapping.get("ord"), mapping.get("år")
    hidden: list[SkjermingMetadata] = []
    for scalar in scope.scalars(hide_node, "skjul") if hide_node is not None else ():
        if scalar.value in _CODES:
            hidden.append(SkjermingMetadata(scalar.value))
        else:
            hint = did_you_mean(scalar.value, _CODES) or f"Kodene er {', '.join(_CODES)}."
            scope.fault("R104", scalar, f"«{scalar.value}» er ikke en kode for hva som skjules", hint)
    document = scope.choice(mapping.get("dokument"), "dokument", ("H", "D"), "")
    ground = _provision(mapping, code, bool(hidden), scope)
    return ShieldSpec(
        kode=code,
        hjemmel=ground,
        skjul=tuple(hidden),
        ord=tuple(
            parse_text(word, "ord", scope)
            for word in (scope.scalars(words_node, "ord") if words_node is not None else ())
        ),
        dokument=SkjermingDokument(document) if document else None,
        aar=scope.integer(years_node, "år") if years_node is not None else None,
    )


def _provision(mapping: Mapping, code: str, hidden: bool, scope: Scope) -> str:
    """The hjemmel; warnings for what keeps a shielded journalpost from ever being J (Noark 5, section 4 no. 8)."""
    node = mapping.get("hjemmel")
    ground = scope.text(node, "hjemmel") or ""
    temporary = code == TEMPORARY_CODE
    if node is not None and ground:
        check_provision(ground, node, scope)
    if not temporary and not (ground and hidden):
        lacking = " og ".join(word for word, there in (("hjemmel", ground), ("skjul", hidden)) if not there)
        hint = "Uten den kan posten ikke bli J. For eksempel skjul: [TRO, NA]."
        scope.warn("R411", mapping, f"Skjermingen mangler {lacking}", hint)
    return ground


def check_provision(ground: str, node: Node, scope: Scope) -> None:
    """A warning for a provision that is not in the data file."""
    if not scope.known.hjemler:
        return
    known, wanted = {normalise_provision(text): text for text in scope.known.hjemler}, normalise_provision(ground)
    if wanted in scope.known.unverified:
        scope.unverified.setdefault(known[wanted], node.place)
    if wanted not in known:
        guess = nearest(wanted, known)
        hint = f"Nærmest: «{known[guess]}»." if guess else "Se rules/hjemler.csv; la et menneske sjekke den."
        scope.warn("R206", node, f"Hjemmelen «{ground}» står ikke i listen over hjemler", hint)


def _check_code(code: str, node: Node, scope: Scope) -> None:
    org = scope.known.org
    if code == TEMPORARY_CODE:
        return
    if org is None:
        scope.cannot_check("tilgangskoden", node, code)
    elif org.tilgangskoder and code not in org.tilgangskoder:
        have = ", ".join(f"{known.kode} ({known.navn})" for known in org.tilgangskoder.values())
        scope.fault("R203", node, f"Tilgangskoden «{code}» finnes ikke i oppsettet", f"Kodene er {have}.")


def parse_deadline(node: Node, scope: Scope, what: str = "forfall") -> DeadlineSpec | None:
    """``{uker: 3, fra: dato.mottatt}`` or ``{dato: "{frist}", ellers: {…}}``."""
    mapping = scope.mapping(node, f"«{what}»", f"{what}: {{uker: 3}}")
    if mapping is None:
        return None
    if mapping.get("dato") is not None:
        scope.check_keys(mapping, ("dato", "ellers"), what)
        otherwise = mapping.get("ellers")
        name = parse_date_name(mapping.get("dato"), "dato", scope)
        return DeadlineSpec(
            name=name, otherwise=parse_deadline(otherwise, scope, what) if otherwise is not None else None
        )
    if not any(unit in mapping.keys() for unit in DURATION_UNITS) and not mapping.pairs:
        scope.fault("R156", mapping, f"«{what}» er tomt", "For eksempel {uker: 3, fra: dato.mottatt}.")
        return None
    duration = parse_duration(mapping, what, scope, extra=("fra",))
    starts = tuple(name for name, known in scope.words.facts.items() if known.kind is Kind.DATE)
    start = scope.choice(mapping.get("fra"), "fra", starts, _COUNTED_FROM[scope.words.subject])
    group = scope.words.facts[start].group
    if group:
        scope.groups.add(group)
    return DeadlineSpec(duration=duration, start=start) if duration is not None else None


def parse_unit(node: Node, scope: Scope) -> UnitSpec | None:
    """``fordel_til``: a unit's code, or ``{register: enheter.csv, nøkkel: "{mottaker.orgnr}"}``."""
    if isinstance(node, Scalar):
        template = parse_text(node, "fordel_til", scope, "key")
        if template.literal:
            check_unit(template.literal, node, scope)
        return UnitSpec(code=template) if template.parts else None
    mapping = scope.mapping(node, "«fordel_til»", "fordel_til: BYGG")
    if mapping is None:
        return None
    scope.check_keys(mapping, ("register", "nøkkel"), "fordel_til")
    register_node = scope.require(mapping, "register", "fordel_til")
    key = parse_text(scope.require(mapping, "nøkkel", "fordel_til"), "nøkkel", scope, "key")
    register = scope.text(register_node, "register")
    if register is None or register_node is None:
        return None
    rows = _register(register, register_node, scope)
    return UnitSpec(key=key, register=register, rows=rows) if rows is not None else None


def _register(name: str, node: Node, scope: Scope) -> dict[str, tuple[str, ...]] | None:
    """Folded orgnr, code, name or first column → the unit codes of the rows that have it."""
    rows: dict[str, list[str]] = {}
    if name == REGISTER:
        for unit in scope.known.enheter.values():
            for key in (unit.orgnr, unit.kode, unit.navn):
                _add(rows, key, unit.kode)
        return {key: tuple(codes) for key, codes in rows.items()}
    table = scope.layer.table(f"{scope.folder}/{name}" if scope.folder else name)
    if not isinstance(table, Table):
        scope.fault("R126", node, table, "Legg filen ved siden av regelfilen.")
        return None
    table = canonical_headings(table)
    column = next((column for column in ("enhet", "kode") if column in table.columns), None)
    if column is None:
        hint = "Én kolonne må hete enhet (eller kode); de andre er nøkler."
        scope.fault("R127", node, f"«{name}» har ingen kolonne «enhet»", hint)
        return None
    for row in table.rows:
        code = row.get(column, "")
        if code:
            check_unit(code, node, scope)
            for key_column in table.columns:
                _add(rows, row.get(key_column, ""), code)
    return {key: tuple(codes) for key, codes in rows.items()}


def _add(rows: dict[str, list[str]], key: str, code: str) -> None:
    folded = register_key(key)
    if folded and code not in rows.setdefault(folded, []):
        rows[folded].append(code)


def register_key(text: str) -> str:
    """A key of a register as it is compared: folded, and a number without its spaces."""
    folded = fold(text)
    digits = folded.replace(" ", "")
    return digits if digits.isdigit() else folded


def check_unit(code: str, node: Node, scope: Scope) -> None:
    """The unit must be in the register."""
    units = scope.known.enheter
    if code in units:
        return
    if not units:
        if scope.known.org is None:
            scope.cannot_check("enheten", node, code)
        else:
            scope.fault("R204", node, f"Enheten «{code}» finnes ikke: registeret er tomt", f"Legg den i {REGISTER}.")
        return
    guess = nearest(code, units)
    hint = f"Nærmest: «{guess}» ({units[guess].navn})." if guess else f"Enhetene er {_some(units)}."
    scope.fault("R204", node, f"Enheten «{code}» finnes ikke i {REGISTER}", hint)


def check_listed(
    template: Template, node: Node | None, what: str, code: str, known: Iterable[str], scope: Scope
) -> None:
    """An arkivdel or class that the configuration must know; nothing to check when it is a template."""
    value = template.literal
    if node is None or not value:
        return
    words = tuple(known)
    if words:
        if value not in words:
            guess = nearest(value, words)
            hint = f"Nærmest: «{guess}»." if guess else f"Kjente: {_some(words)}."
            scope.fault(code, node, f"{what} «{value}» finnes ikke i oppsettet", hint)
    elif scope.known.org is None:
        scope.cannot_check(what.lower(), node, value)


def _some(words: Iterable[str]) -> str:
    listed = list(words)
    return ", ".join(listed[:12]) + (" …" if len(listed) > 12 else "")

"""``sak`` and ``ny`` → compiled."""

from __future__ import annotations

from models.judgement import Avsluttet, Mangler
from rules.format import CASE_KEY_TYPES
from rules.model import Access, CaseSpec, NewCaseSpec
from rules.nodes import Mapping, Node, Scalar
from rules.parse_parts import check_listed, check_unit, parse_access
from rules.parse_texts import parse_text
from rules.scope import Scope
from rules.suggest import did_you_mean
from rules.templates import EMPTY, Template, parse_template

WAYS = ("samlesak", "saksnummer", "part", "ekstern_nøkkel", "åpen_sak_med")
CASE_KEYS = (*WAYS, "sakstype", "mangler", "flere", "avsluttet", "ny")
NEW_CASE_KEYS = (
    "tittel",
    "offentlig_tittel",
    "arkivdel",
    "klasse",
    "enhet",
    "saksansvarlig",
    "tilgang",
    "skjerming",
)
_PART_KEYS = ("navn", "født", "fnr", "orgnr", "ansattnr")


def parse_case(node: Node, unit_code: str | None, has_unit: bool, scope: Scope) -> CaseSpec | None:
    """``sak``: one way to find it. ``unit_code`` is what ``fordel_til`` says, None when it is looked up or absent."""
    mapping = scope.mapping(node, "«sak»", 'sak: {samlesak: "Nabovarsel {år}"}')
    if mapping is None:
        return None
    scope.check_keys(mapping, CASE_KEYS, "sak")
    ways = [key for key in mapping.keys() if key in WAYS]
    if len(ways) != 1:
        found = f": her står {' og '.join(ways)}" if ways else ""
        scope.fault("R150", mapping, f"Saken skal finnes på akkurat én måte{found}", f"Velg én: {', '.join(WAYS)}.")
        return None
    new = _new_case(mapping, unit_code, has_unit, scope)
    missing_node = mapping.get("mangler")
    default = Mangler.OPPRETT if mapping.get("ny") is not None else Mangler.TIL_MENNESKE
    missing = Mangler(scope.choice(missing_node, "mangler", tuple(Mangler), default))
    if missing_node is not None and missing is Mangler.OPPRETT and mapping.get("ny") is None:
        scope.fault("R158", missing_node, "«mangler: opprett» krever «ny»", "ny: {tittel: …, arkivdel: …}")
    scope.choice(mapping.get("flere"), "flere", ("til_menneske",), "til_menneske")
    closed = Avsluttet(scope.choice(mapping.get("avsluttet"), "avsluttet", tuple(Avsluttet), Avsluttet.TIL_MENNESKE))
    kind = scope.text(mapping.get("sakstype"), "sakstype") or ""
    part = _part(mapping, scope)
    if kind and mapping.get("part") is None:
        kind_node = mapping.get("sakstype")
        scope.fault("R152", kind_node or mapping, "«sakstype» hører sammen med «part»", 'part: {fnr: "{fnr}"}')
    return CaseSpec(
        samlesak=_text(mapping, "samlesak", scope, "title"),
        saksnummer=_text(mapping, "saksnummer", scope, "key"),
        part=part,
        sakstype=kind,
        ekstern=_external(mapping.get("ekstern_nøkkel"), scope),
        aapen=_open_case(mapping.get("åpen_sak_med"), scope),
        mangler=missing,
        avsluttet=closed,
        ny=new,
    )


def _text(mapping: Mapping, key: str, scope: Scope, use: str) -> Template | None:
    node = mapping.get(key)
    if node is None:
        return None
    return parse_text(node, key, scope, "title" if use == "title" else "key")


def _part(mapping: Mapping, scope: Scope) -> dict[str, Template] | None:
    node = mapping.get("part")
    if node is None:
        return None
    fields = scope.mapping(node, "«part»", 'part: {fnr: "{fnr}"}')
    if fields is None:
        return None
    scope.check_keys(fields, _PART_KEYS, "part")
    found = {key.value: parse_text(value, key.value, scope, "key") for key, value in fields.pairs}
    sure = [key for key in ("fnr", "orgnr", "ansattnr") if key in found]
    if len(sure) > 1:
        scope.fault("R152", fields, f"Parten er sagt på flere måter: {', '.join(sure)}", "Velg én.")
    elif not sure and not {"navn", "født"} <= found.keys():
        hint = "Bruk fnr, orgnr eller ansattnr, eller navn sammen med født."
        scope.fault("R152", fields, "Parten kan ikke finnes slik: et navn alene finner ingen", hint)
    born = fields.get("født")
    if born is not None:
        from rules.parse_texts import parse_date_name

        name = parse_date_name(born, "født", scope)
        if name:
            found["født"] = Template("{" + name + "}", ((name,),))
    return found


def _external(node: Node | None, scope: Scope) -> tuple[Template, Template] | None:
    if node is None:
        return None
    mapping = scope.mapping(node, "«ekstern_nøkkel»", 'ekstern_nøkkel: {system: webcruiter, nøkkel: "{stilling}"}')
    if mapping is None:
        return None
    scope.check_keys(mapping, ("system", "nøkkel"), "ekstern_nøkkel")
    return (
        parse_text(scope.require(mapping, "system", "ekstern_nøkkel"), "system", scope, "key"),
        parse_text(scope.require(mapping, "nøkkel", "ekstern_nøkkel"), "nøkkel", scope, "key"),
    )


def _open_case(node: Node | None, scope: Scope) -> tuple[str, Template, Template] | None:
    """(the archive's name of the key, its value, arkivdel). ``nøkkel`` is a name of ``hent``, bare or in braces."""
    if node is None:
        return None
    mapping = scope.mapping(node, "«åpen_sak_med»", "åpen_sak_med: {nøkkel: gnr_bnr, arkivdel: BYGG}")
    if mapping is None:
        return None
    scope.check_keys(mapping, ("nøkkel", "arkivdel"), "åpen_sak_med")
    key_node = scope.require(mapping, "nøkkel", "åpen_sak_med")
    part_node = scope.require(mapping, "arkivdel", "åpen_sak_med")
    arkivdel = parse_text(part_node, "arkivdel", scope, "key")
    check_listed(arkivdel, part_node, "Arkivdelen", "R201", _arkivdeler(scope), scope)
    written = scope.text(key_node, "nøkkel")
    if written is None or not isinstance(key_node, Scalar):
        return None
    parsed = parse_template(written)
    name = parsed.single if isinstance(parsed, Template) and parsed.names else written
    if name not in scope.types:
        hint = did_you_mean(str(name), scope.types) or "Hent den først, for eksempel hent: {gnr_bnr: matrikkel}."
        scope.fault("R140", key_node, f"«{written}» er ikke et navn fra «hent»", hint)
        return None
    return CASE_KEY_TYPES.get(scope.types[name], name), Template("{" + name + "}", ((name,),)), arkivdel


def _new_case(case: Mapping, unit_code: str | None, has_unit: bool, scope: Scope) -> NewCaseSpec | None:
    node = case.get("ny")
    if node is None:
        return None
    mapping = scope.mapping(node, "«ny»", "ny: {arkivdel: SAK, tilgang: åpen}")
    if mapping is None:
        return None
    scope.check_keys(mapping, NEW_CASE_KEYS, "ny")
    if mapping.get("tittel") is None and case.get("samlesak") is None:
        scope.fault("R153", mapping, "«tittel» mangler i ny", "Bare en samlesak gir tittelen av seg selv.")
    unit_node, arkivdel_node, klasse_node = mapping.get("enhet"), mapping.get("arkivdel"), mapping.get("klasse")
    unit = parse_text(unit_node, "enhet", scope, "key")
    if unit.literal and unit_node is not None:
        check_unit(unit.literal, unit_node, scope)
    arkivdel = parse_text(arkivdel_node, "arkivdel", scope, "key")
    klasse = parse_text(klasse_node, "klasse", scope, "key")
    check_listed(arkivdel, arkivdel_node, "Arkivdelen", "R201", _arkivdeler(scope), scope)
    klasser = scope.known.org.klasser if scope.known.org is not None else ()
    check_listed(klasse, klasse_node, "Klassen", "R202", klasser, scope)
    spec = NewCaseSpec(
        tittel=parse_text(mapping.get("tittel"), "tittel", scope, "title"),
        offentlig_tittel=parse_text(mapping.get("offentlig_tittel"), "offentlig_tittel", scope, "public"),
        arkivdel=arkivdel,
        klasse=klasse,
        enhet=unit,
        saksansvarlig=parse_text(mapping.get("saksansvarlig"), "saksansvarlig", scope),
        access=_access(mapping, scope),
    )
    _complete(spec, unit_code, has_unit, mapping, scope)
    return spec


def _access(mapping: Mapping, scope: Scope) -> Access:
    return parse_access(mapping, "ny", scope)


def _complete(spec: NewCaseSpec, unit_code: str | None, has_unit: bool, node: Mapping, scope: Scope) -> None:
    """Warns of what a new case gets from nowhere: not the rule, not the row of ``ny.enhet``, not that of fordel_til."""
    if (has_unit and unit_code is None) or spec.enhet.names:
        return
    own = scope.known.enheter.get(spec.enhet.literal or "")
    other = scope.known.enheter.get(unit_code or "")
    if not scope.known.enheter and (spec.enhet is not EMPTY or unit_code):
        return
    given = {
        "arkivdel": (spec.arkivdel, [row.arkivdel for row in (own, other) if row]),
        "klasse": (spec.klasse, [row.klasse for row in (own, other) if row]),
        "saksansvarlig": (spec.saksansvarlig, [row.saksansvarlig for row in (own, other) if row]),
        "enhet": (spec.enhet, [row.kode for row in (other,) if row]),
    }
    lacking = [name for name, (template, rows) in given.items() if not template.parts and not any(rows)]
    if lacking:
        hint = "Sett dem i «ny», eller i raden til enheten i enheter.csv."
        scope.warn("R209", node, f"Den nye saken får ingen {', '.join(lacking)}", hint)


def _arkivdeler(scope: Scope) -> tuple[str, ...]:
    return scope.known.org.arkivdeler if scope.known.org is not None else ()

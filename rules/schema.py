"""A JSON schema of rule files, for editors: made from the tables the loader itself reads, so that it cannot say another
thing. It knows words and shapes; what only the whole set or the configuration shows, is lint's to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from models.decision import Mode
from rules.examples import ASSERTIONS
from rules.format import (
    CATEGORY,
    DISMISSAL_WORDS,
    DURATION_UNITS,
    FINDING_HELP,
    LANGUAGE_VERSION,
    OPERATORS,
    RULE_KEYS,
    VALUE_TYPES,
    Fact,
    Kind,
    Subject,
)
from rules.parse_care import CARE_OUTCOMES
from rules.parse_case import CASE_KEYS, NEW_CASE_KEYS
from rules.parse_outcome import ADDITION_KEYS, JOURNAL_KEYS, OUTCOMES
from rules.vocabulary import VOCABULARIES, Vocabulary

Schema = dict[str, Any]

_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_ONE_OR_MORE: Schema = {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]}
_YES_NO: Schema = {"enum": ["ja", "nei", True, False]}
_ANY: Schema = {}

_RULE_HELP = {
    "regel": "id: unik i hele regelsettet; små bokstaver, tall, - og _",
    "navn": "det folk ser i rapporten",
    "for_hver": "en CSV-fil: en regel for hver rad",
    "gjelder": "hva regelen er om: post (vanlig), journalpost, sak eller publisert",
    "prioritet": "et helt tall; høyere foretrekkes. Vanlig er 0",
    "modus": "utkast (bare notert), forslag (vanlig) eller auto",
    "eier": "hvem en spør om regelen",
    "hvorfor": "hvorfor regelen finnes, gjerne med hjemmel",
    "hvis": "alt dette må holde",
    "hent": "opplysninger som hentes ut av posten",
    "så": "hva som skal skje: akkurat ett utfall",
    "legg_til": "det regelen legger til, i stedet for «så»",
    "stopp": "ja: regler med lavere prioritet ses ikke på",
    "eksempler": "treffer, treffer_ikke og burde_truffet",
    "erstatt": "id-en til en regel i et tidligere lag som denne står i stedet for",
}


def schema() -> Schema:
    """The schema (JSON Schema 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Postrobot: regelfil, språk {LANGUAGE_VERSION}",
        "type": "object",
        "required": ["språk", "regler"],
        "additionalProperties": False,
        "properties": {
            "språk": {"const": LANGUAGE_VERSION, "description": "utgaven av regelspråket"},
            "regler": {
                "type": "array",
                "minItems": 1,
                "items": {"if": {"required": ["slå_av"]}, "then": _OFF, "else": _rule()},
            },
        },
        "$defs": {f"hvis-{subject.value}": _conditions(VOCABULARIES[subject]) for subject in Subject},
    }


_OFF: Schema = {
    "type": "object",
    "required": ["slå_av", "hvorfor"],
    "additionalProperties": False,
    "properties": {
        "slå_av": {"type": "string", "description": "id-en til en regel i et tidligere lag"},
        "hvorfor": {"type": "string", "description": "hvorfor regelen ikke gjelder her"},
    },
}


def _rule() -> Schema:
    properties: dict[str, Schema] = {key: {"description": _RULE_HELP.get(key, "")} for key in RULE_KEYS}
    properties["regel"] |= {"type": "string", "maxLength": 64}
    properties["prioritet"] |= {"type": "integer"}
    properties["modus"] |= {"enum": [mode.value for mode in Mode]}
    properties["gjelder"] |= {"enum": [subject.value for subject in Subject]}
    properties["stopp"] |= _YES_NO
    properties["hent"] |= {"type": "object", "additionalProperties": _extraction()}
    properties["legg_til"] |= _closed(ADDITION_KEYS)
    properties["eksempler"] |= _examples()
    for key in ("navn", "eier", "hvorfor", "erstatt"):
        properties[key] |= {"type": ["string", "number"]}
    return {
        "type": "object",
        "required": ["regel"],
        "additionalProperties": False,
        "properties": properties,
        "oneOf": [{"required": ["så"]}, {"required": ["legg_til"]}],
        "allOf": [
            {
                "if": _is_about(subject),
                "then": {
                    "properties": {
                        "hvis": {"$ref": f"#/$defs/hvis-{subject.value}"},
                        "så": _post_outcome() if subject is Subject.POST else _one_of(CARE_OUTCOMES[subject]),
                    }
                },
            }
            for subject in Subject
        ],
    }


def _is_about(subject: Subject) -> Schema:
    said: Schema = {"required": ["gjelder"], "properties": {"gjelder": {"const": subject.value}}}
    return {"anyOf": [said, {"not": {"required": ["gjelder"]}}]} if subject is Subject.POST else said


def _conditions(words: Vocabulary) -> Schema:
    """``hvis``: each fact with the operators of its kind, facts nested under their group, and the combiners."""
    here = {"$ref": f"#/$defs/hvis-{words.subject.value}"}
    several = {"anyOf": [here, {"type": "array", "items": here, "minItems": 1}]}
    properties: dict[str, Schema] = {name: _value(fact) for name, fact in words.facts.items()}
    properties |= {"alle": several, "minst_en": several, "ikke": several}
    for group, names in words.groups.items():
        inner = {name: _value(words.facts[f"{group}.{name}"]) for name in names}
        inner |= {"finnes": _YES_NO}
        nested: Schema = {"type": "object", "minProperties": 1, "additionalProperties": False, "properties": inner}
        properties[group] = {"anyOf": [properties[group], nested]} if group in properties else nested
    for group, fact in words.open.items():
        properties[group] = {"type": "object", "additionalProperties": _value(fact)}
    properties["funn"] = {**_ANY, "description": FINDING_HELP}
    if words.subject is Subject.POST:
        properties[CATEGORY] = {**properties.get(CATEGORY, {}), "anyOf": [_ONE_OR_MORE, {"type": "object"}]}
        properties[CATEGORY].pop("type", None)
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": properties,
        "patternProperties": {f"^{group}\\..+$": _value(fact) for group, fact in words.open.items()},
    }


def _value(fact: Fact) -> Schema:
    """What may stand after a fact: the bare value, several, or operators of its kind."""
    operators: dict[str, Schema] = {
        name: {"description": operator.help, **_operand(name, fact)}
        for name, operator in OPERATORS.items()
        if fact.kind in operator.kinds
    }
    bare = _ONE_OR_MORE
    if fact.kind is Kind.BOOL:
        bare = _YES_NO
    elif fact.kind is Kind.CHOICE and fact.choices:
        choice: Schema = {"enum": list(fact.choices)}
        bare = {"anyOf": [choice, {"type": "array", "items": choice, "minItems": 1}]}
    with_operators: Schema = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": operators,
    }
    return {"description": fact.help, "anyOf": [bare, with_operators]}


def _operand(name: str, fact: Fact) -> Schema:
    if name == "finnes":
        return _YES_NO
    if name == "i_liste":
        return {**_closed(("fil", "kolonne")), "required": ["fil", "kolonne"]}
    if name == "mellom":
        return {"type": "array", "minItems": 2, "maxItems": 2}
    if name in ("minst", "høyst"):
        return {"anyOf": [_SCALAR, _closed(DURATION_UNITS)]}
    return _YES_NO if fact.kind is Kind.BOOL else dict(_ONE_OR_MORE)


def _extraction() -> Schema:
    kind: Schema = {"anyOf": [{"enum": list(VALUE_TYPES)}, {"type": "string", "pattern": "^skjema\\..+$"}]}
    pattern: Schema = {**_closed(("regex", "gruppe")), "required": ["regex"]}
    whole: Schema = {
        "type": "object",
        "required": ["type"],
        "additionalProperties": False,
        "properties": {
            "type": {"anyOf": [kind, pattern]},
            "fra": _ONE_OR_MORE,
            "krav": {"enum": ["én", "minst_én", "valgfri"]},
            "ellers": _ANY,
            "nær": {"type": "string"},
        },
    }
    return {"anyOf": [kind, pattern, whole]}


def _post_outcome() -> Schema:
    case = _closed(CASE_KEYS, ny=_closed(NEW_CASE_KEYS))
    journal = {**_closed(JOURNAL_KEYS), "required": ["type"]}
    dismissal = _closed(("grunn", "hjemmel"), grunn={"enum": list(DISMISSAL_WORDS)})
    forward = {**_closed(("til", "kanal", "grunn", "følg_opp")), "required": ["til", "grunn"]}
    human: Schema = {"type": ["string", "number"]}
    properties = {"sak": case, "journalpost": journal, "fordel_til": _ANY}
    properties |= {"avvis": dismissal, "videresend": forward, "til_menneske": human}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "oneOf": [{"required": [name]} for name in OUTCOMES],
        "dependentRequired": {"sak": ["journalpost"], "journalpost": ["sak"], "fordel_til": ["journalpost"]},
    }


def _one_of(outcomes: Iterable[str]) -> Schema:
    return {**_closed(tuple(outcomes)), "minProperties": 1, "maxProperties": 1}


def _examples() -> Schema:
    given: Schema = {"type": "object", "properties": {"gir": _closed(ASSERTIONS)}}
    several: Schema = {"anyOf": [given, {"type": "array", "items": given}, {"type": "null"}]}
    names = ("treffer", "treffer_ikke", "burde_truffet")
    return _closed(names, **dict.fromkeys(names, several))


def _closed(keys: Iterable[str], **known: Schema) -> Schema:
    """A mapping with these keys and no others."""
    properties: Mapping[str, Schema] = {key: known.get(key, _ANY) for key in keys}
    return {"type": "object", "additionalProperties": False, "properties": dict(properties)}

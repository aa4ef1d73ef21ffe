"""A rule's conditions in words, as one would read them aloud: for the arkivplan and for whoever looks over a rule."""

from __future__ import annotations

from rules.conditions import All, AnyOf, Attachment, Condition, Exists, FactCondition, FindingCondition, NoneOf
from rules.operators import Equals, EqualsBool, Inflected, Operation, Pattern, either


def aloud(condition: All) -> str:
    """«kanal er «altinn», og emne inneholder «nabovarsel», men ikke når emne inneholder «klage»»; all post for none."""
    wanted = [_said(part) for part in condition.parts if not isinstance(part, NoneOf)]
    spared = [_said(part) for part in condition.parts if isinstance(part, NoneOf)]
    return ", ".join([" og ".join(wanted) or "alt", *spared])


def _said(condition: Condition, prefix: str = "") -> str:
    if isinstance(condition, FactCondition):
        return prefix + " og ".join(_asks(condition.fact, operation) for operation in condition.operations)
    if isinstance(condition, Exists):
        return f"{prefix}{condition.fact} {'finnes' if condition.wanted else 'finnes ikke'}"
    if isinstance(condition, FindingCondition):
        return f"sjekkene har funnet {' eller '.join(condition.labels) or 'noe'}"
    if isinstance(condition, Attachment):
        inner = " og ".join(_said(part).replace("vedlegg.", "") for part in condition.parts)
        return f"det er et vedlegg der {inner}"
    if isinstance(condition, AnyOf):
        return "enten " + ", eller ".join(_within(part) for part in condition.parts)
    if isinstance(condition, NoneOf):
        return "men ikke når " + " eller ".join(_within(part) for part in condition.parts)
    if isinstance(condition, All):
        return aloud(condition)
    return ""


def _within(condition: Condition) -> str:
    said = _said(condition)
    return f"({said})" if isinstance(condition, All | AnyOf) and len(condition.parts) > 1 else said


def _asks(fact: str, operation: Operation) -> str:
    if isinstance(operation, EqualsBool):
        return f"{fact} er {'ja' if operation.wanted else 'nei'}"
    if isinstance(operation, Inflected):
        return f"{fact} har {either('', operation.shown).strip()}, i en hvilken som helst bøyning"
    if isinstance(operation, Pattern):
        return f"{fact} {either('passer mønsteret' if operation.word == 'regex' else 'ligner', operation.shown)}"
    if isinstance(operation, Equals) and len(operation.shown) == 1:
        return f"{fact} er «{operation.shown[0]}»"
    return f"{fact} {operation.asks}"

"""What one rule alone shows to be wrong or likely not meant."""

from __future__ import annotations

from collections.abc import Iterator

from models.decision import Mode
from rules.conditions import All, AnyOf, Attachment, Condition, Exists, FactCondition, NoneOf
from rules.folding import fold
from rules.messages import Place
from rules.model import JournalSpec, Rule
from rules.nodes import Mapping
from rules.operators import Contains, Equals, EqualsBool, Inflected, PartOf
from rules.scope import Scope

_SENDER = frozenset(
    {
        "avsender.navn",
        "avsender.adresse",
        "avsender.domene",
        "avsender.orgnr",
        "avsender.intern",
        "hode.from",
        "hode.reply-to",
        "hode.sender",
    }
)
_PERSONAL = ("oppfølgingsplan", "dialogmøte", "sykmelding", "sjukmelding", "legeerklæring", "bekymringsmelding")
_NOT_COMPLAINT = ("beklage", "beklag")


def check_rule(rule: Rule, node: Mapping, scope: Scope) -> None:
    """Notes the faults and warnings."""
    _write_off(rule, node, scope)
    _sender(rule, node, scope)
    _personal(rule, node, scope)
    _story(rule, node, scope)
    if rule.addition is not None:
        for key, _ in node.pairs:
            if key.value in ("prioritet", "stopp"):
                scope.warn("R414", key, f"«{key.value}» gjør ingenting på en regel som bare legger til", "Ta den bort.")


def _story(rule: Rule, node: Mapping, scope: Scope) -> None:
    """Warnings for what the next archivist will miss."""
    at = rule.place
    if not rule.eier:
        scope.warn("R401", at, f"Regelen «{rule.id}» mangler «eier»", "eier: arkiv@solvik.example")
    if not rule.hvorfor:
        scope.warn("R403", at, f"Regelen «{rule.id}» mangler «hvorfor»", "Si hvorfor, gjerne med hjemmel.")
    if not rule.hits:
        scope.warn("R410", at, f"Regelen «{rule.id}» har ingen eksempler under «treffer»", "Lag minst ett.")
    if not rule.misses and rule.conjuncts:
        hint = "Lag ett som skiller seg fra et treff i én ting."
        scope.warn("R404", at, f"Regelen «{rule.id}» har ingen eksempler under «treffer_ikke»", hint)


def _write_off(rule: Rule, node: Mapping, scope: Scope) -> None:
    """``avskriv`` only where no answer is expected."""
    outcome = rule.outcome
    if not isinstance(outcome, JournalSpec) or outcome.avskriv is None:
        return
    at = _place_of(node, ("så", "journalpost", "avskriv")) or rule.place
    if outcome.forfall is not None:
        scope.fault("R154", at, "«avskriv» sammen med «forfall»: det ventes svar", "Ta bort den ene.")
        return
    texts = [*positive_texts(rule.condition), fold(outcome.tittel.source)]
    for text in texts:
        word = _expects_answer(text)
        if word:
            message = f"«avskriv» på det som er {word}: det ventes svar («{text}»)"
            scope.fault("R154", at, message, "Ta bort «avskriv».")
            return


def _personal(rule: Rule, node: Mapping, scope: Scope) -> None:
    """Health and personnel post goes to the person's own shielded case."""
    if not isinstance(rule.outcome, JournalSpec) or rule.outcome.case.samlesak is None:
        return
    words = [word for word in _PERSONAL if any(word in text for text in positive_texts(rule.condition))]
    if words:
        at = _place_of(node, ("så", "sak", "samlesak")) or rule.place
        hint = "Finn personens egen sak med «part», og skjerm den."
        scope.warn("R415", at, f"Post om {words[0]} hører ikke hjemme i en samlesak", hint)


def _expects_answer(text: str) -> str:
    if "søknad" in text:
        return "en søknad"
    plain = text
    for word in _NOT_COMPLAINT:
        plain = plain.replace(word, "")
    return "en klage" if "klage" in plain or "klaga" in plain else ""


def _sender(rule: Rule, node: Mapping, scope: Scope) -> None:
    """``auto`` on a sender nobody vouches for. A rule that only adds harms nobody unless it sends copies or says auto."""
    if rule.modus is not Mode.AUTO:
        return
    adds = rule.addition
    if adds is not None and node.get("modus") is None and not adds.kopi_til:
        return
    fact = _unassured(rule.condition, assured=False)
    if fact is None:
        return
    at = _place_of(node, ("modus",)) or _place_of(node, ("legg_til", "kopi_til")) or rule.place
    hint = "Sett «avsender.bekreftet: ja» ved siden av, eller bruk modus: forslag."
    scope.fault("R155", at, f"«auto» på {fact} uten «avsender.bekreftet: ja»", hint)


def _unassured(condition: Condition, *, assured: bool) -> str | None:
    """The first sender fact asked for in a place where the sender need not be confirmed."""
    if isinstance(condition, All):
        assured = assured or any(_confirms(part) for part in condition.parts)
        return next((f for part in condition.parts if (f := _unassured(part, assured=assured))), None)
    if isinstance(condition, AnyOf):
        return next((f for part in condition.parts if (f := _unassured(part, assured=assured))), None)
    if isinstance(condition, FactCondition | Exists) and condition.fact in _SENDER and not assured:
        return condition.fact
    return None


def _confirms(condition: Condition) -> bool:
    if isinstance(condition, All):
        return any(_confirms(part) for part in condition.parts)
    return (
        isinstance(condition, FactCondition)
        and condition.fact == "avsender.bekreftet"
        and any(isinstance(op, EqualsBool) and op.wanted for op in condition.operations)
    )


def positive_texts(condition: Condition) -> Iterator[str]:
    """The folded literals a post must (or may) have for the condition to hold; nothing from under ``ikke``."""
    if isinstance(condition, All | AnyOf | Attachment):
        for part in condition.parts:
            yield from positive_texts(part)
    elif isinstance(condition, FactCondition):
        for operation in condition.operations:
            if isinstance(operation, Contains | Inflected | PartOf | Equals):
                yield from sorted(operation.folded)
    elif isinstance(condition, NoneOf):
        return


def _place_of(node: Mapping, path: tuple[str, ...]) -> Place | None:
    """The place of the key at the end of the path."""
    inner: object = node
    place = None
    for word in path:
        if not isinstance(inner, Mapping):
            return None
        pair = next(((key, value) for key, value in inner.pairs if key.value == word), None)
        if pair is None:
            return None
        place, inner = pair[0].place, pair[1]
    return place

"""What only rules beside each other, and the house they are for, show to be wrong or likely not meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from models.organisation import Organisation
from rules.conditions import All, AnyOf, Attachment, Condition, Exists, FactCondition, FindingCondition, NoneOf
from rules.folding import words_of
from rules.layers import FELLES
from rules.model import JournalSpec, Rule, RuleSet
from rules.operators import Contains, Equals, Inflected
from rules.overlap import contradicts_itself, covers, exclude, topic
from rules.scope import Scope

_MAX_NAMED = 5
_MOST_RIVALS = 50
"""How many equals a rule is told of at most; a set of ten thousand is not compared to its end for a longer list."""

_MANY = 2_000
"""Rules above which those without words to look for are no longer compared with all others."""

_ENVELOPE = ("tjeneste", "avsender.orgnr", "mottaker.orgnr", "nivå", "taushetsbelagt", "skjema.")
_MAIL = ("hode.", "avsender.dmarc", "avsender.domene")
_NEVER: Mapping[str, tuple[str, ...]] = {"epost": _ENVELOPE, "altinn": _MAIL, "svarinn": _MAIL}
"""Facts a channel never gives. A folder may hold anything, letters saved from mail too."""


_COMMON = ("kanal", "innboks", "meldingstype", "avsender.domene")


def across(ruleset: RuleSet, scopes: Mapping[str, Scope], org: Organisation | None) -> None:
    """Notes what is found in the scope of the rule it is said of."""
    _never_wins(ruleset, scopes)
    _equal_rules(ruleset, scopes)
    _opens_what_another_shields(ruleset, scopes)
    for rule in ruleset.rules:
        _never_hits(rule, scopes[rule.id])
        _out_of_reach(rule, scopes[rule.id], org)


def _deciding(ruleset: RuleSet) -> list[Rule]:
    return [rule for rule in ruleset.deciding if not rule.draft]


def _never_wins(ruleset: RuleSet, scopes: Mapping[str, Scope]) -> None:
    """A rule whose every post a preferred rule takes."""
    deciding = _deciding(ruleset)
    near = _Near(deciding)
    ranks = {rule.id: rule.rank[:3] for rule in deciding}
    for rule in deciding:
        for other in near.may_cover(rule):
            if other.gjelder is not rule.gjelder or ranks[other.id] >= ranks[rule.id]:
                continue
            if covers(other.condition, rule.condition):
                message = f"Regelen «{rule.id}» kan aldri vinne: «{other.id}» ({_where(other)}) tar alt den treffer"
                hint = f"Gi «{rule.id}» høyere prioritet enn {other.prioritet}, eller «{other.id}» et «ikke»."
                scopes[rule.id].warn("R402", rule.place, message, hint)
                break


def _equal_rules(ruleset: RuleSet, scopes: Mapping[str, Scope]) -> None:
    """Equal rules with different outcomes that nothing shows to exclude each other; one warning a rule."""
    groups: dict[tuple[object, ...], list[Rule]] = defaultdict(list)
    for rule in _deciding(ruleset):
        if not rule.to_human:
            groups[(rule.gjelder, *rule.rank[:3])].append(rule)
    for equals in groups.values():
        earlier = _Topics()
        for rule in equals:
            rivals: list[Rule] = []
            for other in earlier.may_meet(rule):
                if other.outcome != rule.outcome and not exclude(rule, other):
                    rivals.append(other)
                    if len(rivals) == _MOST_RIVALS:
                        break
            earlier.add(rule)
            if rivals:
                named = ", ".join(f"«{other.id}»" for other in rivals[:_MAX_NAMED])
                more = f" og {len(rivals) - _MAX_NAMED} til" if len(rivals) > _MAX_NAMED else ""
                message = f"Ingenting viser at «{rule.id}» og {named}{more} utelukker hverandre"
                hint = "Gi én høyere prioritet, eller et «ikke»; treffer begge, går posten til et menneske."
                scopes[rule.id].warn("R407", rule.place, message, hint)


def _opens_what_another_shields(ruleset: RuleSet, scopes: Mapping[str, Scope]) -> None:
    """A rule that says «åpen» and is preferred to one that shields, where one of them surely takes the other's post."""
    shut = [rule for rule in _deciding(ruleset) if _access(rule) == "shut"]
    near = _Near(shut)
    for rule in _deciding(ruleset):
        if _access(rule) != "open":
            continue
        for other in (*near.may_cover(rule), *shut[:_MOST_RIVALS]):
            if other.gjelder is not rule.gjelder or rule.rank[:3] >= other.rank[:3]:
                continue
            if covers(other.condition, rule.condition) or covers(rule.condition, other.condition):
                message = f"Regelen «{rule.id}» åpner det «{other.id}» ({_where(other)}) skjermer"
                hint = f"Er det meningen? La «{rule.id}» skjerme også, eller gi den et «ikke»."
                scopes[rule.id].warn("R416", rule.place, message, hint)
                break


def _access(rule: Rule) -> str:
    if not isinstance(rule.outcome, JournalSpec):
        return ""
    return "open" if rule.outcome.access.open else "shut" if rule.outcome.access.shield is not None else ""


def _never_hits(rule: Rule, scope: Scope) -> None:
    """Conditions of one rule that exclude each other."""
    pair = contradicts_itself(rule.condition)
    if pair is not None:
        message = f"Regelen «{rule.id}» kan aldri treffe: vilkårene på «{pair}» utelukker hverandre"
        scope.warn("R417", rule.place, message, "Ta bort det ene, eller samle verdiene i én liste.")


def _out_of_reach(rule: Rule, scope: Scope, org: Organisation | None) -> None:
    """A channel nobody has set up, or a fact that the channels asked for never give."""
    asked = [leaf for leaf in leaves(rule.condition) if isinstance(leaf, FactCondition)]
    channels = [value for leaf in asked if leaf.fact == "kanal" for value in _equal_to(leaf)]
    # The shared rules are for every house, with whatever channels it has.
    known = org.channels if org is not None and scope.layer.name != FELLES else ()
    if channels and known and not set(channels) & set(known):
        named = ", ".join(f"«{channel}»" for channel in sorted(set(channels)))
        hint = f"Kildene i oppsettet gir: {', '.join(sorted(known))}."
        scope.warn(
            "R418", rule.place, f"Ingen kilde i oppsettet gir kanalen {named}: «{rule.id}» kan ikke treffe", hint
        )
        return
    for leaf in asked:
        if channels and all(leaf.fact.startswith(_NEVER.get(channel, ())) for channel in channels):
            named = ", ".join(sorted(set(channels)))
            message = f"Post fra {named} har aldri «{leaf.fact}»: «{rule.id}» kan ikke treffe"
            scope.warn("R418", rule.place, message, "Ta bort vilkåret, eller rett kanalen.")
            return


def _equal_to(leaf: FactCondition) -> Iterator[str]:
    for operation in leaf.operations:
        if isinstance(operation, Equals):
            yield from operation.folded


def leaves(condition: Condition) -> Iterator[Condition]:
    """The parts that must all hold."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from leaves(part)
    else:
        yield condition


def asked_facts(condition: Condition) -> frozenset[str] | None:
    """The facts a condition looks at, attachments as ``vedlegg``; None when it asks whether something is there at all."""
    found: set[str] = set()
    for part in _all_parts(condition):
        if isinstance(part, Exists):
            return None
        if isinstance(part, FactCondition):
            found.add("vedlegg" if part.fact.startswith("vedlegg.") else part.fact)
        elif isinstance(part, FindingCondition):
            found.add("funn")
    return frozenset(found)


def _all_parts(condition: Condition) -> Iterator[Condition]:
    yield condition
    if isinstance(condition, All | AnyOf | NoneOf | Attachment):
        for part in condition.parts:
            yield from _all_parts(part)


def _where(rule: Rule) -> str:
    return f"{rule.place.file}:{rule.place.line}"


class _Near:
    """Which rules may cover a given one, without trying all: a rule that is looked for by words covers only rules whose own
    words have one of these, and no rule covers one that does not look at the same facts."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._by_word: dict[str, list[Rule]] = defaultdict(list)
        self._others: list[Rule] = []
        self._facts: dict[str, frozenset[str]] = {}
        for rule in rules:
            self._facts[rule.id] = _facts(rule)
            # By its rarest sort of word where there is a choice: much post has the same channel.
            found = sorted(leaves(rule.condition), key=lambda leaf: getattr(leaf, "fact", "") in _COMMON)
            words = next((words for leaf in found if (words := _first_words(leaf))), None)
            if words is None:
                self._others.append(rule)
            for word in words or ():
                self._by_word[word].append(rule)

    def may_cover(self, rule: Rule) -> Iterator[Rule]:
        """Each once, and not the rule itself."""
        seen = {rule.id}
        facts = _facts(rule)
        words = {word for leaf in leaves(rule.condition) for word in _words(leaf)}
        # In a very large set only rules that share a word are compared: better a check that ends than one that finds all.
        wordless = self._others if len(self._facts) <= _MANY else ()
        for other in (*wordless, *(other for word in sorted(words) for other in self._by_word.get(word, ()))):
            if other.id not in seen and self._facts[other.id] <= facts:
                seen.add(other.id)
                yield other


def _facts(rule: Rule) -> frozenset[str]:
    """The facts a rule surely looks at."""
    return frozenset(leaf.fact for leaf in leaves(rule.condition) if isinstance(leaf, FactCondition | Exists))


class _Topics:
    """Equal rules met so far: two that each look for phrases in the same short fact meet only where they share a word."""

    def __init__(self) -> None:
        self._by_word: dict[tuple[str, str], list[Rule]] = defaultdict(list)
        self._by_fact: dict[str, list[Rule]] = defaultdict(list)
        self._others: list[Rule] = []

    def add(self, rule: Rule) -> None:
        """Remembers the rule."""
        found = topic(rule.condition)
        if found is None:
            self._others.append(rule)
            return
        fact, phrases = found
        self._by_fact[fact].append(rule)
        for word in {word for phrase in phrases for word in words_of(phrase)}:
            self._by_word[(fact, word)].append(rule)

    def may_meet(self, rule: Rule) -> Iterator[Rule]:
        """Those that may hit the same post."""
        yield from self._others[:_MANY]
        found = topic(rule.condition)
        if found is None:
            for rules in self._by_fact.values():
                yield from rules
            return
        fact, phrases = found
        for other_fact, rules in self._by_fact.items():
            if other_fact != fact:
                yield from rules
        seen: set[str] = set()
        for word in sorted({word for phrase in phrases for word in words_of(phrase)}):
            for other in self._by_word.get((fact, word), ()):
                if other.id not in seen:
                    seen.add(other.id)
                    yield other


def _first_words(leaf: Condition) -> frozenset[str] | None:
    """The first words of a leaf's phrases, one of which any rule it covers must have; None when it is not looked for by
    words."""
    if isinstance(leaf, AnyOf):
        parts = [next((words for inner in leaves(part) if (words := _first_words(inner))), None) for part in leaf.parts]
        return None if None in parts else frozenset(word for words in parts for word in words or ())
    if not isinstance(leaf, FactCondition):
        return None
    for operation in leaf.operations:
        if isinstance(operation, Contains | Equals | Inflected):
            told = [words_of(text) for text in operation.folded]
            return frozenset(found[0] for found in told) if all(told) else None
    return None


def _words(leaf: Condition) -> Iterator[str]:
    """All words a leaf's phrases have."""
    if isinstance(leaf, AnyOf):
        for part in leaf.parts:
            for inner in leaves(part):
                yield from _words(inner)
    elif isinstance(leaf, FactCondition):
        for operation in leaf.operations:
            if isinstance(operation, Contains | Equals | Inflected):
                for text in operation.folded:
                    yield from words_of(text)

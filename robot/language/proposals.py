"""What can be proposed to a person of one post: class, unit, case, title, access, date and sender, each with its ground.

Made when somebody looks, from the facts that were stored; the post's way waits for none of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.facts import Facts, Unknown
from models.learning import Target
from models.proposal import Told
from robot.decide import marks
from robot.language.belongs import ANSWERS, BODY, NUMBER, PROPERTY, CaseProposal, read_text
from rules.detectors import scan
from rules.extract import EXTRACTORS

_BY = {
    ANSWERS: "brevet svarer på saken",
    NUMBER: "saksnummeret står i brevet",
    PROPERTY: "eiendommen {key} står i brevet",
    BODY: "avsenderen er part i saken",
}
_SILENCE = {
    "unsure": "ikke sikker nok",
    "few_examples": "for få eksempler",
    "strange": "ligner ikke på noe den har lært",
}
_SAYS_NOTHING = {
    "henvendelse", "førespurnad", "vedlegg", "skannet", "dokument", "brev", "post", "hei", "spørsmål", "kommunen", "svar",
    "scan", "dokumenter", "fil", "videresendt", "ettersending", "purring", "original", "uten", "emne",
}  # fmt: skip
_CLOSING = ("hilsen", "helsing", "mvh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One value for one field. ``probability`` is a pipeline's, calibrated on held-back post; None where nothing was measured:
    then ``because`` says what it rests on, and no number is made up."""

    what: str
    value: str
    probability: float | None
    because: str


def proposals(facts: Facts, cases: Sequence[CaseProposal] = ()) -> tuple[Proposal, ...]:
    """Everything that can be proposed, in the order a person registers."""
    found = [*_cases(cases), *_title(facts), *_access(facts), *_date(facts), *_sender(facts)]
    return tuple(found)


def told_text(told: Told) -> str:
    """One pipeline's answer as a line: «byggesøknad 94 % (nabovarsel 3 %); ord: tilbygg, garasje»."""
    named = [f"{label} {100 * share:.0f} %" for label, share in told.best]
    words = f"; ord: {', '.join(told.words)}" if told.words else ""
    if told.label is not None:
        others = f" ({', '.join(named[1:])})" if named[1:] else ""
        return f"{named[0]}{others}{words}"
    why = _SILENCE.get(told.silence, told.silence)
    return f"vet ikke, {why}. Nærmest: {', '.join(named)}{words}"


def _cases(cases: Sequence[CaseProposal]) -> list[Proposal]:
    return [
        Proposal(
            what="sak",
            value=f"{case.saksnummer} «{case.tittel}»" + ("" if case.open else " (avsluttet)"),
            probability=None,
            because=_BY[case.by].format(key=case.key),
        )
        for case in cases
    ]


def _title(facts: Facts) -> list[Proposal]:
    """The subject where it says something, else the class; with the property it is about."""
    subject = " ".join(_text(facts, "emne").split())
    place = next((one.value for one in EXTRACTORS["matrikkel"](read_text(facts))), "")
    tail = f" – {place}" if place and not EXTRACTORS["matrikkel"](subject) else ""
    category = next((told for told in facts.language if told.target == Target.KATEGORI), None)
    # A number that points to a person never stands in a title, proposed or not.
    if _says_something(subject) and not scan(subject, sted="emne"):
        return [Proposal(what="tittel", value=f"{subject[:200]}{tail}", probability=None, because="fra emnet")]
    if category is not None and category.best:
        label, share = category.best[0]
        value = f"{label[:1].upper()}{label[1:]}{tail}"
        return [Proposal(what="tittel", value=value, probability=share, because="emnet sier ingenting; fra klassen")]
    return []


def _says_something(subject: str) -> bool:
    telling = [
        w for w in subject.lower().replace(":", " ").split() if len(w) > 3 and w.strip(".,-") not in _SAYS_NOTHING
    ]
    return any(any(letter.isalpha() for letter in word) for word in telling)


def _access(facts: Facts) -> list[Proposal]:
    found = marks(facts)
    if found:
        labels = ", ".join(dict.fromkeys(finding.etikett for finding in found))
        return [Proposal(what="tilgang", value="skjermes", probability=None, because=f"fant {labels}")]
    level = facts.get("nivå")
    if facts.get("taushetsbelagt") is True or (isinstance(level, int) and level >= 4):
        return [Proposal(what="tilgang", value="skjermes", probability=None, because="avsenderen har merket den")]
    if isinstance(facts.get("funn"), Unknown):
        return [Proposal(what="tilgang", value="vurder selv", probability=None, because="ikke alt kunne leses")]
    return [Proposal(what="tilgang", value="åpen", probability=None, because="ingen følsomme opplysninger funnet")]


def _date(facts: Facts) -> list[Proposal]:
    own = facts.get("dato.dokument")
    if isinstance(own, date):
        return [Proposal(what="dokumentdato", value=own.isoformat()[:10], probability=None, because="datoen på brevet")]
    received = facts.get("dato.mottatt")
    latest = received.isoformat()[:10] if isinstance(received, date) else "9999"
    days = list(dict.fromkeys(one.value for one in EXTRACTORS["dato"](read_text(facts)[:400]) if one.value <= latest))
    if len(days) == 1:
        return [Proposal(what="dokumentdato", value=days[0], probability=None, because="eneste dato øverst i brevet")]
    return []


def _sender(facts: Facts) -> list[Proposal]:
    name, address = _text(facts, "avsender.navn"), _text(facts, "avsender.adresse")
    number = _text(facts, "avsender.orgnr")
    who = name or address
    if who:
        more = f" ({number})" if number else f" <{address}>" if name and address else ""
        sure = facts.get("avsender.bekreftet") is True
        because = "kanalen går god for avsenderen" if sure else "slik avsenderen oppgir det; ikke bekreftet"
        return [Proposal(what="avsender", value=f"{who}{more}", probability=None, because=because)]
    lines = [line.strip() for line in read_text(facts).splitlines() if line.strip()]
    for line, below in itertools.pairwise(lines):
        if line.lower().rstrip(" ,.!").endswith(_CLOSING) and len(below) <= 60:
            return [Proposal(what="avsender", value=below, probability=None, because="underskriften i brevet")]
    return []


def _text(facts: Facts, name: str) -> str:
    value = facts.get(name)
    return value if isinstance(value, str) else ""

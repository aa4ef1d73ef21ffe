"""How grave: category × who is meant × where it stands (sensitive-data.md section 0; public-journal.md, PJ-A)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.detectors import identity, topics
from rules.detectors.credentials import MASK
from rules.detectors.gate import Prepared, masked
from rules.detectors.hit import Hit
from rules.detectors.identifying import Evidence, Person, close
from rules.detectors.kinds import Detected, Label, Level, Place
from rules.detectors.wordlist import Strength

# Alone, beside a person in a document, beside a person in a title.
_HITS: Mapping[Label, tuple[Level, Level, Level]] = {
    Label.CREDENTIAL: (Level.CRITICAL, Level.CRITICAL, Level.CRITICAL),
    Label.CARD: (Level.CRITICAL, Level.CRITICAL, Level.CRITICAL),
    Label.PERSONNR5: (Level.ERROR, Level.ERROR, Level.ERROR),
    Label.ACCOUNT: (Level.WARNING, Level.ERROR, Level.ERROR),
    Label.IBAN: (Level.WARNING, Level.ERROR, Level.CRITICAL),
    Label.PASSPORT: (Level.WARNING, Level.ERROR, Level.ERROR),
    Label.BIRTHDATE: (Level.INFO, Level.WARNING, Level.ERROR),
    Label.PHONE: (Level.INFO, Level.WARNING, Level.WARNING),
    Label.EMAIL: (Level.INFO, Level.WARNING, Level.WARNING),
    Label.ADDRESS: (Level.INFO, Level.WARNING, Level.WARNING),
    Label.PLATE: (Level.INFO, Level.WARNING, Level.WARNING),
}
_IN_DOCUMENTS = frozenset({Label.HEALTH, Label.CHILD_WELFARE, Label.SPECIAL_ED, Label.SOCIAL, Label.CUSTODY})
"""Topics that are everyday in letters: with a person REVIEW there, BLOCK in a title. The others are BLOCK in both."""

_WHAT: Mapping[Label, str] = {
    Label.FNR: "fødselsnummer",
    Label.DNR: "D-nummer",
    Label.FNR_TYPO: "mulig skrive- eller lesefeil i et fødselsnummer: kontrollsifrene stemmer ikke",
    Label.FNR_RELAXED: "fødselsnummer etter reglene fra 2032",
    Label.PERSONNR5: "de fem siste sifrene i et fødselsnummer",
    Label.DUF: "DUF-nummer",
    Label.ACCOUNT: "kontonummer",
    Label.IBAN: "kontonummer (IBAN)",
    Label.CARD: "betalingskort",
    Label.PASSPORT: "passnummer",
    Label.PHONE: "telefonnummer",
    Label.EMAIL: "e-postadresse",
    Label.ADDRESS: "bostedsadresse",
    Label.BIRTHDATE: "fødselsdato",
    Label.PLATE: "registreringsnummer",
    Label.CREDENTIAL: "passord, kode eller nøkkel",
    Label.NAME: "personnavn",
    Label.HEALTH: "helseforhold",
    Label.CHILD_WELFARE: "barnevern",
    Label.SOCIAL: "sosiale tjenester eller økonomi",
    Label.CRIMINAL: "straffbare forhold",
    Label.CUSTODY: "foreldretvist eller familieforhold",
    Label.SPECIAL_ED: "spesialundervisning eller skoleforhold",
    Label.UNION: "fagforening",
    Label.RELIGION: "religion eller livssyn",
    Label.ETHNICITY: "etnisk bakgrunn",
    Label.SEXUAL: "seksuell orientering eller kjønnsidentitet",
    Label.PROTECTED_ADDR: "adressesperre",
}
_WHO: Mapping[Evidence, str] = {
    Evidence.NONE: "ingen er nevnt",
    Evidence.THIRD: "om noen som ikke er navngitt",
    Evidence.NAME: "ved et navn",
    Evidence.CLOSE: "om avsenderen, familie eller en med fødselsdato",
}
_TOPIC_CONFIDENCE = {Evidence.NONE: 0.6, Evidence.THIRD: 0.75, Evidence.NAME: 0.9, Evidence.CLOSE: 0.92}


def of_number(number: identity.Number) -> Detected:
    """An identity number: BLOCK wherever it stands, but the mistyped go to a person."""
    label, level, confidence = _number(number)
    reason = _WHAT[label]
    if number.known is not None and number.known.synthetic:
        reason += " (syntetisk)"
    return Detected(
        label=label,
        level=level,
        start=number.start,
        end=number.end,
        confidence=confidence,
        masked=masked(number.digits),
        rule=number.rule,
        reason=reason,
        synthetic=number.known is not None and number.known.synthetic,
        ocr=number.ocr,
    )


def _number(number: identity.Number) -> tuple[Label, Level, float]:
    if number.label == "DUF":
        return Label.DUF, Level.CRITICAL, 0.98
    if number.known is None:
        return Label.FNR_TYPO, Level.WARNING, 0.85
    if number.known.relaxed:
        return Label.FNR_RELAXED, Level.ERROR, 0.9
    return (Label.DNR if number.label == "DNR" else Label.FNR), Level.CRITICAL, 0.95 if number.ocr else 0.99


def of_hit(prepared: Prepared, hit: Hit, persons: Sequence[Person], place: Place, whole: bool) -> Detected:
    """Anything else than identity numbers and topics: graver when a person stands beside it."""
    start, end = topics.scope(prepared.lower, (hit.start, hit.end), whole=whole)
    named = any(start <= person.start < end and not person.role for person in persons)
    beside = named or close(prepared.lower, start, end)
    alone, in_text, in_title = _HITS[hit.label]
    level = (in_title if place is Place.TITLE else in_text) if beside else alone
    if place is Place.TITLE and hit.label in (Label.PHONE, Label.EMAIL):
        level = Level.WARNING
    begin, stop = prepared.original(hit.start, hit.end)
    return Detected(
        label=hit.label,
        level=level,
        start=begin,
        end=stop,
        confidence=hit.confidence,
        masked=MASK if hit.label is Label.CREDENTIAL else masked(hit.value),
        rule=hit.rule,
        reason=f"{_WHAT[hit.label]}, {'ved noe som peker på en person' if beside else 'ingen er nevnt'}",
        synthetic=hit.synthetic,
        ocr=hit.ocr,
    )


def of_topic(prepared: Prepared, topic: topics.Topic, place: Place) -> Detected:
    """A topic word by who is meant."""
    start, end = prepared.original(topic.start, topic.end)
    return Detected(
        label=topic.label,
        level=_topic_level(topic, place),
        start=start,
        end=end,
        confidence=0.95 if topic.strength is Strength.ALWAYS else _TOPIC_CONFIDENCE[topic.evidence],
        masked=masked(prepared.text[topic.start : topic.end]),
        rule=f"tema.{topic.label.value.lower()}/1",
        reason=f"{_WHAT[topic.label]}, {_WHO[topic.evidence]}",
    )


def _topic_level(topic: topics.Topic, place: Place) -> Level:
    if topic.strength is Strength.ALWAYS:
        return Level.CRITICAL
    if topic.evidence < Evidence.NAME:
        return Level.INFO
    if place is Place.TEXT and topic.label in _IN_DOCUMENTS:
        return Level.WARNING
    return Level.ERROR


def of_name(prepared: Prepared, person: Person) -> Detected:
    """A name: only says where it is."""
    start, end = prepared.original(person.start, person.end)
    return Detected(
        label=Label.NAME,
        level=Level.INFO,
        start=start,
        end=end,
        confidence=0.85,
        masked=masked(prepared.text[person.start : person.end]),
        rule="navn/1",
        reason="personnavn med rolle" if person.role else "personnavn",
    )

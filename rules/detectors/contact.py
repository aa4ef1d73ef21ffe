"""How a person is reached: private telephone, private e-mail, street address. What is an organisation's is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rules.detectors import explain
from rules.detectors.gate import Prepared, before
from rules.detectors.hit import Hit
from rules.detectors.kinds import Label, Own
from rules.detectors.wordlist import context, words

_PHONE = re.compile(
    r"(?<![\w.,/+-])(?P<cc>(?:\+|00) ?47[ -]?|\(\+47\) ?)?"
    r"(?P<n>[2-9][0-9](?:[ .][0-9]{2}){3}|[489][0-9]{2} [0-9]{2} [0-9]{3}|[2-9][0-9]{2} [0-9]{3} [0-9]{2}|"
    r"[2-9][0-9]{3} [0-9]{4}|[2-9][0-9]{7})(?![0-9]|[.,/-][0-9]| [0-9])"
)
_FOREIGN = re.compile(r"(?<![\w+])(?:\+|00)(?!47)[1-9][0-9]{0,2}(?:[ -]?[0-9]{1,4}){2,6}(?![0-9])")
_PHONE_WORD = re.compile(
    r"(?<![a-zæøå])(?:tlf|telefon\w{0,8}|tel|mob(?:il)?\w{0,10}|ring(?:e|er|je|jer)?|ringes|ringast|sms|"
    r"melding|phone|treff(?:es|ast|er|ar)?|nås|når|nå|kontakt\w{0,4}|"
    r"kontaktes|kontaktast|nummeret|nummer|nr|privat|vakttelefon|sms-?nummer|whatsapp|vipps)(?![a-zæøå])[^\n]{0,24}\Z"
)
_COMPANY = re.compile(
    r"(?<![A-Za-zÆØÅæøå])(?:ASA?|ANS|DA|SA|BA|KF|IKS|HF|NUF)(?![A-Za-zÆØÅæøå])[^\n]{0,50}\Z|"
    r"[A-Za-zÆØÅæøå](?:kommune|kontor|etat|verk|banken|skole|skule|barnehage)[,:.]?[^\n]{0,20}\Z"
)
_NOT_PHONE = re.compile(r"kr\.? ?\Z|beløp\w*\W{0,3}\Z|(?<![a-zæøå])sum\w*\W{0,3}\Z|[a-zæøå]\.?nr\.?:? ?\Z")

_EMAIL = re.compile(
    r"(?<![\w.+'-])(?P<local>[A-Za-z0-9ÆØÅæøå_](?:[\w.+'-]{0,62}[\w])?) ?@ "
    r"?(?P<domain>(?:[A-Za-z0-9ÆØÅæøå](?:[A-Za-z0-9ÆØÅæøå-]{0,61}[A-Za-z0-9ÆØÅæøå])?\.){1,8}[A-Za-z]{2,24})"
    r"(?![\w@])"
)
_OFFICIAL = re.compile(
    r"(?:\A|\.)(?:kommune|kommuner|fylkeskommune|dep|stat|politiet|nav|statsforvalteren|regjeringen|"
    r"skatteetaten|vegvesen|helse-\w+|skole|skule|domstol|kartverket|udir|imdi|udi|bufetat|arkivverket)"
    r"\.[a-z.]{2,20}\Z|"
    r"\Akommune\.|kommune\.(?:no|example|test|invalid)\Z"
)

_STREET_END = (
    r"(?:veien|vegen|veg|vei|gaten|gata|gate|gt\.?|allé|allè|alleen|alléen|plassen|plass|torget|bakken|"
    r"bakkane|bakkan|bakke|stien|sti|lia|lien|haugen|haugane|haug|svingen|"
    r"kaia|brygga|bryggen|åsen|tunet|tun|tråkket|ringen|faret|jordet|løkka|løkken|flata|flaten|neset|vika|"
    r"viken|gjerdet|marka|myra|moen|parken|kroken|smauet|bukta|stranda|"
    r"stredet|dalen|grenda|feltet|hagen|toppen|lunden|kleiva|hellinga|terrasse|terrassen|skogen|berget|enga|"
    r"heia|sletta|kollen|bråtet|teigen|ekra|ekren|åkeren|vangen|leitet|hammaren|hammeren)"
)
_CAP, _LOW = "[A-ZÆØÅÁÄÖÉÜ]", "[a-zæøåáäöéèü]"
_STREET = re.compile(
    rf"(?<![\w-])(?P<street>(?:(?:{_CAP}{_LOW}{{0,24}}\.?[ -]){{0,3}}{_CAP}{_LOW}{{1,26}}{_STREET_END}|"
    rf"{_CAP}{_LOW}{{1,24}}s? (?:{_CAP}{_LOW}{{1,24}}s? )?{_STREET_END}))"
    rf" {{1,2}}(?P<no>[0-9]{{1,4}}) ?(?P<letter>[A-Za-z](?![\wæøåÆØÅ]))?(?![\w/]|[.,-][0-9])"
)
_PLAIN_STREET = re.compile(
    rf"(?<![\w-])(?P<street>{_CAP}{_LOW}{{2,26}}(?: {_CAP}{_LOW}{{2,26}}){{0,2}}) (?P<no>[0-9]{{1,4}}) "
    rf"?(?P<letter>[A-Z])?(?=,? ?\n? ?[0-9]{{4}} {_CAP})"
)
_LIVES = re.compile(
    r"(?:adresse\w{0,4}|(?<![a-zæøå])(?:bor|bur|bodde|budde|bosatt|busett|flyttet|flytta|flytter|flyttar|"
    r"folkeregistrert|bopel|bustad|bosted)(?: [a-zæøå]{1,12}){0,3})\W{0,4}\Z"
)
_PLAIN_LIVES = re.compile(
    rf"(?<![\w-])(?:(?:[Bb]or|[Bb]ur|[Bb]osatt|[Bb]usett) (?:i|på)|[Bb]ostedsadresse:?|[Aa]dresse:?|"
    rf"[Pp]rivatadresse:?|[Bb]ustadadresse:?) (?P<street>{_CAP}{_LOW}{{2,26}}(?: {_CAP}{_LOW}{{2,26}})"
    rf"{{0,2}}) (?P<no>[0-9]{{1,4}}) ?(?P<letter>[A-Z](?!\w))?(?![\w/]|[.,-][0-9])"
)


def phones(prepared: Prepared, parts: Sequence[tuple[int, int]], own: Own) -> Iterator[Hit]:
    """Telephone numbers by their layout, or in one row beside a word for it; never those of an organisation."""
    for start, end in parts:
        for match in _PHONE.finditer(prepared.text, start, end):
            digits = re.sub("[^0-9]", "", match["n"])
            if digits in own.numbers or not _is_phone(prepared, match, digits):
                continue
            yield Hit(Label.PHONE, match.start(), match.end(), digits, 0.95 if match["cc"] else 0.92, "telefon/1")
        for match in _FOREIGN.finditer(prepared.text, start, end):
            digits = re.sub("[^0-9]", "", match[0])
            if 8 <= len(digits) <= 15 and (
                match[0][0] == "+" or _PHONE_WORD.search(before(prepared, match.start(), 40))
            ):
                yield Hit(Label.PHONE, match.start(), match.end(), digits, 0.9, "telefon/1")


def _is_phone(prepared: Prepared, match: re.Match[str], digits: str) -> bool:
    near = before(prepared, match.start(), 60).rpartition("\n")[2]
    if context("virksomhet").search(near) or _COMPANY.search(prepared.text[max(0, match.start() - 60) : match.start()]):
        return False
    word = _PHONE_WORD.search(near[-40:]) is not None
    if match["cc"]:
        return True
    if digits.startswith("8") and not word:
        return False
    if explain.why(prepared, match.start(), match.end()) or _NOT_PHONE.search(near):
        return False
    # A meter, a reference and a mobile look the same in one row; groups of two or 3-2-3 are how numbers are written.
    row = match["n"] == digits
    return word or (not row and match["n"].count(" ") >= 2 and not near.rstrip().endswith(("kr", "nr.", "nr")))


def emails(prepared: Prepared, parts: Sequence[tuple[int, int]], own: Own) -> Iterator[Hit]:
    """E-mail addresses that are not an office's (postmottak@, firmapost@), a public body's or the organisation's own."""
    offices = frozenset(words("kontoradresser.csv"))
    for start, end in parts:
        for match in _EMAIL.finditer(prepared.text, start, end):
            local, domain = match["local"].lower(), match["domain"].lower()
            if local in offices or re.split(r"[.+_-]", local)[0] in offices or _OFFICIAL.search(domain):
                continue
            if f"{local}@{domain}" in own.addresses or _under(domain, own.domains):
                continue
            if before(prepared, match.start(), 3).endswith("://") or before(prepared, match.start(), 1) == ":":
                continue
            yield Hit(Label.EMAIL, match.start(), match.end(), match[0], 0.95, "epost/1")


def _under(domain: str, own: frozenset[str]) -> bool:
    parts = domain.split(".")
    return any(".".join(parts[n:]) in own for n in range(len(parts)))


def addresses(prepared: Prepared, parts: Sequence[tuple[int, int]], own: Own) -> Iterator[Hit]:
    """Street and number where somebody lives; in a matter about the property itself only after a word for living there."""
    for start, end in parts:
        last = start
        hits = [
            m for pattern in (_STREET, _PLAIN_STREET, _PLAIN_LIVES) for m in pattern.finditer(prepared.text, start, end)
        ]
        for match in sorted(hits, key=lambda m: (m.start("street"), -m.end())):
            begin = match.start("street")
            if begin < last or prepared.text[begin : match.end()].casefold() in own.addresses:
                continue
            stop = match.end("letter") if match["letter"] else match.end("no")
            line = prepared.lower.rfind("\n", 0, begin) + 1, prepared.lower.find("\n", stop)
            lives = _LIVES.search(before(prepared, begin, 40)) or match.re is _PLAIN_LIVES
            if not lives and context("eiendom").search(
                prepared.lower, line[0], line[1] if line[1] > 0 else len(prepared.lower)
            ):
                continue
            last = stop
            begin = _first_word(prepared.text, begin, match.end("street"))
            postal = re.match(rf",? ?\n? ?(?:N-)?[0-9]{{4}} {_CAP}{_LOW}+", prepared.text[stop : stop + 40])
            confidence = 0.95 if lives or postal else 0.85
            yield Hit(Label.ADDRESS, begin, stop, prepared.text[begin:stop], confidence, "adresse/1")


_NOT_STREET = frozenset(
    "adresse adressen bor bur ved i på til fra fru herr gjelder kari ola eiendom eiendommen søknad klage "
    "vedtak melding kommune ny privat bostedsadresse postadresse".split()
)


def _first_word(text: str, start: int, end: int) -> int:
    """The street without the capitalised words before it that are no part of it."""
    while True:
        word = re.match(r"[\wæøåÆØÅ.]+[ :-]", text[start:end])
        if word is None or word[0][:-1].casefold() not in _NOT_STREET:
            return start
        start += word.end()

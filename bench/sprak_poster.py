"""Municipal post made up, with its kind: bokmål and nynorsk, subjects that say nothing, threads, scans, rare kinds, drift and
wrong labels. The same seed gives the same post."""

# ruff: noqa: E501 (sentences: one template a line reads best)

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bench.sprak_emner import LATE_TOPICS, TOPICS, Topic

FIRST_DAY = date(2024, 1, 2)
DAYS = 730
NEW_KIND_FROM = 0.75
"""Where in the period (0–1) the late kinds begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One letter. ``label`` is what was registered, ``true`` what it is."""

    text: str
    label: str
    true: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How hard the post is; shares of all post, 0–1."""

    nynorsk: float = 0.25
    empty_subject: float = 0.3
    thread: float = 0.18
    scanned: float = 0.2
    vague: float = 0.08
    mixed: float = 0.15
    wrong_label: float = 0.02
    late: bool = True


_NOTHING = (
    "Henvendelse|Førespurnad", "Vedlegg", "Skannet dokument|Skanna dokument", "Brev", "Til kommunen", "Spørsmål", "Hei",
    "Dokument", "Se vedlagte|Sjå vedlagde", "Post til arkivet", "Vår sak", "Purring", "Tilleggsopplysninger|Tilleggsopplysningar",
    "Søknad", "Klage", "Svar på brev", "Ettersending",
)  # fmt: skip
_SUBJECT = (
    "{own}", "{own}", "Vedr. {own}", "{own} – {place}", "Søknad: {own}", "Angående {own}|Gjeld {own}", "{own}, {place}",
    "Spørsmål om {own}", "Dokumentasjon {own}", "{near} og {own}", "Gjelder {near}|Gjeld {near}",
)  # fmt: skip
_SENTENCES = (
    "Vi viser til {own} og ber om en tilbakemelding.|Vi viser til {own} og ber om ei tilbakemelding.",
    "Viser til telefonsamtale om {own} {date}.",
    "Vedlagt følger {near} i forbindelse med {own}.|Vedlagt følgjer {near} i samband med {own}.",
    "Jeg ønsker informasjon om {own}.|Eg ønskjer informasjon om {own}.",
    "Det gjelder {own} ved {place}.|Det gjeld {own} ved {place}.",
    "Vi har fått beskjed om at {near} mangler.|Vi har fått beskjed om at {near} manglar.",
    "Hvor lang er behandlingstiden for {own}?|Kor lang er sakshandsamingstida for {own}?",
    "Saken har stått stille siden {date}, og vi har {near} å forholde oss til.|Saka har stått stille sidan {date}, og vi har {near} å halde oss til.",
    "{Own}: se vedlegg.|{Own}: sjå vedlegg.",
    "Når det gjelder {near}, mener vi at dette er dekket av tidligere brev.|Når det gjeld {near}, meiner vi at dette er dekt av tidlegare brev.",
)  # fmt: skip
_FILLER = (
    "Vi håper på snarlig svar.|Vi håpar på snarleg svar.", "Ta kontakt om noe er uklart.|Ta kontakt om noko er uklart.",
    "Dette haster, da fristen er {date}.|Dette hastar, då fristen er {date}.", "Takk for hyggelig samtale.|Takk for hyggeleg samtale.",
    "Jeg har forsøkt å ringe flere ganger uten å få svar.|Eg har prøvd å ringje fleire gonger utan å få svar.",
    "Ber om skriftlig bekreftelse på at brevet er mottatt.|Ber om skriftleg stadfesting på at brevet er motteke.",
    "Saksnummer {case} er oppgitt i forrige brev.|Saksnummer {case} er oppgjeve i førre brev.",
    "Kopi er sendt til berørte parter.|Kopi er send til dei det gjeld.", "Vi var innom servicetorget {date}.",
    "Kommunen bes vurdere saken på nytt.|Kommunen blir beden om å vurdere saka på nytt.",
)  # fmt: skip
_VAGUE = (
    "Se vedlegg.|Sjå vedlegg.", "Hei, her kommer det dere ba om.|Hei, her kjem det de bad om.", "Vedlagt.", "Som avtalt.",
    "Ettersender dokumentasjon.|Ettersender dokumentasjon.", "Mer informasjon kommer.|Meir informasjon kjem.",
)  # fmt: skip
_PLACES = (
    "Elvegata 4", "Solvikvegen 12", "Bakkehaugen 7", "Fjordgløtt", "Nordre Strand", "Kirkebakken 3", "Øvre Lia", "Myrvold",
    "gnr 12 bnr 345", "gnr. 45, bnr. 6", "gbnr 101/22", "Sentrum skole|Sentrum skule", "Åsen barnehage", "Havnegata 1", "Tangen",
)  # fmt: skip
_FIRST = (
    "Kari",
    "Ola",
    "Anne",
    "Per",
    "Ingrid",
    "Lars",
    "Marit",
    "Jon",
    "Fatima",
    "Ahmed",
    "Solveig",
    "Odd",
    "Silje",
    "Trygve",
)
_LAST = ("Nordmann", "Eksempel", "Prøvestad", "Tenkt", "Oppdikta", "Fiksjon", "Døme", "Sample", "Testesen", "Modell")
_FIRMS = (
    "Fjord Arkitekter AS",
    "Solvik Bygg AS",
    "Lia Rør AS",
    "Dalen Regnskap",
    "Nordre Eiendom AS",
    "Vest Prosjekt AS",
)
_SLIPS = {
    "æ": "ae",
    "ø": "o",
    "å": "a",
    "m": "rn",
    "l": "1",
    "o": "0",
    "e": "c",
    "i": "l",
    "h": "b",
    "t": "f",
    "s": "5",
    "g": "q",
}


def make(count: int, *, seed: int, mix: Mix | None = None) -> list[Made]:
    """So many letters, oldest first."""
    rng = random.Random(seed)
    hard = mix or Mix()
    days = sorted(rng.random() for _ in range(count))
    return [_letter(at, rng, hard) for at in days]


def few_each(made: Sequence[Made], each: int, *, seed: int) -> list[Made]:
    """So many letters of every kind that has as many, the rest of them all; by chance, in their order."""
    rng = random.Random(seed)
    by_kind: dict[str, list[int]] = {}
    for number, letter in enumerate(made):
        by_kind.setdefault(letter.label, []).append(number)
    chosen = {n for members in by_kind.values() for n in rng.sample(members, min(each, len(members)))}
    return [made[n] for n in sorted(chosen)]


def _letter(at: float, rng: random.Random, mix: Mix) -> Made:
    topics = [*TOPICS, *LATE_TOPICS] if mix.late and at >= NEW_KIND_FROM else list(TOPICS)
    # Each kind has its own season and its own trend.
    weights = [t.weight * (1 + 0.8 * ((7 * n % 10) / 10 - 0.45) * at) for n, t in enumerate(topics)]
    topic = rng.choices(topics, weights)[0]
    other = rng.choice(topics)
    day = FIRST_DAY + timedelta(days=int(at * DAYS))
    text = _text(topic, other, at, day, rng, mix)
    label = rng.choice(topics).name if rng.random() < mix.wrong_label else topic.name
    return Made(text=text, label=label, true=topic.name, day=day)


def _text(topic: Topic, other: Topic, at: float, day: date, rng: random.Random, mix: Mix) -> str:
    column = 1 if rng.random() < mix.nynorsk else 0
    fill = _Filling(topic, other if rng.random() < mix.mixed else topic, at, day, rng, column)
    vague = rng.random() < mix.vague
    subject = fill.of(rng.choice(_NOTHING if rng.random() < mix.empty_subject or vague else _SUBJECT))
    sentences = [fill.of(rng.choice(_VAGUE))] if vague else []
    if vague and rng.random() < 0.6:
        sentences.append(fill.of("Gjelder {near}.|Gjeld {near}."))
    if not vague:
        told = 1 + int(rng.expovariate(0.6))
        sentences += [fill.of(rng.choice(_SENTENCES)) for _ in range(told)]
        sentences += [fill.of(rng.choice(_FILLER)) for _ in range(rng.randrange(0, 5))]
        rng.shuffle(sentences)
    hello = rng.choice(("Hei!", "Hei,", "God dag.", "Til rette vedkommende", ""))
    body = "\n".join(filter(None, [hello, " ".join(sentences), fill.closing()]))
    if rng.random() < mix.thread:
        subject, body = _threaded(subject, body, fill, rng)
    text = f"{subject[:1].upper()}{subject[1:]}\n{body}"
    return _scanned(text, rng) if rng.random() < mix.scanned else text


class _Filling:
    """Fills the blanks of one letter."""

    def __init__(self, topic: Topic, other: Topic, at: float, day: date, rng: random.Random, column: int) -> None:
        self._topic, self._other, self._at, self._day, self._rng, self._column = topic, other, at, day, rng, column
        self.name = f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"

    def of(self, template: str) -> str:
        """The template in the letter's form of Norwegian; a new word for each blank."""
        text = self._form(template)
        while "{" in text:
            start = text.index("{")
            end = text.index("}", start)
            text = text[:start] + self._blank(text[start + 1 : end]) + text[end + 1 :]
        return text

    def closing(self) -> str:
        """Greeting and name."""
        firm = f"\n{self._rng.choice(_FIRMS)}" if self._rng.random() < 0.3 else ""
        return f"{self._form(self._rng.choice(('Med vennlig hilsen|Med venleg helsing', 'Mvh', 'Hilsen|Helsing')))}\n{self.name}{firm}"

    def _form(self, word: str) -> str:
        return word.split("|")[-1 if self._column else 0]

    def _blank(self, kind: str) -> str:
        rng = self._rng
        match kind:
            case "own" | "Own":
                later = self._topic.later if rng.random() < max(0.0, self._at - 0.5) else ()
                # What is asked for changes slowly: early letters use the first words more, late ones the last.
                own = later or self._topic.own
                lean = [1 + (2 * self._at - 1) * (2 * n / max(len(own) - 1, 1) - 1) * 0.7 for n in range(len(own))]
                word = self._form(rng.choices(own, lean)[0])
                return word[:1].upper() + word[1:] if kind == "Own" else word
            case "near":
                return self._form(rng.choice(self._other.near + (self._other.own if rng.random() < 0.2 else ())))
            case "place":
                return self._form(rng.choice(_PLACES))
            case "date":
                back = self._day - timedelta(days=rng.randrange(1, 60))
                return f"{back.day}.{back.month}.{back.year}"
            case _:
                return f"{self._day.year}/{rng.randrange(1, 9999)}"


def _threaded(subject: str, body: str, fill: _Filling, rng: random.Random) -> tuple[str, str]:
    """A colleague's covering note with the letter below, or an answer with our own letter below."""
    sent = f"Fra: {fill.name}\nSendt: 3. mai 09:12\nTil: postmottak@solvik.example\nEmne: "
    if rng.random() < 0.6:
        note = fill.of(
            rng.choice(("Til journalføring.", "Denne kom til meg.", "Kan dere ta denne?|Kan de ta denne?", ""))
        )
        mark = rng.choice(("-----Opprinnelig melding-----\n", "---------- Videresendt melding ----------\n", ""))
        return f"VS: {rng.choice((subject, 'post'))}", f"{note}\n\n{mark}{sent}{subject}\n\n{body}"
    ours = fill.of(
        "Vi har mottatt din henvendelse og vil svare så snart vi kan.|Vi har fått førespurnaden din og svarar så snart vi kan."
    )
    return (
        f"SV: {subject}",
        f"{body}\n\n-----Opprinnelig melding-----\nFra: postmottak@solvik.example\nSendt: 1. mai\nTil: {fill.name}\nEmne: {subject}\n\n{ours}",
    )


def _scanned(text: str, rng: random.Random) -> str:
    """As a scanner reads it: letters mistaken, words run together, lines broken."""
    rate = rng.choice((0.01, 0.03, 0.06))
    letters = []
    for letter in text:
        if rng.random() < rate:
            letters.append(_SLIPS.get(letter.lower(), "" if letter == " " and rng.random() < 0.5 else letter))
        elif letter == " " and rng.random() < 0.08:
            letters.append("\n")
        else:
            letters.append(letter)
    return "".join(letters)

"""docs/regler.md, made from the tables and examples that the loader and the tests use."""

# ruff: noqa: E501 (tables and paragraphs as the reader sees them)

from __future__ import annotations

from rules.codes import CODES
from rules.docs_examples import LAYER_EXAMPLE, LAYERS, TOPICS, VALUE_EXAMPLES
from rules.docs_more import MORE_TOPICS
from rules.docs_topic import Topic
from rules.format import (
    DISMISSAL_WORDS,
    FACTS,
    FINDING_EXAMPLES,
    FINDING_HELP,
    OPEN_PREFIXES,
    OPERATORS,
    Subject,
)
from rules.subject_facts import LACKS, SUBJECT_FACTS

_INTRO = """# Slik skriver du regler

<!-- Laget av koden (rules/docs.py). Rett teksten der, ikke her. -->

Reglene bestemmer hva roboten gjør med posten. De står i filer som slutter på `.yaml`, ett emne i hver fil, på norsk. En fil
ser slik ut:

```yaml
språk: 1
regler:
- regel: …
```

Kontroller filene med `postrobot rules lint MAPPE`. Den sier alt som er galt på en gang, med sted, forklaring og forslag, og
prøver alle eksemplene. Filer lagres som UTF-8, og innrykk er mellomrom, ikke tabulator. Verdier med kolon, krøllparenteser
eller `#` settes i anførselstegn. Ja og nei skrives `ja` og `nei`."""

_WINNER = """## Hvem vinner

Av reglene med `så` som treffer:

1. `til_menneske` går foran alt, hvis ikke dens egen prioritet er under 0 (en oppsamlingsregel).
2. Så den høyeste `prioritet`.
3. Så den sterkeste: til_menneske, journalpost, videresend, avvis.
4. Er utfallene like, den første id-en i alfabetet; er de ulike, går posten til et menneske.

## Hva modus gjør

| så | utkast | forslag | auto |
| --- | --- | --- | --- |
| journalpost | bare notert, som om regelen ikke fantes | registrert med status M, i rapporten til noen godkjenner | J når alt Noark krever er på plass, ellers M |
| videresend, avvis | bare notert | lagt til side til noen svarer | gjort |
| til_menneske | bare notert | lagt til side | lagt til side |
| legg_til | bare notert | lagt til, posten høyst M | lagt til |

Uten `modus` er en regel `forslag`; en regel som bare legger til, er `auto`. `auto` på hvem avsenderen er, krever
`avsender.bekreftet: ja` ved siden av, for en avsenderadresse kan forfalskes."""

_TEXTS = """## Tekster med {navn}

I titler og andre tekster fylles `{…}` ut med navn fra regelens egen `hent`, opplysninger med én verdi (`{avsender.orgnr}`,
`{skjema.barnehage}`), og `{år}`, `{måned}` og `{dato}` fra da posten kom. `{emne}` er aldri tom: uten emnefelt brukes
filnavnet, ellers «Uten emne». Mangler en annen verdi, går posten til et menneske. En vanlig krøllparentes skrives `{{`."""

_EXAMPLES = """## Eksempler

Hver regel bør ha minst ett eksempel den treffer, og ett den ikke treffer. Det en ikke nevner, finnes ikke på posten; det som
ikke kunne leses, skrives `{ukjent: ja}`, og en delvis lest tekst `{ukjent: ja, lest: "det som er lest"}`. `dato.mottatt` er
15. juni 2026 om ikke annet er sagt. `vedlegg` er en liste av `{navn, type, tekst}`. `fil` er en prøvefil ved siden av regelen.
`gir` sier hva regelen skal gi: sak, tittel, offentlig_tittel, type, tilgang (åpen, skjermet, midlertidig), skjerming (koden),
enhet, forfall, avskriv, utfall (journalpost, videresend, avvis, duplikat, til_menneske, legg_til); for det som ikke er post,
også alvor, tekst, hjemmel og frist. Et eksempel under
`treffer_ikke` skal skille seg fra et treff i én ting: den det viser. `burde_truffet` er kjente hull: de blir nevnt, og feiler ikke."""

_UNITS = """## Enhetsregisteret

`enheter.csv` ved siden av reglene har kolonnene `orgnr,kode,navn,arkivdel,klasse,saksansvarlig` (og gjerne `epost`).
`saksansvarlig` kan være `ufordelt`. Det siste laget som har filen, bestemmer."""


def render() -> str:
    """The whole page."""
    parts = [_INTRO, _topic(TOPICS[0]), _topic(TOPICS[1]), _facts(), _operators(), _topic(TOPICS[2]), _types(), _TEXTS]
    parts += [_topic(topic) for topic in TOPICS[3:]]
    parts += [
        _WINNER,
        _EXAMPLES,
        _UNITS,
        *(_topic(topic) for topic in MORE_TOPICS),
        _subjects(),
        _layers(),
        _dismissals(),
        _codes(),
    ]
    return "\n\n".join(parts) + "\n"


def _topic(topic: Topic) -> str:
    return f"## {topic.heading}\n\n{topic.text}\n\n```yaml\n{topic.rules}```"


def _facts() -> str:
    rows = [(f"`{name}`", fact.help, fact.example, fact.hit) for name, fact in FACTS.items()]
    rows += [(f"`{name}.<navn>`", fact.help, fact.example, fact.hit) for name, fact in OPEN_PREFIXES.items()]
    rows += [("`funn`", FINDING_HELP, example, hit) for example, hit in FINDING_EXAMPLES]
    lines = ["| opplysning | hva det er | hvis | treffer |", "| --- | --- | --- | --- |"]
    lines += [f"| {name} | {text} | {_code(example)} | {_code(hit)} |" for name, text, example, hit in rows]
    return "## hvis: opplysningene\n\n" + "\n".join(lines)


def _subjects() -> str:
    """The facts of what is no post."""
    parts: list[str] = []
    for subject in (Subject.JOURNALPOST, Subject.SAK, Subject.PUBLISERT):
        lines = ["| opplysning | hva det er | hvis | treffer |", "| --- | --- | --- | --- |"]
        lines += [
            f"| `{name}` | {_cell(fact.help)} | {_code(fact.example)} | {_code(fact.hit)} |"
            for name, fact in SUBJECT_FACTS[subject].items()
        ]
        parts.append(f"### Opplysningene om en {subject}\n\n" + "\n".join(lines))
    parts[0] += "\n\n`funn` kan brukes om alt, på samme måte som for post."
    codes = "\n".join(
        f"- `{code}` ({subject}): {text}" for subject, listed in LACKS.items() for code, text in listed.items()
    )
    return "\n\n".join(parts) + f"\n\n### mangler\n\n{codes}"


def _operators() -> str:
    lines = ["| ord | betyr | hvis | treffer |", "| --- | --- | --- | --- |"]
    lines += [f"| `{word}` | {op.help} | {_code(op.example)} | {_code(op.hit)} |" for word, op in OPERATORS.items()]
    note = "Vilkår på `vedlegg` ved siden av hverandre må holde på det *samme* vedlegget."
    return "## hvis: ordene\n\n" + "\n".join(lines) + f"\n\n{note}"


def _types() -> str:
    lines = ["| type | hva det er | i teksten | gir |", "| --- | --- | --- | --- |"]
    lines += [f"| `{name}` | {text} | {seen} | `{got}` |" for name, (text, seen, got) in VALUE_EXAMPLES.items()]
    return "### Typene\n\n" + "\n".join(lines)


def _layers() -> str:
    return f"## Lag\n\n{LAYERS}\n\n```yaml\n{LAYER_EXAMPLE}```"


def _dismissals() -> str:
    return "## Grunner til å avvise\n\n" + ", ".join(f"`{word}`" for word in DISMISSAL_WORDS) + "."


def _codes() -> str:
    lines = ["| kode | hva | hvorfor, og hva du gjør | gir meldingen |", "| --- | --- | --- | --- |"]
    for code, told in CODES.items():
        lines.append(f"| {code} | {told.title} | {_cell(told.why)} | {_code(told.example)} |")
    return "## Meldingene\n\nSlå opp en kode med `postrobot explain R101`.\n\n" + "\n".join(lines)


def _code(text: str) -> str:
    """Text in code marks, safe in a table cell."""
    return f"`{_cell(text)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _write() -> None:
    """``python -m rules.docs`` writes the page; a test holds it to the code."""
    from pathlib import Path

    page = Path(__file__).resolve().parent.parent / "docs" / "regler.md"
    page.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    _write()

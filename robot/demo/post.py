"""Some sixty pieces of realistic post for the invented municipality of Solvik, made by code; the same each time by seed."""

# ruff: noqa: E501 (letters are written as they are read)

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from robot.demo import paper
from robot.demo.altinn import InAltinn, in_altinn
from robot.demo.letters import KAFE_ORGNR, Morning, Piece
from robot.demo.svarut import OUR_LETTER, STOREVIK, Forsendelse, letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is expected of one piece; ``channel`` is ``epost``, ``mappe``, ``svarinn`` or ``altinn`` (whose ``name`` is the source's label).
    The other fields are those of ``Piece``."""

    name: str
    channel: str
    outcome: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPost:
    """The demonstration's post.

    ``mails`` are (name, bytes) to be delivered to a mailbox (or laid in a folder as ``.eml``); ``files`` lie in the folder
    already; ``letters`` wait in SvarInn, ``altinn`` in Altinn; ``cases`` are JSON lines for ``archive import``: the cases that some of the post belongs to.
    """

    mails: tuple[tuple[str, bytes], ...]
    files: tuple[Path, ...]
    letters: tuple[Forsendelse, ...]
    altinn: tuple[InAltinn, ...]
    expected: tuple[Expected, ...]
    cases: tuple[str, ...]


def make_post(into_folder: Path, *, seed: int, today: date, now: datetime | None = None) -> DemoPost:
    """Writes what the scanner delivers to ``into_folder`` (with sub-folders) and returns the mails and the manifest.

    ``now``: SvarInn's letters came in the hour before, so that no queue looks stalled; else in the day's morning.
    """
    mails = tuple(Morning(seed=seed, today=today).pieces())
    scanned = tuple(_scanner(seed=seed, year=today.year))
    files = []
    for piece in scanned:
        path = into_folder / piece.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(piece.content)
        files.append(path)
    sent = tuple(letters(seed=seed, today=today, now=now))
    expected = [_expected(piece, "epost") for piece in mails] + [_expected(piece, "mappe") for piece in scanned]
    expected += [
        Expected(name=each.sent.id, channel="svarinn", outcome=each.outcome, rule=each.rule, why=each.why)
        for each in sent
    ]
    altinn = tuple(in_altinn(seed=seed, today=today))
    expected += [
        Expected(name=each.name, channel="altinn", outcome=each.outcome, rule=each.rule, why=each.why)
        for each in altinn
    ]
    return DemoPost(
        mails=tuple((piece.name, piece.content) for piece in mails),
        files=tuple(files),
        letters=sent,
        altinn=altinn,
        expected=tuple(expected),
        cases=tuple(_cases(today)),
    )


def _expected(piece: Piece, channel: str) -> Expected:
    return Expected(name=piece.name, channel=channel, outcome=piece.outcome, rule=piece.rule, why=piece.why)


def _cases(today: date) -> Iterator[str]:
    """Cases that exist beforehand: one we wrote to Berit Myhre in, an open building case, and one we wrote to Storevik in."""
    for case in (
        {
            "saksnummer": f"{today.year}/118",
            "tittel": "Søknad om støtte – Berit Myhre",
            "offentlig_tittel": "Søknad om støtte",
            "arkivdel": "SAK",
            "klasse": "F10",
            "enhet": "HELSE",
            "parter": [{"navn": "Berit Myhre", "epostadresse": "berit.myhre@borger.example"}],
            "skjerming": {
                "kode": "KL",
                "hjemmel": "offl. § 13 jf. fvl. § 13 første ledd nr. 1",
                "skjul": ["TMO", "NPS"],
                "ord": ["Berit Myhre"],
            },
        },
        {
            "saksnummer": f"{today.year}/40",
            "tittel": "Byggesak – 12/40",
            "arkivdel": "BYGG",
            "klasse": "L42",
            "enhet": "PLAN",
            "nasjonale_identifikatorer": [{"type": "gnr_bnr", "verdi": "12/40"}],
        },
        {
            "saksnummer": f"{today.year}/63",
            "tittel": "Felles legevakt med Storevik",
            "arkivdel": "SAK",
            "klasse": "F10",
            "enhet": "HELSE",
            "parter": [STOREVIK],
            "ekstern_noekkel": {"system": "SvarUt", "noekkel": OUR_LETTER},
        },
    ):
        yield json.dumps(case, ensure_ascii=False)


def _scanner(*, seed: int, year: int) -> Iterator[Piece]:
    """What the scanner and the counter lay in the folder."""
    barnehage = "# Søknad om barnehageplass\nTil Solvik kommune\nVi søker barnehageplass for sønnen vår fra august.\nFørste ønske er Skogen barnehage.\nMed hilsen\nLiv og Jørn Fjelltun"
    yield _file(
        "skanner/skann0001.pdf",
        paper.scan(barnehage, title="Barnehage", seed=seed),
        "archived",
        "barnehageplass",
        "skannet brev, leses med OCR",
    )
    innsyn = "# Til Solvik kommune\nEg bed om innsyn i alle brev om den nye kaia.\nSvar kan sendast i posten.\nVenleg helsing\nKåre Myrstad"
    yield _file(
        "skanner/skann0002.pdf",
        paper.scan(innsyn, title="Innsyn", seed=seed + 1),
        "archived",
        "innsyn-journalføres",
        "skannet nynorsk, haster",
    )
    klage = f"# Klage\nJeg klager på vedtaket i sak {year}/118.\nBegrunnelsen kommer senere.\nMed hilsen\nBerit Myhre"
    yield _file(
        "skanner/bilde av brev.jpg",
        paper.photo(klage, title="Klage", seed=seed + 2),
        "set_aside",
        "klage",
        "fotografert brev; ingen kjent avsender i saken",
    )
    varsel = "# Nabovarsel\nDette er et nabovarsel etter plan- og bygningsloven.\nEiendom: gnr. 12 bnr. 346\nTiltak: veranda på 18 m2"
    yield _file(
        "skanner/varsel.pdf",
        paper.pdf(varsel, title="Nabovarsel"),
        "archived",
        "nabovarsel",
        "født digitalt, samme samlesak som e-posten",
    )
    tiltak = (
        "# Søknad om tillatelse til tiltak\nEiendom: gnr. 21 bnr. 7\nTiltakshaver: Eli Granmo\nNy enebolig på 160 m2"
    )
    yield _file(
        "skranken/byggesøknad.pdf",
        paper.pdf(tiltak, title="Byggesøknad"),
        "archived",
        "byggesøknad",
        "ny byggesak på eiendommen",
    )
    yield _file(
        "skranken/tt-kort.docx",
        paper.docx("Søknad om TT-kort\nJeg søker om TT-kort fordi jeg ikke kan gå til bussen.\nGuro Haugstad"),
        "archived",
        "tt-kort",
        "Word-dokument i mappen",
    )
    budsjett = [["Søknad om kulturtilskudd", ""], ["Lag", "Solvik historielag"], ["Beløp", "15000"]]
    yield _file(
        "skranken/kulturtilskudd.xlsx",
        paper.xlsx(budsjett, sheet="Søknad"),
        "archived",
        "tilskudd",
        "regneark i mappen",
    )
    yield _file(
        "skranken/skjenking.pdf",
        paper.pdf(
            f"# Søknad om skjenkebevilling\nKafé Brygga, org.nr. {KAFE_ORGNR}\nGjelder uteserveringen",
            title="Skjenking",
        ),
        "archived",
        "skjenkebevilling",
        "samme søker som i e-posten",
    )
    yield _file(
        "skranken/takkekort.txt",
        b"Tusen takk for hjelpen med hagen!\nHilsen Dag\n",
        "set_aside",
        "",
        "ingen regel passer",
    )
    whole = paper.pdf("# Brev\nDette brevet ble aldri ferdig sendt.", title="Avkortet")
    yield _file(
        "skanner/avkortet.pdf",
        whole[: len(whole) // 3],
        "set_aside",
        "",
        "skadet fil: et menneske, og originalen urørt",
    )


def _file(name: str, content: bytes, outcome: str, rule: str, why: str) -> Piece:
    return Piece(name=name, content=content, outcome=outcome, rule=rule, why=why)

"""Megabytes a second through the detectors on one core, beside Presidio with pattern recognisers on the same text.

Presidio stands in an environment of its own (``presidio.lock`` beside this file, with hashes), made the first time under
``build/``; it is no part of the program. The text is letters of everyday sentences in which one line of fifty is one of the
labelled ones; both sides get the same documents of four thousand characters, without names and without a language model.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.detektorer import lines
from bench.figure import Figure
from bench.made_numbers import fill
from rules.detectors.full import detect
from rules.detectors.wordlist import terms

_HERE = Path(__file__).parent
_EVERYDAY = (
    "Vi viser til søknaden om tillatelse til tiltak på eiendommen, og ber om nærmere opplysninger innen fristen.",
    "Kommunen vil deretter behandle saken, og vedtaket sendes til partene når det er fattet.",
    "Kommunestyret vedtok i møte at arbeidet med planen skulle fortsette, og at det legges fram en ny sak.",
    "Det er gjennomført befaring på stedet sammen med tiltakshaver og ansvarlig søker.",
    "Utvalet tek saka til vitende og ber om at ho blir lagd fram på nytt når fråsegnene er komne inn.",
    "Av hensyn til trafikksikkerheten må arbeidet utføres utenom rushtiden, og varsles i god tid.",
    "Saka blei send på høyring 12. mars 2025, og det kom inn 14 merknader til planen.",
)


def measure(folder: Path, megabytes: int) -> Iterator[Figure]:
    """The figure; Presidio gets a twentieth of the text, it is that slow."""
    documents = _documents(megabytes * 1_000_000)
    detect(documents[0], names=nobody)
    ours = min(_seconds(documents) for _ in range(3))
    size = sum(len(text.encode()) for text in documents) / 1e6
    part = documents[: max(1, len(documents) // 20)]
    theirs = json.loads(_presidio(part))
    reference = sum(len(text.encode()) for text in part) / 1e6 / theirs["seconds"]
    yield Figure(
        name="detektorer mot Presidio med mønstre, én kjerne",
        value=size / ours,
        unit="MB/s",
        reference=reference,
        limit=50,
        of_ratio=True,
        at_least=True,
        note=f"samme tekst, uten navn; Presidio på {len(part)} av {len(documents)} dokumenter",
    )


def nobody(texts: object) -> list[list[tuple[int, int]]]:
    """No names: what is measured is the text alone."""
    return [[] for _ in texts]  # type: ignore[attr-defined]


def _seconds(documents: list[str]) -> float:
    begun = time.process_time()
    for text in documents:
        detect(text, names=nobody)
    return time.process_time() - begun


def _documents(characters: int) -> list[str]:
    rng = random.Random(20260615)
    labelled = [line.text for line in lines("utvikling.tsv")]
    written: list[str] = []
    size = 0
    while size < characters:
        line = fill(rng.choice(labelled), rng) if rng.random() < 0.02 else rng.choice(_EVERYDAY)
        written.append(line)
        size += len(line) + 1
    whole = "\n".join(written)
    return [whole[at : at + 4_000] for at in range(0, len(whole), 4_000)]


def _presidio(documents: list[str]) -> bytes:
    words: dict[str, list[str]] = {}
    for literal, several in terms().items():
        if "\n" not in literal:
            words.setdefault(several[0].row.label.value, []).append(literal)
    given = json.dumps({"words": words, "documents": documents}).encode()
    done = subprocess.run([_environment(), _HERE / "bare_presidio.py"], input=given, stdout=subprocess.PIPE, check=True)
    return done.stdout.splitlines()[-1]


def _environment() -> Path:
    """Python of Presidio's environment, made from the lock when it is not there."""
    where = _HERE.parent / "build" / "presidio"
    python = where / "bin" / "python"
    if not (where / ".ready").exists():
        subprocess.run([sys.executable, "-m", "venv", where], check=True)
        install = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*install, "-r", _HERE / "presidio.lock"], check=True)
        (where / ".ready").touch()
    return python

"""``python -m bench``: measures, prints the table, writes ``bench/results.json``. Exit 1 when a limit is missed."""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import structlog

from bench import altinn, detectors, house, intake, memory, omsorg, plan, reading, rules, scans, sprak, start, svarinn
from bench.figure import Figure

RESULTS = Path(__file__).parent / "results.json"

Part = Callable[[Path, argparse.Namespace], Iterator[Figure]]
PARTS: dict[str, Part] = {
    "inntak": lambda folder, given: intake.measure(folder, given.poster),
    "ocr": lambda folder, given: scans.measure(folder, given.sider),
    "minne": lambda folder, given: memory.measure(folder, given.ventende),
    "svarinn": lambda folder, given: svarinn.measure(folder, given.forsendelser),
    "start": lambda folder, given: start.measure(folder),
    "lesing": lambda folder, given: reading.measure(folder),
    "regler": lambda folder, given: rules.measure(folder, given.poster),
    "plan": lambda folder, given: plan.measure(folder, given.prøvde),
    "omsorg": lambda folder, given: omsorg.measure(folder, given.saker, given.hver),
    "detektorer": lambda folder, given: detectors.measure(folder, given.megabyte),
    "språk": lambda folder, given: sprak.measure(folder, given.tekster),
    "altinn": lambda folder, given: altinn.measure(folder, given.brev),
}


def main(arguments: Sequence[str]) -> int:
    """Measures what is asked for, or all."""
    given = _parser().parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    where = Path(given.mappe or Path(__file__).resolve().parents[1] / "build")
    where.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=where))
    # Dovecot and the sandbox's children must reach in, whoever they run as.
    folder.chmod(0o755)
    kind = house.kind_of_disk(folder)
    if kind in ("tmpfs", "ramfs"):
        print(f"Mappen {where} ligger i minnet ({kind}); varighet kan ikke måles der. Velg en annen med --mappe.")
        return 2
    print(f"Måler på {kind}, {os.cpu_count()} kjerner.", file=sys.stderr)
    figures: list[Figure] = []
    try:
        for name in given.deler or PARTS:
            print(f"… {name}", file=sys.stderr)
            place = folder / name
            place.mkdir()
            figures += PARTS[name](place, given)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table(figures))
    RESULTS.write_text(json.dumps([f.as_json() for f in figures], ensure_ascii=False, indent=1) + "\n", "utf-8")
    return int(any(figure.ok is False for figure in figures))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Måler fart og minne mot rene deler.")
    parser.add_argument("deler", nargs="*", choices=[[], *PARTS], metavar="DEL", help=", ".join(PARTS))
    parser.add_argument("--mappe", help="hvor det måles; må være en virkelig disk")
    parser.add_argument("--poster", type=int, default=200, help="e-poster i hver inntaksmåling")
    parser.add_argument("--sider", type=int, default=12, help="skannede sider")
    parser.add_argument("--prøvde", type=int, default=10_000, help="lagrede poster som en regelendring prøves mot")
    parser.add_argument("--forsendelser", type=int, default=1000, help="forsendelser i SvarInn, med feil")
    parser.add_argument("--brev", type=int, default=5000, help="brev i Altinn-målingen")
    parser.add_argument("--saker", type=int, default=50_000, help="saker i omsorgsmålingen, åtte journalposter i hver")
    parser.add_argument("--hver", type=int, default=60, help="hvor mange av hver plantet feil i omsorgsmålingen")
    parser.add_argument("--megabyte", type=int, default=10, help="tekst gjennom detektorene")
    parser.add_argument("--tekster", type=int, default=6000, help="merkede tekster i språkmålingen")
    parser.add_argument("--ventende", type=int, default=10_000, help="poster som venter i minnemålingen")
    return parser


def table(figures: Sequence[Figure]) -> str:
    """One line a figure, with its note below where there is one."""
    width = max((len(figure.name) for figure in figures), default=0)
    lines = [f"{'':{width}}  {'verdi':>10} {'enhet':6} {'mot':>10} {'forhold':>8}  {'krav':>8}"]
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        reference = "" if figure.reference is None else f"{figure.reference:.2f}"
        sign = ("≥ " if figure.at_least else "≤ ") + f"{figure.limit:g}" if figure.limit is not None else ""
        word = {None: "", True: "ok", False: "FOR SVAKT"}[figure.ok]
        cells = f"{figure.value:>10.2f} {figure.unit:6} {reference:>10} {ratio:>8}  {sign:>8}  {word}"
        lines.append(f"{figure.name:{width}}  {cells}".rstrip())
        if figure.note:
            lines.append(f"    {figure.note}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What people see of training and measuring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from robot.language.measure import Figures
from robot.language.pipeline import Pipeline
from robot.language.thresholds import FEWEST_EXAMPLES, NEVER, USUAL_ERROR


def trained_text(pipeline: Pipeline, folder: Path) -> str:
    """What was learnt, how sure it is, and the next step."""
    held: dict[str, Any] = pipeline.card["held_back"]
    few = sum(size < FEWEST_EXAMPLES for size in pipeline.examples)
    usual = f"{USUAL_ERROR:g}"
    acting = sum(limit < NEVER for limit in pipeline.thresholds[usual])
    lines = [f"Lærte {len(pipeline.labels)} klasser av {pipeline.card['rows']} tekster. Lagt i {folder}."]
    if held["n"]:
        part = "den nyeste delen" if held["newest"] else "rader holdt tilbake"
        low, high = held["accuracy_interval"]
        lines.append(
            f"På {part} ({held['n']} tekster): {percent(held['accuracy'])} rett ({percent(low)}–{percent(high)}), "
            f"kalibreringsfeil {number(held['ece'], 3)}."
        )
        low, high = held["error_interval"][usual]
        lines.append(
            f"Svarer selv på {percent(held['coverage_at_error'][usual])} når høyst 1 % av svarene skal være feil; "
            f"{percent(held['error_at'][usual])} var feil ({percent(low)}–{percent(high)})."
        )
    lines.append(f"Klasser som er sikre nok til å svare: {acting} av {len(pipeline.labels)}.")
    if few:
        lines.append(f"Klasser med færre enn {FEWEST_EXAMPLES} eksempler: {few}. De foreslås, men svarer ikke selv.")
    lines.append(f"Kjennemerke: {pipeline.hash[:16]}. Mål den: postrobot language measure --pipeline {folder} --on FIL")
    return "\n".join(lines)


def measured_text(figures: Figures) -> str:
    """The figures, then a line a class."""
    low, high = figures.accuracy_interval
    lines = [
        f"Tekster:            {figures.n}",
        f"Rett klasse:        {percent(figures.accuracy)} ({percent(low)}–{percent(high)})",
        f"Makro-F1:           {number(figures.macro_f1, 3)}",
        f"Kalibreringsfeil:   {number(figures.ece, 3)}",
    ]
    for error, share in figures.coverage_at_error.items():
        lines.append(
            f"Svarer ved {percent(float(error), 0):>4} feil: {percent(share)}, og {percent(figures.error_at[error])} av dem "
            "var feil"
        )
    lines.append(f"Ny slags post:      {percent(figures.strange)}")
    lines.append(f"Fart:               {figures.posts_per_s:.0f} tekster i sekundet")
    width = max(6, *(len(label) for label in figures.classes))
    lines += ["", f"{'Klasse':{width}} {'antall':>7} {'treffer':>8} {'finner':>8} {'F1':>6}"]
    for label, own in figures.classes.items():
        cells = f"{own.n:>7} {percent(own.precision):>8} {percent(own.recall):>8} {number(own.f1, 2):>6}"
        lines.append(f"{label:{width}} {cells}")
    return "\n".join(lines)


def percent(share: float, decimals: int = 1) -> str:
    """0.123 → «12,3 %»."""
    return f"{number(100 * share, decimals)} %"


def number(value: float, decimals: int) -> str:
    """With a decimal comma."""
    return f"{value:.{decimals}f}".replace(".", ",")

"""How good the language pipelines are on municipal post made up (``bench/sprak_poster.py``), beside scikit-learn's TF-IDF and
logistic regression on the same split; how fast, and what training takes.

The oldest four fifths teach and the newest fifth is asked; labels are wrong in the share told, in what teaches and what asks.
The reference's threshold is fixed as ours are: on the newest fifth of what teaches.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figure import Figure
from bench.sprak_poster import Made, Mix, few_each, make

_LEAST_PER_S, _MOST_TRAINING_S, _MOST_MB, _MOST_ECE = 500.0, 300.0, 1000.0, 0.03


@dataclass(frozen=True, slots=True)
class Said:
    """What was measured of one method."""

    accuracy: float
    macro_f1: float
    ece: float
    coverage: float
    error: float


def measure(folder: Path, count: int) -> Iterator[Figure]:
    """The figures. ``count`` posts for the comparison; training is timed on 20,000."""
    clean = make(count, seed=20260615, mix=Mix(wrong_label=0.0))
    for each in (5, 20, 100, None):
        teach, ask = _split(clean)
        chosen = few_each(teach, each, seed=1) if each else teach
        yield from _compared(chosen, ask, f"{each} av hver" if each else f"alle {len(chosen)}", folder, whole=not each)
    for wrong in (0.005, 0.02):
        teach, ask = _split(make(count, seed=20260616, mix=Mix(wrong_label=wrong)))
        yield from _compared(teach, ask, f"{100 * wrong:g} % gale etiketter", folder, whole=True)
    yield from _large(folder)


def _split(made: list[Made]) -> tuple[list[Made], list[Made]]:
    at = len(made) * 4 // 5
    return made[:at], made[at:]


def _compared(teach: Sequence[Made], ask: Sequence[Made], name: str, folder: Path, *, whole: bool) -> Iterator[Figure]:
    ours, theirs = _ours(teach, ask), _reference(teach, ask)
    note = f"makro-F1 {ours.macro_f1:.3f} mot {theirs.macro_f1:.3f}"
    yield Figure(
        name=f"{name}: treff", value=100 * ours.accuracy, unit="%", reference=100 * theirs.accuracy, limit=1.0,
        of_ratio=True, at_least=True, note=note,
    )  # fmt: skip
    yield Figure(
        name=f"{name}: kalibreringsfeil", value=ours.ece, unit="", reference=theirs.ece,
        limit=_MOST_ECE if whole else None,
    )  # fmt: skip
    yield Figure(
        name=f"{name}: svarer ved 1 % feil", value=100 * ours.coverage, unit="%", reference=100 * theirs.coverage or None,
        note=f"feil av det besvarte {100 * ours.error:.1f} % mot {100 * theirs.error:.1f} %",
    )  # fmt: skip


def _ours(teach: Sequence[Made], ask: Sequence[Made]) -> Said:
    from robot.language.measure import measure as figures_of
    from robot.language.train import train

    figures = figures_of(train(_rows(teach)), _rows(ask))
    return Said(
        figures.accuracy, figures.macro_f1, figures.ece, figures.coverage_at_error["0.01"], figures.error_at["0.01"]
    )


def _reference(teach: Sequence[Made], ask: Sequence[Made]) -> Said:
    import numpy as np
    from sklearn.metrics import f1_score

    from robot.language.calibration import expected_error

    at = len(teach) * 4 // 5
    told, right, _ = _plain(teach[:at], teach[at:])
    limit = _lowest(told, right)
    told, right, said = _plain(teach, ask)
    acts = told >= limit
    labels = [made.label for made in ask]
    error = float((~right[acts]).mean()) if acts.any() else 0.0
    return Said(
        float(right.mean()), float(f1_score(labels, said, average="macro", zero_division=0)),
        expected_error(told, right), float(np.mean(acts)), error,
    )  # fmt: skip


def _plain(teach: Sequence[Made], ask: Sequence[Made]) -> tuple[Any, Any, Any]:
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    machine = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=300)
    )
    machine.fit([made.text for made in teach], [made.label for made in teach])
    shares = machine.predict_proba([made.text for made in ask])
    said = machine.classes_[shares.argmax(axis=1)]
    return shares.max(axis=1), said == np.array([made.label for made in ask]), said


def _lowest(told: Any, right: Any, error: float = 0.01) -> float:
    import numpy as np

    order = np.argsort(-told)
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    kept = np.flatnonzero(wrong <= error)
    return float(told[order][kept[-1]]) if len(kept) else 2.0


def _large(folder: Path) -> Iterator[Figure]:
    """Training on 20,000 in a process of its own, then asking it 5,000, on one core."""
    for name, part in zip(("teach", "ask"), _split(make(25_000, seed=3)), strict=True):
        lines = (json.dumps({"text": m.text, "label": m.label, "time": m.day.isoformat()}) for m in part)
        (folder / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
    begun = time.perf_counter()
    code = (
        "import resource, sys; from robot.cli import main; code = main(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); sys.exit(code)"
    )
    arguments = ["language", "train", "--from", str(folder / "teach.jsonl"), "--to", str(folder / "p")]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - begun
    yield Figure(name="trene på 20 000", value=seconds, unit="s", limit=_MOST_TRAINING_S)
    peak = int(done.stderr.split()[-1]) / 1000
    yield Figure(name="minne til det", value=peak, unit="MB", limit=_MOST_MB)
    from robot.language.measure import measure as figures_of
    from robot.language.pipeline import load
    from robot.language.rows import read_rows

    figures = figures_of(load(folder / "p"), read_rows(folder / "ask.jsonl")[0])
    yield Figure(name="svare, én kjerne", value=figures.posts_per_s, unit="post/s", limit=_LEAST_PER_S, at_least=True)
    yield Figure(name="20 000: treff", value=100 * figures.accuracy, unit="%", note="2 % av etikettene er gale")
    yield Figure(name="20 000: kalibreringsfeil", value=figures.ece, unit="", limit=_MOST_ECE)


def _rows(made: Sequence[Made]) -> list[Any]:
    from robot.language.rows import Row

    return [Row(text=m.text, label=m.label, time=float(m.day.toordinal() * 86_400)) for m in made]

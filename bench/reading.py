"""A letter through the sandbox and in process, and what judging it costs. For information."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import house, letters
from bench.figure import Figure

_TIMES = 40


def measure(folder: Path) -> Iterator[Figure]:
    """Medians, one at a time."""
    from robot.build import offices

    template = letters.letter(1)
    mail = letters.mail(1, template, subject="Nabovarsel, gnr. 12 bnr. 345")
    path = folder / "brev.eml"
    path.write_bytes(mail)
    config = house.make(folder / "hus", None, user="")
    with offices(house.settings(config), now=house.now) as opened:
        (office,) = opened
        reading, sandboxed = _in_sandbox(office.room, path, folder)
        in_process = _in_process(path, folder)
        yield Figure(
            name="Lesing: e-post med brev på to sider",
            value=1000 * sandboxed,
            unit="ms",
            reference=1000 * in_process,
            note="i sandkassen mot i samme prosess, én om gangen",
        )
        yield _judging(office, reading, len(mail))


def _median(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(_TIMES):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _in_sandbox(room: Any, path: Path, folder: Path) -> tuple[Any, float]:
    from robot.reading.dispatch import InputDocument

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    documents = [InputDocument(path=path, name="brev.eml", media_type="message/rfc822", sha256=digest)]
    into = folder / "lest"
    kept = []

    def work() -> None:
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir()
        kept.append(room.read_text(documents, into))

    seconds = _median(work)
    return kept[-1].post, seconds


def _in_process(path: Path, folder: Path) -> float:
    from robot.reading.child import Bench
    from robot.reading.contract import Limits
    from robot.reading.tasks import DEFAULT_TOOLS, read

    place = folder / "her"
    arguments = {
        "documents": [{"ref": "0", "name": "brev.eml", "media_type": "message/rfc822"}],
        "limits": asdict(Limits()),
        "tools": dict(DEFAULT_TOOLS),
        "skip": {},
        "depth": 0,
    }

    def work() -> None:
        shutil.rmtree(place, ignore_errors=True)
        (place / "parts").mkdir(parents=True)
        (place / "tmp").mkdir()
        read(Bench(documents=(path,), folder=place, arguments=arguments, progress=lambda word: None))

    # Readers look for their files below the working folder, as a child stands in its own.
    with contextlib.chdir(place.parent):
        return _median(work)


def _judging(office: Any, read: Any, size_bytes: int) -> Figure:
    from models.post import Envelope
    from robot.facts import gather
    from rules.engine import evaluate

    ruleset, org = office.rules.current, office.org

    def facts() -> Any:
        return gather(
            envelope=Envelope(received_at=house.now()),
            channel="epost",
            inbox="epost",
            source_label="1/1",
            read=read,
            org=org,
            needs=ruleset.needs | {"findings"},
            duplicate=None,
            answers_to=None,
        )

    known = facts()
    gathering = _median(facts)
    judging = _median(lambda: evaluate(ruleset, known, org))
    return Figure(
        name="Regler: en vurdering",
        value=1e6 * judging,
        unit="µs",
        note=f"{len(ruleset.rules)} regler; fakta og funn {1e6 * gathering:.0f} µs ({size_bytes // 1024} kB)",
    )

"""What daemon and zygote weigh with many posts waiting, and with few."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

from bench import house, service
from bench.figure import Figure

LIMIT_MIB = 400.0
FLAT = 1.05
FEW = 1000
_WATCH_S = 20.0
_LATER_S = 30 * 24 * 3600.0


def measure(folder: Path, many: int) -> Iterator[Figure]:
    """The highest of samples over a while after the start, when every job that looks at the posts has run once."""
    few_peak, few_last = _weigh(folder / "få", FEW)
    peak, last = _weigh(folder / "mange", many)
    note = f"PSS av tjeneste og zygot, lesernes barn for seg; høyest i {_WATCH_S:.0f} s etter start, da alle jobber går én gang"
    yield Figure(name=f"Minne, {many} poster venter: høyest", value=peak, unit="MiB", limit=LIMIT_MIB, note=note)
    yield Figure(
        name=f"Minne, {many} mot {FEW} som venter",
        value=last,
        unit="MiB",
        reference=few_last,
        limit=FLAT,
        of_ratio=True,
        note=f"i ro; høyest: {peak:.0f} mot {few_peak:.0f} MiB",
    )


def _weigh(folder: Path, posts: int) -> tuple[float, float]:
    folder.mkdir()
    config = house.make(folder / "hus", None, user="")
    _fill(config, posts)
    samples = []
    with service.running(config, folder / "logg") as daemon:
        end = time.monotonic() + _WATCH_S
        while time.monotonic() < end:
            samples.append(daemon.pss_mib())
            time.sleep(0.25)
    return max(samples), samples[-1]


def _fill(config: Path, posts: int) -> None:
    """Posts that wait: stored as the robot stores them, to be tried again in a month."""
    from models.keys import post_key
    from models.post import Envelope, Fetched, SpooledDocument
    from robot.build import store

    settings = house.settings(config)
    opened = store(settings, house.NAME, now=house.now)
    zone = settings.zone(house.NAME)
    try:
        for first in range(0, posts, 500):
            with opened.write() as tx:
                for number in range(first, min(first + 500, posts)):
                    content = f"Emne: brev {number}\n\nDette brevet venter.\n".encode()
                    digest = hashlib.sha256(content).hexdigest()
                    place = opened.blobs.path(digest)
                    place.write_bytes(content)
                    document = SpooledDocument(
                        path=place, sha256=digest, size_bytes=len(content), name="brev.txt", media_type="text/plain"
                    )
                    fetched = Fetched(
                        source_key=f"nøkkel-{number}",
                        label=f"brev-{number}.txt",
                        locator={"path": f"brev-{number}.txt"},
                        envelope=Envelope(received_at=house.now(), subject=f"Brev nummer {number}"),
                        documents=(document,),
                    )
                    key = post_key(organisation=opened.orgnr, source="inn", source_key=fetched.source_key)
                    seq, _ = tx.insert_post(
                        fetched,
                        offer_key=fetched.source_key,
                        source="inn",
                        channel="mappe",
                        key=key,
                        zone=zone,
                        at=fetched.locator,
                    )
                    tx.set_columns(seq, next_try_at=tx.now + _LATER_S)
    finally:
        opened.close()

"""Robots killed at random moments, alone or two at a time, until a heap of post is done; and what is counted afterwards."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.crash_harness import Place
from tests.support.crash_parent import Stable
from tests.support.crash_robot import Job
from tests.support.crash_stages import WITH_ATTACHMENT
from tests.support.house import mail


def heap(number: int, seed: int) -> list[bytes]:
    """Post of all kinds for forty cases: letters, some with attachments, invoices to forward, a few mails that come twice."""
    dice = random.Random(seed)
    found: list[bytes] = []
    for n in range(number):
        message_id = f"<{seed}-{n}@avsender.example>"
        kind = dice.random()
        if kind < 0.02 and found:
            found.append(found[-1])
        elif kind < 0.10:
            found.append(mail("faktura", message_id=message_id, text=f"Faktura nr. {n}."))
        elif kind < 0.15:
            found.append(WITH_ATTACHMENT.replace(b"<2@avsender.example>", message_id.encode()))
        else:
            found.append(mail(f"Sak {n % 40}", message_id=message_id, text=f"Vi skriver for {n}. gang."))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """What came of one: ``result`` is that of the last process, which nobody killed."""

    posts: int
    kills: int
    seconds: float
    done: int
    blocked: int
    wrong: dict[str, object]


def storm(place: Place, stables: Sequence[Stable], *, seed: int, posts: int, at_once: int, kill_for_s: float) -> Storm:
    """Kills each of ``at_once`` robots again and again after 0.5–4 s, until all is done or ``kill_for_s`` has passed."""
    started = time.monotonic()
    t0 = time.time()
    kills: list[int] = []
    faults: list[BaseException] = []

    def one(stable: Stable, dice: random.Random) -> None:
        try:
            while True:
                tired = time.monotonic() - started > kill_for_s
                job = Job(
                    folder=str(place.folder),
                    rush=True,
                    t0=t0,
                    check=False,
                    die_after_s=None if tired else dice.uniform(0.5, 4.0),
                    alone=at_once == 1,
                )
                ended = stable.run(job)
                if not ended.killed:
                    return
                kills.append(1)
        except BaseException as fault:
            faults.append(fault)

    threads = [
        threading.Thread(target=one, args=(stable, random.Random(seed + number)))
        for number, stable in enumerate(stables[:at_once])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    last = stables[0].run(Job(folder=str(place.folder), rush=True, t0=t0, alone=at_once == 1))
    assert last.result is not None
    states = last.result["states"]
    return Storm(
        posts=posts,
        kills=len(kills),
        seconds=time.monotonic() - started,
        done=states["done"],
        blocked=sum(states.values()) - states["done"],
        wrong={**last.result["broken"], **place.told()},
    )

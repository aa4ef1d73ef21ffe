"""Five thousand letters in Altinn to forty sub-units, while connections break and Altinn says 429 and 5xx: is any lost, is any
journaled twice, and how many requests does each cost? The whole way: found, fetched, journaled, confirmed, marked as read."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figure import Figure

if TYPE_CHECKING:
    from connectors.testing.servers.altinn import AltinnServer
    from robot.office import Office

SEED = 5
OWN = "315000106"
RESOURCES = 4
LATE, NO_DIALOG = 50, 100
"""One in so many is published hours after it was asked for; one in so many never gets a dialog."""

MOST_ROUNDS = 40

_RULES = """\
språk: 1
regler:
  - regel: maaling-altinn
    navn: Målingens sak for hver enhet
    prioritet: 96
    modus: auto
    eier: arkiv@solvik.example
    hvis: {kanal: altinn}
    så:
      sak: {samlesak: "Måling {mottaker.orgnr}", ny: {enhet: ARKIV, tilgang: åpen}}
      journalpost: {type: I, tittel: "{emne}", tilgang: åpen}
      fordel_til: ARKIV
    eksempler:
      treffer: [{kanal: altinn, emne: Brev, mottaker.orgnr: "315000106"}]
      treffer_ikke: [{kanal: epost, emne: Brev, mottaker.orgnr: "315000106"}]
"""


class _Clock:
    """The machine's clock, moved on between rounds so that nothing is waited out."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def measure(folder: Path, letters: int, units: int = 40) -> Iterator[Figure]:
    """One installation against the platform on loopback."""
    from connectors.testing.servers.altinn import AltinnServer
    from robot.build import offices
    from robot.load_config import load_settings

    clock = _Clock()
    with AltinnServer(now=lambda: clock.now().timestamp()) as server:
        config = _installation(folder / "hus", server, clock)
        settings = load_settings(config, environ=dict(os.environ))
        _send(server, letters, units, clock)
        _break(server)
        started = time.monotonic()
        with offices(settings, now=clock.now) as opened:
            (office,) = opened
            _wait_for_nothing(office)
            rounds = _work(office, server, letters, clock)
            yield from _figures(office, server, letters, rounds, time.monotonic() - started)


def _installation(folder: Path, server: AltinnServer, clock: _Clock) -> Path:
    from connectors.testing.altinn_client import as_toml, register, write_key
    from robot.init import init

    made = init(folder, example=True, now=clock.now)
    (folder / "regler" / "maaling.yaml").write_text(_RULES, encoding="utf-8")
    register(server, OWN, code="solv")
    write_key(folder / "maskinporten.pem")
    toml = as_toml(server, "solvik", key="maskinporten.pem", code="solv", more="per_sekund = 0\n")
    with made.config.open("a", encoding="utf-8") as file:
        file.write(toml)
    return made.config


def _send(server: AltinnServer, letters: int, units: int, clock: _Clock) -> None:
    """Files: none, one, one and two in turn; two in five ask to be confirmed."""
    from connectors.testing.servers.altinn_letters import SentFile

    server.units = {OWN: ("SOLVIK KOMMUNE", "")}
    orgnrs = [f"3150{number:05d}" for number in range(1, units + 1)]
    server.units |= {orgnr: (f"ENHET {orgnr}", OWN) for orgnr in orgnrs}
    start = clock.now() - timedelta(hours=12)
    for number in range(letters):
        server.clock = start + timedelta(hours=12) * number / letters
        published = server.clock + timedelta(hours=14) if number % LATE == LATE - 1 else server.clock
        server.deliver(
            party=orgnrs[number % units],
            resource=f"tjeneste-{number // units % RESOURCES}",
            title=f"Brev {number}",
            body=f"Dette er brev nummer {number}, med noen ord om ingenting.\n",
            files=[
                SentFile(
                    name=f"{each}.txt",
                    content=f"Vedlegg {each} til brev {number}.\n".encode() * 20,
                    media_type="text/plain",
                )
                for each in range((0, 1, 1, 2)[number % 4])
            ],
            isConfirmationNeeded=number % 5 < 2,
            requested=server.clock,
            published=published,
            dialog=number % NO_DIALOG != NO_DIALOG - 1,
        )
    server.clock = None


def _break(server: AltinnServer) -> None:
    from connectors.testing.servers.faults import Chances

    server.faults.by_chance(
        Chances(seed=SEED, drop=0.02, drop_after=0.01, too_many=0.02, server_error=0.02, truncate=0.01)
    )


def _wait_for_nothing(office: Office) -> None:
    """The pauses between repeats are left out: what is counted is requests."""
    from connectors.http import Hooks

    for desk in office.desks.values():
        for source in (desk.intake, desk.tell):
            platform = getattr(source, "_platform", None)
            if platform is not None:
                platform._http._hooks = Hooks(sleep=lambda _: None, share=lambda: 0.0)


def _work(office: Office, server: AltinnServer, letters: int, clock: _Clock) -> int:
    """Rounds until every letter is read, an hour apart, and every sixth a night. Returns how many."""
    from robot.schedule import find_job, run_guarded
    from robot.work import Work

    for number in range(1, MOST_ROUNDS + 1):
        office.breakers.forget_pauses()
        Work([office], threads=2).run_once()
        read = sum(letter.ever("Read", server.time()) for letter in server.letters.values())
        if read == letters:
            return number
        clock.ahead += timedelta(hours=1)
        if number % 6 == 0:
            run_guarded(find_job("avstemming"), office)
    return MOST_ROUNDS


def _figures(office: Office, server: AltinnServer, letters: int, rounds: int, seconds: float) -> Iterator[Figure]:
    from models.archive import JournalQuery
    from robot.verify import verify

    entries: Counter[str] = Counter()
    after: str | None = None
    while True:
        page = office.archive.journalposter(JournalQuery(our_keys_only=True), after)
        entries.update(entry.our_key for entry in page.entries)
        after = page.next
        if after is None:
            break
    with office.store.read() as reads:
        done = Counter(row["source_id"] for row in reads.rows() if row["state"] == "done")
    lost = sum(id not in done for id in server.letters)
    doubled = sum(n - 1 for n in entries.values()) + sum(n - 1 for n in done.values()) + max(0, len(entries) - letters)
    unread = sum(not letter.ever("Read", server.time()) for letter in server.letters.values())
    twice = sum(
        [status for status, _ in letter.history].count(told) > 1
        for letter in server.letters.values()
        for told in ("Read", "Confirmed")
    )
    broken = [each.name for each in verify(office.store, office.archive) if not each.ok]
    requests = len([each for each in server.requests if each.request.path.startswith(("/corr", "/dialog"))])
    units = len(server.units) - 1
    note = f"{letters} brev til {units} underenheter, {rounds} runder, {server.faults.hit} feil på veien, frø {SEED}"
    yield Figure(name="altinn: tapt", value=float(lost + unread), unit="brev", limit=0.0, note=note)
    yield Figure(name="altinn: doblet", value=float(doubled + twice), unit="brev", limit=0.0)
    yield Figure(
        name="altinn: brudd på løftene", value=float(len(broken)), unit="stk", limit=0.0, note=", ".join(broken)
    )
    kinds = Counter(_kind(each.request.path) for each in server.requests)
    told = ", ".join(f"{kind} {number / letters:.2f}" for kind, number in kinds.most_common())
    yield Figure(name="altinn: kall per brev", value=requests / letters, unit="kall", limit=4.0, note=told)
    yield Figure(
        name="altinn: brev i sekundet",
        value=letters / seconds,
        unit="1/s",
        note="uten fartsgrensen på fem kall i sekundet",
    )


def _kind(path: str) -> str:
    """What a request is, for the note."""
    last = path.rpartition("/")[2]
    if last in ("download", "confirm", "markasread", "dialogs", "serviceresources", "parties", "transmissions"):
        return last
    if last == "correspondence":
        return "liste"
    return "brev" if "/correspondence/" in path else "dialog" if "/dialogs/" in path else "annet"

"""SvarInn: letters through a service that drops, hurries and stumbles; a very large one; and the speed of opening."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import house
from bench.figure import Figure

SEED = 2026
LARGE_BYTES = 500 * 1024 * 1024
LARGE_MIB = 200.0
_BLOCK = 1024 * 1024
_ROUNDS = 400


def measure(folder: Path, letters: int) -> Iterator[Figure]:
    """All three."""
    yield from _lost_and_doubled(folder, letters)
    yield from _large(folder)
    yield from _speed(folder)


class Clock:
    """Time that is moved on by hand, so that back-offs cost none."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


def _lost_and_doubled(folder: Path, letters: int) -> Iterator[Figure]:
    from connectors.testing.certificates import rsa_key, self_signed
    from connectors.testing.servers.faults import Chances
    from connectors.testing.servers.svarinn import Sent, Status, SvarInnServer
    from robot.build import offices
    from robot.demo.svarut import add_source

    config = house.make(folder / "hus", None, user="")
    clock = Clock()
    with SvarInnServer(self_signed("måling", rsa_key("måling"))) as server:
        add_source(config, server, organisation=house.NAME, key="måling")
        sent = []
        for number in range(letters):
            text = f"Brev nummer {number}".encode()
            letter = Sent(
                title=f"Målesak gnr. {number + 1} bnr. 7",
                files=[("brev.txt", "text/plain", text)],
                at=clock.at + timedelta(seconds=number),
            )
            server.send(letter)
            sent.append(letter.id)
        server.faults.by_chance(
            Chances(seed=SEED, drop=0.03, drop_after=0.03, too_many=0.03, server_error=0.05, truncate=0.03)
        )
        started = time.monotonic()
        with offices(house.settings(config), now=clock) as (office,):
            for _ in range(_ROUNDS):
                if not _round(office) and not server.at(Status.WAITING):
                    break
                clock.at += timedelta(minutes=20)
            seconds = time.monotonic() - started
            with office.store.read() as reads:
                rows = Counter(str(row["source_id"]) for row in reads.rows())
                entries = Counter(str(row["journalpost"]) for row in reads.rows() if row["journalpost"])
        lost = [each for each in sent if not rows[each]]
        unread = [each for each in sent if server.held[each].status is not Status.READ]
        doubled = [each for each, times in rows.items() if times > 1] + [e for e, times in entries.items() if times > 1]
        note = f"{server.faults.hit} feil på {len(server.requests)} kall, {seconds:.0f} s, {len(entries)} journalført"
        yield Figure(
            name=f"SvarInn, {letters} forsendelser: tapt", value=len(lost) + len(unread), unit="stk", limit=0, note=note
        )
        yield Figure(name=f"SvarInn, {letters} forsendelser: doblet", value=len(doubled), unit="stk", limit=0)
        calls = len(server.requests) / letters
        yield Figure(
            name="SvarInn, kall for hver forsendelse", value=calls, unit="kall", note="lister og gjentak medregnet"
        )


def _round(office: object) -> int:
    """Collects what can be had now and takes everything as far as it can go; how much there was to do."""
    from models.errors import OutOfReach, TryLater
    from robot.errands import run_errands
    from robot.journey import walk
    from robot.office import Office
    from robot.stages.collect import collect

    assert isinstance(office, Office)
    office.breakers.forget_pauses()
    done = 0
    with suppress(OutOfReach, TryLater):
        for seq in collect(office, office.desks["svarinn"]):
            walk(seq, office)
            done += 1
    with office.store.read() as reads:
        due = reads.due(1000)
    for seq in due:
        walk(seq, office)
    return done + len(due) + run_errands(office)


def _large(folder: Path) -> Iterator[Figure]:
    """A process of its own takes one letter in: what it weighs at most is the figure."""
    program = "from bench.svarinn import take_large; take_large()"
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[1],
    )
    peak_mib, seconds = (float(each) for each in done.stdout.split())
    size = LARGE_BYTES // 2**20
    note = f"henting, dekryptering, utpakking og sjekksum på {seconds:.1f} s"
    yield Figure(name=f"SvarInn, minne for {size} MB", value=peak_mib, unit="MiB", limit=LARGE_MIB, note=note)


def take_large() -> None:
    """For :func:`_large`: prints peak memory of the receiver (MiB) and seconds. The server is a child with memory of its own."""
    from connectors.keys import KeyPair
    from connectors.svarinn import SvarInnSettings, SvarInnSource
    from connectors.testing.certificates import rsa_key
    from models.post import Spool

    folder = Path(sys.argv[1])
    key = rsa_key("stor")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _serve_large(writing)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            address, digest = told.readline().split()
        settings = SvarInnSettings(connection="måling", base_url=address, user="mottak")
        source = SvarInnSource(settings, _password, lambda: [KeyPair(key=key)], memory=folder / "uaapnet.json")
        spool = folder / "spool"
        spool.mkdir()
        started = time.monotonic()
        (offer,) = source.offers(1)
        post = source.download(offer, Spool(spool, limit_bytes=LARGE_BYTES * 2))
        seconds = time.monotonic() - started
        assert post.aside is None, post.aside
        assert [digest] == [document.sha256 for document in post.documents]
        shutil.rmtree(spool)
        peak = _peak_mib()
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    print(peak, seconds)


def _peak_mib() -> float:
    """VmHWM: the most this process has held in memory, since the last exec."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise LookupError("VmHWM")


def _password() -> str:
    from connectors.testing.servers.svarinn import PASSWORD

    return PASSWORD


def _serve_large(told: int) -> None:
    """The server's side: the letter is made while it is sent."""
    import zlib

    from connectors.testing.certificates import rsa_key, self_signed
    from connectors.testing.servers.enveloped import enveloped
    from connectors.testing.servers.svarinn import Sent, SvarInnServer

    block = os.urandom(_BLOCK)
    blocks = LARGE_BYTES // _BLOCK
    digest = hashlib.sha256()
    crc = 0
    for _ in range(blocks):
        digest.update(block)
        crc = zlib.crc32(block, crc)
    name = b"stor.bin"
    local = (
        b"PK\x03\x04" + b"\x14\0" + b"\0\0" + b"\0\0" + b"\0\0\x21\x58" + crc.to_bytes(4, "little")
        + LARGE_BYTES.to_bytes(4, "little") * 2 + len(name).to_bytes(2, "little") + b"\0\0" + name
    )  # fmt: skip
    central = (
        b"PK\x01\x02" + b"\x14\0" + local[4:30] + b"\0" * 14 + name
    )  # fmt: skip
    end = (
        b"PK\x05\x06" + b"\0\0" * 2 + b"\x01\0" * 2 + len(central).to_bytes(4, "little")
        + (len(local) + LARGE_BYTES).to_bytes(4, "little") + b"\0\0"
    )  # fmt: skip

    def plain() -> Iterator[bytes]:
        yield local
        for _ in range(blocks):
            yield block
        yield central + end

    server = SvarInnServer(self_signed("stor", rsa_key("stor"))).start()
    entry = {"filnavn": "stor.bin", "hash": digest.hexdigest(), "storrelse": LARGE_BYTES}
    sent = Sent(title="Stor", files=[("stor.bin", "", b"")], at=datetime.now(UTC), told={"filer": [entry]})
    held = server.send(sent)
    held.body = lambda: enveloped(plain(), [server.certificate])
    os.write(told, f"{server.base_url(2)} {digest.hexdigest()}\n".encode())
    os.close(told)
    while True:
        time.sleep(60)


def _speed(folder: Path) -> Iterator[Figure]:
    """Ours and OpenSSL's, in turn, on the same blobs: MB a second."""
    from connectors.crypto import decrypt
    from connectors.testing.certificates import pem, rsa_key, self_signed
    from connectors.testing.servers.enveloped import DER, SVARINN, Form, enveloped

    if shutil.which("openssl") is None:
        return
    key = rsa_key("fart")
    certificate = self_signed("fart", key)
    (folder / "nokkel.pem").write_bytes(pem(key))
    block = os.urandom(_BLOCK)
    megabytes = 200
    forms = {"som SvarInn sender": SVARINN, "store strenger": Form(string_bytes=8192), "DER": DER}
    for name, form in forms.items():
        blob, out = folder / "blob", folder / "ut"
        with blob.open("wb") as made:
            for piece in enveloped((block for _ in range(megabytes)), [certificate], form):
                made.write(piece)
        ours, theirs = [], []
        for _ in range(3):
            started = time.perf_counter()
            with blob.open("rb") as source, out.open("wb") as target:
                for chunk in decrypt(source, [key]):
                    target.write(chunk)
            ours.append(time.perf_counter() - started)
            started = time.perf_counter()
            command = [
                "openssl",
                "cms",
                "-decrypt",
                "-inform",
                "DER",
                "-in",
                str(blob),
                "-inkey",
                "nokkel.pem",
                "-out",
                "ut",
            ]
            subprocess.run(command, check=True, cwd=folder)
            theirs.append(time.perf_counter() - started)
        yield Figure(
            name=f"Dekryptering, {name}",
            value=megabytes / min(ours),
            unit="MB/s",
            reference=megabytes / min(theirs),
            limit=0.5,
            of_ratio=True,
            at_least=True,
            note="mot openssl cms -decrypt på samme fil, beste av tre i veksel",
        )
        blob.unlink()
        out.unlink()

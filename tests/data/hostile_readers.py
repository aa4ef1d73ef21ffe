"""Readers and tasks that misbehave, each in one way; the tests' zygote loads this file by folder. Only for tests."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from models.reading import MailSummary, PartKind, ReadPage
from models.reasons import ReasonCode
from robot.reading.contract import Collector, PartResult, Unreadable


def sniff(head: bytes, path: Path, *, name: str, declared: str) -> str:
    """The first line is the type."""
    return head.partition(b"\n")[0].decode("ascii", "replace") if head else "application/x-empty"


def safe_name(raw: str, *, media_type: str) -> tuple[str, bool]:
    return raw.replace("/", "_"), "/" in raw


def _text(path, ref, collector):
    return PartResult(pages=(ReadPage(number=1, text=path.read_text("utf-8").partition("\n")[2]),))


def _hang(path, ref, collector):
    while True:
        pass


def _sleep(path, ref, collector):
    time.sleep(3600)


def _eat(path, ref, collector):
    return PartResult(detail=str(len(bytearray(8 << 30))))


def _abort_when_starved(path, ref, collector):
    hoard = []
    try:
        while True:
            hoard.append(bytearray(b"x" * (16 << 20)))
    except MemoryError:
        os.abort()


_hoarded = []


def _hoard(path, ref, collector):
    """Never lets go of what it took, as a library with a cache."""
    _hoarded.append(bytearray(300 << 20))
    return PartResult(detail="300 MB")


def _segfault(path, ref, collector):
    ctypes.string_at(0)
    return PartResult()


def _write_much(path, ref, collector):
    with Path("tmp/much").open("wb") as file:
        for _ in range(10_000):
            file.write(b"\0" * (1 << 20))
    return PartResult()


def _exit(path, ref, collector):
    os._exit(0)


def _raise(path, ref, collector):
    raise KeyboardInterrupt("not an error that a parser gives")


def _stumble(path, ref, collector):
    raise KeyError("xref")


def _long_text(path, ref, collector):
    return PartResult(pages=tuple(ReadPage(number=n, text="å" * 1_000_000) for n in range(1, 40)))


def _container(path, ref, collector: Collector):
    """Blocks parted by lines of ``--``; each is a member."""
    for place, block in enumerate(path.read_bytes().partition(b"\n")[2].split(b"\n--\n")):
        collector.add(ref, PartKind.MEMBER, block, name=f"del {place}", declared_type="")
    return PartResult()


def _mail(path, ref, collector: Collector):
    collector.message(MailSummary(ref=ref, subject="Prøve \ud800 på post"))
    collector.body(ref, "Hei på deg", declared_type="text/plain")
    for place, block in enumerate(path.read_bytes().partition(b"\n")[2].split(b"\n--\n")):
        collector.add(ref, PartKind.ATTACHMENT, block, name=f"vedlegg {place}", declared_type="")
    return PartResult()


def _nest(path, ref, collector: Collector):
    """A member of itself, for ever."""
    collector.add(ref, PartKind.MEMBER, b"x/nest\n", name="inni", declared_type="")
    return PartResult()


def _many(path, ref, collector: Collector):
    while True:
        collector.add(ref, PartKind.INLINE, b"x/text\nliten", name="liten", declared_type="")


def _big_parts(path, ref, collector: Collector):
    while True:
        collector.add(ref, PartKind.ATTACHMENT, b"x/text\n" + b"x" * (1 << 20), name="stor", declared_type="")


def _symlink(path, ref, collector: Collector):
    new = collector.add(ref, PartKind.ATTACHMENT, b"x/text\nfalsk", name="lenke", declared_type="")
    file = Path("parts") / new
    file.unlink()
    file.symlink_to("/etc/passwd")
    return PartResult()


def _hardlink(path, ref, collector: Collector):
    first = collector.add(ref, PartKind.ATTACHMENT, b"x/text\nekte", name="en", declared_type="")
    os.link(Path("parts") / first, Path("parts/other"))
    return PartResult()


def _look_around(path, ref, collector):
    """What a subverted reader can reach: other files, the network, other processes."""
    found = []
    for name in ("/etc/passwd", path.read_text("utf-8").split("\n")[1]):
        try:
            Path(name).read_bytes()
            found.append(f"read {name}")
        except OSError:
            pass
    try:
        with socket.create_connection(("127.0.0.1", int(path.read_text("utf-8").split("\n")[2])), timeout=2):
            found.append("connected")
    except OSError:
        pass
    found += [f"environment {name}" for name in os.environ if name not in ("OMP_THREAD_LIMIT", "LC_ALL", "TMPDIR")]
    # 0-2 standard, 3 answer, 4 folder, 5 the document.
    for number in range(6, 64):
        try:
            os.fstat(number)
            found.append(f"descriptor {number}")
        except OSError:
            pass
    return PartResult(pages=(ReadPage(number=1, text="\n".join(found)),))


def _unreadable(path, ref, collector):
    raise Unreadable(ReasonCode.ENCRYPTED, "Prøve.")


READERS = {
    f"x/{name.lstrip('_').replace('_', '-')}": value
    for name, value in list(globals().items())
    if name.startswith("_") and callable(value) and not name.startswith("__")
}


def garbage(bench):
    """A subverted child: an answer that is not JSON."""
    os.write(3, b'={"post": [[[\n')
    os._exit(0)


def foreign_document(bench):
    """A subverted child: says it read another document than it was given."""
    return {
        "post": {
            "parts": [
                {
                    "ref": "../../etc",
                    "kind": "document",
                    "name": "",
                    "media_type": "",
                    "declared_type": "",
                    "size_bytes": 1,
                    "sha256": "",
                }
            ]
        },
        "scans": [],
    }


def kill_parent(bench):
    """A child that has found a way to end its parent. Landlock forbids it where it can; then it only crashes."""
    try:
        os.kill(os.getppid(), signal.SIGKILL)
    finally:
        os._exit(1)


def slander(bench):
    """A subverted child: tries to write a name and a terminal escape in the log through its own explanation."""
    os.write(3, '!{"reason": "crash", "where": "\\u001b[31m«Kæri» xxxxxxxxxx"}\n'.encode())
    os.write(3, b"@0 text/Kari Nordmann\n")
    os._exit(1)


def huge(bench):
    """An answer without end."""
    while True:
        os.write(3, b"x" * 65536)


def echo(bench):
    """Answers what it got, and writes a file for each document."""
    for place, path in enumerate(bench.documents):
        (bench.folder / "parts" / f"ut-{place}.txt").write_bytes(path.read_bytes().upper())
    (bench.folder / "parts" / ".skjult").write_text("x")
    return dict(bench.arguments)


def leave_running(bench):
    """Starts a program that leaves the session, so that killing the group does not reach it."""
    started = subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True)
    return {"pid": started.pid, "nice": os.nice(0), "limit": os.environ.get("OMP_THREAD_LIMIT")}


def start_and_hang(bench):
    """Starts a program in the group, tells its number and hangs."""
    started = subprocess.Popen(["/bin/sleep", "1000"])
    bench.progress(str(started.pid))
    signal.pause()

"""A real PostgreSQL on loopback for tests, with a folder of its own; as root it runs as the user ``postgres``."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

_PLACES = ("/usr/lib/postgresql", "/usr/local/lib/postgresql")
_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    # The machine of a test may lose power without harm; how the robot commits is held by other tests.
    "fsync=off",
    "full_page_writes=off",
    "shared_buffers=16MB",
    "max_connections=60",
)


def programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl`` (Debian package ``postgresql``), newest version first; None without."""
    for place in _PLACES:
        versions = Path(place).glob("[0-9]*") if Path(place).is_dir() else ()
        for version in sorted(versions, key=lambda path: int(path.name.partition(".")[0]), reverse=True):
            if (version / "bin" / "initdb").exists():
                return version / "bin"
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found is not None else None


@dataclass(slots=True)
class Postgres:
    """A server under ``folder`` with the database ``postgres``, open to the user ``postgres`` from this machine only."""

    folder: Path
    port: int
    bin: Path

    @classmethod
    def create(cls) -> Postgres:
        """Makes the cluster in a temporary folder and starts it.

        Raises:
            FileNotFoundError: PostgreSQL is not on this machine.
            subprocess.CalledProcessError: it does not start; ``stdout`` tells why.
        """
        where = programs()
        if where is None:
            raise FileNotFoundError("initdb")
        folder = Path(tempfile.mkdtemp(prefix="postrobot-postgres-"))
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        server = cls(folder=folder, port=_free_port(), bin=where)
        try:
            server._run("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
            server.start()
        except BaseException:
            server.remove()
            raise
        return server

    @property
    def url(self) -> str:
        """The address as SQLAlchemy writes it."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        options = " ".join(f"-c {setting}" for setting in (f"port={self.port}", *_SETTINGS))
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-o", options, "-w", "start"
        )

    def stop(self) -> None:
        """Stops the server at once, with all connections."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "fast", "-w", "stop")

    def remove(self) -> None:
        """Stops the server and removes its folder."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        """Runs one of its programs; it refuses to run as root (PostgreSQL 15, «cannot be run as root»)."""
        command = [str(self.bin / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # The server keeps what it is started with open, so its output goes to a file and not to a pipe.
        with (self.folder.parent / f"{self.folder.name}.out").open("w+b") as out:
            try:
                subprocess.run(
                    command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=True, timeout=60, cwd="/"
                )
            except subprocess.CalledProcessError as error:
                out.seek(0)
                error.stdout = out.read().decode("utf-8", "replace")
                raise
            finally:
                Path(out.name).unlink(missing_ok=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

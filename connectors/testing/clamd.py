"""A real clamd on this machine for tests, with a signature database of our own that knows EICAR, and one more.

No freshclam, and none of the machine's signatures: the database is two lines, so that clamd is there in a blink.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from connectors.clamav.client import ClamdScanner, ClamdSettings
from connectors.clamav.eicar import eicar
from models.errors import OutOfReach

_PLACES = ("/usr/sbin/clamd", "/usr/local/sbin/clamd", "/usr/bin/clamd")
_START_S = 60.0
ACCEPTED_MIB = 2
"""StreamMaxLength of the test server."""
OURS = b"postrobot: dette er vaart eget proevevirus 2f9c1e"
"""A second test string, which a test may lay where clamd's own parsers do not look."""


def program() -> str | None:
    """clamd (Debian package ``clamav-daemon``), or None."""
    return shutil.which("clamd") or next((place for place in _PLACES if Path(place).exists()), None)


@dataclass(slots=True)
class Clamd:
    """A server under ``folder``, on the socket ``clamd.ctl`` there and on ``port`` of loopback."""

    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @classmethod
    def create(cls) -> Clamd:
        """Makes database and configuration in a temporary folder and starts.

        Raises:
            FileNotFoundError: clamd is not on this machine.
            RuntimeError: it does not start; the message is its last words.
        """
        server = cls(folder=Path(tempfile.mkdtemp(prefix="postrobot-clamd-")), port=_free_port())
        try:
            server._lay_out()
            server.start()
        except BaseException:
            server.remove()
            raise
        return server

    @property
    def socket_path(self) -> Path:
        """The Unix socket."""
        return self.folder / "clamd.ctl"

    def scanner(self, *, tcp: bool = False, largest_bytes: int = 100 * 1024 * 1024) -> ClamdScanner:
        """A client of this server."""
        where = {"host": "127.0.0.1", "port": self.port} if tcp else {"socket_path": self.socket_path}
        return ClamdScanner(ClamdSettings(**where, timeout_s=60.0, largest_bytes=largest_bytes))

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        command = program()
        if command is None:
            raise FileNotFoundError("clamd")
        self.socket_path.unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [command, "-c", str(self.folder / "clamd.conf")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"clamd did not start: {said[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stops the server; its socket refuses connections afterwards."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)

    def remove(self) -> None:
        """Stops the server and removes its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            self.scanner(tcp=True).ping()
            self.scanner().ping()
        except OutOfReach:
            return False
        return True

    def _lay_out(self) -> None:
        database = self.folder / "database"
        database.mkdir()
        # Name, any type of file, anywhere in it, the bytes (ClamAV manual, «Extended signature format»).
        signatures = {"Postrobot.Proeve.EICAR": eicar(), "Postrobot.Proeve.Eget": OURS}
        lines = [f"{name}:0:*:{content.hex()}\n" for name, content in signatures.items()]
        (database / "proeve.ndb").write_text("".join(lines), encoding="ascii")
        settings = {
            "DatabaseDirectory": database,
            "LocalSocket": self.socket_path,
            "TCPAddr": "127.0.0.1",
            "TCPSocket": self.port,
            "Foreground": "yes",
            "User": pwd.getpwuid(os.geteuid()).pw_name,
            "StreamMaxLength": f"{ACCEPTED_MIB}M",
            "AlertExceedsMax": "yes",
            "SelfCheck": 0,
            "MaxThreads": 4,
            "TemporaryDirectory": self.folder,
        }
        text = "".join(f"{key} {value}\n" for key, value in settings.items())
        (self.folder / "clamd.conf").write_text(text, encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

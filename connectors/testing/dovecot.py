"""A real Dovecot on loopback for tests, as root or as an ordinary user, with its own folder, CA and certificate."""

from __future__ import annotations

import base64
import grp
import hmac
import json
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from imapclient import IMAPClient

from connectors.testing.certificates import write_authority, write_certificate

PROGRAM = "/usr/sbin/dovecot"
PASSWORD = "hemmelig-blåbær"
_TOKEN_KEY = b"the key that signs access tokens of the test server"
BASE_CAPABILITIES = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE LITERAL+ NAMESPACE CHILDREN UNSELECT"
_START_S = 15.0


def installed() -> bool:
    """Whether Dovecot's IMAP server is on this machine (Debian package ``dovecot-imapd``)."""
    return Path(PROGRAM).exists() and Path("/usr/lib/dovecot/imap").exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What the server can do and how it names mailboxes."""

    move: bool = True
    uidplus: bool = True
    idle: bool = True
    separator: str = "."
    prefix: str = ""

    def capabilities(self) -> str:
        """The CAPABILITY answer after log-in."""
        extra = [name for name, on in (("MOVE", self.move), ("UIDPLUS", self.uidplus), ("IDLE", self.idle)) if on]
        return " ".join((BASE_CAPABILITIES, *extra))


@dataclass(slots=True)
class Dovecot:
    """A server under ``folder``. Users need not be made: any user name has a mailbox, with :data:`PASSWORD`.

    ``imaps_port`` speaks TLS from the start, ``imap_port`` STARTTLS; ``ca_file`` signs its certificate for
    ``localhost`` and 127.0.0.1.
    """

    folder: Path
    switches: Switches = field(default_factory=Switches)
    imap_port: int = 0
    imaps_port: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _delivered: int = 0

    @classmethod
    def create(cls, switches: Switches | None = None) -> Dovecot:
        """Makes folder, keys and configuration in a temporary folder of its own, and starts."""
        folder = Path(tempfile.mkdtemp(prefix="postrobot-dovecot-"))
        # The mail processes of a server started by root run as another user and must reach their folder.
        folder.chmod(0o755)
        server = cls(folder=folder, switches=switches or Switches())
        server.imap_port, server.imaps_port = _free_port(), _free_port()
        try:
            _certificates(folder)
            server._configure()
            server.start()
        except BaseException:
            server.remove()
            raise
        return server

    @property
    def ca_file(self) -> Path:
        """The test authority's certificate (PEM)."""
        return self.folder / "ca.pem"

    @property
    def log_file(self) -> Path:
        """What the server says."""
        return self.folder / "dovecot.log"

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        command = [PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + _START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Dovecot did not start: {self._last_words()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stops the server and all its connections."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        # Mail and log-in processes outlive their master for a moment, with connections and port.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        deadline = time.monotonic() + _START_S
        while self._answers() and time.monotonic() < deadline:
            time.sleep(0.02)

    def remove(self) -> None:
        """Stops the server and removes its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def deliver(self, user: str, content: bytes, at: datetime, mailbox: str = "") -> None:
        """Puts a message into a mailbox past IMAP, as a delivery agent does, so that any byte gets through."""
        maildir = self.maildir(user, mailbox)
        for name in ("cur", "new", "tmp"):
            (maildir / name).mkdir(parents=True, exist_ok=True)
        self._delivered += 1
        name = f"{1_700_000_000 + self._delivered}.M{self._delivered}P{os.getpid()}.test"
        path = maildir / "tmp" / name
        path.write_bytes(content)
        os.utime(path, (at.timestamp(), at.timestamp()))
        uid, gid, _ = _mail_user()
        if os.geteuid() == 0:
            for each in (self.folder / "mail" / user, *maildir.rglob("*"), maildir):
                os.chown(each, uid, gid)
        path.rename(maildir / "new" / name)

    def client(self, user: str) -> IMAPClient:
        """A logged-in client of its own, to look at a mailbox from the other side."""
        client = IMAPClient("localhost", port=self.imaps_port, ssl_context=self.context(), timeout=20)
        client.plain_login(user, PASSWORD)
        return client

    def maildir(self, user: str, mailbox: str = "") -> Path:
        """The folder of a mailbox on disk; "" is the INBOX."""
        root = self.folder / "mail" / user
        return root / f".{mailbox}" if mailbox else root

    def bump_uidvalidity(self, user: str, mailbox: str = "", *, by: int = 1, shift_uids: int = 0) -> None:
        """Gives a mailbox a new UIDVALIDITY, as after a restore; ``shift_uids`` makes old UIDs name other messages."""
        self.stop()
        maildir = self.maildir(user, mailbox)
        listing = maildir / "dovecot-uidlist"
        first, *lines = listing.read_text("utf-8", "surrogateescape").splitlines(keepends=True)
        first = re.sub(r"V(\d+)", lambda m: f"V{int(m[1]) + by}", first)
        if shift_uids:
            first = re.sub(r"N(\d+)", lambda m: f"N{int(m[1]) + shift_uids}", first)
            lines = [re.sub(r"^(\d+)", lambda m: str(int(m[1]) + shift_uids), line) for line in lines]
        listing.write_text("".join([first, *lines]), "utf-8", "surrogateescape")
        for index in maildir.glob("dovecot.index*"):
            index.unlink()
        self.start()

    def context(self) -> ssl.SSLContext:
        """A verifying TLS context that trusts the test authority."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def _configure(self) -> None:
        uid, gid, user = _mail_user()
        mail = self.folder / "mail"
        mail.mkdir()
        run = self.folder / "run"
        run.mkdir(mode=0o755)
        own = pwd.getpwuid(os.geteuid()).pw_name
        root = os.geteuid() == 0
        if root:
            os.chown(mail, uid, gid)
        internal, login = ("dovecot", "dovenull") if root else (own, own)
        keys = self.folder / "keys" / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_bytes(base64.b64encode(_TOKEN_KEY))
        (self.folder / "oauth2.conf").write_text(
            f"introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={self.folder}/keys/\n"
            "username_attribute = sub\n",
            "utf-8",
        )
        text = f"""
base_dir = {run}
state_dir = {run}
instance_name = {self.folder.name}
log_path = {self.log_file}
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {_group(internal)}
default_login_user = {login}
first_valid_uid = 1
mail_uid = {user}
mail_gid = {gid}
mail_location = maildir:{mail}/%u
mail_fsync = never
ssl = required
ssl_min_protocol = TLSv1.2
ssl_cert = <{self.folder}/server.pem
ssl_key = <{self.folder}/server.key
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
imap_capability = {self.switches.capabilities()}
imap_idle_notify_interval = 2 mins
namespace inbox {{
  inbox = yes
  separator = {self.switches.separator}
  prefix = {self.switches.prefix}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {self.folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={mail}/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = {self.imaps_port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 64
}}
service anvil {{
  chroot =
  # Without this each wrong password makes the next log-in from the same address wait longer.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""
        (self.folder / "dovecot.conf").write_text(text, "utf-8")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.imap_port), timeout=5) as connection:
                return connection.recv(4) == b"* OK"
        except OSError:
            return False

    def _last_words(self) -> str:
        try:
            return self.log_file.read_text("utf-8", "replace")[-1500:]
        except OSError:
            done = subprocess.run(
                [PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")], capture_output=True, check=False, timeout=10
            )
            return done.stderr.decode("utf-8", "replace")[-1500:]


def access_token(user: str, *, valid_s: int = 3600) -> str:
    """An OAuth 2 access token (JWT, HS256) that the test servers take for ``user``; negative ``valid_s``: expired."""
    now = int(time.time())
    claims = {"sub": user, "iat": now - 7200, "nbf": now - 7200, "exp": now + valid_s}
    signed = ".".join(_base64url(json.dumps(each).encode()) for each in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{signed}.{_base64url(hmac.digest(_TOKEN_KEY, signed.encode(), 'sha256'))}"


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _mail_user() -> tuple[int, int, str]:
    """Who owns the mail: ourselves, or ``nobody`` when we are root, whom Dovecot refuses to serve."""
    entry = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return entry.pw_uid, entry.pw_gid, entry.pw_name


def _group(user: str) -> str:
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _certificates(folder: Path) -> None:
    write_authority(folder, "ca")
    write_certificate(folder, "server", "ca", ("localhost",))

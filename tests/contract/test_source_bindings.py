"""Every source passes the contract suite: folder on a real disk, IMAP against a real Dovecot, the source in memory, Altinn
against its platform on loopback."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from connectors.contract import Source, Waits
from connectors.folder import FolderSettings, FolderSource
from connectors.folder.settings import OUTCOME_PLACES
from connectors.imap import ImapSettings, ImapSource
from connectors.imap.settings import OUTCOME_PLACES as IMAP_PLACES
from connectors.keys import KeyPair
from connectors.registry import BUILT_IN, Role
from connectors.svarinn import SvarInnSettings, SvarInnSource
from connectors.testing.altinn_lab import AltinnLab, DialogLab, FormLab
from connectors.testing.certificates import rsa_key, self_signed
from connectors.testing.dovecot import PASSWORD, Dovecot
from connectors.testing.memory_source import MemoryLab
from connectors.testing.servers.altinn import AltinnServer
from connectors.testing.servers.altinn_dialogs import IssuerServer
from connectors.testing.servers.svarinn import Sent, Status, SvarInnServer
from connectors.testing.source import INBOX, TAKEN, SourceContract
from models.post import Outcome, Spool


def new_spool(tmp_path: Path) -> Spool:
    folder = tmp_path / "spool"
    folder.mkdir()
    return Spool(folder)


class FolderLab:
    def __init__(self, tmp_path: Path) -> None:
        self.inbox = tmp_path / "post" / "inn"
        self.inbox.mkdir(parents=True)
        self._spool = new_spool(tmp_path)

    def connect(self) -> Source:
        # The files of a test are whole when it asks, so there is no quiet time to wait out.
        return FolderSource(FolderSettings(inbox=self.inbox, quiet_s=0.0), sleep=lambda _: None)

    def deliver(self, name: str, content: bytes, at: datetime) -> None:
        target = self.inbox / "skanner" / name
        target.parent.mkdir(exist_ok=True)
        target.unlink(missing_ok=True)
        target.write_bytes(content)
        os.utime(target, (at.timestamp(), at.timestamp()))

    def served(self, content: bytes) -> bytes:
        return content

    def contents(self, place: str) -> Sequence[bytes]:
        names = {INBOX: "inn", TAKEN: "mottatt"} | {o.value: OUTCOME_PLACES[o] for o in Outcome}
        return [path.read_bytes() for path in (self.inbox.parent / names[place]).rglob("*") if path.is_file()]

    def marks(self) -> object:
        return sorted((str(path), path.stat().st_mtime_ns, path.stat().st_mode) for path in self.inbox.rglob("*"))

    def vanish(self) -> None:
        shutil.rmtree(self.inbox / "skanner")

    def spool(self) -> Spool:
        return self._spool


class ImapLab:
    """A mailbox of its own for each test on a server that all tests share."""

    def __init__(self, server: Dovecot, tmp_path: Path) -> None:
        self.server = server
        self.user = f"post-{uuid.uuid4().hex}"
        self._spool = new_spool(tmp_path)

    def connect(self) -> Source:
        settings = ImapSettings(
            host="localhost",
            port=self.server.imaps_port,
            username=self.user,
            ca_file=self.server.ca_file,
            timeout_s=20,
            chunk_bytes=1024 * 1024,
        )
        return ImapSource(settings, lambda: PASSWORD)

    def deliver(self, name: str, content: bytes, at: datetime) -> None:
        self.server.deliver(self.user, content, at)

    def served(self, content: bytes) -> bytes:
        # IMAP ends lines with CRLF and knows no NUL, which Dovecot serves as 0x80.
        return re.sub(rb"\r?\n", b"\r\n", content).replace(b"\0", b"\x80")

    def contents(self, place: str) -> Sequence[bytes]:
        names = {TAKEN: "Mottatt"} | {o.value: IMAP_PLACES[o] for o in Outcome}
        with self.server.client(self.user) as client:
            prefix, delimiter = client.namespace().personal[0]
            name = "INBOX" if place == INBOX else prefix + delimiter.join(("Robot", names[place]))
            if not client.folder_exists(name):
                return []
            client.select_folder(name, readonly=True)
            uids = client.search("UNDELETED")
            return [client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"] for uid in uids]

    def marks(self) -> object:
        with self.server.client(self.user) as client:
            client.select_folder("INBOX", readonly=True)
            return client.fetch(client.search("ALL"), ["FLAGS", "UID", "INTERNALDATE"])

    def vanish(self) -> None:
        with self.server.client(self.user) as client:
            client.select_folder("INBOX")
            client.delete_messages(client.search("ALL"))
            client.expunge()

    def spool(self) -> Spool:
        return self._spool


class SvarInnLab:
    """A mottakersystem; what people deliver is one file, which the robot must get back out of the envelope."""

    def __init__(self, tmp_path: Path, version: int) -> None:
        key = rsa_key("mottak")
        self.server = SvarInnServer(self_signed("mottak", key)).start()
        self._version = version
        self._key = key
        self._memory = tmp_path / "uaapnet.json"
        self._spool = new_spool(tmp_path)

    def connect(self) -> Source:
        settings = SvarInnSettings(
            connection="solvik.kilde.svarinn",
            base_url=self.server.base_url(self._version),
            user=self.server.user,
            api_version=self._version,
        )
        keys = (KeyPair(key=self._key),)
        return SvarInnSource(settings, lambda: self.server.password, lambda: keys, memory=self._memory)

    def deliver(self, name: str, content: bytes, at: datetime) -> None:
        self.server.send(Sent(title=name, files=[(name, "message/rfc822", content)], at=at))

    def served(self, content: bytes) -> bytes:
        return content

    def contents(self, place: str) -> Sequence[bytes]:
        status = {INBOX: Status.WAITING, TAKEN: Status.READ}.get(place)
        return [sent.files[0][2] for sent in self.server.at(status)] if status is not None else []

    def marks(self) -> object:
        return {key: (held.status, held.receipts, tuple(held.messages)) for key, held in self.server.held.items()}

    def vanish(self) -> None:
        for sent in self.server.at(Status.WAITING):
            self.server.take_by_hand(sent.id)

    def spool(self) -> Spool:
        return self._spool


class TestMemorySource(SourceContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> MemoryLab:
        return MemoryLab(tmp_path)


class TestFolderSource(SourceContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> FolderLab:
        return FolderLab(tmp_path)


@pytest.mark.server
class TestImapSourceWithMove(SourceContract):
    @pytest.fixture
    def lab(self, dovecot: Dovecot, tmp_path: Path) -> ImapLab:
        return ImapLab(dovecot, tmp_path)


@pytest.mark.server
class TestImapSourceWithoutMove(SourceContract):
    @pytest.fixture
    def lab(self, dovecot_without_move: Dovecot, tmp_path: Path) -> ImapLab:
        return ImapLab(dovecot_without_move, tmp_path)


@pytest.mark.server
class TestImapSourceWithoutMoveAndUidplus(SourceContract):
    @pytest.fixture
    def lab(self, dovecot_without_uidplus: Dovecot, tmp_path: Path) -> ImapLab:
        return ImapLab(dovecot_without_uidplus, tmp_path)


class TestAltinnLetters(SourceContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> Iterator[AltinnLab]:
        with AltinnServer() as altinn:
            yield AltinnLab(altinn, tmp_path, new_spool(tmp_path))


class TestAltinnDialogs(SourceContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> Iterator[DialogLab]:
        with AltinnServer() as altinn, IssuerServer(altinn) as issuer:
            yield DialogLab(altinn, issuer, tmp_path, new_spool(tmp_path))


class TestAltinnForms(SourceContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> Iterator[FormLab]:
        with AltinnServer() as altinn:
            yield FormLab(altinn, tmp_path, new_spool(tmp_path))


class TestSvarInnSource(SourceContract):
    settles = False

    @pytest.fixture(params=[1, 2], ids=["v1", "v2"])
    def lab(self, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SvarInnLab]:
        lab = SvarInnLab(tmp_path, request.param)
        yield lab
        lab.server.close()


BOUND = {
    "mappe": TestFolderSource,
    "imap": TestImapSourceWithMove,
    "altinn": TestAltinnLetters,
    "altinn_skjema": TestAltinnForms,
    "svarinn": TestSvarInnSource,
}
"""``type`` in the configuration → the binding that proves it."""


def test_every_source_that_can_be_configured_is_bound_to_the_suite() -> None:
    assert set(BUILT_IN[Role.SOURCE]) == set(BOUND)


def test_a_mailbox_can_be_waited_on_and_a_folder_is_looked_into(tmp_path: Path) -> None:
    assert isinstance(ImapSource(ImapSettings(host="post.example", username="post"), lambda: ""), Waits)
    assert not isinstance(FolderLab(tmp_path).connect(), Waits)

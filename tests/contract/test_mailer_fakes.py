"""The suite on the working fakes, and the suite itself proven on fakes broken in one way each."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from connectors.contract import Mailer
from connectors.smtp import FolderMailer
from connectors.testing.mailer import SAMPLE, MailerContract
from connectors.testing.mailers import BROKEN, MemoryMailer
from models.errors import MaybeDone, OutOfReach


class TestMemory(MailerContract):
    @pytest.fixture
    def mailer(self) -> MemoryMailer:
        return MemoryMailer()

    @pytest.fixture
    def delivered(self, mailer: MemoryMailer):
        return lambda: mailer.sent


class TestFolder(MailerContract):
    @pytest.fixture
    def mailer(self, tmp_path) -> Mailer:
        return FolderMailer(
            tmp_path / "ut",
            sender="robot@eksempelkommune.example",
            now=lambda: datetime(2026, 6, 15, 7, 30, tzinfo=UTC),
        )

    @pytest.fixture
    def delivered(self, tmp_path):
        def read():
            files = sorted((tmp_path / "ut").glob("*.eml"))
            return [message_from_bytes(f.read_bytes(), _class=EmailMessage, policy=default) for f in files]

        return read


@pytest.mark.parametrize("broken", BROKEN, ids=lambda b: b.__name__)
def test_suite_catches_a_mailer_broken_in_this_way(broken):
    mailer = broken()
    check = getattr(MailerContract(), BROKEN[broken])
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(mailer, lambda: mailer.sent)


def test_memory_mailer_can_fail_after_it_has_sent():
    mailer = MemoryMailer()
    mailer.failures = [MaybeDone("x", key=SAMPLE.message_id)]
    mailer.takes_effect = True
    with pytest.raises(MaybeDone):
        mailer.send(SAMPLE)
    assert 1 == len(mailer.sent)


def test_folder_mailer_that_cannot_write_is_out_of_reach(tmp_path):
    (tmp_path / "ut").write_text("en fil, ingen mappe")
    mailer = FolderMailer(
        tmp_path / "ut", sender="robot@eksempelkommune.example", now=lambda: datetime(2026, 6, 15, tzinfo=UTC)
    )
    with pytest.raises(OutOfReach):
        mailer.send(SAMPLE)


def test_folder_mailer_writes_a_repeat_once_and_not_world_readable(tmp_path):
    mailer = FolderMailer(
        tmp_path, sender="robot@eksempelkommune.example", now=lambda: datetime(2026, 6, 15, tzinfo=UTC)
    )
    mailer.send(SAMPLE)
    mailer.send(SAMPLE)
    (only,) = tmp_path.iterdir()
    assert 0 == only.stat().st_mode & 0o007

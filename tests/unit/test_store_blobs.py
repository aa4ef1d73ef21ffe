"""Bytes by their hash: durable before a row can name them, and never changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from models.blobs import BlobStore
from models.store import StoreAddress
from tests.support.stores import Clock, opened, put

CONTENT = "Søknad om barnehageplass".encode()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    made = BlobStore(tmp_path / "files")
    made.prepare()
    return made


def spooled(folder: Path, content: bytes = CONTENT) -> Path:
    path = folder / "spool.part"
    path.write_bytes(content)
    return path


class Recorder:
    """What is done to files and database, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.did: list[str] = []
        fsync, rename = os.fsync, Path.rename

        def seen_fsync(handle: int) -> None:
            kind = "folder" if Path(f"/proc/self/fd/{handle}").resolve().is_dir() else "file"
            self.did.append(f"fsync {kind}")
            fsync(handle)

        def seen_rename(path: Path, target: Path) -> Path:
            self.did.append("rename")
            return rename(path, target)

        monkeypatch.setattr(os, "fsync", seen_fsync)
        monkeypatch.setattr(Path, "rename", seen_rename)

    def commit(self, *_: Any) -> None:
        self.did.append("commit")


def test_the_file_is_durable_before_its_name_and_its_name_before_the_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(StoreAddress.sqlite(tmp_path / "robot.db"), tmp_path, now=Clock()) as store:
        recorder = Recorder(monkeypatch)
        event.listen(store.engine, "commit", recorder.commit)
        store.blobs.adopt(spooled(tmp_path), SHA256)
        put(store, "a", content=CONTENT)  # type: ignore[arg-type]
    assert ["fsync file", "rename", "fsync folder", "commit"] == recorder.did


def test_adopted_bytes_are_there_whole_and_the_spool_is_empty(blobs: BlobStore, tmp_path: Path) -> None:
    source = spooled(tmp_path)
    path = blobs.adopt(source, SHA256)
    assert CONTENT == path.read_bytes()
    assert path == blobs.path(SHA256) == tmp_path / "files" / SHA256[:2] / SHA256[2:]
    assert not source.exists()
    assert blobs.has(SHA256)
    assert blobs.intact(SHA256)


def test_a_blob_may_not_be_written_to(blobs: BlobStore, tmp_path: Path) -> None:
    assert 0o400 == blobs.adopt(spooled(tmp_path), SHA256).stat().st_mode & 0o777


def test_bytes_that_are_there_already_are_kept_and_not_written_again(blobs: BlobStore, tmp_path: Path) -> None:
    before = blobs.adopt(spooled(tmp_path), SHA256).stat()
    again = spooled(tmp_path)
    after = blobs.adopt(again, SHA256).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert not again.exists()


def test_changed_or_missing_bytes_are_not_intact(blobs: BlobStore, tmp_path: Path) -> None:
    assert not blobs.intact(SHA256)
    path = blobs.adopt(spooled(tmp_path), SHA256)
    path.chmod(0o600)
    path.write_bytes(CONTENT + b".")
    assert not blobs.intact(SHA256)


def test_a_spool_on_another_file_system_is_copied_and_then_renamed(
    blobs: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = spooled(tmp_path)
    real = Path.stat

    class Elsewhere:
        st_dev = -1

    monkeypatch.setattr(Path, "stat", lambda p, **k: Elsewhere() if p == source else real(p, **k))
    path = blobs.adopt(source, SHA256)
    monkeypatch.undo()
    assert CONTENT == path.read_bytes()
    assert [path] == [p for p in blobs.folder.rglob("*") if p.is_file()]
    assert not source.exists()


def test_when_the_disk_is_full_nothing_stands_under_the_hash(
    blobs: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = spooled(tmp_path)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        blobs.adopt(source, SHA256)
    assert not blobs.has(SHA256)
    assert source.exists()

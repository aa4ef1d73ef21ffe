"""The archive's own files: links that no purge can reach, copies where links are not possible, strays of a crash."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from connectors.arkiv.documents import DocumentFolder
from connectors.testing.archive_lab import Desk
from connectors.testing.archive_labs import EmbeddedLab
from models.archive import NyttDokument
from models.errors import NeedsHuman, OutOfReach, TryLater

CONTENT = b"brev"
SHA = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def blob(tmp_path: Path) -> Path:
    path = tmp_path / "blob"
    path.write_bytes(CONTENT)
    path.chmod(0o400)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> DocumentFolder:
    return DocumentFolder(tmp_path / "arkiv")


def refuse_links(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def link(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", link)


def test_a_file_is_linked_not_copied_and_outlives_the_robots_own(folder: DocumentFolder, blob: Path) -> None:
    folder.keep(blob, SHA)
    assert blob.stat().st_ino == folder.path_of(SHA).stat().st_ino
    blob.unlink()
    assert CONTENT == folder.path_of(SHA).read_bytes()


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EPERM, errno.EMLINK])
def test_where_a_link_is_not_possible_the_bytes_are_copied(
    folder: DocumentFolder, blob: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    refuse_links(monkeypatch, code)
    folder.keep(blob, SHA)
    assert CONTENT == folder.path_of(SHA).read_bytes()
    assert [SHA] == [p.name for p in folder.path_of(SHA).parent.iterdir()]


def test_a_damaged_file_left_under_the_name_is_replaced(folder: DocumentFolder, blob: Path) -> None:
    folder.path_of(SHA).write_bytes(b"br")
    folder.keep(blob, SHA)
    assert folder.intact(SHA)


def test_only_old_files_that_no_document_names_are_removed(folder: DocumentFolder, blob: Path) -> None:
    folder.keep(blob, SHA)
    now = folder.path_of(SHA).stat().st_ctime
    assert 0 == folder.remove_strays(frozenset(), older_than_s=100, now_s=now + 99)
    assert 0 == folder.remove_strays(frozenset({SHA}), older_than_s=100, now_s=now + 101)
    assert 1 == folder.remove_strays(frozenset(), older_than_s=100, now_s=now + 101)
    assert not folder.has(SHA, len(CONTENT))


@pytest.mark.parametrize(("code", "error"), [(errno.ENOSPC, TryLater), (errno.EIO, OutOfReach)])
def test_a_full_or_broken_disk_is_no_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, error: type[Exception]
) -> None:
    desk = Desk(EmbeddedLab(tmp_path))
    entry = desk.entry(desk.sak().system_id)
    write = NyttDokument(journalpost=entry.system_id, dokument=desk.document(CONTENT))
    with monkeypatch.context() as patch:
        refuse_links(patch, code)
        with pytest.raises(error):
            desk.do(write)
    desk.do(write)


def test_a_refused_document_leaves_at_most_a_stray_and_its_key_is_free(tmp_path: Path) -> None:
    desk = Desk(EmbeddedLab(tmp_path))
    entry, key = desk.entry(desk.sak().system_id), desk.key("d1")
    nowhere = NyttDokument(journalpost="finnes ikke", dokument=desk.document(CONTENT))
    with pytest.raises(NeedsHuman, match="finnes ikke"):
        desk.do(nowhere, key)
    desk.do(NyttDokument(journalpost=entry.system_id, dokument=nowhere.dokument), key)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    desk = Desk(EmbeddedLab(tmp_path))
    entry = desk.entry(desk.sak().system_id)
    document = desk.document(CONTENT)
    document.path.unlink()
    desk.refused(NyttDokument(journalpost=entry.system_id, dokument=document), document.filnavn)

"""The Altinn sources pass the contract suite: letters, letters that are dialogs alone, and forms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.testing.altinn_lab import AltinnLab, DialogLab, FormLab
from connectors.testing.servers.altinn import AltinnServer
from connectors.testing.servers.altinn_dialogs import IssuerServer
from connectors.testing.source import SourceContract


@pytest.fixture
def altinn() -> Iterator[AltinnServer]:
    with AltinnServer() as server:
        yield server


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


class TestAltinnLetters(SourceContract):
    @pytest.fixture
    def lab(self, altinn: AltinnServer, tmp_path: Path, spool: Path) -> AltinnLab:
        return AltinnLab(altinn, tmp_path, spool)


class TestAltinnDialogs(SourceContract):
    @pytest.fixture
    def lab(self, altinn: AltinnServer, tmp_path: Path, spool: Path) -> Iterator[DialogLab]:
        with IssuerServer(altinn) as issuer:
            yield DialogLab(altinn, issuer, tmp_path, spool)


class TestAltinnForms(SourceContract):
    @pytest.fixture
    def lab(self, altinn: AltinnServer, tmp_path: Path, spool: Path) -> FormLab:
        return FormLab(altinn, tmp_path, spool)

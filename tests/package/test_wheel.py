"""What is installed: one command, four packages with their data files, nothing that only tests need."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("robot", "rules", "connectors", "models")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (file,) = out.glob("*.whl")
    return zipfile.ZipFile(file)


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode != 0:
        pytest.skip("not a git clone")
    assert not set(tracked.stdout.rstrip("\0").split("\0")) - set(wheel.namelist())


def test_the_wheel_holds_only_the_packages_and_its_own_metadata(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert set(PACKAGES) == {top for top in tops if not top.endswith(".dist-info")}


def test_the_only_command_is_postrobot(wheel: zipfile.ZipFile) -> None:
    (entry,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    parsed = ConfigParser()
    parsed.read_string(wheel.read(entry).decode())
    # Robot Framework owns the command «robot».
    assert {"postrobot": "robot.cli:main"} == dict(parsed["console_scripts"])


def test_the_licence_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    (licence,) = [name for name in wheel.namelist() if name.endswith("LICENSE")]
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in wheel.read(licence).decode()


@pytest.mark.parametrize("package", PACKAGES)
def test_the_packages_are_typed(wheel: zipfile.ZipFile, package: str) -> None:
    assert f"{package}/py.typed" in wheel.namelist()

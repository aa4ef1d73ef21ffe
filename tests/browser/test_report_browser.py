"""The report in real Chromium: it fits 320 pixels, its links lead somewhere, focus shows, and nothing is blocked or asked for."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.reasons import ReasonCode as R
from models.store import Store
from robot.report.make import write_cover, write_files
from robot.report.render import as_html
from tests.support.reports import NOW, TODAY, Failure, SignedArchive, aside, forwarded, journaled, report_of
from tests.support.stores import Clock, StoreAddress, opened

LONG = "Søknad" + "om" * 60 + ".pdf"

MEASURE = """<!doctype html><html><body><iframe id="page" style="width:%WIDTH%px;height:2000px;border:0" src="%PAGE%"></iframe>
<pre id="found"></pre><script>
document.getElementById('page').onload = function () {
  const inner = this.contentDocument, view = this.contentWindow, found = {};
  const seen = (e) => { const box = e.getBoundingClientRect(); return box.width > 0 && box.height > 0; };
  found.overflow = inner.documentElement.scrollWidth - inner.documentElement.clientWidth;
  found.width = inner.documentElement.clientWidth;
  found.font = view.getComputedStyle(inner.body).fontSize;
  found.tables = [...inner.querySelectorAll('table')].filter(seen).length;
  found.commands = [...inner.querySelectorAll('td code')].map((e) => e.textContent);
  found.small = [...inner.querySelectorAll('nav a')].filter((e) => e.getBoundingClientRect().height < 24).length;
  const link = inner.querySelector('nav a'), skip = inner.querySelector('a.skip');
  const left = skip.getBoundingClientRect().left;
  skip.focus(); found.skip = [left < 0, skip.getBoundingClientRect().left >= 0];
  if (link) { link.focus({focusVisible: true}); found.outline = view.getComputedStyle(link).outlineStyle; }
  found.requests = view.performance.getEntriesByType('resource').length;
  document.getElementById('found').textContent = JSON.stringify(found);
};
</script></body></html>"""


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        message = "needs the Debian package chromium"
        if os.environ.get("POSTROBOT_NEED_SERVERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(StoreAddress.sqlite(tmp_path / "robot.db"), tmp_path, now=Clock(NOW.timestamp())) as made:
        yield made


def run(chromium: str, tmp_path: Path, *arguments: str) -> str:
    """Chromium without a window and without the net; gives what it printed."""
    options = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --hide-scrollbars --allow-file-access-from-files"
    ).split()
    options.append("--host-resolver-rules=MAP * ~NOTFOUND")
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    done = subprocess.run(
        [chromium, *options, profile, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert 0 == done.returncode, done.stderr[-2000:]
    return done.stdout


def measure(chromium: str, tmp_path: Path, page: Path, width: int) -> dict[str, Any]:
    """What a reader with a window of ``width`` CSS pixels gets."""
    frame = tmp_path / f"maal-{width}.html"
    frame.write_text(MEASURE.replace("%WIDTH%", str(width)).replace("%PAGE%", page.as_uri()), encoding="utf-8")
    dom = run(chromium, tmp_path, "--virtual-time-budget=5000", "--window-size=1600,2200", "--dump-dom", frame.as_uri())
    text = re.search(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
    assert text is not None and text[1], "the page was not measured"
    found: dict[str, Any] = json.loads(html.unescape(text[1]))
    return found


def fill(store: Store) -> None:
    aside(store, LONG, R.NO_RULE, subject="", sender="kari." + "x" * 80 + "@solvik.example")
    aside(store, "b", R.ARCHIVE_REFUSED, detail="Arkivdelen er avsluttet.")
    journaled(store, "1", "M", forfall="2026-11-20", tittel="Krav om innsyn", lacks="access")
    forwarded(store, "v", date(2026, 11, 24))


def page_of(store: Store) -> Path:
    failures = [Failure(number="2026/1-1", dokumentnummer=n, code="needs_libreoffice") for n in range(1, 9)]
    return write_files(store, report_of(store, SignedArchive(failures=failures)), language="nb")[0]


@pytest.mark.parametrize("width", [320, 360, 768, 1300])
def test_the_page_needs_no_sideways_scrolling(chromium: str, store: Store, tmp_path: Path, width: int) -> None:
    fill(store)
    found = measure(chromium, tmp_path, page_of(store), width)
    assert width == found["width"]
    assert 0 == found["overflow"]
    assert found["tables"] >= 4


def test_focus_shows_the_skip_link_appears_and_links_are_large_enough(
    chromium: str, store: Store, tmp_path: Path
) -> None:
    fill(store)
    found = measure(chromium, tmp_path, page_of(store), 1300)
    assert [True, True] == found["skip"]
    assert "solid" == found["outline"]
    assert 0 == found["small"]
    assert "16px" == found["font"]
    assert 0 == found["requests"]


def test_a_command_copied_from_the_page_is_the_command(chromium: str, store: Store, tmp_path: Path) -> None:
    fill(store)
    commands = measure(chromium, tmp_path, page_of(store), 1300)["commands"]
    assert "postrobot review correct 2026-11-24-0001 --sak SAK" in commands
    assert "postrobot retry 2026-11-24-0002" in commands
    assert "postrobot review approve 2026-11-24-0003 --tilgang TILGANG" in commands


def test_an_empty_report_and_every_language_fit_too(chromium: str, store: Store, tmp_path: Path) -> None:
    page = tmp_path / "tom.html"
    page.write_text(as_html(report_of(store, language="nn"), "nn"), encoding="utf-8")
    assert 0 == measure(chromium, tmp_path, page, 320)["overflow"]


def test_the_cover_fits_and_a_picture_of_the_report_can_be_made(chromium: str, tmp_path: Path) -> None:
    for number in ("100000001", "100000002"):
        folder = tmp_path / number
        folder.mkdir()
        with opened(StoreAddress.sqlite(folder / "robot.db"), folder, now=Clock(NOW.timestamp())) as store:
            fill(store)
            page = page_of(store)
    cover = write_cover(tmp_path, TODAY, language="nb")
    assert cover is not None
    assert 0 == measure(chromium, tmp_path, cover, 320)["overflow"]
    picture = tmp_path / "rapport.png"
    run(chromium, tmp_path, "--window-size=1300,2000", f"--screenshot={picture}", page.as_uri())
    assert picture.stat().st_size > 20_000

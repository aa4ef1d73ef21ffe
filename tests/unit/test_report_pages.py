"""The report as page, data and sheet: masked, self-contained, accessible, harmless; and the cover page."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.organisation import Tilgangskode
from models.reasons import ReasonCode as R
from models.store import Store
from robot import texts_report
from robot.report.make import mail_text, subject, write_cover, write_files
from robot.report.masking import Masker
from robot.report.model import Group, Point, Points, Report
from robot.report.render import CSV_HEAD, as_csv, as_html, as_json, harmless
from rules.numbers import complete
from tests.support.reports import NOW, ORG, TODAY, Failure, SignedArchive, aside, journaled, report_of
from tests.support.stores import Clock, StoreAddress, opened

VOID = {"meta", "br", "link", "img", "input", "hr"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(StoreAddress.sqlite(tmp_path / "robot.db"), tmp_path, now=Clock(NOW.timestamp())) as made:
        yield made


class Page(HTMLParser):
    """Elements with their attributes; raises where a tag is not closed by its own end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert [] == self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self._open.pop(), f"</{tag}> closes another"

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def full_report(store: Store) -> Report:
    """Something under every heading."""
    aside(store, "a", R.NO_RULE, subject="Et <b>brev</b> & mer", sender="Kari <script>alert(1)</script>")
    aside(store, "b", R.ARCHIVE_REFUSED, detail="Arkivdelen er avsluttet.")
    journaled(store, "1", "M", forfall="2026-11-20", tittel="Krav om innsyn")
    with store.write() as tx:
        for seq in (1, 3):
            tx.set_columns(seq, stored_at=NOW.timestamp() - 9 * 86_400, ended_at=NOW.timestamp() - 9 * 86_400)
    failures = [Failure(number="2026/1-1", dokumentnummer=2, code="needs_libreoffice")]
    report = report_of(store, SignedArchive(failures=failures), earlier_missing="Rapporten mangler.")
    assert all(report.counts.values())
    return report


def every_page(report: Report) -> list[str]:
    return [as_html(report, language) for language in ("nb", "nn", "en")]


def test_the_page_is_well_formed_with_one_h1_landmarks_and_a_skip_link(store: Store) -> None:
    for text, language in zip(every_page(full_report(store)), ("nb", "nn", "en"), strict=True):
        page = Page(text)
        assert [language] == [html["lang"] for html in page.all("html")]
        for landmark in ("h1", "main", "header", "nav", "footer", "title"):
            assert 1 == len(page.all(landmark)), landmark
        first = page.all("a")[0]
        ids = {attributes["id"] for _, attributes in page.elements if attributes.get("id")}
        assert "skip" == first["class"] and first["href"] == "#innhold"
        targets = {str(a["href"]) for a in page.all("a")}
        assert targets <= {f"#{name}" for name in ids}
        labels = [a["aria-labelledby"] for _, a in page.elements if "aria-labelledby" in a]
        assert labels and set(labels) <= ids
        regions = [a["aria-label"] for _, a in page.elements if a.get("role") == "region"]
        assert all(regions)


def test_ids_are_not_repeated(store: Store) -> None:
    ids = [a["id"] for _, a in Page(as_html(full_report(store), "nb")).elements if a.get("id")]
    assert len(ids) == len(set(ids))


def test_every_table_header_has_its_scope_and_every_table_its_caption(store: Store) -> None:
    page = Page(as_html(full_report(store), "nb"))
    assert {"row", "col"} == {header.get("scope") for header in page.all("th")}
    assert len(page.all("table")) == len(page.all("caption")) > 4


def test_the_page_has_no_script_and_asks_nothing_of_the_net(store: Store) -> None:
    for text in every_page(full_report(store)):
        page = Page(text)
        assert [] == page.all("script") + page.all("img") + page.all("link") + page.all("iframe")
        assert not re.search(r"https?:|//[a-z]|url\(|@import|\bon[a-z]+=", text)
        policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
        assert policy is not None and policy.startswith("default-src 'none'")


def test_markup_in_the_post_is_shown_as_text(store: Store) -> None:
    text = as_html(full_report(store), "nb")
    assert "Et &lt;b&gt;brev&lt;/b&gt; &amp; mer" in text
    assert "&lt;script&gt;alert(1)" in text


def test_colours_have_a_contrast_of_four_and_a_half_to_one(store: Store) -> None:
    css = as_html(full_report(store), "nb")
    colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{3,6})", css))
    grounds = [colours[name] for name in ("ground", "soft")]
    inks = {name: value for name, value in colours.items() if name in ("ink", "quiet", "stop", "warn", "ok", "link")}
    assert 6 == len(inks)
    for name, ink in inks.items():
        for ground in grounds:
            assert contrast(ink, ground) >= 4.5, (name, ink, ground)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, «contrast ratio»."""

    def luminance(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
        parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_nothing_is_told_by_colour_alone(store: Store) -> None:
    text = as_html(full_report(store), "nb")
    assert 'class="tag stop">haster<' in text and 'class="tag stop">passert<' in text
    assert ">0 avvik<" in as_html(Report(**_empty()), "nb")  # type: ignore[arg-type]


def _empty() -> dict[str, object]:
    return {"organisation": "Solvik", "orgnr": "1", "day": TODAY, "made_at": NOW, "zone": "Europe/Oslo"}


def test_the_page_speaks_the_language_it_is_asked_for(store: Store) -> None:
    nb, nn, en = every_page(full_report(store))
    assert "tirsdag 24. november 2026" in nb and "tysdag 24. november" in nn and "Tuesday 24 November" in en
    assert "Hva" in nb and "Kva" in nn and "What" in en
    assert "Ingen forslag" in nb and "Ingen framlegg" in nn and "No proposal" in en


def test_all_report_texts_exist_in_three_languages_with_the_same_blanks() -> None:
    for key, texts in texts_report.TEXTS.items():
        assert 3 == len(texts) and all(texts), key
        blanks = [set(re.findall(r"\{[a-z]+\}", text)) for text in texts]
        assert blanks[0] == blanks[1] == blanks[2], key


def test_dates_are_norwegian_and_no_iso_time_is_shown(store: Store) -> None:
    text = re.sub(r"<code>.*?</code>", "", as_html(full_report(store), "nb"))
    assert "23.11.2026 13:00" in text and "20.11.2026" in text
    assert not re.search(r"\d{4}-\d{2}-\d{2}T", text)


def identity_number(day: int, number: int) -> str:
    """A synthetic fødselsnummer (month + 80), or an empty string where the check digits cannot be made."""
    return complete(f"{1 + day % 28:02}{81 + day % 12}{day % 100:02}{number:03}") or ""


IDENTITY = st.builds(identity_number, st.integers(0, 5000), st.integers(0, 999)).filter(bool)
FIELDS = ("subject", "sender", "detail", "saktittel", "tittel")


@given(
    number=IDENTITY,
    words=st.sampled_from(["", "Søknad fra ", "f. nr. ", "Fil_", "Gjelder "]),
    where=st.sampled_from(FIELDS),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_identity_number_stands_in_any_output(store: Store, number: str, words: str, where: str) -> None:
    said = f"{words}{number}"
    columns = {"saktittel": "Sak", "saksnummer": "2026/1", where: said}
    with store.read() as reads:
        key = f"p{len(list(reads.rows()))}"
    aside(store, key, R.PROPOSAL, **columns)
    report = report_of(store, earlier_missing=f"Feil: {said}")
    for out in (as_html(report, "nb"), as_json(report), as_csv(report), mail_text(report, "/sted"), subject(report)):
        assert number not in out


def test_grounds_and_file_names_are_masked_too(store: Store) -> None:
    from models.decision import Reason

    number = identity_number(7, 123)
    aside(store, f"skann {number}.pdf", R.NO_RULE, Reason(source="rule:r", text=f"treff på {number}"), subject="")
    report = report_of(store)
    assert report.review[0].points.shown[0].evidence
    for out in (as_html(report, "nb"), as_json(report), as_csv(report)):
        assert number not in out and "*****" in out


@pytest.mark.parametrize(
    "words", ["Kode 6", "strengt fortrolig adresse", "adressesperre", "voldsalarm", "sperra adresse"]
)
def test_address_protection_hides_everything_but_the_id(store: Store, words: str) -> None:
    post = aside(
        store, "a", R.NO_RULE, subject=f"Flytting for Kari Myhre ({words})", sender="Kari Myhre", detail="Myhre"
    )
    report = report_of(store)
    for out in (as_html(report, "nb"), as_json(report), as_csv(report)):
        assert post in out and "Myhre" not in out


def test_an_access_code_that_means_address_protection_is_known_by_its_name() -> None:
    masker = Masker(replace(ORG, tilgangskoder={"Å": Tilgangskode(kode="Å", navn="Strengt fortrolig adresse")}))
    assert masker.strict_code("Å") and masker.strict_code("K6")
    assert not masker.strict_code("UO")


def test_shielded_post_shows_its_public_title_and_no_sender(store: Store) -> None:
    shielded = {
        "tilgang": "shielded",
        "tittel": "Om Berit Myhre",
        "offentlig_tittel": "Om *****",
        "sender": "Berit Myhre",
    }
    aside(store, "a", R.PROPOSAL, subject="Berit Myhre", saktittel="Berit Myhre", saksnummer="2026/1", **shielded)
    report = report_of(store)
    for out in (as_html(report, "nb"), as_json(report), as_csv(report)):
        assert "Myhre" not in out and "Om *****" in out


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\n=", "\xa0="])
def test_no_cell_of_the_sheet_is_a_formula(start: str) -> None:
    assert harmless(f"{start}cmd|' /C calc'!A0").startswith("'")


def test_the_sheet_has_a_row_for_each_point_and_neutralised_formulas(store: Store) -> None:
    full_report(store)
    aside(store, "c", R.NO_RULE, subject='=HYPERLINK("http://x";"y")', sender="+47 Kari")
    failures = [Failure(number="2026/1-1", dokumentnummer=2, code="needs_libreoffice")]
    text = as_csv(report_of(store, SignedArchive(failures=failures)))
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert list(CSV_HEAD) == rows[0]
    assert all(len(row) == len(CSV_HEAD) for row in rows)
    cells = [cell for row in rows for cell in row]
    assert '\'=HYPERLINK("http://x";"y")' in cells and "'+47 Kari" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@", "-")]
    assert {"frist", "stoppet", "gjennomsyn", "i M", "over et døgn", "uten arkivformat"} == {row[0] for row in rows[1:]}


def test_the_data_form_has_counts_and_points(store: Store) -> None:
    found = json.loads(as_json(full_report(store)))
    assert found["counts"]["review"] == 1
    assert found["review"][0]["points"]["total"] == 1
    assert found["review"][0]["points"]["shown"][0]["command"].startswith("postrobot review correct")
    assert found["day"] == "2026-11-24"


def test_the_files_can_be_read_by_the_group_and_by_nobody_else(store: Store) -> None:
    for path in write_files(store, full_report(store), language="nb"):
        assert 0o640 == stat.S_IMODE(path.stat().st_mode)
    assert [] == list((store.folder / "rapport").glob(".*"))


def test_a_page_says_how_many_points_it_does_not_show() -> None:
    point = Point(id="x", received="2026-11-24T10:00", what="w", detail="", proposal="", evidence=(), command="c")
    group = Group(code="no_rule", title="t", next_step="n", points=Points(shown=(point,), total=1234))
    assert "1233 til er ikke vist" in as_html(Report(review=(group,), **_empty()), "nb")  # type: ignore[arg-type]


def test_the_cover_has_figures_and_links_and_names_the_organisation_whose_report_is_missing(tmp_path: Path) -> None:
    for number, (name, day) in enumerate(
        (("Solvik", TODAY), ("Fjordby", TODAY), ("Stilla", TODAY - timedelta(days=1)))
    ):
        folder = tmp_path / f"10000000{number}"
        folder.mkdir()
        with opened(StoreAddress.sqlite(folder / "robot.db"), folder, now=Clock(NOW.timestamp())) as store:
            if number == 1:
                aside(store, "a", R.NO_RULE, subject="Hemmelig emne")
            write_files(store, replace(report_of(store), organisation=name, day=day), language="nb")
            cover = write_cover(tmp_path, TODAY, language="nb")
            assert (cover is not None) is (number > 0), "a single organisation needs no cover"
    assert cover is not None
    text = cover.read_text(encoding="utf-8")
    page = Page(text)
    assert 0o640 == stat.S_IMODE(cover.stat().st_mode)
    assert 1 == len(page.all("h1")) and {"row", "col"} == {th["scope"] for th in page.all("th")}
    links = [str(a["href"]) for a in page.all("a") if a.get("class") != "skip"]
    assert 2 == len(links) and all((cover.parent / link).exists() for link in links)
    assert "Rapporten for i dag mangler" in text and "Stilla" in text
    assert "Hemmelig" not in text

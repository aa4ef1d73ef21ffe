"""HTML → PDF by weasyprint, with nothing fetched from outside."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.arkiv.pdfa.pdf import pdf_to_pdfa
from connectors.arkiv.pdfa.result import CannotConvert, Conversion, Fault

if TYPE_CHECKING:
    import weasyprint

# The table is fixed: laying out one long cell in an automatic one took 72 s, against 1.7 s (weasyprint 70).
_STYLE = """
@page { size: A4; margin: 20mm 18mm; @bottom-right { content: counter(page) " av " counter(pages); font-size: 8pt } }
html { font-family: "DejaVu Sans", "Liberation Sans", sans-serif; font-size: 10pt; line-height: 1.4 }
body { overflow-wrap: anywhere }
h1 { font-size: 14pt } h2 { font-size: 11pt; border-top: 1px solid #888; padding-top: 6pt }
pre { font-family: "DejaVu Sans Mono", "Liberation Mono", monospace; font-size: 9pt; white-space: pre-wrap }
table { border-collapse: collapse; table-layout: fixed; width: 100% }
th { text-align: left; vertical-align: top; padding-right: 10pt; width: 22mm }
"""
_IMAGE_PIXELS = 40_000_000
# Scripts that DejaVu has: Latin, Greek, Cyrillic, punctuation, symbols, box drawing. Others would be .notdef, which
# PDF/A forbids; they are shown as a replacement character and the note says so.
_DRAWABLE = re.compile(
    r"[^\t\n -~\u00a0-\u058f\u1e00-\u1fff\u2000-\u200a\u2010-\u2027\u202f-\u205e\u2070-\u27bf\ufb00-\ufb06\ufffd]"
)


def page_of(title: str, body: str) -> str:
    """A whole HTML document of ours around ``body`` (HTML already safe)."""
    return (
        f'<!doctype html><html lang="nb"><head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
        f"<body>{body}</body></html>"
    )


def preformatted(text: str) -> str:
    """Text as it stands, as HTML."""
    return f"<pre>{html.escape(text)}</pre>"


def drawable(text: str) -> tuple[str, bool]:
    """The text with characters that no font of ours has replaced, and whether there were any."""
    result, count = _DRAWABLE.subn("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n"))
    return result, bool(count)


def pages_to_pdfa(
    documents: Sequence[str], target: Path, *, parts: Mapping[str, bytes] | None = None, notes: tuple[str, ...] = ()
) -> Conversion:
    """Renders HTML documents one after another into one PDF/A. ``parts`` are the inline images by Content-ID.

    Each document is laid out alone, so that the style of a letter cannot hide the heading we put before it.

    Raises:
        CannotConvert: what came out is not PDF/A, or a document cannot be laid out.
    """
    import weasyprint

    between = target.with_suffix(".raw.pdf")
    fetch = fetcher(parts or {})
    replaced = False
    rendered: list[Any] = []
    for document in documents:
        text, some = drawable(document)
        replaced = replaced or some
        rendered.append(_lay_out(text, fetch))
    whole = rendered[0].copy([page for one in rendered for page in one.pages])
    try:
        whole.write_pdf(between, pdf_variant="pdf/a-2b")
        if replaced:
            notes = (*notes, "tegn uten skrift er vist som �")
        return pdf_to_pdfa(between, target, tool=f"weasyprint {weasyprint.__version__}", notes=notes)
    finally:
        between.unlink(missing_ok=True)


def _lay_out(document: str, fetch: Any) -> Any:
    import weasyprint

    try:
        return weasyprint.HTML(string=document, base_url=None, url_fetcher=fetch).render(
            stylesheets=[weasyprint.CSS(string=_STYLE, url_fetcher=fetch)], presentational_hints=True
        )
    except (
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        IndexError,
        ZeroDivisionError,
        RecursionError,
        OverflowError,
    ) as bad:
        # weasyprint has no error of its own for markup and style it cannot lay out; these were met in practice.
        raise CannotConvert(Fault.DAMAGED, type(bad).__name__) from bad


def fetcher(parts: Mapping[str, bytes]) -> weasyprint.urls.URLFetcher:
    """A fetcher that gives ``cid:`` images of the mail itself and ``data:`` images, and refuses everything else.

    Nothing is read from disk or net. Images over 40 million pixels are refused too.
    """
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Closed(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            scheme, _, rest = url.partition(":")
            if scheme.lower() == "cid":
                content = parts.get(rest.strip("<>"), b"")
            elif scheme.lower() == "data":
                content = super().fetch(url, headers).read()
            else:
                raise ValueError("nothing is fetched from outside")
            if not small_image(content):
                raise ValueError("not an image, or too large")
            return URLFetcherResponse(url, body=content)

    return Closed(allowed_protocols=["data"])


def small_image(content: bytes) -> bool:
    """Whether this is a bitmap of at most 40 million pixels. SVG is not: it can name other files."""
    from io import BytesIO

    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content)) as image:
            return image.width * image.height <= _IMAGE_PIXELS
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return False

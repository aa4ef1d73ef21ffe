"""Family H: published files, by what the entry tells of them and by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from models.finding import Finding, Severity
from models.noark import Variantformat
from models.published import PublishedFile
from robot.journalcheck.look import Look, Noted

_PAY = re.compile(
    r"\b(?:årslønn|årsløn|månedslønn|månadsløn|lønn(?:en)?|løn(?:a)?)\b[^.\n]{0,40}?\b(?:kr\.?\s*)?\d{3}[ .\u00a0]?\d{3}\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b[A-ZÆØÅ][a-zæøå]+ (?:[A-ZÆØÅ][a-zæøå]+ )?[A-ZÆØÅ][a-zæøå]+\b")
_QUIET = frozenset({"KID", "NAME", "PHONE", "EMAIL", "PLATE", "ADDRESS"})


def h03_unredacted_variant(look: Look) -> Iterator[Noted]:
    """P or A is out although the archive has a redacted variant (O) of the document."""
    redacted = {
        one.tittel
        for one in (look.archived.dokumenter if look.archived is not None else ())
        if any(variant.variant is Variantformat.OFFENTLIG for variant in one.varianter)
    }
    for document in look.entry.dokumenter:
        variants = {one.variant for one in document.filer if one.variant is not None}
        has_o = Variantformat.OFFENTLIG in variants or document.tittel in redacted
        if has_o and variants & {Variantformat.PRODUKSJON, Variantformat.ARKIV}:
            yield Noted(
                check="PJ-H03",
                field="fil",
                note="usladdet variant ved siden av den sladdede",
                value=document.id or document.tittel,
            )


def h04_file_of_what_is_shielded(look: Look) -> Iterator[Noted]:
    """A file is out although entry or document carries an access code. A redacted variant is meant to be out."""
    entry_shut = look.shielded or (look.archived is not None and look.archived.post.skjerming is not None)
    for document in look.entry.dokumenter:
        files = [one for one in document.filer if one.variant is not Variantformat.OFFENTLIG]
        shut = entry_shut or (document.skjerming is not None and bool(document.skjerming.kode))
        if files and shut:
            yield Noted(check="PJ-H04", field="fil", value=document.id or document.tittel)


def h05_never_published(look: Look) -> Iterator[Noted]:
    """Kinds of documents the house never publishes, by type, title or file name."""
    for document in look.entry.dokumenter:
        if not document.filer:
            continue
        told = " ".join((document.dokumenttype, document.tittel, *(one.ref.name for one in document.filer))).casefold()
        hit = next(
            (
                word
                for word in look.setup.never_published
                if re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", told)
            ),
            "",
        )
        if hit:
            yield Noted(check="PJ-H05", field="fil", note=f"dokumenttype: {hit}", value=document.id or document.tittel)


def of_text(file: PublishedFile, text: str, found: Sequence[Finding], look: Look) -> Iterator[Noted]:
    """PJ-H01 and PJ-H07: what stands in the text of a published file (with its metadata)."""
    for one in found:
        grave = one.alvor is Severity.BLOCK or (one.alvor is Severity.WARNING and one.etikett not in _QUIET)
        if grave and one.etikett not in ("NAME",):
            yield Noted(
                check="PJ-H01",
                field="fil",
                masked=f"{one.etikett} {one.masked}",
                value=f"{file.id} {text[one.start : one.end]}",
            )
    for match in _PAY.finditer(text):
        around = text[max(0, match.start() - 120) : match.end() + 60]
        leader = any(word in around.casefold() for word in look.setup.leaders)
        if _NAMED.search(around) and not leader:
            yield Noted(check="PJ-H07", field="fil", masked="lønn", value=f"{file.id} {match[0]}")
            return


def of_leaks(file: PublishedFile, codes: Sequence[str]) -> Iterator[Noted]:
    """PJ-H02: redactions that do not hold, by the inspection's codes."""
    for code in codes:
        yield Noted(check="PJ-H02", field="fil", note=code, value=f"{file.id} {code}")


CHECKS = (h03_unredacted_variant, h04_file_of_what_is_shielded, h05_never_published)

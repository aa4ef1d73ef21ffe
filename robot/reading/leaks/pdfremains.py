"""What a redacted PDF may still say in other places: replacement texts, bookmarks, and content that no page has any longer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from robot.reading.leaks.leak import MOST_TEXT, Leak, LeakKind
from robot.reading.leaks.pdfparts import as_dict, as_list, as_text, faults

_MOST_OBJECTS = 50_000
_MOST_LOOSE = 50
_LARGEST = 8 * 1024 * 1024
_SHOWS_TEXT = re.compile(rb"\bBT\b.*?\b(?:Tj|TJ)\b", re.DOTALL)
_INLINE = re.compile(rb"/ActualText\s*(?:\(((?:\\.|[^\\()]){1,2000})\)|<([0-9A-Fa-f\s]{2,4000})>)", re.DOTALL)
_WORD = re.compile(r"[^\W_]{2,}")
_REPLACING = ("/ActualText", "/Alt", "/E")


def replacement_texts(pdf: Any, shown: str) -> Iterator[Leak]:
    """Words that stand for something on the page, for those who hear or copy it, and that the page itself does not say."""
    known = {word.casefold() for word in _WORD.findall(shown)}
    for text in _replacing(pdf):
        if any(word.casefold() not in known for word in _WORD.findall(text)):
            yield Leak(kind=LeakKind.METADATA, place="erstatningstekst", text=text[:MOST_TEXT])


def bookmarks(pdf: Any) -> Iterator[Leak]:
    """Titles of the outline, which are made of headings as they were."""
    seen: set[Any] = set()
    waiting = [as_dict(pdf.Root.get("/Outlines")).get("/First")]
    while waiting and len(seen) < _MOST_OBJECTS:
        entry = as_dict(waiting.pop())
        if not entry or entry.objgen in seen:
            continue
        seen.add(entry.objgen)
        title = as_text(entry.get("/Title"))
        if title:
            yield Leak(kind=LeakKind.METADATA, place="bokmerke", text=title[:MOST_TEXT])
        waiting += [entry.get("/Next"), entry.get("/First")]


def loose_content(pdf: Any, shown: str, text_of: Callable[[bytes], str | None]) -> Iterator[Leak]:
    """Page content that lies in the file though no page has it: some programs replace it and forget to take it out.

    ``text_of(bytes)`` gives the text of a PDF. Told is only what says something that ``shown`` does not.
    """
    known = {word.casefold() for word in _WORD.findall(shown)}
    for stream in _unreachable(pdf):
        content = _content(stream)
        if not _SHOWS_TEXT.search(content):
            continue
        said = text_of(_on_a_page(pdf, content)) or ""
        gone = [word for word in _WORD.findall(said) if word.casefold() not in known]
        if sum(len(word) for word in gone) >= 3:
            yield Leak(kind=LeakKind.EARLIER_REVISION, place="løst innhold", text=said[:MOST_TEXT], sure=True)


def _replacing(pdf: Any) -> Iterator[str]:
    import pikepdf

    for number, each in enumerate(pdf.objects):
        if number >= _MOST_OBJECTS:
            return
        if isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
            yield from (text for name in _REPLACING if name in each and (text := as_text(each.get(name))))
    for page in pdf.pages:
        contents = page.obj.get("/Contents")
        for stream in as_list(contents) or [contents]:
            if isinstance(stream, pikepdf.Stream):
                for plain, hexed in _INLINE.findall(_content(stream)):
                    yield as_text(pikepdf.String(_unhexed(hexed) if hexed else plain))


def _unhexed(digits: bytes) -> bytes:
    packed = b"".join(digits.split())
    return bytes.fromhex(packed[: len(packed) // 2 * 2].decode("ascii"))


def _unreachable(pdf: Any) -> Iterator[Any]:
    """Streams that nothing leads to from the trailer."""
    import pikepdf

    reached: set[Any] = set()
    waiting: list[Any] = [pdf.trailer]
    while waiting and len(reached) < _MOST_OBJECTS:
        each = waiting.pop()
        if isinstance(each, pikepdf.Object) and each.is_indirect:
            if each.objgen in reached:
                continue
            reached.add(each.objgen)
        if isinstance(each, pikepdf.Array):
            waiting += list(each)
        elif isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
            waiting += [each.get(name) for name in each.keys()]
    if waiting:
        return
    loose = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and each.objgen not in reached]
    yield from [each for each in loose if str(each.get("/Type", "")) not in ("/XRef", "/ObjStm", "/Metadata")][
        :_MOST_LOOSE
    ]


def _content(stream: Any) -> bytes:
    try:
        found: bytes = stream.read_bytes()[:_LARGEST]
    except faults():
        return b""
    return found


def _on_a_page(pdf: Any, content: bytes) -> bytes:
    """A PDF of its own with that content on a page like the first one."""
    import io

    import pikepdf

    made = pikepdf.new()
    page = as_dict(pdf.pages[0].obj) if len(pdf.pages) else {}
    resources = page.get("/Resources") if page else None
    told = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=pikepdf.Array([-2000, -2000, 4000, 4000]),
        Contents=pikepdf.Stream(made, content),
    )
    made.pages.append(pikepdf.Page(told))
    if resources is not None:
        kept = resources if resources.is_indirect else pdf.make_indirect(resources)
        made.pages[0].obj.Resources = made.copy_foreign(kept)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()

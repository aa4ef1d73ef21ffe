"""Text that lies in a page and is not seen on it: found by the ink, not by guessing at what may cover it.

The page is drawn twice, once with its text and once without. Where that makes no difference, the letters are there and
nobody sees them: under a box, a picture or an annotation, white on white, without ink, in a layer that is off, outside the
page. White text on a black table head does make a difference, so it is no finding. What hides it is worked out afterwards.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from robot.reading.leaks.leak import MOST_TEXT, Leak, LeakKind
from robot.reading.pdfopen import scale_within

_DPI = 110
_PIXELS = 4_000_000
_MOST_CHARS = 60_000
_MOST_OBJECTS = 20_000
_INK = 14
"""Grey levels by which a pixel must change to count as ink: less is JPEG noise and anti-aliasing."""

_UNIFORM = 26
_DARK = 110
_LEAST_LETTERS = 3
_LETTER = re.compile(r"[^\W_]")
_NO_INK = frozenset({3, 7})
_LIGHT = 200
_MORE_THAN_SHOWN = 1.25

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Char:
    """One character: where it stands on the drawn page, and the text object it belongs to."""

    text: str
    box: Box
    pixels: tuple[int, int, int, int]
    owner: int


@dataclass(slots=True)
class _Sheet:
    """A page being looked at. ``objects`` are (type, bounds) of what may cover, in drawing order."""

    page: Any
    number: int
    width: int
    height: int
    scale: float
    objects: list[tuple[int, Box]]
    annotations: list[tuple[int, Box]]


def hidden_on(document: Any, number: int, *, layers_off: bool) -> Iterator[Leak]:
    """What lies on page ``number`` (from 1) without being seen. ``layers_off``: the file has layers that are not shown."""
    page = document[number - 1]
    textpage = page.get_textpage()
    try:
        sheet = _sheet(page, number)
        yield from _cropped_images(sheet)
        yield from _pending(sheet, textpage)
        chars, owners = _chars(sheet, textpage)
        if chars and (layers_off or _may_hide(sheet, chars, owners)):
            yield from _unseen(sheet, chars, owners, layers_off=layers_off)
    finally:
        textpage.close()
        page.close()


def _raw() -> Any:
    import pypdfium2

    return pypdfium2.raw


def _sheet(page: Any, number: int) -> _Sheet:
    raw = _raw()
    width_pt, height_pt = page.get_size()
    scale = scale_within(width_pt, height_pt, dpi=_DPI, pixels=_PIXELS)
    objects = []
    for place, item in enumerate(page.get_objects(max_depth=1)):
        if place >= _MOST_OBJECTS:
            break
        if item.type == raw.FPDF_PAGEOBJ_TEXT:
            continue
        if item.type == raw.FPDF_PAGEOBJ_PATH and not _filled(item.raw):
            continue
        objects.append((int(item.type), tuple(map(float, item.get_bounds()))))
    annotations = []
    for place in range(min(raw.FPDFPage_GetAnnotCount(page), 2_000)):
        annotation = raw.FPDFPage_GetAnnot(page, place)
        if not annotation:
            continue
        rect = raw.FS_RECTF()
        if raw.FPDFAnnot_GetRect(annotation, rect):
            annotations.append((raw.FPDFAnnot_GetSubtype(annotation), (rect.left, rect.bottom, rect.right, rect.top)))
        raw.FPDFPage_CloseAnnot(annotation)
    return _Sheet(
        page=page,
        number=number,
        width=max(1, int(width_pt * scale + 0.999)),
        height=max(1, int(height_pt * scale + 0.999)),
        scale=scale,
        objects=objects,  # type: ignore[arg-type]
        annotations=annotations,
    )


def _filled(path: Any) -> bool:
    mode, stroked = ctypes.c_int(0), ctypes.c_int(0)
    if not _raw().FPDFPath_GetDrawMode(path, mode, stroked):
        return True
    # A thick stroke covers as well as a fill does.
    width = ctypes.c_float(0)
    _raw().FPDFPageObj_GetStrokeWidth(path, width)
    return mode.value != 0 or (bool(stroked.value) and width.value >= 4)


def _chars(sheet: _Sheet, textpage: Any) -> tuple[list[_Char], list[Any]]:
    """Every letter with its place in pixels, and the text objects by number."""
    raw = _raw()
    owners: list[Any] = []
    numbers: dict[int, int] = {}
    found = []
    rect = raw.FS_RECTF()
    for place in range(min(textpage.count_chars(), _MOST_CHARS)):
        code = raw.FPDFText_GetUnicode(textpage, place)
        text = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if raw.FPDFText_IsGenerated(textpage, place) or not text.strip():
            found.append(_Char(text=text if text.strip() else " ", box=(0, 0, 0, 0), pixels=(0, 0, 0, 0), owner=-1))
            continue
        if not raw.FPDFText_GetLooseCharBox(textpage, place, rect):
            continue
        owner = raw.FPDFText_GetTextObject(textpage, place)
        address = ctypes.cast(owner, ctypes.c_void_p).value or 0
        if address not in numbers:
            numbers[address] = len(owners)
            owners.append(owner)
        box = (float(rect.left), float(rect.bottom), float(rect.right), float(rect.top))
        found.append(_Char(text=text, box=box, pixels=_pixels(sheet, box), owner=numbers[address]))
    return found, owners


def _pixels(sheet: _Sheet, box: Box) -> tuple[int, int, int, int]:
    raw = _raw()
    xs, ys = [], []
    x, y = ctypes.c_int(0), ctypes.c_int(0)
    for across, up in ((box[0], box[1]), (box[2], box[3])):
        raw.FPDF_PageToDevice(sheet.page, 0, 0, sheet.width, sheet.height, 0, across, up, x, y)
        xs.append(x.value)
        ys.append(y.value)
    return min(xs), min(ys), max(xs) + 1, max(ys) + 1


def _may_hide(sheet: _Sheet, chars: Sequence[_Char], owners: Sequence[Any]) -> bool:
    """Whether anything here could hide text at all; most letters are dark text on nothing, and need no drawing."""
    if sheet.objects or sheet.annotations:
        return True
    if any(_is_outside(sheet, each) for each in chars if each.owner >= 0):
        return True
    return any(
        _render_mode(owner) in _NO_INK or _is_light(owner) or _clip(owner) is not None for owner in owners if owner
    )


def _render_mode(owner: Any) -> int:
    return int(_raw().FPDFTextObj_GetTextRenderMode(owner)) if owner else 0


def _colour(owner: Any) -> tuple[int, int, int, int]:
    red, green, blue, alpha = (ctypes.c_uint(0) for _ in range(4))
    if not owner or not _raw().FPDFPageObj_GetFillColor(owner, red, green, blue, alpha):
        return 0, 0, 0, 255
    return red.value, green.value, blue.value, alpha.value


def _is_light(owner: Any) -> bool:
    red, green, blue, alpha = _colour(owner)
    return min(red, green, blue) >= _LIGHT or alpha < 40


def _unseen(sheet: _Sheet, chars: Sequence[_Char], owners: Sequence[Any], *, layers_off: bool) -> Iterator[Leak]:
    shown = _drawn(sheet, annotations=True)
    bare = _without(sheet, owners, annotations=True)
    ink = _difference(shown, bare)
    runs = list(_runs(sheet, chars, ink))
    if not runs:
        return
    under: Any = None
    for run in runs:
        owner = owners[run[0].owner]
        box, area = _around(run)
        text = "".join(each.text for each in run)[:MOST_TEXT]
        if all(_is_outside(sheet, each) for each in run):
            yield Leak(kind=LeakKind.OUTSIDE, page=sheet.number, box=box, text=text)
            continue
        covering = [kind for kind, over in sheet.annotations if _holds(over, box)]
        if covering:
            if under is None:
                without = _drawn(sheet, annotations=False)
                under = _difference(without, _without(sheet, owners, annotations=False))
            if any(_has_ink(under, each.pixels) for each in run):
                if any(kind != _raw().FPDF_ANNOT_WIDGET for kind in covering):
                    yield Leak(kind=LeakKind.ANNOTATION, page=sheet.number, box=box, text=text, sure=True)
                continue
        leak = _told(sheet, run, owner, shown, box, area, layers_off=layers_off)
        if leak is not None:
            yield Leak(kind=leak[0], page=sheet.number, box=box, text=text, sure=leak[1])


def _told(
    sheet: _Sheet,
    run: Sequence[_Char],
    owner: Any,
    shown: Any,
    box: Box,
    area: tuple[int, int, int, int],
    *,
    layers_off: bool,
) -> tuple[LeakKind, bool] | None:
    """Why this text is not seen, and whether that looks meant; None when it is no loss (the text layer of a readable scan)."""
    raw = _raw()
    ground = _ground(shown, area)
    dark = ground is not None and max(ground) < _DARK
    over = [kind for kind, bounds in sheet.objects if _holds(bounds, box)]
    if _render_mode(owner) in _NO_INK:
        if ground is None:
            return None
        if raw.FPDF_PAGEOBJ_IMAGE in over and dark:
            return LeakKind.OCR_UNDER_BOX, True
        return (LeakKind.COVERED, True) if dark and over else (LeakKind.INVISIBLE, False)
    red, green, blue, alpha = _colour(owner)
    if alpha < 8:
        return LeakKind.INVISIBLE, False
    if not over:
        same = ground is not None and _near(ground, (red, green, blue))
        if same and not (layers_off and max(ground or (0,)) >= _LIGHT > max(red, green, blue)):
            return LeakKind.SAME_COLOUR, dark
        return (LeakKind.HIDDEN_LAYER, True) if layers_off or _in_a_layer(owner) else (LeakKind.OUTSIDE, False)
    if _in_a_layer(owner) and layers_off and not dark:
        return LeakKind.HIDDEN_LAYER, True
    if ground is not None and not dark and _near(ground, (red, green, blue)):
        return LeakKind.SAME_COLOUR, False
    return LeakKind.COVERED, dark or ground is None


def _in_a_layer(owner: Any) -> bool:
    """Whether the text object is marked as optional content."""
    raw = _raw()
    for place in range(max(0, raw.FPDFPageObj_CountMarks(owner))):
        mark = raw.FPDFPageObj_GetMark(owner, place)
        size = ctypes.c_ulong(0)
        buffer = (ctypes.c_ushort * 64)()
        if raw.FPDFPageObjMark_GetName(mark, buffer, ctypes.sizeof(buffer), size):
            name = bytes(buffer)[: max(0, size.value - 2)].decode("utf-16-le", "replace")
            if name == "OC":
                return True
    return False


def _drawn(sheet: _Sheet, *, annotations: bool) -> Any:
    bitmap = sheet.page.render(scale=sheet.scale, may_draw_forms=annotations, draw_annots=annotations)
    return bitmap.to_pil().convert("RGB")


def _without(sheet: _Sheet, owners: Sequence[Any], *, annotations: bool) -> Any:
    """The page drawn without its text; everything is put back as it was."""
    raw = _raw()
    active = ctypes.c_int(1)
    shown = [owner for owner in owners if owner and raw.FPDFPageObj_GetIsActive(owner, active) and active.value]
    for owner in shown:
        raw.FPDFPageObj_SetIsActive(owner, False)
    try:
        return _drawn(sheet, annotations=annotations)
    finally:
        for owner in shown:
            raw.FPDFPageObj_SetIsActive(owner, True)


def _difference(one: Any, other: Any) -> Any:
    """Where the two differ, as a one-channel mask."""
    from PIL import ImageChops

    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([0 if level < _INK else 255 for level in range(256)])


def _has_ink(ink: Any, pixels: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = _within(ink, pixels)
    return right > left and bottom > top and ink.crop((left, top, right, bottom)).getbbox() is not None


def _within(image: Any, pixels: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    width, height = image.size
    return max(0, pixels[0]), max(0, pixels[1]), min(width, pixels[2]), min(height, pixels[3])


def _runs(sheet: _Sheet, chars: Sequence[_Char], ink: Any) -> Iterator[list[_Char]]:
    """Neighbouring letters that nobody sees, at least three of them; a space between two belongs to both."""
    run: list[_Char] = []
    for each in (*chars, None):
        unseen = each is not None and (each.owner < 0 or not _has_ink(ink, each.pixels))
        near = not run or each is None or each.owner < 0 or _same_line(_last(run), each)
        if unseen and near and each is not None:
            run.append(each)
            continue
        yield from _kept(run)
        run = [each] if unseen and each is not None else []


def _last(run: Sequence[_Char]) -> _Char:
    return next((each for each in reversed(run) if each.owner >= 0), run[-1])


def _same_line(one: _Char, other: _Char) -> bool:
    if one.owner < 0:
        return True
    height = max(one.box[3] - one.box[1], other.box[3] - other.box[1], 1.0)
    return abs(one.box[1] - other.box[1]) < height and other.box[0] - one.box[2] < 6 * height


def _kept(run: list[_Char]) -> Iterator[list[_Char]]:
    while run and run[0].owner < 0:
        run = run[1:]
    while run and run[-1].owner < 0:
        run = run[:-1]
    if sum(1 for each in run if _LETTER.match(each.text)) >= _LEAST_LETTERS:
        yield run


def _around(run: Sequence[_Char]) -> tuple[Box, tuple[int, int, int, int]]:
    real = [each for each in run if each.owner >= 0]
    box = (
        min(each.box[0] for each in real),
        min(each.box[1] for each in real),
        max(each.box[2] for each in real),
        max(each.box[3] for each in real),
    )
    area = (
        min(each.pixels[0] for each in real),
        min(each.pixels[1] for each in real),
        max(each.pixels[2] for each in real),
        max(each.pixels[3] for each in real),
    )
    return box, area


def _ground(shown: Any, area: tuple[int, int, int, int]) -> tuple[int, int, int] | None:
    """The one colour of the middle of a place; None when it has more than one."""
    left, top, right, bottom = _within(shown, area)
    inset = max(0, (bottom - top) // 4)
    left, right, top, bottom = left + 1, max(left + 2, right - 1), top + inset, max(top + inset + 1, bottom - inset)
    if right <= left or bottom <= top or left >= shown.size[0] or top >= shown.size[1]:
        return None
    levels = shown.crop((left, top, right, bottom)).getextrema()
    if any(most - least > _UNIFORM for least, most in levels):
        return None
    red, green, blue = ((least + most) // 2 for least, most in levels)
    return red, green, blue


def _near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 2 * _UNIFORM for a, b in zip(one, other, strict=True))


def _holds(outer: Box, inner: Box) -> bool:
    """Whether the middle of ``inner`` lies in ``outer``."""
    across, up = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= across <= outer[2] and outer[1] <= up <= outer[3]


def _is_outside(sheet: _Sheet, char: _Char) -> bool:
    if char.owner < 0:
        return True
    left, top, right, bottom = char.pixels
    return right <= 0 or bottom <= 0 or left >= sheet.width or top >= sheet.height


def _pending(sheet: _Sheet, textpage: Any) -> Iterator[Leak]:
    """Marked for redaction, and never carried out."""
    for kind, box in sheet.annotations:
        if kind != _raw().FPDF_ANNOT_REDACT:
            continue
        text = textpage.get_text_bounded(*box).strip()
        if text:
            yield Leak(kind=LeakKind.REDACTION_PENDING, page=sheet.number, box=box, text=text[:MOST_TEXT], sure=True)


def _cropped_images(sheet: _Sheet) -> Iterator[Leak]:
    """Pictures of which the page shows only a part: the rest lies in the file."""
    left, bottom, right, top = _page_box(sheet.page)
    for item in sheet.page.get_objects(filter=[_raw().FPDF_PAGEOBJ_IMAGE], max_depth=1):
        box = tuple(map(float, item.get_bounds()))
        whole = (box[2] - box[0]) * (box[3] - box[1])
        clip = _clip(item.raw) or (left, bottom, right, top)
        shown = max(0.0, min(box[2], clip[2], right) - max(box[0], clip[0], left)) * max(
            0.0, min(box[3], clip[3], top) - max(box[1], clip[1], bottom)
        )
        if whole > 400 and whole > shown * _MORE_THAN_SHOWN:
            yield Leak(kind=LeakKind.CROPPED_IMAGE, page=sheet.number, box=(box[0], box[1], box[2], box[3]), sure=False)


def _page_box(page: Any) -> Box:
    """What of the page is shown (CropBox within MediaBox, inherited ones too)."""
    rect = _raw().FS_RECTF()
    _raw().FPDF_GetPageBoundingBox(page, rect)
    return float(rect.left), float(rect.bottom), float(rect.right), float(rect.top)


def _clip(item: Any) -> Box | None:
    """The bounds of an object's clip path, on the page; None when it has none."""
    raw = _raw()
    path = raw.FPDFPageObj_GetClipPath(item)
    if not path:
        return None
    x, y = ctypes.c_float(0), ctypes.c_float(0)
    bounds: Box | None = None
    for number in range(max(0, raw.FPDFClipPath_CountPaths(path))):
        xs, ys = [], []
        for place in range(max(0, raw.FPDFClipPath_CountPathSegments(path, number))):
            segment = raw.FPDFClipPath_GetPathSegment(path, number, place)
            if segment and raw.FPDFPathSegment_GetPoint(segment, x, y):
                xs.append(x.value)
                ys.append(y.value)
        if not xs:
            continue
        own = (min(xs), min(ys), max(xs), max(ys))
        bounds = own if bounds is None else (
            max(bounds[0], own[0]), max(bounds[1], own[1]), min(bounds[2], own[2]), min(bounds[3], own[3])
        )  # fmt: skip
    return bounds

"""PDF files that give something away, one way each, and ordinary ones that look as if they did. All persons are invented."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pikepdf
from fpdf import FPDF
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageDraw

from robot.reading.leaks.leak import LeakKind as Kind

SECRET = "Kari Hemmelig 418237"
VISIBLE = "Kommunen har mottatt søknaden og behandler den i løpet av tre uker."
FONTS = Dictionary(
    F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One file: how it is made, and the kinds of which at least one must be told with the secret in its text."""

    make: Callable[[], bytes]
    kinds: frozenset[Kind] = field(default_factory=frozenset)
    text: bool = True


def text(words: str, x: float = 60, y: float = 700, *, size: int = 12, colour: str = "0 g", mode: int = 0) -> str:
    """A content stream that writes words."""
    return f"BT {colour} {mode} Tr /F1 {size} Tf {x} {y} Td ({words}) Tj 0 Tr ET\n"


def line() -> str:
    """An ordinary, visible line."""
    return text(VISIBLE.replace("ø", "\\370"), 60, 760)


def box(colour: str = "0 g", x: float = 50, y: float = 690, w: float = 300, h: float = 30) -> str:
    """A filled rectangle over the secret."""
    return f"{colour} {x} {y} {w} {h} re f\n"


def pdf(content: str, *, resources: Mapping[str, object] | None = None, **page: object) -> pikepdf.Pdf:
    """A page with a content stream."""
    made = pikepdf.new()
    told = Dictionary(Font=FONTS)
    for name, value in (resources or {}).items():
        told[f"/{name}"] = value
    made.pages.append(
        pikepdf.Page(
            Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, 595, 842]),
                Resources=told,
                Contents=Stream(made, content.encode("latin-1")),
            )
        )
    )
    for name, value in page.items():
        made.pages[0].obj[f"/{name}"] = value
    return made


def saved(made: pikepdf.Pdf, **how: object) -> bytes:
    """Its bytes."""
    out = io.BytesIO()
    made.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def picture(
    draw: Callable[[ImageDraw.ImageDraw], None] | None = None, *, size: tuple[int, int] = (1240, 1754)
) -> Image.Image:
    """A picture of a page: white, with what is drawn on it."""
    made = Image.new("RGB", size, "white")
    if draw is not None:
        draw(ImageDraw.Draw(made))
    return made


def with_image(content: str, image: Image.Image) -> pikepdf.Pdf:
    """A page that can draw ``/Im1``."""
    made = pdf(content)
    raw = Stream(made, image.tobytes())
    raw.Type, raw.Subtype, raw.ColorSpace = Name.XObject, Name.Image, Name.DeviceRGB
    raw.Width, raw.Height, raw.BitsPerComponent = image.width, image.height, 8
    made.pages[0].obj.Resources["/XObject"] = Dictionary(Im1=made.make_indirect(raw))
    return made


def annotated(content: str, *annotations: Dictionary, stream: str = "") -> bytes:
    """A page with annotations; ``stream`` is the appearance of the first."""
    made = pdf(content)
    if stream:
        appearance = Stream(made, stream.encode())
        appearance.Type, appearance.Subtype = Name.XObject, Name.Form
        appearance.BBox = Array([0, 0, 300, 30])
        annotations[0]["/AP"] = Dictionary(N=made.make_indirect(appearance))
    made.pages[0].obj.Annots = Array([made.make_indirect(each) for each in annotations])
    return saved(made)


def square(kind: str = "Square", **more: object) -> Dictionary:
    """An annotation over the secret."""
    told = Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=Array([50, 690, 350, 720]), F=4)
    for name, value in more.items():
        told[f"/{name}"] = value
    return told


def layered(*, off: bool) -> bytes:
    """The secret in a layer."""
    made = pdf(line() + f"/OC /MC0 BDC\n{text(SECRET)}EMC\n")
    layer = made.make_indirect(Dictionary(Type=Name.OCG, Name=String("Navn")))
    made.pages[0].obj.Resources["/Properties"] = Dictionary(MC0=layer)
    shown = Dictionary(Order=Array([layer]), OFF=Array([layer] if off else []), ON=Array([] if off else [layer]))
    made.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=shown)
    return saved(made)


def scan(*, painted: bool, words: str = SECRET) -> bytes:
    """A scanned page with a text layer from OCR; ``painted``: a black bar was painted into the picture afterwards."""

    def draw(on: ImageDraw.ImageDraw) -> None:
        for y in range(200, 1500, 60):
            on.text((120, y), VISIBLE, fill="black", font_size=28)
        if painted:
            on.rectangle((100, 240, 740, 330), fill="black")
        else:
            on.text((126, 266), words, fill="black", font_size=25)

    layer = text(words, 60, 842 - 293 * 595 / 1240, mode=3)
    return saved(with_image(f"q 595 0 0 842 0 0 cm /Im1 Do Q\n{layer}", picture(draw)))


def updated(*, redact: bool) -> bytes:
    """A file saved twice, the second time by adding to the first: the secret was taken out, or a line put in."""
    first = saved(pdf(line() + text(SECRET)), static_id=True)
    whole = pikepdf.open(io.BytesIO(first))
    new = line() if redact else line() + text(SECRET) + text("Lest og godkjent", y=500)
    number = whole.pages[0].obj.Contents.objgen[0]
    start = len(first) + 1
    stream = new.encode("latin-1")
    added = f"{number} 0 obj\n<</Length {len(stream)}>>\nstream\n".encode() + stream + b"\nendstream\nendobj\n"
    before = int(first.rpartition(b"startxref")[2].split()[0])
    root = whole.trailer.Root.objgen[0]
    size = int(whole.trailer.Size)
    table = (
        f"xref\n{number} 1\n{start:010d} 00000 n \ntrailer\n<</Size {size}/Root {root} 0 R/Prev {before}>>\n".encode()
    )
    return first + b"\n" + added + table + f"startxref\n{start + len(added)}\n%%EOF\n".encode()


def within(inner: bytes, name: str = "vedlegg.pdf") -> bytes:
    """A file in a file."""
    made = pdf(line())
    made.attachments[name] = pikepdf.AttachedFileSpec(made, inner, filename=name)
    return saved(made)


def with_info(**info: str) -> bytes:
    """Document information as written by Word."""
    made = pdf(line())
    for name, value in info.items():
        made.docinfo[f"/{name}"] = value
    return saved(made)


def with_xmp() -> bytes:
    """XMP metadata."""
    made = pdf(line())
    with made.open_metadata() as meta:
        meta["dc:creator"] = [SECRET]
    return saved(made)


def form_field(*, hidden: bool) -> bytes:
    """A filled-in field."""
    made = pdf(line())
    field_ = made.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("navn"),
            V=String(SECRET),
            F=2 if hidden else 4,
            Rect=Array([60, 600, 300, 620]),
            DA=String("/F1 12 Tf 0 g"),
        )
    )
    made.pages[0].obj.Annots = Array([field_])
    made.Root.AcroForm = Dictionary(Fields=Array([field_]), DR=Dictionary(Font=FONTS), DA=String("/F1 12 Tf 0 g"))
    return saved(made)


def nested(content: str, after: str) -> bytes:
    """The secret inside a form object, as office programs write it."""
    made = pdf(line() + "/Fm1 Do\n" + after)
    form = Stream(made, content.encode("latin-1"))
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox, form.Resources = Array([0, 0, 595, 842]), Dictionary(Font=FONTS)
    made.pages[0].obj.Resources["/XObject"] = Dictionary(Fm1=made.make_indirect(form))
    return saved(made)


def loose() -> bytes:
    """The page got new content, and the old lies in the file still, though no page has it."""
    first = saved(pdf(line() + text(SECRET)), static_id=True)
    return re.sub(rb"/Contents \d+ 0 R", lambda found: b" " * len(found[0]), first, count=1)


def replaced(inline: bool) -> bytes:
    """The text is gone from the page; what it stands for is still told to those who copy or hear it."""
    if inline:
        return saved(pdf(line() + f"/Span <</ActualText ({SECRET})>> BDC\n{box()}EMC\n"))
    made = pdf(line() + box())
    element = made.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Span, Alt=String(SECRET)))
    made.Root.StructTreeRoot = made.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=element))
    return saved(made)


def bookmarked() -> bytes:
    """A bookmark made of a heading that is gone."""
    made = pdf(line())
    with made.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(f"Sak om {SECRET}", 0))
    return saved(made)


def cropped(content: str, crop: tuple[int, int, int, int]) -> bytes:
    """A page of which only a part is shown."""
    return saved(pdf(content, CropBox=Array(crop)))


def _photo(on: ImageDraw.ImageDraw) -> None:
    on.rectangle((0, 0, 5000, 5000), fill=(30, 60, 120))
    for number in range(0, 1200, 17):
        on.ellipse((number, (number * 7) % 400, number + 60, (number * 7) % 400 + 60), fill=(number % 255, 90, 200))


_OVER = "q 320 0 0 60 50 680 cm /Im1 Do Q"
_GS = {"ExtGState": Dictionary(G1=Dictionary(Type=Name.ExtGState, BM=Name.Multiply), G2=Dictionary(ca=0))}

LEAKY: Mapping[str, Case] = {
    "black_box": Case(make=lambda: saved(pdf(line() + text(SECRET) + box())), kinds=frozenset({Kind.COVERED})),
    "grey_box": Case(make=lambda: saved(pdf(line() + text(SECRET) + box("0.3 g"))), kinds=frozenset({Kind.COVERED})),
    "white_box": Case(make=lambda: saved(pdf(line() + text(SECRET) + box("1 g"))), kinds=frozenset({Kind.COVERED})),
    "coloured_box": Case(
        make=lambda: saved(pdf(line() + text(SECRET) + box("0.8 0.1 0.1 rg"))), kinds=frozenset({Kind.COVERED})
    ),
    "thick_line": Case(
        make=lambda: saved(pdf(line() + text(SECRET) + "0 G 24 w 50 704 m 350 704 l S\n")),
        kinds=frozenset({Kind.COVERED}),
    ),
    "black_text_on_black": Case(
        make=lambda: saved(pdf(line() + box() + text(SECRET))), kinds=frozenset({Kind.COVERED, Kind.SAME_COLOUR})
    ),
    "multiplied_highlight": Case(
        make=lambda: saved(pdf(line() + text(SECRET) + f"/G1 gs {box()}", resources=_GS)),
        kinds=frozenset({Kind.COVERED}),
    ),
    "white_on_white": Case(
        make=lambda: saved(pdf(line() + text(SECRET, colour="1 g"))), kinds=frozenset({Kind.SAME_COLOUR})
    ),
    "nearly_white": Case(
        make=lambda: saved(pdf(line() + text(SECRET, colour="0.99 g"))), kinds=frozenset({Kind.SAME_COLOUR})
    ),
    "no_ink": Case(make=lambda: saved(pdf(line() + text(SECRET, mode=3))), kinds=frozenset({Kind.INVISIBLE})),
    "see_through": Case(
        make=lambda: saved(pdf(line() + f"q /G2 gs {text(SECRET)} Q", resources=_GS)), kinds=frozenset({Kind.INVISIBLE})
    ),
    "picture_over": Case(
        make=lambda: saved(with_image(line() + text(SECRET) + _OVER, picture(_photo, size=(1200, 460)))),
        kinds=frozenset({Kind.COVERED}),
    ),
    "black_picture_over": Case(
        make=lambda: saved(with_image(line() + text(SECRET) + _OVER, Image.new("RGB", (40, 20)))),
        kinds=frozenset({Kind.COVERED}),
    ),
    "in_a_form_object": Case(make=lambda: nested(text(SECRET), box()), kinds=frozenset({Kind.COVERED})),
    "box_in_a_form_object": Case(make=lambda: nested(text(SECRET) + box(), ""), kinds=frozenset({Kind.COVERED})),
    "square_annotation": Case(
        make=lambda: annotated(line() + text(SECRET), square(IC=Array([0, 0, 0])), stream="0 g 0 0 300 30 re f"),
        kinds=frozenset({Kind.ANNOTATION}),
    ),
    "black_highlight_annotation": Case(
        make=lambda: annotated(
            line() + text(SECRET),
            square("Highlight", C=Array([0, 0, 0]), QuadPoints=Array([50, 720, 350, 720, 50, 690, 350, 690])),
        ),
        kinds=frozenset({Kind.ANNOTATION}),
    ),
    "stamp_annotation": Case(
        make=lambda: annotated(line() + text(SECRET), square("Stamp"), stream="0.1 g 0 0 300 30 re f"),
        kinds=frozenset({Kind.ANNOTATION}),
    ),
    "redaction_never_applied": Case(
        make=lambda: annotated(line() + text(SECRET), square("Redact")), kinds=frozenset({Kind.REDACTION_PENDING})
    ),
    "layer_off": Case(make=lambda: layered(off=True), kinds=frozenset({Kind.HIDDEN_LAYER})),
    "outside_the_page": Case(make=lambda: saved(pdf(line() + text(SECRET, x=-400))), kinds=frozenset({Kind.OUTSIDE})),
    "outside_the_crop": Case(
        make=lambda: cropped(line() + text(SECRET, y=100), (0, 400, 595, 842)), kinds=frozenset({Kind.OUTSIDE})
    ),
    "clipped_away": Case(
        make=lambda: saved(pdf(f"{line()}q 0 0 20 20 re W n {text(SECRET)} Q")), kinds=frozenset({Kind.OUTSIDE})
    ),
    "painted_scan": Case(make=lambda: scan(painted=True), kinds=frozenset({Kind.OCR_UNDER_BOX})),
    "cropped_picture": Case(
        make=lambda: saved(with_image("q 60 600 200 60 re W n 500 0 0 400 60 400 cm /Im1 Do Q", picture(_photo))),
        kinds=frozenset({Kind.CROPPED_IMAGE}),
        text=False,
    ),
    "earlier_revision": Case(make=lambda: updated(redact=True), kinds=frozenset({Kind.EARLIER_REVISION})),
    "author": Case(make=lambda: with_info(Author=SECRET), kinds=frozenset({Kind.METADATA})),
    "title": Case(make=lambda: with_info(Title=f"Vedtak {SECRET}"), kinds=frozenset({Kind.METADATA})),
    "own_field": Case(make=lambda: with_info(Klient=SECRET), kinds=frozenset({Kind.METADATA})),
    "xmp": Case(make=with_xmp, kinds=frozenset({Kind.METADATA})),
    "sticky_note": Case(
        make=lambda: annotated(line(), square("Text", Contents=String(SECRET))), kinds=frozenset({Kind.COMMENT})
    ),
    "commented_highlight": Case(
        make=lambda: annotated(line(), square("Highlight", C=Array([1, 1, 0]), Contents=String(SECRET))),
        kinds=frozenset({Kind.COMMENT}),
    ),
    "hidden_field": Case(make=lambda: form_field(hidden=True), kinds=frozenset({Kind.HIDDEN_FIELD})),
    "file_within": Case(make=lambda: within(b"\xd0\xcf\x11\xe0", f"{SECRET}.doc"), kinds=frozenset({Kind.EMBEDDED})),
    "fake_redaction_within": Case(
        make=lambda: within(saved(pdf(line() + text(SECRET) + box()))), kinds=frozenset({Kind.COVERED})
    ),
    "fake_redaction_two_deep": Case(
        make=lambda: within(within(saved(pdf(line() + text(SECRET) + box())))), kinds=frozenset({Kind.COVERED})
    ),
    "loose_content": Case(make=loose, kinds=frozenset({Kind.EARLIER_REVISION})),
    "text_for_copying": Case(make=lambda: replaced(inline=True), kinds=frozenset({Kind.METADATA})),
    "text_for_hearing": Case(make=lambda: replaced(inline=False), kinds=frozenset({Kind.METADATA})),
    "bookmark": Case(make=bookmarked, kinds=frozenset({Kind.METADATA})),
    "rotated_page": Case(
        make=lambda: saved(pdf(line() + text(SECRET) + box(), Rotate=90)), kinds=frozenset({Kind.COVERED})
    ),
    "small_print": Case(
        make=lambda: saved(pdf(line() + text(SECRET, size=6) + box())), kinds=frozenset({Kind.COVERED})
    ),
}
"""Files that give something away."""


def letter(decorate: Callable[[FPDF], None]) -> bytes:
    """A letter as office programs make them."""
    made = FPDF()
    made.add_page()
    made.set_font("Helvetica", size=11)
    made.multi_cell(0, 6, VISIBLE * 8)
    decorate(made)
    return bytes(made.output())


def _dark_table(made: FPDF) -> None:
    made.ln()
    made.set_x(10)
    made.set_fill_color(0, 0, 0)
    made.set_text_color(255, 255, 255)
    for head in ("Navn", "Adresse", "Vedtak"):
        made.cell(60, 8, head, border=1, fill=True)
    made.ln()
    made.set_text_color(0, 0, 0)
    made.set_fill_color(230, 230, 230)
    for row in range(12):
        for column in range(3):
            made.cell(60, 7, f"Rad {row} felt {column}", border=1, fill=row % 2 == 0)
        made.ln()


def _empty_bars(made: FPDF) -> None:
    made.set_fill_color(0, 0, 0)
    for y in range(120, 200, 20):
        made.rect(20, y, 80, 6, style="F")
        made.set_xy(105, y)
        made.cell(40, 6, "synlig ved siden av")


def _link(made: FPDF) -> None:
    made.set_xy(10, 120)
    made.set_text_color(0, 0, 255)
    made.cell(60, 8, "Les mer hos kommunen", link="https://solvik.example")


def _logo(made: FPDF) -> None:
    made.image(picture(_photo, size=(400, 160)), x=150, y=230, w=40)
    made.image(Image.new("RGB", (60, 60), "black"), x=10, y=250, w=15)


def burnt(*, bar: bool = True) -> bytes:
    """A page as one picture with the bar in it and no text at all: a redaction that holds."""

    def draw(on: ImageDraw.ImageDraw) -> None:
        on.text((120, 200), VISIBLE, fill="black", font_size=28)
        if bar:
            on.rectangle((100, 240, 740, 330), fill="black")

    return saved(with_image("q 595 0 0 842 0 0 cm /Im1 Do Q", picture(draw)))


INNOCENT: Mapping[str, Callable[[], bytes]] = {
    "plain_letter": lambda: letter(lambda made: None),
    "white_text_on_black_heads": lambda: letter(_dark_table),
    "bars_with_nothing_under": lambda: letter(_empty_bars),
    "links": lambda: letter(_link),
    "logo_and_black_mark": lambda: letter(_logo),
    "white_on_black_by_hand": lambda: saved(pdf(line() + box() + text("Overskrift", colour="1 g"))),
    "grey_on_white": lambda: saved(pdf(line() + text("Svak bunntekst", colour="0.75 g"))),
    "light_yellow_marker": lambda: saved(
        pdf(line() + text("Merket tekst") + f"/G1 gs {box('1 1 0.4 rg')}", resources=_GS)
    ),
    "yellow_highlight_annotation": lambda: annotated(
        line() + text("Merket tekst"),
        square("Highlight", C=Array([1, 1, 0]), QuadPoints=Array([50, 720, 350, 720, 50, 690, 350, 690])),
    ),
    "readable_scan_with_text_layer": lambda: scan(painted=False),
    "picture_redacted_for_good": burnt,
    "layer_that_is_on": lambda: layered(off=False),
    "visible_field": lambda: form_field(hidden=False),
    "saved_twice_with_an_addition": lambda: updated(redact=False),
    "bold_by_drawing_twice": lambda: saved(pdf(line() + text("Vedtak") + text("Vedtak", x=60.4))),
    "outlined_text": lambda: saved(pdf(line() + text("Vedtak", mode=1))),
    "text_over_a_picture": lambda: saved(
        with_image(
            "q 500 0 0 200 50 600 cm /Im1 Do Q " + text("Kommune", colour="1 g"), picture(_photo, size=(1200, 460))
        )
    ),
    "page_within_its_crop": lambda: cropped(line() + text("Vedtak"), (20, 20, 575, 822)),
    "small_print_and_dots": lambda: saved(pdf(line() + text("Side 1 av 2 . . . . . . . - - - _", size=5))),
    "rotated_page": lambda: saved(pdf(line() + text("Vedtak"), Rotate=270)),
}
"""Files that hide nothing."""

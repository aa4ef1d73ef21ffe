"""Images → PDF/A, pixel by pixel (img2pdf keeps JPEG as it is); one page a frame."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.arkiv.pdfa.pdf import pdf_to_pdfa
from connectors.arkiv.pdfa.result import CannotConvert, Conversion, Fault

if TYPE_CHECKING:
    from PIL import Image

_MOST_PIXELS = 100_000_000
_MOST_FRAMES = 2000


def image_to_pdfa(source: Path, target: Path) -> Conversion:
    """JPEG, PNG, TIFF (several pages), GIF, BMP, WebP. Transparency becomes white paper.

    Raises:
        CannotConvert: damaged, over 100 million pixels or 2000 frames.
    """
    import img2pdf
    from PIL import Image

    between = target.with_suffix(".raw.pdf")
    try:
        between.write_bytes(img2pdf.convert(_frames(source), rotation=img2pdf.Rotation.ifvalid))
        return pdf_to_pdfa(between, target, tool=f"img2pdf {img2pdf.__version__}")
    except Image.DecompressionBombError as bomb:
        raise CannotConvert(Fault.TOO_LARGE) from bomb
    except (OSError, ValueError, SyntaxError, EOFError, img2pdf.ImageOpenError) as bad:
        raise CannotConvert(Fault.DAMAGED, type(bad).__name__) from bad
    finally:
        between.unlink(missing_ok=True)


def _frames(source: Path) -> list[bytes]:
    from PIL import Image, ImageOps, ImageSequence

    with Image.open(source) as image:
        if image.width * image.height > _MOST_PIXELS or getattr(image, "n_frames", 1) > _MOST_FRAMES:
            raise CannotConvert(Fault.TOO_LARGE)
        # A camera's JPEG goes in untouched; CMYK needs the other way: our output intent is sRGB.
        if image.format == "JPEG" and image.mode in {"RGB", "L"}:
            return [source.read_bytes()]
        frames = []
        for frame in ImageSequence.Iterator(image):
            upright = ImageOps.exif_transpose(frame)
            out = BytesIO()
            _opaque(upright).save(out, "PNG", dpi=image.info.get("dpi", (150, 150)))
            frames.append(out.getvalue())
        return frames


def _opaque(frame: Image.Image) -> Image.Image:
    from PIL import Image

    if frame.mode in {"1", "L", "RGB"}:
        return frame
    if frame.mode.startswith("I") or frame.mode == "F":
        return frame.convert("L")
    if "A" in frame.getbands() or "transparency" in frame.info:
        coloured = frame.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(paper, coloured).convert("RGB")
    return frame.convert("RGB")

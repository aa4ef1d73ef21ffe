"""A bare loop: renders pages of a PDF and gives each to tesseract. ``FILE DPI LANGUAGES PAGE…``; begins at a line on stdin."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pypdfium2

_NICE = 10
"""As the robot's own OCR, so that a busy machine treats both alike."""


def main(arguments: Sequence[str]) -> None:
    """Reads the pages, each to a picture beside the file and from there to tesseract."""
    file, dpi, languages, *pages = arguments
    os.nice(_NICE)
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    document = pypdfium2.PdfDocument(file)
    picture = Path(file).with_name(f"ren-{os.getpid()}.pgm")
    print("ready", flush=True)
    sys.stdin.readline()
    for page in map(int, pages):
        document[page].render(scale=int(dpi) / 72, grayscale=True).to_pil().save(picture)
        command = ["tesseract", str(picture), "stdout", "-l", languages, "--dpi", dpi, "tsv"]
        subprocess.run(command, check=True, capture_output=True, env=environment)
    picture.unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])

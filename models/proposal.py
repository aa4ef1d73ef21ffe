"""What language pipelines said of a post: kept with the facts it was judged by, and let go of with them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One pipeline's answer. ``target`` is what it was asked (kategori, enhet …); ``label`` None is «vet ikke».

    ``best`` are up to three classes with calibrated probabilities (0–1), best first; ``words`` of the post that spoke for the
    first; ``silence`` why it does not answer (``unsure``, ``few_examples``, ``strange``), empty when it does. ``pipeline`` is
    the SHA-256 of the pipeline that said so.
    """

    target: str
    label: str | None
    best: tuple[tuple[str, float], ...]
    words: tuple[str, ...]
    silence: str
    pipeline: str

"""The name pipeline on disk: packed small, with a card that names its hash, and read back checked."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.errors import UsedWrongly
from robot.language.ner_crf import TAGS, Crf
from robot.language.ner_features import TEMPLATES, Features, Known
from robot.language.ner_marks import Marks

if TYPE_CHECKING:
    from spacy.language import Language

WEIGHTS, CARD = "weights.npz", "card.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(marks: Marks, folder: Path, card: dict[str, Any]) -> dict[str, Any]:
    """Writes weights and card; returns the card with hash and size. The same numbers give the same bytes.

    A weight is kept in one byte, with a scale a row: too little is lost to be measured.

    Raises:
        OSError: it cannot be written.
    """
    crf, known = marks.crf, marks.features.known
    scale = np.abs(crf.weights).max(axis=1, keepdims=True) / 127
    small = np.rint(crf.weights / np.where(scale > 0, scale, 1)).astype(np.int8)
    arrays = {
        "features": np.flatnonzero(crf.index).astype(np.uint32),
        "weights": small,
        "scale": scale.astype(np.float16),
        "steps": crf.steps.astype(np.float32),
        "common": np.array(sorted(known.common), np.uint32),
        "named": np.array(sorted(known.named), np.uint32),
    }
    folder.mkdir(parents=True, exist_ok=True)
    weights = _zipped(arrays)
    (folder / WEIGHTS).write_bytes(weights)
    shape = {"bits": marks.features.bits, "tags": len(TAGS), "templates": len(TEMPLATES)}
    whole = {**card, "shape": shape, "sha256": hashlib.sha256(weights).hexdigest(), "size_bytes": len(weights)}
    (folder / CARD).write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return whole


def unpack(folder: Path) -> Marks:
    """The component of a folder that :func:`pack` wrote.

    Raises:
        UsedWrongly: a file is missing, or the weights are not those of the card.
    """
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        raw = (folder / WEIGHTS).read_bytes()
    except (OSError, ValueError) as problem:
        raise UsedWrongly(f"Navnegjenkjenneren mangler i {folder}. Installer Postrobot på nytt.") from problem
    shape = card.get("shape", {})
    as_packed = hashlib.sha256(raw).hexdigest() == card.get("sha256")
    if not as_packed or (shape["tags"], shape["templates"]) != (len(TAGS), len(TEMPLATES)):
        raise UsedWrongly(f"Navnegjenkjenneren i {folder} er ikke den som ble pakket. Installer Postrobot på nytt.")
    with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
        index = np.zeros(1 << shape["bits"], np.int32)
        index[arrays["features"]] = np.arange(1, len(arrays["features"]) + 1, dtype=np.int32)
        weights = arrays["weights"].astype(np.float32) * arrays["scale"].astype(np.float32)
        crf = Crf(index=index, weights=weights, steps=arrays["steps"])
        known = Known(common=frozenset(arrays["common"].tolist()), named=frozenset(arrays["named"].tolist()))
    return Marks(features=Features(known=known, bits=shape["bits"]), crf=crf)


def load_installed(name: str) -> Language:
    """An installed spaCy pipeline by its package name, with nothing but what marks names.

    Raises:
        UsedWrongly: it is not installed.
    """
    import spacy

    try:
        return spacy.load(name, exclude=["tagger", "morphologizer", "parser", "lemmatizer", "attribute_ruler"])
    except OSError as problem:
        raise UsedWrongly(f"spaCy-pipelinen «{name}» er ikke installert i dette miljøet.") from problem


def _zipped(arrays: dict[str, Any]) -> bytes:
    """The arrays as an npz file whose bytes depend on nothing but them (numpy's own carries the time)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.save(member, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue(), compresslevel=9)
    return packed.getvalue()

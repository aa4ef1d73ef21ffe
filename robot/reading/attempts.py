"""Reads documents in children until each is read or its culprit is named: together, then alone, then part by part."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import structlog

from models.reading import Flag, MailSummary, PartKind, ReadPart
from models.reasons import ReasonCode
from robot.reading import answers
from robot.reading.contract import Limits
from robot.reading.harvest import bring_home
from robot.reading.names import safe_name
from robot.reading.reasons import sentence
from robot.reading.sandbox import Sandbox, TaskLimits, plain
from robot.reading.tasks import Answer

log = structlog.get_logger()

_MOST_CULPRITS = 8
"""Parts of one document that may each kill a child before the whole document is given up."""
_PROGRESS = re.compile(r"([0-9.]{1,400}) ([a-z0-9.+-]{1,60}/[a-z0-9.+_-]{1,100})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Something to read in a child: a document of the post, or a part of one that is tried alone."""

    ref: str
    path: Path
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    kind: PartKind = PartKind.DOCUMENT
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Parts read so far, with where their bytes are and which pages wait for OCR."""

    parts: tuple[ReadPart, ...] = ()
    messages: tuple[MailSummary, ...] = ()
    forms: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    scans: tuple[tuple[str, int], ...] = ()

    def joined(self, other: Tree) -> Tree:
        """This tree with another's parts after its own."""
        return Tree(
            parts=self.parts + other.parts,
            messages=self.messages + other.messages,
            forms={**other.forms, **self.forms},
            files={**self.files, **other.files},
            scans=self.scans + other.scans,
        )

    def with_part(self, other: Tree) -> Tree:
        """This tree with one part, read alone meanwhile, in the place where it stood unread."""
        root = other.parts[0]
        place = next(i for i, part in enumerate(self.parts) if part.ref == root.ref)
        stood = self.parts[place]
        root = replace(root, kind=stood.kind, name=stood.name, flags=root.flags | stood.flags)
        joined = self.joined(replace(other, parts=()))
        return replace(joined, parts=(*self.parts[:place], root, *other.parts[1:], *self.parts[place + 1 :]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    tree: Tree | None
    reason: ReasonCode = ReasonCode.CRASH
    culprit: str = ""
    media_type: str = ""


class Alone:
    """Reads the documents of one post. ``deadline`` (monotonic) ends the search for culprits, not a reading."""

    def __init__(
        self,
        sandbox: Sandbox,
        lane: threading.BoundedSemaphore,
        *,
        function: str,
        tools: Mapping[str, str],
        limits: Limits,
        into: Path,
        deadline: float,
    ) -> None:
        self._sandbox = sandbox
        self._lane = lane
        self._function = function
        self._tools = tools
        self._limits = limits
        self._into = into
        self._deadline = deadline

    def read(self, documents: Sequence[Document]) -> Tree:
        """The documents' trees: all in one child, or each in its own when that child failed."""
        together = self._try(documents, {})
        if together.tree is not None:
            return together.tree
        if len(documents) == 1:
            return self._alone(documents[0], together)
        tree = Tree()
        for document in documents:
            tree = tree.joined(self._alone(document, None))
        return tree

    def _alone(self, document: Document, first: _Attempt | None) -> Tree:
        """One document: a part that kills the child is passed by in the next, and then tried in a child of its own."""
        skip: dict[str, ReasonCode] = {}
        retried = False
        attempt = first or self._try([document], skip)
        while attempt.tree is None:
            in_time = time.monotonic() < self._deadline
            inside = attempt.culprit.startswith(f"{document.ref}.") and attempt.culprit not in skip
            if in_time and inside and len(skip) < _MOST_CULPRITS:
                skip[attempt.culprit] = attempt.reason
            elif in_time and not inside and not retried and attempt.reason is ReasonCode.CRASH:
                retried = True
            else:
                return _unread(document, attempt)
            attempt = self._try([document], skip)
        return self._with_culprits(attempt.tree, skip)

    def _with_culprits(self, tree: Tree, skip: Mapping[str, ReasonCode]) -> Tree:
        parts = {part.ref: part for part in tree.parts}
        for ref in skip:
            part, path = parts.get(ref), tree.files.get(ref)
            if part is None or path is None or time.monotonic() >= self._deadline:
                continue
            document = Document(
                ref=ref,
                path=path,
                name=part.name,
                media_type=part.declared_type,
                size_bytes=part.size_bytes,
                sha256=part.sha256,
                kind=part.kind,
                depth=_containers(ref, parts),
            )
            tree = tree.with_part(self._alone(document, None))
        return tree

    def _try(self, documents: Sequence[Document], skip: Mapping[str, ReasonCode]) -> _Attempt:
        limits = self._limits
        arguments = {
            "documents": [
                {"ref": one.ref, "name": one.name[:500], "media_type": one.media_type[:100]} for one in documents
            ],
            "limits": asdict(limits),
            "tools": dict(self._tools),
            "skip": dict(skip),
            "depth": documents[0].depth,
        }
        bounds = TaskLimits(
            wall_s=limits.wall_s,
            cpu_s=limits.cpu_s,
            address_space_bytes=limits.address_space_bytes,
            file_bytes=limits.unpacked_bytes,
            answer_bytes=limits.answer_bytes,
        )
        paths = [one.path for one in documents]
        with self._lane, self._sandbox.folder(self._into) as folder:
            outcome = self._sandbox.run(self._function, paths, arguments, folder=folder, limits=bounds)
            reason, where = outcome.reason or ReasonCode.CRASH, outcome.where
            if outcome.answer is not None:
                try:
                    answer = answers.check(outcome.answer, {one.ref for one in documents})
                    for ref, place in answer.stumbles:
                        log.info("reader_stumbled", part=ref, where=plain(place))
                    return _Attempt(tree=self._bring_home(answer, documents, folder / "parts"))
                except answers.Refused as fault:
                    reason, where = ReasonCode.CRASH, str(fault)
        said = _PROGRESS.match(outcome.progress)
        culprit, media_type = (said[1], said[2]) if said else ("", "")
        log.warning(
            "reading_child_failed",
            reason=reason.value,
            where=where,
            part=culprit,
            media_type=media_type,
            documents=len(documents),
            cpu_s=round(outcome.cpu_s, 2),
            peak_mib=outcome.peak_kib // 1024,
        )
        return _Attempt(tree=None, reason=reason, culprit=culprit, media_type=media_type)

    def _bring_home(self, answer: Answer, documents: Sequence[Document], folder: Path) -> Tree:
        """The answer with sizes and hashes of our own measuring, and the extracted files moved to ``into``."""
        given = {one.ref: one for one in documents}
        files: dict[str, Path] = {}
        parts = []
        room = self._limits.unpacked_bytes
        for part in answer.post.parts:
            if part.ref in given:
                one = given[part.ref]
                files[part.ref] = one.path
                part = replace(part, kind=one.kind, size_bytes=one.size_bytes, sha256=one.sha256)
            elif part.kind is not PartKind.BODY:
                kept = bring_home(folder, part.ref, self._into / f"part-{part.ref}", most_bytes=room)
                if kept is None and (part.size_bytes or part.reason is None):
                    raise answers.Refused("a part without its file")
                if kept is not None:
                    files[part.ref] = kept.path
                    room -= kept.size_bytes
                part = replace(part, size_bytes=kept.size_bytes if kept else 0, sha256=kept.sha256 if kept else "")
            else:
                part = replace(part, sha256="")
            parts.append(part)
        post = answer.post
        if any(ref not in files for ref, _ in answer.scans):
            raise answers.Refused("a scan without a file")
        return Tree(parts=tuple(parts), messages=post.messages, forms=post.forms, files=files, scans=answer.scans)


def _containers(ref: str, parts: Mapping[str, ReadPart]) -> int:
    """How many containers a part lies in: members among itself and its ancestors."""
    steps = ref.split(".")
    line = (parts.get(".".join(steps[:length])) for length in range(1, len(steps) + 1))
    return sum(part is not None and part.kind is PartKind.MEMBER for part in line)


def _unread(document: Document, attempt: _Attempt) -> Tree:
    """A document that no child survived, with what we know of it without opening it."""
    media_type = attempt.media_type if attempt.culprit == document.ref else ""
    media_type = media_type or "application/octet-stream"
    name, changed = safe_name(document.name, media_type=media_type)
    part = ReadPart(
        ref=document.ref,
        kind=document.kind,
        name=name,
        media_type=media_type,
        declared_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        reason=attempt.reason,
        detail=sentence(attempt.reason),
        flags=frozenset({Flag.NAME_CHANGED}) if changed else frozenset(),
    )
    return Tree(parts=(part,), files={document.ref: document.path})

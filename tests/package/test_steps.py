"""Kill points: every one stands in the code, and code that could not be taken back has one near it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from models.steps import Point, step, watch

ROOT = Path(__file__).resolve().parents[2]
CANNOT_BE_TAKEN_BACK = {
    "fsync", "commit", "submit", "take_over", "settle", "outcome", "download", "offers", "uid_expunge",
    "rename", "link", "unlink", "truncate",
}  # fmt: skip
"""Calls that flush, commit, name a file or speak to the outside."""

WITHOUT = {
    "models/blobs.py:_sync_folder": "its callers have the points",
    "models/blobs.py:_copied_near": "a copy under a temporary name on the way to S2; swept after a day",
    "models/post.py:new": "the spool; swept at the start",
    "models/sqlite_copy.py:copy_sqlite": "a copy beside; nothing of the store changes",
    "robot/backup/layout.py:sync": "in the backup folder; a set has no name until it is whole",
    "robot/backup/restore.py:_copy": "in a new state folder, which has no name (or no database) until it is whole",
    "robot/backup/restore.py:_database": "in a new state folder, which has no name (or no database) until it is whole",
    "robot/backup/restore.py:_files": "in a new state folder, which has no name (or no database) until it is whole",
    "robot/backup/restore.py:_plain_file": "in a new state folder, which has no name (or no database) until it is whole",
    "robot/backup/restore.py:restore": "in a new state folder, which has no name (or no database) until it is whole",
    "robot/backup/take.py:_finish": "in the backup folder; a set has no name until it is whole",
    "robot/backup/take.py:into_pool": "in the backup folder; a set has no name until it is whole",
    "robot/backup/take.py:plain_copy": "in the backup folder; a set has no name until it is whole",
    "robot/backup/take.py:thin_out": "in the backup folder; a set has no name until it is whole",
    "robot/backup/take.py:whole_copy": "in the backup folder; a set has no name until it is whole",
    "robot/commands/archive.py:_write": "a file somebody asked for: under a temporary name until it is whole",
    "robot/differences.py:_write": "a report; made again when it dies",
    "robot/refind.py:_drop": "what is stored passes S3 in _store; the rest is found again when it dies",
    "robot/refind.py:_phase": "what is stored passes S3 in _store; the rest is found again when it dies",
    "robot/refind.py:emptied": "what is stored passes S3 in _store; the rest is found again when it dies",
    "robot/audit.py:_last_exported": "cuts a torn line off; done again from the start when it dies",
    "robot/backtest/planfile.py:write": "a plan, under a temporary name until it is whole; nothing rests on it",
    "robot/mending.py:write_whole": "a rule file somebody asked to have mended: the old one or the new, by one rename",
    "robot/build.py:sweep_spool": "removes what a dead run left; the next start goes on",
    "robot/check.py:ask_source": "asks and changes nothing",
    "robot/dry_run.py:_look": "asks and changes nothing",
    "robot/dry_run.py:_one": "asks and changes nothing",
    "robot/effects.py:_take_over": "send() has the points",
    "robot/effects.py:_settle": "send() has the points",
    "robot/tidy.py:_unfinished_reports": "half-written reports; done again when it dies",
    "robot/init.py:init": "lays out a new folder under a temporary name",
    "robot/purge.py:_in_archive": "asks and changes nothing",
    "robot/variants.py:_remove_dead_pipes": "sockets nobody listens to, made by a child that is gone",
    "robot/reading/collect.py:_keep": "in the sandbox's own folder",
    "robot/reading/harvest.py:bring_home": "in the spool",
    "robot/reading/scans.py:read": "a thread pool's submit",
    "robot/verify/archive.py:_cases": "asks and changes nothing",
    "connectors/arkiv/documents.py:fsync_folder": "its callers have the points",
    "connectors/arkiv/documents.py:_copy": "keep() has the points; under a temporary name",
    "connectors/arkiv/documents.py:remove_strays": "removes what no document names; done again when it dies",
    "connectors/arkiv/pdfa/image.py:image_to_pdfa": "in the sandbox's own folder",
    "connectors/arkiv/pdfa/office.py:_export": "in the sandbox's own folder",
    "connectors/arkiv/pdfa/pages.py:pages_to_pdfa": "in the sandbox's own folder",
    "connectors/arkiv/pdfa/pdf.py:_save": "in the sandbox's own folder",
    "connectors/arkiv/variants.py:_convert": "in the sandbox's own folder",
    "connectors/altinn/parcel.py:__exit__": "in the spool",
    "connectors/altinn/parcel.py:_removed_on_failure": "in the spool",
    "connectors/folder/moves.py:move": "removes the old name after M1, as _rename does",
    "connectors/folder/moves.py:_rename_if_free": "a file system without hard links: one rename, whole or not at all",
    "connectors/folder/moves.py:_copy": "another file system: under a hidden name until it is whole",
    "connectors/svarinn/opening.py:_member": "in the spool",
    "connectors/svarinn/opening.py:_remove": "in the spool",
    "connectors/svarinn/opening.py:open_letter": "in the spool",
    "connectors/svarinn/source.py:download": "in the spool",
    "connectors/svarinn/unopened.py:_write": "a memory whose loss costs one more download and message, never a letter",
}
"""Functions that have such a call and no point of their own, each with why."""


def trees() -> Iterator[tuple[str, ast.Module]]:
    for top in ("robot", "rules", "connectors", "models"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if "testing" not in path.parts and "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function, without what stands in functions within it."""
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from own_nodes(child)


def unwatched(path: str, tree: ast.Module) -> Iterator[str]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        calls = [node.func for node in own_nodes(function) if isinstance(node, ast.Call)]
        risky = any(isinstance(call, ast.Attribute) and call.attr in CANNOT_BE_TAKEN_BACK for call in calls)
        if risky and not any(isinstance(call, ast.Name) and call.id == "step" for call in calls):
            yield f"{path}:{function.name}"


def test_every_kill_point_stands_in_the_code() -> None:
    named = {
        node.attr
        for path, tree in trees()
        if path != "models/steps.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Point"
    }
    assert {point.name for point in Point} == named


def test_what_cannot_be_taken_back_has_a_kill_point_near_it_or_a_reason_why_not() -> None:
    found = {name for path, tree in trees() for name in unwatched(path, tree)}
    new, gone = sorted(found - set(WITHOUT)), sorted(set(WITHOUT) - found)
    assert [] == new, "put step(Point.…) of models/steps.py beside the call, or a reason in WITHOUT above"
    assert [] == gone, "no longer so: take it out of WITHOUT above"


def test_a_function_that_flushes_without_a_point_is_found() -> None:
    tree = ast.parse("def keep(f):\n    os.fsync(f)\n\n\ndef told(f):\n    os.fsync(f)\n    step(Point.S2_SYNCED)\n")
    assert ["x.py:keep"] == list(unwatched("x.py", tree))


def test_a_step_is_heard_by_the_watcher_and_by_nobody_else() -> None:
    heard: list[Point] = []
    watch(heard.append)
    try:
        step(Point.S3_STORED)
    finally:
        watch(None)
    step(Point.S3_STORED)
    assert [Point.S3_STORED] == heard

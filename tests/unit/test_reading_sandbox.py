"""What the sandbox promises: a document can harm only its own reading, and the culprit is named."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import TryLater
from models.reading import Flag, PartKind
from models.reasons import ReasonCode
from robot.reading import confine
from robot.reading.contract import Limits
from robot.reading.dispatch import InputDocument, ReadingRoom
from robot.reading.sandbox import TaskLimits

DATA = Path(__file__).resolve().parents[1] / "data"
TOOLS = {
    name: f"hostile_readers:{name.upper() if name == 'readers' else name}" for name in ("readers", "sniff", "safe_name")
}
SMALL = Limits(
    wall_s=2, cpu_s=10, unpacked_bytes=20 << 20, parts=60, address_space_bytes=512 << 20, text_chars=3_000_000
)
TASKS = {
    name: f"hostile_readers:{name}"
    for name in ("garbage", "foreign_document", "huge", "echo", "leave_running", "start_and_hang")
}


def make_room(**settings: object) -> ReadingRoom:
    preload = ("robot.reading.tasks", "hostile_readers")
    return ReadingRoom(
        **{
            "limits": SMALL,
            "tools": TOOLS,
            "preload": preload,
            "path": [DATA],
            "tasks": TASKS,
            "read_scans": False,
            **settings,
        }
    )


@pytest.fixture(scope="module")
def room():
    with make_room() as made:
        yield made


@pytest.fixture
def give(tmp_path):
    """Makes documents of contents, numbered."""

    def make(*contents: str) -> list[InputDocument]:
        made = []
        for place, content in enumerate(contents):
            path = tmp_path / f"inn-{place}"
            path.write_bytes(content.encode())
            made.append(InputDocument(path=path, name=f"brev {place}.txt", media_type=""))
        return made

    return make


@pytest.fixture
def into(tmp_path):
    folder = tmp_path / "ut"
    folder.mkdir()
    return folder


GOOD = "x/text\nKjære kommune, æøå"


def test_documents_are_read_with_size_and_hash_and_stay_where_they_were(room, give, into):
    documents = give(GOOD, "")
    reading = room.read(documents, into)
    first, second = reading.post.parts
    assert first.text == "Kjære kommune, æøå"
    assert (first.ref, first.kind, first.name) == ("0", PartKind.DOCUMENT, "brev 0.txt")
    assert first.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()
    assert first.size_bytes == len(GOOD.encode())
    assert reading.files == {"0": documents[0].path, "1": documents[1].path}
    assert (second.reason, second.detail) == (ReasonCode.EMPTY, "Filen er tom (0 byte).")
    assert list(into.iterdir()) == []


def test_extracted_parts_are_files_with_their_hash(room, give, into):
    reading = room.read(give(f"x/mail\n{GOOD}\n--\nx/container\n{GOOD}\n--\nx/ukjent\nhva?"), into)
    kinds = [(part.ref, part.kind, part.reason) for part in reading.post.parts]
    assert kinds == [
        ("0", PartKind.DOCUMENT, None),
        ("0.0", PartKind.BODY, None),
        ("0.1", PartKind.ATTACHMENT, None),
        ("0.2", PartKind.ATTACHMENT, None),
        ("0.2.0", PartKind.MEMBER, None),
        ("0.3", PartKind.ATTACHMENT, ReasonCode.UNSUPPORTED_TYPE),
    ]
    assert reading.files["0.1"].read_text("utf-8") == GOOD
    assert reading.post.parts[2].sha256 == hashlib.sha256(GOOD.encode()).hexdigest()
    assert reading.post.message is not None
    assert reading.post.message.subject == "Prøve ? på post"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("hang", ReasonCode.TIMEOUT),
        ("sleep", ReasonCode.TIMEOUT),
        ("eat", ReasonCode.MEMORY),
        ("abort-when-starved", ReasonCode.MEMORY),
        ("segfault", ReasonCode.CRASH),
        ("exit", ReasonCode.CRASH),
        ("raise", ReasonCode.CRASH),
        ("stumble", ReasonCode.DAMAGED),
        ("write-much", ReasonCode.OUTPUT_LIMIT),
        ("unreadable", ReasonCode.ENCRYPTED),
    ],
)
def test_a_document_that_harms_its_reader_is_named_and_its_neighbour_is_read(room, give, into, kind, reason):
    reading = room.read(give(GOOD, f"x/{kind}\n", GOOD), into)
    assert [part.reason for part in reading.post.parts] == [None, reason, None]
    assert reading.post.parts[2].text == "Kjære kommune, æøå"
    culprit = reading.post.parts[1]
    assert (culprit.ref, culprit.media_type, culprit.name) == ("1", f"x/{kind}", "brev 1.txt")
    assert culprit.detail
    assert culprit.sha256


@pytest.mark.parametrize("kind", ["hang", "segfault", "abort-when-starved"])
def test_an_attachment_that_kills_the_child_is_named_and_the_rest_of_the_mail_is_read(room, give, into, kind):
    reading = room.read(give(f"x/mail\n{GOOD}\n--\nx/container\n{GOOD}\n--\nx/{kind}\n\n--\n{GOOD}\n--\n{GOOD}"), into)
    unread = {part.ref: part.reason for part in reading.post.unread}
    expected = {"hang": ReasonCode.TIMEOUT, "segfault": ReasonCode.CRASH}.get(kind, ReasonCode.MEMORY)
    assert list(unread.values()) == [expected]
    (culprit,) = unread
    assert reading.post.parts[[part.ref for part in reading.post.parts].index(culprit)].media_type == f"x/{kind}"
    assert sum(part.text == "Kjære kommune, æøå" for part in reading.post.parts) == 4
    assert set(reading.files) == {part.ref for part in reading.post.parts if part.kind is not PartKind.BODY}
    assert reading.post.main.whole


def test_a_part_that_only_failed_in_company_is_read_alone(room, give, into):
    """Two parts that together need more memory than one child has; a third that hangs whatever it is given."""
    reading = room.read(give(f"x/container\nx/hoard\n\n--\n{GOOD}\n--\nx/hoard\n\n--\nx/hang\n"), into)
    assert [part.reason for part in reading.post.parts] == [None, None, None, None, ReasonCode.TIMEOUT]
    assert [part.detail for part in reading.post.parts[1:4:2]] == ["300 MB", "300 MB"]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("many", ReasonCode.TOO_MANY_PARTS), ("big-parts", ReasonCode.TOO_LARGE)],
)
def test_limits_on_parts_and_unpacked_bytes_end_the_container(room, give, into, kind, reason):
    reading = room.read(give(f"x/{kind}\n"), into)
    assert reading.post.main.reason is reason
    assert len(reading.post.parts) <= SMALL.parts
    assert sum(path.stat().st_size for path in into.iterdir()) <= SMALL.unpacked_bytes


def test_containers_in_containers_end_at_the_depth_limit(room, give, into):
    reading = room.read(give("x/nest\n"), into)
    assert [part.reason for part in reading.post.parts] == [None, None, None, ReasonCode.TOO_DEEP]


def test_text_is_cut_at_the_limit_and_the_rest_is_marked_as_unread(room, give, into):
    reading = room.read(give("x/long-text\n", GOOD), into)
    long, good = reading.post.parts
    assert sum(len(page.text) for part in reading.post.parts for page in part.pages) == SMALL.text_chars
    assert {page.reason for page in long.pages[3:]} == {ReasonCode.OUTPUT_LIMIT}
    assert Flag.PARTLY_READ in long.flags
    assert not good.whole


def test_an_answer_over_the_limit_ends_as_output_limit(give, into):
    with make_room(limits=replace(SMALL, answer_bytes=100_000)) as room:
        reading = room.read(give("x/long-text\n"), into)
    assert reading.post.main.reason is ReasonCode.OUTPUT_LIMIT


@pytest.mark.parametrize("task", ["garbage", "foreign_document", "huge"])
def test_a_subverted_childs_answer_is_refused(give, into, task):
    limits = replace(SMALL, answer_bytes=2 << 20)
    with make_room(tasks={"read": f"hostile_readers:{task}"}, limits=limits) as room:
        reading = room.read(give(GOOD), into)
    assert reading.post.main.reason is (ReasonCode.OUTPUT_LIMIT if task == "huge" else ReasonCode.CRASH)
    assert [part.ref for part in reading.post.parts] == ["0"]


@pytest.mark.parametrize("kind", ["symlink", "hardlink"])
def test_links_left_by_a_child_are_never_followed(room, give, into, kind):
    reading = room.read(give(f"x/{kind}\n", GOOD), into)
    assert [part.reason for part in reading.post.parts] == [ReasonCode.CRASH, None]
    assert not any(path.is_symlink() for path in into.iterdir())
    passwd = hashlib.sha256(Path("/etc/passwd").read_bytes()).hexdigest()
    assert passwd not in {part.sha256 for part in reading.post.parts}


def test_a_child_sees_no_environment_no_other_descriptors_and_where_allowed_no_files_or_network(
    room, give, into, tmp_path, monkeypatch
):
    monkeypatch.setenv("SECRET_OF_THE_DAEMON", "canary")
    secret = tmp_path / "hemmelig"
    secret.write_text("canary")
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(8) as threads:
        port = server.getsockname()[1]
        documents = give(f"x/look-around\n{secret}\n{port}\n")
        readings = list(threads.map(lambda _: room.read(documents, into), range(8)))
    for reading in readings:
        assert reading.post.main.whole
        reached = reading.post.main.text.splitlines()
        assert [line for line in reached if line.startswith(("environment", "descriptor"))] == []
        if confine.landlock_version() >= 1:
            assert [line for line in reached if line.startswith("read")] == []
        if os.geteuid() == 0 or confine.landlock_version() >= 4:
            assert "connected" not in reached


def test_what_a_child_started_dies_with_it_even_outside_its_session(room, into):
    limits = TaskLimits(may_start_programs=True, nice=10)
    result = room.run("leave_running", [], {}, into=into, limits=limits)
    assert (result.value["nice"], result.value["limit"]) == (min(19, os.nice(0) + 10), "1")
    assert not Path(f"/proc/{result.value['pid']}").exists()


def test_a_time_out_kills_the_whole_group(room, into):
    result = room.run("start_and_hang", [], {}, into=into, limits=TaskLimits(wall_s=1, may_start_programs=True))
    assert result.reason is ReasonCode.TIMEOUT
    assert not _has_sleepers(room)


def _has_sleepers(room: ReadingRoom) -> bool:
    (zygote,) = room.pids()
    return Path(f"/proc/{zygote}/task/{zygote}/children").read_text().strip() != ""


def test_a_named_task_gives_its_answer_and_its_files(room, give, into):
    documents = give("æble", "pære")
    result = room.run("echo", [one.path for one in documents], {"år": 2026}, into=into)
    assert (result.value, result.reason) == ({"år": 2026}, None)
    assert {name: path.read_bytes() for name, path in result.files.items()} == {
        "ut-0.txt": "æble".encode().upper(),
        "ut-1.txt": "pære".encode().upper(),
    }


def test_many_threads_read_at_once_each_its_own(room, give, into):
    documents = give(*(f"x/text\nbrev nummer {number}" for number in range(24)))

    def read(number: int) -> str:
        folder = into / str(number)
        folder.mkdir()
        return room.read([documents[number]], folder).post.main.text

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(read, range(24))) == [f"brev nummer {number}" for number in range(24)]


def test_more_documents_than_one_child_takes_keep_their_order(room, give, into):
    reading = room.read(give(*(f"x/text\n{number}" for number in range(40))), into)
    assert [(part.ref, part.text) for part in reading.post.parts] == [(str(n), str(n)) for n in range(40)]


def test_long_hostile_names_still_fit_a_task(room, give, into):
    documents = [replace(one, name="\x01æ" * 5000, media_type="x" * 5000) for one in give(*[GOOD] * 32)]
    assert {part.text for part in room.read(documents, into).post.parts} == {"Kjære kommune, æøå"}


def test_a_document_that_kills_the_zygote_comes_to_an_end(give, into):
    with make_room(tasks={"read": "hostile_readers:kill_parent"}) as room:
        assert room.read(give(GOOD), into).post.main.reason is ReasonCode.CRASH
        assert room.pids() != ()


def test_what_a_child_says_of_itself_is_fit_for_the_log(capsys, give, into):
    with make_room(tasks={"read": "hostile_readers:slander"}) as room:
        room.read(give(GOOD), into)
    logged = capsys.readouterr().out
    assert "reading_child_failed" in logged
    assert not any(word in logged for word in ("\x1b[31m", "Kari", "Kæri", "x" * 200))


def test_a_killed_zygote_is_started_again_and_no_reading_is_lost(give, into):
    with make_room() as room:
        (first,) = room.pids()
        with ThreadPoolExecutor(4) as threads:
            documents = give(*[GOOD] * 40)

            def read(number: int) -> str:
                if number == 10:
                    os.kill(first, signal.SIGKILL)
                return room.read([documents[number]], into).post.main.text

            assert set(threads.map(read, range(40))) == {"Kjære kommune, æøå"}
        (second,) = room.pids()
        assert second != first


def test_children_die_with_a_killed_zygote(give, into):
    room = make_room(limits=replace(SMALL, wall_s=600))
    room.start()
    (zygote,) = room.pids()
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(room.read, give("x/sleep\n"), into)
        child = int(_wait_for(lambda: Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split())[0])
        os.kill(zygote, signal.SIGKILL)
        try:
            assert _wait_for(lambda: not _alive(child))
        finally:
            room.close()
        with pytest.raises(TryLater):
            reading.result(30)


def test_a_child_whose_zygote_died_before_it_could_ask_to_die_with_it_ends_itself():
    """As when the zygote is killed between its fork and the child's first step: the parent is another by then."""
    child = os.fork()
    if child == 0:
        confine.die_with_parent(os.getppid() + 1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_the_zygote_ends_with_the_daemon_and_its_children_with_it(tmp_path):
    """The daemon is killed outright while a child hangs; nothing of it may go on."""
    script = tmp_path / "daemon.py"
    script.write_text(
        "import sys, threading\nfrom pathlib import Path\n"
        f"sys.path[:0] = [{str(Path(__file__).parent)!r}]\n"
        "from test_reading_sandbox import make_room, SMALL\nfrom dataclasses import replace\n"
        "from robot.reading.dispatch import InputDocument\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "(folder / 'inn').write_text('x/sleep\\n')\n"
        "room = make_room(limits=replace(SMALL, wall_s=600))\nroom.start()\n"
        "print(room.pids()[0], flush=True)\n"
        "room.read([InputDocument(path=folder / 'inn', name='', media_type='')], folder)\n"
    )
    import subprocess

    daemon = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, env={"PYTHONPATH": str(DATA.parents[1])}
    )
    assert daemon.stdout is not None
    zygote = int(daemon.stdout.readline())
    child = _wait_for(lambda: Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split())[0]
    daemon.kill()
    daemon.wait()
    assert _wait_for(lambda: not _alive(zygote) and not _alive(int(child)))


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _wait_for(look, patience_s: float = 20):
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def test_the_real_zygote_has_one_thread_and_stays_small():
    """With all readers loaded. PSS in KiB; the figure to hold is 150 MB."""
    with ReadingRoom(read_scans=False) as room:
        (zygote,) = room.pids()
        assert len(list(Path(f"/proc/{zygote}/task").iterdir())) == 1
        rollup = Path(f"/proc/{zygote}/smaps_rollup").read_text().splitlines()
        (pss,) = (int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        assert pss < 100_000


def test_a_closed_room_says_try_later(give, into):
    room = make_room()
    room.start()
    room.close()
    assert room.pids() == ()
    with pytest.raises(TryLater):
        room.read(give(GOOD), into)


def test_closing_ends_a_reading_under_way(give, into):
    room = make_room(limits=replace(SMALL, wall_s=600))
    room.start()
    (zygote,) = room.pids()
    raised: list[BaseException] = []

    def read() -> None:
        try:
            room.read(give("x/sleep\n"), into)
        except TryLater as fault:
            raised.append(fault)

    thread = threading.Thread(target=read)
    thread.start()
    _wait_for(lambda: Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split())
    room.close()
    thread.join(timeout=20)
    assert len(raised) == 1

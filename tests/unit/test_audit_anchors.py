"""The heads of the chain that left the house show what the chain itself cannot; an auditor needs Python and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from models.audit_check import Anchor, main, read_anchors, verify_files
from robot.audit import Verified, audit_folder, export, verify_store
from tests.support.stores import ORGNR, Clock, new_address, opened, put

ROOT = Path(__file__).resolve().parents[2]


def made(folder, words, *, orgnr=ORGNR):
    """The exported file of a chain with one event a word, and its anchors after each."""
    with opened(new_address("sqlite", folder, None), folder, now=Clock(), orgnr=orgnr) as store:
        anchors = []
        for word in words:
            put(store, word)
            with store.read() as reads:
                seq, digest = reads.audit_head()
            anchors.append(Anchor(orgnr=orgnr, seq=seq, hash=digest, date="2026-11-24"))
        export(store)
        (path,) = audit_folder(store).glob("*.jsonl")
        return path, anchors


@pytest.fixture
def chain(tmp_path):
    return made(tmp_path / "ekte", [f"brev {n}" for n in range(8)])


def only(found):
    (one,) = found.organisations.values()
    return one


def test_a_chain_agrees_with_its_own_anchors(chain):
    path, anchors = chain
    found = verify_files([path], anchors)
    assert found.ok
    assert 8 == only(found).anchored


def test_a_chain_made_anew_holds_in_itself_and_not_against_its_anchors(chain, tmp_path):
    path, anchors = chain
    forged, _ = made(tmp_path / "falsk", ["brev 0", "brev 1", "et annet brev", *(f"brev {n}" for n in range(3, 8))])
    path.write_bytes(forged.read_bytes())
    assert verify_files([path]).ok
    found = verify_files([path], anchors)
    assert 3 == only(found).first_bad_seq
    assert "byttet" in only(found).problem or "laget på nytt" in only(found).problem


def test_a_cut_tail_shows_against_the_anchor_of_the_last_day(chain):
    path, anchors = chain
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:5]))
    assert verify_files([path]).ok
    assert 6 == only(verify_files([path], anchors)).first_bad_seq


@pytest.mark.parametrize(
    ("name", "change", "first_bad"),
    [
        ("removed", lambda lines: lines[:3] + lines[4:], 4),
        ("changed", lambda lines: [*lines[:3], lines[3].replace(b'"robot"', b'"rabot"'), *lines[4:]], 4),
        ("re-ordered", lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], 4),
        ("tail cut", lambda lines: lines[:6], 7),
        ("torn tail", lambda lines: [*lines[:7], lines[7][:-30]], 8),
        ("emptied", lambda _: [], 1),
        ("rewritten with other spaces", lambda lines: [*lines[:2], lines[2].replace(b'":"', b'": "'), *lines[3:]], 3),
        ("a key written twice", lambda lines: [*lines[:2], lines[2].replace(b'"actor"', b'"actor":"x","actor"'), *lines[3:]], 3),
        ("another kind of value", lambda lines: [*lines[:2], lines[2].replace(b'"received"', b"[]"), *lines[3:]], 3),
        ("nested without end", lambda lines: [*lines[:2], b"[" * 200_000 + b"\n", *lines[3:]], 3),
    ],
)  # fmt: skip
def test_every_tampering_is_found_with_its_number_and_exit_code(chain, tmp_path, capsys, name, change, first_bad):
    path, anchors = chain
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    kept = tmp_path / "ankere.txt"
    kept.write_text("".join(f"{one.line()}\n" for one in anchors), encoding="utf-8")
    assert 1 == main([str(path), "--anchors", str(kept)]), name
    assert f"FEIL  {ORGNR}: hendelse {first_bad}:" in capsys.readouterr().out


def test_an_anchor_older_than_the_files_is_counted_as_not_compared(chain):
    path, anchors = chain
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[4:]))
    found = verify_files([path], anchors)
    assert found.ok
    assert (4, 4) == (only(found).anchored, only(found).before)


def test_anchors_of_an_organisation_whose_file_is_not_there_are_no_silence(chain):
    path, anchors = chain
    other = Anchor(orgnr="999999999", seq=3, hash="0" * 64, date="2026-11-24")
    found = verify_files([path], [*anchors, other])
    assert not found.ok
    assert found.organisations[ORGNR].first_bad_seq is None


def mail_of(anchor, encoding):
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = (
        "robot@solvik.example",
        "arkiv@solvik.example",
        "Avviksrapport, på dagen",
    )
    mail.set_content(f"Avviksrapport på dagen\n\n{anchor.line()}\n", cte=encoding)
    return mail.as_bytes()


@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
def test_the_mails_themselves_serve_as_anchors_however_they_are_encoded(chain, tmp_path, encoding):
    path, anchors = chain
    folder = tmp_path / "e-poster" / "2026"
    folder.mkdir(parents=True)
    for number, anchor in enumerate(anchors):
        (folder / f"{number}.eml").write_bytes(mail_of(anchor, encoding))
    assert tuple(anchors) == read_anchors([tmp_path / "e-poster"])
    box = tmp_path / "alle.mbox"
    box.write_bytes(
        b"".join(
            b"From x Tue Nov 24 10:00:00 2026\n" + mail_of(a, encoding).replace(b"\r\n", b"\n") + b"\n" for a in anchors
        )
    )
    assert tuple(anchors) == read_anchors([box])
    assert verify_files([path], read_anchors([box])).ok


def test_an_answer_that_quotes_the_mail_serves_too(chain, tmp_path):
    _, anchors = chain
    (tmp_path / "svar.txt").write_text(f"> {anchors[0].line()}\r\n", encoding="utf-8")
    assert (anchors[0],) == read_anchors([tmp_path / "svar.txt"])


def test_a_file_without_anchors_is_a_sentence_and_exit_code_2(chain, tmp_path, capsys):
    path, _ = chain
    (tmp_path / "tomt.txt").write_text("ingenting her\n", encoding="utf-8")
    assert 2 == main([str(path), "--anchors", str(tmp_path / "tomt.txt")])
    assert "Fant ingen ankere" in capsys.readouterr().err
    assert 2 == main([str(tmp_path / "finnes-ikke.jsonl")])


def test_an_auditor_needs_nothing_but_python(chain, tmp_path):
    """No site-packages, no environment of ours: the check runs on the standard library alone."""
    path, anchors = chain
    kept = tmp_path / "ankere.txt"
    kept.write_text("".join(f"{one.line()}\n" for one in anchors), encoding="utf-8")
    command = [sys.executable, "-S", "-m", "models.audit_check", str(path), "--anchors", str(kept)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
    )
    assert 0 == done.returncode, done.stderr
    assert "8 ankere stemmer" in done.stdout
    imports = (
        "import sys, models.audit_check\n"
        "print([m for m in {n.partition('.')[0] for n in sys.modules} "
        "if m not in sys.stdlib_module_names and m not in ('models', '__main__', '__mp_main__')])"
    )
    told = subprocess.run(
        [sys.executable, "-S", "-c", imports], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)}
    )
    assert [] == json.loads(told.stdout.replace("'", '"'))


def test_the_table_is_compared_with_the_anchors_too(tmp_path):
    _, anchors = made(tmp_path / "ekte", ["a", "b", "c"])
    made(tmp_path / "falsk", ["a", "x", "c"])
    for folder, bad in (("ekte", None), ("falsk", 2)):
        place = tmp_path / folder
        with opened(new_address("sqlite", place, None), place, now=Clock()) as store:
            found = Verified.against(anchors)
            verify_store(store, found)
        assert bad == found.organisations[ORGNR].first_bad_seq


def test_two_who_export_at_once_write_every_line_once(tmp_path):
    with opened(new_address("sqlite", tmp_path, None), tmp_path, now=Clock()) as store:
        for number in range(40):
            put(store, str(number))
        children = []
        for _ in range(3):
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    with opened(new_address("sqlite", tmp_path, None), tmp_path, now=Clock()) as mine:
                        export(mine)
                    code = 0
                finally:
                    os._exit(code)
            children.append(child)
        assert [0, 0, 0] == [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        (path,) = audit_folder(store).glob("*.jsonl")
        assert verify_files([path]).ok
        assert 40 == len(path.read_bytes().splitlines())

"""The same rules in Sieve, run by Pigeonhole's ``sieve-filter`` over the same posts as mail in a Maildir.

Sieve looks for parts of words where we look for whole ones, and has no *ukjent*; otherwise the scripts say the same. A script
is compiled beforehand; what ``sieve-filter`` uses with an empty one (opening, parsing, storing) is taken off.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figure import Figure
from models.facts import Facts, Vedlegg

if TYPE_CHECKING:
    from bench.rules import Made

_NEEDED = ("sieve-filter", "sievec")
_USER = "nobody"
_CONFIG = """protocols =
base_dir = {folder}/run
mail_location = maildir:{folder}/mail
mail_home = {folder}/home
plugin {{
  sieve_max_script_size = 64M
  sieve_max_cpu_time = 0
}}
"""


def measure(
    folder: Path, sets: Mapping[int, Sequence[Made]], posts: Sequence[Facts], ours: Mapping[int, float]
) -> Iterator[Figure]:
    """µs a post beside ours; nothing but a note when Pigeonhole is not installed."""
    if any(shutil.which(program) is None for program in _NEEDED):
        yield Figure(name="Pigeonhole", value=0.0, unit="µs", note="ikke målt: dovecot-sieve er ikke installert")
        return
    _lay_out(folder, posts)
    empty = _seconds(folder, "")
    for size, rules in sets.items():
        spent = (_seconds(folder, script(rules)) - empty) / len(posts) * 1e6
        yield Figure(
            name=f"… mot Pigeonhole, {size} regler",
            value=ours[size],
            unit="µs",
            reference=max(spent, 0.1),
            note="" if spent > 0 else "Pigeonhole bruker ikke målbart mer enn med et tomt skript",
        )


def script(rules: Sequence[Made]) -> str:
    """The rules as one Sieve script: each sets a flag, none stops the others."""
    head = 'require ["body", "imap4flags", "regex", "mime", "date", "relational"];\n'
    return head + "".join(f'if {_test(rule)} {{ addflag "{rule.name}"; }}\n' for rule in rules)


def _test(rule: Made) -> str:
    number = int(rule.name[1:])
    words = ", ".join(f'"{phrase}"' for phrase in rule.phrases)
    if not rule.fact:
        return (
            f'header :regex "subject" "{re.escape(rule.phrases[0])} ?nr [0-9]+"',
            f"size :over {20 + number % 50}M",
            'date :value "ge" "date" "date" "2027-01-01"',
            'not exists "content-type"',
        )[number // 10 % 4]
    test = {
        "emne": f'header :contains "subject" [{words}]',
        "tekst": f"body :text :contains [{words}]",
        "vedlegg.navn": f'header :mime :anychild :param "filename" :contains "content-disposition" [{words}]',
    }[rule.fact]
    return f'allof ({test}, not exists "auto-submitted")' if number % 2 else test


def _lay_out(folder: Path, posts: Sequence[Facts]) -> None:
    for name in ("mail/cur", "mail/new", "mail/tmp", "home", "run"):
        (folder / name).mkdir(parents=True)
    for number, facts in enumerate(posts):
        (folder / "mail/cur" / f"{1_750_000_000 + number}.M{number}.bench:2,").write_bytes(_mail(number, facts))
    (folder / "dovecot.conf").write_text(_CONFIG.format(folder=folder), encoding="utf-8")


def _mail(number: int, facts: Facts) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "kari@borger.example", "post@solvik.example"
    message["Subject"], message["Date"] = str(facts.get("emne")), "Mon, 15 Jun 2026 09:00:00 +0000"
    message["Message-ID"] = f"<{number}@bench.example>"
    message.set_content(str(facts.get("brødtekst")), cte="8bit")
    attached = facts.get("vedlegg")
    for item in attached if isinstance(attached, tuple) else ():
        if isinstance(item, Vedlegg):
            message.add_attachment(str(item.tekst), filename=item.navn, cte="8bit")
    return bytes(message)


def _seconds(folder: Path, text: str) -> float:
    """The quickest of three runs over all mails, in seconds of wall clock."""
    source = folder / "script.sieve"
    source.write_text(text, encoding="utf-8")
    for path in (folder, *folder.rglob("*")):
        if os.geteuid() == 0:
            shutil.chown(path, _USER)
    _run(folder, "sievec", str(source))
    times: list[float] = []
    for _ in range(3):
        begun = time.perf_counter()
        _run(folder, "sieve-filter", str(source), "INBOX")
        times.append(time.perf_counter() - begun)
    return min(times)


def _run(folder: Path, program: str, *arguments: str) -> None:
    # Dovecot reads no mail as root.
    user = _USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    done = subprocess.run(
        [program, "-c", str(folder / "dovecot.conf"), *arguments],
        user=user if os.geteuid() == 0 else None,
        group=pwd.getpwnam(user).pw_gid if os.geteuid() == 0 else None,
        env={"USER": user, "HOME": str(folder / "home"), "PATH": os.environ.get("PATH", "")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{program}: {done.stderr.strip()[-500:]}")

"""``rules plan``: an edited set of the example municipality's rules against many stored posts, as a process of its own."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bench import house
from bench.figure import Figure

LIMIT_S = 20.0
FLAT = 1.15
FEW = 500

_NEW_RULE = """\
språk: 1
regler:
  - regel: måling-ny-regel
    navn: Tilbygg går til plan
    prioritet: 96
    eier: plan@solvik.example
    hvorfor: måling
    hvis: {tekst: {inneholder: tilbygg}}
    så:
      sak: {samlesak: "Tilbygg {år}", ny: {enhet: PLAN, tilgang: åpen}}
      journalpost: {type: I, tittel: "Tilbygg – {emne}", tilgang: åpen}
      fordel_til: PLAN
"""


def measure(folder: Path, posts: int) -> Iterator[Figure]:
    """Wall-clock time of the command, start and rules with all, and its memory against the same over few posts."""
    _, few, _ = _plan(folder / "få", FEW)
    seconds, peak, told = _plan(folder / "mange", posts)
    note = f"{told['changed']} av {told['posts']} endret; {os.cpu_count()} kjerner"
    yield Figure(name=f"rules plan over {posts} poster", value=seconds, unit="s", limit=LIMIT_S, note=note)
    yield Figure(
        name=f"rules plan, minne: {posts} mot {FEW} poster",
        value=peak,
        unit="MiB",
        reference=few,
        limit=FLAT,
        of_ratio=True,
    )


def _plan(folder: Path, posts: int) -> tuple[float, float, dict[str, int]]:
    folder.mkdir()
    config = house.make(folder / "hus", None, user="")
    fill(config, posts)
    edited = folder / "endret"
    shutil.copytree(config.parent / "regler", edited)
    (edited / "ny.yaml").write_text(_NEW_RULE, encoding="utf-8")
    command = [sys.executable, "-m", "robot", "--config", str(config), "rules", "plan", "--json", str(edited)]
    started = time.monotonic()
    said = folder / "svar.json"
    with said.open("wb") as out:
        process = subprocess.Popen(command, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise RuntimeError("rules plan failed")
    return seconds, used.ru_maxrss / 1024, json.loads(said.read_text(encoding="utf-8"))


def fill(config: Path, posts: int) -> None:
    """Posts as they stand after they were decided: their facts, hits and decision, as the robot itself keeps them."""
    from models.decision import Decision, Reason, Way
    from models.facts import Facts, Vedlegg
    from models.keys import post_key
    from models.post import Envelope, Fetched
    from robot.build import organisation, rules_in_force, store
    from rules.engine import evaluate

    settings = house.settings(config)
    opened = store(settings, house.NAME, now=house.now)
    org = organisation(settings, house.NAME)
    rules = rules_in_force(settings, house.NAME, org, opened)
    rules.refresh()
    ruleset, org = rules.current, rules.organisation(org)
    chance = random.Random(7)
    words = [f"ord{number}" for number in range(4000)] + ["tilbygg", "søknad", "nabovarsel", "merknad", "vedtak"]
    weights = [1 / (rank + 10) for rank in range(len(words))]
    subjects = _subjects(ruleset)
    try:
        for first in range(0, posts, 500):
            with opened.write() as tx:
                for number in range(first, min(first + 500, posts)):
                    text = " ".join(chance.choices(words, weights, k=350))
                    received = house.now() - timedelta(minutes=number % 40_000)
                    values = {
                        "kanal": chance.choice(("epost", "mappe", "altinn")),
                        "innboks": "inn",
                        "emne": f"{chance.choice(subjects)} {number}",
                        "avsender.navn": "Tor Testmann",
                        "avsender.adresse": f"tor{number}@borger.example",
                        "avsender.domene": "borger.example",
                        "brødtekst": text[:600],
                        "tekst": text,
                        "vedlegg": (Vedlegg(navn=f"brev-{number}.pdf", type="application/pdf", tekst=text[600:]),),
                        "dato.mottatt": received,
                        "meldingstype": "vanlig",
                        "funn": (),
                    }
                    facts = Facts(values=values)
                    judgement = evaluate(ruleset, facts, org)
                    label = f"brev-{number}.eml"
                    fetched = Fetched(
                        source_key=label,
                        label=label,
                        locator={"path": label},
                        envelope=Envelope(received_at=received, subject=str(values["emne"])),
                        documents=(),
                    )
                    seq, _ = tx.insert_post(
                        fetched,
                        offer_key=label,
                        source="inn",
                        channel="mappe",
                        key=post_key(organisation=opened.orgnr, source="inn", source_key=label),
                        zone=settings.zone(house.NAME),
                        at=fetched.locator,
                    )
                    decision = Decision(
                        way=Way.SET_ASIDE,
                        because=(Reason(source="rules", text="måling"),),
                        ruleset_sha256=ruleset.sha256,
                        rule=judgement.winner.regel if judgement.winner is not None else None,
                    )
                    tx.keep_decision(seq, facts, judgement, decision)
    finally:
        opened.close()


def _subjects(ruleset: object) -> list[str]:
    from rules.model import RuleSet
    from rules.nodes import Scalar

    assert isinstance(ruleset, RuleSet)
    found = [example.given.get("emne") for rule in ruleset.rules for example in (*rule.hits, *rule.misses)]
    return [node.value for node in found if isinstance(node, Scalar)]

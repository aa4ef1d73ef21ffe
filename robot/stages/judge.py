"""Stage 4: facts gathered, then one pure evaluation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from models.archive import SakQuery
from models.facts import Facts
from models.judgement import Judgement
from models.noark import EksternNoekkel
from models.post import Post
from models.reading import PartKind, ReadPost
from models.store.store import Reads
from robot.facts import gather
from robot.language.known import with_told
from robot.office import Office
from rules.engine import evaluate

ANSWERED_SYSTEMS = {"svarinn": "SvarUt"}
"""Channel → the name that archives know the sending system of our own letters by (``referanseEksternNoekkel``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """Other posts with the same content. ``certain``: the Message-ID agrees too (reliability.md section 4)."""

    certain: str | None = None
    possible: str | None = None

    @property
    def word(self) -> str | None:
        """The fact ``duplikat``."""
        return "sikker" if self.certain else "mulig" if self.possible else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What judging gave."""

    facts: Facts
    judgement: Judgement
    duplicates: Duplicates
    content_key: str


def judge(post: Post, read: ReadPost, office: Office, duplicates: Duplicates) -> Judged:
    """Facts and judgement of a post as read. Deterministic in its arguments, the rule set in force and the pipelines in use."""
    ruleset = office.rules.current
    org = office.org
    facts = gather(
        envelope=post.envelope,
        channel=post.channel,
        inbox=post.source,
        source_label=post.source_id,
        read=read,
        org=org,
        needs=ruleset.needs | {"findings"},  # what a detector marks is shielded whatever the rules ask for
        duplicate=duplicates.word,
        answers_to=_answered_case(post, office),
    )
    if office.language_desk is not None and office.learns and read.main.reason is None:
        facts = with_told(facts, office.language_desk.ask(facts))
    if read.main.reason is not None:
        judgement = Judgement(ruleset_sha256=ruleset.sha256, winner=None)
    else:
        judgement = evaluate(ruleset, facts, org)
    return Judged(facts=facts, judgement=judgement, duplicates=duplicates, content_key=content_key(read))


def _answered_case(post: Post, office: Office) -> str | None:
    """The case of the letter from us that this one answers, when the channel names that letter and the archive knows it.

    Raises:
        OutOfReach, TryLater: the archive cannot be asked now.
    """
    if not post.envelope.answers:
        return None
    system = ANSWERED_SYSTEMS.get(post.channel, post.channel)
    key = EksternNoekkel(system=system, noekkel=post.envelope.answers)
    found = next(iter(office.archive.find_saksmapper(SakQuery(ekstern_noekkel=key))), None)
    return found.ref.saksnummer if found is not None else None


def content_key(read: ReadPost) -> str:
    """What tells the same post from another whatever way it came: the canonical message's hash, else the file's."""
    message = read.message
    if message is None or not message.content_key:
        return read.main.sha256
    if read.main.media_type == "message/rfc822":
        return message.content_key  # every byte below the headers is in it
    # The key of an Outlook message is of its headers and text alone: two that differ in an attachment are two letters.
    below = [part for part in read.parts if part is not read.main and part.kind is not PartKind.BODY]
    digest = hashlib.sha256(message.content_key.encode())
    for part in below:
        # What could not be unpacked has no hash: then nothing but the same bytes is the same message.
        digest.update((part.sha256 or read.main.sha256).encode())
    return digest.hexdigest()


def find_duplicates(reads: Reads, post: Post, read: ReadPost) -> Duplicates:
    """Posts decided before this one with the same content.

    A mail with the same canonical form and a Message-ID of its own is certainly the same; a file with the same bytes
    may have been scanned or dropped twice on purpose: that is for a person.
    """
    key = content_key(read)
    others = [row for row in reads.same_content(key, besides=post.seq) if row[2] != "duplicate"] if key else []
    if not others:
        return Duplicates()
    first = others[0][1]
    message = read.message
    if message is not None and message.message_id and message.content_key:
        return Duplicates(certain=first)
    return Duplicates(possible=first)

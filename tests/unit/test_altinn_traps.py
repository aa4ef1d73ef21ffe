"""Each trap of the Altinn page: first a client written at first sight falls into it, then ours does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.altinn import correspondence
from connectors.altinn.platform import FixedTokens
from connectors.altinn.settings import READ_SCOPES, Confirm
from connectors.altinn.source import AltinnSource
from connectors.testing.altinn_lab import OWN, QUICK, RESOURCE, AltinnLab
from connectors.testing.servers.altinn import AltinnServer
from connectors.testing.servers.altinn_letters import SentFile
from models.post import Outcome, Spool
from tests.support.altinn import DIALOGS, LETTERS, Naive, iso, keys, settle_all, take_all

SUB = "315001471"
PDF = SentFile(name="brev.pdf", content=b"%PDF-1.7 brev")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[AltinnLab]:
    (tmp_path / "spool").mkdir()
    with AltinnServer() as server:
        yield AltinnLab(server, tmp_path, Spool(tmp_path / "spool"))


# --- lists (4.1) ----------------------------------------------------------------------------------------------------


def test_a_letter_that_is_published_late_is_not_lost(lab: AltinnLab) -> None:
    naive, source = Naive(lab), lab.source()
    start = lab.server.time()
    lab.server.deliver(party=OWN, resource=RESOURCE, title="Først")
    lab.tick(timedelta(minutes=10))
    first = naive.listed(**{"from": iso(start - timedelta(days=1))})
    taken = take_all(lab, source)
    cursor = lab.server.time()
    # Asked for before the last look, and visible only after it: upload and virus scan took their time.
    late = lab.server.deliver(
        party=OWN,
        resource=RESOURCE,
        title="Sen",
        requested=start + timedelta(minutes=1),
        published=cursor + timedelta(minutes=5),
    )
    lab.tick(timedelta(minutes=10))
    assert late.id not in [*first, *naive.listed(**{"from": iso(cursor)})]
    assert f"c:{late.id}" in keys([*taken, *take_all(lab, source)])


def test_more_letters_than_a_list_holds_are_all_found(lab: AltinnLab, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lab.server.most == correspondence.MOST
    lab.server.most = 10
    monkeypatch.setattr(correspondence, "MOST", 10)
    source = lab.source()
    sent = []
    for number in range(25):
        lab.tick(timedelta(minutes=3))
        sent.append(lab.server.deliver(party=OWN, resource=RESOURCE, title=str(number), dialog=False).id)
    assert 10 == len(Naive(lab).listed())
    lab.server.deliver(party=OWN, resource=RESOURCE)
    assert {f"c:{id}" for id in sent} <= set(keys(take_all(lab, source)))


def test_what_is_purged_stands_in_a_list_without_status_and_is_no_post(lab: AltinnLab) -> None:
    letter = lab.server.deliver(party=OWN, resource=RESOURCE)
    letter.history.append(("PurgedByRecipient", lab.server.time()))
    naive = Naive(lab)
    assert [letter.id] == naive.listed()
    assert 404 == naive.ask("GET", f"{LETTERS}/{letter.id}")[0]
    assert [] == take_all(lab, lab.source())


def test_asking_for_what_is_published_gives_what_was_read_too_and_it_is_not_taken_twice(lab: AltinnLab) -> None:
    letter = lab.server.deliver(party=OWN, resource=RESOURCE)
    source = lab.source()
    settle_all(source, take_all(lab, source))
    assert [letter.id] == Naive(lab).listed(status="Published")
    assert [] == take_all(lab, source)


def test_fetched_cannot_be_asked_for(lab: AltinnLab) -> None:
    letter = lab.server.deliver(party=OWN, resource=RESOURCE)
    naive = Naive(lab)
    naive.get(f"{LETTERS}/{letter.id}")
    assert [] == naive.listed(status="Fetched")
    assert [f"c:{letter.id}"] == keys(take_all(lab, lab.source()))


def test_the_ends_of_a_window_are_not_in_it_and_a_letter_on_the_edge_is_found(
    lab: AltinnLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    middle = lab.server.time()
    sent = [
        lab.server.add_letter(party=OWN, resource=RESOURCE, requested=middle + timedelta(seconds=number)).id
        for number in (-200, -100, 0, 100, 200)
    ]
    lab.tick(timedelta(hours=1))
    naive = Naive(lab)
    halves = [("from", middle), ("to", middle)]
    assert sent[2] not in [id for name, at in halves for id in naive.listed(**{name: iso(at)})]
    lab.server.most = 3
    monkeypatch.setattr(correspondence, "MOST", 3)
    letters = correspondence.Correspondence(lab.source()._platform, own=OWN)
    around = timedelta(seconds=300)
    assert set(sent) == set(letters.ids(RESOURCE, OWN, since=middle - around, until=middle + around))


def test_sub_units_are_asked_for_by_name_and_ourselves_never(lab: AltinnLab) -> None:
    lab.server.units[SUB] = ("SOLKROKEN BARNEHAGE", OWN)
    for party in (OWN, SUB):
        lab.server.deliver(party=party, resource=RESOURCE)
        lab.tick()
    assert 1 == len(Naive(lab).listed())
    assert 400 == Naive(lab).ask("GET", f"{LETTERS}?resourceId={RESOURCE}&role=Recipient&onBehalfOf={SUB}")[0]
    taken = take_all(lab, lab.source())
    assert {OWN, SUB} == {each.envelope.recipient_orgnr for each in taken}
    asked = [each.request.param("onBehalfOf") for each in lab.server.recorded("GET", f"{LETTERS}$")]
    assert {None, f"urn:altinn:organization:identifier-no:{SUB}"} == set(asked[-2:])


# --- reading and telling (4, 4.2, 4.4) --------------------------------------------------------------------------------


def test_the_text_is_had_without_marking_the_letter_as_read(lab: AltinnLab) -> None:
    first, second = (lab.server.deliver(party=OWN, resource=RESOURCE, body="# Hei\n\nBrev.") for _ in range(2))
    Naive(lab).ask("GET", f"{LETTERS}/{first.id}/content")
    assert first.ever("Read", lab.server.time())
    source = lab.source()
    taken = take_all(lab, source)
    assert "# Hei\n\nBrev." == taken[0].documents[0].path.read_text()
    assert not second.ever("Read", lab.server.time())
    assert 1 == len(lab.server.recorded("", r"/(content|details|forward|purge)$"))


def test_status_is_no_way_to_tell_what_is_read(lab: AltinnLab) -> None:
    letter = lab.server.deliver(party=OWN, resource=RESOURCE, files=[PDF])
    source = lab.source()
    settle_all(source, take_all(lab, source))
    seen = Naive(lab).get(f"{LETTERS}/{letter.id}")
    assert ("AttachmentsDownloaded", True) == (seen["status"], bool(seen["read"]))
    assert [] == take_all(lab, source)


def test_nothing_is_told_before_the_archive_has_it(lab: AltinnLab) -> None:
    letter = lab.server.deliver(party=OWN, resource=RESOURCE, isConfirmationNeeded=True)
    source = lab.source()
    taken = take_all(lab, source)
    assert (0, 0) == (letter.confirms, letter.reads)
    settle_all(source, taken)
    assert (1, 1) == (letter.confirms, letter.reads)


@pytest.mark.parametrize(
    ("policy", "outcome", "confirmed"),
    [
        (Confirm.ARCHIVED, Outcome.ARCHIVED, 1),
        (Confirm.ARCHIVED, Outcome.DUPLICATE, 1),
        (Confirm.ARCHIVED, Outcome.FORWARDED, 0),
        (Confirm.ARCHIVED, Outcome.DISMISSED, 0),
        (Confirm.ALWAYS, Outcome.DISMISSED, 1),
        (Confirm.NEVER, Outcome.ARCHIVED, 0),
    ],
)
def test_confirming_is_a_legal_act_and_follows_the_policy(
    lab: AltinnLab, policy: Confirm, outcome: Outcome, confirmed: int
) -> None:
    letter = lab.server.deliver(party=OWN, resource=RESOURCE, isConfirmationNeeded=True)
    source = lab.source(confirm=policy)
    settle_all(source, take_all(lab, source), outcome)
    assert (confirmed, 1) == (letter.confirms, letter.reads)


def test_a_letter_that_does_not_ask_is_not_confirmed(lab: AltinnLab) -> None:
    letter = lab.server.deliver(party=OWN, resource=RESOURCE)
    source = lab.source(confirm=Confirm.ALWAYS)
    settle_all(source, take_all(lab, source))
    assert (0, 1) == (letter.confirms, letter.reads)


def test_a_confirmation_that_does_not_show_yet_is_not_given_again(lab: AltinnLab) -> None:
    letter = lab.server.deliver(party=OWN, resource=RESOURCE, isConfirmationNeeded=True)
    source = lab.source()
    (taken,) = take_all(lab, source)
    source.settle(taken.locator, Outcome.ARCHIVED)
    assert "Confirmed" != Naive(lab).get(f"{LETTERS}/{letter.id}")["status"]
    lab.tick(timedelta(minutes=1))
    assert [] == take_all(lab, source)
    source.settle(taken.locator, Outcome.ARCHIVED)  # as after a crash before it was noted
    assert 1 == [status for status, _ in letter.history].count("Confirmed")


def test_with_a_senders_scope_no_fetch_is_registered_and_we_never_ask_for_it(lab: AltinnLab) -> None:
    letter = lab.server.deliver(party=OWN, resource=RESOURCE)
    naive = Naive(lab, "altinn:correspondence.read", "altinn:correspondence.write")
    naive.get(f"{LETTERS}/{letter.id}")
    assert 400 == naive.ask("POST", f"{LETTERS}/{letter.id}/markasread")[0]
    assert "altinn:correspondence.write" not in READ_SCOPES
    assert "altinn:correspondence.read" in READ_SCOPES


def test_any_other_accept_is_refused_and_ours_is_not(lab: AltinnLab) -> None:
    letter = lab.server.deliver(party=OWN, resource=RESOURCE, files=[PDF])
    naive = Naive(lab)
    assert 406 == naive.ask("GET", f"{LETTERS}/{letter.id}", accept="text/html")[0]
    path = f"{LETTERS}/{letter.id}/attachment/{PDF.id}/download"
    assert 406 == naive.ask("GET", path, accept="application/pdf")[0]
    assert [b"%PDF-1.7 brev"] == [each.documents[0].path.read_bytes() for each in take_all(lab, lab.source())]


def test_nothing_is_ever_purged(lab: AltinnLab) -> None:
    lab.server.deliver(party=OWN, resource=RESOURCE)
    source = lab.source()
    for outcome in Outcome:
        settle_all(source, take_all(lab, source), outcome)
        lab.server.deliver(party=OWN, resource=RESOURCE)
    assert [] == lab.server.recorded("DELETE")


# --- Altinn 2 and who sends (1, 5) ------------------------------------------------------------------------------------


def test_what_was_moved_from_altinn_2_is_not_journaled_again(lab: AltinnLab) -> None:
    lab.server.deliver(party=OWN, resource="eks-migratedcorrespondence-brev", title="Gammelt")
    old = lab.server.deliver(party=OWN, resource=RESOURCE, title="Gammelt", altinn2CorrespondenceId=4711)
    new = lab.server.deliver(party=OWN, resource=RESOURCE, title="Nytt")
    source = lab.source()
    assert [f"c:{new.id}"] == keys(take_all(lab, source))
    source.reconcile()
    assert [] == take_all(lab, source)
    assert f"c:{old.id}" in keys(take_all(lab, lab.source(migrated=True, index=lab.settings.index.with_name("b.db"))))


@pytest.mark.parametrize(
    ("owner", "writer", "orgnr", "verified"),
    [
        ("310000002", "", "310000002", True),
        ("991825827", "310000003", "310000003", True),  # Digdir's eFormidling, which we trust to tell
        ("310000002", "310000003", "310000003", False),  # anybody may fill in the list
        ("310000002", "310000002", "310000002", True),
    ],
)
def test_the_real_writer_is_believed_only_through_an_intermediary(
    lab: AltinnLab, owner: str, writer: str, orgnr: str, verified: bool
) -> None:
    lab.server.deliver(
        party=OWN, resource=RESOURCE, owner=owner, propertyList={"senderOrgNumber": writer} if writer else {}
    )
    (post,) = take_all(lab, lab.source())
    assert (orgnr, verified) == (post.envelope.sender_orgnr, post.envelope.sender_verified)


# --- Dialogporten (7) -------------------------------------------------------------------------------------------------


def test_a_letter_that_is_a_dialog_alone_is_found(lab: AltinnLab) -> None:
    dialog = lab.server.add_dialog(party=OWN, resource="skd-brev", title="Skatt")
    assert [] == Naive(lab).listed(resourceId="skd-brev")
    (post,) = take_all(lab, lab.source())
    assert post.source_key.startswith(f"d:{dialog.id}:")


def test_looking_leaves_no_trace_in_the_seen_log_of_a_letter(lab: AltinnLab) -> None:
    lab.server.deliver(party=OWN, resource=RESOURCE)
    naive = Naive(lab)
    (dialog,) = lab.server.dialogs.values()
    naive.get(f"{DIALOGS}/{dialog.id}")
    assert [OWN] == dialog.seen_by
    take_all(lab, lab.source())
    assert [OWN] == dialog.seen_by


def test_every_page_of_the_search_is_followed_with_the_same_question(lab: AltinnLab) -> None:
    lab.server.page = 3
    for _ in range(10):
        lab.tick()
        lab.server.deliver(party=OWN, resource=RESOURCE)
    party = f"urn:altinn:organization:identifier-no:{OWN}"
    naive = Naive(lab)
    first = naive.get(DIALOGS, party=party, limit="3")
    assert 422 == naive.ask("GET", f"{DIALOGS}?continuationToken={first['continuationToken']}&party={party}&limit=2")[0]
    assert 10 == len(take_all(lab, lab.source()))


def test_more_than_a_hundred_organisations_are_asked_for_in_turns(lab: AltinnLab) -> None:
    orgnrs = [f"3150{number:05d}" for number in range(120)]
    lab.server.units |= {orgnr: (f"ENHET {orgnr}", OWN) for orgnr in orgnrs}
    lab.server.deliver(party=orgnrs[0], resource=RESOURCE)
    lab.server.deliver(party=orgnrs[-1], resource=RESOURCE)
    query = "&".join(f"party=urn:altinn:organization:identifier-no:{orgnr}" for orgnr in orgnrs)
    assert 422 == Naive(lab).ask("GET", f"{DIALOGS}?{query}")[0]
    assert 2 == len(take_all(lab, lab.source()))


def test_without_an_organisation_the_search_is_refused(lab: AltinnLab) -> None:
    assert 422 == Naive(lab).ask("GET", f"{DIALOGS}?limit=10")[0]


def test_what_we_sent_ourselves_is_not_fetched(lab: AltinnLab) -> None:
    lab.server.add_dialog(party=OWN, resource="a", label="Sent")
    lab.server.add_dialog(party=OWN, resource="b", org="solv")
    lab.server.add_dialog(party=OWN, resource="reklame")
    assert [] == take_all(lab, lab.source(own_code="SOLV", skip_resources=("reklame",)))


def test_a_dialog_that_changes_after_the_look_is_seen_at_the_next(lab: AltinnLab) -> None:
    source = lab.source()
    dialog = lab.server.add_dialog(party=OWN, resource="skd-brev", title="Foreløpig")
    (first,) = take_all(lab, source)
    lab.tick(timedelta(minutes=5))
    dialog.title, dialog.updated = "Endelig", lab.server.time()
    (second,) = take_all(lab, source)
    assert ("Foreløpig", "Endelig") == (first.envelope.subject, second.envelope.subject)
    assert first.source_key != second.source_key


def test_a_letter_without_its_dialog_is_found_by_night(lab: AltinnLab) -> None:
    source = lab.source()
    lab.server.deliver(party=OWN, resource=RESOURCE)
    take_all(lab, source)
    lost = lab.server.deliver(party=OWN, resource=RESOURCE, dialog=False)
    lab.tick(timedelta(minutes=5))
    assert [] == take_all(lab, source)
    assert "1 funnet" in source.reconcile()
    assert [f"c:{lost.id}"] == keys(take_all(lab, source))
    assert any("avstemming" in each for each in source.remarks())


def test_a_letter_that_does_not_name_its_dialog_is_taken_once(lab: AltinnLab) -> None:
    source = lab.source()
    letter = lab.server.deliver(party=OWN, resource=RESOURCE, named=False)
    taken = take_all(lab, source)
    for _ in range(5):
        lab.tick(timedelta(minutes=5))
        taken += take_all(lab, source)
    assert [f"c:{letter.id}"] == keys(taken)


def test_a_dialog_behind_which_no_list_has_a_letter_is_opened(lab: AltinnLab) -> None:
    source = lab.source(window_days=1)
    letter = lab.server.deliver(party=OWN, resource=RESOURCE, requested=lab.server.time() - timedelta(days=20))
    letter.history = [("Published", lab.server.time())]
    taken = []
    for _ in range(5):
        lab.tick(timedelta(minutes=5))
        taken += take_all(lab, source)
    assert [f"c:{letter.id}"] == keys(taken)


# --- tokens (3) -------------------------------------------------------------------------------------------------------


def test_a_token_a_second_past_its_time_is_refused_and_renewed_once(lab: AltinnLab) -> None:
    lab.server.deliver(party=OWN, resource=RESOURCE)
    given: list[str] = []

    def fetch() -> str:
        if not given:
            given.append(lab.server.give_token(OWN, *READ_SCOPES, life_s=10))
        return given[-1]

    source = AltinnSource(lab.settings, FixedTokens(fetch, lambda: given.clear()), now=lab.server.time, hooks=QUICK)
    fetch()
    lab.tick(timedelta(seconds=11))
    assert 1 == len(take_all(lab, source))
    assert 1 == sum(each.status == 401 for each in lab.server.requests)


def test_a_missing_delegation_does_not_cost_a_token(lab: AltinnLab) -> None:
    lab.server.deliver(party=OWN, resource=RESOURCE)
    (dialog,) = lab.server.dialogs.values()
    refused: list[int] = []
    token = lab.server.give_token(OWN, *READ_SCOPES, life_s=1e9)
    source = AltinnSource(
        lab.settings, FixedTokens(lambda: token, lambda: refused.append(1)), now=lab.server.time, hooks=QUICK
    )
    list(source.offers(10))
    lab.server.denied.add((OWN, RESOURCE))
    assert [] == take_all(lab, source)
    assert [] == refused
    assert any(RESOURCE in each for each in source.remarks())
    assert dialog.id not in "".join(source.remarks())

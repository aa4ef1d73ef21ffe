"""Every error answer of the Altinn page (section 4.6, 7, 9), and what the sources do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.altinn.forms import AltinnFormSource
from connectors.altinn.platform import FixedTokens
from connectors.altinn.settings import FORM_SCOPES, FormSettings
from connectors.testing.altinn_lab import OWN, QUICK, RESOURCE, AltinnLab, FormLab
from connectors.testing.servers.altinn import AltinnServer
from connectors.testing.servers.altinn_letters import Letter, SentFile
from connectors.testing.servers.altinn_storage import FormFile
from connectors.testing.servers.faults import Fault, FaultKind
from models.errors import NeedsHuman, OutOfReach, TryLater
from models.post import Offer, Outcome, Spool
from models.reasons import ReasonCode
from tests.support.altinn import keys, settle_all, take_all


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[AltinnLab]:
    (tmp_path / "spool").mkdir()
    with AltinnServer() as server:
        yield AltinnLab(server, tmp_path, Spool(tmp_path / "spool"))


@pytest.fixture
def forms(tmp_path: Path) -> Iterator[FormLab]:
    (tmp_path / "spool").mkdir()
    with AltinnServer() as server:
        yield FormLab(server, tmp_path, Spool(tmp_path / "spool"))


def file(**more: object) -> SentFile:
    return SentFile(name="brev.pdf", content=b"%PDF-1.7", **more)  # type: ignore[arg-type]


def sent(lab: AltinnLab, **letter: object) -> Letter:
    lab.tick()
    return lab.server.deliver(party=OWN, resource=RESOURCE, **letter)  # type: ignore[arg-type]


def problem(code: int, status: int) -> dict[str, object]:
    body = f'{{"status": {status}, "detail": "said so", "errorCode": {code}}}'.encode()
    return {"kind": FaultKind.STATUS, "status": status, "body": body}


# --- who we are -------------------------------------------------------------------------------------------------------


def test_401_without_body_that_stays_stops_the_connection(lab: AltinnLab) -> None:
    lab.server.subscription_key = "en-annen"
    with pytest.raises(OutOfReach, match="tokenet"):
        list(lab.source().offers(10))
    assert 2 == len(lab.server.requests)  # once with a fresh token, and no more


def test_403_without_body_is_a_missing_scope_and_stops_the_connection(lab: AltinnLab) -> None:
    lab.server.faults.add(Fault(kind=FaultKind.STATUS, status=403, times=10))
    with pytest.raises(OutOfReach, match="scope"):
        list(lab.source().offers(10))


@pytest.mark.parametrize("code", [4006, 4007])
def test_401_with_an_unknown_caller_stops_the_connection(lab: AltinnLab, code: int) -> None:
    sent(lab)
    source = lab.source()
    (offer,) = source.offers(10)
    lab.server.faults.add(Fault(**problem(code, 401), times=10))  # type: ignore[arg-type]
    with pytest.raises(OutOfReach, match=str(code)):
        source.download(offer, lab.spool())


def test_401_4001_is_told_with_the_resource_and_asked_again_in_an_hour(lab: AltinnLab) -> None:
    letter = sent(lab)
    source = lab.source()
    (offer,) = source.offers(10)
    lab.server.denied.add((OWN, RESOURCE))
    with pytest.raises(TryLater):
        source.download(offer, lab.spool())
    assert [] == list(source.offers(10))
    (said,) = source.remarks()
    assert RESOURCE in said
    assert OWN in said
    lab.server.denied.clear()
    lab.tick(timedelta(hours=2))
    assert [f"c:{letter.id}"] == keys(take_all(lab, source))


def test_400_4002_is_tried_again(lab: AltinnLab) -> None:
    sent(lab)
    source = lab.source()
    (offer,) = source.offers(10)
    lab.server.faults.add(Fault(**problem(4002, 400)))  # type: ignore[arg-type]
    with pytest.raises(TryLater, match="4002"):
        source.download(offer, lab.spool())
    lab.tick(timedelta(hours=1))
    assert 1 == len(take_all(lab, source))


# --- what is not there ------------------------------------------------------------------------------------------------


def test_404_of_a_letter_never_seen_is_tried_for_a_day_and_then_told(lab: AltinnLab) -> None:
    letter = sent(lab)
    source = lab.source()
    list(source.offers(10))
    hidden = lab.server.letters.pop(letter.id)
    for _ in range(4):
        assert [] == take_all(lab, source)
        lab.tick(timedelta(hours=5))
    assert () == source.remarks()
    lab.tick(timedelta(hours=5))
    assert [] == take_all(lab, source)
    assert any(letter.id in each for each in source.remarks())
    lab.server.letters[letter.id] = hidden
    assert [] == list(source.offers(10))


def test_404_of_a_letter_seen_before_means_that_it_is_gone(lab: AltinnLab) -> None:
    letter = sent(lab, files=[file(status="Initialized")])
    source = lab.source()
    assert [] == take_all(lab, source)
    letter.history.append(("PurgedByAltinn", lab.server.time()))
    lab.tick(timedelta(hours=1))
    assert [] == take_all(lab, source)
    lab.tick(timedelta(days=3))
    assert [] == list(source.offers(10))
    assert () == source.remarks()


def test_a_letter_purged_between_list_and_fetch_is_no_error(lab: AltinnLab) -> None:
    letter = sent(lab)
    source = lab.source()
    (offer,) = source.offers(10)
    letter.history.append(("PurgedByRecipient", lab.server.time()))
    with pytest.raises(TryLater):
        source.download(offer, lab.spool())


@pytest.mark.parametrize("code", [2001, 2018, 2019, 2020])
def test_a_file_that_is_lost_leaves_a_note_in_its_place(lab: AltinnLab, code: int) -> None:
    sent(lab, files=[file(title="Skisse", code=code), file(title="Kart")])
    source = lab.source()
    (post,) = take_all(lab, source)
    assert ["Vedlegg 1 mangler.txt", "Kart.pdf"] == [each.name for each in post.documents]
    assert "Skisse" in post.documents[0].path.read_text()
    (said,) = source.remarks()
    assert "Skisse" not in said


@pytest.mark.parametrize("status", ["Purged", "Expired", "Failed"])
def test_a_file_that_altinn_says_is_lost_or_infected_is_not_asked_for(lab: AltinnLab, status: str) -> None:
    sent(lab, files=[file(status=status)], body="Se vedlegget.")
    (post,) = take_all(lab, lab.source())
    assert ["melding.md", "Vedlegg 1 mangler.txt"] == [each.name for each in post.documents]
    assert [] == lab.server.recorded("GET", "download")


@pytest.mark.parametrize("status", ["Initialized", "UploadProcessing"])
def test_a_file_that_is_not_scanned_yet_is_waited_for(lab: AltinnLab, status: str) -> None:
    waiting = file(status=status)
    sent(lab, files=[waiting])
    source = lab.source()
    assert [] == take_all(lab, source)
    assert [] == lab.server.recorded("GET", "download")
    waiting.status = "Published"
    lab.tick(timedelta(hours=1))
    (post,) = take_all(lab, source)
    assert b"%PDF-1.7" == post.documents[0].path.read_bytes()


def test_400_1031_is_tried_again(lab: AltinnLab) -> None:
    sent(lab, files=[file()])
    source = lab.source()
    lab.server.faults.add(Fault(path="download", **problem(1031, 400)))  # type: ignore[arg-type]
    assert [] == take_all(lab, source)
    lab.tick(timedelta(hours=1))
    assert 1 == len(take_all(lab, source))


def test_a_file_that_lies_elsewhere_is_told(lab: AltinnLab) -> None:
    sent(lab, files=[file(elsewhere=True)])
    (post,) = take_all(lab, lab.source())
    assert "hos avsenderen" in post.documents[0].path.read_text()


# --- what does not come whole -----------------------------------------------------------------------------------------


def test_a_file_with_a_wrong_checksum_is_not_kept(lab: AltinnLab) -> None:
    wrong = file(checksum="0" * 32)
    sent(lab, files=[wrong])
    source = lab.source()
    assert [] == take_all(lab, source)
    assert [] == list(lab.spool().folder.iterdir())
    wrong.checksum = ""
    lab.tick(timedelta(hours=1))
    assert 1 == len(take_all(lab, source))


def test_a_file_that_never_comes_right_is_for_a_human_after_a_day(lab: AltinnLab) -> None:
    sent(lab, files=[file(checksum="0" * 32)])
    source = lab.source()
    offers: list[Offer] = list(source.offers(10))
    with pytest.raises(NeedsHuman) as refused:
        for _ in range(40):
            lab.tick(timedelta(hours=1))
            try:
                source.download(offers[0], lab.spool())
            except TryLater:
                continue
    assert ReasonCode.DAMAGED == refused.value.reason
    assert [] == list(lab.spool().folder.iterdir())


def test_a_connection_cut_in_the_middle_of_a_file_leaves_nothing(lab: AltinnLab) -> None:
    sent(lab, files=[SentFile(name="stor.pdf", content=b"x" * 300_000)])
    source = lab.source()
    lab.server.faults.add(Fault(kind=FaultKind.TRUNCATE, path="download", after_bytes=1000))
    assert [] == take_all(lab, source)
    assert [] == list(lab.spool().folder.iterdir())
    lab.tick(timedelta(hours=1))
    (post,) = take_all(lab, source)
    assert 300_000 == post.documents[0].size_bytes


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.STATUS, status=429, headers={"Retry-After": "1"}),
        Fault(kind=FaultKind.STATUS, status=408),
        Fault(kind=FaultKind.STATUS, status=500),
        Fault(kind=FaultKind.STATUS, status=503, headers={"Retry-After": "1"}),
        Fault(kind=FaultKind.DROP),
        Fault(kind=FaultKind.DROP_AFTER),
    ],
    ids=lambda fault: f"{fault.kind.value}-{fault.status}",
)
@pytest.mark.parametrize(
    "path", ["dialogs$", "correspondence$", "correspondence/[0-9a-f-]+$", "download", "markasread"]
)
def test_what_passes_is_got_past(lab: AltinnLab, fault: Fault, path: str) -> None:
    from dataclasses import replace

    letter = sent(lab, files=[file()])
    source = lab.source()
    lab.server.faults.add(replace(fault, path=path))
    settle_all(source, take_all(lab, source))
    assert 1 == [status for status, _ in letter.history].count("Read")
    assert 1 == lab.server.faults.hit


def test_maintenance_of_dialogporten_is_waited_out(lab: AltinnLab) -> None:
    lab.server.faults.add(Fault(kind=FaultKind.STATUS, status=503, headers={"Retry-After": "3600"}, path="dialogs"))
    with pytest.raises(TryLater) as later:
        list(lab.source().offers(10))
    assert 3600 == later.value.after_s


def test_a_search_that_is_refused_goes_on_from_where_it_was(lab: AltinnLab) -> None:
    lab.server.page = 2
    for _ in range(5):
        sent(lab)
    source = lab.source()
    # The second page, and every repeat of it.
    lab.server.faults.add(Fault(kind=FaultKind.STATUS, status=500, path="dialogs$", skip=1, times=3))
    assert 5 == len(take_all(lab, source))


def test_a_maintenance_page_with_200_is_no_answer(lab: AltinnLab) -> None:
    sent(lab)
    source = lab.source()
    (offer,) = source.offers(10)
    lab.server.faults.add(Fault(kind=FaultKind.REPLACE, status=200, body=b"<html>Vedlikehold</html>"))
    with pytest.raises(TryLater):
        source.download(offer, lab.spool())


# --- telling ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "path"), [(1040, "markasread"), (1041, "confirm"), (1014, "markasread")])
def test_done_before_is_done(lab: AltinnLab, code: int, path: str) -> None:
    sent(lab, isConfirmationNeeded=True)
    source = lab.source()
    taken = take_all(lab, source)
    lab.server.faults.add(Fault(path=path, **problem(code, 400)))  # type: ignore[arg-type]
    settle_all(source, taken)
    assert 1 == lab.server.faults.hit


@pytest.mark.parametrize("path", ["markasread", "confirm"])
def test_not_fetched_1024_and_1025_is_fetched_and_told_again(lab: AltinnLab, path: str) -> None:
    letter = sent(lab, isConfirmationNeeded=path == "confirm")
    source = lab.source()
    taken = take_all(lab, source)
    letter.fetched_by.clear()
    settle_all(source, taken)
    assert (int(path == "confirm"), 1, 2) == (letter.confirms, letter.reads, letter.fetches)
    (refused,) = [each for each in lab.server.requests if each.status == 400]
    assert refused.request.path.endswith(path)


def test_confirm_that_fails_with_500_is_told_again_later(lab: AltinnLab) -> None:
    letter = sent(lab, isConfirmationNeeded=True)
    source = lab.source()
    taken = take_all(lab, source)
    lab.server.faults.add(Fault(kind=FaultKind.STATUS, status=500, path="confirm"))
    with pytest.raises(TryLater):
        settle_all(source, taken)
    assert (0, 0) == (letter.confirms, letter.reads)
    settle_all(source, taken)
    assert (1, 1) == (letter.confirms, letter.reads)


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.TRUNCATE, FaultKind.STATUS_AFTER])
def test_a_confirmation_whose_answer_is_lost_is_not_given_again_before_it_shows(
    lab: AltinnLab, kind: FaultKind
) -> None:
    letter = sent(lab, isConfirmationNeeded=True)
    source = lab.source()
    taken = take_all(lab, source)
    lab.server.faults.add(Fault(kind=kind, status=504, path="confirm", after_bytes=1))
    with pytest.raises(TryLater) as later:
        settle_all(source, taken)
    assert 1 == letter.confirms
    lab.tick(timedelta(seconds=later.value.after_s))
    settle_all(source, taken)
    assert 1 == [status for status, _ in letter.history].count("Confirmed")


def test_a_letter_that_is_gone_when_it_is_settled_is_settled(lab: AltinnLab) -> None:
    letter = sent(lab)
    source = lab.source()
    taken = take_all(lab, source)
    letter.history.append(("PurgedByRecipient", lab.server.time()))
    settle_all(source, taken)


def test_a_right_lost_before_settling_is_for_a_human(lab: AltinnLab) -> None:
    sent(lab)
    source = lab.source()
    taken = take_all(lab, source)
    lab.server.denied.add((OWN, RESOURCE))
    with pytest.raises(NeedsHuman) as refused:
        settle_all(source, taken)
    assert ReasonCode.SETTLE_FAILED == refused.value.reason


def test_an_unknown_refusal_is_tried_again_and_not_lost(lab: AltinnLab) -> None:
    letter = sent(lab)
    source = lab.source()
    lab.server.faults.add(Fault(path=letter.id, **problem(1026, 400)))  # type: ignore[arg-type]
    assert [] == take_all(lab, source)
    lab.tick(timedelta(hours=2))
    taken = take_all(lab, source)
    lab.server.faults.add(Fault(path="markasread", **problem(1999, 400)))  # type: ignore[arg-type]
    with pytest.raises(TryLater):
        settle_all(source, taken)
    settle_all(source, taken)
    assert 1 == letter.reads


# --- forms ------------------------------------------------------------------------------------------------------------


def receipt(**more: object) -> FormFile:
    return FormFile(kind="ref-data-as-pdf", content=b"%PDF-1.7 kvittering", **more)  # type: ignore[arg-type]


def test_forms_of_another_owner_are_told_and_stop_the_connection(forms: FormLab) -> None:
    source = forms.forms()
    token = forms.server.give_token("310000009", *FORM_SCOPES)
    stranger = AltinnFormSource(
        FormSettings(platform=forms.settings.platform, own_code="eks", index=forms.settings.index),
        FixedTokens(lambda: token),
        now=forms.server.time,
        hooks=QUICK,
    )
    assert [] == list(source.offers(10))
    with pytest.raises(OutOfReach):
        list(stranger.offers(10))


def test_a_form_that_was_deleted_is_no_error(forms: FormLab) -> None:
    form = forms.server.add_form(app="eks/melding", files=[receipt()])
    source = forms.forms()
    (offer,) = source.offers(10)
    form.hard_deleted = True
    with pytest.raises(TryLater):
        source.download(offer, forms.spool())
    assert [] == list(source.offers(10))
    source.settle(source.take_over(offer.locator), Outcome.ARCHIVED)


def test_an_infected_file_is_left_where_it_is_and_the_form_comes_all_the_same(forms: FormLab) -> None:
    bad = FormFile(kind="vedlegg", name="virus.exe", content=b"MZ", scan="Infected")
    forms.server.add_form(app="eks/melding", files=[receipt(), bad])
    source = forms.forms()
    (offer,) = source.offers(10)
    post = source.download(offer, forms.spool())
    assert ["melding.pdf", "Fil 2 mangler.txt"] == [each.name for each in post.documents]
    assert [] == forms.server.recorded("GET", bad.id)
    assert any("viruskontroll" in each for each in source.remarks())


def test_a_file_of_a_form_that_is_being_scanned_is_waited_for(forms: FormLab) -> None:
    pending = FormFile(kind="vedlegg", name="kart.pdf", content=b"%PDF", scan="Pending")
    forms.server.add_form(app="eks/melding", files=[receipt(), pending])
    source = forms.forms()
    (offer,) = source.offers(10)
    with pytest.raises(TryLater):
        source.download(offer, forms.spool())
    pending.scan = "Clean"
    assert 2 == len(source.download(offer, forms.spool()).documents)


def test_the_receipt_is_waited_for_and_then_done_without(forms: FormLab) -> None:
    model = FormFile(kind="model", content=b"<melding/>", media_type="application/xml")
    forms.server.add_form(app="eks/melding", files=[model])
    source = forms.forms()
    (offer,) = source.offers(10)
    with pytest.raises(TryLater):
        source.download(offer, forms.spool())
    forms.tick(timedelta(minutes=20))
    post = source.download(offer, forms.spool())
    assert ["melding.xml"] == [each.name for each in post.documents]
    assert any("PDF" in each for each in source.remarks())


def test_a_form_the_query_leaves_out_is_found_by_night(forms: FormLab) -> None:
    hidden = forms.server.add_form(app="eks/melding", files=[receipt()])
    hidden.hidden = True
    source = forms.forms()
    assert [] == list(source.offers(10))
    assert "1 funnet" in source.reconcile()
    assert 1 == len(list(source.offers(10)))


def test_a_completion_that_was_lost_is_given_again_by_night(forms: FormLab) -> None:
    form = forms.server.add_form(app="eks/melding", files=[receipt()])
    source = forms.forms()
    (offer,) = source.offers(10)
    source.settle(source.take_over(source.download(offer, forms.spool()).locator), Outcome.ARCHIVED)
    form.confirmed.clear()
    assert [] == list(source.offers(10))
    assert "1 bekreftet på nytt" in source.reconcile()
    assert ["eks"] == form.confirmed


def test_a_form_is_completed_only_when_settled_and_twice_is_harmless(forms: FormLab) -> None:
    form = forms.server.add_form(app="eks/melding", files=[receipt()])
    source = forms.forms()
    (offer,) = source.offers(10)
    post = source.download(offer, forms.spool())
    source.take_over(post.locator)
    assert [] == form.confirmed
    for _ in range(2):
        source.settle(post.locator, Outcome.ARCHIVED)
    assert ["eks"] == form.confirmed


def test_every_page_of_forms_is_followed_and_a_foreign_next_page_is_not(forms: FormLab) -> None:
    forms.server.form_page = 2
    for _ in range(5):
        forms.tick()
        forms.server.add_form(app="eks/melding", files=[receipt()])
    assert 5 == len(list(forms.forms().offers(10)))
    body = b'{"instances": [], "next": "https://fremmed.example/storage"}'
    forms.server.faults.add(Fault(kind=FaultKind.REPLACE, status=200, body=body))
    with pytest.raises(TryLater, match="fremmed"):
        list(forms.forms().offers(100))

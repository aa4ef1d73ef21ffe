"""The demonstration's post: enough of it, the same each time, and nobody who lives."""

import re
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest

from robot.demo.people import People, account_number, synthetic_fnr
from robot.demo.post import make_post

TODAY = date(2026, 6, 15)


@pytest.fixture(scope="module")
def post(tmp_path_factory):
    return make_post(tmp_path_factory.mktemp("inn"), seed=1, today=TODAY)


def test_at_least_forty_pieces_each_expected_once(post):
    assert len(post.mails) + len(post.files) >= 40
    names = [one.name for one in post.expected]
    assert len(names) == len(set(names)) == len(post.mails) + len(post.files) + len(post.letters) + len(post.altinn)


def test_every_kind_of_end_is_shown(post):
    assert {"archived", "forwarded", "dismissed", "duplicate", "set_aside"} == {one.outcome for one in post.expected}


def test_same_seed_and_day_give_the_same_bytes_and_another_seed_other_people(post, tmp_path):
    again = make_post(tmp_path / "a", seed=1, today=TODAY)
    assert post.mails == again.mails
    assert [f.read_bytes() for f in post.files] == [f.read_bytes() for f in again.files]
    other = make_post(tmp_path / "b", seed=2, today=TODAY)
    assert post.mails != other.mails


def test_every_address_is_under_example(post):
    for name, content in post.mails:
        addresses = re.findall(rb"[\w.+-]+@[\w.-]+", content)
        assert addresses, name
        for address in addresses:
            assert address.rstrip(b".").endswith(b".example"), (name, address)


def test_every_mail_can_be_parsed_and_has_an_id(post):
    ids = [message_from_bytes(content, policy=default)["Message-ID"] for _, content in post.mails]
    assert None not in ids
    assert len(ids) - 1 == len(set(ids)), "only the duplicate repeats an id"


def test_the_scanned_letters_hold_an_image_and_no_text(post):
    import pypdfium2

    (scan,) = [f for f in post.files if f.name == "skann0001.pdf"]
    document = pypdfium2.PdfDocument(scan)
    try:
        assert "" == document[0].get_textpage().get_text_range().strip()
        assert len(list(document[0].get_objects())) >= 1
    finally:
        document.close()


@pytest.mark.parametrize("seed", range(20))
def test_identity_numbers_are_synthetic_and_valid(seed):
    number = synthetic_fnr(seed)
    assert 81 <= int(number[2:4]) <= 92, "month + 80: nobody has it"
    for weights in ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)):
        assert 0 == sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11


@pytest.mark.parametrize("seed", range(20))
def test_account_numbers_are_valid_and_of_no_bank(seed):
    number = account_number(seed)
    assert number.startswith("0000.")
    digits = number.replace(".", "")
    assert 0 == sum(int(d) * w for d, w in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11


def test_people_are_never_drawn_twice():
    people = People(3)
    names = [people.draw().name for _ in range(60)]
    assert len(names) == len(set(names))

"""Tags of numbers: every spelling of a number has one, and only who has the secret can make it."""

import hashlib
import hmac

import pytest

from pos_desktop.wire.tags import phone_tag

PHONE = "9812345670"


def test_the_tag_is_a_keyed_digest_of_the_last_ten_digits() -> None:
    whole = hmac.new(b"the secret", PHONE.encode(), hashlib.sha256).hexdigest()
    assert phone_tag("the secret", PHONE) == whole[:32]
    # Written down once: counters and relays of different ages must agree.
    assert phone_tag("the secret", PHONE) == "f673e9f709c4f3997c2e832979722ba0"


@pytest.mark.parametrize(
    "spelling", ["+919812345670", "919812345670", "09812345670", "+91 98123-45670", "0091" + PHONE]
)
def test_all_spellings_of_a_number_have_one_tag(spelling: str) -> None:
    assert phone_tag("s", spelling) == phone_tag("s", PHONE) != ""


def test_another_secret_or_number_has_another_tag() -> None:
    tags = {phone_tag("s", PHONE), phone_tag("t", PHONE), phone_tag("s", "9812345671")}
    assert len(tags) == 3


@pytest.mark.parametrize("phone", ["", "981234567", "+91", "wa:asha", "९८१२३४५६७०"])
def test_what_has_no_ten_digits_has_no_tag(phone: str) -> None:
    assert phone_tag("s", phone) == ""


def test_without_a_secret_there_is_no_tag() -> None:
    assert phone_tag("", PHONE) == ""

"""Indian mobile numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.phone import group_phone, last4, mask_phone, normalise_phone

NUMBER = "+919876543210"


@pytest.mark.parametrize(
    "text",
    [
        "9876543210",
        "98765 43210",
        "+91-9876543210",
        "+91 98765 43210",
        "+91 (0) 98765-43210",
        "09876543210",
        "919876543210",
        "0919876543210",
        "00919876543210",
        "9876.543.210",
        "९८७६५४३२१०",
        "９８７６５４３２１０",
        "＋９１ 9876543210",
        "\u202e98765\u200b43210\u200f",
        "98765\u201143210",
        "98765\u200d43210",
        "  9876543210\t",
    ],
)
def test_one_number_has_one_form(text: str) -> None:
    assert normalise_phone(text) == NUMBER


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone_empty"),
        (" - ", "phone_empty"),
        ("987654321", "phone_too_short"),
        ("98765432", "phone_too_short"),
        ("96385074", "phone_too_short"),
        ("98765432101", "phone_too_long"),
        ("+919876543210123", "phone_too_long"),
        ("0000000000", "phone_junk"),
        ("9999999999", "phone_junk"),
        ("1234567890", "phone_junk"),
        ("0123456789", "phone_junk"),
        ("022 2345 6789", "phone_not_mobile"),
        ("+91 22 2345 6789", "phone_not_mobile"),
        ("5876543210", "phone_not_mobile"),
        ("1600123456", "phone_not_mobile"),
        ("912234567890", "phone_too_long"),
        ("+1 555 123 4567", "phone_foreign"),
        ("0044 20 7946 0958", "phone_foreign"),
        ("8901234000014", "phone_barcode"),
        ("8901234000015", "phone_barcode"),
        ("036000291452", "phone_barcode"),
        ("https://pay.example/98765", "phone_barcode"),
        ("upi://pay?pa=a@b", "phone_barcode"),
        ("9" * 5000, "phone_barcode"),
        ("98765O3210", "phone_letters"),
        ("98765+43210", "phone_letters"),
    ],
)
def test_what_is_no_mobile_is_refused_with_the_reason(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        normalise_phone(text)
    assert caught.value.code == code
    assert text.strip() == "" or text not in f"{caught.value} {dict(caught.value.params)}"


@given(
    st.from_regex(r"[6-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", "0", "91", "+91", "091", "0091"]),
)
def test_every_prefix_leads_to_the_same_form(national: str, prefix: str) -> None:
    if len(set(national)) > 1:
        assert normalise_phone(prefix + national) == f"+91{national}"
        assert normalise_phone(normalise_phone(prefix + national)) == f"+91{national}"


@given(st.text(max_size=80))
def test_anything_else_is_a_number_or_a_named_refusal(text: str) -> None:
    try:
        phone = normalise_phone(text)
    except InputError as error:
        assert error.code.startswith("phone_")
    else:
        assert len(phone) == 13
        assert phone.startswith("+91")
        assert phone[3] in "6789"


def test_showing_only_what_is_needed() -> None:
    assert group_phone(NUMBER) == "98765 43210"
    assert group_phone("9876543210") == "98765 43210"
    assert group_phone("+15551234567") == "+15551234567"
    assert mask_phone(NUMBER) == "98\u2022\u2022\u2022 \u2022\u2022210"
    assert last4(NUMBER) == "3210"

"""Codes as scanners send them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from pos_desktop.domain.barcode import gtin_check_digit_ok, looks_like_url_or_upi, normalise_code
from pos_desktop.domain.errors import InputError


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("8901234000014", "8901234000014"),
        (" 8901234000014\r\n", "8901234000014"),
        ("]E08901234000014", "8901234000014"),
        ("]C1PRIVATE-7", "PRIVATE-7"),
        ("८९०१२३४००००१४", "8901234000014"),
        ("036000291452", "0036000291452"),
        ("0036000291452", "0036000291452"),
        ("00036000291452", "0036000291452"),
        ("08901234000014", "8901234000014"),
        ("96385074", "96385074"),
        ("036000291453", "036000291453"),
        ("18901234000011", "18901234000011"),
        ("loose tomato", "LOOSE TOMATO"),
        ("ab\x0f\x1bc", "ABC"),
        ("ab\u202ec\u200d", "ABC"),
        ("8901234000014\t\r1\r", "89012340000141"),
        ("2100042003552", "2100042003552"),
    ],
)
def test_one_article_has_one_key(text: str, code: str) -> None:
    assert normalise_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "code_empty"),
        ("\t\r\n", "code_empty"),
        ("]E0", "code_empty"),
        ("x" * 65, "code_too_long"),
        ("\ufdfa" * 10, "code_too_long"),
    ],
)
def test_what_is_no_code_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        normalise_code(text)
    assert caught.value.code == code


def test_five_thousand_characters_cost_nothing() -> None:
    began = time.perf_counter()
    with pytest.raises(InputError):
        normalise_code("9" * 5_000_000)
    assert time.perf_counter() - began < 0.1


@given(st.text(max_size=64))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    try:
        code = normalise_code(text)
    except InputError:
        return
    if not code.startswith("]"):
        assert normalise_code(code) == code


@given(st.from_regex(r"[0-9]{7}|[0-9]{11,13}", fullmatch=True))
def test_check_digits_are_those_of_stdnum(body: str) -> None:
    right = ean.calc_check_digit(body)
    assert gtin_check_digit_ok(body + right)
    for digit in "0123456789":
        assert gtin_check_digit_ok(body + digit) == (digit == right)


@pytest.mark.parametrize("code", ["8901234000014", "8901030865275", "96385074", "036000291452"])
def test_given_codes_are_right(code: str) -> None:
    assert gtin_check_digit_ok(code)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert not gtin_check_digit_ok(wrong)


@pytest.mark.parametrize("code", ["", "1", "123456789", "ABCDEFGH", "१२३४५६७८", "8901234000014 "])
def test_what_is_no_gtin_has_no_check_digit(code: str) -> None:
    assert not gtin_check_digit_ok(code)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.in/x",
        "HTTP://EXAMPLE.IN",
        "upi://pay?pa=shop@bank",
        "UPI:pay",
        "www.example.in",
        "WIFI:S:shop;;",
        "tel:+919876543210",
        " mailto:a@b.in",
        "BEGIN:VCARD",
        "00020101021126580014A000000677010111",
    ],
)
def test_addresses_and_payment_codes_are_no_product(text: str) -> None:
    assert looks_like_url_or_upi(text)


@pytest.mark.parametrize("text", ["8901234000014", "0002010000007", "TEA:GREEN", "WWW", ""])
def test_product_codes_are_no_address(text: str) -> None:
    assert not looks_like_url_or_upi(text)

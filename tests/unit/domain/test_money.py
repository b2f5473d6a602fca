"""Reading, rounding, sharing out and writing amounts."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from pos_desktop.domain.errors import DomainError, InputError
from pos_desktop.domain.money import (
    MAX_AMOUNT,
    allocate,
    amount_in_words,
    decimal_rupees,
    format_qty,
    format_rate,
    format_rupees,
    half_up,
    is_loose,
    parse_qty,
    parse_rupees,
)

PAISE = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (1, 2, 1),
        (-1, 2, -1),
        (1, 3, 0),
        (5, 2, 3),
        (-5, 2, -3),
        (5, -2, -3),
        (-5, -2, 3),
        (0, 7, 0),
    ],
)
def test_half_goes_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    assert half_up(numerator, denominator) == expected


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**7))
def test_half_up_is_what_decimal_does(numerator: int, denominator: int) -> None:
    quotient = Decimal(numerator) / Decimal(denominator)
    expected = int(quotient.quantize(Decimal(1), ROUND_HALF_UP))
    assert half_up(numerator, denominator) == expected
    assert half_up(-numerator, denominator) == -expected


def test_allocate_gives_the_odd_paisa_to_the_earlier_line() -> None:
    assert allocate(1000, [3333, 3333, 3333]) == [334, 333, 333]
    assert allocate(5000, [19900, 34900, 26250]) == [1228, 2153, 1619]
    assert allocate(-1000, [3333, 3333, 3333]) == [-334, -333, -333]
    assert allocate(0, [0, 0]) == [0, 0]
    assert allocate(0, []) == []


def test_nothing_to_carry_a_share_is_refused() -> None:
    with pytest.raises(DomainError) as caught:
        allocate(1, [0, 0])
    assert caught.value.code == "nothing_to_share"


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40), st.data())
def test_parts_sum_exactly_and_none_exceeds_its_weight(
    weights: list[int], data: st.DataObject
) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    parts = allocate(total, weights)
    assert sum(parts) == total
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * whole - total * weight) < max(whole, 1)


@pytest.mark.parametrize(
    ("text", "paise"),
    [
        ("1234", 123400),
        ("1,234.5", 123450),
        ("1,00,000", 10000000),
        ("1,234,567.89", 123456789),
        ("१२३४.५०", 123450),
        ("１２３", 12300),
        (" 12.05 ", 1205),
        ("\u20b9 99", 9900),
        (".5", 50),
        ("0", 0),
        ("9,99,99,999.99", MAX_AMOUNT),
    ],
)
def test_rupees_are_read_as_people_type_them(text: str, paise: int) -> None:
    assert parse_rupees(text) == paise


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "amount_empty"),
        ("  ", "amount_empty"),
        ("-1", "amount_negative"),
        ("\u22121", "amount_negative"),
        ("1.234", "amount_decimals"),
        ("10,00,00,000", "amount_too_big"),
        ("1,5", "amount_junk"),
        ("12,34", "amount_junk"),
        ("1e5", "amount_junk"),
        ("NaN", "amount_junk"),
        ("inf", "amount_junk"),
        ("1.", "amount_junk"),
        (".", "amount_junk"),
        ("1.2.3", "amount_junk"),
        ("1.2,3", "amount_junk"),
        ("1 2", "amount_junk"),
        ("²", "amount_junk"),
        ("+1", "amount_junk"),
        ("\u20b9", "amount_junk"),
        ("1" * 65, "amount_junk"),
    ],
)
def test_amounts_that_are_none_are_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_rupees(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "milli"), [("3", 3000), ("0.355", 355), ("१२", 12000), (".5", 500), ("9999", 9999000)]
)
def test_quantities_are_read_as_people_type_them(text: str, milli: int) -> None:
    assert parse_qty(text) == milli


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "qty_not_positive"),
        ("-1", "qty_negative"),
        ("1000000000", "qty_too_big"),
        ("9999.001", "qty_too_big"),
        ("0.0001", "qty_decimals"),
        ("1,5", "qty_junk"),
        ("1,235", "qty_junk"),
        ("NaN", "qty_junk"),
        ("1e5", "qty_junk"),
        ("", "qty_empty"),
    ],
)
def test_bad_quantities_are_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_qty(text)
    assert caught.value.code == code


@given(PAISE)
def test_grouping_is_the_one_of_babel(paise: int) -> None:
    expected = format_currency(Decimal(paise) / 100, "INR", locale="en_IN").replace("-", "\u2212")
    assert format_rupees(paise, sign=True) == expected
    assert format_rupees(paise) == expected.replace("\u20b9", "")


@given(st.integers(0, MAX_AMOUNT))
def test_what_is_written_can_be_read_again(paise: int) -> None:
    assert parse_rupees(format_rupees(paise, sign=True)) == paise
    assert parse_rupees(decimal_rupees(paise)) == paise


def test_money_looks_as_in_shops() -> None:
    assert format_rupees(1234567890, sign=True) == "\u20b91,23,45,678.90"
    assert format_rupees(-123450, sign=True) == "\u2212\u20b91,234.50"
    assert format_rupees(5) == "0.05"
    assert decimal_rupees(-123450) == "-1234.50"
    assert decimal_rupees(-5) == "-0.05"


def test_quantities_and_rates_carry_no_needless_zeros() -> None:
    assert format_qty(2000, "PCS") == "2"
    assert format_qty(1235, "KGS") == "1.235 kg"
    assert format_qty(500, "LTR") == "0.5 L"
    assert format_qty(10000, "NOS") == "10"
    assert is_loose("KGS")
    assert not is_loose("PCS")
    assert format_rate(50_000) == "5"
    assert format_rate(2_500) == "0.25"
    assert format_rate(1_000_000) == "100"
    assert format_rate(0) == "0"


@pytest.mark.parametrize(
    ("paise", "words"),
    [
        (
            12345650,
            "Rupees One Lakh Twenty-Three Thousand Four Hundred Fifty-Six and Fifty Paise Only",
        ),
        (0, "Rupees Zero Only"),
        (10000001, "Rupees One Lakh and One Paisa Only"),
        (100_000_000_000, "Rupees One Hundred Crore Only"),
        (-150, "Minus Rupees One and Fifty Paise Only"),
        (50, "Rupees Zero and Fifty Paise Only"),
    ],
)
def test_words_are_in_house_style(paise: int, words: str) -> None:
    assert amount_in_words(paise) == words


@given(st.integers(0, 10**11))
def test_words_agree_with_num2words(paise: int) -> None:
    rupees, rest = divmod(paise, 100)
    expected = _oracle(rupees)
    if rest:
        expected += f" and {_oracle(rest)} {'paisa' if rest == 1 else 'paise'}"
    assert amount_in_words(paise).lower() == f"rupees {expected} only"


def _oracle(number: int) -> str:
    text: str = num2words(number, lang="en_IN")
    return text.replace(",", "").replace(" and ", " ")

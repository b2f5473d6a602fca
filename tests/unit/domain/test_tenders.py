"""What counts of a tender, and which references are believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.sale import TenderKind
from pos_desktop.domain.tenders import (
    BY_HAND,
    Counted,
    count,
    credit_code,
    holds_card_number,
    offered,
    rrn,
    slip,
)

CASH, CARD = TenderKind.CASH, TenderKind.CARD
AMOUNTS = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("amount", "tendered", "counted"),
    [
        (23700, 0, Counted(23700, 23700, 0)),
        (23700, 50000, Counted(23700, 50000, 26300)),
        (10000, 0, Counted(10000, 10000, 0)),
        (10000, 50000, Counted(10000, 50000, 40000)),
        (50000, 0, Counted(23700, 50000, 26300)),
        (50000, 50000, Counted(23700, 50000, 26300)),
    ],
)
def test_cash_may_exceed_and_gives_change(amount: int, tendered: int, counted: Counted) -> None:
    assert count(CASH, amount, tendered, 23700) == counted


def test_only_what_a_shop_has_is_offered() -> None:
    own, credit = TenderKind.OWN_UPI, TenderKind.STORE_CREDIT
    assert offered(own_upi=False, credit=False) == (CASH, CARD)
    assert offered(own_upi=True, credit=False) == (CASH, CARD, own)
    assert offered(own_upi=True, credit=True) == (CASH, CARD, own, credit)
    assert set(offered(own_upi=True, credit=True)) == BY_HAND


@pytest.mark.parametrize("kind", sorted(BY_HAND - {CASH}))
def test_nothing_else_may_exceed(kind: TenderKind) -> None:
    assert count(kind, 23700, 0, 23700) == Counted(23700, 0, 0)
    assert count(kind, 1, 0, 23700) == Counted(1, 0, 0)
    with pytest.raises(DomainError, match="tender_too_big") as caught:
        count(kind, 23701, 0, 23700)
    assert caught.value.params == {"open": 23700}


@pytest.mark.parametrize(
    ("kind", "amount", "tendered", "open_amount", "code"),
    [
        (CASH, 100, 0, 0, "nothing_to_pay"),
        (CARD, 100, 0, 0, "nothing_to_pay"),
        (CASH, 0, 500, 100, "amount_not_positive"),
        (CARD, -1, 0, 100, "amount_not_positive"),
        (CASH, 100, 99, 100, "cash_too_little"),
        (CASH, 500, 99, 100, "cash_too_little"),
        (CASH, 100, -5, 100, "cash_too_little"),
        (TenderKind.GATEWAY_QR, 100, 0, 100, "not_by_hand"),
        (TenderKind.GATEWAY_LINK, 100, 0, 100, "not_by_hand"),
    ],
)
def test_what_is_refused(
    kind: TenderKind, amount: int, tendered: int, open_amount: int, code: str
) -> None:
    with pytest.raises(DomainError) as caught:
        count(kind, amount, tendered, open_amount)
    assert caught.value.code == code


@given(st.sampled_from(sorted(BY_HAND)), AMOUNTS, AMOUNTS, AMOUNTS)
def test_no_more_is_kept_than_is_open(
    kind: TenderKind, amount: int, tendered: int, open_amount: int
) -> None:
    try:
        counted = count(kind, amount, tendered, open_amount)
    except DomainError:
        return
    assert 0 < counted.amount <= min(amount, open_amount)
    assert counted.change >= 0
    if kind is CASH:
        assert counted.tendered == counted.amount + counted.change
    else:
        assert (counted.amount, counted.tendered, counted.change) == (amount, 0, 0)


@pytest.mark.parametrize(
    "typed", ["632712345678", " 6327 1234 5678 ", "6327-1234-5678", "६३२७१२३४५६७८"]
)
def test_an_rrn_is_twelve_digits_however_typed(typed: str) -> None:
    assert rrn(typed) == "632712345678"


@pytest.mark.parametrize(
    "typed", ["", "63271234567", "6327123456789", "63271234567X", "T632712345678"]
)
def test_what_is_no_rrn(typed: str) -> None:
    with pytest.raises(DomainError, match="rrn_invalid"):
        rrn(typed)


@pytest.mark.parametrize(
    "text", ["0042", "TXN 0017/3", "A" * 24, "  batch 7 \t no 12 ", "632712345675"]
)
def test_references_of_slips(text: str) -> None:
    assert slip(text) == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "slip_needed"),
        (" \t", "slip_needed"),
        ("123", "slip_invalid"),
        ("A" * 25, "slip_invalid"),
        ("4111111111111111", "card_number_refused"),
        ("4111 1111 1111 1111", "card_number_refused"),
        ("4111-1111-1111-1111", "card_number_refused"),
        ("4111.1111.1111.1111", "card_number_refused"),
        ("VISA 4111111111111111", "card_number_refused"),
        ("378282246310005", "card_number_refused"),
        ("४१११११११११११११११", "card_number_refused"),
        ("7 4111111111111111", "card_number_refused"),
        ("slip of 4111 1111 1111 1111 at noon", "card_number_refused"),
    ],
)
def test_card_numbers_are_never_taken(text: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        slip(text)
    assert caught.value.code == code
    assert "4111" not in str(caught.value.params)


@given(st.text("0123456789", min_size=1, max_size=24))
def test_the_check_is_that_of_card_numbers(digits: str) -> None:
    expected = 12 <= len(digits) <= 19 and luhn.is_valid(digits)
    assert holds_card_number(digits) == expected
    assert holds_card_number(f"no {digits}/A") == expected


def test_codes_of_credit_notes() -> None:
    assert credit_code(" cn-2627 00017 ") == "CN262700017"
    for text, code in (("", "credit_code_needed"), (" - ", "credit_code_needed")):
        with pytest.raises(DomainError, match=code):
            credit_code(text)
    with pytest.raises(DomainError, match="no_such_credit"):
        credit_code("X" * 41)

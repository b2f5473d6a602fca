"""What goods that come back are worth, and which payments give the money back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.returns import LEAST_REFUND, part_value, spread


def test_three_pieces_of_a_hundred_rupees() -> None:
    """The worked example of the reference (X29), and one whose thirds do not come out even."""
    assert [part_value(30_000, 3000, n * 1000, 1000) for n in range(3)] == [10_000] * 3
    assert [part_value(10_000, 3000, n * 1000, 1000) for n in range(3)] == [3333, 3334, 3333]


def test_the_discounted_price_comes_back() -> None:
    """X28: one of one, sold for 349.00 less its share of the bill's discount."""
    assert part_value(32_747, 1000, 0, 1000) == 32_747


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10_000), min_size=1, max_size=12))
def test_pieces_of_any_size_add_up(total: int, pieces: list[int]) -> None:
    sold, before, given_back = sum(pieces), 0, []
    for piece in pieces:
        given_back.append(part_value(total, sold, before, piece))
        before += piece
    assert sum(given_back) == total
    assert all(amount >= 0 for amount in given_back)


@pytest.mark.parametrize(
    ("amount", "limits", "parts"),
    [
        (23_700, [23_700], [23_700]),
        (7_200, [10_000, 13_700], [0, 7_200]),
        (20_000, [10_000, 13_700], [6_300, 13_700]),
        (13_750, [10_000, 13_700], [100, 13_650]),
        (10_000, [50, 10_000], [0, 10_000]),
        (100, [100, 0], [100, 0]),
    ],
)
def test_taken_from_as_few_payments_as_can_be(
    amount: int, limits: list[int], parts: list[int]
) -> None:
    assert spread(amount, limits) == parts


@pytest.mark.parametrize(
    ("amount", "limits", "code"),
    [
        (99, [10_000], "refund_too_small"),
        (23_701, [10_000, 13_700], "refund_too_much"),
        (10_050, [10_000, 50], "refund_too_much"),
        (180, [150, 150], "refund_too_small"),
    ],
)
def test_what_no_gateway_would_take_is_refused(amount: int, limits: list[int], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        spread(amount, limits)
    assert refused.value.code == code


@given(st.integers(1, 5000), st.lists(st.integers(0, 2000), min_size=1, max_size=6))
def test_never_more_than_a_payment_has_and_never_too_little(amount: int, limits: list[int]) -> None:
    try:
        parts = spread(amount, limits)
    except DomainError as refused:
        assert refused.code in {"refund_too_small", "refund_too_much"}
        return
    assert sum(parts) == amount
    assert all(0 <= part <= limit for part, limit in zip(parts, limits, strict=True))
    assert all(part == 0 or part >= LEAST_REFUND for part in parts)

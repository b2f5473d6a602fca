"""Rupees and moments of Cashfree: exact, or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.gateways.cashfree_parts import as_moment, as_paise, as_rupees, iso_time
from pos_desktop.ports import GatewayError, GatewayErrorKind


@pytest.mark.parametrize(
    ("value", "paise"),
    [
        (Decimal("1249.50"), 124950),
        (Decimal("1249.5"), 124950),
        (Decimal("1249.500000"), 124950),
        (Decimal("1E+3"), 100_000),
        (1249, 124900),
        (0, 0),
        ("1249.50", 124950),
        ("1249.5", 124950),
        ("1249", 124900),
        ("0.10", 10),
    ],
)
def test_amounts_as_number_or_text(value: object, paise: int) -> None:
    assert as_paise(value, "it") == paise


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "12,49.50",
        "-1",
        "1e3",
        " 1",
        "\u0661",
        "1" * 13,
        -1,
        Decimal("-0.01"),
        Decimal("1249.505"),
        "1249.505",
        Decimal("1249.5000001"),
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+999999999"),
        Decimal("1E-999999999"),
        10**12,
        1249.5,
        ["1249.50"],
        {"amount": 1},
    ],
)
def test_what_is_no_exact_amount_is_never_guessed(value: object) -> None:
    with pytest.raises(GatewayError) as caught:
        as_paise(value, "the amount")
    assert caught.value.kind is GatewayErrorKind.UNAVAILABLE
    assert "the amount" in caught.value.text


@given(st.integers(min_value=0, max_value=10**14 - 1))
def test_every_amount_comes_back(paise: int) -> None:
    rupees = as_rupees(paise)
    assert as_paise(rupees, "it") == paise
    assert as_paise(format(rupees, "f"), "it") == paise


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T10:15:30+05:30",
        "2026-11-23T10:15:30",
        "2026-11-23T04:45:30Z",
        "2026-11-23T04:45:30+00:00",
        "2026-11-23T10:15:30.000+05:30",
        "2026-11-23 10:15:30",
    ],
)
def test_times_with_and_without_offset_are_one_moment(text: str) -> None:
    assert as_moment(text) == 1795409130_000


@pytest.mark.parametrize(
    "value", [None, 1795409130, "", "soon", "0001-01-01T00:00:00", "9999-12-31T23:59:59", []]
)
def test_what_is_no_time(value: object) -> None:
    assert as_moment(value) is None


def test_times_are_told_in_india() -> None:
    assert iso_time(1795409130_999) == "2026-11-23T10:15:30+05:30"
    assert as_moment(iso_time(1795409130_000)) == 1795409130_000

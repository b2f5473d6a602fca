"""The goods of a bill in one short line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.sale import PricedLine, RoundOff, Scheme
from pos_desktop.domain.summary import item_summary
from pos_desktop.domain.tax import LineToPrice, price_bill


def goods(*named: tuple[str, int], unit: str = "PCS") -> tuple[PricedLine, ...]:
    lines = [LineToPrice(name, 100, qty, unit=unit) for name, qty in named]
    return price_bill(
        lines,
        supplier_state="27",
        place_of_supply="27",
        scheme=Scheme.REGULAR,
        round_off=RoundOff.NONE,
    ).lines


SEVEN = goods(
    ("Milk", 2000), ("Oil", 3000), ("Tea", 1000), ("Rice", 1000), ("Salt", 1000), ("Dal", 1000),
    ("Soap", 1000),
)  # fmt: skip


def test_all_goods_where_they_fit() -> None:
    assert item_summary(SEVEN[:2], limit=30) == "Milk x2, Oil x3"
    assert item_summary(SEVEN[:2], limit=15) == "Milk x2, Oil x3"


def test_the_rest_is_counted() -> None:
    assert item_summary(SEVEN, limit=30) == "Milk x2, Oil x3 and 5 more"
    assert item_summary(SEVEN, limit=15) == "7 items"


def test_weights_are_told_as_weights() -> None:
    assert item_summary(goods(("Paneer", 355), unit="KGS"), limit=30) == "Paneer 0.355 kg"


def test_names_are_cut_after_their_first_words() -> None:
    lines = goods(("Amul Taaza Homogenised Toned Milk 1 L", 2000), ("Tata Salt", 1000))
    assert item_summary(lines, limit=100).startswith("Amul Taaza Homogenised Toned Milk 1 L x2,")
    assert item_summary(lines, limit=42) == "Amul Taaza Homogenised x2, Tata Salt x1"
    assert item_summary(lines, limit=30) == "Amul Taaza x2, Tata Salt x1"
    assert item_summary(lines, limit=18) == "Amul x2, Tata x1"
    assert item_summary(goods(("Tea, green - 250 g", 1000)), limit=10) == "Tea x1"


def test_something_is_always_said() -> None:
    assert item_summary(goods(("Supercalifragilistic", 1000)), limit=8) == "1 item"
    assert item_summary(SEVEN, limit=3) == "7 i"
    assert item_summary(SEVEN, limit=2) == "7"
    assert item_summary((), limit=30) == "0 items"
    assert item_summary(goods(("", 1000)), limit=30) == "Item x1"
    with pytest.raises(ValueError, match="room"):
        item_summary(SEVEN, limit=0)


def test_line_ends_and_marks_never_reach_a_message() -> None:
    lines = goods(("Tea\n\tgreen\u202e  fine", 1000))
    assert item_summary(lines, limit=60) == "Tea green fine x1"


def test_an_sms_keeps_to_gsm7() -> None:
    lines = goods(("Café [Noir] ~ “fin”", 1000), ("दूध", 2000))
    assert item_summary(lines, limit=60, ascii_only=True) == "Cafe Noir fin x1, Item x2"
    assert item_summary(lines, limit=60) == "Café [Noir] ~ “fin” x1, दूध x2"


@given(
    st.lists(st.tuples(st.text(max_size=30), st.integers(1, 99_999)), max_size=12),
    st.integers(1, 80),
    st.booleans(),
)
def test_every_summary_fits_its_variable(
    named: list[tuple[str, int]], limit: int, ascii_only: bool
) -> None:
    text = item_summary(goods(*named), limit=limit, ascii_only=ascii_only)
    assert 1 <= len(text) <= limit
    assert not set(text) & set("\n\t\r")
    assert "  " not in text
    assert not ascii_only or text.isascii()

"""Months in the shop's time, and the law's figures by day."""

import pytest

from pos_desktop.domain.errors import DomainError, InputError
from pos_desktop.domain.law import (
    B2CL_ABOVE,
    BUYER_NAMED_FROM,
    GOODS_RATES,
    GST_BEGAN,
    HSN_SPLIT,
    Dated,
)
from pos_desktop.domain.month import Month
from pos_desktop.domain.numbering import ist_date_text, ist_day, ist_time_text


def test_a_month_begins_and_ends_at_midnight_in_india() -> None:
    month = Month.parse("2026-11")
    assert (str(month), month.period, month.first_day) == ("2026-11", "112026", 20261101)
    assert (ist_date_text(month.begins), ist_time_text(month.begins)) == ("01-11-2026", "00:00")
    assert ist_day(month.begins - 1) == 20261031
    assert (ist_day(month.ends - 1), ist_day(month.ends)) == (20261130, 20261201)
    # Half past six in the evening of 31 October at Greenwich.
    assert month.begins == 1_793_471_400_000


@pytest.mark.parametrize(
    ("text", "after"), [("2026-12", "2027-01"), ("2028-02", "2028-03"), ("2017-07", "2017-08")]
)
def test_the_month_after(text: str, after: str) -> None:
    month = Month.parse(text)
    assert str(month.next) == after
    assert Month.of(month.begins) == Month.of(month.ends - 1) == month
    assert Month.of(month.ends) == month.next
    assert month.ends == month.next.begins


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "11-2026", "2026-1", "२०२६-११"])
def test_what_is_no_month(text: str) -> None:
    with pytest.raises(InputError) as caught:
        Month.parse(text)
    assert caught.value.code == "month_invalid"


def test_no_month_before_gst() -> None:
    for text in ("2017-06", "0000-01"):
        with pytest.raises(InputError) as caught:
            Month.parse(text)
        assert caught.value.code == "month_before_gst"


def test_the_figures_of_each_day() -> None:
    assert (B2CL_ABOVE.on(20240731), B2CL_ABOVE.on(20240801)) == (25_000_000, 10_000_000)
    assert (HSN_SPLIT.on(20250430), HSN_SPLIT.on(20250501)) == (False, True)
    assert BUYER_NAMED_FROM.on(20261123) == 5_000_000
    assert 400_000 not in GOODS_RATES.on(20250921)
    assert 400_000 in GOODS_RATES.on(20250922)
    assert 280_000 in GOODS_RATES.on(20260131)
    assert 280_000 not in GOODS_RATES.on(20260201)
    assert 15_000 not in GOODS_RATES.on(GST_BEGAN)
    assert all({0, 50_000, 180_000} <= rates for _, rates in GOODS_RATES.steps)


def test_steps_stand_in_order() -> None:
    figures: list[Dated[int] | Dated[bool] | Dated[frozenset[int]]] = [
        B2CL_ABOVE, HSN_SPLIT, BUYER_NAMED_FROM, GOODS_RATES,
    ]  # fmt: skip
    for figure in figures:
        days = [day for day, _ in figure.steps]
        assert days == sorted(set(days))
        assert days[0] == GST_BEGAN


def test_nothing_holds_before_gst() -> None:
    with pytest.raises(DomainError) as caught:
        B2CL_ABOVE.on(20170630)
    assert (caught.value.code, caught.value.params) == ("before_gst", {"day": 20170630})

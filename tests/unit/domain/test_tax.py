"""GST arithmetic against exact fractions, and the rules that hold for every bill."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.sale import Item, PricedBill, RoundOff, Scheme, TaxClass
from pos_desktop.domain.states import STATES, state_tax_label
from pos_desktop.domain.tax import LineToPrice, RunningTotals, TaxRegime, price_bill, price_line

RATES = st.sampled_from([0, 2_500, 15_000, 30_000, 50_000, 120_000, 180_000, 280_000, 400_000])


def bill_of(
    *lines: LineToPrice,
    place: str = "27",
    scheme: Scheme = Scheme.REGULAR,
    round_off: RoundOff = RoundOff.NEAREST,
    bill_discount: int = 0,
) -> PricedBill:
    return price_bill(
        lines,
        supplier_state="27",
        place_of_supply=place,
        scheme=scheme,
        round_off=round_off,
        bill_discount=bill_discount,
    )


@st.composite
def lines_to_price(draw: st.DrawFn) -> LineToPrice:
    line = LineToPrice(
        name="goods",
        price=draw(st.integers(0, 10**7)),
        qty=draw(st.integers(1, 50_000)),
        price_includes_tax=draw(st.booleans()),
        gst_rate=draw(RATES),
        cess_rate=draw(st.sampled_from([0, 0, 50_000, 120_000, 2_900_000])),
        tax_class=draw(st.sampled_from([TaxClass.TAXABLE, TaxClass.TAXABLE, TaxClass.EXEMPT])),
        discount_rate=draw(st.sampled_from([0, 0, 125_000, 1_000_000])),
    )
    if draw(st.booleans()):
        gross = rounded(Fraction(line.price * line.qty, 1000))
        line = replace(line, discount_rate=0, discount=draw(st.integers(0, gross)))
    return line


@st.composite
def bills(draw: st.DrawFn) -> PricedBill:
    lines = draw(st.lists(lines_to_price(), min_size=1, max_size=8))
    worth = sum(line.net for line in bill_of(*lines).lines)
    return bill_of(
        *lines,
        place=draw(st.sampled_from(["27", "29"])),
        scheme=draw(st.sampled_from(Scheme)),
        round_off=draw(st.sampled_from(RoundOff)),
        bill_discount=draw(st.integers(0, worth)),
    )


def rounded(value: Fraction) -> int:
    quotient = Decimal(value.numerator) / Decimal(value.denominator)
    return int(quotient.quantize(Decimal(1), ROUND_HALF_UP))


@given(bills())
def test_every_line_adds_up(bill: PricedBill) -> None:
    for line in bill.lines:
        assert line.net == line.gross - line.discount - line.bill_discount >= 0
        assert line.total == line.taxable + line.cgst + line.sgst + line.igst + line.cess
        assert line.cgst == line.sgst
        assert not (line.igst and line.cgst)
        assert min(line.taxable, line.cgst, line.igst, line.cess) >= 0
        if line.price_includes_tax:
            assert line.total == line.net
        else:
            assert line.taxable == line.net


@given(bills())
def test_taxes_are_the_exact_fraction_rounded(bill: PricedBill) -> None:
    for line in bill.lines:
        divisor = Fraction(1_000_000)
        if line.price_includes_tax:
            divisor += line.gst_rate + line.cess_rate
        tax = Fraction(line.net * line.gst_rate) / divisor
        if bill.place_of_supply == bill.supplier_state:
            assert line.cgst == rounded(tax / 2)
        else:
            assert line.igst == rounded(tax)
        assert line.cess == rounded(Fraction(line.net * line.cess_rate) / divisor)


@given(bills())
def test_totals_are_sums_of_lines(bill: PricedBill) -> None:
    totals = bill.totals
    for name in ("taxable", "cgst", "sgst", "igst", "cess", "total"):
        assert getattr(totals, name) == sum(getattr(line, name) for line in bill.lines)
    assert totals.payable == totals.total + totals.round_off
    assert totals.tax == totals.cgst + totals.sgst + totals.igst + totals.cess
    assert -99 <= totals.round_off <= 50
    assert bill.scheme is Scheme.REGULAR or totals.tax == 0


@given(st.lists(lines_to_price(), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_no_total(lines: list[LineToPrice], random: Random) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)
    assert bill_of(*shuffled).totals == bill_of(*lines).totals


@given(st.lists(lines_to_price(), min_size=1, max_size=6), st.data())
def test_the_bill_discount_is_shared_out_to_the_paisa(
    lines: list[LineToPrice], data: st.DataObject
) -> None:
    before = bill_of(*lines)
    discount = data.draw(st.integers(0, sum(line.net for line in before.lines)))
    after = bill_of(*lines, bill_discount=discount)
    assert sum(line.bill_discount for line in after.lines) == discount
    assert (
        sum(line.net for line in after.lines) == sum(line.net for line in before.lines) - discount
    )


def test_cess_per_unit_comes_off_an_inclusive_price_first() -> None:
    line = LineToPrice(
        "Legacy", 10_000, 2000, gst_rate=280_000, cess_rate=50_000, cess_per_unit=125
    )
    priced = bill_of(line).lines[0]
    assert (priced.taxable, priced.cgst, priced.cess, priced.total) == (14850, 2079, 992, 20000)


def test_an_inclusive_price_below_its_cess_per_unit_is_refused() -> None:
    line = LineToPrice("Legacy", 100, gst_rate=280_000, cess_per_unit=125)
    with pytest.raises(DomainError) as caught:
        bill_of(line)
    assert caught.value.code == "price_below_cess"
    assert caught.value.params == {"line": 0}


@pytest.mark.parametrize("kind", [TaxClass.NIL, TaxClass.EXEMPT, TaxClass.NON_GST])
def test_what_bears_no_tax_is_stored_with_rate_zero(kind: TaxClass) -> None:
    line = LineToPrice(
        "Milk", 5000, gst_rate=50_000, cess_rate=10, cess_per_unit=20, tax_class=kind
    )
    priced = bill_of(line).lines[0]
    assert (priced.taxable, priced.cgst, priced.cess) == (5000, 0, 0)
    assert (priced.gst_rate, priced.cess_rate, priced.cess_per_unit) == (0, 0, 0)
    assert priced.tax_class is kind


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (LineToPrice("x", 100, 0), "qty_not_positive"),
        (LineToPrice("x", 100, -1000), "qty_not_positive"),
        (LineToPrice("x", -1), "price_negative"),
        (LineToPrice("x", 100, discount=-1), "discount_negative"),
        (LineToPrice("x", 100, discount_rate=-1), "discount_negative"),
        (LineToPrice("x", 100, discount=1, discount_rate=1), "two_discounts"),
        (LineToPrice("x", 100, discount=101), "discount_too_big"),
        (LineToPrice("x", 100, discount_rate=1_010_000), "discount_too_big"),
    ],
)
def test_broken_lines_are_refused_by_their_row(line: LineToPrice, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        bill_of(LineToPrice("fine", 100), line)
    assert caught.value.code == code
    assert caught.value.params["line"] == 1


@pytest.mark.parametrize(
    ("discount", "code"), [(-1, "bill_discount_negative"), (101, "bill_discount_too_big")]
)
def test_broken_bill_discounts_are_refused(discount: int, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        bill_of(LineToPrice("x", 100), bill_discount=discount)
    assert caught.value.code == code


def test_a_wholly_discounted_bill_is_free() -> None:
    assert bill_of(LineToPrice("x", 100, gst_rate=180_000), bill_discount=100).totals.payable == 0
    assert bill_of(LineToPrice("x", 99, discount_rate=1_000_000)).totals.payable == 0


@pytest.mark.parametrize(("supplier", "place"), [("27", "00"), ("", "27"), ("27 ", "27")])
def test_igst_needs_two_states_that_exist(supplier: str, place: str) -> None:
    with pytest.raises(DomainError) as caught:
        TaxRegime.of(Scheme.REGULAR, supplier, place)
    assert caught.value.code == "state_unknown"


def test_the_regime_follows_scheme_and_states() -> None:
    assert TaxRegime.of(Scheme.REGULAR, "27", "27") == TaxRegime(True, True)
    assert TaxRegime.of(Scheme.REGULAR, "27", "29") == TaxRegime(True, False)
    assert TaxRegime.of(Scheme.COMPOSITION, "27", "27") == TaxRegime(False, True)


@pytest.mark.parametrize(
    ("total", "mode", "payable"),
    [
        (123449, RoundOff.NEAREST, 123400),
        (123450, RoundOff.NEAREST, 123500),
        (123499, RoundOff.DOWN, 123400),
        (123449, RoundOff.NONE, 123449),
        (0, RoundOff.NEAREST, 0),
    ],
)
def test_round_off_is_one_line_of_its_own(total: int, mode: RoundOff, payable: int) -> None:
    totals = bill_of(LineToPrice("T", total), round_off=mode).totals
    assert (totals.total, totals.payable, totals.round_off) == (total, payable, payable - total)


def test_rounding_never_lifts_a_bill_above_its_mrps() -> None:
    at_mrp = LineToPrice("a", 9960, mrp=9960)
    assert bill_of(at_mrp).totals.payable == 9900
    assert bill_of(at_mrp, replace(at_mrp, mrp=10_000)).totals.payable == 19_900
    assert bill_of(replace(at_mrp, mrp=10_000)).totals.payable == 10_000
    assert bill_of(at_mrp, LineToPrice("b", 9960)).totals.payable == 19_900
    assert bill_of(replace(at_mrp, mrp=None)).totals.payable == 10_000
    # A discount leaves room below the MRPs, so nearest stays nearest.
    assert bill_of(LineToPrice("a", 10_000, discount=40, mrp=10_000)).totals.payable == 10_000
    assert bill_of(at_mrp, round_off=RoundOff.NONE).totals.payable == 9960


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 5000)), min_size=1, max_size=9))
def test_a_bill_at_mrp_never_exceeds_the_mrps(lines: list[tuple[int, int]]) -> None:
    bill = bill_of(*(LineToPrice("x", price, qty, mrp=price) for price, qty in lines))
    assert bill.totals.payable <= sum(line.gross for line in bill.lines)
    assert bill.saved == 0


def test_running_totals_follow_one_line() -> None:
    regime = TaxRegime(True, True)
    lines = [price_line(LineToPrice("x", 999 + n, gst_rate=50_000), regime) for n in range(5)]
    running = RunningTotals(lines)
    running.remove(lines[2])
    expected = RunningTotals([*lines[:2], *lines[3:]])
    assert running.totals(RoundOff.NEAREST) == expected.totals(RoundOff.NEAREST)


def test_a_line_keeps_the_facts_of_its_article() -> None:
    item = Item(
        7, "8901234000014", "Tea", 9000, 9500, True, 50_000, "0902", "PCS", "Tea",
        TaxClass.TAXABLE, 10, 20,
    )  # fmt: skip
    line = price_line(LineToPrice.of(item, 2000, 9000, 100), TaxRegime(True, True))
    assert (line.item_id, line.barcode, line.name, line.hsn) == (7, "8901234000014", "Tea", "0902")
    assert (line.mrp, line.unit, line.cess_rate, line.cess_per_unit) == (9500, "PCS", 10, 20)
    assert (line.qty, line.price, line.gross, line.discount) == (2000, 9000, 18_000, 100)


def test_what_is_saved_counts_against_the_mrp() -> None:
    below = LineToPrice("a", 9000, 1500, mrp=10_000)
    above = LineToPrice("b", 9000, mrp=8000)
    none = LineToPrice("c", 9000)
    assert bill_of(below, above, none).saved == 1500


def test_union_territories_have_their_own_label() -> None:
    union = {state for state in STATES if state_tax_label(state) == "UTGST"}
    assert union == {"04", "26", "31", "35", "38", "97"}
    assert state_tax_label("27") == state_tax_label("07") == "SGST"
    assert STATES["27"] == "Maharashtra"
    assert all(len(code) == 2 and code.isdigit() for code in STATES)

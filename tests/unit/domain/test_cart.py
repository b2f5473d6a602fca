"""The bill being made: merging, limits, prices that follow one line, and the draft."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pos_desktop.domain import cart as cart_module
from pos_desktop.domain.cart import MAX_LINES, Cart, CartLine
from pos_desktop.domain.errors import DomainError, InputError
from pos_desktop.domain.options import Shop
from pos_desktop.domain.sale import Item, PricedBill, PricedLine, RoundOff, Scheme, TaxClass
from pos_desktop.domain.tax import LineToPrice, TaxRegime, price_bill, price_line

SHOP = Shop(name="Asha Stores", state="27")
TEA = Item(1, "8901234000014", "Tea", 9000, mrp=9500, gst_rate=50_000)
SOAP = Item(2, "8901030865275", "Soap", 4200, gst_rate=180_000)
PANEER = Item(3, "PANEER", "Paneer", 36_000, gst_rate=50_000, unit="KGS")
OIL = Item(4, "OIL", "Oil", 18_000, price_includes_tax=False, gst_rate=50_000, unit="LTR")


def whole_price(cart: Cart, shop: Shop) -> PricedBill:
    lines = [LineToPrice.of(one.item, one.qty, one.price, one.discount) for one in cart.lines]
    return price_bill(
        lines,
        supplier_state=shop.state,
        place_of_supply=shop.state,
        scheme=shop.scheme,
        round_off=shop.round_off,
    )


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises((DomainError, InputError)) as caught:
        action()
    return caught.value.code


def test_the_same_article_again_adds_up_and_moves_to_the_end() -> None:
    cart = Cart()
    assert [cart.add(TEA), cart.add(SOAP), cart.add(TEA, 2000)] == [0, 1, 1]
    assert [(line.item.name, line.qty) for line in cart.lines] == [("Soap", 1000), ("Tea", 3000)]
    assert len(cart) == 2
    assert cart.priced(SHOP) == whole_price(cart, SHOP)


def test_another_price_or_a_discount_makes_a_line_of_its_own() -> None:
    cart = Cart()
    cart.add(TEA)
    cart.add(replace(TEA, price=8000))
    cart.set_discount(0, 100)
    cart.add(TEA)
    assert [(line.price, line.discount) for line in cart.lines] == [
        (9000, 100),
        (8000, 0),
        (9000, 0),
    ]
    assert cart.priced(SHOP).totals.total == 8900 + 8000 + 9000


def test_a_merged_line_has_the_facts_of_now() -> None:
    cart = Cart()
    cart.add(TEA)
    cart.add(replace(TEA, gst_rate=180_000))
    assert [line.item.gst_rate for line in cart.lines] == [180_000]


def test_refusals_change_nothing() -> None:
    cart = Cart()
    cart.add(TEA)
    before, priced = cart.lines, cart.priced(SHOP)
    refusals: list[tuple[str, Callable[[], object]]] = [
        ("qty_not_positive", lambda: cart.add(TEA, 0)),
        ("qty_not_positive", lambda: cart.add(TEA, -500)),
        ("qty_not_positive", lambda: cart.set_qty(0, 0)),
        ("qty_too_big", lambda: cart.add(TEA, 9_999_000)),
        ("qty_too_big", lambda: cart.set_qty(0, 9_999_001)),
        ("no_such_line", lambda: cart.set_qty(1, 1000)),
        ("no_such_line", lambda: cart.remove(-1)),
        ("above_mrp", lambda: cart.add(replace(TEA, price=9501))),
        ("above_mrp", lambda: cart.add(replace(OIL, mrp=18_899))),
        ("price_negative", lambda: cart.add(replace(SOAP, price=-1))),
        ("discount_negative", lambda: cart.set_discount(0, -1)),
        ("discount_too_big", lambda: cart.set_discount(0, 9001)),
        ("price_below_cess", lambda: cart.add(replace(SOAP, cess_per_unit=4201))),
        ("qty_too_big", lambda: cart.restore([CartLine(SOAP, 10**9, 4200)])),
        ("too_many_lines", lambda: cart.restore([CartLine(SOAP, 1000, 4200)] * 1000)),
    ]
    for code, action in refusals:
        assert code_of(action) == code
        assert cart.lines == before
        assert cart.priced(SHOP) == priced


def test_the_mrp_includes_every_tax() -> None:
    cart = Cart()
    cart.add(replace(OIL, mrp=18_900))
    cart.add(replace(OIL, item_id=5, mrp=18_000, tax_class=TaxClass.EXEMPT))
    assert len(cart) == 2


def test_the_same_article_ten_thousand_times_meets_the_limit() -> None:
    cart = Cart()
    for _ in range(9_999):
        cart.add(SOAP)
    assert code_of(lambda: cart.add(SOAP)) == "qty_too_big"
    assert cart.lines == (CartLine(SOAP, 9_999_000, 4200),)


def test_999_lines_are_the_most() -> None:
    cart = Cart()
    for number in range(MAX_LINES):
        cart.add(replace(SOAP, item_id=number))
    assert code_of(lambda: cart.add(TEA)) == "too_many_lines"
    assert cart.add(replace(SOAP, item_id=5)) == MAX_LINES - 1
    assert cart.priced(SHOP).totals.total == 4200 * (MAX_LINES + 1)


def test_removing_and_clearing() -> None:
    cart = Cart()
    cart.add(TEA)
    cart.add(SOAP)
    cart.priced(SHOP)
    assert cart.remove(0) == CartLine(TEA, 1000, 9000)
    assert cart.priced(SHOP) == whole_price(cart, SHOP)
    cart.clear()
    assert cart.lines == ()
    assert cart.priced(SHOP).totals.payable == 0
    cart.add(TEA)
    cart.clear()
    assert cart.priced(SHOP).lines == ()


def test_pieces_are_told_apart_from_weights() -> None:
    cart = Cart()
    assert cart.pieces() == "0 pcs"
    cart.add(SOAP)
    assert cart.pieces() == "1 pc"
    cart.add(TEA, 9000)
    cart.add(PANEER, 1000)
    cart.add(replace(PANEER, item_id=9), 235)
    assert cart.pieces() == "10 pcs + 1.235 kg"
    cart.add(OIL, 500)
    assert cart.pieces() == "10 pcs + 1.235 kg + 0.5 L"
    cart.remove(0)
    cart.remove(0)
    assert cart.pieces() == "1.235 kg + 0.5 L"


def test_a_shop_that_changes_its_scheme_prices_everything_again() -> None:
    cart = Cart()
    cart.add(SOAP)
    cart.add(OIL)
    assert cart.priced(SHOP).totals.tax > 0
    composition = replace(SHOP, scheme=Scheme.COMPOSITION, round_off=RoundOff.NONE)
    assert cart.priced(composition) == whole_price(cart, composition)
    assert cart.priced(composition).totals.tax == 0
    assert cart.priced(SHOP) == whole_price(cart, SHOP)


def test_only_the_changed_line_is_priced_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cart = Cart()
    for number in range(200):
        cart.add(replace(SOAP, item_id=number))
    cart.priced(SHOP)
    priced = []

    def counting(line: LineToPrice, regime: TaxRegime) -> PricedLine:
        priced.append(line.item_id or 0)
        return price_line(line, regime)

    monkeypatch.setattr(cart_module, "price_line", counting)
    cart.set_qty(50, 3000)
    cart.add(replace(SOAP, item_id=7))
    cart.remove(3)
    assert cart.priced(SHOP) == whole_price(cart, SHOP)
    assert sorted(priced) == [7, 50]


def test_totals_after_one_change_touch_few_calls() -> None:
    """Counted, not timed: the calls after a change do not grow with the lines."""

    def calls(lines: int) -> int:
        cart = Cart()
        for number in range(lines):
            cart.add(replace(SOAP, item_id=number))
        cart.priced(SHOP)
        count = 0

        def tracer(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += event == "call"

        cart.set_qty(0, 2000)
        old = sys.getprofile()
        sys.setprofile(tracer)
        try:
            cart.priced(SHOP)
        finally:
            sys.setprofile(old)
        return count

    assert calls(400) <= calls(4) + 3


def test_a_draft_survives_json() -> None:
    cart = Cart()
    cart.add(TEA)
    cart.add(PANEER, 355)
    cart.add(OIL)
    cart.set_discount(2, 500)
    again = Cart.from_json(json.loads(json.dumps(cart.to_json())))
    assert again.lines == cart.lines
    assert again.priced(SHOP) == cart.priced(SHOP)
    assert Cart.from_json(Cart().to_json()).lines == ()


def _without(path: str, value: object = None) -> object:
    cart = Cart()
    cart.add(TEA)
    draft: Any = cart.to_json()
    *folders, last = path.split(".")
    place = draft
    for folder in folders:
        place = place[int(folder)] if folder.isdigit() else place[folder]
    place[int(last) if last.isdigit() else last] = value
    return draft


@pytest.mark.parametrize(
    "draft",
    [
        None,
        [],
        {},
        {"version": 1},
        _without("version", 2),
        _without("lines", "x"),
        _without("lines.0", 1),
        _without("lines.0.item", 1),
        _without("lines.0.qty"),
        _without("lines.0.qty", True),
        _without("lines.0.price", -1),
        _without("lines.0.price", 2**63),
        _without("lines.0.discount", "1"),
        _without("lines.0.item.name"),
        _without("lines.0.item.price", 1.5),
        _without("lines.0.item.mrp", "x"),
        _without("lines.0.item.price_includes_tax", 1),
        _without("lines.0.item.tax_class", []),
        _without("lines.0.item.tax_class", "free"),
    ],
)
def test_a_damaged_draft_is_refused(draft: object) -> None:
    assert code_of(lambda: Cart.from_json(draft)) == "draft_damaged"


def test_a_draft_that_may_not_be_sold_any_more_is_refused() -> None:
    assert code_of(lambda: Cart.from_json(_without("lines.0.item.mrp", 10))) == "above_mrp"


ITEMS = st.builds(
    Item,
    item_id=st.integers(1, 4),
    barcode=st.just("x"),
    name=st.just("x"),
    price=st.sampled_from([100, 333, 4999]),
    gst_rate=st.sampled_from([0, 50_000, 180_000]),
    price_includes_tax=st.booleans(),
    unit=st.sampled_from(["PCS", "KGS"]),
)


class CartMachine(RuleBasedStateMachine):
    """Whatever is done, in whatever order: the cached price is the price of the whole bill."""

    def __init__(self) -> None:
        super().__init__()
        self.cart = Cart()
        self.shop = SHOP

    @rule(item=ITEMS, qty=st.integers(1, 5000))
    def add(self, item: Item, qty: int) -> None:
        before = sum(line.qty for line in self.cart.lines)
        row = self.cart.add(item, qty)
        assert row == len(self.cart) - 1
        assert self.cart.lines[row].item == item
        assert sum(line.qty for line in self.cart.lines) == before + qty

    @rule(data=st.data(), qty=st.integers(1, 5000))
    def set_qty(self, data: st.DataObject, qty: int) -> None:
        if self.cart.lines:
            row = data.draw(st.integers(0, len(self.cart) - 1))
            self.cart.set_discount(row, 0)
            self.cart.set_qty(row, qty)
            assert self.cart.lines[row].qty == qty

    @rule(data=st.data())
    def discount(self, data: st.DataObject) -> None:
        if self.cart.lines:
            row = data.draw(st.integers(0, len(self.cart) - 1))
            self.cart.set_qty(row, 1000 + self.cart.lines[row].qty)
            self.cart.set_discount(row, data.draw(st.integers(0, 100)))

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.cart.lines:
            self.cart.remove(data.draw(st.integers(0, len(self.cart) - 1)))

    @rule()
    def price(self) -> None:
        assert self.cart.priced(self.shop) == whole_price(self.cart, self.shop)

    @rule(scheme=st.sampled_from(Scheme))
    def change_shop(self, scheme: Scheme) -> None:
        self.shop = replace(self.shop, scheme=scheme)

    @rule()
    def keep_and_restore(self) -> None:
        lines = self.cart.lines
        self.cart = Cart.from_json(self.cart.to_json())
        assert self.cart.lines == lines

    @invariant()
    def lines_are_sound(self) -> None:
        assert all(line.qty > 0 for line in self.cart.lines)


TestCartMachine = CartMachine.TestCase


@given(st.lists(st.tuples(ITEMS, st.integers(1, 3000)), max_size=12))
def test_restored_lines_price_alike(lines: list[tuple[Item, int]]) -> None:
    cart = Cart()
    cart.restore(CartLine(item, qty, item.price) for item, qty in lines)
    assert len(cart) == len(lines)
    assert cart.priced(SHOP) == whole_price(cart, SHOP)

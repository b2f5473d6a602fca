"""Taking payment."""

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.gui.presenters.tenders import chips
from pos_desktop.gui.texts import CONSENT_VERSION
from pos_desktop.services.order import Order
from tests.support.window_fakes import MILK, NOW, PICTURED
from tests.unit.presenters.screen import Room


def _order(room: Room) -> tuple[str, Order]:
    name, order = room.played.checkout.calls[-1]
    assert isinstance(order, Order)
    return name, order


def test_nothing_to_pay_is_said(room: Room) -> None:
    for act in (room.pay.on_request, room.pay.on_qr, room.pay.on_cash):
        act()
        assert room.said == "nothing_to_pay"
    assert room.played.checkout.calls == []


def test_f9_asks_for_the_number_then_requests(room: Room) -> None:
    room.sale.add(MILK, 2000)
    room.pay.on_request()
    assert room.sheets.phone is not None
    assert room.sheets.phone.none == "No phone: QR on screen"
    room.customer.on_typed("98765 43210")
    room.customer.on_enter()
    name, order = _order(room)
    assert (name, order.phone, order.cashier) == ("request", "+919876543210", "Asha")
    assert order.consent is not None
    assert (order.consent.asked_by, order.consent.at) == ("Asha", NOW)
    assert order.consent.text_version == CONSENT_VERSION
    assert order.bill.totals.payable == 14400
    assert (room.cart.lines, room.sale.draft.customer.phone) == ((), None)
    assert room.said == "requested"
    assert room.played.drafts.kept == ""


def test_enter_on_the_empty_field_means_qr_on_screen(room: Room) -> None:
    room.sale.add(MILK, 1000)
    room.pay.on_request()
    room.customer.on_enter()
    name, order = _order(room)
    assert (name, order.phone, order.consent) == ("screen_qr", None, None)
    assert room.sheets.phone is None
    assert room.sheets.qr is not None
    assert (room.sheets.qr.amount, room.sheets.qr.title) == ("₹72.00", "Token 19")


def test_f9_with_a_number_requests_at_once(room: Room) -> None:
    room.sale.add(MILK, 1000)
    room.customer.on_key()
    room.customer.on_typed("9876543210")
    room.customer.on_enter()
    room.pay.on_request()
    assert _order(room)[0] == "request"


def test_a_refusal_keeps_the_bill(room: Room) -> None:
    room.sale.add(MILK, 1000)
    room.played.checkout.refuse = DomainError("nothing_to_pay")
    room.pay.on_qr()
    assert len(room.cart.lines) == 1
    assert not room.sale.frozen
    room.played.checkout.refuse = RuntimeError("disk")
    room.pay.on_qr()
    assert room.said == "unexpected"
    assert len(room.cart.lines) == 1


def test_cash_counts_the_change(room: Room) -> None:
    for item, qty in PICTURED:
        room.sale.add(item, qty)
    room.pay.on_cash()
    state = room.sheets.cash
    assert state is not None
    assert (state.due, state.enough, state.change) == ("₹1,132.00", True, "₹0.00")
    room.cash.on_typed("1,000")
    state = room.sheets.cash
    assert state is not None
    assert (state.label, state.change, state.enough) == ("Still missing", "₹132.00", False)
    room.cash.on_enter()
    assert room.played.checkout.calls == []
    room.cash.on_typed("1200")
    state = room.sheets.cash
    assert state is not None
    assert (state.label, state.change) == ("Change", "₹68.00")
    room.cash.on_enter()
    assert _order(room)[0] == "cash 120000"
    assert room.said == "cash_done"
    assert room.page.notice is not None
    assert "₹68.00" in room.page.notice.text


@pytest.mark.parametrize("text", ["abc", "-5", "1.234", "99999999999999"])
def test_junk_is_never_enough(room: Room, text: str) -> None:
    room.sale.add(MILK, 1000)
    room.pay.on_cash()
    room.cash.on_typed(text)
    assert room.sheets.cash is not None
    assert not room.sheets.cash.enough
    assert room.sheets.cash.problem
    room.cash.on_enter()
    assert room.played.checkout.calls == []


def test_esc_takes_no_cash(room: Room) -> None:
    room.sale.add(MILK, 1000)
    room.pay.on_cash()
    room.cash.on_back()
    room.cash.on_enter()
    assert room.played.checkout.calls == []
    assert len(room.cart.lines) == 1


def test_chips_are_what_notes_make_of_it() -> None:
    assert [text for _, text in chips(113200)] == ["1,132.00", "1,140", "1,150", "1,200", "1,500"]
    assert [text for _, text in chips(50000)] == ["500.00", "600"]
    assert [text for _, text in chips(8900)] == ["89.00", "90", "100", "200", "500"]
    dues = range(100, 1_500_00, 700)
    assert "2,000" not in [text for due in dues for _, text in chips(due)], "withdrawn"

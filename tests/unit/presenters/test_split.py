"""F11: tenders in any mix, until nothing is open."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Channel, Sale, SaleState, TenderKind
from pos_desktop.gui.presenters.tenders import SplitSheetState, Typed, given
from pos_desktop.services.order import Order
from pos_desktop.services.tendering import SplitState, TenderOrder
from pos_desktop.services.views import Lamp, LampState, Offered
from tests.support.money_fakes import PIN
from tests.support.money_views import CASH, FRESH, GATEWAY_OFF, PAID, SPLIT, desk, worded
from tests.support.window_fakes import MILK, NOW, Inline, Played
from tests.unit.presenters.screen import Room


@pytest.fixture
def room() -> Room:
    """A shop with a UPI address of its own, and Token 17 that waits."""
    played = Played()
    played.options = replace(played.options, own_upi=OwnUpiOptions("shop@bank"))
    room = Room(played)
    room.played.desk.now = desk(waiting=(worded("no_request"),))
    room.desk.on_changed()
    return room


def parked(room: Room, state: SplitState = SPLIT) -> None:
    """The sheet of the parked bill."""
    room.played.tendering.now = state
    room.money.split.open_waiting(worded("no_request"))


def shown(room: Room) -> SplitSheetState:
    """What the sheet shows."""
    assert room.sheets.tenders is not None
    return room.sheets.tenders


def added(room: Room) -> list[TenderOrder]:
    """The tenders that were taken."""
    calls = [what for name, what in room.played.tendering.calls if name == "add"]
    return [what for what in calls if isinstance(what, TenderOrder)]


def scanned(room: Room) -> None:
    """A bill of ₹72.00 on the screen, and what tendering makes of it."""
    room.sale.add(MILK, 1000)
    room.played.tendering.sale = Sale(
        order_id="NEW",
        token_no=31,
        state=SaleState.AWAITING,
        counter="Counter 2",
        cashier="Asha",
        channel=Channel.WHATSAPP_LINK,
        bill=room.sale.bill,
        due=7_200,
        bill_hash="",
        link_token="",
        created_at=NOW,
    )
    room.played.tendering.now = replace(
        SPLIT, order_id="NEW", token_no=31, due=7_200, received=5_000, open=2_200, tenders=()
    )


def test_opening_the_sheet_parks_nothing(room: Room) -> None:
    room.money.split.on_key()
    assert room.said == "nothing_to_pay"
    scanned(room)
    room.money.split.on_key()
    assert (shown(room).title, shown(room).open) == ("Other / split", "₹72.00")
    assert shown(room).button == "Take ₹72.00 · Cash"
    room.money.split.on_back()
    assert room.closed("tenders")
    assert (room.played.tendering.calls, len(room.cart.lines)) == ([], 1)


def test_the_first_tender_parks_the_bill(room: Room) -> None:
    scanned(room)
    room.money.split.on_key()
    room.money.split.on_amount("50")
    assert shown(room).hint == "Then ₹22.00 is still open."
    room.money.split.on_enter()
    assert [name for name, _ in room.played.tendering.calls][:2] == ["begin", "add"]
    assert added(room) == [TenderOrder("NEW", TenderKind.CASH, 5_000, "Asha", tendered=5_000)]
    assert (room.cart.lines, shown(room).title) == ((), "Other / split · Token 31")
    assert (shown(room).open, shown(room).received) == ("₹22.00", "₹50.00")
    assert room.sheets.blanked == 1
    room.money.split.on_back()
    assert room.said == "split_waits"


def test_the_last_tender_closes_the_sheet_and_says_the_change(room: Room) -> None:
    parked(room)
    room.money.split.on_amount("600")
    assert (shown(room).change, shown(room).hint) == ("₹50.50", "Then the bill is paid.")
    assert shown(room).button == "Take ₹549.50 · Cash"
    room.played.tendering.now = PAID
    room.money.split.on_enter()
    assert added(room)[0].tendered == 60_000
    assert room.closed("tenders")
    assert room.said == "cash_done"
    assert room.page.notice is not None
    assert "₹50.50" in room.page.notice.text
    room.money.split.on_enter()
    assert len(added(room)) == 1


def test_a_card_wants_the_slip_and_never_a_card_number(room: Room) -> None:
    parked(room)
    room.money.split.on_kind("card")
    assert (shown(room).reference_label, shown(room).ready) == ("Reference on the slip", False)
    room.money.split.on_reference("12")
    assert (shown(room).ready, shown(room).bad) == (False, False)
    room.money.split.on_reference("4111 1111 1111 1111")
    assert (shown(room).ready, shown(room).bad) == (False, True)
    assert "card number" in shown(room).hint
    room.money.split.on_enter()
    assert added(room) == []
    room.money.split.on_reference("004217")
    room.money.split.on_amount("1000")
    assert shown(room).hint == "Only ₹549.50 is open. Only cash may be more."
    room.money.split.on_amount("400")
    room.money.split.on_enter()
    assert added(room) == [
        TenderOrder("A17", TenderKind.CARD, 40_000, "Asha", reference="004217"),
    ]


def test_own_upi_wants_twelve_figures_and_a_manager(room: Room) -> None:
    parked(room)
    room.money.split.on_kind("own_upi")
    room.money.split.on_reference("4321 8765-43x")
    assert shown(room).reference == "4321 8765 43"
    assert shown(room).hint.startswith("2 more digits of the UTR.")
    room.money.split.on_reference("4321 8765 4321 9")
    assert (shown(room).reference, shown(room).ready) == ("4321 8765 4321", True)
    room.money.split.on_enter()
    assert added(room) == []
    assert room.sheets.pin is not None
    assert room.sheets.pin.what.startswith("₹549.50 came to the shop’s own UPI, UTR ending 4321")
    room.money.pin.on_typed(PIN)
    room.money.pin.on_enter()
    approval = Approval("Meera", NOW, "own_upi")
    kind = TenderKind.OWN_UPI
    assert added(room) == [
        TenderOrder("A17", kind, 54_950, "Asha", reference="432187654321", approval=approval)
    ]


def test_in_an_outage_no_pin_is_asked_unless_the_service_wants_one(room: Room) -> None:
    room.played.desk.now = desk(waiting=(worded("no_request"),), outage_until=NOW + 60_000)
    room.desk.on_changed()
    parked(room)
    room.money.split.on_kind("own_upi")
    room.money.split.on_reference("432187654321")
    assert "no PIN until 10:43" in shown(room).hint
    room.money.split.on_enter()
    assert [order.approval for order in added(room)] == [None]
    parked(room)
    room.money.split.on_kind("own_upi")
    room.money.split.on_reference("432187654322")
    room.played.tendering.refuse = DomainError("approval_needed", limit=200_000)
    room.money.split.on_enter()
    assert room.sheets.pin is not None


def test_a_slip_that_pays_already_wants_a_manager(room: Room) -> None:
    parked(room)
    room.money.split.on_kind("card")
    room.money.split.on_reference("004217")
    room.played.tendering.refuse = DomainError("slip_used", n=12, reference="004217")
    room.money.split.on_enter()
    assert room.sheets.pin is not None
    assert room.sheets.pin.what.startswith("Slip 004217 pays for token 12 already.")
    assert shown(room).reference == "004217", "Esc leaves it for another look"
    room.money.pin.on_typed(PIN)
    room.money.pin.on_enter()
    assert added(room) == [
        TenderOrder(
            "A17",
            TenderKind.CARD,
            54_950,
            "Asha",
            reference="004217",
            approval=Approval("Meera", NOW, "slip_used"),
        )
    ]


def test_a_slip_refused_for_a_bill_of_the_screen_is_asked_about_once_it_is_parked(
    room: Room,
) -> None:
    scanned(room)
    room.money.split.on_key()
    room.money.split.on_kind("card")
    room.money.split.on_reference("004217")
    tendering = room.played.tendering
    park = tendering.begin

    def parks(order: Order) -> Sale:
        sale = park(order)
        tendering.refuse = DomainError("slip_used", n=12, reference="004217")
        return sale

    tendering.begin = parks  # type: ignore[method-assign]  # the next call is refused, not this
    tendering.now = replace(SPLIT, order_id="NEW", due=7_200, received=0, open=7_200, tenders=())
    room.money.split.on_enter()
    assert (shown(room).due, shown(room).open) == ("₹72.00", "₹72.00")
    room.money.pin.on_typed(PIN)
    room.money.pin.on_enter()
    assert [(order.order_id, order.amount) for order in added(room)] == [("NEW", 7_200)]


def test_a_slip_of_a_bill_that_is_paid_meanwhile_asks_nobody(room: Room) -> None:
    parked(room)
    room.money.split.on_kind("card")
    room.money.split.on_reference("004217")
    room.played.tendering.refuse = DomainError("slip_used", n=12, reference="004217")
    room.played.tendering.now = PAID
    room.money.split.on_enter()
    assert (room.closed("tenders"), room.sheets.pin) == (True, None)


def test_only_what_the_shop_has_is_offered(room: Room) -> None:
    parked(room)
    assert [code for code, _ in shown(room).kinds] == ["cash", "card", "own_upi"]
    every = (TenderKind.CASH, TenderKind.CARD, TenderKind.STORE_CREDIT)
    parked(room, replace(SPLIT, kinds=every))
    assert [code for code, _ in shown(room).kinds] == ["cash", "card", "store_credit"]
    scanned(room)
    room.money.split.on_key()
    assert [code for code, _ in shown(room).kinds] == ["cash", "card", "own_upi"]


def test_a_credit_note_wants_its_code(room: Room) -> None:
    parked(room)
    room.money.split.on_kind("store_credit")
    assert (shown(room).ready, shown(room).bad) == (False, False)
    room.money.split.on_reference("cn 12")
    room.money.split.on_enter()
    assert added(room)[0].reference == "cn 12"


def test_what_can_still_be_paid_is_closed_first(room: Room) -> None:
    parked(room, replace(FRESH, collect_words="waiting_payment"))
    assert (shown(room).fields, shown(room).rest) == (False, ())
    assert (shown(room).button, shown(room).ready) == ("Close it, then take money", True)
    closing = replace(FRESH, collect_words="closing_checking")
    room.played.tendering.now = closing
    room.money.split.on_enter()
    assert room.played.checkout.calls == [("free", ("A17", "Asha"))]
    assert (shown(room).ready, shown(room).hint[:16]) == (False, "Closing the link")
    room.played.tendering.now = FRESH
    room.desk.on_changed()
    assert (shown(room).fields, shown(room).ready) == (True, True)


def test_money_at_the_shops_own_upi_needs_nothing_closed(room: Room) -> None:
    parked(room, replace(FRESH, collect_words="own_upi_waiting"))
    room.money.split.on_kind("own_upi")
    assert (shown(room).fields, shown(room).own_qr) == (True, "Show the shop’s UPI QR")


def test_a_bill_that_is_paid_meanwhile_needs_no_sheet(room: Room) -> None:
    parked(room)
    room.played.tendering.now = replace(PAID, change=0)
    room.desk.on_changed()
    assert room.closed("tenders")


@pytest.mark.parametrize(("code", "call"), [("rest_qr", "show_qr"), ("rest_own", "show_own_qr")])
def test_the_rest_by_qr(room: Room, code: str, call: str) -> None:
    parked(room)
    assert [choice.code for choice in shown(room).rest] == ["rest_qr", "rest_link"]
    room.money.split.on_rest(code)
    assert room.played.checkout.calls == [(call, ("A17", "Asha"))]
    assert room.closed("tenders")
    assert room.sheets.qr is not None
    assert (room.sheets.qr.amount, room.qr.order_id) == ("₹549.50", "A17")


def test_the_rest_by_what_the_account_can(room: Room) -> None:
    parked(room)
    room.money.split.on_desk(desk(offers=Offered(qr=False)))
    assert [choice.code for choice in shown(room).rest] == ["rest_link"]
    room.money.split.on_desk(desk(offers=Offered(links=False)))
    assert [choice.code for choice in shown(room).rest] == ["rest_qr"]


def test_the_rest_by_link_of_a_bill_on_the_screen(room: Room) -> None:
    scanned(room)
    room.money.split.on_key()
    assert [choice.code for choice in shown(room).rest] == ["rest_qr"]
    room.money.split.on_rest("rest_link")
    assert room.played.tendering.calls[0][0] == "begin"
    assert room.played.checkout.calls == [("send_again", ("NEW", "Asha"))]
    assert room.said == "requested"


def test_a_tender_goes_back_with_a_reason(room: Room) -> None:
    parked(room)
    assert [(row.tender_id, row.what, row.amount) for row in shown(room).taken] == [
        (1, "Cash", "₹500.00"),
        (2, "Own UPI", "₹200.00"),
    ]
    assert shown(room).taken[1].note == "UTR ..4321 · 10:41 · Meera"
    room.money.split.on_take_back(99)
    assert room.closed("why")
    room.money.split.on_take_back(1)
    assert room.sheets.why is not None
    assert room.sheets.why.note == "Cash ₹500.00"
    room.money.reason.on_typed("typed wrong")
    room.money.reason.on_enter()
    back = ("take_back", (1, "Asha", "typed wrong", None))
    assert room.played.tendering.calls[-1] == back


def test_what_the_gateway_took_cannot_go_back_here(room: Room) -> None:
    captured = replace(SPLIT.tenders[0], kind=TenderKind.GATEWAY_LINK, reference="pay_1")
    parked(room, replace(SPLIT, tenders=(captured,)))
    assert [(row.tender_id, row.what) for row in shown(room).taken] == [(0, "Paid by link")]


def test_a_refusal_keeps_what_was_typed(room: Room) -> None:
    parked(room)
    room.money.split.on_amount("100")
    room.played.tendering.refuse = DomainError("cash_limit", limit=2_00_000_00)
    room.money.split.on_enter()
    assert room.said == "cash_limit"
    assert shown(room).button == "Take ₹100.00 · Cash"
    room.played.tendering.refuse = DomainError("not_waiting")
    room.desk.on_changed()
    assert (room.closed("tenders"), room.said) == (True, "not_waiting")


def test_a_bill_that_cannot_be_parked_stays_on_the_screen(room: Room) -> None:
    scanned(room)
    room.money.split.on_key()
    room.played.tendering.refuse = DomainError("nothing_to_pay")
    room.money.split.on_enter()
    assert (len(room.cart.lines), added(room)) == (1, [])
    room.money.split.on_enter()
    assert len(added(room)) == 1


def test_pressing_twice_takes_once() -> None:
    runner = Inline(held=True)
    room = Room(Played(runner=runner))
    room.played.tendering.now = SPLIT
    room.money.split.open_waiting(worded("no_request"))
    runner.go()
    room.money.split.on_enter()
    assert not shown(room).ready or len(runner.waiting) == 1
    room.money.split.on_enter()
    room.money.split.on_rest("rest_qr")
    runner.go()
    assert len(added(room)) == 1
    assert room.played.checkout.calls == []


def test_cash_that_was_counted_before_goes_back(room: Room) -> None:
    parked(room)
    room.played.tendering.now = replace(PAID, give_back=50_000, change=0)
    room.money.split.on_enter()
    assert room.said == "give_back"


def test_much_cash_says_what_the_till_does_not_know(room: Room) -> None:
    cash = replace(CASH, amount=30_000_00)
    parked(room, replace(SPLIT, tenders=(cash,), due=60_000_00, open=30_000_00))
    assert shown(room).hint.startswith("Cash that this customer gave at another counter today")
    room.money.split.on_amount("19999.99")
    assert shown(room).hint == "Then ₹10,000.01 is still open."
    room.money.split.on_amount("20000")
    assert "₹2,00,000.00" in shown(room).hint
    room.money.split.on_kind("card")
    room.money.split.on_reference("004217")
    assert shown(room).hint == "Then the bill is paid."


def test_much_cash_of_a_bill_of_the_screen(room: Room) -> None:
    room.sale.add(MILK, 1_000_000)
    room.money.split.on_key()
    assert shown(room).hint.startswith("No phone on this bill: nobody adds up")


@pytest.mark.parametrize(
    ("text", "problem"),
    [("abc", "Type the amount in figures"), ("0", "An amount is above zero."), ("", "")],
)
def test_amounts_as_typed(text: str, problem: str) -> None:
    assert given(Typed(amount=text), 5_000).problem.startswith(problem)


@pytest.mark.parametrize("lamp", ["internet", "gateway"])
def test_the_rest_is_not_asked_of_a_gateway_that_is_away(room: Room, lamp: str) -> None:
    room.played.tendering.now = SPLIT
    room.money.split.reach.on_lamps((Lamp(lamp, LampState.DOWN),))
    room.money.split.open_waiting(worded("no_request"))
    assert shown(room).rest == ()
    room.money.split.reach.on_lamps((Lamp(lamp, LampState.OK),))
    room.money.split.on_desk(desk(services_off=(GATEWAY_OFF,)))
    assert shown(room).rest == ()
    room.money.split.on_desk(desk())
    assert [choice.code for choice in shown(room).rest] == ["rest_qr", "rest_link"]

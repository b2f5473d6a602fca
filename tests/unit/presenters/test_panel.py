"""The waiting panel's head, order and keys, and the menu of a bill in every state."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Channel, Sale, SaleState
from pos_desktop.gui.presenters.cards import card, note_words, paid_words
from pos_desktop.gui.presenters.menu import CLOSING
from pos_desktop.services.order import Order
from pos_desktop.services.views import DeskState, Lamp, LampState, Offered, PaidNews
from tests.support.money_fakes import PIN
from tests.support.money_views import GATEWAY_OFF, desk, many_bills, worded
from tests.support.window_fakes import MILK, NOW, Inline, Played, waiting_bills
from tests.unit.presenters.screen import Room

BILLS = {bill.token_no: bill for bill in waiting_bills()}


@pytest.fixture
def own() -> Room:
    """A shop with a UPI address of its own."""
    played = Played()
    played.options = replace(played.options, own_upi=OwnUpiOptions("shop@bank"))
    return Room(played)


def _sale(state: SaleState, number: str | None = None) -> Sale:
    room = Room()
    room.sale.add(MILK, 1000)
    return Sale(
        order_id="A17",
        token_no=17,
        state=state,
        counter="Counter 2",
        cashier="Asha",
        channel=Channel.WHATSAPP_LINK,
        bill=room.sale.bill,
        due=124_950,
        bill_hash="",
        link_token="",
        created_at=NOW,
        invoice_number=number,
    )


def test_the_head_shows_what_is_late_and_what_to_decide(room: Room) -> None:
    room.waiting.on_desk(desk(longest_unasked_at=NOW - 9_999))
    assert room.page.head is not None
    assert (room.page.head.checked, room.page.head.badge) == ("", "")
    room.waiting.on_desk(desk(longest_unasked_at=NOW - 45_000, owed=2))
    assert (room.page.head.checked, room.page.head.badge) == ("checked 45 s ago", "2 owed")
    room.waiting.on_desk(desk(inbox=3, owed=2))
    assert (room.page.head.badge, room.page.head.tone) == ("3 to decide", "failed")


def test_a_new_entry_of_the_inbox_is_heard_once(room: Room) -> None:
    quiet = DeskState((), 0, None, 0)
    for state in (quiet, replace(quiet, inbox=1), replace(quiet, inbox=1), quiet):
        room.waiting.on_desk(state)
    assert room.played.tones.played == ["attention"]


def test_what_seems_unasked_is_looked_up_every_few_seconds(room: Room) -> None:
    room.played.desk.now = desk(waiting=(), longest_unasked_at=NOW)
    room.desk.on_changed()
    reads = []
    for _ in range(16):
        room.played.clock.time += 1000
        room.desk.on_tick()
        reads.append(room.played.desk.reads)
    assert reads == [1] * 9 + [2] * 5 + [3] * 2


def test_what_is_being_closed_is_read_again_each_second(room: Room) -> None:
    room.played.desk.now = desk(waiting=(worded("closing_for_cash"),))
    room.desk.on_changed()
    room.desk.on_tick()
    assert room.played.desk.reads == 2


def test_deliveries_stand_apart_unless_they_need_somebody(room: Room) -> None:
    room.waiting.on_room(9)
    far = replace(BILLS[16], remote=True)
    room.waiting.on_desk(desk(waiting=(far, BILLS[17], BILLS[18])))
    assert [bill.token_no for bill in room.waiting.bills] == [18, 17, 16]
    urgent = replace(far, attention=True)
    room.waiting.on_desk(desk(waiting=(urgent, BILLS[17], BILLS[18])))
    assert [bill.token_no for bill in room.waiting.bills] == [16, 18, 17]


def test_figures_jump_to_a_token_or_the_end_of_a_phone(room: Room) -> None:
    room.waiting.on_desk(desk(waiting=(*many_bills(200), BILLS[17])))
    room.waiting.on_digit("2")
    assert room.waiting.marked is not None
    assert str(room.waiting.marked.token_no).startswith("2")
    for digit in "57":
        room.waiting.on_digit(digit)
    assert room.waiting.marked.token_no == 257
    room.played.clock.time += 2_000
    for digit in "3210":
        room.waiting.on_digit(digit)
    assert room.waiting.marked.phone_last4 == "3210"
    marked = room.waiting.marked
    room.played.clock.time += 2_000
    for digit in "999":
        room.waiting.on_digit(digit)
    assert room.waiting.marked == marked


def test_pages_move_by_what_there_is_room_for(room: Room) -> None:
    room.waiting.on_desk(desk(waiting=many_bills(20)))
    room.waiting.on_key()
    room.waiting.on_page(1)
    assert room.waiting.marked == room.waiting.bills[4]
    room.waiting.on_page(-1)
    assert room.waiting.marked == room.waiting.bills[0]
    room.waiting.on_page(999)
    assert room.waiting.marked == room.waiting.bills[-1]
    assert room.page.strip is not None
    assert room.page.strip.selected == 3


def test_cash_that_is_not_needed_goes_back(room: Room) -> None:
    room.waiting.on_paid(PaidNews("A17", 17, 124_950, None, "C2A/2627/000124", give_back=130_000))
    assert room.played.tones.played == ["paid", "attention", "error"]
    assert room.page.notice is not None
    assert (room.said, room.page.notice.blocking) == ("give_back", True)
    assert "₹1,300.00" in room.page.notice.text


def test_cash_that_was_taken_by_itself_tells_its_change(room: Room) -> None:
    room.waiting.on_paid(PaidNews("A17", 17, 31_600, None, "C2A/2627/000124", change=18_400))
    assert room.page.notice is not None
    assert room.page.notice.text == "Change ₹184.00. Token 17, bill C2A/2627/000124."


@pytest.mark.parametrize(
    ("bill", "note"),
    [
        (worded("part_paid", received=50_000, open_amount=74_950), "₹500.00 in · ₹749.50 open"),
        (worded("late_money", received=50_000, open_amount=0), ""),
        (worded("waiting_payment", remote=True), "Delivery · WhatsApp read"),
        (replace(BILLS[18], remote=True), "Delivery"),
    ],
)
def test_the_small_line_of_a_card(bill: object, note: str) -> None:
    assert note_words(bill) == note  # type: ignore[arg-type]  # a WaitingBill of the table


def test_a_paid_bill_names_its_reference() -> None:
    paid = replace(BILLS[16], upi_reference="432187655678")
    assert paid_words(paid) == "Paid 560.00 - UPI ref ...5678"
    assert paid_words(BILLS[16]) == paid_words(BILLS[17]) == ""
    assert card(paid, NOW).words == "Paid · give goods"
    assert card(paid, NOW).message == "UPI ref ...5678 · Receipt delivered"
    assert card(BILLS[16], NOW).message == "Receipt delivered"
    assert card(replace(paid, words="goods_given"), NOW).message == "Receipt delivered"


USUAL = ["menu_cash", "menu_split"]
STUCK = [
    *("menu_wait", "menu_own_paid", "menu_unpaid", "menu_story", "menu_number"),
    *("menu_cash_risk", "menu_abandon"),
]
LAST = ["menu_edit", "menu_unpaid", "menu_story", "menu_number", "menu_abandon"]
MORE = ["menu_new_qr", "menu_again", "menu_own_qr"]
AWAY = ["menu_own_qr", "menu_new_qr", "menu_again"]
SILENT = ("gateway_unreachable", "gateway_busy", "gateway_refuses_key")


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("link_expired", ["menu_again", *USUAL, "menu_new_qr", "menu_own_qr", *LAST]),
        ("no_request", ["menu_again", *USUAL, "menu_new_qr", "menu_own_qr", *LAST]),
        ("refused_by_gateway", ["menu_new_qr", *USUAL, "menu_again", "menu_own_qr", *LAST]),
        ("closed_take_cash", ["menu_cash", "menu_split", *MORE, *LAST]),
        *((words, ["menu_cash", "menu_split", "menu_own_qr", *LAST]) for words in SILENT),
        ("not_confirmed_checking", ["menu_cash", "menu_split", *AWAY, *LAST]),
        ("own_upi_waiting", ["menu_own_paid", *USUAL, "menu_new_qr", "menu_again", *LAST]),
        *((words, STUCK) for words in sorted(CLOSING)),
    ],
)
def test_the_likely_step_is_first(own: Room, words: str, codes: list[str]) -> None:
    own.waiting.on_desk(desk(waiting=(worded(words),)))
    own.menu.open("A17")
    assert own.codes == codes


@pytest.mark.parametrize("lamp", ["internet", "gateway"])
@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("link_expired", ["menu_cash", "menu_split", *AWAY, *LAST]),
        ("no_request", ["menu_cash", "menu_split", *AWAY, *LAST]),
        ("part_paid", ["menu_split", "menu_cash", *AWAY, *LAST]),
        ("own_upi_waiting", ["menu_own_paid", *USUAL, *AWAY[1:], *LAST]),
    ],
)
def test_what_cannot_be_reached_is_not_offered_first(
    own: Room, lamp: str, words: str, codes: list[str]
) -> None:
    own.menu.reach.on_lamps((Lamp(lamp, LampState.DOWN),))
    own.menu.reach.on_lamps((Lamp("messages", LampState.OK),))
    own.waiting.on_desk(desk(waiting=(worded(words),)))
    own.menu.open("A17")
    assert own.codes == codes
    own.menu.reach.on_lamps((Lamp(lamp, LampState.OK), Lamp("relay", LampState.DOWN)))
    own.menu.open("A17")
    assert own.codes.index("menu_own_qr" if words != "own_upi_waiting" else "menu_again") > (
        own.codes.index("menu_new_qr")
    )


def test_an_open_link_is_shown_although_the_counter_is_offline(own: Room) -> None:
    """Her phone has an internet of its own."""
    own.menu.reach.on_lamps((Lamp("internet", LampState.DOWN),))
    own.waiting.on_desk(desk(waiting=(worded("waiting_payment", can_show_qr=True),)))
    own.menu.open("A17")
    assert own.codes == ["menu_qr", *USUAL, *AWAY, *LAST]


def test_nothing_is_asked_of_a_gateway_that_is_off(own: Room) -> None:
    state = desk(waiting=(worded("link_expired"),), services_off=(GATEWAY_OFF,))
    own.waiting.on_desk(state)
    own.menu.on_desk(state)
    own.menu.open("A17")
    assert own.codes == ["menu_cash", "menu_split", "menu_own_qr", *LAST]


def test_goods_that_left_are_not_given_once_more(own: Room) -> None:
    for words in ("waiting_payment", "closing_unanswered"):
        own.waiting.on_desk(desk(waiting=(worded(words, given=True),)))
        own.menu.open("A17")
        assert "menu_unpaid" not in own.codes


def test_which_goods_names_its_key(own: Room) -> None:
    paid = [worded("paid_give_goods", order_id=name, paid_at=NOW) for name in "AB"]
    own.waiting.on_desk(desk(waiting=tuple(paid)))
    own.menu.give_goods()
    assert own.page.notice is not None
    assert "Ctrl+G" in own.page.notice.text


def test_a_stuck_bill_of_a_shop_without_an_own_address_is_paid_in_cash(room: Room) -> None:
    room.waiting.on_desk(desk(waiting=(worded("closing_unanswered"),)))
    room.menu.open("A17")
    assert room.codes == [code for code in STUCK if code != "menu_own_paid"]


def test_money_on_a_bill_forbids_to_drop_or_change_it(own: Room) -> None:
    part = worded("part_paid", received=50_000, open_amount=74_950)
    own.waiting.on_desk(desk(waiting=(part,)))
    own.menu.open("A17")
    assert own.codes == ["menu_split", "menu_cash", *MORE, *LAST[1:-1]]


def test_an_account_without_qr_codes_offers_none(own: Room) -> None:
    played = own.played
    played.options = replace(played.options, own_upi=OwnUpiOptions())
    room = Room(played)
    expired = replace(worded("link_expired"), requests_left=0)
    state = desk(waiting=(expired,), offers=Offered(qr=False))
    room.waiting.on_desk(state)
    room.menu.on_desk(state)
    room.menu.open("A17")
    assert room.codes == ["menu_cash", "menu_split", *LAST]


@pytest.mark.parametrize(
    ("words", "way", "said"),
    [
        ("closing_checking", "link", "Closing the link - please wait"),
        ("closing_checking", "qr", "Closing the QR - please wait"),
        ("closed_watching", "qr", "QR closed - checking for late money"),
        ("link_expired", "qr", "Time is over - ask again or take cash"),
        ("qr_on_screen", "qr", "QR on screen"),
        ("no_request", "", "Nothing asked yet - choose how to pay"),
    ],
)
def test_the_words_name_what_is_closed(words: str, way: str, said: str) -> None:
    assert card(worded(words, way=way), NOW).words == said


def test_an_account_without_links_sends_none_again(room: Room) -> None:
    state = desk(waiting=(worded("link_expired"),), offers=Offered(links=False))
    room.waiting.on_desk(state)
    room.menu.on_desk(state)
    room.menu.open("A17")
    assert "menu_again" not in room.codes


def test_a_paid_bill_with_an_entry_leads_to_the_inbox(room: Room) -> None:
    room.waiting.on_desk(desk(waiting=(replace(BILLS[16], flags=("duplicate",)),)))
    room.menu.open("A16")
    told = ["menu_story", "menu_inbox", "menu_receipt", "menu_refuse"]
    assert room.codes == ["menu_hand_over", "menu_print", *told]
    room.choose("menu_inbox")
    assert room.sheets.entries is not None


@pytest.mark.parametrize(
    ("code", "call", "said"),
    [
        ("menu_new_qr", ("show_qr", ("A17", "Asha")), ""),
        ("menu_own_qr", ("show_own_qr", ("A17", "Asha")), ""),
        ("menu_again", ("send_again", ("A17", "Asha")), "sent_again"),
        ("menu_edit", ("edit", ("A17", "Asha")), "edit_begun"),
    ],
)
def test_each_choice_is_one_call(own: Room, code: str, call: tuple[str, object], said: str) -> None:
    own.waiting.on_desk(desk(waiting=(worded("link_expired"),)))
    own.menu.open("A17")
    own.choose(code)
    assert own.played.checkout.calls == [call]
    assert own.said == said
    assert own.closed("menu")
    assert (own.qr.order_id == "A17") is code.endswith("_qr")


def test_an_own_reason_is_typed(room: Room) -> None:
    room.waiting.on_desk(desk())
    room.menu.open("A17")
    room.choose("menu_abandon")
    room.choose("abandon_other")
    assert room.sheets.why is not None
    assert (room.sheets.why.danger, room.sheets.why.ready) == (True, False)
    room.money.reason.on_enter()
    assert room.played.checkout.calls == []
    room.money.reason.on_typed("  shop   closes ")
    room.money.reason.on_enter()
    assert room.played.checkout.calls == [("abandon", ("A17", "shop closes", "Asha"))]
    assert room.closed("why")


def test_goods_leave_unpaid_by_a_managers_pin_only(room: Room) -> None:
    room.waiting.on_desk(desk())
    room.menu.open("A17")
    room.choose("menu_unpaid")
    assert room.sheets.pin is not None
    assert "token 17" in room.sheets.pin.what
    assert "₹1,249.50" in room.sheets.pin.what
    room.money.pin.on_typed(PIN)
    room.money.pin.on_enter()
    approval = Approval("Meera", NOW, "hand_over_unpaid")
    assert room.played.checkout.calls == [("hand_over_unpaid", ("A17", approval))]
    assert room.said == "handed_over_unpaid"


def test_cash_waits_for_the_link_to_close_unless_somebody_takes_the_risk(room: Room) -> None:
    room.waiting.on_desk(desk())
    room.played.checkout.waiting = _sale(SaleState.AWAITING)
    room.menu.open("A17")
    room.choose("menu_cash")
    room.cash.on_typed("1300")
    room.cash.on_enter()
    assert room.played.checkout.calls == [("cash_for_waiting", ("A17", 130_000, "Asha"))]
    assert room.sheets.menu is not None
    assert room.sheets.menu.words == "Closing the link, then the cash is taken"
    assert "₹50.50" in room.sheets.menu.note
    assert room.codes == ["menu_wait", "menu_cash_risk"]
    assert room.sheets.menu.choices[1].danger
    room.played.checkout.waiting = _sale(SaleState.ISSUED, "C2A/2627/000124")
    room.choose("menu_cash_risk")
    assert room.played.checkout.calls[-1] == ("cash_at_risk", ("A17", 130_000, "Asha"))
    assert room.said == "cash_done"


def test_the_closing_sheet_goes_when_the_bill_is_paid(room: Room) -> None:
    room.played.desk.now = desk()
    room.desk.on_changed()
    room.played.checkout.waiting = _sale(SaleState.AWAITING)
    room.menu.open("A17")
    room.choose("menu_cash")
    room.cash.on_enter()
    assert room.sheets.menu is not None
    closing = worded("closing_for_cash", message_words="")
    room.played.desk.now = desk(waiting=(closing,))
    room.desk.on_changed()
    assert room.sheets.menu.words == "Closing the link, then the cash is taken"
    assert "Keep the cash beside the drawer" in room.sheets.menu.note
    room.played.desk.now = desk(waiting=(replace(closing, paid_at=NOW, words="paid_give_goods"),))
    room.desk.on_changed()
    assert room.closed("menu")


def test_the_menu_follows_its_bill_but_keeps_its_buttons(room: Room) -> None:
    room.played.desk.now = desk()
    room.desk.on_changed()
    room.menu.open("A17")
    codes = room.codes
    room.played.desk.now = desk(waiting=(worded("last_attempt_failed"),))
    room.desk.on_changed()
    assert room.sheets.menu is not None
    assert room.sheets.menu.words == "Last attempt failed, customer may try again"
    assert room.codes == codes
    room.played.desk.now = desk(waiting=())
    room.desk.on_changed()
    assert room.closed("menu")


def test_cash_at_a_risk_says_what_may_happen(room: Room) -> None:
    room.waiting.on_desk(desk(waiting=(worded("closing_for_cash"),)))
    room.menu.open("A17")
    room.choose("menu_cash_risk")
    assert room.sheets.cash is not None
    assert "refunded" in room.sheets.cash.warning
    assert room.sheets.cash.button == "Take cash now - may be paid twice"


@pytest.mark.parametrize(
    ("amount", "last4", "said"),
    [
        (49_999_00, None, ""),
        (50_000_00, None, "No phone on this bill"),
        (1_99_999_99, "3210", "Cash that this customer gave at another counter"),
        (2_00_000_00, None, ""),
    ],
)
def test_much_cash_says_what_the_till_does_not_know(
    room: Room, amount: int, last4: str | None, said: str
) -> None:
    bill = replace(worded("no_request"), amount=amount, open_amount=amount, phone_last4=last4)
    room.waiting.on_desk(desk(waiting=(bill,)))
    room.menu.open("A17")
    room.choose("menu_cash")
    assert room.sheets.cash is not None
    assert room.sheets.cash.warning.startswith(said)
    assert bool(room.sheets.cash.warning) is bool(said)


def test_one_key_hands_over_the_only_paid_bill(room: Room) -> None:
    room.menu.give_goods()
    assert room.said == "nothing_paid"
    room.waiting.on_desk(desk())
    room.menu.give_goods()
    assert room.played.checkout.calls == [("hand_over", ("A16", "Asha"))]
    assert room.said == "handed_over"


def test_of_several_paid_bills_one_is_marked_first(room: Room) -> None:
    second = replace(BILLS[16], order_id="A26", token_no=26, created_at=NOW)
    room.waiting.on_desk(desk(waiting=(*waiting_bills(), second)))
    room.menu.give_goods()
    assert (room.said, room.played.checkout.calls) == ("which_goods", [])
    assert room.page.focused
    room.waiting.on_mark("A26")
    room.menu.give_goods()
    assert room.played.checkout.calls == [("hand_over", ("A26", "Asha"))]


def test_a_phone_order_needs_a_phone_and_lives_a_day(room: Room) -> None:
    room.sale.add(MILK, 1000)
    room.pay.on_remote()
    assert room.sheets.phone is not None
    assert room.sheets.phone.none == "No phone: not a phone order"
    room.customer.on_enter()
    assert (room.played.checkout.calls, len(room.cart.lines)) == ([], 1)
    room.pay.on_remote()
    room.customer.on_typed("9876543210")
    room.customer.on_enter()
    name, order = room.played.checkout.calls[0]
    assert isinstance(order, Order)
    assert (name, order.phone) == ("request remote", "+919876543210")


def test_a_refusal_of_the_services_is_a_sentence(room: Room) -> None:
    room.waiting.on_desk(desk(waiting=(worded("link_expired"),)))
    room.played.checkout.refuse = DomainError("too_many_requests", limit=3)
    room.menu.open("A17")
    room.choose("menu_again")
    assert room.said == "too_many_requests"
    assert room.page.notice is not None
    assert "₹" not in room.page.notice.text


def test_the_law_forbids_two_lakh_in_cash_before_anything_is_counted() -> None:
    room = Room(Played(runner=Inline()))
    room.waiting.on_desk(desk(waiting=(replace(BILLS[20], amount=2_00_000_00),)))
    room.menu.open("A20")
    room.choose("menu_cash")
    assert room.sheets.cash is not None
    assert not room.sheets.cash.enough
    assert "₹2,00,000.00" in room.sheets.cash.problem
    room.cash.on_enter()
    assert room.played.checkout.calls == []

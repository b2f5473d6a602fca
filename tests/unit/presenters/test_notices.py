"""How long a message stays."""

import pytest

from pos_desktop.services.views import DeskState, ServiceOff, WaitingBill
from tests.support.money_views import GATEWAY_OFF, desk, worded
from tests.support.window_fakes import MILK, NOW, PayingCustomer, Played
from tests.unit.presenters.screen import Room


def _after(room: Room, seconds: int) -> str:
    for _ in range(seconds):
        room.notices.on_tick()
    return room.said


@pytest.mark.parametrize(
    ("code", "seconds"), [("parked", 8), ("cash_done", 30), ("requested_practice", 20)]
)
def test_news_goes_by_itself(room: Room, code: str, seconds: int) -> None:
    room.notices.tell(code, n=1, change=100, number="A/1")
    assert _after(room, seconds - 1) == code
    assert _after(room, 1) == ""


def test_nothing_to_pay_goes_by_itself_and_what_went_wrong_stays(room: Room) -> None:
    room.pay.on_qr()
    assert _after(room, 7) == "nothing_to_pay"
    assert _after(room, 1) == ""
    room.notices.error("print_failed")
    assert _after(room, 60) == "print_failed"
    room.notices.must_see("unknown_code", code="890")
    assert _after(room, 60) == "unknown_code"


def test_the_next_message_has_its_own_time(room: Room) -> None:
    room.notices.tell("parked")
    _after(room, 7)
    room.notices.tell("no_waiting")
    assert _after(room, 7) == "no_waiting"
    room.notices.error("print_failed")
    assert _after(room, 9) == "print_failed"


def test_what_waits_for_money_goes_when_it_is_paid(room: Room) -> None:
    room.notices.tell_of("A17", "requested", n=17)
    room.notices.on_paid("A16")
    assert room.said == "requested"
    room.notices.on_paid("A17")
    assert room.said == ""
    room.notices.tell("cash_done", n=17, change=100, number="A/1")
    room.notices.on_paid("A17")
    assert room.said == "cash_done"


def test_the_change_goes_with_the_next_scan(room: Room) -> None:
    room.notices.tell("cash_done", n=17, change=100, number="A/1")
    room.sale.add(MILK, 1000)
    assert room.said == ""


def test_practice_tells_who_the_customer_is() -> None:
    room = Room(Played(customer=PayingCustomer()))
    room.sale.add(MILK, 1000)
    room.customer.ask(room.pay.on_request, room.pay.on_qr)
    room.customer.on_typed("9876543210")
    room.customer.on_enter()
    assert room.said == "requested_practice"
    assert room.page.notice is not None
    assert "you are the customer too" in room.page.notice.text


def _seen(*bills: WaitingBill, **changes: object) -> DeskState:
    return desk(waiting=bills, **changes)


@pytest.mark.parametrize("code", ["requested", "requested_practice", "sent_again"])
@pytest.mark.parametrize(
    ("bill", "stays"),
    [
        (worded("waiting_payment"), True),
        (worded("last_attempt_failed"), True),
        (worded("gateway_unreachable", attention=True), False),
        (worded("link_expired", attention=True), False),
        (worded("waiting_payment", message_words="failed"), False),
        (worded("waiting_payment", message_words="waits_for_relay"), False),
        (worded("paid_give_goods", paid_at=NOW), False),
        (worded("waiting_payment", order_id="another"), False),
    ],
)
def test_a_bill_waits_as_long_as_its_card_says_so(
    room: Room, code: str, bill: WaitingBill, stays: bool
) -> None:
    room.notices.tell_of("A17", code, n=17)
    room.notices.on_desk(_seen(bill))
    assert room.said == (code if stays else "")


@pytest.mark.parametrize(
    ("code", "true", "untrue"),
    [
        ("split_waits", worded("part_paid"), worded("paid_give_goods", paid_at=NOW)),
        ("edit_begun", worded("closing_to_edit"), worded("link_expired")),
        ("abandon_begun", worded("closing_to_abandon"), worded("waiting_payment")),
        ("abandoned", worded("no_request", order_id="other"), worded("late_money")),
        ("handed_over_unpaid", worded("waiting_payment"), worded("x", paid_at=NOW)),
    ],
)
def test_what_is_told_of_a_bill_goes_with_its_truth(
    room: Room, code: str, true: WaitingBill, untrue: WaitingBill
) -> None:
    room.notices.tell_of("A17", code, n=17, amount=100)
    room.notices.on_desk(_seen(true))
    assert room.said == code
    room.notices.on_desk(_seen(untrue))
    assert room.said == ""


@pytest.mark.parametrize("code", ["return_asked", "act_refund_done", "act_refund_again_done"])
def test_a_refund_is_asked_until_it_is_done(room: Room, code: str) -> None:
    room.notices.on_desk(_seen(owed=1))
    room.notices.tell(code, amount=100)
    room.notices.on_desk(_seen(owed=2))
    assert room.said == code
    room.notices.on_desk(_seen(owed=1))
    assert room.said == ""
    room.notices.tell(code, amount=100)
    room.notices.on_desk(_seen(owed=0))
    assert room.said == ""


def _off(*services: ServiceOff) -> DeskState:
    return _seen(services_off=services)


PAID, PAID_TOO = (worded("paid_give_goods", order_id=name) for name in ("P1", "P2"))


@pytest.mark.parametrize(
    ("code", "true", "untrue"),
    [
        ("act_check_again_done", _seen(inbox=1), _seen()),
        ("no_waiting", _seen(), _seen(PAID)),
        ("nothing_paid", _seen(worded("no_request")), _seen(PAID)),
        ("which_goods", _seen(PAID, PAID_TOO), _seen(PAID)),
        ("on_again", _off(), _off(GATEWAY_OFF)),
        ("still_off", _off(GATEWAY_OFF), _off()),
        ("outage_open", _seen(outage_until=NOW + 1), _seen()),
    ],
)
def test_what_is_told_of_the_counter_goes_with_its_truth(
    room: Room, code: str, true: DeskState, untrue: DeskState
) -> None:
    room.notices.error(code, key="Ctrl+G", time="11:42")
    room.notices.on_desk(true)
    assert room.said == code
    room.notices.on_desk(untrue)
    assert room.said == ""


def test_a_message_of_which_the_desk_knows_nothing_stays(room: Room) -> None:
    room.notices.error("print_failed")
    room.notices.on_desk(_seen())
    assert room.said == "print_failed"
    room.notices.acknowledge()
    room.notices.on_desk(_seen())
    assert room.said == ""


def test_each_reading_is_told_to_the_messages(room: Room) -> None:
    room.notices.tell_of("A17", "requested", n=17)
    room.played.desk.now = _seen(worded("gateway_unreachable", attention=True))
    room.desk.on_changed()
    assert room.said == ""


def test_a_bill_that_may_still_be_paid_is_not_yet_given_up(room: Room) -> None:
    for words, told in (("asking_gateway", "abandon_begun"), ("no_request", "abandoned")):
        room.waiting.on_desk(_seen(worded(words)))
        room.menu.open("A17")
        room.choose("menu_abandon")
        room.choose("abandon_left")
        assert room.said == told

"""How long a message stays."""

import pytest

from tests.support.window_fakes import MILK, PayingCustomer, Played
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

"""Services that are off, the More sheet, bills that come back to be changed."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.gui.keys import Command
from pos_desktop.gui.presenters.edits import cart_of
from pos_desktop.gui.presenters.sale import SalePresenter
from pos_desktop.gui.texts import say
from pos_desktop.services.fence import EMERGENCY, STRANGER
from pos_desktop.services.sweep_result import SweepResult, Tally
from pos_desktop.services.views import EditedBill, Offered, ServiceOff
from tests.support.money_fakes import PIN
from tests.support.money_views import GATEWAY_OFF, MESSAGES_OFF, desk
from tests.support.window_fakes import MILK, NOW, PICTURED, SURF, Inline, Played
from tests.unit.presenters.screen import Room


def see(room: Room, **changes: object) -> None:
    """The desk is read."""
    room.played.desk.now = desk(**changes)
    room.desk.on_changed()


def test_the_main_button_is_what_works(room: Room) -> None:
    see(room)
    assert room.page.main is not None
    assert (room.page.main.words, room.money.standing.way) == (
        "Request payment on WhatsApp",
        "request",
    )
    assert room.page.off is None
    see(room, services_off=(MESSAGES_OFF,))
    assert (room.page.main.words, room.page.main.qr, room.money.standing.way) == (
        "QR on screen",
        True,
        "qr",
    )
    see(room, services_off=(MESSAGES_OFF, GATEWAY_OFF))
    assert (room.page.main.words, room.page.main.qr, room.money.standing.way) == (
        "Cash",
        False,
        "cash",
    )


def test_the_strip_tells_what_to_do_and_goes_when_it_works(room: Room) -> None:
    see(room, services_off=(MESSAGES_OFF, GATEWAY_OFF))
    off = room.page.off
    assert off is not None
    assert off.now.startswith("Payments by link and QR are off. Take cash")
    assert "key" in off.manager
    see(room)
    assert room.page.off is None


@pytest.mark.parametrize(
    "reason", ["rolled_back", "marker_behind", "locked_before", "relay_ahead", "relay_fork"]
)
def test_without_numbers_the_strip_says_where_to_sell(room: Room, reason: str) -> None:
    see(room, trouble=reason, services_off=(GATEWAY_OFF,))
    off = room.page.off
    assert off is not None
    assert off.now.startswith("No bill numbers here")
    assert off.manager.startswith("Manager: ")
    assert off.manager.endswith("raseed rejoin CODE")
    assert off.button == "", "a test changes nothing"
    see(room, services_off=(GATEWAY_OFF,))
    assert room.page.off is not None
    assert room.page.off.now.startswith("Payments by link and QR are off")


@pytest.mark.parametrize("reason", sorted({*STRANGER, EMERGENCY}))
def test_who_is_turned_away_sells_on(room: Room, reason: str) -> None:
    see(room, trouble=reason)
    assert room.page.off is not None
    assert room.page.off.now.startswith("Sell on as ever")
    assert room.page.off.manager != say("trouble_other")


@pytest.mark.parametrize("name", ["gateway", "messages"])
@pytest.mark.parametrize(
    "reason", ["auth", "suspended", "not_activated", "template", "credit", "dlt", "moon"]
)
def test_every_reason_names_whom_the_manager_calls(room: Room, name: str, reason: str) -> None:
    see(room, services_off=(ServiceOff(name, reason, NOW),))
    assert room.page.off is not None
    assert room.page.off.manager.startswith("Manager: ")


def test_testing_again_asks_every_service_that_is_off(room: Room) -> None:
    room.money.standing.on_test()
    assert (room.said, room.played.standing.calls) == ("nothing_off", [])
    see(room, services_off=(GATEWAY_OFF, MESSAGES_OFF))
    room.played.standing.mended = False
    room.money.standing.on_test()
    calls = [("test_again", "gateway"), ("test_again", "messages")]
    assert (room.said, room.played.standing.calls) == ("still_off", calls)
    room.played.standing.mended = True
    room.money.standing.on_test()
    assert room.said == "on_again"
    assert room.played.runner.lanes[-1] == "net"
    room.played.standing.refuse = Unavailable("not_ready")
    room.money.standing.on_test()
    assert room.said == "unexpected"


def test_an_account_that_refused_a_qr_has_no_such_button_until_a_test_again(room: Room) -> None:
    see(room)
    assert room.page.main is not None
    assert room.page.main.qr
    see(room, offers=Offered(qr=False, refused=True))
    assert (room.page.main.qr, room.page.off) == (False, None)
    room.money.more.on_key()
    assert room.codes[0] == "test"
    room.money.standing.on_test()
    assert room.played.standing.calls == [("test_again", "gateway")]
    see(room)
    assert room.page.main.qr


def test_while_it_is_tested_the_button_says_so() -> None:
    runner = Inline(held=True)
    room = Room(Played(runner=runner))
    see(room, services_off=(GATEWAY_OFF,))
    runner.go()
    room.money.standing.on_test()
    assert room.page.off is not None
    assert (room.page.off.button, room.page.off.testing) == ("Testing …", True)
    room.money.standing.on_test()
    runner.go()
    assert len(room.played.standing.calls) == 1
    assert (room.page.off.button, room.page.off.testing) == ("Test again", False)


def test_more_offers_what_has_no_place_on_the_page(room: Room) -> None:
    pressed: list[Command] = []
    room.money.more.commands = {
        Command.RETURN: lambda: pressed.append(Command.RETURN),
        Command.TEST: lambda: pressed.append(Command.TEST),
    }
    room.money.more.on_key()
    assert room.sheets.menu is not None
    keys = {choice.code: choice.key for choice in room.sheets.menu.choices}
    assert (keys["return"], keys["print"], keys["inbox"]) == ("Ctrl+T", "Ctrl+P", "Ctrl+B")
    assert {"outage", "test"} & set(keys) == set()
    room.choose("return")
    see(room, services_off=(GATEWAY_OFF,))
    room.money.more.on_key()
    assert room.codes[0] == "test"
    room.choose("test")
    assert pressed == [Command.RETURN, Command.TEST]


def test_more_tells_what_the_last_look_over_the_account_found(room: Room) -> None:
    room.money.more.on_key()
    assert room.sheets.menu is not None
    assert room.sheets.menu.note == "Not reconciled with the gateway yet"
    found = SweepResult("razorpay", 0, NOW, matched=Tally(42, 1234500))
    room.played.sweep.found = found
    room.money.more.on_key()
    assert room.sheets.menu.note == (
        "Reconciled 23-11 10:42:00 · 42 payments match, 12,345.00 · nothing is open"
    )
    room.played.sweep.found = replace(
        found,
        matched=Tally(),
        asked=Tally(1, 100),
        missing=Tally(2, 200),
        extra=Tally(3, 300),
        unnamed=Tally(4, 400),
    )
    room.money.more.on_key()
    assert room.sheets.menu.note.split(" · ")[1:] == [
        "1 asked again, 1.00",
        "2 not at the gateway, 2.00",
        "3 without a bill, 3.00",
        "4 that name no counter, 4.00",
    ]


def test_reconcile_now_begins_at_once(room: Room) -> None:
    room.money.more.on_key()
    room.choose("reconcile")
    assert (room.played.sweep.runs, room.said) == (1, "reconcile_begun")


def test_an_answer_that_comes_when_the_sheet_is_gone_is_not_shown() -> None:
    runner = Inline(held=True)
    room = Room(Played(runner=runner))
    see(room)
    runner.go()
    room.money.more.on_key()
    room.choose("reconcile")
    runner.go()
    assert room.played.sweep.runs == 1


def test_an_outage_window_is_opened_by_a_manager() -> None:
    played = Played()
    played.options = replace(played.options, own_upi=OwnUpiOptions("shop@bank"))
    room = Room(played)
    room.money.more.on_key()
    assert room.sheets.menu is not None
    assert room.sheets.menu.choices[-1].text == "Internet is out: record UPI for 60 minutes · PIN"
    room.choose("outage")
    room.money.pin.on_typed(PIN)
    room.money.pin.on_enter()
    assert [name for name, _ in played.people.calls] == ["approve", "open_outage"]
    assert (room.said, room.page.notice is not None) == ("outage_open", True)
    see(room, outage_until=NOW + 37 * 60_000)
    assert room.page.status is not None
    assert room.page.status.outage == "UPI without PIN · 37 min left"
    room.money.more.on_key()
    assert "60 minutes more" in room.sheets.menu.choices[-1].text
    played.clock.time += 38 * 60_000
    room.status.on_tick()
    assert room.page.status.outage == ""


def sold(items: tuple[tuple[object, int], ...] = PICTURED) -> SalePresenter:
    """A bill as it was priced."""
    room = Room()
    for item, qty in items:
        room.sale.add(item, qty)  # type: ignore[arg-type]  # items of the fakes
    return room.sale


def test_a_bill_to_change_comes_back_as_it_was_sold() -> None:
    before = sold().bill
    room = Room()
    room.played.checkout.to_change = EditedBill("A17", before.lines, "+919876543210")
    see(room, edits=("A17",))
    assert room.played.checkout.calls == []
    room.money.edits.start()
    kept = room.sale.draft.to_text()
    assert room.played.checkout.calls == [("edited", "A17"), ("take_edited", ("A17", kept))]
    assert '"name": "' in kept
    assert room.cart.lines == before.lines
    assert room.sale.bill.totals == before.totals
    assert room.said == "edit_here"
    customer = room.sale.draft.customer
    assert (customer.phone, customer.consent) == ("+919876543210", None)
    see(room, edits=("A17",))
    assert len(room.played.checkout.calls) == 2


def test_before_the_message_of_a_changed_bill_the_customer_is_asked_again() -> None:
    room = Room()
    room.played.checkout.to_change = EditedBill("A17", sold().bill.lines, "+919876543210")
    see(room, edits=("A17",))
    room.money.edits.start()
    room.customer.show()
    assert room.page.customer is not None
    assert room.page.customer.note == "ask again before sending"
    room.pay.on_request()
    assert room.sheets.phone is not None
    assert room.sheets.phone.shown == "98765 43210"
    room.customer.on_enter()
    assert room.played.checkout.calls[-1][0] == "request"


def test_beside_a_bill_that_is_being_made_it_is_parked(room: Room) -> None:
    room.money.edits.start()
    room.sale.add(SURF, 1000)
    room.played.checkout.to_change = EditedBill("A17", sold(((MILK, 1000),)).bill.lines, None)
    see(room, edits=("A17",))
    assert room.said == "edit_parked"
    assert [line.name for line in room.cart.lines] == [SURF.name]
    assert room.cart.parked == 1
    room.sale.on_park()
    room.sale.on_park()
    assert [line.name for line in room.cart.lines] == [MILK.name]


def test_what_somebody_else_took_is_left_alone(room: Room) -> None:
    room.money.edits.start()
    see(room, edits=("A17",))
    assert (room.said, len(room.sale.draft.cart)) == ("", 0)


def test_lines_that_may_not_be_sold_any_more_are_said(room: Room) -> None:
    room.money.edits.start()
    line = replace(sold(((MILK, 1000),)).bill.lines[0], mrp=1)
    room.played.checkout.to_change = EditedBill("A17", (line,), None)
    see(room, edits=("A17",))
    assert room.said == "above_mrp"


def test_a_line_without_an_article_keeps_its_own_place() -> None:
    lines = tuple(replace(line, item_id=None) for line in sold().bill.lines)
    cart = cart_of(lines)
    assert [line.item.item_id for line in cart.lines] == [-1, -2, -3, -4, -5, -6, -7]

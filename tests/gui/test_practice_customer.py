"""Practice in the window: the customer is one key away, and old settings are named."""

from collections.abc import Callable

from PySide6.QtCore import Qt

from pos_desktop.services.views import DeskState, PaidNews
from tests.gui.conftest import Bench
from tests.gui.shots import QR
from tests.support.window_fakes import PayingCustomer, Played, waiting_bills


def test_the_keys_let_her_pay_a_waiting_bill(build: Callable[[Played], Bench]) -> None:
    customer = PayingCustomer()
    bench = build(Played(customer=customer))
    bench.played.desk.now = DeskState(waiting_bills(), 0, None, 0)
    bench.counter.wiring.on_changed()
    bench.presenters.menu.open("A17")
    for _ in range(3):
        bench.press(Qt.Key.Key_Tab)
    bench.press(Qt.Key.Key_Return)
    assert customer.did == [("pay", "A17")]
    assert bench.shows(None)


def test_the_qr_sheet_lets_her_pay(build: Callable[[Played], Bench]) -> None:
    customer = PayingCustomer()
    bench = build(Played(customer=customer))
    bench.played.desk.qr = QR
    bench.presenters.qr.open("A19", 19, 113200)
    button = bench.window.qr_sheet.practice_button
    assert button.isVisible()
    bench.press(Qt.Key.Key_Tab)
    assert bench.has_keys(button)
    bench.press(Qt.Key.Key_Return)
    assert customer.did == [("pay", "A19")]


def test_a_real_shop_has_no_such_button(bench: Bench) -> None:
    bench.played.desk.qr = QR
    bench.presenters.qr.open("A19", 19, 113200)
    assert not bench.window.qr_sheet.practice_button.isVisible()


def test_news_goes_with_time_and_payment(bench: Bench) -> None:
    bench.presenters.notices.tell_of("A19", "requested", n=19)
    bench.counter.wiring.on_paid(PaidNews("A19", 19, 113200, None, "C2A/2627/000123"))
    assert bench.said == ""
    bench.presenters.notices.tell("parked")
    for _ in range(8):
        bench.counter.wiring.on_tick()
    assert bench.said == ""


def test_old_settings_are_named_at_the_start(build: Callable[[Played], Bench]) -> None:
    bench = build(Played(problem="Setting relay.base_url is missing."))
    bench.counter.begin()
    assert "relay.base_url is missing" in bench.said

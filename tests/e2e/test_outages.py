"""Gateway, Exotel or relay away at the worst moment: told in time, nothing hangs, nothing twice."""

import re
import time
from collections.abc import Callable

import httpx
import pytest

from tests.e2e.remote import MILK, Remote, wait_for
from tests.e2e.shop import Json, Shop

pytestmark = pytest.mark.timeout(120)
STATE = "SELECT state FROM collects WHERE order_id = ?"
SALE = "SELECT state, confirmed_by FROM sales WHERE order_id = ?"
MESSAGE = "SELECT state, reason FROM messages WHERE order_id = ? AND purpose = ?"
WITHIN = 10.0


def card_of(order: str) -> Callable[[Json], Json]:
    """The card of this bill as the window shows it; {} where there is none."""
    return lambda look: next((c for c in look["cards"] if c["order_id"] == order), {})


def sees(counter: Remote, order: str, words: str, seconds: float = WITHIN) -> float:
    """Wait for these words about the money on the bill's card; the seconds that it took."""
    card = card_of(order)
    return counter.until(lambda look: card(look).get("words") == words, words, seconds)


def reads(counter: Remote, order: str, message: str, seconds: float = WITHIN) -> float:
    """Wait for these words about the message on the bill's card."""
    card = card_of(order)
    return counter.until(lambda look: card(look).get("message") == message, message, seconds)


def choose(counter: Remote, order: str, choice: str) -> None:
    """F5, Enter, Tab to the choice, Enter: as a cashier without a mouse."""
    counter.do("press", keys=["F5", "Return"])
    press(counter, choice)


def press(counter: Remote, choice: str, key: str = "Return") -> None:
    """Tab to the choice of the open sheet, then the key."""
    assert counter.look()["sheet"] == "MenuSheet"
    for _ in range(14):
        if counter.look()["focus"] == choice:
            counter.do("press", keys=[key])
            return
        counter.do("press", keys=["Tab"])
    raise AssertionError(f"{choice} is not offered: {counter.look()}")


def receipt_arrives(counter: Remote, order: str, seconds: float = 20) -> None:
    wait_for(
        lambda: [row[0] for row in counter.rows(MESSAGE, order, "receipt")] == ["delivered"],
        "the receipt arrives",
        seconds,
    )


def take_cash(counter: Remote, order: str, *, hangs: bool = False) -> None:
    """From the card of the waiting bill; issued at once, whatever the gateway does. While it
    ``hangs`` nobody knows whether the link is closed: she is told, and takes it at her risk."""
    choose(counter, order, "menu_cash")
    assert counter.look()["sheet"] == "CashSheet"
    began = time.monotonic()
    counter.do("press", keys=["Return"])
    if hangs:
        counter.until(lambda look: look["sheet"] == "MenuSheet", "the sheet of the closing")
        # Enter confirms nothing dangerous; the button has to be meant.
        press(counter, "menu_cash_risk", "Space")
    wait_for(lambda: counter.rows(SALE, order) == [("issued", "cash")], "cash is taken", 3)
    assert time.monotonic() - began < 3


def test_the_gateway_is_not_there(shop: Shop) -> None:
    """Refused connections: words on the card at once; it is asked again and goes on by itself."""
    with shop.counter("whatsapp_link") as counter:
        shop.gateway.cut()
        counter.sell()
        order = counter.request()
        told = sees(counter, order, "Gateway not reachable - asking again")
        shop.gateway.mend()
        mended = sees(counter, order, "Waiting for payment", 20)
        reads(counter, order, "WhatsApp delivered")
        shop.pay(counter, order)
        sees(counter, order, "Paid · give goods")
        receipt_arrives(counter, order)
        assert shop.sends(counter, order) == {"payment_request": 1, "receipt": 1}
        assert len(shop.payables(order)) == 1
        print(f"refused: told after {told:.1f} s, payable {mended:.1f} s after it was back")
    counter.verify()


def test_the_gateway_hangs_and_cash_is_taken(shop: Shop) -> None:
    """It made the QR and never answered. Told in time, the window goes on, cash at once; when it is
    back, what it made is found and closed. No request went, and no second message goes."""
    with shop.counter() as counter:
        shop.practice.fault("razorpay", "hang_after_work", method="POST")
        counter.sell()
        counter.longest_turn = 0.0
        order = counter.request()
        told = sees(counter, order, "Not confirmed yet - checking")
        shop.gateway.hold()
        # The next customer is served meanwhile.
        counter.do("scan", codes=[MILK] * 5)
        counter.look()
        longest = counter.longest_turn
        assert longest <= 0.2, f"the window stood still for {longest:.3f} s"
        counter.do("press", keys=["F4"])
        take_cash(counter, order, hangs=True)
        assert counter.rows(STATE, order) == [("closing",)]
        shop.gateway.mend()
        began = time.monotonic()
        wait_for(lambda: counter.rows(STATE, order) == [("cancelled",)], "it is closed", 45)
        (qr,) = shop.payables(order)
        assert (qr["status"], qr["payments_count_received"]) == ("closed", 0)
        receipt_arrives(counter, order)
        assert shop.sends(counter, order) == {"payment_request": 0, "receipt": 1}
        assert counter.rows(MESSAGE, order, "payment_request") == [("dropped", "bill_settled")]
        print(
            f"hang: told after {told:.1f} s, longest turn {longest * 1000:.0f} ms, "
            f"closed {time.monotonic() - began:.1f} s after it was back"
        )
    counter.verify()


@pytest.mark.full
def test_nothing_was_made_at_the_gateway_and_cash_is_taken(shop: Shop) -> None:
    """The close ends when the gateway said twice, a minute apart, that it knows nothing of it."""
    with shop.counter() as counter:
        shop.gateway.cut()
        counter.sell()
        order = counter.request()
        sees(counter, order, "Gateway not reachable - asking again")
        take_cash(counter, order)
        shop.gateway.mend()
        wait_for(lambda: counter.rows(STATE, order) == [("cancelled",)], "it is closed", 110)
        receipt_arrives(counter, order)
        assert (shop.payables(order), shop.creates(order)) == ([], 0)
        assert shop.sends(counter, order) == {"payment_request": 0, "receipt": 1}
    counter.verify()


def test_the_gateway_answers_nonsense_and_recovers(shop: Shop) -> None:
    """A proxy's HTML page, an error of its own, too many requests (33): asked again, one link."""
    with shop.counter("whatsapp_link") as counter:
        for fault, more in (("html", {}), ("status_500", {}), ("status_429", {"retry_after": 1})):
            shop.practice.fault("razorpay", fault, method="POST", **more)
            counter.sell((MILK,))
            order = counter.request()
            shop.wait_payable(counter, order, 15)
            shop.pay(counter, order)
            sees(counter, order, "Paid · give goods")
            receipt_arrives(counter, order)
            # The journal counts what reached the gateway: the refused try and the good one.
            assert (len(shop.payables(order)), shop.creates(order)) == (1, 2), fault
            assert shop.sends(counter, order) == {"payment_request": 1, "receipt": 1}, fault
    counter.verify()


def test_exotel_is_not_there(shop: Shop) -> None:
    """Messages wait for their line; what its bill outran is never sent, what is due goes once."""
    with shop.counter("whatsapp_link") as counter:
        shop.exotel.cut()
        counter.sell((MILK,))
        paid = counter.request()
        reads(counter, paid, "WhatsApp queued")
        counter.sell()
        waiting = counter.request()
        reads(counter, waiting, "WhatsApp queued")
        # The first customer pays from the counter's screen: her request is not needed any more.
        choose(counter, paid, "menu_qr")
        counter.until(lambda look: look["sheet"] == "QrSheet", "the QR is on the screen")
        shop.pay(counter, paid)
        sees(counter, paid, "Paid · give goods")
        shop.exotel.mend()
        reads(counter, waiting, "WhatsApp delivered", 35)
        receipt_arrives(counter, paid, 35)
        assert shop.sends(counter, paid) == {"payment_request": 0, "receipt": 1}
        shop.pay(counter, waiting)
        sees(counter, waiting, "Paid · give goods")
        receipt_arrives(counter, waiting)
        assert shop.sends(counter, waiting) == {"payment_request": 1, "receipt": 1}
    counter.verify()


@pytest.mark.parametrize(
    ("channel", "scan"),
    [
        ("sms_link", "Scan with the camera"),
        # As in the story relay-down-pay.
        pytest.param("whatsapp_qr", "Scan with any UPI app", marks=pytest.mark.full),
    ],
)
def test_the_relay_is_not_there(shop: Shop, channel: str, scan: str) -> None:
    """A message that needs our page waits and says so; the sale completes by asking the gateway."""
    with shop.counter(channel) as counter:
        shop.stop_relay()
        lamp = counter.until(
            lambda look: look["lamps"]["relay"] == "Bill pages down", "the lamp", WITHIN
        )
        counter.sell()
        order = counter.request()
        # Nobody has to ask for the QR.
        shown = counter.until(
            lambda look: any(scan in words for words in [*look["words"], *look["pills"]]),
            "the QR is on the screen",
            5,
        )
        waits = reads(counter, order, "Message waits for the relay")
        shop.pay(counter, order)
        green = sees(counter, order, "Paid · give goods", 15)
        assert counter.rows(SALE, order) == [("issued", "poll")]
        shop.start_relay()
        began = time.monotonic()
        receipt_arrives(counter, order, 40)
        back = time.monotonic() - began
        assert shop.sends(counter, order) == {"payment_request": 0, "receipt": 1}
        page_opens(counter, order)
        print(
            f"relay, {channel}: lamp {lamp:.1f} s, QR {shown:.1f} s, row {waits:.1f} s, "
            f"green {green:.1f} s, receipt {back:.1f} s after it was back"
        )
    counter.verify()


def page_opens(counter: Remote, order: str) -> None:
    """The receipt's link shows the paid invoice."""
    query = "SELECT url FROM messages WHERE order_id = ? AND purpose = 'receipt'"
    ((url,),) = counter.rows(query, order)
    answer = httpx.get(url, timeout=5, trust_env=False)
    ((number,),) = counter.rows("SELECT invoice_number FROM sales WHERE order_id = ?", order)
    assert answer.status_code == 200 and number in answer.text
    assert re.search(r"Paid by UPI", answer.text)


def test_a_link_of_the_gateway_does_not_need_the_relay(shop: Shop) -> None:
    """The WhatsApp button opens the gateway's own page: the request goes at once."""
    with shop.counter("whatsapp_link") as counter:
        shop.stop_relay()
        counter.sell((MILK,))
        order = counter.request()
        shop.wait_payable(counter, order)
        wait_for(
            lambda: shop.sends(counter, order) == {"payment_request": 1}, "the request leaves", 5
        )
        shop.pay(counter, order)
        sees(counter, order, "Paid · give goods", 15)
        shop.start_relay()
        receipt_arrives(counter, order, 40)
        assert shop.sends(counter, order) == {"payment_request": 1, "receipt": 1}
        page_opens(counter, order)
    counter.verify()

"""kill -9 of the counter after "Request payment": the bill waits in the panel and finishes itself.

Whatever the moment: one payable object at the gateway, at most one request, exactly one receipt.
"""

import os
import random
import sys
import time

import pytest

from tests.e2e.remote import MILK, OIL, SALT, Remote, wait_for
from tests.e2e.shop import Shop

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX signal"),
    pytest.mark.timeout(90),
]
GOODS = (MILK, SALT, OIL)
DRAFT = "SELECT value FROM notes WHERE name = 'draft' AND value <> ''"
SEED = int(os.environ.get("RASEED_SEED", "20261123"))


def ready_to_ask(shop: Shop, channel: str) -> Remote:
    """A counter with goods and a phone on the screen, its draft kept: F9 is next."""
    counter = shop.counter(channel)
    counter.__enter__()
    counter.sell(GOODS)
    wait_for(lambda: "+919876543210" in str(counter.rows(DRAFT)), "the draft is kept")
    return counter


def reopened(shop: Shop, killed: Remote, channel: str) -> Remote:
    """The next start on the same folder."""
    counter = shop.counter(channel, killed.data)
    counter.__enter__()
    return counter


def waits(counter: Remote, order: str) -> None:
    """The bill stands in the waiting panel, and nowhere else."""
    (bill,) = [b for b in counter.do("desk")["waiting"] if b["order_id"] == order]
    assert bill["amount"] == 68_00 + 28_00 + 152_00
    counter.until(lambda look: order in [c["order_id"] for c in look["cards"]], "its card")
    assert counter.look()["lines"] == 0, "the bill is on the screen, too"
    assert counter.rows(DRAFT) == []


def finishes(shop: Shop, counter: Remote, order: str, *, paid: bool = False) -> None:
    """The money comes (unless it did): the bill is issued and told once, the books are sound."""
    if not paid:
        shop.pay(counter, order)
    sale = "SELECT invoice_number FROM sales WHERE order_id = ? AND state = 'issued'"
    wait_for(lambda: bool(counter.rows(sale, order)), "the bill is issued", 15)
    message = "SELECT 1 FROM messages WHERE order_id = ? AND purpose = 'receipt' AND state = ?"
    wait_for(lambda: bool(counter.rows(message, order, "delivered")), "the receipt arrives", 15)
    counter.until(
        lambda look: any(
            c["order_id"] == order and c["words"] == "Paid · give goods" for c in look["cards"]
        ),
        "the card is green",
    )
    judge(shop, counter, order)
    counter.end()
    counter.verify()


def judge(shop: Shop, counter: Remote, order: str) -> None:
    """Nothing was done twice."""
    objects = shop.payables(order)
    assert len(objects) == 1, objects
    sends = shop.sends(counter, order)
    assert sends["receipt"] == 1
    assert sends.get("payment_request", 0) <= 1
    captured = "SELECT count(*), sum(amount) FROM facts WHERE order_id = ? AND status = 'captured'"
    assert counter.rows(captured, order) == [(1, 248_00)]
    tenders = "SELECT count(*), sum(amount) FROM tenders WHERE order_id = ?"
    assert counter.rows(tenders, order) == [(1, 248_00)]
    issued = "SELECT count(*) FROM ledger WHERE kind = 'sale.issued' AND body LIKE ?"
    assert counter.rows(issued, f"%{order}%") == [(1,)]
    assert counter.rows("SELECT * FROM flags") == []


@pytest.mark.parametrize("milliseconds", [0, pytest.param(6, marks=pytest.mark.full)])
def test_right_after_the_key(shop: Shop, milliseconds: int) -> None:
    """Committed or not: the bill waits, or it is back on the screen. Never both, never neither."""
    counter = ready_to_ask(shop, "whatsapp_qr")
    counter.begin("press", keys=["F9"])
    time.sleep(milliseconds / 1000)
    counter.kill()
    again = reopened(shop, counter, "whatsapp_qr")
    orders = again.orders()
    if not orders:
        again.until(lambda look: look["lines"] == len(GOODS), "the bill is back on the screen")
        assert again.do("desk")["waiting"] == []
        orders = [again.request()]
    (order,) = orders
    waits(again, order)
    finishes(shop, again, order)


@pytest.mark.parametrize(
    "channel", ["sms_link", pytest.param("whatsapp_link", marks=pytest.mark.full)]
)
def test_right_after_the_commit(shop: Shop, channel: str) -> None:
    """Before the window has heard of it: the bill must not be on the screen as well."""
    counter = ready_to_ask(shop, channel)
    counter.begin("press", keys=["F9"])
    counter.kill_when("SELECT order_id FROM sales")
    (order,) = counter.orders()
    again = reopened(shop, counter, channel)
    waits(again, order)
    finishes(shop, again, order)


@pytest.mark.parametrize(
    ("channel", "fault"),
    [
        ("whatsapp_qr", "hang_after_work"),
        pytest.param("whatsapp_link", "hang", marks=pytest.mark.full),
    ],
)
def test_while_the_gateway_is_asked(shop: Shop, channel: str, fault: str) -> None:
    """It may have made the QR or link without our hearing of it (58): found by our reference."""
    counter = ready_to_ask(shop, channel)
    shop.practice.fault("razorpay", fault, method="POST")
    order = counter.request()
    wait_for(lambda: shop.creates(order) == 1, "the gateway is asked")
    counter.kill()
    assert len(shop.payables(order)) == (1 if fault == "hang_after_work" else 0)
    again = reopened(shop, counter, channel)
    waits(again, order)
    finishes(shop, again, order)


def test_while_the_request_is_sent(shop: Shop) -> None:
    """Exotel has it, we do not know: it is not sent again."""
    counter = ready_to_ask(shop, "whatsapp_qr")
    shop.practice.fault("exotel", "hang_after_work", method="POST")
    order = counter.request()
    wait_for(lambda: shop.sends(counter, order)["payment_request"] == 1, "the request leaves")
    counter.kill()
    again = reopened(shop, counter, "whatsapp_qr")
    waits(again, order)
    finishes(shop, again, order)
    assert shop.sends(again, order) == {"payment_request": 1, "receipt": 1}


def test_paid_and_nobody_told_the_counter(shop: Shop) -> None:
    """The customer paid, every webhook was lost, the counter died: it asks when it is back."""
    counter = ready_to_ask(shop, "whatsapp_qr")
    order = counter.request()
    shop.wait_payable(counter, order)
    shop.practice.fault("webhooks", "lose", count=20)
    shop.pay(counter, order)
    counter.kill()
    state = "SELECT state FROM sales WHERE order_id = ?"
    assert counter.rows(state, order) == [("awaiting",)]
    again = reopened(shop, counter, "whatsapp_qr")
    finishes(shop, again, order, paid=True)
    assert again.rows("SELECT confirmed_by FROM sales") == [("poll",)]


def test_while_the_receipt_is_sent(shop: Shop) -> None:
    counter = ready_to_ask(shop, "sms_link")
    order = counter.request()
    wait_for(lambda: shop.sends(counter, order)["payment_request"] == 1, "the request leaves")
    shop.practice.fault("exotel", "hang_after_work", method="POST")
    shop.pay(counter, order)
    wait_for(lambda: shop.sends(counter, order).get("receipt") == 1, "the receipt leaves")
    counter.kill()
    again = reopened(shop, counter, "sms_link")
    finishes(shop, again, order, paid=True)


def at_any_moment(shop: Shop, seed: int) -> None:
    """One kill within two seconds of F9, while the customer pays as soon as she can."""
    moments = random.Random(seed)
    channel = moments.choice(["whatsapp_qr", "whatsapp_link", "sms_link"])
    seconds = moments.choice([0.05, 0.3, 1.0, 2.0]) * moments.random()
    print(f"seed {seed}: {channel}, killed {seconds:.3f} s after F9")
    counter = ready_to_ask(shop, channel)
    end = time.monotonic() + seconds
    order, paid = counter.request(), False
    while time.monotonic() < end:
        if not paid and shop.payables(order):
            shop.practice.pay(f"{order}-1")
            paid = True
        time.sleep(0.01)
    counter.kill()
    again = reopened(shop, counter, channel)
    waits(again, order)
    finishes(shop, again, order, paid=paid)


@pytest.mark.parametrize("number", range(4))
def test_at_a_random_moment(shop: Shop, number: int) -> None:
    at_any_moment(shop, SEED + number)


@pytest.mark.full
@pytest.mark.timeout(900)
def test_at_many_random_moments(shop: Shop) -> None:
    for seed in range(SEED + 4, SEED + 34):
        at_any_moment(shop, seed)


@pytest.mark.full
def test_a_counter_killed_again_and_again(shop: Shop) -> None:
    """Three kills in a row before the money comes: still one of everything."""
    counter = ready_to_ask(shop, "whatsapp_qr")
    order = counter.request()
    for seconds in (0.02, 0.2):
        time.sleep(seconds)
        counter.kill()
        counter = reopened(shop, counter, "whatsapp_qr")
    waits(counter, order)
    finishes(shop, counter, order)

"""Whole sales from the first scan to the delivered receipt, one way to pay each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.sale import SaleState
from pos_desktop.story.plays.goods import LARGE, NEXT, SMALL, Goods

if TYPE_CHECKING:
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage


def whatsapp_qr(on: Stage) -> None:
    """A QR by WhatsApp; the next customer is served while the first one pays."""
    bill = _asked(on, SMALL)
    on.cashier.scan(NEXT, "next-customer")
    _paid(on, bill)


def link(on: Stage) -> None:
    """A link by the shop's channel."""
    _paid(on, _asked(on, SMALL))


def link_with_many_lines(on: Stage) -> None:
    """The same with a bill that the message cannot list whole."""
    _paid(on, _asked(on, LARGE))


def screen_qr(on: Stage) -> None:
    """No phone: a QR on the counter's screen."""
    on.sell(SMALL, phone="", shots=True)
    bill = on.park("F12")
    on.cashier.pause(0.4)
    on.cashier.shot("waiting")
    _paid(on, bill)


def cash(on: Stage) -> None:
    """Notes and change."""
    on.sell(SMALL, shots=True)
    on.cashier.press("F10")
    on.cashier.pause(0.1)
    on.cashier.write("2000")
    on.cashier.shot("cash")
    on.cashier.press("Return")
    on.cashier.until(
        "the cash bill is issued",
        lambda: [b.sale.state for b in on.books.bills()] == [SaleState.ISSUED],
    )
    on.cashier.shot("change")
    _receipt(on, on.books.bills()[0])


def relay_down(on: Stage) -> None:
    """The relay is gone before F9: no message leaves, the money is seen by asking."""
    on.sell(SMALL, shots=True)
    on.world.cut("relay")
    on.cashier.until("the relay's lamp", lambda: not on.lamp_ok("relay"), 12)
    on.cashier.shot("relay-down")
    bill = on.park("F9")
    on.cashier.pause(4)
    on.cashier.shot("waiting")
    on.pay(bill)
    on.green(bill)
    on.cashier.pause(0.3)
    on.cashier.shot("paid")
    on.world.mend()
    _receipt(on, bill)


def _asked(on: Stage, goods: Goods) -> Bill:
    on.sell(goods, shots=True)
    bill = on.park("F9")
    on.delivered(bill)
    _keep_picture(on, bill)
    on.cashier.pause(0.4)
    on.cashier.shot("waiting")
    return bill


def _paid(on: Stage, bill: Bill) -> None:
    on.pay(bill)
    on.green(bill)
    on.cashier.pause(0.3)
    on.cashier.shot("paid")
    _receipt(on, bill)


def _receipt(on: Stage, bill: Bill) -> None:
    on.delivered(bill)
    on.cashier.pause(0.3)
    on.cashier.shot("receipt")
    on.print_bill()


def _keep_picture(on: Stage, bill: Bill) -> None:
    """The QR as it came with the message; once paid, its address shows "payment closed"."""
    for message in on.again(bill).messages:
        if message.media_url:
            picture = on.customer.open(message.media_url)
            (on.out / "message-qr.png").write_bytes(picture.content)

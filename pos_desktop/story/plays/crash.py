"""The plug is pulled while the link is made, while she pays, and while the receipt goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.delivery import Purpose
from pos_desktop.domain.sale import SaleState
from pos_desktop.story.plays.goods import SMALL

if TYPE_CHECKING:
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage


def crash(on: Stage) -> None:
    """Killed and started again in mid-payment: nothing happens twice, nothing is lost."""
    bill = _killed_while_the_link_is_made(on)
    _killed_while_she_pays(on, bill)
    _killed_while_the_receipt_goes(on, bill)
    on.delivered(bill)
    on.cashier.pause(0.3)
    on.cashier.shot("receipt")
    _check(on, on.again(bill))
    on.print_bill()


def _killed_while_the_link_is_made(on: Stage) -> Bill:
    on.sell(SMALL, shots=True)
    on.world.fault("razorpay", "hang_after_work", method="POST", path="/payment_links")
    bill = on.park("F9", payable=False)
    on.soon(
        "the gateway has the link, the counter has no answer", lambda: len(_links(on, bill)) == 1
    )
    on.cashier.shot("asking")
    on.kill()
    on.world.heal()
    on.reopen()
    on.cashier.reads(f"Token {bill.sale.token_no}")
    on.delivered(bill)
    on.cashier.pause(0.3)
    on.cashier.shot("back-and-asked")
    on.prove("after the restart there is still one link", len(_links(on, bill)) == 1)
    return on.again(bill)


def _killed_while_she_pays(on: Stage, bill: Bill) -> None:
    reference = bill.collects[-1].reference
    payment = on.customer.attempt(reference)
    on.kill()
    on.customer.pay(reference, payment_id=payment)
    on.prove("the bill knew of no money when the counter was killed", not on.again(bill).captures)
    on.world.fault("exotel", "hang_after_work", method="POST")
    sent = len(on.customer.sends())
    on.reopen()
    on.green(bill)
    on.cashier.pause(0.3)
    on.cashier.shot("paid")
    on.soon(
        "the receipt reached the provider, the counter has no answer",
        lambda: len(on.customer.sends()) == sent + 1,
    )


def _killed_while_the_receipt_goes(on: Stage, bill: Bill) -> None:
    on.kill()
    on.world.heal()
    on.reopen()
    on.prove("the paid bill waits for its goods again", on.again(bill).sale.handed_over_at is None)


def _check(on: Stage, bill: Bill) -> None:
    purposes = [message.purpose for message in bill.messages]
    on.prove("one link was made", len(_links(on, bill)) == 1)
    on.prove("the gateway holds one payment", len(on.customer.state()["payments"]) == 1)
    on.prove("one request went out", purposes.count(Purpose.PAYMENT_REQUEST) == 1)
    on.prove("one receipt went out", purposes.count(Purpose.RECEIPT) == 1)
    on.prove("nothing was sent twice", len(on.customer.sends()) == len(purposes) == 2)
    on.prove(
        "the bill is paid by that one payment",
        bill.sale.state is SaleState.ISSUED
        and [fact.amount for fact in bill.captures] == [bill.sale.due],
    )
    on.prove("the inbox is empty", on.books.flags() == ())


def _links(on: Stage, bill: Bill) -> list[dict[str, object]]:
    return on.customer.payables(bill.order_id)

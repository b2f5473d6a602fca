"""What several plays do: ask for payment, give a bill up, decide in the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pos_desktop.domain.refund import RefundState
from pos_desktop.domain.sale import SaleState
from pos_desktop.story.plays.goods import FEW, PHONE, Goods

if TYPE_CHECKING:
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage

INBOX = "Ctrl+B"
# Until the bank's word arrives by push; without it the gateway is asked after a minute.
_REFUND_S = 90
_PAYABLE = frozenset({"created", "active", "partially_paid"})


def asked(on: Stage, goods: Goods = FEW, shot: str = "waiting", phone: str = PHONE) -> Bill:
    """Sell by a request to her phone: it was delivered and can be paid."""
    on.sell(goods, phone)
    bill = on.park("F9")
    on.delivered(bill)
    if shot:
        on.cashier.pause(0.3)
        on.cashier.shot(shot)
    return on.again(bill)


def give_up(on: Stage, bill: Bill, reason: str, shot: str = "") -> Bill:
    """The bill is abandoned for one of the usual reasons, once its link is closed."""
    cashier = on.cashier
    cashier.open_bill(bill.sale.token_no)
    cashier.choose("Give up this bill")
    cashier.reads("Why is the bill given up?")
    if shot:
        cashier.shot(shot)
    cashier.choose(reason)
    cashier.until(
        f"token {bill.sale.token_no} is given up",
        lambda: on.again(bill).sale.state is SaleState.ABANDONED,
    )
    on.prove(
        f"token {bill.sale.token_no} is given up and nothing can be paid for it any more",
        not payable_at_gateway(on, bill),
    )
    return on.again(bill)


def payable_at_gateway(on: Stage, bill: Bill) -> list[dict[str, Any]]:
    """Links and QRs of this bill that the gateway would still take money for."""
    return [made for made in on.customer.payables(bill.order_id) if made["status"] in _PAYABLE]


def flagged(on: Stage, bill: Bill, kind: str, sentence: str) -> None:
    """Wait until the inbox has an open entry of this kind about the bill."""
    on.soon(sentence, lambda: on.again(bill).flagged(kind) is not None)


def refunded(on: Stage, bill: Bill, payment: str, seconds: float = _REFUND_S) -> None:
    """Wait until this payment went back, once: at the gateway and in the books."""
    on.cashier.until(
        "the refund is done",
        lambda: (
            [r.state for r in on.again(bill).refunds if r.payment_id == payment]
            == [RefundState.DONE]
        ),
        seconds,
    )
    there = [r for r in on.customer.refunds() if r["payment_id"] == payment]
    amount = [r.amount for r in on.again(bill).refunds if r.payment_id == payment]
    on.prove(
        f"the gateway gave {payment} back once",
        [(r["amount"], r["status"]) for r in there] == [(amount[0], "processed")],
    )


def inbox_empty(on: Stage) -> None:
    """The inbox and the list of money owed are empty, in the books and on the screen."""
    on.prove("the inbox is empty", all(flag.state == "closed" for flag in on.books.flags()))
    on.prove("no money is owed", on.books.owed() == ())
    on.cashier.press(INBOX)
    on.cashier.reads("Nothing to decide and nothing owed.")
    on.cashier.shot("inbox-empty")
    on.cashier.press("Esc")
    on.soon("no badge calls for a decision", lambda: not on.cashier.offers_key(INBOX), 5)

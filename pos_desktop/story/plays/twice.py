"""She pays twice: her bank lets the link through although the QR took its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.sale import TenderKind
from pos_desktop.story.plays.moves import INBOX, asked, flagged, inbox_empty, refunded

if TYPE_CHECKING:
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage


def double(on: Stage) -> None:
    """Link and QR both paid: the bill is paid once, the second payment goes back once."""
    bill = asked(on)
    link = bill.collects[-1].reference
    typed = on.customer.attempt(link)
    first = _paid_by_qr(on, bill)
    second = on.customer.pay(link, payment_id=typed, late=True)
    flagged(on, bill, "duplicate", "the second payment is in the inbox")
    on.cashier.pause(0.5)
    on.cashier.shot("paid-twice")
    issued = on.again(bill)
    on.prove(
        "the bill counts one of the two payments",
        [(t.kind, t.amount, t.reference) for t in issued.tenders]
        == [(TenderKind.GATEWAY_QR, issued.sale.due, first)],
    )
    _pressed_twice(on)
    refunded(on, issued, second)
    on.cashier.pause(0.3)
    on.cashier.shot("refunded")
    on.cashier.leave()
    on.prove("the first payment stays", _refunded_of(on, first) == 0)
    on.prove("one refund in all", len(on.customer.refunds()) == 1)
    on.delivered(bill)
    inbox_empty(on)


def _paid_by_qr(on: Stage, bill: Bill) -> str:
    """The QR takes the link's place, and she scans it."""
    on.cashier.open_bill(bill.sale.token_no)
    on.cashier.shot("choices")
    on.cashier.choose("UPI QR instead of the link")
    on.cashier.until("the QR can be paid", lambda: len(_open(on, bill.order_id)) == 1)
    on.cashier.reads("Scan with any UPI app")
    on.cashier.shot("qr")
    payment = on.customer.pay(_open(on, bill.order_id)[0])
    on.green(bill)
    return payment


def _pressed_twice(on: Stage) -> None:
    """Whoever presses again, at once, gets no second refund: by no key and by no PIN."""
    on.cashier.press(INBOX)
    on.cashier.reads("The customer paid twice")
    on.cashier.shot("inbox")
    on.cashier.choose("Refund")
    on.cashier.approve(shot="pin")
    on.cashier.press("Return")
    on.cashier.pause(0.3)
    if "Pin" in on.cashier.see().sheet:
        on.cashier.approve()


def _open(on: Stage, order_id: str) -> list[str]:
    bill = on.books.bill(order_id)
    return [c.reference for c in bill.collects if c.state.value == "open" and c.kind.value == "qr"]


def _refunded_of(on: Stage, payment: str) -> int:
    payments = on.customer.state()["payments"]
    return int(next(p["amount_refunded"] for p in payments if p["id"] == payment))

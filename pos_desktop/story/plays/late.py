"""Customers who leave: what was payable is closed, and money that comes all the same goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.payment import CollectState
from pos_desktop.domain.sale import SaleState
from pos_desktop.story.plays.moves import INBOX, asked, flagged, give_up, inbox_empty, refunded

if TYPE_CHECKING:
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage


def walk_away(on: Stage) -> None:
    """She leaves without paying, and comes back with a screenshot that proves nothing."""
    bill = asked(on)
    bill = give_up(on, bill, "Customer left", shot="why")
    on.cashier.pause(0.3)
    on.cashier.shot("given-up")
    on.prove("the reason is in the books", _reason(on, bill) == "left")
    on.cashier.press(INBOX)
    on.cashier.reads("Nothing to decide and nothing owed.")
    on.cashier.shot("no-money-came")
    on.cashier.press("Esc")
    on.prove("no card of the bill is left", on.cashier.card(bill.order_id) == "")
    on.prove("the gateway has no payment", on.customer.state()["payments"] == [])
    on.prove("no bill was issued", on.again(bill).sale.invoice_number is None)
    on.prove("nothing is in the inbox", on.books.flags() == ())


def late(on: Stage) -> None:
    """Two links are over, one cancelled and one expired; the money comes afterwards."""
    cancelled = give_up(on, asked(on), "Customer left")
    expired = _expired(on, asked(on, shot=""))
    paid = {}
    for bill in (cancelled, expired):
        paid[bill.order_id] = on.pay(bill, late=True)
        flagged(on, bill, "late", f"the late money of token {bill.sale.token_no} is in the inbox")
    on.cashier.reads("Money arrived after closing: refund or attach")
    on.cashier.pause(0.3)
    on.cashier.shot("late-money")
    on.cashier.press(INBOX)
    on.cashier.reads("arrived after the payment was closed")
    on.cashier.shot("inbox")
    for bill in (cancelled, expired):
        on.cashier.choose("Refund")
        on.cashier.approve(shot=f"pin-{bill.sale.token_no}")
        on.cashier.until("the entry leaves", lambda: on.again(bill).flagged("late") is None)  # noqa: B023  # asked at once
        on.cashier.pause(0.3)
        on.cashier.shot(f"owed-{bill.sale.token_no}")
    on.cashier.press("Esc")
    for bill in (cancelled, expired):
        refunded(on, bill, paid[bill.order_id])
        on.prove(
            f"token {bill.sale.token_no} was never issued",
            on.again(bill).sale.state is SaleState.ABANDONED,
        )
    inbox_empty(on)


def _expired(on: Stage, bill: Bill) -> Bill:
    """Nobody pays until the time is over; then the bill is given up."""
    on.customer.let_expire(bill.collects[-1].reference)
    on.cashier.until(
        "the link is over",
        lambda: on.again(bill).collects[-1].state is CollectState.EXPIRED,
    )
    on.cashier.reads("Time is over - ask again or take cash")
    on.cashier.pause(0.3)
    on.cashier.shot("time-is-over")
    return give_up(on, bill, "Customer changed her mind")


def _reason(on: Stage, bill: Bill) -> object:
    entries = [e for e in on.books.ledger() if e.kind == "sale.abandoned"]
    return next(e.body["reason"] for e in entries if e.body["order_id"] == bill.order_id)

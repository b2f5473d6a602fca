"""Cash in place of a link that is out already: closed first, and her money wins if it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.money import format_rupees
from pos_desktop.domain.payment import CollectState
from pos_desktop.domain.sale import SaleState, TenderKind
from pos_desktop.story.plays.moves import asked, inbox_empty

if TYPE_CHECKING:
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage

_CASH = 50_000


def switch_to_cash(on: Stage) -> None:
    """First a link is closed and cash taken; then a customer pays on her phone meanwhile."""
    _cash_instead(on)
    _she_pays_meanwhile(on)
    inbox_empty(on)


def _cash_instead(on: Stage) -> None:
    bill = asked(on)
    # The gateway takes a moment to close it, as it may in a real shop.
    on.world.fault("razorpay", "delay", method="POST", path="/cancel", delay_ms=2500)
    _count_cash(on, bill, shot="cash")
    on.cashier.reads("Closing the link, then the cash is taken")
    on.cashier.shot("closing")
    on.prove("nothing is taken before the gateway answered", not on.again(bill).tenders)
    on.cashier.until("the bill is issued", lambda: on.again(bill).sale.state is SaleState.ISSUED)
    on.cashier.reads(f"Change {format_rupees(_CASH - bill.sale.due, sign=True)}")
    on.cashier.shot("change")
    done = on.again(bill)
    (tender,) = done.tenders
    on.prove(
        "cash was taken with its change",
        (tender.kind, tender.amount, tender.tendered, tender.change)
        == (TenderKind.CASH, done.sale.due, _CASH, _CASH - done.sale.due),
    )
    closed = done.collects[-1]
    on.prove(
        "the link was closed first",
        closed.state is CollectState.CANCELLED and (closed.closed_at or tender.at) <= tender.at,
    )
    (link,) = on.customer.payables(bill.order_id)
    on.prove("the gateway takes no money for it", link["status"] == "cancelled")
    on.cashier.leave()


def _she_pays_meanwhile(on: Stage) -> None:
    bill = asked(on, shot="")
    on.world.fault("razorpay", "delay", method="POST", path="/cancel", delay_ms=4000)
    _count_cash(on, bill)
    on.cashier.reads("Closing the link, then the cash is taken")
    on.pay(bill)
    on.cashier.reads("was paid on her phone. Give back the")
    on.cashier.shot("give-the-cash-back")
    on.cashier.until("the bill is issued", lambda: on.again(bill).sale.state is SaleState.ISSUED)
    done = on.again(bill)
    on.prove(
        "her payment counts and no cash does",
        [(t.kind, t.amount) for t in done.tenders] == [(TenderKind.GATEWAY_LINK, done.sale.due)],
    )
    on.prove("what was counted was told to be given back", on.cashier.has("₹500.00"))
    on.cashier.leave()
    on.delivered(bill)


def _count_cash(on: Stage, bill: Bill, shot: str = "") -> None:
    on.cashier.open_bill(bill.sale.token_no)
    on.cashier.choose("Cash")
    on.cashier.reads("Cash given")
    on.cashier.write("500")
    if shot:
        on.cashier.shot(shot)
    on.cashier.press("Return")

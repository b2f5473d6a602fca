"""Goods that leave the counter: paid ones by one key, unpaid ones by the manager's PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.sale import SaleState
from pos_desktop.story.plays.moves import INBOX, asked, flagged, inbox_empty

if TYPE_CHECKING:
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage

_GIVE = "Paid · give goods"


def handover(on: Stage) -> None:
    """A paid bill stays listed until its goods are given; an unpaid one until it is paid."""
    _paid_then_given(on)
    _given_then_paid(on)
    inbox_empty(on)


def _paid_then_given(on: Stage) -> None:
    bill = asked(on, shot="")
    on.pay(bill)
    on.green(bill)
    on.delivered(bill)
    on.cashier.until("the card says what to do", lambda: on.cashier.card(bill.order_id) == _GIVE)
    # Longer than the green strip stands: it stays listed.
    on.cashier.pause(5)
    on.cashier.shot("paid-give-goods")
    on.prove("it is still listed", on.cashier.card(bill.order_id) == _GIVE)
    on.prove("no goods were given yet", on.again(bill).sale.handed_over_at is None)
    on.cashier.press("Ctrl+G")
    on.soon("one key: the goods are given", lambda: _gone(on, bill))
    on.prove("when they were given is in the books", _given(on, bill))
    on.cashier.shot("given")


def _given_then_paid(on: Stage) -> None:
    bill = asked(on, shot="")
    on.cashier.open_bill(bill.sale.token_no)
    on.cashier.shot("choices")
    on.cashier.choose("Give goods unpaid")
    on.cashier.approve(shot="pin")
    flagged(on, bill, "handed_over_unpaid", "goods that left unpaid are in the inbox")
    on.cashier.pause(0.3)
    on.cashier.shot("given-unpaid")
    on.prove("its card stays", on.cashier.card(bill.order_id) != "")
    on.cashier.press(INBOX)
    on.cashier.reads("The goods left before")
    on.cashier.shot("inbox")
    on.cashier.press("Esc")
    on.pay(bill)
    on.green(bill)
    on.soon("paid, it leaves the panel by itself", lambda: _gone(on, bill))
    entry = on.again(bill).flagged("handed_over_unpaid", "closed")
    on.prove("the entry closed by itself", entry is not None and entry.closed_by == "machine")
    on.delivered(bill)
    on.prove("the bill is issued", on.again(bill).sale.state is SaleState.ISSUED)


def _gone(on: Stage, bill: Bill) -> bool:
    return on.cashier.card(bill.order_id) == "" and _given(on, bill)


def _given(on: Stage, bill: Bill) -> bool:
    return on.again(bill).sale.handed_over_at is not None

"""Goods come back: one line of an issued bill, by the manager's PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.refund import RefundState
from pos_desktop.story.plays.moves import INBOX, asked, inbox_empty, refunded

if TYPE_CHECKING:
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage

_OIL = "Sunflower Oil"


def refund(on: Stage) -> None:
    """One line goes back: asked, pending at the bank, processed; then nothing is owed."""
    on.world.switch(refunds="pending")
    bill = asked(on)
    payment = on.pay(bill)
    on.green(bill)
    on.delivered(bill)
    on.cashier.press("Ctrl+G")
    on.soon("the goods are given", lambda: on.again(bill).sale.handed_over_at is not None)
    bill = on.again(bill)
    _ask(on, bill)
    on.soon("the refund is on its way", lambda: _states(on, bill) == [RefundState.PENDING])
    (asked_back,) = on.again(bill).refunds
    on.prove(
        "just the line that came back is refunded",
        [line.amount for line in asked_back.lines] == [_line_total(bill)]
        and asked_back.amount == _line_total(bill),
    )
    on.prove("a manager approved it", asked_back.approved_by == "Meera")
    on.cashier.press(INBOX)
    on.cashier.reads("Refund on its way")
    on.cashier.shot("money-owed")
    on.cashier.press("Esc")
    (there,) = on.customer.refunds()
    on.world.end_refund(str(there["id"]), "processed")
    refunded(on, bill, payment)
    inbox_empty(on)


def _ask(on: Stage, bill: Bill) -> None:
    cashier = on.cashier
    cashier.press("Ctrl+T")
    cashier.reads("Number of the bill")
    cashier.write((bill.sale.invoice_number or "")[-6:])
    cashier.shot("which-bill")
    cashier.press("Return")
    cashier.reads("How much comes back")
    names = [line.name for line in bill.sale.bill.lines]
    for _ in range(next(at for at, name in enumerate(names) if _OIL in name)):
        cashier.press("Down")
    cashier.write("1")
    cashier.shot("which-line")
    cashier.press("Return")
    cashier.choose("Damaged")
    cashier.approve(shot="pin")
    cashier.pause(0.5)
    cashier.shot("asked-back")


def _line_total(bill: Bill) -> int:
    return next(line.total for line in bill.sale.bill.lines if _OIL in line.name)


def _states(on: Stage, bill: Bill) -> list[RefundState]:
    return [one.state for one in on.again(bill).refunds]

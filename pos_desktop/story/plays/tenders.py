"""One bill, three ways to pay: F11."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.sale import SaleState, TenderKind
from pos_desktop.story.plays.goods import SMALL
from pos_desktop.story.plays.moves import inbox_empty

if TYPE_CHECKING:
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage

_CASH, _CARD, _SLIP = 500, 400, "004217"


def split(on: Stage) -> None:
    """Cash, a card on the external terminal, and the rest by QR."""
    on.sell(SMALL, shots=True)
    _by_hand(on)
    bill = on.books.bills()[0]
    rest = bill.sale.due - (_CASH + _CARD) * 100
    _rest_by_qr(on, bill, rest)
    done = on.again(bill)
    on.prove("the bill is issued", done.sale.state is SaleState.ISSUED)
    on.prove(
        "its three tenders make up the total",
        [(t.kind, t.amount) for t in done.tenders]
        == [
            (TenderKind.CASH, _CASH * 100),
            (TenderKind.CARD, _CARD * 100),
            (TenderKind.GATEWAY_QR, rest),
        ],
    )
    on.prove("the slip's reference is kept", done.tenders[1].reference == _SLIP)
    on.delivered(bill)
    inbox_empty(on)
    on.print_bill()


def _by_hand(on: Stage) -> None:
    cashier = on.cashier
    cashier.press("F11")
    cashier.reads("Nothing yet")
    cashier.shot("split")
    cashier.write(str(_CASH))
    cashier.press("Return")
    cashier.until("the cash is taken", lambda: _taken(on) == 1)
    cashier.choose("Card")
    cashier.reads("Reference on the slip")
    cashier.go_to("Amount of this tender")
    cashier.write(str(_CARD))
    cashier.go_to("Reference on the slip")
    cashier.write(_SLIP)
    cashier.shot("card")
    cashier.press("Return")
    cashier.until("the card is taken", lambda: _taken(on) == 2)
    cashier.pause(0.2)
    cashier.shot("rest")


def _rest_by_qr(on: Stage, bill: Bill, rest: int) -> None:
    cashier = on.cashier
    cashier.choose("UPI QR")
    cashier.until("the QR of the rest", lambda: bool(on.customer.payables(bill.order_id)))
    cashier.reads("Scan with any UPI app")
    cashier.shot("qr-of-the-rest")
    (qr,) = on.customer.payables(bill.order_id)
    on.prove("the QR asks for the rest only", qr["payment_amount"] == rest)
    on.pay(bill)
    on.green(bill)
    cashier.pause(0.3)
    cashier.shot("paid")


def _taken(on: Stage) -> int:
    bills = on.books.bills()
    return len(bills[0].tenders) if bills else 0

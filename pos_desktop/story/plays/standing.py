"""A service stops for the owner's reasons: it is off for all bills until somebody tests it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pos_desktop.domain.sale import SaleState
from pos_desktop.story.plays.goods import FEW, NEXT
from pos_desktop.story.plays.moves import asked, inbox_empty

if TYPE_CHECKING:
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage

_QUIET_S = 4
_LONG_S = 3600
_STRIKES = 3
_OFF = "Payments by link and QR are off"


def service_off(on: Stage) -> None:
    """First the gateway refuses the shop's key, then Exotel does. No money went astray."""
    _gateway(on)
    _messages(on)
    inbox_empty(on)


def _gateway(on: Stage) -> None:
    on.world.fault("razorpay", "status_401", seconds=_LONG_S)
    refused = _refused(on)
    on.cashier.reads(_OFF)
    on.cashier.pause(0.3)
    on.cashier.shot("gateway-off")
    on.prove("the main button takes cash", on.cashier.main_button() == "Cash")
    for bill in refused:
        _take_cash(on, bill)
    calls = len(_asks(on))
    on.sell(NEXT, phone="")
    on.cashier.press("F9")
    on.cashier.reads("Cash given")
    on.cashier.shot("f9-is-cash")
    on.cashier.press("Return")
    on.cashier.until("the bill is issued", lambda: _issued(on.books.bills()[-1]))
    on.cashier.pause(_QUIET_S)
    on.prove("nothing more is asked of the gateway", len(_asks(on)) == calls)
    on.world.heal()
    on.cashier.press("Ctrl+E")
    on.cashier.until("the button is back", lambda: on.cashier.main_button() != "Cash")
    on.cashier.pause(0.3)
    on.cashier.shot("gateway-on-again")
    bill = asked(on, shot="asked-again")
    on.pay(bill)
    on.green(bill)
    on.prove("the next bill goes through", _issued(on.again(bill)))
    on.delivered(bill)


def _messages(on: Stage) -> None:
    on.world.fault("exotel", "status_401", seconds=_LONG_S)
    sends = len(on.customer.sends())
    unsent = []
    for _ in range(3):
        on.sell(FEW)
        unsent.append(on.park("F9"))
        on.cashier.pause(0.5)
    on.cashier.reads("Messages are off")
    on.cashier.pause(0.3)
    on.cashier.shot("messages-off")
    on.prove("the main button shows the QR", on.cashier.main_button() == "QR on screen")
    refused = len(on.customer.sends())
    on.prove("each of the three was tried once", refused == sends + len(unsent))
    on.sell(NEXT)
    bill = on.park("F9")
    on.cashier.reads("Scan with any UPI app")
    on.cashier.shot("f9-is-the-qr")
    on.pay(bill)
    on.green(bill)
    on.cashier.pause(_QUIET_S)
    on.prove("no message is tried while they are off", len(on.customer.sends()) == refused)
    on.world.heal()
    on.cashier.press("Ctrl+E")
    on.cashier.until("the button is back", lambda: on.cashier.main_button() != "QR on screen")
    on.cashier.pause(0.3)
    on.cashier.shot("messages-on-again")
    on.delivered(bill)
    on.prove("the receipt that waited went out", len(on.customer.sends()) == refused + 1)


def _refused(on: Stage) -> list[Bill]:
    """Bills that the gateway refuses to take money for, until its third refusal in a row."""
    bills: list[Bill] = []
    while not on.cashier.has(_OFF) and len(bills) < _STRIKES:
        on.sell(FEW)
        bills.append(on.park("F9", payable=False))
        on.cashier.until(
            "the gateway has refused it",
            lambda: on.again(bills[-1]).collects[-1].last_error is not None,
        )
        on.cashier.pause(0.3)
        on.cashier.shot(f"refused-{len(bills)}")
    return bills


def _take_cash(on: Stage, bill: Bill) -> None:
    on.cashier.open_bill(bill.sale.token_no)
    on.cashier.choose("Cash")
    on.cashier.reads("Cash given")
    on.cashier.press("Return")
    on.cashier.until("the bill is issued", lambda: _issued(on.again(bill)))


def _issued(bill: Bill) -> bool:
    return bill.sale.state is SaleState.ISSUED


def _asks(on: Stage) -> list[dict[str, Any]]:
    """What was asked of the gateway for bills; the lamp's own question is none of it."""
    return [entry for entry in on.customer.journal("razorpay") if entry["method"] == "POST"]

"""The gateway is gone, or the whole internet: the cashier is told and goes on selling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.sale import SaleState, TenderKind
from pos_desktop.story.plays.goods import FEW, NEXT
from pos_desktop.story.plays.moves import INBOX, asked, inbox_empty, payable_at_gateway

if TYPE_CHECKING:
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage

_UTR = "UTR, 12 digits"
_SURE_S = 90
_REFUSES, _HANGS = "refused", "hanging"


def gateway_down(on: Stage) -> None:
    """Refused, then swallowed; each time cash is taken at once. Mended, the next bill goes on."""
    refused = _refused(on)
    hanging = _hanging(on)
    _risk_listed(on)
    on.world.mend()
    on.cashier.until("the lamp is green", lambda: on.lamp_ok("gateway"), 30)
    on.cashier.shot("mended")
    bill = asked(on, NEXT, shot="asked-again")
    on.pay(bill)
    on.green(bill)
    on.cashier.pause(0.3)
    on.cashier.shot("paid")
    on.prove("the next bill goes through", on.again(bill).sale.state is SaleState.ISSUED)
    for other in (refused, hanging):
        on.soon(
            f"nothing can be paid for token {other.sale.token_no} any more",
            lambda: not payable_at_gateway(on, other),  # noqa: B023  # asked at once
            30,
        )
    on.delivered(bill)
    _no_risk_any_more(on, hanging)
    inbox_empty(on)


def _risk_listed(on: Stage) -> None:
    on.cashier.press(INBOX)
    on.cashier.reads("may be paid a second time")
    on.cashier.shot("risk-listed")
    on.cashier.press("Esc")


def _no_risk_any_more(on: Stage, hanging: Bill) -> None:
    """The gateway is asked twice, a minute apart, before a link counts as never made."""
    on.soon(
        f"the risk of token {hanging.sale.token_no} is listed until nothing can come any more",
        lambda: on.again(hanging).flagged("risk_taken", "closed") is not None,
        _SURE_S,
    )


def _refused(on: Stage) -> Bill:
    on.world.cut("razorpay")
    on.cashier.until("the lamp tells", lambda: not on.lamp_ok("gateway"), 15)
    on.sell(FEW)
    bill = on.park("F9", payable=False)
    on.cashier.reads("Gateway not reachable - asking again")
    on.cashier.pause(0.3)
    on.cashier.shot("not-reachable")
    return _cash(on, bill, _REFUSES)


def _hanging(on: Stage) -> Bill:
    on.world.mend()
    on.world.hold("razorpay")
    on.sell(FEW)
    bill = on.park("F9", payable=False)
    on.cashier.reads("Not confirmed yet - checking", 30)
    on.cashier.pause(0.3)
    on.cashier.shot("not-confirmed")
    return _cash(on, bill, _HANGS)


def _cash(on: Stage, bill: Bill, how: str) -> Bill:
    on.cashier.open_bill(bill.sale.token_no)
    on.cashier.shot(f"choices-{how}")
    on.cashier.choose("Cash")
    on.cashier.reads("Cash given")
    on.cashier.press("Return")
    if how == _HANGS:
        # The gateway may have made the link: whoever does not wait is told what may happen.
        on.cashier.choose("Take cash now - may be paid twice")
    on.soon(
        f"token {bill.sale.token_no}: cash is taken at once ({how})",
        lambda: on.again(bill).sale.state is SaleState.ISSUED,
    )
    on.cashier.pause(0.3)
    on.cashier.shot(f"cash-{how}")
    return on.again(bill)


def offline_upi(on: Stage) -> None:
    """The internet is out: the shop's own UPI QR, its UTR typed, by PIN or in an outage window."""
    on.world.cut("razorpay", "exotel", "relay")
    on.cashier.until("the lamps tell", lambda: not on.lamp_ok("internet"), 15)
    by_pin = _own_qr(on, "412345678901")
    in_window = _in_the_window(on, "412345678902")
    on.prove("each is confirmed by the shop", _asserted(on, by_pin) and _asserted(on, in_window))
    on.prove(
        "what a manager looked at names her, what the window let pass is listed",
        on.again(by_pin).tenders[0].approved_by != ""
        and on.again(in_window).flagged("asserted_unconfirmed") is not None,
    )
    on.world.mend()
    on.cashier.until("the internet is back", lambda: on.lamp_ok("internet"), 30)
    for bill in (by_pin, in_window):
        on.delivered(bill)
        page = on.customer.open(f"{on.world.relay}/i/{bill.sale.link_token}").text
        on.prove(
            f"the receipt of token {bill.sale.token_no} says who confirmed it",
            "confirmed by the shop" in page,
        )
    on.cashier.press(INBOX)
    on.cashier.reads("The shop confirmed")
    on.cashier.shot("still-listed")
    on.cashier.press("Esc")
    on.prove(
        "the bank's fact is not there, so the entry stays",
        on.again(in_window).flagged("asserted_unconfirmed") is not None,
    )
    on.print_bill()


def _own_qr(on: Stage, utr: str) -> Bill:
    on.sell(FEW, shots=True)
    bill = on.park("F9", payable=False)
    on.cashier.reads("Gateway not reachable - asking again")
    on.cashier.open_bill(bill.sale.token_no)
    on.cashier.shot("choices")
    on.cashier.choose("Shop’s own UPI QR")
    on.cashier.reads("Pays to Fresh Mart")
    on.cashier.reads("type the UTR when paid")
    on.cashier.shot("own-qr")
    on.cashier.choose("Customer has paid")
    _type_utr(on, utr, "utr")
    on.cashier.approve(shot="pin")
    return _issued(on, bill, "paid-by-own-upi")


def _in_the_window(on: Stage, utr: str) -> Bill:
    on.cashier.press("Ctrl+O")
    on.cashier.reads("All keys")
    on.cashier.shot("more")
    on.cashier.choose("Internet is out")
    on.cashier.approve()
    on.cashier.reads("UPI is recorded without a PIN")
    on.cashier.shot("outage-window")
    on.sell(NEXT)
    on.cashier.press("F11")
    on.cashier.choose("Own UPI")
    _type_utr(on, utr, "utr-in-the-window")
    on.cashier.until("the bill is issued", lambda: len(on.books.bills()) == 2)
    return _issued(on, on.books.bills()[-1], "paid-in-the-window")


def _type_utr(on: Stage, utr: str, shot: str) -> None:
    on.cashier.reads(_UTR)
    on.cashier.go_to(_UTR)
    on.cashier.write(utr)
    on.cashier.shot(shot)
    on.cashier.press("Return")


def _issued(on: Stage, bill: Bill, shot: str) -> Bill:
    on.cashier.until("the bill is issued", lambda: on.again(bill).sale.state is SaleState.ISSUED)
    on.cashier.pause(0.3)
    on.cashier.shot(shot)
    return on.again(bill)


def _asserted(on: Stage, bill: Bill) -> bool:
    done = on.again(bill)
    return [(t.kind, t.amount) for t in done.tenders] == [(TenderKind.OWN_UPI, done.sale.due)]

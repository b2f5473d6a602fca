"""Messages that cannot leave: what needs the page waits for it, what comes too late is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.delivery import MessageState
from pos_desktop.domain.payment import CollectState
from pos_desktop.domain.sale import SaleState
from pos_desktop.story.plays.goods import FEW, NEXT
from pos_desktop.story.plays.messages import message_words, receipt, request, show_qr
from pos_desktop.story.plays.moves import inbox_empty

if TYPE_CHECKING:
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage

_PAYS, _EXPIRES, _WAITS = "9820145661", "9820145662", "9820145663"
_FIRST, _SECOND, _BY_CASH = "9820145671", "9820145673", "9820145674"
# A request lives ten minutes (services/messages.py).
_TOO_LONG_MIN = 11
_AT_ONCE_S = 1.5
_SOON_S = 5
_BACK_S = 45


def late_message(on: Stage) -> None:
    """Exotel is not reachable: three requests end before they could leave, the receipts go."""
    on.world.cut("exotel")
    waits = _asked_in_vain(on, _WAITS)
    on.cashier.pause(0.5)
    on.sleep(_TOO_LONG_MIN)
    _dropped(on, waits, "too_late_to_send", "WhatsApp not sent: 10 minutes are over")
    pays = _asked_in_vain(on, _PAYS)
    show_qr(on, pays, "camera to pay")
    on.pay(pays)
    on.green(pays)
    _dropped(on, pays, "bill_settled")
    expires = _asked_in_vain(on, _EXPIRES)
    on.customer.let_expire(expires.collects[-1].reference)
    _over(on, expires)
    _dropped(on, expires, "not_payable_any_more", "WhatsApp not sent: its link is closed")
    on.cashier.shot("not-sent")
    show_qr(on, waits, "camera to pay")
    on.pay(waits)
    on.green(waits)
    _cash(on, expires)
    bills = (waits, pays, expires)
    on.prove("nothing reached the provider", on.customer.sends() == [])
    on.world.mend()
    for bill in bills:
        on.delivered(bill, _BACK_S)
    on.cashier.shot("receipts-went")
    went = [send["label"] for send in on.customer.sent()]
    receipts = [receipt(on, bill).label for bill in bills]
    on.prove("three receipts went and no request", sorted(went) == sorted(receipts))
    inbox_empty(on)


def relay_down(on: Stage) -> None:
    """The bill pages are away: the shop sells on by QR and cash; then pages and links follow."""
    on.world.cut("relay")
    first = _offered(on, _FIRST, _SOON_S)
    on.pay(first)
    on.green(first)
    on.cashier.until("the lamp tells", lambda: not on.lamp_ok("relay"), 12)
    second = _offered(on, _SECOND, _AT_ONCE_S)
    on.cashier.leave()
    third = _cash_sale(on, _BY_CASH)
    on.cashier.until(
        "the card says what it waits for",
        lambda: "Message waits for the relay" in message_words(on, second),
    )
    on.cashier.pause(0.3)
    on.cashier.shot("selling-on")
    on.prove("no message left, each waits for its page", on.customer.sends() == [])
    on.world.mend()
    bills = (first, second, third)
    for bill in bills:
        on.delivered(bill, _BACK_S)
    on.cashier.until("the lamp is green", lambda: on.lamp_ok("relay"), 20)
    on.cashier.pause(0.3)
    on.cashier.shot("relay-back")
    link = on.again(second).collects[-1].url or ""
    page = on.customer.open(request(on, second).url or "").text
    on.prove("her link opens the bill with its button", link in page and link != "")
    on.pay(second)
    on.green(second)
    on.delivered(second)
    for bill in bills:
        paid = on.customer.open(receipt(on, bill).url or "").text
        number = on.again(bill).sale.invoice_number or "-"
        on.prove(f"the link of token {bill.sale.token_no} opens its invoice", number in paid)
    on.prove(
        "the paid ones were asked for nothing",
        [len(on.customer.sent_to(number)) for number in (_FIRST, _SECOND, _BY_CASH)] == [1, 2, 1],
    )
    inbox_empty(on)


def _offered(on: Stage, number: str, seconds: float) -> Bill:
    """F9: the QR stands on the screen by itself, because no message can leave."""
    on.sell(FEW, number)
    bill = on.park("F9")
    took = on.cashier.reads("Scan with the camera to pay", seconds)
    on.cashier.pause(0.3)
    on.cashier.shot(f"qr-offered-{bill.sale.token_no}")
    token = bill.sale.token_no
    on.prove(f"token {token}: the QR is offered within {seconds:g} s", took <= seconds)
    return bill


def _cash_sale(on: Stage, number: str) -> Bill:
    on.sell(NEXT, number)
    known = len(on.books.bills())
    on.cashier.press("F10")
    on.cashier.reads("Cash given")
    on.cashier.press("Return")
    on.cashier.until("the cash bill is issued", lambda: len(on.books.bills()) == known + 1)
    bill = on.books.bills()[-1]
    on.prove("cash goes on as ever", bill.sale.state is SaleState.ISSUED)
    return bill


def _asked_in_vain(on: Stage, number: str) -> Bill:
    on.sell(FEW, number)
    bill = on.park("F9")
    on.cashier.until(
        "the request waits for the line", lambda: request(on, bill).state is MessageState.QUEUED
    )
    return on.again(bill)


def _dropped(on: Stage, bill: Bill, reason: str, words: str = "") -> None:
    def gone() -> bool:
        message = request(on, bill)
        return (message.state, message.reason) == (MessageState.DROPPED, reason)

    on.soon(f"token {bill.sale.token_no}: the request is dropped: {reason}", gone, 35)
    if words:
        on.cashier.until("its card says so", lambda: words in message_words(on, bill))


def _over(on: Stage, bill: Bill) -> None:
    on.cashier.until(
        "the link is over", lambda: on.again(bill).collects[-1].state is CollectState.EXPIRED
    )


def _cash(on: Stage, bill: Bill) -> None:
    on.cashier.open_bill(bill.sale.token_no)
    on.cashier.choose("Cash")
    on.cashier.reads("Cash given")
    on.cashier.press("Return")
    on.cashier.until("the bill is issued", lambda: on.again(bill).sale.state is SaleState.ISSUED)

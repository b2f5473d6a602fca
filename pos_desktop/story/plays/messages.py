"""Messages that do not arrive, or nobody knows: the QR serves the customer, nothing goes twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.sale import SaleState
from pos_desktop.story.plays.goods import FEW, NEXT
from pos_desktop.story.plays.moves import asked, inbox_empty

if TYPE_CHECKING:
    from pos_desktop.domain.delivery import Message
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage

# Their last two digits: this number has no WhatsApp (sandbox/exotel/outcomes.py).
_WITHOUT_WHATSAPP = "9820145602"
_PATIENT, _BROKEN_OFF = "9820145633", "9820145644"
_PAUSED = ("9820145651", "9820145653", "9820145654")
_LATER = "9820145655"
_TEMPLATE = "bill_pay_link"
# The counter waits 20 s for an answer; the report comes after that.
_REPORT_MS, _REPORT_S = 23_000, 30
_LONG_S = 3600
_QUIET_S = 3
_OFF = "Messages are off"


def message_fails(on: Stage) -> None:
    """Her number has no WhatsApp: the card says so, the QR is shown instead, no SMS goes."""
    on.sell(FEW, _WITHOUT_WHATSAPP)
    bill = on.park("F9")
    on.soon("the request failed", lambda: request(on, bill).state is MessageState.FAILED)
    failed = request(on, bill)
    on.prove("its reason is in the books", (failed.code, failed.reason) == (30013, "recipient"))
    on.cashier.reads("Not delivered - show the QR")
    on.cashier.pause(0.3)
    on.cashier.shot("not-delivered")
    show_qr(on, bill, "UPI app", note="WhatsApp not delivered: this number cannot get it")
    on.pay(bill)
    on.green(bill)
    on.soon("the receipt failed, too", lambda: receipt(on, bill).state is MessageState.FAILED)
    on.cashier.leave()
    on.cashier.reads("Receipt not delivered: this number cannot get it")
    on.cashier.pause(0.3)
    on.cashier.shot("receipt-not-delivered")
    sent_once(on, bill, _WITHOUT_WHATSAPP)
    on.print_bill()
    after = asked(on, NEXT, "the-next-one")
    on.pay(after)
    on.green(after)
    on.delivered(after)
    inbox_empty(on)


def unknown_send(on: Stage) -> None:
    """Exotel took the request and nobody heard: one SMS each, whatever is heard afterwards."""
    on.world.fault("exotel", "hang_after_work", method="POST")
    on.world.fault("callbacks", "delay", delay_ms=_REPORT_MS)
    silent = _unanswered(on, _PATIENT)
    on.world.fault("exotel", "refuse_after_work", method="POST")
    on.world.fault("callbacks", "lose")
    broken = _unanswered(on, _BROKEN_OFF)
    on.soon("a broken line: not known", lambda: _unknown(on, broken))
    on.cashier.reads("SMS: not known if it went")
    on.cashier.pause(0.3)
    on.cashier.shot("not-known")
    show_qr(on, broken, "camera to pay", note="SMS: not known if it went")
    on.pay(broken)
    on.green(broken)
    on.cashier.leave()
    on.soon("no answer in time: not known", lambda: _unknown(on, silent), _REPORT_S)
    on.cashier.pause(0.3)
    on.cashier.shot("timed-out")
    on.prove("it was not tried again", len(on.customer.sent_to(_PATIENT)) == 1)
    arrived = (MessageState.DELIVERED, MessageState.READ)
    on.soon(
        "the late report says that it arrived",
        lambda: request(on, silent).state in arrived,
        _REPORT_S,
    )
    on.cashier.reads("SMS delivered")
    on.cashier.pause(0.3)
    on.cashier.shot("heard-late")
    on.pay(silent)
    on.green(silent)
    for bill in (silent, broken):
        on.soon("her receipt arrives", lambda: receipt(on, bill).state in arrived)  # noqa: B023  # asked at once
    on.prove("what nobody heard of stays not known", _unknown(on, broken))
    sent_once(on, silent, _PATIENT)
    sent_once(on, broken, _BROKEN_OFF)
    inbox_empty(on)


def template_paused(on: Stage) -> None:
    """Meta pauses the text: after three failures messages are off until somebody tests again."""
    on.world.pause_template(_TEMPLATE)
    bills = [_refused_text(on, number) for number in _PAUSED]
    on.cashier.reads(_OFF)
    on.cashier.reads("Manager: the message template is paused or rejected")
    on.cashier.pause(0.3)
    on.cashier.shot("messages-off")
    on.soon("F9 shows the QR", lambda: on.cashier.main_button() == "QR on screen")
    on.sell(NEXT, _LATER)
    by_qr = on.park("F9")
    on.cashier.reads("Scan with any UPI app")
    on.cashier.shot("f9-is-the-qr")
    on.pay(by_qr)
    on.green(by_qr)
    on.cashier.leave()
    show_qr(on, bills[0], "camera to pay", note="WhatsApp not delivered: its text is not approved")
    on.pay(bills[0])
    on.green(bills[0])
    on.cashier.leave()
    on.cashier.pause(_QUIET_S)
    on.prove("each of the three was tried once", [_tries(on, n) for n in _PAUSED] == [1, 1, 1])
    on.prove("nothing is tried while they are off", _tries(on, _LATER) == 0)
    _approved_again(on, bills, by_qr)


def _approved_again(on: Stage, bills: list[Bill], by_qr: Bill) -> None:
    """The manager has it approved: receipts that waited go, a request only where she is asked."""
    on.world.resume_templates()
    on.cashier.press("Ctrl+E")
    on.cashier.until("the button is back", lambda: on.cashier.main_button() != "QR on screen")
    on.cashier.pause(0.3)
    on.cashier.shot("messages-on-again")
    on.delivered(by_qr)
    on.delivered(bills[0])
    on.prove(
        "the receipts that waited went, no request did",
        [_tries(on, n) for n in (*_PAUSED, _LATER)] == [2, 1, 1, 1],
    )
    again = bills[1]
    on.cashier.open_bill(again.sale.token_no)
    on.cashier.choose("Send again")
    on.delivered(again)
    on.prove("sent again, by the same link", len(on.customer.payables(again.order_id)) == 1)
    on.cashier.pause(0.3)
    on.cashier.shot("sent-again")
    show_qr(on, bills[2], "camera to pay")
    for bill in bills[1:]:
        on.pay(bill)
        on.green(bill)
        on.cashier.leave()
        on.delivered(bill)
    on.prove("by number", [_tries(on, n) for n in (*_PAUSED, _LATER)] == [2, 3, 2, 1])
    inbox_empty(on)


def _refused_text(on: Stage, number: str) -> Bill:
    on.sell(NEXT, number)
    bill = on.park("F9")
    on.soon(
        f"token {bill.sale.token_no}: the provider does not know the text",
        lambda: request(on, bill).state is MessageState.FAILED,
    )
    failed = request(on, bill)
    told = (failed.code, failed.reason)
    on.prove(f"token {bill.sale.token_no}: the books say why", told == (30024, "template"))
    on.cashier.until(
        "its card asks for the QR",
        lambda: "Not delivered - show the QR" in message_words(on, bill),
    )
    return bill


def _unanswered(on: Stage, number: str) -> Bill:
    on.sell(FEW, number)
    bill = on.park("F9")
    on.soon(
        f"token {bill.sale.token_no}: the request reached the provider",
        lambda: len(on.customer.sent_to(number)) == 1,
    )
    return bill


def _unknown(on: Stage, bill: Bill) -> bool:
    return request(on, bill).state is MessageState.UNKNOWN


def _tries(on: Stage, number: str) -> int:
    return len(on.customer.sent_to(number))


def show_qr(on: Stage, bill: Bill, words: str, note: str = "") -> None:
    """The cashier opens the bill, reads how its message stands, and shows the QR."""
    on.cashier.open_bill(bill.sale.token_no)
    if note:
        on.cashier.reads(note)
        on.cashier.shot(f"why-{bill.sale.token_no}")
    on.cashier.choose("Show QR")
    on.cashier.reads(words)
    on.cashier.shot(f"qr-{bill.sale.token_no}")


def request(on: Stage, bill: Bill) -> Message:
    """The newest payment request of the bill, as the books have it now."""
    return _newest(on, bill, Purpose.PAYMENT_REQUEST)


def receipt(on: Stage, bill: Bill) -> Message:
    """The receipt of the bill, as the books have it now."""
    return _newest(on, bill, Purpose.RECEIPT)


def message_words(on: Stage, bill: Bill) -> str:
    """The small line of the bill's card, or "" where it has none."""
    cards = on.cashier.see().cards
    return next((card.message for card in cards if card.order_id == bill.order_id), "")


def sent_once(on: Stage, bill: Bill, number: str) -> None:
    """By the provider's journal she was sent one request and one receipt, by the shop's channel."""
    labels = [message.label for message in (request(on, bill), receipt(on, bill))]
    sent = on.customer.sent_to(number)
    by_sms = bill.sale.channel.value.startswith("sms")
    on.prove(
        f"token {bill.sale.token_no}: one request and one receipt went out, no other channel did",
        [send["label"] for send in sent] == labels
        and {send["channel"] for send in sent} == {"sms" if by_sms else "whatsapp"},
    )
    on.prove(
        f"token {bill.sale.token_no} is issued",
        on.again(bill).sale.state is SaleState.ISSUED,
    )


def _newest(on: Stage, bill: Bill, purpose: Purpose) -> Message:
    found = [m for m in on.again(bill).messages if m.purpose is purpose]
    return found[-1]

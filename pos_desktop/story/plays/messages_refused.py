"""Numbers that must get nothing more: the customer said STOP, or the number was never hers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.payment import CollectState
from pos_desktop.story.plays.goods import NEXT
from pos_desktop.story.plays.messages import message_words, receipt, request
from pos_desktop.story.plays.moves import asked, inbox_empty

if TYPE_CHECKING:
    from pos_desktop.domain.delivery import Message
    from pos_desktop.story.books import Bill
    from pos_desktop.story.stage import Stage

_STOPS, _GOES_ON = "9820145681", "9820145682"
_WRONG, _RIGHT = "9820145691", "9820145692"
_OPTED_OUT = "opted_out"
_NOBODYS = "A" * 22
_CLOSING_MS = 1500


def stop_optout(on: Stage) -> None:
    """She answers STOP: neither this receipt nor her next bill sends anything, and both say why."""
    first = asked(on, shot="", phone=_STOPS)
    on.customer.reply(request(on, first).sid or "", "STOP")
    on.soon(
        "the counter hears of it",
        lambda: any(entry.kind == "messages.refused" for entry in on.books.ledger()),
    )
    on.pay(first)
    on.green(first)
    _dropped(on, first, Purpose.RECEIPT)
    _says(on, first, "Receipt not sent: this number wants none")
    on.cashier.shot("receipt-not-sent")
    second = _sold_in_silence(on)
    on.pay(second)
    on.green(second)
    on.prove("her next bill has no message at all", on.again(second).messages == ())
    on.print_bill()
    other = asked(on, shot="another-customer", phone=_GOES_ON)
    on.pay(other)
    on.green(other)
    on.delivered(other)
    sent = on.customer.sent_to(_STOPS)
    on.prove(
        "her number got the one message that she answered",
        [send["label"] for send in sent] == [request(on, first).label],
    )
    on.prove("other customers get theirs", len(on.customer.sent_to(_GOES_ON)) == 2)
    inbox_empty(on)


def wrong_number(on: Stage) -> None:
    """Read back wrong: link and page of the wrong number end, everything goes to the right one."""
    bill = asked(on, shot="asked-the-wrong-one", phone=_WRONG)
    former = request(on, bill)
    link = former.url or ""
    on.prove("the wrong number's link opens the bill", on.customer.look(link).status_code == 200)
    # The gateway takes a moment to close it, as it may in a real shop.
    on.world.fault("razorpay", "delay", method="POST", path="/cancel", delay_ms=_CLOSING_MS)
    _correct(on, bill)
    on.cashier.reads("Closing the old link, then the new number gets one")
    on.cashier.pause(0.3)
    on.cashier.shot("corrected")
    on.prove("nothing goes out before it is closed", on.customer.sent_to(_RIGHT) == [])
    on.soon(
        "what was payable is closed",
        lambda: on.again(bill).collects[0].state is CollectState.CANCELLED,
    )
    on.soon(
        "the request goes to the right number",
        lambda: (
            request(on, bill).to.endswith(_RIGHT)
            and request(on, bill).state is MessageState.DELIVERED
        ),
    )
    _revoked(on, link)
    on.cashier.pause(0.3)
    on.cashier.shot("asked-the-right-one")
    _paid_at_the_new_link(on, bill, former)
    _revoked(on, link)
    entries = [e for e in on.books.ledger() if e.kind == "number.corrected"]
    on.prove(
        "the ledger says who corrected it, and no number",
        len(entries) == 1 and _WRONG not in str(entries) and _RIGHT not in str(entries),
    )
    inbox_empty(on)


def _paid_at_the_new_link(on: Stage, bill: Bill, former: Message) -> None:
    """Everything is new; she pays, and the wrong number hears nothing of it."""
    link = former.url or ""
    now = on.again(bill)
    on.prove(
        "link, token and request are new",
        now.sale.link_token != bill.sale.link_token
        and request(on, bill).url not in (None, link)
        and len(now.collects) == 2,
    )
    on.prove("its page opens", on.customer.look(request(on, bill).url or "").status_code == 200)
    closed, live = [made["status"] for made in on.customer.payables(bill.order_id)]
    on.prove("one link takes money, the other none", (closed, live) == ("cancelled", "created"))
    on.pay(now)
    on.green(now)
    on.delivered(now)
    on.prove("the receipt went to the right number", receipt(on, bill).to.endswith(_RIGHT))
    on.prove(
        "the wrong number got the one request and nothing after it",
        [send["label"] for send in on.customer.sent_to(_WRONG)] == [former.label],
    )
    on.prove("the right one got a request and a receipt", len(on.customer.sent_to(_RIGHT)) == 2)


def _sold_in_silence(on: Stage) -> Bill:
    """F9 and the number of before: the sheet knows it, and the QR stands on the screen."""
    on.sell(NEXT, phone="")
    known = len(on.books.bills())
    on.cashier.press("F9")
    on.cashier.reads("Customer’s phone")
    on.cashier.write(_STOPS)
    on.cashier.reads("This number wants no messages: QR and print.")
    on.cashier.shot("known-number")
    on.cashier.choose("No messages: QR and print")
    on.cashier.reads("Scan with any UPI app")
    on.cashier.shot("qr-instead")
    on.cashier.until("the bill waits", lambda: len(on.books.bills()) == known + 1)
    return on.books.bills()[-1]


def _correct(on: Stage, bill: Bill) -> None:
    """The right number is typed twice."""
    on.cashier.open_bill(bill.sale.token_no)
    on.cashier.choose("Wrong number, no messages")
    on.cashier.choose("Wrong number: type the right one")
    on.cashier.reads("Right number for token")
    on.cashier.write(_RIGHT)
    on.cashier.press("Return")
    on.cashier.reads("Type the same number once more.")
    on.cashier.write(_RIGHT)
    on.cashier.shot("right-number")
    on.cashier.press("Return")
    on.cashier.reads("the number is corrected")


def _revoked(on: Stage, link: str) -> None:
    """The old link and one that never was are answered alike."""
    never = link.replace(link[-22:], _NOBODYS)
    on.soon("the old link opens nothing", lambda: on.customer.look(link).status_code == 404)
    old, unknown = on.customer.look(link), on.customer.look(never)
    alike = (old.status_code, old.content) == (unknown.status_code, unknown.content)
    on.prove("nobody can tell that it ever was one", alike)


def _dropped(on: Stage, bill: Bill, purpose: Purpose) -> None:
    def so() -> bool:
        found = [m for m in on.again(bill).messages if m.purpose is purpose]
        return [(m.state, m.reason) for m in found] == [(MessageState.DROPPED, _OPTED_OUT)]

    on.soon(f"token {bill.sale.token_no}: no {purpose.value}, for she wants none", so)


def _says(on: Stage, bill: Bill, words: str) -> None:
    on.cashier.until("its card says so", lambda: words in message_words(on, bill))
    on.cashier.pause(0.3)

"""The texts of one waiting bill, on its card and wherever else it is named. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pos_desktop.domain.money import format_rupees
from pos_desktop.gui.presenters.wording import ago, bill_name, clock, left, masked
from pos_desktop.gui.texts import knows, say

if TYPE_CHECKING:
    from pos_desktop.services.views import WaitingBill

_NOT_SAID = frozenset({"", "none"})
_WHY = frozenset({"failed", "dropped"})
# Why a request was not sent although its customer waits for something to pay by.
_NOT_SENT = frozenset({"too_late_to_send", "channel_changed"})


@dataclass(frozen=True, slots=True)
class Card:
    """One waiting bill as it is painted; ``tone`` is a name of ``services.views.Tone``.

    ``message`` is the small line; ``loud``: whoever looks at the card has to see it. ``detail`` is
    all that could stand there.
    """

    order_id: str
    title: str
    amount: str
    words: str
    tone: str
    age: str
    message: str
    aside: str
    filled: bool
    name: str
    loud: bool = False
    detail: str = ""


def card(bill: WaitingBill, now: int) -> Card:
    """The texts of one card."""
    title = f"{bill_name(bill)} · {masked(bill.phone_last4)}"
    amount = format_rupees(bill.amount, sign=True)
    words = payment_words(bill)
    paid = bill.paid_at is not None
    aside = bill.invoice_number or "" if paid else left(now, bill.expires_at)
    phone = masked(bill.phone_last4)
    age = ago(now, bill.paid_at if bill.paid_at is not None else bill.created_at)
    loud = loud_words(bill)
    detail = " · ".join(text for text in (reference_words(bill), note_words(bill)) if text)
    spoken = f"{words}, {loud}" if loud else words
    return Card(
        order_id=bill.order_id,
        title=title,
        amount=amount,
        words=words,
        tone=bill.tone.value,
        # Without time left or number, the age stands low and leaves its line to the words.
        age=age if aside else "",
        message=loud or detail,
        aside=aside or age,
        filled=bill.attention or paid,
        name=say("waiting_card", token=bill_name(bill), phone=phone, amount=amount, words=spoken),
        loud=bool(loud),
        detail=detail,
    )


def payment_words(bill: WaitingBill) -> str:
    """The one sentence about this bill's money (design payments 8)."""
    return money_words(bill.words, bill.way)


def money_words(code: str, way: str) -> str:
    """The sentence of a code about money; ``way`` is "link", "qr" or ""."""
    if code == "qr_on_screen":
        return say("qr_on_screen_waiting")
    by_way = f"by_{way}_{code}"
    return say(by_way if knows(by_way) else code)


_TOO_MUCH = frozenset({"late", "duplicate", "over"})


def paid_words(bill: WaitingBill) -> str:
    """ "Paid 1,249.50 - UPI ref ...5678" where the bank gave a reference, else ""."""
    if bill.paid_at is None or not bill.upi_reference:
        return ""
    amount = format_rupees(bill.amount)
    return say("paid_reference", amount=amount, end=bill.upi_reference[-4:])


def reference_words(bill: WaitingBill) -> str:
    """ "UPI ref ...5678" of a paid bill whose goods are still to be given, else ""."""
    if bill.words != "paid_give_goods" or not bill.upi_reference:
        return ""
    return say("upi_reference", end=bill.upi_reference[-4:])


def loud_words(bill: WaitingBill) -> str:
    """What nobody may overlook on an unpaid bill: its goods are gone, or its customer has not got
    what she is to pay by. Else ""."""
    if bill.paid_at is not None:
        return ""
    if bill.given:
        return say("given_part", open=bill.open_amount) if bill.received else say("given_unpaid")
    if wants_none(bill) and bill.can_show_qr:
        return say("wants_none")
    request = bill.message_purpose == "payment_request"
    if not (request and bill.can_show_qr and bill.attention):
        return ""
    if bill.message_words == "dropped" and bill.message_reason in _NOT_SENT:
        return message_words(bill)
    return say("not_delivered") if bill.message_words == "failed" else ""


def wants_none(bill: WaitingBill) -> bool:
    """Whether a message to this bill's number was not sent because she wants none."""
    return bill.message_reason == "opted_out"


def note_words(bill: WaitingBill) -> str:
    """What came in, whether the goods are gone or go out by delivery, how far the message got."""
    unpaid = bill.paid_at is None
    if bill.received and bill.open_amount and unpaid:
        received = format_rupees(bill.received, sign=True)
        sums = say("part_sums", received=received, open=format_rupees(bill.open_amount, sign=True))
        return f"{say('given_unpaid')} · {sums}" if bill.given else sums
    if bill.words == "paid_give_goods" and _TOO_MUCH & set(bill.flags):
        return say("paid_twice")
    given = say("given_unpaid") if bill.given and unpaid else ""
    parts = (given, say("delivery") if bill.remote else "", message_words(bill))
    return " · ".join(part for part in parts if part)


def message_words(bill: WaitingBill) -> str:
    """How far the newest message got: "WhatsApp read", "Receipt delivered" ..."""
    if bill.words == "late_money" or bill.message_words in _NOT_SAID:
        return ""
    receipt = bill.message_purpose == "receipt"
    channel = "what_sms" if bill.channel.startswith("sms") else "what_whatsapp"
    what = say("what_receipt") if receipt else say(channel)
    if bill.message_words in _WHY and bill.message_reason:
        code = f"message_{bill.message_words}_why"
        return say(code, what=what, reason=reason_words(bill.message_reason))
    if bill.message_words == "held":
        return say("message_held", what=what, time=clock(bill.message_at))
    return say(f"message_{bill.message_words}", what=what)


def reason_words(reason: str) -> str:
    """The provider's reason: our words where there are some, else its own."""
    return say(f"reason_{reason}") if knows(f"reason_{reason}") else reason

"""The words about a bill that is not on the screen: codes for its money and for its message; pure.

The sentences for the codes stand in ``gui/texts.py``; design payments 8 says what they may promise.
"""

from collections.abc import Sequence
from types import MappingProxyType

from pos_desktop.domain.collect import BY_GATEWAY, EXPIRY_REASONS, Settlement
from pos_desktop.domain.delivery import Message, MessageState, Purpose, unreported
from pos_desktop.domain.payment import (
    OWN_UPI,
    Collect,
    CollectKind,
    CollectState,
    PaymentFact,
    PaymentStatus,
)
from pos_desktop.domain.sale import SaleState
from pos_desktop.domain.wish import WishKind
from pos_desktop.ports import ParkedBill
from pos_desktop.services.issuing import GIVEN, PAYABLE, shown_digits, upi_reference
from pos_desktop.services.opening import MOST_REQUESTS
from pos_desktop.services.posting import UNSENDABLE, in_doubt
from pos_desktop.services.views import Tone, WaitingBill

# A message that needs our page or picture and has waited so long says why (design relay 3).
_WAITS_MS = 3000
# A request that the gateway has not answered for so long is told to the cashier.
_SLOW_MS = 6000
_TONES = MappingProxyType(
    {
        "paid_give_goods": Tone.PAID,
        "gateway_unreachable": Tone.FAILED,
        "gateway_refuses_key": Tone.FAILED,
        "refused_by_gateway": Tone.FAILED,
        "reference_taken": Tone.FAILED,
        "amount_wrong": Tone.FAILED,
        "link_expired": Tone.FAILED,
        "closed_by_gateway": Tone.FAILED,
        "closed_watching": Tone.FAILED,
        "late_money": Tone.FAILED,
        "closed_take_cash": Tone.FAILED,
    }
)
_ATTENTION = frozenset({*_TONES, "closing_unanswered"}) - {"paid_give_goods"}
# Flags of money that came although nothing was to pay any more.
_LATE = frozenset({"late", "duplicate", "over"})
_GONE = frozenset({CollectState.EXPIRED, CollectState.CANCELLED, CollectState.REFUSED})
_LIVE = PAYABLE | {CollectState.CLOSING}
_CLOSING_FOR = MappingProxyType(
    {
        WishKind.CASH: "closing_for_cash",
        WishKind.QR: "closing_for_qr",
        WishKind.OWN_QR: "closing_for_qr",
        WishKind.LINK: "closing_for_link",
        WishKind.CONTACT: "closing_for_number",
        WishKind.EDIT: "closing_to_edit",
        WishKind.ABANDON: "closing_to_abandon",
        WishKind.SPLIT: "closing_checking",
    }
)
# It was closed so that other tenders could be taken: nobody has to ask why.
_MADE_FREE = frozenset({"wish_split", "split"})
# Why nothing could be asked for, by the gateway's last word; all else is silence.
_REQUESTED_IN_VAIN = MappingProxyType(
    {"rate_limited": "gateway_busy", "auth": "gateway_refuses_key"}
)


def waiting_bill(bill: ParkedBill, settlement: Settlement, now: int) -> WaitingBill:
    """One card of the panel. ``settlement`` is what the bill has received."""
    collect = newest(bill)
    words = money_words(bill, settlement, now)
    message = _message(bill)
    flags = tuple(sorted({flag.kind for flag in bill.flags if flag.state == "open"}))
    shown = collect is not None and collect.state is CollectState.OPEN
    awaiting = bill.state is SaleState.AWAITING
    paid_by = upi_reference(bill.facts, bill.tenders) if bill.issued_at is not None else ""
    return WaitingBill(
        order_id=bill.order_id,
        token_no=bill.token_no,
        amount=bill.due,
        tone=_TONES.get(words, Tone.PENDING),
        words=words,
        created_at=bill.created_at,
        phone_last4=shown_digits(bill.phone),
        channel=message.channel if message else "",
        message_purpose=message.purpose.value if message else "",
        message_words=_message_words(message, collect, now) if message else "",
        message_reason=(message.reason or "") if message else "",
        message_at=message.not_before if message else 0,
        expires_at=collect.expires_at if collect is not None and shown else None,
        invoice_number=bill.invoice_number,
        paid_at=bill.issued_at,
        upi_reference=paid_by,
        can_show_qr=shown,
        # Whoever got no message waits for what nobody sent: she has to be shown a QR.
        attention=words in _ATTENTION or bool(flags) or (awaiting and _unsent(collect, message)),
        received=max(0, settlement.received - settlement.refunded),
        open_amount=settlement.open if awaiting else 0,
        remote=bill.remote,
        requests_left=_requests_left(bill) if awaiting else 0,
        flags=flags,
        way=collect.kind.value if collect is not None else "",
        given=bill.handed_over or any(flag.kind == GIVEN for flag in bill.flags),
    )


def newest(bill: ParkedBill) -> Collect | None:
    """The last collect that was made for it."""
    return bill.collects[-1] if bill.collects else None


def money_words(bill: ParkedBill, settlement: Settlement, now: int) -> str:
    """The one sentence about money on this bill (design payments 8)."""
    issued = bill.state is SaleState.ISSUED
    if issued and not bill.handed_over:
        # She stands there with a paid bill; what else came for it is shown beside these words.
        return "paid_give_goods"
    awaiting = bill.state is SaleState.AWAITING
    if not awaiting and any(f.kind in _LATE and f.state == "open" for f in bill.flags):
        return "late_money"
    if issued:
        return "goods_given"
    part = settlement.received > settlement.refunded and settlement.open > 0
    return _wish_words(bill, now) or _collect_words(bill, now, part=part)


def _collect_words(bill: ParkedBill, now: int, *, part: bool) -> str:
    """By how the newest collect stands; ``part``: some of the money is there."""
    collect = newest(bill)
    if collect is None:
        return "part_paid" if part else "no_request"
    match collect.state:
        case CollectState.REQUESTED | CollectState.UNKNOWN:
            return _asking_words(collect, now)
        case CollectState.OPEN:
            return _open_words(bill, collect)
        case CollectState.CLOSING:
            return "closing_checking" if collect.last_error is None else "closing_unanswered"
        case CollectState.REFUSED:
            taken = collect.last_error == "duplicate"
            return "reference_taken" if taken else "refused_by_gateway"
        case _:
            return "part_paid" if part else _ended_words(collect)


def _wish_words(bill: ParkedBill, now: int) -> str | None:
    """What waits for the gateway to close; None where nothing is wished for."""
    wish = bill.wish
    if wish is None or bill.state is not SaleState.AWAITING:
        return None
    if not any(collect.state in _LIVE for collect in bill.collects):
        # The others are carried out in the moment of the closing, or forgotten.
        return "closed_take_cash" if wish.kind is WishKind.CASH else None
    forgotten = wish.kind is not WishKind.CASH and not wish.still_wanted(now)
    return None if forgotten else _CLOSING_FOR[wish.kind]


def _asking_words(collect: Collect, now: int) -> str:
    if collect.last_error is not None and collect.state is CollectState.REQUESTED:
        return _REQUESTED_IN_VAIN.get(collect.last_error, "gateway_unreachable")
    slow = now - collect.created_at > _SLOW_MS
    return "not_confirmed_checking" if slow else "asking_gateway"


def _open_words(bill: ParkedBill, collect: Collect) -> str:
    if collect.gateway == OWN_UPI:
        return "own_upi_waiting"
    told = _told(collect.reference, bill.facts)
    if told is not None:
        return told
    if collect.last_error is not None:
        return "not_confirmed_checking"
    by_screen = bill.phone is None and collect.kind is CollectKind.QR
    return "qr_on_screen" if by_screen else "waiting_payment"


def _told(reference: str, facts: Sequence[tuple[str, PaymentFact]]) -> str | None:
    """What the gateway's facts about an open collect amount to."""
    statuses = [fact.status for ref, fact in facts if ref == reference]
    if PaymentStatus.CAPTURED in statuses:
        # Some money came and not enough: a person decides (the bill asks for attention).
        return "part_paid"
    last = statuses[-1] if statuses else None
    if last is PaymentStatus.FAILED:
        return "last_attempt_failed"
    return "bank_confirming" if last is PaymentStatus.AUTHORISED else None


def _ended_words(collect: Collect) -> str:
    if collect.state is CollectState.PAID:
        # Paid there and not here: it was given back, or it is of another currency.
        return "not_confirmed_checking"
    if collect.reason in _MADE_FREE or collect.gateway_id is None or collect.gateway == OWN_UPI:
        # Made free on purpose, or it was never there, or nobody could tell of late money.
        return "no_request"
    if collect.state is CollectState.EXPIRED or collect.reason in EXPIRY_REASONS:
        return "link_expired"
    if collect.reason == "amount_mismatch":
        return "amount_wrong"
    if collect.reason == BY_GATEWAY:
        return "closed_by_gateway"
    return "link_expired" if collect.next_ask_at is None else "closed_watching"


def _message(bill: ParkedBill) -> Message | None:
    """The message that matters now: the request while unpaid, the receipt afterwards."""
    issued = bill.state is SaleState.ISSUED
    wanted = Purpose.RECEIPT if issued else Purpose.PAYMENT_REQUEST
    found = [message for message in bill.messages if message.purpose is wanted]
    return found[-1] if found else None


def _message_words(message: Message, collect: Collect | None, now: int) -> str:
    if message.state is MessageState.WAITING:
        request = message.purpose is Purpose.PAYMENT_REQUEST
        if request and collect is not None and collect.state in _GONE:
            # It waits for nothing; a new QR or link would take it along.
            return ""
        asking = request and (collect is None or collect.state is not CollectState.OPEN)
        waited = now - message.created_at > _WAITS_MS
        return "waits_for_relay" if waited and not asking else "queued"
    return _sent_words(message, now)


def _sent_words(message: Message, now: int) -> str:
    """What stands there of a message that has been queued."""
    # An SMS that is not asked about any more has a moment that never comes.
    since = max(message.created_at, message.not_before if message.not_before <= now else 0)
    if unreported(message.state, since, now):
        return "no_report"
    if message.state is MessageState.UNKNOWN and not in_doubt(message.not_before, now):
        return "unknown_again"
    held = message.state is MessageState.QUEUED and message.not_before > now
    return "held" if held else message.state.value


def _unsent(collect: Collect | None, message: Message | None) -> bool:
    """Whether the request for what is payable now did not arrive."""
    if collect is None or collect.state is not CollectState.OPEN or message is None:
        return False
    refused = message.state is MessageState.DROPPED and message.reason in UNSENDABLE
    lost = refused or message.state is MessageState.FAILED
    return lost and message.created_at >= collect.created_at


def _requests_left(bill: ParkedBill) -> int:
    mine = [message for message in bill.messages if message.to == bill.phone]
    made = sum(message.purpose is Purpose.PAYMENT_REQUEST for message in mine)
    return max(0, MOST_REQUESTS - made) if bill.phone is not None else 0

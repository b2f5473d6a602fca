"""Reading Cashfree's answers into our words (reference gateways 2 and 9), API version 2025-01-01.

Everything here is pure. Unknown words become UNKNOWN, amounts must be exact.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.payment import (
    CollectKind,
    GatewayStatus,
    PaymentFact,
    PaymentStatus,
    RefundFact,
    RefundStatus,
)
from pos_desktop.gateways.cashfree_parts import as_moment, as_paise
from pos_desktop.gateways.razorpay_wire import AUTO_REFUND, captured_total
from pos_desktop.gateways.reading import as_id, as_object, as_text, mask_vpa, unexpected
from pos_desktop.net.pictures import inline_png
from pos_desktop.ports import CollectSeen

GATEWAY = "cashfree"
ACTIVE = "ACTIVE"

_LONGEST_REFUND_ID = 40
_LONGEST_PICTURE = 200_000
_KEY = re.compile(r"[a-z]+(?:-[0-9]+)+")
_UNIX = re.compile(r"[0-9]{10}")

_LINK_STATUS = {
    ACTIVE: GatewayStatus.OPEN,
    "PARTIALLY_PAID": GatewayStatus.PART,
    "PAID": GatewayStatus.PAID,
    "CANCELLED": GatewayStatus.CANCELLED,
    "EXPIRED": GatewayStatus.EXPIRED,
}
_ORDER_STATUS = {
    ACTIVE: GatewayStatus.OPEN,
    "PAID": GatewayStatus.PAID,
    "TERMINATED": GatewayStatus.CANCELLED,
    "TERMINATION_REQUESTED": GatewayStatus.CLOSING,
    "EXPIRED": GatewayStatus.EXPIRED,
}
_PAYMENT_STATUS = {
    "NOT_ATTEMPTED": PaymentStatus.CREATED,
    "PENDING": PaymentStatus.CREATED,
    "FAILED": PaymentStatus.FAILED,
    "USER_DROPPED": PaymentStatus.FAILED,
    "CANCELLED": PaymentStatus.FAILED,
    "VOID": PaymentStatus.FAILED,
}
#: Payments that may still become money.
RUNNING = frozenset({"NOT_ATTEMPTED", "PENDING"})
_REFUND_STATUS = {
    "SUCCESS": RefundStatus.PROCESSED,
    "PENDING": RefundStatus.PENDING,
    "ONHOLD": RefundStatus.ON_HOLD,
    "CANCELLED": RefundStatus.FAILED,
    "FAILED": RefundStatus.FAILED,
}
_AUTOMATIC = frozenset({"PAYMENT_AUTO_REFUND", "UNRECONCILED_AUTO_REFUND"})
_METHODS = {
    "credit_card": "card",
    "debit_card": "card",
    "prepaid_card": "card",
    "net_banking": "netbanking",
}

# -- payments --------------------------------------------------------------------------------------


def payment_facts(items: Sequence[Mapping[str, object]], order_id: str) -> tuple[PaymentFact, ...]:
    """What the payments of this order say, each once; what nobody has tried yet is left out.

    Raises GatewayError, also where a payment belongs to another order.
    """
    told: dict[str, PaymentFact] = {}
    for item in items:
        if item.get("payment_status") != "NOT_ATTEMPTED":
            fact = payment_fact(item, order_id)
            told[fact.payment_id] = fact
    return tuple(told.values())


def payment_fact(item: Mapping[str, object], order_id: str) -> PaymentFact:
    """One payment of this order (2.3). Raises GatewayError."""
    payment_id = as_id(item.get("cf_payment_id"))
    if payment_id is None:
        raise unexpected("a payment has no id")
    if as_id(item.get("order_id")) != order_id:
        raise unexpected("a payment belongs to another order")
    group = as_text(item.get("payment_group")) or ""
    upi = as_object(as_object(item.get("payment_method")).get("upi"))
    moments = ("payment_completion_time", "payment_time")
    return PaymentFact(
        gateway=GATEWAY,
        payment_id=payment_id,
        status=_payment_status(item),
        amount=as_paise(item.get("payment_amount"), "the amount of a payment"),
        currency=as_text(item.get("payment_currency")) or "",
        created_at=next((at for name in moments if (at := as_moment(item.get(name)))), 0),
        method=_METHODS.get(group, group),
        rrn=as_id(item.get("bank_reference")) if group == "upi" else None,
        vpa=mask_vpa(as_text(upi.get("upi_id"))),
        error_reason=_reason(item),
        provider_order_id=order_id,
    )


def _payment_status(item: Mapping[str, object]) -> PaymentStatus:
    word = item.get("payment_status")
    if word == "SUCCESS":
        # The word alone is not enough: a pre-authorisation is a success that took no money.
        by_capture = {True: PaymentStatus.CAPTURED, False: PaymentStatus.AUTHORISED}
        captured = item.get("is_captured")
        known = captured if isinstance(captured, bool) else None
        return PaymentStatus.UNKNOWN if known is None else by_capture[known]
    return _PAYMENT_STATUS.get(word if isinstance(word, str) else "", PaymentStatus.UNKNOWN)


def _reason(item: Mapping[str, object]) -> str | None:
    details = as_object(item.get("error_details"))
    reason = as_text(details.get("error_reason")) or as_text(details.get("error_code"))
    if reason is None and _payment_status(item) is PaymentStatus.FAILED:
        return str(item.get("payment_status")).lower()
    return reason


def with_refunds(
    facts: Sequence[PaymentFact], order_id: str, refunds: Sequence[Mapping[str, object]]
) -> tuple[PaymentFact, ...]:
    """The payments with what goes back of those of this order: all that was begun and has not
    failed.

    A refund that names no payment is of its only captured one. Raises GatewayError.
    """
    captured = [
        fact.payment_id
        for fact in facts
        if fact.status is PaymentStatus.CAPTURED and fact.provider_order_id == order_id
    ]
    begun = [item for item in refunds if refund_status(item) is not RefundStatus.FAILED]
    given: dict[str, int] = {}
    automatic: set[str] = set()
    for item in begun:
        payment_id = as_id(item.get("cf_payment_id"))
        if payment_id is None and len(captured) == 1:
            payment_id = captured[0]
        if payment_id is not None:
            amount = as_paise(item.get("refund_amount"), "the amount of a refund")
            given[payment_id] = given.get(payment_id, 0) + amount
            if item.get("refund_type") in _AUTOMATIC:
                automatic.add(payment_id)
    return tuple(
        _less(fact, given.get(fact.payment_id, 0), automatic=fact.payment_id in automatic)
        for fact in facts
    )


def _less(fact: PaymentFact, given: int, *, automatic: bool) -> PaymentFact:
    if fact.status is not PaymentStatus.CAPTURED or given == 0:
        return fact
    if given > fact.amount:
        raise unexpected("more is refunded than was paid")
    status = PaymentStatus.REFUNDED if given == fact.amount else fact.status
    reason = AUTO_REFUND if automatic else fact.error_reason
    return replace(fact, status=status, amount_refunded=given, error_reason=reason)


# -- links and orders ------------------------------------------------------------------------------


def same(item: Mapping[str, object], name: str, asked: str) -> dict[str, object]:
    """``item``, if its field ``name`` is the id that was asked for. Raises GatewayError."""
    if item.get(name) != asked:
        raise unexpected(f"another {name} was answered")
    return dict(item)


def link_seen(item: Mapping[str, object], payments: Sequence[PaymentFact]) -> CollectSeen:
    """A payment link with the payments of its orders (2.2). Raises GatewayError."""
    amount = as_paise(item.get("link_amount"), "the amount of the link")
    status = _status(_LINK_STATUS, item.get("link_status"))
    link_id = _required(item, "link_id")
    return CollectSeen(
        gateway_id=link_id,
        kind=CollectKind.LINK,
        status=_paid_or(status, amount, payments),
        amount=amount,
        currency=as_text(item.get("link_currency")) or "",
        reference=link_id,
        url=as_text(item.get("link_url")),
        provider_order_id=_order_with_money(payments),
        expires_at=as_moment(item.get("link_expiry_time")),
        close_reason=_close_reason(status),
        payments=tuple(payments),
    )


def order_seen(
    item: Mapping[str, object], payments: Sequence[PaymentFact], picture: str | None = None
) -> CollectSeen:
    """An order that was made for a QR (2.3); ``picture`` is its data URI. Raises GatewayError.

    Its end is the one that we asked for (``order_tags.until``): an order may not be as short.
    """
    amount = as_paise(item.get("order_amount"), "the amount of the order")
    status = _status(_ORDER_STATUS, item.get("order_status"))
    order_id = _required(item, "order_id")
    until = as_text(as_object(item.get("order_tags")).get("until"))
    asked = int(until) * 1000 if until and _UNIX.fullmatch(until) else None
    return CollectSeen(
        gateway_id=order_id,
        kind=CollectKind.QR,
        status=_paid_or(status, amount, payments),
        amount=amount,
        currency=as_text(item.get("order_currency")) or "",
        reference=order_id,
        image_url=picture,
        provider_order_id=order_id,
        expires_at=asked or as_moment(item.get("order_expiry_time")),
        close_reason=_close_reason(status),
        payments=tuple(payments),
    )


def qr_picture(item: Mapping[str, object]) -> str | None:
    """The data URI of the QR in the answer to a payment session; None for what is no PNG (2.3)."""
    payload = as_object(as_object(item.get("data")).get("payload"))
    picture = as_text(payload.get("qrcode"))
    if picture is None or len(picture) > _LONGEST_PICTURE:
        return None
    try:
        inline_png(picture)
    except Unavailable:
        return None
    return picture


def _status(words: Mapping[str, GatewayStatus], word: object) -> GatewayStatus:
    return words.get(word if isinstance(word, str) else "", GatewayStatus.UNKNOWN)


def _paid_or(status: GatewayStatus, amount: int, payments: Sequence[PaymentFact]) -> GatewayStatus:
    return GatewayStatus.PAID if 0 < amount <= captured_total(payments) else status


def _close_reason(status: GatewayStatus) -> str | None:
    return status.value if status in (GatewayStatus.CANCELLED, GatewayStatus.EXPIRED) else None


def _order_with_money(payments: Sequence[PaymentFact]) -> str | None:
    """The order of the last capture, else of the last attempt: refunds hang on orders (2.2)."""
    captured = [fact for fact in payments if fact.status is PaymentStatus.CAPTURED]
    last = (captured or list(payments))[-1:]
    return last[0].provider_order_id if last else None


def _required(item: Mapping[str, object], name: str) -> str:
    found = as_text(item.get(name))
    if found is None:
        raise unexpected(f"{name} is missing")
    return found


# -- refunds ---------------------------------------------------------------------------------------


def refund_id(key: str) -> str:
    """Our key as Cashfree takes it: 3 to 40 letters and digits (2.4).

    Two keys never become one: "ret-12-3" and "ret-1-23" must stay two refunds, so the hyphens are
    not dropped but written as x; a key of another form is hashed.
    """
    plain = key.replace("-", "x")
    if _KEY.fullmatch(key) and len(plain) <= _LONGEST_REFUND_ID:
        return plain
    return hashlib.sha256(key.encode()).hexdigest()[:_LONGEST_REFUND_ID]


def refund_status(item: Mapping[str, object]) -> RefundStatus:
    """What the gateway says about one refund."""
    word = item.get("refund_status")
    return _REFUND_STATUS.get(word if isinstance(word, str) else "", RefundStatus.UNKNOWN)


def refund_fact(item: Mapping[str, object], key: str) -> RefundFact:
    """One refund that was asked for with ``key``. Raises GatewayError where it is another's."""
    same(item, "refund_id", refund_id(key))
    number, payment_id = as_id(item.get("cf_refund_id")), as_id(item.get("cf_payment_id"))
    if number is None or payment_id is None:
        raise unexpected("a refund has no id")
    status = refund_status(item)
    failed = status in (RefundStatus.FAILED, RefundStatus.ON_HOLD)
    return RefundFact(
        gateway=GATEWAY,
        refund_id=number,
        payment_id=payment_id,
        status=status,
        amount=as_paise(item.get("refund_amount"), "the amount of a refund"),
        currency=as_text(item.get("refund_currency")) or "",
        created_at=as_moment(item.get("created_at")) or 0,
        key=key,
        bank_ref=as_id(item.get("refund_arn")),
        reason=as_text(item.get("status_description")) if failed else None,
    )

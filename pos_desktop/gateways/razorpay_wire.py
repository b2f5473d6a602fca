"""Reading Razorpay's entities into our words (reference gateways 1.3 to 1.7 and 9).

Everything here is pure and tolerant of what the documentation shows to vary: notes as object,
``[]`` or null, numbers as text, missing keys. An unknown status becomes UNKNOWN. Only money is
strict: an amount that is no integer is refused, because guessing it could close a bill wrongly.
"""

from collections.abc import Mapping, Sequence

from pos_desktop.domain.payment import (
    CollectKind,
    GatewayStatus,
    PaymentFact,
    PaymentStatus,
    RefundFact,
    RefundStatus,
)
from pos_desktop.gateways.reading import as_id, as_object, as_text, mask_vpa, unexpected
from pos_desktop.ports import CollectIntent, CollectSeen

GATEWAY = "razorpay"
#: Our word where the gateway gave back by itself what it never captured (1.6).
AUTO_REFUND = "auto_refund"

_LINK_STATUS = {
    "created": GatewayStatus.OPEN,
    "partially_paid": GatewayStatus.PART,
    "paid": GatewayStatus.PAID,
    "cancelled": GatewayStatus.CANCELLED,
    "expired": GatewayStatus.EXPIRED,
}
_PAYMENT_STATUS = {
    "created": PaymentStatus.CREATED,
    "authorized": PaymentStatus.AUTHORISED,
    "captured": PaymentStatus.CAPTURED,
    "failed": PaymentStatus.FAILED,
    "refunded": PaymentStatus.REFUNDED,
}
_REFUND_STATUS = {
    "pending": RefundStatus.PENDING,
    "processed": RefundStatus.PROCESSED,
    "failed": RefundStatus.FAILED,
}


def as_moment(value: object) -> int | None:
    """UTC milliseconds of Unix seconds given as number or text; None for 0, null and junk."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**11:
        return None
    return value * 1000


def as_paise(value: object, name: str) -> int:
    """An amount. Raises GatewayError unless it is an integer >= 0."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise unexpected(f"{name} is not a number of paise")
    return value


def payment_fact(item: Mapping[str, object]) -> PaymentFact:
    """One payment: a full entity, or the short element of a link's ``payments[]``.

    Raises GatewayError where it has no id or its amounts are no integers.
    """
    payment_id = as_text(item.get("id")) or as_text(item.get("payment_id"))
    if payment_id is None:
        raise unexpected("a payment has no id")
    amount = as_paise(item.get("amount"), "the amount of a payment")
    status = _payment_status(item)
    return PaymentFact(
        gateway=GATEWAY,
        payment_id=payment_id,
        status=status,
        amount=amount,
        currency=as_text(item.get("currency")) or "",
        created_at=as_moment(item.get("created_at")) or 0,
        method=as_text(item.get("method")) or "",
        amount_refunded=_refunded(item, amount),
        rrn=as_id(as_object(item.get("acquirer_data")).get("rrn")),
        vpa=mask_vpa(as_text(item.get("vpa"))),
        error_reason=_reason(item, status),
        provider_order_id=as_text(item.get("order_id")),
    )


def _refunded(item: Mapping[str, object], amount: int) -> int:
    value = item.get("amount_refunded")
    refunded = 0 if value is None else as_paise(value, "the refunded amount")
    if refunded > amount:
        raise unexpected("more is refunded than was paid")
    return refunded


def _reason(item: Mapping[str, object], status: PaymentStatus) -> str | None:
    if status is PaymentStatus.REFUNDED and item.get("captured") is not True:
        return AUTO_REFUND
    return as_text(item.get("error_reason"))


def _payment_status(item: Mapping[str, object]) -> PaymentStatus:
    word = item.get("status")
    status = _PAYMENT_STATUS.get(word if isinstance(word, str) else "", PaymentStatus.UNKNOWN)
    # The word alone is not enough: money counts when the entity says ``captured: true`` as well.
    # A link's own list carries no such key; those payments are asked one by one before they count.
    if status is PaymentStatus.CAPTURED and item.get("captured") is not True:
        return PaymentStatus.UNKNOWN
    return status


def captured_total(payments: Sequence[PaymentFact]) -> int:
    """Paise captured in rupees by these payments, refunds not taken off."""
    return sum(
        fact.amount
        for fact in payments
        if fact.status is PaymentStatus.CAPTURED and fact.currency == "INR"
    )


def link_seen(item: Mapping[str, object], payments: Sequence[PaymentFact]) -> CollectSeen:
    """A payment link with the payments that are known of it (1.3)."""
    amount = as_paise(item.get("amount"), "the amount of the link")
    word = item.get("status")
    status = _LINK_STATUS.get(word if isinstance(word, str) else "", GatewayStatus.UNKNOWN)
    reason = status.value if status in (GatewayStatus.CANCELLED, GatewayStatus.EXPIRED) else None
    if 0 < amount <= captured_total(payments):
        status = GatewayStatus.PAID
    return CollectSeen(
        gateway_id=_required_id(item),
        kind=CollectKind.LINK,
        status=status,
        amount=amount,
        currency=as_text(item.get("currency")) or "",
        reference=as_text(item.get("reference_id")),
        url=as_text(item.get("short_url")),
        provider_order_id=as_text(item.get("order_id")),
        expires_at=as_moment(item.get("expire_by")),
        close_reason=reason,
        payments=tuple(payments),
    )


def qr_seen(
    item: Mapping[str, object], payments: Sequence[PaymentFact], server_now: int
) -> CollectSeen:
    """A QR code with its payments (1.4); ``server_now`` decides a silent expiry."""
    amount = as_paise(item.get("payment_amount"), "the amount of the QR")
    expires_at = as_moment(item.get("close_by"))
    content = as_text(item.get("image_content"))
    return CollectSeen(
        gateway_id=_required_id(item),
        kind=CollectKind.QR,
        status=_qr_status(item, 0 < amount <= captured_total(payments), server_now),
        amount=amount,
        # A QR entity has no currency; its payments carry theirs.
        currency="INR",
        reference=own_reference(item),
        upi_payload=content if content and content.startswith("upi://pay?") else None,
        image_url=as_text(item.get("image_url")),
        expires_at=expires_at,
        close_reason=as_text(item.get("close_reason")),
        payments=tuple(payments),
    )


def _qr_status(item: Mapping[str, object], covered: bool, server_now: int) -> GatewayStatus:
    if covered:
        return GatewayStatus.PAID
    expires_at = as_moment(item.get("close_by"))
    late = expires_at is not None and expires_at <= server_now
    match item.get("status"):
        case "active":
            return GatewayStatus.EXPIRED if late else GatewayStatus.OPEN
        case "closed":
            reason = item.get("close_reason")
            if reason == "paid":
                return GatewayStatus.PAID
            expired = late and reason != "on_demand"
            return GatewayStatus.EXPIRED if expired else GatewayStatus.CANCELLED
        case _:
            return GatewayStatus.UNKNOWN


def refund_fact(item: Mapping[str, object], keys: Sequence[str]) -> RefundFact:
    """One refund (1.7); ``key`` is the one of ``keys`` that it carries. Raises GatewayError."""
    word = item.get("status")
    bank = as_object(item.get("acquirer_data"))
    payment_id = as_text(item.get("payment_id"))
    if payment_id is None:
        raise unexpected("a refund names no payment")
    return RefundFact(
        gateway=GATEWAY,
        refund_id=_required_id(item),
        payment_id=payment_id,
        status=_REFUND_STATUS.get(word if isinstance(word, str) else "", RefundStatus.UNKNOWN),
        amount=as_paise(item.get("amount"), "the amount of a refund"),
        currency=as_text(item.get("currency")) or "",
        created_at=as_moment(item.get("created_at")) or 0,
        key=next((key for key in keys if key == item.get("receipt")), None),
        bank_ref=as_id(bank.get("rrn")) or as_id(bank.get("arn")),
    )


def notes(intent: CollectIntent) -> dict[str, str]:
    """What a link or QR of ours carries: by it the account's list says whom money was for."""
    pairs = {"bill": intent.order_id, "counter": intent.counter, "intent": intent.reference}
    if intent.device:
        pairs["device"] = intent.device
    return {key: value[:255] for key, value in pairs.items()}


def own_reference(item: Mapping[str, object]) -> str | None:
    """Our reference in the notes of a QR, link or payment; None where others made it."""
    return as_text(as_object(item.get("notes")).get("intent"))


def _required_id(item: Mapping[str, object]) -> str:
    found = as_text(item.get("id"))
    if found is None:
        raise unexpected("the object has no id")
    return found

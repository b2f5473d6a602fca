"""The words of the payment machine: collects, their states, and what gateways say about money.

The rules (table and ``settle``) stand in ``domain/collect.py``.
"""

from dataclasses import dataclass
from enum import StrEnum

OWN_UPI = "own_upi"
"""The name of the shop's own UPI address among the gateways: nobody tells what was paid there."""


class CollectKind(StrEnum):
    """What is payable at the gateway."""

    LINK = "link"
    QR = "qr"


class CollectState(StrEnum):
    """States of one collect (design payments 2)."""

    REQUESTED = "requested"
    UNKNOWN = "unknown"
    OPEN = "open"
    CLOSING = "closing"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUSED = "refused"


class GatewayStatus(StrEnum):
    """What the gateway says about a payable object, in our words (reference gateways 9)."""

    OPEN = "open"
    PART = "part"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    CLOSING = "closing"
    UNKNOWN = "unknown"


class PaymentStatus(StrEnum):
    """What the gateway says about one payment."""

    CREATED = "created"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


class RefundStatus(StrEnum):
    """What the gateway says about one refund."""

    PENDING = "pending"
    PROCESSED = "processed"
    FAILED = "failed"
    ON_HOLD = "on_hold"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RefundFact:
    """One statement of a gateway about money that goes back; unique by ``(gateway, refund_id,
    status)``. ``key`` is ours (None for a refund that somebody else began: dashboard, auto-refund).

    Amounts in paise, times in UTC milliseconds; ``bank_ref`` is the ARN or RRN once there is one.
    """

    gateway: str
    refund_id: str
    payment_id: str
    status: RefundStatus
    amount: int
    currency: str
    created_at: int
    key: str | None = None
    bank_ref: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """One statement of a gateway about money; unique by ``(gateway, payment_id, status,
    amount_refunded)``: a partial refund is news.

    Amounts in paise, times in UTC milliseconds. ``rrn`` is the 12-digit UPI reference that the
    customer sees. ``vpa`` is already masked. ``error_reason`` is the gateway's own word.
    """

    gateway: str
    payment_id: str
    status: PaymentStatus
    amount: int
    currency: str
    created_at: int
    method: str = ""
    amount_refunded: int = 0
    rrn: str | None = None
    vpa: str | None = None
    error_reason: str | None = None
    provider_order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Collect:
    """One payable object made for one sale, as our database knows it.

    ``reference`` is our id at the gateway (at most 35 of ``[A-Za-z0-9_-]``, unique for good);
    ``gateway_id`` is the gateway's own id once known. ``expires_at`` is the server's moment
    as this computer's clock will show it.
    """

    reference: str
    order_id: str
    attempt: int
    kind: CollectKind
    state: CollectState
    gateway: str
    amount: int
    created_at: int
    gateway_id: str | None = None
    url: str | None = None
    upi_payload: str | None = None
    image_url: str | None = None
    provider_order_id: str | None = None
    expires_at: int | None = None
    closed_at: int | None = None
    reason: str | None = None
    next_ask_at: int | None = None
    asked_at: int | None = None
    asks: int = 0
    last_error: str | None = None

"""What the practice Razorpay remembers: links, QR codes, orders, payments, refunds.

Amounts in paise, times in Unix seconds, as on the wire.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from pos_desktop.sandbox.settings import Features, Keys
from pos_desktop.sandbox.shapes import Json


@dataclass(frozen=True, slots=True)
class LinkAsk:
    """A checked request for a payment link (reference gateways 1.3)."""

    amount: int
    currency: str
    accept_partial: bool
    first_min_partial_amount: int
    upi_link: bool
    description: str
    reference_id: str
    customer: Json
    expire_by: int
    notify: Json
    reminder_enable: bool
    notes: Json
    callback_url: str
    callback_method: str
    shop: str


@dataclass(slots=True)
class Link:
    """A payment link. ``order_id`` is empty until the customer first opens it."""

    id: str
    mode: str
    code: str
    ask: LinkAsk
    created_at: int
    updated_at: int
    status: str = "created"
    order_id: str = ""
    amount_paid: int = 0
    cancelled_at: int = 0
    expired_at: int = 0
    captured: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class QrAsk:
    """A checked request for a QR code (reference gateways 1.4). ``close_by`` already clipped."""

    name: str
    usage: str
    type: str
    fixed_amount: bool
    payment_amount: int | None
    description: str
    customer_id: str | None
    close_by: int | None
    notes: Json


@dataclass(slots=True)
class Qr:
    """A QR code."""

    id: str
    mode: str
    code: str
    ask: QrAsk
    created_at: int
    notes: Json
    status: str = "active"
    closed_at: int | None = None
    close_reason: str | None = None
    received: int = 0
    count: int = 0


@dataclass(slots=True)
class Order:
    """The order a link makes when it is opened."""

    id: str
    mode: str
    link_id: str
    amount: int
    currency: str
    receipt: str
    created_at: int
    updated_at: int
    status: str = "created"
    attempts: int = 0
    amount_paid: int = 0


@dataclass(slots=True)
class Payment:
    """One payment; ``link_id`` or ``qr_id`` says what was paid."""

    id: str
    mode: str
    amount: int
    currency: str
    method: str
    status: str
    created_at: int
    updated_at: int
    contact: str
    description: str
    order_id: str | None = None
    link_id: str = ""
    qr_id: str = ""
    captured: bool = False
    amount_refunded: int = 0
    fee: int = 0
    tax: int = 0
    rrn: str = ""
    error_reason: str | None = None
    notes: Json = field(default_factory=dict)


@dataclass(slots=True)
class Refund:
    """One refund (reference gateways 1.7)."""

    id: str
    payment_id: str
    amount: int
    currency: str
    created_at: int
    notes: Json
    receipt: str | None
    speed: str
    status: str = "pending"
    rrn: str | None = None


@dataclass(slots=True)
class Register:
    """All of it, and what it needs from outside. ``emit(event, entities)`` sends a webhook."""

    keys: Keys
    features: Features
    origin: str
    now: Callable[[], int]
    emit: Callable[[str, dict[str, Json]], None]
    links: dict[str, Link] = field(default_factory=dict)
    qrs: dict[str, Qr] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    refund_keys: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    refunds_running: set[str] = field(default_factory=set)
